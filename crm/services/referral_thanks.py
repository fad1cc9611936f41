"""The thank-you for a referral: drafted when it is logged, waiting to be read once and sent with one tap."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from crm.domain.cadence import THANK_YOU_SLUG
from crm.domain.errors import Refused
from crm.domain.kinds import TaskKind
from crm.models.messages import Message
from crm.models.providers import Provider
from crm.models.tasks import Task
from crm.services import outreach, outreach_review, referral_steps, touches
from crm.services.mailboxes import Post
from crm.services.outreach_review import Review, Written
from crm.store import tasks as task_store
from crm.store.engine import Database


@dataclass(frozen=True)
class Draft:
    """The filled thank-you. `task` is the follow-up that it does; None when somebody has thanked already.

    Without an e-mail address there is no `written`: a letter says it.
    """

    provider: Provider
    task: Task | None
    written: Written | None = None
    review: Review | None = None


def draft(session: Session, referral_id: int, user_id: int, *, now: datetime) -> Draft:
    """What would be sent. It never names the client."""
    referral = referral_steps.get(session, referral_id)
    provider = touches.get_provider(session, referral.provider_id)
    assert provider.id is not None
    waiting = next(iter(task_store.live_about(session, referral_id=referral_id, kind=TaskKind.THANK_YOU)), None)
    if not provider.email:
        return Draft(provider, waiting)
    written = outreach_review.begin(session, provider.id, user_id, slug=THANK_YOU_SLUG, now=now)
    return Draft(provider, waiting, written, outreach_review.review(session, provider.id, written, user_id, now=now))


def send(db: Database, post: Post, referral_id: int, *, key: str, actor_id: int, now: datetime) -> Message:
    """Put the draft into the outbox, where it waits a minute; once it has left, the follow-up is done.

    Raises Invalid for what is to be filled in, Refused for what forbids it. `key` makes a second tap harmless.
    """
    with db.read() as session:
        found = draft(session, referral_id, actor_id, now=now)
    if found.written is None or found.provider.id is None:
        raise Refused("no_address", f"There is no e-mail address for {found.provider.display_name}. Print the letter.")
    task_id = found.task.id if found.task else None
    return outreach.send(
        db, post, found.provider.id, found.written, key=key, task_id=task_id, actor_id=actor_id, now=now
    )
