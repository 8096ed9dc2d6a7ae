//! Against the definitions of RFC 6962, written out as they stand there.

use proptest::prelude::*;

use super::*;

fn leaves(count: u64) -> Vec<Hash> {
    (0..count)
        .map(|index| leaf_hash(&index.to_be_bytes()))
        .collect()
}

fn split(len: usize) -> usize {
    let mut power = 1;
    while power * 2 < len {
        power *= 2;
    }
    power
}

/// `MTH(D)`.
fn root(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => empty_root(),
        [only] => *only,
        _ => {
            let (left, right) = leaves.split_at(split(leaves.len()));
            node_hash(&root(left), &root(right))
        }
    }
}

/// `PATH(m, D)`.
fn path(index: usize, leaves: &[Hash]) -> Vec<Hash> {
    if leaves.len() == 1 {
        return Vec::new();
    }
    let middle = split(leaves.len());
    let (left, right) = leaves.split_at(middle);
    let (mut proof, sibling) = if index < middle {
        (path(index, left), root(right))
    } else {
        (path(index - middle, right), root(left))
    };
    proof.push(sibling);
    proof
}

/// `SUBPROOF(m, D, b)`.
fn subproof(old: usize, leaves: &[Hash], known: bool) -> Vec<Hash> {
    if old == leaves.len() {
        return if known {
            Vec::new()
        } else {
            vec![root(leaves)]
        };
    }
    let middle = split(leaves.len());
    let (left, right) = leaves.split_at(middle);
    let (mut proof, sibling) = if old <= middle {
        (subproof(old, left, known), root(right))
    } else {
        (subproof(old - middle, right, false), root(left))
    };
    proof.push(sibling);
    proof
}

struct InMemory(Vec<Hash>);

impl NodeSource for InMemory {
    type Error = Node;

    fn node(&self, node: Node) -> Result<Hash, Node> {
        let start = usize::try_from(node.index << node.height).map_err(|_| node)?;
        self.0
            .get(start..start + (1 << node.height))
            .map(root)
            .ok_or(node)
    }
}

#[test]
fn the_empty_tree_and_one_leaf_are_those_of_the_standard() {
    let hex = |hash: Hash| hex::encode(hash);
    assert_eq!(
        hex(empty_root()),
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    );
    assert_eq!(
        hex(leaf_hash(b"")),
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    );
}

#[test]
fn a_leaf_of_any_length_is_hashed_behind_its_prefix() {
    for length in [0, 1, 500, 1_022, 1_023, 1_024, 5_000, 65_535] {
        let entry = vec![7; length];
        let whole = [&[0][..], &entry].concat();
        assert_eq!(leaf_hash(&entry), sha256(&[&whole]), "{length}");
    }
}

#[test]
fn a_frontier_gives_the_root_at_every_size_and_survives_storing() {
    let leaves = leaves(600);
    let mut frontier = Frontier::new();
    for (count, leaf) in leaves.iter().enumerate() {
        assert_eq!(frontier.root(), root(&leaves[..count]));
        let stored = frontier.to_bytes();
        frontier = Frontier::from_bytes(count as u64, &stored).expect("its own bytes");
        frontier.push(*leaf, |node, hash| {
            let start = (node.index << node.height) as usize;
            assert_eq!(*hash, root(&leaves[start..start + (1 << node.height)]));
        });
    }
    assert_eq!(frontier.root(), root(&leaves));
    assert!(Frontier::from_bytes(600, &frontier.to_bytes()[32..]).is_none());
    assert!(Frontier::from_bytes(601, &frontier.to_bytes()).is_none());
}

#[test]
fn whole_subtrees_append_like_their_leaves() {
    let leaves = leaves(1_000);
    let (mut one, mut many) = (Frontier::new(), Frontier::new());
    for tile in leaves.chunks(256) {
        if tile.len() == 256 {
            many.push_subtree(8, fold(tile), |_, _| {});
        } else {
            for leaf in tile {
                many.push(*leaf, |_, _| {});
            }
        }
        for leaf in tile {
            one.push(*leaf, |_, _| {});
        }
        assert_eq!(one, many);
    }
}

#[test]
fn every_proof_of_small_trees_is_the_standard_one() {
    let all = leaves(70);
    for size in 1..=all.len() {
        let tree = InMemory(all[..size].to_vec());
        let whole = root(&tree.0);
        for (index, leaf) in tree.0.iter().enumerate() {
            let proof = inclusion(&tree, index as u64, size as u64).expect("complete");
            assert_eq!(proof, path(index, &tree.0));
            assert!(verify_inclusion(
                leaf,
                index as u64,
                size as u64,
                &proof,
                &whole
            ));
            assert!(!verify_inclusion(
                leaf,
                index as u64 + 1,
                size as u64,
                &proof,
                &whole
            ));
            assert!(!verify_inclusion(
                leaf,
                index as u64,
                size as u64 * 2 + 1,
                &proof,
                &whole
            ));
        }
        for old in 0..=size {
            let proof = consistency(&tree, old as u64, size as u64).expect("complete");
            if old > 0 {
                assert_eq!(proof, subproof(old, &tree.0, true), "{old} {size}");
            }
            let before = root(&all[..old]);
            assert!(verify_consistency(
                old as u64,
                size as u64,
                &before,
                &whole,
                &proof
            ));
            if old > 0 && old < size {
                let other = leaf_hash(b"other");
                assert!(!verify_consistency(
                    old as u64,
                    size as u64,
                    &other,
                    &whole,
                    &proof
                ));
                assert!(!verify_consistency(
                    old as u64,
                    size as u64,
                    &before,
                    &other,
                    &proof
                ));
                assert!(!verify_consistency(
                    old as u64,
                    size as u64,
                    &before,
                    &whole,
                    &proof[1..]
                ));
                let mut longer = proof.clone();
                longer.push(other);
                assert!(!verify_consistency(
                    old as u64,
                    size as u64,
                    &before,
                    &whole,
                    &longer
                ));
            }
        }
    }
}

#[test]
fn tile_paths_have_one_spelling() {
    let tile = |level, index, width| TileId {
        level,
        index,
        width,
    };
    assert_eq!(tile(0, 1_234_067, 256).path(), "tile/0/x001/x234/067");
    assert_eq!(tile(1, 0, 17).path(), "tile/1/000.p/17");
    let bundle = BundleId {
        index: 273,
        width: 112,
    };
    assert_eq!(bundle.path(), "tile/entries/273.p/112");
    assert_eq!(
        TilePath::parse("tile/entries/273.p/112"),
        Some(TilePath::Entries(bundle))
    );
    for bad in [
        "tile/0/x000/067",
        "tile/0/67",
        "tile/0/0067",
        "tile/00/067",
        "tile/64/067",
        "tile/0/067.p/0",
        "tile/0/067.p/256",
        "tile/0/067.p/08",
        "tile/0/067/",
        "tile/0/x067",
        "tile/0/001/067",
        "tile/0/x001/x067",
        "tile/0/",
        "tile//067",
        "tile/0/067.p/",
        "tile/-1/067",
        "0/067",
        "tile/data/067",
        "tile/0/../067",
        "tile/0/٠٠١",
    ] {
        assert_eq!(TilePath::parse(bad), None, "{bad}");
    }
}

#[test]
fn a_tree_of_70000_has_the_tiles_of_the_standards_example() {
    let tiles: Vec<TileId> = tiles(70_000).collect();
    let full = |level: u8| {
        tiles
            .iter()
            .filter(|tile| tile.level == level && tile.width == 256)
            .count()
    };
    let partial: Vec<(u8, u16)> = tiles
        .iter()
        .filter(|tile| tile.width < 256)
        .map(|tile| (tile.level, tile.width))
        .collect();
    assert_eq!((full(0), full(1), full(2)), (273, 1, 0));
    assert_eq!(partial, [(0, 112), (1, 17), (2, 1)]);
    assert_eq!(super::tiles(256).count(), 2);
    assert_eq!(super::tiles(0).count(), 0);
    assert_eq!(tile_width(u64::MAX, 63, 0), 0);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn proofs_from_tiles_hold_and_altered_ones_do_not(size in 1_u64..5_000, seed: u64, bit in 0_usize..256) {
        let all = leaves(size);
        let mut held = HashTiles::new();
        let mut roots: Vec<Vec<Hash>> = vec![all.clone()];
        while let Some(level) = roots.last().filter(|level| level.len() >= 256) {
            roots.push(level.as_chunks::<256>().0.iter().map(|tile| root(tile)).collect());
        }
        for tile in tiles(size) {
            let level = &roots[usize::from(tile.level)];
            let start = (tile.index * TILE_WIDTH) as usize;
            held.insert(tile.level, tile.index, level[start..start + usize::from(tile.width)].to_vec());
        }
        let whole = root(&all);
        let index = seed % size;
        let leaf = all[index as usize];
        let proof = inclusion(&held, index, size).expect("all tiles are there");
        prop_assert_eq!(&proof, &path(index as usize, &all));
        prop_assert!(verify_inclusion(&leaf, index, size, &proof, &whole));
        for at in 0..proof.len() {
            let mut altered = proof.clone();
            altered[at][bit / 8] ^= 1 << (bit % 8);
            prop_assert!(!verify_inclusion(&leaf, index, size, &altered, &whole));
        }
        let old = 1 + seed.rotate_left(17) % size;
        let growth = consistency(&held, old, size).expect("all tiles are there");
        prop_assert!(verify_consistency(old, size, &root(&all[..old as usize]), &whole, &growth));
        for at in 0..growth.len() {
            let mut altered = growth.clone();
            altered[at][bit / 8] ^= 1 << (bit % 8);
            prop_assert!(!verify_consistency(old, size, &root(&all[..old as usize]), &whole, &altered));
        }
    }

    #[test]
    fn a_tile_path_reads_back(level in 0_u8..64, index: u64, width in 1_u16..=256) {
        let tile = TileId { level, index, width };
        prop_assert_eq!(TilePath::parse(&tile.path()), Some(TilePath::Hashes(tile)));
    }

    #[test]
    fn any_path_is_parsed_without_harm(path in "tile/[0-9a-z/.]{0,40}") {
        if let Some(TilePath::Hashes(tile)) = TilePath::parse(&path) {
            prop_assert_eq!(tile.path(), path);
        }
    }
}
