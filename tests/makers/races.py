"""Makes two transactions overlap."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from flask import Flask

from volunteer_hub.core.db import db, transaction
from volunteer_hub.core.errors import DomainError

#: Long enough for the second to reach its own statements, and to wait there if it is going to.
HELD = 0.7


def overlap(app: Flask, first: Callable[[], object], second: Callable[[], object]) -> list[str]:
    """Do `first` and, before it commits, begin `second` in another transaction; return what became of each.

    `done`, or the code of the refusal. Any other error is raised.
    """
    db.session.remove()
    acted, coming = threading.Event(), threading.Event()

    def act_first() -> None:
        first()
        acted.set()
        coming.wait(30)
        time.sleep(HELD)

    def act_second() -> None:
        acted.wait(30)
        coming.set()
        with transaction():
            second()

    def run(act: Callable[[], None], opens: bool) -> str:
        with app.app_context():
            try:
                if opens:
                    with transaction():
                        act()
                else:
                    act()
            except DomainError as refusal:
                return refusal.code
            finally:
                acted.set()
                db.session.remove()
        return "done"

    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(run, (act_first, act_second), (True, False)))
