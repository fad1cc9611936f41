"""A filled letter or script looked over before it is printed or said, and the wording it was filled from let stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from crm.documents.merge import MergeFields
from crm.domain import text_checks
from crm.domain.kinds import TemplateKind
from crm.domain.text_checks import TextFinding
from crm.services import overrides, templates
from crm.store import documents
from crm.store import templates as stored


@dataclass(frozen=True, slots=True)
class Looked:
    """What there is to say about a text. `standing` is what blocks it and nobody has let stand."""

    findings: Sequence[TextFinding] = ()
    standing: Sequence[TextFinding] = ()


NOTHING = Looked()


def look(session: Session, kind: TemplateKind, slug: str, text: str, fields: MergeFields) -> Looked:
    """Scope and privacy of a filled text, less what was let stand in the wording in force."""
    findings = text_checks.check(
        text,
        names=fields.names(),
        client_names=documents.client_codes(session),
        allowed=fields.particulars(),
    )
    template = stored.by_slug(session, kind, slug)
    version_id = template.version_id if template is not None else None
    covered = overrides.allowed(session, "template_version", version_id) if version_id else frozenset()
    return Looked(findings, overrides.standing(findings, covered))


def let_stand(
    session: Session,
    kind: TemplateKind,
    slug: str,
    looked: Looked,
    reason: str,
    *,
    actor_id: int | None,
    now: datetime,
) -> None:
    """Take responsibility for the blocked words of this wording, for everybody it is filled for.

    Raises Invalid(override_reason).
    """
    overrides.checked_reason(reason, looked.standing)
    version_id = templates.version_id(session, kind, slug, now=now)
    overrides.allow(session, "template_version", version_id, looked.standing, reason, actor_id=actor_id, now=now)
