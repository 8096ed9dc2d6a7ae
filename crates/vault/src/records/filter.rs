//! A filter as a caller writes it (`status=final`, `date=ge2024-01-01`), and the values in the index that it means.

use base::Name;
use jiff::civil::Date;

use crate::VaultError;
use crate::document::normalise::{self, Days};
use crate::register::{Collection, Kind, Parameter};

/// One filter, as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filter {
    /// A search parameter of the collection.
    pub name: String,
    /// Its value; for dates with a prefix `eq`, `ge`, `gt`, `le` or `lt`.
    pub value: String,
}

/// What to look for in the blind index: a record passes when it has one of these values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lookup {
    /// Which search parameter.
    pub parameter: Name,
    /// Normalised values.
    pub any_of: Vec<String>,
}

/// A range of days that several date filters of one parameter make together.
#[derive(Default)]
struct Range {
    first: Option<Date>,
    last: Option<Date>,
}

impl Filter {
    /// The lookups that `filters` mean together: date filters of one parameter become one range.
    pub(super) fn lookups(
        filters: &[Self],
        collection: &Collection,
    ) -> Result<Vec<Lookup>, VaultError> {
        let mut lookups = Vec::new();
        let mut ranges: Vec<(&Parameter, Range)> = Vec::new();
        for filter in filters {
            let parameter = collection.parameter(&filter.name).ok_or_else(|| {
                filter.refused("the register has no such search parameter in this collection")
            })?;
            if filter.value.trim().is_empty() || filter.value.len() > 512 {
                return Err(filter.refused("its value has 1 to 512 bytes"));
            }
            if base::card::find(&filter.value).is_some() {
                return Err(VaultError::Card("a filter"));
            }
            if parameter.kind == Kind::Date {
                let at = match ranges
                    .iter()
                    .position(|(other, _)| std::ptr::eq(*other, parameter))
                {
                    Some(at) => at,
                    None => {
                        ranges.push((parameter, Range::default()));
                        ranges.len() - 1
                    }
                };
                if let Some((_, range)) = ranges.get_mut(at) {
                    range.narrow(filter)?;
                }
            } else {
                let value = filter.normalised(parameter)?;
                lookups.push(Lookup {
                    parameter: parameter.name.clone(),
                    any_of: vec![value],
                });
            }
        }
        for (parameter, range) in ranges {
            let any_of = normalise::covering(range.first, range.last);
            lookups.push(Lookup {
                parameter: parameter.name.clone(),
                any_of,
            });
        }
        Ok(lookups)
    }

    fn refused(&self, why: &str) -> VaultError {
        VaultError::Filter {
            name: self.name.chars().take(64).collect(),
            why: why.to_owned(),
        }
    }

    fn normalised(&self, parameter: &Parameter) -> Result<String, VaultError> {
        let mut forms = Vec::new();
        let mut each = |form: &str| forms.push(form.to_owned());
        let (system, code) = match self.value.split_once('|') {
            Some((system, code)) => (Some(system), code),
            None => (None, self.value.as_str()),
        };
        match parameter.kind {
            Kind::Token => normalise::token(system, code, &mut each),
            Kind::Identifier => normalise::identifier(system, code, &mut each),
            Kind::Text => normalise::words(&self.value, &mut each),
            Kind::Reference => each(&normalise::reference(&self.value)),
            Kind::Date => {}
        }
        // Token and identifier forms: the bare one first, then the one with its system.
        let wanted = if matches!(parameter.kind, Kind::Token | Kind::Identifier) && system.is_some()
        {
            forms.pop()
        } else {
            forms.into_iter().next()
        };
        wanted.ok_or_else(|| self.refused("its value is empty once white space is left out"))
    }
}

impl Range {
    fn narrow(&mut self, filter: &Filter) -> Result<(), VaultError> {
        let text = filter.value.trim();
        let (prefix, date) = match text.get(..2) {
            Some(prefix @ ("eq" | "ge" | "gt" | "le" | "lt")) => {
                (prefix, text.get(2..).unwrap_or(""))
            }
            _ => ("eq", text),
        };
        let days = Days::of(date).ok_or_else(|| {
            filter.refused("a date reads 2026, 2026-11, 2026-11-23 or an RFC 3339 moment, with eq, ge, gt, le or lt before it")
        })?;
        let beyond = || filter.refused("the date is out of range");
        let (first, last) = match prefix {
            "ge" => (Some(days.first), None),
            "gt" => (Some(days.last.tomorrow().map_err(|_| beyond())?), None),
            "le" => (None, Some(days.last)),
            "lt" => (None, Some(days.first.yesterday().map_err(|_| beyond())?)),
            _ => (Some(days.first), Some(days.last)),
        };
        self.first = self.first.max(first);
        self.last = match (self.last, last) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        };
        if let (Some(first), Some(last)) = (self.first, self.last)
            && first > last
        {
            return Err(filter.refused("the range ends before it begins"));
        }
        Ok(())
    }
}
