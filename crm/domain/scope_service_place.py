"""Judges a licensed service that nobody is named for, by the verb it belongs to or, without one, as a headline."""

from __future__ import annotations

import re

from crm.domain import scope_service_words as w
from crm.domain.scope_ours import declined, has_verb, listed_as_ours
from crm.domain.scope_reading import Sentence
from crm.domain.scope_regex import regex
from crm.domain.scope_rules import Rule, Verdict


def by_place(rule: Rule, sentence: Sentence, low: int, first: int, last: int) -> Verdict:
    """A service that nobody owns, by what stands before and behind it. `low` is where its phrase begins."""
    start, end = sentence.clause_start(first), sentence.clause_end(first)
    before = sentence.said(start, low) + " "
    previous = sentence.words[low - 1].low if low > start else ""
    if previous in w.BEFORE_US - {"out", "off", "near", "about", "into", "through"}:
        return None
    if _ADVERT.match(before) and not w.BY_OTHERS.match(sentence.said(last, end)):
        return "blocks"
    if w.PART_OF.search(before) and not re.search(r"\b(?:our|my) ", before):
        return None
    if w.AS_OURS.search(before) or (previous == "through" and w.LEADS.search(before)):
        return "blocks"
    if previous == "as":
        ours = re.search(r"\b(?:I|we|me|us|my|our)\b", sentence.said(start, low), re.IGNORECASE)
        return "blocks" if ours else None
    preposition = _preposition(sentence, start, low)
    if preposition in w.BEFORE_US or (low and sentence.tags[low - 1] == "time"):
        return None
    if _is_theirs_already(rule, sentence, low, last, before):
        return None
    verb = sentence.verb_before(low)
    if verb < 0:
        return _no_verb_before(rule, sentence, low, last, end)
    return _behind_verb(rule, sentence, verb, low, last, preposition)


def _preposition(sentence: Sentence, start: int, low: int) -> str:
    """The preposition before the phrase; in "carry out the therapy" there is none."""
    previous = sentence.words[low - 1].low if low > start else ""
    if previous in _PARTICLES and low - 1 > start and sentence.tags[low - 2] == "verb":
        previous = "" if _WITH_PARTICLE.match(sentence.words[low - 2].low) else previous
    return previous if previous and sentence.tags[low - 1] in ("prep", "time", "to", "adv") else ""


_ADVERT = regex(
    r"^\W*(?:book|claim|schedule|order|get|ask for|pick up|enjoy|try|buy|reserve|start|join|discover"
    r"|choose)\s(?:(?:our|a|an|some|one of our|free|first|next|personal|custom|own)\s){0,3}$",
    re.IGNORECASE,
)
_PARTICLES = frozenset("up on out together off over".split())
_WITH_PARTICLE = regex(
    r"(?:keep|kept|carr|draw|drew|drawn|work|writ|wrote|hand|mak|made|dish|lay|laid|put|set|build|built|tak|took|pick"
    r"|line)\w*$"
)


def _is_theirs_already(rule: Rule, sentence: Sentence, low: int, last: int, before: str) -> bool:
    """Whether somebody has had it or is in the middle of it, and not with us."""
    if _is_over(sentence, last, before) and not _offered_by_us(rule, sentence, low):
        return True
    verb = sentence.verb_before(low)
    return bool(w.UNDERWAY.search(before)) and (verb < 0 or sentence.subject(verb) not in ("ours", "service"))


def _is_over(sentence: Sentence, last: int, before: str) -> bool:
    """Whether it ends, or somebody has finished it: "therapy ends", "they completed a course of therapy"."""
    ends = w.ENDS.match(sentence.said(last, sentence.clause_end(last - 1)))
    if ends and not re.search(r"\b(?:never|not|n't)\b|n't", ends[0]):
        return True
    return bool(w.FINISHED.search(before))


def _offered_by_us(rule: Rule, sentence: Sentence, low: int) -> bool:
    verb = sentence.verb_before(low)
    if verb < 0 or sentence.subject(verb) not in ("ours", "service"):
        return False
    if rule.key not in w.SOFT:
        return True
    said = sentence.words[verb].low
    return bool(w.OFFER.fullmatch(said)) and not re.match(
        r"(?:finish|end|start|begin|began|work|com|go|have|had|tak)", said
    )


_HAVE_OR_DO = frozenset("do does did doing have has had".split())
_UNDERWENT = frozenset("had received needed underwent went studied".split())


def _behind_verb(rule: Rule, sentence: Sentence, verb: int, low: int, last: int, preposition: str) -> Verdict:
    who, said = sentence.subject(verb), sentence.words[verb].low
    if preposition == "over" and said in ("take", "took", "taking"):
        preposition = ""
    if sentence.tags[verb] in ("be", "aux", "modal") and said not in _HAVE_OR_DO:
        return _behind_be(sentence, who, verb, low)
    if who in ("ours", "service"):
        if declined(sentence, low, last) or (rule.key in w.SOFT and said in _UNDERWENT):
            return None
        return _our_object(rule, sentence, said, low, last, preposition)
    if who == "client":
        return _given_to_a_client(sentence, verb, low, last)
    if who == "name":
        return "blocks" if not sentence.personal and w.OFFER.fullmatch(said) else None
    if who == "theirs":
        return None
    return _nobodys_object(rule, sentence, verb, preposition)


def _our_object(rule: Rule, sentence: Sentence, said: str, low: int, last: int, preposition: str) -> Verdict:
    """What we do with it: "I offer", "I end with", "I am in charge of" claim it, "I follow", "I ask about" don't."""
    if not preposition:
        return None if w.RESPECT.fullmatch(said) and not w.OFFER.fullmatch(said) else "blocks"
    if _claims_behind_preposition(rule, sentence, said, low, preposition):
        return "blocks"
    behind = sentence.words[min(last, len(sentence.words) - 1)].low
    if (
        preposition not in ("of", "with", "as", "plus", "including", "than")
        and not _SPEAKS.fullmatch(said)
        and behind not in w.INSTITUTION
    ):
        return "blocks"
    if preposition != "with" and preposition not in ("as", "plus", "including"):
        return None
    if preposition == "with":
        joins = re.match(
            r"com|end|finish|start|begin|began|combin|mix|pair|help|go|follow|open|clos|bring|conclud|step|assist"
            r"|round|fill|support|serv|keep|kept|continu|deal|wrap|treat",
            said,
        )
        return "blocks" if joins or rule.key not in w.SOFT else None
    return None if w.RESPECT.fullmatch(said) else "blocks"


#: What we may do "for", "to" or "about" therapy: send people there, ask, wait.
_SPEAKS = regex(
    r"(?:thank|ask|call|wait|refer|send|sent|driv|drove|go|went|come|came|hear|heard|talk|talk|speak|spoke|writ|wrote"
    r"|know|knew|think|thought|learn|worr|look|listen|read|point|direct|return|defer|mov|switch"
    r"|happ|leav|left|belong|connect|link|add|relat|refus|stop|compar|contribut|accompan|walk|ride|rode|meet|met|end"
    r"|respond|react|build|built|extend|pay|paid|visit|watch|match|adapt|adjust|tailor|fit|apolog|base"
    r"|wish|hop|car|limit|object|agree|subscrib|lean|respect|volunteer|observ|shadow|studi|grew|grow|found|find)\w*"
)


def _claims_behind_preposition(rule: Rule, sentence: Sentence, said: str, low: int, preposition: str) -> bool:
    governed = sentence.words[low - 2].low
    if preposition == "of" and governed in ("care", "charge"):
        return True
    if preposition == "under" and re.match(r"keep|kept|have|put|take|took", said):
        return True
    if preposition in ("on", "through") and re.match(r"put|plac|start|tak|took|walk|guid", said) and low - 2 > 0:
        return True
    if _sells(said, preposition):
        return True
    if rule.key in w.SOFT:
        return False
    if preposition in ("on", "in", "to", "into", "through", "of") and not w.RESPECT.fullmatch(said):
        return True
    if preposition in ("on", "about") and (
        governed in ("advice", "tips", "guidance") or re.match(r"advis|counsel", said)
    ):
        return True
    return preposition == "of" and bool(w.OFFER.fullmatch(said)) and not w.RESPECT.fullmatch(said)


_OUR_CLIENTS = regex(
    r"\b(?:every|each|all) (?:client|member)\b|\b(?:my|our) (?:clients|members)\b|\bclients (?:get|receive|enjoy"
    r"|have access)\b",
    re.IGNORECASE,
)


def _given_to_a_client(sentence: Sentence, verb: int, low: int, last: int) -> Verdict:
    """ "Every client gets a meal plan" comes from us, "each arrives with a prescription from their doctor" doesn't."""
    said = sentence.words[verb].low
    ours = _OUR_CLIENTS.search(sentence.said(sentence.clause_start(verb), low))
    gets = re.fullmatch(r"(?:get|got|receiv|leav|walk|go|take|enjoy|have|has)\w*", said)
    theirs = w.THEIRS_AFTER.match(sentence.said(last, len(sentence.words)))
    return "blocks" if ours and gets and not theirs else None


def _nobodys_object(rule: Rule, sentence: Sentence, verb: int, preposition: str) -> Verdict:
    """A list item such as "Includes therapy", or a subject that can't be told."""
    said = sentence.words[verb].low
    if sentence.asks:
        return None
    if verb == sentence.clause_start(verb) and w.ADVERTISED.fullmatch(said):
        return "blocks"
    if preposition:
        return None
    return "blocks" if w.OFFER.fullmatch(said) and rule.key not in w.SOFT else "warns"


def _sells(said: str, preposition: str) -> bool:
    if preposition == "for" and said in ("known", "renowned", "loved", "praised", "noted", "famed"):
        return True
    return preposition in ("in", "on", "to", "into", "at") and bool(
        re.match(r"speciali|focus|trained|certified|believ|licens|arriv|reach|com(?:e|es|ing)$|turn|involv|engag", said)
    )


_SKILLED = regex(
    r"shop for|place for|address for|source for|source of|home of|home for|destination|answer|choice|center for"
    r"|speciali|focus|expert|certified|licensed|trained|known for|all about|qualified"
)


def _behind_be(sentence: Sentence, who: str, verb: int, low: int) -> Verdict:
    """What is said to be the service: "exercise is therapy", "I'm here for treatment"."""
    if who in ("ours", "service"):
        preposition = sentence.tags[low - 1] in ("prep", "to") and low - 1 > verb
        return None if preposition and not _SKILLED.search(sentence.said(verb, low)) else "blocks"
    it = sentence.words[verb - 1].low in ("it", "this", "that") if verb else False
    return "blocks" if it and not sentence.asks else None


def _no_verb_before(rule: Rule, sentence: Sentence, low: int, last: int, end: int) -> Verdict:
    """The phrase is the subject, or there is no verb at all: a headline, list item or subject line."""
    after = sentence.said(last, end)
    start = sentence.clause_start(low)
    if _is_labelled(sentence, start) or w.BY_OTHERS.match(after):
        return None
    if w.ON_OFFER.match(after):
        return "blocks"
    if start < low and sentence.tags[low - 1] not in ("prep", "time") and low - start > 6:
        return None
    if end < len(sentence.words) and sentence.words[end - 1].low == ":" and sentence.tags[end] == "us":
        return "blocks"
    if _came_from_them(sentence, last, after):
        return None
    who, verb = sentence.predicate(last - 1)
    if verb >= 0:
        return "blocks" if (who in ("ours", "service") and rule.key not in w.SOFT) or who == "ours" else None
    if has_verb(sentence, last, end) or sentence.asks:
        if _FROM_OUR_TEAM.search(after) and not sentence.asks:
            return "blocks"
        ours = rule.key not in w.SOFT and re.search(r"\b(?:my|our|me|us)\b", after)
        return "blocks" if ours and not sentence.asks else None
    return _headline(rule, sentence, low, end)


def _headline(rule: Rule, sentence: Sentence, low: int, end: int) -> Verdict:
    """Without a verb it claims by standing there, unless it is about something else: "the gap after therapy"."""
    start = sentence.clause_start(low)
    if (low > start and sentence.tags[low - 1] in ("prep", "time", "to")) or _ABOUT.search(sentence.said(start, low)):
        return None
    if listed_as_ours(sentence, start):
        return "blocks"
    if (
        rule.key in ("diagnosis", "prescription")
        and not _AMONG_SERVICES.search(sentence.text)
        and (_LABEL.match(sentence.text) or _LABELS.search(sentence.text))
    ):
        return None
    if _is_alone(sentence, start, end) or re.search(r"\b(?:I|we|us|our|my|your trainer)\b", sentence.text):
        return "blocks"
    return "warns" if rule.key in w.SOFT else "blocks"


_AMONG_SERVICES = regex(r":\s[^.]*\b(?:treatment|therapy|rehab|exam(?:ination)?s?|prognosis)\b", re.IGNORECASE)
_LABEL = regex(r"^\W*(?:\w+\s)?(?:diagnosis|prescription)s?(?:\sor\sICD.*|\W*)$", re.IGNORECASE)
_LABELS = regex(r":\s(?:[\w-]+,\s)*(?:diagnosis|prescription),\s[\w-]+", re.IGNORECASE)
_FROM_OUR_TEAM = regex(
    r"\b(?:by|from|with) (?:what )?(?:(?:my|our) (?:\w+ )?(?:trainers?|coach(?:es)?|team|staff|studio)|me|us)\b",
    re.IGNORECASE,
)
_ABOUT = regex(
    r"\b(?:question|thank|thanks|progress|end|gap|life|graduates?|patients?|people|clients?)\b", re.IGNORECASE
)


def _is_labelled(sentence: Sentence, start: int) -> bool:
    """Behind "About:" or "For:"."""
    return (
        start > 1 and sentence.words[start - 1].low == ":" and sentence.words[start - 2].low in ("about", "for", "to")
    )


def _came_from_them(sentence: Sentence, last: int, after: str) -> bool:
    """ "The therapy they had", "the treatment that you ordered"."""
    told = sentence.tags[min(last, len(sentence.words) - 1)] in ("they", "you", "their", "your", "rel")
    praised = re.match(r"^(?:that|which) (?:never|works?|is|lasts?|can)", after)
    return told and bool(w.LEARNED.match(after)) and not praised


def _is_alone(sentence: Sentence, start: int, end: int) -> bool:
    """Whether the sentence has no verb of its own: a headline or list item."""
    return not has_verb(sentence, 0, len(sentence.words)) or (start == 0 and end >= len(sentence.words))
