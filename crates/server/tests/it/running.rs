//! The real binary as a child process, spoken to over TLS.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::time::{Duration, Instant};

use http::Method;
use reqwest::{Client, RequestBuilder, Response};
use rustix::process::{Pid, Resource, Rlimit, Signal};
use serde_json::Value;
use tempfile::TempDir;

/// The program under test.
pub const STRONGROOM: &str = env!("CARGO_BIN_EXE_strongroom");
/// A debug build under load, on a slow machine.
const READY_MAX: Duration = Duration::from_secs(60);
const EXIT_MAX: Duration = Duration::from_secs(60);

/// Where a demonstration lies, from one start to the next.
pub struct Place {
    folder: TempDir,
    data: PathBuf,
    /// More arguments for each start.
    more: Vec<String>,
    /// Variables of each process.
    world: Vec<(&'static str, PathBuf)>,
}

impl Place {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        Self::furnish(folder, data)
    }

    /// The installation lies in `data`, what is said about it elsewhere.
    pub fn on(data: PathBuf) -> Self {
        Self::furnish(tempfile::tempdir().unwrap(), data)
    }

    fn furnish(folder: TempDir, data: PathBuf) -> Self {
        std::fs::write(folder.path().join("cabinet.toml"), crate::house::CABINET).unwrap();
        Self {
            folder,
            data,
            more: Vec::new(),
            world: Vec::new(),
        }
    }

    /// Run every process with this variable from now on.
    pub fn in_world(mut self, name: &'static str, value: PathBuf) -> Self {
        self.world.push((name, value));
        self
    }

    /// Start with more arguments from now on.
    pub fn with(mut self, more: &[&str]) -> Self {
        self.more.extend(more.iter().map(|arg| (*arg).to_owned()));
        self
    }

    /// The installation's folder.
    pub fn data(&self) -> PathBuf {
        self.data.clone()
    }

    /// Where the child writes what it says.
    pub fn said(&self) -> PathBuf {
        self.folder.path().join("said")
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Start the server and wait until it serves.
    pub async fn start(&self) -> Running {
        let ready_file = self.path("ready.json");
        let _ = std::fs::remove_file(&ready_file);
        std::fs::create_dir_all(self.said()).unwrap();
        let append = |name: &str| {
            std::fs::OpenOptions::new()
                .create(true)
                .append(true)
                .open(self.said().join(name))
                .unwrap()
        };
        // A file that may not grow tells the program so by a signal, which ends it if nobody says otherwise; a full disk does not.
        let child = Command::new("sh")
            .args(["-c", "trap '' XFSZ; exec \"$0\" \"$@\"", STRONGROOM])
            .args([
                "demo",
                "--listen",
                "127.0.0.1:0",
                "--metrics",
                "127.0.0.1:0",
                "--persons",
                "2",
                "--data",
            ])
            .arg(self.data())
            .arg("--register")
            .arg(self.path("cabinet.toml"))
            .arg("--ready-file")
            .arg(&ready_file)
            .args(&self.more)
            .envs(self.world.iter().cloned())
            .stdin(Stdio::null())
            .stdout(append("stdout"))
            .stderr(append("stderr"))
            .spawn()
            .unwrap();
        let mut child = Kept(child);
        let began = Instant::now();
        let ready: Value = loop {
            if let Ok(text) = std::fs::read_to_string(&ready_file) {
                break serde_json::from_str(&text).unwrap();
            }
            if let Some(status) = child.0.try_wait().unwrap() {
                panic!("it ended with {status}: {}", self.words());
            }
            assert!(
                began.elapsed() < READY_MAX,
                "it is not ready: {}",
                self.words()
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        };
        let client = client(Path::new(ready["ca_file"].as_str().unwrap()));
        Running {
            child,
            ready,
            client,
        }
    }

    /// All that the server said on stdout and stderr.
    pub fn words(&self) -> String {
        let read = |name: &str| std::fs::read(self.said().join(name)).unwrap_or_default();
        let bytes = [read("stdout"), read("stderr")].concat();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// Run a command on the installation.
    pub async fn command(&self, args: &[&str]) -> Ran {
        let data = self.data();
        let data = data.to_str().unwrap();
        self.run(&[args, &["--data", data]].concat()).await
    }

    /// Run a command that says itself what it works on.
    pub async fn run(&self, args: &[&str]) -> Ran {
        run(args, self.world.clone()).await
    }
}

/// What a command did.
#[derive(Debug)]
pub struct Ran {
    pub code: Option<i32>,
    pub data: String,
    pub talk: String,
}

impl Ran {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.data).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    pub fn lines(&self) -> Vec<Value> {
        self.data
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }

    pub fn held(self) -> Self {
        assert_eq!(self.code, Some(0), "{self:?}");
        self
    }
}

/// Run `strongroom` with these arguments.
pub async fn command(args: &[&str]) -> Ran {
    run(args, Vec::new()).await
}

async fn run(args: &[&str], world: Vec<(&'static str, PathBuf)>) -> Ran {
    let args: Vec<_> = args.iter().map(|arg| (*arg).to_owned()).collect();
    let run = move || {
        Command::new(STRONGROOM)
            .args(args)
            .envs(world)
            .stdin(Stdio::null())
            .output()
    };
    let Output {
        status,
        stdout,
        stderr,
    } = tokio::task::spawn_blocking(run).await.unwrap().unwrap();
    Ran {
        code: status.code(),
        data: String::from_utf8(stdout).unwrap(),
        talk: String::from_utf8(stderr).unwrap(),
    }
}

pub fn client(ca: &Path) -> Client {
    Client::builder()
        .tls_backend_preconfigured(server::tls::client(ca).unwrap())
        .timeout(Duration::from_secs(60))
        .build()
        .unwrap()
}

/// Ended with the test, whatever becomes of it.
struct Kept(Child);

impl Drop for Kept {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A server that runs.
pub struct Running {
    child: Kept,
    pub ready: Value,
    pub client: Client,
}

impl Running {
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.ready["url"].as_str().unwrap())
    }

    pub fn token(&self, role: &str) -> &str {
        self.ready["tokens"][role].as_str().unwrap()
    }

    pub fn person(&self) -> &str {
        self.ready["persons"][0].as_str().unwrap()
    }

    /// A call by the app, for treatment.
    pub fn ask(&self, method: Method, path: &str) -> RequestBuilder {
        self.client
            .request(method, self.url(path))
            .bearer_auth(self.token("app"))
            .header("purpose-of-use", "TREAT")
    }

    pub async fn get(&self, path: &str) -> Response {
        self.ask(Method::GET, path).send().await.unwrap()
    }

    pub async fn put(&self, path: &str, body: &Value) -> Response {
        self.ask(Method::PUT, path).json(body).send().await.unwrap()
    }

    pub async fn metrics(&self) -> String {
        let url = self.ready["metrics_url"].as_str().unwrap();
        self.client
            .get(url)
            .send()
            .await
            .unwrap()
            .text()
            .await
            .unwrap()
    }

    /// What a path of the side listener answers.
    pub async fn side(&self, path: &str) -> u16 {
        let url = self.ready["metrics_url"]
            .as_str()
            .unwrap()
            .replace("/metrics", path);
        self.client.get(url).send().await.unwrap().status().as_u16()
    }

    fn pid(&self) -> Pid {
        Pid::from_child(&self.child.0)
    }

    pub fn signal(&self, signal: Signal) {
        rustix::process::kill_process(self.pid(), signal).unwrap();
    }

    /// From now on no file may grow beyond so many bytes (`None`: any may): what a full disk looks like from inside.
    pub fn limit_files(&self, bytes: Option<u64>) {
        let old = rustix::process::prlimit(
            Some(self.pid()),
            Resource::Fsize,
            Rlimit {
                current: bytes,
                maximum: None,
            },
        );
        old.unwrap();
    }

    /// Wait until it ends.
    pub async fn ended(&mut self) -> ExitStatus {
        let began = Instant::now();
        loop {
            if let Some(status) = self.child.0.try_wait().unwrap() {
                return status;
            }
            assert!(began.elapsed() < EXIT_MAX, "it does not end");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Gone, at once.
    pub async fn kill(mut self) {
        self.signal(Signal::KILL);
        self.ended().await;
    }

    /// Told to stop; it has to end well.
    pub async fn stop(mut self) {
        // Connections that nobody uses are let go of first.
        self.client = client(Path::new(self.ready["ca_file"].as_str().unwrap()));
        self.signal(Signal::TERM);
        let status = self.ended().await;
        assert_eq!(status.code(), Some(0), "{status}");
    }
}

/// The answer's entry in the log.
pub fn log_index(answer: &Response) -> Option<u64> {
    answer
        .headers()
        .get("strongroom-log-index")?
        .to_str()
        .ok()?
        .parse()
        .ok()
}
