"""Whether something happens with us: the words behind a term, and phrases that send people to us for it."""

from __future__ import annotations

import re

from crm.domain.scope_reading import NOMINAL, Sentence
from crm.domain.scope_regex import regex

_AT = frozenset("by with at from under in through inside".split())
_HERE = regex(r"\b(?:here|in-house|in house|under (?:our|one) roof|all under our)\b", re.IGNORECASE)
_COME_TO_US = regex(
    r"\b(?:to|with|on|let|trust|hire|send|call|text|see|sees|saw|seeing|contact|join|visit|consider"
    r"|recommend)\s(?:me|us|(?:my|our)\s[\w-]+)\s"
    r"(?:[\w-]+\s)?(?:for|to be|to get|with|about|and get|as)\s(?:[\w'-]+\s){0,4}$",
    re.IGNORECASE,
)
_SEND_FOR = regex(
    r"\b(?:send|refer|bring|give|trust|entrust)\s(?:me|us)\s(?:[\w'-]+\s){1,5}?for\s(?:(?!exercise|training|supervis"
    r"|fitness)[\w'-]+\s){0,3}$",
    re.IGNORECASE,
)
_OBJECT = frozenset({"they", "their", "your", "us", "you", "det", "our"})
_SUBJECTS = frozenset("i we he she they you".split())
_FINITE = frozenset({"verb", "modal", "be", "aux", "adv"})
_MENU = regex(r"\b(?:price|menu|list|schedule|door|sign|website|flyer|card)\b", re.IGNORECASE)
_ASKED_US = regex(
    r"\b(?:ask(?:s|ed)?|want(?:s|ed)?|expect(?:s|ed)?|beg(?:s|ged)?|would like) (?:me|us) to(?: \w+){0,2}$"
    r"|\b(?:I|we)(?:'ve|'m|'re)? (?:\w+ )?(?:was|were|am|are|been|get|got) (?:\w+ )?(?:asked|begged|invited|urged|tempted|pressed"
    r"|expected) to(?: \w+){0,2}$",
    re.IGNORECASE,
)
_DECLINED = regex(
    r"\b(?:sent|send|refer\w*|said no|say no|declin\w+|refus\w+|don't|can't|cannot|didn't|won't|not|point\w*"
    r"|answer is no|(?:is|that's) for (?:an?|the|her|his|their|you)\b|isn't|isn't (?:mine|my)|(?:told|tell) (?:her|him|them|people|clients) to|call(?:ed)? (?:you|your))\b",
    re.IGNORECASE,
)
_OUR_SIGN = regex(
    r"\b(?:my|our) (?:\w+ )?(?:door|sign|card|website|flyer|window|van|slogan|motto|logo|shirt|banner|ad)\b",
    re.IGNORECASE,
)
SIGNED = regex(
    r"^[Yy]our (?:[\w-]+ ){0,3}?(?:specialist|expert|therapist|doctor|healer|physio)\b(?: is|,"
    r"|(?: \w+){0,3}:) [A-Z][\w'-]+(?: [A-Z][\w'-]+)?[.!]?$"
)
_ABOUT_US = regex(r"\b(?:ask|call|text|contact)\s(?:me\s|us\s)?(?:about|for)\s(?:my|our)\b", re.IGNORECASE)


def with_us(sentence: Sentence, last: int) -> bool:
    """Whether behind a term comes "by me", "with us", "at our studio" or "here", before any other place."""
    end = sentence.clause_end(last - 1)
    for at in range(last, min(end, last + 14)):
        low, tag = sentence.words[at].low, sentence.tags[at]
        if low in _AT and tag == "prep" and at + 1 < end:
            who = sentence.whose_next(at + 1)
            if who in ("ours", "service") and _is_place(sentence, at + 1, who):
                return True
            if who in ("theirs", "name"):
                return False
        if low in ("here", "in-house"):
            return True
        if (
            low == "on"
            and at + 2 < end
            and sentence.tags[at + 1] == "our"
            and _MENU.search(sentence.said(at + 2, at + 5))
        ):
            return True
        if (
            tag in ("us", "they", "you")
            and at > last
            and low in _SUBJECTS
            and sentence.tags[min(at + 1, end - 1)] in _FINITE
        ):
            return False
        if (tag in ("rel", "sub", "time") and low != "what") or (
            tag == "and" and at + 1 < end and sentence.tags[at + 1] == "verb"
        ):
            return False
    return bool(_HERE.search(sentence.said(last, end)))


def _is_place(sentence: Sentence, first: int, who: str) -> bool:
    """Things count when they are named as ours or as a name: "by our program", not "by exercise"."""
    last = sentence.phrase_end(first) - 1
    if any(word.low in ("trainer", "trainers", "coach", "coaches") for word in sentence.words[first : last + 1]):
        return True
    return who == "ours" or sentence.words[first].named or sentence.words[first].low in ("exercise", "movement")


def sent_to_us(sentence: Sentence, first: int) -> bool:
    """Whether people come to us for it, are sent to us for it, or should trust us with it."""
    before = sentence.said(sentence.clause_start(first), first) + " "
    found = _COME_TO_US.search(before) or _SEND_FOR.search(before)
    return bool(found) or bool(_ABOUT_US.search(before))


def on_our_sign(sentence: Sentence, first: int) -> bool:
    """Whether our door, card or slogan says it."""
    return bool(_OUR_SIGN.search(sentence.said(0, first)))


def declined(sentence: Sentence, first: int, last: int) -> bool:
    """Whether we were only asked for it: "she asked me to treat it and I sent her back to you"."""
    before = sentence.said(max(0, first - 6), first)
    return bool(_ASKED_US.search(before)) and bool(_DECLINED.search(sentence.said(last, len(sentence.words))))


def listed_as_ours(sentence: Sentence, start: int) -> bool:
    """ "We're a clinic too: assessment, diagnosis, treatment"."""
    if start < 2 or sentence.words[start - 1].low not in (":", "—", "–", "-"):
        return False
    before = sentence.said(sentence.clause_start(start - 2), start - 1)
    ours = re.search(r"\b(?:I|we|my|our)\b", before, re.IGNORECASE)
    return bool(ours) and not re.search(
        r"\b(?:not|never|no|leave|you|your|nor|refer|without|after)\b|n't", before, re.IGNORECASE
    )


def bare(sentence: Sentence, first: int) -> bool:
    """Whether nothing but a label or adjectives stands before the term in its clause: a headline or list item."""
    start = sentence.clause_start(first)
    return all(
        sentence.tags[at] in NOMINAL
        or sentence.tags[at] in ("adv", "punct", "and")
        or sentence.words[at].low.endswith("ed")
        for at in range(start, first)
    )


def has_verb(sentence: Sentence, start: int, end: int) -> bool:
    """Whether a finite verb of the main clause stands between two places; that of "who have …" is passed over."""
    inside = False
    for at in range(start, min(end, len(sentence.words))):
        tag, low = sentence.tags[at], sentence.words[at].low
        past = (
            tag == "verb" and low.endswith("ed") and at + 1 < len(sentence.words) and sentence.tags[at + 1] in _OBJECT
        )
        finite = (
            past
            or (tag in ("be", "modal", "aux") and low not in ("being", "been", "be"))
            or (tag == "verb" and not low.endswith(("ing", "ed")) and (at == 0 or sentence.tags[at - 1] != "to"))
        )
        if tag == "rel":
            inside = True
        elif finite and not inside:
            return True
        elif tag == "verb" or (
            finite and at + 1 < len(sentence.words) and sentence.tags[at + 1] not in ("verb", "adv", "neg", "be")
        ):
            inside = False
    return False
