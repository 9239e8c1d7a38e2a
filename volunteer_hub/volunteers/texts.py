"""The consent texts as the page shows them, with the digest that is kept of each."""

from __future__ import annotations

from flask import render_template

from volunteer_hub.core import crypto
from volunteer_hub.core.errors import DomainError, NotFound
from volunteer_hub.core.text import N_
from volunteer_hub.volunteers.registration import MINOR, REGISTRATION, ShownText, Texts

#: The version shown now. A changed text is a new file and a new version; old files stay.
CURRENT = {REGISTRATION: "v2", MINOR: "v1"}
#: Every version that was ever shown; `paper` says where a consent on paper lies.
KNOWN = {(REGISTRATION, "v1"), (REGISTRATION, "v2"), (MINOR, "v1"), (REGISTRATION, "paper"), (MINOR, "paper")}


def template_of(kind: str, version: str) -> str:
    """Return the template of a text. Raises NotFound for one that never was."""
    if (kind, version) not in KNOWN:
        raise NotFound
    return f"volunteers/consents/{kind}_{version}.html"


def shown_texts() -> Texts:
    """Return version and digest of both current texts, in the language of this request."""
    return Texts(*(shown_text(kind, CURRENT[kind]) for kind in (REGISTRATION, MINOR)))


def mark_of(texts: Texts) -> str:
    """Return one mark of both, which the form carries back."""
    return crypto.fingerprint(f"{texts.registration.digest}{texts.minor.digest}".encode())


def agreed_texts(mark: str | None) -> Texts:
    """Return the texts that stood beside a form with this mark.

    Raises DomainError at field `agrees` if they have changed since: what was not shown is not agreed to.
    """
    texts = shown_texts()
    if mark != mark_of(texts):
        raise DomainError("text_changed", N_("告知书已更新，请重新阅读后再提交。"), field="agrees")
    return texts


def shown_text(kind: str, version: str) -> ShownText:
    """Return one version of a text with its digest, in the language of this request. Raises NotFound."""
    return ShownText(version, crypto.fingerprint(render_template(template_of(kind, version)).encode()))
