"""Rate limits for the doors that strangers can knock at. Check-in has none here: it must stay open."""

from __future__ import annotations

from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

limiter = Limiter(get_remote_address, default_limits=[], headers_enabled=False)
