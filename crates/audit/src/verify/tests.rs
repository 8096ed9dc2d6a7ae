use proptest::prelude::*;

use super::order::{Levels, explain};
use crate::merkle::{Frontier, Hash, leaf_hash};

fn leaves(count: usize) -> Vec<Hash> {
    (0..count).map(|at| leaf_hash(&at.to_be_bytes())).collect()
}

fn root(leaves: &[Hash]) -> Hash {
    let mut frontier = Frontier::new();
    for leaf in leaves {
        frontier.push(*leaf, |_, _| {});
    }
    frontier.root()
}

#[test]
fn an_edit_is_not_mistaken_for_a_change_of_order() {
    let wanted = root(&leaves(100));
    let mut edited = leaves(100);
    edited[40] = leaf_hash(b"edited");
    assert_eq!(explain(&edited, &[0, 50], |root| *root == wanted), None);
    assert_eq!(explain(&[], &[], |root| *root == wanted), None);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn a_swap_is_found_in_trees_of_any_size(count in 2_usize..=70, a: prop::sample::Index, b: prop::sample::Index) {
        let (a, b) = (a.index(count), b.index(count));
        prop_assume!(a != b);
        let before = leaves(count);
        let mut after = before.clone();
        after.swap(a, b);
        let levels = Levels::over(&before);
        prop_assert_eq!(levels.root(), root(&before));
        prop_assert_eq!(levels.root_swapping(a, b), Some(root(&after)));
        let wanted = root(&before);
        let swap = explain(&after, &[0], |root| *root == wanted).expect("it is one swap");
        prop_assert_eq!((swap.a, swap.b, swap.whole_chunks), (a.min(b), a.max(b), false));
    }

    #[test]
    fn swapped_chunks_are_found(lengths in prop::collection::vec(1_usize..30, 2..8), a: prop::sample::Index, b: prop::sample::Index) {
        let (a, b) = (a.index(lengths.len()), b.index(lengths.len()));
        prop_assume!(a != b);
        let all = leaves(lengths.iter().sum());
        let mut chunks = Vec::new();
        let mut rest = all.as_slice();
        for length in lengths {
            let (chunk, behind) = rest.split_at(length);
            chunks.push(chunk);
            rest = behind;
        }
        chunks.swap(a, b);
        let mut starts = vec![0];
        for chunk in &chunks[..chunks.len() - 1] {
            starts.push(starts.last().expect("one") + chunk.len());
        }
        let wanted = root(&all);
        prop_assert!(explain(&chunks.concat(), &starts, |root| *root == wanted).is_some());
    }
}
