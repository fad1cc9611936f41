"""Which folders of a mailbox are read."""

from __future__ import annotations

import pytest

from crm.mail.ports import Folder
from crm.models.inbound import MailReading
from crm.services.reading_folders import chosen, sent_folder

INBOX = Folder("INBOX", "inbox")
USUAL = MailReading(mail_account_id=1)


def test_inbox_junk_and_sent_are_read_and_nothing_else() -> None:
    there = [Folder("Archive"), Folder("Junk", "junk"), INBOX, Folder("Gesendet", "sent"), Folder("Trash", "trash")]
    assert [each.name for each in chosen(there, USUAL)] == ["INBOX", "Junk", "Gesendet"]


@pytest.mark.parametrize("name", ["Sent", "INBOX.Sent", "[Gmail]/Sent Mail", "Sent Items", "Sent Messages"])
def test_without_marks_sent_is_known_by_its_name(name: str) -> None:
    assert sent_folder([INBOX, Folder("Presentations"), Folder(name)], USUAL) == Folder(name, "sent")


def test_a_chosen_sent_folder_wins() -> None:
    mine = MailReading(mail_account_id=1, sent_folder="Out")
    assert sent_folder([Folder("Sent", "sent"), Folder("Out")], mine) == Folder("Out")
    assert sent_folder([Folder("Sent", "sent")], mine) is None


def test_a_folder_chosen_twice_is_read_once() -> None:
    mine = MailReading(mail_account_id=1, folders=["Clinics", "INBOX", "Clinics"])
    assert [each.name for each in chosen([INBOX, Folder("Clinics")], mine)] == ["INBOX", "Clinics"]


def test_a_server_that_names_no_inbox_has_one() -> None:
    assert chosen([], USUAL) == [INBOX]
