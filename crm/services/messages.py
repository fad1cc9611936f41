"""Putting messages into the outbox, with everything checked that can be checked before."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from crm.domain import emails
from crm.domain.errors import Invalid, Refused
from crm.domain.kinds import MessageKind, MessageState
from crm.domain.outbox import UNDO_TIME, Recipient, blocked
from crm.domain.reasons import Reason, sentence
from crm.mail.compose import new_message_id
from crm.models.accounts import Business, MailAccount, User
from crm.models.messages import Message, MessageAttachment
from crm.models.providers import Provider
from crm.services import audit, mail_timeline, mailboxes, overrides
from crm.services.mailboxes import Post
from crm.services.overrides import Blocked
from crm.store import messages as store
from crm.store import suppressions
from crm.store.engine import Database
from crm.store.mail_accounts import ENVIRONMENT

AT_ONCE = frozenset({MessageKind.TEST, MessageKind.NOTICE})
"""Kinds that go to ourselves: no minute to undo, no checks about a recipient."""


@dataclass(frozen=True)
class Draft:
    """A message to be. Subject and bodies are final: filled, with footer, and checked against scope by the caller.

    It leaves by `mail_account_id` where that is given and in use (an answer leaves by the mailbox that was written to),
    else by the mailbox of `user_id` or of whoever acts (crm.services.mailboxes.current).
    `overridden` are the blocked words that `user_id` takes responsibility for, with `override_reason`.
    `dedupe_key` names the intent ("manual:…", "step:…"): queued twice, it is one message. `token` is the unsubscribe
    token that the footer's link holds (`new_token`). Without `to_address` the provider's is taken.
    """

    kind: MessageKind
    subject: str
    text: str
    dedupe_key: str
    html: str = ""
    provider_id: int | None = None
    user_id: int | None = None
    to_address: str = ""
    to_name: str = ""
    token: str = ""
    template_version_id: int | None = None
    merge_values: Mapping[str, object] = field(default_factory=dict)
    override_reason: str = ""
    overridden: Sequence[Blocked] = ()
    send_at: datetime | None = None
    in_reply_to: str = ""
    references: Sequence[str] = ()
    task_id: int | None = None
    enrollment_step_id: int | None = None
    files: Sequence[tuple[int, str]] = ()
    mail_account_id: int | None = None


def new_token() -> str:
    """An unsubscribe token: random, never expires."""
    return secrets.token_urlsafe(24)


def opt_out_url(session: Session, post: Post, token: str) -> str:
    """The page where the recipient unsubscribes, or empty when this Handoff has no public address."""
    business = session.get(Business, 1)
    base = post.public_url or (business.public_url if business else "")
    return f"{base.rstrip('/')}/u/{token}" if base else ""


def queue(db: Database, post: Post, draft: Draft, *, actor_id: int | None, now: datetime) -> Message:
    """Put a message into the outbox, or give the one that is there under the same key. Raises Invalid and Refused."""
    try:
        with db.write() as session:
            return queue_in(session, post, draft, actor_id=actor_id, now=now)
    except IntegrityError:
        with db.read() as session:
            found = store.by_dedupe_key(session, draft.dedupe_key)
        if found is None:
            raise
        return found


def queue_in(session: Session, post: Post, draft: Draft, *, actor_id: int | None, now: datetime) -> Message:
    """As `queue`, in the caller's transaction."""
    found = store.by_dedupe_key(session, draft.dedupe_key)
    if found is not None:
        return found
    provider = session.get(Provider, draft.provider_id) if draft.provider_id is not None else None
    address = _address(draft, provider)
    _check_words(draft)
    if draft.kind not in AT_ONCE:
        _check_recipient(session, draft, provider, address)
    account = _account(session, post, draft, provider, actor_id=actor_id, now=now)
    message = _row(
        session, post, draft, provider=provider, account=account, address=address, actor_id=actor_id, now=now
    )
    session.add(message)
    session.flush()
    assert message.id is not None
    for file_id, name in draft.files:
        session.add(MessageAttachment(message_id=message.id, stored_file_id=file_id, name=name))
    if draft.override_reason and draft.overridden:
        reason = draft.override_reason
        whom, by = draft.provider_id, draft.user_id
        overrides.allow(
            session, "message", message.id, draft.overridden, reason, provider_id=whom, actor_id=by, now=now
        )
    elif draft.override_reason:
        audit.note(session, "scope_override", draft.subject, actor_id=actor_id, now=now, reason=draft.override_reason)
    mail_timeline.note(session, message, "E-mail put into the outbox", actor_id=actor_id, now=now)
    return message


def _account(
    session: Session, post: Post, draft: Draft, provider: Provider | None, *, actor_id: int | None, now: datetime
) -> MailAccount:
    if provider is not None and provider.sample:
        return mailboxes.local(session, now=now)
    given = mailboxes.in_use(session, draft.mail_account_id)
    return given or mailboxes.current(session, post, now=now, user_id=draft.user_id or actor_id)


def _address(draft: Draft, provider: Provider | None) -> str:
    address = emails.normalise(draft.to_address or (provider.email if provider else ""), field="to_address")
    if not address:
        who = provider.display_name if provider else "This person"
        raise Refused("no_address", f"{who} has no e-mail address yet.")
    if not address.isascii():
        raise Invalid({"to_address": "This address has letters that mail servers don't reliably take."})
    return address


def _check_words(draft: Draft) -> None:
    if not draft.subject.strip():
        raise Invalid({"subject": "Write a subject."})
    if not draft.text.strip():
        raise Invalid({"text": "Write the message."})
    for name, value in (("subject", draft.subject), ("text", _own_words(draft))):
        if "{{" in value or "{%" in value:
            raise Invalid({name: f"There is an unfilled field in it: {value[value.index('{') :][:40]}"})


def _own_words(draft: Draft) -> str:
    """An answer quotes what others wrote, and that may hold anything."""
    if draft.kind is not MessageKind.REPLY:
        return draft.text
    return "\n".join(line for line in draft.text.splitlines() if not line.startswith(">"))


def _check_recipient(session: Session, draft: Draft, provider: Provider | None, address: str) -> None:
    reason = blocked(recipient(session, provider, address), answering=draft.kind is MessageKind.REPLY)
    if reason is not None:
        raise Refused(reason, f"{sentence(reason)}.")
    business = session.get(Business, 1)
    if draft.kind is MessageKind.OUTREACH and not has_postal_address(business):
        raise Refused(Reason.NO_POSTAL_ADDRESS, f"{sentence(Reason.NO_POSTAL_ADDRESS)}.")


def recipient(session: Session, provider: Provider | None, address: str) -> Recipient:
    """What the rules need to know about the person, as the rows say it now."""
    gone = suppressions.by_address(session, address) is not None
    if provider is None:
        return Recipient(suppressed=gone)
    return Recipient(
        suppressed=gone,
        stage=provider.stage,
        deactivated=provider.deactivated_on is not None,
        archived=provider.archived_at is not None,
        address_changed=is_another_address(provider, address),
    )


def is_another_address(provider: Any, address: str) -> bool:
    """Whether the provider (or a row with its columns) has another address now, or a person has taken it off."""
    return bool(provider.email or "email" in provider.edited_fields) and provider.email != address


def has_postal_address(business: Business | None) -> bool:
    """Whether the law's postal address is known: street, town and ZIP."""
    return business is not None and all((business.line1.strip(), business.city.strip(), business.zip.strip()))


AS_DRAFTED = (
    *("kind", "provider_id", "user_id", "task_id", "enrollment_step_id", "template_version_id"),
    *("dedupe_key", "in_reply_to", "override_reason"),
)
"""What a message takes from its draft as it is."""


def _row(
    session: Session,
    post: Post,
    draft: Draft,
    *,
    provider: Provider | None,
    account: MailAccount,
    address: str,
    actor_id: int | None,
    now: datetime,
) -> Message:
    token = draft.token or new_token()
    at_once = draft.kind in AT_ONCE
    due_at = draft.send_at or (now if at_once else now + UNDO_TIME)
    assert account.id is not None
    return Message(
        **{name: getattr(draft, name) for name in AS_DRAFTED},
        mail_account_id=account.id,
        message_id=new_message_id(secrets.token_hex(16), account.address),
        references=" ".join(draft.references),
        unsubscribe_token=token,
        unsubscribe_url=opt_out_url(session, post, token),
        from_address=account.address,
        from_name=mailboxes.sender_name(session, account, actor_id),
        reply_to=_reply_to(session, account, actor_id),
        to_address=address,
        to_name=draft.to_name or (provider.display_name if provider else ""),
        subject=" ".join(draft.subject.split()),
        text_body=draft.text,
        html_body=draft.html,
        merge_values=dict(draft.merge_values),
        override_by=actor_id if draft.override_reason else None,
        state=MessageState.QUEUED,
        state_reason="" if at_once else Reason.SCHEDULED if draft.send_at else Reason.UNDO_TIME,
        due_at=due_at,
        waits_until=None if at_once else due_at,
        sample=provider is not None and provider.sample,
        created_by=actor_id,
        created_at=now,
    )


def _reply_to(session: Session, account: MailAccount, actor_id: int | None) -> str:
    """A mailbox of the environment may be a bare sending address: answers go to the person who writes."""
    if account.preset != ENVIRONMENT or actor_id is None:
        return ""
    user = session.get(User, actor_id)
    return user.email if user is not None and user.email != account.address else ""
