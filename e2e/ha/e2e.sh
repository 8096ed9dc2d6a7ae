#!/bin/sh
# More than one machine: nodes that are restarted under load, a database whose primary dies, and what one node says that another must know.
# Started by `cargo xtask e2e ha`, which sets STRONGROOM_BIN. Exit: 0 all held, 1 not, 2 could not be tried. See README.md.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
PATH=$PATH:/usr/sbin:/sbin
export PATH
package() {
    command -v "$1" >/dev/null 2>&1 && return 0
    [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1 || return 1
    echo "installing $2 (apt-get)" >&2
    DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=400 install -y --no-install-recommends "$2" >/dev/null 2>&1 ||
        { apt-get -q update && DEBIAN_FRONTEND=noninteractive apt-get -q install -y --no-install-recommends "$2"; } >/dev/null 2>&1
    command -v "$1" >/dev/null 2>&1
}
if [ "$(id -u)" != 0 ]; then
    echo "skipped: PostgreSQL and HAProxy run as users of their own here, which takes root" >&2
    exit 2
fi
for pair in python3:python3 openssl:openssl haproxy:haproxy wrk:wrk etcd:etcd-server pg_lsclusters:postgresql patroni:patroni; do
    package "${pair%%:*}" "${pair#*:}" || {
        echo "skipped: ${pair%%:*} is not there" >&2
        echo "hint: Debian's package ${pair#*:}" >&2
        exit 2
    }
done
exec python3 -B "$here/main.py" "$@"
