"""Clearance: a physician is asked whether, and within which limits, a client may exercise; open until it is back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from sqlmodel import Session

from crm.documents.faults import MissingField, TemplateFault
from crm.documents.paper_report import Filing
from crm.domain import permits
from crm.domain.calendar import add_business_days
from crm.domain.client_kinds import ClearanceAnswer, ClientRole
from crm.domain.errors import NotFound, Refused
from crm.domain.form_reading import Reading
from crm.domain.kinds import TaskKind, TaskOrigin, TaskState
from crm.domain.papers import DocumentKind
from crm.domain.permits import Standing
from crm.models.client_care import ClientClearance
from crm.models.clients import Client
from crm.models.providers import Provider
from crm.models.tasks import Task
from crm.services import client_file, client_providers, clients, files, next_steps, papers
from crm.services.acts import Act
from crm.services.paper_desk import Wish
from crm.services.papers import PRESS, Paper, Press
from crm.store import client_care as store
from crm.store import tasks as task_store
from crm.store.engine import Database

PATIENCE = 5
"""Business days after which an office that hasn't answered is asked again."""

WHY = "Nothing strenuous before the physician has answered."
SAID = {
    ClearanceAnswer.CLEARED: "cleared",
    ClearanceAnswer.LIMITED: "cleared within limits",
    ClearanceAnswer.NOT_CLEARED: "not cleared",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What asking did. `problem` is why the paper couldn't be made, where it couldn't."""

    clearance_id: int
    change_set_id: int
    due_on: date
    problem: str = ""


def standing(one: ClientClearance, today: date) -> Standing:
    """How it stands today."""
    return permits.of_clearance(one.asked_on, one.returned_on, one.answer, one.until_on, today)


def in_force(found: list[store.Asked]) -> ClientClearance | None:
    """The clearance that counts: the one returned last, else one that was asked for."""
    rows = [one.clearance for one in found]
    back = [row for row in rows if row.returned_on is not None]
    if back:
        return max(back, key=lambda row: (row.returned_on or date.min, row.id or 0))
    return next((row for row in rows if row.asked_on is not None), None)


def ask(
    db: Database,
    folder: Path,
    client_id: int,
    form: Mapping[str, str],
    *,
    actor_id: int | None,
    now: datetime,
    today: date,
    press: Press = PRESS,
) -> Asked:
    """Ask a physician: the paper is made and kept, and a follow-up stays on the list until the answer is back.

    Where the paper can't be made, asking is written down all the same and `problem` says what is missing.
    """
    with db.read() as session:
        client, provider, asked_on = _request(session, client_id, form, today)
        paper, problem = _paper(session, provider, folder, actor_id, now, press)
    sha256 = files.keep(folder, paper.pdf) if paper else ""
    with db.write() as session:
        client, provider, asked_on = _request(session, client_id, form, today)
        said = f"clearance asked of {provider.display_name}"
        act, client = client_file.begin(session, client_id, said, actor_id=actor_id, now=now, today=today)
        row = ClientClearance(
            client_id=client_id,
            provider_id=provider.id,
            asked_on=asked_on,
            document_id=_document(act, provider, paper, sha256) if paper else None,
            condition=client.condition,
            sample=client.sample,
            created_by=actor_id,
            created_at=now,
        )
        act.insert(row)
        client_providers.join(act, client, provider, ClientRole.CLEARING, since_on=asked_on, gets_reports=False)
        task = _plan(act, client, provider, row, max(add_business_days(asked_on, PATIENCE), today))
        client_file.tell(act, client, "clearance asked for", only=[provider.id])
        assert row.id is not None
        return Asked(row.id, act.id, task.due_on, problem)


def ask_again(act: Act, task: Task) -> Task | None:
    """The office was asked once more: the follow-up comes back until the answer is there."""
    row = act.session.get(ClientClearance, task.clearance_id) if task.clearance_id else None
    if row is None or row.returned_on is not None or row.archived_at is not None or row.provider_id is None:
        return None
    client = clients.get(act.session, row.client_id)
    provider = act.session.get_one(Provider, row.provider_id)
    return _plan(act, client, provider, row, add_business_days(act.today, PATIENCE))


def archive(db: Database, clearance_id: int, *, actor_id: int | None, now: datetime, today: date) -> int:
    """Put one away that was asked for or written down by mistake; gives the change set."""
    with db.write() as session:
        row = get(session, clearance_id)
        act, client = client_file.begin(
            session, row.client_id, "clearance put away", actor_id=actor_id, now=now, today=today
        )
        act.update(row, archived_at=now)
        close(act, row, TaskState.CANCELLED)
        client_file.tell(act, client, "clearance put away", only=[row.provider_id])
        return act.id


def print_for(
    session: Session, row: ClientClearance, filing: Filing, folder: Path, *, actor_id: int | None, now: datetime
) -> Paper:
    """The request with the name and birth date that the office needs: made, handed out, and kept nowhere."""
    wish = Wish(
        DocumentKind.CLEARANCE_REQUEST, row.provider_id, user_id=actor_id, now=now, folder=folder, filing=filing
    )
    return papers.make(session, wish)


def get(session: Session, clearance_id: int) -> ClientClearance:
    """A clearance; NotFound when it isn't there or was put away."""
    row = session.get(ClientClearance, clearance_id)
    if row is None or row.archived_at is not None:
        raise NotFound("This clearance isn't here any more.")
    return row


# --- asking -----------------------------------------------------------------------------------------------------------


def _request(session: Session, client_id: int, form: Mapping[str, str], today: date) -> tuple[Client, Provider, date]:
    client = clients.get(session, client_id)
    reading = Reading(form, today=today)
    asked_on = reading.day("asked_on", future=False) or today
    reading.finish()
    return client, client_providers.chosen(session, form), asked_on


def _paper(
    session: Session,
    provider: Provider,
    folder: Path,
    actor_id: int | None,
    now: datetime,
    press: Press,
) -> tuple[Paper | None, str]:
    """The request with lines in the place of the name, or why there is none."""
    wish = Wish(DocumentKind.CLEARANCE_REQUEST, provider.id, user_id=actor_id, now=now, folder=folder)
    try:
        return press(session, wish), ""
    except (MissingField, TemplateFault, Refused) as error:
        return None, papers.problem(error)


def _document(act: Act, provider: Provider, paper: Paper, sha256: str) -> int | None:
    """The blank request as it went out; it says nothing about the client, so one is kept for all."""
    file = files.row(act.session, sha256, len(paper.pdf), name=paper.file_name, mime=papers.PDF, now=act.now)
    assert file.id is not None
    kept = papers.keep_in(act.session, paper, file.id, provider_id=provider.id, actor_id=act.actor_id, now=act.now)
    return kept.id


def _plan(act: Act, client: Client, provider: Provider, row: ClientClearance, due_on: date) -> Task:
    task = Task(
        provider_id=provider.id,
        practice_id=provider.practice_id,
        client_id=client.id,
        clearance_id=row.id,
        kind=TaskKind.CLEARANCE,
        title=f"Get the clearance for {client.code} back",
        why=WHY,
        due_on=due_on,
        first_due_on=due_on,
        origin=TaskOrigin.CLIENT,
        owner_id=provider.owner_id or act.actor_id,
        created_by=act.actor_id,
        created_at=act.now,
        sample=client.sample,
    )
    act.insert(task)
    next_steps.keep_next_due(act, provider)
    return task


def close(act: Act, row: ClientClearance, state: TaskState) -> None:
    """Nobody has to ask for it any more."""
    assert row.id is not None
    for task in task_store.live_about(act.session, clearance_id=row.id):
        act.close(task, state=state)
    if row.provider_id is not None:
        next_steps.keep_next_due(act, act.session.get_one(Provider, row.provider_id))
