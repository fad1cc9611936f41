"""The audit trail: sign-ins, settings, exports and overrides. What concerns one provider is an activity instead."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from crm.models.audit import AuditEntry


def note(
    session: Session,
    kind: str,
    subject: str = "",
    *,
    actor_id: int | None,
    now: datetime,
    address: str = "",
    **detail: object,
) -> None:
    """Write down who did what, in the caller's transaction. `detail` must be JSON and hold no secret."""
    session.add(
        AuditEntry(kind=kind, subject=subject, detail=detail, actor_id=actor_id, address=address, created_at=now)
    )
