"""Bringing a script of one's own into the library: its paragraphs and fields are proposed, a person decides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from crm.domain import script_parts
from crm.domain.errors import Invalid
from crm.domain.kinds import TemplateKind
from crm.domain.script_parts import Assigned, Field
from crm.services import merge, template_shelf
from crm.sources import scripts_in
from crm.store.engine import Database


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a file or a pasted text seems to say."""

    assigned: Sequence[Assigned]
    fields: Sequence[Field]


def propose(session: Session, content: bytes | None, pasted: str, *, user_id: int) -> Proposal:
    """Read a file, else what was pasted. Raises Invalid(file)."""
    if content:
        found = scripts_in.paragraphs(content)
    elif pasted.strip():
        found = scripts_in.of_text(pasted)
    else:
        raise Invalid({scripts_in.FIELD: "Choose a file, or paste your script."})
    return Proposal(script_parts.assign(found), script_parts.fields("\n".join(found), _ours(session, user_id)))


def create(
    db: Database,
    title: str,
    meta: dict[str, str],
    assigned: Sequence[Assigned],
    fields: Sequence[Field],
    *,
    actor_id: int,
    now: datetime,
) -> int:
    """A script with the text as its draft; gives its id. Raises Invalid."""
    if not any(each.part for each in assigned):
        raise Invalid({"part-0": "Choose a part for at least one paragraph."})
    source = script_parts.source(assigned, fields)
    return template_shelf.create(db, TemplateKind.SCRIPT, title, meta=meta, source=source, actor_id=actor_id, now=now)


def _ours(session: Session, user_id: int) -> dict[str, str]:
    trainer, business = merge.ourselves(session, user_id)
    return {
        "trainer.name": trainer.name,
        "business.name": business.name,
        "trainer.phone": trainer.phone,
        "trainer.email": trainer.email,
        "trainer.credentials": trainer.credentials,
        "business.website": business.website,
    }
