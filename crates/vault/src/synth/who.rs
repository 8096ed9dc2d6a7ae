//! Who a made-up person is: the facts that bundle, diary and devices share.

use jiff::civil::Date;

use super::names::{COUNTRIES, Country};
use super::stream::Stream;
use super::when;

/// The facts that everything else about the person follows from.
pub(super) struct Who {
    pub(super) country: &'static Country,
    /// Of the whole set, so that test identifiers do not collide.
    pub(super) number: usize,
    pub(super) woman: bool,
    pub(super) gender: &'static str,
    pub(super) given: Vec<&'static str>,
    pub(super) family: String,
    /// The name in the script it comes from, where that is not ours.
    pub(super) script: Option<&'static str>,
    pub(super) age: i64,
    pub(super) born: Date,
    pub(super) street: String,
    pub(super) city: &'static str,
    pub(super) postal_code: &'static str,
    pub(super) phone: String,
    pub(super) keeps_diary: bool,
    /// In tenths of a kilogram.
    pub(super) weight: i64,
    /// In millimetres.
    pub(super) height: i64,
}

impl Who {
    pub(super) fn draw(stream: &mut Stream, index: usize, today: Date) -> Self {
        let country = stream.pick(&COUNTRIES);
        let culture = *stream.pick(country.cultures);
        let woman = stream.chance(620);
        let age = stream.around(37, 14).clamp(16, 92);
        let born = when::before(today, age * 365 + age / 4 + stream.between(0, 364));
        let first_names = if woman { culture.women } else { culture.men };
        let mut given: Vec<&str> = vec![*stream.pick(first_names)];
        if stream.chance(300) {
            let second = *stream.pick(first_names);
            if !given.contains(&second) {
                given.push(second);
            }
        }
        let mut family = (*stream.pick(culture.families)).to_owned();
        let mut script = None;
        for (latin, own) in culture.script {
            if let Some((first, last)) = latin.split_once(' ')
                && first_names.contains(&first)
                && stream.chance(350)
            {
                given = vec![first];
                last.clone_into(&mut family);
                script = Some(*own);
            }
        }
        if woman {
            for (his, hers) in culture.feminine {
                if let Some(stem) = family.strip_suffix(his) {
                    family = format!("{stem}{hers}");
                }
            }
        }
        let street = stream.pick(country.streets);
        let street = country
            .line
            .replace('#', street)
            .replace('%', &stream.between(1, 89).to_string());
        let (city, postal_code) = *stream.pick(country.cities);
        let height = stream.around(if woman { 1_660 } else { 1_790 }, 65);
        // A body mass index of about 24, drawn rather than computed so that it varies.
        let weight = height * height * stream.around(240, 30) / 1_000_000;
        Self {
            country,
            number: index,
            woman,
            gender: if stream.chance(15) {
                "other"
            } else if woman {
                "female"
            } else {
                "male"
            },
            given,
            family,
            script,
            age,
            born,
            street,
            city,
            postal_code,
            phone: format!("{}{}", country.phone, stream.between(10, 99)),
            keeps_diary: woman && age <= 50 && stream.chance(850),
            weight,
            height,
        }
    }

    /// Index (in tenths) of body mass.
    pub(super) fn body_mass_index(&self, weight: i64) -> i64 {
        // kg/m2 x10 = (weight/10) / (height/1000)^2 * 10 = weight * 10^6 / height^2
        weight * 1_000_000 / (self.height * self.height).max(1)
    }
}
