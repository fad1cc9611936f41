"""Cuts a paragraph into sentences for the scope check."""

from __future__ import annotations

from collections.abc import Iterator

from crm.domain.scope_reading import Sentence
from crm.domain.scope_regex import regex
from crm.domain.scope_words import tokens

_ABBREVIATIONS = r"(?<!\bDr)(?<!\bMr)(?<!\bMs)(?<!\bMrs)(?<!\bSt)(?<!\bvs)(?<!e\.g)(?<!i\.e)(?<!\bM\.D)(?<!\bD\.O)"
#: "Mrs. K. for …": an initial before a small letter ends nothing.
_INITIAL = r"(?!(?<=\b[A-Z]\.)\s[a-z])"
_SENTENCE_END = regex(_ABBREVIATIONS + r"[.!?]+" + _INITIAL + r"[\"”')\]]*(?=\s|$)|(?<=\S)\s[•|·]\s")
#: How many words are read as one sentence: bounds the time for a text without a full stop.
_LONGEST = 120


def straight(text: str) -> str:
    """The same text, character for character, with straight apostrophes and plain spaces."""
    return text.translate(_STRAIGHT)


_STRAIGHT = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "`": "'", "\u00a0": " ", "\n": " ", "\t": " ", "\r": " "})


def sentences(paragraph: str) -> Iterator[Sentence]:
    """The sentences of a paragraph (made straight) in order."""
    start = 0
    ends = [found.end() for found in _SENTENCE_END.finditer(paragraph)]
    for end in [*ends, len(paragraph)]:
        words = tokens(paragraph, start, end)
        for first in range(0, len(words), _LONGEST):
            yield Sentence(paragraph, words[first : first + _LONGEST])
        start = end
