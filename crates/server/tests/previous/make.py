"""Makes what a version leaves behind: an installation of that program on SQLite and on PostgreSQL, as small as it may be. See README.md."""

import http.client
import json
import os
import shutil
import sqlite3
import ssl
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[3] / "e2e/ha"))

from house import POSTGRES, STRONGROOM, Postgres, private, run  # noqa: E402

# The port, the certificate and what was sent by mail are of one start and no other; the database is added when it is at rest.
LEFT_OUT = ("tls", "data/mail", "data/scratch", "backup/repository/stream", "data/strongroom.sqlite-", "keys/keys.sqlite-")
DAYS = {f"2026-01-{day:02}": {"date": f"2026-01-{day:02}", "flow": flow} for day, flow in ((5, "light"), (6, "heavy"), (7, "medium"))}
FILE = b"What somebody wrote down, in the words of a test.\n" * 3


class Demo:
    """A demonstration that serves, without people of its own."""

    def __init__(self, folder, *more):
        self.folder, ready = folder, folder.with_suffix(".ready")
        argv = [STRONGROOM, "demo", "--listen", "127.0.0.1:0", "--persons", "0", "--data", folder, "--backup-hours", "0", "--ready-file", ready, *more]
        self.program = subprocess.Popen([str(it) for it in argv], stdout=subprocess.DEVNULL)
        end = time.monotonic() + 60
        while not ready.exists():
            if self.program.poll() is not None or time.monotonic() > end:
                raise RuntimeError("the demonstration does not serve")
            time.sleep(0.1)
        self.ready = json.loads(ready.read_text())
        tls = ssl.create_default_context(cafile=self.ready["ca_file"])
        self.connection = http.client.HTTPSConnection("127.0.0.1", int(self.ready["url"].rsplit(":", 1)[1]), context=tls, timeout=30)

    def call(self, method, path, body=None, **headers):
        text = body if isinstance(body, (bytes, type(None))) else json.dumps(body)
        heads = {"authorization": f"Bearer {self.ready['tokens']['app']}", "purpose-of-use": "TREAT", "content-type": "application/json"}
        self.connection.request(method, path, text, {**heads, **{name.replace("_", "-"): it for name, it in headers.items()}})
        answer = self.connection.getresponse()
        said = answer.read()
        if answer.status >= 300:
            raise RuntimeError(f"{method} {path}: {answer.status} {said[:400]!r}")
        return json.loads(said or b"null")

    def end(self):
        self.program.terminate()
        if self.program.wait(60):
            raise RuntimeError("the demonstration did not end well")


def fill(demo):
    """Two persons, and a third who is erased; what a later version must find."""
    persons = [demo.call("POST", "/v1/persons", {})["person"] for _ in range(3)]
    for person in persons:
        for name, day in DAYS.items():
            demo.call("PUT", f"/v1/persons/{person}/records/cycle-day/{name}", day)
    first = f"/v1/persons/{persons[0]}/records/cycle-day/2026-01-05"
    again = {**DAYS["2026-01-05"], "flow": "none"}
    demo.call("PUT", first, again)
    stored = demo.call("POST", f"/v1/persons/{persons[0]}/files", FILE, content_type="text/plain", content_disposition='attachment; filename="words.txt"')
    run([STRONGROOM, "backup", "now", "--data", demo.folder])
    demo.call("DELETE", f"/v1/persons/{persons[2]}")
    records = {person: dict(DAYS) for person in persons[:2]}
    records[persons[0]]["2026-01-05"] = again
    return {"records": records, "erased": persons[2], "file": {"person": persons[0], "id": stored["file"], "text": FILE.decode()}, "version": 2}


def pack(folder, name, more):
    """The folder, and texts beside it, as one archive that looks the same whenever it is made of the same."""
    with zipfile.ZipFile(HERE / name, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        files = {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
        for path, text in sorted({**files, **more}.items()):
            if not path.startswith(LEFT_OUT):
                archive.writestr(zipfile.ZipInfo(path), text, zipfile.ZIP_DEFLATED)


def sqlite(scratch):
    demo = Demo(scratch / "sqlite")
    expected = fill(demo)
    demo.end()
    for path in ("data/strongroom.sqlite", "keys/keys.sqlite"):
        with sqlite3.connect(demo.folder / path) as database:
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            schema = database.execute("SELECT max(number) FROM schema_migration").fetchone()[0]
            if path.startswith("data"):
                expected["schema"] = schema
    return demo.folder, expected, {}


def postgres(scratch):
    server = Postgres(scratch)
    urls = {name: private(scratch / f"{name}.url", f"postgresql://postgres@127.0.0.1:{server.port}/{of}\n") for name, of in DATABASES.items()}
    demo = Demo(scratch / "installation", "--postgres-data", urls["data"], "--postgres-keys", urls["keys"])
    expected = fill(demo)
    demo.end()
    config = demo.folder / "strongroom.toml"
    text = config.read_text()
    for name, url in urls.items():
        text = text.replace(str(url), f"secrets/{name}.url")
    config.write_text(text)
    expected["schema"] = int(server.sql(DATABASES["data"], "SELECT max(number) FROM schema_migration"))
    dumps = {}
    for name, of in DATABASES.items():
        argv = [POSTGRES / "pg_dump", "-h", "127.0.0.1", "-p", server.port, "-U", "postgres", "--no-owner", "--no-privileges", "--inserts", "--rows-per-insert=100", of]
        # Newer ones begin and end with a word to psql, which older ones of psql do not know.
        lines = [line for line in run(argv).splitlines() if not line.startswith(("\\", "SET transaction_timeout"))]
        dumps[f"{name}.sql"] = "\n".join(lines).encode() + b"\n"
    return demo.folder, expected, dumps


DATABASES = {"data": "strongroom", "keys": "strongroom_keys"}


def main():
    scratch = Path(tempfile.mkdtemp(prefix="strongroom-previous-"))
    scratch.chmod(0o711)
    try:
        for make in (sqlite, postgres):
            folder, expected, more = make(scratch)
            name = f"schema-{expected['schema']}.{make.__name__}.zip"
            pack(folder, name, {**more, "expected.json": json.dumps(expected, indent=1).encode()})
            print(f"{name}: {os.stat(HERE / name).st_size} bytes")
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


if __name__ == "__main__":
    main()
