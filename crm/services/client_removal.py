"""Taking a client out for good, on request: what goes, what stays as a bare count, and nothing to undo."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa
from sqlmodel import Session

from crm.domain.client_kinds import ReportState
from crm.domain.errors import Invalid
from crm.domain.kinds import TaskState
from crm.domain.referrals import LOST_REASONS
from crm.models.clients import Client
from crm.services import audit, clients
from crm.store import client_removal as store
from crm.store import tasks as task_store
from crm.store.client_removal import tables
from crm.store.engine import Database

SOMEBODY = "a former client"
WORDS = {
    "assessment": "measuring session",
    "client_goal": "goal",
    "client_session": "session",
    "client_event": "event",
    "client_authorization": "authorization",
    "client_clearance": "clearance",
    "document": "document about them",
    "sent_client": "time we sent them to somebody",
}
PLURALS = {"sent_client": "times we sent them to somebody", "document": "documents about them"}
BLANK = {
    "birth_year": None,
    "sex": "",
    "condition": "",
    "precautions": "",
    "goals": "",
    "started_on": None,
    "ended_on": None,
    "sees_provider_on": None,
    "report_days": 0,
}


@dataclass(frozen=True, slots=True)
class Outline:
    """What taking a client out means: what goes (words and how many), how many files, and what stays as a count."""

    goes: tuple[tuple[str, int], ...]
    files: int
    referrals: int
    reports: int


def outline(session: Session, client_id: int) -> Outline:
    """What would go and what would stay. Changes nothing."""
    counted = store.counts(session, client_id)
    named = {name: WORDS[name] if counted[name] == 1 else _plural(name) for name in WORDS}
    goes = tuple((words, counted[name]) for name, words in named.items() if counted[name])
    return Outline(goes, len(store.files_of(session, client_id)), counted["referral"], _delivered(session, client_id))


def remove(
    db: Database, folder: Path, client_id: int, typed: str, *, actor_id: int | None, now: datetime
) -> int | None:
    """Take a client out. `typed` is the code, as a person confirms it; Invalid where it is another.

    Referrals and delivered reports stay without anything about the person, since the results count them: then a bare
    row without words stays too, whose id is given back.
    """
    with db.write() as session:
        client = clients.get(session, client_id)
        if typed.strip().upper() != client.code.upper():
            raise Invalid({"code": f"Type {client.code} to confirm."})
        gone = outline(session, client_id)
        kept = _take_out(session, client, now)
        files = _take_files(session, client_id, kept is not None, store.files_of(session, client_id))
        left = None if kept is None else client_id
        audit.note(session, "client_removed", kept or "", actor_id=actor_id, now=now, gone=dict(gone.goes))
    for sha256 in files:
        (folder / sha256).unlink(missing_ok=True)
    return left


def is_removed(client: Client) -> bool:
    """Whether this is what stays of somebody who was taken out."""
    return client.code.startswith("GONE-")


def _take_out(session: Session, client: Client, now: datetime) -> str | None:
    """Everything but the files; gives the neutral code of what stays, None where nothing does."""
    assert client.id is not None
    keeps = bool(store.ids(session, "referral", client.id) or _delivered(session, client.id))
    neutral = f"GONE-{client.id}"
    providers = store.concerned(session, client.id)
    codes = store.codes(session, client)
    mend = _mender(codes, SOMEBODY)
    own = {name: store.ids(session, name, client.id) for name in store.OWN}
    own |= {"client": [client.id], "referral": store.ids(session, "referral", client.id)}
    own["activity"] = _mend_timelines(session, codes, providers, own["referral"], mend)
    own["task"] = _mend_tasks(session, client.id, codes, providers, own["referral"], mend, now)
    sets = store.forget_changes(session, own)
    if sets:
        labels = tables["change_set"].c
        store.rename(session, "change_set", ["label"], labels.id.in_(sets), mend)
    audits = tables["audit_entry"].c
    named = sa.and_(audits.kind == "client", audits.subject.in_(codes))
    session.execute(tables["audit_entry"].update().where(named).values(subject=neutral))
    _bare_referrals(session, client.id)
    task_store.refresh_next_due(session, providers)
    if keeps:
        for name, value in {**BLANK, "code": neutral, "archived_at": now}.items():
            setattr(client, name, value)
        session.add(client)
    return neutral if keeps else None


def _take_files(session: Session, client_id: int, keeps: bool, files: set[int]) -> list[str]:
    """The client's own rows, then the files that nobody else uses; gives the hashes of those."""
    session.flush()
    reports = tables["due_report"]
    blank = dict.fromkeys(("bottom_line", "plan", "ask", "tolerance", "why"), "")
    store.set_all(session, "due_report", client_id, {**blank, "document_id": None, "event_id": None})
    session.execute(reports.delete().where(reports.c.client_id == client_id, reports.c.state != ReportState.DELIVERED))
    overrides = tables["text_override"]
    documents = store.ids(session, "document", client_id)
    session.execute(overrides.delete().where(overrides.c.subject == "document", overrides.c.subject_id.in_(documents)))
    store.drop(session, store.GONE, client_id)
    store.drop(session, store.AFTER, client_id)
    if not keeps:
        store.drop_rows(session, "client", [client_id])
    free = store.unused(session, files)
    store.drop_rows(session, "stored_file", free)
    return list(free.values())


def _mend_timelines(
    session: Session, codes: Sequence[str], providers: list[int], referrals: list[int], mend: Callable[[str], str]
) -> list[int]:
    """The lines stay, since they count as touches; the code goes from them, and what was said of the client."""
    c = tables["activity"].c
    about = sa.and_(c.provider_id.in_(providers), store.speaks_of(codes, c.summary, c.body, c.reason))
    changed = store.rename(session, "activity", ["summary", "body", "reason"], about, mend, evidence={})
    whose = sa.or_(c.id.in_(changed), c.referral_id.in_(referrals))
    spoken = sa.and_(whose, c.kind.in_(("client", "report", "referral")))
    session.execute(tables["activity"].update().where(spoken).values(body="", reason=""))
    mentioned = [number for (number,) in session.execute(sa.select(c.id).where(spoken))]
    return sorted({*changed, *mentioned})


def _mend_tasks(
    session: Session,
    client_id: int,
    codes: Sequence[str],
    providers: list[int],
    referrals: list[int],
    mend: Callable[[str], str],
    now: datetime,
) -> list[int]:
    """Nobody has to do anything about them any more."""
    c = tables["task"].c
    about = sa.or_(c.client_id == client_id, c.referral_id.in_(referrals))
    live = sa.and_(about, c.state.in_((TaskState.OPEN, TaskState.WAITING)))
    session.execute(tables["task"].update().where(live).values(state=TaskState.CANCELLED, closed_at=now))
    titled = sa.or_(about, sa.and_(c.provider_id.in_(providers), store.speaks_of(codes, c.title, c.why, c.remarks)))
    store.rename(session, "task", ["title", "why", "remarks"], titled, mend)
    found = [number for (number,) in session.execute(sa.select(c.id).where(titled))]
    session.execute(tables["task"].update().where(about).values(client_id=None, clearance_id=None, remarks=""))
    return found


def _bare_referrals(session: Session, client_id: int) -> None:
    """Referrals keep their days and what they brought, and lose every word about the person."""
    c = tables["referral"].c
    booked = sa.and_(c.client_id == client_id, c.booked_cents.is_not(None))
    # Their sessions are gone: what these brought can't be counted again.
    session.execute(tables["referral"].update().where(booked).values(booked_by_hand=True))
    store.set_all(session, "referral", client_id, {"reason": "", "attribution_note": ""})
    own_words = sa.and_(c.lost_reason != "", c.lost_reason.not_in(LOST_REASONS))
    store.set_all(session, "referral", client_id, {"lost_reason": "Other"}, own_words)
    step = tables["referral_step"]
    mine = step.c.referral_id.in_(store.ids(session, "referral", client_id))
    session.execute(
        step.update().where(mine, step.c.reason != "", step.c.reason.not_in(LOST_REASONS)).values(reason="Other")
    )


def _delivered(session: Session, client_id: int) -> int:
    c = tables["due_report"].c
    query = sa.select(sa.func.count()).where(c.client_id == client_id, c.state == ReportState.DELIVERED)
    return int(session.execute(query).scalar_one())


def _mender(codes: Sequence[str], instead: str) -> Callable[[str], str]:
    """Replaces a code where it stands by itself, not inside another one: K-1 isn't K-14."""
    any_of_them = "|".join(re.escape(code) for code in codes)
    pattern = re.compile(rf"(?<![\w.-])(?:{any_of_them})(?![\w-])", re.IGNORECASE)
    return lambda text: pattern.sub(instead, text)


def _plural(name: str) -> str:
    return PLURALS.get(name, f"{WORDS[name]}s")
