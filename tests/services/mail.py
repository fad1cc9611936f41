"""A transport without a network, and a Post that uses it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from crm.mail.local import LocalTransport
from crm.mail.ports import Envelope, MailError, Phase, Receipt
from crm.mail.smtp import SmtpServer
from crm.services.mailboxes import Post
from crm.services.vault import Vault

BEFORE_DATA = (Phase.CONNECT, Phase.HELLO, Phase.TLS, Phase.AUTH, Phase.MAIL, Phase.RCPT)


class FakeTransport:
    """Takes everything, unless it is told what to raise; remembers what it took."""

    name = "smtp"

    def __init__(self) -> None:
        self.taken: list[str] = []
        self.contents: list[bytes] = []
        self.errors: list[BaseException | None] = []
        self.on_data: Callable[[], None] = lambda: None
        self.closed = 0

    def send(self, envelope: Envelope, before_data: Callable[[], None]) -> Receipt:
        error = self.errors.pop(0) if self.errors else None
        if isinstance(error, MailError) and error.phase in BEFORE_DATA:
            raise error
        self.on_data()
        before_data()
        if error is not None:
            raise error
        self.taken.append(envelope.message_id)
        self.contents.append(envelope.content)
        return Receipt(250, "taken")

    def close(self) -> None:
        self.closed += 1


def fake_post(folder: Path, wire: FakeTransport, *, environment: bool = False, public_url: str = "") -> Post:
    """Mail goes to `wire`, or into `folder` when it is local."""
    return Post(
        local=LocalTransport(folder / "mailbox"),
        vault=Vault(folder / "secret.key"),
        environment=SmtpServer("smtp.example", 587) if environment else None,
        environment_from="office@stride.example" if environment else "",
        files=folder / "files",
        public_url=public_url,
        open_smtp=lambda server: wire,
    )
