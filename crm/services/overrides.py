"""Blocked words that a named person lets stand, with a reason that is kept."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Protocol

from sqlmodel import Session

from crm.domain.errors import Invalid
from crm.domain.kinds import ActivityKind, TemplateKind
from crm.domain.text_checks import TextFinding
from crm.models.accounts import User
from crm.models.providers import Provider
from crm.models.templates import TextOverride
from crm.services import activities, audit
from crm.store import overrides as store

FIELD = "override_reason"
SHORTEST = 10
AUDIT_KIND = "override"
LONGEST_SUBJECT = 40


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

WORDING = "template_version"
"""What stands in a version of a wording may stand in everything that is filled from it."""


def filled(kind: TemplateKind, slug: str) -> str:
    """The subject that is one text, filled from this wording for one provider, whose id is the subject's."""
    name = f"{kind.value}:{slug}"
    return name if len(name) <= LONGEST_SUBJECT else f"{kind.value}:{sha256(slug.encode()).hexdigest()[:24]}"


def allow(
    session: Session,
    subject: str,
    subject_id: int,
    findings: Iterable[Blocked],
    reason: str,
    *,
    provider_id: int | None = None,
    actor_id: int | None,
    now: datetime,
) -> None:
    """Let the blocking ones among `findings` stand: a row for each, and one entry in the audit trail.

    `subject` and its id name a message, an activity, a `WORDING` or a `filled` text; where it concerns one provider,
    their timeline says so. Nothing happens when none blocks. Raises Invalid(override_reason) without a reason or a
    person.
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
    if provider_id is not None:
        _tell_timeline(session, provider_id, blocked, said, actor_id=actor_id, now=now)
    session.flush()


def _tell_timeline(
    session: Session, provider_id: int, blocked: Sequence[Blocked], reason: str, *, actor_id: int, now: datetime
) -> None:
    quoted = ", ".join(dict.fromkeys(f"“{each.text[:60]}”" for each in blocked[:3]))
    summary = f"Let {quoted} stand" + (f" and {len(blocked) - 3} more" if len(blocked) > 3 else "")
    provider = session.get_one(Provider, provider_id)
    activities.record(session, provider, ActivityKind.SYSTEM, actor_id=actor_id, now=now, summary=summary, body=reason)


def checked_reason(reason: str, findings: Iterable[Blocked] = ()) -> str:
    """The reason as kept. Raises Invalid(override_reason) when it says too little; names the words when given."""
    said = " ".join(reason.split())
    if len(said) < SHORTEST:
        quoted = ", ".join(f"“{each.text}”" for each in _blocking(findings)[:3])
        change = f"Change {quoted}, or say" if quoted else "Say"
        least = f" in at least {SHORTEST} characters" if said else ""
        raise Invalid({FIELD: f"{change} here why it may stay{least}. Your name and reason are kept."})
    return said[:1000]


def allowed(session: Session, subject: str, subject_id: int) -> Covered:
    """What was allowed in one text: rule and words, without regard to capitals."""
    return frozenset((row.rule, row.excerpt.casefold()) for row in store.of(session, subject, subject_id))


def standing(findings: Sequence[TextFinding], covered: Collection[tuple[str, str]]) -> list[TextFinding]:
    """The blocking findings that nobody has let stand."""
    return [each for each in findings if each.severity == "blocks" and (each.rule, each.text.casefold()) not in covered]


def _blocking(findings: Iterable[Blocked]) -> list[Blocked]:
    return [each for each in findings if each.severity == "blocks"]
