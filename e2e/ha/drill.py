"""The drill that people run: the primary gives way by command, and the program itself looks whether everything acknowledged is there."""

import json
import os
import subprocess
import time

from cluster import DEPLOY, Cluster
from house import STRONGROOM, Haproxy, House, free_port, new_folder, say, tell, wait_for


def run():
    folder = new_folder()
    cluster = Cluster(folder)
    cluster.wait_whole()
    cluster.sql(*cluster.with_words(DEPLOY / "databases.sql").split(";")[:-1])
    house = House(folder, port := free_port(), (cluster.words["change-me-4"], cluster.words["change-me-5"]))
    for _ in range(2):
        house.add_node()
    haproxy = Haproxy(house, [(it.name, it.port, it.rest) for it in cluster.members], port)
    wait_for("HAProxy finds the primary", lambda: len(haproxy.up("postgres")) == 1, 30)
    house.start_one_by_one()
    wait_for("HAProxy sees both nodes", lambda: len(haproxy.up("strongroom")) == 2, 30)
    config = house.nodes[0].config.with_name("drill.toml")
    patronictl = ["patronictl", "-c", str(cluster.members[0].folder / "patroni.yml"), "switchover", "--force"]
    config.write_text(f"{house.nodes[0].config.read_text()}\n[drills]\nfailover_command = {json.dumps(patronictl)}\n")

    def strongroom(*arguments):
        argv = [STRONGROOM, *arguments, "--config", config, "--json"]
        done = subprocess.run([str(it) for it in argv], capture_output=True, text=True, timeout=240, check=False, env={**os.environ, **cluster.environment})
        return done.returncode, json.loads(done.stdout or "null"), done.stderr.strip()

    def replication(what):
        _, status, said = strongroom("status")
        found = (status or {}).get("replication") or {}
        standbys = found.get("standbys", [])
        held = [it for it in standbys if it["sync"] in ("sync", "quorum") and it["state"] == "streaming"]
        say(len(standbys) == 2 and held and not found["broken"], f"{what}: two standbys stream, commits wait for {[it['name'] for it in held]}{said if not held else ''}")
        say(status["node"]["ready"] is True, f"{what}: the node is ready")

    replication("before")
    first = cluster.primary()
    began = time.monotonic()
    code, said, talk = strongroom("drill", "run", "failover", "--yes")
    say(code == 0 and said["ok"], f"the drill holds: {said or talk}")
    if code == 0:
        tell(f"{said['amount']} writes acknowledged, none lost; nobody could write for {said['rto_seconds']:.1f} s; {time.monotonic() - began:.1f} s in all")
    say(cluster.wait_whole() is not first, "another machine is the primary")
    wait_for("HAProxy sees both nodes", lambda: len(haproxy.up("strongroom")) == 2, 30)
    replication("after")
    held, verified = house.verify()
    say(held, f"the log holds: {verified}")

    # With one standby cut off and the other gone there is nobody to take over: the drill is not begun.
    primary = cluster.primary()
    primary.cut()
    time.sleep(10)
    code, said, talk = strongroom("drill", "run", "failover", "--yes")
    say(code == 1 and cluster.primary() in (primary, None), f"without a standby it is not begun: {(said or {}).get('problem', talk)}")
    primary.mend()
    cluster.wait_whole()
