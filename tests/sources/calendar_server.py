"""A local server that has one calendar."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Calendars:
    """What the server gives, what it was asked with, and how it misbehaves."""

    content: bytes = b""
    etag: str = '"one"'
    status: int = 200
    location: str = ""
    tags: list[str] = field(default_factory=list)
    url: str = ""


@contextmanager
def serving() -> Iterator[Calendars]:
    """The server, on loopback, until the end of the block."""
    kept = Calendars()

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            kept.tags.append(self.headers.get("If-None-Match", ""))
            unchanged = kept.status == 200 and kept.tags[-1] == kept.etag
            self.send_response(304 if unchanged else kept.status)
            if kept.location:
                self.send_header("Location", kept.location)
            self.send_header("ETag", kept.etag)
            self.end_headers()
            if not unchanged and kept.status == 200:
                self.wfile.write(kept.content)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    kept.url = f"http://127.0.0.1:{server.server_port}/basic.ics"
    try:
        yield kept
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def calendar(*events: str) -> bytes:
    """A calendar of events, each given by its lines."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Somebody//EN"]
    for number, event in enumerate(events):
        lines += [
            "BEGIN:VEVENT",
            f"UID:{number}@somebody",
            "DTSTAMP:20260101T000000Z",
            *event.split("\n"),
            "END:VEVENT",
        ]
    return "\r\n".join([*lines, "END:VCALENDAR", ""]).encode()
