"""Kill -9, again and again, while everybody checks in and out; then hold the database to what was acknowledged."""

from __future__ import annotations

import random
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from bench.world import build
from tests.faults import failpoints
from tests.faults.ackload import JournalFile, Load, Tally, lines
from tests.faults.sites import Cluster, Gunicorn, count_short_stays, report, site
from volunteer_hub.ledger.verify import Report

WORKERS = {"sqlite": 1, "postgresql": 2}


@dataclass
class Killer:
    """Kills something each time so many more scans are acknowledged, until it has killed often enough."""

    tally: Tally
    every: int
    ways: list[tuple[str, Callable[[], bool]]]
    kills: int
    done: Counter[str] = field(default_factory=Counter)
    ended: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        """Go on until all kills are done, or the load has ended."""
        for number in range(1, self.kills + 1):
            while self.tally.acknowledged < number * self.every:
                if self.ended.is_set():
                    return
                time.sleep(0.005)
            name, kill = self.ways[number % len(self.ways)]
            while not kill():
                if self.ended.is_set():
                    return
                time.sleep(0.005)
            self.done[name] += 1

    def at_point(self, folder: Path, point: str) -> bool:
        """Have a worker killed at a failpoint; wait until one was, and tell so."""
        failpoints.arm(folder, point)
        while failpoints.is_armed(folder, point):
            if self.ended.is_set():
                return False
            time.sleep(0.005)
        return True


@dataclass(frozen=True)
class Outcome:
    """What was met, what was killed, and what the verifier says."""

    tally: Tally
    killed: Counter[str]
    report: Report
    seconds: float

    def __str__(self) -> str:
        waits = sorted(self.tally.waits)
        return (
            f"{self.tally.acknowledged} acknowledged in {self.seconds:.1f} s, killed {dict(self.killed)}, met "
            f"{dict(self.tally.statuses)}, waited {waits[len(waits) // 2]:.3f} s in the middle, {waits[-1]:.2f} s at "
            f"most; broken: {[finding for finding in self.report.findings if finding.wrong]}"
        )


def run(
    engine: str,
    *,
    acknowledged: int,
    kills: int,
    seed: int,
    variant: str = "",
    points: tuple[str, ...] = failpoints.POINTS,
    elsewhere: bool = True,
) -> Outcome:
    """Acknowledge so many scans, kill so often meanwhile, and verify. Two scans a person: in and out.

    Killed are workers at the `points`; with `elsewhere` also workers anywhere, and what a database runs.
    """
    with site(engine) as (uri, cluster), tempfile.TemporaryDirectory(prefix="vhfaults") as kept:
        folder = Path(kept)
        world = build(uri, acknowledged // 2)
        count_short_stays(uri)
        served = Gunicorn(uri, folder, workers=WORKERS[engine], variant=variant)
        journal = JournalFile(folder / "journal")
        load = Load(world, journal, served.port, seed)
        killer = Killer(load.tally, acknowledged // (kills + 1), [], kills)
        killer.ways = [(point, partial(killer.at_point, folder, point)) for point in points]
        chance = random.Random(seed)
        if elsewhere:
            killer.ways += _elsewhere(served, cluster, chance)
        chance.shuffle(killer.ways)
        thread = threading.Thread(target=killer.run)
        begun = time.monotonic()
        try:
            thread.start()
            load.run()
        finally:
            killer.ended.set()
            thread.join()
            served.stop()
            journal.close()
        seconds = time.monotonic() - begun
        return Outcome(load.tally, killer.done, report(uri, lines(journal)), seconds)


def _elsewhere(
    served: Gunicorn, cluster: Cluster | None, chance: random.Random
) -> list[tuple[str, Callable[[], bool]]]:
    ways: list[tuple[str, Callable[[], bool]]] = [("worker", partial(served.kill_worker, chance))]
    if cluster is not None:
        ways.append(("backend", partial(cluster.kill_backend, chance)))
        ways.append(("postmaster", cluster.kill_postmaster))
    return ways
