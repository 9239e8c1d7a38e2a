"""How a person stands in a file: masked, unless another approved the whole identity for this one request. Pure."""

from __future__ import annotations

from typing import Any

from volunteer_hub.core.masking import mask_document, mask_mobile, mask_name
from volunteer_hub.exchange.kinds import Request


def name_of(request: Request, name: str) -> str:
    """Return a name as the file may show it."""
    return name if request.unmasked else mask_name(name)


def number_of(request: Request, number: str) -> str:
    """Return a volunteer number as the file may show it."""
    return number if request.unmasked else mask_document(number)


def document_of(request: Request, number: Any) -> str:
    """Return an identity number as the file may show it."""
    return str(number) if request.unmasked else mask_document(str(number))


def mobile_of(request: Request, mobile: Any) -> str:
    """Return a mobile as the file may show it."""
    return str(mobile) if request.unmasked else mask_mobile(str(mobile))
