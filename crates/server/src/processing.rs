//! The records of processing activities (GDPR, article 30), drawn up from what is in force: the register, the grants that stand, the
//! apps, the promises as they are measured, and what the configuration says of the controller. Nothing about anybody stands in them.

use std::collections::{BTreeMap, BTreeSet};

use base::{AppId, Class, TenantId};
use consent::Terms;
use govern::{Catalogue, Lang, State, views};
use serde::Serialize;
use store::{Sql, Value};
use vault::register::{Collection, Subject};

use crate::config::Controller;
use crate::{Failure, Installation, probes};

/// The version of their form.
pub const FORMAT: &str = "strongroom-processing/1";
/// Different terms that are read; more are said to be more.
const GRANTS_MAX: u32 = 5_000;

/// Something of a collection is there, or was: each record leads to it from its index.
static IS_USED: Sql =
    Sql::both("SELECT 1 FROM record_index WHERE tenant = $1 AND collection = $2 LIMIT 1");
static GRANTED: Sql = Sql::both(concat!(
    "SELECT grantee_kind, grantee, terms, count(*) FROM consent_grant WHERE tenant = $1 AND state = 'active' AND until > $2 AND proxy = 0 ",
    "GROUP BY grantee_kind, grantee, terms ORDER BY grantee_kind, grantee LIMIT $3"
));

/// Every statement, for the test that prepares each on both engines.
pub static STATEMENTS: &[&Sql] = &[&IS_USED, &GRANTED];

/// Who answers.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Who {
    /// Who it is; `None` where the configuration does not say.
    pub name: Option<String>,
    /// How they are reached.
    pub contact: Option<String>,
    /// Their representative.
    pub representative: Option<String>,
    /// The data protection officer.
    pub data_protection_officer: Option<String>,
}

/// One activity: what is done with one collection.
#[derive(Clone, Debug, Serialize)]
pub struct Activity {
    /// The collection's name in the register.
    pub collection: String,
    /// Its name for people.
    pub title: String,
    /// What it is.
    pub about: String,
    /// Whether something of it is kept, or was.
    pub in_use: bool,
    /// What for: purposes of the register.
    pub purposes: Vec<String>,
    /// GDPR, article 6(1).
    pub legal_basis: Option<&'static str>,
    /// GDPR, article 9(2).
    pub health_basis: Option<&'static str>,
    /// Categories of persons; empty where it is about nobody.
    pub persons: Vec<&'static str>,
    /// Categories of data: classes that occur.
    pub data: Vec<&'static str>,
    /// How long.
    pub kept: String,
    /// Where; empty for anywhere.
    pub regions: Vec<String>,
    /// Who gets something of it, by grants that stand.
    pub recipients: Vec<String>,
}

/// Somebody who gets data.
#[derive(Clone, Debug, Serialize)]
pub struct Recipient {
    /// `app`, `account`, `processor`; `provider` for who gets medical records when a person wishes so.
    pub kind: &'static str,
    /// What it is called.
    pub name: String,
    /// For what, by the grants that stand.
    pub purposes: Vec<String>,
    /// What of; `*` for everything.
    pub collections: Vec<String>,
    /// How many grants that is.
    pub grants: u64,
}

/// One measure of security.
#[derive(Clone, Debug, Serialize)]
pub struct Measure {
    /// The promise; `None` for what the configuration adds.
    pub promise: Option<String>,
    /// `kept`, `broken`, `stale`, `unproven`; `stated` for what the configuration adds.
    pub state: &'static str,
    /// In words.
    pub text: String,
}

/// The records of one tenant.
#[derive(Clone, Debug, Serialize)]
pub struct Processing {
    /// [`FORMAT`].
    pub format: &'static str,
    /// Whose.
    pub tenant: TenantId,
    /// When they were drawn up.
    pub made_at: String,
    /// Who answers.
    pub controller: Who,
    /// On whose behalf, where they are a processor (article 30(2)): then the activities are the categories of processing.
    pub on_behalf_of: Vec<String>,
    /// By collection, in the order of their names.
    pub activities: Vec<Activity>,
    /// Who gets data.
    pub recipients: Vec<Recipient>,
    /// Whether there are more grants than were read.
    pub more_recipients: bool,
    /// Transfers to third countries, and on what ground.
    pub transfers: Vec<String>,
    /// Security measures.
    pub security: Vec<Measure>,
}

/// Draw them up for a tenant; promises are said in `lang`.
///
/// # Errors
/// Storage failures.
pub async fn draw_up(
    house: &Installation,
    tenant: &TenantId,
    lang: Lang,
) -> Result<Processing, Failure> {
    let none = Controller::default();
    let controller = house.config.controllers.get(tenant).unwrap_or(&none);
    let (mut recipients, more_recipients) = granted(house, tenant).await?;
    let mut activities = Vec::new();
    for collection in house.vault.register().collections() {
        let params: Vec<Value> = vec![tenant.into(), (&collection.name).into()];
        let in_use = house.db.row(&IS_USED, params).await?.is_some();
        activities.push(activity(collection, in_use, &recipients));
    }
    recipients.extend(controller.processors.iter().map(|name| Recipient {
        kind: "processor",
        name: name.clone(),
        purposes: Vec::new(),
        collections: Vec::new(),
        grants: 0,
    }));
    let providers = crate::transfers::providers(house, tenant);
    recipients.extend(providers.map(|(_, it)| Recipient {
        kind: "provider",
        name: it.title.clone(),
        purposes: vec![base::Purpose::Patrqt.as_str().to_owned()],
        collections: Vec::new(),
        grants: 0,
    }));
    Ok(Processing {
        format: FORMAT,
        tenant: tenant.clone(),
        made_at: house.clock.now().to_string(),
        controller: Who {
            name: controller.name.clone(),
            contact: controller.contact.clone(),
            representative: controller.representative.clone(),
            data_protection_officer: controller.data_protection_officer.clone(),
        },
        on_behalf_of: controller.on_behalf_of.clone(),
        activities,
        recipients,
        more_recipients,
        transfers: controller.transfers.clone(),
        security: measures(house, controller, lang).await?,
    })
}

fn activity(collection: &Collection, in_use: bool, recipients: &[Recipient]) -> Activity {
    let name = collection.name.as_str();
    let gets = |it: &&Recipient| it.collections.iter().any(|of| of == "*" || of == name);
    let about_persons = collection.subject == Subject::Person;
    Activity {
        collection: name.to_owned(),
        title: collection.title.clone(),
        about: collection.about.clone(),
        in_use,
        purposes: collection
            .purposes
            .iter()
            .map(|it| it.as_str().to_owned())
            .collect(),
        legal_basis: collection.legal_basis.map(|it| it.as_str()),
        health_basis: collection.health_basis.map(|it| it.as_str()),
        persons: if about_persons {
            vec!["data-subjects"]
        } else {
            Vec::new()
        },
        data: collection.classes.iter().map(Class::as_str).collect(),
        kept: collection.retention.to_string(),
        regions: collection.regions.iter().map(ToString::to_string).collect(),
        recipients: if about_persons {
            recipients
                .iter()
                .filter(gets)
                .map(|it| it.name.clone())
                .collect()
        } else {
            Vec::new()
        },
    }
}

/// What one of them is let have, by all its grants together.
#[derive(Default)]
struct Granted {
    purposes: BTreeSet<String>,
    collections: BTreeSet<String>,
    grants: u64,
}

/// Who gets something by grants that stand, and whether there are more than were read.
async fn granted(
    house: &Installation,
    tenant: &TenantId,
) -> Result<(Vec<Recipient>, bool), Failure> {
    let params: Vec<Value> = vec![tenant.into(), house.clock.now().into(), GRANTS_MAX.into()];
    let rows = house.db.rows(&GRANTED, params).await?;
    let mut found: BTreeMap<(String, Vec<u8>), Granted> = BTreeMap::new();
    for row in &rows {
        let damaged = |_| Failure::text("the terms of a grant cannot be read");
        let terms: Terms = serde_json::from_str(row.text(2)?).map_err(damaged)?;
        let key = (row.text(0)?.to_owned(), row.bytes(1)?.to_vec());
        let all = found.entry(key).or_default();
        all.purposes
            .extend(terms.purposes.iter().map(|it| it.as_str().to_owned()));
        all.collections.extend(terms.parts.iter().map(|part| {
            let name = part.collection.as_ref();
            name.map_or_else(|| "*".to_owned(), ToString::to_string)
        }));
        all.grants += u64::try_from(row.int(3)?).unwrap_or(0);
    }
    let mut recipients = Vec::with_capacity(found.len());
    for ((kind, id), all) in found {
        let name = match (kind.as_str(), AppId::from_slice(&id)) {
            // One that was deleted since holds nothing any more.
            ("app", Some(app)) => match house.oauth.app_of(tenant, app).await {
                Ok(app) => app.about.name.clone(),
                Err(_) => app.to_string(),
            },
            _ => match base::AccountId::from_slice(&id) {
                Some(account) => account.to_string(),
                None => continue,
            },
        };
        recipients.push(Recipient {
            kind: if kind == "app" { "app" } else { "account" },
            name,
            purposes: all.purposes.into_iter().collect(),
            collections: all.collections.into_iter().collect(),
            grants: all.grants,
        });
    }
    let more = rows.len() >= GRANTS_MAX as usize;
    Ok((recipients, more))
}

async fn measures(
    house: &Installation,
    controller: &Controller,
    lang: Lang,
) -> Result<Vec<Measure>, Failure> {
    let catalogue = Catalogue::built_in().map_err(|error| Failure::text(error.to_string()))?;
    let ledger = probes::ledger(house)?;
    let records = ledger.latest().await?;
    let now = house.clock.now();
    let measured = views(&catalogue, &records, now);
    let promised = measured
        .iter()
        .filter(|it| it.promise.kind != govern::Kind::V)
        .map(|it| Measure {
            promise: Some(it.promise.id.clone()),
            state: match it.state {
                State::Kept => "kept",
                State::Broken => "broken",
                State::Stale => "stale",
                State::Unproven => "unproven",
            },
            text: it.promise.text(lang).sentence.clone(),
        });
    let stated = controller.measures.iter().map(|text| Measure {
        promise: None,
        state: "stated",
        text: text.clone(),
    });
    Ok(promised.chain(stated).collect())
}

/// Columns of the table.
const COLUMNS: usize = 19;

impl Processing {
    /// As a table that spreadsheets open, with the mark of UTF-8: one line for each activity, with what is short and holds for all of them
    /// repeated; then one line for each measure of security, which holds for every activity.
    #[must_use]
    pub fn csv(&self) -> String {
        let mut out = "\u{feff}".to_owned();
        out.push_str(&line(
            [
                "controller",
                "contact",
                "representative",
                "data_protection_officer",
                "on_behalf_of",
                "collection",
                "title",
                "about",
                "in_use",
                "purposes",
                "legal_basis",
                "health_basis",
                "categories_of_persons",
                "categories_of_data",
                "recipients",
                "transfers",
                "kept",
                "regions",
                "security_measures",
            ]
            .map(str::to_owned),
        ));
        let said = |it: &Option<String>| it.clone().unwrap_or_default();
        let processors = self.recipients.iter().filter(|it| it.kind == "processor");
        let processors: Vec<_> = processors.map(|it| it.name.clone()).collect();
        for it in &self.activities {
            let recipients = [it.recipients.clone(), processors.clone()].concat();
            out.push_str(&line([
                said(&self.controller.name),
                said(&self.controller.contact),
                said(&self.controller.representative),
                said(&self.controller.data_protection_officer),
                self.on_behalf_of.join("; "),
                it.collection.clone(),
                it.title.clone(),
                it.about.clone(),
                it.in_use.to_string(),
                it.purposes.join("; "),
                it.legal_basis.unwrap_or_default().to_owned(),
                it.health_basis.unwrap_or_default().to_owned(),
                it.persons.join("; "),
                it.data.join("; "),
                recipients.join("; "),
                self.transfers.join("; "),
                it.kept.clone(),
                it.regions.join("; "),
                String::new(),
            ]));
        }
        for it in &self.security {
            let mut cells = [const { String::new() }; COLUMNS];
            let [.., last] = &mut cells;
            *last = format!("{} ({})", it.text, it.state);
            out.push_str(&line(cells));
        }
        out
    }
}

fn line<const N: usize>(cells: [String; N]) -> String {
    let cells = cells.map(|it| vault::export::csv_text(&it).into_owned());
    cells.join(",") + "\r\n"
}
