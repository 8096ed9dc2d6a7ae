//! Archives that were asked for: waiting, ready for some days, gone.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use base::{Ctx, Instant, InvalidId, ObjectId, PersonId, Secret, TenantId};
use policy::{Allowed, ExportOf};
use serde::{Serialize, Serializer};
use store::{Row, Value, WriteSet};

use super::{Taken, Wish};
use crate::{Vault, VaultError, place, sql};

/// An archive is kept for so long.
pub const KEPT_FOR: Duration = Duration::from_hours(24 * 7);
/// A person has so many at most.
pub const KEPT_MAX: usize = 3;
/// And asks so often a day at most.
const A_DAY: usize = 5;
const DAY: Duration = Duration::from_hours(24);
/// The name of the guard that an archive fails which was made already.
const GUARD_WAITING: &str = "export.waiting";

/// An archive's id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExportId(ObjectId);

impl fmt::Display for ExportId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for ExportId {
    type Err = InvalidId;

    fn from_str(text: &str) -> Result<Self, InvalidId> {
        text.parse().map(Self)
    }
}

impl Serialize for ExportId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl From<ExportId> for Value {
    fn from(it: ExportId) -> Self {
        it.0.into()
    }
}

/// How an archive stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ExportState {
    /// It is being made, or about to be.
    Waiting,
    /// It can be fetched.
    Ready,
    /// It could not be made.
    Failed,
}

/// An archive that was asked for.
#[derive(Clone, Debug)]
pub struct Export {
    /// Which.
    pub export: ExportId,
    /// How it stands.
    pub state: ExportState,
    /// The language of the page inside.
    pub lang: String,
    /// Whether it opens by a passphrase only.
    pub protected: bool,
    /// When it was asked for.
    pub asked_at: Instant,
    /// When it was made.
    pub made_at: Option<Instant>,
    /// Until when it is kept.
    pub expires_at: Instant,
    /// Where it lies, or will once it is made: a file of the person.
    pub file: Option<ObjectId>,
    /// Its length.
    pub bytes: Option<u64>,
    /// Records in it.
    pub records: Option<u64>,
    /// Files in it.
    pub files: Option<u64>,
    passphrase: Option<Vec<u8>>,
}

/// What has to be made.
pub struct Build {
    /// What was asked for.
    pub export: Export,
    /// How it is to be.
    pub wish: Wish,
}

impl Export {
    fn read(row: &mut Row) -> Result<Self, VaultError> {
        let damaged = || VaultError::Damaged("export row");
        let number = |row: &Row, at: usize| -> Result<Option<u64>, VaultError> {
            if row.is_null(at) {
                Ok(None)
            } else {
                Ok(u64::try_from(row.int(at)?).ok())
            }
        };
        let export = ExportId(ObjectId::from_slice(row.bytes(0)?).ok_or_else(damaged)?);
        let state = match row.text(1)? {
            "waiting" => ExportState::Waiting,
            "ready" => ExportState::Ready,
            "failed" => ExportState::Failed,
            _ => return Err(damaged()),
        };
        let made_at = number(row, 5)?
            .and_then(|it| i64::try_from(it).ok())
            .map(Instant::from_micros);
        let file = if row.is_null(7) {
            None
        } else {
            Some(ObjectId::from_slice(row.bytes(7)?).ok_or_else(damaged)?)
        };
        let passphrase = if row.is_null(11) {
            None
        } else {
            Some(row.take_bytes(11)?)
        };
        Ok(Self {
            export,
            state,
            lang: row.text(2)?.to_owned(),
            protected: row.int(3)? != 0,
            asked_at: Instant::from_micros(row.int(4)?),
            made_at,
            expires_at: Instant::from_micros(row.int(6)?),
            file,
            bytes: number(row, 8)?,
            records: number(row, 9)?,
            files: number(row, 10)?,
            passphrase,
        })
    }
}

impl Vault {
    /// Ask for an archive: the writes to commit together with the job that makes it.
    ///
    /// # Errors
    /// [`VaultError::TooManyExports`]; storage and key failures.
    pub async fn ask_export(
        &self,
        ctx: &Ctx,
        allowed: &Allowed<ExportOf>,
        new: Wish,
    ) -> Result<(Export, WriteSet), VaultError> {
        let person = allowed.thing().person;
        let kept = self.exports(&ctx.tenant, person).await?;
        let lately = kept
            .iter()
            .filter(|it| it.asked_at > ctx.now.before(DAY))
            .count();
        let live = kept
            .iter()
            .filter(|it| it.state != ExportState::Failed)
            .count();
        if live >= KEPT_MAX || lately >= A_DAY {
            return Err(VaultError::TooManyExports);
        }
        let export = ExportId(ObjectId::random(self.rng()));
        let passphrase = new
            .passphrase
            .as_ref()
            .map(|it| {
                let place = place::export(self.environment(), &ctx.tenant, person, export.0);
                self.seal_secret(&ctx.tenant, &place, it.expose().as_bytes())
            })
            .transpose()?;
        let made = Export {
            export,
            state: ExportState::Waiting,
            lang: new.lang,
            protected: passphrase.is_some(),
            asked_at: ctx.now,
            made_at: None,
            expires_at: ctx.now.after(KEPT_FOR),
            file: None,
            bytes: None,
            records: None,
            files: None,
            passphrase: None,
        };
        let set = self.guarded(&ctx.tenant, person).run(
            &sql::EXPORT_INSERT,
            vec![
                (&ctx.tenant).into(),
                person.into(),
                export.into(),
                made.lang.as_str().into(),
                u8::from(made.protected).into(),
                passphrase.into(),
                made.asked_at.into(),
                made.expires_at.into(),
            ],
        );
        Ok((made, set))
    }

    /// A person's archives, newest first.
    ///
    /// # Errors
    /// Storage failures.
    pub async fn exports(
        &self,
        tenant: &TenantId,
        person: PersonId,
    ) -> Result<Vec<Export>, VaultError> {
        let params = vec![tenant.into(), person.into()];
        let mut rows = self.db().rows(&sql::EXPORT_LIST, params).await?;
        rows.iter_mut().map(Export::read).collect()
    }

    /// One of them.
    ///
    /// # Errors
    /// [`VaultError::NoExport`]; storage failures.
    pub async fn export(
        &self,
        tenant: &TenantId,
        person: PersonId,
        export: ExportId,
    ) -> Result<Export, VaultError> {
        let kept = self.exports(tenant, person).await?;
        let found = kept.into_iter().find(|it| it.export == export);
        found.ok_or(VaultError::NoExport)
    }

    /// What a waiting archive is to be like, its passphrase with it.
    ///
    /// # Errors
    /// [`VaultError::NoExport`] when it does not wait any more; storage and key failures.
    pub async fn to_build(
        &self,
        tenant: &TenantId,
        person: PersonId,
        export: ExportId,
    ) -> Result<Build, VaultError> {
        let export = self.export(tenant, person, export).await?;
        if export.state != ExportState::Waiting {
            return Err(VaultError::NoExport);
        }
        let passphrase = export
            .passphrase
            .as_ref()
            .map(|sealed| {
                let place = place::export(self.environment(), tenant, person, export.export.0);
                let plain = self.open_secret(tenant, &place, sealed, "export's passphrase")?;
                let text = std::str::from_utf8(&plain);
                text.map(|it| Secret::new(it.to_owned()))
                    .map_err(|_| VaultError::Damaged("export's passphrase"))
            })
            .transpose()?;
        let wish = Wish {
            lang: export.lang.clone(),
            passphrase,
        };
        Ok(Build { export, wish })
    }

    /// The write that says under which id an archive will be kept, before it is: who dies meanwhile leaves nothing that nobody knows of.
    #[must_use]
    pub fn export_planned(
        &self,
        tenant: &TenantId,
        person: PersonId,
        export: ExportId,
        file: ObjectId,
    ) -> WriteSet {
        let params = vec![tenant.into(), person.into(), export.into(), file.into()];
        self.guarded(tenant, person)
            .run_expecting(&sql::EXPORT_PLAN, params, 1, GUARD_WAITING)
    }

    /// The write that says that an archive was made, and when; it holds once.
    #[must_use]
    pub fn export_ready(
        &self,
        (tenant, person): (&TenantId, PersonId),
        export: &Export,
        file: (ObjectId, u64),
        taken: &Taken,
        made_at: Instant,
    ) -> WriteSet {
        let number = |it: u64| Value::Int(i64::try_from(it).unwrap_or(i64::MAX));
        self.guarded(tenant, person).run_expecting(
            &sql::EXPORT_READY,
            vec![
                tenant.into(),
                person.into(),
                export.export.into(),
                made_at.into(),
                file.0.into(),
                number(file.1),
                number(taken.records),
                number(taken.files),
            ],
            1,
            GUARD_WAITING,
        )
    }

    /// The write that says that an archive could not be made.
    #[must_use]
    pub fn export_failed(tenant: &TenantId, person: PersonId, export: ExportId) -> WriteSet {
        let params = vec![tenant.into(), person.into(), export.into()];
        WriteSet::new().run(&sql::EXPORT_FAILED, params)
    }

    /// The write that forgets an archive; its file is deleted before.
    #[must_use]
    pub fn export_gone(tenant: &TenantId, person: PersonId, export: ExportId) -> WriteSet {
        let params = vec![tenant.into(), person.into(), export.into()];
        WriteSet::new().run(&sql::EXPORT_DELETE, params)
    }

    /// Archives whose time is over: whose, which, and where they lie.
    ///
    /// # Errors
    /// Storage failures.
    pub async fn exports_over(
        &self,
        now: Instant,
    ) -> Result<Vec<(TenantId, PersonId, ExportId, Option<ObjectId>)>, VaultError> {
        let rows = self.db().rows(&sql::EXPORTS_OVER, vec![now.into()]).await?;
        let damaged = || VaultError::Damaged("export row");
        rows.iter()
            .map(|row| {
                let file = if row.is_null(3) {
                    None
                } else {
                    ObjectId::from_slice(row.bytes(3)?)
                };
                Ok((
                    row.text(0)?.parse().map_err(|_| damaged())?,
                    PersonId::from_slice(row.bytes(1)?).ok_or_else(damaged)?,
                    ExportId(ObjectId::from_slice(row.bytes(2)?).ok_or_else(damaged)?),
                    file,
                ))
            })
            .collect()
    }
}
