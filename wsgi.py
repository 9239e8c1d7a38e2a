"""The application object for gunicorn and for `flask`."""

from __future__ import annotations

from config import Settings
from volunteer_hub.app import create_app

app = create_app(Settings())
