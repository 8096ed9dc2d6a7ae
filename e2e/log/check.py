"""Checks an exported log, its key and a proof with the library and the command `aics-tlog`; then breaks copies of them and
checks that each is refused. Called by run.sh."""

import base64
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import aics_tlog
from aics_tlog import tiles

failures = 0


def say(ok: bool, what: str, why: object = "") -> None:
    global failures
    failures += not ok
    print(f"{'ok  ' if ok else 'FAIL'} {what}{f': {why}' if why else ''}")


class Refused(Exception):
    """The foreign verifier does not accept it."""


def open_checkpoint(text: str, key: aics_tlog.VKey) -> tuple[int, bytes]:
    """Size and root of a checkpoint that `key` signed, by the foreign library."""
    note = aics_tlog.parse_note(text)
    result = aics_tlog.verify_checkpoint(note, key, expected_origin=key.name)
    if not result.ok:
        raise Refused(result.error)
    return result.size, result.root


def check_folder(folder: Path, key: aics_tlog.VKey) -> tuple[int, int]:
    """Every tile and every entry of an exported folder; gives entries and bundles."""
    size, root = open_checkpoint((folder / "checkpoint").read_text(), key)
    entries = (folder / "tile" / "entries").is_dir()
    report = aics_tlog.audit_tiles(aics_tlog.FileSystemTileReader(folder), size, root, entries=entries)
    return report.size, report.bundles


def check_proof(text: str, key: aics_tlog.VKey) -> tuple[int, bytes]:
    """A `.tlog-proof` with the entry in its extra line; gives index and entry. The library does not know the file's format,
    so it is taken apart here; signature and path are checked by the library."""
    head, _, checkpoint = text.partition("\n\n")
    lines = head.split("\n")
    if lines.pop(0) != "c2sp.org/tlog-proof@v1" or not lines[0].startswith("extra ") or not lines[1].startswith("index "):
        raise Refused("not a proof")
    entry = base64.b64decode(lines[0].removeprefix("extra "), validate=True)
    index = int(lines[1].removeprefix("index "))
    hashes = [base64.b64decode(line, validate=True) for line in lines[2:]]
    size, root = open_checkpoint(checkpoint, key)
    if not aics_tlog.verify_leaf_inclusion(entry, index, size, hashes, root):
        raise Refused("the path does not lead to the root")
    return index, entry


def accepts(what: str, check: Callable[[], object]) -> None:
    try:
        say(True, what, check())
    except Exception as why:  # noqa: BLE001 - whatever it is, it was not accepted
        say(False, what, f"{type(why).__name__}: {why}")


def refuses(what: str, check: Callable[[], object]) -> None:
    try:
        check()
    except Exception as why:  # noqa: BLE001 - each verifier has its own
        say(True, f"refuses {what}", type(why).__name__)
    else:
        say(False, f"refuses {what}", "it was accepted")


def flip(path: Path, at: int) -> None:
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(data)


def swap(a: Path, b: Path) -> None:
    one, two = a.read_bytes(), b.read_bytes()
    a.write_bytes(two)
    b.write_bytes(one)


def first_and_last(folder: Path, kind: str) -> list[Path]:
    """The first and the last file of a level or of the entries, in the order of the log."""
    files = sorted(path for path in (folder / "tile" / kind).rglob("*") if path.is_file())
    return [files[0], files[-1]]


def attacks(folder: Path) -> dict[str, Callable[[Path], None]]:
    """What can be done to a copy; each must be refused."""
    rows: dict[str, Callable[[Path], None]] = {
        "an edited leaf": lambda at: flip(first_and_last(at, "0")[0], 5),
        "an edited leaf at the end": lambda at: flip(first_and_last(at, "0")[1], 5),
        "a missing tile": lambda at: first_and_last(at, "0")[0].unlink(),
        "a tile cut short": lambda at: first_and_last(at, "0")[1].write_bytes(first_and_last(at, "0")[1].read_bytes()[:-32]),
        "a checkpoint of another size": lambda at: resize(at / "checkpoint"),
        "an altered signature": lambda at: resign(at / "checkpoint"),
    }
    if (folder / "tile" / "entries").is_dir():
        rows |= {
            "an edited entry": lambda at: flip(first_and_last(at, "entries")[0], 20),
            "an edited entry at the end": lambda at: flip(first_and_last(at, "entries")[1], 20),
            "a missing bundle": lambda at: first_and_last(at, "entries")[1].unlink(),
            "entries that changed places": lambda at: reorder(first_and_last(at, "entries")[0]),
        }
    if (folder / "tile" / "1").is_dir():
        rows["an edited hash of a higher level"] = lambda at: flip(first_and_last(at, "1")[0], 5)
    if (folder / "tile" / "0" / "001").is_file():
        rows["tiles that changed places"] = lambda at: swap(at / "tile/0/000", at / "tile/0/001")
    return rows


def resize(checkpoint: Path) -> None:
    lines = checkpoint.read_text().split("\n")
    lines[1] = str(int(lines[1]) - 1)
    checkpoint.write_text("\n".join(lines))


def resign(checkpoint: Path) -> None:
    text = checkpoint.read_text()
    place = len(text) - 12
    checkpoint.write_text(text[:place] + ("A" if text[place] != "A" else "B") + text[place + 1 :])


def reorder(bundle: Path) -> None:
    entries = tiles.parse_entry_bundle(bundle.read_bytes())
    entries[0], entries[-1] = entries[-1], entries[0]
    bundle.write_bytes(tiles.build_entry_bundle(entries))


def stranger(key: aics_tlog.VKey) -> aics_tlog.VKey:
    """A valid key of the same name that never signed this log."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    return aics_tlog.vkey_from_ed25519(key.name, Ed25519PrivateKey.generate().public_key())


def check_command(command: str, arguments: list[str], want: int, what: str) -> None:
    done = subprocess.run([command, *arguments], capture_output=True, text=True, timeout=120, check=False)
    answer = (done.stderr or done.stdout).strip().split("\n")[-1]
    ok = done.returncode == want
    say(ok, f"{what} (exit {done.returncode})", "" if ok else answer[:400])


def main(command: str, folder: Path, vkey_file: Path, proof_file: Path, older: Path | None) -> int:
    key = aics_tlog.read_vkey_file(vkey_file.read_text())
    proof = proof_file.read_text()

    accepts("folder: entries, bundles", lambda: check_folder(folder, key))
    accepts("proof: index", lambda: check_proof(proof, key)[0])
    refuses("the folder with a stranger's key", lambda: check_folder(folder, stranger(key)))
    refuses("the proof with a stranger's key", lambda: check_proof(proof, stranger(key)))

    with tempfile.TemporaryDirectory() as scratch:
        for nth, (what, attack) in enumerate(attacks(folder).items()):
            copy = Path(scratch) / str(nth)
            shutil.copytree(folder, copy)
            attack(copy)
            refuses(what, lambda copy=copy: check_folder(copy, key))

        index, entry = check_proof(proof, key)
        lines = proof.split("\n")
        altered = {
            "a proof of another entry": proof.replace(lines[1], "extra " + base64.b64encode(entry + b" ").decode()),
            "a proof of another index": proof.replace(f"\nindex {index}\n", f"\nindex {index + 1}\n"),
            "a proof that lacks a hash": proof.replace(f"{lines[3]}\n", "", 1) if len(lines[3]) == 44 else "",
            "a proof under an altered checkpoint": proof[:-12] + ("A" if proof[-12] != "A" else "B") + proof[-11:],
        }
        for what, text in altered.items():
            refuses(what, lambda text=text: check_proof(text, key))

        # The same verifier as a command, whose exit code says what it found.
        leaf = Path(scratch) / "entry"
        leaf.write_bytes(entry)
        wrong = Path(scratch) / "wrong"
        wrong.write_bytes(entry + b" ")
        own = Path(scratch) / "key"
        shutil.copy(vkey_file, own)
        log = ["--tiles", str(folder), "--vkey-file", str(own)]
        inclusion = ["verify-inclusion", *log, "--index", str(index), "--leaf"]
        check_command(command, ["verify-checkpoint", *log], 0, "command: the checkpoint")
        check_command(command, [*inclusion, str(leaf)], 0, "command: the entry")
        check_command(command, [*inclusion, str(wrong)], 1, "command: refuses another entry")
        if older:
            growth = ["verify-consistency", *log, "--old-checkpoint"]
            check_command(command, [*growth, str(older)], 0, "command: growth since an older checkpoint")
            other = Path(scratch) / "older"
            shutil.copy(older, other)
            resign(other)
            check_command(command, [*growth, str(other)], 1, "command: refuses an altered older checkpoint")

    print(f"{failures} failed" if failures else "all as it should be")
    return 1 if failures else 0


if __name__ == "__main__":
    paths = [Path(argument) for argument in sys.argv[2:]]
    for path in paths:
        if not path.exists():
            print(f"{path} is not there", file=sys.stderr)
            sys.exit(2)
    sys.exit(main(sys.argv[1], *paths[:3], paths[3] if len(paths) > 3 else None))
