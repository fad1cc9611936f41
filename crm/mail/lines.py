"""Reading a server's answers line by line, with a limit of time that it can't stretch by dripping."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable


class Lines:
    """The lines of the server's answers, read against a deadline that a dripping server can't stretch."""

    def __init__(self, sock: socket.socket, ends_at: Callable[[], float]) -> None:
        self._sock = sock
        self._ends_at = ends_at
        self._buffer = b""

    def readline(self, limit: int) -> bytes:
        """One line with its end, at most `limit` bytes; what there is when the connection ends."""
        while b"\n" not in self._buffer and len(self._buffer) < limit:
            left = self._ends_at() - time.monotonic()
            if left <= 0:
                raise TimeoutError("the server took too long to answer")
            self._sock.settimeout(left)
            chunk = self._sock.recv(4096)
            if not chunk:
                break
            self._buffer += chunk
        end = self._buffer.find(b"\n") + 1 or len(self._buffer)
        line, self._buffer = self._buffer[: min(end, limit)], self._buffer[min(end, limit) :]
        return line

    def close(self) -> None:
        """The socket is closed by its session."""
