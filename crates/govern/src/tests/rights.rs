//! The clocks of requests at the ends of months and years, on weekends and holidays, and over a change of the clocks.

use base::Instant;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::rights::{
    Event, Holidays, Kind, Law, Pack, Request, RightsError, State, Step, day_of, due, expires,
    in_force, packs,
};

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn pack(kind: Kind, received: &str) -> Pack {
    in_force(&packs().unwrap(), kind.law().unwrap(), day(received))
        .unwrap()
        .clone()
}

/// The last days for confirming and answering.
fn ends(request: &Request, holidays: &Holidays) -> (Option<Date>, Option<Date>) {
    let pack = pack(request.kind(), &request.received().to_string());
    let dues = due(request, &pack, holidays).unwrap();
    let last = |step| dues.iter().find(|due| due.step == step).map(|due| due.last);
    (last(Step::Confirm), last(Step::Answer))
}

fn answer(kind: Kind, received: &str) -> String {
    ends(&Request::receive(kind, day(received)), &Holidays::default())
        .1
        .unwrap()
        .to_string()
}

fn extended(kind: Kind, received: &str) -> String {
    let mut request = Request::receive(kind, day(received));
    let none = Holidays::default();
    request
        .add(
            Event::Extended,
            day(received),
            Some(&pack(kind, received)),
            &none,
        )
        .unwrap();
    ends(&request, &none).1.unwrap().to_string()
}

#[test]
fn a_month_ends_on_its_date_or_on_its_last_day() {
    for (received, last) in [
        ("2026-03-10", "2026-04-10"),
        // 31 January: the last day of February, which is a Tuesday in the leap year 2028 and a Wednesday in 2029.
        ("2028-01-31", "2028-02-29"),
        ("2029-01-31", "2029-02-28"),
        ("2028-02-29", "2028-03-29"),
        ("2026-08-31", "2026-09-30"),
        ("2026-12-31", "2027-02-01"), // 31 January 2027 is a Sunday.
        ("2026-12-15", "2027-01-15"),
        ("2026-01-31", "2026-03-02"), // 28 February 2026 is a Saturday.
    ] {
        assert_eq!(answer(Kind::Access, received), last, "received {received}");
    }
}

#[test]
fn an_extension_counts_from_receipt() {
    assert_eq!(extended(Kind::Erasure, "2028-01-31"), "2028-05-01"); // 30 April 2028 is a Sunday.
    assert_eq!(extended(Kind::Erasure, "2026-03-10"), "2026-06-10");
    assert_eq!(extended(Kind::Know, "2026-03-02"), "2026-05-31"); // 90 days; a Sunday, and stays.
}

#[test]
fn days_and_business_days_of_california() {
    let holidays = Holidays::parse("test", "days = [\"2026-11-26\", \"2026-12-25\"]").unwrap();
    let request = Request::receive(Kind::Delete, day("2026-11-20"));
    // Ten working days after Friday, 20 November: 4 December, or a day more with the holiday on the 26th.
    assert_eq!(
        ends(&request, &Holidays::default()).0,
        Some(day("2026-12-04"))
    );
    assert_eq!(
        ends(&request, &holidays),
        (Some(day("2026-12-07")), Some(day("2027-01-04")))
    );
    assert_eq!(answer(Kind::OptOut, "2026-11-21"), "2026-12-11");
    assert_eq!(
        ends(&Request::receive(Kind::Limit, day("2026-11-20")), &holidays).0,
        None
    );
}

#[test]
fn an_end_on_a_holiday_moves_in_europe() {
    let holidays = Holidays::parse("test", "days = [\"2026-12-25\"]").unwrap();
    let request = Request::receive(Kind::Objection, day("2026-11-25"));
    assert_eq!(
        ends(&request, &Holidays::default()).1,
        Some(day("2026-12-25"))
    );
    assert_eq!(ends(&request, &holidays).1, Some(day("2026-12-28")));
}

#[test]
fn a_change_of_the_clocks_moves_no_day() {
    let zone = TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").unwrap();
    // 2026-03-28T22:30Z is 23:30 on the 28th; a day later the clocks have changed, and 22:30Z is 00:30 on the 30th.
    let at = Instant::from_micros(1_774_737_000_000_000);
    let later = Instant::from_micros(at.micros() + 86_400_000_000);
    assert_eq!(day_of(at, &zone).unwrap(), day("2026-03-28"));
    assert_eq!(day_of(later, &zone).unwrap(), day("2026-03-30"));
    let hours = |from: &str, to: &str| {
        let micros =
            expires(day(to), &zone).unwrap().micros() - expires(day(from), &zone).unwrap().micros();
        micros / 3_600_000_000
    };
    assert_eq!(hours("2026-03-28", "2026-03-29"), 23);
    assert_eq!(hours("2026-10-24", "2026-10-25"), 25);
    assert_eq!(answer(Kind::Access, "2026-03-28"), "2026-04-28");
}

#[test]
fn days_left_fall_below_zero_after_the_last_day() {
    let request = Request::receive(Kind::Access, day("2026-03-10"));
    let pack = pack(Kind::Access, "2026-03-10");
    let due = due(&request, &pack, &Holidays::default())
        .unwrap()
        .remove(0);
    assert_eq!(due.days_left(day("2026-03-10")).unwrap(), 31);
    assert_eq!(due.days_left(day("2026-04-10")).unwrap(), 0);
    assert_eq!(due.days_left(day("2026-04-11")).unwrap(), -1);
}

#[test]
fn an_extension_is_announced_in_the_first_period_or_never() {
    let none = Holidays::default();
    let rules = pack(Kind::Access, "2026-03-10");
    let mut request = Request::receive(Kind::Access, day("2026-03-10"));
    let late = request.add(Event::Extended, day("2026-04-11"), Some(&rules), &none);
    assert!(matches!(late, Err(RightsError::TooLate(last)) if last == day("2026-04-10")));
    assert_eq!(request.state(), State::Received);
    request
        .add(Event::Extended, day("2026-04-10"), Some(&rules), &none)
        .unwrap();
    let twice = request.add(Event::Extended, day("2026-04-10"), Some(&rules), &none);
    assert!(matches!(twice, Err(RightsError::Order { .. })));

    for kind in [Kind::OptOut, Kind::Limit] {
        let rules = pack(kind, "2026-03-10");
        let never = Request::receive(kind, day("2026-03-10")).add(
            Event::Extended,
            day("2026-03-10"),
            Some(&rules),
            &none,
        );
        assert!(matches!(never, Err(RightsError::NoExtension(_))));
    }
    let never = Request::receive(Kind::Question, day("2026-03-10")).add(
        Event::Extended,
        day("2026-03-10"),
        None,
        &none,
    );
    assert!(matches!(never, Err(RightsError::NoExtension(_))));
}

#[test]
fn a_closed_request_stays_closed_and_nothing_is_due() {
    let none = Holidays::default();
    let all = [
        Event::Confirmed,
        Event::Begun,
        Event::Extended,
        Event::Answered,
        Event::Refused,
        Event::Withdrawn,
    ];
    for (closing, closed) in [
        (Event::Answered, State::Answered),
        (Event::Refused, State::Refused),
        (Event::Withdrawn, State::Withdrawn),
    ] {
        let rules = pack(Kind::Know, "2026-03-10");
        let mut request = Request::receive(Kind::Know, day("2026-03-10"));
        request
            .add(Event::Begun, day("2026-03-11"), Some(&rules), &none)
            .unwrap();
        assert_eq!(request.state(), State::InProgress);
        // Who works on it still owes the confirmation.
        assert!(ends(&request, &none).0.is_some());
        request
            .add(Event::Confirmed, day("2026-03-12"), Some(&rules), &none)
            .unwrap();
        assert_eq!(
            (request.state(), ends(&request, &none).0),
            (State::InProgress, None)
        );
        let back = request.add(closing, day("2026-03-11"), Some(&rules), &none);
        assert!(matches!(back, Err(RightsError::Backwards { .. })));
        request
            .add(closing, day("2026-03-13"), Some(&rules), &none)
            .unwrap();
        assert_eq!(
            (request.state(), ends(&request, &none)),
            (closed, (None, None))
        );
        for event in all {
            let more = request.add(event, day("2026-03-14"), Some(&rules), &none);
            assert!(
                matches!(more, Err(RightsError::Order { .. })),
                "{event:?} after {closing:?}"
            );
        }
        assert_eq!(request.events().len(), 3);
    }
}

#[test]
fn the_pack_in_force_is_the_one_of_the_day_of_receipt() {
    let text = include_str!("../../rules/gdpr-1.toml");
    let newer = text
        .replace("version = 1", "version = 2")
        .replace("2018-05-25", "2027-01-01");
    let mut packs = packs().unwrap();
    packs.push(Pack::parse("newer", &newer).unwrap());
    let version = |on: &str| in_force(&packs, Law::Gdpr, day(on)).map(|pack| pack.version);
    assert_eq!(version("2026-12-31").unwrap(), 1);
    assert_eq!(version("2027-01-01").unwrap(), 2);
    assert!(matches!(
        version("2018-05-24"),
        Err(RightsError::NoRules { .. })
    ));
}

#[test]
fn a_pack_that_does_not_hold_together_is_refused() {
    let text = include_str!("../../rules/gdpr-1.toml");
    for (from, to) in [
        ("amount = 1\n", "amount = 0\n"),
        ("amount = 3", "amount = 1"),
        ("\"access\", ", ""),
        ("\"access\"", "\"access\", \"access\""),
        ("\"access\"", "\"access\", \"know\""),
        ("2018-05-25", "2018-05-32"),
        ("law = \"gdpr\"", "law = \"gdpr\"\nmore = 1"),
    ] {
        let broken = text.replace(from, to);
        assert_ne!(broken, text, "{from:?} is not there");
        assert!(Pack::parse("broken", &broken).is_err(), "{to:?} was taken");
    }
    assert!(Holidays::parse("broken", "days = [\"2026-02-30\"]").is_err());
}
