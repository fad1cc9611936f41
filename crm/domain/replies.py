"""The text that a person really wrote in a reply, without what was quoted and without the signature.

Losing a person's words is worse than quoting too much. So something is left out only for a reason: it stands below the
line that announces the quotation, it is quoted, or a signature mark begins it. Answers written between or below quoted
lines stay, with the lines they answer.
"""

from __future__ import annotations

import re

from crm.domain.quotations import MARKER_LINES, SUBJECT, Line, is_marker, kind_of, may_begin_marker, with_plain_marks

#: Longer texts are cut before anything is looked for.
LIMIT = 200_000
MOST_LINES = 3_000
#: So many lines of text below a divider are a footer; more are text again.
FOOTER_LINES = 8
MOST_CODE = 400

_PGP_BEGIN = re.compile(r"\A-----BEGIN PGP SIGNED MESSAGE-----\n(?:Hash: [\w, -]{1,60})?\s{0,4}", re.IGNORECASE)
_LIST_FOOTER = re.compile(
    r"^Unsubscribe: .{1,200}@.{1,200}(?:\n.{0,20}https?:.{1,300})?\s*\Z", re.IGNORECASE | re.MULTILINE
)
_FENCE = re.compile(r"^```\w{0,20}$")

_OUT = re.compile(
    r"^\W{0,4}(?:(?:please|pls|kindly|hi|hello|thanks?|thank you|no)\W{1,3}){0,3}(?:"
    r"unsubscribe(?: me| us)?\b|opt[- ]?(?:me )?out\b|stop\W{0,3}$|stop (?:e-?mail|mail|contact|send|message|"
    r"spam)\w*|remove (?:me|us|my|our|this)\b.{0,60}"
    r"|take (?:me|us|my|our)\b.{0,40}\boff\b|(?:do not|don'?t|never) (?:e-?mail|contact|write|send|"
    r"mail)\b.{0,40}|no more (?:e-?mails?|messages)|cease\b.{0,40}contact)",
    re.IGNORECASE,
)
_OUT_ANYWHERE = re.compile(
    r"\b(?:(?:please|kindly|pls|want|wish|like|asked?|need|you|and)\b.{0,30}\b(?:unsubscribe me|"
    r"unsubscribe us|unsubscribe (?:my|our|this)|remove (?:me|us|my (?:name|e-?mail|address)|our (?:office|"
    r"practice|e-?mail|address))|take (?:me|us) off"
    r"|opt(?:ed)? out|be removed|to unsubscribe)|stop (?:e-?mailing|contacting|sending|messaging|spamming)|"
    r"(?:do not|don'?t) (?:e-?mail|contact|send|write to|mail) (?:me|us)\b|no more e-?mails?|remove (?:me|"
    r"us) from (?:\w+ ){0,3}(?:list|mailing)|take (?:me|us) off (?:\w+ ){0,3}list)",
    re.IGNORECASE,
)
_SUBJECT_OUT = re.compile(
    r"^\s{0,4}(?:(?:re|aw|sv)\s?:\s{0,3}){0,3}(?:(?:unsubscribe|opt[- ]?out)(?:\s{1,3}[\w-]{16,64})?|stop|"
    r"remove(?: me)?)\s?[.!]?\s*$",
    re.IGNORECASE,
)
_NOT_OUT = re.compile(
    r"(?:don'?t|do not|not) (?:want to |wish to )?(?:unsubscribe|remove|be removed)|to unsubscribe(?: from|,|"
    r" click| visit| at| please)",
    re.IGNORECASE,
)


def reply_text(text: str) -> str:
    """The person's own words, inner blank lines kept. Empty when there is nothing but quotation."""
    lines, kinds = _read(_bare(text))
    lines, kinds = _without_devices(*_above_signature(lines, kinds))
    lines, kinds = _below_quotation(lines, kinds)
    lines, kinds = _above_quotation(lines, kinds)
    lines, kinds = _above_headers(lines, kinds)
    lines, kinds = _without_trailing_quote(lines, kinds)
    if Line.TEXT not in kinds:
        return ""
    return _trimmed(lines, kinds)


def wants_out(own_words: str, subject: str = "") -> bool:
    """Whether a reply asks for no more mail: in its subject alone, or in its first lines, in words of its own."""
    said = [line.strip() for line in own_words.split("\n") if line.strip() and not line.lstrip().startswith(">")][:12]
    return subject_wants_out(subject) or any(
        (_OUT.search(line[:400]) or _OUT_ANYWHERE.search(line[:400])) and not _NOT_OUT.search(line[:400])
        for line in said
    )


def subject_wants_out(subject: str) -> bool:
    """Whether the subject is nothing but the wish: what mail programs send for a `mailto:` in List-Unsubscribe."""
    return bool(_SUBJECT_OUT.match(subject))


_Read = tuple[list[str], list[Line]]


def _bare(text: str) -> str:
    """Without what programs put around the text: PGP armour, and a list's line for unsubscribing at the end."""
    text = _PGP_BEGIN.sub("", text[:LIMIT].replace("\xa0", " ").lstrip("\n"), count=1)
    armour = text.find("\n-----BEGIN PGP SIGNATURE-----")
    text = text if armour < 0 else text[: armour + 1]
    return _LIST_FOOTER.sub("", text)


def _read(text: str) -> _Read:
    """Lines and what each is. A marker that was broken over several lines becomes one; fenced code is text."""
    source = [line.rstrip() for line in text.split("\n")[:MOST_LINES]]
    lines: list[str] = []
    kinds: list[Line] = []
    at = 0
    while at < len(source):
        code = _code_length(source, at)
        count = code or _marker_length(source, at)
        if code:
            lines += source[at : at + code]
            kinds += [Line.TEXT] * code
        else:
            joined = " ".join(line.strip() for line in source[at : at + count]) if count > 1 else source[at]
            kinds.append(Line.MARKER if count > 1 else kind_of(joined))
            lines.append(with_plain_marks(joined) if kinds[-1] is Line.QUOTE else joined)
        at += count
    return lines, kinds


def _code_length(source: list[str], at: int) -> int:
    """Of how many lines the fenced code that begins here consists; 0 where none does."""
    if not _FENCE.match(source[at]):
        return 0
    end = next((i for i in range(at + 1, min(at + MOST_CODE, len(source))) if source[i].strip() == "```"), at)
    return end - at + 1 if end > at else 0


def _marker_length(source: list[str], at: int) -> int:
    """Of how many lines the marker that begins here consists; 1 where there is none or it fits its line."""
    if not may_begin_marker(source[at]) or is_marker(source[at]):
        return 1
    for count in range(2, MARKER_LINES + 1):
        if at + count > len(source) or not source[at + count - 1].strip():
            return 1
        if is_marker(" ".join(line.strip() for line in source[at : at + count])):
            return count
    return 1


def _above_signature(lines: list[str], kinds: list[Line]) -> _Read:
    """Cut at the signature mark, and at a divider when what follows is a footer or a quotation."""
    for at, kind in enumerate(kinds):
        if kind is Line.SIGNATURE or (kind is Line.DIVIDER and _ends_here(kinds, at)):
            return lines[:at], kinds[:at]
    return lines, kinds


def _ends_here(kinds: list[Line], at: int) -> bool:
    rest = kinds[at + 1 :]
    first = next((kind for kind in rest if kind is not Line.EMPTY), None)
    return first in {None, Line.MARKER, Line.HEADER, Line.QUOTE} or rest.count(Line.TEXT) <= FOOTER_LINES


def _without_devices(lines: list[str], kinds: list[Line]) -> _Read:
    kept = [(line, kind) for line, kind in zip(lines, kinds, strict=True) if kind is not Line.DEVICE]
    return [line for line, _ in kept], [kind for _, kind in kept]


def _below_quotation(lines: list[str], kinds: list[Line]) -> _Read:
    """Where the announced quotation stands on top and all own words below it, only those."""
    first = next((i for i, kind in enumerate(kinds) if kind is not Line.EMPTY), len(kinds))
    text = next((i for i, kind in enumerate(kinds) if kind is Line.TEXT), len(kinds))
    above, below = kinds[first:text], kinds[text:]
    if above[:1] == [Line.MARKER] and Line.QUOTE in above and set(below) <= {Line.TEXT, Line.EMPTY} and below:
        return lines[text:], below
    return lines, kinds


def _above_quotation(lines: list[str], kinds: list[Line]) -> _Read:
    """Cut at the first marker below text, unless the person went on writing among or below the quoted lines."""
    for at, kind in enumerate(kinds):
        if kind is Line.MARKER and Line.TEXT in kinds[:at] and not _goes_on(kinds, at):
            return lines[:at], kinds[:at]
    kept = [(line, kind) for line, kind in zip(lines, kinds, strict=True) if kind is not Line.MARKER]
    return [line for line, _ in kept], [kind for _, kind in kept]


def _goes_on(kinds: list[Line], at: int) -> bool:
    """Whether text follows that isn't the quotation itself: quoted lines come first, then lines without a mark."""
    rest = [kind for kind in kinds[at + 1 :] if kind is not Line.EMPTY]
    return bool(rest) and rest[0] is Line.QUOTE and Line.TEXT in rest


def _above_headers(lines: list[str], kinds: list[Line]) -> _Read:
    """Cut where copied headers (From, Sent, To …) begin below text; without text above, only the headers go."""
    at = _header_block(lines, kinds)
    if at is None:
        return lines, kinds
    if Line.TEXT in kinds[:at]:
        return lines[:at], kinds[:at]
    end = at
    while end < len(kinds) and kinds[end] is not Line.EMPTY:
        end += 1
    return lines[:at] + lines[end:], kinds[:at] + kinds[end:]


def _header_block(lines: list[str], kinds: list[Line]) -> int | None:
    """Where three copied headers stand together, one of them a subject or with an address."""
    for at, kind in enumerate(kinds):
        if kind is not Line.HEADER:
            continue
        near = kinds[at : at + 9]
        until = next((i for i, each in enumerate(near) if each in {Line.MARKER, Line.QUOTE}), len(near))
        together = near[:until].count(Line.HEADER) >= 3 and near[1] is not Line.EMPTY
        if (together or near[:7].count(Line.HEADER) >= 4) and any(map(SUBJECT.search, lines[at : at + 9])):
            return at
    return None


def _without_trailing_quote(lines: list[str], kinds: list[Line]) -> _Read:
    end = len(kinds)
    while end and kinds[end - 1] in {Line.EMPTY, Line.QUOTE, Line.DIVIDER}:
        end -= 1
    return lines[:end], kinds[:end]


def _trimmed(lines: list[str], kinds: list[Line]) -> str:
    start = next(i for i, kind in enumerate(kinds) if kind is not Line.EMPTY)
    return "\n".join(
        "" if kind is Line.EMPTY else line for line, kind in zip(lines[start:], kinds[start:], strict=True)
    )
