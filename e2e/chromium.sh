# Names a Chromium in CHROMIUM, for the groups that need a browser; installs Debian's where it may. Read by their scripts, not run.
# Fails with a sentence when there is none.
find_chromium() {
    for candidate in "${CHROMIUM:-}" chromium chromium-browser google-chrome; do
        if [ -n "$candidate" ] && command -v "$candidate" >/dev/null 2>&1; then
            CHROMIUM=$(command -v "$candidate")
            export CHROMIUM
            return 0
        fi
    done
    if [ "${1:-}" != again ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
        echo "installing chromium (apt-get)" >&2
        DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=400 install -y --no-install-recommends chromium >/dev/null 2>&1 ||
            { apt-get -q update && DEBIAN_FRONTEND=noninteractive apt-get -q install -y --no-install-recommends chromium; } >/dev/null 2>&1 || true
        find_chromium again
        return
    fi
    echo "skipped: no Chromium was found" >&2
    echo "hint: install one, e.g. the package chromium, or name it in CHROMIUM" >&2
    return 1
}

# A browser and its driver in a room of the group's own, where it then is: `browser_room GROUP FILE...`. Ends the script with 2 where there
# is none.
browser_room() {
    room=${CARGO_TARGET_DIR:-$here/../../target}/e2e/$1
    shift
    for tool in node npm; do
        if ! command -v "$tool" >/dev/null 2>&1; then
            echo "skipped: $tool is not there" >&2
            exit 2
        fi
    done
    find_chromium || exit 2
    mkdir -p "$room"
    cp "$here/package.json" "$@" "$room/"
    if ! (cd "$room" && npm install --silent --no-audit --no-fund --ignore-scripts); then
        echo "skipped: the browser's driver could not be installed" >&2
        exit 2
    fi
    cd "$room"
}
