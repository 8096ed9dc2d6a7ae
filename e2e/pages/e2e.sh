#!/bin/sh
# The pages around an account, in a browser that we did not write. Started by `cargo xtask e2e pages`, which sets STRONGROOM_READY and
# STRONGROOM_SCRATCH. Exit: 0 all as it should be, 1 not, 2 could not be tried. See README.md.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
. "$here/../chromium.sh"
browser_room pages "$here"/*.mjs
exec node pages.mjs "$@"
