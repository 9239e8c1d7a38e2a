"""Refusals the domain can give. A bug is any other exception."""

from __future__ import annotations

from typing import Any

from volunteer_hub.core.text import N_


class DomainError(Exception):
    """A refusal with a stable code and a sentence for the person who asked.

    `message` is the Chinese gettext key with %(name)s places; `params` fill them after translation.
    `field` names the form field it belongs to, where there is one.
    """

    status = 409

    def __init__(self, code: str, message: str, *, field: str | None = None, **params: Any) -> None:
        super().__init__(code)
        self.code = code
        self.message = message
        self.field = field
        self.params = params


class NotFound(DomainError):
    """The thing does not exist, or lies outside the asker's scope: deliberately the same answer."""

    status = 404

    def __init__(self, code: str = "not_found", message: str = "") -> None:
        super().__init__(code, message or N_("没有找到，或您无权查看。"))


class Denied(DomainError):
    """The asker may not do this at all."""

    status = 403

    def __init__(self, code: str = "denied", message: str = "") -> None:
        super().__init__(code, message or N_("您没有进行此操作的权限。"))


class Unprocessable(DomainError):
    """The request contradicts itself or an earlier one."""

    status = 422
