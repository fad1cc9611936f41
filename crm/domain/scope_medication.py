"""Judges changes of medication: ours to report, never to bring about or to advise."""

from __future__ import annotations

import re

from crm.domain.scope_denial import denied, somebody_elses
from crm.domain.scope_ours import with_us
from crm.domain.scope_reading import Sentence
from crm.domain.scope_regex import regex
from crm.domain.scope_rules import Rule, Verdict

_REPORTED = regex(
    r"\b(?:report|note|record|list|flag|document|inform|write down|ask(?:s|ed|ing)? (?:you|your|the|their|her|his|a"
    r"|for)\b|ask (?:them|clients) to ask"
    r"|tell you|told me|tells me|call you|let me know|please|see|saw|heard|when you|if you|once you|after you"
    r"|until you|that you|whether you|wait)\w*",
    re.IGNORECASE,
)
_ON_OUR_ADVICE = regex(
    r"\b(?:on|at|with|after|following|thanks to|because of|under) (?:my|our) (?:\w+ )?(?:advice|suggestion"
    r"|recommendation|guidance|help|program|class|coaching|sessions?|watch|supervision)\b|\bor I'll\b|\bas (?:I"
    r"|we)(?:'d|'ve| had| have)? (?:recommend|advis|suggest|told|instruct|plann)\w*",
    re.IGNORECASE,
)
_WE_ADVISED = regex(
    r"^(?:'ve |have |'d )?(?:advise|told|tell|suggest|recommend|ask|stop|cut|reduc|chang)", re.IGNORECASE
)
_OUR_PEOPLE = regex(
    r"\b(?:my|our) (?:\w+ )?(?:clients?|members?|class|classes|program|people|group)\b|\bwith (?:me|us)\b|\bin (?:my"
    r"|our)\b",
    re.IGNORECASE,
)
_BY_THEM = regex(
    r"\bby (?:you|your|her|his|their|the|a|Dr)\b|\b(?:ask|call|tell|see) (?:you\b|your (?:doctor|physician"
    r"|prescriber|office))",
    re.IGNORECASE,
)


_PROGRAM_DOES = regex(r"\b(?:I|we)\b[^.;]*\b(?:help|tell|get|advise|suggest|recommend|coach|know how)")
_NOTED = regex(
    r"^\W*(?:\w+\s?:\s)?(?:told|advised|recommended|suggested|instructed|encouraged|urged|counsel\w*|reminded)\b"
    r"(?![^.;]*\b(?:to (?:ask|call|see|speak|talk|tell|discuss|check)|by (?:Dr|her|his|the|their))\b)",
    re.IGNORECASE,
)
_WE_SAY = regex(
    r"\b(?:I|we)(?:'ve| have|'d)? (?:\w+ly )?(?:suggest|recommend|advis|told|tell|encourag|urg|said|say|convinc"
    r"|persuad|instruct)\w*\b(?! (?:you|your|the (?:doctor|office|nurse)))",
    re.IGNORECASE,
)
_ASK_A_DOCTOR = regex(
    r"\b(?:ask|call|see|talk(?:ing)? to|speak(?:ing)? (?:to|with)|check with|told by|said by|until|unless|before|never"
    r"|not|only|n't|to)(?:ing)? (?:with )?(?:you|your|her|his|the|their|Dr|a|my)\b(?! (?:\w+ )?(?:dose|dosage|pills?"
    r"|insulin|statin|medication))"
    r"|n't\b|\bnever\b|\bnot\b",
    re.IGNORECASE,
)
_SPOKEN_OF = regex(r"\b(?:how hard|for people|people on|those on)\b", re.IGNORECASE)
_TOLD = regex(r"^,? ?(?:and )?(?:I|we) (?:tell|show|help|advise|do)\b(?! you)", re.IGNORECASE)


def judge_medication(_rule: Rule, sentence: Sentence, first: int, last: int) -> Verdict:
    """A change of medication that we bring about or advise."""
    if _ON_OUR_ADVICE.search(sentence.text):
        return "blocks"
    if denied(sentence, first, last) or somebody_elses(sentence, first) or _warned(sentence, first):
        return None
    if _NOTED.match(sentence.text) and first <= 14:
        return "blocks"
    if _WE_SAY.search(sentence.said(0, first) + " ") and not _ASK_A_DOCTOR.search(sentence.text):
        return "blocks"
    if _we_advise(sentence, first, last):
        return "blocks"
    if _is_reported(sentence, first, last):
        return None
    return _by_who(sentence, first, last)


def _warned(sentence: Sentence, first: int) -> bool:
    """ "I told him not to stop his medication"."""
    warned = re.search(r"\b(?:not|never|n't)(?: to)?(?: ever)? $", sentence.said(max(0, first - 3), first) + " ")
    return bool(warned) and sentence.words[first].low in ("stop", "skip", "quit", "drop", "cut", "pause")


def _we_advise(sentence: Sentence, first: int, last: int) -> bool:
    """ "A statin, which I advised him to stop", "… changed, and I tell them how"."""
    after = sentence.said(last, len(sentence.words))
    which = re.search(r"(?:that|which) (?:I|we)$", sentence.said(first, last))
    if which and _WE_ADVISED.match(after):
        return True
    return bool(_TOLD.match(after)) or (first > 0 and sentence.words[first - 1].low in ("i", "we"))


def _is_reported(sentence: Sentence, first: int, last: int) -> bool:
    """Whether we only hear of it, ask about it, or a prescriber does it."""
    start, end = sentence.clause_start(first), sentence.clause_end(first)
    before = sentence.said(start, first) + " "
    if _REPORTED.search(before) or _BY_THEM.search(sentence.text[len(before) :]):
        return True
    if re.search(r"\bask (?:you|your)\b", sentence.text):
        return True
    return bool(re.search(r"\bby (?:you|your|the|her|his)\b", sentence.said(last, end)))


def _by_who(sentence: Sentence, first: int, last: int) -> Verdict:
    start, end = sentence.clause_start(first), sentence.clause_end(first)
    before, after = sentence.said(start, first) + " ", sentence.said(last, len(sentence.words))
    who = _who(sentence, first)
    if who in ("ours", "service") or (with_us(sentence, last) and who != "theirs"):
        return "blocks"
    if _OUR_PEOPLE.search(after) and not re.search(r"\b(?:ask|tell|call|report)", sentence.text):
        return "blocks"
    if who == "theirs" or _SPOKEN_OF.search(before):
        return None
    if _OUR_PEOPLE.search(sentence.said(start, end)) or _PROGRAM_DOES.search(before):
        return "blocks"
    command = who == "nobody" and first - start <= 3 and sentence.tags[first] == "verb"
    intransitive = re.search(r"\b(?:when|if|after|her|his|their)\s$", before + " ", re.IGNORECASE)
    return "blocks" if command and not intransitive else None


def _who(sentence: Sentence, first: int) -> str:
    if sentence.tags[first] == "verb":
        return sentence.subject(first)
    verb = sentence.verb_before(first)
    if verb < 0:
        return "nobody"
    active = sentence.tags[verb] == "verb"
    return sentence.subject(verb) if active else "client"
