#!/bin/sh
# Takes a log from a running server, lets it grow in between, and hands it to run.sh. Started by `cargo xtask e2e log`, which sets
# STRONGROOM_BIN, STRONGROOM_DATA and STRONGROOM_SCRATCH.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
strongroom() {
    "$STRONGROOM_BIN" "$@"
}

# The log as it was before: its checkpoint is what a careful third party kept.
strongroom log export --data "$STRONGROOM_DATA" --tenant demo --format tiles --out "$STRONGROOM_SCRATCH/before"

# Something happens: every one of these is an entry.
for label in one two three; do
    strongroom token create --data "$STRONGROOM_DATA" --tenant demo --role app --label "$label" >/dev/null
done

strongroom log export --data "$STRONGROOM_DATA" --tenant demo --format tiles --out "$STRONGROOM_SCRATCH/log"
strongroom log prove 7 --data "$STRONGROOM_DATA" --tenant demo >"$STRONGROOM_SCRATCH/proof"

exec sh "$here/run.sh" "$STRONGROOM_SCRATCH/log" "$STRONGROOM_SCRATCH/log.vkey" "$STRONGROOM_SCRATCH/proof" "$STRONGROOM_SCRATCH/before/checkpoint"
