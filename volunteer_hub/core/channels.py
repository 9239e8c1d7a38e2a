"""Ways out of the application: e-mail, SMS, WeChat. What a deployment has opened is set once, by the factory."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class ChannelKind(StrEnum):
    """What carries a message."""

    EMAIL = "email"
    SMS = "sms"
    WECHAT = "wechat"


@dataclass(frozen=True)
class Message:
    """What is sent to one address. `key` is the same for every try, so that a carrier can leave out a repetition."""

    address: str
    title: str
    text: str
    key: str
    #: A full address of this application, or empty.
    link: str = ""


class Unreachable(Exception):
    """The carrier could not be asked, or asks to come again; the message may be tried later."""


class Refused(Exception):
    """The carrier will never take this message to this address."""


class Channel(Protocol):
    """A carrier. An adapter keeps no state that matters and may be called from several threads."""

    @property
    def kind(self) -> ChannelKind:
        """What it carries by."""

    def send(self, message: Message) -> None:
        """Hand the message over. Raises Unreachable or Refused; returning means the carrier has it."""


_open: dict[ChannelKind, Channel] = {}


def use(channels: Iterable[Channel]) -> None:
    """Set the ways out that this deployment has; called by the factory, and by tests."""
    _open.clear()
    _open.update({channel.kind: channel for channel in channels})


def find(kind: ChannelKind) -> Channel | None:
    """Return a way out, or None where this deployment has none of the kind."""
    return _open.get(kind)


def kinds() -> list[ChannelKind]:
    """Return the ways out this deployment has, in the order of the enumeration."""
    return [kind for kind in ChannelKind if kind in _open]
