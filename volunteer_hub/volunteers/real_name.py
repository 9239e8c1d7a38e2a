"""Assurance 3: an external real-name service is asked whether a name and a document belong together.

Which service is a matter of the deployment: each has its own contract and its own interface, so that what stands
here is the one question, and docs/real-name.md says how an adapter is plugged in. Without one, level 3 is
registered by staff alone, with what they looked at.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from typing import Protocol

from volunteer_hub.core.actor import Actor
from volunteer_hub.core.errors import DomainError
from volunteer_hub.core.text import N_
from volunteer_hub.volunteers import service
from volunteer_hub.volunteers.models import DocumentKind, Volunteer


@dataclass(frozen=True)
class Question:
    """What the service is asked: nothing else leaves."""

    name: str
    kind: DocumentKind
    number: str


@dataclass(frozen=True)
class Reply:
    """Whether they belong together, and the service's own number for this inquiry, which the trail keeps."""

    matches: bool
    reference: str


class Unavailable(Exception):
    """The service could not be asked, or gave no answer; nothing is known."""


class RealNameService(Protocol):
    """An external service. It is asked outside any transaction and may take seconds."""

    def ask(self, question: Question) -> Reply:
        """Return its reply. Raises Unavailable."""


_service: RealNameService | None = None


def use(chosen: RealNameService | None) -> None:
    """Set the service of this deployment; called by the factory, and by tests."""
    global _service  # noqa: PLW0603 - one deployment has one service, set before the first request
    _service = chosen


def is_offered() -> bool:
    """Tell whether this deployment has a service."""
    return _service is not None


def load(path: str) -> None:
    """Set the service made by `package.module:factory`, or none where the path is empty. Raises ValueError."""
    if not path:
        use(None)
        return
    module, separator, name = path.partition(":")
    if not separator:
        raise ValueError(f"REAL_NAME_SERVICE={path!r} is not of the form package.module:factory")
    factory: Callable[[], RealNameService] = getattr(import_module(module), name)
    use(factory())


def ask(volunteer: Volunteer) -> Reply:
    """Ask the service about somebody; to be called before a transaction. Raises DomainError where it says no."""
    if _service is None:
        raise DomainError("no_service", N_("本系统没有接入外部实名服务。"))
    try:
        reply = _service.ask(Question(volunteer.name, volunteer.document_kind, volunteer.document_number))
    except Unavailable as trouble:
        raise DomainError("service_unavailable", N_("外部实名服务暂时没有答复，请稍后再试。")) from trouble
    if not reply.matches:
        raise DomainError("real_name_differs", N_("外部实名服务答复：姓名与证件号码不一致。"))
    return reply


def confirm(actor: Actor, volunteer: Volunteer, reply: Reply, *, now: datetime) -> None:
    """Keep what the service replied: assurance 3, with its own number in the trail. Denied for oneself."""
    service.raise_assurance(actor, volunteer, service.SEEN_ELSEWHERE, f"real-name:{reply.reference}", now=now)
