"""Bounces that are written for people: where the notice ends and the returned message begins, and whom it names.

qmail, Exim, old Exchange, Notes and dozens of appliances report in prose. What they share: a line that begins with the
address, or a phrase that ends in it; below a divider, or simply where `Received:` begins, the message that came back.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice

from crm.mail.mentions import ADDRESS, addresses_in, message_ids, tidy, unique
from crm.mail.reading import Reading

#: A notice is short. What follows is the returned message, or noise.
LIMIT = 60_000
MOST_LINES = 1_500
MOST_RECIPIENTS = 200

_DIVIDER = re.compile(
    r"^[\s>]*[-=_*]{2,}.{0,20}\b(?:copy|original|returned|unsent|enclosed|below this line|header|"
    r"message follows|BODY)\b.{0,80}$|"
    r"^[\s>]*(?:the )?(?:original |unsent |returned )?message (?:headers? )?(?:follows?|is attached)\b.{0,60}$|"
    r"^[\s>]*(?:included|below|enclosed|attached|here) is (?:a|the) copy\b.{0,80}$|"
    r"^[\s>]*(?:original|returned|your) (?:mail|message)(?:'s)? (?:headers?|follows).{0,60}$",
    re.IGNORECASE,
)
_HEADER = re.compile(r"^[\s>]{0,10}(?!>>>|<<<)([A-Za-z][A-Za-z0-9-]{1,40}):")
_MAIL_HEADERS = frozenset({"received", "return-path", "message-id", "dkim-signature", "mime-version", "x-received"})

#: Lines that only begin with an address: `<a@b>:`, `a@b on Thu…`, `    a@b`, `<a@b>... User unknown`, `Name <a@b>`.
_LEADING = re.compile(
    rf"^[\s>*\-\d.)•]{{0,12}}(?:rfc822;\s?|mailto:)?[<\[(]?({ADDRESS})[>\])]?(?=$|[\s:;,.<>(\[\]-])"
    rf"(?:\s?<({ADDRESS})>)?"
)
#: Phrases that end in the address they are about.
_PHRASES = re.compile(
    r"(?:\b(?:recipients?(?: address(?:es)?| was| is)?|addressed to|undeliverable to"
    r"|deliver(?:ed|y|ing)?(?: the| your)?(?: mail| message| e-?mail)?(?: message)? to|rejected(?: recipient| address)?"
    r"|rcpt(?: to)?|failed(?: address| for| recipients?)?|address(?:es)?|unknown (?:user|recipient|address)|"
    r"user|mailbox"
    r"|account|(?:mail|message|e-?mail) (?:to|for)|to|for|reach|size|an|für|zu|adresse|destinatario|"
    r"destinataire|full)|à)"
    rf"(?:\s?[:=(]\s{{0,8}}|\s{{1,8}}|(?=[<\[]))[<\[\"'(]{{0,2}}({ADDRESS})",
    re.IGNORECASE,
)
_COMMAND = re.compile(rf"(?:>>>|=>|RCPT)\s?(?:RCPT )?TO:\s?<?({ADDRESS})", re.IGNORECASE)
#: Whose addresses these are is said before them, and it isn't the recipient.
_NOT_RECIPIENT = re.compile(
    r"(?:contact|sender\S{0,12}|from|reply.?to|e-?mail us at|write to|assistance|support|envelope-from|"
    r"generated from|help\S{0,10}|questions?.{0,40}|return-path|report(?:ed)? to|please.{0,30}|\bby|"
    r"\bid)\s?[:=(<]{0,2}\s{0,8}[<(]?$",
    re.IGNORECASE,
)
_NEVER = re.compile(r"^(?:mailer-?daemon|post_?master|abuse|hostmaster|no-?reply|noc|bounces?)@", re.IGNORECASE)
_MESSAGE_ID_LINE = re.compile(
    r"^[\s>]{0,10}(?:message-id|x-original-message-id)\s{0,3}:\s{0,8}(<?\S{3,400})",
    re.IGNORECASE | re.MULTILINE,
)
_EMPTY_ID_LINE = re.compile(
    r"^[\s>]{0,10}message-id\s{0,3}:\s{0,8}\n\s{0,12}(<\S{3,400})",
    re.IGNORECASE | re.MULTILINE,
)
#: Where the returned message was going, the surest header first: a list's own address stands in its To.
_GOING_TO = tuple(
    re.compile(rf"^[\s>]{{0,10}}{name}", re.IGNORECASE | re.MULTILINE)
    for name in (
        r"(?:x-original-to|envelope-to|x-apparently-to|delivered-to|x-envelope-to):\s{0,8}(.{3,400})$",
        rf"received:(?:.|\n[ \t]){{0,600}}?\bfor <?({ADDRESS})",
        r"to:\s{0,8}(.{3,400})$",
    )
)


@dataclass(frozen=True)
class Notice:
    """`words` is what the server wrote, `original` the headers (or more) of the message that came back."""

    words: str
    original: str

    def message_id(self) -> str:
        """The Message-ID of the returned message, or empty."""
        for pattern, text in (
            (_MESSAGE_ID_LINE, self.original),
            (_EMPTY_ID_LINE, self.original),
            (_MESSAGE_ID_LINE, self.words),
        ):
            found = pattern.search(text)
            ids = message_ids(found[1]) if found else ()
            if ids:
                return ids[0]
        return ""

    def original_recipients(self) -> list[str]:
        """To whom the returned message was going."""
        found = (pattern.search(self.original[:20_000]) for pattern in _GOING_TO)
        return next((addresses_in(match[1]) for match in found if match and addresses_in(match[1])), [])


def notice_of(reading: Reading) -> Notice:
    """Split a message into what the server wrote and what it sent back."""
    text = "\n".join(reading.texts())[:LIMIT]
    lines = text.split("\n")[:MOST_LINES]
    cut = _original_begins(lines)
    original = "\n".join(lines[cut:])
    returned = "\n".join(islice((part.text for part in reading.parts if part.returned or part.attached), 4))
    return Notice("\n".join(lines[:cut]), f"{returned[:LIMIT]}\n{original}".strip("\n"))


def _original_begins(lines: list[str]) -> int:
    for at, line in enumerate(lines):
        if _DIVIDER.match(line[:200]) and at > 0:
            return at
        header = _HEADER.match(line[:200])
        if header and header[1].lower() in _MAIL_HEADERS:
            return _first_of_run(lines, at)
    return len(lines)


def _first_of_run(lines: list[str], at: int) -> int:
    """The header block may begin above the line that gave it away, with `From:` or `To:`."""
    while at > 0 and (
        _HEADER.match(lines[at - 1][:200])
        or (
            lines[at - 1][:1] in {" ", "\t"} and lines[at - 1].strip() and at > 1 and _HEADER.match(lines[at - 2][:200])
        )
    ):
        at -= 1
    return at


def recipients_in(notice: Notice, *, sender: frozenset[str], reader: frozenset[str]) -> list[str]:
    """Whom the notice is about, the surest places first.

    `sender` wrote the notice and is never meant; `reader` got it and is meant only when nobody else is named.
    """
    lines = [line[:600] for line in notice.words.split("\n")]
    found = _allowed(_leading(lines), sender)
    for find in (_phrases, _commands):
        found = found or _allowed(find(lines), sender | reader)
    anywhere = _allowed(addresses_in(notice.words[:8_000]), sender | reader)
    if found or len(anywhere) == 1:
        return found or anywhere
    return _allowed(notice.original_recipients(), sender) or anywhere[:1] or _allowed(_phrases(lines), sender)


def _leading(lines: list[str]) -> list[str]:
    return [tidy(match[2] or match[1]) for match in map(_LEADING.match, lines) if match]


def _phrases(lines: list[str]) -> list[str]:
    return [
        tidy(match[1]) for line in lines for match in _PHRASES.finditer(line) if _is_recipient(line, match.start(1))
    ]


def _is_recipient(line: str, at: int) -> bool:
    return not _NOT_RECIPIENT.search(line[max(at - 60, 0) : at])


def _commands(lines: list[str]) -> list[str]:
    return [tidy(match[1]) for line in lines for match in _COMMAND.finditer(line)]


def _allowed(addresses: list[str], never: frozenset[str]) -> list[str]:
    kept = [each for each in addresses if each.lower() not in never]
    people = [each for each in kept if not _NEVER.match(each)]
    return unique(people or kept)[:MOST_RECIPIENTS]
