"""How a table says which people it speaks of: one line for each in `holdings`. Pure.

Every column that can hold words (text, JSON, bytes) must be named in its line; numbers, instants, states
and keys of other rows say nothing about who somebody is, and go along with the row.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Column, Enum, LargeBinary, String
from sqlalchemy.types import TypeDecorator


class Group(StrEnum):
    """Under which heading a person finds it, in the order of the page."""

    IDENTITY = "identity"
    CONSENT = "consent"
    ACCOUNT = "account"
    SERVICE = "service"
    ATTENDANCE = "attendance"
    HOURS = "hours"
    RECOGNITION = "recognition"
    CERTIFICATES = "certificates"
    FAMILY = "family"
    NOTICES = "notices"
    AGENDA = "agenda"
    LOOKS = "looks"
    OPENNESS = "openness"
    FILES = "files"
    RIGHTS = "rights"


@dataclass(frozen=True)
class Way:
    """How a row belongs to a person: a column holds the volunteer's id, the account's, or that of a row that does."""

    column: str
    #: `volunteer`, `account`, or the name of the table whose `key` the column holds.
    holds: str
    key: str = "id"


def volunteer(column: str = "volunteer_id") -> Way:
    """State that a column holds the volunteer's id."""
    return Way(column, "volunteer")


def account(column: str = "account_id") -> Way:
    """State that a column holds the account's id."""
    return Way(column, "account")


def through(column: str, table: str, key: str = "id") -> Way:
    """State that a column points at a row of a table that is about the person."""
    return Way(column, table, key)


@dataclass(frozen=True)
class About:
    """A table with rows about people. Every column with words is in exactly one of the six lists."""

    group: Group
    ways: tuple[Way, ...]
    #: Given to the person and kept when they leave: keys and versions, which say nothing about who it was.
    keys: tuple[str, ...] = ()
    #: Given to the person, wiped when they leave.
    words: tuple[str, ...] = ()
    #: Wiped to nothing (NULL) when they leave, because there a mark would be read as a value.
    cleared: tuple[str, ...] = ()
    #: Given to nobody, and wiped when they leave: secrets, and what would tell of others.
    burnt: tuple[str, ...] = ()
    #: Given to nobody: digests, keyed hashes, secrets that are no longer good. They stay.
    sealed: tuple[str, ...] = ()
    #: Given to nobody, and replaced by chance when they leave, so that nobody is found by them again.
    found_by: tuple[str, ...] = ()
    #: More rows to be shown to the person, of which only what is burnt to nothing goes when they leave.
    also: tuple[Way, ...] = ()
    #: The rows go when the person leaves.
    goes: bool = False

    @property
    def named(self) -> set[str]:
        """Return the columns the line decides about."""
        return set(self.lists)

    @property
    def lists(self) -> tuple[str, ...]:
        """Return all its columns, list by list."""
        return (*self.keys, *self.words, *self.cleared, *self.burnt, *self.sealed, *self.found_by)


@dataclass(frozen=True)
class Nothing:
    """A table with nothing about the people served here, and why."""

    because: str


Declared = About | Nothing


def can_hold_words(column: Column[Any]) -> bool:
    """Tell whether a column can hold what somebody typed: text, JSON or bytes that are no choice and no reference."""
    kind = column.type
    inner = kind.impl if isinstance(kind, TypeDecorator) else kind
    return isinstance(inner, String | JSON | LargeBinary) and not isinstance(kind, Enum) and not column.foreign_keys
