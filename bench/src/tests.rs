use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use crate::bare::{Bare, Config, Open};
use crate::chance::Chance;
use crate::load::{self, Figures, Plan};
use crate::seed::Seed;
use crate::target::Target;
use crate::work::Work;
use crate::{Outcome, ops, sample};

struct Running {
    _folder: tempfile::TempDir,
    _stop: watch::Sender<bool>,
    bare: Arc<Bare>,
    target: Target,
    seed: Arc<Seed>,
}

async fn bare(logged: bool) -> Outcome<Running> {
    let folder = tempfile::tempdir()?;
    let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let open = Open::new(Config {
        listen,
        data: folder.path().to_owned(),
        logged,
        postgres: None,
    })
    .await?;
    let ready = folder.path().join("ready.json");
    open.write_ready_file(&ready)?;
    let bare = Arc::clone(&open.bare);
    let (stop, stopped) = watch::channel(false);
    tokio::spawn(open.serve(stopped));
    let target = Target::read(&ready)?;
    let planted = Seed::plant(&target, 3, 50).await?;
    planted.write(&folder.path().join("seed.json"))?;
    let seed = Arc::new(Seed::read(&folder.path().join("seed.json"))?);
    Ok(Running {
        _folder: folder,
        _stop: stop,
        bare,
        target,
        seed,
    })
}

fn plan(work: Work, connections: u64) -> Plan {
    Plan {
        work,
        connections,
        warm: Duration::ZERO,
        measure: Duration::from_secs(60),
        requests_max: 20,
        round: 1,
        file_bytes: 2 << 20,
    }
}

async fn work(running: &Running, work: Work, connections: u64) -> Outcome<Figures> {
    load::run(&running.target, &running.seed, plan(work, connections)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn every_work_runs_against_the_bare_service_and_leaves_a_row_each() -> Outcome {
    let running = bare(true).await?;
    for one in [
        Work::Create,
        Work::Read,
        Work::Batch,
        Work::List,
        Work::FileIn,
        Work::FileOut,
    ] {
        let before = running.bare.accesses().await?;
        let figures = work(&running, one, 2).await?;
        assert_eq!(figures.wrong, 0, "{one:?}: {:?}", figures.complaint);
        assert_eq!(figures.requests, 20, "{one:?}");
        assert!(figures.latency.max() > 0 && figures.at_end.rss_kib > 0);
        // Getting a file begins with sending one, per connection.
        let prepared = if one == Work::FileOut { 2 } else { 0 };
        assert_eq!(
            running.bare.accesses().await? - before,
            20 + prepared,
            "{one:?}"
        );
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn unlogged_leaves_no_row() -> Outcome {
    let running = bare(false).await?;
    assert_eq!(work(&running, Work::Read, 1).await?.wrong, 0);
    assert_eq!(running.bare.accesses().await?, 0);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_answers_are_counted_not_measured() -> Outcome {
    let mut running = bare(true).await?;
    running.seed = Arc::new(Seed {
        persons: vec!["nobody".to_owned()],
        records_each: 50,
        issuer: None,
    });
    let figures = work(&running, Work::Read, 1).await?;
    assert_eq!((figures.requests, figures.wrong), (0, 20));
    assert!(figures.complaint.unwrap().starts_with("404"));
    let figures = work(&running, Work::List, 1).await?;
    assert_eq!(figures.wrong, 20, "a short page is a wrong answer");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn latencies_add_up_to_the_time_that_passed() -> Outcome {
    let running = bare(true).await?;
    let figures = work(&running, Work::Create, 1).await?;
    let sum = figures.latency.mean() * figures.requests as f64;
    let elapsed = figures.elapsed.as_micros() as f64;
    assert!(
        (0.5..1.05).contains(&(sum / elapsed)),
        "{sum} us of {elapsed} us"
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn erased_persons_are_gone_and_erased_once_each() -> Outcome {
    let running = bare(true).await?;
    let plan = Plan {
        requests_max: 3,
        ..plan(Work::Erase, 1)
    };
    let figures = load::run(&running.target, &running.seed, plan).await?;
    assert_eq!((figures.requests, figures.wrong), (3, 0));
    assert_eq!(work(&running, Work::Read, 1).await?.wrong, 20);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn every_operation_runs() -> Outcome {
    for at in 0..4 {
        let folder = tempfile::tempdir()?;
        let plan = ops::Plan {
            data: folder.path().to_owned(),
            quick: true,
        };
        let rows = match at {
            0 => ops::cipher::run(&plan)?,
            1 => ops::keys::run(&plan).await?,
            2 => ops::log::run(&plan).await?,
            _ => ops::policy::run(&plan)?,
        };
        assert!(rows.len() >= 2);
        for row in rows {
            assert!(
                row.pointer("/strongroom/rps")
                    .and_then(serde_json::Value::as_f64)
                    .unwrap()
                    > 0.0,
                "{row}"
            );
        }
    }
    Ok(())
}

#[test]
fn the_register_knows_the_sample() {
    let register =
        vault::register::Register::parse([("bench.toml", include_str!("../register/bench.toml"))])
            .unwrap();
    let collection = register.collection(sample::COLLECTION).unwrap();
    let text = sample::record(&mut Chance::new(3));
    let value: serde_json::Value = serde_json::from_str(&text).unwrap();
    let fields: Vec<_> = value
        .as_object()
        .unwrap()
        .keys()
        .map(|name| collection.field(name).unwrap().class)
        .collect();
    assert_eq!(fields.len(), 10);
    assert_eq!(
        fields
            .iter()
            .collect::<std::collections::BTreeSet<_>>()
            .len(),
        3
    );
}

#[test]
fn the_sample_is_json_with_ten_fields_and_repeats_by_seed() {
    let mut chance = Chance::new(3);
    let text = sample::record(&mut chance);
    let value: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(value.as_object().unwrap().len(), 10);
    assert_eq!(sample::record(&mut Chance::new(3)), text);
    assert_ne!(sample::record(&mut chance), text);
}
