//! Rule packs: what a law says about time, as dated data (`rules/*.toml`), part of the binary.

use jiff::civil::Date;
use serde::{Deserialize, Deserializer, Serialize, de};

use super::request::words;
use super::{Kind, RightsError};

const FILES: &[(&str, &str)] = &[
    ("rules/gdpr-1.toml", include_str!("../../rules/gdpr-1.toml")),
    ("rules/ccpa-1.toml", include_str!("../../rules/ccpa-1.toml")),
];

words! {
    /// Which law a request is made under.
    Law {
        /// Regulation (EU) 2016/679.
        Gdpr = "gdpr",
        /// California Consumer Privacy Act and its regulations.
        Ccpa = "ccpa",
    }
}

/// One version of a law's rules about time.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pack {
    /// Of which law.
    pub law: Law,
    /// Counted from 1 within the law.
    pub version: u16,
    /// The first day of receipt for which it counts.
    #[serde(deserialize_with = "day")]
    pub from: Date,
    /// Where the law is written.
    pub source: String,
    /// For how many calendar months the record of a request is kept, where the law says so.
    pub keep_months: Option<u16>,
    /// Where that is written.
    pub keep_source: Option<String>,
    /// How days are counted.
    pub counting: Counting,
    /// The clocks.
    #[serde(rename = "clock")]
    pub clocks: Vec<Clock>,
}

/// How days are counted.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Counting {
    /// Where it is written.
    pub source: String,
    /// What becomes of an end on a day without work.
    pub end: End,
}

/// What becomes of an end on a Saturday, a Sunday or a holiday.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum End {
    /// It moves to the next working day.
    NextWorkingDay,
    /// It stays.
    AsItFalls,
}

/// By when one step is due for some kinds of requests.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Clock {
    /// Which step.
    pub step: Step,
    /// For which kinds.
    pub kinds: Vec<Kind>,
    /// How many units after the day of receipt; 1 or more.
    pub amount: u16,
    /// Of what.
    pub unit: Unit,
    /// Article or paragraph.
    pub source: String,
    /// The longer period, where the law allows one.
    pub extended: Option<Extended>,
}

/// A period after a notice of extension.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Extended {
    /// How many units after the day of receipt, in all; more than the clock's own.
    pub amount: u16,
    /// Article or paragraph.
    pub source: String,
}

words! {
    /// What is due.
    Step {
        /// To tell the person that the request came.
        Confirm = "confirm",
        /// To do what was asked, or to refuse with a reason.
        Answer = "answer",
    }
}

/// In what a period is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unit {
    /// Calendar months.
    Months,
    /// Calendar days.
    Days,
    /// Working days.
    BusinessDays,
}

fn day<'de, D: Deserializer<'de>>(from: D) -> Result<Date, D::Error> {
    String::deserialize(from)?
        .parse()
        .map_err(de::Error::custom)
}

impl Pack {
    /// Reads a pack and holds it to its rules.
    ///
    /// # Errors
    ///
    /// [`RightsError::Rules`] with what is wrong.
    pub fn parse(file: &str, text: &str) -> Result<Self, RightsError> {
        let wrong = |why: String| RightsError::Rules {
            file: file.to_owned(),
            why,
        };
        let pack: Self = toml::from_str(text).map_err(|error| wrong(error.to_string()))?;
        let mut seen = Vec::new();
        for clock in &pack.clocks {
            if clock.amount == 0 {
                return Err(wrong("a clock of nothing".to_owned()));
            }
            if clock
                .extended
                .as_ref()
                .is_some_and(|longer| longer.amount <= clock.amount)
            {
                return Err(wrong(
                    "an extension that is no longer than the first period".to_owned(),
                ));
            }
            for kind in &clock.kinds {
                if kind.law() != Some(pack.law) {
                    return Err(wrong(format!("{kind:?} is no kind of this law")));
                }
                if seen.contains(&(clock.step, *kind)) {
                    return Err(wrong(format!("two clocks for {kind:?}")));
                }
                seen.push((clock.step, *kind));
            }
        }
        if let Some(kind) = Kind::ALL
            .iter()
            .find(|kind| kind.law() == Some(pack.law) && !seen.contains(&(Step::Answer, **kind)))
        {
            return Err(wrong(format!("no clock for the answer to {kind:?}")));
        }
        Ok(pack)
    }

    /// The clock of a step for a kind, if the law has one.
    #[must_use]
    pub fn clock(&self, step: Step, kind: Kind) -> Option<&Clock> {
        self.clocks
            .iter()
            .find(|clock| clock.step == step && clock.kinds.contains(&kind))
    }
}

/// Every pack that comes with the program.
///
/// # Errors
///
/// [`RightsError::Rules`] if one does not hold together.
pub fn packs() -> Result<Vec<Pack>, RightsError> {
    FILES
        .iter()
        .map(|(file, text)| Pack::parse(file, text))
        .collect()
}

/// One version of a law's pack.
#[must_use]
pub fn version(packs: &[Pack], law: Law, version: u16) -> Option<&Pack> {
    packs
        .iter()
        .find(|pack| pack.law == law && pack.version == version)
}

/// The pack of a law that counts for what was received on a day: the latest that had begun.
///
/// # Errors
///
/// [`RightsError::NoRules`] if none had.
pub fn in_force(packs: &[Pack], law: Law, received: Date) -> Result<&Pack, RightsError> {
    packs
        .iter()
        .filter(|pack| pack.law == law && pack.from <= received)
        .max_by_key(|pack| (pack.from, pack.version))
        .ok_or(RightsError::NoRules { law, day: received })
}
