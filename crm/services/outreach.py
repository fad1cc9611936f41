"""An e-mail to a provider that is finished: sent, tried out on oneself, or sent by one's own mail program."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlmodel import Session

from crm.domain.enclosures import Enclosure
from crm.domain.errors import Invalid, Refused
from crm.domain.kinds import ActivityKind, MessageKind, TemplateKind
from crm.models.accounts import User
from crm.models.messages import Message
from crm.services import acts, attachments, messages, overrides, templates, touches
from crm.services.attachments import Ready
from crm.services.days import today_of
from crm.services.mailboxes import Post
from crm.services.messages import Draft
from crm.services.outreach_review import Review, Written, review
from crm.services.papers import PRESS, Press
from crm.services.touches import Touch
from crm.store import tasks
from crm.store.engine import Database

TESTING = "only a test to oneself"


def send(
    db: Database,
    post: Post,
    provider_id: int,
    written: Written,
    *,
    key: str,
    reason: str = "",
    task_id: int | None = None,
    papers: Sequence[Enclosure] = (),
    actor_id: int,
    now: datetime,
    press: Press = PRESS,
) -> Message:
    """Put it into the outbox with its papers, where it waits a minute. `key` makes sending a form twice harmless.

    Raises Invalid for what is to be mended, Refused for what forbids it.
    """
    ready = attachments.made_for(db, post.files, provider_id, papers, user_id=actor_id, now=now, press=press)
    with db.write() as session:
        draft = draft_of(session, post, provider_id, written, reason=reason, actor_id=actor_id, now=now)
        task_id = task_id or tasks.written_for(session, provider_id, written.template)
        final = replace(draft, dedupe_key=f"manual:{key[:80]}", task_id=task_id)
        return queue_with(session, post, final, ready, actor_id=actor_id, now=now)


def queue_with(
    session: Session,
    post: Post,
    draft: Draft,
    ready: Sequence[Ready],
    *,
    actor_id: int | None,
    now: datetime,
) -> Message:
    """Queue a message with the papers that go with it, and note which they were, in the caller's transaction."""
    enclosed = replace(draft, files=[*draft.files, *attachments.files_of(session, ready, now=now)])
    message = messages.queue_in(session, post, enclosed, actor_id=actor_id, now=now)
    attachments.note(session, message, ready, actor_id=actor_id, now=now)
    return message


def send_test(
    db: Database,
    post: Post,
    provider_id: int,
    written: Written,
    *,
    papers: Sequence[Enclosure] = (),
    actor_id: int,
    now: datetime,
    press: Press = PRESS,
) -> Message:
    """The same e-mail to oneself, at once and with the same papers."""
    ready = attachments.made_for(db, post.files, provider_id, papers, user_id=actor_id, now=now, press=press)
    with db.write() as session:
        me = session.get(User, actor_id)
        if me is None:
            raise Refused("nobody", "Sign in to get a test.")
        draft = draft_of(session, post, provider_id, written, reason=TESTING, actor_id=actor_id, now=now)
        to_me = replace(
            draft,
            kind=MessageKind.TEST,
            dedupe_key=f"test:{secrets.token_hex(8)}",
            to_address=me.email,
            to_name=me.name,
            override_reason="",
            overridden=(),
            files=attachments.files_of(session, ready, now=now),
        )
        return messages.queue_in(session, post, to_me, actor_id=actor_id, now=now)


def sent_elsewhere(
    db: Database,
    provider_id: int,
    written: Written,
    *,
    reason: str = "",
    task_id: int | None = None,
    actor_id: int,
    now: datetime,
) -> int:
    """It was sent by one's own mail program: write it on the timeline. Returns the change set that undoes it."""
    with db.write() as session:
        checked = review(session, provider_id, written, actor_id, now=now)
        check(checked, reason)
        provider = touches.get_provider(session, provider_id)
        label = f"Logged an e-mail to {provider.display_name}"
        act = acts.begin(session, "log", label, actor_id=actor_id, now=now, today=today_of(session, actor_id, now))
        body = checked.email.text if checked.email else written.text
        touch = Touch(ActivityKind.EMAIL, summary=written.subject, body=body)
        task = touches.take(act, task_id or tasks.written_for(session, provider_id, written.template))
        logged = touches.log_in(act, provider, touch, task=task)
        found, line = checked.standing, logged.activity_id
        overrides.allow(session, "activity", line, found, reason, provider_id=provider_id, actor_id=actor_id, now=now)
        return act.id


def check(checked: Review, reason: str) -> None:
    """Raise Refused or Invalid unless it may go: nothing empty, nobody blocked, a reason where one is needed."""
    if checked.refusal:
        raise Refused("not_to_them", checked.refusal)
    if checked.to_fill:
        raise Invalid({"text": checked.to_fill[0]})
    if checked.needs_reason:
        try:
            overrides.checked_reason(reason, checked.standing)
        except Invalid as error:
            raise Invalid({"reason": error.errors[overrides.FIELD]}) from error


def draft_of(
    session: Session, post: Post, provider_id: int, written: Written, *, reason: str, actor_id: int, now: datetime
) -> Draft:
    """A written e-mail as a draft, looked over and with its footer. Raises as `send`."""
    token = messages.new_token()
    url = messages.opt_out_url(session, post, token)
    checked = review(session, provider_id, written, actor_id, now=now, opt_out_url=url)
    check(checked, reason)
    assert checked.email is not None
    return Draft(
        kind=MessageKind.OUTREACH,
        subject=checked.email.subject,
        text=checked.email.text,
        html=checked.email.html,
        dedupe_key="",
        provider_id=provider_id,
        user_id=actor_id,
        token=token,
        template_version_id=version_of(session, written.template, now),
        merge_values={"template": written.template, "body": written.text},
        override_reason=reason.strip() if checked.needs_reason else "",
        overridden=checked.standing,
    )


def version_of(session: Session, slug: str, now: datetime) -> int | None:
    """The wording in force that an e-mail began with, as it is kept with what was sent; None for a blank one."""
    return templates.version_id(session, TemplateKind.EMAIL, slug, now=now) if slug else None
