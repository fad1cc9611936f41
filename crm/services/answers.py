"""Answering a received message from here: in its thread, with its words quoted, looked over, through the outbox."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from email.parser import BytesHeaderParser
from email.policy import compat32
from email.utils import getaddresses

from sqlmodel import Session

from crm.domain import emails, text_checks
from crm.domain.errors import Invalid, NotFound, Refused
from crm.domain.inbox import InboxVerdict, answer_subject, quoted, thread_of
from crm.domain.kinds import MessageKind
from crm.domain.mail_kinds import InboundState
from crm.mail.compose import MESSAGE_ID
from crm.models.accounts import User
from crm.models.inbound import InboundMessage
from crm.models.messages import Message
from crm.models.providers import Provider
from crm.services import inbox_standing, merge, outreach, touches
from crm.services.attachments import Ready
from crm.services.days import today_of, zone_of
from crm.services.mailboxes import Post
from crm.services.messages import Draft
from crm.services.outreach_review import Review, Written, look_over
from crm.store import inbound as store
from crm.store.engine import Database

LONGEST_QUOTE = 4000


def begin(session: Session, inbound_id: int, actor_id: int | None) -> Written:
    """What the form begins with: `Re:`, the signature, and their words quoted below. Raises NotFound."""
    row = _get(session, inbound_id)
    user = session.get(User, actor_id) if actor_id is not None else None
    signature = (user.signature.strip() or user.name) if user is not None else ""
    below = f"{_line_above(session, row, actor_id)}\n{quoted(row.reply_text[:LONGEST_QUOTE])}" if row.reply_text else ""
    return Written(answer_subject(row.subject), f"\n\n{signature}\n\n{below}".rstrip() + "\n")


def answer(
    db: Database,
    post: Post,
    inbound_id: int,
    written: Written,
    *,
    key: str,
    reason: str = "",
    ready: Sequence[Ready] = (),
    actor_id: int | None,
    now: datetime,
) -> Message:
    """Put the answer into the outbox, where it waits a minute, and settle the message as answered.

    `key` makes sending the same form twice harmless; `ready` are papers that go along. Raises Invalid for what is to be
    mended (scope and identifiers among it, unless a `reason` is given), Refused for what forbids it.
    """
    with db.read() as session:
        to = _answer_address(session, post, _get(session, inbound_id))
    with db.write() as session:
        row = _get(session, inbound_id)
        checked = _looked_over(session, row, written, actor_id, now)
        if checked is not None:
            outreach.check(checked, reason)
        standing = checked.standing if checked is not None else ()
        draft = _draft(session, row, to, written, key, actor_id, reason.strip() if standing else "", now)
        draft = replace(draft, overridden=standing)
        message = outreach.queue_with(session, post, draft, ready, actor_id=actor_id, now=now)
        row.state, row.verdict = InboundState.DONE, row.verdict or InboxVerdict.ANSWERED
        row.settled_at, row.settled_by = now, actor_id
        session.add(row)
        return message


def provider_of(session: Session, inbound_id: int) -> Provider:
    """Whose message it is. Raises NotFound, and Refused while nobody has said so."""
    row = _get(session, inbound_id)
    if row.provider_id is None:
        raise Refused("unassigned", "Say first whose message this is.")
    return touches.get_provider(session, row.provider_id)


def _draft(
    session: Session,
    row: InboundMessage,
    to: str,
    written: Written,
    key: str,
    actor_id: int | None,
    reason: str,
    now: datetime,
) -> Draft:
    if not inbox_standing.may_answer(session, row):
        raise Refused("no_answer", "Nobody can be written to at this address.")
    theirs = f"<{row.message_id}>" if row.message_id else ""
    chain = [f"<{each}>" for each in row.references.split()]
    known = [each for each in thread_of(chain, theirs) if each.isascii() and MESSAGE_ID.fullmatch(each)]
    return Draft(
        kind=MessageKind.REPLY,
        subject=written.subject,
        text=written.text,
        dedupe_key=f"answer:{row.id}:{key[:80]}",
        provider_id=row.provider_id,
        user_id=actor_id,
        to_address=to,
        to_name=row.from_name[:70],
        in_reply_to=theirs if theirs in known else "",
        references=[each for each in known if each != theirs],
        mail_account_id=row.mail_account_id,
        override_reason=reason,
        template_version_id=outreach.version_of(session, written.template, now),
        merge_values={"template": written.template} if written.template else {},
    )


def _looked_over(
    session: Session, row: InboundMessage, written: Written, actor_id: int | None, now: datetime
) -> Review | None:
    """Scope of practice and identifiers in our own words; what is quoted are theirs."""
    provider = session.get(Provider, row.provider_id) if row.provider_id is not None else None
    ours = Written(written.subject, _own_words(written.text))
    if provider is None or provider.id is None:
        return _plain_review(ours)
    filling = merge.filling(session, provider.id, actor_id, now=now)
    findings = look_over(session, ours, filling.fields)
    return Review(filling.provider, None, findings=findings, standing=text_checks.blocking(findings))


def _plain_review(ours: Written) -> Review | None:
    """Nobody's fields to compare with: the words alone."""
    text = f"{ours.subject}\n\n{ours.text}"
    blocking = text_checks.blocking(text_checks.check(text))
    if not blocking:
        return None
    nobody = Provider(display_name="", sort_name="", created_at=_NEVER, updated_at=_NEVER)
    return Review(nobody, None, findings=blocking, standing=blocking)


_NEVER = datetime.fromisoformat("2000-01-01T00:00:00+00:00")


def _own_words(text: str) -> str:
    lines = text.splitlines()
    return "\n".join(line for line in lines if not line.startswith(">") and not line.endswith(" wrote:"))


def _line_above(session: Session, row: InboundMessage, actor_id: int | None) -> str:
    from zoneinfo import ZoneInfo

    local = row.received_at.astimezone(ZoneInfo(zone_of(session, actor_id)))
    day = today_of(session, actor_id, row.received_at)
    hour = local.strftime("%I:%M %p").lstrip("0")
    return f"On {day:%a, %b} {day.day}, {day.year}, at {hour}, {row.from_name or row.from_address} wrote:"


def _answer_address(session: Session, post: Post, row: InboundMessage) -> str:
    """Reply-To where they ask for it, else From."""
    try:
        raw = inbox_standing.source(session, post.files, row.id or 0)
        header = BytesHeaderParser(policy=compat32).parsebytes(raw[:200_000]).get("Reply-To", "")
        found = [address for _, address in getaddresses([str(header)]) if address]
        return emails.normalise(found[0]) if len(found) == 1 else row.from_address
    except (NotFound, Invalid, ValueError):
        return row.from_address


def _get(session: Session, inbound_id: int) -> InboundMessage:
    row = store.by_id(session, inbound_id)
    if row is None:
        raise NotFound("This message is gone.")
    return row
