"""What a job does with each of many rows, so that one that fails does not stand in the way of the others."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from typing import TypeVar

from sqlalchemy.exc import OperationalError

log = logging.getLogger(__name__)

Item = TypeVar("Item")


def each(items: Iterable[Item], act: Callable[[Item], object]) -> tuple[int, int]:
    """Act on every item, which opens its own transaction; return for how many it said yes, and how many failed.

    An error is logged and the next item taken. Raises OperationalError: without its database no other would do.
    """
    done = failed = 0
    for item in items:
        try:
            done += bool(act(item))
        except OperationalError:
            raise
        except Exception:
            failed += 1
            log.exception("%s failed and will be tried again", act.__qualname__)
    return done, failed
