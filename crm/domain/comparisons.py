"""From values measured over time to the lines of a report: what changed, by which published figure, and for whom.

Samples and real clients go through the same judgement. A figure is used only where the people it was found in are like
this client; where none fits, the change is shown and not judged, and the line says why.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from crm.domain import norms
from crm.domain.measures import (
    Better,
    Change,
    Cutoff,
    Hands,
    Level,
    Measure,
    Motion,
    Side,
    Threshold,
    measure,
)
from crm.domain.norms import Norm
from crm.domain.populations import Person
from crm.domain.report import Row

_DUST = 1e-9
_MEANS = {
    Level.ERROR: "beyond measurement error",
    Level.SMALL: "a small meaningful change",
    Level.MEANINGFUL: "a meaningful change",
}


@dataclass(frozen=True, slots=True)
class Point:
    """One value in the unit of its measure: when ("Week 3", a date), by whom and with what."""

    when: str
    value: float
    tester: str = ""
    device: str = ""


@dataclass(frozen=True, slots=True)
class Series:
    """The values of one measure on one side and in one way, in order of time."""

    key: str
    points: tuple[Point, ...]
    goal: float | None = None
    side: Side = Side.NONE
    motion: Motion = Motion.NONE


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a change is called and why; `error` is the measurement error that was used, for the plot's band."""

    change: Change
    basis: str = ""
    error: float | None = None
    sources: tuple[str, ...] = ()


def rows(all_series: Iterable[Series], person: Person) -> tuple[Row, ...]:
    """The lines of a report, in the order given. A measure taken once has a baseline and no `now`."""
    return tuple(row(series, person) for series in all_series if series.points)


def row(series: Series, person: Person) -> Row:
    """One line: first value, last value, judgement, norm and risk of the last value."""
    one = measure(series.key)
    first, last = series.points[0], series.points[-1]
    is_repeated = len(series.points) > 1
    verdict = judge(one, first, last, person) if is_repeated else Verdict(Change.UNJUDGED, error=_band(one, person))
    norm = norms.norm_for(one, person)
    risk, risk_words, risk_sources = at_risk(one, last.value, person, norm)
    cited = [*verdict.sources, *([norm.source.full] if norm else []), *risk_sources]
    return Row(
        key=series.key,
        label=one.label,
        unit=one.unit,
        baseline=first.value,
        now=last.value if is_repeated else None,
        goal=series.goal,
        change=verdict.change,
        side=series.side,
        motion=series.motion,
        basis=verdict.basis,
        error=verdict.error,
        norm="; ".join(filter(None, [norms.words(one, norm) if norm else "", risk_words])),
        at_risk=risk,
        series=tuple((point.when, point.value) for point in series.points),
        source="; ".join(dict.fromkeys(cited)),
    )


def judge(one: Measure, before: Point, after: Point, person: Person) -> Verdict:
    """What to call the change from one value to another."""
    if one.better is Better.TARGET or not one.thresholds:
        return Verdict(_unjudged(one, before, after))
    if one.has_motions and _other_device(before, after):
        return Verdict(
            _unjudged(one, before, after), f"Not judged: measured with {before.device}, then with {after.device}."
        )
    fitting = _fitting(one, person, _testers(before, after))
    if not fitting:
        return Verdict(_unjudged(one, before, after), _why_not(one, person))
    error = _of(fitting, Level.ERROR)
    wanted = _of(fitting, Level.MEANINGFUL)
    used = tuple(dict.fromkeys(each.source.full for each in fitting))
    change = _call(one.gain(before.value, after.value), error, wanted)
    return Verdict(change, _basis(one, fitting), error.value if error else None, used)


def at_risk(one: Measure, value: float, person: Person, norm: Norm | None) -> tuple[bool | None, str, tuple[str, ...]]:
    """Whether a value is at risk by a cut-off for people like this, in which words, and by which sources.

    None where nothing was published for people like this.
    """
    cutoffs = [each for each in one.cutoffs if each.population.has(person)]
    by_norm = norms.risk_by(norm, value) if norm else None
    if not cutoffs:
        return by_norm, "", ()
    shown = _shown(cutoffs, value)
    said = f"{shown.words} ({shown.source.short})"
    return shown.met_by(value) or bool(by_norm), said, (shown.source.full,)


def _shown(cutoffs: Sequence[Cutoff], value: float) -> Cutoff:
    """The gravest that is met (they are listed gravest first), else the mildest."""
    return next((each for each in cutoffs if each.met_by(value)), cutoffs[-1])


def _unjudged(one: Measure, before: Point, after: Point) -> Change:
    return Change.NONE if one.gain(before.value, after.value) == 0 else Change.UNJUDGED


def _call(gain: float, error: Threshold | None, wanted: Threshold | None) -> Change:
    size = abs(gain) + _DUST
    if gain == 0:
        return Change.NONE
    if error and size < error.value:
        return Change.WITHIN_ERROR
    if wanted and size < wanted.value:
        return Change.BELOW
    if not wanted and not error:
        return Change.UNJUDGED
    return Change.BETTER if gain > 0 else Change.WORSE


def _testers(before: Point, after: Point) -> Hands:
    """One tester with one device, both noted; anything else counts as two."""
    same = before.tester and _alike(before.tester, after.tester) and _alike(before.device, after.device)
    return Hands.SAME if same else Hands.OTHER


def _other_device(before: Point, after: Point) -> bool:
    return bool(before.device and after.device) and not _alike(before.device, after.device)


def _alike(one: str, other: str) -> bool:
    return one.strip().casefold() == other.strip().casefold()


def _fitting(one: Measure, person: Person, hands: Hands) -> list[Threshold]:
    """The thresholds for people like this; the widest population only where no narrower one fits."""
    fitting = [each for each in one.thresholds if each.population.has(person) and each.hands in {Hands.ANY, hands}]
    strictest: dict[Level, Threshold] = {}
    for each in fitting:
        known = strictest.get(each.level)
        if known is None or each.value > known.value:
            strictest[each.level] = each
    return list(strictest.values())


def _of(fitting: Iterable[Threshold], level: Level) -> Threshold | None:
    return next((each for each in fitting if each.level is level), None)


def _band(one: Measure, person: Person) -> float | None:
    """The error to draw around a single value."""
    error = _of(_fitting(one, person, Hands.SAME), Level.ERROR)
    return error.value if error else None


def _basis(one: Measure, fitting: Sequence[Threshold]) -> str:
    """One phrase for each figure, all in the same words: papers shorten them to fit a table."""
    ordered = sorted(fitting, key=lambda each: list(Level).index(each.level))
    return "; ".join(_says(one, each) for each in ordered) + "."


def _says(one: Measure, each: Threshold) -> str:
    return f"{_amount(one, each.value)} or more is {_MEANS[each.level]} {_for_whom(each)} ({each.source.short})"


def _for_whom(each: Threshold) -> str:
    if each.hands is Hands.SAME:
        who = "with the same tester and device"
    elif each.hands is Hands.OTHER:
        who = "between testers"
    else:
        return f"in {each.population.label}"
    return who if each.population.key == "anyone" else f"in {each.population.label}, {who}"


def _why_not(one: Measure, person: Person) -> str:
    """Names the people that the figures were published for, who are not like this client."""
    known = dict.fromkeys((each.population.label, each.source.short) for each in one.thresholds)
    listed = " and ".join(f"{label} ({short})" for label, short in known)
    unknown = " The client’s age is not known." if person.ages is None else ""
    return f"Not judged: figures were published for {listed}.{unknown}"


def _amount(one: Measure, value: float) -> str:
    unit = one.unit.removesuffix("s") if value == 1 and one.unit in {"points", "reps", "steps"} else one.unit
    return f"{value:g}{'' if unit in {'°', '%'} else ' '}{unit}"
