//! Lines over time as SVG: drawn here, so that no script is needed. Time runs to the right, the unit stands on the axis, gaps are gaps.
//!
//! No style attribute and no colour: the stylesheet says how it looks, in light and dark.

use std::fmt::Write as _;

use jiff::civil::Date;
use web::Lang;
use web::words::Tongue;

use super::fields::{Series, local};

const WIDTH: f64 = 640.0;
const HEIGHT: f64 = 200.0;
const LEFT: f64 = 48.0;
const RIGHT: f64 = 12.0;
const TOP: f64 = 22.0;
const BOTTOM: f64 = 24.0;
/// Longer without a value, and the line breaks off.
const GAP_DAYS: i64 = 14;

/// The chart of one line, or of two that belong together.
pub(super) fn svg(t: Tongue, lines: &[&Series], from: Date, to: Date) -> String {
    let values = || {
        lines
            .iter()
            .flat_map(|it| &it.points)
            .map(|it| it.1)
            .filter(|it| it.is_finite())
    };
    let (low, high) = values().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), it| {
        (low.min(it), high.max(it))
    });
    if low > high || to <= from {
        return String::new();
    }
    let (low, high, step) = scale(low, high);
    let span = days(from, to).max(1.0);
    let x = |day: Date| LEFT + days(from, day) / span * (WIDTH - LEFT - RIGHT);
    let y = |value: f64| HEIGHT - BOTTOM - (value - low) / (high - low) * (HEIGHT - TOP - BOTTOM);
    let mut out = String::new();
    let name: Vec<_> = lines.iter().map(|it| it.name.as_str()).collect();
    let unit = lines.first().map_or("", |it| it.unit.as_str());
    let _ = write!(
        out,
        r#"<svg class="chart" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{}"><text class="name" x="{LEFT}" y="12">{}</text>"#,
        escape(&name.join(", ")),
        escape(&format!(
            "{}{}",
            name.join(", "),
            if unit.is_empty() {
                String::new()
            } else {
                format!(" ({unit})")
            }
        )),
    );
    let mut tick = low;
    while tick <= high + step / 2.0 {
        let at = y(tick);
        let _ = write!(
            out,
            r#"<line class="grid" x1="{LEFT}" x2="{:.1}" y1="{at:.1}" y2="{at:.1}"/><text x="{:.1}" y="{:.1}" text-anchor="end">{}</text>"#,
            WIDTH - RIGHT,
            LEFT - 6.0,
            at + 4.0,
            escape(&number(t, tick, step)),
        );
        tick += step;
    }
    for first in months(from, to) {
        let at = x(first);
        let _ = write!(
            out,
            r#"<line class="grid" x1="{at:.1}" x2="{at:.1}" y1="{TOP}" y2="{:.1}"/><text x="{at:.1}" y="{:.1}">{}</text>"#,
            HEIGHT - BOTTOM,
            HEIGHT - 8.0,
            escape(&month(t.lang(), first)),
        );
    }
    for (which, series) in lines.iter().enumerate() {
        let class = if which == 0 { "" } else { " second" };
        let mut path = String::new();
        let mut last: Option<Date> = None;
        for (day, value) in series
            .points
            .iter()
            .filter(|it| it.1.is_finite() && it.0 >= from && it.0 <= to)
        {
            let joined = last.is_some_and(|it| days(it, *day) <= GAP_DAYS as f64);
            let _ = write!(
                path,
                "{}{:.1} {:.1}",
                if joined { 'L' } else { 'M' },
                x(*day),
                y(*value)
            );
            last = Some(*day);
        }
        let _ = write!(out, r#"<path class="line{class}" d="{path}"/>"#);
        if series.points.len() <= 60 {
            for (day, value) in &series.points {
                let _ = write!(
                    out,
                    r#"<circle class="dot{class}" cx="{:.1}" cy="{:.1}" r="2.5"/>"#,
                    x(*day),
                    y(*value)
                );
            }
        }
    }
    out.push_str("</svg>");
    out
}

/// Round bounds and a step that give three to six lines.
fn scale(low: f64, high: f64) -> (f64, f64, f64) {
    let span = (high - low).max(high.abs() * 0.02).max(0.5);
    let rough = span / 4.0;
    let power = 10_f64.powf(rough.log10().floor());
    let step = [1.0, 2.0, 2.5, 5.0, 10.0]
        .into_iter()
        .map(|it| it * power)
        .find(|it| *it >= rough)
        .unwrap_or(power * 10.0);
    let from = (low / step).floor() * step;
    let mut to = (high / step).ceil() * step;
    if to <= from {
        to = from + step;
    }
    (from, to, step)
}

fn number(t: Tongue, value: f64, step: f64) -> String {
    let decimals = usize::from(step < 1.0) + usize::from(step < 0.1);
    local(t, &format!("{value:.decimals$}"))
}

fn days(from: Date, to: Date) -> f64 {
    (to - from).get_days() as f64
}

fn months(from: Date, to: Date) -> Vec<Date> {
    let mut all = Vec::new();
    let mut first = from.first_of_month();
    // A window has few months; a wide one shows each third.
    while first <= to && all.len() < 40 {
        if first >= from {
            all.push(first);
        }
        match first.checked_add(jiff::Span::new().months(1)) {
            Ok(next) => first = next,
            Err(_) => break,
        }
    }
    let each = all.len().div_ceil(6).max(1);
    all.into_iter().step_by(each).collect()
}

fn month(lang: Lang, day: Date) -> String {
    const NAMES: [[&str; 12]; 5] = [
        [
            "jan", "feb", "mars", "apr", "maj", "juni", "juli", "aug", "sep", "okt", "nov", "dec",
        ],
        [
            "Jan", "Feb", "März", "Apr", "Mai", "Juni", "Juli", "Aug", "Sep", "Okt", "Nov", "Dez",
        ],
        [
            "gen", "feb", "mar", "apr", "mag", "giu", "lug", "ago", "set", "ott", "nov", "dic",
        ],
        [
            "janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.",
            "nov.", "déc.",
        ],
        [
            "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
        ],
    ];
    let at = Lang::ALL.iter().position(|it| *it == lang).unwrap_or(4);
    let number = usize::try_from(day.month() - 1).unwrap_or(0);
    NAMES
        .get(at)
        .and_then(|it| it.get(number))
        .map_or_else(String::new, |it| (*it).to_owned())
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Whatever the numbers are, what comes out is whole and says nothing but numbers.
        #[test]
        fn no_numbers_break_it(points in proptest::collection::vec((0..400_i64, any::<f64>()), 0..80), name in ".{0,20}") {
            let from: Date = "2026-01-01".parse().unwrap();
            let to = from + jiff::Span::new().days(400);
            let mut points: Vec<_> = points
                .into_iter()
                .map(|(day, value)| (from + jiff::Span::new().days(day), value % 1e6))
                .collect();
            points.sort_by_key(|it: &(Date, f64)| it.0);
            let series = Series { name, unit: "kg".into(), points };
            let t = super::super::WORDS.tongue(Lang::Sv);
            let svg = svg(t, &[&series], from, to);
            prop_assert!(svg.is_empty() || (svg.starts_with("<svg") && svg.ends_with("</svg>")));
            prop_assert!(!svg.contains("NaN") && !svg.contains("inf"), "{svg}");
            prop_assert!(!svg.contains("style="));
            prop_assert_eq!(svg.matches('<').count(), svg.matches('>').count());
        }
    }

    #[test]
    fn bounds_are_round() {
        assert_eq!(scale(61.3, 64.8), (61.0, 65.0, 1.0));
        assert_eq!(scale(70.0, 70.0).2, 0.5);
        let (low, high, step) = scale(118.0, 143.0);
        assert!(low <= 118.0 && high >= 143.0 && step == 10.0);
    }

    #[test]
    fn gaps_are_gaps() {
        let day = |text: &str| text.parse::<Date>().unwrap();
        let series = Series {
            name: "Weight".into(),
            unit: "kg".into(),
            points: vec![
                (day("2026-01-01"), 61.0),
                (day("2026-01-05"), 62.0),
                (day("2026-03-01"), 60.0),
            ],
        };
        let t = super::super::WORDS.tongue(Lang::En);
        let svg = svg(t, &[&series], day("2026-01-01"), day("2026-03-31"));
        let path = svg
            .split(" d=\"")
            .nth(1)
            .unwrap()
            .split('"')
            .next()
            .unwrap();
        assert_eq!(path.matches('M').count(), 2, "{path}");
        assert_eq!(path.matches('L').count(), 1, "{path}");
    }
}
