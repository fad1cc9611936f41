"""Whether a text stays inside a trainer's scope of practice, by what it means and not only by its words.

A term is fine when it is denied ("I don't treat"), somebody else's act ("what you treat"), named as what came before us
("after therapy ends"), part of a title or a program's name, or quoted from the provider. Otherwise it blocks when it is
our act, our service or a claim, and warns when it can't be told.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from crm.domain.scope_acting import judge_acting
from crm.domain.scope_acts import judge_act
from crm.domain.scope_care import judge_care
from crm.domain.scope_claims import judge_claim
from crm.domain.scope_conditions import judge_condition
from crm.domain.scope_denial import quoted
from crm.domain.scope_excuses import excused
from crm.domain.scope_framing import judge_frame
from crm.domain.scope_medication import judge_medication
from crm.domain.scope_mending import judge_mending
from crm.domain.scope_patients import judge_possession
from crm.domain.scope_promises import judge_promise
from crm.domain.scope_reading import Sentence
from crm.domain.scope_regex import regex
from crm.domain.scope_rules import Kind, Rule, Verdict
from crm.domain.scope_rules_frames import RULES
from crm.domain.scope_sentences import sentences, straight
from crm.domain.scope_services import judge_service
from crm.domain.scope_text import paragraphs, readable
from crm.domain.scope_titles import judge_title

Severity = Literal["blocks", "warns"]
#: More findings than this help nobody: bounds the time and the length of the answer.
MOST = 1000


@dataclass(frozen=True, slots=True)
class Finding:
    """One place that leaves the scope. Lines count from 1; start and end are code points of that line, half-open."""

    line: int
    start: int
    end: int
    rule: str
    severity: Severity
    why: str
    suggestion: str
    text: str


def check(text: str, *, names: Iterable[str] = ()) -> list[Finding]:
    """Everything in a text that leaves the scope of practice, in order, up to MOST. At most one finding for one place.

    `names` are those of providers and practices in the text: "Bayou Physical Therapy" claims nothing for us. Markup
    (HTML, Markdown, merge fields) is passed over.
    """
    read = readable(text, names)
    places: list[tuple[int, int, Rule, Severity]] = []
    for begin, paragraph in paragraphs(read.text):
        for start, end, rule, severity in _in_paragraph(paragraph):
            places.append((read.origin(begin + start), read.origin(begin + end - 1) + 1, rule, severity))
        if len(places) >= MOST:
            break
    return list(_placed(text, places[:MOST]))


JUDGES: Mapping[Kind, Callable[[Rule, Sentence, int, int], Verdict]] = {
    "act": judge_act,
    "service": judge_service,
    "claim": judge_claim,
    "possession": judge_possession,
    "condition": judge_condition,
    "title": judge_title,
    "medication": judge_medication,
    "mending": judge_mending,
    "acting": judge_acting,
    "promise": judge_promise,
    "care": judge_care,
    "frame": judge_frame,
}


def blocks(findings: list[Finding]) -> list[Finding]:
    """Those that stop a text from being used."""
    return [finding for finding in findings if finding.severity == "blocks"]


#: A piece of this length in which no two words stand side by side is no text that anybody reads.
_LONG = 500
_PROSE = regex(r"[A-Za-z]{2,}[\s,;:.!?-]{1,2}[A-Za-z]{2,}")


def _wanted(plain: str) -> list[Rule]:
    """The rules that match anywhere in a paragraph."""
    there: dict[re.Pattern[str], bool] = {}
    wanted: list[Rule] = []
    for rule in RULES:
        if rule.needs is not None and rule.needs not in there:
            there[rule.needs] = bool(rule.needs.search(plain))
        if (rule.needs is None or there[rule.needs]) and rule.pattern.search(plain):
            wanted.append(rule)
    return wanted


@lru_cache(maxsize=2048)
def _in_paragraph(paragraph: str) -> tuple[tuple[int, int, Rule, Severity], ...]:
    """What is found in one paragraph. Kept, since scripts share most of their paragraphs."""
    plain = straight(paragraph)
    if len(plain) > _LONG and not _PROSE.search(plain):
        return ()
    wanted = _wanted(plain)
    found: list[tuple[int, int, Rule, Severity]] = []
    for sentence in sentences(plain) if wanted else ():
        found += _in_sentence(sentence, wanted)
    return tuple(sorted(found, key=lambda each: each[0]))


def _in_sentence(sentence: Sentence, wanted: list[Rule]) -> list[tuple[int, int, Rule, Severity]]:
    """What is found in one sentence; where two rules meet in one place the first that blocks is kept, else the first."""
    found: list[tuple[int, int, Rule, Severity]] = []
    if not sentence.words:
        return found
    for rule in wanted:
        for match in rule.pattern.finditer(sentence.paragraph, sentence.words[0].start, sentence.words[-1].end):
            there = [each for each in found if each[0] < match.end() and match.start() < each[1]]
            if any(each[3] == "blocks" for each in there):
                continue
            severity = _judged(rule, sentence, match)
            if severity == "blocks" or (severity and not there):
                found = [each for each in found if each not in there]
                found.append((*match.span(), rule, severity))
    return found


#: "Who can treat arthritis? We can."
_ANSWERED = frozenset({"act", "service", "mending"})
_WE_CAN = regex(r"^\W*(?:yes, )?(?:we|I) (?:can|do|will|could)(?: it| that| so)?\W*(?:$|[.!] )", re.IGNORECASE)


def _judged(rule: Rule, sentence: Sentence, match: re.Match[str]) -> Verdict:
    first, last = sentence.spanning(*match.span())
    if quoted(sentence.paragraph, *match.span()):
        return None
    verdict = JUDGES[rule.kind](rule, sentence, first, last)
    if (
        verdict is None
        and sentence.asks
        and rule.kind in _ANSWERED
        and _WE_CAN.match(sentence.paragraph[sentence.words[-1].end :])
    ):
        return "blocks"
    return None if verdict and excused(sentence, first, last) else verdict


def _placed(text: str, places: list[tuple[int, int, Rule, Severity]]) -> Iterator[Finding]:
    """Positions of the text as line and columns; what runs over a line end is cut there."""
    begins = [0, *(at + 1 for at, char in enumerate(text) if char == "\n")] if places else []
    for start, end, rule, severity in places:
        line = bisect_right(begins, start)
        said = text[start:end].split("\n", 1)[0].rstrip("\r")
        first = start - begins[line - 1]
        yield Finding(line, first, first + len(said), rule.key, severity, rule.why, rule.suggestion, said)
