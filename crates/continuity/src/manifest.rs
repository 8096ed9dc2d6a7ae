//! What belongs to a point, signed (`docs/formats/recovery-point.md`).

use audit::jws;
use audit::merkle::{Frontier, leaf_hash};
use base::{Environment, ObjectId};
use crypt::sign::Ed25519Key;
use serde::{Deserialize, Serialize};

use crate::ContinuityError;

/// The version of the form.
pub const FORMAT: &str = "strongroom-recovery-point/2";
/// The version before, which is read still: the database's files lie in the point as they are.
const FORMAT_BEFORE: &str = "strongroom-recovery-point/1";
/// The type of its JWS.
pub const TYPE: &str = "recovery-point+jws";
/// Where it lies in a point.
pub(crate) const NAME: &str = "manifest.jws";

/// What belongs to a point.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// [`FORMAT`], or the version before.
    pub format: String,
    /// The point's own random id; the log's entry names it.
    pub id: ObjectId,
    /// The environment that it was made in, and opens in.
    pub environment: String,
    /// The name of the logs.
    pub origin: String,
    /// The moment that it holds (RFC 3339).
    pub taken_at: String,
    /// The program's version.
    pub program: String,
    /// `sqlite` or `postgres`.
    pub engine: String,
    /// The number of the last migration.
    pub schema: u32,
    /// The database's files, as they come out of the sealed blocks.
    pub database: Vec<Part>,
    /// What they lie sealed in. Before version 2 they lay in the point as they are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sealed: Option<Sealed>,
    /// The files of the configuration.
    pub configuration: Vec<Part>,
    /// The objects that the database names.
    pub objects: Objects,
    /// Where each log stood.
    pub logs: Vec<Log>,
    /// The backup of the key store that was made right after the database was read: it, or a newer one, opens what is in the point.
    pub keys: KeysAt,
    /// The stream that goes on from here, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stream: Option<StreamAt>,
}

/// The files of the database, sealed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sealed {
    /// The sealed blocks behind one another; opened, they are the files behind one another.
    pub blocks: Lying,
    /// The list of their lengths and keys, sealed under the point's key.
    pub list: Lying,
}

/// A file that lies in a point. What is in it is known to be right once it opened to what it must be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lying {
    /// Its path in the point.
    pub path: String,
    /// Its length.
    pub bytes: u64,
}

/// Where a stream goes on from a point.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StreamAt {
    /// The chain.
    pub chain: String,
    /// The first piece that may hold something that is not in the point.
    pub next: u64,
    /// Microseconds: pieces of this moment on, and those before them, hold all that is in the point.
    pub whole_at: i64,
    /// PostgreSQL: pieces that were read up to this place of the server's log, or further, and those before them, hold all that is in the
    /// point.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<u64>,
}

/// Which keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeysAt {
    /// The number of the generation.
    pub generation: u64,
}

/// One file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    /// Its path in the point.
    pub path: String,
    /// Its length.
    pub bytes: u64,
    /// SHA-256, in hexadecimal digits.
    pub sha256: String,
}

/// The objects, as one tree.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Objects {
    /// How many.
    pub count: u64,
    /// Their bytes.
    pub bytes: u64,
    /// The root over them, in hexadecimal digits.
    pub root: String,
    /// Objects that the database names and that were deleted before they could be read: somebody deleted them meanwhile.
    pub deleted_meanwhile: Vec<ObjectId>,
}

/// One log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Log {
    /// Whose.
    pub tenant: String,
    /// Its entries.
    pub size: u64,
    /// The root over them, in hexadecimal digits.
    pub root: String,
}

impl Manifest {
    /// Signed.
    pub(crate) fn sign(&self, key: &Ed25519Key) -> Result<String, ContinuityError> {
        let body = serde_json::to_value(self)
            .map_err(|_| ContinuityError::Internal("a manifest cannot be written"))?;
        Ok(jws::sign(key, TYPE, &body))
    }

    /// The files that lie in a point, beside objects and the manifest itself: paths and lengths.
    pub(crate) fn plain(&self) -> impl Iterator<Item = (&str, u64)> {
        let sealed = self.sealed.iter().flat_map(|it| [&it.blocks, &it.list]);
        let database = self.database.iter().filter(|_| self.sealed.is_none());
        let named = database.chain(&self.configuration);
        sealed
            .map(|it| (it.path.as_str(), it.bytes))
            .chain(named.map(|it| (it.path.as_str(), it.bytes)))
    }

    /// The manifest in `text`, if one of `trusted` signed it and it is of this environment.
    ///
    /// # Errors
    /// [`ContinuityError::Broken`], [`ContinuityError::Environment`].
    pub fn open(
        text: &str,
        trusted: &[jws::Key],
        environment: &Environment,
    ) -> Result<Self, ContinuityError> {
        let body = jws::verify(text.trim(), TYPE, trusted).ok_or(ContinuityError::Broken(
            "none of the log's keys signed its manifest",
        ))?;
        let format = body.get("format").and_then(serde_json::Value::as_str);
        let sealed = match format {
            Some(FORMAT) => true,
            Some(FORMAT_BEFORE) => false,
            _ => {
                return Err(ContinuityError::Broken(
                    "its manifest is of a form that is not known here",
                ));
            }
        };
        let manifest: Self = serde_json::from_value(body)
            .map_err(|_| ContinuityError::Broken("its manifest cannot be read"))?;
        if manifest.sealed.is_some() != sealed {
            return Err(ContinuityError::Broken(
                "its manifest does not say how the database is sealed",
            ));
        }
        if manifest.environment != environment.as_str() {
            return Err(ContinuityError::Environment {
                theirs: manifest.environment,
                ours: environment.as_str().to_owned(),
            });
        }
        Ok(manifest)
    }
}

/// The tree over objects, which come in order of their ids: a leaf is the id's 16 bytes and the length in 8, as the log hashes leaves.
#[derive(Default)]
pub(crate) struct ObjectTree {
    frontier: Frontier,
    bytes: u64,
}

impl ObjectTree {
    pub(crate) fn push(&mut self, id: ObjectId, bytes: u64) {
        let mut leaf = [0; 24];
        let (name, length) = leaf.split_at_mut(16);
        name.copy_from_slice(id.as_bytes());
        length.copy_from_slice(&bytes.to_be_bytes());
        self.frontier.push(leaf_hash(&leaf), |_, _| {});
        self.bytes += bytes;
    }

    pub(crate) fn finish(self, deleted_meanwhile: Vec<ObjectId>) -> Objects {
        Objects {
            count: self.frontier.size(),
            bytes: self.bytes,
            root: hex::encode(self.frontier.root()),
            deleted_meanwhile,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::{Rng as _, SeededRng};
    use serde_json::{Value, json};

    fn example() -> (Manifest, Vec<(ObjectId, u64)>) {
        let rng = SeededRng::new(3);
        let mut objects: Vec<_> = [0_u64, 1, 70_000]
            .map(|bytes| (ObjectId::random(&rng), bytes))
            .into();
        objects.sort_unstable();
        let mut tree = ObjectTree::default();
        for (id, bytes) in &objects {
            tree.push(*id, *bytes);
        }
        let mut hash = [0; 32];
        rng.fill(&mut hash);
        let hash = hex::encode(hash);
        let part = |path: &str, bytes| Part {
            path: path.to_owned(),
            bytes,
            sha256: hash.clone(),
        };
        let manifest = Manifest {
            format: FORMAT.to_owned(),
            id: ObjectId::random(&rng),
            environment: "production".to_owned(),
            origin: "records.example".to_owned(),
            taken_at: "2027-01-31T04:00:00.000000Z".to_owned(),
            program: "0.1.0".to_owned(),
            engine: "sqlite".to_owned(),
            schema: 17,
            database: vec![part("database/strongroom.sqlite", 409_600)],
            sealed: Some(Sealed {
                blocks: Lying {
                    path: "database/blocks".to_owned(),
                    bytes: 398_117,
                },
                list: Lying {
                    path: "database/blocks.list".to_owned(),
                    bytes: 400,
                },
            }),
            configuration: vec![part("config/strongroom.toml", 1_200)],
            objects: tree.finish(vec![ObjectId::random(&rng)]),
            logs: vec![Log {
                tenant: "acme".to_owned(),
                size: 41,
                root: hash.clone(),
            }],
            keys: KeysAt { generation: 9 },
            stream: None,
        };
        (manifest, objects)
    }

    /// The vector that is committed: made again bit for bit, and verified.
    #[test]
    fn the_committed_manifest_is_made_again() {
        let path = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../docs/formats/vectors/recovery-point.json"
        );
        let key = Ed25519Key::from_seed(&[12; 32]);
        let (manifest, objects) = example();
        let signed = manifest.sign(&key).unwrap();
        let objects: Vec<_> = objects
            .iter()
            .map(|(id, bytes)| json!({ "id": id.to_string(), "bytes": bytes }))
            .collect();
        let made = json!({
            "seed": hex::encode([12; 32]),
            "public": hex::encode(key.public()),
            "objects": objects,
            "body": manifest,
            "signed": signed,
        });
        if std::env::var_os("VECTORS_UPDATE").is_some() {
            std::fs::write(path, format!("{made:#}\n")).unwrap();
        }
        let kept: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        assert_eq!(made, kept);
        let signed = kept["signed"].as_str().unwrap();
        let environment = "production".parse().unwrap();
        let opened = Manifest::open(signed, &[key.public()], &environment).unwrap();
        assert_eq!(opened, manifest);
    }

    /// One of version 1 opens as it did, and says of which version it is by having no blocks.
    #[test]
    fn a_manifest_of_before_opens() {
        let text = include_str!("../../../docs/formats/vectors/recovery-point.1.json");
        let kept: Value = serde_json::from_str(text).unwrap();
        let key = Ed25519Key::from_seed(&[12; 32]);
        let environment = "production".parse().unwrap();
        let signed = kept["signed"].as_str().unwrap();
        let opened = Manifest::open(signed, &[key.public()], &environment).unwrap();
        assert_eq!(serde_json::to_value(&opened).unwrap(), kept["body"]);
        assert!(
            opened
                .plain()
                .any(|it| it.0 == "database/strongroom.sqlite")
        );
        // Neither version takes what belongs to the other.
        let (blocks, _) = example();
        for (format, sealed) in [(FORMAT, None), (FORMAT_BEFORE, blocks.sealed.clone())] {
            let mixed = Manifest {
                format: format.to_owned(),
                sealed,
                ..opened.clone()
            };
            let signed = mixed.sign(&key).unwrap();
            assert!(Manifest::open(&signed, &[key.public()], &environment).is_err());
        }
    }

    #[test]
    fn what_is_not_known_is_refused() {
        let key = Ed25519Key::from_seed(&[12; 32]);
        let (manifest, _) = example();
        let environment = "production".parse().unwrap();
        let mut body = serde_json::to_value(&manifest).unwrap();
        body["more"] = json!(1);
        let signed = jws::sign(&key, TYPE, &body);
        assert!(matches!(
            Manifest::open(&signed, &[key.public()], &environment),
            Err(ContinuityError::Broken(_))
        ));
        let next = Manifest {
            format: "strongroom-recovery-point/3".to_owned(),
            ..manifest.clone()
        };
        let signed = next.sign(&key).unwrap();
        assert!(Manifest::open(&signed, &[key.public()], &environment).is_err());
        // Of another type, though the same key signed it.
        let body = serde_json::to_value(&manifest).unwrap();
        let signed = jws::sign(&key, "erasure-certificate+jws", &body);
        assert!(Manifest::open(&signed, &[key.public()], &environment).is_err());
    }
}
