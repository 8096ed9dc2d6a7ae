//! Steps, their times, the table at the end, and the closing line that other programs look for.

use std::time::{Duration, Instant};

use crate::Outcome;

/// How a step ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// Tests, rules or files that held.
    pub passed: u64,
    /// And those that did not.
    pub failed: u64,
}

impl Count {
    /// A step that is one thing.
    pub const fn one(held: bool) -> Self {
        Self {
            passed: held as u64,
            failed: !held as u64,
        }
    }
}

struct Line {
    name: &'static str,
    count: Count,
    took: Duration,
}

/// What happened so far.
pub struct Report {
    started: Instant,
    lines: Vec<Line>,
}

impl Report {
    /// Nothing yet.
    pub fn new() -> Self {
        Self {
            started: Instant::now(),
            lines: Vec::new(),
        }
    }

    /// Run a step. One that fails to run at all counts as one failure; the steps behind it still run.
    pub fn step(&mut self, name: &'static str, step: impl FnOnce() -> Outcome<Count>) {
        self.say(&format!("{name} ..."));
        let started = Instant::now();
        let count = step().unwrap_or_else(|error| {
            println!("error: {error}");
            Count::one(false)
        });
        let took = started.elapsed();
        let verdict = if count.failed == 0 { "ok" } else { "FAILED" };
        self.say(&format!(
            "{name} {verdict}: {} passed, {} failed, {:.1} s",
            count.passed,
            count.failed,
            took.as_secs_f64()
        ));
        self.lines.push(Line { name, count, took });
    }

    /// A line with the time since the start in front.
    pub fn say(&self, text: &str) {
        println!("[{:>7.1} s] {text}", self.started.elapsed().as_secs_f64());
    }

    /// Print the table and the closing line; whether everything held. Nothing run is nothing held.
    pub fn close(&self) -> bool {
        println!("\n{}", self.table());
        let Count { passed, failed } = self.sum();
        println!("{passed} passed, {failed} failed");
        failed == 0 && passed > 0
    }

    fn sum(&self) -> Count {
        self.lines.iter().fold(Count::default(), |sum, line| Count {
            passed: sum.passed + line.count.passed,
            failed: sum.failed + line.count.failed,
        })
    }

    fn table(&self) -> String {
        use std::fmt::Write as _;

        let mut table = String::from("step          passed  failed      time\n");
        for line in &self.lines {
            // Invariant: writing to a String does not fail.
            _ = writeln!(
                table,
                "{:<12} {:>7} {:>7} {:>7.1} s",
                line.name,
                line.count.passed,
                line.count.failed,
                line.took.as_secs_f64()
            );
        }
        let sum = self.sum();
        _ = writeln!(
            table,
            "{:<12} {:>7} {:>7} {:>7.1} s",
            "all",
            sum.passed,
            sum.failed,
            self.started.elapsed().as_secs_f64()
        );
        table
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_add_up_and_an_error_is_one_failure() {
        let mut report = Report::new();
        report.step("a", || {
            Ok(Count {
                passed: 4,
                failed: 0,
            })
        });
        report.step("b", || Err("broken".into()));
        assert_eq!(
            report.sum(),
            Count {
                passed: 4,
                failed: 1
            }
        );
        assert!(!report.close());
    }

    #[test]
    fn nothing_run_is_nothing_held() {
        assert!(!Report::new().close());
    }
}
