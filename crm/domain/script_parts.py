"""Making a template of a script that somebody already has: which paragraph is which part, which words are fields."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from crm.domain.script import PARTS

QUESTIONS = "questions"
LEAVE_OUT = ""
_HEADINGS: Mapping[str, re.Pattern[str]] = {
    "opening": re.compile(r"\b(?:opening|introduc\w*|greeting|hello|hook)\b", re.IGNORECASE),
    "gap": re.compile(r"\b(?:gap|problem|need|pain point)\b", re.IGNORECASE),
    "picture": re.compile(r"\b(?:picture|vision|imagine|outcome|result|solution)\b", re.IGNORECASE),
    "alignment": re.compile(r"\b(?:alignment|align|scope|role|partner\w*|trust|credib\w*)\b", re.IGNORECASE),
    "invitation": re.compile(
        r"\b(?:invit\w*|close|closing|ask|call to action|collaborat\w*|next step)\b", re.IGNORECASE
    ),
    QUESTIONS: re.compile(r"\b(?:question\w*|discovery|listen)\b", re.IGNORECASE),
}


def _sign(*ways: str) -> re.Pattern[str]:
    return re.compile("|".join(ways), re.IGNORECASE)


_SIGNS: Sequence[tuple[str, re.Pattern[str]]] = (
    (
        "opening",
        _sign(
            r"^(?:hi|hello|good (?:morning|afternoon|day)|dear)\b",
            r"^thank you for (?:your|the) (?:time|moment)",
            r"\bmy name is\b",
            r"^I['’]m [A-Z]",
        ),
    ),
    (
        "invitation",
        _sign(
            r"\bmay I\b",
            r"\bcould we\b",
            r"\bwould you (?:be|like|consider|mind)\b",
            r"\bI['’]d (?:like|love) to\b",
            r"\bstart(?:ing)? (?:small|with)\b",
            r"\b(?:send|leave) you\b",
        ),
    ),
    (
        "alignment",
        _sign(
            r"\b(?:don['’]t|do not|never) (?:diagnose|treat|replace)",
            r"\bmy (?:role|scope)\b",
            r"\bI (?:extend|report|document|support)\b",
            r"\byour plan\b",
        ),
    ),
    ("picture", _sign(r"\bpicture\b", r"\bimagine\b", r"\bsix months\b", r"\bstronger\b", r"\bindependen")),
    (
        "gap",
        _sign(
            r"\binsurance\b",
            r"\bdischarge",
            r"\bvisits\b.{0,30}\b(?:run|used|end|up)",
            r"\bcoverage\b",
            r"\btherapy ends?\b",
            r"\bfinish\w* therapy\b",
        ),
    ),
)
_MARKED = re.compile(r"^\s*(?:#{1,6}\s*|\*\*|==\s*|\d+[.)]\s*|part \d+[:.]?\s*)*", re.IGNORECASE)
_LONGEST_HEADING = 60
_PATH = re.compile(r"[a-z_]+\.[a-z_]+")


@dataclass(frozen=True, slots=True)
class Assigned:
    """A paragraph and the part it seems to belong to; empty for one to leave out (a heading that says no more)."""

    text: str
    part: str


@dataclass(frozen=True, slots=True)
class Field:
    """Words that a merge field can stand for."""

    words: str
    path: str
    why: str


def assign(paragraphs: Iterable[str]) -> list[Assigned]:
    """Each paragraph with its part: by headings where there are some, else by what it says, in the usual order."""
    given = list(paragraphs)
    headed = [_heading(each) for each in given]
    return _by_heading(given, headed) if sum(map(bool, headed)) >= 2 else _by_words(given)


def _heading(paragraph: str) -> str:
    """The part that a short line announces; empty when it announces none."""
    plain = _MARKED.sub("", paragraph).strip(" *=#:.–—-")
    if not plain or len(plain) > _LONGEST_HEADING or "\n" in plain or paragraph.rstrip().endswith((".", "?", "!", ",")):
        return ""
    return next((part for part, pattern in _HEADINGS.items() if pattern.search(plain)), "")


def _by_heading(paragraphs: Sequence[str], headed: Sequence[str]) -> list[Assigned]:
    found, now = [], PARTS[0]
    for text, heading in zip(paragraphs, headed, strict=True):
        now = heading or now
        found.append(Assigned(text, LEAVE_OUT if heading else now))
    return found


def _by_words(paragraphs: Sequence[str]) -> list[Assigned]:
    """By what is said; parts follow each other in their order; a doubtful paragraph stays with the one before."""
    found: list[Assigned] = []
    reached = 0
    for number, text in enumerate(paragraphs):
        if text.rstrip().endswith("?") and len(text) < 120 and number >= len(paragraphs) - 3 and reached >= 3 and found:
            part = (
                "invitation" if re.search(r"\bmay I\b|\bwould you\b|\bcould we\b", text, re.IGNORECASE) else QUESTIONS
            )
            found.append(Assigned(text, part))
            continue
        said = [part for part, sign in _SIGNS if sign.search(text) and PARTS.index(part) >= reached]
        if number and said:
            reached = min(PARTS.index(part) for part in said)
        found.append(Assigned(text, PARTS[reached]))
    return found


_DOCTOR = re.compile(r"\b(?:Dr\.?|Doctor)\s+(?:\[[^\]]*\]|_{2,}|[A-Z][\w’'-]+)")


def _blank(words: str) -> re.Pattern[str]:
    """Such as "[your name]" or "(name)"."""
    return re.compile(rf"[\[({{<](?:your |my |the )?(?:{words})[\])}}>]", re.IGNORECASE)


_BLANKS: Sequence[tuple[re.Pattern[str], str, str]] = (
    (re.compile(r"[\[({<](?:your|my) (?:full )?name[\])}>]", re.IGNORECASE), "trainer.name", "Your name"),
    (_blank("(?:business|company|studio|gym)(?: name)?"), "business.name", "Your business"),
    (_blank("phone|number|phone number"), "trainer.phone", "Your number"),
    (_blank("(?:provider|doctor|physician|dr)(?:['’]s)?(?: name)?|(?:last )?name"), "provider.dear", "Whom you greet"),
    (_blank("(?:clinic|practice|office|hospital)(?: name)?"), "practice.name", "Their practice"),
    (_blank("city|town|location"), "business.city", "Your town"),
)


def fields(text: str, mine: Mapping[str, str]) -> list[Field]:
    """Names and places that a merge field can stand for. `mine` are our own values by path ("trainer.name")."""
    found: dict[str, Field] = {}
    for path, value in mine.items():
        if len(value) > 2 and re.search(rf"(?<!\w){re.escape(value)}(?!\w)", text):
            found.setdefault(value, Field(value, path, "Your own, so that it is always right"))
    for match in _DOCTOR.finditer(text):
        found.setdefault(match[0], Field(match[0], "provider.salutation", "So that each provider is called by name"))
    for pattern, path, why in _BLANKS:
        for match in pattern.finditer(text):
            found.setdefault(match[0], Field(match[0], path, why))
    return sorted(found.values(), key=lambda each: -len(each.words))


def source(assigned: Iterable[Assigned], chosen: Iterable[Field]) -> str:
    """The template: parts in their order, words replaced by fields, and nothing of the text read as a tag."""
    by_part: dict[str, list[str]] = {}
    replaced = [each for each in chosen if each.words.strip() and _PATH.fullmatch(each.path)]
    for each in assigned:
        if each.part:
            by_part.setdefault(each.part, []).append(_written(each.text, replaced, as_list=each.part == QUESTIONS))
    order = [*PARTS, QUESTIONS]
    return "\n\n".join(f"== {part} ==\n" + _joined(part, by_part[part]) for part in order if part in by_part) + "\n"


def _joined(part: str, texts: Sequence[str]) -> str:
    return ("\n" if part == QUESTIONS else "\n\n").join(texts)


def _written(text: str, chosen: Sequence[Field], *, as_list: bool) -> str:
    safe = re.sub(r"\{(?=[{%#])|(?<=[}%#])\}", "", text)
    safe = re.sub(r"(?m)^\s*==.*$", lambda found: found[0].replace("=", ""), safe)
    marks: dict[str, str] = {}
    for number, each in enumerate(chosen):
        marks[f"\ue100{number}\ue101"] = f"{{{{ {each.path} }}}}"
        safe = re.sub(rf"(?<!\w){re.escape(each.words)}(?!\w)", f"\ue100{number}\ue101", safe)
    for mark, path in marks.items():
        safe = safe.replace(mark, path)
    lines = [line.strip().lstrip("-•*–0123456789.) ") if as_list else line.strip() for line in safe.split("\n")]
    return "\n".join(f"- {line}" for line in lines if line) if as_list else "\n".join(lines)
