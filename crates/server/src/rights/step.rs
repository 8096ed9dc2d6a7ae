//! A step is taken with a request, and what comes of an answer.

use audit::Action;
use base::{AccountId, Ctx, Instant, Purpose, TenantId};
use consent::{Grant, Limit, Reach};
use govern::rights::{self, Event, Happened, Kind, Request, Step};
use jiff::civil::Date;
use policy::{Allowed, RightsOf};
use store::{StoreError, Value, WriteSet};
use vault::notes::NoteAt;
use vault::{Vault, VaultError};

use super::ask::{TRIES, entry};
use super::rows::{EVENT_INSERT, MOVE, Sealed};
use super::{Days, InTime, Right, RightsFault, Standing, TEXT_MAX, What, Wish};
use crate::Installation;
use crate::notices::{Jobs, Told};

/// The guard that a step fails which was taken behind another.
const GUARD_SEQ: &str = "rights.seq";
/// Grants that are looked at in one go.
const GRANTS_PAGE: u32 = 100;

/// A step to take.
#[derive(Clone, Debug)]
pub struct NewStep {
    /// Which.
    pub event: Event,
    /// What the person is told; for an extension or a refusal, why.
    pub text: String,
    /// Who takes it.
    pub account: Option<AccountId>,
    /// Whether an answer does what was asked, where Strongroom can: corrects, restricts, ends what was objected to.
    pub carry_out: bool,
}

/// What an answer brings about, in the same commit or before it.
#[derive(Default)]
struct Done {
    /// The version of the record that was corrected.
    version: Option<u64>,
    limit: Option<Reach>,
    /// Questions that lapse.
    set: WriteSet,
}

/// What is written down of an event.
struct NewEvent<'a> {
    what: What,
    text: &'a str,
    account: Option<AccountId>,
    version: Option<u64>,
    told: Option<Told>,
    action: Action,
}

fn told(event: Event) -> Option<Told> {
    match event {
        Event::Confirmed => Some(Told::RightsConfirmed),
        Event::Extended => Some(Told::RightsExtended),
        Event::Answered | Event::Refused => Some(Told::RightsAnswered),
        Event::Begun | Event::Withdrawn => None,
    }
}

impl Installation {
    /// Take a step with a request. Gives it as it stands then, and the index of the entry.
    ///
    /// # Errors
    /// [`RightsFault::Rules`] where the law or the state does not let it; [`RightsFault::Wish`], [`RightsFault::Correction`];
    /// [`RightsFault::Moved`]; storage and key failures.
    pub async fn step_right(
        &self,
        ctx: &Ctx,
        allowed: &Allowed<RightsOf>,
        right: &Right,
        step: &NewStep,
    ) -> Result<(Right, u64), RightsFault> {
        let events = self.right_events(&ctx.tenant, right).await?;
        let mut request = replay(right, &events);
        let rules = right.pack()?;
        let today = rights::day_of(ctx.now, &self.config.rights.zone())?;
        request.add(step.event, today, rules, &self.config.rights.days()?)?;
        let text = step.text.trim();
        if text.chars().count() > TEXT_MAX {
            return Err(RightsFault::Wish("A text has 4000 characters at most."));
        }
        if base::card::find(text).is_some() {
            return Err(VaultError::Card("the text").into());
        }
        let explains = matches!(
            step.event,
            Event::Extended | Event::Refused | Event::Answered
        );
        if explains && text.is_empty() {
            return Err(RightsFault::Wish(
                "Say what the person is told: the answer, or why it takes longer or is refused.",
            ));
        }
        let done = if step.event == Event::Answered && step.carry_out {
            let (wish, _) = self.open_right(allowed, right).await?;
            self.carry_out(ctx, allowed, right, &wish).await?
        } else {
            Done::default()
        };
        let mut after = right.clone();
        after.standing = Standing::Is(request.state());
        after.next = self.next(&request, rules)?;
        after.closed_at = request.state().is_closed().then_some(ctx.now);
        let event = NewEvent {
            what: What::Step(step.event),
            text,
            account: step.account,
            version: done.version,
            told: told(step.event),
            action: Action::RightsStep,
        };
        let mut set = done.set;
        if let Some(reach) = done.limit {
            let limit = Limit {
                request: right.request,
                reach,
                since: ctx.now,
            };
            set = limit.set(&ctx.tenant, right.person, set);
        }
        self.write_event(ctx, allowed, after, &event, set).await
    }

    /// By when a request is answered, and by when if it were extended today.
    ///
    /// # Errors
    /// Storage failures.
    pub async fn right_days(
        &self,
        tenant: &TenantId,
        right: &Right,
        now: Instant,
    ) -> Result<Days, RightsFault> {
        let events = self.right_events(tenant, right).await?;
        let request = replay(right, &events);
        let Some(rules) = right.pack()? else {
            return Ok(Days::default());
        };
        let holidays = self.config.rights.days()?;
        let answer = |request: &Request| -> Result<Option<Date>, RightsFault> {
            let dues = rights::due(request, rules, &holidays)?;
            let answer = dues.iter().find(|it| it.step == Step::Answer);
            Ok(answer.map(|it| it.last))
        };
        let today = rights::day_of(now, &self.config.rights.zone())?;
        let mut extended = request.clone();
        let may = extended.add(Event::Extended, today, Some(rules), &holidays);
        Ok(Days {
            last: answer(&request)?,
            longer: if may.is_ok() {
                answer(&extended)?
            } else {
                None
            },
        })
    }

    /// When a request was answered or refused, and by when that was due; nothing where it was neither.
    ///
    /// # Errors
    /// Storage failures.
    pub async fn right_in_time(
        &self,
        tenant: &TenantId,
        right: &Right,
    ) -> Result<Option<InTime>, RightsFault> {
        let ends = |it: &What| matches!(it, What::Step(Event::Answered | Event::Refused));
        let mut events = self.right_events(tenant, right).await?;
        let Some(at) = events.iter().position(|it| ends(&it.what)) else {
            return Ok(None);
        };
        let Some(end) = events.drain(at..).next() else {
            return Ok(None);
        };
        let last = match right.pack()? {
            Some(rules) => {
                let dues =
                    rights::due(&replay(right, &events), rules, &self.config.rights.days()?)?;
                let answer = dues.iter().find(|it| it.step == Step::Answer);
                answer.map(|it| it.last)
            }
            None => None,
        };
        Ok(Some(InTime { day: end.day, last }))
    }

    /// Lift what came of a request.
    ///
    /// # Errors
    /// [`RightsFault::NothingToLift`], [`RightsFault::Moved`]; storage failures.
    pub async fn lift_right(
        &self,
        ctx: &Ctx,
        allowed: &Allowed<RightsOf>,
        right: &Right,
        account: Option<AccountId>,
        by_house: bool,
    ) -> Result<(Right, u64), RightsFault> {
        let set = Limit::lift(
            &ctx.tenant,
            right.person,
            right.request,
            ctx.now,
            WriteSet::new(),
        );
        let event = NewEvent {
            what: What::Lifted,
            text: "",
            account,
            version: None,
            // GDPR Art. 18(3): the person is told.
            told: by_house.then_some(Told::RightsAnswered),
            action: Action::RightsLift,
        };
        self.write_event(ctx, allowed, right.clone(), &event, set)
            .await
    }

    /// Write an event down behind the one that `after` names as the newest.
    async fn write_event(
        &self,
        ctx: &Ctx,
        allowed: &Allowed<RightsOf>,
        mut after: Right,
        event: &NewEvent<'_>,
        extra: WriteSet,
    ) -> Result<(Right, u64), RightsFault> {
        let tenant = &ctx.tenant;
        let before = after.seq;
        after.seq += 1;
        let day = rights::day_of(ctx.now, &self.config.rights.zone())?;
        let handle = self.vault.handle(tenant, after.person).await?;
        let at = NoteAt {
            person: after.person,
            request: after.request,
            seq: after.seq,
            at: ctx.now,
        };
        for _ in 0..TRIES {
            let (sealed, mut set) = if event.text.is_empty() {
                let there = Vault::is_there(tenant, after.person);
                (None, WriteSet::new().with(there))
            } else {
                let plain = event.text.as_bytes();
                let (sealed, set) = self.vault.seal_note(allowed, at, plain).await?;
                (Some(sealed), set)
            };
            let [step, last, due] = Right::due_values(after.next);
            let moved = vec![
                tenant.into(),
                after.request.into(),
                before.into(),
                after.standing.as_str().into(),
                after.seq.into(),
                step,
                last,
                due,
                after.closed_at.into(),
            ];
            let version: Option<i64> = event.version.and_then(|it| i64::try_from(it).ok());
            let row: Vec<Value> = vec![
                tenant.into(),
                after.person.into(),
                after.request.into(),
                after.seq.into(),
                event.what.as_str().into(),
                ctx.now.into(),
                day.to_string().into(),
                event.account.into(),
                version.into(),
                sealed.into(),
            ];
            set = set
                .run_expecting(&MOVE, moved, 1, GUARD_SEQ)
                .run(&EVENT_INSERT, row);
            set.statements.extend(extra.statements.iter().cloned());
            if let Some(told) = event.told {
                let key = format!("{}/{}", after.request, after.seq);
                let job = Jobs::of(self).tell_person(tenant, after.person, told, &key, ctx.now);
                set = set.with(job);
            }
            let mut entry = entry(ctx, allowed.rule(), event.action)?
                .person(handle)
                .subject(*after.request.as_bytes());
            if let Some(version) = event.version {
                entry = entry.version(version);
            }
            let set = set.log(entry.finish(tenant));
            match self.vault.commit_note(tenant, after.person, set).await {
                Ok((_, index)) => return Ok((after, index)),
                Err(VaultError::NewerKeys) => {}
                Err(VaultError::Store(StoreError::Guard(GUARD_SEQ) | StoreError::Duplicate)) => {
                    return Err(RightsFault::Moved);
                }
                Err(VaultError::Store(StoreError::Guard("consent.lift"))) => {
                    return Err(RightsFault::NothingToLift);
                }
                Err(error) => return Err(error.into()),
            }
        }
        Err(VaultError::Contended.into())
    }

    /// Do what was asked, as far as Strongroom can. What is not in the commit of the answer can be repeated: an answer that fails
    /// after it is given again.
    async fn carry_out(
        &self,
        ctx: &Ctx,
        allowed: &Allowed<RightsOf>,
        right: &Right,
        wish: &Wish,
    ) -> Result<Done, RightsFault> {
        let mut done = Done::default();
        match right.kind {
            Kind::Rectification | Kind::Correct => {
                done.version = self.correct(ctx, right.person, wish).await?;
            }
            Kind::Restriction => done.limit = Some(Reach::Restriction(wish.collection.clone())),
            Kind::Objection | Kind::OptOut => {
                let purpose = wish.purpose.ok_or(VaultError::Damaged("objection"))?;
                self.end_for(ctx, allowed, right, purpose).await?;
                let set = WriteSet::new();
                done.set = self
                    .consents
                    .lapse_for(ctx, right.person, purpose, set)
                    .await?;
                done.limit = Some(Reach::Objection(purpose));
            }
            _ => {}
        }
        Ok(done)
    }

    /// End every grant as far as it is for `purpose`.
    async fn end_for(
        &self,
        ctx: &Ctx,
        allowed: &Allowed<RightsOf>,
        right: &Right,
        purpose: Purpose,
    ) -> Result<(), RightsFault> {
        let mut after: Option<(Instant, base::GrantId)> = None;
        loop {
            let page = self
                .consents
                .grants(&ctx.tenant, right.person, after, GRANTS_PAGE)
                .await?;
            let Some(last) = page.last() else {
                return Ok(());
            };
            after = Some((last.given_at, last.grant));
            let concerned =
                |it: &&Grant| it.stands(ctx.now) && it.terms.purposes.contains(&purpose);
            for grant in page.iter().filter(concerned) {
                let mut terms = grant.terms.clone();
                terms.purposes.remove(&purpose);
                if terms.purposes.is_empty() {
                    self.withdraw_grant(ctx, allowed.rule(), grant, None)
                        .await?;
                } else {
                    self.narrow_grant(ctx, allowed.rule(), grant, terms, grant.until, None)
                        .await?;
                }
            }
        }
    }
}

/// The request as the rules know it.
pub(super) fn replay(right: &Right, events: &[Sealed]) -> Request {
    let steps = events.iter().filter_map(|it| match it.what {
        What::Step(event) => Some(Happened { event, day: it.day }),
        What::Received | What::Lifted => None,
    });
    Request::restore(right.kind, right.received, steps.collect())
}
