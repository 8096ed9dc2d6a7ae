//! A file of a bulk export, opened piece by piece while it is fetched.

use std::collections::VecDeque;
use std::sync::Arc;

use audit::{Action, Outcome, RecordHandle};
use base::{ClassSet, Ctx, Instant, PersonId};
use bytes::Bytes;
use policy::{Allowed, Authority, RecordsOf};
use store::{Value, WriteSet};

use super::{Rest, is_subset};
use crate::fhir::bulk::{Bulk, Part};
use crate::fhir::error::FhirError;
use crate::ground::{Ground, READINGS_MAX};
use crate::people::lacks;
use crate::records::{At, Eyes, Opened, SealedRow};
use crate::register::Collection;
use crate::vault::only_index;
use crate::{Vault, VaultError, sql};

/// Persons whose ids are fetched at a time.
const PERSONS: u32 = 256;
/// Records of one person that are opened at a time.
const RECORDS: u32 = 32;
/// A piece is given out when it has so many bytes, or so many persons.
const PIECE_BYTES: usize = 256 * 1024;
const PIECE_PERSONS: usize = 64;
/// Tries to read a page while keys are turned over.
const RACES_MAX: usize = 3;

/// What is fetched, and how far.
pub struct Fetch {
    vault: Vault,
    ctx: Ctx,
    authority: Authority,
    allowed: Allowed<RecordsOf>,
    base: String,
    collection: Arc<Collection>,
    part: Part,
    span: (Instant, Instant),
    waiting: VecDeque<PersonId>,
    /// The last person whose id was fetched.
    known: Option<PersonId>,
    /// Where the first of those who wait goes on.
    after: Option<RecordHandle>,
    is_logged: bool,
    is_over: bool,
}

/// Some of one person's resources, as lines.
struct Piece {
    person: PersonId,
    /// Behind which record of theirs it begins.
    behind: Option<RecordHandle>,
    lines: Vec<u8>,
    count: u64,
    classes: ClassSet,
    ground: Ground,
}

impl Fetch {
    /// A file of `bulk`, for who may read the records of its type.
    ///
    /// # Errors
    /// [`VaultError::NoCollection`].
    pub fn new(
        vault: Vault,
        ctx: Ctx,
        authority: Authority,
        allowed: Allowed<RecordsOf>,
        base: String,
        (bulk, part): (&Bulk, Part),
    ) -> Result<Self, VaultError> {
        let collection = Arc::clone(vault.collection(&part.kind)?);
        Ok(Self {
            known: part
                .behind
                .or_else(|| (!bulk.asked.whole).then_some(PersonId::COMMONS)),
            span: bulk.span(),
            vault,
            ctx,
            authority,
            allowed,
            base,
            collection,
            part,
            waiting: VecDeque::new(),
            after: None,
            is_logged: false,
            is_over: false,
        })
    }

    /// The next piece, and the index of the entry that says so; `None` behind the last. The first piece may be empty.
    ///
    /// # Errors
    /// [`VaultError::Tampered`]; storage and key failures. Nothing of the piece leaves then.
    pub async fn next(&mut self, now: Instant) -> Result<Option<(Bytes, u64)>, FhirError> {
        self.ctx.now = now;
        for _ in 0..READINGS_MAX {
            let mut pieces: Vec<Piece> = Vec::new();
            let mut bytes = 0;
            while bytes < PIECE_BYTES && pieces.len() < PIECE_PERSONS {
                let Some(person) = self.whose().await? else {
                    break;
                };
                if let Some(piece) = self.open(person).await? {
                    bytes += piece.lines.len();
                    pieces.push(piece);
                }
            }
            if pieces.is_empty() {
                if self.is_logged {
                    return Ok(None);
                }
                self.is_logged = true;
                return Ok(Some((Bytes::new(), self.log_nobody().await?)));
            }
            if let Some((lines, index)) = self.log(&pieces).await? {
                self.is_logged = true;
                return Ok(Some((Bytes::from(lines), index)));
            }
        }
        Err(VaultError::Contended.into())
    }

    /// Go on with what these were opened of: a ground gave way, and what is left of it decides.
    fn again(&mut self, pieces: &[Piece]) {
        for piece in pieces.iter().rev() {
            if self.waiting.front() != Some(&piece.person) {
                self.waiting.push_front(piece.person);
            }
        }
        self.after = pieces.first().and_then(|it| it.behind);
    }

    /// The person to go on with.
    async fn whose(&mut self) -> Result<Option<PersonId>, FhirError> {
        if self.waiting.is_empty() && !self.is_over {
            let behind = self
                .known
                .map_or_else(Vec::new, |it| it.as_bytes().to_vec());
            let params: Vec<Value> = vec![
                (&self.ctx.tenant).into(),
                (&self.part.kind).into(),
                behind.into(),
                self.part.upto.into(),
                PERSONS.into(),
            ];
            let rows = self.vault.db().rows(&sql::BULK_HOLDERS, params).await;
            let rows = rows.map_err(VaultError::from)?;
            for row in &rows {
                let id = row.bytes(0).map_err(VaultError::from)?;
                let id = PersonId::from_slice(id).ok_or(VaultError::Damaged("person id"))?;
                self.waiting.push_back(id);
            }
            self.is_over = rows.len() < PERSONS as usize;
            self.known = self.waiting.back().copied().or(self.known);
        }
        Ok(self.waiting.front().copied())
    }

    /// Open some of a person's resources. `None` where there is nothing, or nothing any more, or nothing for this caller.
    async fn open(&mut self, person: PersonId) -> Result<Option<Piece>, FhirError> {
        let ground = match self.vault.ground_of(&self.ctx, &self.allowed, person).await {
            Ok(ground) => ground,
            Err(VaultError::NoGrant | VaultError::Restricted | VaultError::Objected) => {
                self.pass();
                return Ok(None);
            }
            Err(error) => return Err(error.into()),
        };
        let rows = match self.rows(person).await {
            Ok(rows) => rows,
            // Erased since.
            Err(VaultError::NoPerson) => {
                self.pass();
                return Ok(None);
            }
            Err(error) => return Err(error.into()),
        };
        let (rows, ring) = rows;
        let eyes = Eyes {
            clear: self.allowed.clear(),
            masked: self.allowed.masked(),
            only: ground.only(),
        };
        let is_cut = is_subset(&self.allowed, &self.collection) || ground.only().is_some();
        let mut piece = Piece {
            person,
            behind: self.after,
            lines: Vec::new(),
            count: 0,
            classes: ClassSet::EMPTY,
            ground: ground.clone(),
        };
        for (rkey, row) in &rows {
            let at = At {
                tenant: &self.ctx.tenant,
                person,
                collection: &self.part.kind,
                rkey: *rkey,
                version: row.version,
                written_at: row.written_at,
            };
            let seen = self
                .vault
                .open_record(&at, &self.collection, &row.sealed, &ring, eyes)?;
            let opened = Opened {
                person,
                record: seen.record,
                version: row.version,
                written_at: row.written_at,
                json: seen.json,
            };
            piece.classes = seen.classes.iter().fold(piece.classes, ClassSet::with);
            let Some((opened, is_cut)) = self.whole(opened, is_cut).await? else {
                continue;
            };
            let text = Rest::stamped(&opened, is_cut)?;
            // No string holds a line break as it is: each stands between members.
            piece.lines.extend(text.bytes().map(|it| match it {
                b'\n' | b'\r' => b' ',
                other => other,
            }));
            piece.lines.push(b'\n');
            piece.count += 1;
        }
        match rows.last() {
            Some((rkey, _)) if rows.len() == RECORDS as usize => self.after = Some(*rkey),
            _ => self.pass(),
        }
        Ok(Some(piece).filter(|it| it.count > 0))
    }

    fn pass(&mut self) {
        self.waiting.pop_front();
        self.after = None;
    }

    async fn rows(
        &self,
        person: PersonId,
    ) -> Result<(Vec<(RecordHandle, SealedRow)>, Arc<keys::Ring>), VaultError> {
        let tenant = &self.ctx.tenant;
        for _ in 0..RACES_MAX {
            let after = self
                .after
                .map_or_else(Vec::new, |it| it.as_bytes().to_vec());
            let params: Vec<Value> = vec![
                tenant.into(),
                person.into(),
                (&self.part.kind).into(),
                after.into(),
                self.span.0.into(),
                self.span.1.into(),
                RECORDS.into(),
            ];
            let mut ring = self.vault.keys().ring(tenant, person).await?;
            let mut rows = Vec::new();
            for row in &mut self.vault.db().rows(&sql::BULK_PAGE, params).await? {
                let rkey = RecordHandle::from_slice(row.bytes(0)?);
                let rkey = rkey.ok_or(VaultError::Damaged("record row"))?;
                rows.push((rkey, SealedRow::read(row, 1)?));
            }
            for (_, row) in &rows {
                ring = self.vault.with_keys_of(tenant, ring, &row.sealed).await?;
            }
            // What was sealed again since it was read, under a generation that has ended, is read again.
            if rows.iter().all(|(_, row)| !lacks(&ring, &row.sealed)) {
                return Ok((rows, ring));
            }
        }
        Err(VaultError::Contended)
    }

    /// A bundle about several persons lies in slices: it is given out once, put together, with its main part.
    async fn whole(
        &self,
        opened: Opened,
        is_cut: bool,
    ) -> Result<Option<(Opened, bool)>, FhirError> {
        if self.part.kind.as_str() != "Bundle" {
            return Ok(Some((opened, is_cut)));
        }
        let tenant = &self.ctx.tenant;
        let main = self
            .vault
            .holder(tenant, &self.part.kind, &opened.record)
            .await?;
        if main != Some(opened.person) {
            return Ok(None);
        }
        if opened.person != PersonId::COMMONS {
            return Ok(Some((opened, is_cut)));
        }
        let rest = Rest {
            vault: &self.vault,
            ctx: &self.ctx,
            authority: &self.authority,
            base: &self.base,
        };
        let whole = rest.open(&self.collection, &opened.record, opened.person, None);
        let (opened, is_cut, _) = whole.await?;
        Ok(Some((opened, is_cut)))
    }

    /// One entry for each person, so that each can see it, in one commit; where one of them gave way meanwhile, in one each. Gives the
    /// lines of those whose entry stands: who was erased is passed over, and whose grant was narrowed is opened again. `None` where nothing is
    /// left of them.
    async fn log(&mut self, pieces: &[Piece]) -> Result<Option<(Vec<u8>, u64)>, FhirError> {
        let mut sets = Vec::with_capacity(pieces.len());
        for piece in pieces {
            sets.push(self.says(piece).await?);
        }
        let mut lines = Vec::new();
        if sets.iter().all(Option::is_some) {
            let mut all = WriteSet::new();
            for set in sets.iter().flatten() {
                all.statements.extend(set.statements.iter().cloned());
                all.entries.extend(set.entries.iter().cloned());
            }
            match self.vault.commit_read(all).await {
                Ok(Some(committed)) => {
                    for piece in pieces {
                        lines.extend_from_slice(&piece.lines);
                    }
                    return Ok(Some((lines, only_index(&committed)?)));
                }
                Ok(None) | Err(VaultError::NoPerson) => {}
                Err(error) => return Err(error.into()),
            }
        }
        let mut index = None;
        for (at, (piece, set)) in pieces.iter().zip(sets).enumerate() {
            let Some(set) = set else { continue };
            match self.vault.commit_read(set).await {
                Ok(Some(committed)) => {
                    lines.extend_from_slice(&piece.lines);
                    index = Some(only_index(&committed)?);
                }
                Ok(None) => {
                    self.again(pieces.get(at..).unwrap_or_default());
                    break;
                }
                Err(VaultError::NoPerson) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(index.map(|index| (lines, index)))
    }

    /// What the log will say of a piece; `None` where the person is gone.
    async fn says(&self, piece: &Piece) -> Result<Option<WriteSet>, FhirError> {
        let tenant = &self.ctx.tenant;
        let handle = match self.vault.handle(tenant, piece.person).await {
            Ok(handle) => handle,
            Err(VaultError::NoPerson) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let entry = self
            .vault
            .entry(&self.ctx, &self.allowed, Action::Export, Outcome::Ok)?
            .person(handle)
            .collection(&self.part.kind)
            .classes(piece.classes)
            .count(piece.count);
        let set = self.vault.on_ground(tenant, piece.person, &piece.ground);
        Ok(Some(set.log(entry.finish(tenant))))
    }

    async fn log_nobody(&self) -> Result<u64, FhirError> {
        let entry = self
            .vault
            .entry(&self.ctx, &self.allowed, Action::Export, Outcome::Ok)?
            .collection(&self.part.kind)
            .count(0);
        let set = WriteSet::new().log(entry.finish(&self.ctx.tenant));
        Ok(only_index(&self.vault.commit(set).await?)?)
    }
}
