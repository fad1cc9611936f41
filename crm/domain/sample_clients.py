"""Fictitious clients for the samples: one for each kind of reader, with the measures that this reader cares about.

The catalogue holds what was measured and what is told; what a change is called is judged here as for a real client. A
sentence says `{cst30:better}` for "9 to 12 reps": if the judgement were another one, the sample would not be made, so
that no sample can praise what lies inside the measurement error.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from crm.domain import comparisons, populations
from crm.domain.comparisons import Point, Series
from crm.domain.errors import NotFound
from crm.domain.measures import Change, Motion, Side, measure
from crm.domain.papers import DocumentKind
from crm.domain.populations import Person
from crm.domain.report import Report, Row, Session, Story, Subject
from crm.domain.script import Audience

WEEKS = (0, 3, 6, 12)
TESTER = "one tester throughout"

K = DocumentKind


@dataclass(frozen=True, slots=True)
class _Telling:
    """Which story of the catalogue a paper tells, up to which week, and until when was measured."""

    story: str
    week: int
    measured: int


_TOLD: Mapping[DocumentKind, _Telling] = {
    K.SAMPLE_CLIENT_INTRODUCTION: _Telling("introduction", 0, 0),
    K.SAMPLE_ASSESSMENT: _Telling("assessment", 0, 0),
    K.SAMPLE_SESSION_LOG: _Telling("progress", 6, 6),
    K.SAMPLE_PROGRESS_REPORT: _Telling("progress", 6, 6),
    K.SAMPLE_STATUS_CHANGE: _Telling("status", 6, 3),
    K.SAMPLE_DISCHARGE: _Telling("discharge", 12, 12),
}
#: What a placeholder may claim about a measure.
_CLAIMS: Mapping[str, frozenset[Change]] = {
    "better": frozenset({Change.BETTER}),
    "worse": frozenset({Change.WORSE}),
    "within": frozenset({Change.WITHIN_ERROR, Change.BELOW, Change.NONE}),
    "unjudged": frozenset({Change.UNJUDGED, Change.NONE}),
}
_PLACEHOLDER = re.compile(r"\{(\w+):(\w+)\}")


@dataclass(frozen=True, slots=True)
class SampleClient:
    """A wholly fictitious client. `sessions` is attended of scheduled at each of the weeks."""

    audience: Audience
    specialty: str
    code: str
    sex: str
    age_band: str
    condition: str
    goals: tuple[str, ...]
    limits: tuple[str, ...]
    device: str
    sessions: Mapping[int, tuple[int, int]]
    plot_key: str
    series: tuple[Series, ...]
    stories: Mapping[str, Mapping[str, Any]]
    log: tuple[Session, ...]

    @property
    def code_of_another(self) -> str:
        """The code of a second client like this one."""
        return f"{self.code}-B"

    @property
    def person(self) -> Person:
        """Who it is, as far as published figures ask."""
        return populations.person(self.condition, sex=self.sex, ages=populations.age_band(self.age_band))


def sample_client(audience: Audience, specialty: str = "") -> SampleClient:
    """The client for a specialty where there is one, else for its readers; a gatekeeper is shown the physician's."""
    wanted = Audience.PHYSICIAN if audience is Audience.GATEKEEPER else audience
    known = [each for each in sample_clients() if each.audience is wanted]
    if not known:
        raise NotFound(f"There is no sample client for {audience.value}.")
    return next((each for each in known if each.specialty == specialty), known[0])


def sample_report(audience: Audience, kind: DocumentKind, specialty: str = "") -> Report:
    """The report of one kind about the client for these readers; NotFound for a paper that is no sample."""
    if kind not in _TOLD:
        raise NotFound(f"{kind.value} is no sample about a client.")
    one = sample_client(audience, specialty)
    told = _TOLD[kind]
    rows = comparisons.rows(_until(one.series, told.measured), one.person)
    # The client whose state changed is another one, so that no sample contradicts the next.
    code = one.code_of_another if kind is K.SAMPLE_STATUS_CHANGE else one.code
    return Report(
        kind=kind,
        subject=_subject(one, code, told.week),
        rows=rows,
        plot_key=one.plot_key,
        story=_story(one, one.stories[told.story], rows, told.week),
        log=one.log if kind is K.SAMPLE_SESSION_LOG else (),
        sample=True,
    )


@cache
def sample_clients() -> tuple[SampleClient, ...]:
    """All of them, in catalogue order."""
    text = files("crm.domain").joinpath("catalogue", "sample_clients.toml").read_text(encoding="utf-8")
    return tuple(_read(row) for row in tomllib.loads(text)["client"])


def _until(all_series: Sequence[Series], week: int) -> list[Series]:
    count = WEEKS.index(week) + 1
    return [Series(each.key, each.points[:count], each.goal, each.side, each.motion) for each in all_series]


def _subject(one: SampleClient, code: str, week: int) -> Subject:
    attended, scheduled = one.sessions[week]
    return Subject(
        code=code,
        age_band=one.age_band,
        condition=one.condition,
        cleared="before week 0",
        period=f"Week 0 to week {week}" if week else "Week 0",
        attended=attended,
        scheduled=scheduled,
        limits=one.limits,
        tester=TESTER,
        device=one.device,
    )


def _story(one: SampleClient, told: Mapping[str, Any], rows: Sequence[Row], week: int) -> Story:
    def filled(text: str) -> str:
        return _filled(text, rows, one.sessions[week])

    return Story(
        bottom_line=filled(told["bottom_line"]),
        goals=one.goals,
        tolerance=filled(told.get("tolerance", "")),
        events=filled(told.get("events", "")),
        plan=tuple(filled(each) for each in told.get("plan", ())),
        ask=filled(told.get("ask", "")),
    )


def _filled(text: str, rows: Sequence[Row], sessions: tuple[int, int]) -> str:
    attended, scheduled = sessions
    text = text.replace("{attended}", str(attended)).replace("{scheduled}", str(scheduled))
    return _PLACEHOLDER.sub(lambda match: _value(rows, match[1], match[2]), text)


def _value(rows: Sequence[Row], key: str, claim: str) -> str:
    """What stands for a placeholder. ValueError when the figures don't bear the claim out."""
    row = next(each for each in rows if each.key == key)
    one = measure(key)
    assert row.baseline is not None
    if claim == "first":
        return one.say(row.baseline)
    assert row.now is not None
    if claim == "now":
        return one.say(row.now)
    if row.change not in _CLAIMS[claim]:
        raise ValueError(f"{key} is {row.change.value}, which is not {claim}")
    first = one.say(row.baseline) if one.unit == "°" else one.number(row.baseline)
    return f"{first} to {one.say(row.now)}"


def _read(row: Mapping[str, Any]) -> SampleClient:
    attended, scheduled = row["attended"], row["scheduled"]
    return SampleClient(
        audience=Audience(row["audience"]),
        specialty=row.get("specialty", ""),
        code=row["code"],
        sex=row["sex"],
        age_band=row["age_band"],
        condition=row["condition"],
        goals=tuple(row["goals"]),
        limits=tuple(row["limits"]),
        device=row.get("device", ""),
        sessions={0: (1, 1), 6: (attended[0], scheduled[0]), 12: (attended[1], scheduled[1])},
        plot_key=row["plot"],
        series=tuple(_series(each, row.get("device", "")) for each in row["measures"]),
        stories={name: row[name] for name in ("introduction", "assessment", "progress", "status", "discharge")},
        log=tuple(Session(*each) for each in row["log"]),
    )


def _series(row: Mapping[str, Any], device: str) -> Series:
    used = device if measure(row["key"]).has_motions else ""
    points = tuple(
        Point(f"Week {week}", float(value), TESTER, used) for week, value in zip(WEEKS, row["values"], strict=True)
    )
    goal = float(row["goal"]) if "goal" in row else None
    return Series(row["key"], points, goal, Side(row.get("side", "")), Motion(row.get("motion", "")))
