"""Programs of a test: started on ports of their own, waited for, and ended by their own ids; and what they are started with."""

import atexit
import os
import pwd
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
STRONGROOM = os.environ.get("STRONGROOM_BIN", "strongroom")
POSTGRES = max(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name), default=Path("/usr/bin"))

failures = 0


def say(ok, what):
    """One claim, and whether it holds."""
    global failures
    failures += not ok
    print(f"{'ok  ' if ok else 'FAIL'} {what}", flush=True)


def tell(what):
    print(f"     {what}", flush=True)


def wait_for(what, ready, seconds, pause=0.05):
    """Until `ready` gives something that is true; what it gave."""
    end = time.monotonic() + seconds
    while True:
        found = ready()
        if found:
            return found
        if time.monotonic() > end:
            raise RuntimeError(f"after {seconds} s still not: {what}")
        time.sleep(pause)


given = set()


def free_port():
    """A port that nobody listens at, and that was not given before. From below those that the system gives to connections, so
    that none is taken while its program is down."""
    low = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    while True:
        port = secrets.randbelow(low - 10_000) + 10_000 if low > 12_000 else 0
        with socket.socket() as it:
            try:
                it.bind(("127.0.0.1", port))
            except OSError:
                continue
            port = it.getsockname()[1]
        if port not in given:
            given.add(port)
            return port


def children(pid):
    """Every process below one."""
    by_parent = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
            except (OSError, IndexError):
                continue
            by_parent.setdefault(parent, []).append(int(entry.name))
    found, rest = [], [pid]
    while rest:
        below = by_parent.get(rest.pop(), [])
        found += below
        rest += below
    return found


def kill(pids, how=signal.SIGKILL):
    for pid in pids:
        try:
            os.kill(pid, how)
        except ProcessLookupError:
            pass


class Program:
    """One process that we started."""

    def __init__(self, name, argv, folder, user=None, env=None):
        self.name, self.log = name, folder / f"{name}.log"
        out = self.log.open("ab")
        who = {"user": user, "group": user, "extra_groups": []} if user and os.geteuid() == 0 else {}
        surroundings = {**os.environ, **(env or {})}
        if who:
            surroundings["HOME"] = str(folder)
        self.process = subprocess.Popen(
            [str(it) for it in argv], cwd=folder, env=surroundings, stdin=subprocess.DEVNULL, stdout=out, stderr=out, **who
        )
        out.close()
        programs.append(self)

    @property
    def pid(self):
        return self.process.pid

    def alive(self):
        return self.process.poll() is None

    def end(self, how=signal.SIGTERM, seconds=30):
        """End it, and wait; by force if it does not."""
        if self.alive():
            self.process.send_signal(signal.SIGCONT)
            self.process.send_signal(how)
            try:
                self.process.wait(seconds)
            except subprocess.TimeoutExpired:
                kill([*children(self.pid), self.pid])
                self.process.wait()
        if self in programs:
            programs.remove(self)

    def kill_all(self):
        """At once and with all below it, as a machine that loses its power."""
        kill([self.pid, *children(self.pid)])
        self.process.wait()
        if self in programs:
            programs.remove(self)


programs = []
folders = []


def end_all():
    for program in reversed(programs.copy()):
        try:
            # Without waiting: a node does not drain, PostgreSQL does not wait for its clients.
            program.end(signal.SIGINT, 10)
        except Exception as error:  # noqa: BLE001 - the others are ended all the same
            print(f"{program.name} did not end: {error}", file=sys.stderr)
    while folders:
        folder = folders.pop()
        if not os.environ.get("STRONGROOM_HA_KEEP"):
            shutil.rmtree(folder, ignore_errors=True)


atexit.register(end_all)
for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
    signal.signal(number, lambda *_: sys.exit(1))


def new_folder():
    """A folder that PostgreSQL's user gets into as well."""
    folder = Path(tempfile.mkdtemp(prefix="strongroom-ha-"))
    folder.chmod(0o711)
    folders.append(folder)
    return folder


def owned(folder, user):
    folder.mkdir(mode=0o700, exist_ok=True)
    if os.geteuid() == 0:
        who = pwd.getpwnam(user)
        os.chown(folder, who.pw_uid, who.pw_gid)
    return folder


def private(path, text):
    path.write_text(text)
    path.chmod(0o600)
    return path


def run(argv, **options):
    done = subprocess.run([str(it) for it in argv], capture_output=True, text=True, timeout=120, check=False, **options)
    if done.returncode:
        raise RuntimeError(f"{' '.join(str(it) for it in argv)}: exit {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def certificates(folder):
    """An authority of this test's own, and a certificate for the service: (authority, certificate, key, both in one file)."""
    ca, key, pem = folder / "ca.pem", folder / "server.key", folder / "server.pem"
    ca_key, asked, names = folder / "ca.key", folder / "server.csr", folder / "names"
    names.write_text("subjectAltName=DNS:records.example,DNS:localhost,IP:127.0.0.1\nextendedKeyUsage=serverAuth\n")
    new = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    run(["openssl", "req", "-x509", *new, "-keyout", ca_key, "-out", ca, "-days", "2", "-subj", "/CN=test"])
    run(["openssl", "req", *new, "-keyout", key, "-out", asked, "-subj", "/CN=records.example"])
    run(["openssl", "x509", "-req", "-in", asked, "-CA", ca, "-CAkey", ca_key, "-CAcreateserial", "-days", "2", "-extfile", names, "-out", pem])
    both = private(folder / "both.pem", pem.read_text() + key.read_text())
    key.chmod(0o600)
    return ca, pem, key, both


class Postgres:
    """One server, made anew, with the two databases."""

    def __init__(self, folder):
        self.folder, self.port = owned(folder / "postgres", "postgres"), free_port()
        data = self.folder / "data"
        as_owner = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        run([*as_owner, POSTGRES / "initdb", "-D", data, "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--locale=C"], cwd=self.folder)
        settings = {"listen_addresses": "127.0.0.1", "port": self.port, "unix_socket_directories": "", "max_connections": 200}
        argv = [POSTGRES / "postgres", "-D", data, *(part for it in settings.items() for part in ("-c", "{}={}".format(*it)))]
        self.program = Program("postgres", argv, self.folder, "postgres")
        wait_for("PostgreSQL answers", self.answers, 30)
        self.sql("postgres", *(ROOT / "deploy/ha/databases.sql").read_text().replace("change-me-", "word").split(";")[:-1])

    def answers(self):
        return subprocess.run([POSTGRES / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(self.port)], check=False).returncode == 0

    def sql(self, database, *texts):
        argv = [POSTGRES / "psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1", "-p", self.port, "-U", "postgres", "-d", database]
        return run([*argv, *(part for text in texts for part in ("-c", text))]).strip()


class House:
    """An installation on PostgreSQL: one configuration, one seal, one folder of files; and its nodes."""

    def __init__(self, folder, port, words=("word4", "word5"), program=STRONGROOM):
        """`program`: what the nodes are started with, unless one is told otherwise."""
        self.folder, self.ca, self.pem = folder, *certificates(folder)[:2]
        self.nodes, self.program = [], program
        self.public = free_port()
        # A program that does not know the key yet refuses it; what it is for is then seen not to hold.
        known = "proxies = " in run([program, "config", "sample"])
        self.proxies = 'proxies = ["127.0.0.1"]\n' if known else ""
        (folder / "root.key").write_bytes(secrets.token_bytes(32))
        (folder / "root.key").chmod(0o600)
        private(folder / "data.url", f"postgresql://strongroom_data:{words[0]}@127.0.0.1:{port}/strongroom\n")
        private(folder / "keys.url", f"postgresql://strongroom_keys:{words[1]}@127.0.0.1:{port}/strongroom_keys\n")
        for name in ("files", "backup", "generations", "apart"):
            (folder / name).mkdir(mode=0o700)

    def settings(self, port, metrics):
        """The one configuration; only the ports differ, since these machines are one."""
        return f"""environment = "production"
region = "eu"
origin = "records.example"
public_url = "https://localhost:{self.public}"
tenants = ["acme"]

[listen]
https = "127.0.0.1:{port}"
metrics = "127.0.0.1:{metrics}"
{self.proxies}
[tls]
certificate = "server.pem"
key = "server.key"

[data]
kind = "postgres"
url_file = "data.url"

[keys]
kind = "postgres"
url_file = "keys.url"

[files]
kind = "folder"
path = "files"

[seal]
kind = "key-file"
path = "root.key"

[backup]
key_file = "backup.key"
scratch = "scratch"

[backup.repository]
kind = "folder"
path = "backup"

[backup.keys]
folder = "generations"
apart = "apart"

[accounts]
address = "https://localhost:{self.public}"

[logging]
level = "info"
format = "text"
"""

    def add_node(self):
        node = Node(self, f"node{len(self.nodes) + 1}")
        self.nodes.append(node)
        return node

    def start_one_by_one(self):
        for node in self.nodes:
            node.start()
            node.wait_ready()

    def start_at_once(self):
        """Every node at the same moment. Those that ended, with what they said; they are started again, as a service manager does."""
        ended = []
        for node in self.nodes:
            node.start()
        for node in self.nodes:
            try:
                node.wait_ready()
            except RuntimeError as error:
                ended.append(str(error).strip())
                node.start()
                node.wait_ready()
        return ended

    def command(self, *arguments):
        """`strongroom ...` beside the nodes, as the first of them."""
        return run([self.nodes[0].binary, *arguments, "--config", self.nodes[0].config])

    def token(self, role, *more):
        return self.command("token", "create", "--role", role, "--label", f"ha {role}", *more).strip()

    def verify(self):
        """Whether the log holds, and what the verifier says."""
        argv = [STRONGROOM, "log", "verify", "--config", self.nodes[0].config]
        done = subprocess.run([str(it) for it in argv], capture_output=True, text=True, timeout=180, check=False)
        return done.returncode == 0, " ".join((done.stdout + done.stderr).split())[:300]


class Node:
    """One `strongroom serve`."""

    def __init__(self, house, name):
        self.house, self.name, self.port, self.metrics = house, name, free_port(), free_port()
        self.binary = house.program
        self.config = house.folder / f"{name}.toml"
        self.config.write_text(house.settings(self.port, self.metrics))
        self.program = None

    def start(self):
        self.program = Program(self.name, [self.binary, "serve", "--config", self.config], self.house.folder)

    def wait_ready(self, seconds=60):
        def ready():
            if not self.program.alive():
                raise RuntimeError(f"{self.name} ended: {self.program.log.read_text()[-2000:]}")
            return self.status() == 200

        wait_for(f"{self.name} is ready", ready, seconds)

    def status(self):
        """What it answers on its side listener, or 0."""
        try:
            with socket.create_connection(("127.0.0.1", self.metrics), 2) as it:
                it.settimeout(40)
                it.sendall(b"GET /readyz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
                return int(it.recv(64).split()[1])
        except (OSError, IndexError, ValueError):
            return 0


class Haproxy:
    """The load balancer, by the configuration of deploy/ha with other addresses and paths."""

    def __init__(self, house, members=None, postgres=None, name="haproxy"):
        """`members`: of the database, (name, port, port of Patroni), found at the port `postgres`. Without, there is no listener for them."""
        self.socket = house.folder / f"{name}.sock"
        self.port, self.postgres = house.public, postgres
        text = (ROOT / "deploy/ha/haproxy.cfg").read_text()
        if members is None:
            text = text[: text.index("listen postgres")]
        text = rewritten_servers(text, "backend strongroom", [(node.name, f"127.0.0.1:{node.port}", None) for node in house.nodes])
        if members is not None:
            text = rewritten_servers(text, "listen postgres", [(name, f"127.0.0.1:{port}", rest) for name, port, rest in members])
        for was, now in {
            "bind :443 ": f"bind 127.0.0.1:{self.port} ",
            "127.0.0.1:5000": f"127.0.0.1:{self.postgres}",
            "/run/haproxy/admin.sock": str(self.socket),
            "/etc/haproxy/records.pem": str(house.folder / "both.pem"),
            "/etc/haproxy/strongroom-ca.pem": str(house.ca),
        }.items():
            if was not in text and (members or "5000" not in was):
                raise RuntimeError(f"deploy/ha/haproxy.cfg has no {was}")
            text = text.replace(was, now)
        config = house.folder / f"{name}.cfg"
        config.write_text(text)
        run(["haproxy", "-c", "-f", config])
        self.program = Program(name, ["haproxy", "-db", "-f", config], house.folder)
        wait_for("HAProxy's socket", self.socket.exists, 10)

    def ask(self, what):
        with socket.socket(socket.AF_UNIX) as it:
            it.connect(str(self.socket))
            it.sendall(f"{what}\n".encode())
            answer = b""
            while more := it.recv(65536):
                answer += more
        return answer.decode()

    def rows(self):
        lines = self.ask("show stat").strip().splitlines()
        names = lines[0].lstrip("# ").split(",")
        return [dict(zip(names, line.split(","), strict=False)) for line in lines[1:]]

    def up(self, proxy):
        """The servers of a proxy that are up."""
        return [it["svname"] for it in self.rows() if it["pxname"] == proxy and it["type"] == "2" and it["status"].startswith("UP")]


def rewritten_servers(text, section, servers):
    """The servers of a section, at other addresses; their settings stay. `rest`: the port that is asked, where it is another one."""
    at = text.index(f"\n{section}\n")
    end = text.find("\n\n", at + 1)
    head, body, tail = text[:at], text[at : end if end > 0 else None], text[end:] if end > 0 else ""
    lines = re.findall(r"^    server sr\d .*$", body, re.M)
    new = "\n".join(f"    server {name} {address}{f' port {rest}' if rest else ''}" for name, address, rest in servers)
    return head + body.replace("\n".join(lines), new) + tail
