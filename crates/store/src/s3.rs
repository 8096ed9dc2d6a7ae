//! Buckets of S3, and of what speaks like it (Amazon S3 API Reference, 2006-03-01): for files, and for repositories of recovery points.
//!
//! Invariants:
//! - What goes to the storage reads, or creates what is not there: [`CreateOnly`] lets no other request out, whatever the library
//!   asks for. A creation is conditional (`If-None-Match: *`), that of an object in parts too, so that of two writers one is refused.
//! - Removing is a request of its own ([`Remover`]), for one version of one object. Without a version, a storage that keeps versions
//!   would only hide the object, and one that is locked would seem to be gone.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use base::Secret;
use futures_util::future::BoxFuture;
use http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use object_store::aws::{
    AmazonS3Builder, AwsAuthorizer, AwsCredential, Checksum, S3ConditionalPut,
};
use object_store::client::{
    ClientOptions, HttpClient, HttpConnector, HttpError, HttpErrorKind, HttpRequest,
    HttpRequestBody, HttpResponse, HttpService,
};
use object_store::path::Path;
use object_store::prefix::PrefixStore;
use object_store::{BackoffConfig, ObjectStore, RetryConfig};

use crate::StoreError;

/// S3 answers with these where an object has versions, and where it is locked.
const VERSION: &str = "x-amz-version-id";
const LOCKED_UNTIL: &str = "x-amz-object-lock-retain-until-date";
/// A part that is copied from elsewhere in the storage: nothing of ours does.
const COPIED_FROM: &str = "x-amz-copy-source";
/// A removal that the storage did not answer, or was too busy for, is asked for so often.
const REMOVE_TRIES: u32 = 3;
const REMOVE_WAIT: Duration = Duration::from_millis(200);

/// How objects are created.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Creates {
    /// Each in one request; nobody waits, so that a storage that is away is asked for minutes.
    Whole,
    /// Large ones in parts; somebody waits, and hears within seconds that the storage is away.
    InParts,
}

impl Creates {
    fn retry(self) -> RetryConfig {
        match self {
            Self::Whole => RetryConfig::default(),
            Self::InParts => RetryConfig {
                backoff: BackoffConfig {
                    max_backoff: Duration::from_secs(2),
                    ..BackoffConfig::default()
                },
                max_retries: 4,
                retry_timeout: Duration::from_secs(10),
            },
        }
    }
}

/// A bucket, or a part of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bucket {
    /// Its name.
    pub name: String,
    /// What the names of our objects begin with; may be empty.
    pub prefix: String,
    /// The region that requests are signed for.
    pub region: String,
    /// Who serves it, e.g. `https://s3.example`; AWS in the region, if it is not said.
    pub endpoint: Option<String>,
}

impl fmt::Display for Bucket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "s3://{}", self.name)?;
        if self.prefix.is_empty() {
            return Ok(());
        }
        write!(f, "/{}", self.prefix)
    }
}

/// As whom we come. Whoever writes recovery points needs the rights to list, read and create, and none to delete.
#[derive(Debug)]
pub struct Credentials {
    /// The access key's id. Not secret.
    pub id: String,
    /// The secret that requests are signed with.
    pub secret: Secret<String>,
}

/// What was opened of a bucket.
#[derive(Clone)]
pub struct Opened {
    /// What reads and creates.
    pub objects: Arc<dyn ObjectStore>,
    /// What removes.
    pub remover: Remover,
}

impl fmt::Debug for Opened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Opened").field(&self.remover.place).finish()
    }
}

/// Open `bucket` over `http`, which says whose certificates count and follows nowhere. Nothing is asked of it yet.
///
/// # Errors
/// [`StoreError::Internal`] where the bucket cannot be named so.
pub fn open(
    bucket: &Bucket,
    credentials: Credentials,
    http: &reqwest::Client,
    creates: Creates,
) -> Result<Opened, StoreError> {
    // A bucket with Object Lock takes nothing that does not say by what it is checked.
    let mut checked = HeaderMap::new();
    checked.insert(
        "x-amz-sdk-checksum-algorithm",
        HeaderValue::from_static("SHA256"),
    );
    let mut builder = AmazonS3Builder::new()
        .with_client_options(ClientOptions::default().with_default_headers(checked))
        .with_bucket_name(&bucket.name)
        .with_region(&bucket.region)
        .with_access_key_id(&credentials.id)
        .with_secret_access_key(credentials.secret.expose())
        .with_conditional_put(S3ConditionalPut::ETagMatch)
        // The storage refuses what arrives otherwise than it left.
        .with_checksum_algorithm(Checksum::SHA256)
        // Whether it may be without TLS was decided when the configuration was read.
        .with_allow_http(true)
        .with_retry(creates.retry())
        .with_http_connector(CreateOnly {
            http: http.clone(),
            creates,
        });
    if let Some(endpoint) = &bucket.endpoint {
        builder = builder.with_endpoint(endpoint);
    }
    let store = builder
        .build()
        .map_err(|error| StoreError::Internal(error.to_string()))?;
    let region = &bucket.region;
    let endpoint = match &bucket.endpoint {
        Some(endpoint) => endpoint.clone(),
        None => format!("https://s3.{region}.amazonaws.com"),
    };
    let place = Path::from_iter(
        [&bucket.name, &bucket.prefix]
            .into_iter()
            .flat_map(|it| it.split('/')),
    );
    Ok(Opened {
        objects: Arc::new(PrefixStore::new(store, bucket.prefix.as_str())),
        remover: Remover {
            place: format!("{endpoint}/{place}"),
            region: region.clone(),
            credentials: Arc::new(credentials),
            http: http.clone(),
        },
    })
}

/// Lets out what reads or creates, and nothing else.
#[derive(Clone, Debug)]
struct CreateOnly {
    http: reqwest::Client,
    creates: Creates,
}

impl HttpConnector for CreateOnly {
    fn connect(&self, _options: &ClientOptions) -> object_store::Result<HttpClient> {
        Ok(HttpClient::new(self.clone()))
    }
}

impl HttpService for CreateOnly {
    fn call<'a, 'b>(
        &'a self,
        mut request: HttpRequest,
    ) -> BoxFuture<'b, Result<HttpResponse, HttpError>>
    where
        'a: 'b,
        Self: 'b,
    {
        // The library joins parts to an object unconditionally. The header is none of those that a signature must cover.
        if request.method() == Method::POST && asks(request.uri(), "uploadId") {
            let nothing = HeaderValue::from_static("*");
            request.headers_mut().insert(header::IF_NONE_MATCH, nothing);
        }
        if !may_leave(
            self.creates,
            request.method(),
            request.uri(),
            request.headers(),
        ) {
            let refused = std::io::Error::other("a request that is neither a read nor a creation");
            return Box::pin(async { Err(HttpError::new(HttpErrorKind::Unknown, refused)) });
        }
        HttpService::call(&self.http, request)
    }
}

/// Whether the query has this key.
fn asks(uri: &Uri, key: &str) -> bool {
    let pairs = uri.query().unwrap_or_default().split('&');
    pairs
        .map(|pair| pair.split_once('=').map_or(pair, |(key, _)| key))
        .any(|it| it == key)
}

fn may_leave(creates: Creates, method: &Method, uri: &Uri, headers: &HeaderMap) -> bool {
    let conditional = headers
        .get(header::IF_NONE_MATCH)
        .is_some_and(|it| it == "*");
    let in_parts = creates == Creates::InParts;
    let of_upload = in_parts && asks(uri, "uploadId");
    match *method {
        Method::GET | Method::HEAD => true,
        // What belongs to an upload is nothing until that is whole.
        Method::PUT => {
            conditional
                || (of_upload && asks(uri, "partNumber") && !headers.contains_key(COPIED_FROM))
        }
        Method::POST => (in_parts && asks(uri, "uploads")) || (of_upload && conditional),
        Method::DELETE => of_upload,
        _ => false,
    }
}

/// What removes one version of one object.
#[derive(Clone)]
pub struct Remover {
    /// The address that the names of our objects are appended to.
    place: String,
    region: String,
    credentials: Arc<Credentials>,
    http: reqwest::Client,
}

impl fmt::Debug for Remover {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Remover").field(&self.place).finish()
    }
}

/// Why an object was not removed.
#[derive(Debug, thiserror::Error)]
pub enum RemoveError {
    /// The storage keeps it.
    #[error("the storage refuses to remove {path}{}: it is locked, or these credentials may not", until(.locked_until))]
    Refused {
        /// Which object.
        path: Path,
        /// Until when it is locked, if the storage says so.
        locked_until: Option<String>,
    },
    /// The storage answered otherwise.
    #[error("the storage answered {1} to the removal of {0}")]
    Answer(Path, StatusCode),
    /// The storage cannot be reached.
    #[error("the storage cannot be reached: {0}")]
    Unreachable(String),
}

fn until(locked_until: &Option<String>) -> String {
    match locked_until {
        Some(moment) => format!(" until {moment}"),
        None => String::new(),
    }
}

impl Remover {
    /// Remove the object at `path`: the version that stands, for good. Whether there was one.
    ///
    /// # Errors
    /// [`RemoveError`].
    pub async fn remove(&self, path: &Path) -> Result<bool, RemoveError> {
        let (status, headers) = self.ask(Method::HEAD, path, None).await?;
        if status == StatusCode::NOT_FOUND {
            return Ok(false);
        }
        if !status.is_success() {
            return Err(RemoveError::Answer(path.clone(), status));
        }
        let word = |name: &str| {
            let value = headers.get(name).and_then(|it| it.to_str().ok());
            value.map(str::to_owned)
        };
        let version = word(VERSION);
        let (status, _) = self.ask(Method::DELETE, path, version.as_deref()).await?;
        if status == StatusCode::FORBIDDEN {
            return Err(RemoveError::Refused {
                path: path.clone(),
                locked_until: word(LOCKED_UNTIL),
            });
        }
        if !status.is_success() {
            return Err(RemoveError::Answer(path.clone(), status));
        }
        Ok(true)
    }

    /// [`Remover::send`], again while the storage is away or busy.
    async fn ask(
        &self,
        method: Method,
        path: &Path,
        version: Option<&str>,
    ) -> Result<(StatusCode, HeaderMap), RemoveError> {
        let mut tries = 0;
        loop {
            tries += 1;
            let answer = self.send(method.clone(), path, version).await;
            let passing = match &answer {
                Ok((status, _)) => {
                    status.is_server_error() || *status == StatusCode::TOO_MANY_REQUESTS
                }
                Err(error) => matches!(error, RemoveError::Unreachable(_)),
            };
            if !passing || tries >= REMOVE_TRIES {
                return answer;
            }
            tokio::time::sleep(REMOVE_WAIT * tries).await;
        }
    }

    async fn send(
        &self,
        method: Method,
        path: &Path,
        version: Option<&str>,
    ) -> Result<(StatusCode, HeaderMap), RemoveError> {
        let unreachable = |error: &dyn fmt::Display| RemoveError::Unreachable(error.to_string());
        let version = version.map(|version| ("versionId", version));
        let address = format!("{}/{path}", self.place);
        let url = reqwest::Url::parse_with_params(&address, version)
            .map_err(|error| unreachable(&error))?;
        let mut request = http::Request::builder()
            .method(method)
            .uri(url.as_str())
            .body(HttpRequestBody::empty())
            .map_err(|error| unreachable(&error))?;
        let credential = AwsCredential {
            key_id: self.credentials.id.clone(),
            secret_key: self.credentials.secret.expose().clone(),
            token: None,
        };
        AwsAuthorizer::new(&credential, "s3", &self.region)
            .try_authorize(&mut request, None)
            .map_err(|error| unreachable(&error))?;
        let answer = HttpService::call(&self.http, request)
            .await
            .map_err(|error| unreachable(&error))?;
        Ok((answer.status(), answer.headers().clone()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leaves(creates: Creates, method: &Method, query: &str, headers: &HeaderMap) -> bool {
        let uri = format!("https://s3.example/points/a{query}");
        may_leave(creates, method, &uri.parse().unwrap(), headers)
    }

    #[test]
    fn only_reads_and_creations_leave() {
        let none = HeaderMap::new();
        let mut create = HeaderMap::new();
        create.insert(header::IF_NONE_MATCH, "*".parse().unwrap());
        let mut replace = HeaderMap::new();
        replace.insert(header::IF_MATCH, "\"etag\"".parse().unwrap());
        let mut copy = HeaderMap::new();
        copy.insert(COPIED_FROM, "points/b".parse().unwrap());
        for creates in [Creates::Whole, Creates::InParts] {
            assert!(leaves(creates, &Method::GET, "", &none));
            assert!(leaves(creates, &Method::HEAD, "", &none));
            assert!(leaves(creates, &Method::PUT, "", &create));
            for (method, query, headers) in [
                (Method::PUT, "", &none),
                (Method::PUT, "", &replace),
                (Method::PUT, "?partNumber=1&uploadId=x", &copy),
                (Method::PUT, "?uploadId=x", &none),
                (Method::PUT, "?partNumber=1&myuploadId=x", &none),
                (Method::POST, "", &none),
                (Method::POST, "", &create),
                (Method::POST, "?delete", &none),
                (Method::POST, "?uploadId=x", &none),
                (Method::DELETE, "", &none),
                (Method::DELETE, "?versionId=x", &none),
                (Method::PATCH, "", &create),
            ] {
                assert!(
                    !leaves(creates, &method, query, headers),
                    "{method} {query}"
                );
            }
        }
        for (method, query, headers) in [
            (Method::POST, "?uploads", &none),
            (Method::POST, "?uploads=", &none),
            (Method::PUT, "?partNumber=1&uploadId=x", &none),
            (Method::POST, "?uploadId=x", &create),
            (Method::DELETE, "?uploadId=x", &none),
        ] {
            assert!(
                leaves(Creates::InParts, &method, query, headers),
                "{method} {query}"
            );
            assert!(
                !leaves(Creates::Whole, &method, query, headers),
                "{method} {query}"
            );
        }
    }

    #[test]
    fn a_bucket_is_named_as_people_name_it_and_its_secret_is_mute() {
        let mut bucket = Bucket {
            name: "points".into(),
            prefix: "acme/eu".into(),
            region: "eu-north-1".into(),
            endpoint: None,
        };
        assert_eq!(bucket.to_string(), "s3://points/acme/eu");
        bucket.prefix.clear();
        assert_eq!(bucket.to_string(), "s3://points");
        let credentials = Credentials {
            id: "AKIA".into(),
            secret: Secret::new("hunter2".into()),
        };
        assert!(!format!("{credentials:?}").contains("hunter2"));
    }
}
