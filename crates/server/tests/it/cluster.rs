//! A PostgreSQL of our own beneath the real program, killed and started again: refused clearly meanwhile, nothing
//! acknowledged lost, and answered again without a restart of ours.

use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

use crate::load::Told;
use crate::running::Place;

/// A database server with nothing in it. Killed with the test.
pub struct Cluster {
    folder: TempDir,
    programs: PathBuf,
    pub port: u16,
    /// More settings of the server.
    more: String,
}

impl Cluster {
    fn start() -> Option<Self> {
        Self::set("")
    }

    /// With these settings.
    pub fn set(settings: &'static str) -> Option<Self> {
        Self::begin(|_| settings.to_owned())
    }

    /// One whose files are prepared before it starts, with the settings that this gives.
    pub fn begin(prepare: impl FnOnce(&Self) -> String) -> Option<Self> {
        let programs = programs()?;
        let folder = tempfile::tempdir().unwrap();
        let port = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let mut cluster = Self {
            folder,
            programs,
            port,
            more: String::new(),
        };
        // PostgreSQL refuses to run as root, and its user must be able to come here.
        std::fs::set_permissions(cluster.root(), PermissionsExt::from_mode(0o777)).unwrap();
        let args = [
            "-U",
            "postgres",
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C",
        ];
        let made = cluster.ran(
            cluster
                .run("initdb")
                .args(args)
                .arg("-D")
                .arg(cluster.data()),
        );
        if !made {
            return None;
        }
        cluster.more = prepare(&cluster);
        cluster.up().then_some(cluster)
    }

    pub fn root(&self) -> &Path {
        self.folder.path()
    }

    pub fn programs(&self) -> &Path {
        &self.programs
    }

    pub fn data(&self) -> PathBuf {
        self.root().join("data")
    }

    pub fn run(&self, program: &str) -> Command {
        let program = self.programs.join(program);
        let mut command = if rustix::process::geteuid().is_root() {
            let mut command = Command::new("runuser");
            command.args(["-u", "postgres", "--"]).arg(program);
            command
        } else {
            Command::new(program)
        };
        command.current_dir(self.root());
        command
    }

    pub fn ran(&self, command: &mut Command) -> bool {
        // Into a file: a server that goes on would else hold the pipe.
        let said = self.root().join("said");
        let file = std::fs::File::create(&said).unwrap();
        let ran = command
            .stdin(Stdio::null())
            .stdout(file.try_clone().unwrap())
            .stderr(file)
            .status();
        let held = ran.is_ok_and(|status| status.success());
        if !held {
            eprintln!("{}", std::fs::read_to_string(said).unwrap_or_default());
        }
        held
    }

    pub fn up(&self) -> bool {
        let settings = format!(
            "-c listen_addresses=127.0.0.1 -c port={} -c unix_socket_directories='' -c fsync=on {}",
            self.port, self.more
        );
        let mut start = self.run("pg_ctl");
        start.arg("-D").arg(self.data());
        start.arg("-l").arg(self.root().join("log"));
        self.ran(start.args(["-w", "-t", "60", "-o", &settings, "start"]))
    }

    /// As if it lost its power: nothing is written any more, and what was is recovered from its log.
    pub fn down(&self) -> bool {
        let mut stop = self.run("pg_ctl");
        stop.arg("-D").arg(self.data());
        self.ran(stop.args(["-m", "immediate", "-w", "stop"]))
    }

    /// A place over two new databases of it, with a backup every so many hours.
    pub fn place(&self, backup_hours: &str) -> Place {
        let (data, keys) = (self.make("data"), self.make("keys"));
        Place::new().with(&[
            "--postgres-data",
            data.to_str().unwrap(),
            "--postgres-keys",
            keys.to_str().unwrap(),
            "--backup-hours",
            backup_hours,
        ])
    }

    pub fn make(&self, database: &str) -> PathBuf {
        let mut create = self.run("psql");
        create.args(["-h", "127.0.0.1", "-U", "postgres", "-p"]);
        create.arg(self.port.to_string());
        let sql = format!("CREATE DATABASE {database}");
        assert!(self.ran(create.args(["-d", "postgres", "-c", &sql])));
        let url = format!("postgresql://postgres@127.0.0.1:{}/{database}", self.port);
        let file = self.root().join(format!("{database}.url"));
        server::private::write(&file, url.as_bytes()).unwrap();
        file
    }
}

/// A standby of a cluster, killed with the test.
pub struct Standby<'a> {
    of: &'a Cluster,
    pub port: u16,
    name: &'static str,
}

impl Cluster {
    /// A standby that receives what is written, from a slot of its own.
    pub fn standby(&self, name: &'static str) -> Standby<'_> {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        drop(listener);
        let standby = Standby {
            of: self,
            port,
            name,
        };
        let from = format!(
            "host=127.0.0.1 port={} user=postgres application_name={name}",
            self.port
        );
        let mut copy = self.run("pg_basebackup");
        copy.arg("-D").arg(standby.data());
        copy.args(["-R", "-c", "fast", "-C", "-S", name, "-d", &from]);
        assert!(self.ran(&mut copy) && standby.up());
        standby
    }

    /// Say something to the server.
    pub fn say(&self, sql: &str) -> bool {
        self.say_in("postgres", sql)
    }

    /// Say something to one of its databases.
    pub fn say_in(&self, database: &str, sql: &str) -> bool {
        let mut say = self.run("psql");
        say.args(["-h", "127.0.0.1", "-U", "postgres", "-d", database, "-p"]);
        say.arg(self.port.to_string());
        self.ran(say.args(["-c", sql]))
    }

    /// Say to one of its databases what stands in a file.
    pub fn load(&self, database: &str, file: &Path) -> bool {
        let mut load = self.run("psql");
        load.args(["-h", "127.0.0.1", "-U", "postgres", "-d", database, "-p"]);
        load.arg(self.port.to_string());
        load.args(["-q", "-v", "ON_ERROR_STOP=1", "-f"]).arg(file);
        self.ran(&mut load)
    }

    /// Let commits wait for standbys of these names.
    pub fn wait_for(&self, names: &str) {
        let set = format!("ALTER SYSTEM SET synchronous_standby_names = '{names}'");
        assert!(self.say(&set) && self.say("SELECT pg_reload_conf()"));
    }
}

impl Standby<'_> {
    pub fn data(&self) -> PathBuf {
        self.of.root().join(self.name)
    }

    pub fn up(&self) -> bool {
        let settings = format!(
            "-c listen_addresses=127.0.0.1 -c port={} -c unix_socket_directories=''",
            self.port
        );
        let mut start = self.of.run("pg_ctl");
        start.arg("-D").arg(self.data());
        start.arg("-l").arg(self.of.root().join("standby.log"));
        self.of
            .ran(start.args(["-w", "-t", "60", "-o", &settings, "start"]))
    }

    pub fn down(&self) -> bool {
        let mut stop = self.of.run("pg_ctl");
        stop.arg("-D").arg(self.data());
        self.of.ran(stop.args(["-m", "immediate", "-w", "stop"]))
    }
}

impl Drop for Standby<'_> {
    fn drop(&mut self) {
        self.down();
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        self.down();
    }
}

/// The folder of initdb and its like.
fn programs() -> Option<PathBuf> {
    let on_the_path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<_> = std::env::split_paths(&on_the_path).collect();
    let debian = std::fs::read_dir("/usr/lib/postgresql");
    folders.extend(
        debian
            .into_iter()
            .flatten()
            .flatten()
            .map(|version| version.path().join("bin")),
    );
    folders
        .iter()
        .filter_map(|folder| {
            folder
                .join("initdb")
                .canonicalize()
                .ok()?
                .parent()
                .map(Path::to_owned)
        })
        .find(|folder| folder.join("pg_ctl").is_file() && folder.join("psql").is_file())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_server_that_dies_and_comes_back() {
    let Some(cluster) = Cluster::start() else {
        eprintln!("skipped: PostgreSQL's own programs are not here, or do not start");
        return;
    };
    let (data, keys) = (cluster.make("data"), cluster.make("keys"));
    let place = Place::new().with(&[
        "--postgres-data",
        data.to_str().unwrap(),
        "--postgres-keys",
        keys.to_str().unwrap(),
    ]);
    let server = place.start().await;
    let told = Told::default();
    for _ in 0..3 {
        told.until_answered(&place, &server).await;
        // Under load: what is on its way is either kept or refused.
        let killed = std::cell::Cell::new(false);
        told.until_refused(&place, &server, || {
            if !killed.replace(true) {
                assert!(cluster.down());
            }
        })
        .await;
        assert!(cluster.up());
    }
    told.until_answered(&place, &server).await;
    eprintln!("{} requests were refused", told.refused());
    told.is_kept(&place, &server).await;
    server.stop().await;
}
