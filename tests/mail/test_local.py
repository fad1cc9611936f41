"""The local mailbox."""

from __future__ import annotations

from pathlib import Path

import pytest

from crm.mail.local import LocalTransport, parsed
from crm.mail.ports import Envelope, Retryable

ENVELOPE = Envelope("me@a.example", "you@b.example", "<1@a.example>", b"Subject: Hi\r\n\r\nHello\r\n")


def test_the_same_message_twice_is_one_file(tmp_path: Path) -> None:
    box = LocalTransport(tmp_path / "mailbox")
    said: list[str] = []
    for _ in range(2):
        box.send(ENVELOPE, lambda: said.append("in data"))
    assert len(list(box.folder.iterdir())) == 1
    assert said == ["in data", "in data"]
    raw = box.raw("<1@a.example>")
    assert raw is not None
    assert parsed(raw)["Subject"] == "Hi"
    assert box.raw("<2@a.example>") is None
    box.close()


def test_a_folder_that_cannot_be_written_is_worth_another_try(tmp_path: Path) -> None:
    (tmp_path / "mailbox").write_text("a file where the folder should be")
    with pytest.raises(Retryable):
        LocalTransport(tmp_path / "mailbox").send(ENVELOPE, lambda: None)
