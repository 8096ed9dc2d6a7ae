//! Something is asked for.

use audit::{Action, Entry, Outcome};
use base::{Ctx, Handle, Name, ObjectId, PersonId, Purpose};
use govern::rights::{self, Kind, Request};
use policy::{Allowed, RightsOf};
use store::StoreError;
use vault::VaultError;
use vault::notes::NoteAt;
use web::Lang;

use super::rows::{EVENT_INSERT, INSERT, ROOM};
use super::{Next, Right, RightsFault, Standing, TEXT_MAX, VALUE_MAX, What, Wish, packs};
use crate::Installation;
use crate::erasures::Part;

/// The guard that one request too many fails.
const GUARD_ROOM: &str = "rights.room";
/// Tries while keys are turned over.
pub(super) const TRIES: usize = 3;

/// What is asked for.
#[derive(Clone, Debug)]
pub struct NewAsk {
    /// Which right.
    pub kind: Kind,
    /// What exactly.
    pub wish: Wish,
    /// The language of the answer.
    pub lang: Lang,
}

/// To what nobody objects: what they ask for themselves, emergencies, the law, and that what is kept stays whole.
pub(crate) fn can_be_objected_to(purpose: Purpose) -> bool {
    !matches!(
        purpose,
        Purpose::Patrqt | Purpose::Etreat | Purpose::Hlegal | Purpose::Sysdev
    )
}

impl Installation {
    /// Whether it can be asked for so.
    fn check_wish(&self, kind: Kind, wish: &Wish) -> Result<(), RightsFault> {
        let wrong = |what| Err(RightsFault::Wish(what));
        if wish.text.chars().count() > TEXT_MAX {
            return wrong("A text has 4000 characters at most.");
        }
        if wish
            .value
            .as_ref()
            .is_some_and(|it| it.chars().count() > VALUE_MAX)
        {
            return wrong("What a field should say has 2000 characters at most.");
        }
        for text in [Some(&wish.text), wish.value.as_ref()]
            .into_iter()
            .flatten()
        {
            if base::card::find(text).is_some() {
                return Err(VaultError::Card("the request").into());
            }
            if text
                .chars()
                .any(|it| it.is_control() && !matches!(it, '\n' | '\r' | '\t'))
            {
                return wrong("A text holds no control characters.");
            }
        }
        if let Some(name) = &wish.collection {
            let register = self.vault.register();
            let Some(collection) = register.collection(name.as_str()) else {
                return Err(VaultError::NoCollection.into());
            };
            let known = |field: &Name| collection.fields.iter().any(|it| &it.name == field);
            if wish.field.as_ref().is_some_and(|field| !known(field)) {
                return wrong("The collection has no such field.");
            }
        }
        let parts = [
            (wish.record.is_some(), wish.collection.is_some()),
            (wish.field.is_some(), wish.record.is_some()),
            (wish.value.is_some(), wish.field.is_some()),
        ];
        if parts.iter().any(|(has, needs)| *has && !needs) {
            return wrong(
                "A record is named with its collection, a field with its record, what it should say with the field.",
            );
        }
        let objects = matches!(kind, Kind::Objection | Kind::OptOut);
        match wish.purpose {
            None if objects => return wrong("An objection names the purpose."),
            Some(purpose) if !objects || !can_be_objected_to(purpose) => {
                return wrong(
                    "Only an objection names a purpose, and not every purpose can be objected to.",
                );
            }
            _ => {}
        }
        let says = !wish.text.trim().is_empty();
        let in_words = matches!(kind, Kind::Question | Kind::Rectification | Kind::Correct);
        if in_words && !says && wish.value.is_none() {
            return wrong("Say in a few words what it is about.");
        }
        Ok(())
    }

    /// Whether what it is about is there, and is the person's: no clock starts about what is not. Nothing is opened for it but an entry
    /// of the log about them.
    async fn check_there(
        &self,
        ctx: &Ctx,
        person: PersonId,
        handle: Handle,
        wish: &Wish,
    ) -> Result<(), RightsFault> {
        if let (Some(collection), Some(record)) = (&wish.collection, &wish.record) {
            let tenant = &ctx.tenant;
            let part = self.vault.record_part(tenant, person, collection, record)?;
            let part = Part::Records(part);
            self.plan_part(tenant, person, &part, ctx.now).await?;
        }
        let Some(entry) = wish.entry else {
            return Ok(());
        };
        let before = entry.checked_add(1).ok_or(RightsFault::NoEntry)?;
        let found = self.log.about(&ctx.tenant, handle, Some(before), 1).await?;
        match found.first() {
            Some(logged) if logged.index == entry => Ok(()),
            _ => Err(RightsFault::NoEntry),
        }
    }

    /// A request comes in. Gives it, and the index of its entry.
    ///
    /// # Errors
    /// [`RightsFault::Wish`], [`RightsFault::Kind`], [`RightsFault::TooMany`]; storage and key failures.
    pub async fn ask_right(
        &self,
        ctx: &Ctx,
        allowed: &Allowed<RightsOf>,
        new: &NewAsk,
    ) -> Result<(Right, u64), RightsFault> {
        let tenant = &ctx.tenant;
        let person = allowed.thing().person.ok_or(VaultError::NoPerson)?;
        // First: of whom there is none, nothing is said.
        let handle = self.vault.handle(tenant, person).await?;
        self.check_wish(new.kind, &new.wish)?;
        self.check_there(ctx, person, handle, &new.wish).await?;
        let here = self.config.rights.law_of(tenant);
        let zone = self.config.rights.zone();
        let received = rights::day_of(ctx.now, &zone)?;
        let rules = match new.kind.law() {
            None => None,
            Some(law) if law == here => Some(rights::in_force(packs()?, law, received)?),
            Some(_) => return Err(RightsFault::Kind),
        };
        let next = self.next(&Request::receive(new.kind, received), rules)?;
        let right = Right {
            request: ObjectId::random(&*self.rng),
            person,
            kind: new.kind,
            rules: rules.map(|it| (it.law, it.version)),
            received_at: ctx.now,
            received,
            lang: new.lang,
            standing: Standing::Is(rights::State::Received),
            seq: 0,
            next,
            closed_at: None,
        };
        let plain = serde_json::to_vec(&new.wish)
            .map_err(|_| RightsFault::Wish("It cannot be written down."))?;
        let at = NoteAt {
            person,
            request: right.request,
            seq: 0,
            at: ctx.now,
        };
        for _ in 0..TRIES {
            let (sealed, set) = self.vault.seal_note(allowed, at, &plain).await?;
            let entry = entry(ctx, allowed.rule(), Action::RightsAsk)?
                .person(handle)
                .subject(*right.request.as_bytes());
            let [step, day, due] = Right::due_values(right.next);
            let room = vec![
                tenant.into(),
                person.into(),
                i64::from(self.config.rights.open_max).into(),
            ];
            let mut set = set;
            let stead = self.in_stead(ctx).await?;
            set.statements.extend(stead.statements);
            let set = set
                .run_expecting(&ROOM, room, 1, GUARD_ROOM)
                .run(
                    &INSERT,
                    vec![
                        tenant.into(),
                        right.request.into(),
                        person.into(),
                        right.kind.as_str().into(),
                        right.rules.map(|it| it.0.as_str()).into(),
                        right.rules.map(|it| i64::from(it.1)).into(),
                        ctx.now.into(),
                        received.to_string().into(),
                        right.lang.code().into(),
                        step,
                        day,
                        due,
                    ],
                )
                .run(
                    &EVENT_INSERT,
                    vec![
                        tenant.into(),
                        person.into(),
                        right.request.into(),
                        0_i64.into(),
                        What::Received.as_str().into(),
                        ctx.now.into(),
                        received.to_string().into(),
                        store::Value::Null,
                        store::Value::Null,
                        sealed.into(),
                    ],
                )
                .log(entry.finish(tenant));
            match self.vault.commit_note(tenant, person, set).await {
                Ok((_, index)) => return Ok((right, index)),
                Err(VaultError::NewerKeys) => {}
                Err(VaultError::Store(StoreError::Guard(GUARD_ROOM))) => {
                    return Err(RightsFault::TooMany);
                }
                Err(error) => return Err(error.into()),
            }
        }
        Err(VaultError::Contended.into())
    }

    /// What is due next for a request.
    pub(super) fn next(
        &self,
        request: &Request,
        rules: Option<&rights::Pack>,
    ) -> Result<Option<Next>, RightsFault> {
        let Some(rules) = rules else {
            return Ok(None);
        };
        let dues = rights::due(request, rules, &self.config.rights.days()?)?;
        dues.first()
            .map(|due| {
                Ok(Next {
                    step: due.step,
                    last: due.last,
                    at: rights::expires(due.last, &self.config.rights.zone())?,
                })
            })
            .transpose()
    }
}

/// An entry that names the rule which said yes.
pub(super) fn entry(ctx: &Ctx, rule: &'static str, action: Action) -> Result<Entry, VaultError> {
    let entry = Entry::new(ctx, action, Outcome::Ok)?;
    Ok(match rule.parse() {
        Ok(rule) => entry.policy(&rule),
        Err(_) => entry,
    })
}
