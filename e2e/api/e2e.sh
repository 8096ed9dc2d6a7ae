#!/bin/sh
# Schemathesis against the description that the server gives of itself. Started by `cargo xtask e2e api`, which sets STRONGROOM_READY and
# STRONGROOM_SCRATCH. Exit: 0 all as it should be, 1 not, 2 could not be tried. See README.md.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
venv=${CARGO_TARGET_DIR:-$here/../../target}/e2e/api/venv
examples=${1:-20}

if [ ! -x "$venv/bin/schemathesis" ]; then
    mkdir -p "$(dirname -- "$venv")"
    rm -rf "$venv"
    if ! command -v python3 >/dev/null 2>&1 || ! python3 -m venv "$venv" ||
        ! "$venv/bin/pip" install --quiet --disable-pip-version-check -r "$here/requirements.txt"; then
        echo "skipped: Schemathesis (Python is not there, or could not install it)" >&2
        echo "hint: install python3 with venv" >&2
        exit 2
    fi
fi

read_ready() {
    "$venv/bin/python" -c 'import json, os, sys
value = json.load(open(os.environ["STRONGROOM_READY"]))
for key in sys.argv[1:]: value = value[int(key) if key.isdigit() else key]
print(value)' "$@"
}
url=$(read_ready url)
ca=$(read_ready ca_file)

# Made-up names of people and collections end at the first question; with real ones the requests reach what lies behind.
cat >"$STRONGROOM_SCRATCH/schemathesis.toml" <<END
[parameters]
"path.person" = "$(read_ready persons 0)"
"path.tenant" = "$(read_ready tenant)"
"path.collection" = "cycle-day"
"path.type" = "Condition"
"header.Purpose-Of-Use" = "TREAT"
END

checks=not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,response_schema_conformance
checks=$checks,missing_required_header,unsupported_method,allow_header_conformance,ignored_auth

held=0
cd "$STRONGROOM_SCRATCH"
for role in app clinician security operator person; do
    echo "== $role"
    if ! SCHEMATHESIS_HOOKS=hooks PYTHONPATH=$here PYTHONDONTWRITEBYTECODE=1 "$venv/bin/schemathesis" \
        --config-file "$STRONGROOM_SCRATCH/schemathesis.toml" run "$url/v1/openapi.json" --tls-verify "$ca" \
        --header "Authorization: Bearer $(read_ready tokens "$role")" --phases examples,coverage,fuzzing --checks "$checks" \
        --max-examples "$examples" --generation-deterministic --workers 2 --warnings off --continue-on-failure --no-color \
        >"$STRONGROOM_SCRATCH/$role.log" 2>&1; then
        held=1
        sed -n '/= ERRORS\|= FAILURES/,$p' "$STRONGROOM_SCRATCH/$role.log"
    else
        grep -E 'generated|Tested' "$STRONGROOM_SCRATCH/$role.log" || true
    fi
done
exit "$held"
