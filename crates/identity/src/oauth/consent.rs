//! What a person is asked in plain words, what they said, and how they take it back.

use std::sync::Arc;

use audit::{Action, Entry, Outcome};
use base::{AccountId, AppId, Ctx, GrantId, Instant, PersonId, Purpose, TenantId};
use store::{StoreError, WriteSet};

use super::answers::parts;
use super::model::App;
use super::scope::{self, Level, Scope, Scopes};
use super::signed_in::Account;
use super::{Oauth, OauthError, Register, Sought, Texts, sql};

/// What an app wants to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Want {
    /// Know that it is the same person, by a name that only this app gets.
    Know,
    /// Know which record is the person's.
    Record,
    /// Something with what is kept about the person.
    Data {
        /// Look at it.
        reads: bool,
        /// Add to it or change it.
        changes: bool,
        /// What the register calls it; `None`: everything.
        title: Option<String>,
    },
}

/// A question to a person: everything that the page shows.
#[derive(Clone, Debug)]
pub struct Consent {
    /// Which app asks.
    pub client: AppId,
    /// The app's name.
    pub app: String,
    /// Whom to ask about it.
    pub contact: String,
    /// What it wants to do; what can be left out has its place among the parts that are about data.
    pub wants: Vec<(Want, Option<usize>)>,
    /// What it says that it needs the data for.
    pub purposes: Vec<Purpose>,
    /// Whether it goes on while the person is away.
    pub stays: bool,
    /// Where the answer goes: the host, or the program's own scheme.
    pub goes_to: String,
    /// The request's name.
    pub request: String,
    /// What shows that the answer comes from this page.
    pub token: String,
    /// The whole text that is agreed to, by language; none, where no data are reached.
    pub texts: Texts,
    /// What the page's form may lead to, as a source of a content security policy.
    pub form_action: String,
}

impl Consent {
    #[expect(
        clippy::too_many_arguments,
        reason = "each is another part of the page"
    )]
    pub(super) fn of(
        app: &App,
        scopes: &Scopes,
        purposes: &[Purpose],
        register: &dyn Register,
        request: &str,
        token: String,
        redirect: &str,
        texts: Texts,
    ) -> Self {
        let (goes_to, form_action) = target(redirect);
        let reads = scopes.extents().iter().any(|it| it.verbs.reads());
        Self {
            client: app.id,
            app: app.about.name.clone(),
            contact: app.about.contact.clone(),
            wants: parts(app, scopes)
                .filter_map(|(scope, part)| {
                    let leave = part.filter(|it| it.optional).map(|it| it.place);
                    Some((want(scope, register)?, leave))
                })
                .collect(),
            purposes: purposes.iter().copied().filter(|_| reads).collect(),
            stays: scopes.has(&Scope::Offline),
            goes_to,
            request: request.to_owned(),
            token,
            texts,
            form_action,
        }
    }
}

/// Where an address leads, for people and for a content security policy (browsers hold redirects after a form to it).
fn target(redirect: &str) -> (String, String) {
    let (scheme, rest) = redirect.split_once(':').unwrap_or((redirect, ""));
    match rest.strip_prefix("//") {
        Some(rest) if matches!(scheme, "https" | "http") => {
            let host = rest.split(['/', '?']).next().unwrap_or(rest);
            (host.to_owned(), format!("{scheme}://{host}"))
        }
        _ => (format!("{scheme}:"), format!("{scheme}:")),
    }
}

fn want(scope: &Scope, register: &dyn Register) -> Option<Want> {
    match scope {
        Scope::OpenId => Some(Want::Know),
        Scope::LaunchPatient => Some(Want::Record),
        Scope::Data {
            level: Level::Patient,
            collection,
            verbs,
        } => Some(Want::Data {
            reads: verbs.reads(),
            changes: verbs.changes(),
            title: collection
                .as_ref()
                .map(|name| register.title(name).unwrap_or_else(|| name.to_string())),
        }),
        Scope::Data { .. } | Scope::Offline | Scope::FhirUser | Scope::Purpose(_) => None,
    }
}

/// A grant that says yes already.
#[derive(Clone, Copy, Debug)]
pub(super) struct Covering {
    pub(super) grant: GrantId,
    pub(super) epoch: i64,
}

/// One line of an account's list of apps.
#[derive(Clone, Debug)]
pub struct GrantRow {
    /// Which grant.
    pub grant: GrantId,
    /// To which app.
    pub app: AppId,
    /// What it may do.
    pub scopes: Scopes,
    /// For which purposes.
    pub purposes: Vec<Purpose>,
    /// Since when.
    pub created_at: Instant,
}

/// Grants on one page of a list; nobody lets more apps in.
const GRANTS_MAX: u32 = 1_000;

impl Oauth {
    /// A grant by which this account said yes to all of this already.
    pub(super) async fn covering(
        &self,
        ctx: &Ctx,
        app: &App,
        account: &Account,
        scopes: &Scopes,
    ) -> Result<Option<Covering>, OauthError> {
        let rows = self
            .db
            .rows(
                &sql::GRANTS_OF_APP,
                vec![(&app.tenant).into(), account.account.into(), app.id.into()],
            )
            .await?;
        let Some(wanted) = scopes.purposes(&app.settings.purposes) else {
            return Ok(None);
        };
        for row in &rows {
            let grant = GrantId::from_slice(row.bytes(0)?).ok_or(OauthError::Damaged("grant"))?;
            let person = if row.is_null(1) {
                None
            } else {
                PersonId::from_slice(row.bytes(1)?)
            };
            let granted = Scopes::parse(row.text(2)?).unwrap_or_default();
            let purposes = scope::read_purposes(row.text(3)?).unwrap_or_default();
            let same_person = person == account.person;
            // Only where the purposes are the same: what a token may be used for is the grant's to say.
            let same_purposes =
                wanted.len() == purposes.len() && wanted.iter().all(|it| purposes.contains(it));
            if same_person && same_purposes && scopes.within(&granted) {
                // What was narrowed or ran out since then does not cover it any more.
                if let Some(sought) = Sought::of(app, account, scopes, &wanted)
                    && !self.answers.covers(ctx, grant, &sought).await?
                {
                    continue;
                }
                return Ok(Some(Covering {
                    grant,
                    epoch: row.int(4)?,
                }));
            }
        }
        Ok(None)
    }

    /// What an account lets apps do, newest first.
    ///
    /// # Errors
    /// Storage failures.
    pub async fn grants(
        &self,
        tenant: &TenantId,
        account: AccountId,
    ) -> Result<Vec<GrantRow>, OauthError> {
        let params = vec![tenant.into(), account.into(), GRANTS_MAX.into()];
        let rows = self.db.rows(&sql::GRANT_LIST, params).await?;
        let damaged = || OauthError::Damaged("grant");
        rows.iter()
            .map(|row| {
                Ok(GrantRow {
                    grant: GrantId::from_slice(row.bytes(0)?).ok_or_else(damaged)?,
                    app: AppId::from_slice(row.bytes(1)?).ok_or_else(damaged)?,
                    scopes: Scopes::parse(row.text(2)?).ok_or_else(damaged)?,
                    purposes: scope::read_purposes(row.text(3)?).ok_or_else(damaged)?,
                    created_at: Instant::from_micros(row.int(4)?),
                })
            })
            .collect()
    }

    /// What an account lets apps do, with the apps, for its owner to see. Gives the index of the entry in the log too.
    ///
    /// # Errors
    /// Storage failures.
    pub async fn let_in(
        &self,
        ctx: &Ctx,
        account: AccountId,
    ) -> Result<(Vec<(GrantRow, Arc<App>)>, u64), OauthError> {
        let mut rows = Vec::new();
        for row in self.grants(&ctx.tenant, account).await? {
            let app = self.app_of(&ctx.tenant, row.app).await?;
            rows.push((row, app));
        }
        let entry = Entry::new(ctx, Action::AppList, Outcome::Ok)?.count(rows.len() as u64);
        let set = WriteSet::new().log(entry.finish(&ctx.tenant));
        let committed = self.db.commit(set).await?;
        Ok((rows, committed.log_indexes.first().copied().unwrap_or(0)))
    }

    /// Take a grant back: all its tokens end with that. Gives the index of the entry in the log.
    ///
    /// # Errors
    /// [`OauthError::NoApp`] when the account has no such grant.
    pub async fn withdraw(
        &self,
        ctx: &Ctx,
        account: AccountId,
        grant: GrantId,
    ) -> Result<u64, OauthError> {
        let entry = Entry::new(ctx, Action::OauthRevoke, Outcome::Ok)?.grant(*grant.as_bytes());
        let set = self
            .answers
            .end(ctx, grant)
            .await?
            .run_expecting(
                &sql::GRANT_END,
                vec![
                    (&ctx.tenant).into(),
                    grant.into(),
                    account.into(),
                    ctx.now.into(),
                ],
                1,
                "oauth.grant",
            )
            .log(entry.finish(&ctx.tenant));
        let committed = match self.db.commit(set).await {
            Ok(committed) => committed,
            Err(StoreError::Guard(_)) => return Err(OauthError::NoApp),
            Err(error) => return Err(error.into()),
        };
        self.admitted.forget_grant(grant);
        Ok(committed.log_indexes.first().copied().unwrap_or(0))
    }

    /// The write that ends what is known here of a grant, for whoever takes it back elsewhere; it commits it together with its own,
    /// and then calls [`Oauth::forget_grant`].
    #[must_use]
    pub fn end_grant(tenant: &TenantId, grant: GrantId, now: Instant, set: WriteSet) -> WriteSet {
        set.run(
            &sql::GRANT_END_ID,
            vec![tenant.into(), grant.into(), now.into()],
        )
    }

    /// Believe no token of a grant any more without asking.
    pub fn forget_grant(&self, grant: GrantId) {
        self.admitted.forget_grant(grant);
    }

    /// The writes that end everything that an account let apps do, for whoever stops or deletes the account; it commits them
    /// together with its own. Other nodes, and this one's memory, notice within a second.
    #[must_use]
    pub fn end_grants_of(
        tenant: &TenantId,
        account: AccountId,
        now: Instant,
        set: WriteSet,
    ) -> WriteSet {
        let params = vec![tenant.into(), account.into(), now.into()];
        set.run(&sql::GRANTS_END_ACCOUNT, params)
    }

    /// The same for everything that reaches one person's data, for whoever erases the person.
    #[must_use]
    pub fn end_grants_about(
        tenant: &TenantId,
        person: PersonId,
        now: Instant,
        set: WriteSet,
    ) -> WriteSet {
        let params = vec![tenant.into(), person.into(), now.into()];
        set.run(&sql::GRANTS_END_PERSON, params)
    }
}
