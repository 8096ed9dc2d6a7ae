"""A standby that takes over at once, and gives numbers of transactions again that the dead primary had given: none is taken for another."""

import os
import socket
import sys
import threading
import time
from signal import SIGSTOP

from caller import Caller, Writers
from house import HERE, POSTGRES, House, Postgres, Program, children, free_port, kill, new_folder, owned, run as ran, say, tell, wait_for

CUT_SECONDS = 2
AS_OWNER = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []


class Front:
    """One port that leads to whichever server is told."""

    def __init__(self, port):
        self.port, self.to = free_port(), port
        self.listener = socket.create_server(("127.0.0.1", self.port), backlog=200)
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            near, _ = self.listener.accept()
            try:
                far = socket.create_connection(("127.0.0.1", self.to), 1)
                far.settimeout(None)
            except OSError:
                near.close()
                continue
            for one, other in ((near, far), (far, near)):
                threading.Thread(target=self.carry, args=(one, other), daemon=True).start()

    @staticmethod
    def carry(one, other):
        try:
            while data := one.recv(65536):
                other.sendall(data)
        except OSError:
            pass
        for it in (one, other):
            try:
                it.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass


class Standby:
    """A copy of a primary that follows it, over a wire that can be cut."""

    def __init__(self, folder, primary):
        self.folder, self.port, wire = owned(folder / "standby", "postgres"), free_port(), free_port()
        self.wire = Program("wire", [sys.executable, HERE / "link.py", wire, primary.port], folder)
        wait_for("the wire", lambda: socket.socket().connect_ex(("127.0.0.1", wire)) == 0, 10)
        data = self.folder / "data"
        base = ["-h", "127.0.0.1", "-p", wire, "-U", "postgres", "-D", data, "-R", "-X", "stream", "-c", "fast"]
        ran([*AS_OWNER, POSTGRES / "pg_basebackup", *base], cwd=self.folder)
        settings = ("listen_addresses=127.0.0.1", f"port={self.port}", "unix_socket_directories=", "max_connections=200")
        Program("standby", [POSTGRES / "postgres", "-D", data, *(part for it in settings for part in ("-c", it))], self.folder, "postgres")
        primary.sql("postgres", "ALTER SYSTEM SET synchronous_standby_names = '*'", "SELECT pg_reload_conf()")
        wait_for("the standby holds every commit", lambda: primary.sql("postgres", "SELECT sync_state FROM pg_stat_replication") == "sync", 60)

    def take_over(self):
        """Primary, alone; and a crowd of others' transactions, so that numbers given before are given again."""
        ran([*AS_OWNER, POSTGRES / "pg_ctl", "-D", self.folder / "data", "-w", "promote"], cwd=self.folder)
        texts = ["SET synchronous_commit = local", "ALTER SYSTEM SET synchronous_standby_names = ''", "SELECT pg_reload_conf()"]
        texts += ["SELECT pg_current_xact_id()"] * 100
        argv = [POSTGRES / "psql", "-X", "-q", "-A", "-t", "-h", "127.0.0.1", "-p", self.port, "-U", "postgres", "-d", "postgres"]
        ran([*argv, *(part for text in texts for part in ("-c", text))])


def run():
    folder = new_folder()
    primary = Postgres(folder)
    standby = Standby(folder, primary)
    front = Front(primary.port)
    house = House(folder, front.port)
    for _ in range(2):
        house.add_node()
    house.start_one_by_one()
    token = house.token("app")
    person = Caller(house, house.nodes[0].port, token).json("POST", "/v1/persons")["person"]
    both = [Writers(house, node.port, token, person, 6, name=node.name) for node in house.nodes]
    time.sleep(3)
    kill([standby.wire.pid], SIGSTOP)
    cut = time.monotonic()
    time.sleep(CUT_SECONDS)
    primary.program.kill_all()
    killed = time.monotonic()
    front.to = standby.port
    standby.take_over()
    took = time.monotonic() - killed
    wait_for("writes go on", lambda: all(by.times and by.times[-1] > killed + 1 for by in both), 30)
    time.sleep(4)
    gone, waiting = [], 0
    for by, node in zip(both, house.nodes, strict=True):
        by.finish()
        waiting += len(by.failed)
        gone += by.missing(token, node.port)
    total = sum(len(by.acknowledged) for by in both)
    say(not gone, f"a standby that was cut off takes over within {took:.1f} s and gives numbers of transactions again: "
        f"of {total} acknowledged writes {len(gone)} are lost{f': {gone[:4]}' if gone else ''}")
    tell(f"callers heard: {'; '.join(by.said() for by in both)}; no write was acknowledged for {max(by.gap(cut)[0] for by in both):.1f} s")
    held, said = house.verify()
    say(held, f"the log holds: {said}")
