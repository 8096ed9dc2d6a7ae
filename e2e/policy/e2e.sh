#!/bin/sh
# What the policies can never allow, proven by Cedar's symbolic compiler and the solver cvc5. Started by `cargo xtask e2e policy`, which sets
# STRONGROOM_BIN, STRONGROOM_DATA and STRONGROOM_SCRATCH. Exit: 0 all as it should be, 1 not, 2 could not be tried. See README.md.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
room=${CARGO_TARGET_DIR:-$here/../../target}/e2e/policy
policies=${1:-$here/../../crates/policy/policies}

if [ ! -x "$room/venv/bin/python" ]; then
    mkdir -p "$room"
    if ! command -v python3 >/dev/null 2>&1 || ! python3 -m venv "$room/venv" ||
        ! "$room/venv/bin/pip" install --quiet --disable-pip-version-check -r "$here/requirements.txt"; then
        rm -rf "$room/venv"
        echo "skipped: cvc5 (Python is not there, or could not install it)" >&2
        echo "hint: install python3 with venv" >&2
        exit 2
    fi
fi
if ! CARGO_TARGET_DIR=$room cargo build --quiet --locked --manifest-path "$here/Cargo.toml"; then
    echo "skipped: the prover could not be built" >&2
    exit 2
fi
"$STRONGROOM_BIN" policy schema --data "$STRONGROOM_DATA" >"$STRONGROOM_SCRATCH/schema"
exec "$room/debug/strongroom-e2e-policy" "$STRONGROOM_SCRATCH/schema" "$policies" "$room/venv/bin/python" "$here/solver.py"
