"""The local mailbox: mail is kept as files in the data folder and goes nowhere, so that everything can be tried."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path

from crm.mail.ports import Envelope, Phase, Receipt, Retryable


class LocalTransport:
    """Delivers into a folder, one `.eml` a message, named after its Message-ID: the same message twice is one file."""

    name = "local"

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def send(self, envelope: Envelope, before_data: Callable[[], None]) -> Receipt:
        """See `ports.Transport`."""
        before_data()
        try:
            self._keep(self.path_of(envelope.message_id), envelope.content)
        except OSError as error:  # a full disk: the file either is there under its name, or was never there
            raise Retryable(Phase.DATA, None, f"{self.folder}: {error.strerror}") from error
        return Receipt(250, "kept in the local mailbox")

    def close(self) -> None:
        """Nothing is open."""

    def path_of(self, message_id: str) -> Path:
        """Where the message with this Message-ID is, or would be."""
        return self.folder / f"{hashlib.sha256(message_id.encode()).hexdigest()[:32]}.eml"

    def raw(self, message_id: str) -> bytes | None:
        """The whole message, or None when it isn't there (any more)."""
        try:
            return self.path_of(message_id).read_bytes()
        except FileNotFoundError:
            return None

    def _keep(self, path: Path, content: bytes) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_suffix(".part")
        with unfinished.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)


def parsed(raw: bytes) -> EmailMessage:
    """A kept message as an object with headers and parts."""
    return BytesParser(policy=policy.default).parsebytes(raw)
