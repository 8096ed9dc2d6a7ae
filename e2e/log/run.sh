#!/bin/sh
# Checks an exported log with a verifier that we did not write. See README.md.
# Usage: run.sh FOLDER VKEY_FILE PROOF_FILE [OLDER_CHECKPOINT]
# Exit: 0 all as it should be, 1 not, 2 could not be tried.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
venv=${CARGO_TARGET_DIR:-$here/../../target}/e2e/log/venv

if [ "$#" -lt 3 ]; then
    echo "usage: run.sh FOLDER VKEY_FILE PROOF_FILE [OLDER_CHECKPOINT]" >&2
    exit 2
fi

new_enough() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 12))' 2>/dev/null
}

if [ ! -x "$venv/bin/aics-tlog" ]; then
    python=
    for candidate in python3.14 python3.13 python3.12 python3 "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.1[2-9]*/bin/python3; do
        if command -v "$candidate" >/dev/null 2>&1 && new_enough "$candidate"; then
            python=$candidate
            break
        fi
    done
    if [ -z "$python" ]; then
        echo "no Python 3.12 or newer was found" >&2
        echo "hint: install one, e.g. the package python3.12 with python3.12-venv" >&2
        exit 2
    fi
    rm -rf "$venv"
    mkdir -p "$(dirname "$venv")"
    if ! { "$python" -m venv "$venv" && "$venv/bin/pip" install --quiet --disable-pip-version-check -r "$here/requirements.txt"; }; then
        rm -rf "$venv"
        echo "the verifier could not be installed" >&2
        echo "hint: it comes from the Python package index by its name; is that reachable?" >&2
        exit 2
    fi
fi

exec "$venv/bin/python" "$here/check.py" "$venv/bin/aics-tlog" "$@"
