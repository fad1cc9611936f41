"""Judges nouns for licensed services: fine when owned, given or finished elsewhere, a claim when they are ours."""

from __future__ import annotations

import re

from crm.domain import scope_service_words as w
from crm.domain.scope_denial import denied, somebody_elses
from crm.domain.scope_ours import SIGNED, on_our_sign, sent_to_us, with_us
from crm.domain.scope_people import LICENSED, PLACES, is_client
from crm.domain.scope_reading import Sentence
from crm.domain.scope_regex import regex
from crm.domain.scope_rules import Rule, Verdict
from crm.domain.scope_service_place import by_place
from crm.domain.scope_titles import is_self, signature


def judge_service(rule: Rule, sentence: Sentence, first: int, last: int) -> Verdict:
    """A noun for a licensed service."""
    if _is_a_verb(sentence, first, last):
        return None  # "she massages": the rule for the verb judges it
    if _goes_on_with_us(sentence, first, last):
        return "blocks"
    if w.FOR_THE_PROVIDER.match(sentence.said(last, len(sentence.words))) or _not_to_be_stopped(sentence, first, last):
        return None
    if denied(sentence, first, last) or somebody_elses(sentence, first) or _asked_whether(sentence, first, last):
        return None
    if w.READ_OF.search(sentence.said(0, first) + " "):
        return None
    low = _first_of_list(sentence, sentence.phrase_start(first))
    owner = _owner(sentence, low, first)
    if _only_named(rule, sentence, low, first):
        return None
    if owner == "ours":
        return None if _is_institution(sentence, last) and rule.key in w.SOFT and _is_past(sentence, low) else "blocks"
    if _asked_of_us(rule, sentence, low, first, last) or _sold(sentence, low, first, last):
        return "blocks"
    return _owned(rule, sentence, low, first, last, owner)


def _not_to_be_stopped(sentence: Sentence, first: int, last: int) -> bool:
    """ "Please do not stop therapy in order to start with me": theirs goes on."""
    with_us_now = re.match(r"(?:with|at|from|by|here)\b", sentence.said(last, last + 1), re.IGNORECASE)
    return not with_us_now and bool(w.DO_NOT_STOP.search(sentence.said(0, first) + " "))


def _only_named(rule: Rule, sentence: Sentence, low: int, first: int) -> bool:
    """ "After any medication change", "people with a diagnosis of …"."""
    if rule.key == "medication_service":
        return bool(_MENTIONED.search(sentence.said(max(0, low - 5), first) + " "))
    return rule.key in ("diagnosis", "prescription") and _of_people(sentence, low)


def _is_institution(sentence: Sentence, last: int) -> bool:
    high = sentence.phrase_end(last - 1)
    return high > last and sentence.words[high - 1].low in w.INSTITUTION


def _sold(sentence: Sentence, low: int, first: int, last: int) -> bool:
    """ "Your rehab expert", "book your free massage"."""
    high = sentence.phrase_end(last - 1)
    if sentence.words[high - 1].low in w.EXPERTS and (is_self(sentence, low, high) or signature(sentence, low, high)):
        return True
    offer = _YOURS_FROM_US.match(sentence.said(sentence.clause_start(first), first) + " ")
    return bool(offer) and not w.BY_OTHERS.match(sentence.said(last, len(sentence.words)))


def _owned(rule: Rule, sentence: Sentence, low: int, first: int, last: int, owner: str) -> Verdict:
    """What somebody else is named for, or nobody."""
    if _BY_THEM.match(sentence.said(last, last + 3)):
        return None
    if "your" in sentence.tags[low:first] and not w.WITH_US.search(sentence.said(last, len(sentence.words))):
        return "blocks" if _taken_over(sentence, low) else None
    if with_us(sentence, last) and not _is_institution(sentence, last):
        return None if _is_past(sentence, low) and owner == "theirs" else "blocks"
    if owner in ("theirs", "client", "name") and not SIGNED.match(sentence.text):
        return "blocks" if _taken_over(sentence, low) else None
    verdict = _unowned(rule, sentence, low, first, last)
    return "blocks" if verdict != "blocks" and _noted(sentence, first, last, verdict) else verdict


def _asked_whether(sentence: Sentence, first: int, last: int) -> bool:
    """ "Somebody asked if I do massage, and I said no"."""
    asked = _WHETHER_WE.search(sentence.said(max(0, first - 10), first) + " ")
    return bool(asked) and bool(_SAID_NO.search(sentence.said(last, len(sentence.words))))


_WHETHER_WE = regex(
    r"\b(?:ask(?:s|ed|ing)?|wonder\w*|want\w* to know|inquir\w+) (?:\w+ ){0,3}?(?:if|whether|about) ", re.IGNORECASE
)
_SAID_NO = regex(r"\b(?:no|not|never|n't|isn't|doesn't|don't|can't|refer|sent|send|declin\w+)\b|n't\b", re.IGNORECASE)


_NOTE_LABEL = regex(
    r"^\W*(?:plan|next (?:visit|session|time)|treatment|tx|rx|goals?|discharge|session(?: \w+)?|today|interventions?"
    r"|exercise prescription|done|prognosis|services?|what)\s?:",
    re.IGNORECASE,
)
_OWN_LABEL = regex(
    r"^\W*(?:rehab|rehabilitation|therapy|treatment) (?:goals?|plan|notes?|session|log|summary|progress)\s?:",
    re.IGNORECASE,
)


def _noted(sentence: Sentence, first: int, last: int, verdict: Verdict) -> bool:
    """Whether a note of our own lists it: "Plan: continue therapy", "Rehab goals: stairs"."""
    if _OWN_LABEL.match(sentence.text) and first <= 1:
        return True
    return (
        verdict == "warns"
        and bool(_NOTE_LABEL.match(sentence.text))
        and not w.BY_OTHERS.match(sentence.said(last, len(sentence.words)))
    )


_YOURS_FROM_US = regex(
    r"^\W*(?:book|claim|schedule|order|get|ask for|pick up|reserve|start) your (?:free|first|next|personal|custom|own"
    r"|new|one-on-one|private|today's)\s(?:[\w-]+\s)?$",
    re.IGNORECASE,
)


_MENTIONED = regex(
    r"\b(?:after|if|any|when|whenever|about|of|report\w*|list\w*|not\w*|record\w*|ask\w*|know|question\w*|since"
    r"|because|until|before|the)\s(?:[\w'-]+\s){0,2}$",
    re.IGNORECASE,
)


_BY_THEM = regex(
    r"(?:by|from|per) (?:you|your|Dr|the (?:doctor|physician|surgeon|provider|therapist|hospital|clinic)|her|his|their)\b",
    re.IGNORECASE,
)


def _unowned(rule: Rule, sentence: Sentence, low: int, first: int, last: int) -> Verdict:
    """A service that the words themselves give to nobody."""
    high = sentence.phrase_end(last - 1)
    head = sentence.words[high - 1].low
    about = re.match(r"(?:ask|call|see) (?:me|us) (?:about|for)\b", sentence.text, re.IGNORECASE)
    if about and low <= 3 and re.match(r"(?:\W*$|for\b)", sentence.said(last, len(sentence.words))):
        return "blocks"
    if SIGNED.match(sentence.text) or (about and rule.key not in w.SOFT):
        return "blocks"
    if head in w.EXPERTS:
        return is_self(sentence, low, high) or signature(sentence, low, high)
    if head in w.FOR_SALE:
        return "blocks"
    if high > last and ((head in w.INSTITUTION and rule.key in w.SOFT) or head in LICENSED):
        return _as_institution(sentence, low)
    return by_place(rule, sentence, low, first, last)


def _is_a_verb(sentence: Sentence, first: int, last: int) -> bool:
    behind = sentence.tags[last] if last < len(sentence.words) else ""
    takes_object = behind in ("noun", "det", "your", "their", "our", "they")
    return last - first == 1 and sentence.tags[first] == "verb" and takes_object


def _of_people(sentence: Sentence, low: int) -> bool:
    """ "People with a diagnosis of …"."""
    return low > 1 and sentence.words[low - 1].low == "with" and is_client(sentence.words[low - 2])


def _asked_of_us(rule: Rule, sentence: Sentence, low: int, first: int, last: int) -> bool:
    """Whether we are to do it: "that you want me to write", "call me if they need", "come to me for"."""
    if _wanted_from_us(sentence, last) or _we_do_it(rule, sentence, low, last):
        return True
    if w.OUR_KIND.search(sentence.said(max(0, low - 8), low) + " "):
        return True
    if w.NEEDED_FROM_US.search(sentence.said(0, low) + " "):
        return True
    if on_our_sign(sentence, first) and not w.ENDS.match(sentence.said(last, last + 6)):
        return True
    return sent_to_us(sentence, low) and not _is_past(sentence, low) and "your" not in sentence.tags[low:first]


def _first_of_list(sentence: Sentence, low: int) -> int:
    """In "outside diagnosis and treatment" what stands before the first noun holds for the second."""
    start = sentence.clause_start(low)
    while low - 2 >= start and sentence.words[low - 1].low == "of" and sentence.words[low - 2].low in w.PARTS:
        low = max(start, sentence.phrase_start(low - 2))
    while (
        low - 2 >= start
        and sentence.words[low - 1].low in ("and", "or", ",", "/", "&")
        and sentence.tags[low - 2] == "noun"
    ):
        before = sentence.phrase_start(low - 2)
        if before < start or sentence.tags[low] in ("our", "your", "their", "det", "no"):
            break
        low = before
    return low


def _owner(sentence: Sentence, low: int, first: int) -> str:
    """Who owns the phrase: "my", "your", "the hospital's", a name."""
    for at in range(first - 1, low - 1, -1):
        tag = sentence.tags[at]
        if tag == "our":
            return "ours"
        if tag == "your":
            return "theirs"
        if tag == "their":
            return "client"
        if sentence.words[at].low in w.GIVEN:
            return "theirs"
        if tag == "pos" and at and sentence.words[at - 1].low in w.REGIONS:
            continue
        if tag == "pos":
            owner = sentence.words[at - 1] if at else None
            if (
                owner is not None
                and owner.low in _OURSELVES
                and not any(sentence.tags[low:at].count(each) for each in ("your", "their"))
            ):
                return "ours"
            if owner is not None and any(sentence.tags[each] == "our" for each in range(low, at)):
                return "client"
            return "theirs"
    names = [word for word in sentence.words[max(low, 1) : first] if word.named and word.tag == "noun"]
    term_named = sentence.words[first].named and first > 0
    return "name" if names and term_named else "none"


_OURSELVES = frozenset("trainer trainers coach coaches instructor studio gym".split())


def _goes_on_with_us(sentence: Sentence, first: int, last: int) -> bool:
    """ "Insurance may end, but our therapy doesn't", "if a patient needs rehab, send them to me"."""
    if w.GOES_ON_HERE.match(sentence.said(last, len(sentence.words))):
        return True
    ours = "our" in sentence.tags[sentence.phrase_start(first) : first]
    if ours and w.GOES_ON.match(sentence.said(last, sentence.clause_end(first))):
        return True
    needs = first > 0 and re.search(r"\bneeds? (?:an? |more |some )?$", sentence.said(max(0, first - 3), first) + " ")
    return bool(needs) and bool(w.SEND_THEM.match(sentence.said(last, len(sentence.words))))


def _we_do_it(rule: Rule, sentence: Sentence, low: int, last: int) -> bool:
    """ "The diagnosis I reached", "rehab is hard work, and I make it fun", "for macros, clients come to me"."""
    after = sentence.said(last, len(sentence.words))
    relative = w.OURS_RELATIVE.match(after)
    if relative and w.OFFER.fullmatch(relative["verb"].lower()) and not w.READS.match(relative["verb"]):
        return True
    if w.MISSED.match(after) or (low and sentence.tags[low - 1] == "time"):
        return bool(w.MISSED.match(after)) and rule.key == "diagnosis"
    return bool(w.THEN_US.search(after)) and not sentence.asks


def _wanted_from_us(sentence: Sentence, last: int) -> bool:
    """ "A meal plan that you want me to write"."""
    return bool(w.FOR_US_TO.match(sentence.said(last, len(sentence.words))))


def _is_past(sentence: Sentence, low: int) -> bool:
    before = sentence.words[low - 1].low if low else ""
    return before in w.BEFORE_US or bool(
        w.FINISHED.search(sentence.said(max(0, low - 8), low) + " ")
        or w.UNDERWAY.search(sentence.said(max(0, low - 3), low) + " ")
    )


def _taken_over(sentence: Sentence, low: int) -> bool:
    """ "I take over your patients' treatment" makes theirs ours."""
    verb = sentence.verb_before(low)
    if verb < 0 or sentence.tags[verb] != "verb" or sentence.subject(verb) != "ours":
        return bool(re.search(r"\btrust (?:me|us) with $", sentence.said(max(0, low - 3), low) + " ", re.IGNORECASE))
    between = [word.low for word in sentence.words[verb + 1 : low]]
    direct = all(word in ("over", "on", "up", "all", "of", "with", "out") for word in between)
    return direct and bool(w.TAKE_OVER.fullmatch(sentence.words[verb].low))


def _as_institution(sentence: Sentence, low: int) -> Verdict:
    """ "The rehab director" is somebody else; "we are the rehab experts" would be judged as a title."""
    verb = sentence.verb_before(low)
    if verb >= 0 and sentence.tags[verb] == "verb" and sentence.subject(verb) == "ours":
        owns = re.fullmatch(
            r"(?:run|ran|own|operat|open|sell|found|built|build|turn|start|lead)\w*", sentence.words[verb].low
        )
        adjacent = low - verb <= 1 or sentence.words[low - 1].low in ("into", "as")
        return "blocks" if owns and adjacent else None
    like = low - verb == 2 and sentence.words[low - 1].low in (
        "like",
        "basically",
        "practically",
        "essentially",
        "almost",
    )
    if verb >= 0 and sentence.tags[verb] == "be" and sentence.subject(verb) == "ours" and (low - verb <= 1 or like):
        place = sentence.words[sentence.phrase_end(low) - 1].low in PLACES and sentence.words[verb].low not in (
            "was",
            "were",
        )
        return "blocks" if place and sentence.words[low].low in ("a", "an", "your", "the") else None
    return None
