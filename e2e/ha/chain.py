"""What leaves between two recovery points, over a failover: one chain ends with its primary, another begins, and what is said of it meanwhile
is true."""

import datetime
import json
import re
import subprocess
import threading
import time

from caller import Caller, Writers
from cluster import DEPLOY, Cluster
from house import STRONGROOM, Haproxy, House, Postgres, Program, free_port, new_folder, private, run as ran, say, tell, wait_for

# Until the new chain has a point: the lock of Patroni runs out, the stream begins anew, the point is made.
JOINED_MAX = 90
PAUSE = 0.05


def now():
    return datetime.datetime.now(datetime.UTC)


def written(moment):
    return moment.isoformat().replace("+00:00", "Z")


class Watch(threading.Thread):
    """Asks `strongroom status` again and again, and remembers what it said."""

    def __init__(self, config):
        super().__init__(daemon=True)
        self.config, self.said, self.stop = config, [], threading.Event()
        self.start()

    def run(self):
        while not self.stop.is_set():
            argv = [STRONGROOM, "status", "--json", "--config", self.config]
            try:
                done = subprocess.run([str(it) for it in argv], capture_output=True, text=True, timeout=60, check=False)
                self.said.append((time.monotonic(), now(), json.loads(done.stdout or "null")))
            except (subprocess.TimeoutExpired, ValueError):
                self.said.append((time.monotonic(), now(), None))
            time.sleep(0.5)

    def end(self):
        self.stop.set()
        self.join(90)


def state(house):
    try:
        return json.loads((house.folder / "scratch/stream.json").read_text())
    except (OSError, ValueError):
        return {}


def moment(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


def restored(house, elsewhere, at, name):
    """What there was at a moment, restored to databases of another server, and served. Its node, and what the command said."""
    to = house.folder / name
    for part in ("data", "keys"):
        elsewhere.sql("postgres", f"CREATE DATABASE {name}_{part}")
        private(house.folder / f"{name}.{part}", f"postgresql://postgres@127.0.0.1:{elsewhere.port}/{name}_{part}\n")
    urls = ["--postgres-data", house.folder / f"{name}.data", "--postgres-keys", house.folder / f"{name}.keys"]
    said = ran([STRONGROOM, "restore", "--at", at, "--to", to, "--json", "--config", house.nodes[0].config, *urls])
    config = to / "strongroom.toml"
    port, metrics = free_port(), free_port()
    text = re.sub(r'https = "[^"]*"', f'https = "127.0.0.1:{port}"', config.read_text())
    text = re.sub(r'metrics = "[^"]*"', f'metrics = "127.0.0.1:{metrics}"', text)
    # It is looked at, and makes no points of its own.
    text = re.sub(r"\n\[backup[\s\S]*?(?=\n\[(?!backup)|$)", "\n", text)
    config.write_text(text)
    held = subprocess.run([str(STRONGROOM), "log", "verify", "--config", str(config)], capture_output=True, text=True, timeout=120, check=False)
    say(held.returncode == 0, f"{name}: the log of what was restored holds")
    program = Program(name, [STRONGROOM, "serve", "--config", config], house.folder)
    wait_for(f"{name} serves", lambda: "listening" in program.log.read_text() or answers(house, port), 60)
    return program, port, json.loads(said)


def answers(house, port):
    try:
        return Caller(house, port, timeout=3).call("GET", "/readyz")[0] == 200
    except OSError:
        return False


def there(house, port, token, base, names):
    """Those of the records that open."""
    caller = Caller(house, port, token)
    return {it for it in names if caller.call("GET", f"{base}/{it}")[0] == 200}


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
    elsewhere = Postgres(folder)
    token = house.token("app")
    person = Caller(house, house.public, token).json("POST", "/v1/persons")["person"]
    base = f"/v1/persons/{person}/records/wearable-measure"
    house.command("backup", "now")
    began = time.monotonic()
    wait_for("a point goes on with what is sent", lambda: state(house).get("joined"), JOINED_MAX)
    tell(f"the first chain has its point {time.monotonic() - began:.1f} s after the repository was made")
    first = state(house)["chain"]
    for what, cut in (("killed", 0), ("cut off, and killed 3 s later", 3)):
        name = "cut" if cut else "killed"
        first = failover(house, cluster, elsewhere, haproxy, (token, base, person, first), what, cut, name)


def failover(house, cluster, elsewhere, haproxy, about, what, cut, name):
    token, base, person, first = about
    watch = Watch(house.nodes[0].config)
    by = Writers(house, house.public, token, person, 4, pause=PAUSE, name=name)
    time.sleep(4)
    early = dict(by.acknowledged)
    # Pieces go out once a second, and a moment is that of the last one before it.
    time.sleep(3)
    before = now()
    time.sleep(3)
    primary = cluster.primary()
    if cut:
        primary.cut()
        time.sleep(cut)
    died, killed = time.monotonic(), now()
    primary.die()
    acknowledged = dict(by.acknowledged)
    wait_for("another chain begins", lambda: state(house).get("chain") not in (None, first), JOINED_MAX)
    begun = time.monotonic() - died
    # Nothing goes on with it yet; what can be restored is of the old one.
    middle = now()
    wait_for("a point goes on with it", lambda: state(house).get("joined"), JOINED_MAX)
    joined = time.monotonic() - died
    wait_for("writes go on", lambda: by.times and by.times[-1] > died + 1, 60)
    time.sleep(8)
    later = dict(by.acknowledged)
    by.finish()
    time.sleep(4)
    after = now()
    watch.end()
    wait_for("HAProxy sees both nodes", lambda: len(haproxy.up("strongroom")) == 2, 30)
    say(joined < JOINED_MAX, f"{primary.name} {what}: another chain {begun:.1f} s after, and a point that goes on with it {joined:.1f} s after, by itself")

    # What was said meanwhile.
    lies, seen = [], 0
    for at, moment_, said in watch.said:
        stream = (said or {}).get("stream")
        if not stream or not died < at < died + joined:
            continue
        seen += 1
        until = moment(stream["restorable_until"]) if stream.get("restorable_until") else None
        # Of what was committed after the primary died nothing can be restored before the new point.
        if until and until > killed + datetime.timedelta(seconds=2) and not stream["joined"]:
            lies.append(stream)
        if stream["joined"] is False and not any("no recovery point goes on" in it for it in [*said["notes"], *(it["text"] for it in said["broken"])]):
            lies.append(said["notes"])
    last = next((said for _, _, said in reversed(watch.said) if said and said.get("stream")), {})
    say(not lies, f"`strongroom status` was asked {seen} times meanwhile, and never said that more can be restored than can{f': {lies[:2]}' if lies else ''}")
    say(last.get("stream", {}).get("joined") is True and last["stream"]["would_be_lost_seconds"] < 20, f"and then: {last.get('stream')}")

    # Any moment.
    live = house.public
    unknown = set(by.unknown)
    for at, moment_, wanted, none in (
        ("before", before, early, set(later) - set(acknowledged)),
        ("between", middle, acknowledged, set(later) - set(acknowledged)),
        ("after", after, later, set()),
    ):
        program, port, said = restored(house, elsewhere, written(moment_), f"{name}_{at}")
        found = there(house, port, token, base, [*later, *unknown])
        program.kill_all()
        missing = set(wanted) - found
        # The last second may not have left.
        late = [it for it in missing if at == "between"]
        ok = not missing if at != "between" else len(missing) <= 4 * int(2 / PAUSE)
        say(ok and not found & none, f"restored to {at} it: {len(found & set(wanted))} of {len(wanted)} acknowledged writes, {len(found & none)} of later ones; {said['forwarded']}{f'; not there: {len(late)} of the last second' if late else ''}")
        if unknown:
            lost = unknown - there(house, live, token, base, unknown)
            say(not found & lost, f"of {len(unknown)} writes that nobody was told of {len(lost)} are lost with {primary.name}; restored to {at} it {len(found & lost)} of these are there")
    held, verified = house.verify()
    say(held, f"the log holds: {verified}")
    primary.mend()
    cluster.start_patroni(primary)
    cluster.wait_whole()
    ours = "SELECT count(*) FROM pg_replication_slots WHERE slot_name LIKE 'strongroom\\_%' AND NOT temporary"
    slots = {it.name: int(cluster.sql(ours, member=it)) for it in cluster.members}
    holder = cluster.primary().name
    say(slots == {it: int(it == holder) for it in slots}, f"the new primary has our slot, and no other machine keeps its log for one: {slots}")
    return state(house)["chain"]
