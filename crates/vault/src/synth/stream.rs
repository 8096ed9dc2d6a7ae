//! A stream of repeatable chance, one per person, without a lock and without floating point: the same bytes on every machine.

/// SplitMix64 (Steele, Lea, Flood 2014). For made-up people only, never for keys.
pub(super) struct Stream(u64);

impl Stream {
    /// The stream of item `index` under `seed`. Item 7 is the same whether 8 or 8,000 are asked for.
    pub(super) fn of(seed: u64, index: u64) -> Self {
        let mut outer = Self(seed);
        let base = outer.next_u64();
        let mut inner = Self(base ^ index.wrapping_mul(0xD6E8_FEB8_6659_FD93));
        let start = inner.next_u64();
        Self(start)
    }

    /// A stream of its own that starts here. What is drawn from it does not shift what comes after.
    pub(super) fn branch(&mut self) -> Self {
        Self(self.next_u64())
    }

    pub(super) fn next_u64(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number from 0 up to, but not including, `bound`; 0 where `bound` is 0.
    pub(super) fn below(&mut self, bound: u64) -> u64 {
        // The high half of a 128-bit product: near enough to uniform for bounds far below 2^64.
        let wide = u128::from(self.next_u64()) * u128::from(bound);
        u64::try_from(wide >> 64).unwrap_or(0)
    }

    /// A number from `low` to `high`, both included.
    pub(super) fn between(&mut self, low: i64, high: i64) -> i64 {
        let span = u64::try_from(high.saturating_sub(low)).unwrap_or(0);
        low.saturating_add(i64::try_from(self.below(span.saturating_add(1))).unwrap_or(0))
    }

    /// About normal (the sum of twelve even draws), never further than six deviations off.
    pub(super) fn around(&mut self, mean: i64, deviation: i64) -> i64 {
        let sum: i64 = (0..12).map(|_| self.between(0, 1_000)).sum();
        mean + (sum - 6_000) * deviation / 1_000
    }

    /// True in `permille` of 1,000 cases.
    pub(super) fn chance(&mut self, permille: u64) -> bool {
        self.below(1_000) < permille
    }

    /// One of `choices`.
    #[expect(
        clippy::indexing_slicing,
        reason = "Invariant: below(n) < n, and no list here is empty"
    )]
    pub(super) fn pick<'a, T>(&mut self, choices: &'a [T]) -> &'a T {
        &choices[usize::try_from(self.below(choices.len() as u64)).unwrap_or(0)]
    }

    /// `count` different members of `choices`, in their order; all of them where there are not so many.
    pub(super) fn some<'a, T>(&mut self, choices: &'a [T], count: usize) -> Vec<&'a T> {
        let mut wanted = count.min(choices.len()) as u64;
        let mut left = choices.len() as u64;
        let mut taken = Vec::new();
        for choice in choices {
            if self.below(left) < wanted {
                taken.push(choice);
                wanted -= 1;
            }
            left -= 1;
        }
        taken
    }

    /// A UUID (version 4 in form) as text.
    pub(super) fn uuid(&mut self) -> String {
        let high = self.next_u64() & 0xFFFF_FFFF_FFFF_0FFF | 0x4000;
        let low = self.next_u64() & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000;
        format!(
            "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
            high >> 32,
            high >> 16 & 0xFFFF,
            high & 0xFFFF,
            low >> 48,
            low & 0xFFFF_FFFF_FFFF
        )
    }
}
