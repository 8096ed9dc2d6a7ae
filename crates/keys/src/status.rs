//! What there is, how old it is, and how far re-wrapping has come. Names and numbers, never keys.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use base::{Class, Instant, PersonId, Region, TenantId};
use parking_lot::Mutex;
use store::{Row, Sql, Value};

use crate::open::Keys;
use crate::root::{damaged, generation};
use crate::tenant::class;
use crate::{KeyName, KeysError, sql};

/// What a key is there for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// To wrap, seal or sign with, and to open.
    Newest,
    /// To open only, until it is destroyed.
    Retired,
    /// Only its public half is left.
    Erased,
}

impl State {
    /// The state as it stands in lists.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Newest => "newest",
            Self::Retired => "retired",
            Self::Erased => "erased",
        }
    }
}

/// One key of the tree. Person keys are counted in the line of what they hang under.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Which key.
    pub name: KeyName,
    /// What for.
    pub state: State,
    /// Whether it opens. A key that does not was altered, or hangs under one that was.
    pub opens: bool,
    /// Since when.
    pub made_at: Instant,
    /// Since when it is no longer the newest.
    pub retired_at: Option<Instant>,
    /// The generation that it hangs under; none for a root.
    pub under: Option<u32>,
    /// How many keys hang under it.
    pub beneath: u64,
}

/// The whole tree in numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    /// What seals the root.
    pub backend: &'static str,
    /// Each key but those of persons.
    pub lines: Vec<Line>,
    /// Persons with keys.
    pub persons: u64,
    /// Persons whose keys are destroyed.
    pub persons_destroyed: u64,
    /// Keys that hang under another: everything but the roots.
    pub wrapped: u64,
    /// Those of them that still hang under a retired generation.
    pub behind: u64,
    /// Persons whose keys are unwrapped in this process.
    pub cached_persons: usize,
}

impl Status {
    /// How much hangs under newest generations, in percent, rounded down.
    #[must_use]
    pub const fn rewrapped_percent(&self) -> u64 {
        if self.wrapped == 0 {
            return 100;
        }
        (self.wrapped - self.behind) * 100 / self.wrapped
    }
}

/// How many keys of one tenant hang under each of its key-encryption keys.
#[derive(Default)]
pub(crate) struct Counts(HashMap<(String, Class, u32), u64>);

impl Counts {
    pub(crate) fn under(&self, region: &str, class: Class, generation: u32) -> u64 {
        self.0
            .get(&(region.to_owned(), class, generation))
            .copied()
            .unwrap_or(0)
    }
}

impl Keys {
    /// Every key but those of persons, roots first, then tenant by tenant.
    ///
    /// # Errors
    /// When the key store cannot be read.
    pub async fn list(&self) -> Result<Vec<Line>, KeysError> {
        self.reload_roots().await?;
        let roots = self.roots();
        let mut beneath = HashMap::new();
        for row in self.0.db.rows(&sql::ROOT_BENEATH, vec![]).await? {
            beneath.insert(generation(&row, 0)?, count(row.int(1)?));
        }
        let mut lines = Vec::new();
        for root in roots.all() {
            lines.push(Line {
                name: root.name(),
                state: state(root.retired_at),
                opens: root.key.is_ok(),
                made_at: root.made_at,
                retired_at: root.retired_at,
                under: None,
                beneath: beneath.get(&root.generation).copied().unwrap_or(0),
            });
        }
        for tenant in self.tenants().await? {
            self.list_tenant(&tenant, &mut lines).await?;
        }
        Ok(lines)
    }

    /// The tree in numbers.
    ///
    /// # Errors
    /// When the key store cannot be read.
    pub async fn status(&self) -> Result<Status, KeysError> {
        let lines = self.list().await?;
        let (mut persons, mut persons_destroyed) = (0, 0);
        for tenant in self.tenants().await? {
            let row = self
                .0
                .db
                .row(&sql::COUNT_PERSONS, vec![(&tenant).into()])
                .await?;
            if let Some(row) = row {
                let gone = count(row.int(1)?);
                persons += count(row.int(0)?) - gone;
                persons_destroyed += gone;
            }
        }
        Ok(Status {
            backend: self.seal().name(),
            persons,
            persons_destroyed,
            wrapped: lines.iter().map(|line| line.beneath).sum(),
            behind: behind(&lines),
            cached_persons: self.0.cache.persons(),
            lines,
        })
    }

    /// Each person's classes whose key has more than one generation, with the newest: there may be something left under the
    /// old ones (the vault knows).
    ///
    /// # Errors
    /// When the key store cannot be read.
    pub async fn turned(
        &self,
        tenant: &TenantId,
    ) -> Result<BTreeMap<PersonId, BTreeMap<Class, u32>>, KeysError> {
        let mut turned = BTreeMap::<_, BTreeMap<_, _>>::new();
        for row in self
            .collect(&sql::COUNT_TURNED, vec![tenant.into()])
            .await?
        {
            let person = PersonId::from_slice(row.bytes(0)?)
                .ok_or_else(|| damaged("a person's id is not one"))?;
            let of_class = turned.entry(person).or_default();
            of_class.insert(class(&row, 1)?, generation(&row, 2)?);
        }
        Ok(turned)
    }

    /// How many keys still hang under a retired generation, in the whole tree.
    pub(crate) async fn count_behind(&self) -> Result<u64, KeysError> {
        Ok(behind(&self.list().await?))
    }

    /// How many keys hang under each key-encryption key of a tenant.
    pub(crate) async fn count(&self, tenant: &TenantId) -> Result<Counts, KeysError> {
        let mut counts = Counts::default();
        for sql in [&sql::COUNT_PERSON_KEYS, &sql::COUNT_TENANT_KEYS] {
            for row in self.collect(sql, vec![tenant.into()]).await? {
                let under = (
                    row.text(0)?.to_owned(),
                    class(&row, 1)?,
                    generation(&row, 2)?,
                );
                *counts.0.entry(under).or_default() += count(row.int(3)?);
            }
        }
        Ok(counts)
    }

    /// The rows of a query that may take its time.
    pub(crate) async fn collect(
        &self,
        sql: &'static Sql,
        params: Vec<Value>,
    ) -> Result<Vec<Row>, KeysError> {
        let rows = Arc::new(Mutex::new(Vec::new()));
        let into = Arc::clone(&rows);
        let each = move |row| {
            into.lock().push(row);
            true
        };
        self.0.db.scan(sql, params, each).await?;
        let rows = std::mem::take(&mut *rows.lock());
        Ok(rows)
    }

    async fn list_tenant(&self, id: &TenantId, lines: &mut Vec<Line>) -> Result<(), KeysError> {
        let tenant = self.reload_tenant(id).await?;
        let counts = self.count(id).await?;
        for kek in &tenant.keks {
            let region: &Region = &kek.region;
            lines.push(Line {
                name: tenant
                    .kek_level(region, kek.class)
                    .generation(kek.generation),
                state: state(kek.retired_at),
                opens: kek.key.is_ok(),
                made_at: kek.made_at,
                retired_at: kek.retired_at,
                under: Some(kek.parent),
                beneath: counts.under(region.as_str(), kek.class, kek.generation),
            });
        }
        for held in &tenant.keys {
            lines.push(Line {
                name: tenant.level(held.kind).generation(held.generation),
                state: match held.wrapped {
                    None => State::Erased,
                    Some(_) => state(held.retired_at),
                },
                opens: held.material.is_ok(),
                made_at: held.made_at,
                retired_at: held.retired_at,
                under: Some(held.parent),
                beneath: 0,
            });
        }
        Ok(())
    }
}

fn behind(lines: &[Line]) -> u64 {
    lines
        .iter()
        .filter(|line| line.state == State::Retired)
        .map(|line| line.beneath)
        .sum()
}

const fn state(retired_at: Option<Instant>) -> State {
    if retired_at.is_some() {
        State::Retired
    } else {
        State::Newest
    }
}

fn count(int: i64) -> u64 {
    u64::try_from(int).unwrap_or(0)
}
