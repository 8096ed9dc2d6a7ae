#!/bin/sh
# The portal of a person, in a browser that we did not write. Started by `cargo xtask e2e portal`, which sets STRONGROOM_READY and
# STRONGROOM_SCRATCH. Exit: 0 all as it should be, 1 not, 2 could not be tried. See README.md.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
. "$here/../chromium.sh"
browser_room portal "$here"/*.mjs "$here/../pages/house.mjs"
exec node portal.mjs "$@"
