"""`create_app`: wires the rooms together and nothing else."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import jinja2
from flask import Flask
from flask_migrate import Migrate

from volunteer_hub import rooms, scheduler
from volunteer_hub.accounts import login
from volunteer_hub.core import clock, crypto, dialect
from volunteer_hub.core.db import Json, UtcDateTime, db
from volunteer_hub.demo import queries as demo_queries
from volunteer_hub.home import queries as home_queries
from volunteer_hub.notices import opening
from volunteer_hub.notices import queries as notices_queries
from volunteer_hub.volunteers import real_name
from volunteer_hub.web import access, admission, compression, csrf, errors, filters, i18n, layout, security
from volunteer_hub.web.limits import limiter

ROOT = Path(__file__).resolve().parent.parent


def create_app(config: object) -> Flask:
    """Build the application from a settings object (`config.py` at the top level makes one)."""
    app = Flask("volunteer_hub", template_folder=str(ROOT / "templates"), static_folder=str(ROOT / "static"))
    app.config.from_object(config)
    app.config["TRANSLATIONS"] = ROOT / "volunteer_hub" / "translations"
    app.jinja_env.undefined = jinja2.StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.json.ensure_ascii = False  # type: ignore[attr-defined]  # the default provider has it

    clock.use_zone(app.config["TIMEZONE"])
    crypto.use_master_key(app.config["SECRET_KEY"])
    app.config.setdefault("SQLALCHEMY_ENGINE_OPTIONS", dialect.engine_options(app.config["SQLALCHEMY_DATABASE_URI"]))
    real_name.load(app.config["REAL_NAME_SERVICE"])
    db.init_app(app)
    with app.app_context():
        dialect.prepare(db.engine)
    Migrate(app, db, directory=str(ROOT / "migrations"), render_item=_render_item, compare_type=True)

    compression.init_app(app)
    admission.init_app(app)
    csrf.init_app(app)
    limiter.init_app(app)
    i18n.init_app(app)
    access.init_app(app, login.load_access)
    login.init_app(app)
    errors.init_app(app)
    filters.init_app(app)
    layout.init_app(app, demo_queries.has_demonstration, home_queries.has_record, notices_queries.count_unread)
    security.init_app(app)
    opening.open_carriers(app.config)
    rooms.open_all(app)
    app.cli.add_command(scheduler.commands)
    if not app.debug:
        logging.getLogger("alembic").setLevel(logging.WARNING)
    return app


def _render_item(kind: str, item: object, _context: Any) -> str | bool:
    """Print our column types into migrations as plain SQLAlchemy, so that migrations import nothing of ours."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime()"
    if kind == "type" and isinstance(item, crypto.EncryptedText):
        return "sa.Text()"
    if kind == "type" and item is Json:
        return "sa.JSON().with_variant(postgresql.JSONB(), 'postgresql')"
    return False
