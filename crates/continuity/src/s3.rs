//! Repositories in S3, and in what speaks like it (Amazon S3 API Reference, 2006-03-01).
//!
//! Invariants:
//! - What goes to the storage reads, or creates what is not there: [`CreateOnly`] lets no other request out, whatever the library
//!   asks for. A creation is conditional (`If-None-Match: *`), so that of two writers one is refused.
//! - Removing is a request of its own, for one version of one object, and only a [`crate::Access::Prune`] comes to it. Without a
//!   version, a storage that keeps versions would only hide the object, and one that is locked would seem to be gone.

use std::fmt;
use std::sync::Arc;

use base::Secret;
use futures_util::future::BoxFuture;
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use object_store::ObjectStore;
use object_store::aws::{
    AmazonS3Builder, AwsAuthorizer, AwsCredential, Checksum, S3ConditionalPut,
};
use object_store::client::{
    ClientOptions, HttpClient, HttpConnector, HttpError, HttpErrorKind, HttpRequest,
    HttpRequestBody, HttpResponse, HttpService,
};
use object_store::path::Path;
use object_store::prefix::PrefixStore;

use crate::ContinuityError;

/// S3 answers with these where an object has versions, and where it is locked.
const VERSION: &str = "x-amz-version-id";
const LOCKED_UNTIL: &str = "x-amz-object-lock-retain-until-date";

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

/// As whom we come. Give a writer the rights to list, read and create, and none to delete.
#[derive(Debug)]
pub struct Credentials {
    /// The access key's id. Not secret.
    pub id: String,
    /// The secret that requests are signed with.
    pub secret: Secret<String>,
}

/// What was opened of a bucket.
#[derive(Clone)]
pub(crate) struct Opened {
    pub(crate) objects: Arc<dyn ObjectStore>,
    pub(crate) remover: Remover,
}

/// Open `bucket` over `http`, which says whose certificates count and follows nowhere. Nothing is asked of it yet.
pub(crate) fn open(
    bucket: &Bucket,
    credentials: Credentials,
    http: &reqwest::Client,
) -> Result<Opened, ContinuityError> {
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
        .with_http_connector(CreateOnly(http.clone()));
    if let Some(endpoint) = &bucket.endpoint {
        builder = builder.with_endpoint(endpoint);
    }
    let store = builder
        .build()
        .map_err(|error| ContinuityError::Repository(error.to_string()))?;
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
struct CreateOnly(reqwest::Client);

impl HttpConnector for CreateOnly {
    fn connect(&self, _options: &ClientOptions) -> object_store::Result<HttpClient> {
        Ok(HttpClient::new(self.clone()))
    }
}

impl HttpService for CreateOnly {
    fn call<'a, 'b>(
        &'a self,
        request: HttpRequest,
    ) -> BoxFuture<'b, Result<HttpResponse, HttpError>>
    where
        'a: 'b,
        Self: 'b,
    {
        if !may_leave(request.method(), request.headers()) {
            let refused = std::io::Error::other("a request that is neither a read nor a creation");
            return Box::pin(async { Err(HttpError::new(HttpErrorKind::Unknown, refused)) });
        }
        HttpService::call(&self.0, request)
    }
}

fn may_leave(method: &Method, headers: &HeaderMap) -> bool {
    match *method {
        Method::GET | Method::HEAD => true,
        Method::PUT => headers
            .get(header::IF_NONE_MATCH)
            .is_some_and(|it| it == "*"),
        _ => false,
    }
}

/// What removes one version of one object.
#[derive(Clone)]
pub(crate) struct Remover {
    /// The address that the names of our objects are appended to.
    place: String,
    region: String,
    credentials: Arc<Credentials>,
    http: reqwest::Client,
}

/// Why an object was not removed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RemoveError {
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
    /// Remove the object at `path`: the version that stands, for good.
    pub(crate) async fn remove(&self, path: &Path) -> Result<(), RemoveError> {
        let (status, headers) = self.send(Method::HEAD, path, None).await?;
        if !status.is_success() {
            return Err(RemoveError::Answer(path.clone(), status));
        }
        let word = |name: &str| {
            let value = headers.get(name).and_then(|it| it.to_str().ok());
            value.map(str::to_owned)
        };
        let version = word(VERSION);
        let (status, _) = self.send(Method::DELETE, path, version.as_deref()).await?;
        if status == StatusCode::FORBIDDEN {
            return Err(RemoveError::Refused {
                path: path.clone(),
                locked_until: word(LOCKED_UNTIL),
            });
        }
        if !status.is_success() {
            return Err(RemoveError::Answer(path.clone(), status));
        }
        Ok(())
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

    #[test]
    fn only_reads_and_creations_leave() {
        let none = HeaderMap::new();
        let mut create = HeaderMap::new();
        create.insert(header::IF_NONE_MATCH, "*".parse().unwrap());
        let mut replace = HeaderMap::new();
        replace.insert(header::IF_MATCH, "\"etag\"".parse().unwrap());
        assert!(may_leave(&Method::GET, &none) && may_leave(&Method::HEAD, &none));
        assert!(may_leave(&Method::PUT, &create));
        for (method, headers) in [
            (Method::PUT, &none),
            (Method::PUT, &replace),
            (Method::POST, &none),
            (Method::POST, &create),
            (Method::DELETE, &none),
            (Method::PATCH, &create),
        ] {
            assert!(!may_leave(&method, headers), "{method}");
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
