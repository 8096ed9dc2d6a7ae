//! Person keys: found when they are read with, made when they are first needed.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use base::{Class, ClassSet, PersonId, TenantId};
use crypt::{SymmetricKey, wrap};
use store::{Row, Value, WriteSet};

use crate::binding;
use crate::cache::{Slot, Ticket};
use crate::open::{Keys, RACES_MAX};
use crate::ring::RingKey;
use crate::root::{blocking, generation};
use crate::tenant::{Tenant, class};
use crate::{KeysError, Level, PersonKey, Ring, sql};

/// Bytes of a person's id, at the head of each packed row.
const PERSON_BYTES: usize = 16;
/// Persons that are looked up or made in one go: large enough that a commit costs little each, small enough that nobody waits long.
const PERSONS_AT_ONCE: usize = 512;
/// So many keys are unwrapped on the spot; more go to a thread that may block.
const KEYS_ON_THE_SPOT: usize = 64;

/// What the key store says of a person.
enum Found {
    Ring(Arc<Ring>),
    Gone,
}

/// A key that is made but not yet durable.
struct Made {
    person: PersonId,
    class: Class,
    key: Arc<SymmetricKey>,
}

impl Keys {
    /// All the keys of a person. From the cache where they are there: no lock is held long, nothing is allocated.
    ///
    /// # Errors
    /// [`KeysError::Destroyed`]; [`KeysError::Closed`] where the tenant has no keys at all. A person who is not known has an
    /// empty ring.
    pub async fn ring(&self, tenant: &TenantId, person: PersonId) -> Result<Arc<Ring>, KeysError> {
        let tenant = self.tenant(tenant).await?;
        if let Some(ring) = self.0.cache.find(tenant.slot(person), self.now()) {
            return Ok(ring);
        }
        match self.load(&tenant, &[person]).await?.remove(&person) {
            Some((_, Found::Ring(ring))) => Ok(ring),
            Some((_, Found::Gone)) => Err(KeysError::Destroyed),
            None => Ok(Arc::new(Ring::new(&tenant.id, person, Vec::new()))),
        }
    }

    /// The rings of many persons at once, in their order: for lists.
    ///
    /// # Errors
    /// When the key store cannot be read. What concerns one person stands in their place.
    pub async fn rings(
        &self,
        tenant: &TenantId,
        persons: &[PersonId],
    ) -> Result<Vec<Result<Arc<Ring>, KeysError>>, KeysError> {
        let wants: Vec<_> = persons
            .iter()
            .map(|person| (*person, ClassSet::EMPTY))
            .collect();
        self.ensure_many(tenant, &wants).await
    }

    /// The ring, if it is in the cache: for code that cannot wait.
    #[must_use]
    pub fn cached(&self, tenant: &TenantId, person: PersonId) -> Option<Arc<Ring>> {
        let tenants = self.0.tenants.read();
        let slot = tenants.get(tenant)?.slot(person);
        drop(tenants);
        self.0.cache.find(slot, self.now())
    }

    /// A person's newest key of `class`, if it is there.
    ///
    /// # Errors
    /// [`KeysError::Missing`], [`KeysError::Destroyed`], [`KeysError::Altered`].
    pub async fn person(
        &self,
        tenant: &TenantId,
        person: PersonId,
        class: Class,
    ) -> Result<PersonKey, KeysError> {
        self.ring(tenant, person).await?.newest(class)
    }

    /// A person's key of `class` and `generation`: the one that a sealed part names.
    ///
    /// # Errors
    /// As [`Keys::person`]. A generation that another node made just now is found.
    pub async fn person_at(
        &self,
        tenant: &TenantId,
        person: PersonId,
        class: Class,
        generation: u32,
    ) -> Result<PersonKey, KeysError> {
        match self.ring(tenant, person).await?.at(class, generation) {
            Err(KeysError::MissingGeneration(_)) => {
                self.forget(tenant, person);
                self.ring(tenant, person).await?.at(class, generation)
            }
            found => found,
        }
    }

    /// A person's keys of all `classes`, made where they are missing. Durable when this returns.
    ///
    /// # Errors
    /// [`KeysError::Destroyed`] for a person whose keys were destroyed, and whatever the key store refuses.
    pub async fn ensure_person(
        &self,
        tenant: &TenantId,
        person: PersonId,
        classes: ClassSet,
    ) -> Result<Arc<Ring>, KeysError> {
        if let Some(ring) = self.cached(tenant, person)
            && ring.has(classes)
        {
            return Ok(ring);
        }
        self.ensure_many(tenant, &[(person, classes)])
            .await?
            .pop()
            .ok_or(KeysError::Internal("no answer for a person"))?
    }

    /// [`Keys::ensure_person`] for many at once, in their order: for imports, batches and lists.
    ///
    /// # Errors
    /// When the key store refuses; what was made by then stays, and a second call goes on from there. What concerns one
    /// person stands in their place.
    pub async fn ensure_many(
        &self,
        tenant: &TenantId,
        wants: &[(PersonId, ClassSet)],
    ) -> Result<Vec<Result<Arc<Ring>, KeysError>>, KeysError> {
        let open = self.tenant(tenant).await?;
        let now = self.now();
        let mut done = HashMap::with_capacity(wants.len());
        // In one order for everybody, so that two nodes that make the same keys do not wait for each other in a circle.
        let mut pending = BTreeMap::<PersonId, ClassSet>::new();
        for (person, classes) in wants {
            if classes.contains(Class::Payment) {
                return Err(KeysError::NoKeyFor(Class::Payment));
            }
            if let Some(before) = pending.get_mut(person) {
                *before = classes.iter().fold(*before, ClassSet::with);
                continue;
            }
            match self.0.cache.find(open.slot(*person), now) {
                Some(ring) if ring.has(*classes) => drop(done.insert(*person, Ok(ring))),
                _ => drop(pending.insert(*person, *classes)),
            }
        }
        let pending: Vec<_> = pending.into_iter().collect();
        for some in pending.chunks(PERSONS_AT_ONCE) {
            self.ensure_some(tenant, some, &mut done).await?;
        }
        let answer = |(person, _): &(PersonId, _)| {
            done.get(person)
                .cloned()
                .unwrap_or(Err(KeysError::Internal("no answer for a person")))
        };
        Ok(wants.iter().map(answer).collect())
    }

    /// Take a person's keys out of the cache of this process.
    pub fn forget(&self, tenant: &TenantId, person: PersonId) {
        if let Ok(tenant) = self.opened(tenant) {
            self.0.cache.forget(tenant.slot(person));
        }
    }

    /// Take everybody's keys out of the cache of this process.
    pub fn forget_all(&self) {
        self.0.cache.clear();
    }

    async fn ensure_some(
        &self,
        tenant: &TenantId,
        wants: &[(PersonId, ClassSet)],
        done: &mut HashMap<PersonId, Result<Arc<Ring>, KeysError>>,
    ) -> Result<(), KeysError> {
        let mut wants = wants.to_vec();
        for _ in 0..RACES_MAX {
            let open = self.tenant(tenant).await?;
            let persons: Vec<PersonId> = wants.iter().map(|(person, _)| *person).collect();
            let mut found = self.load(&open, &persons).await?;
            let mut lacking = Vec::new();
            let mut partial = Vec::new();
            for (person, classes) in wants {
                let slot = open.slot(person);
                let (ticket, ring) = match found.remove(&person) {
                    Some((_, Found::Gone)) => {
                        done.insert(person, Err(KeysError::Destroyed));
                        continue;
                    }
                    Some((ticket, Found::Ring(ring))) => (ticket, ring),
                    None => (
                        self.0.cache.ticket(slot),
                        Arc::new(Ring::new(&open.id, person, Vec::new())),
                    ),
                };
                if ring.has(classes) {
                    done.insert(person, Ok(ring));
                    continue;
                }
                let there = ring.classes();
                lacking.extend(
                    classes
                        .iter()
                        .filter(|class| !there.contains(*class))
                        .map(|class| (person, class)),
                );
                partial.push((person, classes, ticket, ring));
            }
            if lacking.is_empty() {
                return Ok(());
            }

            let (set, expected, made) = self.make(&open, lacking).await?;
            let committed = self.0.db.commit(set).await?;
            // The first statement adds the persons, who may be there; the others add keys.
            if committed.rows.get(1..) == Some(&expected) {
                self.keep(&open, partial, made, done);
                return Ok(());
            }
            // Somebody else made some of them, or destroyed one, or rotated what they hang under. Their keys hold, not ours.
            self.reload_tenant(tenant).await?;
            wants = partial
                .into_iter()
                .map(|(person, classes, ..)| (person, classes))
                .collect();
        }
        Err(KeysError::Raced(Level::Root))
    }

    /// Join what was there with what is durable now.
    fn keep(
        &self,
        tenant: &Tenant,
        partial: Vec<(PersonId, ClassSet, Ticket, Arc<Ring>)>,
        made: Vec<Made>,
        done: &mut HashMap<PersonId, Result<Arc<Ring>, KeysError>>,
    ) {
        let now = self.now();
        let mut fresh = HashMap::<PersonId, Vec<RingKey>>::with_capacity(partial.len());
        for Made { person, class, key } in made {
            fresh.entry(person).or_default().push(RingKey {
                class,
                generation: 1,
                key: Ok(key),
            });
        }
        for (person, _, ticket, ring) in partial {
            let mut keys = fresh.remove(&person).unwrap_or_default();
            keys.extend_from_slice(ring.keys());
            let ring = Arc::new(Ring::new(&tenant.id, person, keys));
            let slot = tenant.slot(person);
            self.0.cache.keep(slot, ticket, Arc::clone(&ring), now);
            done.insert(person, Ok(ring));
        }
    }

    /// Fresh keys, wrapped, and the write set that adds them: how many rows each of its statements but the first must add.
    async fn make(
        &self,
        tenant: &Arc<Tenant>,
        lacking: Vec<(PersonId, Class)>,
    ) -> Result<(WriteSet, Vec<u64>, Vec<Made>), KeysError> {
        let keys = self.clone();
        let tenant = Arc::clone(tenant);
        let few = lacking.len() <= KEYS_ON_THE_SPOT;
        let work = move || keys.make_now(&tenant, &lacking);
        if few { work() } else { blocking(work).await? }
    }

    fn make_now(
        &self,
        tenant: &Tenant,
        lacking: &[(PersonId, Class)],
    ) -> Result<(WriteSet, Vec<u64>, Vec<Made>), KeysError> {
        let home = self.0.settings.region.as_str();
        let mut persons = Packed::default();
        let mut by_class = BTreeMap::<Class, Packed>::new();
        let mut made = Vec::with_capacity(lacking.len());
        let mut last = None;
        for &(person, class) in lacking {
            let kek = tenant.newest_kek(home, class).ok_or_else(|| {
                KeysError::Missing(tenant.kek_level(&self.0.settings.region, class))
            })?;
            let key = SymmetricKey::random(&*self.0.rng);
            let name = tenant.person_level(person, class).generation(1);
            let context = binding::context(self.environment(), home, &name);
            let wrapped = wrap::wrap(kek.key()?, &context, key.danger_bytes(), &*self.0.rng);
            by_class.entry(class).or_default().push(person, &wrapped);
            if last.replace(person) != Some(person) {
                persons.push(person, &[]);
            }
            made.push(Made {
                person,
                class,
                key: Arc::new(key),
            });
        }

        let mut params = persons.params();
        params.push((&tenant.id).into());
        let mut set = WriteSet::new().run(&sql::PERSONS_ADD, params);
        let mut expected = Vec::with_capacity(by_class.len());
        for (class, packed) in by_class {
            expected.push(packed.rows);
            let kek = tenant
                .newest_kek(home, class)
                .map_or(0, |kek| kek.generation);
            set = set.run(
                &sql::PERSON_KEYS_ADD,
                self.add_params(tenant, packed, class, 1, kek),
            );
        }
        Ok((set, expected, made))
    }

    /// The parameters of `PERSON_KEYS_ADD`.
    pub(crate) fn add_params(
        &self,
        tenant: &Tenant,
        packed: Packed,
        class: Class,
        generation: u32,
        kek: u32,
    ) -> Vec<Value> {
        let mut params = packed.params();
        params.extend([
            (&tenant.id).into(),
            class.into(),
            generation.into(),
            self.0.settings.region.as_str().into(),
            kek.into(),
            self.now().into(),
        ]);
        params
    }

    /// Read what the key store has of `persons` and keep it in the cache. Who is not in the answer is not known.
    async fn load(
        &self,
        tenant: &Arc<Tenant>,
        persons: &[PersonId],
    ) -> Result<HashMap<PersonId, (Ticket, Found)>, KeysError> {
        let mut tenant = Arc::clone(tenant);
        let mut turn = 0;
        loop {
            turn += 1;
            let mut packed = Packed::default();
            let mut tickets = HashMap::with_capacity(persons.len());
            for person in persons {
                packed.push(*person, &[]);
                // Before the rows are read: what is forgotten meanwhile does not come back.
                tickets.insert(*person, self.0.cache.ticket(tenant.slot(*person)));
            }
            let mut params = packed.params();
            params.push((&tenant.id).into());
            let rows = self.0.db.rows(&sql::PERSON_KEYS_OF, params).await?;

            let (keys, open) = (self.clone(), Arc::clone(&tenant));
            let few = rows.len() <= KEYS_ON_THE_SPOT;
            let work = move || keys.unwrap(&open, &rows);
            let (found, orphans) = if few { work() } else { blocking(work).await? }?;
            if orphans && turn < RACES_MAX {
                // Another node rotated what they hang under.
                tenant = self.reload_tenant(&tenant.id).await?;
                continue;
            }
            return Ok(self.keep_found(&tenant, found, &tickets));
        }
    }

    fn keep_found(
        &self,
        tenant: &Tenant,
        found: HashMap<PersonId, Option<Vec<RingKey>>>,
        tickets: &HashMap<PersonId, Ticket>,
    ) -> HashMap<PersonId, (Ticket, Found)> {
        let now = self.now();
        let mut answer = HashMap::with_capacity(found.len());
        for (person, keys) in found {
            let slot = tenant.slot(person);
            let ticket = tickets
                .get(&person)
                .copied()
                .unwrap_or_else(|| self.0.cache.ticket(slot));
            let found = match keys {
                None => Found::Gone,
                Some(keys) => {
                    let ring = Arc::new(Ring::new(&tenant.id, person, keys));
                    self.0.cache.keep(slot, ticket, Arc::clone(&ring), now);
                    Found::Ring(ring)
                }
            };
            answer.insert(person, (ticket, found));
        }
        answer
    }

    /// Unwrap rows of `PERSON_KEYS_OF`: per person the keys, or `None` who is gone; and whether any hangs under a key that is
    /// not there.
    #[expect(
        clippy::type_complexity,
        reason = "used by one caller, and a name would say no more"
    )]
    fn unwrap(
        &self,
        tenant: &Tenant,
        rows: &[Row],
    ) -> Result<(HashMap<PersonId, Option<Vec<RingKey>>>, bool), KeysError> {
        let mut found = HashMap::<PersonId, Option<Vec<RingKey>>>::new();
        let mut orphans = false;
        for row in rows {
            let person = PersonId::from_slice(row.bytes(0)?)
                .ok_or_else(|| crate::root::damaged("a person's id is not one"))?;
            if !row.is_null(1) {
                found.insert(person, None);
                continue;
            }
            let keys = found.entry(person).or_insert_with(|| Some(Vec::new()));
            if row.is_null(2) {
                continue;
            }
            let class = class(row, 2)?;
            let name = tenant
                .person_level(person, class)
                .generation(generation(row, 3)?);
            let opened = self.unwrap_one(
                tenant,
                &name,
                class,
                row.text(4)?,
                generation(row, 5)?,
                row.bytes(6)?,
            );
            orphans |= matches!(opened, Err(KeysError::Orphan(_)));
            if let Err(error @ KeysError::Altered(..)) = &opened {
                tracing::error!(%error, "a stored key does not open");
            }
            if let Some(keys) = keys {
                keys.push(RingKey {
                    class,
                    generation: name.generation,
                    key: opened.map(Arc::new).map_err(Box::new),
                });
            }
        }
        Ok((found, orphans))
    }

    pub(crate) fn unwrap_one(
        &self,
        tenant: &Tenant,
        name: &crate::KeyName,
        class: Class,
        region: &str,
        parent: u32,
        wrapped: &[u8],
    ) -> Result<SymmetricKey, KeysError> {
        let kek = tenant
            .kek(region, class, parent)
            .ok_or_else(|| KeysError::Orphan(name.clone()))?;
        let context = binding::context(self.environment(), region, name);
        wrap::unwrap_key(kek.key()?, &context, wrapped)
            .map_err(|error| KeysError::Altered(name.clone(), error))
    }
}

impl Tenant {
    pub(crate) const fn slot(&self, person: PersonId) -> Slot {
        Slot {
            tenant: self.number,
            person,
        }
    }

    pub(crate) fn person_level(&self, person: PersonId, class: Class) -> Level {
        Level::Person {
            tenant: self.id.clone(),
            person,
            class,
        }
    }
}

impl Ring {
    /// Whether there is a key, one that opens or not, of each of `classes`.
    #[must_use]
    pub fn has(&self, classes: ClassSet) -> bool {
        self.classes().intersect(classes) == classes
    }
}

/// Rows for a statement that takes many at once: see `sql`.
#[derive(Default)]
pub(crate) struct Packed {
    bytes: Vec<u8>,
    pub(crate) rows: u64,
}

impl Packed {
    /// Add a row. All rows of one blob are of one length.
    pub(crate) fn push(&mut self, person: PersonId, wrapped: &[u8]) {
        self.bytes.extend_from_slice(person.as_bytes());
        self.bytes.extend_from_slice(wrapped);
        self.rows += 1;
    }

    /// `$1`, `$2`, `$3`.
    pub(crate) fn params(self) -> Vec<Value> {
        let rows = i64::try_from(self.rows).unwrap_or(i64::MAX);
        let width = self.bytes.len() as u64 / self.rows.max(1);
        debug_assert!(width >= PERSON_BYTES as u64 || self.rows == 0);
        vec![
            self.bytes.into(),
            rows.into(),
            i64::try_from(width).unwrap_or(i64::MAX).into(),
        ]
    }
}
