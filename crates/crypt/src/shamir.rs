//! A key divided among several, of whom some together have it and fewer have nothing (A. Shamir, "How to share a secret",
//! CACM 22(11), 1979).
//!
//! Byte by byte over GF(2^8) with the polynomial of AES (FIPS 197 §4.2). Ours, since it is a hundred lines, and those there are
//! to borrow either look secrets up in tables, which says something through the cache, or draw coefficients that are not zero,
//! which narrows the secret down (RUSTSEC-2024-0398). Here every coefficient is any byte, and nothing branches or looks up by one.

use std::fmt;
use std::hint::black_box;
use std::num::NonZeroU8;

use base::Rng;
use zeroize::Zeroizing;

use crate::SymmetricKey;
use crate::key::KEY_BYTES;

/// More people than that do not come together.
pub const SHARES_MAX: u8 = 32;
/// One alone would be a copy.
pub const THRESHOLD_MIN: u8 = 2;

/// How many points there are, and how many of them it takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quorum {
    threshold: u8,
    shares: u8,
}

impl Quorum {
    /// `threshold` of `shares`: between 2 of 2 and 32 of 32.
    #[must_use]
    pub fn new(threshold: u8, shares: u8) -> Option<Self> {
        let fits = (THRESHOLD_MIN..=SHARES_MAX).contains(&threshold)
            && (threshold..=SHARES_MAX).contains(&shares);
        fits.then_some(Self { threshold, shares })
    }

    /// How many it takes.
    #[must_use]
    pub const fn threshold(self) -> u8 {
        self.threshold
    }

    /// How many there are.
    #[must_use]
    pub const fn shares(self) -> u8 {
        self.shares
    }
}

impl fmt::Display for Quorum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {}", self.threshold, self.shares)
    }
}

/// One point of the polynomials. `y` is as secret as what was divided.
#[derive(Debug)]
pub struct Point {
    /// Where: 1 to [`SHARES_MAX`]; at 0 lies the secret.
    pub x: NonZeroU8,
    /// The value of each byte's polynomial there.
    pub y: SymmetricKey,
}

/// Divide `secret`: any `threshold` of the points give it back, and fewer say nothing about it.
#[must_use]
pub fn divide(secret: &SymmetricKey, quorum: Quorum, rng: &dyn Rng) -> Vec<Point> {
    // The secret is the coefficient without x; each other one is any key.
    let others: Vec<SymmetricKey> = (1..quorum.threshold)
        .map(|_| SymmetricKey::random(rng))
        .collect();
    let xs = (1..=quorum.shares).filter_map(NonZeroU8::new);
    xs.map(|x| Point {
        x,
        y: SymmetricKey::filled(|y| {
            // Horner's rule, from the highest power down.
            for power in others.iter().rev().chain([secret]) {
                for (y, byte) in y.iter_mut().zip(power.danger_bytes()) {
                    *y = times(*y, x.get()) ^ byte;
                }
            }
        }),
    })
    .collect()
}

/// What was divided, if `points` are enough of one division: where they are not, it is another key, and nothing tells. Whoever
/// divides keeps something to hold the result against.
///
/// `None` where two points lie at the same place, or there are none.
#[must_use]
pub fn unite(points: &[&Point]) -> Option<SymmetricKey> {
    let twice = |at: usize, point: &Point| {
        let before = points.get(..at).unwrap_or_default();
        before.iter().any(|other| other.x == point.x)
    };
    let doubled = points.iter().enumerate().any(|(at, it)| twice(at, it));
    if points.is_empty() || doubled {
        return None;
    }
    Some(SymmetricKey::filled(|secret| {
        for point in points {
            // Lagrange's polynomial of this point at 0. It depends on places only, which are not secret.
            let others = points.iter().filter(|other| other.x != point.x);
            let weight = others.fold(1, |weight, other| {
                let (at, from) = (other.x.get(), other.x.get() ^ point.x.get());
                times(weight, times(at, inverse(from)))
            });
            for (secret, y) in secret.iter_mut().zip(point.y.danger_bytes()) {
                *secret ^= times(*y, weight);
            }
        }
    }))
}

/// The product in GF(2^8). No branch and no address depends on either factor.
fn times(a: u8, b: u8) -> u8 {
    let mut state = Zeroizing::new([a, b, 0_u8]);
    for _ in 0..8 {
        let [a, b, product] = *state;
        // All ones where the bit is set. The compiler shall not see that there are two cases only.
        let taken = black_box(0_u8.wrapping_sub(b & 1));
        let carried = black_box(0_u8.wrapping_sub(a >> 7));
        *state = [(a << 1) ^ (carried & 0x1b), b >> 1, product ^ (taken & a)];
    }
    let [_, _, product] = *state;
    product
}

/// What times `a` is 1: a^254, since a^255 is 1 (FIPS 197 §4.2). Of 0: 0.
fn inverse(a: u8) -> u8 {
    let (mut power, mut product) = (a, 1);
    for _ in 1..8 {
        power = times(power, power);
        product = times(product, power);
    }
    product
}

const _: () = assert!(KEY_BYTES == 32, "a share's format has room for 32 bytes");

#[cfg(test)]
mod tests {
    use base::SeededRng;
    use proptest::prelude::*;

    use super::*;

    /// Multiplication as the textbook has it: by carries, then division by x^8 + x^4 + x^3 + x + 1.
    fn by_the_book(a: u8, b: u8) -> u8 {
        let mut product = 0_u16;
        for bit in 0..8 {
            if b >> bit & 1 == 1 {
                product ^= u16::from(a) << bit;
            }
        }
        for bit in (8..16).rev() {
            if product >> bit & 1 == 1 {
                product ^= 0x11b << (bit - 8);
            }
        }
        u8::try_from(product).unwrap()
    }

    #[test]
    fn the_field_is_that_of_aes() {
        // FIPS 197, §4.2 and §4.2.1.
        assert_eq!(times(0x57, 0x83), 0xc1);
        assert_eq!(times(0x57, 0x13), 0xfe);
        for a in 0..=255 {
            for b in 0..=255 {
                assert_eq!(times(a, b), by_the_book(a, b), "{a:#x} {b:#x}");
            }
            assert_eq!(times(a, inverse(a)), u8::from(a != 0), "{a:#x}");
        }
        // FIPS 197 §5.1.1: the S-box begins with the inverse; that of 0x53 is 0xca.
        assert_eq!(inverse(0x53), 0xca);
    }

    #[test]
    fn a_quorum_is_two_at_least_and_no_more_than_there_are() {
        assert!(Quorum::new(2, 2).is_some() && Quorum::new(32, 32).is_some());
        for (threshold, shares) in [(0, 3), (1, 3), (4, 3), (2, 33), (33, 33), (0, 0)] {
            assert!(Quorum::new(threshold, shares).is_none());
        }
    }

    fn key(bytes: [u8; 32]) -> SymmetricKey {
        SymmetricKey::from_bytes(bytes)
    }

    fn quorum() -> impl Strategy<Value = Quorum> {
        (2..=9_u8)
            .prop_flat_map(|shares| (2..=shares, Just(shares)))
            .prop_map(|(threshold, shares)| Quorum::new(threshold, shares).unwrap())
    }

    proptest! {
        #[test]
        fn any_that_are_enough_give_it_back(
            secret in any::<[u8; 32]>(), quorum in quorum(), seed in any::<u64>(), order in any::<u64>(),
        ) {
            let points = divide(&key(secret), quorum, &SeededRng::new(seed));
            prop_assert_eq!(points.len(), usize::from(quorum.shares()));
            // Any of them, in any order.
            let mut any: Vec<&Point> = points.iter().collect();
            let chance = SeededRng::new(order);
            any.sort_by_cached_key(|_| chance.next_u64());
            for enough in usize::from(quorum.threshold())..=any.len() {
                let whole = unite(&any[..enough]).unwrap();
                prop_assert_eq!(whole.danger_bytes(), &secret);
            }
        }

        /// With one too few, every key is possible: for each there is exactly one further point that makes it.
        #[test]
        fn one_too_few_say_nothing(
            secret in any::<[u8; 32]>(), other in any::<[u8; 32]>(), quorum in quorum(), seed in any::<u64>(),
        ) {
            let points = divide(&key(secret), quorum, &SeededRng::new(seed));
            let (last, few) = points[..usize::from(quorum.threshold())].split_last().unwrap();
            // The secret moves with the last point, and with nothing else, by a factor that is not 0.
            let zero = Point { x: last.x, y: key([0; 32]) };
            let one = Point { x: last.x, y: key([1; 32]) };
            let with = |last| unite(&few.iter().chain([last]).collect::<Vec<_>>()).unwrap();
            let (at_zero, at_one) = (with(&zero), with(&one));
            let mut wanted = [0; 32];
            for (at, wanted) in wanted.iter_mut().enumerate() {
                let weight = at_zero.danger_bytes()[at] ^ at_one.danger_bytes()[at];
                prop_assert_ne!(weight, 0);
                *wanted = times(other[at] ^ at_zero.danger_bytes()[at], inverse(weight));
            }
            let made = Point { x: last.x, y: key(wanted) };
            let united = with(&made);
            prop_assert_eq!(united.danger_bytes(), &other);
            if quorum.threshold() > 2 {
                let fewer = unite(&few.iter().collect::<Vec<_>>()).unwrap();
                prop_assert_ne!(fewer.danger_bytes(), &secret);
            }
        }
    }

    #[test]
    fn a_coefficient_may_be_any_byte() {
        // Of 2 of 2, the second point less the secret, over x, is the coefficient.
        let mut seen = [false; 256];
        for seed in 0..200 {
            let points = divide(
                &key([7; 32]),
                Quorum::new(2, 2).unwrap(),
                &SeededRng::new(seed),
            );
            for y in points[0].y.danger_bytes() {
                seen[usize::from(y ^ 7)] = true;
            }
        }
        assert!(seen.iter().all(|it| *it), "zero too");
    }

    #[test]
    fn the_same_point_twice_is_no_second_one() {
        let points = divide(
            &key([3; 32]),
            Quorum::new(2, 3).unwrap(),
            &SeededRng::new(1),
        );
        assert!(unite(&[&points[0], &points[0]]).is_none());
        assert!(unite(&[]).is_none());
        assert_eq!(
            format!("{:?}", points[0]),
            "Point { x: 1, y: SymmetricKey(..) }"
        );
    }
}
