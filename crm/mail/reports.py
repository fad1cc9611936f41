"""Delivery reports in fields (RFC 3464), wherever they stand: in their own part, in broken MIME, or in the text.

Reading fields by their names from any text, instead of trusting the MIME structure, finds the reports whose parts have
lost their boundaries or are labelled as plain text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from crm.mail.decoding import decode_header
from crm.mail.mentions import addresses_in, first_address
from crm.mail.reading import Part, Reading

DELIVERED = frozenset({"delivered", "relayed", "expanded", "deliverable"})
DELAYED = frozenset({"delayed"})

_FIELD = re.compile(r"^[ \t>]{0,8}([A-Za-z][A-Za-z-]{2,40})[ \t]*:[ \t]?(.*)$")
_FOLDED = re.compile(r"^[ \t]+\S")
_RECIPIENT_FIELDS = ("final-recipient", "x-actual-recipient", "original-recipient", "x-original-recipient")
_REPORT_FIELDS = frozenset(
    {*_RECIPIENT_FIELDS, "action", "status", "diagnostic-code", "remote-mta", "reporting-mta", "last-attempt-date"}
)
_COMMENT = re.compile(r"\(([^()]{1,300})\)")
#: A report names a handful of recipients; more than this is an attack on our time.
MOST_RECIPIENTS = 500


@dataclass(frozen=True)
class Group:
    """What a report says about one recipient. `action` is lower-case; everything may be empty."""

    recipient: str
    action: str = ""
    status: str = ""
    diagnostic: str = ""
    remote: str = ""

    @property
    def words(self) -> str:
        """The server's words: the diagnostic, and what some add to the status in brackets."""
        remark = _COMMENT.search(self.status)
        return f"{self.diagnostic} {remark[1] if remark else ''}".strip()


@dataclass(frozen=True)
class Report:
    """All groups of a message, and what its per-message fields say."""

    groups: tuple[Group, ...]
    original_message_id: str = ""


def report_of(reading: Reading) -> Report | None:
    """The delivery report in a message; None where there is none."""
    own = [part for part in reading.parts if not part.returned]
    machine = [part for part in own if part.kind in {"message/delivery-status", "message/global-delivery-status"}]
    prose = [] if _answers(reading) else [part for part in own if part not in machine]
    groups = _all_groups(machine) or _all_groups(prose)
    if groups or machine:
        return Report(tuple(groups), _message_id(machine))
    return None


def _answers(reading: Reading) -> bool:
    """Whether a person may be quoting a report: programs that report don't answer without saying that they are one."""
    return bool(reading.header("in-reply-to")) and not reading.header("auto-submitted")


def _all_groups(parts: list[Part]) -> list[Group]:
    found: dict[str, Group] = {}
    for part in parts:
        for fields in _blocks(part.text):
            for group in _groups(fields):
                kept = found.get(group.recipient.lower())
                if (kept is None or not kept.diagnostic) and len(found) < MOST_RECIPIENTS:
                    found[group.recipient.lower()] = group
    return list(found.values())


def _blocks(text: str) -> Iterator[dict[str, str]]:
    """Runs of fields in a text. A recipient named a second time begins a new run, as an empty line does."""
    fields: dict[str, str] = {}
    last = ""
    for line in text.split("\n"):
        match = _FIELD.match(line[:2_000])
        name = match[1].lower() if match else ""
        if name in _REPORT_FIELDS or (name.startswith("x-") and not _FOLDED.match(line)):
            if name in fields and name == "final-recipient":
                yield fields
                fields = {}
            fields.setdefault(name, match[2].strip() if match else "")
            last = name
        elif last and _FOLDED.match(line):
            fields[last] = f"{fields[last]} {line.strip()}"[:4_000]
        elif not line.strip():
            if "final-recipient" in fields and (
                "status" in fields or "action" in fields or "diagnostic-code" in fields
            ):
                yield fields
                fields = {}
            last = ""
        else:
            last = ""
    yield fields


def _groups(fields: Mapping[str, str]) -> Iterator[Group]:
    if not ({"action", "status", "diagnostic-code"} & fields.keys()):
        return
    recipient = _named(fields)
    if recipient:
        yield Group(
            recipient,
            fields.get("action", "").partition(" ")[0].strip("();,").lower(),
            fields.get("status", ""),
            _diagnostic(fields.get("diagnostic-code", "")),
            fields.get("remote-mta", ""),
        )


def _named(fields: Mapping[str, str]) -> str:
    """The final recipient; where that is a name within the other system (no domain), the original one."""
    named = [each for each in (_recipient(fields.get(name, "")) for name in _RECIPIENT_FIELDS) if each]
    return next((each for each in named if "." in each.rpartition("@")[2]), next(iter(named), ""))


def _recipient(value: str) -> str:
    """The address after the type; what has none is no recipient."""
    kind, semicolon, rest = value.partition(";")
    found = first_address(rest if semicolon else kind)
    if not found and semicolon:
        found = next(iter(addresses_in(value)), "")
    return found


def _diagnostic(value: str) -> str:
    kind, semicolon, rest = value.partition(";")
    plain = rest if semicolon and " " not in kind.strip() else value
    return decode_header(_from_japanese(plain.strip()))


def _from_japanese(text: str) -> str:
    """ISO-2022-JP whose escape bytes were lost on the way: `$B…(B`."""
    if "$B" not in text or "(B" not in text or not text.isascii():
        return text
    escaped = text.replace("\x1b", "").replace("$B", "\x1b$B").replace("(B", "\x1b(B")
    try:
        return escaped.encode("ascii").decode("iso2022_jp")
    except UnicodeError:
        return text


def _message_id(parts: list[Part]) -> str:
    for part in parts:
        for line in part.text.split("\n")[:60]:
            match = _FIELD.match(line[:1_000])
            if match and match[1].lower() in {"x-original-message-id", "original-message-id"}:
                return match[2].strip().strip("<>")
    return ""
