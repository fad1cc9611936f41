"""What somebody is writing: kept on the server, told apart when two windows write."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from crm.domain.errors import Invalid, NotFound
from crm.models.templates import Template, TemplateDraft
from crm.store import templates as store
from crm.store.engine import Database

LONGEST = 60_000


class WrittenElsewhere(Exception):
    """The draft was changed in another window since this one read it. `draft` is what stands there now."""

    def __init__(self, draft: TemplateDraft | None) -> None:
        super().__init__("This was changed in another window.")
        self.draft = draft


def seen(draft: TemplateDraft | None) -> str:
    """What a form remembers of the draft it was made from."""
    return draft.updated_at.isoformat() if draft is not None else ""


def put(
    db: Database, template_id: int, source: str, *, seen_as: str | None = None, actor_id: int, now: datetime
) -> TemplateDraft:
    """Keep what is written. Raises WrittenElsewhere when `seen_as` is not the draft there is; without it this wins."""
    if len(source) > LONGEST:
        raise Invalid({"source": f"Keep it under {LONGEST:,} characters."})
    with db.write() as session:
        template = session.get(Template, template_id)
        if template is None:
            raise NotFound("This template isn’t here any more.")
        draft = store.draft(session, actor_id, template_id)
        if seen_as is not None and seen(draft) != seen_as and (draft is None or draft.source != source):
            if draft is not None:
                session.expunge(draft)  # it is read after this transaction has been given up
            raise WrittenElsewhere(draft)
        return put_in(session, template, source, actor_id=actor_id, now=now)


def put_in(
    session: Session,
    template: Template,
    source: str,
    *,
    based_on_id: int | None = None,
    actor_id: int,
    now: datetime,
) -> TemplateDraft:
    """As `put`, in the caller's transaction; this one wins. `based_on_id` is a newer version that it takes in."""
    assert template.id is not None
    draft = store.draft(session, actor_id, template.id)
    if draft is None:
        draft = TemplateDraft(
            user_id=actor_id,
            kind=template.kind,
            template_id=template.id,
            based_on_id=template.version_id,
            title=template.title,
            meta=dict(template.meta),
            updated_at=now,
        )
    if based_on_id is not None:
        draft.based_on_id = based_on_id
    draft.source, draft.updated_at = source.replace("\r\n", "\n"), now
    session.add(draft)
    session.flush()
    return draft


def drop(session: Session, template_id: int, *, actor_id: int) -> None:
    """Forget this person's draft."""
    draft = store.draft(session, actor_id, template_id)
    if draft is not None:
        session.delete(draft)
        session.flush()
