//! `strongroom status`.

use std::time::Duration;

use audit::Action;
use serde_json::{Value, json};

use super::{Held, backup, data, json, place};
use crate::cli::BackupView;
use crate::standing::{self, Broken, Standing};

/// A commit that takes longer is not acknowledged.
const WRITE_MAX: Duration = Duration::from_secs(5);

pub(super) async fn run(args: BackupView) -> Held {
    let house = place::open(&args.place).await?;
    let mut standing = standing::measure(&house).await;
    // Where commits wait for a standby that is gone, this must say so and not wait with them.
    let noted = backup::note(&house, Action::BackupRead, |entry| entry);
    let noted = tokio::time::timeout(WRITE_MAX, noted).await;
    if !matches!(noted, Ok(Ok(()))) {
        standing.broken.push(Broken {
            code: "store.not_written",
            text: "nothing can be written: a commit was not acknowledged, or was refused"
                .to_owned(),
        });
    }
    let _ = tokio::time::timeout(WRITE_MAX, house.close()).await;
    let held = standing.broken.is_empty();
    if args.json {
        let mut value = standing.value;
        let broken = standing.broken.iter();
        let broken: Vec<_> = broken
            .map(|it| json!({ "code": it.code, "text": it.text }))
            .collect();
        value.insert("ok".into(), held.into());
        value.insert("broken".into(), broken.into());
        value.insert("notes".into(), standing.notes.into());
        json(&value)?;
        return Ok(held);
    }
    show(&standing);
    Ok(held)
}

fn line(name: &str, what: impl std::fmt::Display) {
    data(format_args!("{name:<18} {what}"));
}

fn show(standing: &Standing) {
    let all = Value::Object(standing.value.clone());
    let at = |path: &str| all.pointer(path).filter(|it| !it.is_null());
    let text = |path: &str| at(path).and_then(Value::as_str).unwrap_or("");
    let number = |path: &str| at(path).and_then(Value::as_u64);
    line(
        "installation",
        format_args!(
            "{}, data in {}, keys in {}",
            text("/installation/environment"),
            text("/installation/data"),
            text("/installation/keys")
        ),
    );
    match at("/node/ready").and_then(Value::as_bool) {
        Some(true) => line(
            "node here",
            format_args!("ready, at {}", text("/node/asked")),
        ),
        Some(false) => line("node here", "NOT READY"),
        None => line("node here", "not asked"),
    }
    for it in at("/nodes").and_then(Value::as_array).into_iter().flatten() {
        one_node(it);
    }
    if at("/replication").is_some() {
        replication(&all);
    }
    if let Some(count) = number("/points/count") {
        let age = number("/points/newest_age_seconds").map(span);
        let age = age.unwrap_or_else(|| "none".to_owned());
        line(
            "recovery points",
            format_args!("{count}, the newest {age} old"),
        );
    }
    if let Some(lost) = number("/stream/would_be_lost_seconds") {
        line(
            "would be lost",
            format_args!("{} of work, if this place were", span(lost)),
        );
    }
    for run in at("/runs").and_then(Value::as_array).into_iter().flatten() {
        one_run(run);
    }
    let generations = at("/keys/generations").and_then(Value::as_array);
    if let Some(generations) = generations {
        let within = number("/keys/erased_within_reach").unwrap_or(0);
        line(
            "keys",
            format_args!(
                "{} generations open; {within} erased persons within reach",
                generations.len()
            ),
        );
    }
    for note in &standing.notes {
        line("note", note);
    }
    for broken in &standing.broken {
        line("BROKEN", &broken.text);
    }
    if standing.broken.is_empty() {
        line("all", "as it should be");
    }
}

fn replication(all: &Value) {
    let list = |path: &str| {
        let found = all.pointer(path).and_then(Value::as_array);
        found.into_iter().flatten()
    };
    let text = |it: &Value, name: &str| {
        it.get(name)
            .and_then(Value::as_str)
            .unwrap_or("")
            .to_owned()
    };
    let number = |it: &Value, name: &str| it.get(name).and_then(Value::as_u64);
    for it in list("/replication/standbys") {
        let (state, sync) = (text(it, "state"), text(it, "sync"));
        let behind = number(it, "behind_bytes").unwrap_or(0);
        let seconds = it
            .get("behind_seconds")
            .and_then(Value::as_f64)
            .unwrap_or(0.0);
        line(
            "standby",
            format_args!(
                "{} {state}, {sync}, {behind} bytes and {seconds:.1} s behind",
                text(it, "name")
            ),
        );
    }
    for it in list("/replication/slots") {
        let active = it.get("active").and_then(Value::as_bool) == Some(true);
        line(
            "slot",
            format_args!(
                "{} {}, keeps {} MiB of the log",
                text(it, "name"),
                if active { "in use" } else { "NOT IN USE" },
                number(it, "retained_bytes").unwrap_or(0) >> 20
            ),
        );
    }
    let sessions = all
        .pointer("/replication/sessions")
        .and_then(Value::as_object);
    for (from, count) in sessions.into_iter().flatten() {
        line("sessions", format_args!("{count} from {from}"));
    }
}

fn one_node(it: &Value) {
    let text = |name: &str| it.get(name).and_then(Value::as_str).unwrap_or("");
    let state = match it.get("ready").and_then(Value::as_bool) {
        Some(true) => "ready".to_owned(),
        Some(false) => "NOT READY".to_owned(),
        None => {
            let ago = it.get("heard_seconds").and_then(Value::as_u64).unwrap_or(0);
            format!("NOT HEARD OF for {}", span(ago))
        }
    };
    let sends = if text("sends") == "here" {
        ", sends"
    } else {
        ""
    };
    line(
        "node",
        format_args!(
            "{} {state}, {} since {:.19}Z{sends}",
            text("name"),
            text("program"),
            text("since")
        ),
    );
}

fn one_run(run: &Value) {
    let text = |name: &str| run.get(name).and_then(Value::as_str).unwrap_or("");
    let held = run.get("last_held").and_then(Value::as_bool);
    let state = match held {
        None => "never".to_owned(),
        Some(held) => {
            let how = if held { "held" } else { "FAILED" };
            format!("{how} at {:.19}Z", text("last_at"))
        }
    };
    let spans = ["rpo_seconds", "rto_seconds"].map(|it| run.get(it).and_then(Value::as_f64));
    let spans = match spans {
        [Some(lost), Some(back)] => format!(", lost {lost:.0} s, back after {back:.1} s"),
        _ => String::new(),
    };
    let late = if text("late_since").is_empty() {
        ""
    } else {
        ", LATE"
    };
    line(text("kind"), format_args!("{state}{spans}{late}"));
}

/// Seconds, to be read by people.
fn span(seconds: u64) -> String {
    match seconds {
        0..=119 => format!("{seconds} s"),
        120..=7_199 => format!("{} min", seconds / 60),
        7_200..=172_799 => format!("{} h", seconds / 3_600),
        _ => format!("{} days", seconds / 86_400),
    }
}
