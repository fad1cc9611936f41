"""A script that somebody already has: its paragraphs, out of a text in any encoding or a Word document.

Bounded before anything is read: the size of the file, what a document unpacks to, and the text that comes of it.
"""

from __future__ import annotations

import zipfile
from io import BytesIO

from crm.domain.errors import Invalid

LARGEST_FILE = 5 * 1024 * 1024
LARGEST_TEXT = 1024 * 1024
LARGEST_UNPACKED = 40 * 1024 * 1024
MOST_PARTS = 2_000
MOST_PARAGRAPHS = 400
FIELD = "file"

_ZIP = b"PK\x03\x04"
_OLD_WORD = b"\xd0\xcf\x11\xe0"
_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


def paragraphs(content: bytes) -> list[str]:
    """The paragraphs of a file, each with its line breaks. Raises Invalid(file) with what to do instead."""
    if not content.strip():
        raise _refused("This file is empty. Choose another one.")
    if len(content) > LARGEST_FILE:
        raise _refused("Keep the file under 5 MB, or paste the text.")
    if content.startswith(_ZIP):
        return _checked(_of_word(content))
    if content.startswith((_OLD_WORD, b"%PDF", b"{\\rtf", b"\x7fELF", b"MZ", b"\x89PNG", b"\xff\xd8")):
        raise _refused("Save it as a Word document (.docx) or as text, or paste it.")
    return _checked(of_text(_decoded(content)))


def of_text(text: str) -> list[str]:
    """The paragraphs of a pasted text: empty lines part them; each line is one where there are none."""
    if len(text) > LARGEST_TEXT:
        raise _refused("That is more than a script: keep it under 1 MB.")
    plain = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "").strip()
    parted = ["\n".join(line.strip() for line in each.split("\n")) for each in _split(plain)]
    return _checked([each.strip() for each in parted if each.strip()])


def _split(plain: str) -> list[str]:
    by_empty_line: list[str] = []
    gathered: list[str] = []
    for line in [*plain.split("\n"), ""]:
        if line.strip():
            gathered.append(line)
        elif gathered:
            by_empty_line.append("\n".join(gathered))
            gathered = []
    return by_empty_line if len(by_empty_line) > 1 else plain.split("\n")


def _decoded(content: bytes) -> str:
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return content.decode(encoding, errors="replace")
    if content[:200].count(b"\x00") > 20:
        return content.decode("utf-16-le" if content[1:2] == b"\x00" else "utf-16-be", errors="replace")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _of_word(content: bytes) -> list[str]:
    _check_parcel(content)
    import docx  # heavy, and seldom needed

    try:
        document = docx.Document(BytesIO(content))
        found = [_with_breaks(each.text) for each in document.paragraphs]
    except Exception as error:  # whatever a broken document does to the reader
        raise _refused(
            "This is no Word document that can be read. Save it again as .docx, or paste the text."
        ) from error
    if sum(map(len, found)) > LARGEST_TEXT:
        raise _refused("That is more than a script: keep it under 1 MB.")
    return [each for each in found if each.strip()]


def _with_breaks(text: str) -> str:
    return "\n".join(line.strip() for line in text.replace("\x0b", "\n").split("\n")).strip()


def _check_parcel(content: bytes) -> None:
    """What the document unpacks to, by what it really holds: the sizes a zip announces may lie."""
    try:
        with zipfile.ZipFile(BytesIO(content)) as parcel:
            parts = parcel.infolist()
            if len(parts) > MOST_PARTS or sum(each.file_size for each in parts) > LARGEST_UNPACKED:
                raise _refused("This document unpacks to far more than a script. Paste the text instead.")
            if "word/document.xml" not in parcel.namelist():
                raise _refused("This is no Word document. Save the script as .docx or as text, or paste it.")
            left = LARGEST_UNPACKED
            for each in parts:
                with parcel.open(each) as part:
                    left -= len(part.read(left + 1))
                if left < 0:
                    raise _refused("This document unpacks to far more than a script. Paste the text instead.")
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError) as error:
        raise _refused("This document is damaged or locked. Save it again, or paste the text.") from error


def _checked(found: list[str]) -> list[str]:
    if not found:
        raise _refused("There is no text in it. Paste the script instead.")
    if len(found) > MOST_PARAGRAPHS:
        raise _refused(f"That is more than a script: it has over {MOST_PARAGRAPHS} paragraphs.")
    return found


def _refused(sentence: str) -> Invalid:
    return Invalid({FIELD: sentence})
