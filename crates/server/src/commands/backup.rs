//! `strongroom backup`.

use std::sync::Arc;
use std::time::{Duration, Instant};

use audit::{Action, Entry, Outcome};
use continuity::{Depth, Line, Watch, sent_files, stream};
use indicatif::{HumanBytes, ProgressBar, ProgressStyle};
use serde_json::{Value, json};
use store::WriteSet;
use store::changes::Lack;
use zeroize::Zeroizing;

use super::{Held, data, json, place, talk};
use crate::backup::run;
use crate::cli::{Backup, BackupNow, BackupPoint, BackupResticKey, BackupVerify, BackupView};
use crate::{Failure, Installation, backup, private};

/// What a point that does not hold is noted with, where the failure has no code of its own.
const BROKEN: &str = "backup.broken";
/// Who asks for a point while somebody else makes one waits for a minute, and makes one then.
const ELSEWHERE_TRIES: u32 = 60;
const ELSEWHERE_WAIT: Duration = Duration::from_secs(1);

pub(super) async fn run(args: Backup) -> Held {
    match args {
        Backup::Now(args) => now(args).await,
        Backup::List(args) => list(args).await,
        Backup::Show(args) => show(args).await,
        Backup::Verify(args) => verify(args).await,
        Backup::Keys(args) => keys_now(args).await,
        Backup::Status(args) => status(args).await,
        Backup::Prune(args) => prune(args).await,
        Backup::Destroy(args) => super::destroy::run(args).await,
        Backup::ResticKey(args) => restic_key(args).await,
    }
}

/// How far it is, on stderr.
pub(super) struct Bar(ProgressBar);

impl Bar {
    pub(super) fn new() -> Arc<Self> {
        let bar = ProgressBar::no_length();
        let style = ProgressStyle::with_template(
            "{msg} {wide_bar} {bytes}/{total_bytes}  {bytes_per_sec}  {eta} left",
        );
        if let Ok(style) = style {
            bar.set_style(style);
        }
        Arc::new(Self(bar))
    }

    pub(super) fn end(&self) {
        self.0.finish_and_clear();
    }
}

impl Watch for Bar {
    fn begins(&self, what: &str) {
        self.0.set_message(what.to_owned());
    }

    fn moved(&self, bytes: u64, of: Option<u64>) {
        if let Some(of) = of {
            self.0.set_length(of);
        }
        self.0.set_position(bytes);
    }
}

/// Note in the operator's log what was done.
pub(super) async fn note(
    house: &Installation,
    action: Action,
    with: impl FnOnce(Entry) -> Entry + Send,
) -> Result<(), Failure> {
    let operator = backup::operator()?;
    let (ctx, _) = house.local(&operator, "backup");
    let entry = with(Entry::new(&ctx, action, Outcome::Ok)?);
    let set = WriteSet::new().log(entry.finish(&operator));
    house.db.commit(set).await?;
    Ok(())
}

pub(super) fn line_json(line: &Line) -> Value {
    json!({
        "point": line.name,
        "taken_at": line.taken_at.to_string(),
        "files": line.files,
        "bytes": line.bytes,
        "added_bytes": line.added_bytes,
    })
}

/// The same, and whether it opens.
fn opening_json(line: &Line, opens: bool) -> Value {
    let mut value = line_json(line);
    if let Some(value) = value.as_object_mut() {
        value.insert("opens".into(), json!(opens));
    }
    value
}

/// So many bytes in so many seconds.
pub(super) fn rate(bytes: u64, seconds: f64) -> HumanBytes {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "A rate to be read by people."
    )]
    HumanBytes((bytes as f64 / seconds.max(0.001)) as u64)
}

async fn now(args: BackupNow) -> Held {
    let house = place::open(&args.view.place).await?;
    let begun = Instant::now();
    let bar = Bar::new();
    let mut made = run::point(&house, args.as_run, Arc::clone(&bar) as _).await;
    for _ in 0..ELSEWHERE_TRIES {
        if args.as_run.is_some() || !matches!(made, Ok(None)) {
            break;
        }
        bar.begins("waiting for somebody else who makes a recovery point");
        tokio::time::sleep(ELSEWHERE_WAIT).await;
        made = run::point(&house, None, Arc::clone(&bar) as _).await;
    }
    bar.end();
    house.close().await;
    let Some(made) = made? else {
        talk(
            "somebody else makes a recovery point at this moment\nhint: `strongroom backup list` shows it once it is made",
        );
        return Ok(args.as_run.is_some());
    };
    let seconds = begun.elapsed().as_secs_f64();
    talk(format_args!(
        "recovery point {}: {} files, {}; {} added; {seconds:.1} s, {}/s",
        made.line.short(),
        made.line.files,
        HumanBytes(made.line.bytes),
        HumanBytes(made.line.added_bytes),
        rate(made.line.bytes, seconds)
    ));
    if args.view.json {
        let mut value = line_json(&made.line);
        if let Some(value) = value.as_object_mut() {
            value.insert("digest".into(), json!(hex::encode(made.digest)));
            value.insert("log_index".into(), json!(made.log_index));
            value.insert("seconds".into(), json!(seconds));
        }
        json(&value)?;
    } else {
        data(&made.line.name);
    }
    Ok(true)
}

async fn prune(args: BackupView) -> Held {
    let house = place::open(&args.place).await?;
    let bar = Bar::new();
    let pruned = run::prune(&house, Arc::clone(&bar) as _).await;
    bar.end();
    house.close().await;
    let pruned = pruned?;
    if args.json {
        let gone: Vec<_> = pruned.gone.iter().map(line_json).collect();
        json(&json!({
            "gone": gone,
            "left": pruned.left,
            "keys_destroyed": pruned.keys.points,
            "removed_bytes": pruned.removed_bytes,
            "marked_bytes": pruned.marked_bytes,
        }))?;
    } else {
        talk(format_args!(
            "{} recovery points are gone, {} are left; {} of their keys destroyed; {} removed, {} marked for the next time",
            pruned.gone.len(),
            pruned.left,
            pruned.keys.points,
            HumanBytes(pruned.removed_bytes),
            HumanBytes(pruned.marked_bytes)
        ));
    }
    Ok(true)
}

async fn keys_now(args: BackupView) -> Held {
    let house = place::open(&args.place).await?;
    let kept = backup::keep_keys(&house).await;
    let reach = backup::reach(&house).await;
    house.close().await;
    let (kept, reach) = (kept?, reach?);
    if args.json {
        json(&json!({
            "generation": kept.number,
            "taken_at": kept.taken_at().to_string(),
            "erased_beyond_reach_before": reach.until.map(|until| until.to_string()),
        }))?;
    } else {
        talk(format_args!(
            "generation {} of the keys; {} can be opened",
            kept.number,
            reach.living.len()
        ));
    }
    Ok(true)
}

async fn status(args: BackupView) -> Held {
    let house = place::open(&args.place).await?;
    let repository = backup::repository(&house.config)?;
    let points = match repository.points().await {
        Ok(points) => points,
        Err(continuity::ContinuityError::NoRepository(_)) => Vec::new(),
        Err(error) => return Err(error.into()),
    };
    let opens = repository.open_of(&points)?;
    let shut = opens.iter().filter(|opens| !**opens).count();
    let newest = points.first();
    let reach = backup::reach(&house).await?;
    let now = house.clock.now();
    let stream = stream::standing(&backup::stream_state(&house.config)?);
    let lack = match house.db.lack().await? {
        None => house.keys.db().lack().await?,
        lack => lack,
    };
    let waiting = sent_files::waiting(&house.db).await?;
    note(&house, Action::BackupRead, |entry| entry).await?;
    house.close().await;
    if args.json {
        let generations: Vec<_> = reach
            .living
            .iter()
            .map(|it| json!({ "number": it.number, "taken_at": it.taken_at().to_string() }))
            .collect();
        json(&json!({
            "newest": newest.zip(opens.first()).map(|(line, opens)| opening_json(line, *opens)),
            "age_seconds": newest.map(|line| now.since(line.taken_at).as_secs()),
            "points": points.len(),
            "points_without_key": shut,
            "points_keys_there": points.is_empty() || repository.apart().is_there(),
            "stream_behind_seconds": stream.map(|it| now.since(it.alive_at).as_secs()),
            "stream_lacks": lack.map(Lack::as_str),
            "files_waiting": waiting.count,
            "files_waiting_bytes": waiting.bytes,
            "files_wait_seconds": waiting.since.map(|since| now.since(since).as_secs()),
            "key_generations": generations,
            "erased_beyond_reach_before": reach.until.map(|until| until.to_string()),
            "erased_within_reach": reach.within,
        }))?;
        return Ok(true);
    }
    match newest {
        Some(line) => data(format_args!(
            "newest point       {} of {:.19}Z, {} minutes old",
            line.short(),
            line.taken_at.to_string(),
            now.since(line.taken_at).as_secs() / 60
        )),
        None => data("newest point       none"),
    }
    if shut > 0 {
        data(format_args!(
            "without their key  {shut} of {} recovery points: nobody opens them",
            points.len()
        ));
        if opens.first() == Some(&false) {
            talk(format_args!(
                "warning: the key of the newest recovery point is not in {}: look whether that is the place of before, and mounted; `strongroom backup now` makes a point with a new key",
                repository.apart().folder().display()
            ));
        }
    }
    match (lack, &stream) {
        (Some(lack), _) => data(format_args!("stream             nothing is sent: {lack}")),
        (None, None) => data("stream             nothing was sent yet"),
        (None, Some(standing)) if !standing.joined => {
            data("stream             nothing of what is sent can be restored before the next point")
        }
        (None, Some(standing)) => data(format_args!(
            "stream             all was sent {} seconds ago",
            now.since(standing.alive_at).as_secs()
        )),
    }
    match waiting.since {
        None => data("files              all are in a point, or were sent"),
        Some(since) => data(format_args!(
            "files              {} wait to be sent, {}, the first for {} seconds",
            waiting.count,
            HumanBytes(waiting.bytes),
            now.since(since).as_secs()
        )),
    }
    for generation in &reach.living {
        data(format_args!(
            "keys, generation   {} of {:.19}Z",
            generation.number,
            generation.taken_at().to_string()
        ));
    }
    match reach.until {
        None => data("keys               not backed up"),
        Some(until) => {
            data(format_args!(
                "beyond reach       who was erased before {:.19}Z",
                until.to_string()
            ));
            data(format_args!(
                "within reach       {} persons, erased since; `strongroom backup keys` ends it",
                reach.within
            ));
        }
    }
    Ok(true)
}

async fn list(args: BackupView) -> Held {
    let house = place::open(&args.place).await?;
    let repository = backup::repository(&house.config)?;
    let points = repository.points().await?;
    let opens = repository.open_of(&points)?;
    note(&house, Action::BackupRead, |entry| {
        entry.count(points.len() as u64)
    })
    .await?;
    house.close().await;
    let points = points.iter().zip(opens);
    if args.json {
        let points: Vec<_> = points
            .map(|(line, opens)| opening_json(line, opens))
            .collect();
        json(&points)?;
        return Ok(true);
    }
    for (line, opens) in points {
        let without = if opens { "" } else { "  without its key" };
        data(format_args!(
            "{}  {:.19}Z  {:>8} files  {:>11}  {:>11} added{without}",
            line.short(),
            line.taken_at.to_string(),
            line.files,
            HumanBytes(line.bytes).to_string(),
            HumanBytes(line.added_bytes).to_string()
        ));
    }
    Ok(true)
}

async fn show(args: BackupPoint) -> Held {
    let house = place::open(&args.place).await?;
    let watch = Arc::new(continuity::Silent);
    // One without its key can be shown still.
    let checked = backup::check(&house, &args.point, Depth::Named, watch).await?;
    let repository = backup::repository(&house.config)?;
    let opens = repository.open_of(std::slice::from_ref(&checked.line))?;
    let opens = opens.first() == Some(&true);
    note(&house, Action::BackupRead, |entry| {
        entry.subject(*checked.manifest.id.as_bytes())
    })
    .await?;
    house.close().await;
    let manifest = &checked.manifest;
    if args.json {
        let mut value = opening_json(&checked.line, opens);
        if let Some(value) = value.as_object_mut() {
            value.insert("digest".into(), json!(hex::encode(checked.digest)));
            value.insert("manifest".into(), json!(manifest));
        }
        json(&value)?;
        return Ok(true);
    }
    data(format_args!("point          {}", checked.line.name));
    data(format_args!("taken at       {}", manifest.taken_at));
    let key = match (&manifest.sealed, opens) {
        (None, _) => "none of its own: made before points had keys",
        (Some(_), true) => "there",
        (Some(_), false) => "gone: nobody opens it",
    };
    data(format_args!("key            {key}"));
    data(format_args!("environment    {}", manifest.environment));
    data(format_args!(
        "made by        strongroom {}, schema {}, {}",
        manifest.program, manifest.schema, manifest.engine
    ));
    let database: u64 = manifest.database.iter().map(|part| part.bytes).sum();
    data(format_args!("database       {}", HumanBytes(database)));
    data(format_args!(
        "files          {}, {}",
        manifest.objects.count,
        HumanBytes(manifest.objects.bytes)
    ));
    for log in &manifest.logs {
        data(format_args!(
            "log            {}: {} entries, root {}",
            log.tenant, log.size, log.root
        ));
    }
    data(format_args!(
        "manifest       {}",
        hex::encode(checked.digest)
    ));
    Ok(true)
}

async fn verify(args: BackupVerify) -> Held {
    let house = place::open(&args.of.place).await?;
    let depth = if args.quick {
        Depth::Listed
    } else {
        Depth::Read
    };
    let begun = Instant::now();
    let bar = Bar::new();
    bar.begins("verifying");
    let outcome = backup::check(&house, &args.of.point, depth, Arc::clone(&bar) as _).await;
    bar.end();
    let seconds = begun.elapsed().as_secs_f64();
    let outcome = match outcome {
        Ok(checked) => {
            note(&house, Action::BackupVerify, |entry| {
                entry.subject(*checked.manifest.id.as_bytes())
            })
            .await?;
            Ok(checked)
        }
        Err(failure) => {
            note(&house, Action::BackupVerify, |mut entry| {
                entry.outcome = Outcome::Failed;
                entry.code(failure.fault_code().unwrap_or(BROKEN))
            })
            .await?;
            Err(failure)
        }
    };
    house.close().await;
    if args.of.json {
        json(&match &outcome {
            Ok(checked) => json!({
                "ok": true,
                "point": checked.line.name,
                "bytes": checked.line.bytes,
                "seconds": seconds,
            }),
            Err(failure) => json!({ "ok": false, "problem": failure.to_string() }),
        })?;
    }
    let checked = outcome?;
    talk(format_args!(
        "recovery point {} holds: {} files, {}; {seconds:.1} s",
        checked.line.short(),
        checked.line.files,
        HumanBytes(checked.line.bytes)
    ));
    Ok(true)
}

async fn restic_key(args: BackupResticKey) -> Held {
    let config = place::read(&args.place)?;
    let bytes = keys::seal::read_secret_file(&args.passphrase_file)?;
    let text = std::str::from_utf8(&bytes).map(str::trim_end);
    let text = text.map_err(|_| Failure::usage("the passphrase is not UTF-8"))?;
    if text.chars().count() < crypt::age::PASSPHRASE_CHARS_MIN {
        return Err(Failure::usage("the passphrase has 12 characters at least"));
    }
    let passphrase = Zeroizing::new(text.to_owned());
    let (name, key) = backup::repository(&config)?.restic_key(passphrase).await?;
    private::folder(&args.to).map_err(|error| Failure::file(&args.to, &error))?;
    let path = args.to.join(name);
    private::write(&path, &key).map_err(|error| Failure::file(&path, &error))?;
    data(path.display());
    talk(
        "whoever has this file and its passphrase reads every recovery point: put it into `keys/` of the repository only for as long as restic is used",
    );
    Ok(true)
}
