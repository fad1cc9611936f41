"""Judges titles of licensed professions that we give ourselves, and the word "patient" for our own people."""

from __future__ import annotations

import re

from crm.domain.scope_denial import denied, spoken_by_a_client
from crm.domain.scope_ours import SIGNED, bare, has_verb
from crm.domain.scope_reading import Sentence
from crm.domain.scope_rules import Rule, Verdict

_CALLED = re.compile(
    r"\b(?:call|calls|called|consider|considers|know|known|knows|introduce|introduced|see|sees|think of|hire|hired|trust|have)"
    r"\s(?:me|us|myself|ourselves)\s(?:[\w'-]+\s){0,3}?(?:as\s)?(?:a |an |the |your |their )?(?:[\w'-]+\s){0,3}$",
    re.IGNORECASE,
)
_INTRODUCED = re.compile(
    r"\b(?i:I'm|I am|my name is|my name's|this is|it's|we are|we're)\s[A-Z][\w'-]+(?:\s(?:and\s)?[A-Z][\w'-]+){0,3},?\s(?:and\s)?"
    r"(?:I'm\s)?(?:a |an |the |your |one of your )?(?:[\w'-]+\s){0,4}$"
)
_ROLE = re.compile(
    r"\b(?:my|our) (?:title|role|job|profession|background|work|card|team|team's) (?:is|says|includes)\b", re.IGNORECASE
)
_UNLICENSED = re.compile(
    r"\b(?:exercise|movement|fitness|rehab|sports?|certified|personal|kinesio|strength|pain|posture|yoga|body)\s(?:and [\w]+ )?$",
    re.IGNORECASE,
)
_STAFF = re.compile(
    r"\b(?:staff|team|we|gym|studio)\b[\w\s']{0,20}?\b(?:includes?|has|have|employs?|counts?|features?|consists? of)\b",
    re.IGNORECASE,
)
_NEED_ONE = re.compile(
    r"^(?:do you |does your \w+ )?(?:need|want|looking for|searching for|seeking)\b.{0,80}\?\s*(?:then )?(?:call|text|try|e-?mail|contact|ask for|meet|come|I am|I'm|we are|that's me)\b",
    re.IGNORECASE,
)
_FORMER = re.compile(
    r"\b(?:used to be|once was|was once|former|retired|trained as|studied|married to|daughter|son|wife|husband)\b",
    re.IGNORECASE,
)
_ONE_OF_THEM = re.compile(r"\b(?:some of the|one of the|like|as good as|same as)\s$", re.IGNORECASE)


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


def is_self(sentence: Sentence, low: int, last: int) -> Verdict:
    before = sentence.said(sentence.clause_start(low), low) + " "
    whole = sentence.paragraph[max(0, sentence.words[low].start - 120) : sentence.words[last - 1].start]
    if _FORMER.search(before):
        return None
    previous = sentence.words[low - 1].low if low else ""
    if previous in ("as", "like"):
        return _as_a_title(sentence, low, last)
    verb = sentence.verb_before(low)
    if (
        verb >= 0
        and (sentence.tags[verb] in ("be", "aux", "modal") or sentence.words[verb].low in ("become", "became"))
        and sentence.subject(verb) == "ours"
        and _is_direct(sentence, verb, low)
    ):
        return "blocks"
    if _CALLED.search(before) or _ROLE.search(before) or (_INTRODUCED.search(whole) and _ends_here(sentence, last)):
        return "blocks"
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


def _as_a_title(sentence: Sentence, low: int, last: int) -> Verdict:
    """ "As a therapist I …", "I work as a therapist", not "as the therapist asked"."""
    behind = sentence.tags[last] if last < len(sentence.words) else ""
    if behind in ("verb", "aux", "be") or (behind == "modal" and sentence.words[low - 1].low == "as"):
        return None
    start = sentence.clause_start(low)
    ours = re.search(r"\b(?:I|we|me|us|myself|ourselves)\b", sentence.said(start, low), re.IGNORECASE)
    leads = low - 1 == start and re.search(
        r"\b(?:I|we|my|our)\b", sentence.said(last, len(sentence.words)), re.IGNORECASE
    )
    return "blocks" if ours or leads else None


def _is_direct(sentence: Sentence, verb: int, low: int) -> bool:
    between = [word.low for word in sentence.words[verb + 1 : low]]
    return all(sentence.tags[at] in ("adv", "det", "noun", "and", "be", "neg") or sentence.words[at].low in (",", "like", "certified", "licensed", "trained", "qualified")
               for at in range(verb + 1, low)) and "by" not in between  # fmt: skip


def _ends_here(sentence: Sentence, last: int) -> bool:
    return (
        last >= len(sentence.words)
        or sentence.tags[last] in ("punct", "prep", "and", "rel")
        or sentence.words[last].low == "serving"
    )


def _is_label(rule: Rule, sentence: Sentence, low: int, first: int, last: int) -> Verdict:
    """A signature or headline: "Dana Cole, Exercise Therapist". A provider's own "Anna Lee, PT" stays theirs."""
    if rule.key != "therapist" or has_verb(sentence, 0, len(sentence.words)) or sentence.asks:
        return None
    kind = sentence.said(max(0, first - 2), first) + " "
    return "blocks" if _UNLICENSED.search(kind) and _ends_here(sentence, last) and bare(sentence, low) else None


# --- patients ---------------------------------------------------------------------------------------------------------

_OURS = re.compile(r"\b(?:my|our)\s(?!(?:clients'?|client's)\s)(?:[\w-]+\s){0,2}$", re.IGNORECASE)
_SHARED = re.compile(r"\b(?:shared|mutual|common|joint)\s$", re.IGNORECASE)
_OF_US = re.compile(
    r"^(?:\s?[\w'-]+){0,3}?\s?(?:of|at|in|with|from|under|on) (?:me|us|mine|ours|my|our)\b|^\s?(?:\w+ly )?(?:joined|join|trust|love|choose|prefer|thank|rate|enjoy|adore|recommend) (?:me|us|my|our)\b|^\s?(?:who |that |whom )?(?:I|we)(?:'ve| have)? (?:\w+ly )?(?:train|coach|see|saw|have|had|help|teach|work with|worked with|supervise|trained|coached|helped|guide|take|took)\b|^\s?(?:who )?(?:train|work|exercise)s? with (?:me|us)\b",
    re.IGNORECASE,
)
_OUR_ACT = re.compile(
    r"\b(?:I|we)(?:'\w+)?\s(?:[\w']+\s){0,3}?(?:train|coach|see|saw|have|had|got|teach|exercise|progress|motivate|guide|assess|accept|take"
    r"|welcome|serve|work with|worked with|look after|care for|care deeply about|follow|supervise|schedule|book|evaluate)\w*\s"
    r"(?:[\w'-]+\s){0,4}$",
    re.IGNORECASE,
)
_THEIRS = re.compile(
    r"\b(?:your|their|his|her|whose|[\w-]+'s?|referring|of your|shared|other|for|which|what|when|if|many|most|those|these|how|that"
    r"|discharged|hospital|clinic|former|referred|from|where|sends?|send me|of)\s(?:[\w-]+\s){0,3}$",
    re.IGNORECASE,
)
_PATIENT_OF = re.compile(
    r"^\s?(?:of yours|you\b|who you|whom you|that you|in your|from your|at your|under your|leav|of (?:the|Dr)|your|with your)",
    re.IGNORECASE,
)
_ADJECTIVE = re.compile(
    r"\b(?:be|is|are|am|'m|'re|was|were|very|so|more|stay|stays|being|endlessly|and|how|too)\s$", re.IGNORECASE
)
_EVERY = re.compile(r"\b(?:every|each|all|no|any)\s(?:new\s)?$", re.IGNORECASE)
_GETS = re.compile(
    r"^(?:\w+ly )?(?:gets?|receives?|leaves?|has|have|is|are|feels?|knows?|starts?|comes?)\b", re.IGNORECASE
)
_YOURS = re.compile(r"\b(?:your|yours|you)\b", re.IGNORECASE)
_HAVE_SOME = re.compile(
    r"\b(?:I|we)(?:'ve|'m|'re)? (?:have |\w+ly |just |also )?(?:have|see|saw|train|coach|work with|worked with|working with|started with|seeing|got|take|accept)"
    r"\s(?:(?:a lot of|lots of|hundreds of|dozens of|thousands of|over|more than|many|several|some|a|an|new|two|three|four|five|ten|twelve|\d+|a few|more|other|young|older|elderly)\s)*$",
    re.IGNORECASE,
)
_CARE = re.compile(
    r"\b(?:I|we) (?:\w+ly )?(?:take care of|care for|look after)\s(?:(?!your|their)[\w'-]+\s){0,3}$", re.IGNORECASE
)
_WELCOME = re.compile(r"^\s?(?:are|is)?\s?(?:always )?(?:welcome|wanted|accepted|taken)\b", re.IGNORECASE)


def judge_possession(_rule: Rule, sentence: Sentence, first: int, last: int) -> Verdict:
    """The word "patient" for our own people."""
    start, end = sentence.clause_start(first), sentence.clause_end(first)
    before, after = sentence.said(start, first) + " ", sentence.said(last, end)
    if sentence.words[first].low == "patient" and (_ADJECTIVE.search(before)):
        return None
    if _SHARED.search(before):
        return None
    owners = sentence.tags[sentence.phrase_start(first) : first]
    if "our" in owners:
        return None if "pos" in owners else "blocks"
    if (
        _EVERY.search(before)
        and _GETS.match(after)
        and re.search(r"\b(?:I|we|my|our)\b", sentence.text, re.IGNORECASE)
        and not _YOURS.search(sentence.text)
    ):
        return "blocks"
    if _HAVE_SOME.search(before) and re.match(
        r"^(?:[.,;!]|$|(?:every|a|per|each|in|at|with|right|now|this|today|daily|from)\b)", after
    ):
        return "blocks" if not denied(sentence, first, last) else None
    if denied(sentence, first, last) or sentence.tags[min(last, len(sentence.words) - 1)] == "pos":
        return None
    if _CARE.search(before):
        return "blocks"
    if _OF_US.match(after):
        return (
            "blocks"
            if not re.search(
                r"(?:\b(?:your|their)|(?<!\bshe)(?<!\bhe)(?<!\bit)(?<!that)(?<!who)(?<!here)'s)\s(?:[\w-]+\s){0,2}$",
                before,
                re.IGNORECASE,
            )
            else None
        )
    if _PATIENT_OF.match(after) or _THEIRS.search(before):
        return None
    if _OUR_ACT.search(before) or (_WELCOME.match(after) and bare(sentence, first)):
        return "blocks"
    return "blocks" if re.match(r"^(?:\s?[\w'-]+){0,4} (?:with|at|from) (?:me|us|my|our)\b", after) else None
