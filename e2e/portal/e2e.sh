#!/bin/sh
# The portal of a person, in a browser that we did not write. Started by `cargo xtask e2e portal`, which sets STRONGROOM_READY and
# STRONGROOM_SCRATCH. Exit: 0 all as it should be, 1 not, 2 could not be tried. See README.md.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
room=${CARGO_TARGET_DIR:-$here/../../target}/e2e/portal

for tool in node npm; do
    if ! command -v "$tool" >/dev/null 2>&1; then
        echo "skipped: $tool is not there" >&2
        exit 2
    fi
done
. "$here/../chromium.sh"
find_chromium || exit 2

mkdir -p "$room"
cp "$here/package.json" "$here"/*.mjs "$here/../pages/house.mjs" "$room/"
if ! (cd "$room" && npm install --silent --no-audit --no-fund --ignore-scripts); then
    echo "skipped: the browser's driver could not be installed" >&2
    exit 2
fi
cd "$room"
exec node portal.mjs "$@"
