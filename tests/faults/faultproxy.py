"""A TCP proxy that spoils what comes back: slow, never, reset, cut at a byte, or closed halfway.

Requests always arrive, so that the server does its work and only the answer is lost: the case in which a
client cannot know. A fault is set for the next connection, and only that one suffers it.
"""

from __future__ import annotations

import select
import socket
import struct
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum, auto

CHUNK = 65536
#: How often a quiet connection looks whether everything has ended, in seconds.
TICK = 0.2
#: Closing with this sends a reset instead of an orderly end.
NO_LINGER = struct.pack("ii", 1, 0)


class Kind(Enum):
    """What happens to the answers of a connection."""

    OK = auto()
    #: Each piece comes so many seconds late.
    LATENCY = auto()
    #: Nothing comes, and nobody hangs up.
    BLACKHOLE = auto()
    #: A reset after so many bytes.
    RESET = auto()
    #: An orderly end, both ways, after so many bytes.
    CUT = auto()
    #: No more answers after so many bytes, while requests still go through.
    HALF_CLOSE = auto()


@dataclass(frozen=True)
class Fault:
    """A kind of fault, and its measure: bytes after which it strikes, or seconds of latency."""

    kind: Kind = Kind.OK
    measure: float = 0


class FaultProxy:
    """Listens on a port of its own and passes everything on to one address: (host, port), or a socket's path."""

    def __init__(self, target: tuple[str, int] | str) -> None:
        self.target = target
        self.next = Fault()
        #: How many connections suffered a fault, and how many bytes of answers went through in all.
        self.struck = 0
        self.passed = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._ended = threading.Event()
        self._threads = [threading.Thread(target=self._accept)]

    @property
    def port(self) -> int:
        """Return the port it listens on."""
        return int(self._listener.getsockname()[1])

    def __enter__(self) -> FaultProxy:
        """Begin to listen."""
        self._threads[0].start()
        return self

    def __exit__(self, *_: object) -> None:
        """Hang up everywhere."""
        self._ended.set()
        for thread in self._threads:
            thread.join(timeout=30)
        self._listener.close()

    def _accept(self) -> None:
        while not self._ended.is_set():
            if select.select([self._listener], [], [], TICK)[0]:
                client, _ = self._listener.accept()
                fault, self.next = self.next, Fault()
                thread = threading.Thread(target=self._serve, args=(client, fault))
                self._threads.append(thread)
                thread.start()

    def _serve(self, client: socket.socket, fault: Fault) -> None:
        """Pass bytes both ways until either side ends. One thread does both, so that a reset leaves at once."""
        with suppress(OSError), client, self._connect() as server:
            answers = _Answers(self, client, fault)
            while not self._ended.is_set():
                ready = select.select([client, server], [], [], TICK)[0]
                if client in ready:
                    data = client.recv(CHUNK)
                    if not data:
                        return
                    server.sendall(data)
                if server in ready:
                    data = server.recv(CHUNK)
                    if not data or not answers.passes(data):
                        return

    def _connect(self) -> socket.socket:
        if isinstance(self.target, tuple):
            return socket.create_connection(self.target, timeout=None)
        server = socket.socket(socket.AF_UNIX)
        server.connect(self.target)
        return server


class _Answers:
    """One connection's answers on their way back, and the fault that meets them."""

    def __init__(self, proxy: FaultProxy, client: socket.socket, fault: Fault) -> None:
        self.proxy, self.client, self.fault = proxy, client, fault
        self.left = fault.measure if fault.kind in (Kind.RESET, Kind.CUT, Kind.HALF_CLOSE) else float("inf")
        self.silent = fault.kind is Kind.BLACKHOLE

    def passes(self, data: bytes) -> bool:
        """Send on what the fault lets through; tell whether the connection goes on."""
        if self.fault.kind is Kind.LATENCY:
            time.sleep(self.fault.measure)
        struck = self.silent or len(data) > self.left or self.fault.kind is Kind.LATENCY
        self.proxy.struck += struck
        if self.silent:
            return True
        sent = data[: int(min(self.left, len(data)))]
        self.proxy.passed += len(sent)  # before it leaves: who has the answer may look at once
        self.client.sendall(sent)
        self.left -= len(sent)
        return len(sent) == len(data) or self._goes_on_after_strike()

    def _goes_on_after_strike(self) -> bool:
        if self.fault.kind is Kind.HALF_CLOSE:
            self.client.shutdown(socket.SHUT_WR)
            self.silent = True
            return True
        if self.fault.kind is Kind.RESET:
            self.client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NO_LINGER)
        return False
