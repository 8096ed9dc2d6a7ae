//! Where files lie, reached; and how a bucket is.

use std::sync::Arc;
use std::time::Duration;

use base::Rng;
use store::objects::{BucketObjects, LocalObjects, Objects};
use store::s3::{Bucket, Credentials};

use crate::config::{BucketPlace, Files, bucket};
use crate::{Failure, installation, private, tls};

/// Object storage that does not answer so long is not there, and one that is silent so long has forgotten us.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
const SILENT_TIMEOUT: Duration = Duration::from_mins(1);

/// Open the place for files. A folder is made if it is missing; whether a bucket can be reached is seen at the first call.
///
/// # Errors
/// [`Failure`]: a folder that cannot be made, a secret that cannot be read.
pub async fn open(files: &Files, rng: &Arc<dyn Rng>) -> Result<Arc<dyn Objects>, Failure> {
    match files {
        Files::Folder { path } => {
            private::folder(path).map_err(|error| Failure::file(path, &error))?;
            Ok(Arc::new(LocalObjects::open(path.clone()).await?))
        }
        Files::S3(place) => Ok(Arc::new(in_bucket(place, rng)?)),
    }
}

/// Files in a bucket.
///
/// # Errors
/// [`Failure`]: a secret that cannot be read.
pub fn in_bucket(place: &BucketPlace, rng: &Arc<dyn Rng>) -> Result<BucketObjects, Failure> {
    let (bucket, credentials, http) = reach(place)?;
    Ok(BucketObjects::new(
        bucket,
        credentials,
        &http,
        Arc::clone(rng),
    )?)
}

/// What a bucket is reached with.
///
/// # Errors
/// [`Failure`]: it cannot be named so, or a secret cannot be read.
pub fn reach(place: &BucketPlace) -> Result<(Bucket, Credentials, reqwest::Client), Failure> {
    let url = &place.url;
    let (name, prefix) =
        bucket(url).ok_or_else(|| Failure::usage(format!("{url} is no address of a bucket")))?;
    let trust = match &place.ca_file {
        Some(ca) => tls::client(ca)?,
        None => tls::client_of_nobody()?,
    };
    let http = reqwest::Client::builder()
        .tls_backend_preconfigured(trust)
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(CONNECT_TIMEOUT)
        .read_timeout(SILENT_TIMEOUT)
        .build()
        .map_err(|error| Failure::text(error.to_string()))?;
    let bucket = Bucket {
        name: name.to_owned(),
        prefix: prefix.to_owned(),
        region: place.region.clone(),
        endpoint: place.endpoint.clone(),
    };
    let credentials = Credentials {
        id: place.access_key_id.clone(),
        secret: installation::secret_text(&place.secret_file)?,
    };
    Ok((bucket, credentials, http))
}
