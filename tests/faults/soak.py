"""`make soak`: the kill test at ten times its length on each engine, said in numbers.

    python -m tests.faults.soak [--acknowledged 10000] [--kills 100] [--engines sqlite,postgresql]

Ends with 1 if anything acknowledged was lost or doubled, or any invariant is broken.
"""

from __future__ import annotations

import argparse
import sys

from tests.faults import kills
from tests.faults.ackload import new_seed


def main() -> int:
    """Run each engine, print what happened, and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--acknowledged", type=int, default=10_000)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--engines", default="sqlite,postgresql")
    chosen = parser.parse_args()
    worst = 0
    for engine in chosen.engines.split(","):
        ran = kills.run(engine, acknowledged=chosen.acknowledged, kills=chosen.kills, seed=new_seed())
        good = ran.report.holds and ran.killed.total() == chosen.kills and "500" not in ran.tally.statuses
        worst = worst or int(not good)
        bound = f"; the rate of loss is below {3 / ran.tally.acknowledged:.1e} (95 %)" if good else ""
        sys.stdout.write(f"{engine}: {'ok' if good else 'BROKEN'}: {ran}{bound}\n")
        sys.stdout.flush()
    return worst


if __name__ == "__main__":
    sys.exit(main())
