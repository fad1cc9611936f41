"""Whether a text stays inside a trainer's scope of practice, by what it means and not only by its words.

A term is fine when it is denied ("I don't treat"), somebody else's act ("what you treat"), named as what came before us
("after therapy ends"), part of a title or a program's name, or quoted from the provider. Otherwise it blocks when it is
our act, our service or a claim, and warns when it can't be told.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

from crm.domain.scope_acts import judge_act
from crm.domain.scope_claims import judge_claim, judge_condition, judge_medication
from crm.domain.scope_denial import quoted
from crm.domain.scope_reading import Sentence, sentences, straight
from crm.domain.scope_rules import RULES, Kind, Rule, Verdict
from crm.domain.scope_services import judge_service
from crm.domain.scope_titles import judge_possession, judge_title

Severity = Literal["blocks", "warns"]


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
    """Everything in a text that leaves the scope of practice, in order. At most one finding for one place.

    `names` are those of providers and practices in the text: "Bayou Physical Therapy" claims nothing for us.
    """
    findings: list[Finding] = []
    for name in names:
        text = text.replace(name, "N" * len(name)) if name.strip() else text
    for first_line, paragraph in _paragraphs(text):
        findings += (replace(each, line=each.line + first_line) for each in _in_paragraph(paragraph))
    return findings


JUDGES: Mapping[Kind, Callable[[Rule, Sentence, int, int], Verdict]] = {
    "act": judge_act,
    "service": judge_service,
    "claim": judge_claim,
    "possession": judge_possession,
    "condition": judge_condition,
    "title": judge_title,
    "medication": judge_medication,
}


def blocks(findings: list[Finding]) -> list[Finding]:
    """Those that stop a text from being used."""
    return [finding for finding in findings if finding.severity == "blocks"]


def _paragraphs(text: str) -> Iterator[tuple[int, str]]:
    """Runs of lines that belong together, with the number of their first line; a list item or heading is its own."""
    gathered: list[str] = []
    first = 1
    for number, line in enumerate(text.split("\n"), start=1):
        if gathered and (not line.strip() or re.match(r"\s*(?:[-*•]|\d+[.)]|==|#)\s", line)):
            yield first, "\n".join(gathered)
            gathered = []
        if line.strip():
            first = number if not gathered else first
            gathered.append(line)
    if gathered:
        yield first, "\n".join(gathered)


@lru_cache(maxsize=2048)
def _in_paragraph(paragraph: str) -> tuple[Finding, ...]:
    """The findings of one paragraph, its lines counted from 0. Kept, since scripts share most of their paragraphs."""
    plain = straight(paragraph)
    wanted = [rule for rule in RULES if rule.pattern.search(plain)]
    found: list[tuple[int, int, Rule, Severity]] = []
    for sentence in sentences(plain) if wanted else ():
        found += _in_sentence(sentence, wanted)
    ordered = sorted(found, key=lambda each: each[0])
    return tuple(_finding(paragraph, (start, end), rule, severity) for start, end, rule, severity in ordered)


def _in_sentence(sentence: Sentence, wanted: list[Rule]) -> Iterator[tuple[int, int, Rule, Severity]]:
    """What is found in one sentence; where two rules meet in one place the first that objects is kept."""
    taken: list[tuple[int, int]] = []
    if not sentence.words:
        return
    for rule in wanted:
        for match in rule.pattern.finditer(sentence.paragraph, sentence.words[0].start, sentence.words[-1].end):
            if any(start < match.end() and match.start() < end for start, end in taken):
                continue
            if severity := _judged(rule, sentence, match):
                taken.append(match.span())
                yield (*match.span(), rule, severity)


def _judged(rule: Rule, sentence: Sentence, match: re.Match[str]) -> Verdict:
    if quoted(sentence.paragraph, *match.span()):
        return None
    return JUDGES[rule.kind](rule, sentence, *sentence.spanning(*match.span()))


def _finding(paragraph: str, span: tuple[int, int], rule: Rule, severity: Severity) -> Finding:
    """Positions of the paragraph as line and columns; a match that runs over a line end is cut there."""
    start, end = span
    line = paragraph.count("\n", 0, start)
    line_start = paragraph.rfind("\n", 0, start) + 1
    line_end = paragraph.find("\n", start)
    stop = end if line_end < 0 else min(end, line_end)
    return Finding(
        line=line,
        start=start - line_start,
        end=stop - line_start,
        rule=rule.key,
        severity=severity,
        why=rule.why,
        suggestion=rule.suggestion,
        text=paragraph[start:stop],
    )
