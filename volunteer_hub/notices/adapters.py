"""The carriers we know: any SMTP server, an SMS gateway spoken to in JSON, WeChat's template messages.

What each expects is described in docs/channels.md; the tests hold them to recorded answers.
"""

from __future__ import annotations

import http.client
import json
import smtplib
import ssl
import threading
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any
from urllib.parse import unquote, urlencode, urlsplit

from volunteer_hub.core.channels import ChannelKind, Message, Refused, Unreachable

#: Seconds a carrier may take.
PATIENCE = 10
#: WeChat's word for a follower who left, a template that is gone, an address that never was.
WECHAT_NEVER = frozenset({40003, 40037, 43004, 43101})
#: WeChat's word for a key that ran out before its time.
WECHAT_STALE_KEY = frozenset({40001, 40014, 42001})
#: What one field of a WeChat template may hold.
WECHAT_FIELD = 20


@dataclass(frozen=True)
class EmailCarrier:
    """An SMTP server: `smtp://user:password@host:port` with STARTTLS where offered, or `smtps://`."""

    url: str
    sender: str
    kind: ChannelKind = ChannelKind.EMAIL

    def send(self, message: Message) -> None:
        """Hand one message over. Its Message-ID is the same for every try."""
        parts = urlsplit(self.url)
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = self.sender, message.address, message.title
        mail["Message-ID"] = f"<{message.key}@{self.sender.rpartition('@')[2].strip('>')}>"
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content(message.text + (f"\n\n{message.link}" if message.link else ""))
        try:
            with self._connect(parts.scheme, parts.hostname or "", parts.port) as server:
                if parts.username:
                    server.login(unquote(parts.username), unquote(parts.password or ""))
                server.send_message(mail)
        except smtplib.SMTPRecipientsRefused as refused:
            code = next(iter(refused.recipients.values()))[0]
            raise (Refused if code >= 500 else Unreachable)(str(code)) from refused
        except (smtplib.SMTPException, OSError) as trouble:
            raise Unreachable(type(trouble).__name__) from trouble

    def _connect(self, scheme: str, host: str, port: int | None) -> smtplib.SMTP:
        if scheme == "smtps":
            return smtplib.SMTP_SSL(host, port or 465, timeout=PATIENCE, context=ssl.create_default_context())
        server = smtplib.SMTP(host, port or 587, timeout=PATIENCE)
        server.ehlo()
        if server.has_extn("starttls"):
            server.starttls(context=ssl.create_default_context())
            server.ehlo()
        return server


@dataclass(frozen=True)
class SmsGateway:
    """A gateway that takes `{"to", "text", "id"}` as JSON with a bearer token, before the city's provider."""

    url: str
    token: str
    kind: ChannelKind = ChannelKind.SMS

    def send(self, message: Message) -> None:
        """Hand one message over: 2xx is taken, 4xx refused (429: later), anything else later."""
        post(self.url, {"to": message.address, "text": message.text, "id": message.key}, self.token)


@dataclass
class WeChatTemplates:
    """WeChat's template messages for an official account."""

    app_id: str
    secret: str
    template_id: str
    #: The template's field that takes the sentence, `thing1` in most.
    field_name: str = "thing1"
    base: str = "https://api.weixin.qq.com"
    kind: ChannelKind = ChannelKind.WECHAT
    _key: tuple[str, float] = ("", 0.0)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def send(self, message: Message) -> None:
        """Hand one message over; a key that ran out is renewed once."""
        body = {
            "touser": message.address,
            "template_id": self.template_id,
            "url": message.link,
            "client_msg_id": message.key,
            "data": {self.field_name: {"value": _shortened(message.text)}},
        }
        for fresh in (False, True):
            key = self._access_key(fresh=fresh)
            answer = post(f"{self.base}/cgi-bin/message/template/send?access_token={key}", body)
            code = answer.get("errcode", 0)
            if code in WECHAT_STALE_KEY and not fresh:
                continue
            if code in WECHAT_NEVER:
                raise Refused(str(code))
            if code:
                raise Unreachable(str(code))
            return

    def sign_in_address(self, back: str, state: str) -> str:
        """Return WeChat's page that sends its browser back with a code, asking for nothing but the openid."""
        asked = urlencode(
            {
                "appid": self.app_id,
                "redirect_uri": back,
                "response_type": "code",
                "scope": "snsapi_base",
                "state": state,
            }
        )
        return f"https://open.weixin.qq.com/connect/oauth2/authorize?{asked}#wechat_redirect"

    def openid_of(self, code: str) -> str:
        """Return the follower behind a code that WeChat's browser brought. Raises Refused or Unreachable."""
        asked = urlencode(
            {"appid": self.app_id, "secret": self.secret, "code": code, "grant_type": "authorization_code"}
        )
        openid = post(f"{self.base}/sns/oauth2/access_token?{asked}", None).get("openid")
        if not openid:
            raise Refused("code")
        return str(openid)

    def _access_key(self, *, fresh: bool) -> str:
        with self._lock:
            key, until = self._key
            if fresh or not key or time.monotonic() >= until:
                asked = urlencode({"grant_type": "client_credential", "appid": self.app_id, "secret": self.secret})
                answer = post(f"{self.base}/cgi-bin/token?{asked}", None)
                if not answer.get("access_token"):
                    raise Unreachable(str(answer.get("errcode", "token")))
                key = str(answer["access_token"])
                self._key = (key, time.monotonic() + int(answer.get("expires_in", 7200)) - 300)
            return key


def post(url: str, body: dict[str, Any] | None, token: str = "") -> dict[str, Any]:
    """Send JSON (or ask, without a body) and return the JSON answer. Raises Refused or Unreachable.

    The address may hold a secret, so no error carries it.
    """
    headers = {"Content-Type": "application/json", **({"Authorization": f"Bearer {token}"} if token else {})}
    data = None if body is None else json.dumps(body, ensure_ascii=False).encode()
    request = urllib.request.Request(url, data=data, headers=headers)  # noqa: S310 - set by the deployment
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:  # noqa: S310 - set by the deployment
            read = answer.read(65536)
    except urllib.error.HTTPError as refused:
        refused.close()
        later = refused.code == 429 or refused.code >= 500
        raise (Unreachable if later else Refused)(str(refused.code)) from None
    except (OSError, http.client.HTTPException) as trouble:
        raise Unreachable(type(trouble).__name__) from None
    try:
        found = json.loads(read or b"{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _shortened(text: str) -> str:
    return text if len(text) <= WECHAT_FIELD else text[: WECHAT_FIELD - 1] + "…"
