//! Lists and searches: candidates from the blind index (or the shelf in order), then opened one by one.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use audit::{Action, Outcome, RecordHandle};
use base::{ClassSet, Ctx, Name, PersonId};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use keys::Ring;
use policy::{Allowed, RecordsOf};
use store::{Value, WriteSet};

use super::Opened;
use super::filter::{Filter, Lookup};
use super::index::IndexToken;
use super::open::SealedRow;
use super::seal::{At, Eyes};
use crate::ground::{Ground, READINGS_MAX};
use crate::people::lacks;
use crate::register::{Collection, Parameter, Scope};
use crate::vault::only_index;
use crate::{Vault, VaultError, sql};

/// Candidates looked at for one page before it is given out shorter than asked for.
const CANDIDATES_MAX: usize = 5_000;
/// Rows fetched at a time.
const CHUNK: u32 = 128;
/// A lookup with fewer hits than this leads; counting further would cost more than it saves.
const LEAD_COUNT_MAX: u32 = 257;

/// A page of records.
#[derive(Debug)]
pub struct Page {
    /// The records, opened.
    pub records: Vec<Opened>,
    /// Where the next page begins; `None` when this was the last.
    pub next: Option<String>,
}

/// What else a record must hold to be on the page: asked with the record open, before anybody sees it.
pub type Keep<'a> = &'a (dyn Fn(&Opened) -> bool + Send + Sync);

type Place = (PersonId, RecordHandle);

/// One record of a page, with what the log will say of it.
struct Taken {
    opened: Opened,
    classes: ClassSet,
}

impl Vault {
    /// A page of the records that pass all `filters`.
    ///
    /// # Errors
    /// [`VaultError::Filter`], [`VaultError::Cursor`], [`VaultError::Tampered`]; storage and key failures.
    pub async fn list(
        &self,
        ctx: &Ctx,
        allowed: &Allowed<RecordsOf>,
        filters: &[Filter],
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<(Page, u64), VaultError> {
        let collection = self.collection(&allowed.thing().collection)?;
        let lookups = Filter::lookups(filters, collection)?;
        self.search(ctx, allowed, &lookups, &|_| true, cursor, limit)
            .await
    }

    /// A page of the records that have one of the values of each of `lookups`, and that `keep` keeps.
    ///
    /// # Errors
    /// As [`Vault::list`].
    pub async fn search(
        &self,
        ctx: &Ctx,
        allowed: &Allowed<RecordsOf>,
        lookups: &[Lookup],
        keep: Keep<'_>,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<(Page, u64), VaultError> {
        for _ in 0..READINGS_MAX {
            let page = self.search_once(ctx, allowed, lookups, keep, cursor, limit);
            if let Some(found) = page.await? {
                return Ok(found);
            }
        }
        Err(VaultError::Contended)
    }

    /// `None` when a ground on which something was found gave way meanwhile.
    async fn search_once(
        &self,
        ctx: &Ctx,
        allowed: &Allowed<RecordsOf>,
        lookups: &[Lookup],
        keep: Keep<'_>,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<Option<(Page, u64)>, VaultError> {
        let thing = allowed.thing();
        let tokens = self.tokens(ctx, allowed, lookups)?;
        let mut after = read_cursor(cursor)?;
        let mut taken: Vec<Taken> = Vec::new();
        let mut looked = 0;
        let mut more = true;
        let mut last: Option<(Ground, Arc<Ring>)> = None;
        let mut grounds: Vec<(PersonId, Ground)> = Vec::new();
        if let Some(person) = thing.person {
            let ground = self.ground(ctx, allowed, action_of(thing), person).await?;
            if !self.searches_within(&ground, thing, lookups)? {
                return Err(VaultError::Filter {
                    name: "filter".into(),
                    why: "it searches fields that the person has not granted".into(),
                });
            }
            // That nothing was found tells something, too.
            if ground.can_end() {
                grounds.push((person, ground));
            }
        }
        'page: while taken.len() < limit {
            let wanted = limit - taken.len();
            let chunk = self.candidates(ctx, thing, &tokens, after, wanted).await?;
            if chunk.is_empty() {
                more = false;
                break;
            }
            for (place, row) in chunk {
                looked += 1;
                after = Some(place);
                let (ground, ring) = match last.take() {
                    Some((ground, ring)) if ring.person() == place.0 => (ground, ring),
                    _ => {
                        let ground = match self.ground_of(ctx, allowed, place.0).await {
                            Ok(ground) if self.searches_within(&ground, thing, lookups)? => ground,
                            // Who granted nothing, or had it limited, is not seen.
                            Ok(_)
                            | Err(
                                VaultError::NoGrant | VaultError::Restricted | VaultError::Objected,
                            ) => continue,
                            Err(error) => return Err(error),
                        };
                        (ground, self.keys().ring(&ctx.tenant, place.0).await?)
                    }
                };
                let (found, ring) = self
                    .look_at(ctx, allowed, &tokens, keep, &ground, (place, row, ring))
                    .await?;
                if found.is_some() && ground.can_end() && grounds.iter().all(|it| it.0 != place.0) {
                    grounds.push((place.0, ground.clone()));
                }
                last = Some((ground, ring));
                if let Some(found) = found {
                    taken.push(found);
                    if taken.len() == limit {
                        break 'page;
                    }
                }
            }
            if looked >= CANDIDATES_MAX {
                break;
            }
        }
        let next = after.filter(|_| more).map(|place| write_cursor(&place));
        let index = self.log_page(ctx, allowed, &taken, &grounds).await?;
        let page = Page {
            records: taken.into_iter().map(|it| it.opened).collect(),
            next,
        };
        Ok(index.map(|index| (page, index)))
    }

    /// The tokens of each lookup; refuses what the caller may not see, since a search would tell it.
    fn tokens(
        &self,
        ctx: &Ctx,
        allowed: &Allowed<RecordsOf>,
        lookups: &[Lookup],
    ) -> Result<Vec<HashSet<IndexToken>>, VaultError> {
        let thing = allowed.thing();
        let collection = self.collection(&thing.collection)?;
        let refused = |name: &Name, why: &str| VaultError::Filter {
            name: name.to_string(),
            why: why.to_owned(),
        };
        let mut all = Vec::with_capacity(lookups.len());
        let mut leads = thing.person.is_some();
        for lookup in lookups {
            let parameter = collection
                .parameter(lookup.parameter.as_str())
                .ok_or_else(|| {
                    refused(
                        &lookup.parameter,
                        "the register has no such search parameter",
                    )
                })?;
            if !searched(collection, parameter)
                .iter()
                .all(|class| allowed.clear().contains(class))
            {
                return Err(refused(
                    &lookup.parameter,
                    "it searches what you may not see for this purpose",
                ));
            }
            if thing.person.is_none() && parameter.scope == Scope::Person {
                return Err(refused(
                    &lookup.parameter,
                    "it searches within one person's records only",
                ));
            }
            leads = true;
            let tokens = lookup
                .any_of
                .iter()
                .map(|value| {
                    self.lookup_token(
                        &ctx.tenant,
                        &thing.collection,
                        parameter,
                        thing.person,
                        value,
                    )
                })
                .collect::<Result<_, _>>()?;
            all.push(tokens);
        }
        if leads {
            Ok(all)
        } else {
            Err(VaultError::Filter {
                name: "person".into(),
                why: "name a person, or search by what says who somebody is".into(),
            })
        }
    }

    /// The next candidates behind `after`, in the order of person and record handle; with their rows where those were at hand.
    async fn candidates(
        &self,
        ctx: &Ctx,
        thing: &RecordsOf,
        tokens: &[HashSet<IndexToken>],
        after: Option<Place>,
        wanted: usize,
    ) -> Result<Vec<(Place, Option<SealedRow>)>, VaultError> {
        if tokens.is_empty() {
            let Some(person) = thing.person else {
                return Ok(Vec::new());
            };
            return self
                .in_order(ctx, &thing.collection, person, after, wanted)
                .await;
        }
        let lead = self.lead(ctx, thing, tokens).await?;
        let mut places: BTreeSet<Place> = BTreeSet::new();
        // A token that filled its chunk may have more before another token's last: nothing beyond the least of those counts.
        let mut horizon: Option<Place> = None;
        for token in lead {
            let hits = self.hits(ctx, thing, token, after, CHUNK).await?;
            if hits.len() == CHUNK as usize
                && let Some(last) = hits.last()
            {
                horizon = Some(horizon.map_or(*last, |least| least.min(*last)));
            }
            places.extend(hits);
        }
        Ok(places
            .into_iter()
            .take_while(|place| horizon.is_none_or(|horizon| *place <= horizon))
            .map(|place| (place, None))
            .collect())
    }

    /// The lookup with the fewest hits, roughly.
    async fn lead<'a>(
        &self,
        ctx: &Ctx,
        thing: &RecordsOf,
        tokens: &'a [HashSet<IndexToken>],
    ) -> Result<&'a HashSet<IndexToken>, VaultError> {
        let mut best: Option<(usize, &HashSet<IndexToken>)> = None;
        for lookup in tokens {
            if tokens.len() == 1 {
                return Ok(lookup);
            }
            let mut hits = 0;
            for token in lookup {
                hits += self
                    .hits(ctx, thing, token, None, LEAD_COUNT_MAX)
                    .await?
                    .len();
                if best.is_some_and(|(least, _)| hits >= least) {
                    break;
                }
            }
            if best.is_none_or(|(least, _)| hits < least) {
                best = Some((hits, lookup));
            }
        }
        best.map(|(_, lookup)| lookup).ok_or(VaultError::Cursor)
    }

    async fn hits(
        &self,
        ctx: &Ctx,
        thing: &RecordsOf,
        token: &IndexToken,
        after: Option<Place>,
        limit: u32,
    ) -> Result<Vec<Place>, VaultError> {
        let (after_person, after_rkey) = match after {
            Some((person, rkey)) => (person, rkey.as_bytes().to_vec()),
            None => (PersonId::COMMONS, Vec::new()),
        };
        let mut params: Vec<Value> = vec![
            (&ctx.tenant).into(),
            (&thing.collection).into(),
            (*token).into(),
        ];
        let sql = match thing.person {
            Some(person) => {
                params.push(person.into());
                &sql::INDEX_OF_PERSON
            }
            None => {
                params.push(after_person.into());
                &sql::INDEX_OF_ALL
            }
        };
        params.extend([after_rkey.into(), limit.into()]);
        let rows = self.db().rows(sql, params).await?;
        rows.iter()
            .map(|row| {
                let damaged = || VaultError::Damaged("index row");
                Ok((
                    PersonId::from_slice(row.bytes(0)?).ok_or_else(damaged)?,
                    RecordHandle::from_slice(row.bytes(1)?).ok_or_else(damaged)?,
                ))
            })
            .collect()
    }

    /// A person's records of a collection, in the order of their handles.
    async fn in_order(
        &self,
        ctx: &Ctx,
        collection: &Name,
        person: PersonId,
        after: Option<Place>,
        wanted: usize,
    ) -> Result<Vec<(Place, Option<SealedRow>)>, VaultError> {
        // Each row lies on a page of its own: none is fetched that the page of the list has no place for.
        let chunk = u32::try_from(wanted).map_or(CHUNK, |wanted| wanted.clamp(1, CHUNK));
        let after = after.map_or_else(Vec::new, |(_, rkey)| rkey.as_bytes().to_vec());
        let params: Vec<Value> = vec![
            (&ctx.tenant).into(),
            person.into(),
            collection.into(),
            after.into(),
            chunk.into(),
        ];
        let mut rows = self.db().rows(&sql::RECORD_LIST, params).await?;
        rows.iter_mut()
            .map(|row| {
                let rkey = RecordHandle::from_slice(row.bytes(0)?)
                    .ok_or(VaultError::Damaged("record row"))?;
                Ok(((person, rkey), Some(SealedRow::read(row, 1)?)))
            })
            .collect()
    }

    /// Open one candidate, if it has a token of every lookup and is kept.
    async fn look_at(
        &self,
        ctx: &Ctx,
        allowed: &Allowed<RecordsOf>,
        tokens: &[HashSet<IndexToken>],
        keep: Keep<'_>,
        ground: &Ground,
        ((person, rkey), row, ring): (Place, Option<SealedRow>, Arc<Ring>),
    ) -> Result<(Option<Taken>, Arc<Ring>), VaultError> {
        let thing = allowed.thing();
        let key = || -> Vec<Value> {
            vec![
                (&ctx.tenant).into(),
                person.into(),
                (&thing.collection).into(),
                (*rkey.as_bytes()).into(),
            ]
        };
        if tokens.len() > 1 {
            let rows = self.db().rows(&sql::INDEX_OF_RECORD, key()).await?;
            let own = rows
                .iter()
                .filter_map(|row| row.bytes(0).ok().and_then(|bytes| bytes.try_into().ok()))
                .collect::<HashSet<IndexToken>>();
            if tokens.iter().any(|lookup| lookup.is_disjoint(&own)) {
                return Ok((None, ring));
            }
        }
        let row = match row {
            Some(row) => row,
            // Gone since the index was read.
            None => match self.db().row(&sql::RECORD_FIND, key()).await? {
                None => return Ok((None, ring)),
                Some(mut row) => SealedRow::read(&mut row, 0)?,
            },
        };
        let ring = self.with_keys_of(&ctx.tenant, ring, &row.sealed).await?;
        let row = if lacks(&ring, &row.sealed) {
            // Sealed again since it was read, and the old generation ended.
            match self.db().row(&sql::RECORD_FIND, key()).await? {
                None => return Ok((None, ring)),
                Some(mut row) => SealedRow::read(&mut row, 0)?,
            }
        } else {
            row
        };
        let at = At {
            tenant: &ctx.tenant,
            person,
            collection: &thing.collection,
            rkey,
            version: row.version,
            written_at: row.written_at,
        };
        let eyes = Eyes {
            clear: allowed.clear(),
            masked: allowed.masked(),
            only: ground.only(),
        };
        let seen = self.open_record(
            &at,
            self.collection(&thing.collection)?,
            &row.sealed,
            &ring,
            eyes,
        )?;
        let opened = Opened {
            person,
            record: seen.record,
            version: row.version,
            written_at: row.written_at,
            json: seen.json,
        };
        let taken = keep(&opened).then_some(Taken {
            opened,
            classes: seen.classes,
        });
        Ok((taken, ring))
    }

    /// One entry for each person on the page, so that each can see it; one without a person when nobody is. `None` when a ground gave way.
    async fn log_page(
        &self,
        ctx: &Ctx,
        allowed: &Allowed<RecordsOf>,
        taken: &[Taken],
        grounds: &[(PersonId, Ground)],
    ) -> Result<Option<u64>, VaultError> {
        let thing = allowed.thing();
        let action = action_of(thing);
        let mut persons: Vec<PersonId> = taken.iter().map(|it| it.opened.person).collect();
        persons.extend(thing.person);
        persons.sort_unstable();
        persons.dedup();
        let mut set = WriteSet::new();
        if persons.is_empty() {
            let entry = self
                .entry(ctx, allowed, action, Outcome::Ok)?
                .collection(&thing.collection)
                .count(0);
            set = set.log(entry.finish(&ctx.tenant));
        }
        for person in persons {
            let own = || taken.iter().filter(|it| it.opened.person == person);
            let classes = own().flat_map(|it| it.classes.iter()).collect();
            let handle = self.handle(&ctx.tenant, person).await?;
            let entry = self
                .entry(ctx, allowed, action, Outcome::Ok)?
                .person(handle)
                .collection(&thing.collection)
                .classes(classes)
                .count(own().count() as u64);
            let ground = grounds
                .iter()
                .find(|it| it.0 == person)
                .map(|it| it.1.clone());
            let guard = self.on_ground(&ctx.tenant, person, &ground.unwrap_or_default());
            set.statements.extend(guard.statements);
            set = set.log(entry.finish(&ctx.tenant));
        }
        let committed = self.commit_read(set).await?;
        committed.as_ref().map(only_index).transpose()
    }

    /// Whether every field that is searched may be seen on this ground: a search tells what it finds.
    fn searches_within(
        &self,
        ground: &Ground,
        thing: &RecordsOf,
        lookups: &[Lookup],
    ) -> Result<bool, VaultError> {
        let Some(only) = ground.only() else {
            return Ok(true);
        };
        let collection = self.collection(&thing.collection)?;
        Ok(lookups
            .iter()
            .filter_map(|it| collection.parameter(it.parameter.as_str()))
            .flat_map(|it| &it.paths)
            .filter_map(|path| collection.fields.get(path.field))
            .all(|field| only.contains(field.name.as_str())))
    }
}

const fn action_of(thing: &RecordsOf) -> Action {
    if thing.person.is_some() {
        Action::RecordList
    } else {
        Action::Search
    }
}

/// The classes of what a parameter searches: its fields', and those of members lifted out of them.
fn searched(collection: &Collection, parameter: &Parameter) -> ClassSet {
    let mut classes = ClassSet::EMPTY;
    for field in parameter
        .paths
        .iter()
        .filter_map(|path| collection.fields.get(path.field))
    {
        classes = classes.with(field.class);
        for element in &collection.elements {
            let first = element.path.split('.').next().unwrap_or("");
            if first == field.name.as_str() || first.starts_with('*') {
                classes = classes.with(element.class);
            }
        }
    }
    classes
}

fn write_cursor((person, rkey): &Place) -> String {
    let mut bytes = person.as_bytes().to_vec();
    bytes.extend_from_slice(rkey.as_bytes());
    URL_SAFE_NO_PAD.encode(bytes)
}

/// A cursor only says where to go on in what the caller may see anyway; a forged one shows nothing more.
fn read_cursor(cursor: Option<&str>) -> Result<Option<Place>, VaultError> {
    let Some(text) = cursor else { return Ok(None) };
    let bytes = URL_SAFE_NO_PAD
        .decode(text)
        .map_err(|_| VaultError::Cursor)?;
    let (person, rkey) = bytes.split_first_chunk::<16>().ok_or(VaultError::Cursor)?;
    let rkey = RecordHandle::from_slice(rkey).ok_or(VaultError::Cursor)?;
    Ok(Some((PersonId::from_bytes(*person), rkey)))
}
