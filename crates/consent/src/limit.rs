//! What a person had limited: a restriction (GDPR Art. 18) lets nothing be done with their data, an objection (Art. 21, or an opt-out)
//! nothing for one purpose. Until it is lifted it is stronger than any grant and any purpose.

use base::{Ctx, Instant, Name, ObjectId, PersonId, Purpose, TenantId};
use store::{Db, Statement, WriteSet};

use crate::{ConsentError, Consents, sql};

/// The guard that something limited fails.
pub const LIMIT_GUARD: &str = "consent.limit";

/// Which sort of limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limited {
    /// Nothing is done but by the person, and in an emergency.
    Restricted,
    /// Nothing is done for this purpose.
    Objected,
}

impl Limited {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Restricted => "restriction",
            Self::Objected => "objection",
        }
    }

    fn read(text: &str) -> Result<Self, ConsentError> {
        [Self::Restricted, Self::Objected]
            .into_iter()
            .find(|it| it.as_str() == text)
            .ok_or(ConsentError::Damaged("limit"))
    }
}

/// How far a limit reaches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Everything of the person, or one collection.
    Restriction(Option<Name>),
    /// One purpose.
    Objection(Purpose),
}

/// A limit that stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limit {
    /// The request that it came of.
    pub request: ObjectId,
    /// How far it reaches.
    pub reach: Reach,
    /// Since when.
    pub since: Instant,
}

/// What somebody wants to do, as far as a limit can depend on it.
fn params(
    tenant: &TenantId,
    person: PersonId,
    collection: Option<&Name>,
    purpose: Option<Purpose>,
) -> Vec<store::Value> {
    vec![
        tenant.into(),
        person.into(),
        collection.map(Name::as_str).into(),
        purpose.map(Purpose::as_str).into(),
    ]
}

/// What stands in the way of doing something with a person's data.
///
/// # Errors
/// Storage failures.
pub async fn limited(
    db: &Db,
    tenant: &TenantId,
    person: PersonId,
    collection: Option<&Name>,
    purpose: Option<Purpose>,
) -> Result<Option<Limited>, ConsentError> {
    let params = params(tenant, person, collection, purpose);
    // Nearly always nothing does, and to find just that out is quicker than to put in order what does.
    if db.row(&sql::UNLIMITED, params.clone()).await?.is_some() {
        return Ok(None);
    }
    match db.row(&sql::LIMIT_MET, params).await? {
        Some(row) => Limited::read(row.text(0)?).map(Some),
        None => Ok(None),
    }
}

/// What makes a commit fail, with the guard [`LIMIT_GUARD`], once something stands in its way.
#[must_use]
pub fn unlimited(
    tenant: &TenantId,
    person: PersonId,
    collection: Option<&Name>,
    purpose: Option<Purpose>,
) -> Statement {
    let params = params(tenant, person, collection, purpose);
    Statement::new(&sql::UNLIMITED, params).expecting(1, LIMIT_GUARD)
}

/// The limits that stand for a person.
///
/// # Errors
/// Storage failures.
pub async fn limits(
    db: &Db,
    tenant: &TenantId,
    person: PersonId,
) -> Result<Vec<Limit>, ConsentError> {
    let rows = db
        .rows(&sql::LIMITS_OF, vec![tenant.into(), person.into()])
        .await?;
    let damaged = || ConsentError::Damaged("limit");
    rows.iter()
        .map(|row| {
            let reach = match Limited::read(row.text(1)?)? {
                Limited::Restricted if row.is_null(2) => Reach::Restriction(None),
                Limited::Restricted => {
                    Reach::Restriction(Some(row.text(2)?.parse().map_err(|_| damaged())?))
                }
                Limited::Objected => Reach::Objection(row.text(3)?.parse().map_err(|_| damaged())?),
            };
            Ok(Limit {
                request: ObjectId::from_slice(row.bytes(0)?).ok_or_else(damaged)?,
                reach,
                since: Instant::from_micros(row.int(4)?),
            })
        })
        .collect()
}

impl Limit {
    /// The write that makes it stand.
    #[must_use]
    pub fn set(&self, tenant: &TenantId, person: PersonId, set: WriteSet) -> WriteSet {
        let (kind, collection, purpose) = match &self.reach {
            Reach::Restriction(collection) => (Limited::Restricted, collection.as_ref(), None),
            Reach::Objection(purpose) => (Limited::Objected, None, Some(purpose.as_str())),
        };
        set.run(
            &sql::LIMIT_INSERT,
            vec![
                tenant.into(),
                person.into(),
                self.request.into(),
                kind.as_str().into(),
                collection.map(Name::as_str).into(),
                purpose.into(),
                self.since.into(),
            ],
        )
    }

    /// The write that lifts the limit of a request; it holds once.
    #[must_use]
    pub fn lift(
        tenant: &TenantId,
        person: PersonId,
        request: ObjectId,
        now: Instant,
        set: WriteSet,
    ) -> WriteSet {
        let params = vec![tenant.into(), person.into(), request.into(), now.into()];
        set.run_expecting(&sql::LIMIT_LIFT, params, 1, "consent.lift")
    }
}

impl Consents {
    /// Let questions lapse that wait for a person's answer and are for `purpose`.
    ///
    /// # Errors
    /// Storage failures.
    pub async fn lapse_for(
        &self,
        ctx: &Ctx,
        person: PersonId,
        purpose: Purpose,
        mut set: WriteSet,
    ) -> Result<WriteSet, ConsentError> {
        for asking in self.askings_open(ctx, person).await? {
            let offered = self
                .offered_at(&ctx.tenant, asking.request, asking.version)
                .await?;
            if offered.offer.purposes.contains(&purpose) {
                let params = vec![(&ctx.tenant).into(), person.into(), asking.asking.into()];
                set = set.run(&sql::ASKING_LAPSE, params);
            }
        }
        Ok(set)
    }

    /// What makes a commit fail that asks, or grants, for a purpose that the person objected to.
    pub(crate) fn not_objected(
        ctx: &Ctx,
        person: PersonId,
        purposes: impl IntoIterator<Item = Purpose>,
        set: WriteSet,
    ) -> WriteSet {
        purposes.into_iter().fold(set, |set, purpose| {
            let params = vec![(&ctx.tenant).into(), person.into(), purpose.as_str().into()];
            set.run_expecting(&sql::NOT_OBJECTED, params, 1, "consent.objected")
        })
    }
}
