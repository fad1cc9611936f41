"""The better wordings that a finding names, in the form of the words they stand for ("treating": "training")."""

from __future__ import annotations

import re

from crm.domain.text_checks import TextFinding

MOST = 3
_SAID = re.compile(r"“([^”]{2,40})”")
_SAY = re.compile(r"^(?:Say|Write)\b")
_FORMS = {
    "train": ("training", "trained", "trains"),
    "work": ("working", "worked", "works"),
    "progress": ("progressing", "progressed", "progresses"),
    "improve": ("improving", "improved", "improves"),
    "maintain": ("maintaining", "maintained", "maintains"),
    "build": ("building", "built", "builds"),
    "design": ("designing", "designed", "designs"),
    "plan": ("planning", "planned", "plans"),
    "recommend": ("recommending", "recommended", "recommends"),
}
"""Verbs of the suggestions: with -ing, in the past, of one person."""


def options(found: TextFinding) -> list[str]:
    """What can stand there instead; empty when the finding only says what is wrong."""
    if found.replacement is not None:
        return [found.replacement]
    if not _SAY.match(found.suggestion):
        return []
    return [_like(found.text, words) for words in _SAID.findall(found.suggestion)][:MOST]


def _like(text: str, words: str) -> str:
    """In the form, and with the capital, of the text."""
    verb, _, rest = words.partition(" ")
    end = next((number for number, ending in enumerate(("ing", "ed", "s")) if _first(text).endswith(ending)), None)
    if verb in _FORMS and end is not None:
        words = " ".join(part for part in (_FORMS[verb][end], rest) if part)
    return words[:1].upper() + words[1:] if text[:1].isupper() and not text.isupper() else words


def _first(text: str) -> str:
    return text.split(maxsplit=1)[0].casefold() if text.split() else ""
