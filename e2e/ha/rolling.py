"""Nodes that are restarted one after the other while they are used."""

import signal
import subprocess
import threading
import time

from caller import Caller, Writers, reading
from house import HERE, Haproxy, House, Postgres, new_folder, say, tell, wait_for

SEEDS = 200
CONNECTIONS = 24


def load(house, seconds, token, person, name):
    """wrk for so long; what it counted."""
    base = f"/v1/persons/{person}/records/wearable-measure"
    # wrk's timeout is where it begins to count an answer as too late.
    argv = ["wrk", "-t2", f"-c{CONNECTIONS}", f"-d{seconds}s", "--timeout", "20s", "-s", HERE / "mix.lua", f"https://127.0.0.1:{house.public}"]
    done = subprocess.run(
        [str(it) for it in argv] + ["--", token, base, str(SEEDS), name], capture_output=True, text=True, timeout=seconds + 60, check=False
    )
    lines = dict(line.split(" ", 1) for line in done.stdout.splitlines() if line.startswith(("counted", "latency")))
    if "counted" not in lines:
        raise RuntimeError(f"wrk: {done.stdout}{done.stderr}")
    names = ("requests", "connect", "read", "write", "status", "timeout", "milliseconds", "longest")
    counted = dict(zip(names, map(int, lines["counted"].split()), strict=True))
    counted["median"], counted["p99"] = map(int, lines["latency"].split())
    return counted


def failed(counted):
    return sum(counted[it] for it in ("connect", "read", "write", "status", "timeout"))


def kinds(counted):
    return ", ".join(f"{counted[it]} {it}" for it in ("connect", "read", "write", "status", "timeout"))


def restart(node, haproxy, times):
    """As an upgrade does it: told to go, ended by itself, started anew, taken back by HAProxy."""
    began = time.monotonic()
    node.program.process.send_signal(signal.SIGTERM)
    code = node.program.process.wait(60)
    ended = time.monotonic()
    if code != 0:
        raise RuntimeError(f"{node.name} ended with {code}: {node.program.log.read_text()[-2000:]}")
    node.start()
    node.wait_ready()
    wait_for(f"HAProxy takes {node.name} back", lambda: node.name in haproxy.up("strongroom"), 30)
    times.append((ended - began, time.monotonic() - ended))


def run(requests, seconds_max):
    folder = new_folder()
    postgres = Postgres(folder)
    house = House(folder, postgres.port)
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

    # One after the other, again and again.
    stop, times, wrong = threading.Event(), [], []

    def roll():
        try:
            while not stop.is_set():
                for node in house.nodes:
                    restart(node, haproxy, times)
        except Exception as error:  # noqa: BLE001 - said below
            wrong.append(error)

    writers = Writers(house, house.public, token, person, 4, pause=0.02, name="kept")
    roller = threading.Thread(target=roll, daemon=True)
    roller.start()
    began, rounds = time.monotonic(), []
    while sum(it["requests"] for it in rounds) < requests and time.monotonic() - began < seconds_max and not wrong:
        rounds.append(load(house, 15, token, person, f"round{len(rounds)}"))
    stop.set()
    roller.join(90)
    writers.finish()
    seconds = sum(it["milliseconds"] for it in rounds) / 1000
    total = {name: sum(it[name] for it in rounds) for name in rounds[0]}
    answered, bad = total["requests"] + len(writers.acknowledged), failed(total) + len(writers.failed)
    say(not wrong, f"{len(times)} restarts, each node told to go, ended by itself and taken back{f': {wrong[0]}' if wrong else ''}")
    longest = max(max(it["longest"] for it in rounds) / 1e6, writers.longest)
    say(bad == 0, f"a rolling upgrade of two nodes: {bad} of {answered} requests failed ({kinds(total)}; of the writers {writers.said()})")
    tell(
        f"{total['requests'] / seconds:.0f} requests/s, half of them writes, {CONNECTIONS} + 4 connections kept alive; "
        f"median {max(it['median'] for it in rounds) / 1000:.1f} ms, p99 {max(it['p99'] for it in rounds) / 1000:.0f} ms at most, longest {longest:.2f} s"
    )
    if times:
        tell(f"a restart: {max(it[0] for it in times):.1f} s from SIGTERM to the end, {max(it[1] for it in times):.1f} s until it is used again, at most")
    say(answered >= requests, f"at least {requests} requests were asked: {answered}")
    gone = writers.missing(token, house.public)
    say(not gone, f"each of {len(writers.acknowledged)} acknowledged writes can be opened afterwards{f': not {gone[:3]}' if gone else ''}")
    row = next(it for it in haproxy.rows() if it["pxname"] == "strongroom" and it["svname"] == "BACKEND")
    tell(f"HAProxy counted: {row['econ']} connections that failed, {row['wretr']} tried again, {row['eresp']} bad answers, {row['hrsp_5xx']} answers 5xx")

    sudden(house, haproxy, token, person)
    held, said = house.verify()
    say(held, f"the log holds: {said}")


def sudden(house, haproxy, token, person):
    """A node that dies without a word."""
    writers = Writers(house, house.public, token, person, 4, pause=0.02, name="sudden")
    counted = []
    loader = threading.Thread(target=lambda: counted.append(load(house, 12, token, person, "sudden-load")), daemon=True)
    loader.start()
    time.sleep(4)
    house.nodes[0].program.kill_all()
    time.sleep(3)
    house.nodes[0].start()
    house.nodes[0].wait_ready()
    loader.join(90)
    writers.finish()
    wait_for("HAProxy takes it back", lambda: len(haproxy.up("strongroom")) == 2, 30)
    cost = counted[0] if counted else {"requests": 0}
    bad = failed(cost) + len(writers.failed) if counted else -1
    say(0 <= bad <= 2 * (CONNECTIONS + 4), f"a node killed with -9 costs at most what ran on it: {bad} of {cost['requests'] + len(writers.acknowledged)} requests failed")
    tell(f"{kinds(cost)}; of the writers {writers.said()}; longest {max(cost['longest'] / 1e6, writers.longest):.2f} s")
    gone = writers.missing(token, house.public)
    say(not gone, f"each of {len(writers.acknowledged)} writes acknowledged around it can be opened{f': not {gone[:3]}' if gone else ''}")
