"""Requests offered at their own times, whatever becomes of those before: as people come, not as a loop asks."""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections.abc import Iterable
from dataclasses import dataclass, field

#: Seconds after which a client gives an answer up; counted as status 0, as is a refused connection.
GIVEN_UP = 30.0
#: Sockets open at once: what one process may have without asking the system for more.
SOCKETS = 900


@dataclass(frozen=True)
class Wish:
    """One request of a kind; a patient one comes again when it is told to."""

    kind: str
    method: str
    path: str
    token: str
    body: bytes = b""
    patient: bool = False


@dataclass
class Outcome:
    """What became of a wish: each answer's status and whether it told when to come again, and seconds."""

    wish: Wish
    statuses: list[int] = field(default_factory=list)
    told: list[bool] = field(default_factory=list)
    first: float = 0
    whole: float = 0
    body: bytes = b""

    @property
    def good_at_once(self) -> bool:
        """Tell whether the first answer was the one wanted."""
        return self.statuses[0] == 200

    @property
    def good(self) -> bool:
        """Tell whether it was had in the end."""
        return self.statuses[-1] == 200


def offer(port: int, wishes: Iterable[tuple[float, Wish]], tries: int = 8) -> list[Outcome]:
    """Send each wish at its second after the start; return what became of all, in that order."""

    async def run() -> list[Outcome]:
        sockets = asyncio.Semaphore(SOCKETS)
        begin = time.perf_counter() + 0.2
        return await asyncio.gather(*(_one(port, begin + at, wish, tries, sockets) for at, wish in wishes))

    return asyncio.run(run())


def closed(port: int, wishes: Iterable[Wish], clients: int, seconds: float) -> float:
    """Let so many clients ask one after the other; return good answers a second."""

    async def run() -> float:
        rest = iter(wishes)
        sockets = asyncio.Semaphore(SOCKETS)
        begin = time.perf_counter()
        good = 0

        async def client() -> None:
            nonlocal good
            while time.perf_counter() - begin < seconds:
                wish = next(rest, None)
                if wish is None:
                    return
                outcome = Outcome(wish)
                await _ask(port, outcome, sockets)
                good += outcome.good

        await asyncio.gather(*(client() for _ in range(clients)))
        return good / (time.perf_counter() - begin)

    return asyncio.run(run())


def arrivals(rate: float, seconds: float, chance: random.Random) -> list[float]:
    """Return the instants at which people come who do not know of each other."""
    instants, at = [], chance.expovariate(rate)
    while at < seconds:
        instants.append(at)
        at += chance.expovariate(rate)
    return instants


def share(values: list[float], part: float) -> float:
    """Return the value that so large a part of all does not exceed; 0 for none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * part))] if ordered else 0.0


async def _one(port: int, at: float, wish: Wish, tries: int, sockets: asyncio.Semaphore) -> Outcome:
    outcome = Outcome(wish)
    await asyncio.sleep(max(0, at - time.perf_counter()))
    begin = time.perf_counter()
    for turn in range(tries if wish.patient else 1):
        wait = await _ask(port, outcome, sockets)
        if not turn:
            outcome.first = time.perf_counter() - begin
        if outcome.statuses[-1] not in (0, 429, 503):
            break
        if turn + 1 < tries and wish.patient:
            await asyncio.sleep(wait)
    outcome.whole = time.perf_counter() - begin
    return outcome


async def _ask(port: int, outcome: Outcome, sockets: asyncio.Semaphore) -> float:
    """Send once, note the answer; return the seconds to wait before the next try."""
    try:
        async with sockets, asyncio.timeout(GIVEN_UP):
            answer = await _exchange(port, outcome.wish)
    except (OSError, TimeoutError, EOFError):
        answer = b""
    head, _, body = answer.partition(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
    outcome.statuses.append(int(lines[0].split()[1]) if len(lines[0].split()) > 1 else 0)
    outcome.told.append("retry-after" in headers)
    outcome.body = body
    return float(headers.get("retry-after", 1))


async def _exchange(port: int, wish: Wish) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        lines = [
            f"{wish.method} {wish.path} HTTP/1.1",
            "Host: localhost",
            "Connection: close",
            f"Authorization: Bearer {wish.token}",
            "Content-Type: application/json",
            f"Content-Length: {len(wish.body)}",
        ]
        writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + wish.body)
        await writer.drain()
        return await reader.read(-1)
    finally:
        writer.close()


def outcomes_in(body: bytes) -> list[str]:
    """Return what a batch's answer says of each item."""
    return [result["outcome"] for result in json.loads(body)["results"]]
