"""Holds a database to its invariants, and to a client's journal: independent of everything it checks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import BigInteger, Connection, DateTime, bindparam, column, text

from volunteer_hub.ledger.invariants import MINUTES, NONCES, RULES, STAYS
from volunteer_hub.ledger.journal import REJECTED, Answer, Journal

MINUTE = timedelta(minutes=1)
SHOWN = 5
BATCH = 500


@dataclass(frozen=True)
class Finding:
    """What became of one rule: how many rows it was asked of, how many break it, and the first of them."""

    invariant: str
    says: str
    checked: int
    wrong: int
    examples: tuple[str, ...]


@dataclass(frozen=True)
class Minutes:
    """Where the minutes people stayed went."""

    stayed: int
    credited: int
    voided: int
    rejected: int
    corrected: int
    waiting: int
    reduced: int

    @property
    def unexplained(self) -> int:
        """Return the minutes nobody can account for; anything but 0 breaks conservation."""
        explained = self.voided + self.rejected + self.corrected + self.waiting + self.reduced
        return self.stayed - self.credited - explained


@dataclass(frozen=True)
class Report:
    """Everything that was asked of a database."""

    findings: tuple[Finding, ...]
    minutes: Minutes

    @property
    def holds(self) -> bool:
        """Tell whether no rule is broken."""
        return not any(finding.wrong for finding in self.findings)


def verify(connection: Connection, journal: Journal | None = None) -> Report:
    """Ask a database every rule, in the one transaction of the connection, and say what breaks them.

    With a journal, also what a client was told: each acknowledged nonce is kept once with the outcome it
    was told (I1), nothing of a request that was rejected is kept (I2), and of a nonce without an answer
    at most one scan (I3).
    """
    minutes = _minutes(connection)
    findings = [_ask(connection, rule.invariant, rule.says, rule.counts, rule.finds) for rule in RULES]
    findings.append(_whole_minutes(connection))
    findings.append(_conservation(minutes))
    if journal is not None:
        findings += _against(connection, journal)
    return Report(tuple(sorted(findings, key=lambda finding: finding.invariant)), minutes)


def _ask(connection: Connection, invariant: str, says: str, counts: str, finds: str) -> Finding:
    checked = connection.execute(text(counts)).scalar_one()
    return _found(invariant, says, checked, connection.execute(text(finds)).scalars())


def _found(invariant: str, says: str, checked: int, wrong: Iterable[str]) -> Finding:
    shown: list[str] = []
    count = 0
    for name in wrong:
        count += 1
        if len(shown) < SHOWN:
            shown.append(name)
    return Finding(invariant, says, checked, count, tuple(shown))


def _whole_minutes(connection: Connection) -> Finding:
    """Hold every stay's minutes to its two ends, computed here: the engines count time each in their own way."""
    ends = (column("in_at", DateTime), column("out_at", DateTime))
    rows = connection.execute(text(STAYS).columns(column("id", BigInteger), *ends)).all()
    wrong = (f"session {row.id}" for row in rows if (row.out_at - row.in_at) // MINUTE != row.raw_minutes)
    return _found("I7", "the minutes of a stay lie between its two ends", len(rows), wrong)


def _minutes(connection: Connection) -> Minutes:
    row = connection.execute(text(MINUTES)).one()
    return Minutes(**{name: int(value or 0) for name, value in row._mapping.items()})


def _conservation(minutes: Minutes) -> Finding:
    lost = minutes.unexplained
    examples = (f"{lost} minutes",) if lost else ()
    return Finding("I7", "minutes stayed = credited + explained, to the minute", minutes.stayed, abs(lost), examples)


def _against(connection: Connection, journal: Journal) -> Iterator[Finding]:
    told = journal.answers
    answered = [nonce for nonce, answers in told.items() if answers and answers[0].word != REJECTED]
    rejected = [nonce for nonce, answers in told.items() if answers and answers[0].word == REJECTED]
    unknown = [nonce for nonce, answers in told.items() if not answers]
    kept = _kept(connection, list(told))
    contradicted = (
        nonce
        for nonce in answered
        if len(told[nonce]) > 1 or any(not _same(told[nonce][0], it) for it in kept[nonce])
    )
    for invariant, says, nonces, wrong in (
        ("I1", "what was acknowledged is kept once", answered, (it for it in answered if len(kept[it]) != 1)),
        ("I1", "one nonce has one answer, and that is what is kept", answered, contradicted),
        ("I2", "of what was rejected nothing is kept", rejected, (it for it in rejected if kept[it])),
        ("I3", "what had no answer is kept once at most", unknown, (it for it in unknown if len(kept[it]) > 1)),
    ):
        yield _found(invariant, f"journal: {says}", len(nonces), wrong)


def _same(told: Answer, kept: Answer) -> bool:
    return told.word == kept.word and told.reason in (None, kept.reason)


def _kept(connection: Connection, nonces: Sequence[str]) -> dict[str, list[Answer]]:
    statement = text(NONCES).bindparams(bindparam("nonces", expanding=True))
    kept: dict[str, list[Answer]] = {nonce: [] for nonce in nonces}
    for start in range(0, len(nonces), BATCH):
        for nonce, outcome, reason in connection.execute(statement, {"nonces": nonces[start : start + BATCH]}):
            kept[nonce].append(Answer(outcome, reason))
    return kept
