"""Three PostgreSQL machines on this one: etcd and Patroni by the files of deploy/ha, with other addresses, paths and passwords."""

import http.client
import json
import re
import secrets
import signal
import sys

from house import HERE, POSTGRES, ROOT, Program, children, free_port, kill, owned, run, wait_for

NAMES = ("sr1", "sr2", "sr3")
DEPLOY = ROOT / "deploy/ha"


def settings(text):
    """The variables of a file for EnvironmentFile=."""
    return dict(line.split("=", 1) for line in text.splitlines() if "=" in line and not line.startswith("#"))


class Member:
    """One machine: its ports, its etcd, its Patroni with a PostgreSQL, and the wire on which others reach that one."""

    def __init__(self, nth, folder):
        self.nth, self.name = nth, NAMES[nth]
        self.folder = owned(folder / self.name, "postgres")
        self.peer, self.client, self.rest, self.port, self.wire = (free_port() for _ in range(5))
        self.etcd = self.patroni = self.link = None

    def ask(self, path):
        """Patroni's status for a path, and what it says; 0 where it does not answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.rest, timeout=3)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read() or b"{}")
        except (OSError, http.client.HTTPException, ValueError):
            return 0, {}
        finally:
            connection.close()

    def start_wire(self):
        self.link = Program(f"wire-{self.name}", [sys.executable, HERE / "link.py", self.wire, self.port], self.folder)

    def cut(self):
        """Nothing comes through any more, and nobody is told."""
        kill([self.link.pid], signal.SIGSTOP)

    def mend(self):
        kill([self.link.pid], signal.SIGCONT)

    def postmaster(self):
        return int((self.folder / "data/postmaster.pid").read_text().split()[0])

    def die(self):
        """The machine loses its power: Patroni and every process of PostgreSQL, at once."""
        postmaster = self.postmaster()
        kill([self.patroni.pid, *children(self.patroni.pid), postmaster, *children(postmaster)])
        self.patroni.kill_all()


class Cluster:
    """Three members that know each other."""

    def __init__(self, folder):
        self.members = [Member(nth, folder) for nth in range(3)]
        self.words = {f"change-me-{nth}": secrets.token_hex(12) for nth in range(1, 6)}
        self.environment = {**settings(self.with_words(DEPLOY / "patroni.env"))}
        for member in self.members:
            self.start_etcd(member)
        wait_for("etcd answers", lambda: all(self.healthy(it) for it in self.members), 30)
        for member in self.members:
            member.start_wire()
        self.start_patroni(self.members[0])
        wait_for("the first member is primary", self.primary, 60)
        for member in self.members[1:]:
            self.start_patroni(member)

    def with_words(self, file):
        text = file.read_text()
        for was, now in self.words.items():
            text = text.replace(was, now)
        return text

    def addressed(self, text, member, own):
        """The text of sr1 as the text of `member`: what names sr1 alone names the member, then every address becomes one of this test."""
        for line in own:
            if line not in text:
                raise RuntimeError(f"there is no {line!r}")
            text = text.replace(line, line.replace("sr1", member.name).replace("10.77.0.1", f"10.77.0.{member.nth + 1}"))
        for it in self.members:
            ports = {2380: it.peer, 2379: it.client, 8008: it.rest, 5432: it.port}
            for was, now in ports.items():
                text = text.replace(f"10.77.0.{it.nth + 1}:{was}", f"127.0.0.1:{now}")
        return text.replace("10.77.0.0/24", "127.0.0.1/32")

    def start_etcd(self, member):
        text = (DEPLOY / "etcd.env").read_text()
        own = [line for line in text.splitlines() if re.match(r"ETCD_(NAME|LISTEN_\w+|\w*ADVERTISE_\w+)=", line)]
        env = settings(self.addressed(text, member, own))
        env["ETCD_DATA_DIR"] = str(member.folder / "etcd")
        member.etcd = Program(f"etcd-{member.name}", ["etcd", "--logger", "zap"], member.folder, "postgres", env)

    def healthy(self, member):
        connection = http.client.HTTPConnection("127.0.0.1", member.client, timeout=2)
        try:
            connection.request("GET", "/health")
            return json.loads(connection.getresponse().read()).get("health") == "true"
        except (OSError, http.client.HTTPException, ValueError):
            return False
        finally:
            connection.close()

    def start_patroni(self, member):
        file = member.folder / "patroni.yml"
        own = ["name: sr1", "listen: 10.77.0.1:8008", "connect_address: 10.77.0.1:8008", "listen: 10.77.0.1:5432", "connect_address: 10.77.0.1:5432"]
        text = self.addressed((DEPLOY / "patroni.yml").read_text(), member, own)
        for was, now in {
            # Others reach it over the wire that can be cut.
            f"connect_address: 127.0.0.1:{member.port}": f"connect_address: 127.0.0.1:{member.wire}",
            "/var/lib/postgresql/15/strongroom": str(member.folder / "data"),
            "/usr/lib/postgresql/15/bin": str(POSTGRES),
            "/var/lib/postgresql/.pgpass-patroni": str(member.folder / "pgpass"),
            "/var/run/postgresql": str(member.folder),
        }.items():
            if was not in text:
                raise RuntimeError(f"deploy/ha/patroni.yml has no {was}")
            text = text.replace(was, now)
        file.write_text(text)
        member.patroni = Program(f"patroni-{member.name}", ["patroni", file], member.folder, "postgres", self.environment)

    def primary(self):
        """The member that says it is the primary."""
        return next((it for it in self.members if it.ask("/primary")[0] == 200), None)

    def is_whole(self):
        """One primary, two standbys that stream, one of them the second machine of each commit."""
        primary = self.primary()
        if not primary:
            return None
        others = [it for it in self.members if it is not primary]
        streaming = primary.ask("/patroni")[1].get("replication", [])
        whole = len([it for it in streaming if it.get("state") == "streaming"]) == 2 and any(it.ask("/synchronous")[0] == 200 for it in others)
        return primary if whole else None

    def wait_whole(self, seconds=120):
        return wait_for("one primary and two standbys that stream", self.is_whole, seconds, 0.3)

    def sql(self, *texts, member=None):
        primary = member or self.primary()
        env = {"PGPASSWORD": self.environment["PATRONI_SUPERUSER_PASSWORD"]}
        argv = [POSTGRES / "psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1", "-p", primary.port, "-U", "postgres", "-d", "postgres"]
        return run([*argv, *(part for text in texts for part in ("-c", text))], env=env).strip()

    def end(self, member):
        """Patroni ends PostgreSQL as well."""
        member.patroni.end()
