//! `strongroom check`: measure the promises, write the results down, and say how each promise stands.

use std::sync::Arc;

use govern::{Catalogue, Kind, Lang, Mode, Promise, PromiseView, Record, State};
use govern::{Verdict, run_one, views};

use super::{Held, data, json, place, talk};
use crate::cli::Check;
use crate::probes::{self, Bench};
use crate::{Failure, Installation};

pub(super) async fn run(args: Check) -> Held {
    let catalogue = Catalogue::built_in()?;
    let chosen = choose(&catalogue, &args.only)?;
    let house = Arc::new(place::open(&args.place).await?);
    let done = measure(&house, &chosen, args.prove).await;
    // Written down or not, the installation is let go of in good order.
    let shown = match done {
        Ok(records) => show(&house, &catalogue, &chosen, &records, args.json).await,
        Err(failure) => Err(failure),
    };
    if let Some(installation) = Arc::into_inner(house) {
        installation.close().await;
    }
    shown
}

fn choose<'a>(catalogue: &'a Catalogue, only: &[String]) -> Result<Vec<&'a Promise>, Failure> {
    if only.is_empty() {
        return Ok(catalogue.promises().iter().collect());
    }
    for id in only {
        if catalogue.promise(id).is_err() {
            let ids: Vec<_> = catalogue
                .promises()
                .iter()
                .map(|it| it.id.as_str())
                .collect();
            return Err(Failure::usage(format!(
                "there is no promise {id}\nhint: there are {}",
                ids.join(", ")
            )));
        }
    }
    let wanted = |promise: &&Promise| only.contains(&promise.id);
    Ok(catalogue.promises().iter().filter(wanted).collect())
}

/// Run the checks of these promises, each first on what is broken on purpose where that was asked for.
async fn measure(
    house: &Arc<Installation>,
    chosen: &[&Promise],
    prove: bool,
) -> Result<Vec<Record>, Failure> {
    let ledger = probes::ledger(house)?;
    let bench = Bench::lay_out(house, None).await?;
    let modes: &[Mode] = if prove {
        &[Mode::Drill, Mode::Measure]
    } else {
        &[Mode::Measure]
    };
    let mut records = Vec::new();
    for check in bench.checks()? {
        if !chosen
            .iter()
            .any(|promise| promise.check.as_deref() == Some(check.name()))
        {
            continue;
        }
        for mode in modes {
            let (ctx, _) = house.local(ledger.operator(), "check");
            records.push(run_one(&*check, *mode, &ledger, &ctx).await?);
        }
    }
    bench.clear().await?;
    Ok(records)
}

async fn show(
    house: &Installation,
    catalogue: &Catalogue,
    chosen: &[&Promise],
    records: &[Record],
    as_json: bool,
) -> Held {
    let latest = probes::ledger(house)?.latest().await?;
    let views = views(catalogue, &latest, house.clock.now());
    let views: Vec<_> = views
        .iter()
        .filter(|view| chosen.iter().any(|promise| promise.id == view.promise.id))
        .collect();
    if as_json {
        let reports: Vec<_> = views.iter().map(|view| view.report()).collect();
        json(&reports)?;
    } else {
        table(&views);
    }
    Ok(sum_up(&views, records))
}

fn table(views: &[&PromiseView<'_>]) {
    let width = views
        .iter()
        .map(|view| view.promise.id.len())
        .max()
        .unwrap_or(0);
    for view in views {
        let state = if view.promise.kind == Kind::V {
            "intent"
        } else {
            word(view.state)
        };
        let sentence = &view.promise.text(Lang::En).sentence;
        data(format_args!(
            "{state:<8}  {:<width$}  {sentence}",
            view.promise.id
        ));
        let indent = 10 + width;
        if let Some(record) = &view.measured {
            for problem in &record.outcome.problems {
                let what = govern::pages::problem(problem, Lang::En);
                data(format_args!("{:indent$}  ! {what}", ""));
            }
        }
        if let Some(reason) = view.attempted.as_ref().and_then(|it| it.reason.as_ref()) {
            data(format_args!("{:indent$}  ? {reason}", ""));
        }
    }
}

const fn word(state: State) -> &'static str {
    match state {
        State::Kept => "kept",
        State::Broken => "BROKEN",
        State::Stale => "stale",
        State::Unproven => "unproven",
    }
}

/// Whether everything came out as it should: measurements held, drills did not.
fn sum_up(views: &[&PromiseView<'_>], records: &[Record]) -> bool {
    let of = |mode: Mode, verdict: Verdict| {
        records
            .iter()
            .filter(|record| record.mode == mode && record.verdict == verdict)
            .count()
    };
    let measured = records.iter().filter(|it| it.mode == Mode::Measure).count();
    let drilled = records.len() - measured;
    let (held, seen) = (
        of(Mode::Measure, Verdict::Held),
        of(Mode::Drill, Verdict::DidNotHold),
    );
    talk(format_args!("{held} of {measured} checks held"));
    if drilled > 0 {
        talk(format_args!(
            "{seen} of {drilled} checks were seen failing on what was broken on purpose"
        ));
        for record in records {
            if record.mode == Mode::Drill && record.verdict != Verdict::DidNotHold {
                let reason = record.reason.as_deref().unwrap_or("it found nothing wrong");
                talk(format_args!("  {}: {reason}", record.check));
            }
        }
    } else if views
        .iter()
        .any(|view| view.state == State::Unproven && view.promise.kind != Kind::V)
    {
        talk(
            "hint: `strongroom check --prove` also sees each check fail; until then a promise is unproven",
        );
    }
    held == measured && seen == drilled
}
