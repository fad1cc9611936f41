"""The lists of the inbox page."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col, select

from crm.domain.kinds import InboundKind
from crm.models.inbound import InboundMessage
from crm.models.providers import Provider
from crm.models.types import UtcDateTime

OPEN = sa.text("inbound_message.state = 'open'")
"""Written as the partial index has it, so that both databases use it."""

SHOWN_WHEN_DONE = (InboundKind.REPLY, InboundKind.AUTO_REPLY, InboundKind.BOUNCE, InboundKind.COMPLAINT)


def page(
    session: Session, view: str, before: tuple[datetime, int] | None, limit: int, query: str
) -> Sequence[tuple[InboundMessage, Provider | None]]:
    """Messages of a part of the inbox with their providers, the newest first."""
    asked = select(InboundMessage, Provider).join(
        Provider, col(Provider.id) == InboundMessage.provider_id, isouter=True
    )
    asked = asked.where(*_belongs(view))
    if before is not None:
        mark = sa.tuple_(sa.literal(before[0], UtcDateTime()), sa.literal(before[1]))
        asked = asked.where(sa.tuple_(col(InboundMessage.received_at), col(InboundMessage.id)) < mark)
    if query:
        asked = asked.where(_matches(query))
    asked = asked.order_by(col(InboundMessage.received_at).desc(), col(InboundMessage.id).desc()).limit(limit)
    return [(row, provider) for row, provider in session.exec(asked).all()]


def counts(session: Session, views: Sequence[str], cap: int) -> dict[str, int]:
    """How many there are in each part, counted up to `cap`."""
    parts = [sa.select(sa.literal(view), _count(_belongs(view), cap)) for view in views]
    return {row[0]: row[1] for row in session.execute(sa.union_all(*parts))}


def waiting(session: Session, cap: int) -> int:
    """How many wait for a person."""
    return session.scalar(sa.select(_count([OPEN], cap))) or 0


def _count(conditions: Sequence[sa.ColumnElement[bool] | sa.TextClause], cap: int) -> sa.ScalarSelect[int]:
    some = sa.select(col(InboundMessage.id)).where(*conditions).limit(cap)
    return sa.select(sa.func.count()).select_from(some.subquery()).scalar_subquery()


def _belongs(view: str) -> list[sa.ColumnElement[bool] | sa.TextClause]:
    has_provider = col(InboundMessage.provider_id).is_not(None)
    is_bounce = col(InboundMessage.kind) == InboundKind.BOUNCE
    if view == "to_answer":
        return [OPEN, has_provider, sa.not_(is_bounce)]
    if view == "to_assign":
        return [OPEN, sa.not_(has_provider)]
    if view == "bounces":
        return [OPEN, has_provider, is_bounce]
    if view == "done":
        settled = sa.or_(has_provider, col(InboundMessage.verdict) != "")
        return [sa.text("inbound_message.state = 'done'"), col(InboundMessage.kind).in_(SHOWN_WHEN_DONE), settled]
    return [col(InboundMessage.kind) != InboundKind.OWN]


def _matches(query: str) -> sa.ColumnElement[bool]:
    wanted = "%" + query.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    looked_at = (
        col(InboundMessage.subject),
        col(InboundMessage.from_name),
        col(InboundMessage.from_address),
        col(Provider.display_name),
    )
    return sa.or_(*(column.ilike(wanted, escape="\\") for column in looked_at))
