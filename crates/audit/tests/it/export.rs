//! Lines for other systems.

use audit::export::{Format, line, lines};
use audit::{Action, Entry, Outcome};
use base::{Actor, ActorKind, Ctx, Instant, RequestId, SeededRng};
use serde_json::Value;
use store::WriteSet;

use crate::support::Logs;

fn member<'a>(row: &'a Value, path: &str) -> &'a Value {
    row.pointer(path)
        .unwrap_or_else(|| panic!("{path} is missing in {row:#}"))
}

#[tokio::test]
async fn every_line_leads_back_to_its_entry() {
    let logs = Logs::sqlite().await;
    logs.fill(3_000, 500).await;
    for format in ["ocsf", "ecs", "fhir"] {
        let format: Format = format.parse().expect("a format");
        let mut out = Vec::new();
        let count = lines(&logs.log, &logs.tenant, 5..u64::MAX, format, &mut out)
            .await
            .expect("exports");
        assert_eq!(count, 2_995);
        let text = String::from_utf8(out).expect("text");
        let rows: Vec<Value> = text
            .lines()
            .map(|line| serde_json::from_str(line).expect("JSON"))
            .collect();
        assert_eq!(rows.len(), 2_995);
        let (_, proof) = logs.log.prove(&logs.tenant, 5).await.expect("proves");
        let leaf = hex::encode(audit::merkle::leaf_hash(
            proof.extra.as_deref().expect("inside"),
        ));
        let row = &rows[0];
        let (origin, index, hash) = match format {
            Format::Ocsf => (
                member(row, "/unmapped/log.origin"),
                member(row, "/unmapped/log.index").to_string(),
                member(row, "/unmapped/leaf_hash"),
            ),
            Format::Ecs => (
                member(row, "/strongroom.log.origin"),
                member(row, "/strongroom.log.index").to_string(),
                member(row, "/strongroom.leaf_hash"),
            ),
            Format::Fhir => {
                let entities = member(row, "/entity").as_array().expect("a list");
                let details = entities
                    .iter()
                    .find_map(|entity| entity.get("detail"))
                    .expect("details");
                (
                    member(details, "/0/valueString"),
                    member(details, "/1/valueString")
                        .as_str()
                        .expect("text")
                        .to_owned(),
                    member(details, "/2/valueString"),
                )
            }
        };
        assert_eq!(origin, "strongroom.test/log/acme");
        assert_eq!(index, "5");
        assert_eq!(hash, leaf.as_str());
    }
    assert!("csv".parse::<Format>().is_err());
}

#[tokio::test]
async fn ecs_is_flat_and_ocsf_and_fhir_have_what_they_require() {
    let logs = Logs::sqlite().await;
    let rng = SeededRng::new(4);
    let kinds = [
        ActorKind::App,
        ActorKind::Staff,
        ActorKind::Person,
        ActorKind::System,
    ];
    let mut count = 0;
    for (at, action) in Action::ALL.iter().enumerate() {
        for outcome in [Outcome::Ok, Outcome::Denied, Outcome::Failed] {
            let ctx = Ctx {
                tenant: logs.tenant.clone(),
                actor: Actor {
                    kind: kinds[at % 4],
                    id: "t-1".into(),
                    role: "clinician".into(),
                    authenticated_by: "token",
                    grant: None,
                },
                purpose: None,
                request: RequestId::random(&rng),
                now: Instant::from_micros(1_763_890_200_000_000),
            };
            let entry = Entry::new(&ctx, *action, outcome)
                .expect("words")
                .code("record.denied");
            logs.db
                .commit(WriteSet::new().log(entry.finish(&logs.tenant)))
                .await
                .expect("appends");
            count += 1;
        }
    }
    let logged = logs
        .log
        .entries(&logs.tenant, 0, count)
        .await
        .expect("reads");
    assert_eq!(logged.len() as u64, count);
    for logged in &logged {
        let row = |format| line(format, "o", &logs.tenant, logged).expect("a line");
        let ecs = row(Format::Ecs);
        for (name, value) in ecs.as_object().expect("an object") {
            let flat = match value {
                Value::Object(_) => false,
                Value::Array(list) => list
                    .iter()
                    .all(|item| !item.is_object() && !item.is_array()),
                _ => true,
            };
            assert!(flat, "{name} is not flat");
        }
        let ocsf = row(Format::Ocsf);
        let class = member(&ocsf, "/class_uid").as_u64().expect("a number");
        assert!(class == 6_003 || class == 6_005);
        let activity = member(&ocsf, "/activity_id").as_u64().expect("a number");
        assert_eq!(
            member(&ocsf, "/type_uid").as_u64(),
            Some(class * 100 + activity)
        );
        for path in [
            "/time",
            "/severity_id",
            "/metadata/version",
            "/metadata/product/name",
            "/actor/user/uid",
            "/src_endpoint/uid",
            "/category_uid",
        ] {
            member(&ocsf, path);
        }
        member(
            &ocsf,
            if class == 6_005 {
                "/database/name"
            } else {
                "/api/operation"
            },
        );
        let fhir = row(Format::Fhir);
        for path in [
            "/type/code",
            "/recorded",
            "/source/observer",
            "/agent/0/requestor",
            "/entity/0",
        ] {
            member(&fhir, path);
        }
        let requestors = member(&fhir, "/agent")
            .as_array()
            .expect("a list")
            .iter()
            .filter(|agent| agent["requestor"] == true)
            .count();
        assert_eq!(requestors, 1);
        let id = member(&fhir, "/id").as_str().expect("text");
        assert!(id.len() <= 64);
    }
}

#[tokio::test]
#[ignore = "writes a log for e2e/log/run.sh into target/e2e/log"]
async fn write_sample() {
    let logs = Logs::sqlite().await;
    let target = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/e2e/log");
    let folder = target.join("sample");
    if folder.exists() {
        std::fs::remove_dir_all(&folder).expect("removes");
    }
    std::fs::create_dir_all(&target).expect("a folder");
    // Three levels of tiles, each with a right edge that is not full.
    logs.fill(65_700, 1_000).await;
    let older = logs
        .log
        .checkpoint(&logs.tenant)
        .await
        .expect("a checkpoint");
    std::fs::write(target.join("older.checkpoint"), older).expect("writes");
    logs.append(65_700, 300).await;
    let what = audit::export::Bundles::With;
    audit::export::tiles(&logs.log, &logs.tenant, &folder, what)
        .await
        .expect("exports");
    let (_, proof) = logs.log.prove(&logs.tenant, 321).await.expect("proves");
    std::fs::write(target.join("sample.tlog-proof"), proof.to_string()).expect("writes");
}
