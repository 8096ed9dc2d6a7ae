//! What an app asks at a sign-in is a request like any other: published, asked, answered, with a receipt.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use audit::{Action, Entry, Outcome};
use base::{Ctx, ErrorKind, Fault, GrantId};
use consent::{
    Answer, Asking, ConsentError, Consents, Notice, Offer, Offered, PartOffered, Party, Shown,
    Terms, Way,
};
use identity::oauth::{Answers, Said, Sought, Texts, Unknown};
use store::{Db, WriteSet};
use vault::Vault;
use web::Lang;

use super::text;

/// The days that an app's access lasts: as long as grants do.
const DAYS: u32 = 365;

/// [`Answers`] over `consent`.
pub struct KeptAnswers {
    /// Where they are kept.
    pub consents: Arc<Consents>,
    /// Whose handles the log knows, and what the register calls things.
    pub vault: Vault,
    /// Where it is committed.
    pub db: Db,
}

fn unknown(error: &(impl Fault + std::fmt::Display)) -> Unknown {
    Unknown {
        kind: error.kind(),
        code: error.code(),
        internal: error.to_string(),
    }
}

fn entry_failed(error: impl std::fmt::Display) -> Unknown {
    Unknown {
        kind: ErrorKind::Internal,
        code: "consent.entry",
        internal: error.to_string(),
    }
}

/// What is asked, with a notice in every language.
fn offer(sought: &Sought) -> Offer {
    let notice = Lang::ALL.iter().map(|lang| {
        let t = text::tongue(*lang);
        let mut words = t.say_with("ask-oauth-text", "app", &sought.name);
        if !sought.contact.is_empty() {
            words.push(' ');
            words.push_str(&t.say_with("ask-contact", "contact", &sought.contact));
        }
        let notice = Notice {
            title: t.say_with("ask-oauth-title", "app", &sought.name),
            text: words,
        };
        (lang.code().to_owned(), notice)
    });
    Offer {
        purposes: sought.purposes.iter().copied().collect(),
        parts: sought
            .parts
            .iter()
            .map(|(extent, optional)| PartOffered {
                collection: extent.collection.clone(),
                verbs: extent.verbs,
                fields: None,
                optional: *optional,
            })
            .collect(),
        days: DAYS,
        notice: notice.collect::<BTreeMap<_, _>>(),
    }
}

impl KeptAnswers {
    /// The request, and that it was brought to the person: found where it is there already, else written.
    async fn brought(&self, ctx: &Ctx, sought: &Sought) -> Result<(Offered, Asking), Unknown> {
        let party = Party::App(sought.app);
        let failed = |error: ConsentError| unknown(&error);
        let published = self.consents.publish(ctx, party, None, offer(sought)).await;
        let (offered, mut set) = published.map_err(failed)?;
        let asked = self
            .consents
            .ask(ctx, &offered, sought.person, Way::Oauth)
            .await;
        let (asking, more) = asked.map_err(failed)?;
        set.statements.extend(more.statements);
        if !set.statements.is_empty() {
            let handle = self.vault.handle(&ctx.tenant, sought.person).await;
            let handle = handle.map_err(|error| unknown(&error))?;
            let entry = Entry::new(ctx, Action::ConsentAsk, Outcome::Ok)
                .map_err(entry_failed)?
                .person(handle)
                .subject(*offered.request.as_bytes())
                .version(u64::from(offered.version));
            let set = set
                .with(Vault::is_there(&ctx.tenant, sought.person))
                .log(entry.finish(&ctx.tenant));
            self.db.commit(set).await.map_err(|error| unknown(&error))?;
        }
        Ok((offered, asking))
    }

    async fn answered(
        &self,
        ctx: &Ctx,
        sought: &Sought,
        lang: &str,
        said: Said,
    ) -> Result<WriteSet, Unknown> {
        let (offered, asking) = self.brought(ctx, sought).await?;
        let register = self.vault.register();
        let lang = Lang::from_tag(lang).unwrap_or(Lang::En);
        let words = text::text(lang, register, &sought.name, &offered.offer);
        let shown = Shown {
            lang: lang.code().to_owned(),
            text: crypt::hash::sha256(&[words.as_bytes()]),
            by: Some(sought.account),
            assurance: Some(sought.assurance),
        };
        let (answer, grant) = match said {
            Said::Yes { grant, parts } => {
                let days = offered.offer.days;
                (Answer::Grant { parts, days }, Some(grant))
            }
            Said::No => (Answer::Refuse, None),
        };
        let handle = self.vault.handle(&ctx.tenant, sought.person).await;
        let handle = handle.map_err(|error| unknown(&error))?;
        let done = self
            .consents
            .answer(ctx, &asking, &offered, &answer, &shown, handle, grant)
            .await;
        let (_, set) = done.map_err(|error| unknown(&error))?;
        let outcome = if grant.is_some() {
            Outcome::Ok
        } else {
            Outcome::Denied
        };
        let mut entry = Entry::new(ctx, Action::ConsentAnswer, outcome)
            .map_err(entry_failed)?
            .person(handle)
            .subject(*offered.request.as_bytes())
            .version(u64::from(offered.version));
        if let Some(grant) = grant {
            entry = entry.grant(*grant.as_bytes());
        }
        Ok(set
            .with(Vault::is_there(&ctx.tenant, sought.person))
            .log(entry.finish(&ctx.tenant)))
    }

    async fn covered(&self, ctx: &Ctx, grant: GrantId, sought: &Sought) -> Result<bool, Unknown> {
        let found = self.consents.grant(&ctx.tenant, sought.person, grant).await;
        let grant = match found {
            Ok(grant) => grant,
            Err(ConsentError::NotFound(_)) => return Ok(false),
            Err(error) => return Err(unknown(&error)),
        };
        let offer = offer(sought);
        // What was left out before is not asked again; what is essential must be there, still.
        let essential = Terms {
            parts: offer.essential().parts,
            ..offer.terms()
        };
        Ok(grant.stands(ctx.now) && essential.within(&grant.terms))
    }

    async fn ended(&self, ctx: &Ctx, grant: GrantId) -> Result<WriteSet, Unknown> {
        let found = self.consents.grant_of_id(&ctx.tenant, grant).await;
        let Some(grant) = found.map_err(|error| unknown(&error))? else {
            return Ok(WriteSet::new());
        };
        if grant.state != consent::GrantState::Active {
            return Ok(WriteSet::new());
        }
        let handle = self.vault.handle(&ctx.tenant, grant.person).await;
        let handle = handle.map_err(|error| unknown(&error))?;
        let done = self.consents.withdraw(ctx, &grant, None, handle);
        let (_, set) = done.map_err(|error| unknown(&error))?;
        let entry = Entry::new(ctx, Action::ConsentWithdraw, Outcome::Ok)
            .map_err(entry_failed)?
            .person(handle)
            .grant(*grant.grant.as_bytes());
        Ok(set.log(entry.finish(&ctx.tenant)))
    }
}

type Later<'a, T> = Pin<Box<dyn Future<Output = Result<T, Unknown>> + Send + 'a>>;

impl Answers for KeptAnswers {
    fn ask<'a>(&'a self, ctx: &'a Ctx, sought: &'a Sought) -> Later<'a, Texts> {
        Box::pin(async move {
            let (offered, _) = self.brought(ctx, sought).await?;
            Ok(text::texts(
                self.vault.register(),
                &sought.name,
                &offered.offer,
            ))
        })
    }

    fn answer<'a>(
        &'a self,
        ctx: &'a Ctx,
        sought: &'a Sought,
        lang: &'a str,
        said: Said,
    ) -> Later<'a, WriteSet> {
        Box::pin(self.answered(ctx, sought, lang, said))
    }

    fn covers<'a>(&'a self, ctx: &'a Ctx, grant: GrantId, sought: &'a Sought) -> Later<'a, bool> {
        Box::pin(self.covered(ctx, grant, sought))
    }

    fn end<'a>(&'a self, ctx: &'a Ctx, grant: GrantId) -> Later<'a, WriteSet> {
        Box::pin(self.ended(ctx, grant))
    }
}
