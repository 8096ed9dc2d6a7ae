//! Object storage of a test's own: moto, which speaks S3 on this machine.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use base::{Rng, Secret};
use http::Method;
use tokio_rustls::rustls;

use crate::StoreError;
use crate::objects::BucketObjects;
use crate::s3::{Bucket, Credentials};

/// Until it listens: a Python program on a slow machine.
const READY_MAX: Duration = Duration::from_secs(60);
/// The variable that names moto's server, as `cargo xtask test` sets it: it takes one version, since others answer otherwise.
pub const MOTO_VARIABLE: &str = "STRONGROOM_TEST_MOTO";

/// A header by which moto takes a request for somebody's: it looks no closer, until it is told to.
pub const SOMEBODY: (&str, &str) = (
    "authorization",
    "AWS4-HMAC-SHA256 Credential=AKIA/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0",
);

/// A server, and what speaks to it.
#[derive(Debug)]
pub struct Moto {
    child: Child,
    program: PathBuf,
    port: u16,
    /// Where it listens.
    pub url: String,
    /// Without TLS, and by no proxy.
    pub http: reqwest::Client,
}

impl Drop for Moto {
    fn drop(&mut self) {
        self.stop();
    }
}

fn spawn(program: &Path, port: u16) -> std::io::Result<Child> {
    Command::new(program)
        .args(["-H", "127.0.0.1", "-p", &port.to_string()])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
}

fn client() -> Result<reqwest::Client, String> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let tls = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?
        .with_root_certificates(rustls::RootCertStore::empty())
        .with_no_client_auth();
    reqwest::Client::builder()
        .tls_backend_preconfigured(tls)
        .no_proxy()
        .build()
        .map_err(|error| error.to_string())
}

impl Moto {
    /// Start one. `None`: the variable names none, and it is said that the test is skipped.
    ///
    /// # Errors
    /// It does not start.
    pub async fn start() -> Result<Option<Self>, String> {
        let Some(program) = std::env::var_os(MOTO_VARIABLE).map(PathBuf::from) else {
            super::tell(&format!(
                "skipped: {MOTO_VARIABLE} names no moto_server; `cargo xtask test` installs one"
            ));
            return Ok(None);
        };
        let failed = |error: std::io::Error| error.to_string();
        let free = std::net::TcpListener::bind("127.0.0.1:0").map_err(failed)?;
        let port = free.local_addr().map_err(failed)?.port();
        drop(free);
        let moto = Self {
            child: spawn(&program, port).map_err(failed)?,
            program,
            port,
            url: format!("http://127.0.0.1:{port}"),
            http: client()?,
        };
        moto.ready().await?;
        Ok(Some(moto))
    }

    async fn ready(&self) -> Result<(), String> {
        let begun = Instant::now();
        while self.http.get(&self.url).send().await.is_err() {
            if begun.elapsed() > READY_MAX {
                return Err("moto does not listen".into());
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Ok(())
    }

    /// It is gone, with everything in it.
    pub fn stop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// After [`Moto::stop`]: it is there again at the same address, and empty.
    ///
    /// # Errors
    /// It does not start.
    pub async fn again(&mut self) -> Result<(), String> {
        let child = spawn(&self.program, self.port);
        self.child = child.map_err(|error| error.to_string())?;
        self.ready().await
    }

    /// A request that nobody signed: moto takes it until it is told to look.
    ///
    /// # Errors
    /// It was not answered well.
    pub async fn ask(
        &self,
        method: Method,
        path: &str,
        header: (&str, &str),
        body: &str,
    ) -> Result<String, String> {
        let url = format!("{}{path}", self.url);
        let asked = self.http.request(method, url).header(header.0, header.1);
        let sent = asked.body(body.to_owned()).send().await;
        let answer = sent.map_err(|error| error.to_string())?;
        let status = answer.status();
        let text = answer.text().await.map_err(|error| error.to_string())?;
        if status.is_success() {
            Ok(text)
        } else {
            Err(format!("{path}: {status} {text}"))
        }
    }

    /// What is behind a path, as XML.
    ///
    /// # Errors
    /// It was not answered well.
    pub async fn look(&self, path: &str) -> Result<String, String> {
        self.ask(Method::GET, path, ("accept", "*/*"), "").await
    }

    /// A bucket.
    ///
    /// # Errors
    /// It was not made.
    pub async fn make(&self, bucket: &str) -> Result<(), String> {
        let path = format!("/{bucket}");
        self.ask(Method::PUT, &path, ("accept", "*/*"), "").await?;
        Ok(())
    }

    /// A bucket whose objects nobody removes or replaces for a day, whoever they are.
    ///
    /// # Errors
    /// It was not made.
    pub async fn make_locked(&self, bucket: &str) -> Result<(), String> {
        let locked = ("x-amz-bucket-object-lock-enabled", "true");
        let path = format!("/{bucket}");
        self.ask(Method::PUT, &path, locked, "").await?;
        let rule = "<ObjectLockConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><ObjectLockEnabled>Enabled</ObjectLockEnabled>\
             <Rule><DefaultRetention><Mode>COMPLIANCE</Mode><Days>1</Days></DefaultRetention></Rule></ObjectLockConfiguration>";
        let path = format!("/{bucket}?object-lock");
        self.ask(Method::PUT, &path, ("accept", "*/*"), rule)
            .await?;
        Ok(())
    }

    /// A bucket that keeps versions.
    ///
    /// # Errors
    /// It was not made.
    pub async fn make_versioned(&self, bucket: &str) -> Result<(), String> {
        self.make(bucket).await?;
        let on = "<VersioningConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Status>Enabled</Status></VersioningConfiguration>";
        let path = format!("/{bucket}?versioning");
        self.ask(Method::PUT, &path, ("accept", "*/*"), on).await?;
        Ok(())
    }

    /// A bucket, or a part of one, as it is named.
    #[must_use]
    pub fn bucket(&self, name: &str, prefix: &str) -> Bucket {
        Bucket {
            name: name.into(),
            prefix: prefix.into(),
            region: "us-east-1".into(),
            endpoint: Some(self.url.clone()),
        }
    }

    /// Credentials that nobody looks at.
    #[must_use]
    pub fn anybody() -> Credentials {
        Credentials {
            id: "AKIATEST".into(),
            secret: Secret::new("nobody looks at it".into()),
        }
    }

    /// Objects in a bucket that was made.
    ///
    /// # Errors
    /// Never.
    pub fn objects(
        &self,
        name: &str,
        prefix: &str,
        rng: Arc<dyn Rng>,
    ) -> Result<BucketObjects, StoreError> {
        BucketObjects::new(self.bucket(name, prefix), Self::anybody(), &self.http, rng)
    }
}
