//! What a person does: takes everything along, takes back what they let, has everything deleted.

use std::io::Cursor;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use hyper::{Method, Request};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::plant::{self, Planted};
use super::visit::Visitor;
use super::{Cast, Plan, Times, said, text};
use crate::client::{Client, Payload};
use crate::target::Target;
use crate::{Outcome, process, work};

/// How long an archive, or a certificate, may take.
const MADE_MAX: Duration = Duration::from_secs(300);
/// How often it is looked whether it is there.
const LOOK_EVERY: Duration = Duration::from_millis(50);
/// Bytes of an archive that are held to look at it.
const ARCHIVE_BYTES_MAX: usize = 2 << 30;

fn get(path: &str) -> Outcome<Request<Payload>> {
    work::request(Method::GET, path, None, Payload::default())
}

/// Everything as one archive: bytes of its parts per second of making it, and how much memory that took.
pub(super) async fn take_along(cast: &Cast, planted: &Planted, name: &str) -> Outcome<Value> {
    let mut own = cast.person().await?;
    let path = format!("/v1/persons/{}/exports", cast.person);
    process::forget_peak(cast.own.pid)?;
    let before = process::read(cast.own.pid)?;
    let asked = Instant::now();
    let answer = own
        .ask(plant::json(Method::POST, &path, &json!({}))?)
        .await?;
    let id = text(&said(&answer)?, "/export")?;
    loop {
        let state = said(&own.ask(get(&format!("{path}/{id}"))?).await?)?;
        match state.get("state").and_then(Value::as_str) {
            Some("waiting") if asked.elapsed() < MADE_MAX => {}
            Some("ready") => break,
            _ => return Err(format!("the archive was not made: {state}").into()),
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
    let (waited, ended) = (asked.elapsed(), Timestamp::now());
    let after = process::read(cast.own.pid)?;
    // When it was begun stands in the log: the archive's own entries are the newest of their kind.
    let looks = format!("/v1/persons/{}/accesses?limit=1000", cast.person);
    let looks = said(&own.ask(get(&looks)?).await?)?;
    let begun = looks
        .get("entries")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(|it| it.get("entry"))
        .filter(|it| {
            it.get("action").and_then(Value::as_str) == Some("export")
                && it.pointer("/actor/kind").and_then(Value::as_str) == Some("system")
        })
        // The newest says that it ended, the one before that it began.
        .nth(1)
        .and_then(|it| it.get("at")?.as_str()?.parse::<Timestamp>().ok())
        .ok_or("the log does not say when the archive was begun")?;
    let took = ended.duration_since(begun).as_secs_f64();
    own.keep(ARCHIVE_BYTES_MAX);
    let fetch = Instant::now();
    let answer = own.ask(get(&format!("{path}/{id}/content"))?).await?;
    let fetched = fetch.elapsed().as_secs_f64();
    if answer.status != 200 {
        return Err(answer.beginning().into());
    }
    let sealed = answer.body.len() as f64;
    let mut zip = zip::ZipArchive::new(Cursor::new(answer.body))?;
    let mut plain = 0;
    for at in 0..zip.len() {
        plain += zip.by_index_raw(at)?.size();
    }
    let grown = after.peak_kib.saturating_sub(before.rss_kib) >> 10;
    let rate = plain as f64 / 1e6 / took;
    Ok(json!({
        "name": name,
        "connections": 1,
        "bytes": plain,
        "strongroom": {
            "rps": 1.0 / took,
            "p50_us": (took * 1e6) as u64,
            "p99_us": u64::try_from(waited.as_micros())?,
            "cpu_us": after.cpu.saturating_sub(before.cpu).as_micros() as u64,
            "rss_kib": after.rss_kib,
            "peak_kib": after.peak_kib,
            "grown_kib": grown << 10,
        },
        "note": format!(
            "{rate:.0} MB/s: {:.0} MB in the parts, {:.0} MB as an archive; memory grew by {grown} MiB at most; p99 is with waiting for the queue; fetched at {:.0} MB/s; {}",
            plain as f64 / 1e6,
            sealed / 1e6,
            sealed / 1e6 / fetched,
            planted.note
        ),
    }))
}

/// Let an app read for research, read again and again at `reads_at`, and take it back: how long until a read is refused.
pub(super) async fn withdraw(
    cast: &Cast,
    reads_at: &Target,
    plan: Plan,
    name: &str,
) -> Outcome<Value> {
    let mut app = Cast::client(&cast.app).await?;
    let mut own = cast.person().await?;
    let mut reader = Cast::client(reads_at).await?;
    let notice = json!({ "title": "A study", "text": "We look at how people sleep." });
    let request = json!({
        "purposes": ["HRESCH"],
        "parts": [{ "verbs": "rs" }],
        "days": 30,
        "notice": { "sv": notice, "de": notice, "it": notice, "fr": notice, "en": notice },
    });
    let published = plant::json(Method::POST, "/v1/consent/requests", &request)?;
    let published = text(&said(&app.ask(published).await?)?, "/request")?;
    let person = format!("/v1/persons/{}", cast.person);
    let read = format!("{person}/records/wearable-measure/k000003");
    let mut times = Times::new()?;
    let mut last = 0;
    for _ in 0..plan.withdrawals {
        let link = json!({ "request": published });
        let asking = plant::json(Method::POST, &format!("{person}/askings"), &link)?;
        let asking = text(&said(&own.ask(asking).await?)?, "/asking")?;
        let question = said(&own.ask(get(&format!("{person}/askings/{asking}"))?).await?)?;
        let yes = json!({
            "answer": "grant", "parts": [0], "days": 30, "lang": "sv",
            "text_sha256": text(&question, "/text_sha256/sv")?,
        });
        let path = format!("{person}/askings/{asking}/answer");
        let granted = said(&own.ask(plant::json(Method::POST, &path, &yes)?).await?)?;
        let grant = text(&granted, "/grant/grant")?;
        if research(&mut reader, &read).await? != 200 {
            times.complain("what was granted was not read".to_owned());
            continue;
        }
        let path = format!("{person}/grants/{grant}");
        let taken_back = work::request(Method::DELETE, &path, None, Payload::default())?;
        let asked = Instant::now();
        let withdrawal = async {
            let answer = own.ask(taken_back).await?;
            said(&answer)?;
            Ok::<_, Box<dyn std::error::Error + Send + Sync>>(Instant::now())
        };
        let refused = async {
            let mut read_at = Vec::new();
            loop {
                let begun = Instant::now();
                match research(&mut reader, &read).await? {
                    200 => read_at.push(begun),
                    403 => return Ok((read_at, Instant::now())),
                    other => {
                        return Err::<_, Box<dyn std::error::Error + Send + Sync>>(
                            format!("a read was answered with {other}").into(),
                        );
                    }
                }
            }
        };
        let (answered, refused) = tokio::join!(withdrawal, refused);
        let (answered, (read_at, refused)) = (answered?, refused?);
        // A read that began after the answer and was shown something would be the fault that this looks for.
        if read_at.iter().any(|begun| *begun > answered) {
            times.complain("a read that began after the withdrawal was answered".to_owned());
        }
        last += read_at.len();
        times.saw(refused.duration_since(asked));
    }
    let note = format!(
        "from asking to withdraw until the first read is refused; {last} reads were answered before, none after the withdrawal was"
    );
    times.row(name, &cast.own, Some(note))
}

async fn research(client: &mut Client, path: &str) -> Outcome<u16> {
    let mut request = get(path)?;
    let purpose = hyper::header::HeaderValue::from_static("HRESCH");
    request.headers_mut().insert("purpose-of-use", purpose);
    Ok(client.ask(request).await?.status.as_u16())
}

/// Delete everything, at once: until nothing of it is read any more, until the answer, until the certificate; and what others notice.
pub(super) async fn erase(cast: &Cast, planted: &Planted) -> Outcome<Vec<Value>> {
    let mut own = cast.person().await?;
    let mut reader = Cast::client(&cast.app).await?;
    let mut other = Cast::client(&cast.app).await?;
    let read = format!(
        "/v1/persons/{}/records/wearable-measure/k000003",
        cast.person
    );
    let beside = cast.others.first().ok_or("there is nobody else")?;
    let asks = format!("/v1/persons/{}/erasures", cast.person);
    let (mut unreadable, mut answered, mut certified) =
        (Times::new()?, Times::new()?, Times::new()?);
    let mut others = Times::new()?;
    let over = Arc::new(AtomicBool::new(false));
    let asked = Instant::now();
    let deed = async {
        let answer = own
            .ask(plant::json(Method::POST, &asks, &json!({ "now": true }))?)
            .await?;
        let answered = asked.elapsed();
        let code = text(&said(&answer)?, "/code")?;
        let mut visitor = Visitor::new(cast).await?;
        while asked.elapsed() < MADE_MAX {
            let page = visitor.press("/erased", &[("code", &code)]).await?;
            if String::from_utf8_lossy(&page.body).contains("<code>eyJ") {
                over.store(true, Ordering::Relaxed);
                return Ok((answered, asked.elapsed()));
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
        over.store(true, Ordering::Relaxed);
        Err::<_, Box<dyn std::error::Error + Send + Sync>>("no certificate came".into())
    };
    let reads = async {
        while reader.ask(get(&read)?).await?.status == 200 {}
        Ok::<_, Box<dyn std::error::Error + Send + Sync>>(asked.elapsed())
    };
    let writes = async {
        let mut serial = 0;
        while !over.load(Ordering::Relaxed) {
            serial += 1;
            let path = format!("/v1/persons/{beside}/records/bench/beside-{serial}");
            let body = json!({ "device": "band-001", "pulse": serial });
            let began = Instant::now();
            let answer = other.ask(plant::json(Method::PUT, &path, &body)?).await?;
            others.saw(began.elapsed());
            if !answer.status.is_success() {
                others.complain(answer.beginning());
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        Ok::<_, Box<dyn std::error::Error + Send + Sync>>(())
    };
    let (deed, gone, wrote) = tokio::join!(deed, reads, writes);
    let (answer, certificate) = deed?;
    wrote?;
    unreadable.saw(gone?);
    answered.saw(answer);
    certified.saw(certificate);
    Ok(vec![
        unreadable.row(
            "erase-unreadable",
            &cast.own,
            Some(format!("until a read finds nothing; {}", planted.note)),
        )?,
        answered.row(
            "erase-answered",
            &cast.own,
            Some("until the answer".to_owned()),
        )?,
        certified.row(
            "erase-certified",
            &cast.own,
            Some(
                "until every row is gone, everywhere was searched, and the certificate is there"
                    .to_owned(),
            ),
        )?,
        others.row(
            "erase-beside",
            &cast.own,
            Some(format!(
                "a write for somebody else meanwhile; the longest took {:.0} ms",
                others.took.max() as f64 / 1e3
            )),
        )?,
    ])
}
