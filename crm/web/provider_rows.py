"""Rows of the provider list as the page shows them. Written for speed: fifty rows cost about a millisecond."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, tzinfo
from functools import lru_cache
from typing import Any, NamedTuple

from markupsafe import Markup

from crm.domain import matching, pipeline
from crm.domain.kinds import ProviderKind
from crm.domain.matching import Fit
from crm.domain.pipeline import LABELS
from crm.domain.services import service
from crm.domain.taxonomy import specialty
from crm.web import filters


class Row(NamedTuple):
    """One row, in words."""

    id: int
    name: str
    href: str
    place: str
    specialty: str
    topics: str
    fit: Markup
    miles: str
    stage: str
    stage_label: str
    edge: str
    due: str
    due_class: str
    touch: Markup
    owner: str
    marks: Sequence[tuple[str, str]]
    tags: Sequence[str]


class Frame(NamedTuple):
    """What all rows of a page share. `at` is the address of a provider's page without its number."""

    at: str
    today: date
    now: datetime
    zone: tzinfo
    owners: Mapping[int, str]
    tags: Mapping[int, Sequence[str]]
    switched_off: frozenset[str]


def row_of(row: Any, frame: Frame) -> Row:
    """One row of the list."""
    due = pipeline.due_tone(row.stage, row.next_due_on, frame.today)
    return Row(
        id=row.id,
        name=row.display_name,
        href=f"{frame.at}{row.id}",
        place=f"{row.practice_name}, {row.city}" if row.practice_name and row.city else row.practice_name or row.city,
        specialty=specialty(row.specialty).label,
        topics=topics(row.specialty, frame.switched_off),
        fit=fit_of(_fit(row, frame.switched_off), row.fit),
        miles="" if row.distance_miles is None else f"{row.distance_miles:.1f} mi",
        stage=row.stage.value,
        stage_label=LABELS[row.stage],
        edge=due,
        due="" if not due else filters.due(row.next_due_on, frame.today),
        due_class=due,
        touch=_touch(row, frame),
        owner=frame.owners.get(row.owner_id, ""),
        marks=_marks(row, frame.today),
        tags=frame.tags.get(row.id, ()),
    )


@lru_cache(maxsize=512)
def topics(key: str, switched_off: frozenset[str]) -> str:
    """The services to talk about with a specialty, in short."""
    found = [service(one.key) for one in matching.services_for(key, switched_off) if not one.is_addon]
    return ", ".join(one.short for one in found[:3])


def _fit(row: Any, switched_off: frozenset[str]) -> Fit:
    return matching.fit(
        row.specialty,
        matching.distance_band(row.distance_miles),
        has_phone=bool(row.phone),
        has_email=bool(row.email),
        is_person=row.kind is ProviderKind.PERSON,
        is_peer=row.is_peer and not row.peer_overridden,
        is_deactivated=row.deactivated_on is not None,
        switched_off=switched_off,
    )


@lru_cache(maxsize=4096)
def fit_of(fit: Fit, stored: int) -> Markup:
    """The score with its reasons behind it, for hovering and tapping. Providers in the same position share one."""
    parts = Markup("").join(
        Markup("<li><span>{}</span><span>{} of {}</span></li>").format(part.words, part.points, part.most)
        for part in fit.parts
    )
    return Markup(
        '<details class="fit"><summary title="{}"><span class="score" data-level="{}">{}</span>'
        '<span class="vh"> of 100: why</span></summary><ul>{}</ul></details>'
    ).format(fit.why, level(stored), stored, parts)


def level(score: int) -> str:
    """A score as one of four levels, for its colour."""
    return "best" if score >= 75 else "good" if score >= 55 else "some" if score >= 35 else "little"


def _touch(row: Any, frame: Frame) -> Markup:
    if row.last_touch_at is None:
        return Markup("")
    kind = row.last_touch_kind.value.replace("_", "-").capitalize() if row.last_touch_kind else ""
    return Markup("{} {}").format(kind, filters.time_tag(row.last_touch_at, frame.zone, frame.now))


def _marks(row: Any, today: date) -> list[tuple[str, str]]:
    marks = []
    if quiet := pipeline.quiet_since(row.stage, row.first_referral_on, row.last_referral_on, row.referral_count, today):
        marks.append((f"Quiet for {filters.plural(quiet, 'day')}", "bad"))
    if row.is_peer:
        marks.append(("Peer", "warm"))
    if row.deactivated_on:
        marks.append(("NPI deactivated", "bad"))
    if row.archived_at:
        marks.append(("Put away", "warn"))
    if row.sample:
        marks.append(("Sample", ""))
    return marks
