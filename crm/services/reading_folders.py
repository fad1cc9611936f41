"""Which folders of a mailbox are read."""

from __future__ import annotations

from collections.abc import Sequence

from crm.mail.ports import Folder
from crm.models.inbound import MailReading

SENT_NAMES = ("sent", "sent items", "sent mail", "sent messages", "gesendet")
"""What servers without special-use marks call the folder of what was sent."""

JUNK_NAMES = ("junk", "spam", "junk e-mail", "junk email", "bulk mail")


def chosen(folders: Sequence[Folder], settings: MailReading) -> list[Folder]:
    """The inbox, what a person has chosen, junk (replies land there) and our own copies, in this order."""
    inbox = next((each for each in folders if each.role == "inbox"), Folder("INBOX", "inbox"))
    there = {each.name: each for each in folders}
    wanted = [there.get(name, Folder(name)) for name in settings.folders]
    more = (_by_role(folders, "junk", JUNK_NAMES), sent_folder(folders, settings))
    found = [inbox, *wanted, *(each for each in more if each is not None)]
    return list({each.name: each for each in found}.values())


def sent_folder(folders: Sequence[Folder], settings: MailReading) -> Folder | None:
    """Where the mailbox keeps copies of what was sent: as chosen, as the server marks it, else by its name."""
    if settings.sent_folder:
        return next((each for each in folders if each.name == settings.sent_folder), None)
    return _by_role(folders, "sent", SENT_NAMES)


def _by_role(folders: Sequence[Folder], role: str, names: Sequence[str]) -> Folder | None:
    marked = next((each for each in folders if each.role == role), None)
    if marked is not None:
        return marked
    named = (each for each in folders if _last(each.name) in names)
    return next((Folder(each.name, role) for each in named), None)


def _last(name: str) -> str:
    """The last part of `INBOX.Sent` or `[Gmail]/Sent Mail`."""
    return name.replace(".", "/").rpartition("/")[2].lower()
