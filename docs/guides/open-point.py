#!/usr/bin/env python3
"""Open the database of a recovery point that restic restored, without Strongroom.

    open-point.py RESTORED POINT_KEY TO

RESTORED is the folder that restic wrote, POINT_KEY the point's key from the third place (`points/...-ID.point`), TO a new folder. Takes
Python 3.9, `cryptography`, and `zstandard` or the program `zstd`. The formats: docs/formats/recovery-point.md. Signatures are not checked.
"""

import base64
import hashlib
import json
import pathlib
import struct
import subprocess
import sys
import uuid

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

try:
    import zstandard
except ImportError:
    zstandard = None


def place(label, *fields):
    """docs/formats/associated-data.md."""
    encoded = b"\x01"
    for kind, value in [(1, label), *fields]:
        encoded += bytes([kind]) + struct.pack(">Q", len(value)) + value
    return encoded


def sealed_file(key, context, sealed):
    """docs/formats/sealed-file.md."""
    header, body = sealed[:68], sealed[68:]
    if header[:8] != b"SRFILE\n\x01":
        sys.exit("the list is no sealed file of version 1")
    size = struct.unpack(">I", header[8:12])[0] + 16
    info = b"strongroom/file v1" + header[:36] + hashlib.sha256(context).digest()
    derived = HKDFExpand(algorithm=SHA256(), length=64, info=info).derive(key)
    if derived[32:] != header[36:]:
        sys.exit("this is not the point's key")
    segments = [body[at : at + size] for at in range(0, len(body), size)]
    opened = b""
    for number, segment in enumerate(segments):
        last = number == len(segments) - 1
        nonce = bytes(7) + struct.pack(">I", number) + bytes([last])
        opened += AESGCM(derived[:32]).decrypt(nonce, segment, b"")
    return opened


def unpacked(frames):
    """zstd frames behind one another."""
    if zstandard:
        return b"".join(zstandard.ZstdDecompressor().decompress(it) for it in frames)
    run = subprocess.run(["zstd", "-d", "-c"], input=b"".join(frames), capture_output=True, check=True)
    return run.stdout


def blocks(records, sealed):
    """What is in the blocks: docs/formats/sealed-block.md."""
    frames = []
    for length, key in struct.iter_unpack(">I32s", records):
        message = AESGCM(key).decrypt(bytes(12), sealed.read(length), b"strongroom/block v1")
        packed = message[-1] == 1
        if packed:
            frames.append(message[:-1])
        if frames and (not packed or len(frames) == 256):
            yield unpacked(frames)
            frames = []
        if not packed:
            yield message[:-1]
    if frames:
        yield unpacked(frames)
    if sealed.read(1):
        sys.exit("something lies behind the last block")


def main():
    restored, key, to = map(pathlib.Path, sys.argv[1:4])
    body = (restored / "manifest.jws").read_text().split(".")[1]
    manifest = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    context = place(
        b"point-blocks",
        (2, manifest["environment"].encode()),
        (3, uuid.UUID(manifest["id"]).bytes),
    )
    sealed = manifest["sealed"]
    records = sealed_file(key.read_bytes(), context, (restored / sealed["list"]["path"]).read_bytes())
    to.mkdir(mode=0o700)
    with open(restored / sealed["blocks"]["path"], "rb") as file:
        pieces, rest = blocks(records, file), b""
        for part in manifest["database"]:
            digest, left = hashlib.sha256(), part["bytes"]
            with open(to / pathlib.PurePath(part["path"]).name, "wb") as out:
                while left:
                    piece = rest or next(pieces)
                    piece, rest = piece[:left], piece[left:]
                    digest.update(piece)
                    out.write(piece)
                    left -= len(piece)
            if digest.hexdigest() != part["sha256"]:
                sys.exit(part["path"] + " is not what the manifest says")
            print(to / pathlib.PurePath(part["path"]).name)
        if rest or next(pieces, b""):
            sys.exit("there is more than the manifest says")


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    main()
