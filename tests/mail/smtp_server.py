"""A small SMTP server on loopback that can be told to misbehave at any point, and remembers what it took."""

from __future__ import annotations

import base64
import socket
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from tests.mail.listening import listening

DROP = "drop"
SILENCE = "silence"
DRIP = "drip"
DROP_MIDWAY = "drop midway"


@dataclass
class SmtpStandIn:
    """`answers[point]` is a queue of replies given instead of the usual one, or a way to misbehave.

    Points: greeting, EHLO, AUTH, MAIL, RCPT, DATA, DOT, RSET, QUIT. `taken` holds the content of every message that
    was accepted, or that may have been (a drop after the dot).
    """

    port: int = 0
    answers: dict[str, deque[str]] = field(default_factory=dict)
    taken: list[bytes] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)
    connections: int = 0
    takes_token: Callable[[str], bool] | None = None

    def plan(self, point: str, *answers: str) -> None:
        """Answer so at the next passes of this point."""
        self.answers.setdefault(point, deque()).extend(answers)

    def message_ids(self) -> list[str]:
        """The Message-IDs of what was taken, in order."""
        lines = [line for content in self.taken for line in content.split(b"\r\n")]
        return [line.split(b":", 1)[1].strip().decode() for line in lines if line.lower().startswith(b"message-id:")]


class _Dropped(Exception):
    pass


class _Talk:
    def __init__(self, server: SmtpStandIn, sock: socket.socket) -> None:
        self.server = server
        self.sock = sock
        self.file = sock.makefile("rb")

    def run(self) -> None:
        with suppress(_Dropped, OSError, ValueError):
            self.say("greeting", "220 stand-in ESMTP")
            while line := self.file.readline():
                self.server.commands.append(line.decode("latin-1").strip())
                if self.command(line.split()[0].upper().decode()):
                    break
        with suppress(OSError):
            self.file.close()
            self.sock.shutdown(socket.SHUT_RDWR)
        self.sock.close()

    def command(self, verb: str) -> bool:
        if verb == "EHLO":
            self.say("EHLO", "250-stand-in\r\n250-AUTH PLAIN LOGIN XOAUTH2\r\n250 SIZE 1000000")
        elif verb == "DATA":
            self.data()
        elif verb == "AUTH":
            self.auth()
        elif verb == "QUIT":
            self.say("QUIT", "221 bye")
            return True
        else:
            self.say(verb, "250 ok")
        return False

    def auth(self) -> None:
        """With `takes_token` only XOAUTH2 with a good token; a bad one is refused as Google and Microsoft do."""
        words = self.server.commands[-1].split()
        takes = self.server.takes_token
        if takes is None or (words[1].upper() == "XOAUTH2" and takes(_token_of(words[2]))):
            self.say("AUTH", "235 2.7.0 welcome")
        else:
            refusal = base64.b64encode(b'{"status":"400","schemes":"Bearer"}').decode()
            self.sock.sendall(f"334 {refusal}\r\n".encode())
            self.server.commands.append(self.file.readline().decode().strip())
            self.say("AUTH", "535 5.7.3 Authentication unsuccessful")

    def data(self) -> None:
        if not self.say("DATA", "354 go on"):
            return
        content = b""
        planned = self.planned("CONTENT")
        while not content.endswith(b"\r\n.\r\n"):
            line = self.file.readline()
            if not line:
                return
            content += line
            if planned == DROP_MIDWAY:
                self.sock.shutdown(socket.SHUT_RDWR)
                raise _Dropped
        answers = self.server.answers.get("DOT")
        if not answers or answers[0][0] == "2" or answers[0] == DROP:
            self.server.taken.append(content[:-3])
        self.say("DOT", "250 2.0.0 taken")

    def planned(self, point: str) -> str | None:
        answers = self.server.answers.get(point)
        return answers.popleft() if answers else None

    def say(self, point: str, usual: str) -> bool:
        """Answer; True when the usual (good) answer was given."""
        planned = self.planned(point)
        if planned == DROP:
            raise _Dropped
        if planned == SILENCE:
            time.sleep(3)
            raise _Dropped
        if planned == DRIP:
            self.drip(usual)
        self.sock.sendall(((planned or usual) + "\r\n").encode())
        if planned is not None and planned.startswith("421"):
            raise _Dropped
        return planned is None

    def drip(self, text: str) -> None:
        for letter in text * 50:
            self.sock.sendall(letter.encode())
            time.sleep(0.05)
        raise _Dropped


def _token_of(answer: str) -> str:
    return base64.b64decode(answer).decode().partition("auth=Bearer ")[2].rstrip("\x01")


@contextmanager
def smtp_stand_in() -> Iterator[SmtpStandIn]:
    """A server on a free port of loopback."""
    server = SmtpStandIn()

    def talk(sock: socket.socket) -> None:
        server.connections += 1
        _Talk(server, sock).run()

    with listening(talk) as server.port:
        yield server
