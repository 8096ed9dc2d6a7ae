//! What is kept of them: measurements over two years, nights, days, a diary, observations, records without a date, and files.

use std::fmt::Write as _;

use hyper::Method;
use jiff::civil::Date;
use jiff::{Span, Timestamp};
use serde_json::Value;

use super::{Cast, Plan, said, text};
use crate::Outcome;
use crate::chance::Chance;
use crate::client::{Client, Payload};
use crate::{sample, work};

/// Days that the records are spread over.
const DAYS: u64 = 730;
/// Records in one batch.
const BATCH: u64 = 1000;
/// The kinds, each with its share of a hundred.
const SHARES: [(&str, u64); 6] = [
    ("wearable-measure", 60),
    ("wearable-sleep", 5),
    ("wearable-activity", 5),
    ("cycle-day", 5),
    ("Observation", 5),
    (sample::COLLECTION, 20),
];
/// Of a hundred records, so many are written a second time, so that there are earlier versions.
const WRITTEN_TWICE: u64 = 1;

/// What was written.
pub(super) struct Planted {
    /// Collections, each with the id of one record.
    pub kinds: Vec<(&'static str, String)>,
    /// How much, in words.
    pub note: String,
}

pub(super) async fn plant(cast: &Cast, plan: Plan) -> Outcome<Planted> {
    let mut client = Cast::client(&cast.app).await?;
    let mut chance = Chance::new(plan.records);
    let today = Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date();
    let (mut lines, mut waiting, mut written) = (String::new(), 0, 0);
    let mut kinds = Vec::new();
    for (kind, share) in SHARES {
        let count = plan.records * share / 100;
        for nth in 0..count + count * WRITTEN_TWICE / 100 {
            // The last ones are the first ones again.
            let number = nth % count;
            let day = today.checked_sub(Span::new().days(i64::try_from(number % DAYS)?))?;
            let body = body(kind, day, number / DAYS, &mut chance);
            // Invariant: writing to a String does not fail.
            _ = writeln!(
                lines,
                "{{\"method\":\"PUT\",\"person\":\"{}\",\"collection\":\"{kind}\",\"record\":\"k{number:06}\",\"body\":{body}}}",
                cast.person
            );
            waiting += 1;
            if waiting == BATCH {
                written += send(&mut client, &mut lines, &mut waiting).await?;
            }
        }
        kinds.push((kind, "k000003".to_owned()));
    }
    written += send(&mut client, &mut lines, &mut waiting).await?;
    for _ in 0..plan.files {
        let request = work::file_in(&cast.person, plan.file_bytes)?;
        text(&said(&client.ask(request).await?)?, "/file")?;
    }
    Ok(Planted {
        kinds,
        note: format!(
            "{written} records written, {} files of {} MiB",
            plan.files,
            plan.file_bytes >> 20
        ),
    })
}

async fn send(client: &mut Client, lines: &mut String, waiting: &mut u64) -> Outcome<u64> {
    let sent = std::mem::take(waiting);
    if sent == 0 {
        return Ok(0);
    }
    let answer = client.ask(work::batch(std::mem::take(lines))?).await?;
    if answer.status != 200 || !work::batch_held(&answer.body, sent) {
        let wrong = answer.body.split(|byte| *byte == b'\n').find(|line| {
            serde_json::from_slice::<Value>(line)
                .is_ok_and(|it| it.get("status").and_then(Value::as_u64) > Some(299))
        });
        return Err(format!(
            "POST /v1/records:batch: {}: {}",
            answer.status,
            String::from_utf8_lossy(wrong.unwrap_or_default())
        )
        .into());
    }
    Ok(sent)
}

fn body(kind: &str, day: Date, nth: u64, chance: &mut Chance) -> String {
    let mut between = |from: u64, to: u64| from + chance.below(to - from);
    let at = format!(
        "{day}T{:02}:{:02}:{:02}Z",
        nth % 24,
        between(0, 60),
        between(0, 60)
    );
    match kind {
        "wearable-measure" => format!(
            "{{\"groupId\":\"g{}\",\"measuredAt\":\"{at}\",\"deviceId\":\"band-{:03}\",\"category\":\"measured\",\"measures\":[\
             {{\"type\":\"heart-rate\",\"value\":{},\"unit\":\"/min\"}},{{\"type\":\"oxygen-saturation\",\"value\":{},\"unit\":\"%\"}}]}}",
            between(0, 1 << 40),
            between(0, 9),
            between(45, 160),
            between(92, 100)
        ),
        "wearable-sleep" => format!(
            "{{\"date\":\"{day}\",\"start\":\"{day}T00:12:00Z\",\"end\":\"{day}T07:03:00Z\",\"deviceId\":\"band-001\",\
             \"deepMinutes\":{},\"lightMinutes\":{},\"remMinutes\":{},\"heartRateAverage\":{},\"score\":{}}}",
            between(40, 120),
            between(120, 260),
            between(40, 120),
            between(45, 70),
            between(40, 100)
        ),
        "wearable-activity" => format!(
            "{{\"date\":\"{day}\",\"steps\":{},\"distanceMetres\":{},\"activeMinutes\":{},\"energyKcal\":{},\"heartRateResting\":{}}}",
            between(500, 20_000),
            between(400, 15_000),
            between(5, 200),
            between(1500, 3000),
            between(45, 70)
        ),
        "cycle-day" => format!(
            "{{\"date\":\"{day}\",\"flow\":\"light\",\"pain\":{},\"symptoms\":[\"cramps\",\"headache\"],\"basalTemperature\":36.{},\
             \"notes\":\"Slept well, a walk in the evening; nothing out of the ordinary today.\"}}",
            between(0, 10),
            between(0, 9)
        ),
        "Observation" => format!(
            "{{\"resourceType\":\"Observation\",\"status\":\"final\",\"code\":{{\"coding\":[{{\"system\":\"http://loinc.org\",\"code\":\"8867-4\",\
             \"display\":\"Heart rate\"}}]}},\"effectiveDateTime\":\"{at}\",\"valueQuantity\":{{\"value\":{},\"unit\":\"beats/minute\",\
             \"system\":\"http://unitsofmeasure.org\",\"code\":\"/min\"}}}}",
            between(45, 160)
        ),
        _ => sample::record(chance),
    }
}

/// A JSON request.
pub(super) fn json(method: Method, path: &str, body: &Value) -> Outcome<hyper::Request<Payload>> {
    work::request(
        method,
        path,
        Some("application/json"),
        Payload::once(body.to_string()),
    )
}
