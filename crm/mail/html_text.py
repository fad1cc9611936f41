"""HTML mail as plain text: what is quoted gets `> ` before it, what isn't meant for eyes is left out.

A scanner of our own instead of a parser: mail is written by anybody, parsers that build a tree take minutes for a
hundred thousand unclosed tags, and here one pass over the text is enough.
"""

from __future__ import annotations

import re
from html import unescape

#: Longer HTML is cut: a person's words stand at the top of it.
LIMIT = 300_000
DEEPEST_QUOTE = 20

_MARKUP = re.compile(r"<(?=[a-zA-Z/!?])")
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9:]{0,20})")
_SPACES = re.compile(r"[ \t\r\n\f\u00ad\u200b]+")
_UNSEEN = frozenset({"script", "style", "head", "title", "svg", "template"})
_BREAKS = frozenset({"br", "tr", "li", "dt", "dd", "div", "section", "article", "center", "address", "form"})
_GAPS = frozenset({"p", "ul", "ol", "dl", "table", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre"})


def html_to_text(html: str) -> str:
    """The words of an HTML body, a line per paragraph, row or line break."""
    scan = _Scan(html[:LIMIT])
    scan.run()
    return scan.text()


class _Scan:
    def __init__(self, html: str) -> None:
        self.html = html
        self.lower = html.lower()
        self.quotes = 0
        self.pre = 0
        self.lines: list[str] = []
        self.line: list[str] = []

    def run(self) -> None:
        at = 0
        while at < len(self.html):
            found = _MARKUP.search(self.html, at)
            start = found.start() if found else len(self.html)
            self.words(self.html[at:start])
            at = self.tag(start) if start < len(self.html) else start

    def tag(self, start: int) -> int:
        """Take in what begins at the `<` and tell where it ends."""
        if self.html.startswith("<!--", start):
            return self._after("-->", start)
        if self.html.startswith(("<!", "<?"), start):
            return self._after(">", start)
        found = _TAG.match(self.html, start)
        if found is None:
            self.words("<")
            return start + 1
        closing, name = bool(found[1]), found[2].lower()
        if name in _UNSEEN and not closing:
            return self._after(">", self._after(f"</{name}", start) - 1)
        self.mark(name, closing)
        return self._after(">", start)

    def mark(self, name: str, closing: bool) -> None:
        if name in _BREAKS or name in _GAPS or name.endswith(":p"):
            self.end_line(gap=name in _GAPS, blank=name == "br")
        if name == "blockquote":
            self.quotes = max(self.quotes + (-1 if closing else 1), 0)
        elif name == "pre":
            self.pre = max(self.pre + (-1 if closing else 1), 0)
        elif name == "hr":
            self.end_line()
            self.lines.append(self._prefix() + "_" * 32)
        elif name == "li" and not closing:
            self.line.append("- ")
        elif name in {"td", "th"} and closing:
            self.line.append(" ")

    def words(self, text: str) -> None:
        if not text:
            return
        if self.pre:
            first, *more = unescape(text).replace("\r\n", "\n").split("\n")
            self.line.append(first)
            for each in more:
                self.end_line(keep=True)
                self.line.append(each)
        else:
            self.line.append(_SPACES.sub(" ", unescape(text)))

    def end_line(self, *, gap: bool = False, keep: bool = False, blank: bool = False) -> None:
        text = "".join(self.line)
        text = text.rstrip() if self.pre or keep else _SPACES.sub(" ", text.replace("\xa0", " ")).strip()
        if text or keep:
            self.lines.append(self._prefix() + text)
        elif self.lines and self.lines[-1] and (blank or (self.line and not gap)):
            self.lines.append("")
        if gap and self.lines and self.lines[-1]:
            self.lines.append("")
        self.line = []

    def text(self) -> str:
        self.end_line()
        return "\n".join(self.lines).strip("\n")

    def _prefix(self) -> str:
        return "> " * min(self.quotes, DEEPEST_QUOTE)

    def _after(self, mark: str, start: int) -> int:
        found = self.lower.find(mark, start)
        if found < 0:
            return len(self.html)
        return found + len(mark)
