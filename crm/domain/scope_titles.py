"""Judges titles of licensed professions that we give ourselves."""

from __future__ import annotations

import re

from crm.domain.scope_denial import denied, spoken_by_a_client
from crm.domain.scope_ours import SIGNED, bare, has_verb
from crm.domain.scope_reading import Sentence
from crm.domain.scope_regex import regex
from crm.domain.scope_rules import Rule, Verdict

_CALLED = regex(
    r"\b(?:call|calls|called|consider|considers|know|known|knows|introduce|introduced|see|sees|think of|hire|hired"
    r"|trust|have)"
    r"\s(?:me|us|myself|ourselves)\s(?:[\w'-]+\s){0,3}?(?:as\s)?(?:a |an |the |your |their )?(?:[\w'-]+\s){0,3}$",
    re.IGNORECASE,
)
_INTRODUCED = regex(
    r"\b(?i:I'm|I am|my name is|my name's|this is|it's|we are"
    r"|we're)\s[A-Z][\w'-]+(?:\s(?:and\s)?[A-Z][\w'-]+){0,3},?\s(?:and\s)?"
    r"(?:I'm\s)?(?:a |an |the |your |one of your )?(?:[\w'-]+\s){0,4}$"
)
_ROLE = regex(
    r"\b(?:my|our) (?:title|role|job|profession|background|work|card|team|team's) (?:is|says|includes)\b", re.IGNORECASE
)
_UNLICENSED = regex(
    r"\b(?:stretch|clinical|medical exercise|balance|gait|bodywork|postural|corrective|functional|wellness|exercise|movement|fitness|rehab|sports?|certified|personal|kinesio|strength|pain|posture|yoga"
    r"|body)\s(?:and [\w]+ )?$",
    re.IGNORECASE,
)
_STAFF = regex(
    r"\b(?:staff|team|we|gym|studio)\b[\w\s']{0,20}?\b(?:includes?|has|have|employs?|counts?|features?|consists? of)\b",
    re.IGNORECASE,
)
_NEED_ONE = regex(
    r"^(?:do you |does your \w+ )?(?:need|want|looking for|searching for|seeking)\b.{0,80}\?\s*(?:then )?(?:call"
    r"|text|try|e-?mail|contact|ask for|meet|come|I am|I'm|we are|that's me)\b",
    re.IGNORECASE,
)
_FORMER = regex(
    r"\b(?:used to be|once was|was once|former|retired|trained as|studied|married to|daughter|son|wife|husband)\b",
    re.IGNORECASE,
)
_ONE_OF_THEM = regex(r"\b(?:some of the|one of the|like|as good as|same as)\s$", re.IGNORECASE)


def judge_title(rule: Rule, sentence: Sentence, first: int, last: int) -> Verdict:
    """A title is a claim where it stands for us, and fine for anybody else."""
    if denied(sentence, first, last):
        return None
    low, high = sentence.phrase_start(last - 1), sentence.phrase_end(last - 1)
    behind = sentence.words[last] if last < len(sentence.words) else None
    if (
        behind is not None
        and behind.tag in ("noun", "pos")
        and behind.low not in ("extraordinaire", "team", "serving", "services")
    ):
        return None
    owner = [sentence.tags[at] for at in range(low, first)]
    if spoken_by_a_client(sentence.paragraph, sentence.words[first].start) and rule.key == "therapist":
        return None if "our" in owner else "blocks"
    if SIGNED.match(sentence.text):
        return "blocks"
    if "pos" in owner:
        return is_self(sentence, low, last)
    if "our" in owner:
        return _owned(rule, sentence, low, last)
    del high
    return is_self(sentence, low, last) or _is_label(rule, sentence, low, first, last)


def _owned(rule: Rule, sentence: Sentence, low: int, last: int) -> Verdict:
    """ "Our therapists" work for us; "my own therapist" is somebody I went to."""
    if rule.key != "therapist":
        return "blocks" if "licensed" in sentence.said(low, last).lower() else None
    plural = sentence.words[last - 1].low.endswith("s")
    mine = sentence.words[low].low == "my" and not plural
    return (
        None
        if mine and not re.search(r"\b(?:lead|head|team|new|staff|in-house)\b", sentence.said(low, last))
        else "blocks"
    )


_TRAINERS = regex(r"\b(?:trainer|coach),? (?:(?:and|&|/) )?(?:\w+ )?$", re.IGNORECASE)
_CREDENTIAL = regex(r"\b(?:Dr|MD|DO|PT|DPT|OT|RN|NP|PA|DC|RD|PhD)\b")


def signature(sentence: Sentence, low: int, high: int) -> Verdict:
    """ "Dana Cole, Rehab Specialist": a line that names a person and what they are, and says nothing else."""
    if has_verb(sentence, 0, len(sentence.words)) or sentence.asks or _CREDENTIAL.search(sentence.text):
        return None
    named = low > 1 and sentence.words[low - 1].low in (",", "-", "–", "—", "|", ":") and sentence.words[low - 2].named
    first = sentence.words[0]
    ours = first.tag == "your" and not re.search(r"\b(?:at|of|from|in)\b", sentence.said(high, len(sentence.words)))
    return (
        "blocks"
        if ours or (named and low <= 6) or (low == 0 and high >= len(sentence.words) - 1 and first.named)
        else None
    )


def is_self(sentence: Sentence, low: int, last: int) -> Verdict:
    before = sentence.said(sentence.clause_start(low), low) + " "
    whole = sentence.paragraph[max(0, sentence.words[low].start - 120) : sentence.words[last - 1].start]
    if _FORMER.search(before) or (sentence.tags[low] == "your" and _goes_on(sentence, last)):
        return None
    previous = sentence.words[low - 1].low if low else ""
    if previous in ("as", "like"):
        return _as_a_title(sentence, low, last)
    if previous in ("being", "a", "an") and re.match(
        r"\W*being\b.*\b(?:I|we|my|our)\b", sentence.text, re.IGNORECASE | re.DOTALL
    ):
        return "blocks"
    verb = sentence.verb_before(low)
    if (
        verb >= 0
        and (
            sentence.tags[verb] == "be"
            or sentence.words[verb].low in ("'ve", "have", "has", "had", "'d", "'ll")
            or sentence.words[verb].low in ("become", "became")
        )
        and sentence.subject(verb) == "ours"
        and _is_direct(sentence, verb, low)
    ):
        return "blocks"
    if (
        _SAME_WORK.search(before)
        or _CALLED.search(before)
        or _ROLE.search(before)
        or (_INTRODUCED.search(whole) and _ends_here(sentence, last))
    ):
        return "blocks"
    return _is_said(sentence, low, last, verb, before)


def _is_said(sentence: Sentence, low: int, last: int, verb: int, before: str) -> Verdict:
    """The title as what we are or whom we have, in words of other shapes."""
    if (low and sentence.words[low - 1].low == "im") or (low > 1 and sentence.words[low - 2].low == "im"):
        return "blocks"
    if re.match(
        r"^(?:at|in|from|on) (?:my|our) (?:gym|studio|place|staff|team|house|center)\b|^(?:I am|we are|I'm)\b",
        sentence.said(last, len(sentence.words)),
        re.IGNORECASE,
    ):
        return "blocks"
    if (
        verb >= 0
        and _STAFF.search(before)
        and _is_direct(sentence, verb, low)
        and not re.search(r"\b(?:you|your)\b", before, re.IGNORECASE)
    ):
        return "blocks"
    return "blocks" if _NEED_ONE.match(sentence.paragraph[sentence.words[0].start :]) and sentence.asks else None


def _goes_on(sentence: Sentence, last: int) -> bool:
    """ "The place your therapist sends you": the title is the subject of what follows."""
    return last < len(sentence.words) and sentence.tags[last] in ("verb", "modal", "be", "aux")


def _as_a_title(sentence: Sentence, low: int, last: int) -> Verdict:
    """ "As a therapist I …", "I work as a therapist", not "as the therapist asked"."""
    behind = sentence.tags[last] if last < len(sentence.words) else ""
    if behind in ("verb", "aux", "be") or (behind == "modal" and sentence.words[low - 1].low == "as"):
        return None
    start = sentence.clause_start(low)
    ours = re.search(
        r"\b(?:I|we|me|us|myself|ourselves|(?:my|our) (?:\w+ )?(?:trainers?|coach(?:es)?|staff|team))\b",
        sentence.said(start, low),
        re.IGNORECASE,
    )
    leads = low - 1 == start and re.search(
        r"\b(?:I|we|my|our)\b", sentence.said(last, len(sentence.words)), re.IGNORECASE
    )
    return "blocks" if ours or leads else None


def _is_direct(sentence: Sentence, verb: int, low: int) -> bool:
    """Whether nothing but an article, adjectives and titles stands between "I am" and the title."""
    if _SORT_OF.match(sentence.said(verb + 1, low)):
        return True
    between = range(verb + 1, low)
    plain = all(sentence.tags[at] in _PLAIN or sentence.words[at].low in _SKILLS for at in between)
    return plain and all(sentence.words[at].low != "by" for at in between)


_SORT_OF = regex(
    r"^(?:\w+ly )?(?:more|something|kind|sort|a bit|a sort|a kind|half|part|less a trainer than|like|just like"
    r"|much like|as good as|what you(?: might| could|'d)? call)"
    r"(?: of)?(?: an?| the)?$",
    re.IGNORECASE,
)
_SAME_WORK = regex(
    r"\b(?:I|we)(?:'ll|'ve)? (?:\w+ )?(?:do|did|perform|know) (?:the|much the|all the|most of the"
    r"|exactly the)? ?(?:same )?(?:work|job|things?|duties|tricks) (?:of|as|that) (?:an? |the |your )?(?:\w+ )?$",
    re.IGNORECASE,
)
_PLAIN = frozenset({"adv", "det", "noun", "and", "be", "neg", "num"})
_SKILLS = frozenset({",", "like", "certified", "licensed", "trained", "qualified"})


def _ends_here(sentence: Sentence, last: int) -> bool:
    return (
        last >= len(sentence.words)
        or sentence.tags[last] in ("punct", "prep", "and", "rel")
        or sentence.words[last].low == "serving"
    )


def _is_label(rule: Rule, sentence: Sentence, low: int, first: int, last: int) -> Verdict:
    """A signature or headline: "Dana Cole, Exercise Therapist". A provider's own "Anna Lee, PT" stays theirs."""
    if (
        _TRAINERS.search(sentence.said(max(0, low - 4), first) + " ")
        and not sentence.asks
        and sentence.tags[low] != "their"
    ):
        return "blocks"
    if rule.key != "therapist" or has_verb(sentence, 0, len(sentence.words)) or sentence.asks:
        return None
    kind = sentence.said(max(0, first - 2), first) + " "
    return "blocks" if _UNLICENSED.search(kind) and _ends_here(sentence, last) and bare(sentence, low) else None
