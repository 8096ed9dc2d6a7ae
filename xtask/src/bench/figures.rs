//! What was measured, and the median of several rounds of it.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

/// Figures of one server at one workload.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Figures {
    /// Requests (or operations) per second.
    pub rps: f64,
    /// Median latency.
    pub p50_us: u64,
    /// 99th percentile.
    pub p99_us: u64,
    /// The server's CPU time per request.
    pub cpu_us: f64,
    /// Resident memory afterwards.
    pub rss_kib: u64,
    /// The most it ever was.
    pub peak_kib: u64,
    /// By how much it grew at most while this was done, where that is what is asked.
    pub grown_kib: u64,
    /// Wrong answers: with any, nothing above counts.
    pub wrong: u64,
    /// One of them.
    pub complaint: Option<String>,
}

impl Figures {
    /// What lies in the middle between these and `other`; the longest and the largest of both.
    pub fn with(&self, other: &Self) -> Self {
        Self {
            rps: f64::midpoint(self.rps, other.rps),
            p50_us: self.p50_us.midpoint(other.p50_us),
            p99_us: self.p99_us.max(other.p99_us),
            cpu_us: f64::midpoint(self.cpu_us, other.cpu_us),
            rss_kib: self.rss_kib.max(other.rss_kib),
            peak_kib: self.peak_kib.max(other.peak_kib),
            grown_kib: self.grown_kib.max(other.grown_kib),
            wrong: self.wrong + other.wrong,
            complaint: self.complaint.clone().or_else(|| other.complaint.clone()),
        }
    }

    /// As `load` and `ops` print them.
    pub fn from_json(value: &Value) -> Self {
        let float = |name: &str| value.get(name).and_then(Value::as_f64).unwrap_or_default();
        let whole = |name: &str| value.get(name).and_then(Value::as_u64).unwrap_or_default();
        Self {
            rps: float("rps"),
            p50_us: whole("p50_us"),
            p99_us: whole("p99_us"),
            cpu_us: float("cpu_us"),
            rss_kib: whole("rss_kib"),
            peak_kib: whole("peak_kib"),
            grown_kib: whole("grown_kib"),
            wrong: whole("wrong"),
            complaint: value
                .get("complaint")
                .and_then(Value::as_str)
                .map(str::to_owned),
        }
    }

    /// For `--json`.
    pub fn json(&self) -> Value {
        json!({
            "rps": round(self.rps),
            "p50_us": self.p50_us,
            "p99_us": self.p99_us,
            "cpu_us": round(self.cpu_us),
            "rss_kib": self.rss_kib,
            "peak_kib": self.peak_kib,
            "grown_kib": self.grown_kib,
            "wrong": self.wrong,
        })
    }

    /// The median of each figure; memory and wrong answers of all rounds together.
    pub fn median(rounds: &[Self]) -> Self {
        Self {
            rps: middle(rounds.iter().map(|round| round.rps).collect()),
            p50_us: middle(rounds.iter().map(|round| round.p50_us).collect()),
            p99_us: middle(rounds.iter().map(|round| round.p99_us).collect()),
            cpu_us: middle(rounds.iter().map(|round| round.cpu_us).collect()),
            rss_kib: rounds
                .iter()
                .map(|round| round.rss_kib)
                .max()
                .unwrap_or_default(),
            peak_kib: rounds
                .iter()
                .map(|round| round.peak_kib)
                .max()
                .unwrap_or_default(),
            grown_kib: rounds
                .iter()
                .map(|round| round.grown_kib)
                .max()
                .unwrap_or_default(),
            wrong: rounds.iter().map(|round| round.wrong).sum(),
            complaint: rounds.iter().find_map(|round| round.complaint.clone()),
        }
    }
}

/// The middle one; of two, the one above.
pub fn middle<T: PartialOrd + Copy + Default>(mut values: Vec<T>) -> T {
    values.sort_by(|left, right| left.partial_cmp(right).unwrap_or(std::cmp::Ordering::Equal));
    values.get(values.len() / 2).copied().unwrap_or_default()
}

fn round(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}

/// One line of the result: a workload, and who did it how.
#[derive(Clone, Debug, Default)]
pub struct Row {
    /// Workload.
    pub name: String,
    /// Connections at once.
    pub connections: u32,
    /// `bare`, `unlogged`, `strongroom`, `peer`.
    pub figures: BTreeMap<&'static str, Figures>,
    /// Bytes per request, where that says more than requests.
    pub bytes: Option<u64>,
    /// Words about it, e.g. what the peer is.
    pub note: Option<String>,
}

const NAMES: [&str; 5] = ["bare", "unlogged", "strongroom", "peer", "library"];

impl Row {
    /// Without figures yet.
    pub fn new(name: &str, connections: u32) -> Self {
        Self {
            name: name.to_owned(),
            connections,
            ..Self::default()
        }
    }

    /// A row of something that did not run.
    pub fn failed(name: &str) -> Self {
        let failed = Figures {
            wrong: 1,
            complaint: Some("did not run to the end".to_owned()),
            ..Figures::default()
        };
        let mut row = Self::new(name, 1);
        row.figures.insert("strongroom", failed);
        row
    }

    /// As `ops` prints it, which is the shape of [`Row::json`].
    pub fn from_json(value: &Value) -> Self {
        let mut row = Self::new(value.get("name").and_then(Value::as_str).unwrap_or("?"), 1);
        row.connections = value
            .get("connections")
            .and_then(Value::as_u64)
            .and_then(|number| u32::try_from(number).ok())
            .unwrap_or(1);
        row.bytes = value.get("bytes").and_then(Value::as_u64);
        row.note = value.get("note").and_then(Value::as_str).map(str::to_owned);
        for name in NAMES {
            if let Some(figures) = value.get(name).filter(|figures| figures.is_object()) {
                row.figures.insert(name, Figures::from_json(figures));
            }
        }
        row
    }

    /// `{name, connections, bare: {...}, unlogged: {...}, strongroom: {...}, peer: {...}}`; who did not take part is null.
    pub fn json(&self) -> Value {
        let mut object = Map::new();
        object.insert("name".to_owned(), self.name.clone().into());
        object.insert("connections".to_owned(), self.connections.into());
        for name in NAMES {
            object.insert(
                name.to_owned(),
                self.figures.get(name).map_or(Value::Null, Figures::json),
            );
        }
        if let Some(bytes) = self.bytes {
            object.insert("bytes".to_owned(), bytes.into());
        }
        if let Some(note) = &self.note {
            object.insert("note".to_owned(), note.clone().into());
        }
        Value::Object(object)
    }

    /// Whether every answer was the right one.
    pub fn is_right(&self) -> bool {
        self.figures.values().all(|figures| figures.wrong == 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_round_counts_and_wrong_answers_add_up() {
        let round = |rps: f64, wrong: u64| Figures {
            rps,
            p50_us: 2,
            wrong,
            ..Figures::default()
        };
        let median = Figures::median(&[round(1.0, 0), round(30.0, 2), round(2.0, 1)]);
        assert_eq!((median.rps, median.p50_us, median.wrong), (2.0, 2, 3));
    }

    #[test]
    fn a_row_keeps_its_shape() {
        let mut row = Row::new("read", 8);
        row.figures.insert(
            "bare",
            Figures {
                rps: 10.04,
                ..Figures::default()
            },
        );
        let value = row.json();
        assert_eq!(
            value.pointer("/bare/rps").and_then(Value::as_f64),
            Some(10.0)
        );
        assert!(value.get("strongroom").unwrap().is_null());
        assert_eq!(Row::from_json(&value).json(), value);
    }
}
