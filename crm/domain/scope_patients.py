"""Judges the word "patient": ours are clients."""

from __future__ import annotations

import re

from crm.domain.scope_denial import denied
from crm.domain.scope_ours import bare
from crm.domain.scope_reading import Sentence
from crm.domain.scope_regex import regex
from crm.domain.scope_rules import Rule, Verdict

_OURS = regex(r"\b(?:my|our)\s(?!(?:clients'?|client's)\s)(?:[\w-]+\s){0,2}$", re.IGNORECASE)
_SHARED = regex(r"\b(?:shared|mutual|common|joint)\s$", re.IGNORECASE)
_OF_US = regex(
    r"^(?:\s?[\w'-]+){0,3}?\s?(?:of|at|in|with|from|under|on) (?:me|us|mine|ours|my|our)\b|^\s?(?:\w+ly )?(?:joined"
    r"|join|trust|love|choose|prefer|thank|rate|enjoy|adore|recommend) (?:me|us|my|our)\b|^\s?(?:who |that "
    r"|whom )?(?:I|we)(?:'ve| have)? (?:\w+ly )?(?:train|coach|see|saw|have|had|help|teach|work with|worked with"
    r"|supervise|trained|coached|helped|guide|take|took)\b|^\s?(?:who )?(?:train|work|exercise)s? with (?:me|us)\b",
    re.IGNORECASE,
)
_OUR_ACT = regex(
    r"\b(?:I|we)(?:'\w+)?\s(?:[\w']+\s){0,3}?(?:train|coach|see|saw|have|had|got|teach|exercise|progress|motivate"
    r"|guide|assess|accept|take"
    r"|welcome|serve|work with|worked with|look after|care for|care deeply about|follow|supervise|schedule|book"
    r"|evaluate)\w*\s"
    r"(?:[\w'-]+\s){0,4}$",
    re.IGNORECASE,
)
_THEIRS = regex(
    r"\b(?:your|their|his|her|whose|[\w-]+'s?|referring|of your|shared|other|for|which|what|when|if|many|most|those"
    r"|these|how|that"
    r"|discharged|hospital|clinic|former|referred|from|where|sends?|send me|of)\s(?:[\w-]+\s){0,3}$",
    re.IGNORECASE,
)
_PATIENT_OF = regex(
    r"^\s?(?:of yours|you\b|who you|whom you|that you|in your|from your|at your|under your|leav|of (?:the|Dr)|your"
    r"|with your)",
    re.IGNORECASE,
)
_ADJECTIVE = regex(
    r"\b(?:be|is|are|am|'m|'re|was|were|very|so|more|stay|stays|being|endlessly|and|how|too)\s$", re.IGNORECASE
)
_EVERY = regex(r"\b(?:every|each|all|no|any)\s(?:new\s)?$", re.IGNORECASE)
_GETS = regex(r"^(?:\w+ly )?(?:gets?|receives?|leaves?|has|have|is|are|feels?|knows?|starts?|comes?)\b", re.IGNORECASE)
_YOURS = regex(r"\b(?:your|yours|you)\b", re.IGNORECASE)
_HAVE_SOME = regex(
    r"\b(?:I|we)(?:'ve|'m|'re)? (?:have |\w+ly |just |also )?(?:have|see|saw|train|coach|work with|worked with"
    r"|working with|started with|seeing|got|take|accept)"
    r"\s(?:(?:a lot of|lots of|hundreds of|dozens of|thousands of|over|more than|many|several|some|a|an|new|two"
    r"|three|four|five|ten|twelve|\d+|a few|more|other|young|older|elderly)\s)*$",
    re.IGNORECASE,
)
_CARE = regex(
    r"\b(?:I|we) (?:\w+ly )?(?:take care of|care for|look after)\s(?:(?!your|their)[\w'-]+\s){0,3}$", re.IGNORECASE
)
_ACCEPTED = regex(
    r"\b(?:my|our) (?:\w+ )?(?:practice|studio|gym|clinic|team|program|doors?|business|place|calendar) (?:is|are) (?:\w+ )?(?:accepting"
    r"|taking|welcoming|seeing|open (?:to|for)|booking)\s(?:\w+ ){0,2}$|\b(?:my|our) (?:practice|studio|gym|clinic|team|program|doors?) (?:welcomes?|accepts?|takes?|sees?"
    r"|serves?) (?:new |more |all )?$|\b(?:my|our) (?:caseload|roster|list|schedule|panel) (?:is|has|counts|includes|holds|of)\s(?:\w+\s){0,3}$",
    re.IGNORECASE,
)
_ACCEPTING = regex(r"\b(?:accept|tak|welcom|see|book|schedul|treat|enroll)ing (?:\w+ ){0,2}$", re.IGNORECASE)
_NOTED = regex(
    r"^\W*(?:\w+(?: \w+)?\s?:\s?)?(?:this )?patient (?:\w+ly )?(?:tolerated|presents?|presented|reports|reported|seen"
    r"|was|is|has|had|met|completed|denies|denied|performed"
    r"|shows?|showed|demonstrated?s?|continues?|continued|will|arrived|complains?|complained|states|stated|improved"
    r"|progressed|received|instructed|educated|returns?)\b",
    re.IGNORECASE,
)
_NEVER_ONE = regex(
    r"\b(?:I|we)(?:'ve| have)? (?:never|hardly ever|rarely|seldom|not yet) (?:had|seen|met|lost|trained|coached|known"
    r"|failed) (?:an?|any|one) (?:\w+ )?$",
    re.IGNORECASE,
)
_OUR_CARE = regex(
    r"\b(?:under|in) (?:our|my) (?:care|hands|supervision|watch|program|studio|gym|treatment)\b", re.IGNORECASE
)
_WELCOME = regex(r"^\s?(?:are|is)?\s?(?:always )?(?:welcome|wanted|accepted|taken)\b", re.IGNORECASE)


_THEIR_OWN = regex(
    r"(?:\b(?:your|their)|(?<!\bshe)(?<!\bhe)(?<!\bit)(?<!that)(?<!who)(?<!here)'s)\s(?:[\w-]+\s){0,2}$", re.IGNORECASE
)
_OVER_WITH = regex(r"^(?:[.,;!]|$|(?:every|a|per|each|in|at|with|right|now|this|today|daily|from)\b)")
_AT_US = regex(r"^(?:\s?[\w'-]+){0,6} (?:with|at|from) (?:me|us|my|our)\b")


def judge_possession(_rule: Rule, sentence: Sentence, first: int, last: int) -> Verdict:
    """The word "patient" for our own people."""
    start, end = sentence.clause_start(first), sentence.clause_end(first)
    before, after = sentence.said(start, first) + " ", sentence.said(last, end)
    if _SHARED.search(before) or (sentence.words[first].low == "patient" and _ADJECTIVE.search(before)):
        return None
    owners = sentence.tags[sentence.phrase_start(first) : first]
    if "our" in owners:
        return None if "pos" in owners else "blocks"
    if _in_our_words(sentence, last, before, after) or _everybody(sentence, before, after):
        return "blocks"
    is_denied = denied(sentence, first, last)
    if _HAVE_SOME.search(before) and _OVER_WITH.match(after):
        return None if is_denied else "blocks"
    if is_denied or sentence.tags[min(last, len(sentence.words) - 1)] == "pos":
        return None
    if (
        _CARE.search(before)
        or _ACCEPTED.search(before)
        or (_ACCEPTING.search(before) and bare(sentence, sentence.verb_before(first)))
    ):
        return "blocks"
    if _CAME_TO_US.match(after) and not _YOURS.search(sentence.text):
        return "blocks"
    if _OF_US.match(after):
        return None if _THEIR_OWN.search(before) or _PATIENT_OF.match(after) else "blocks"
    return _at_ours(sentence, first, before, after)


def _in_our_words(sentence: Sentence, last: int, before: str, after: str) -> bool:
    """ "Patient tolerated the session" in a note, "I never had a patient who …", "under our care patients …"."""
    if _NOTED.match(sentence.said(0, last + 2)) and not sentence.asks:
        return True
    if _NEVER_ONE.search(before) and re.match(r"who|that|whose|leave|fail|get|complain", after):
        return True
    return bool(_OUR_CARE.search(sentence.text)) and not _YOURS.search(sentence.text)


_GETS_OURS = regex(
    r"^(?:gets?|receives?|has|starts? with|begins? with) (?:an? |our |their |one |free )?(?:\w+ )?(?:exam|physical|assessment"
    r"|screening|evaluation|workout|coach|trainer|training|sessions?|t-shirt)\b(?![^.;]*\b(?:by|from|at|your|you|their"
    r" (?:doctor|therapist))\b)",
    re.IGNORECASE,
)
_CAME_TO_US = regex(
    r"^\s?(?:who |that )?(?:came|comes|come|walked|called|turned up|showed up|limped) (?:\w+ ){0,2}?(?:to (?:me|us)|(?:in)?to (?:my|our)"
    r"|through our|me)\b",
    re.IGNORECASE,
)
_WHOLE = regex(r"\b(?:I|we)\b[^.;]*\b(?:whole|entire) $", re.IGNORECASE)


def _everybody(sentence: Sentence, before: str, after: str) -> bool:
    """ "Every patient gets a folder" in a text about us."""
    if (_EVERY.search(before) and _GETS_OURS.match(after)) or _WHOLE.search(before):
        return True
    ours = re.search(r"\b(?:I|we|my|our)\b", sentence.text, re.IGNORECASE)
    return bool(ours and _EVERY.search(before) and _GETS.match(after)) and not _YOURS.search(sentence.text)


def _at_ours(sentence: Sentence, first: int, before: str, after: str) -> Verdict:
    if _PATIENT_OF.match(after) or _THEIRS.search(before):
        return None
    if _OUR_ACT.search(before) or (_WELCOME.match(after) and bare(sentence, first)):
        return "blocks"
    return "blocks" if _AT_US.match(after) else None
