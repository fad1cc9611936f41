"""A filled text looked over before it is printed or said; blocked words let stand, in it alone or in its wording."""

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


def look(
    session: Session, kind: TemplateKind, slug: str, text: str, fields: MergeFields, *, provider_id: int | None = None
) -> Looked:
    """Scope and privacy of a text that is filled (for a provider), less what was let stand."""
    findings = text_checks.check(
        text,
        names=fields.names(),
        client_names=documents.client_codes(session),
        allowed=fields.particulars(),
    )
    return looked(session, kind, slug, findings, provider_id=provider_id)


def looked(
    session: Session, kind: TemplateKind, slug: str, findings: Sequence[TextFinding], *, provider_id: int | None = None
) -> Looked:
    """The findings with those that nobody has let stand, in the wording in force or in the text of this provider."""
    template = stored.by_slug(session, kind, slug)
    version_id = template.version_id if template is not None else None
    covered = overrides.allowed(session, overrides.WORDING, version_id) if version_id else frozenset()
    if provider_id is not None:
        covered |= overrides.allowed(session, overrides.filled(kind, slug), provider_id)
    return Looked(findings, overrides.standing(findings, covered))


def let_stand(
    session: Session,
    kind: TemplateKind,
    slug: str,
    found: Looked,
    reason: str,
    *,
    provider_id: int | None = None,
    actor_id: int | None,
    now: datetime,
) -> None:
    """Take responsibility for blocked words in the text of one provider; without one, wherever the wording is used.

    Raises Invalid(override_reason).
    """
    overrides.checked_reason(reason, found.standing)
    if provider_id is None:
        subject, subject_id = overrides.WORDING, templates.version_id(session, kind, slug, now=now)
    else:
        subject, subject_id = overrides.filled(kind, slug), provider_id
    overrides.allow(
        session, subject, subject_id, found.standing, reason, provider_id=provider_id, actor_id=actor_id, now=now
    )
