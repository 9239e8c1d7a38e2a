"""`make run` and a production start say clearly what is wrong, before anything slow and without a traceback."""

from __future__ import annotations

import json
import os
import signal
import socket
import sqlite3
import ssl
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from config import ROOT
from tests.databases import database

GOOD = {
    "VOLUNTEER_HUB_ENV": "production",
    "SECRET_KEY": "kJ8s_2mVq-0Zr7XcW4tYh9Pb6NfLd3Ae1GuQo5Ti",
    "TRUSTED_HOSTS": "zhiyuan.example.gov.cn",
    "DATABASE_URL": "sqlite://",
}


def environment(folder: Path, **more: str) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return {**kept, "INSTANCE_DIR": str(folder), "PYTHONWARNINGS": "default", **more}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def python(*words: str, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *words], cwd=ROOT, env=env, capture_output=True, text=True, timeout=300, check=False
    )


def flask(folder: Path, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
    return python("-m", "flask", *words, env=environment(folder, **more))


@pytest.fixture(scope="module")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A deployment's folder with an empty, migrated database."""
    folder = tmp_path_factory.mktemp("instance")
    assert flask(folder, "hub", "prepare").returncode == 0
    return folder


def refused(result: subprocess.CompletedProcess[str], *words: str) -> None:
    said = result.stdout + result.stderr
    assert result.returncode != 0
    assert "Traceback" not in said
    for word in words:
        assert word in said


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY"),
        ({"SECRET_KEY": "a" * 64}, "SECRET_KEY"),
        ({"TRUSTED_HOSTS": ""}, "TRUSTED_HOSTS"),
        ({"TRUSTED_HOSTS": " , "}, "TRUSTED_HOSTS"),
        ({"VOLUNTEER_HUB_ENV": "prod"}, "VOLUNTEER_HUB_ENV"),
        ({"PROXY_HOPS": "one"}, "PROXY_HOPS"),
        ({"AGE_ADULT": "-18"}, "AGE_ADULT"),
        ({"TIMEZONE": "Asia/Beijing"}, "TIMEZONE"),
    ],
)
def test_production_refuses_to_start_with(tmp_path: Path, change: dict[str, str], words: str) -> None:
    refused(python("-c", "import wsgi", env=environment(tmp_path, **{**GOOD, **change})), words, "cannot start")


def test_production_starts_with_good_settings_and_insists_on_https(tmp_path: Path) -> None:
    text = """
import wsgi
answer = wsgi.app.test_client().get("/healthz", base_url="https://zhiyuan.example.gov.cn")
print(wsgi.app.config["SESSION_COOKIE_NAME"], answer.status_code, answer.headers["Strict-Transport-Security"])
"""
    result = python("-c", text, env=environment(tmp_path, **GOOD))
    assert result.stdout.split()[:3] == ["__Host-hub", "200", "max-age=31536000;"]
    assert (result.stderr, result.returncode) == ("", 0)


def test_a_taken_port_is_said_before_anything_else(tmp_path: Path) -> None:
    with socket.socket() as holder:
        holder.bind(("0.0.0.0", 0))
        holder.listen()
        port = str(holder.getsockname()[1])
        result = python("scripts/preflight.py", "--port", env=environment(tmp_path, PORT=port))
    refused(result, port, "占用", "taken")


@pytest.mark.parametrize("port", ["0", "99999", "http"])
def test_a_port_that_is_none_is_refused(tmp_path: Path, port: str) -> None:
    refused(python("scripts/preflight.py", "--port", env=environment(tmp_path, PORT=port)), port, "端口")


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    """Below a plain file nobody can write, not even root, as whom tests may run."""
    (tmp_path / "file").touch()
    folder = tmp_path / "file" / "instance"
    result = python("scripts/preflight.py", "--port", env=environment(folder, PORT=str(free_port())))
    refused(result, str(folder), "不能写入", "Cannot write")
    refused(flask(folder, "hub", "prepare"), str(folder), "cannot write")


def test_an_old_python_is_told_which_one_is_needed() -> None:
    text = "import sys; sys.version_info = (3, 9, 2); from scripts import preflight; preflight.check_python()"
    refused(python("-c", text, env=environment(ROOT)), "3.11", "3.9.2", "需要 Python")


def test_tables_without_a_version_are_a_half_made_database(tmp_path: Path, migrated: Path) -> None:
    copy = _copy(migrated, tmp_path)
    with sqlite3.connect(copy) as connection:
        connection.execute("DROP TABLE alembic_version")
    refused(flask(tmp_path, "hub", "prepare"), "half made", "不完整", str(copy))


def test_a_version_without_its_tables_is_a_half_made_database(tmp_path: Path, migrated: Path) -> None:
    with sqlite3.connect(_copy(migrated, tmp_path)) as connection:
        connection.execute("DROP TABLE review_cases")
    refused(flask(tmp_path, "hub", "prepare"), "half made")


def test_a_database_of_a_newer_version_is_left_alone(tmp_path: Path, migrated: Path) -> None:
    with sqlite3.connect(_copy(migrated, tmp_path)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    refused(flask(tmp_path, "hub", "prepare"), "newer version", "更新")


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    (tmp_path / "hub.sqlite3").write_text("nothing of the kind " * 100)
    refused(flask(tmp_path, "hub", "prepare"), "not a database", str(tmp_path))


def test_an_unreachable_server_is_named_without_its_password(tmp_path: Path) -> None:
    address = f"postgresql://hub:swordfish@127.0.0.1:{free_port()}/hub"
    result = flask(tmp_path, "hub", "prepare", DATABASE_URL=address)
    refused(result, "cannot be used")
    assert "swordfish" not in result.stdout + result.stderr


def test_another_key_is_noticed_before_anything_is_written_with_it(tmp_path: Path) -> None:
    assert flask(tmp_path, "hub", "prepare").returncode == 0
    assert flask(tmp_path, "demo", "load", "--people", "100").returncode == 0
    (tmp_path / "secret.key").write_text("another key altogether, as after a careless restore")
    refused(flask(tmp_path, "hub", "prepare"), "another key", "密钥")


def test_the_first_administrator_gets_a_fresh_address_until_there_is_one(tmp_path: Path, migrated: Path) -> None:
    _copy(migrated, tmp_path)
    first, second = (flask(tmp_path, "hub", "setup-url").stdout.strip() for _ in range(2))
    assert first.startswith("/setup/")
    assert second.startswith("/setup/")
    assert first != second
    full = flask(tmp_path, "hub", "setup-url", TRUSTED_HOSTS="zhiyuan.example.gov.cn", HTTPS="1").stdout
    assert full.startswith("https://zhiyuan.example.gov.cn/setup/")
    assert flask(tmp_path, "demo", "load", "--people", "100").returncode == 0
    assert flask(tmp_path, "hub", "setup-url").stdout == ""


def test_machines_that_start_together_migrate_one_after_another(tmp_path: Path, postgres_server: str) -> None:
    """While somebody migrates, the others wait. Red without `one_at_a_time`: they would run into each other."""
    with database("postgresql", tmp_path, postgres_server) as address:
        env = environment(tmp_path, DATABASE_URL=address)
        command = [sys.executable, "-m", "flask", "hub", "prepare"]
        with psycopg.connect(address.replace("+psycopg", "")) as other:
            other.execute("SELECT pg_advisory_lock(hashtextextended('migrations', 0))")
            others = [subprocess.Popen(command, cwd=ROOT, env=env, stderr=subprocess.PIPE) for _ in range(2)]
            for _ in range(300):
                row = other.execute(
                    "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
                ).fetchone()
                if row == (2,):
                    break
                time.sleep(0.1)
            assert row == (2,)
        for process in others:
            _, said = process.communicate(timeout=120)
            assert process.returncode == 0, said.decode()


def test_an_interrupted_start_says_so(tmp_path: Path) -> None:
    log = tmp_path / "output"
    env = environment(tmp_path, PORT=str(free_port()))
    with log.open("w") as output:
        command = [sys.executable, "-m", "scripts.start"]
        process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=output, stderr=output)
    for _ in range(600):
        if "demonstration district" in log.read_text():
            break
        time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=120) != 0
    assert "Interrupted" in log.read_text()
    assert "Traceback" not in log.read_text()


def test_a_backup_opens_and_holds_what_was_there(tmp_path: Path, migrated: Path) -> None:
    _copy(migrated, tmp_path)
    made = Path(flask(tmp_path, "hub", "backup").stdout.splitlines()[0])
    with sqlite3.connect(made) as connection:
        assert connection.execute("SELECT count(*) FROM alembic_version").fetchone() == (1,)
    assert made.stat().st_mode & 0o077 == 0


def test_a_second_start_keeps_the_data_and_prints_the_logins_again(tmp_path: Path) -> None:
    """The start behind `make run`, twice: empty with a set-up address, then on what is there, timetable and all."""
    env = environment(tmp_path, PORT=str(free_port()), DEMO="0")
    with started(env, "http") as greeting:
        assert "/setup/" in greeting
    assert flask(tmp_path, "demo", "load", "--people", "100").returncode == 0
    logins = json.loads((tmp_path / "demo-logins.json").read_text())["logins"]
    with started({**env, "DEMO": "1"}, "http") as greeting:
        assert "/setup/" not in greeting
        assert all(login["password"] in greeting for login in logins)
        assert "Made a new database" not in greeting


def test_https_is_served_with_a_certificate_for_this_machine(tmp_path: Path) -> None:
    env = environment(tmp_path, PORT=str(free_port()), DEMO="0", HTTPS="1")
    with started(env, "https") as greeting:
        assert f"https://localhost:{env['PORT']}/" in greeting
        trusting = ssl.create_default_context(cafile=str(tmp_path / "tls" / "certificate.pem"))
        for host in ("localhost", "127.0.0.1"):
            with urllib.request.urlopen(f"https://{host}:{env['PORT']}/sign-in", context=trusting) as answer:
                assert answer.headers["Set-Cookie"].startswith("__Host-hub=")


def _copy(migrated: Path, folder: Path) -> Path:
    for name in ("hub.sqlite3", "secret.key"):
        (folder / name).write_bytes((migrated / name).read_bytes())
    return folder / "hub.sqlite3"


@contextmanager
def started(env: dict[str, str], scheme: str) -> Iterator[str]:
    """Run the second half of `make run` until it answers; yield what it printed."""
    log = Path(env["INSTANCE_DIR"]) / "output"
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "scripts.start"], cwd=ROOT, env=env, stdout=output, stderr=output
        )
    try:
        _wait(process, f"{scheme}://127.0.0.1:{env['PORT']}/readyz", log)
        yield log.read_text()
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=60)


def _wait(process: subprocess.Popen[bytes], address: str, log: Path) -> None:
    anything = ssl.create_default_context()
    anything.check_hostname, anything.verify_mode = False, ssl.CERT_NONE
    for _ in range(600):
        assert process.poll() is None, log.read_text()
        try:
            with urllib.request.urlopen(address, context=anything, timeout=5) as answer:
                if answer.status == 200 and "Ctrl-C" in log.read_text():
                    return
        except OSError:
            pass
        time.sleep(0.2)
    raise AssertionError(f"it never answered:\n{log.read_text()}")
