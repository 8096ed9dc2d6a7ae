"""Two nodes of the previous version, replaced one by one by this one while they are used."""

import os
import subprocess
import threading
import time
from pathlib import Path

from caller import Caller, Writers, reading
from house import STRONGROOM, Haproxy, House, Postgres, new_folder, run as ran, say, tell, wait_for
from rolling import CONNECTIONS, SEEDS, failed, kinds, load, restart

PREVIOUS = os.environ.get("STRONGROOM_PREVIOUS")
# How long the two versions run beside each other.
BESIDE_SECONDS = 10


def schema(postgres):
    return int(postgres.sql("strongroom", "SELECT max(number) FROM schema_migration"))


def run(requests, seconds_max):
    if not PREVIOUS or not Path(PREVIOUS).is_file():
        print("skipped: an upgrade from the previous version needs its program: STRONGROOM_PREVIOUS=/path/to/strongroom", flush=True)
        return
    folder = new_folder()
    postgres = Postgres(folder)
    # A point is made before the data are migrated, beside everything else.
    house = House(folder, postgres.port, program=PREVIOUS)
    for _ in range(2):
        house.add_node()
    house.start_one_by_one()
    haproxy = Haproxy(house)
    wait_for("HAProxy sees both", lambda: len(haproxy.up("strongroom")) == 2, 30)
    token = house.token("app")
    caller = Caller(house, house.public, token)
    person = caller.json("POST", "/v1/persons")["person"]
    base = f"/v1/persons/{person}/records/wearable-measure"
    for nth in range(SEEDS):
        caller.json("PUT", f"{base}/seed-{nth}", reading(60))
    house.command("backup", "now")
    before = schema(postgres)
    versions = [ran([it, "--version"]).strip() for it in (PREVIOUS, STRONGROOM)]
    same = Path(PREVIOUS).read_bytes() == Path(STRONGROOM).read_bytes()
    say(not same, f"another program than before: {versions[0]} at schema {before}, then {versions[1]}")

    stop, times, wrong, beside = threading.Event(), [], [], []

    def upgrade():
        try:
            time.sleep(5)
            for node in house.nodes:
                node.binary = STRONGROOM
                restart(node, haproxy, times)
                # Both versions on one schema, whichever is the newer one's.
                beside.append(schema(postgres))
                time.sleep(BESIDE_SECONDS)
            # And on, as often as it takes until enough was asked.
            while not stop.is_set():
                for node in house.nodes:
                    restart(node, haproxy, times)
        except Exception as error:  # noqa: BLE001 - said below
            wrong.append(error)

    writers = Writers(house, house.public, token, person, 4, pause=0.02, name="kept")
    upgrader = threading.Thread(target=upgrade, daemon=True)
    upgrader.start()
    began, rounds = time.monotonic(), []
    while (sum(it["requests"] for it in rounds) < requests or len(beside) < 2) and time.monotonic() - began < seconds_max and not wrong:
        rounds.append(load(house, 15, token, person, f"round{len(rounds)}"))
    stop.set()
    upgrader.join(120)
    writers.finish()
    total = {name: sum(it[name] for it in rounds) for name in rounds[0]}
    answered, bad = total["requests"] + len(writers.acknowledged), failed(total) + len(writers.failed)
    say(not wrong, f"{len(times)} times a node was told to go, ended by itself, and came back, the first two times as the newer program{f': {wrong[0]}' if wrong else ''}")
    say(bad == 0, f"an upgrade of two nodes: {bad} of {answered} requests failed ({kinds(total)}; of the writers {writers.said()})")
    say(answered >= requests, f"at least {requests} requests were asked: {answered}")
    seconds = sum(it["milliseconds"] for it in rounds) / 1000
    longest = max(max(it["longest"] for it in rounds) / 1e6, writers.longest)
    tell(f"{total['requests'] / seconds:.0f} requests/s, half of them writes, {CONNECTIONS} + 4 connections kept alive; longest {longest:.2f} s")
    after = schema(postgres)
    if after == before:
        tell(f"no migration lies between the two: schema {after}")
    else:
        say(beside and beside[0] == after, f"the first newer node brought the schema from {before} to {after}; the older one went on beside it for {BESIDE_SECONDS} s")
        points = len(house.command("backup", "list").strip().splitlines())
        say(points >= 2, f"a recovery point was made before that: {points} points")
        # It was ended for good; started again it must say no, and not guess.
        refused = subprocess.run([PREVIOUS, "token", "create", "--role", "app", "--label", "x", "--config", house.nodes[0].config], capture_output=True, text=True, timeout=60, check=False)
        say(refused.returncode != 0 and "newer" in refused.stderr, f"the older program refuses the newer schema: {' '.join(refused.stderr.split())[:160]}")
    gone = writers.missing(token, house.public)
    say(not gone, f"each of {len(writers.acknowledged)} acknowledged writes can be opened afterwards{f': not {gone[:3]}' if gone else ''}")
    held, said = house.verify()
    say(held, f"the log holds: {said}")

