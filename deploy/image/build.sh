#!/bin/sh
# Build the static program and the image around it: build.sh NAME:TAG. Needs Rust, a C compiler, and docker, podman or buildah.
# STRONGROOM_PROGRAM names a static program that is there already; IMAGE_TOOL a tool with its options. STRONGROOM_PROFILE=dev builds faster, and a
# larger and slower program: to see that the image works.
set -eu

name=${1:?"build.sh NAME:TAG"}
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
root=$(CDPATH='' cd -- "$here/../.." && pwd)
target=$(uname -m)-unknown-linux-gnu
program=${STRONGROOM_PROGRAM:-}
if [ -z "$program" ]; then
  profile=${STRONGROOM_PROFILE:-release}
  folder=$profile
  [ "$profile" = dev ] && folder=debug
  (cd "$root" && RUSTFLAGS='-C target-feature=+crt-static' cargo build --profile "$profile" --locked --target "$target" -p strongroom --bin strongroom)
  program=${CARGO_TARGET_DIR:-$root/target}/$target/$folder/strongroom
fi
room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT
mkdir -m 0700 "$room/data"
install -m 0555 "$program" "$room/strongroom"
if [ -n "${IMAGE_TOOL:-}" ]; then
  tool=$IMAGE_TOOL
elif command -v docker > /dev/null; then
  tool="docker build"
elif command -v podman > /dev/null; then
  tool="podman build"
else
  tool="buildah build"
fi
# The tool may be several words.
# shellcheck disable=SC2086
$tool --file "$here/Dockerfile" --tag "$name" "$room"
