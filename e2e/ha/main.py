"""The group `ha`. Arguments: any of `rolling`, `upgrade`, `nodes`, `failover`, `takeover`, `drill`, `chain`, which are done without one; and `long`."""

import sys
import time

import chain
import drill
import house
import failover
import nodes
import rolling
import takeover
import upgrade

REQUESTS = 100_000
PARTS = {
    "rolling": lambda: rolling.run(REQUESTS, 200),
    "upgrade": lambda: upgrade.run(REQUESTS, 300),
    "nodes": nodes.run,
    "failover": failover.run,
    "takeover": takeover.run,
    "drill": drill.run,
    "chain": chain.run,
    # Longer, and only when it is asked for.
    "long": lambda: failover.run(True),
}


def main(wanted):
    began = time.monotonic()
    if unknown := [it for it in wanted if it not in PARTS]:
        print(f"no such part: {unknown[0]}; there are {', '.join(PARTS)}", file=sys.stderr)
        return 2
    for name in wanted or [it for it in PARTS if it != "long"]:
        print(f"== {name}", flush=True)
        try:
            PARTS[name]()
        except Exception as error:  # noqa: BLE001 - the other parts are tried all the same
            house.say(False, f"{name} came to its end: {type(error).__name__}: {error}")
        house.end_all()
    print(f"{house.failures} failed" if house.failures else "all as it should be", f"({time.monotonic() - began:.0f} s)")
    return 1 if house.failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
