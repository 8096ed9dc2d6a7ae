"""A client that repeats nothing: what fails is counted as failed. And writers that remember what was acknowledged to them."""

import http.client
import json
import ssl
import threading
import time


class Caller:
    """One connection, kept alive; opened anew after it broke."""

    def __init__(self, house, port, token=None, timeout=60, source=None):
        """`source`: another address of this machine to come from."""
        self.address, self.timeout, self.source = port, timeout, (source, 0) if source else None
        self.tls = ssl.create_default_context(cafile=str(house.ca))
        self.headers = {"content-type": "application/json", "purpose-of-use": "TREAT"}
        if token:
            self.headers["authorization"] = f"Bearer {token}"
        self.connection = None

    def call(self, method, path, body=None, **headers):
        """Status, body, headers."""
        if self.connection is None:
            self.connection = http.client.HTTPSConnection("127.0.0.1", self.address, context=self.tls, timeout=self.timeout, source_address=self.source)
        text = body if isinstance(body, (bytes, str, type(None))) else json.dumps(body)
        try:
            self.connection.request(method, path, text, {**self.headers, **{name.replace("_", "-"): it for name, it in headers.items()}})
            answer = self.connection.getresponse()
            said = answer.read()
            if answer.will_close:
                self.close()
            return answer.status, said, answer.headers
        except Exception:
            self.close()
            raise

    def json(self, method, path, body=None, **headers):
        status, said, _ = self.call(method, path, body, **headers)
        if status >= 300:
            raise RuntimeError(f"{method} {path}: {status} {said[:400]!r}")
        return json.loads(said or b"null")

    def close(self):
        if self.connection:
            self.connection.close()
        self.connection = None


class Writers:
    """Threads that create records, one after the other, until they are told to stop."""

    def __init__(self, house, port, token, person, count, pause=0.0, name="w"):
        self.acknowledged, self.failed, self.unknown = {}, [], []
        self.times, self.longest = [], 0.0
        self.stop, self.lock = threading.Event(), threading.Lock()
        self.base = f"/v1/persons/{person}/records/wearable-measure"
        self.house, self.pause = house, pause
        work = lambda nth: self.work(Caller(house, port, token), f"{name}{nth}")  # noqa: E731
        self.threads = [threading.Thread(target=work, args=(nth,), daemon=True) for nth in range(count)]
        for thread in self.threads:
            thread.start()

    def work(self, caller, name):
        nth = 0
        while not self.stop.is_set():
            nth += 1
            record, value = f"{name}-{nth}", 40 + nth % 100
            began = time.monotonic()
            try:
                status, said, headers = caller.call("PUT", f"{self.base}/{record}", reading(value))
                outcome = status if status < 300 else f"{status} {code(said)} retry-after={headers.get('retry-after')}"
            except Exception as error:  # noqa: BLE001 - whatever it is, the caller has no answer
                outcome = f"{type(error).__name__}"
            now = time.monotonic()
            with self.lock:
                self.longest = max(self.longest, now - began)
                if isinstance(outcome, int):
                    self.acknowledged[record] = value
                    self.times.append(now)
                else:
                    self.failed.append((now, outcome, now - began))
                    self.unknown.append(record)
            if isinstance(outcome, str):
                time.sleep(0.1)
            elif self.pause:
                time.sleep(self.pause)

    def finish(self, seconds=90):
        self.stop.set()
        for thread in self.threads:
            thread.join(seconds)

    def gap(self, since):
        """The longest time without an acknowledgement, from `since` on: seconds, and when it began, counted from then."""
        times = sorted(it for it in self.times if it >= since)
        longest, at = 0.0, since
        before = since
        for it in times:
            if it - before > longest:
                longest, at = it - before, before
            before = it
        return longest, at - since

    def said(self):
        """What failed, and how often."""
        counted = {}
        for _, outcome, took in self.failed:
            number, longest = counted.get(outcome, (0, 0.0))
            counted[outcome] = (number + 1, max(longest, took))
        return ", ".join(f"{number} x {what} (at most {longest:.1f} s)" for what, (number, longest) in sorted(counted.items())) or "nothing"

    def missing(self, token, port, per_connection=8):
        """Opens every record that was acknowledged: those that are gone or hold something else."""
        rest, gone = list(self.acknowledged.items()), []

        def read(part):
            caller = Caller(self.house, port, token)
            for record, value in part:
                status, said, _ = caller.call("GET", f"{self.base}/{record}")
                if status != 200 or value_of(said) != value:
                    gone.append((record, status))

        threads = [threading.Thread(target=read, args=(rest[nth::per_connection],)) for nth in range(per_connection)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return gone


def code(said):
    try:
        return json.loads(said).get("code")
    except ValueError:
        return said[:40]


def reading(value):
    """A record of the collection `wearable-measure`."""
    return {"measuredAt": "2026-11-01T08:00:00Z", "measures": [{"type": "heart-rate", "value": value, "unit": "/min"}]}


def value_of(said):
    return json.loads(said)["measures"][0]["value"]
