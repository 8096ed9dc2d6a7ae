//! From a member's name to its field, without collisions: the table is searched for a seed under which no two names meet.

use super::hash::hash;

/// What a name stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Member {
    /// The field's place in the collection.
    pub field: usize,
    /// Whether it is the field's companion `_name`.
    pub companion: bool,
}

/// A perfect hash of the members of one collection.
#[derive(Debug, Default)]
pub(crate) struct Lookup {
    multiplier: u64,
    shift: u32,
    slots: Vec<Option<(Box<[u8]>, Member)>>,
}

/// How often another multiplier is tried before the table is doubled.
const TRIES: u64 = 256;

impl Lookup {
    /// The table for `names`, which must differ from each other.
    pub(super) fn new(names: &[(String, Member)]) -> Self {
        let mut bits = names.len().next_power_of_two().trailing_zeros() + 1;
        loop {
            for attempt in 0..TRIES {
                let multiplier = attempt.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
                if let Some(lookup) = Self::attempt(names, multiplier, bits) {
                    return lookup;
                }
            }
            bits += 1;
        }
    }

    fn attempt(names: &[(String, Member)], multiplier: u64, bits: u32) -> Option<Self> {
        let mut lookup = Self {
            multiplier,
            shift: 64 - bits,
            slots: Vec::new(),
        };
        lookup.slots.resize(1 << bits, None);
        for (name, member) in names {
            let slot = lookup.slot(hash(name.as_bytes()));
            let slot = lookup.slots.get_mut(slot)?;
            if slot.is_some() {
                return None;
            }
            *slot = Some((name.as_bytes().into(), *member));
        }
        Some(lookup)
    }

    #[expect(
        clippy::cast_possible_truncation,
        reason = "Invariant: the shift leaves at most a few bits"
    )]
    fn slot(&self, hash: u64) -> usize {
        (hash.wrapping_mul(self.multiplier) >> self.shift) as usize
    }

    /// What `name` stands for.
    pub(crate) fn find(&self, name: &[u8]) -> Option<Member> {
        self.find_hashed(name, hash(name))
    }

    /// The same, where the hash is known already.
    pub(crate) fn find_hashed(&self, name: &[u8], hash: u64) -> Option<Member> {
        let (known, member) = self.slots.get(self.slot(hash))?.as_ref()?;
        (**known == *name).then_some(*member)
    }
}
