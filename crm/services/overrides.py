"""Blocked words that a named person lets stand, with a reason that is kept."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Literal, Protocol

from sqlmodel import Session

from crm.domain.errors import Invalid
from crm.domain.text_checks import TextFinding
from crm.models.accounts import User
from crm.models.templates import TextOverride
from crm.services import audit
from crm.store import overrides as store

Subject = Literal["template_version", "message", "document", "activity", "enrollment", "enrollment_step"]
FIELD = "override_reason"
SHORTEST = 10
AUDIT_KIND = "override"


class Blocked(Protocol):
    """What an override needs to know about a finding."""

    @property
    def rule(self) -> str:
        """The stable name of what was found."""

    @property
    def text(self) -> str:
        """The words themselves."""

    @property
    def severity(self) -> str:
        """Whether it blocks or only warns."""


Covered = frozenset[tuple[str, str]]


def allow(
    session: Session,
    subject: Subject,
    subject_id: int,
    findings: Iterable[Blocked],
    reason: str,
    *,
    actor_id: int | None,
    now: datetime,
) -> None:
    """Let the blocking ones among `findings` stand: a row for each, and one entry in the audit trail.

    Nothing happens when none blocks. Raises Invalid(override_reason) without a reason or a person.
    """
    blocked = _blocking(findings)
    if not blocked:
        return
    said = checked_reason(reason)
    if actor_id is None or session.get(User, actor_id) is None:
        raise Invalid({FIELD: "Only a person who is signed in can let this stand."})
    for rule, excerpt in dict.fromkeys((each.rule, each.text) for each in blocked):
        row = TextOverride(subject=subject, subject_id=subject_id, rule=rule, excerpt=excerpt[:500], reason=said)
        row.actor_id, row.created_at = actor_id, now
        session.add(row)
    words = [{"rule": each.rule, "excerpt": each.text[:200]} for each in blocked[:20]]
    named = f"{subject} {subject_id}"
    audit.note(session, AUDIT_KIND, named, actor_id=actor_id, now=now, reason=said, words=words)
    session.flush()


def checked_reason(reason: str, findings: Iterable[Blocked] = ()) -> str:
    """The reason as kept. Raises Invalid(override_reason) when it says too little; names the words when given."""
    said = " ".join(reason.split())
    if len(said) < SHORTEST:
        quoted = ", ".join(f"“{each.text}”" for each in _blocking(findings)[:3])
        change = f"Change {quoted}, or say" if quoted else "Say"
        least = f" in at least {SHORTEST} characters" if said else ""
        raise Invalid({FIELD: f"{change} here why it may stay{least}. Your name and reason are kept."})
    return said[:1000]


def allowed(session: Session, subject: Subject, subject_id: int) -> Covered:
    """What was allowed in one text: rule and words, without regard to capitals."""
    return frozenset((row.rule, row.excerpt.casefold()) for row in store.of(session, subject, subject_id))


def standing(findings: Sequence[TextFinding], covered: Collection[tuple[str, str]]) -> list[TextFinding]:
    """The blocking findings that nobody has let stand."""
    return [each for each in findings if each.severity == "blocks" and (each.rule, each.text.casefold()) not in covered]


def _blocking(findings: Iterable[Blocked]) -> list[Blocked]:
    return [each for each in findings if each.severity == "blocks"]
