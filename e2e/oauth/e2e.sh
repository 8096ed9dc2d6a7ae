#!/bin/sh
# Runs foreign OAuth clients against two servers. See README.md. Started by `cargo xtask e2e oauth`, which sets STRONGROOM_BIN,
# STRONGROOM_READY and STRONGROOM_SCRATCH.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
root=$here/../..
kept=${CARGO_TARGET_DIR:-$root/target}/e2e/oauth
mkdir -p "$kept"

node_there=no
if command -v npm >/dev/null 2>&1 && command -v node >/dev/null 2>&1; then
    mkdir -p "$kept/node"
    if ! cmp -s "$here/package.json" "$kept/node/package.json" || [ ! -d "$kept/node/node_modules/playwright-core" ]; then
        cp "$here/package.json" "$kept/node/package.json"
        (cd "$kept/node" && npm install --no-audit --no-fund --silent) || rm -rf "$kept/node/node_modules"
    fi
    [ -d "$kept/node/node_modules/openid-client" ] && node_there=yes
fi
[ "$node_there" = yes ] || echo "skipped: openid-client and oauth4webapi (npm and node are not there, or could not install them)"

python_there=no
if [ -x "$kept/venv/bin/python" ] && "$kept/venv/bin/python" -c 'import aiosmtpd, authlib, httpx, pyotp' 2>/dev/null; then
    python_there=yes
elif command -v python3 >/dev/null 2>&1; then
    rm -rf "$kept/venv"
    if python3 -m venv "$kept/venv" && "$kept/venv/bin/pip" install --quiet --disable-pip-version-check -r "$here/requirements.txt"; then
        python_there=yes
    fi
fi
[ "$python_there" = yes ] || echo "skipped: Authlib, pyotp and aiosmtpd (Python is not there, or could not install it)"

if [ "$node_there" = no ] && [ "$python_there" = no ]; then
    echo "hint: install npm and node 20 or newer, or python3 with venv" >&2
    exit 2
fi

# Node looks for packages beside the script that it runs.
cp "$here"/*.mjs "$kept/node/" 2>/dev/null || true
field() {
    sed -n "s/.*\"$1\": *\"\([^\"]*\)\".*/\1/p" "$2" | head -n 1
}
held=0

if [ "$node_there" = yes ]; then
    echo "== machine.mjs: a real server"
    NODE_EXTRA_CA_CERTS=$(field ca_file "$STRONGROOM_READY") node "$kept/node/machine.mjs" || held=1
fi

# A server of its own whose letters go over SMTP: a demonstration, stopped, told of its mail server, and started again.
. "$here/../chromium.sh"
if [ "$node_there" = yes ] && [ "$python_there" = yes ] && find_chromium; then
    echo "== browser.mjs: the real pages in Chromium, letters by SMTP, codes by pyotp"
    python=$kept/venv/bin/python
    house=$STRONGROOM_SCRATCH/house-with-mail
    letters=$STRONGROOM_SCRATCH/letters
    mkdir -p "$house" "$letters"
    mkfifo "$STRONGROOM_SCRATCH/end-post"
    demo() {
        rm -f "$house/ready.json"
        "$STRONGROOM_BIN" demo --listen 127.0.0.1:0 --metrics 127.0.0.1:0 --persons 1 --data "$house/data" --ready-file "$house/ready.json" >>"$house/output" 2>&1 &
        demo=$!
        while [ ! -f "$house/ready.json" ]; do
            kill -0 "$demo" 2>/dev/null || { cat "$house/output" >&2; exit 2; }
            sleep 0.2
        done
    }
    demo
    kill "$demo"
    wait "$demo" || true
    printf 'a password of the post' >"$house/data/secrets/mail"
    chmod 600 "$house/data/secrets/mail"
    "$python" -W ignore "$here/post.py" "$house/data/tls/server.pem" "$house/data/tls/server.key" strongroom "$house/data/secrets/mail" "$letters" <"$STRONGROOM_SCRATCH/end-post" &
    post=$!
    exec 4>"$STRONGROOM_SCRATCH/end-post"
    while [ ! -f "$letters/port" ]; do
        kill -0 "$post" 2>/dev/null || exit 2
        sleep 0.1
    done
    settings=$house/data/strongroom.toml
    awk -v port="$(cat "$letters/port")" '
        /^\[/ { mail = ($0 == "[mail]") }
        !mail { print }
        /^\[mail\]/ {
            print "[mail]\nkind = \"smtp\"\nfrom = \"Strongroom <no-reply@strongroom.local>\"\nhost = \"localhost\"\nport = " port
            print "encryption = \"starttls\"\nuser = \"strongroom\"\npassword_file = \"secrets/mail\"\nca_file = \"tls/ca.pem\"\n"
        }' "$settings" >"$settings.new"
    mv "$settings.new" "$settings"
    demo
    STRONGROOM_READY=$house/ready.json PYTHON=$python LETTERS=$letters NODE_EXTRA_CA_CERTS=$house/data/tls/ca.pem \
        node "$kept/node/browser.mjs" || held=1
    kill "$demo"
    wait "$demo" || true
    exec 4>&-
    wait "$post" || true
fi

# The second server: keys of its own for the apps that sign, and a pipe that ends it.
node "$kept/node/apps.mjs" "$STRONGROOM_SCRATCH" 2>/dev/null || "$kept/venv/bin/python" "$here/apps.py" "$STRONGROOM_SCRATCH"
mkfifo "$STRONGROOM_SCRATCH/stop"
(cd "$root" && STRONGROOM_SCRATCH=$STRONGROOM_SCRATCH ${CARGO:-cargo} test --quiet -p strongroom --test it -- --ignored --exact foreign::serve_for_foreign_clients <"$STRONGROOM_SCRATCH/stop" >"$STRONGROOM_SCRATCH/server.log" 2>&1) &
server=$!
exec 3>"$STRONGROOM_SCRATCH/stop"
while [ ! -f "$STRONGROOM_SCRATCH/ready.json" ]; do
    if ! kill -0 "$server" 2>/dev/null; then
        cat "$STRONGROOM_SCRATCH/server.log" >&2
        exit 2
    fi
    sleep 0.2
done
export STRONGROOM_READY="$STRONGROOM_SCRATCH/ready.json"
ca=$(field ca_file "$STRONGROOM_READY")
if [ "$node_there" = yes ]; then
    echo "== person.mjs: a person at a browser"
    NODE_EXTRA_CA_CERTS=$ca node "$kept/node/person.mjs" || held=1
fi
if [ "$python_there" = yes ]; then
    echo "== person.py: the same, by Authlib"
    "$kept/venv/bin/python" -W ignore "$here/person.py" || held=1
fi
exec 3>&-
wait "$server" || { cat "$STRONGROOM_SCRATCH/server.log" >&2; held=1; }
exit "$held"
