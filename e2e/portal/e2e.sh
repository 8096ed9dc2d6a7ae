#!/bin/sh
# The portal of a person, in a browser that we did not write. Started by `cargo xtask e2e portal`, which sets STRONGROOM_BIN, STRONGROOM_READY
# and STRONGROOM_SCRATCH. Exit: 0 all as it should be, 1 not, 2 could not be tried. See README.md.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
. "$here/../chromium.sh"
browser_room portal "$here"/*.mjs "$here/../pages/house.mjs" "$here/../pages/console.mjs"
held=0
node portal.mjs "$@" || held=1

# Guardians, against a server of its own whose clock can be set forward, where there is a library that does so; else without the day.
find_faketime() {
    for faketime in /usr/lib/*/faketime/libfaketimeMT.so.1 /usr/lib/faketime/libfaketimeMT.so.1; do
        [ -f "$faketime" ] && return 0
    done
    return 1
}
if ! find_faketime && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "installing faketime (apt-get)" >&2
    DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=400 install -y --no-install-recommends faketime >/dev/null 2>&1 ||
        { apt-get -q update && DEBIAN_FRONTEND=noninteractive apt-get -q install -y --no-install-recommends faketime; } >/dev/null 2>&1 || true
fi
if find_faketime; then
    house=$STRONGROOM_SCRATCH/guardians
    mkdir -p "$house"
    CLOCK=$house/clock
    export CLOCK
    echo "+0" >"$CLOCK"
    LD_PRELOAD=$faketime FAKETIME_TIMESTAMP_FILE=$CLOCK FAKETIME_CACHE_DURATION=1 FAKETIME_DONT_FAKE_MONOTONIC=1 \
        "$STRONGROOM_BIN" demo --listen 127.0.0.1:0 --persons 5 --data "$house/data" --ready-file "$house/ready.json" >"$house/output" 2>&1 &
    server=$!
    trap 'kill "$server" 2>/dev/null || true' EXIT
    while [ ! -f "$house/ready.json" ]; do
        kill -0 "$server" 2>/dev/null || { cat "$house/output" >&2; exit 1; }
        sleep 0.2
    done
    STRONGROOM_READY=$house/ready.json
fi
node guardians.mjs "$@" || held=1
exit "$held"
