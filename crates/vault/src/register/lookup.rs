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
    members: Vec<(Box<str>, Member)>,
    /// Which member each hash leads to; [`NONE`] where there is none.
    slots: Vec<u16>,
}

const NONE: u16 = u16::MAX;
/// How often another multiplier is tried before the table is doubled.
const TRIES: u64 = 64;

impl Lookup {
    /// The table for `names`, which must differ from each other.
    pub(super) fn new(names: Vec<(String, Member)>) -> Self {
        let hashes: Vec<u64> = names
            .iter()
            .map(|(name, _)| hash(name.as_bytes()))
            .collect();
        let members = names
            .into_iter()
            .map(|(name, member)| (name.into(), member))
            .collect();
        let mut lookup = Self {
            members,
            ..Self::default()
        };
        // With eight times as many slots as names, a few dozen names meet in none after a few tries.
        let mut bits = hashes.len().next_power_of_two().trailing_zeros() + 3;
        loop {
            for attempt in 0..TRIES {
                lookup.multiplier = attempt.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
                lookup.shift = 64 - bits;
                if lookup.fill(&hashes, 1 << bits) {
                    return lookup;
                }
            }
            bits += 1;
        }
    }

    /// Gives each hash its slot; `false` if two want the same.
    fn fill(&mut self, hashes: &[u64], size: usize) -> bool {
        self.slots.clear();
        self.slots.resize(size, NONE);
        for (index, hash) in (0_u16..).zip(hashes) {
            let slot = self.slot(*hash);
            match self.slots.get_mut(slot) {
                Some(slot) if *slot == NONE => *slot = index,
                _ => return false,
            }
        }
        true
    }

    #[expect(
        clippy::cast_possible_truncation,
        reason = "Invariant: the shift leaves at most a few bits"
    )]
    const fn slot(&self, hash: u64) -> usize {
        (hash.wrapping_mul(self.multiplier) >> self.shift) as usize
    }

    /// What `name` stands for.
    pub(crate) fn find(&self, name: &[u8]) -> Option<Member> {
        self.find_hashed(name, hash(name))
    }

    /// The same, where the hash is known already.
    pub(crate) fn find_hashed(&self, name: &[u8], hash: u64) -> Option<Member> {
        let slot = self.slots.get(self.slot(hash))?;
        let (known, member) = self.members.get(usize::from(*slot))?;
        (known.as_bytes() == name).then_some(*member)
    }
}
