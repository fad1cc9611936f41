"""Rows of the provider list as the page shows them. Written for speed: fifty rows cost about a millisecond."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any, NamedTuple

from markupsafe import Markup, escape

from crm.domain import matching, pipeline
from crm.domain.kinds import ProviderKind
from crm.domain.pipeline import LABELS
from crm.domain.services import service
from crm.domain.taxonomy import specialty
from crm.web import filters
from crm.web.cards import IN_SEQUENCE


class Frame(NamedTuple):
    """What all rows of a page share. `at` is the address of a provider's page without its number."""

    at: str
    today: date
    now: datetime
    owners: Mapping[int, str]
    tags: Mapping[int, Sequence[str]]
    switched_off: frozenset[str]
    in_sequence: frozenset[int] = frozenset()


def rows_of(rows: Sequence[Any], frame: Frame) -> Markup:
    """The rows of the table. Every text in them is escaped below."""
    return Markup("".join(_row(row, frame) for row in rows))  # noqa: S704  (`_row` escapes what people wrote)


def _row(row: Any, frame: Frame) -> str:
    """In Python and not in the template, where the same takes ten times as long."""
    edge = pipeline.due_tone(row.stage, row.next_due_on, frame.today)
    waits = filters.due(row.next_due_on, frame.today) if edge else ""
    if edge == "none" and row.id in frame.in_sequence:  # a sequence is a next step too
        edge, waits = "later", IN_SEQUENCE
    place = f"{row.practice_name}, {row.city}" if row.practice_name and row.city else row.practice_name or row.city
    sub = [specialty(row.specialty).label, place, frame.owners.get(row.owner_id, "")]
    href, name, stage = f"{frame.at}{row.id}", escape(row.display_name), row.stage
    miles = "" if row.distance_miles is None else f"{row.distance_miles:,.{1 if row.distance_miles < 20 else 0}f} mi"
    is_plain = not (row.referral_count or row.is_peer or row.deactivated_on or row.archived_at or row.sample)
    marks = "" if is_plain and not frame.tags else "".join([_pill(*mark) for mark in _marks(row, frame)])
    due = _pill(waits, edge) if edge else ""
    return (
        f'<tr data-row data-href="{href}" class="{f"edge-{edge}" if edge else ""}" tabindex="-1">'
        f'<td class="pick"><input type="checkbox" name="id" value="{row.id}" data-select data-key="x" '
        f'aria-label="Choose {name}"></td><td class="lead"><a href="{href}">{name}</a>{marks}'
        f"<small>{escape(' · '.join([part for part in sub if part]))}</small></td>"
        f'<td class="talk" data-label="Talk about">{topics(row.specialty, frame.switched_off)}</td>'
        f'<td class="fit-cell">{fit_of(_position(row, frame.switched_off))}</td><td class="number">{miles}</td>'
        f'<td class="stage-cell"><span class="pill stage stage-{stage.value}">{LABELS[stage]}</span></td>'
        f'<td class="due-cell">{due}</td><td class="touch" data-label="Last">{_touch(row, frame)}</td></tr>\n'
    )


def _pill(text: str, kind: str) -> str:
    return f' <span class="pill {kind}">{escape(text)}</span>'


@lru_cache(maxsize=512)
def topics(key: str, switched_off: frozenset[str]) -> Markup:
    """The services to talk about with a specialty, in short."""
    found = [service(one.key) for one in matching.services_for(key, switched_off) if not one.is_addon]
    return escape(", ".join(one.short for one in found[:3]))


class Position(NamedTuple):
    """All that a provider's fit depends on, and the score as it is stored."""

    specialty: str
    band: int
    has_phone: bool
    has_email: bool
    is_person: bool
    is_peer: bool
    is_deactivated: bool
    switched_off: frozenset[str]
    score: int


def _position(row: Any, switched_off: frozenset[str]) -> Position:
    return Position(
        row.specialty,
        matching.distance_band(row.distance_miles),
        bool(row.phone),
        bool(row.email),
        row.kind is ProviderKind.PERSON,
        row.is_peer and not row.peer_overridden,
        row.deactivated_on is not None,
        switched_off,
        row.fit,
    )


@lru_cache(maxsize=4096)
def fit_of(position: Position) -> Markup:
    """The score with its reasons behind it, for hovering and tapping. Providers in the same position share one."""
    given = position._asdict()
    key, band, score = given.pop("specialty"), given.pop("band"), given.pop("score")
    fit = matching.fit(key, band, **given)
    parts = Markup("").join(
        Markup("<li><span>{}</span><span>{} of {}</span></li>").format(part.words, part.points, part.most)
        for part in fit.parts
    )
    return Markup(
        '<details class="fit" name="fit"><summary title="{}"><span class="score" data-level="{}">{}</span>'
        '<span class="vh"> of 100: why</span></summary><ul>{}</ul></details>'
    ).format(fit.why, level(score), score, parts)


def level(score: int) -> str:
    """A score as one of four levels, for its colour."""
    return "best" if score >= 75 else "good" if score >= 55 else "some" if score >= 35 else "little"


def _touch(row: Any, frame: Frame) -> str:
    """As `filters.time_tag`, without the full moment: that stands on the provider's page."""
    at = row.last_touch_at
    if at is None:
        return ""
    kind = row.last_touch_kind.value.replace("_", "-").capitalize() if row.last_touch_kind else ""
    stamp = at.isoformat(timespec="seconds")
    return f'{kind} <time datetime="{stamp}" data-ago>{filters.ago(at, frame.now)}</time>'


def _marks(row: Any, frame: Frame) -> list[tuple[str, str]]:
    marks = []
    if row.referral_count:
        days = pipeline.quiet_since(
            row.stage, row.first_referral_on, row.last_referral_on, row.referral_count, frame.today
        )
        marks += [(f"Quiet for {filters.plural(days, 'day')}", "bad")] if days else []
    if row.is_peer:
        marks.append(("Peer", "warm"))
    if row.deactivated_on:
        marks.append(("NPI deactivated", "bad"))
    if row.archived_at:
        marks.append(("Put away", "warn"))
    if row.sample:
        marks.append(("Sample", ""))
    return [*marks, *((tag, "") for tag in frame.tags.get(row.id, ()))]
