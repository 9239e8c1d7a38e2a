"""Runs the migrations inside the application's context, each run in one transaction on both engines."""

from __future__ import annotations

import logging
from logging.config import fileConfig

from alembic import context
from flask import current_app

config = context.config
if current_app.config.get("MIGRATION_LOG", True):
    fileConfig(config.config_file_name, disable_existing_loggers=False)
log = logging.getLogger("alembic.env")
database = current_app.extensions["migrate"].db


def _skip_empty_revision(_context, _revision, directives) -> None:
    if getattr(config.cmd_opts, "autogenerate", False) and directives[0].upgrade_ops.is_empty():
        directives[:] = []
        log.info("No changes in schema detected.")


def run_migrations() -> None:
    """SQLite can roll DDL back too, since core/dialect.py begins its transactions explicitly."""
    options = current_app.extensions["migrate"].configure_args
    options.setdefault("process_revision_directives", _skip_empty_revision)
    with database.engine.connect() as connection:
        context.configure(connection=connection, target_metadata=database.metadata, transactional_ddl=True, **options)
        with context.begin_transaction():
            context.run_migrations()


if context.is_offline_mode():
    context.configure(
        url=database.engine.url.render_as_string(hide_password=False),
        target_metadata=database.metadata,
        literal_binds=True,
    )
    with context.begin_transaction():
        context.run_migrations()
else:
    run_migrations()
