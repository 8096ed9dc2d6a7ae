//! By when a step is due: calendar arithmetic on days, not on hours, so that a change of the clocks moves nothing.

use base::Instant;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};

use super::{End, Holidays, Pack, Request, RightsError, Step, Unit};

/// A step and the last day on which it is in time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    /// Which step.
    pub step: Step,
    /// The last day, whole.
    pub last: Date,
    /// Article or paragraph.
    pub source: String,
}

impl Due {
    /// Whole days from `today` to the last day: 0 on the last day, less when it is over.
    ///
    /// # Errors
    ///
    /// [`RightsError::Day`] if the days lie further apart than a calendar can say.
    pub fn days_left(&self, today: Date) -> Result<i32, RightsError> {
        Ok(today.until(self.last)?.get_days())
    }
}

/// What is still due for a request, the most urgent first. Nothing is due once it is closed, or where no law sets a time.
///
/// # Errors
///
/// [`RightsError::Day`] at the end of the calendar.
pub fn due(request: &Request, pack: &Pack, holidays: &Holidays) -> Result<Vec<Due>, RightsError> {
    let mut dues = Vec::new();
    if request.state().is_closed() {
        return Ok(dues);
    }
    for step in [Step::Confirm, Step::Answer] {
        let Some(clock) = pack.clock(step, request.kind()) else {
            continue;
        };
        if step == Step::Confirm && request.is_confirmed() {
            continue;
        }
        let (amount, source) = match &clock.extended {
            Some(longer) if request.is_extended() => (longer.amount, &longer.source),
            _ => (clock.amount, &clock.source),
        };
        dues.push(Due {
            step,
            last: last_day(
                request.received(),
                amount,
                clock.unit,
                pack.counting.end,
                holidays,
            )?,
            source: source.clone(),
        });
    }
    dues.sort_by_key(|due| due.last);
    Ok(dues)
}

/// The last day of a period that begins with an event on `received`, which is not counted itself.
pub(super) fn last_day(
    received: Date,
    amount: u16,
    unit: Unit,
    end: End,
    holidays: &Holidays,
) -> Result<Date, RightsError> {
    let last = match unit {
        // A month that has no such date ends the period on its last day.
        Unit::Months => received.checked_add(Span::new().try_months(amount)?)?,
        Unit::Days => received.checked_add(Span::new().try_days(amount)?)?,
        Unit::BusinessDays => holidays.after(received, amount)?,
    };
    match end {
        End::NextWorkingDay => holidays.on_or_after(last),
        End::AsItFalls => Ok(last),
    }
}

/// Which day it is where the house answers.
///
/// # Errors
///
/// [`RightsError::Day`] outside the calendar.
pub fn day_of(at: Instant, zone: &TimeZone) -> Result<Date, RightsError> {
    Ok(Timestamp::from_microsecond(at.micros())?
        .to_zoned(zone.clone())
        .date())
}

/// The first instant after a day is over where the house answers.
///
/// # Errors
///
/// [`RightsError::Day`] at the end of the calendar.
pub fn expires(last: Date, zone: &TimeZone) -> Result<Instant, RightsError> {
    let next = last.tomorrow()?.to_zoned(zone.clone())?;
    Ok(Instant::from_micros(next.timestamp().as_microsecond()))
}
