"""What a client wrote down while it sent scans: the ground truth against which a database is held.

One line for each event, `nonce,sent` before a scan leaves and `nonce,ANSWER[,reason]` once its answer is
known, each on disk before the next step is taken. ANSWER is an outcome (accepted, already, pending,
refused), or `rejected` where the request was refused whole and nothing may have been kept of it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

SENT = "sent"
REJECTED = "rejected"
WORDS = frozenset({SENT, REJECTED, "accepted", "already", "pending", "refused"})


class Unreadable(ValueError):
    """A line is none a journal holds."""


@dataclass(frozen=True)
class Answer:
    """What a client was told about a nonce."""

    word: str
    reason: str | None = None


@dataclass
class Journal:
    """The different answers to each nonce: none where its outcome is unknown, and never rightly two."""

    answers: dict[str, list[Answer]] = field(default_factory=dict)


def read(lines: Iterable[str]) -> Journal:
    """Return what the lines say. The last may be cut short by the crash that ended the client.

    Raises Unreadable, with the number of the line.
    """
    journal = Journal()
    cut = 0
    for number, line in enumerate(lines, start=1):
        if cut:
            raise Unreadable(f"line {cut} is no line of a journal")
        nonce, _, rest = line.rstrip("\n").partition(",")
        word, _, reason = rest.partition(",")
        if not line.endswith("\n") or not nonce or word not in WORDS:
            cut = number
            continue
        known = journal.answers.setdefault(nonce, [])
        answer = Answer(word, reason or None)
        if word != SENT and answer not in known:
            known.append(answer)
    return journal
