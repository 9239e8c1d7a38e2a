"""The second half of `make run`: database, demonstration district, greeting, then gunicorn in this very process."""

from __future__ import annotations

import contextlib
import io
import os
import signal
import sys
from pathlib import Path

import click
from flask.cli import FlaskGroup
from sqlalchemy.exc import SQLAlchemyError

from config import INSTANCE, ROOT, Settings
from scripts import certificate
from volunteer_hub.app import create_app

PORT = os.environ.get("PORT") or "8000"
OVER_HTTPS = os.environ.get("HTTPS") == "1"
WITH_DEMONSTRATION = os.environ.get("DEMO") != "0"
#: Commands whose words belong into the greeting.
HEARD = (("demo", "logins"), ("hub", "setup-url"))


def main() -> None:
    """Prepare everything, compose the greeting, and become the server."""
    os.umask(0o077)
    # A shell that starts programs in the background lets them ignore Ctrl-C; whoever sends one means it.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    settings = Settings()
    settings.MIGRATION_LOG = False  # type: ignore[attr-defined]  # read by migrations/env.py only
    app = create_app(settings)
    group = FlaskGroup(create_app=lambda: app)

    def flask(*words: str) -> str:
        heard = io.StringIO()
        with contextlib.redirect_stdout(heard) if words in HEARD else contextlib.nullcontext():
            group.main(list(words), standalone_mode=False)
        return heard.getvalue().strip()

    try:
        flask("hub", "prepare")
        if WITH_DEMONSTRATION:
            flask("demo", "load", "--if-new")
        greeting = compose(flask("demo", "logins"), flask("hub", "setup-url"))
    except click.ClickException as error:
        indented = error.format_message().replace("\n", "\n  ")
        raise SystemExit(f"\n  {indented}\n") from None
    except (click.Abort, KeyboardInterrupt):
        raise SystemExit(
            "\n  已中断，没有留下做了一半的数据。\n  Interrupted; nothing half made was left.\n"
        ) from None
    except SQLAlchemyError as error:
        cause = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
        raise SystemExit(f"\n  数据库出错。\n  The database failed: {cause}\n") from None
    os.environ["HUB_GREETING"] = greeting
    os.environ["HUB_SCHEDULER"] = "1"
    if OVER_HTTPS:
        os.environ["HUB_CERTIFICATE"], os.environ["HUB_KEY"] = map(str, certificate.ensure(INSTANCE / "tls"))
    os.chdir(ROOT)
    gunicorn = str(Path(sys.executable).with_name("gunicorn"))
    sys.stdout.flush()
    os.execv(gunicorn, [gunicorn, "--config", "gunicorn.conf.py", "wsgi:app"])


def compose(logins: str, setup_path: str) -> str:
    """Return what is shown once the server answers: addresses, logins of the demonstration, the setup address."""
    scheme = "https" if OVER_HTTPS else "http"
    lines = ["", f"  志愿中枢 Volunteer Hub  →  {scheme}://localhost:{PORT}/"]
    address = certificate.lan_address()
    if address:
        lines.append(f"  同一网络的手机 / phones on this network  →  {scheme}://{address}:{PORT}/")
        if not OVER_HTTPS:
            lines.append("  （手机摄像头需要 HTTPS / phone cameras need: make run HTTPS=1）")
    if OVER_HTTPS:
        lines.append("  （证书是自签的，浏览器会警告一次 / the certificate is self-signed: the browser warns once）")
    if logins:
        lines += ["", *("  " + line for line in logins.splitlines())]
    if setup_path:
        lines += [
            "",
            "  还没有管理员，请在 30 分钟内打开一次 / no administrator yet, open this once within 30 minutes:",
            f"  {scheme}://localhost:{PORT}{setup_path}",
        ]
    return "\n".join([*lines, "", "  停止 / stop: Ctrl-C", ""])


if __name__ == "__main__":
    main()
