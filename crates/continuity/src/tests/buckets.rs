//! Repositories in a bucket, against moto, which speaks S3 on this machine.

use std::sync::Arc;
use std::time::Duration;

use base::{Clock, Secret};
use http::StatusCode;
use object_store::path::Path;
use object_store::{ObjectStoreExt, PutMode, PutOptions, PutPayload};
use rustic_core::{FileType, Id, WriteBackend};
use store::danger_testing;

use super::House;
use crate::backend::Backend;
use crate::{Access, Credentials, Depth, Repository, Silent, Storage, prune};

const DAY: Duration = Duration::from_hours(24);

struct Moto(danger_testing::Moto);

impl std::ops::Deref for Moto {
    type Target = danger_testing::Moto;

    fn deref(&self) -> &danger_testing::Moto {
        &self.0
    }
}

impl Moto {
    async fn start() -> Option<Self> {
        danger_testing::Moto::start().await.unwrap().map(Self)
    }

    /// A call of the service that knows who may what.
    async fn iam(&self, call: &str) -> String {
        let to = "AWS4-HMAC-SHA256 Credential=AKIA/20260101/us-east-1/iam/aws4_request, SignedHeaders=host, Signature=0";
        let url = format!("{}/", self.url);
        let asked = self
            .http
            .post(url)
            .header("authorization", to)
            .header("content-type", "application/x-www-form-urlencoded");
        let body = format!("Version=2010-05-08&{call}");
        let answer = asked.body(body).send().await.unwrap();
        let status = answer.status();
        let text = answer.text().await.unwrap();
        assert!(status.is_success(), "{call}: {status} {text}");
        text
    }

    /// Somebody who may do `actions` with everything.
    async fn somebody(&self, name: &str, actions: &str) -> Credentials {
        self.iam(&format!("Action=CreateUser&UserName={name}"))
            .await;
        let policy = format!(
            "%7B%22Version%22%3A%222012-10-17%22%2C%22Statement%22%3A%5B%7B%22Effect%22%3A%22Allow%22%2C%22Action%22%3A{actions}%2C%22Resource%22%3A%22*%22%7D%5D%7D"
        );
        self.iam(&format!(
            "Action=PutUserPolicy&UserName={name}&PolicyName=all&PolicyDocument={policy}"
        ))
        .await;
        let made = self
            .iam(&format!("Action=CreateAccessKey&UserName={name}"))
            .await;
        let between = |tag: &str| {
            let (_, rest) = made.split_once(&format!("<{tag}>")).unwrap();
            rest.split_once('<').unwrap().0.to_owned()
        };
        Credentials {
            id: between("AccessKeyId"),
            secret: Secret::new(between("SecretAccessKey")),
        }
    }

    fn anybody() -> Credentials {
        danger_testing::Moto::anybody()
    }

    fn storage(&self, bucket: &str, credentials: Credentials) -> Storage {
        let bucket = self.bucket(bucket, "house/one");
        Storage::bucket(bucket, credentials, &self.http).unwrap()
    }

    async fn house(&self, bucket: &str) -> House {
        let mut house = House::new().await;
        house.bucket = Some(self.storage(bucket, Self::anybody()));
        house
    }
}

/// Every object of the bucket, with its bytes.
async fn objects(storage: &Storage) -> Vec<(Path, Vec<u8>)> {
    use futures_util::TryStreamExt;
    let listed: Vec<_> = storage.objects().list(None).try_collect().await.unwrap();
    let mut all = Vec::new();
    for meta in listed {
        let got = storage.objects().get(&meta.location).await.unwrap();
        all.push((meta.location, got.bytes().await.unwrap().to_vec()));
    }
    all.sort();
    all
}

/// The id of a pack, and where it lies.
fn pack(all: &[(Path, Vec<u8>)]) -> (Id, Path) {
    let (path, _) = all
        .iter()
        .find(|(path, _)| path.as_ref().starts_with("data/"))
        .unwrap();
    (path.filename().unwrap().parse().unwrap(), path.clone())
}

/// Remove a pack, as the pruner does; what is said where it stays.
async fn removed(storage: &Storage, access: Access, pack: Id) -> Result<(), String> {
    let backend = Backend::new(storage.clone(), access, Arc::default());
    let done = tokio::task::spawn_blocking(move || backend.remove(FileType::Pack, &pack, false));
    let done = done.await.unwrap();
    done.map_err(|error| error.display_log())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_point_is_made_in_a_bucket_checked_and_restored() {
    let Some(moto) = Moto::start().await else {
        return;
    };
    moto.make("points").await.unwrap();
    let house = moto.house("points").await;
    assert!(!house.repository().exists().await.unwrap());
    let mut ids = Vec::new();
    for bytes in [0, 70_000, 2_500_000] {
        ids.push(house.add(bytes).await);
    }
    let first = house.make().await.unwrap();
    house.add(9).await;
    let second = house.make().await.unwrap();
    assert!(house.repository().exists().await.unwrap());
    assert_eq!(
        house.repository().place().to_string(),
        "s3://points/house/one"
    );
    let points = house.repository().points().await.unwrap();
    let names: Vec<_> = points.iter().map(|line| &line.name).collect();
    assert_eq!(names, [&second.line.name, &first.line.name]);
    for name in names {
        house.check(name, Depth::Read).await.unwrap();
    }
    let to = house.folder.join("restored");
    house.restore("latest", &to).await.unwrap();
    for id in ids {
        let restored = std::fs::read(to.join(crate::source::path_of(id))).unwrap();
        assert_eq!(restored, std::fs::read(house.object_path(id)).unwrap());
    }
    // Another key opens nothing; another prefix is another place.
    let wrong = house.repository_of("test", 2).points().await.unwrap_err();
    assert_eq!(base::Fault::code(&wrong), "backup.wrong_key");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_lies_in_a_bucket_is_never_replaced_by_a_writer() {
    let Some(moto) = Moto::start().await else {
        return;
    };
    moto.make("points").await.unwrap();
    let house = moto.house("points").await;
    house.add(70_000).await;
    house.make().await.unwrap();
    let storage = house.storage();
    let before = objects(&storage).await;
    let (id, path) = pack(&before);
    let put = async |mode: PutMode| {
        let options = PutOptions {
            mode,
            ..PutOptions::default()
        };
        let payload = PutPayload::from_static(b"something else");
        storage.objects().put_opts(&path, payload, options).await
    };
    // The storage itself refuses, and says why.
    let there = put(PutMode::Create).await.unwrap_err();
    assert!(
        matches!(there, object_store::Error::AlreadyExists { .. }),
        "{there:?}"
    );
    // What would replace or remove does not even leave.
    let replaced = put(PutMode::Overwrite).await.unwrap_err();
    assert!(format!("{replaced:?}").contains("neither a read nor a creation"));
    let deleted = storage.objects().delete(&path).await.unwrap_err();
    assert!(format!("{deleted:?}").contains("neither a read nor a creation"));
    for access in [Access::Read, Access::Write] {
        let said = removed(&storage, access, id).await.unwrap_err();
        assert!(said.contains("Only the pruner removes"), "{said}");
    }
    // The same bytes once more are no replacement; others under the name are an error.
    let write = async |bytes: Vec<u8>| {
        let backend = Backend::new(storage.clone(), Access::Write, Arc::default());
        let written = tokio::task::spawn_blocking(move || {
            backend.write_bytes(FileType::Pack, &id, false, bytes::Bytes::from(bytes).into())
        });
        written.await.unwrap()
    };
    let (_, bytes) = before.iter().find(|(it, _)| *it == path).unwrap();
    write(bytes.clone()).await.unwrap();
    let mut other = bytes.clone();
    other[0] ^= 1;
    write(other).await.unwrap_err();
    write(vec![1; 7]).await.unwrap_err();
    assert_eq!(objects(&storage).await, before);
    // Of two that begin a repository at the same place, one does.
    moto.make("race").await.unwrap();
    let storage = moto.storage("race", Moto::anybody());
    let apart = crate::Apart::at(&house.places().epochs);
    let begin = async |byte: u8| {
        let environment = "test".parse().unwrap();
        let key = crate::RepositoryKey::new(&[byte; 32], &environment).unwrap();
        Repository::new(storage.clone(), key, apart.clone())
            .begin()
            .await
    };
    let begun = tokio::join!(begin(1), begin(2));
    assert!(begun.0.is_ok() != begun.1.is_ok(), "{begun:?}");
    // The pruner does remove.
    removed(&house.storage(), Access::Prune, id).await.unwrap();
    assert_eq!(objects(&house.storage()).await.len(), before.len() - 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_locked_stays_and_the_pruner_is_told() {
    let Some(moto) = Moto::start().await else {
        return;
    };
    moto.make_locked("locked").await.unwrap();
    let house = moto.house("locked").await;
    house.add(70_000).await;
    house.make().await.unwrap();
    let storage = house.storage();
    let before = objects(&storage).await;
    let (id, path) = pack(&before);
    let said = removed(&storage, Access::Prune, id).await.unwrap_err();
    assert!(said.contains("refuses to remove"), "{said}");
    assert!(said.contains(path.filename().unwrap()), "{said}");
    assert!(said.contains("until 20"), "{said}");
    // Not even hidden.
    assert_eq!(objects(&storage).await, before);
    house.check("latest", Depth::Read).await.unwrap();

    // The time of a point is over. Its files stay, whatever the pruner tries; and it opens for nobody.
    let over = house.repository().points().await.unwrap().remove(0);
    house.clock.pass(DAY * 31);
    let newest = house.make().await.unwrap();
    let all = objects(&storage).await.len();
    let (repository, spans) = (house.repository(), (DAY * 30, Duration::ZERO));
    let pruned = prune(&repository, spans, house.clock.now(), Arc::new(Silent));
    let said = pruned.await.unwrap_err().to_string();
    assert!(said.contains("refuses to remove"), "{said}");
    assert_eq!(objects(&storage).await.len(), all);
    let points = house.repository().points().await.unwrap();
    assert_eq!(points.len(), 2);
    assert_eq!(house.repository().open_of(&points).unwrap(), [true, false]);
    house.is_shut(&over.name).await;
    house.check(&newest.line.name, Depth::Read).await.unwrap();

    // A bucket that keeps versions, without a lock: the version goes, not only out of sight.
    moto.make_versioned("versions").await.unwrap();
    let house = moto.house("versions").await;
    house.add(70_000).await;
    house.make().await.unwrap();
    let (id, path) = pack(&objects(&house.storage()).await);
    removed(&house.storage(), Access::Prune, id).await.unwrap();
    let listed = moto.look("/versions?versions").await.unwrap();
    assert!(listed.contains("<Version>"), "{listed}");
    assert!(!listed.contains(path.filename().unwrap()), "{listed}");
    assert!(!listed.contains("DeleteMarker"), "{listed}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_writer_needs_no_right_to_delete() {
    let Some(moto) = Moto::start().await else {
        return;
    };
    moto.make("points").await.unwrap();
    let rights = "%5B%22s3%3AListBucket%22%2C%22s3%3AGetObject%22%2C%22s3%3APutObject%22%5D";
    let writer = moto.somebody("writer", rights).await;
    let url = format!("{}/moto-api/reset-auth", moto.url);
    let looks = moto.http.post(url).body("0").send().await.unwrap();
    assert_eq!(looks.status(), StatusCode::OK);
    let mut house = House::new().await;
    house.bucket = Some(moto.storage("points", writer));
    house.add(70_000).await;
    house.make().await.unwrap();
    house.add(7).await;
    house.make().await.unwrap();
    house.check("latest", Depth::Read).await.unwrap();
    // Whoever steals these credentials, past all our code, removes nothing.
    let storage = house.storage();
    let before = objects(&storage).await;
    let (id, _) = pack(&before);
    let said = removed(&storage, Access::Prune, id).await.unwrap_err();
    assert!(said.contains("these credentials may not"), "{said}");
    assert_eq!(objects(&storage).await, before);
    // And who has none does not come in.
    house.bucket = Some(moto.storage("points", Moto::anybody()));
    let refused = house.repository().points().await.unwrap_err();
    assert_eq!(base::Fault::code(&refused), "backup.repository");
}
