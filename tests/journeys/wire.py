"""A wire between a browser and the server that can be cut: the connection stands, and nobody answers."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from threading import Thread
from urllib.parse import urlsplit

CHUNK = 65_536


@dataclass
class Wire:
    """Passes bytes on between its own port and the server's, until it is cut."""

    there: tuple[str, int]
    port: int = 0
    ears: socket.socket | None = None
    ends: list[socket.socket] = field(default_factory=list)

    @property
    def url(self) -> str:
        """What the browser takes for the server."""
        return f"http://127.0.0.1:{self.port}"

    def mend(self) -> None:
        """Listen, at the same port as before."""
        self.ears = socket.create_server(("127.0.0.1", self.port))
        self.port = self.ears.getsockname()[1]
        Thread(target=self._listen, args=(self.ears,), daemon=True).start()

    def cut(self) -> None:
        """Refuse what comes and end what is under way."""
        for end in (self.ears, *self.ends):
            if end is not None:
                _close(end)
        self.ears, self.ends = None, []

    def _listen(self, ears: socket.socket) -> None:
        while True:
            try:
                near, _ = ears.accept()
            except OSError:
                return
            far = socket.create_connection(self.there)
            self.ends += (near, far)
            for one, other in ((near, far), (far, near)):
                Thread(target=_pass_on, args=(one, other), daemon=True).start()


def _close(end: socket.socket) -> None:
    with suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    end.close()


def _pass_on(one: socket.socket, other: socket.socket) -> None:
    with suppress(OSError):
        while chunk := one.recv(CHUNK):
            other.sendall(chunk)
    _close(other)


@contextmanager
def wired(url: str) -> Iterator[Wire]:
    """A wire to the server of this address."""
    there = urlsplit(url)
    line = Wire((str(there.hostname), int(there.port or 80)))
    line.mend()
    try:
        yield line
    finally:
        line.cut()
