"""Requests per second of the API, and of a bare Flask endpoint that sends the same statements."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import pickle
import secrets
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.world import World
from volunteer_hub.core import clock
from volunteer_hub.web.places import Limit, Urgency

CLIENTS = 4


@dataclass(frozen=True)
class Throughput:
    """Requests per second of both, with so many clients."""

    hub: float
    plain: float
    clients: int = CLIENTS


def measure(world: World, served: str, plain: str, recorded: list[list[tuple[str, Any]]]) -> Throughput:
    """Serve each by one gunicorn worker with threads, and send everybody's check-in once."""
    now = clock.now()
    bodies = [
        json.dumps({"items": [world.item(person, "in", secrets.token_hex(16), now)]}).encode()
        for person in world.people
    ]
    with gunicorn("bench.throughput:hub()", served) as port:
        hub = _send(port, "/api/v1/scans", bodies, world.token)
    with tempfile.NamedTemporaryFile(suffix=".pickle") as kept:
        kept.write(pickle.dumps(recorded))
        kept.flush()
        with gunicorn("bench.throughput:plain()", plain, RECORDED=kept.name) as port:
            bare = _send(port, "/replay", [str(number).encode() for number in range(len(recorded))], world.token)
    return Throughput(hub, bare)


def hub() -> Any:
    """Return the application, for gunicorn; with OPEN_DOOR nobody is sent away (the negative control)."""
    from bench.world import application  # noqa: PLC0415 - only in the server's process

    app = application(os.environ["BENCH_URI"])
    if os.environ.get("OPEN_DOOR"):
        app.extensions["places"].limits = dict.fromkeys(Urgency, Limit(10**6, 10**6, 0))
    return app


def plain() -> Any:
    """Return a Flask application that only replays statements by the bare driver, for gunicorn."""
    from flask import Flask, jsonify, request  # noqa: PLC0415 - only in the server's process
    from sqlalchemy import create_engine  # noqa: PLC0415 - only in the server that is measured

    from bench.checkin import replay  # noqa: PLC0415 - only in the server that is measured

    app = Flask(__name__)
    engine = create_engine(os.environ["BENCH_URI"], pool_size=8)
    recorded = pickle.loads(Path(os.environ["RECORDED"]).read_bytes())

    @app.post("/replay")
    def _replay() -> Any:
        raw = engine.raw_connection()
        connection: Any = raw.driver_connection
        if engine.dialect.name == "sqlite":
            connection.isolation_level = None
            connection.execute("PRAGMA synchronous=FULL")
            connection.execute("PRAGMA busy_timeout=15000")
        else:
            connection.autocommit = True
        with contextlib.closing(connection.cursor()) as cursor:
            replay(cursor, recorded[int(request.get_data())], engine.dialect.name)
        raw.close()
        return jsonify(results=[{"outcome": "accepted"}])

    return app


@contextlib.contextmanager
def gunicorn(target: str, uri: str, *, threads: int = CLIENTS, **environment: str) -> Iterator[int]:
    """Serve one of this file's applications on a free port by one worker with threads; yield the port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "gunicorn",
            target,
            "--bind",
            f"127.0.0.1:{port}",
            "--threads",
            str(threads),
            "--worker-class",
            "gthread",
            "--log-level",
            "error",
            "--no-control-socket",
        ],
        env={**os.environ, "BENCH_URI": uri, "WEB_THREADS": str(threads), **environment},
    )
    try:
        _wait(port, process)
        yield port
    finally:
        process.terminate()
        process.wait(timeout=60)


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(1200):
        if process.poll() is not None:
            raise SystemExit("the server did not start")
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)
    raise SystemExit("the server did not answer")


def _send(port: int, path: str, bodies: list[bytes], token: str) -> float:
    """Send all bodies from several clients; return requests per second after a warm-up of a tenth."""
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
    warm = len(bodies) // 10
    rest = iter(bodies[warm:])
    turn = threading.Lock()
    wrong: list[str] = []

    def client(mine: Iterator[bytes]) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        while True:
            with turn:
                body = next(mine, None)
            if body is None:
                break
            connection.request("POST", path, body, headers)
            answer = connection.getresponse()
            text = answer.read()
            if b'"accepted"' not in text:
                wrong.append(f"{answer.status} {text[:200]!r}")
        connection.close()

    client(iter(bodies[:warm]))
    threads = [threading.Thread(target=client, args=(rest,)) for _ in range(CLIENTS)]
    begin = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if wrong:
        raise SystemExit(f"{len(wrong)} requests failed, the first: {wrong[0]}")
    return (len(bodies) - warm) / (time.perf_counter() - begin)
