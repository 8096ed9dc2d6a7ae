"""Two nodes on one database: what one of them was told holds on the other."""

import base64
import json
import re
import threading
import time
import urllib.parse

from caller import Caller, code, reading
from house import Haproxy, House, Postgres, new_folder, private, say, tell, wait_for

ROUNDS = 10
NOTICE = {lang: {"title": "A study of sleep", "text": "We look at how people sleep."} for lang in ("sv", "de", "it", "fr", "en")}
PASSWORD = "correct staple of seven horses"


def milliseconds(times):
    return f"at most {max(times) * 1000:.1f} ms"


def until_refused(caller, path, acknowledged, **headers):
    """Asks again and again: how many were let in after the acknowledgement, and when the first refusal came."""
    let_in = 0
    while True:
        status, said, _ = caller.call("GET", path, **headers)
        now = time.monotonic()
        if status in (401, 403, 404, 410):
            return let_in, now - acknowledged, status, code(said)
        if status >= 300:
            raise RuntimeError(f"{path}: {status} {said[:200]}")
        let_in += 1
        if now - acknowledged > 10:
            raise RuntimeError(f"{path}: still let in after 10 s")


def say_refused(what, found, at_once):
    """`at_once`: the very next request; else within the second for which a node believes what it looked up, and the time of a request."""
    let_in, times = sum(it[0] for it in found), [it[1] for it in found]
    answers = ", ".join(sorted({f"{it[2]} {it[3]}" for it in found}))
    if at_once:
        say(let_in == 0, f"{what}: the other node refuses the very next request, {len(found)} of {len(found)} times ({answers}, {milliseconds(times)} after the acknowledgement)"
            if let_in == 0 else f"{what}: the other node let in {let_in} requests after the acknowledgement, {milliseconds(times)} long")
    else:
        say(max(times) < 1.5, f"{what}: the other node refuses within a second ({answers}, {milliseconds(times)}; {let_in} requests were let in meanwhile, {len(found)} rounds)")


def run():
    folder = new_folder()
    postgres = Postgres(folder)
    house = House(folder, postgres.port)
    for _ in range(2):
        house.add_node()
    ended = house.start_at_once()
    say(not ended, f"two nodes that are started at the same time on empty databases are both ready{f': {ended[0].splitlines()[0]}' if ended else ''}")
    app = house.token("app")
    a, b = (Caller(house, node.port, app) for node in house.nodes)
    tokens = Tokens(house, a, b, app)

    def fresh():
        # A node closes a connection that was silent for 15 seconds.
        a.close()
        b.close()

    say_refused("a grant taken back", [grant_ends(house, tokens) for _ in range(ROUNDS)], True)
    say_refused("a person erased", [person_ends(house, tokens) for _ in range(ROUNDS)], True)
    say_refused("a token revoked by command", [token_ends(house, tokens) for _ in range(3)], False)
    for what, part in {"an app's access token revoked": access_ends, "a session signed out": session_ends}.items():
        fresh()
        say_refused(what, part(house, tokens), False)
    for part in (lambda: guesses(house), lambda: versions(a, b), lambda: repeats(a, b), lambda: erasures(house, a, b), lambda: jobs(house, postgres, a)):
        fresh()
        part()
    held, said = house.verify()
    say(held, f"the log holds: {said}")


class Tokens:
    """Who asks what at which node."""

    def __init__(self, house, a, b, app):
        self.house, self.a, self.b, self.app = house, a, b, app

    def person(self):
        """A new person with one record; their id, and its address."""
        person = self.a.json("POST", "/v1/persons")["person"]
        path = f"/v1/persons/{person}/records/wearable-measure/one"
        self.a.json("PUT", path, reading(60))
        return person, path


def grant_ends(house, tokens):
    person, path = tokens.person()
    own = Caller(house, house.nodes[0].port, house.token("person", "--person", person))
    asked = {"purposes": ["HRESCH"], "parts": [{"verbs": "rs", "collection": "wearable-measure"}], "days": 100, "notice": NOTICE}
    request = tokens.a.json("POST", "/v1/consent/requests", asked)["request"]
    asking = own.json("POST", f"/v1/persons/{person}/askings", {"request": request})["asking"]
    shown = own.json("GET", f"/v1/persons/{person}/askings/{asking}")
    yes = {"answer": "grant", "parts": [0], "days": 30, "lang": "en", "text_sha256": shown["text_sha256"]["en"]}
    grant = own.json("POST", f"/v1/persons/{person}/askings/{asking}/answer", yes)["grant"]["grant"]
    for _ in range(3):
        tokens.b.json("GET", path, purpose_of_use="HRESCH")
    own.json("DELETE", f"/v1/persons/{person}/grants/{grant}")
    return until_refused(tokens.b, path, time.monotonic(), purpose_of_use="HRESCH")


def person_ends(_house, tokens):
    person, path = tokens.person()
    for _ in range(3):
        tokens.b.json("GET", path)
    tokens.a.json("DELETE", f"/v1/persons/{person}")
    return until_refused(tokens.b, path, time.monotonic())


def token_ends(house, tokens):
    _, path = tokens.person()
    made = json.loads(house.command("token", "create", "--role", "app", "--label", "ends", "--json"))
    caller = Caller(house, house.nodes[1].port, made["token"])
    caller.json("GET", path)
    stop = threading.Event()
    # It is used all the time, so that the node believes it all the time.
    busy = Caller(house, house.nodes[1].port, made["token"])

    def use():
        while not stop.is_set():
            busy.call("GET", path)

    thread = threading.Thread(target=use, daemon=True)
    thread.start()
    house.command("token", "revoke", made["id"])
    found = until_refused(caller, path, time.monotonic())
    stop.set()
    thread.join(10)
    return found


def access_ends(house, tokens):
    """Access tokens of an app that acts for itself, revoked at the first node."""
    made = json.loads(house.command(
        "app", "register", "--name", "ends", "--grant-types", "client_credentials", "--scopes", "system/*.rs", "--purposes", "TREAT", "--json"
    ))
    security = Caller(house, house.nodes[0].port, house.token("security"))
    security.json("PUT", f"/v1/apps/{made['client_id']}/review", {"verdict": "approve"})
    basic = base64.b64encode(f"{made['client_id']}:{made['client_secret']}".encode()).decode()
    form = {"authorization": f"Basic {basic}", "content-type": "application/x-www-form-urlencoded"}
    plain = Caller(house, house.nodes[0].port)
    _, path = tokens.person()
    found = []
    for _ in range(ROUNDS):
        status, said, _ = plain.call("POST", "/oauth2/token", "grant_type=client_credentials", **form)
        access = json.loads(said)["access_token"]
        caller = Caller(house, house.nodes[1].port, access)
        for _ in range(3):
            caller.json("GET", path)
        status, said, _ = plain.call("POST", "/oauth2/revoke", urllib.parse.urlencode({"token": access}), **form)
        if status != 200:
            raise RuntimeError(f"revocation: {status} {said}")
        found.append(until_refused(caller, path, time.monotonic()))
    return found


def session_ends(house, tokens):
    """A person signs in and out at the first node, and is asked for at the other."""
    person, _ = tokens.person()
    secret = private(house.folder / "password", PASSWORD)
    house.command("user", "add", "--email", "p@example.org", "--name", "P", "--role", "person", "--person", person, "--password-file", str(secret))
    found = []
    for _ in range(ROUNDS):
        browser = Browser(house, house.nodes[0].port)
        browser.send("/sign-in", email="p@example.org", password=PASSWORD)
        other = Caller(house, house.nodes[1].port)
        cookies = {"cookie": browser.cookies()}
        for _ in range(3):
            other.json("GET", "/v1/account", **cookies)
        browser.send("/sign-out", page="/account")
        found.append(until_refused(other, "/v1/account", time.monotonic(), **cookies))
    return found


class Browser:
    """As much of a browser as a form needs: cookies, the page's token, where a form comes from."""

    def __init__(self, house, port, source=None):
        self.caller, self.origin, self.jar = Caller(house, port, source=source), f"https://127.0.0.1:{port}", {}
        self.caller.headers = {}

    def cookies(self):
        return "; ".join("=".join(it) for it in self.jar.items())

    def call(self, method, path, body=None, **headers):
        status, said, heads = self.caller.call(method, path, body, cookie=self.cookies(), accept="text/html", **headers)
        for line in heads.get_all("set-cookie") or []:
            name, value = line.split(";")[0].split("=", 1)
            self.jar[name] = value
        return status, said.decode()

    def send(self, path, page=None, **fields):
        status, shown = self.call("GET", page or path)
        token = re.search(r'name="form_token" value="([^"]+)"', shown)
        if not token:
            raise RuntimeError(f"{page or path}: {status}, no form")
        body = urllib.parse.urlencode({"form_token": token[1], **fields})
        heads = {"content_type": "application/x-www-form-urlencoded", "origin": self.origin, "sec_fetch_site": "same-origin"}
        status, said = self.call("POST", path, body, **heads)
        if status != 303:
            words = " ".join(re.sub("<[^>]+>", " ", said).split())
            raise RuntimeError(f"{path}: {status} {words[-400:]}")


def both(*works):
    """Two calls at the same moment; what they gave."""
    gate, given = threading.Barrier(len(works)), [None] * len(works)

    def work(nth, what):
        gate.wait()
        given[nth] = what()

    threads = [threading.Thread(target=work, args=it) for it in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return given


def guesses(house):
    """Somebody guesses passwords through HAProxy; somebody else, at another address, signs in."""
    haproxy = Haproxy(house)
    wait_for("HAProxy sees both nodes", lambda: len(haproxy.up("strongroom")) == 2, 30)
    refused = 0
    for nth in range(55):
        try:
            Browser(house, house.public, "127.0.0.2").send("/sign-in", email=f"nobody{nth}@example.org", password="not the password")
        except RuntimeError:
            refused += 1
    try:
        Browser(house, house.public, "127.0.0.3").send("/sign-in", email="p@example.org", password=PASSWORD)
        said = "signed in"
    except RuntimeError as error:
        said = str(error)[:120]
    say(said == "signed in", f"behind HAProxy, {refused} wrong guesses from one address do not hold up another: {said}")


def versions(a, b):
    """Two nodes change the same version at the same moment."""
    person = a.json("POST", "/v1/persons")["person"]
    path = f"/v1/persons/{person}/records/wearable-measure/one"
    _, _, heads = a.call("PUT", path, reading(1))
    outcomes = []
    for nth in range(50):
        tag = heads["etag"]
        given = both(*(lambda it=it, extra=extra: it.call("PUT", path, reading(100 + 2 * nth + extra), if_match=tag) for it, extra in ((a, 0), (b, 1))))
        outcomes.append(sorted(it[0] for it in given))
        heads = min(given, key=lambda it: it[0])[2]
    say(all(it[0] < 300 and it[1] == 412 for it in outcomes), f"two nodes change the same version at the same moment, 50 times: one does, the other hears 412 ({sorted(set(map(tuple, outcomes)))})")


def repeats(a, b):
    """The same request with the same key at both nodes at once."""
    outcomes = []
    for nth in range(20):
        given = both(*(lambda it=it: it.call("POST", "/v1/persons", idempotency_key=f"both-{nth}") for it in (a, b)))
        ids = {json.loads(it[1])["person"] for it in given if it[0] < 300}
        outcomes.append((len(ids), sorted(it[0] for it in given)))
    # Who comes second may be told to come again (409); two persons there never are.
    say(all(it[0] == 1 for it in outcomes), f"the same key of repetition at both nodes at once, 20 times: one person each ({sorted({tuple(it[1]) for it in outcomes})})")


def erasures(house, a, b):
    """Persons erased at both nodes at once: others, and the same."""
    persons = [a.json("POST", "/v1/persons")["person"] for _ in range(30)]
    answers = []
    for one, other in [*zip(persons[:20:2], persons[1:20:2], strict=True), *((it, it) for it in persons[20:])]:
        given = both(lambda it=one: a.call("DELETE", f"/v1/persons/{it}"), lambda it=other: b.call("DELETE", f"/v1/persons/{it}"))
        answers.append((one == other, tuple(sorted(it[0] for it in given))))
    ok = all(statuses == (200, 200) or (same and statuses == (200, 404)) for same, statuses in answers)
    gone = all(caller.call("GET", f"/v1/persons/{it}")[0] == 404 for it in persons for caller in (a, b))
    said = house.command("backup", "now")
    say(ok and gone, f"30 persons erased at both nodes at once, 10 of them the same: each is gone, once ({sorted(set(answers))}); a recovery point can be made: {said[:8]}")


def jobs(house, postgres, a):
    """Archives asked for at both nodes: each is made once."""
    asked = []
    for _ in range(6):
        person = a.json("POST", "/v1/persons")["person"]
        a.json("PUT", f"/v1/persons/{person}/records/wearable-measure/one", reading(60))
        own = house.token("person", "--person", person)
        for node in house.nodes:
            asked.append(Caller(house, node.port, own).json("POST", f"/v1/persons/{person}/exports", {}, purpose_of_use="PATRQT"))

    made = "SELECT count(*) FROM job WHERE kind = 'export.build' AND state = 1"
    wait_for("the archives are made", lambda: int(postgres.sql("strongroom", made)) == len(asked), 60, 0.3)
    rows = postgres.sql("strongroom", "SELECT kind, state, attempts, count(*) FROM job GROUP BY 1, 2, 3 ORDER BY 1").splitlines()
    tell(f"jobs (kind, state, attempts, how many): {'; '.join(rows)}")
    tries = sum(int(row.split("|")[2]) * int(row.split("|")[3]) for row in rows if row.split("|")[1] == "1" and "export" in row)
    say(tries == len(asked), f"{len(asked)} archives asked for at both nodes: made in {tries} runs")
