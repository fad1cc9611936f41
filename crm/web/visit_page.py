"""What the page of a visit shows beside the sheet's own lines: the script marked, and the form for after it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from markupsafe import Markup, escape
from sqlmodel import Session

from crm.documents.scripts import FilledScript
from crm.domain.cadence import Proposal
from crm.domain.calendar import add_business_days
from crm.domain.gifts import GiftKind
from crm.domain.kinds import ActivityKind, ContactRole, TaskKind
from crm.domain.pipeline import implied_stage
from crm.domain.script import PART_TITLES
from crm.domain.text_checks import TextFinding
from crm.domain.visit_entries import outcome_of
from crm.domain.visit_kinds import Interest, Met
from crm.models.providers import Provider
from crm.models.visits import Visit
from crm.services import next_steps
from crm.services.visit_sheets import VisitSheet
from crm.store import tasks as task_store
from crm.store import visits as store
from crm.web import labels
from crm.web.missing import Fix, doubted, fixes, marked

MET: Mapping[Met, tuple[str, str]] = {
    Met.PROVIDER: ("Met the provider", "handshake"),
    Met.STAFF: ("Staff only", "users"),
    Met.MATERIALS: ("Left materials", "files"),
    Met.NOT_POSSIBLE: ("Not possible", "circle-x"),
}
INTEREST: Mapping[Interest, str] = {Interest.WARM: "Warm", Interest.OPEN: "Open", Interest.COOL: "Cool"}
KINDS = (TaskKind.CALL, TaskKind.VISIT, TaskKind.EMAIL, TaskKind.LETTER, TaskKind.TODO)
_READ = 30


@dataclass(frozen=True, slots=True)
class Said:
    """One way to say it: its parts under their titles, and how long it takes."""

    parts: Sequence[tuple[str, Markup]]
    words: int
    length: str


@dataclass(frozen=True, slots=True)
class Before:
    """What to say, in both lengths, and what the texts lack."""

    visit: Said
    hallway: Said
    missing: Sequence[Fix]
    standing: bool


@dataclass(frozen=True, slots=True)
class After:
    """What the form offers. `proposals` by how it went ("provider", "provider+sample"): None where none follows."""

    met: Sequence[tuple[str, str, str]]
    interest: Sequence[tuple[str, str]]
    people: Sequence[tuple[int | None, str]]
    roles: Sequence[tuple[str, str]]
    kinds: Sequence[tuple[str, str]]
    days: Sequence[tuple[date, str]]
    gifts: Sequence[tuple[str, str]]
    proposals: Mapping[str, Proposal | None]


def before(told: VisitSheet) -> Before:
    """The script as it is read aloud."""
    found = told.script.looked.findings
    return Before(
        visit=_said(told.script.script, found),
        hallway=_said(told.hallway, found),
        missing=fixes(told.missing, told.provider),
        standing=bool(told.script.looked.standing),
    )


def after(session: Session, told: VisitSheet, today: date) -> After:
    """The form for afterwards."""
    return After(
        met=[(met.value, *words) for met, words in MET.items()],
        interest=[(one.value, words) for one, words in INTEREST.items()],
        people=[(one.id, f"{one.name}, {labels.label(one.role).lower()}") for one in told.people],
        roles=[(role.value, labels.label(role)) for role in ContactRole],
        kinds=[(kind.value, labels.label(kind)) for kind in KINDS],
        days=[(add_business_days(today, days), words) for days, words in _DAYS],
        gifts=[(kind.value, labels.label(kind)) for kind in GiftKind],
        proposals=_proposals(session, told.provider, today),
    )


_DAYS = ((1, "Tomorrow"), (3, "In three days"), (5, "In a week"), (15, "In three weeks"))


def planned(session: Session, provider_id: int, today: date) -> int | None:
    """The visit to this provider that is planned: one whose day has come or gone, else the next."""
    late = store.planned_until(session, provider_id, today)
    ahead = store.planned_for(session, [provider_id], today).get(provider_id)
    found = max(late, key=lambda visit: visit.planned_on, default=ahead)
    return found.id if found else None


def as_form(visit: Visit | None) -> dict[str, str]:
    """What stands about a visit, as the form's fields: to be corrected."""
    if visit is None or visit.done_at is None:
        return {}
    found = {
        "met": visit.met.value if visit.met else "",
        "wants_sample": "1" if visit.wants_sample else "0",
        "interest": visit.interest.value if visit.interest else "",
        "said": visit.said,
        "contact_id": str(visit.met_contact_id or ""),
    }
    return {name: value for name, value in found.items() if value}


def _said(script: FilledScript, findings: Sequence[TextFinding]) -> Said:
    parts = [
        (PART_TITLES[name], doubted(marked(escape(text), script.missing), findings))
        for name, text in script.parts.items()
    ]
    return Said(parts, script.words, f"{script.seconds // 60}:{script.seconds % 60:02d}")


def _proposals(session: Session, provider: Provider, today: date) -> dict[str, Proposal | None]:
    """What would follow each way it can go, as the follow-ups propose it; with a sample, what follows its leaving."""
    assert provider.id is not None
    earlier = task_store.recent_touches(session, [provider.id], limit=_READ)[provider.id]
    found = {}
    for met in Met:
        for wants_sample in (False, True):
            outcome = outcome_of({"met": met, "wants_sample": wants_sample})
            asked = TaskKind.SAMPLE if wants_sample else None
            event = next_steps.happened(ActivityKind.VISIT, outcome, earlier, asked)
            stage = implied_stage(provider.stage, ActivityKind.VISIT, outcome, sample_sent=wants_sample)
            key = f"{met}+sample" if wants_sample else met.value
            found[key] = next_steps.from_event(stage, event, today=today, return_on=provider.return_on)
    return found
