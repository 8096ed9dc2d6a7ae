//! What a made-up person's scale, cuff, watch and mat have measured.

use jiff::civil::Date;
use serde_json::{Value, json};

use super::Wearable;
use super::resources::decimal;
use super::stream::Stream;
use super::when;
use super::who::Who;

/// The devices that a person has.
struct Devices {
    scale: Option<String>,
    cuff: Option<String>,
    watch: String,
    mat: Option<String>,
}

impl Devices {
    fn draw(stream: &mut Stream) -> Self {
        let mut owned = |permille| {
            let (has, id) = (stream.chance(permille), format!("TEST-{}", stream.uuid()));
            has.then_some(id)
        };
        Self {
            scale: owned(800),
            cuff: owned(350),
            watch: owned(1_000).unwrap_or_default(),
            mat: owned(500),
        }
    }

    /// What the person has linked. Made up, makers included.
    fn records(&self, stream: &mut Stream, who: &Who, today: Date) -> Vec<Value> {
        let owned = [
            ("scale", "Step One", self.scale.as_ref()),
            ("blood-pressure", "Calm Cuff", self.cuff.as_ref()),
            ("watch", "Day Watch", Some(&self.watch)),
            ("sleep-mat", "Night Mat", self.mat.as_ref()),
        ];
        let linked = owned
            .into_iter()
            .filter_map(|(kind, model, id)| Some((kind, model, id?)));
        linked
            .map(|(kind, model, id)| {
                let date = when::before(today, stream.between(60, 900));
                json!({
                    "deviceId": id,
                    "serialNumber": format!("TEST-SN-{:06}", stream.below(1_000_000)),
                    "kind": kind,
                    "manufacturer": "Example Devices (test)",
                    "model": model,
                    "battery": stream.pick(&["high", "medium", "low"]),
                    "linkedAt": when::local(date, 1_100, who.country.offset),
                    "timezone": who.country.timezone,
                })
            })
            .collect()
    }
}

/// `days` days of measurements that end yesterday.
pub(super) fn draw(stream: &mut Stream, who: &Who, today: Date, days: usize) -> Wearable {
    let devices = Devices::draw(stream);
    let mut wearable = Wearable {
        devices: devices.records(stream, who, today),
        ..Wearable::default()
    };
    for back in (1..=i64::try_from(days).unwrap_or(i64::MAX)).rev() {
        let date = when::before(today, back);
        measures(stream, who, &devices, date, &mut wearable.measures);
        wearable.sleep.push(night(stream, who, &devices, date));
        wearable.activity.push(day(stream, who, &devices, date));
    }
    wearable
}

fn measures(stream: &mut Stream, who: &Who, devices: &Devices, date: Date, into: &mut Vec<Value>) {
    let mut group = |stream: &mut Stream, device: &str, minute: i64, measures: Value| {
        into.push(json!({
            "groupId": stream.uuid(),
            "measuredAt": when::local(date, minute, who.country.offset),
            "deviceId": device,
            "category": "measured",
            "measures": measures,
            "timezone": who.country.timezone,
        }));
    };
    if let Some(scale) = &devices.scale
        && stream.chance(650)
    {
        let weight = stream.around(who.weight, 6);
        let fat = stream.around(if who.woman { 285 } else { 205 }, 7);
        let minute = stream.between(380, 480);
        let measured = json!([
            { "type": "weight", "value": decimal(weight, 1), "unit": "kg" },
            { "type": "fat-ratio", "value": decimal(fat, 1), "unit": "%" },
        ]);
        group(stream, scale, minute, measured);
    }
    if let Some(cuff) = &devices.cuff
        && stream.chance(400)
    {
        let raised = (who.age - 30).max(0) / 3;
        let measured = json!([
            { "type": "systolic", "value": stream.around(119 + raised, 8), "unit": "mm[Hg]" },
            { "type": "diastolic", "value": stream.around(76, 6), "unit": "mm[Hg]" },
            { "type": "heart-rate", "value": stream.around(70, 7), "unit": "/min" },
        ]);
        let minute = stream.between(1_080, 1_300);
        group(stream, cuff, minute, measured);
    }
    if stream.chance(300) {
        let measured = json!([{ "type": "oxygen-saturation", "value": stream.around(970, 7).min(1_000) / 10, "unit": "%" }]);
        let minute = stream.between(700, 1_000);
        group(stream, &devices.watch, minute, measured);
    }
}

fn night(stream: &mut Stream, who: &Who, devices: &Devices, date: Date) -> Value {
    // Minutes after the midnight before `date`; bedtime lies on the evening before.
    let bed = stream.around(-30, 40);
    let asleep = stream.around(440, 45).clamp(240, 620);
    let awake = stream.between(8, 50);
    let deep = asleep * stream.between(15, 24) / 100;
    let dream = asleep * stream.between(17, 26) / 100;
    let evening = when::before(date, 1);
    let rate = stream.around(58, 5);
    json!({
        "date": date.to_string(),
        "deviceId": devices.mat.as_ref().unwrap_or(&devices.watch),
        "start": moment(evening, bed + 1_440, date, who),
        "end": moment(evening, bed + 1_440 + asleep + awake, date, who),
        "deepMinutes": deep,
        "lightMinutes": asleep - deep - dream,
        "remMinutes": dream,
        "awakeMinutes": awake,
        "heartRateAverage": rate,
        "heartRateMin": rate - stream.between(4, 9),
        "heartRateMax": rate + stream.between(9, 26),
        "respirationRate": stream.around(145, 10) / 10,
        "score": stream.around(74, 7).clamp(20, 100),
        "wakeUps": awake / 12,
        "efficiency": decimal(asleep * 100 / (asleep + awake), 2),
        "timezone": who.country.timezone,
    })
}

/// A moment of the night: minutes from `evening`'s midnight, which may lie on the next day.
fn moment(evening: Date, minute: i64, next: Date, who: &Who) -> String {
    if minute >= 1_440 {
        when::local(next, minute - 1_440, who.country.offset)
    } else {
        when::local(evening, minute, who.country.offset)
    }
}

fn day(stream: &mut Stream, who: &Who, devices: &Devices, date: Date) -> Value {
    let lively = 9_200 - (who.age - 30).max(0) * 60;
    let steps = stream.around(lively, 2_100).max(300);
    let rate = stream.around(76, 5);
    json!({
        "date": date.to_string(),
        "deviceId": devices.watch,
        "steps": steps,
        "distanceMetres": steps * 72 / 100,
        "floors": stream.between(0, 18),
        "activeMinutes": steps / 110,
        "energyKcal": 1_350 + who.weight / 2 + steps / 22,
        "heartRateAverage": rate,
        "heartRateMin": rate - stream.between(16, 26),
        "heartRateMax": rate + stream.between(35, 80),
    })
}
