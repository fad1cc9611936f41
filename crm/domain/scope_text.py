"""The words of a text without its markup, for the scope check: HTML, Markdown, merge fields and hidden characters.

Whatever is left out or replaced, each place still knows where it stands in the text as given.
"""

from __future__ import annotations

import html
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from crm.domain.scope_regex import regex

#: What stands for somebody else (a provider, a practice) and for ourselves where a name or merge field was.
THEM, US = "ℕℕ", "ℝℝ"


class OurName(str):
    """The name of our own business, or of who trains there, among the names in a text: what it does is our act."""

    __slots__ = ()


#: How much is read as one piece: bounds the time for a text without an end.
LONGEST = 3000

_TAGS = (
    "a|abbr|b|big|blockquote|body|br|button|caption|center|code|dd|div|dl|dt|em|figcaption|figure|font|footer|form"
    "|h[1-6]|head"
    "|header|hr|html|i|img|input|label|li|link|main|mark|meta|nav|ol|option|p|pre|q|s|section|select|small|span|strike"
    "|strong"
    "|sub|sup|table|tbody|td|tfoot|th|thead|title|tr|u|ul|article|aside|o:p"
)
_ATTRIBUTES = r"(?:\s+[\w:-]+\s*=\s*(?:\"[^\"<>]{0,2000}\"|'[^'<>]{0,2000}'|[^\s\"'<>]{1,2000}))*"
_MARKUP = regex(
    r"(?P<field>\{\{[^{}\n]{0,300}\}\})"
    r"|(?P<code>\{%[^{}\n]{0,300}%\}|\{#[^{}]{0,2000}#\})"
    r"|(?P<skipped><!--(?:(?!-->).){0,5000}-->|<(?P<block>script"
    r"|style)\b[^<>]{0,500}>(?:(?!</(?P=block)).){0,20000}</(?P=block)\s*>)"
    rf"|(?P<tag></?(?P<name>{_TAGS}){_ATTRIBUTES}\s*/?>)"
    r"|(?P<entity>&(?:#\d{1,6}|#x[0-9a-f]{1,5}|[a-z]{2,8}\d{0,2});)"
    r"|(?P<hidden>[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufe0f\ufeff]+)"
    r"|(?P<ligature>[\ufb00-\ufb06])"
    r"|(?P<emphasis>(?<!\S)(?:\*{1,3}|_{1,3}|~~|`+)(?=\w)|(?<=[\w.,!?])(?:\*{1,3}|_{1,3}|~~|`+)(?!\w))",
    re.IGNORECASE | re.DOTALL,
)
_INLINE = frozenset("a abbr b big code em font i img label mark q s small span strike strong sub sup u o:p".split())
_LIGATURES = {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"}
#: A line that ends without these goes on no further when it is short and the next one begins like a sentence.
_GOES_ON = regex(
    r"(?:[.,:;!?–—(/&-]|\b(?:and|or|nor|but|that|than|as|if|when|while|because|do|does|did|will|would|can|could|may"
    r"|should|am"
    r"|is|are|was|were|be|been|have|has|had|not|never|to|of|in|on|at|by|for|from|with|without|the|a|an|my|our|your"
    r"|their"
    r"|his|her|dr|mr|ms|mrs|what|who|which|where|so|then|after|before|until|unless|since|neither|either|no|nothing"
    r"|nowhere"
    r"|instead|rather|circumstances|case|way))\s*$",
    re.IGNORECASE,
)
_BEGINS = regex(rf"\s*(?:{US}|I|I['’]\w+|We|We['’]\w+|My|Our|You|Your|The|They|She|He|It|This|These|No|Clients?)\b")
_WIDTH = 60
_HEADING = regex(r"\s*(?:==|#+)\s")
_ITEM = regex(r"\s*(?:[-*•·▪–]|\d+[.)]|==|#+|>)\s")


@dataclass(frozen=True, slots=True)
class Readable:
    """A text as it is read. `begins` are places in it, `origins` where these stand in the text as given."""

    text: str
    begins: tuple[int, ...]
    origins: tuple[int, ...]
    fixed: tuple[bool, ...]

    def origin(self, place: int) -> int:
        """Where a character stands in the text as given."""
        if not self.begins:
            return place
        run = bisect_right(self.begins, place) - 1
        return self.origins[run] + (0 if self.fixed[run] else place - self.begins[run])


def readable(text: str, names: Iterable[str] = ()) -> Readable:
    """The text without markup; `names` of others and merge fields stand in it as somebody else's, `OurName` as ours."""
    spans = sorted(_replaced(text, [name for name in names if name.strip()]))
    if not spans:
        return Readable(text, (), (), ())
    out: list[str] = []
    begins, origins, fixed = [], [], []
    length = last = 0
    for start, end, said in spans:
        if start < last:
            continue
        for part, origin, is_fixed in ((text[last:start], last, False), (said, start, True)):
            if part:
                begins.append(length)
                origins.append(origin)
                fixed.append(is_fixed)
                out.append(part)
                length += len(part)
        last = end
    begins.append(length)
    origins.append(last)
    fixed.append(False)
    out.append(text[last:])
    return Readable("".join(out), tuple(begins), tuple(origins), tuple(fixed))


def _replaced(text: str, names: list[str]) -> Iterator[tuple[int, int, str]]:
    """What is read instead of what; names first, since they may hold anything."""
    if names:
        longest_first = sorted({*names}, key=len, reverse=True)
        either = regex(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest_first))})(?!\w)")
        own = {str(name) for name in names if isinstance(name, OurName)}
        for found in either.finditer(text):
            yield found.start(), found.end(), US if found[0] in own else THEM
    for found in _MARKUP.finditer(text):
        yield found.start(), found.end(), _instead(found)


def _instead(found: re.Match[str]) -> str:
    if found["field"]:
        return US if re.match(r"\{\{-?\s*(?:trainer|business)\b", found[0]) else THEM
    if found["tag"]:
        if found["name"].lower() in _INLINE:
            return ""
        return "\n" if found["name"].lower() == "br" else "\n\n"
    if found["entity"]:
        return html.unescape(found[0]).replace("\n", " ") or " "
    if found["ligature"]:
        return _LIGATURES.get(found[0], found[0])
    return " " if found["code"] or found["skipped"] else ""


def paragraphs(text: str) -> Iterator[tuple[int, str]]:
    """Runs of lines that belong together, with where each begins; a list item or heading is its own."""
    start = at = 0
    inside, before = False, ""
    for line in text.split("\n"):
        blank = not line.strip()
        if inside and (blank or _ITEM.match(line) or _ends(before, line)):
            yield from _pieces(text, start, at - 1)
            inside = False
        if not blank and not inside:
            start, inside = at, True
        if inside and _HEADING.match(line):
            yield from _pieces(text, start, at + len(line))
            inside = False
        at += len(line) + 1
        before = line
    if inside:
        yield from _pieces(text, start, len(text))


def _ends(line: str, after: str) -> bool:
    """Whether a sentence ends with a line although it has no full stop: one a line, as people write lists."""
    return len(line) < _WIDTH and not _GOES_ON.search(line) and bool(_BEGINS.match(after))


def _pieces(text: str, start: int, end: int) -> Iterator[tuple[int, str]]:
    """A very long paragraph in pieces, cut behind a sentence where there is one."""
    while end - start > LONGEST:
        window = text[start : start + LONGEST]
        cut = max(window.rfind(". "), window.rfind("! "), window.rfind("? ")) + 1
        cut = cut if cut > LONGEST // 4 else max(window.rfind(" "), 0) or LONGEST
        yield start, window[:cut]
        start += cut
    yield start, text[start:end]
