//! `cargo xtask test`: everything that must hold before a change goes in.

use std::io::IsTerminal;

use clap::{Args, ValueEnum};

use crate::postgres::Postgres;
use crate::report::{Count, Report};
use crate::softhsm::SoftHsm;
use crate::{Outcome, docs, moto, process, restic, root, tidy};

/// Options of `test`.
#[derive(Args)]
pub struct Options {
    /// Run this step only (may be given several times).
    #[arg(long)]
    only: Vec<Step>,
    /// Passed on to `cargo nextest run` (or `cargo test`), e.g. `-- -p strongroom-audit`. Without it the whole workspace is tested.
    #[arg(last = true)]
    arguments: Vec<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Step {
    /// Formatting, by rustfmt.
    Fmt,
    /// The house rules.
    Tidy,
    /// Lints; a warning is an error.
    Clippy,
    /// Freshness of docs/reference.
    Docs,
    /// All tests, on SQLite and PostgreSQL, with a PKCS#11 device.
    Unit,
}

/// Run the steps, fast ones first. A step that fails does not stop the others.
pub fn run(options: &Options) -> Outcome<bool> {
    let mut report = Report::new();
    let wanted = |step: Step| options.only.is_empty() || options.only.contains(&step);
    if wanted(Step::Fmt) {
        report.step("fmt", || {
            cargo(&["fmt", "--all", "--check"]).map(Count::one)
        });
    }
    if wanted(Step::Tidy) {
        report.step("tidy", || tidy::check(&root()?));
    }
    if wanted(Step::Clippy) {
        report.step("clippy", || {
            cargo(&[
                "clippy",
                "--quiet",
                "--workspace",
                "--all-targets",
                "--",
                "-D",
                "warnings",
            ])
            .map(Count::one)
        });
    }
    if wanted(Step::Docs) {
        report.step("docs", || docs::check(&root()?));
    }
    if wanted(Step::Unit) {
        unit(&mut report, &options.arguments);
    }
    Ok(report.close())
}

fn unit(report: &mut Report, arguments: &[String]) {
    let (mut postgres, mut softhsm) = (None, None);
    report.step("postgres", || {
        postgres = Some(Postgres::start()?);
        Ok(Count::one(true))
    });
    report.step("softhsm", || {
        softhsm = Some(SoftHsm::start()?);
        Ok(Count::one(true))
    });
    let mut restic = None;
    report.step("restic", || {
        restic = Some(restic::find()?);
        Ok(Count::one(true))
    });
    let mut moto = None;
    report.step("moto", || {
        moto = moto::find()?;
        Ok(Count::one(true))
    });
    let mut environment = Vec::new();
    if let Some(postgres) = &postgres {
        report.say(&format!("{} at {}", postgres.version, postgres.url));
        environment.push(("STRONGROOM_TEST_POSTGRES", postgres.url.clone()));
    }
    if let Some(restic) = &restic {
        environment.push(("STRONGROOM_TEST_RESTIC", restic.display().to_string()));
    }
    if let Some(moto) = &moto {
        environment.push(("STRONGROOM_TEST_MOTO", moto.display().to_string()));
    }
    if let Some(softhsm) = &softhsm {
        environment.extend(softhsm.environment());
    }
    report.step("tests", || tests(&environment, arguments));
}

fn tests(environment: &[(&str, String)], arguments: &[String]) -> Outcome<Count> {
    let nextest = process::find("cargo-nextest", &[]).is_some();
    let mut command = process::cargo();
    if nextest {
        command.args([
            "nextest",
            "run",
            "--no-fail-fast",
            "--status-level",
            "slow",
            "--final-status-level",
            "fail",
        ]);
    } else {
        command.args(["test", "--no-fail-fast"]);
    }
    if arguments.is_empty() {
        command.arg("--workspace");
    }
    command.args(arguments);
    command
        .current_dir(root()?)
        .envs(environment.iter().map(|(name, value)| (name, value)));
    if std::io::stdout().is_terminal() {
        command.env("CARGO_TERM_COLOR", "always");
    }
    let mut count = Count::default();
    let held = process::streamed(&mut command, |line| {
        if let Some(seen) = if nextest {
            nextest_summary(line)
        } else {
            libtest_summary(line)
        } {
            count.passed += seen.passed;
            count.failed += seen.failed;
        }
    })?;
    // It did not compile, or a test binary died without a summary: that is a failure too.
    if !held && count.failed == 0 {
        count.failed = 1;
    }
    Ok(count)
}

/// `Summary [   1.234s] 12 tests run: 10 passed (1 slow), 2 failed, 3 skipped`; a test that timed out did fail.
fn nextest_summary(line: &str) -> Option<Count> {
    let line = plain(line);
    let (_, summary) = line
        .trim_start()
        .strip_prefix("Summary")?
        .split_once("run:")?;
    let number = |word: &str| -> u64 {
        summary
            .split([',', '(', ')'])
            .filter_map(|part| part.trim().strip_suffix(word)?.trim().parse::<u64>().ok())
            .sum()
    };
    Some(Count {
        passed: number("passed"),
        failed: number("failed") + number("timed out") + number("exec failed"),
    })
}

/// `test result: ok. 10 passed; 0 failed; 0 ignored; ...`, once per test binary.
fn libtest_summary(line: &str) -> Option<Count> {
    let line = plain(line);
    let (_, summary) = line.strip_prefix("test result:")?.split_once(". ")?;
    let number = |word: &str| {
        summary
            .split(';')
            .find_map(|part| part.trim().strip_suffix(word)?.trim().parse::<u64>().ok())
    };
    Some(Count {
        passed: number("passed")?,
        failed: number("failed")?,
    })
}

/// A line without its colours.
fn plain(line: &str) -> String {
    let mut plain = String::with_capacity(line.len());
    let mut chars = line.chars();
    while let Some(char) = chars.next() {
        if char == '\u{1b}' {
            chars.by_ref().find(|char| char.is_ascii_alphabetic());
        } else {
            plain.push(char);
        }
    }
    plain
}

/// Run the cargo that runs us.
fn cargo(arguments: &[&str]) -> Outcome<bool> {
    let mut command = process::cargo();
    command.args(arguments).current_dir(root()?);
    Ok(command.status()?.success())
}

#[cfg(test)]
mod unit_tests {
    use super::*;

    #[test]
    fn a_nextest_summary_is_read() {
        let line = "\u{1b}[32;1m     Summary\u{1b}[0m [   0.734s] 15 tests run: 12 passed (1 slow, 1 leaky), 2 failed, 1 timed out, 3 skipped";
        assert_eq!(
            nextest_summary(line),
            Some(Count {
                passed: 12,
                failed: 3
            })
        );
        assert_eq!(nextest_summary("Summary of nothing"), None);
    }

    #[test]
    fn a_libtest_summary_is_read() {
        let line = "test result: FAILED. 10 passed; 2 failed; 0 ignored; 0 measured; 1 filtered out; finished in 0.01s";
        assert_eq!(
            libtest_summary(line),
            Some(Count {
                passed: 10,
                failed: 2
            })
        );
        assert_eq!(libtest_summary("test result ok"), None);
    }
}
