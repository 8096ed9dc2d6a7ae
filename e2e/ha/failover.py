"""A database of three machines whose primary dies, and what is lost: nothing that was acknowledged."""

import os
import signal
import subprocess
import time

from caller import Caller, Writers
from cluster import DEPLOY, Cluster
from house import Haproxy, House, children, free_port, kill, new_folder, say, tell, wait_for

WRITERS = 8
# Shorter than wal_sender_timeout: Patroni still knows which standby holds every commit. And longer.
CUT_SHORT = 3
CUT_LONG = int(os.environ.get("STRONGROOM_HA_CUT", "10"))


def run(long=False):
    """`long`: also a primary that was cut off until it gave its standbys up."""
    folder = new_folder()
    began = time.monotonic()
    cluster = Cluster(folder)
    cluster.wait_whole()
    tell(f"three members of etcd, three of Patroni: whole after {time.monotonic() - began:.1f} s")
    cluster.sql(*cluster.with_words(DEPLOY / "databases.sql").split(";")[:-1])
    house = House(folder, port := free_port(), (cluster.words["change-me-4"], cluster.words["change-me-5"]))
    for _ in range(2):
        house.add_node()
    haproxy = Haproxy(house, [(it.name, it.port, it.rest) for it in cluster.members], port)
    wait_for("HAProxy finds the primary", lambda: len(haproxy.up("postgres")) == 1, 30)
    house.start_one_by_one()
    wait_for("HAProxy sees both nodes", lambda: len(haproxy.up("strongroom")) == 2, 30)
    token = house.token("app")
    person = Caller(house, house.public, token).json("POST", "/v1/persons")["person"]

    def writers(name):
        return Writers(house, house.public, token, person, WRITERS, pause=0.02, name=name)

    def after(what, by, since, seconds=90):
        """Until writes are acknowledged again and some time more; then what became of those that were acknowledged before."""
        wait_for(f"writes go on after {what}", lambda: by.times and by.times[-1] > since + 0.5 and len([it for it in by.times[-100:] if it > since + 0.5]) > 50, seconds, 0.2)
        time.sleep(2)
        by.finish()
        gap, _ = by.gap(since - 1)
        wait_for("HAProxy sees both nodes", lambda: len(haproxy.up("strongroom")) == 2, 30)
        gone = by.missing(token, house.public)
        before = len([it for it in by.times if it < since])
        say(not gone, f"{what}: of {len(by.acknowledged)} acknowledged writes ({before} before it) {len(gone)} are lost{f': {gone[:3]}' if gone else ''}")
        tell(f"no write was acknowledged for {gap:.1f} s; callers heard: {by.said()}")
        held, said = house.verify()
        say(held, f"{what}: the log holds: {said}")
        return gap

    def back(member):
        member.mend()
        cluster.start_patroni(member)
        began = time.monotonic()
        cluster.wait_whole()
        tell(f"{member.name} came back as a standby by itself, {time.monotonic() - began:.1f} s after it was started")

    # The machine of the primary is gone.
    by = writers("killed")
    time.sleep(4)
    primary = cluster.primary()
    primary.die()
    gap = after(f"{primary.name}, the primary, killed with -9", by, time.monotonic())
    say(gap < 45, f"writes went on after {gap:.1f} s")
    back(primary)

    def cut(seconds, name):
        """The primary reaches no standby; writes go on being asked for."""
        primary = cluster.primary()
        by = writers(name)
        time.sleep(4)
        primary.cut()
        began = time.monotonic()
        time.sleep(seconds)
        late = [it for it in by.times if it > began + 1]
        waits = f"{len(by.threads)} writers, {len(by.failed)} answers"
        say(not late, f"a primary that reaches no standby acknowledges nothing: {len(late)} writes in {seconds} s ({waits}: {by.said()})")
        return primary, by, began

    # No wire to the standbys first; then the machine is gone.
    primary, by, began = cut(CUT_SHORT, "cut")
    primary.die()
    after(f"{primary.name} killed {CUT_SHORT} s after its standbys were cut off", by, began)
    back(primary)

    # The standby that holds every commit is gone.
    primary = cluster.wait_whole()
    standby = next(it for it in cluster.members if it.ask("/synchronous")[0] == 200)
    by = writers("standby")
    time.sleep(3)
    standby.die()
    after(f"{standby.name}, the standby that holds every commit, killed with -9", by, time.monotonic())
    back(standby)

    if not long:
        return
    # It stands still, and nobody is told.
    primary = cluster.wait_whole()
    standby = next(it for it in cluster.members if it.ask("/synchronous")[0] == 200)
    frozen = [standby.patroni.pid, standby.postmaster(), *children(standby.postmaster())]
    by = writers("frozen")
    time.sleep(3)
    began = time.monotonic()
    try:
        kill(frozen, signal.SIGSTOP)
        after(f"{standby.name}, the standby that holds every commit, frozen", by, began)
    finally:
        kill(frozen, signal.SIGCONT)
    cluster.wait_whole()

    def patronictl(*arguments):
        argv = ["patronictl", "-c", cluster.members[0].folder / "patroni.yml", *arguments]
        done = subprocess.run([str(it) for it in argv], capture_output=True, text=True, timeout=90, check=False, env={**os.environ, **cluster.environment})
        if done.returncode:
            tell(f"patronictl {arguments[0]}: {done.stdout}{done.stderr}")

    # Another machine becomes primary because people want it.
    primary = cluster.wait_whole()
    by = writers("switch")
    time.sleep(3)
    began = time.monotonic()
    patronictl("switchover", "--master", primary.name, "--force")
    after(f"{primary.name} gives way by command", by, began)

    # PostgreSQL alone dies; its Patroni is there to start it again.
    primary = cluster.wait_whole()
    by = writers("restarted")
    time.sleep(3)
    began = time.monotonic()
    postmaster = primary.postmaster()
    kill([postmaster, *children(postmaster)])
    after(f"PostgreSQL alone killed with -9 on {primary.name}", by, began)
    cluster.wait_whole()

    # So long that the primary gave both standbys up: which of them holds every commit is known to people, not to Patroni.
    primary, by, began = cut(CUT_LONG, "long")
    primary.die()
    time.sleep(25)
    say(cluster.primary() is None, f"{primary.name} killed {CUT_LONG} s after its standbys were cut off: no standby takes its place by itself")
    # The one that received most holds whatever was acknowledged.
    candidate = max((it for it in cluster.members if it is not primary), key=lambda it: it.ask("/patroni")[1]["xlog"]["received_location"])
    patronictl("failover", "--candidate", candidate.name, "--force")
    after(f"{candidate.name} made primary by command", by, began)
    back(primary)
