"""Bytes and encoded words as text. Wrong or unknown character sets cost letters at most, never an error."""

from __future__ import annotations

import codecs
import re
from binascii import a2b_base64, a2b_qp

#: Codecs that aren't meant for mail: some are slow enough to hang on a long text.
_NOT_FOR_MAIL = frozenset({"punycode", "idna", "unicode_escape", "raw_unicode_escape", "undefined", "mbcs", "oem"})
_ALIASES = {"unicode-1-1-utf-7": "utf-7", "x-sjis": "cp932", "shift_jis": "cp932", "iso-2022-jp": "iso2022_jp_ext"}
_WORD = re.compile(r"=\?([^?\s*]{1,40})(?:\*[^?\s]{0,20})?\?([bq])\?([^?\s]*)\?=", re.IGNORECASE)
_BETWEEN_WORDS = re.compile(r"(\?=)\s+(=\?)")
_FOLD = re.compile(r"\r?\n[ \t]*|\r")


def decode_bytes(raw: bytes, charset: str) -> str:
    """Text in the declared character set where that works, else UTF-8, else Windows-1252. Line ends become \\n."""
    name = _codec(charset)
    for codec, errors in ((name, "strict"), ("utf-8", "strict"), (_by_replacing(name), "replace")):
        try:
            if codec:
                return _lines(raw.decode(codec, errors))
        except (UnicodeError, LookupError, ValueError):
            continue
    return _lines(raw.decode("cp1252", "replace"))


def _by_replacing(name: str) -> str:
    """The declared set, unless it is one that anything is labelled with."""
    return "cp1252" if name in {"", "ascii", "utf-8"} else name


def decode_header(text: str) -> str:
    """A header's value in one line, with its encoded words decoded and raw 8-bit letters made readable."""
    if not text.isascii():
        text = decode_bytes(text.encode("utf-8", "surrogateescape"), "")
    text = _FOLD.sub(" ", text)
    if "=?" in text:
        text = _WORD.sub(_word, _BETWEEN_WORDS.sub(r"\1\2", text))
    return text.replace("\0", "").strip()


def _word(found: re.Match[str]) -> str:
    charset, how, text = found.groups()
    try:
        raw = a2b_base64(text + "===") if how in "bB" else a2b_qp(text.replace("_", " ").encode("ascii", "replace"))
    except ValueError:
        return found[0]
    return _FOLD.sub(" ", decode_bytes(raw, charset)) if raw else found[0]


def _codec(charset: str) -> str:
    name = charset.strip().strip("\"'").lower()[:60]
    try:
        found = codecs.lookup(_ALIASES.get(name, name)) if name else None
    except (LookupError, ValueError):
        return ""
    if found is None or not getattr(found, "_is_text_encoding", True):
        return ""
    return "" if found.name in _NOT_FOR_MAIL else found.name


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
