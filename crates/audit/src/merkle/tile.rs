//! Tiles (`c2sp.org/tlog-tiles`): the tree cut into files of up to 256 hashes, eight heights apart.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::{Hash, Node, NodeSource, fold};

/// Hashes in a full tile, entries in a full bundle.
pub const TILE_WIDTH: u64 = 256;

/// One tile of hashes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TileId {
    /// 0 holds leaf hashes; each hash at level `l` is the root of a full tile at level `l - 1`.
    pub level: u8,
    /// Counted from the left.
    pub index: u64,
    /// 1 to 256 hashes.
    pub width: u16,
}

/// One bundle of entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BundleId {
    /// Counted from the left.
    pub index: u64,
    /// 1 to 256 entries.
    pub width: u16,
}

/// What a path below `tile/` names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TilePath {
    /// Hashes.
    Hashes(TileId),
    /// Entries.
    Entries(BundleId),
}

fn write_index(out: &mut String, index: u64, width: u16) {
    let mut groups = Vec::new();
    let mut rest = index;
    loop {
        groups.push(rest % 1000);
        rest /= 1000;
        if rest == 0 {
            break;
        }
    }
    while let Some(group) = groups.pop() {
        let mark = if groups.is_empty() { "" } else { "x" };
        let _ = write!(out, "/{mark}{group:03}");
    }
    if u64::from(width) < TILE_WIDTH {
        let _ = write!(out, ".p/{width}");
    }
}

fn decimal(text: &str) -> Option<u64> {
    let plain =
        text.bytes().all(|byte| byte.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    if plain { text.parse().ok() } else { None }
}

/// Parse `x001/x234/067` or `x001/x234/067.p/8`.
fn parse_index(text: &str) -> Option<(u64, u16)> {
    let (groups, width) = match text.split_once(".p/") {
        None => (text, 256),
        Some((groups, width)) => (
            groups,
            u16::try_from(decimal(width)?)
                .ok()
                .filter(|width| (1..256).contains(width))?,
        ),
    };
    let mut parts = groups.split('/').peekable();
    let mut index: u64 = 0;
    let mut first = true;
    while let Some(part) = parts.next() {
        let digits = if parts.peek().is_some() {
            part.strip_prefix('x')?
        } else {
            part
        };
        if digits.len() != 3 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let group: u64 = digits.parse().ok()?;
        // One path a tile: a group of zeros in front would be a second name for it.
        if first && group == 0 && parts.peek().is_some() {
            return None;
        }
        first = false;
        index = index.checked_mul(1000)?.checked_add(group)?;
    }
    Some((index, width))
}

impl TileId {
    /// The path below the log's prefix, e.g. `tile/0/x001/x234/067.p/8`.
    #[must_use]
    pub fn path(&self) -> String {
        let mut path = format!("tile/{}", self.level);
        write_index(&mut path, self.index, self.width);
        path
    }
}

impl BundleId {
    /// The path below the log's prefix, e.g. `tile/entries/x001/x234/067`.
    #[must_use]
    pub fn path(&self) -> String {
        let mut path = "tile/entries".to_owned();
        write_index(&mut path, self.index, self.width);
        path
    }
}

impl TilePath {
    /// Parse a path below the log's prefix, starting with `tile/`. Anything but the one spelling of a tile is `None`.
    #[must_use]
    pub fn parse(path: &str) -> Option<Self> {
        let (kind, rest) = path.strip_prefix("tile/")?.split_once('/')?;
        let (index, width) = parse_index(rest)?;
        if kind == "entries" {
            return Some(Self::Entries(BundleId { index, width }));
        }
        let level = u8::try_from(decimal(kind)?)
            .ok()
            .filter(|level| *level < 64)?;
        Some(Self::Hashes(TileId {
            level,
            index,
            width,
        }))
    }
}

/// How many hashes there are at `level` in a tree of `size` entries.
const fn hashes_at(size: u64, level: u8) -> u64 {
    if level >= 8 { 0 } else { size >> (8 * level) }
}

/// How many hashes tile `index` at `level` has in a tree of `size` entries: 0 (it is not there) to 256.
#[must_use]
pub fn tile_width(size: u64, level: u8, index: u64) -> u16 {
    let start = index.saturating_mul(TILE_WIDTH);
    let width = hashes_at(size, level).saturating_sub(start).min(TILE_WIDTH);
    u16::try_from(width).unwrap_or(256)
}

/// How many entries bundle `index` has in a tree of `size` entries: 0 to 256.
#[must_use]
pub fn bundle_width(size: u64, index: u64) -> u16 {
    tile_width(size, 0, index)
}

/// Every tile of a tree of `size` entries, level by level.
pub fn tiles(size: u64) -> impl Iterator<Item = TileId> {
    (0..8_u8).flat_map(move |level| {
        (0..hashes_at(size, level).div_ceil(TILE_WIDTH)).map(move |index| TileId {
            level,
            index,
            width: tile_width(size, level, index),
        })
    })
}

/// Every bundle of a log of `size` entries.
pub fn bundles(size: u64) -> impl Iterator<Item = BundleId> {
    (0..size.div_ceil(TILE_WIDTH)).map(move |index| BundleId {
        index,
        width: bundle_width(size, index),
    })
}

/// A few tiles in memory, to make a proof from.
#[derive(Debug, Default)]
pub struct HashTiles(BTreeMap<(u8, u64), Vec<Hash>>);

impl HashTiles {
    /// No tile yet.
    #[must_use]
    pub const fn new() -> Self {
        Self(BTreeMap::new())
    }

    /// Add a tile.
    pub fn insert(&mut self, level: u8, index: u64, hashes: Vec<Hash>) {
        self.0.insert((level, index), hashes);
    }

    /// The (level, index) of the tile that `node` is read from.
    #[must_use]
    pub const fn tile_of(node: Node) -> (u8, u64) {
        let within = node.height % 8;
        (node.height / 8, (node.index << within) / TILE_WIDTH)
    }
}

impl NodeSource for HashTiles {
    type Error = Node;

    fn node(&self, node: Node) -> Result<Hash, Node> {
        let within = node.height % 8;
        let start = usize::try_from((node.index << within) % TILE_WIDTH).map_err(|_| node)?;
        let hashes = self.0.get(&Self::tile_of(node)).ok_or(node)?;
        hashes
            .get(start..start + (1 << within))
            .map(fold)
            .ok_or(node)
    }
}
