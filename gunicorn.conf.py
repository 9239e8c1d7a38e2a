"""How gunicorn serves the application: threads in one process by default, more processes by WEB_CONCURRENCY.

Each further process needs PostgreSQL and a RATELIMIT_STORAGE_URI they share (docs/deploy.md).
"""

import os
from pathlib import Path

bind = os.environ.get("BIND") or f"0.0.0.0:{os.environ.get('PORT') or '8000'}"
worker_class = "gthread"
workers = int(os.environ.get("WEB_CONCURRENCY", "1"))
#: Eight of them work at once, the others wait or send away what cannot be done: volunteer_hub/web/places.py.
threads = int(os.environ.get("WEB_THREADS", "24"))
timeout = 120
graceful_timeout = 30
keepalive = 5
control_socket_disable = True
umask = 0o077
#: Heartbeats belong in memory, not on a disk that may stall.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() and os.access("/dev/shm", os.W_OK) else None
#: Paths and codes of people do not belong into a log; the reverse proxy keeps its own, see docs/deploy.md.
accesslog = None
loglevel = os.environ.get("LOG_LEVEL", "warning")
#: The application itself believes exactly PROXY_HOPS proxies; gunicorn is told to interpret nothing.
forwarded_allow_ips = ""
proxy_allow_ips = ""
forwarder_headers = ""
certfile = os.environ.get("HUB_CERTIFICATE")
keyfile = os.environ.get("HUB_KEY")


def post_worker_init(worker):
    """Start the timetable where there is only one process for everything, and greet once it answers."""
    if os.environ.get("HUB_SCHEDULER") == "1":
        from volunteer_hub import scheduler

        scheduler.start(worker.wsgi)
    greeting = os.environ.get("HUB_GREETING")
    if greeting and worker.age == 1:
        print(greeting, flush=True)
