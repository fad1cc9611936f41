"""Reads a sentence for the scope check: its clauses, what is denied, whose act it is, when it happens.

No grammar is parsed. Each question is answered from the words before (sometimes after) a term inside its clause, which
is enough for the short, plain sentences of outreach, and errs towards asking.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Whose = Literal["ours", "theirs", "nobody"]

_ABBREVIATIONS = r"(?<!\bDr)(?<!\bMr)(?<!\bMs)(?<!\bMrs)(?<!\bSt)(?<!\bvs)(?<!e\.g)(?<!i\.e)(?<!\bM\.D)(?<!\bD\.O)"
_SENTENCE_END = re.compile(_ABBREVIATIONS + r"[.!?]+[\"”')]*(?=\s|$)")
_CLAUSE_BREAK = re.compile(
    r"[;:]|\s[–—-]\s|—"
    r"|,?\s\b(?:but|yet|whereas|because|although|though)\b"
    r"|,\s(?:(?:and|so|or|then)\s)?(?=(?:I|we|you|they|he|she|it|my|our|your|their|the|this|that|everyone"
    r"|insurance)\b)"
    r"|,\s(?:which|who|while|where)\b|\s(?:and|so)\s(?=(?:I|we|you|they|she|he)(?:'\w+)?\s)",
    re.IGNORECASE,
)

_FIRST = (
    r"(?:I|we|me|us|myself|ourselves|my (?:business|company|practice|clinic|studio|team|staff|method|approach|work"
    r"|programs?|services?|sessions?|training|exercises?|trainers?|classes|clients?)"
    r"|our (?:business|company|practice|clinic|studio|team|staff|method|approach|work|programs?|services?|sessions?"
    r"|training|exercises?|trainers?|classes|clients?|professionals?|specialists?|facility))"
)
_SECOND = (
    r"(?:you|your (?:team|staff|office|clinic|practice|therapists?|physicians?|doctors?|surgeons?|nurses?"
    r"|colleagues))"
)
_THIRD = (
    r"(?:they|he|she|who|whom|nobody|someone|(?:the|a|an|their|his|her|each|every|any|another|its"
    r"|that)\s(?:\w+\s){0,2}?"
    r"(?:physicians?|doctors?|surgeons?|therapists?|PTs?|OTs?|clinicians?|providers?|nurses?|hospital|clinic|team"
    r"|chiropractor"
    r"|dietitian|cardiologist|specialists?|oncologist|rheumatologist|pharmacist|office|practice|facility|program"
    r"|unit)"
    r"|physicians|doctors|surgeons|therapists|clinicians|providers|PTs?|OTs?|Dr\.?\s[\w’'-]+|insurance|Medicare)"
)
_ACTOR = re.compile(rf"\b(?:(?P<ours>{_FIRST})|(?P<theirs>{_SECOND}|{_THIRD}))(?='\w+\b|\b)", re.IGNORECASE)

_NEGATION = re.compile(
    r"\b(?:(?:do|does|did|can|could|will|would|should|must|is|are|was|were|am|has|have|may|might)(?:n't|\snot)"
    r"|cannot|won't|can't|shan't|never|not|neither|nor|rather than|instead of|stops? short of|refrain from|avoid"
    r"|decline to|leave)\b",
    re.IGNORECASE,
)
_NO = re.compile(r"\b(?:no|nothing|none|without|nobody|no one)\b", re.IGNORECASE)
_NOT_REALLY = re.compile(
    r"\s*(?:only|just|merely|simply|hesitate|refuse|fail|forget|stop|wait|limit|afraid|shy)\b", re.IGNORECASE
)
_DENIED_AFTER = re.compile(
    r"^\s(?:nobody|no one|none|nothing)\b|^[\w\s,/-]{0,40}?\b(?:(?:is|are|was|were|do|does)(?:n't| not)|never)\b",
    re.IGNORECASE,
)
_OUTSIDE = re.compile(r"\b(?:outside|beyond|not within)\s(?:of\s)?(?:my|our)\s(?:scope|role|work)\b", re.IGNORECASE)

_AFTER = re.compile(
    r"(?:\b(?:after|once|when(?:ever)?|since|following|until|till|before|beyond|between|during|outside|alongside"
    r"|besides"
    r"|beside|complements?|complementing|supports?|supporting|past|throughout|upon|by the time)\s"
    r"|\b(?:finish\w*|complet\w*|end\w*|leav\w*|left|discharged? from|graduat\w* from|done with|through with"
    r"|out of|ran out of"
    r"|run\w* out of|needs?|needed|need for|won in|learned in|gained in|achieved in|started in|begun in|received"
    r"|undergo\w*"
    r"|underwent|exhaust\w*|through|from|close to|near)\s)"
    r"(?:(?:the|their|his|her|your|a|an|any|all|its|formal|initial|regular|skilled|covered|outpatient|inpatient"
    r"|physical"
    r"|occupational|speech|respiratory|cardiac|pulmonary|PT|OT|or|and|and/or|medical|hospital|cancer"
    r"|the hospital's|last|final"
    r"|course of|of|rounds?|early|home|active|in|visits?|sessions?|program|coverage|surgery|chemotherapy"
    r"|radiation)[\s,]+)*$",
    re.IGNORECASE,
)
_ENDS = re.compile(
    r"^[\w\s,/’'-]{0,40}?\b(?:ends?|ended|is over|are over|is done|stops?|stopped|finish(?:es|ed)?|runs? out|ran out"
    r"|is finished|is complete|gave|gives|began|begun|comes to an end|closes)\b",
    re.IGNORECASE,
)
_QUOTE = re.compile(r"[“\"]([^”\"]*)[”\"]")
_SAID = re.compile(
    r"\b(?:you|she|he|they|Dr\.?\s[\w’'-]+|(?:the|your)\s(?:\w+\s)?(?:note|order|referral|prescription|chart"
    r"|summary|provider"
    r"|physician|doctor|therapist|office|report|letter))\b[^.“\"]{0,40}\b(?:said|told|wrote|writes|says|say|asked"
    r"|reads|read"
    r"|states?|stated|noted|notes|described|calls?|called|documented)\b[^.“\"]{0,20}$",
    re.IGNORECASE,
)


#: How many characters around a term are read: bounds the time for a text without a full stop.
_REACH = 400


@dataclass(frozen=True, slots=True)
class Clause:
    """One clause of a paragraph, and the whole paragraph around it. Positions are the paragraph's."""

    paragraph: str
    start: int
    end: int
    sentence_start: int
    sentence_end: int

    def before(self, position: int) -> str:
        """The words of the clause before a position."""
        return self.paragraph[max(self.start, position - _REACH) : position]

    def after(self, position: int) -> str:
        """The words of the clause after a position."""
        return self.paragraph[position : min(self.end, position + _REACH)]

    @property
    def sentence(self) -> str:
        """The sentence that the clause belongs to."""
        first = max(self.sentence_start, self.start - _REACH)
        return self.paragraph[first : min(self.sentence_end, self.end + _REACH, first + 3 * _REACH)]


def straight(text: str) -> str:
    """The same text, character for character, with straight apostrophes and plain spaces."""
    return text.replace("’", "'").replace("‘", "'").replace("\u00a0", " ").replace("\n", " ").replace("\t", " ")


def clauses(paragraph: str) -> Iterator[Clause]:
    """The clauses of a paragraph in order."""
    for first, last in _spans(paragraph, _SENTENCE_END, 0, len(paragraph)):
        for start, end in _spans(paragraph, _CLAUSE_BREAK, first, last):
            yield Clause(paragraph, start, end, first, last)


def _spans(text: str, breaks: re.Pattern[str], first: int, last: int) -> Iterator[tuple[int, int]]:
    start = first
    for found in breaks.finditer(text, first, last):
        if found.end() > start:
            yield start, found.end()
        start = found.end()
    if start < last:
        yield start, last


def actor(clause: Clause, position: int) -> Whose:
    """Who does what stands at `position`: the nearest person named before it."""
    found = list(_ACTOR.finditer(clause.before(position)))
    if not found:
        return "nobody"
    return "ours" if found[-1]["ours"] else "theirs"


def first_person(text: str) -> bool:
    """Whether we are the one who acts, or whose it is, in this text."""
    return bool(re.search(rf"\b(?:{_FIRST}|my|our|ours|mine)\b", text, re.IGNORECASE))


def denied(clause: Clause, start: int, end: int) -> bool:
    """Whether what stands between `start` and `end` is said not to be so."""
    before = clause.before(start)
    odd = sum(1 for found in _NEGATION.finditer(before) if not _NOT_REALLY.match(before, found.end()))
    odd += sum(1 for found in _NO.finditer(before) if _reaches(before[found.end() :]))
    if odd:
        return odd % 2 == 1
    return bool(_DENIED_AFTER.match(clause.after(end))) or bool(_OUTSIDE.search(clause.sentence))


def _reaches(between: str) -> bool:
    """A "no" or "without" reaches over a comma only in a list that goes on with "or"."""
    return "," not in between or bool(re.search(r"\b(?:or|nor)\s[\w\s]*$", between))


def later(clause: Clause, start: int, end: int) -> bool:
    """Whether a noun is named only as what came before us: "after therapy", "once their rehab ends"."""
    return bool(_AFTER.search(clause.before(start))) or bool(_ENDS.match(clause.after(end)))


def quoted(clause: Clause, start: int, end: int) -> bool:
    """Whether the term stands in quotation marks, as words of the provider."""
    if not any(mark in clause.paragraph for mark in '“"'):
        return False
    for found in _QUOTE.finditer(clause.paragraph):
        if found.start() < start and end <= found.end():
            return bool(_SAID.search(clause.paragraph[: found.start()]))
    return False
