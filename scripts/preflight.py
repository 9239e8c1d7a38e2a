# -*- coding: utf-8 -*-
"""What must hold before anything slow begins: Python, write access, a free port.

Runs on the system's Python, however old, so it keeps to words every Python 3 understands.
"""

import os
import socket
import sys

OLDEST = (3, 11)


def stop(chinese, english):
    """Say what is wrong in both languages and leave with an error."""
    sys.stderr.write("\n  " + chinese + "\n  " + english + "\n\n")
    raise SystemExit(1)


def check_python():
    """Refuse a Python that cannot read our files."""
    if sys.version_info < OLDEST:
        wanted = ".".join(str(part) for part in OLDEST)
        found = ".".join(str(part) for part in sys.version_info[:3])
        stop(
            "需要 Python %s 或更新的版本，这台机器上找到的是 %s。" % (wanted, found),
            "Python %s or later is needed; this machine has %s. Set PYTHON=/path/to/python to name another."
            % (wanted, found),
        )


def check_writable(folder):
    """Refuse a folder in which nothing can be kept."""
    probe = os.path.join(folder, ".write-probe-%d" % os.getpid())
    try:
        os.makedirs(folder, exist_ok=True)
        with open(probe, "w"):
            pass
        os.remove(probe)
    except OSError as error:
        stop(
            "不能写入文件夹 %s（%s）。请换一个您有权限的文件夹。" % (folder, error.strerror),
            "Cannot write to %s (%s). Copy the project to a folder you own, or set INSTANCE_DIR for the data."
            % (folder, error.strerror),
        )


def check_port(text):
    """Refuse a port that is not a number, needs root, or is taken."""
    if not (text.isdigit() and 0 < int(text) < 65536):
        stop("PORT=%s 不是端口号（1–65535）。" % text, "PORT=%s is not a port number (1-65535)." % text)
    port = int(text)
    knock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    knock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        knock.bind(("0.0.0.0", port))
    except PermissionError:
        stop(
            "没有使用端口 %d 的权限。请换一个，例如：make run PORT=8080" % port,
            "No permission for port %d. Choose another, for instance: make run PORT=8080" % port,
        )
    except OSError:
        stop(
            "端口 %d 已被其他程序占用。请换一个，例如：make run PORT=%d" % (port, port + 1),
            "Port %d is taken by another program. Choose another, for instance: make run PORT=%d" % (port, port + 1),
        )
    finally:
        knock.close()


if __name__ == "__main__":
    check_python()
    here = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    check_writable(here)
    if "--port" in sys.argv:
        check_writable(os.environ.get("INSTANCE_DIR") or os.path.join(here, "instance"))
        check_port(os.environ.get("PORT") or "8000")
