//! A request reaches a person: by a link, a letter, the portal's inbox, an app's sign-in. Nobody is asked again and again.

use std::time::Duration;

use base::{Ctx, GrantId, Instant, PersonId, TenantId};
use store::{Row, Value, WriteSet};

use crate::request::{instant, version_of};
use crate::{AskingId, ConsentError, Consents, DAY, Offered, Party, RequestId, sql};

/// Askings on one page.
pub const PAGE_MAX: u32 = 100;

/// How often a person may be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// Who was refused does not ask this person again for so long.
    pub after_refusal: Duration,
    /// One asker asks one person so often in [`Pace::per`] at most.
    pub by_one: usize,
    /// The time that [`Pace::by_one`] counts in.
    pub per: Duration,
    /// All askers together ask one person so often a day at most.
    pub a_day: usize,
    /// An app that sends a person to sign in is refused so often a day at most; then it is refused without asking.
    pub at_sign_in: usize,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            after_refusal: DAY * 30,
            by_one: 3,
            per: DAY * 90,
            a_day: 5,
            at_sign_in: 3,
        }
    }
}

/// When there are fewer than `most` within `span` again; `None` where there are at `now`.
fn next<'a>(
    asked: impl Iterator<Item = &'a Asking>,
    span: Duration,
    most: usize,
    now: Instant,
) -> Option<Instant> {
    if most == 0 {
        return Some(now.after(span));
    }
    let mut over: Vec<Instant> = asked.map(|it| it.asked_at.after(span)).collect();
    over.retain(|it| *it > now);
    over.sort_unstable();
    // Once so many of the oldest are out of it.
    let gone = over.len().checked_sub(most)?;
    over.get(gone).copied()
}

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $text:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $name {
            $($(#[$vdoc])* $variant,)*
        }

        impl $name {
            /// As it is stored.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $text,)*
                }
            }

            pub(crate) fn read(text: &str) -> Result<Self, ConsentError> {
                match text {
                    $($text => Ok(Self::$variant),)*
                    _ => Err(ConsentError::Damaged(stringify!($name))),
                }
            }
        }
    };
}
pub(crate) use words;

words! {
    /// How a request reached a person.
    Way {
        /// They opened a link to it.
        Link = "link",
        /// By a letter.
        Mail = "mail",
        /// It lies in the portal's inbox.
        Inbox = "inbox",
        /// An app sent them to sign in.
        Oauth = "oauth",
    }
}

words! {
    /// What became of it.
    AskingState {
        /// It waits for an answer.
        Open = "open",
        /// Later, they said.
        Deferred = "deferred",
        /// Yes, to all or to some.
        Granted = "granted",
        /// No.
        Refused = "refused",
        /// Nobody answered, or another question took its place.
        Lapsed = "lapsed",
    }
}

/// One request that reached one person.
#[derive(Clone, Debug)]
pub struct Asking {
    /// Which.
    pub asking: AskingId,
    /// Whom.
    pub person: PersonId,
    /// What they are asked.
    pub request: RequestId,
    /// In which version.
    pub version: u32,
    /// How it came.
    pub way: Way,
    /// What became of it.
    pub state: AskingState,
    /// Since when.
    pub asked_at: Instant,
    /// Deferred until then.
    pub again_at: Option<Instant>,
    /// When it goes away by itself.
    pub expires_at: Instant,
    /// When it was answered.
    pub answered_at: Option<Instant>,
    /// What came of it.
    pub grant: Option<GrantId>,
    asker: [u8; 16],
}

impl Asking {
    fn read(row: &Row) -> Result<Self, ConsentError> {
        let damaged = || ConsentError::Damaged("asking");
        let grant = if row.is_null(11) {
            None
        } else {
            Some(GrantId::from_slice(row.bytes(11)?).ok_or_else(damaged)?)
        };
        Ok(Self {
            asking: AskingId::read(row.bytes(0)?)?,
            person: PersonId::from_slice(row.bytes(1)?).ok_or_else(damaged)?,
            request: RequestId::read(row.bytes(2)?)?,
            version: version_of(row.int(3)?)?,
            asker: row.bytes(4)?.try_into().map_err(|_| damaged())?,
            way: Way::read(row.text(5)?)?,
            state: AskingState::read(row.text(6)?)?,
            asked_at: Instant::from_micros(row.int(7)?),
            again_at: instant(row, 8)?,
            expires_at: Instant::from_micros(row.int(9)?),
            answered_at: instant(row, 10)?,
            grant,
        })
    }

    /// Whether it waits for an answer at `now`.
    #[must_use]
    pub fn waits(&self, now: Instant) -> bool {
        matches!(self.state, AskingState::Open | AskingState::Deferred) && now < self.expires_at
    }
}

impl Consents {
    /// Ask a person. Where the same question waits already, it is that one.
    ///
    /// # Errors
    /// [`ConsentError::Pace`] when they were asked too often; [`ConsentError::Over`] when the request is closed; storage failures.
    pub async fn ask(
        &self,
        ctx: &Ctx,
        offered: &Offered,
        person: PersonId,
        way: Way,
    ) -> Result<(Asking, WriteSet), ConsentError> {
        if offered.closed_at.is_some() {
            return Err(ConsentError::Over);
        }
        let open = self
            .open_asking(&ctx.tenant, person, offered.asker, ctx.now)
            .await?;
        if let Some(open) = &open
            && (open.request, open.version) == (offered.request, offered.version)
        {
            return Ok((open.clone(), WriteSet::new()));
        }
        // Who came by a link or an app came by themselves: the new question takes the place of the old one.
        let came = matches!(way, Way::Link | Way::Oauth);
        if let Some(open) = &open
            && !came
        {
            return Err(ConsentError::Pace(open.expires_at.since(ctx.now)));
        }
        self.pace(ctx, offered.asker, person, way).await?;
        let asking = Asking {
            asking: AskingId::random(&*self.rng),
            person,
            request: offered.request,
            version: offered.version,
            way,
            state: AskingState::Open,
            asked_at: ctx.now,
            again_at: None,
            expires_at: ctx.now.after(self.settings.asking),
            answered_at: None,
            grant: None,
            asker: *offered.asker.bytes(),
        };
        let lapse_until = if came {
            Instant::from_micros(i64::MAX)
        } else {
            ctx.now
        };
        let purposes = offered.offer.purposes.iter().copied();
        let set = Self::not_objected(ctx, person, purposes, WriteSet::new())
            .run(
                &sql::ASKING_LAPSE_OLD,
                vec![
                    (&ctx.tenant).into(),
                    person.into(),
                    offered.asker.value(),
                    lapse_until.into(),
                ],
            )
            .run(
                &sql::ASKING_INSERT,
                vec![
                    (&ctx.tenant).into(),
                    asking.asking.into(),
                    person.into(),
                    asking.request.into(),
                    asking.version.into(),
                    offered.asker.value(),
                    way.as_str().into(),
                    asking.asked_at.into(),
                    asking.expires_at.into(),
                ],
            );
        Ok((asking, set))
    }

    /// What waits for a person's answer.
    pub(crate) async fn askings_open(
        &self,
        ctx: &Ctx,
        person: PersonId,
    ) -> Result<Vec<Asking>, ConsentError> {
        let params = vec![(&ctx.tenant).into(), person.into(), ctx.now.into()];
        let rows = self.db.rows(&sql::ASKINGS_OPEN_OF, params).await?;
        rows.iter().map(Asking::read).collect()
    }

    async fn pace(
        &self,
        ctx: &Ctx,
        asker: Party,
        person: PersonId,
        way: Way,
    ) -> Result<(), ConsentError> {
        let pace = self.settings.pace;
        let since = ctx.now.before(pace.per.max(pace.after_refusal).max(DAY));
        let params = vec![(&ctx.tenant).into(), person.into(), since.into()];
        let rows = self.db.rows(&sql::ASKED_SINCE, params).await?;
        let asked = rows
            .iter()
            .map(Asking::read)
            .collect::<Result<Vec<_>, _>>()?;
        let by_one = || asked.iter().filter(|it| it.asker == *asker.bytes());
        let refused = |it: &&Asking| it.state == AskingState::Refused;
        let brought = |it: &&Asking| matches!(it.way, Way::Mail | Way::Inbox);
        let over = match way {
            Way::Link => None,
            Way::Oauth => next(by_one().filter(refused), DAY, pace.at_sign_in, ctx.now),
            Way::Mail | Way::Inbox => {
                let answered = by_one().filter(refused).filter_map(|it| it.answered_at);
                let after_refusal = answered.max().map(|at| at.after(pace.after_refusal));
                [
                    after_refusal.filter(|it| *it > ctx.now),
                    next(by_one().filter(brought), pace.per, pace.by_one, ctx.now),
                    next(asked.iter().filter(brought), DAY, pace.a_day, ctx.now),
                ]
                .into_iter()
                .flatten()
                .max()
            }
        };
        match over {
            Some(at) => Err(ConsentError::Pace(at.since(ctx.now))),
            None => Ok(()),
        }
    }

    async fn open_asking(
        &self,
        tenant: &TenantId,
        person: PersonId,
        asker: Party,
        now: Instant,
    ) -> Result<Option<Asking>, ConsentError> {
        let params = vec![tenant.into(), person.into(), asker.value(), now.into()];
        let row = self.db.row(&sql::ASKING_OPEN, params).await?;
        row.as_ref().map(Asking::read).transpose()
    }

    /// One asking of a person.
    ///
    /// # Errors
    /// [`ConsentError::NotFound`]; storage failures.
    pub async fn asking(
        &self,
        tenant: &TenantId,
        person: PersonId,
        asking: AskingId,
    ) -> Result<Asking, ConsentError> {
        let params = vec![tenant.into(), person.into(), asking.into()];
        let row = self.db.row(&sql::ASKING_FIND, params).await?;
        Asking::read(&row.ok_or(ConsentError::NotFound("question"))?)
    }

    /// What a person was asked, newest first, behind `after`.
    ///
    /// # Errors
    /// Storage failures.
    pub async fn askings(
        &self,
        tenant: &TenantId,
        person: PersonId,
        after: Option<(Instant, AskingId)>,
        limit: u32,
    ) -> Result<Vec<Asking>, ConsentError> {
        let (at, id) = place_after(after.map(|(at, id)| (at, *id.as_bytes())));
        let params = vec![
            tenant.into(),
            person.into(),
            at,
            id,
            limit.min(PAGE_MAX + 1).into(),
        ];
        let rows = self.db.rows(&sql::ASKINGS_OF, params).await?;
        rows.iter().map(Asking::read).collect()
    }

    /// What became of the askings of one request, for who asks, in the order of ids behind `after`.
    ///
    /// # Errors
    /// Storage failures.
    pub async fn askings_by(
        &self,
        tenant: &TenantId,
        asker: Party,
        request: RequestId,
        after: Option<AskingId>,
        limit: u32,
    ) -> Result<Vec<Asking>, ConsentError> {
        let after = after.map_or([0; 16], |it| *it.as_bytes());
        let params = vec![
            tenant.into(),
            asker.value(),
            request.into(),
            Value::Id(after),
            limit.min(PAGE_MAX + 1).into(),
        ];
        let rows = self.db.rows(&sql::ASKINGS_BY, params).await?;
        rows.iter().map(Asking::read).collect()
    }
}

/// The parameters of "behind this one" in a list that begins with the newest.
pub(crate) fn place_after(after: Option<(Instant, [u8; 16])>) -> (Value, Value) {
    let (at, id) = after.unwrap_or((Instant::from_micros(i64::MAX), [0; 16]));
    (at.into(), Value::Id(id))
}
