"""What becomes of open follow-ups when a provider stands aside: those who said no are left in peace, those who said
"not now" come up again on their day."""

from __future__ import annotations

from crm.domain import cadence
from crm.domain.cadence import Happened
from crm.domain.kinds import ActivityKind, TaskKind, TaskOrigin, TaskState
from crm.domain.pipeline import Stage
from crm.models.providers import Provider
from crm.models.tasks import Task
from crm.services import next_steps, planned_visits
from crm.services.acts import Act
from crm.store import tasks as store

#: Owed to clients who were referred already, whatever the provider says now.
ABOUT_CLIENTS = frozenset({TaskKind.CALL_CLIENT, TaskKind.REPORT})


def settle(act: Act, provider: Provider) -> None:
    """Close follow-ups that have lost their point, plan the return, and keep the next due day. Call after the move."""
    assert provider.id is not None
    for task in store.live_of(act.session, provider.id):
        if _is_pointless(task, provider.stage):
            planned_visits.drop_of(act, task)
            act.close(task, state=TaskState.CANCELLED)
    back = cadence.propose(provider.stage, Happened(ActivityKind.NOTE), act.today, return_on=provider.return_on)
    if back is not None:
        next_steps.plan(act, provider, back, owner_id=provider.owner_id or act.actor_id)
    next_steps.keep_next_due(act, provider)


def _is_pointless(task: Task, stage: Stage) -> bool:
    if task.kind in ABOUT_CLIENTS:
        return False
    return stage is not Stage.NOT_NOW or task.origin is TaskOrigin.CADENCE
