"""An outbox row as the bytes that leave."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session

from crm.domain.errors import HandoffError
from crm.domain.kinds import MessageKind
from crm.mail.compose import Attachment, Letter, OptOut, compose
from crm.mail.dkim import Signer
from crm.models.messages import Message
from crm.services.mailboxes import Post
from crm.store import claims

WITH_OPT_OUT = frozenset({MessageKind.OUTREACH, MessageKind.TEST})


class UnwritableError(HandoffError):
    """A row that can't be put into mail's form: an address that is none, an attachment that is gone."""


def written(
    post: Post,
    message: Message,
    files: Sequence[tuple[str, str, str]] = (),
    *,
    signer: Signer | None = None,
) -> bytes:
    """The whole message, signed where a signer is given. `files` are name, kind and hash. Raises UnwritableError.

    Its Date is when it was claimed, which its row keeps, so that the same bytes can be made again later.
    """
    try:
        content = compose(_letter(message, _attachments(post, files), message.claimed_at or message.created_at))
        return signer.signed(content) if signer is not None else content
    except (ValueError, OSError) as error:
        raise UnwritableError(str(error)) from error


def rebuilt(session: Session, post: Post, message: Message) -> bytes:
    """What left at the last try, or would, from the row alone; without a DKIM signature. Raises UnwritableError."""
    assert message.id is not None
    files = claims.files(session, [message.id])
    return written(post, message, files.get(message.id, ()))


def _letter(message: Message, attachments: list[Attachment], sent_at: datetime) -> Letter:
    return Letter(
        message_id=message.message_id,
        sent_at=sent_at,
        from_address=message.from_address,
        from_name=message.from_name,
        reply_to=message.reply_to,
        to_address=message.to_address,
        to_name=message.to_name,
        subject=message.subject,
        text=message.text_body,
        html=message.html_body,
        in_reply_to=message.in_reply_to,
        references=message.references.split(),
        opt_out=_opt_out(message) if message.kind in WITH_OPT_OUT else None,
        automatic=message.kind is MessageKind.NOTICE,
        attachments=attachments,
    )


def _opt_out(message: Message) -> OptOut:
    return OptOut(
        mailto=message.reply_to or message.from_address,
        subject=f"unsubscribe {message.unsubscribe_token}",
        url=message.unsubscribe_url,
    )


def _attachments(post: Post, files: Sequence[tuple[str, str, str]]) -> list[Attachment]:
    return [Attachment(name, mime, (post.files / sha256).read_bytes()) for name, mime, sha256 in files]
