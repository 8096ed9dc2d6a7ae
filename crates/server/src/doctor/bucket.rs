//! What is of a bucket for files: the way there, and whether it takes, gives and lets go.

use std::sync::Arc;

use base::{ObjectId, Rng};
use bytes::Bytes;
use store::StoreError;
use store::objects::Objects;

use super::Look;
use crate::config::{BucketPlace, Config, Files};
use crate::files;

const ON: &str = "bucket";

/// The bucket for files, where they lie in one: an object is put there, read and removed.
pub(super) async fn files(config: &Config) -> Vec<Look> {
    let Files::S3(place) = &config.files else {
        return Vec::new();
    };
    let rng: Arc<dyn Rng> = Arc::new(crypt::SystemRng);
    let objects = match files::in_bucket(place, &rng) {
        Ok(objects) => objects,
        Err(error) => {
            return vec![Look::bad(
                ON,
                error.to_string(),
                "mend [files] in the configuration",
            )];
        }
    };
    vec![way(place), tried(&objects, ObjectId::random(&*rng)).await]
}

fn way(place: &BucketPlace) -> Look {
    if place.is_secured() {
        Look::good(ON, format!("{} is reached over TLS", place.url))
    } else {
        Look::good(
            ON,
            format!("{} is on this machine, and reached without TLS", place.url),
        )
    }
}

async fn tried(objects: &dyn Objects, id: ObjectId) -> Look {
    let wrong = |verb: &str, error: StoreError, mend: &str| {
        Look::bad(ON, format!("an object cannot be {verb}: {error}"), mend)
    };
    let put = async {
        let mut writer = objects.create(id).await?;
        writer
            .write(Bytes::from_static(b"strongroom doctor"))
            .await?;
        writer.finish().await
    };
    if let Err(error) = put.await {
        return wrong(
            "written",
            error,
            "make the bucket, and give the access key s3:PutObject and s3:AbortMultipartUpload there",
        );
    }
    let read = async {
        let reader = objects.open(id).await?;
        let reader = reader.ok_or_else(|| StoreError::Damaged("it is not there".into()))?;
        let mut bytes = Vec::new();
        reader.read_at(11, &mut bytes, 6).await?;
        objects.list(None, 1).await?;
        Ok(bytes == b"doctor")
    };
    let read: Result<bool, StoreError> = read.await;
    let removed = objects.delete(id).await;
    match (read, removed) {
        (Err(error), _) => wrong(
            "read",
            error,
            "give the access key s3:GetObject and s3:ListBucket there",
        ),
        (Ok(false), _) => Look::bad(
            ON,
            "an object comes back otherwise than it was written",
            "use another storage",
        ),
        (_, Err(error)) => wrong(
            "removed",
            error,
            "what people delete must go: give the access key s3:DeleteObject (and s3:DeleteObjectVersion, where versions are kept), and take Object Lock off this bucket",
        ),
        (_, Ok(_)) => Look::good(ON, "an object was written, read and removed"),
    }
}
