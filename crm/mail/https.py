"""One exchange over HTTPS, with an end: however slowly the other side drips, it is over in time."""

from __future__ import annotations

import http.client
import socket
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

LARGEST_ANSWER = 1_000_000
LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True)
class Patience:
    """Seconds: for each step of the connection, and for reading the answer as a whole."""

    step: float = 10
    whole: float = 25


USUAL = Patience()


@dataclass(frozen=True)
class Answer:
    """What came back. Header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def is_safe(url: str) -> bool:
    """Whether what is sent there can't be read on the way: https, or this computer."""
    parts = urllib.parse.urlsplit(url)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)


def post(url: str, form: Mapping[str, str], patience: Patience = USUAL) -> tuple[int, bytes]:
    """Status and body of the answer to a form. Raises OSError, TimeoutError where it took too long."""
    answer = _ask(_request(url, urllib.parse.urlencode(form).encode()), patience)
    return answer.status, answer.body


def get(url: str, patience: Patience = USUAL) -> Answer:
    """The answer to a plain request. Raises OSError, TimeoutError where it took too long."""
    return _ask(_request(url, None), patience)


def _request(url: str, body: bytes | None) -> urllib.request.Request:
    if not is_safe(url):
        raise ValueError("only https, or this computer")
    return urllib.request.Request(url, body, {"Accept": "application/json", "User-Agent": "Handoff"})  # noqa: S310


def _ask(request: urllib.request.Request, patience: Patience) -> Answer:
    """No redirect is followed: what we send is meant for this address alone."""
    ends_at = time.monotonic() + patience.whole
    opener = urllib.request.build_opener(_Stay(), _Plain(patience), _Secure(patience))
    try:
        return _answer(opener.open(request, timeout=patience.step), ends_at)
    except urllib.error.HTTPError as error:
        return _answer(error, ends_at)
    except urllib.error.URLError as error:
        if isinstance(error.reason, TimeoutError):
            raise TimeoutError(str(error.reason)) from error
        raise
    except http.client.HTTPException as error:
        raise OSError(f"no proper answer: {error!r}") from error


def _answer(found: Any, ends_at: float) -> Answer:
    body = b""
    with found:
        while len(body) < LARGEST_ANSWER and (chunk := found.read1(65536)):
            body += chunk
            if time.monotonic() > ends_at:
                raise TimeoutError("the answer did not end")
        return Answer(found.status, {name.lower(): value for name, value in found.headers.items()}, body)


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        return None


@contextmanager
def _cut_after(sock: socket.socket, seconds: float) -> Iterator[None]:
    """End the connection when the block takes longer: a timeout of the socket alone begins anew with every byte."""
    late = threading.Event()

    def cut() -> None:
        late.set()
        try:
            sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass  # it has ended by itself

    timer = threading.Timer(seconds, cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    except Exception as error:
        if late.is_set():
            raise TimeoutError("the answer did not begin") from error
        raise
    finally:
        timer.cancel()


class _PlainConnection(http.client.HTTPConnection):
    whole = 25.0

    def getresponse(self) -> http.client.HTTPResponse:
        with _cut_after(self.sock, self.whole):
            return super().getresponse()


class _SecureConnection(http.client.HTTPSConnection):
    whole = 25.0

    def getresponse(self) -> http.client.HTTPResponse:
        with _cut_after(self.sock, self.whole):
            return super().getresponse()


class _Plain(urllib.request.HTTPHandler):
    def __init__(self, patience: Patience) -> None:
        super().__init__()
        self._patience = patience

    def http_open(self, req: urllib.request.Request) -> Any:
        return self.do_open(self._connection, req)

    def _connection(self, host: str, /, **given: Any) -> http.client.HTTPConnection:
        connection = _PlainConnection(host, **given)
        connection.whole = self._patience.whole
        return connection


class _Secure(urllib.request.HTTPSHandler):
    def __init__(self, patience: Patience) -> None:
        super().__init__()
        self._patience = patience

    def https_open(self, req: urllib.request.Request) -> Any:
        return self.do_open(self._connection, req)

    def _connection(self, host: str, /, **given: Any) -> http.client.HTTPConnection:
        connection = _SecureConnection(host, **given)
        connection.whole = self._patience.whole
        return connection
