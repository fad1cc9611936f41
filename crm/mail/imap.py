"""Reading a mailbox by IMAP, with a limit of time on every phase. Nothing is marked, moved or deleted:
folders are opened with EXAMINE, and messages are read with BODY.PEEK.
"""

from __future__ import annotations

import contextlib
import imaplib
import select
import socket
import ssl
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from imap_tools.errors import ImapToolsError
from imap_tools.mailbox import BaseMailBox

from crm.mail.imap_answers import (
    MONTHS,
    QUOTED,
    SIZE,
    UID,
    answers,
    arrived_at,
    can_be_opened,
    groups,
    role_of,
    unquoted,
)
from crm.mail.imap_sign_in import is_loopback, said, sign_in, start_tls
from crm.mail.ports import (
    Fetched,
    Folder,
    FolderState,
    NoFolder,
    NoWaiting,
    Phase,
    Retryable,
    SenderProblem,
    Unreachable,
)
from crm.mail.servers import ImapServer

BROKEN = (OSError, EOFError, imaplib.IMAP4.error, ImapToolsError, ValueError, LookupError, TypeError)
"""How a connection that broke, timed out or talks nonsense shows itself in imaplib."""

LONGEST_LINE = 8 * 1024 * 1024
LONGEST_LITERAL = 24 * 1024 * 1024
SIZES_AT_ONCE = 200
HEADER_BYTES = 64 * 1024


@dataclass(frozen=True)
class Patience:
    """Seconds that each phase may take in all, however slowly the server drips."""

    connect: float = 20
    session: float = 30
    command: float = 60
    content: float = 120
    goodbye: float = 1


class Client(imaplib.IMAP4):
    """imaplib's client with a deadline that a dripping server can't stretch, and bounds on what it takes in."""

    def __init__(self, server: ImapServer, patience: Patience) -> None:
        self.server = server
        self.ends_at = time.monotonic() + patience.connect
        self._received = b""
        self._received_by: socket.socket | None = None
        super().__init__(server.host, server.port, timeout=patience.connect)

    def allow(self, seconds: float) -> None:
        """Give the next exchange this long, in all."""
        self.ends_at = time.monotonic() + seconds
        self.sock.settimeout(seconds)

    def read(self, size: int) -> bytes:
        if size > LONGEST_LITERAL:
            raise self.abort("the server sends more than was asked for")
        parts, missing = [], size
        while missing > 0 and (self._received or self._receive()):
            part, self._received = self._received[:missing], self._received[missing:]
            parts.append(part)
            missing -= len(part)
        return b"".join(parts)

    def readline(self) -> bytes:
        searched = 0
        while (end := self._received.find(b"\n", searched)) < 0:
            searched = len(self._received)
            if searched > LONGEST_LINE:
                raise self.abort("the server sends a line without an end")
            if not self._receive():
                return b""
        line, self._received = self._received[: end + 1], self._received[end + 1 :]
        return line

    def has_more(self, seconds: float) -> bool:
        """Whether there is something to read within so long."""
        if self._received or (isinstance(self.sock, ssl.SSLSocket) and self.sock.pending()):
            return True
        return bool(select.select([self.sock], [], [], seconds)[0])

    def _create_socket(self, timeout: float | None) -> socket.socket:
        sock: socket.socket = super()._create_socket(timeout)  # type: ignore[misc]  # missing in the library's types
        if self.server.security != "tls":
            return sock
        return (self.server.tls or ssl.create_default_context()).wrap_socket(sock, server_hostname=self.host)

    def _receive(self) -> bool:
        if self._received and self._received_by is not self.sock:
            raise self.abort("the server sent something before encryption began")
        left = self.ends_at - time.monotonic()
        if left <= 0:
            raise TimeoutError("the server took too long to answer")
        self.sock.settimeout(left)
        chunk = self.sock.recv(65536)
        self._received += chunk
        self._received_by = self.sock
        return bool(chunk)


class _Box(BaseMailBox):
    """imap-tools on a client that is made already."""

    client: Client

    def __init__(self, client: Client) -> None:
        self._given = client
        super().__init__()

    def _get_mailbox_client(self) -> Client:
        return self._given


class ImapMailbox:
    """See `ports.Mailbox`."""

    def __init__(self, server: ImapServer, patience: Patience = Patience()) -> None:
        self._server = server
        self._patience = patience
        self._connected: _Box | None = None

    def folders(self) -> list[Folder]:
        with self._step(Phase.READ, self._patience.command) as box:
            found = box.folder.list()
        return [Folder(each.name, role_of(each.name, each.flags)) for each in found if can_be_opened(each.flags)]

    def open(self, name: str) -> FolderState:
        with self._step(Phase.READ, self._patience.command) as box:
            try:
                box.folder.set(name, readonly=True)
            except ImapToolsError as error:
                raise NoFolder(Phase.READ, None, f"the folder “{name}” can't be opened: {said(error)}") from error
            return FolderState(_number(box.client, "UIDVALIDITY"), _number(box.client, "UIDNEXT"))

    def uids(self, *, above: int = 0, since: date | None = None) -> list[int]:
        wanted = f"UID {above + 1}:*" + (f" SINCE {since.day}-{MONTHS[since.month - 1]}-{since.year}" if since else "")
        with self._step(Phase.READ, self._patience.command) as box:
            found = [int(uid) for uid in box.uids(wanted, charset=None)]
        return sorted({uid for uid in found if uid > above})  # `n:*` always names the last message as well

    def fetch(self, uids: Sequence[int], largest: int) -> Iterator[Fetched]:
        for start in range(0, len(uids), SIZES_AT_ONCE):
            sizes = self._sizes(uids[start : start + SIZES_AT_ONCE])
            whole = {uid: size for uid, size in sizes.items() if size <= largest}
            for group in groups(sizes, whole):
                what = f"BODY.PEEK[]<0.{largest + 1}>" if group[0] in whole else f"BODY.PEEK[HEADER]<0.{HEADER_BYTES}>"
                for uid, raw, received_at in self._contents(group, what):
                    yield Fetched(uid, raw, sizes[uid], received_at, is_whole=uid in whole and len(raw) <= largest)

    def find(self, message_id: str) -> int | None:
        if not message_id.isascii() or set('"\\\r\n\x00') & set(message_id):
            return None
        with self._step(Phase.READ, self._patience.command) as box:
            found = box.uids(f'HEADER Message-ID "{message_id}"', charset=None)
        return int(found[-1]) if found else None

    def wait(self, seconds: float, ended: Callable[[], bool]) -> bool:
        with self._step(Phase.READ, self._patience.command) as box:
            client = box.client
            if "IDLE" not in client.capabilities:
                raise NoWaiting(Phase.READ, None, "the server doesn't offer IDLE")
            client.untagged_responses.clear()
            tag = client._command("IDLE")
            while client._get_response() is not None:  # None: the server is ready and waits with us
                if client.tagged_commands[tag]:
                    raise NoWaiting(Phase.READ, None, "the server declined to wait")
            has_news = _listen(client, time.monotonic() + seconds, ended)
            client.allow(self._patience.goodbye)
            client.send(b"DONE\r\n")
            box.consume_until_tagged_response(tag)
            return has_news

    def close(self) -> None:
        box, self._connected = self._connected, None
        if box is None:
            return
        try:
            box.client.allow(self._patience.goodbye)
            box.client.logout()
        except BROKEN:
            _shut(box.client)

    @contextlib.contextmanager
    def _step(self, phase: Phase, seconds: float) -> Iterator[_Box]:
        """One exchange on the connection, which is made first where it is not there; foreign errors become ours."""
        box = self._connected or self._open_connection()
        try:
            box.client.allow(seconds)
            yield box
        except (NoFolder, NoWaiting):
            raise
        except BROKEN as error:
            self._connected = None
            _shut(box.client)
            raise Retryable(phase, None, said(error)) from error

    def _open_connection(self) -> _Box:
        client = self._connect()
        try:
            if self._server.security == "starttls":
                start_tls(client, self._server.tls or ssl.create_default_context())
            client.allow(self._patience.session)
            sign_in(client, self._server)
            box = _Box(client)
        except ssl.SSLCertVerificationError as error:
            _shut(client)
            raise SenderProblem(Phase.TLS, None, f"certificate: {error.verify_message}") from error
        except BROKEN as error:
            _shut(client)
            raise Unreachable(Phase.AUTH, None, said(error)) from error
        except BaseException:
            _shut(client)
            raise
        self._connected = box
        return box

    def _connect(self) -> Client:
        if self._server.security == "none" and not is_loopback(self._server.host):
            raise SenderProblem(Phase.TLS, None, "reading mail without encryption is possible on this computer only")
        try:
            return Client(self._server, self._patience)
        except ssl.SSLCertVerificationError as error:
            raise SenderProblem(Phase.TLS, None, f"certificate: {error.verify_message}") from error
        except BROKEN as error:
            raise Unreachable(Phase.CONNECT, None, said(error)) from error

    def _sizes(self, uids: Sequence[int]) -> dict[int, int]:
        found: dict[int, int] = {}
        for head, _ in self._fetched(uids, "(UID RFC822.SIZE)", self._patience.command):
            uid, size = UID.search(head), SIZE.search(head)
            if uid and size:
                found[int(uid[1])] = int(size[1])
        return {uid: found[uid] for uid in uids if uid in found}

    def _contents(self, uids: Sequence[int], what: str) -> Iterator[tuple[int, bytes, datetime | None]]:
        for head, content in self._fetched(uids, f"(UID INTERNALDATE {what})", self._patience.content):
            uid = UID.search(head)
            quoted = QUOTED.search(head) if content is None else None
            if uid and int(uid[1]) in uids and (content is not None or quoted):
                yield int(uid[1]), content or (unquoted(quoted[1]) if quoted else b""), arrived_at(head)

    def _fetched(self, uids: Sequence[int], what: str, seconds: float) -> list[tuple[bytes, bytes | None]]:
        """The answers to a FETCH, each as the text around its literal, and the literal."""
        if not uids:
            return []
        with self._step(Phase.READ, seconds) as box:
            status, lines = box.client.uid("FETCH", ",".join(map(str, uids)), what)
            if status != "OK":
                raise imaplib.IMAP4.error(f"FETCH: {lines!r:.200}")
            return list(answers(lines))


def _listen(client: Client, ends_at: float, ended: Callable[[], bool]) -> bool:
    """While the server waits with us: True as soon as it has told of a message."""
    while not client.untagged_responses.get("EXISTS"):
        if ended() or time.monotonic() >= ends_at:
            return False
        if client.has_more(min(0.5, max(0.0, ends_at - time.monotonic()))):
            client.allow(10)
            client._get_response()
        if client.untagged_responses.get("BYE"):
            raise client.abort("the server said goodbye")
    return True


def _number(client: Client, name: str) -> int:
    found = client.response(name)[1]
    return int(found[-1]) if found and found[-1] else 0


def _shut(client: Client) -> None:
    with contextlib.suppress(*BROKEN):
        client.shutdown()
