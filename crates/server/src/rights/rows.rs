//! The rows of requests, and what is read from them.

use base::{AccountId, Instant, ObjectId, PersonId, TenantId};
use govern::rights::{Kind, Law, State, Step};
use jiff::civil::Date;
use policy::{Allowed, RightsOf};
use store::{Row, Sql, Value, WriteSet};
use vault::VaultError;
use vault::notes::NoteAt;
use web::Lang;

use super::{Happened, Next, Right, RightsFault, Standing, What, Wish};
use crate::Installation;

macro_rules! statements {
    ($($(#[$doc:meta])* $name:ident = $sql:expr;)+) => {
        $($(#[$doc])* pub(super) static $name: Sql = $sql;)+
        /// Every statement, for the test that prepares each on both engines.
        pub static STATEMENTS: &[&Sql] = &[$(&$name),+];
    };
}

macro_rules! columns {
    ($rest:literal) => {
        Sql::both(concat!(
            "SELECT request, person, kind, law, pack, received_at, received_day, lang, state, seq, due_step, due_day, due_at, closed_at \
             FROM rights_request WHERE tenant = $1 ",
            $rest
        ))
    };
}

// What is due comes first by its day, then what no law sets a time for, then what is closed: the newest first.
macro_rules! urgency {
    () => {
        "coalesce(due_at, 4000000000000000000 - received_at)"
    };
}

statements! {
    INSERT = Sql::both(
        "INSERT INTO rights_request (tenant, request, person, kind, law, pack, received_at, received_day, lang, state, seq, due_step, due_day, due_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'received', 0, $10, $11, $12)",
    );
    EVENT_INSERT = Sql::both(
        "INSERT INTO rights_event (tenant, person, request, seq, what, at, day, account, version, sealed) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    );
    MOVE = Sql::both(
        "UPDATE rights_request SET state = $4, seq = $5, due_step = $6, due_day = $7, due_at = $8, closed_at = $9 \
         WHERE tenant = $1 AND request = $2 AND seq = $3 AND person IS NOT NULL",
    );
    /// Not so many are open already.
    ROOM = Sql::both(
        "SELECT 1 WHERE (SELECT count(*) FROM rights_request WHERE tenant = $1 AND person = $2 AND closed_at IS NULL) < CAST($3 AS BIGINT)",
    );
    FIND = columns!("AND request = $2 AND person IS NOT NULL");
    OF_PERSON = columns!("AND person = $2 AND (received_at < $3 OR (received_at = $3 AND request > $4)) ORDER BY received_at DESC, request LIMIT $5");
    INBOX = Sql::both(concat!(
        "SELECT request, person, kind, law, pack, received_at, received_day, lang, state, seq, due_step, due_day, due_at, closed_at, ",
        urgency!(),
        " FROM rights_request WHERE tenant = $1 AND person IS NOT NULL AND (CAST($2 AS TEXT) = 'all' \
         OR (CAST($2 AS TEXT) = 'open' AND closed_at IS NULL) OR (CAST($2 AS TEXT) = 'closed' AND closed_at IS NOT NULL)) \
         AND coalesce(due_at, 9223372036854775807) <= $3 AND (",
        urgency!(), " > $4 OR (", urgency!(), " = $4 AND request > $5)) ORDER BY ", urgency!(), ", request LIMIT $6",
    ));
    /// What is due before `$2`.
    DUE = columns!("AND person IS NOT NULL AND closed_at IS NULL AND due_at <= $2 ORDER BY due_at, request LIMIT $3");
    /// What has a clock that runs, page by page.
    RUNNING = columns!("AND person IS NOT NULL AND closed_at IS NULL AND law IS NOT NULL AND request > $2 ORDER BY request LIMIT $3");
    EVENTS = Sql::both(
        "SELECT seq, what, at, day, account, version, sealed FROM rights_event WHERE tenant = $1 AND person = $2 AND request = $3 ORDER BY seq LIMIT 100",
    );
    UNNAME = Sql::both(
        "UPDATE rights_request SET person = NULL, state = CASE WHEN closed_at IS NULL THEN 'erased' ELSE state END, \
         closed_at = coalesce(closed_at, $3), due_step = NULL, due_day = NULL, due_at = NULL WHERE tenant = $1 AND person = $2",
    );
    FORGET_EVENTS = Sql::both("DELETE FROM rights_event WHERE tenant = $1 AND person = $2");
}

/// The writes that take a person's name off every request, and everything that was said.
pub(crate) fn unname(tenant: &TenantId, person: PersonId, now: Instant, set: WriteSet) -> WriteSet {
    set.run(&UNNAME, vec![tenant.into(), person.into(), now.into()])
        .run(&FORGET_EVENTS, vec![tenant.into(), person.into()])
}

/// Which requests are listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Filter {
    /// Those that wait for something.
    Open,
    /// Those whose next step is too late.
    Overdue,
    /// Those after which nothing follows.
    Closed,
    /// Every one.
    All,
}

impl Filter {
    /// By its name.
    #[must_use]
    pub fn of(text: &str) -> Option<Self> {
        match text {
            "open" => Some(Self::Open),
            "overdue" => Some(Self::Overdue),
            "closed" => Some(Self::Closed),
            "all" => Some(Self::All),
            _ => None,
        }
    }
}

/// Where a page of the inbox begins.
pub type After = (Instant, ObjectId);

fn damaged() -> VaultError {
    VaultError::Damaged("request of a data subject")
}

impl Right {
    pub(super) fn read(row: &Row) -> Result<Self, VaultError> {
        let text = |at: usize| -> Result<Option<&str>, VaultError> {
            Ok(if row.is_null(at) {
                None
            } else {
                Some(row.text(at)?)
            })
        };
        let date = |text: &str| text.parse::<Date>().map_err(|_| damaged());
        let rules = match text(3)? {
            None => None,
            Some(law) => Some((
                Law::of(law).ok_or_else(damaged)?,
                u16::try_from(row.int(4)?).map_err(|_| damaged())?,
            )),
        };
        let next = match text(10)? {
            None => None,
            Some(step) => Some(Next {
                step: Step::of(step).ok_or_else(damaged)?,
                last: date(text(11)?.ok_or_else(damaged)?)?,
                at: Instant::from_micros(row.int(12)?),
            }),
        };
        let state = row.text(8)?;
        Ok(Self {
            request: ObjectId::from_slice(row.bytes(0)?).ok_or_else(damaged)?,
            person: PersonId::from_slice(row.bytes(1)?).ok_or_else(damaged)?,
            kind: Kind::of(row.text(2)?).ok_or_else(damaged)?,
            rules,
            received_at: Instant::from_micros(row.int(5)?),
            received: date(row.text(6)?)?,
            lang: Lang::from_tag(row.text(7)?).unwrap_or(Lang::En),
            standing: match State::of(state) {
                Some(state) => Standing::Is(state),
                None if state == "erased" => Standing::Erased,
                None => return Err(damaged()),
            },
            seq: u32::try_from(row.int(9)?).map_err(|_| damaged())?,
            next,
            closed_at: if row.is_null(13) {
                None
            } else {
                Some(Instant::from_micros(row.int(13)?))
            },
        })
    }

    /// The columns that say what is due next.
    pub(super) fn due_values(next: Option<Next>) -> [Value; 3] {
        [
            next.map(|it| it.step.as_str()).into(),
            next.map(|it| it.last.to_string()).into(),
            next.map(|it| it.at).into(),
        ]
    }
}

/// An event, not opened.
pub(super) struct Sealed {
    pub seq: u32,
    pub what: What,
    pub at: Instant,
    pub day: Date,
    pub account: Option<AccountId>,
    pub version: Option<u64>,
    pub sealed: Option<Vec<u8>>,
}

impl Sealed {
    fn read(row: &mut Row) -> Result<Self, VaultError> {
        Ok(Self {
            seq: u32::try_from(row.int(0)?).map_err(|_| damaged())?,
            what: What::of(row.text(1)?).ok_or_else(damaged)?,
            at: Instant::from_micros(row.int(2)?),
            day: row.text(3)?.parse().map_err(|_| damaged())?,
            account: if row.is_null(4) {
                None
            } else {
                Some(AccountId::from_slice(row.bytes(4)?).ok_or_else(damaged)?)
            },
            version: if row.is_null(5) {
                None
            } else {
                Some(u64::try_from(row.int(5)?).map_err(|_| damaged())?)
            },
            sealed: if row.is_null(6) {
                None
            } else {
                Some(row.take_bytes(6)?)
            },
        })
    }
}

impl Installation {
    /// One request.
    ///
    /// # Errors
    /// [`RightsFault::NotFound`]; storage failures.
    pub async fn right(&self, tenant: &TenantId, request: ObjectId) -> Result<Right, RightsFault> {
        let params = vec![tenant.into(), request.into()];
        let row = self.db.row(&FIND, params).await?;
        Ok(Right::read(&row.ok_or(RightsFault::NotFound)?)?)
    }

    /// What a person asked for, the newest first.
    ///
    /// # Errors
    /// Storage failures.
    pub async fn rights_of(
        &self,
        tenant: &TenantId,
        person: PersonId,
        after: Option<After>,
        limit: u32,
    ) -> Result<Vec<Right>, RightsFault> {
        let (at, request) = after.unwrap_or((
            Instant::from_micros(i64::MAX),
            ObjectId::from_bytes([0; 16]),
        ));
        let params = vec![
            tenant.into(),
            person.into(),
            at.into(),
            request.into(),
            limit.into(),
        ];
        let rows = self.db.rows(&OF_PERSON, params).await?;
        Ok(rows.iter().map(Right::read).collect::<Result<_, _>>()?)
    }

    /// What everybody asked for, the most urgent first, each with the place where a page behind it begins.
    ///
    /// # Errors
    /// Storage failures.
    pub async fn rights_inbox(
        &self,
        tenant: &TenantId,
        filter: Filter,
        after: Option<After>,
        limit: u32,
        now: Instant,
    ) -> Result<Vec<(Right, After)>, RightsFault> {
        let (which, before) = match filter {
            Filter::Open => ("open", i64::MAX),
            Filter::Overdue => ("open", now.micros()),
            Filter::Closed => ("closed", i64::MAX),
            Filter::All => ("all", i64::MAX),
        };
        let (place, request) = after.unwrap_or((
            Instant::from_micros(i64::MIN),
            ObjectId::from_bytes([0; 16]),
        ));
        let params = vec![
            tenant.into(),
            which.into(),
            before.into(),
            place.into(),
            request.into(),
            limit.into(),
        ];
        let rows = self.db.rows(&INBOX, params).await?;
        rows.iter()
            .map(|row| {
                let right = Right::read(row)?;
                let place = (Instant::from_micros(row.int(14)?), right.request);
                Ok((right, place))
            })
            .collect::<Result<_, VaultError>>()
            .map_err(Into::into)
    }

    pub(super) async fn right_events(
        &self,
        tenant: &TenantId,
        right: &Right,
    ) -> Result<Vec<Sealed>, RightsFault> {
        let params = vec![tenant.into(), right.person.into(), right.request.into()];
        let mut rows = self.db.rows(&EVENTS, params).await?;
        Ok(rows
            .iter_mut()
            .map(Sealed::read)
            .collect::<Result<_, _>>()?)
    }

    /// What was asked, and what happened since, opened. Whoever hands it out has the entry durable first.
    ///
    /// # Errors
    /// What does not open; storage and key failures.
    pub async fn open_right(
        &self,
        allowed: &Allowed<RightsOf>,
        right: &Right,
    ) -> Result<(Wish, Vec<Happened>), RightsFault> {
        let tenant = &allowed.thing().tenant;
        let mut wish = None;
        let mut happened = Vec::new();
        for event in self.right_events(tenant, right).await? {
            let at = NoteAt {
                person: right.person,
                request: right.request,
                seq: event.seq,
                at: event.at,
            };
            let mut text = None;
            if let Some(sealed) = &event.sealed {
                let plain = self.vault.open_note(allowed, at, sealed).await?;
                if event.what == What::Received {
                    let read = serde_json::from_slice(&plain);
                    wish = Some(read.map_err(|_| damaged())?);
                } else {
                    let plain = String::from_utf8(plain.to_vec());
                    text = Some(plain.map_err(|_| damaged())?);
                }
            }
            happened.push(Happened {
                seq: event.seq,
                what: event.what,
                at: event.at,
                day: event.day,
                account: event.account,
                version: event.version,
                text,
            });
        }
        Ok((wish.ok_or_else(damaged)?, happened))
    }
}
