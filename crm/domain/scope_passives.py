"""Judges passive verbs: what is done to somebody is ours when it is done by us, here, or to those who come to us."""

from __future__ import annotations

import re

from crm.domain.scope_denial import said_by_a_clinician
from crm.domain.scope_ours import sent_to_us, with_us
from crm.domain.scope_reading import NOMINAL, Sentence
from crm.domain.scope_regex import regex
from crm.domain.scope_rules import Verdict

_NOTED = regex(
    r"^\W*(?:[\w]+:\s)?(?:the )?(?:client|patient|pt)(?: was| is)? (?:\w+ly )?(?:counsel|massag|mobili[sz]|manipulat"
    r"|adjust|realign|rehab)\w*$",
    re.IGNORECASE,
)
_CAUSED = regex(
    r"\b(?:I|we)(?:'ll|'ve|'d)? (?:will |can |could |have )?(?:get|got|have|had) (?:(?:your|his|her|their|the|a|an|my"
    r"|our) )?(?:\w+ ){0,2}?\w+$",
    re.IGNORECASE,
)
_GET_DONE = regex(
    r"^\W*(?:come |let's )?(?:get(?: your \w+)?|where (?:\w+ ){1,3}(?:gets?|is|are|come to be))$", re.IGNORECASE
)
_BY_EXPERTS = regex(
    r"^(?:[\w-]+ ){0,3}?by (?:the |our |my |an? |certified |expert |experienced |personal |real |local "
    r"|top )*(?:experts?|pros|best|trainers?|coach(?:es)?|staff|team)\b",
    re.IGNORECASE,
)
_LEFT_SO = regex(
    r"\b(?:leave|leaves|left|(?:walk|danc|skipp?|jogg?)(?:ed|s)? (?:out|away|off)|ran out|go home|went home|emerge"
    r"|come out|came out)(?: \w+)?$",
    re.IGNORECASE,
)
_BY_EXERCISE = regex(
    r"^(?:\w+ )?(?:by|because of|thanks to|through|with|from) (?:it|this|that|the (?:\w+ )?(?:program|class"
    r"|exercises?|training|method)|exercise|movement|training)\b",
    re.IGNORECASE,
)
_AT_OURS = regex(r"^(?:at|in) (?:my|our) (?:\w+ )?(?:gym|studio|place|clinic|practice|center)\b", re.IGNORECASE)
_WITH_OUR_HELP = regex(
    r"\b(?:with|thanks to|by|because of|after) (?:me|us|(?:my|our) (?:\w+ )?(?:program|method|class|classes|sessions?"
    r"|training|trainers?|help|coaching))\b",
    re.IGNORECASE,
)
_THAT_IS_US = regex(
    r"[:;,—–-] ?(?:that's|that is|it's|this is) (?:our|my|what (?:I|we)|how (?:I|we)|us\b)(?! (?:don't|never|can't|not|avoid))",
    re.IGNORECASE,
)
THEN_WE_DO = regex(r"^\W{0,2}\s?(?:and )?(?:I|we) (?:do|can|will|'ll|know how)\b(?! not|n't)", re.IGNORECASE)
_BEHIND_PARTICIPLE = frozenset(
    "here elsewhere there exercise exercises condition conditions limits twice already".split()
)


def is_passive(sentence: Sentence, first: int, last: int) -> bool:
    word = sentence.words[first].low
    if not word.endswith(("ed", "hit")) and word not in ("put", "rehabbed"):
        return False
    at = first - 1
    while at >= 0 and sentence.tags[at] in ("adv", "neg"):
        at -= 1
    if at < 0:
        return _behind_is_preposition(sentence, last)
    low, tag = sentence.words[at].low, sentence.tags[at]
    if tag == "be" and low != "'m":
        return True
    if tag in ("aux", "us", "you", "they", "rel", "modal"):
        return False
    if tag in ("sub", "time") or low in ("as", "if", "than"):
        return True
    if tag in ("det", "your", "our", "their", "pos"):
        return True
    return _behind_is_preposition(sentence, last) or tag == "prep"


def _behind_is_preposition(sentence: Sentence, last: int) -> bool:
    if last >= len(sentence.words):
        return True
    if sentence.tags[last] in ("prep", "punct", "time", "be", "modal", "and"):
        return True
    return sentence.words[last].low in _BEHIND_PARTICIPLE


def judge_passive(sentence: Sentence, first: int, last: int) -> Verdict:
    """What is done to somebody: ours when "by us", "here", or when people come to us for it."""
    if first and sentence.tags[first - 1] == "our":
        return "blocks"
    if _NOTED.match(sentence.said(0, last)) and not sentence.personal:
        return "blocks"
    if _CAUSED.search(sentence.said(sentence.clause_start(first), first)) and not re.search(
        r"\bby (?:you|your|the|a|Dr)\b", sentence.text
    ):
        return "blocks"
    if _GET_DONE.match(sentence.said(0, first)) and not sentence.asks:
        return "blocks"
    if _BY_EXPERTS.match(sentence.said(last, len(sentence.words))):
        return "blocks"
    if last < len(sentence.words) and sentence.words[last].low in ("condition", "conditions", "diseases", "illness"):
        return None  # "people with diagnosed conditions"
    return (
        "blocks" if with_us(sentence, last) or sent_to_us(sentence, first) else _unnamed_passive(sentence, first, last)
    )


def _unnamed_passive(sentence: Sentence, first: int, last: int) -> Verdict:
    """Done by nobody that is named."""
    start = sentence.clause_start(first)
    ours_before = any(
        sentence.tags[at] == "our"
        and sentence.words[at + 1].low in ("gym", "studio", "place", "clinic", "practice", "center")
        for at in range(start, first)
    )
    said, after = sentence.words[first].low, sentence.said(last, len(sentence.words))
    if (THEN_WE_DO.match(after) or _THAT_IS_US.search(after)) and not sentence.asks:
        return "blocks"
    start = sentence.clause_start(first)
    if (
        said.startswith("prescrib")
        and "our" in sentence.tags[start:first]
        and sentence.subject(first) == "ours"
        and " by " not in after
    ):
        return "blocks"
    if said in ("fixed", "cured", "healed") and sentence.words[first - 2].low in ("will", "'ll"):
        return "blocks"
    outcome = said in ("fixed", "cured", "healed")
    if outcome and _WITH_OUR_HELP.search(sentence.text) and not said_by_a_clinician(sentence):
        return "blocks"
    if outcome and (
        _LEFT_SO.search(sentence.said(0, first)) or _BY_EXERCISE.match(sentence.said(last, len(sentence.words)))
    ):
        return "blocks"
    if outcome and re.search(r"\b(?:I|we)\b.*\buntil\b", sentence.said(0, first), re.IGNORECASE):
        return "blocks"
    ours_before = ours_before or bool(_AT_OURS.match(sentence.text))
    behind = sentence.words[last].low if last < len(sentence.words) else ""
    if behind in ("by", "at", "elsewhere", "under"):
        return None
    if first and sentence.tags[first - 1] in ("us", "you"):
        return None
    label = start == first or all(sentence.tags[at] in NOMINAL for at in range(start, first))
    headline = label and last >= sentence.clause_end(first) - 1 and not sentence.personal
    return "blocks" if ours_before or (headline and behind in (".", "!", "")) else None
