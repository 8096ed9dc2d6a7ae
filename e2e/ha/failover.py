"""A database of three machines whose primary dies, and what is lost: nothing that was acknowledged."""

import time

from caller import Caller, Writers
from cluster import DEPLOY, Cluster
from house import Haproxy, House, free_port, new_folder, say, tell, wait_for

WRITERS = 8
CUT_SECONDS = 8


def run():
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
    wait_for("HAProxy finds the primary", lambda: haproxy.up("postgres"), 30)
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
        gap, _ = by.gap(since - 3)
        wait_for("HAProxy sees both nodes", lambda: len(haproxy.up("strongroom")) == 2, 30)
        gone = by.missing(token, house.public)
        before = len([it for it in by.times if it < since])
        say(not gone, f"{what}: of {len(by.acknowledged)} acknowledged writes ({before} before it) {len(gone)} are lost{f': {gone[:3]}' if gone else ''}")
        tell(f"no write was acknowledged for {gap:.1f} s; callers heard: {by.said()}")
        held, said = house.verify()
        say(held, f"{what}: the log holds: {said}")
        return gap

    # The machine of the primary is gone.
    by = writers("killed")
    time.sleep(4)
    primary = cluster.primary()
    primary.die()
    gap = after(f"{primary.name}, the primary, killed with -9", by, time.monotonic())
    say(gap < 45, f"writes went on after {gap:.1f} s")
    cluster.start_patroni(primary)
    began = time.monotonic()
    cluster.wait_whole()
    tell(f"{primary.name} came back as a standby by itself, {time.monotonic() - began:.1f} s after it was started")

    # No wire to the standbys first; then the machine is gone.
    primary = cluster.primary()
    by = writers("cut")
    time.sleep(4)
    primary.cut()
    cut = time.monotonic()
    time.sleep(CUT_SECONDS)
    late = [it for it in by.times if it > cut + 1]
    tell(f"while {primary.name} reaches no standby, {len(late)} writes are acknowledged in {CUT_SECONDS} s; callers hear: {by.said()}")
    say(not late, "a primary that reaches no standby acknowledges nothing")
    primary.die()
    gap = after(f"{primary.name} killed {CUT_SECONDS} s after its standbys were cut off", by, time.monotonic())
    primary.mend()
    cluster.start_patroni(primary)
    began = time.monotonic()
    cluster.wait_whole()
    tell(f"{primary.name} came back as a standby by itself, {time.monotonic() - began:.1f} s after it was started")
    return house, haproxy, cluster
