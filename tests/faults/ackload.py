"""A load client that writes down what it was told: the ground truth of every test that breaks something.

Before a scan leaves, `nonce,sent` is on disk; after its answer came, `nonce,outcome,reason` is. Until an
answer is definite the same bytes are sent again under the same nonce, as a phone at the door does.
"""

from __future__ import annotations

import http.client
import json
import os
import random
import secrets
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from bench.world import World
from volunteer_hub.core import clock

#: These say "later", not "no".
RETRIED = frozenset({408, 409, 425, 429, 500, 502, 503, 504})


def new_seed() -> int:
    """Return the seed of this run, and say how to have it again: FAULTS_SEED in the environment."""
    seed = int(os.environ.get("FAULTS_SEED") or secrets.randbits(32))
    sys.stderr.write(f"FAULTS_SEED={seed}\n")
    return seed


class GaveUp(Exception):
    """No definite answer came in all the time there was."""


class JournalFile:
    """A journal in a file, each line on disk before `write` returns. Several threads may write."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def write(self, *words: str) -> None:
        """Append one line and wait until it is on disk."""
        os.write(self._file, (",".join(words) + "\n").encode())
        os.fsync(self._file)

    def close(self) -> None:
        """End writing."""
        os.close(self._file)


@dataclass
class Tally:
    """What the clients met, and how long they waited for definite answers, in seconds."""

    statuses: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)
    waits: list[float] = field(default_factory=list)
    _turn: threading.Lock = field(default_factory=threading.Lock)

    @property
    def acknowledged(self) -> int:
        """Return how many scans have their definite answer."""
        return len(self.waits)

    def met(self, status: str) -> None:
        """Count what one attempt met: a status, or the name of an error."""
        with self._turn:
            self.statuses[status] += 1

    def settled(self, outcome: str, seconds: float) -> None:
        """Count a definite answer."""
        with self._turn:
            self.outcomes[outcome] += 1
            self.waits.append(seconds)


class Client:
    """One phone: a connection it keeps, and a token."""

    def __init__(self, port: int, token: str, *, timeout: float = 20.0) -> None:
        self.port, self.timeout = port, timeout
        self.headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
        self._connection: http.client.HTTPConnection | None = None

    def post(self, body: bytes) -> tuple[int, bytes]:
        """Send a batch once and return status and body. Raises OSError or HTTPException if anything breaks."""
        if self._connection is None:
            self._connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=self.timeout)
        try:
            self._connection.request("POST", "/api/v1/scans", body, self.headers)
            answer = self._connection.getresponse()
            return answer.status, answer.read()
        except (OSError, http.client.HTTPException):
            self.close()
            raise

    def close(self) -> None:
        """Hang up."""
        if self._connection is not None:
            self._connection.close()
        self._connection = None


def settle(client: Client, journal: JournalFile, item: dict[str, object], tally: Tally, *, patience: float) -> None:
    """Send one scan until its answer is definite, and journal both. Raises GaveUp after `patience` seconds."""
    nonce = str(item["nonce"])
    body = json.dumps({"items": [item]}).encode()
    journal.write(nonce, "sent")
    begun = time.monotonic()
    while True:
        word, reason = _once(client, body, nonce, tally)
        if word:
            journal.write(nonce, word, reason)
            tally.settled(f"{word} {reason}".strip(), time.monotonic() - begun)
            return
        if time.monotonic() - begun > patience:
            raise GaveUp(nonce)
        time.sleep(0.02 + random.random() / 20)


def _once(client: Client, body: bytes, nonce: str, tally: Tally) -> tuple[str, str]:
    """Return the definite answer of one attempt, or two empty words."""
    try:
        status, text = client.post(body)
    except (OSError, http.client.HTTPException) as error:
        tally.met(type(error).__name__)
        return "", ""
    tally.met(str(status))
    if status == 200:
        try:
            result = json.loads(text)["results"][0]
        except (ValueError, LookupError, TypeError):
            return "", ""
        return (result["outcome"], result["reason"]) if result["nonce"] == nonce else ("", "")
    return ("", "") if status in RETRIED else ("rejected", "")


@dataclass
class Load:
    """Everybody of a world comes and goes through so many phones; one seed decides order and nonces."""

    world: World
    journal: JournalFile
    port: int
    seed: int
    phones: int = 6
    patience: float = 300.0
    tally: Tally = field(default_factory=Tally)
    errors: list[Exception] = field(default_factory=list)

    def run(self) -> Tally:
        """Check everybody in and out, and return what was met. Raises the first error of a phone."""
        chance = random.Random(self.seed)
        people = list(self.world.people)
        chance.shuffle(people)
        nonces = iter(lambda: f"{chance.getrandbits(128):032x}", "")
        visits = self._shared((who, next(nonces), next(nonces)) for who in people)
        threads = [threading.Thread(target=self._phone, args=(visits,)) for _ in range(self.phones)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if self.errors:
            raise self.errors[0]
        return self.tally

    def _phone(self, visits: Callable[[], tuple[int, str, str] | None]) -> None:
        client = Client(self.port, self.world.token)
        try:
            while not self.errors and (visit := visits()):
                person, came, went = visit
                for direction, nonce in (("in", came), ("out", went)):
                    item = self.world.item(person, direction, nonce, clock.now())
                    settle(client, self.journal, item, self.tally, patience=self.patience)
        except Exception as error:
            self.errors.append(error)
        finally:
            client.close()

    @staticmethod
    def _shared(visits: Iterable[tuple[int, str, str]]) -> Callable[[], tuple[int, str, str] | None]:
        turn, rest = threading.Lock(), iter(visits)

        def take() -> tuple[int, str, str] | None:
            with turn:
                return next(rest, None)

        return take


def lines(journal: JournalFile) -> Iterator[str]:
    """Yield a journal's lines with their ends, as `volunteer_hub.ledger.journal.read` wants them."""
    yield from journal.path.read_text().splitlines(keepends=True)
