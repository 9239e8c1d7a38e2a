"""Settings, read from the environment. Nothing inside the package reads this file; `wsgi.py` hands it over."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

ROOT = Path(__file__).resolve().parent
INSTANCE = Path(os.environ.get("INSTANCE_DIR", ROOT / "instance"))


class SettingsError(SystemExit):
    """The environment is not fit to start in; the message says what to set."""

    def __init__(self, message: str) -> None:
        super().__init__(f"Volunteer Hub cannot start: {message}")


class Settings:
    """What every environment shares. Names in capitals become Flask configuration."""

    def __init__(self) -> None:
        environ = os.environ
        self.ENVIRONMENT = environ.get("VOLUNTEER_HUB_ENV", "development")
        if self.ENVIRONMENT not in ("development", "production", "testing"):
            raise SettingsError(f"VOLUNTEER_HUB_ENV={self.ENVIRONMENT!r} is not development, production or testing.")
        self.SQLALCHEMY_DATABASE_URI = _driver(environ.get("DATABASE_URL") or f"sqlite:///{INSTANCE / 'hub.sqlite3'}")
        self.SECRET_KEY = self._secret()
        #: Where files that belong to this deployment are kept.
        self.INSTANCE_DIR = INSTANCE
        #: Exact host names this deployment answers to, comma-separated; Flask refuses others with 400.
        self.TRUSTED_HOSTS = [host.strip() for host in environ.get("TRUSTED_HOSTS", "").split(",") if host.strip()]
        if not self.TRUSTED_HOSTS:
            if self.ENVIRONMENT == "production":
                raise SettingsError(
                    "set TRUSTED_HOSTS to the host names people use, for instance zhiyuan.example.gov.cn"
                )
            self.TRUSTED_HOSTS = None  # type: ignore[assignment]
        #: How many reverse proxies stand in front; their X-Forwarded-* headers are believed, no others.
        self.PROXY_HOPS = _number("PROXY_HOPS", 0)
        self.TIMEZONE = _zone(environ.get("TIMEZONE", "Asia/Shanghai"))
        self.SITE_NAME = environ.get("SITE_NAME", "志愿中枢")
        #: Region on which pages open when nobody has chosen one: a division code or its prefix.
        self.HOME_REGION = environ.get("HOME_REGION", "")
        #: Ages (in full years): adult; may register with consent; must be accompanied below; not accepted below.
        self.AGE_ADULT = _number("AGE_ADULT", 18)
        self.AGE_SENSITIVE = _number("AGE_SENSITIVE", 14)
        self.AGE_ACCOMPANIED = _number("AGE_ACCOMPANIED", 10)
        self.AGE_MINIMUM = _number("AGE_MINIMUM", 6)
        #: Days between leaving and being erased, in which one can stay after all; fewer than fifteen working days.
        self.ERASURE_DAYS = _number("ERASURE_DAYS", 7)
        #: An external real-name service, as package.module:factory (docs/real-name.md); empty for none.
        self.REAL_NAME_SERVICE = environ.get("REAL_NAME_SERVICE", "")
        #: Codes sent by SMS a day by the whole deployment, so that no flood is paid for.
        self.MOBILE_CODES_PER_DAY = _number("MOBILE_CODES_PER_DAY", 2000)
        #: Registrations an hour from one address, and a day from one browser and with one mobile.
        self.REGISTRATIONS_PER_ADDRESS = _number("REGISTRATIONS_PER_ADDRESS", 60)
        self.REGISTRATIONS_PER_DEVICE = _number("REGISTRATIONS_PER_DEVICE", 10)
        self.REGISTRATIONS_PER_MOBILE = _number("REGISTRATIONS_PER_MOBILE", 5)
        #: Hours that one person alone may move by a merge, and for how many days it can be undone.
        self.MERGE_ALONE_HOURS = _number("MERGE_ALONE_HOURS", 50)
        self.MERGE_UNDO_DAYS = _number("MERGE_UNDO_DAYS", 30)
        https = environ.get("HTTPS", "1" if self.ENVIRONMENT == "production" else "0") == "1"
        self.SESSION_COOKIE_SECURE = https
        self.SESSION_COOKIE_NAME = "__Host-hub" if https else "hub"
        self.SESSION_COOKIE_HTTPONLY = True
        self.SESSION_COOKIE_SAMESITE = "Lax"
        self.PREFERRED_URL_SCHEME = "https" if https else "http"
        #: Ways out of the application (docs/channels.md); without them, notices stay in it.
        self.SMTP_URL = environ.get("SMTP_URL", "")
        self.MAIL_FROM = environ.get("MAIL_FROM", "")
        self.SMS_GATEWAY_URL = environ.get("SMS_GATEWAY_URL", "")
        self.SMS_GATEWAY_TOKEN = environ.get("SMS_GATEWAY_TOKEN", "")
        self.WECHAT_APP_ID = environ.get("WECHAT_APP_ID", "")
        self.WECHAT_APP_SECRET = environ.get("WECHAT_APP_SECRET", "")
        self.WECHAT_TEMPLATE_ID = environ.get("WECHAT_TEMPLATE_ID", "")
        self.WECHAT_TEMPLATE_FIELD = environ.get("WECHAT_TEMPLATE_FIELD", "thing1")
        _require_together("SMTP_URL", "MAIL_FROM")
        _require_together("WECHAT_APP_ID", "WECHAT_APP_SECRET", "WECHAT_TEMPLATE_ID")
        self.MAX_CONTENT_LENGTH = 5 * 1024 * 1024
        self.MAX_FORM_PARTS = 500
        self.SEND_FILE_MAX_AGE_DEFAULT = 31536000
        #: Threads of one process, as gunicorn.conf.py makes them: some work, the rest wait or refuse.
        self.WEB_THREADS = _number("WEB_THREADS", 24)
        self.RATELIMIT_STORAGE_URI = environ.get("RATELIMIT_STORAGE_URI", "memory://")
        self.RATELIMIT_ENABLED = self.ENVIRONMENT != "testing"
        self.TESTING = self.ENVIRONMENT == "testing"

    def _secret(self) -> str:
        given = os.environ.get("SECRET_KEY", "")
        if self.ENVIRONMENT == "production":
            if len(given) < 32 or len(set(given)) < 10:
                raise SettingsError(
                    "SECRET_KEY must be at least 32 random characters in production. It encrypts identity numbers: "
                    "make one with `python -c 'import secrets; print(secrets.token_urlsafe(48))'` and back it up."
                )
            return given
        return given or _kept_secret()


def _kept_secret() -> str:
    """Return the development secret, made at the first start and kept beside the database."""
    kept = INSTANCE / "secret.key"
    try:
        INSTANCE.mkdir(parents=True, exist_ok=True)
        if not kept.exists():
            kept.touch(mode=0o600)
            kept.write_text(secrets.token_urlsafe(48))
        return kept.read_text().strip()
    except OSError as error:
        raise SettingsError(
            f"cannot write to {INSTANCE} ({error.strerror}). Set INSTANCE_DIR to a folder you own."
        ) from error


def _require_together(*names: str) -> None:
    """Refuse to start with some of the settings of one thing and not the others."""
    missing = [name for name in names if not os.environ.get(name)]
    if missing and len(missing) < len(names):
        raise SettingsError(f"{', '.join(names)} belong together; {', '.join(missing)} is not set.")


def _number(name: str, usual: int) -> int:
    """Return a whole number, zero or more, from the environment."""
    given = os.environ.get(name, str(usual))
    if not given.isdecimal():
        raise SettingsError(f"{name}={given!r} is not a whole number.")
    return int(given)


def _zone(name: str) -> str:
    """Return the name of a time zone this machine knows."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise SettingsError(f"TIMEZONE={name!r} is not a time zone, such as Asia/Shanghai.") from error
    return name


def _driver(url: str) -> str:
    """Name our PostgreSQL driver in a plain postgresql:// address."""
    for prefix in ("postgres://", "postgresql://"):
        if url.startswith(prefix):
            return "postgresql+psycopg://" + url[len(prefix) :]
    return url
