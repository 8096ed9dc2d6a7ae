//! Records, their earlier versions, and notes, a page at a time.

use audit::{Action, RecordHandle};
use base::{Ctx, Environment, Instant, Name, ObjectId};
use crypt::Context;
use policy::{Allowed, KeysOf};
use store::{Row, Sql, Value};

use super::{GUARD_RENEW, Told, Turning, changed};
use crate::{Vault, VaultError, sql};

/// Rows of a commit: a moment of the writer, so that others do not wait long.
const PAGE_ROWS: u32 = 64;

/// One of the tables that hold records, or what has their form.
struct Table {
    list: &'static Sql,
    set: &'static Sql,
    place: fn(&Environment, &Turning<'_>, &Version) -> Context,
}

const TABLES: [Table; 3] = [
    Table {
        list: &sql::RENEW_RECORDS,
        set: &sql::RENEW_RECORD,
        place: |environment, turning, it| it.place(environment, turning),
    },
    Table {
        list: &sql::RENEW_HISTORY,
        set: &sql::RENEW_VERSION,
        place: |environment, turning, it| it.place(environment, turning),
    },
    Table {
        list: &sql::RENEW_NOTES,
        set: &sql::RENEW_NOTE,
        place: |environment, turning, it| it.place_of_note(environment, turning),
    },
];

/// A version of a record, as it is sealed.
struct Version {
    collection: Name,
    rkey: RecordHandle,
    number: u64,
    written_at: Instant,
    sealed: Vec<u8>,
}

/// Behind which row a page begins: collection, handle, version.
type After = (String, Vec<u8>, i64);

impl Vault {
    pub(super) async fn renew_records(
        &self,
        ctx: &Ctx,
        allowed: &Allowed<KeysOf>,
        turning: &Turning<'_>,
        told: &mut Told<'_>,
    ) -> Result<(), VaultError> {
        for table in &TABLES {
            let mut after: After = (String::new(), Vec::new(), 0);
            let mut rows = PAGE_ROWS;
            while !told.stopped {
                let page = self.page(table, turning, &after, rows).await?;
                let Some(last) = page.last() else { break };
                let end = (
                    last.collection.as_str().to_owned(),
                    last.rkey.as_bytes().to_vec(),
                    i64::try_from(last.number).unwrap_or(i64::MAX),
                );
                match self
                    .renew_page(ctx, allowed, table, turning, page, told)
                    .await
                {
                    Ok(()) => (after, rows) = (end, PAGE_ROWS),
                    // Somebody writes here just now: what they write is sealed under the newest. In smaller steps past them.
                    Err(error) if changed(&error) && rows > 1 => rows = 1,
                    Err(error) if changed(&error) => after = end,
                    Err(error) => return Err(error),
                }
            }
        }
        Ok(())
    }

    async fn page(
        &self,
        table: &Table,
        turning: &Turning<'_>,
        after: &After,
        rows: u32,
    ) -> Result<Vec<Version>, VaultError> {
        let params: Vec<Value> = vec![
            turning.tenant.into(),
            turning.person.into(),
            after.0.as_str().into(),
            after.1.clone().into(),
            after.2.into(),
            rows.into(),
        ];
        let mut rows = self.db().rows(table.list, params).await?;
        rows.iter_mut().map(Version::read).collect()
    }

    async fn renew_page(
        &self,
        ctx: &Ctx,
        allowed: &Allowed<KeysOf>,
        table: &Table,
        turning: &Turning<'_>,
        page: Vec<Version>,
        told: &mut Told<'_>,
    ) -> Result<(), VaultError> {
        let mut set = self.renewing(turning);
        let mut unopened = Vec::new();
        let mut count = 0;
        for version in page {
            if !turning.is_behind(&version.sealed) {
                continue;
            }
            let sealed = match self.seal_version_again(table, turning, &version) {
                Ok(sealed) => sealed,
                Err(error) => {
                    unopened.push(error);
                    continue;
                }
            };
            count += 1;
            let params: Vec<Value> = vec![
                turning.tenant.into(),
                turning.person.into(),
                (&version.collection).into(),
                (*version.rkey.as_bytes()).into(),
                i64::try_from(version.number)
                    .map_err(|_| VaultError::Damaged("record version"))?
                    .into(),
                version.sealed.into(),
                sealed.into(),
            ];
            set = set.run_expecting(table.set, params, 1, GUARD_RENEW);
        }
        if count > 0 {
            let entry = self
                .turning_entry(ctx, allowed, turning.person, Action::KeyRenew)
                .await?
                .classes(turning.classes())
                .count(count);
            self.commit(set.log(entry.finish(turning.tenant))).await?;
        }
        for error in &unopened {
            told.damaged(error);
        }
        told.moved(count);
        Ok(())
    }

    fn seal_version_again(
        &self,
        table: &Table,
        turning: &Turning<'_>,
        version: &Version,
    ) -> Result<Vec<u8>, VaultError> {
        let place = (table.place)(self.environment(), turning, version);
        let what = || {
            format!(
                "version {} of a record in {}",
                version.number, version.collection
            )
        };
        self.seal_again(&version.sealed, &place, &turning.ring, what)
    }
}

impl Version {
    fn place(&self, environment: &Environment, turning: &Turning<'_>) -> Context {
        crate::place::record(
            environment,
            turning.tenant,
            turning.person,
            &self.collection,
            self.rkey,
            self.number,
            self.written_at,
        )
    }

    fn place_of_note(&self, environment: &Environment, turning: &Turning<'_>) -> Context {
        crate::place::note(
            environment,
            turning.tenant,
            turning.person,
            ObjectId::from_bytes(*self.rkey.as_bytes()),
            self.number,
            self.written_at,
        )
    }

    fn read(row: &mut Row) -> Result<Self, VaultError> {
        let damaged = VaultError::Damaged("record row");
        let (Ok(collection), Some(rkey)) = (row.text(0)?.parse(), row.bytes(1)?.first_chunk())
        else {
            return Err(damaged);
        };
        Ok(Self {
            collection,
            rkey: RecordHandle::from_bytes(*rkey),
            number: u64::try_from(row.int(2)?).map_err(|_| damaged)?,
            written_at: Instant::from_micros(row.int(3)?),
            sealed: row.take_bytes(4)?,
        })
    }
}
