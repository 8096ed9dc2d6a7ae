//! One file per command.

mod app;
mod backup;
mod check;
mod config;
mod demo;
mod destroy;
mod docs;
mod doctor;
mod drill;
mod erase;
mod export;
mod fill;
mod import;
mod keys;
mod log;
mod migrate;
mod place;
mod policy;
mod processing;
mod register;
mod restore;
mod serve;
mod shares;
mod status;
mod synth;
mod tenant;
mod time;
mod token;
mod user;

use std::future::Future;
use std::io::Write;
use std::process::ExitCode;

use crate::cli::{Backup, Cli, Command, Drill};
use crate::{Failure, telemetry};

/// Whether what was asked for held: decides between exit code 0 and 1.
type Held = Result<bool, Failure>;

/// Run a command.
#[must_use]
pub fn run(cli: Cli) -> ExitCode {
    telemetry::quiet_panics();
    telemetry::no_core_dumps();
    let held = match cli.command {
        Command::Demo(args) => wait(demo::run(args)),
        Command::Serve(place) => wait(serve::run(place)),
        Command::Status(args) => wait(status::run(args)),
        Command::Check(args) => wait(check::run(args)),
        Command::Import(args) => wait(import::run(args)),
        Command::Erase(args) => wait(erase::run(args)),
        Command::Export(args) => wait(export::run(args)),
        Command::Retention(args) => wait(time::retention(args)),
        Command::Hold(args) => wait(time::hold(args)),
        Command::Tenant(args) => wait(tenant::run(args)),
        Command::Processing(args) => wait(processing::run(args)),
        Command::Synth(args) => synth::run(&args),
        Command::Keys(args) => wait(keys::run(args)),
        Command::Log(args) => wait(log::run(args)),
        Command::Backup(args) => {
            if matches!(args, Backup::Now(_) | Backup::Verify(_)) {
                gently();
            }
            wait(backup::run(args))
        }
        Command::Restore(args) => wait(restore::run(args)),
        Command::Drill(args) => {
            if matches!(&args, Drill::Run(args) if args.as_run.is_some()) {
                gently();
            }
            wait(drill::run(args))
        }
        Command::Register(args) => register::run(args),
        Command::Policy(args) => policy::run(args),
        Command::Token(args) => wait(token::run(args)),
        Command::User(args) => wait(user::run(args)),
        Command::App(args) => wait(app::run(args)),
        Command::Config(args) => config::run(&args),
        Command::Doctor(args) => wait(doctor::run(args)),
        Command::Migrate(place) => wait(migrate::run(place)),
        Command::Docs(args) => wait(docs::run(args)),
    };
    match held {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(failure) => {
            talk(format_args!("error: {failure}"));
            ExitCode::from(failure.code())
        }
    }
}

/// How far behind other processes of the machine this one stands when it does what nobody waits for: as far as there is.
const GENTLE: i32 = 19;

/// Let who serves go first. A thread hands its place on to those that it starts, so this comes before there are any. Where it cannot be had
/// the command goes on as it is.
fn gently() {
    if let Err(error) = rustix::process::setpriority_process(None, GENTLE) {
        talk(format_args!(
            "warning: this takes as much of the machine as who serves: {error}"
        ));
    }
}

fn wait(command: impl Future<Output = Held>) -> Held {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::text(format!("cannot start: {error}")))?
        .block_on(command)
}

/// Data, on stdout. A reader that went away (`| head`) is no failure.
fn data(line: impl std::fmt::Display) {
    let _ = writeln!(std::io::stdout().lock(), "{line}");
}

/// Talk, on stderr.
fn talk(line: impl std::fmt::Display) {
    let _ = writeln!(std::io::stderr().lock(), "{line}");
}

/// A value as JSON, on stdout.
fn json(value: &impl serde::Serialize) -> Result<(), Failure> {
    let text =
        serde_json::to_string_pretty(value).map_err(|error| Failure::text(error.to_string()))?;
    data(text);
    Ok(())
}
