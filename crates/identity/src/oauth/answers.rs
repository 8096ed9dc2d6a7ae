//! What a person is asked about their data, and what becomes of the answer. Declared here; consent implements it.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;

use base::{AppId, Assurance, Ctx, GrantId, PersonId, Purpose};
use policy::Extent;
use store::WriteSet;

use super::model::App;
use super::scope::{Level, Scope, Scopes};
use super::signed_in::{Account, Unknown};

/// What an app wants to do with one person's data.
#[derive(Clone, Debug)]
pub struct Sought {
    /// Which app.
    pub app: AppId,
    /// What people call it.
    pub name: String,
    /// Whom to ask about it.
    pub contact: String,
    /// Whose data.
    pub person: PersonId,
    /// Who answers.
    pub account: base::AccountId,
    /// How strongly they had proven who they are.
    pub assurance: Assurance,
    /// What, and whether each can be left out.
    pub parts: Vec<(Extent, bool)>,
    /// What for.
    pub purposes: Vec<Purpose>,
}

impl Sought {
    /// What `app` seeks of the person of `account` by `scopes`; nothing, where they reach no data.
    pub(super) fn of(
        app: &App,
        account: &Account,
        scopes: &Scopes,
        purposes: &[Purpose],
    ) -> Option<Self> {
        let person = account.person?;
        let parts: Vec<_> = parts(app, scopes)
            .filter_map(|(_, part)| part)
            .map(|it| (it.extent, it.optional))
            .collect();
        (!parts.is_empty()).then(|| Self {
            app: app.id,
            name: app.about.name.clone(),
            contact: app.about.contact.clone(),
            person,
            account: account.account,
            assurance: account.assurance,
            parts,
            purposes: purposes.to_vec(),
        })
    }
}

/// What one scope reaches of a person's data.
pub(super) struct Part {
    /// Which of [`Sought::parts`].
    pub(super) place: usize,
    /// What.
    extent: Extent,
    /// Whether it can be left out.
    pub(super) optional: bool,
}

/// Each scope in order, and the part that it is where it reaches data: what one place means is said here only.
pub(super) fn parts<'a>(
    app: &App,
    scopes: &'a Scopes,
) -> impl Iterator<Item = (&'a Scope, Option<Part>)> {
    let optional = Scopes::parse(&app.settings.optional).unwrap_or_default();
    let mut next = 0;
    scopes.iter().map(move |scope| {
        let part = extent(scope).map(|extent| {
            let place = next;
            next += 1;
            let alone: Scopes = [scope.clone()].into_iter().collect();
            Part {
                place,
                extent,
                optional: alone.within(&optional),
            }
        });
        (scope, part)
    })
}

fn extent(scope: &Scope) -> Option<Extent> {
    match scope {
        Scope::Data {
            level: Level::Patient,
            collection,
            verbs,
        } => Some(Extent {
            collection: collection.clone(),
            verbs: *verbs,
        }),
        _ => None,
    }
}

/// The scopes of `app` that are left when only these parts are kept, by their place in [`Sought::parts`].
pub(super) fn kept(app: &App, scopes: &Scopes, places: &[usize]) -> Scopes {
    parts(app, scopes)
        .filter(|(_, part)| part.as_ref().is_none_or(|it| places.contains(&it.place)))
        .map(|(scope, _)| scope.clone())
        .collect()
}

/// What somebody said.
#[derive(Clone, Debug)]
pub enum Said {
    /// Yes, to these parts; the grant has this id.
    Yes {
        /// Which grant.
        grant: GrantId,
        /// Which parts, by their place in [`Sought::parts`].
        parts: Vec<usize>,
    },
    /// No.
    No,
}

/// The whole text that a person agrees to, by language.
pub type Texts = BTreeMap<String, String>;

type Later<'a, T> = Pin<Box<dyn Future<Output = Result<T, Unknown>> + Send + 'a>>;

/// Keeps what people are asked and what they answer, with receipts. Declared here, wired in `server` to `consent`.
pub trait Answers: Send + Sync + 'static {
    /// Bring the question to the person, and say how it reads.
    fn ask<'a>(&'a self, ctx: &'a Ctx, sought: &'a Sought) -> Later<'a, Texts>;

    /// The writes of an answer that was given to the text in `lang`.
    fn answer<'a>(
        &'a self,
        ctx: &'a Ctx,
        sought: &'a Sought,
        lang: &'a str,
        said: Said,
    ) -> Later<'a, WriteSet>;

    /// Whether what was granted covers all that is sought, still.
    fn covers<'a>(&'a self, ctx: &'a Ctx, grant: GrantId, sought: &'a Sought) -> Later<'a, bool>;

    /// The writes that take a grant back, with what the log says of it.
    fn end<'a>(&'a self, ctx: &'a Ctx, grant: GrantId) -> Later<'a, WriteSet>;
}
