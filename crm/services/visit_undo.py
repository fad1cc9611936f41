"""When something about visits was undone: the sample stays here, and what other devices said is told anew."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlmodel import Session

from crm.domain.kinds import VisitState
from crm.domain.visit_entries import weigh
from crm.models.visits import Visit
from crm.services import acts, planned_visits, touches, visit_notes, visit_samples
from crm.services.days import today_of
from crm.services.reversal import Noted
from crm.store import visits as store


def settle(session: Session, found: Sequence[Noted], *, actor_id: int | None, now: datetime) -> list[str]:
    """After a change set with visits was put back. Returns in words what couldn't be."""
    kept: list[str] = []
    for row in found:
        if row.table_name == "visit_entry" and row.before is not None and row.after is not None:
            mark = _mark(row.after)
            if mark != _mark(row.before):
                kept += visit_samples.undo(session, mark, actor_id=actor_id, now=now)
    session.flush()
    for visit_id in sorted({row.row_id for row in found if row.table_name == "visit"}):
        visit = session.get(Visit, visit_id)
        if visit is not None:
            planned_visits.touched(visit, now)
            _tell_anew(session, visit, actor_id=actor_id, now=now)
    return kept


def _mark(columns: Mapping[str, object]) -> object:
    """What became of the sample that an entry asked for."""
    fields = columns.get("fields")
    return fields.get(visit_samples.MARK) if isinstance(fields, dict) else None


def _tell_anew(session: Session, visit: Visit, *, actor_id: int | None, now: datetime) -> None:
    """What other entries say about the visit stands, whatever became of the one that was there first."""
    entries = store.entries(session, visit.id or 0)
    by = entries[0].user_id if entries else actor_id
    standing = weigh(visit_notes.word_of(each) for each in entries)
    visit.field_times = {name: at.isoformat() for name, at in standing.times.items()}
    if not entries or (visit.state is VisitState.DONE and visit.activity_id is not None):
        return
    provider = touches.get_provider(session, visit.provider_id)
    label = f"Noted the visit to {provider.display_name}"
    act = acts.begin(session, "visit", label, actor_id=by, now=now, today=today_of(session, by, now))
    first = min(each.made_at for each in entries)
    day = min(today_of(session, by, first), act.today)
    line, _ = visit_notes.log(act, provider, visit, standing, happened_at=first, day=day, client_key=None)
    for each in entries:
        each.activity_id = line.id
        session.add(each)
