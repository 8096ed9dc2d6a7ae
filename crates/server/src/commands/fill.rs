//! Fills an installation with synthetic people, through the same verbs that everybody uses.

use base::{Ctx, Name, PersonId, RecordId, TenantId};
use indicatif::{ProgressBar, ProgressStyle};
use policy::{Authority, RecordAt, Verb, decide};
use serde_json::Value;
use vault::fhir::External;
use vault::fhir::rest::{Rest, Wishes};
use vault::records::{BatchItem, BatchVerb, Condition};
use vault::synth::Person;

use crate::{Failure, Installation};

/// People that are written at the same time: their commits are shared.
const AT_ONCE: usize = 8;

/// One synthetic person that was made.
pub(super) struct Made {
    /// Who.
    pub person: PersonId,
    /// The FHIR id of their Patient.
    pub patient: String,
}

/// The id that a transaction gave the Patient in it.
fn patient_made(answer: &[u8]) -> Option<String> {
    let answer: Value = serde_json::from_slice(answer).ok()?;
    answer.get("entry")?.as_array()?.iter().find_map(|entry| {
        let location = entry.pointer("/response/location")?.as_str()?;
        let (_, rest) = location.split_once("Patient/")?;
        rest.split('/').next().map(str::to_owned)
    })
}

/// Fill `tenant` with `count` people; gives back a few of their ids.
pub(super) async fn fill(
    installation: &Installation,
    tenant: &TenantId,
    seed: u64,
    count: u32,
) -> Result<Vec<Made>, Failure> {
    use futures_util::{StreamExt, TryStreamExt, stream};
    let bar = ProgressBar::new(count.into());
    let style = ProgressStyle::with_template("{wide_bar} {pos}/{len} synthetic people  {elapsed}");
    if let Ok(style) = style {
        bar.set_style(style);
    }
    let people = vault::synth::people(seed, count as usize, installation.clock.now());
    let made = stream::iter(people)
        .map(|person| async {
            let made = one(installation, tenant, person).await?;
            bar.inc(1);
            Ok::<_, Failure>(made)
        })
        .buffered(AT_ONCE)
        .try_collect()
        .await;
    bar.finish_and_clear();
    made
}

async fn one(
    installation: &Installation,
    tenant: &TenantId,
    person: Person,
) -> Result<Made, Failure> {
    let (ctx, authority) = installation.local(tenant, "demo");
    let vault = &installation.vault;
    let rest = Rest {
        vault,
        ctx: &ctx,
        authority: &authority,
        base: "",
    };
    let bundle = person.fhir_bundle.to_string();
    let answer = rest
        .bundle(bundle.as_bytes(), &Wishes::default())
        .await
        .map_err(|error| Failure::text(error.to_string()))?;
    let patient = patient_made(answer.body.as_deref().unwrap_or(&[]))
        .ok_or_else(|| Failure::text("a synthetic bundle made no Patient"))?;
    let new = vault
        .person_by_external(tenant, External::patient(&patient).as_str())
        .await?
        .ok_or_else(|| Failure::text("a synthetic bundle made no person"))?;

    let items = person
        .records()
        .map(|(collection, record, document)| {
            item(&ctx, &authority, new, collection, &record, document)
        })
        .collect::<Result<Vec<_>, _>>()?;
    if !items.is_empty() {
        vault.batch_all(&ctx, &items).await?;
    }
    Ok(Made {
        person: new,
        patient,
    })
}

fn item(
    ctx: &Ctx,
    authority: &Authority,
    person: PersonId,
    collection: &str,
    record: &str,
    document: &Value,
) -> Result<BatchItem, Failure> {
    let wrong = |error: base::InvalidId| Failure::text(error.to_string());
    let record: RecordId = record.parse().map_err(wrong)?;
    let collection: Name = collection.parse().map_err(wrong)?;
    let thing = RecordAt {
        tenant: ctx.tenant.clone(),
        person,
        collection,
        record,
    };
    let allowed = decide(ctx, authority, Verb::Update, thing)?;
    let verb = BatchVerb::Put {
        body: document.to_string().into_bytes(),
        condition: Condition::None,
    };
    Ok(BatchItem { allowed, verb })
}
