//! Fills an installation with synthetic people, through the same verbs that everybody uses.

use base::{Ctx, Name, PersonId, RecordId, TenantId};
use indicatif::{ProgressBar, ProgressStyle};
use policy::{Authority, PersonAt, RecordAt, Verb, decide};
use serde_json::Value;
use vault::fhir::External;
use vault::fhir::rest::{Rest, Wishes};
use vault::records::{BatchItem, BatchVerb, Condition};
use vault::synth::Person;

use crate::{Failure, Installation};

/// People that are written at the same time: their commits are shared.
const AT_ONCE: usize = 8;

/// Fill `tenant` with `count` people; gives back a few of their ids.
pub(super) async fn fill(
    installation: &Installation,
    tenant: &TenantId,
    seed: u64,
    count: u32,
) -> Result<Vec<PersonId>, Failure> {
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
) -> Result<PersonId, Failure> {
    let (ctx, authority) = installation.local(tenant, "demo");
    let patient = person
        .fhir_bundle
        .pointer("/entry/0/resource/id")
        .and_then(Value::as_str)
        .ok_or_else(|| Failure::text("a synthetic bundle does not begin with a Patient"))?;
    let external = External::patient(patient);
    let thing = PersonAt {
        tenant: tenant.clone(),
        person: None,
    };
    let allowed = decide(&ctx, &authority, Verb::Create, thing)?;
    let vault = &installation.vault;
    let (new, _) = vault
        .create_person(&ctx, &allowed, Some(external.as_str()), None)
        .await?;

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
    if answer.status != 200 {
        return Err(Failure::text("a synthetic bundle was refused"));
    }

    let mut items = Vec::new();
    let mut push = |collection: &str, documents: &[Value]| {
        for (number, document) in documents.iter().enumerate() {
            items.push(item(
                &ctx, &authority, new.person, collection, number, document,
            )?);
        }
        Ok::<_, Failure>(())
    };
    push("cycle-day", &person.diary)?;
    push("cycle-settings", person.settings.as_slice())?;
    push("measure-group", &person.wearable.measures)?;
    push("sleep-session", &person.wearable.sleep)?;
    push("activity-day", &person.wearable.activity)?;
    if !items.is_empty() {
        vault.batch_all(&ctx, &items).await?;
    }
    Ok(new.person)
}

fn item(
    ctx: &Ctx,
    authority: &Authority,
    person: PersonId,
    collection: &str,
    number: usize,
    document: &Value,
) -> Result<BatchItem, Failure> {
    let wrong = |error: base::InvalidId| Failure::text(error.to_string());
    let own = document
        .get("id")
        .or_else(|| document.get("date"))
        .and_then(Value::as_str);
    let record: RecordId = match own {
        Some(text) => text.parse().map_err(wrong)?,
        None => format!("{number:04}").parse().map_err(wrong)?,
    };
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
