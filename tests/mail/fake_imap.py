"""An IMAP server on loopback that says what it is told to, line by line, and can misbehave at any command."""

from __future__ import annotations

import base64
import socket
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from tests.mail.listening import listening

DROP = "drop"
SILENCE = "silence"
DRIP = "drip"
ENDLESS = "endless"
GARBAGE = "garbage"


@dataclass
class FakeImap:
    """`answers[command]` is a queue of answers given instead of the usual one, or a way to misbehave.

    An answer is the untagged lines and the tagged one, with `TAG` for the tag. Commands are as sent: LOGIN, EXAMINE,
    `UID FETCH`; `greeting` stands for the first line, `token` for what follows AUTHENTICATE.
    """

    port: int = 0
    capabilities: str = "IMAP4rev1 IDLE"
    messages: dict[int, bytes] = field(default_factory=dict)
    answers: dict[str, deque[str]] = field(default_factory=dict)
    commands: list[str] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)
    connections: int = 0
    ended: threading.Event = field(default_factory=threading.Event)

    def plan(self, command: str, *answers: str) -> None:
        """Answer so at the next such commands."""
        self.answers.setdefault(command, deque()).extend(answers)


class _Dropped(Exception):
    pass


class _Talk:
    def __init__(self, server: FakeImap, sock: socket.socket) -> None:
        self.server = server
        self.sock = sock
        self.file = sock.makefile("rb")

    def run(self) -> None:
        with suppress(_Dropped, OSError, ValueError):
            if not self.misbehave("greeting"):
                self.say("* OK ready")
            while line := self.file.readline():
                self.command(line.decode("latin-1").strip())
        with suppress(OSError):
            self.file.close()
            self.sock.close()

    def command(self, line: str) -> None:
        tag, _, rest = line.partition(" ")
        name = " ".join(rest.split()[: 2 if rest.upper().startswith("UID") else 1]).upper()
        self.server.commands.append(rest)
        if self.misbehave(name, tag):
            return
        if name == "CAPABILITY":
            self.say(f"* CAPABILITY {self.server.capabilities}")
        elif name == "AUTHENTICATE":
            self.authenticate()
        elif name == "LIST":
            self.say(r'* LIST (\HasNoChildren) "/" INBOX')
            self.say(r'* LIST (\Sent) "/" "Gesendete Objekte"')
            self.say(r'* LIST (\Noselect) "/" "[Gmail]"')
        elif name == "EXAMINE":
            last = max(self.server.messages, default=0)
            self.say(f"* {len(self.server.messages)} EXISTS\r\n* OK [UIDVALIDITY 7] ok\r\n* OK [UIDNEXT {last + 1}] ok")
        elif name == "UID SEARCH":
            self.say("* SEARCH " + " ".join(map(str, self.server.messages)))
        elif name == "UID FETCH":
            self.fetch(rest)
        elif name == "IDLE":
            self.say("+ waiting")
            self.file.readline()
        self.say(f"{tag} OK done")

    def authenticate(self) -> None:
        self.say("+ ")
        self.server.tokens.append(base64.b64decode(self.file.readline()).decode())

    def fetch(self, rest: str) -> None:
        wanted = {int(each) for each in rest.split()[2].split(",")}
        for number, (uid, raw) in enumerate(self.server.messages.items(), 1):
            if uid not in wanted:
                continue
            if "RFC822.SIZE" in rest:
                self.say(f"* {number} FETCH (UID {uid} RFC822.SIZE {len(raw)})")
            else:
                self.sock.sendall(b"* %d FETCH (BODY[]<0> {%d}\r\n%s UID %d)\r\n" % (number, len(raw), raw, uid))

    def misbehave(self, name: str, tag: str = "") -> bool:
        waiting = self.server.answers.get(name)
        planned = waiting.popleft() if waiting else None
        if planned is None:
            return False
        if planned == DROP:
            raise _Dropped
        if planned == SILENCE:
            self.server.ended.wait(60)
            raise _Dropped
        if planned == DRIP:
            self.drip(b"* OK " + b"x" * 1000)
        if planned == ENDLESS:
            for _ in range(600):
                self.sock.sendall(b"x" * 65536)
            raise _Dropped
        if planned == GARBAGE:
            self.sock.sendall(b"\x00\xff\xfe{{{ )))\r\n\r\n* \r\n")
            raise _Dropped
        self.say(planned.replace("TAG", tag))
        return True

    def drip(self, content: bytes) -> None:
        for at in range(len(content)):
            self.sock.sendall(content[at : at + 1])
            time.sleep(0.05)
        raise _Dropped

    def say(self, text: str) -> None:
        self.sock.sendall(text.encode("utf-8") + b"\r\n")


@contextmanager
def fake_imap() -> Iterator[FakeImap]:
    """A server on a free port of loopback."""
    server = FakeImap()

    def talk(sock: socket.socket) -> None:
        server.connections += 1
        _Talk(server, sock).run()

    with listening(talk) as server.port:
        try:
            yield server
        finally:
            server.ended.set()
