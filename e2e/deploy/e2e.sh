#!/bin/sh
# The unit, the image and the manifests of deploy/, held to programs that we did not write. Started by `cargo xtask e2e deploy`.
# Exit: 0 all as it should be, 1 not, 2 could not be tried. See README.md.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
root=$(CDPATH='' cd -- "$here/../.." && pwd)
deploy=$root/deploy
target=${CARGO_TARGET_DIR:-$root/target}
room=$target/e2e/deploy
mkdir -p "$room"
failed=0
tried() { if [ "$1" = 0 ]; then echo "ok   $2"; else echo "FAIL $2"; failed=1; fi; }
package() {
    command -v "$1" >/dev/null 2>&1 && return 0
    [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1 || return 1
    echo "installing $2 (apt-get)" >&2
    DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=400 install -y --no-install-recommends "$2" >/dev/null 2>&1 ||
        { apt-get -q update && DEBIAN_FRONTEND=noninteractive apt-get -q install -y --no-install-recommends "$2"; } >/dev/null 2>&1
    command -v "$1" >/dev/null 2>&1
}

# The units: systemd reads them, and finds them hardened (0 is the best, 10 the worst).
if package systemd-analyze systemd; then
    for unit in "$deploy"/systemd/*; do
        sed 's#/usr/local/bin/strongroom#/bin/true#' "$unit" > "$room/$(basename "$unit")"
    done
    said=$(systemd-analyze verify "$room"/strongroom*.service "$room"/strongroom*.timer 2>&1) && status=0 || status=1
    [ -z "$said" ] || status=1
    [ "$status" = 0 ] || echo "$said"
    tried "$status" "systemd takes the units without a word"
    for unit in "$room"/strongroom*.service; do
        systemd-analyze security --offline=true --threshold=20 "$unit" > "$room/security" 2>&1 && status=0 || status=1
        tail -n 1 "$room/security"
        tried "$status" "the exposure of $(basename "$unit") is below 2.0"
    done
else
    echo "skipped: systemd-analyze is not there (package systemd)" >&2
    exit 2
fi

# The manifests: the schemas of Kubernetes, strictly; and none is forgotten by the list.
if ! cmp -s "$here/requirements.txt" "$room/requirements.txt" || [ ! -x "$room/venv/bin/kubernetes-validate" ]; then
    rm -rf "$room/venv"
    if python3 -m venv "$room/venv" && "$room/venv/bin/pip" install --quiet --disable-pip-version-check -r "$here/requirements.txt"; then
        cp "$here/requirements.txt" "$room/requirements.txt"
    else
        echo "skipped: kubernetes-validate could not be installed (Python with venv and pip)" >&2
        exit 2
    fi
fi
base=$deploy/kubernetes/base
for file in "$base"/*.yaml; do
    name=$(basename "$file")
    [ "$name" = kustomization.yaml ] && continue
    "$room/venv/bin/kubernetes-validate" --strict --quiet "$file" && status=0 || status=1
    grep -q -- "- $name\$" "$base/kustomization.yaml" || { echo "$name is not in the list"; status=1; }
    tried "$status" "$name"
done
# All of them together, as `kubectl apply -k` reads them; each again as it comes out of that.
if command -v kubectl >/dev/null 2>&1; then
    rm -rf "$room/together" && mkdir "$room/together"
    if kubectl kustomize "$base" -o "$room/together"; then status=0; else status=1; fi
    for file in "$room/together"/*.yaml; do
        "$room/venv/bin/kubernetes-validate" --strict --quiet "$file" || status=1
    done
    tried "$status" "kubectl puts the manifests together: $(find "$room/together" -name '*.yaml' | wc -l) of them"
else
    echo "not tried: the manifests put together (kubectl)" >&2
fi
# The schema is asked whether it would find a fault.
sed 's/minAvailable: 1/minAvailble: 1/' "$base/disruption.yaml" > "$room/wrong.yaml"
if "$room/venv/bin/kubernetes-validate" --strict --quiet "$room/wrong.yaml" >/dev/null 2>&1; then status=1; else status=0; fi
tried "$status" "a word that Kubernetes does not know is found"

"$STRONGROOM_BIN" config check --config "$base/strongroom.toml" && status=0 || status=1
tried "$status" "the program takes the configuration of the manifests"

# The image: built from scratch, and the program in it starts as nobody on a root that it cannot write.
if package buildah buildah; then
    image=localhost/strongroom:e2e
    set -- --root "$room/store" --runroot "$room/run" --storage-driver vfs
    if IMAGE_TOOL="buildah $* build --isolation chroot --quiet" CARGO_TARGET_DIR="$target" "$deploy/image/build.sh" "$image" > "$room/image"; then status=0; else status=1; fi
    tried "$status" "the image is built"
    if [ "$status" = 0 ]; then
        container=$(buildah "$@" from --pull-never "$image")
        said=$(buildah "$@" run --isolation chroot "$container" -- /strongroom --version) && status=0 || status=1
        echo "$said"
        tried "$status" "the program starts with nothing beside it"
        buildah "$@" run --isolation chroot "$container" -- /strongroom demo --listen 127.0.0.1:0 --persons 2 --data /data/demo --ready-file /data/ready.json > "$room/demo" 2>&1 &
        demo=$!
        mount=$(buildah "$@" mount "$container")
        tries=0
        while [ ! -s "$mount/data/ready.json" ] && [ "$tries" -lt 300 ] && kill -0 "$demo" 2>/dev/null; do
            tries=$((tries + 1))
            sleep 0.2
        done
        if [ -s "$mount/data/ready.json" ]; then
            url=$(sed -n 's/.*"url": *"\([^"]*\)".*/\1/p' "$mount/data/ready.json" | head -n 1)
            curl --silent --show-error --fail --max-time 10 --cacert "$mount/data/demo/tls/ca.pem" "$url/readyz" && status=0 || status=1
            owner=$(stat -c %u "$mount/data/demo")
            [ "$owner" = 65532 ] || { echo "the data belong to user $owner"; status=1; }
            # What it says of itself: the process to end is the program, not who started it.
            pid=$(sed -n 's/.*"pid": *\([0-9]*\).*/\1/p' "$mount/data/ready.json" | head -n 1)
            kill -TERM "$pid" 2>/dev/null || true
        else
            cat "$room/demo"
            status=1
        fi
        wait "$demo" || true
        tried "$status" "it serves as user 65532, from inside"
        buildah "$@" rm "$container" >/dev/null
        buildah "$@" rmi "$image" >/dev/null
    fi
else
    echo "not tried: the image (package buildah)" >&2
fi
exit "$failed"
