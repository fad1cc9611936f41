"""What a PDF holds, read back without the program that made it: its text, its fonts and what it says of itself."""

from __future__ import annotations

import re
from io import BytesIO
from typing import Any

import pikepdf

_HEX = re.compile(rb"<([0-9A-Fa-f]+)>")


def text_of(content: bytes) -> str:
    """All text, by each font's own table of characters; spaces are those of the text itself."""
    with pikepdf.open(BytesIO(content)) as document:
        return "\n".join(_page_text(page) for page in document.pages)


def fonts_of(content: bytes) -> dict[str, bool]:
    """Each font by name, and whether it is embedded."""
    found: dict[str, bool] = {}
    with pikepdf.open(BytesIO(content)) as document:
        for page in document.pages:
            for font in _fonts(page).values():
                inner = font.DescendantFonts[0] if "/DescendantFonts" in font else font
                described = inner.FontDescriptor
                names = ("/FontFile", "/FontFile2", "/FontFile3")
                found[str(font.BaseFont)] = any(name in described for name in names)
    return found


def said_of_itself(content: bytes) -> dict[str, Any]:
    """Title, author, language, and whether it is tagged."""
    with pikepdf.open(BytesIO(content)) as document:
        root = document.Root
        return {
            "title": str(document.docinfo.get("/Title", "")),
            "author": str(document.docinfo.get("/Author", "")),
            "lang": str(root.get("/Lang", "")),
            "tagged": bool(root.MarkInfo.Marked) if "/MarkInfo" in root else False,
            "scripts": "/JavaScript" in root.get("/Names", {}) or "/OpenAction" in root,
        }


def _fonts(page: Any) -> dict[str, Any]:
    return dict(page.Resources.get("/Font", {}).items())


def _page_text(page: Any) -> str:
    tables = {name: _table(font) for name, font in _fonts(page).items()}
    table: dict[int, str] = {}
    pieces: list[str] = []
    for operands, operator in pikepdf.parse_content_stream(page):
        name = str(operator)
        if name == "Tf":
            table = tables[str(operands[0])]
        elif name == "Tj":
            pieces.append(_shown(bytes(operands[0]), table))
        elif name == "TJ":
            pieces += [_shown(bytes(part), table) for part in operands[0] if isinstance(part, pikepdf.String)]
        elif name in ("ET", "T*", "Td", "TD", "Tm"):
            pieces.append("\n" if name == "ET" else "")
    return "".join(pieces)


def _shown(codes: bytes, table: dict[int, str]) -> str:
    return "".join(table.get(int.from_bytes(codes[n : n + 2], "big"), "") for n in range(0, len(codes), 2))


def _table(font: Any) -> dict[int, str]:
    """The font's ToUnicode table: code to text."""
    content = font.ToUnicode.read_bytes() if "/ToUnicode" in font else b""
    found: dict[int, str] = {}
    for block in re.findall(rb"beginbfchar(.*?)endbfchar", content, re.DOTALL):
        pairs = _HEX.findall(block)
        found |= {int(code, 16): _text(text) for code, text in zip(pairs[::2], pairs[1::2], strict=True)}
    for block in re.findall(rb"beginbfrange(.*?)endbfrange", content, re.DOTALL):
        for first, last, text in zip(*[iter(_HEX.findall(block))] * 3, strict=False):
            start = _text(text)
            for step in range(int(last, 16) - int(first, 16) + 1):
                found[int(first, 16) + step] = start[:-1] + chr(ord(start[-1]) + step)
    return found


def _text(code: bytes) -> str:
    return bytes.fromhex(code.decode()).decode("utf-16-be")
