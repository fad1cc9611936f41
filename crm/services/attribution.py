"""What led to a referral: copied and summed up when it is logged, corrected where the trainer knows better."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session

from crm.domain import attribution as rules
from crm.domain import referrals as referral_rules
from crm.domain.attribution import Attribution, Led
from crm.domain.errors import Invalid
from crm.domain.kinds import TOUCHES, ActivityKind, Outcome
from crm.models.accounts import Business, User
from crm.models.activities import Activity
from crm.models.clients import Client
from crm.models.providers import Provider
from crm.models.referrals import Referral, ReferralTouch
from crm.models.sequences import Sequence as SequenceRow
from crm.models.templates import TemplateVersion
from crm.services import acts, referral_steps
from crm.services.acts import Act
from crm.store import enrolling
from crm.store import referral_rows as rows
from crm.store import referrals as store
from crm.store.engine import Database

FIELDS = ("last_touch_kind", "sequence_id", "template_version_id", "credited_id", "attribution_note")
LONGEST = 300
ELSE = "other"
"""A way to us that is no touch of ours: word of mouth, a web search."""


@dataclass(frozen=True)
class Correction:
    """What the trainer says led to it. `channel` is the touch that brought it, or `other`."""

    channel: str
    sequence_id: int | None = None
    template_version_id: int | None = None
    credited_id: int | None = None
    note: str = ""


@dataclass(frozen=True)
class Before:
    """The touches before a referral, and their figures."""

    led: Sequence[Led]
    lines: Sequence[Activity]
    sequences: dict[int, dict[str, object]]
    figures: Attribution


def before(session: Session, provider: Provider, received_on: date, *, otherwise: int | None, now: datetime) -> Before:
    """What had happened with a provider when they referred."""
    assert provider.id is not None
    zone = zone_of(session)
    end = rules.end_of(received_on, zone, now)
    lines = rows.touches_before(session, provider.id, end)
    sequences = enrolling.sequences_of(session, [line.message_id for line in lines if line.message_id])
    led = [_of_line(line, sequences) for line in lines]
    return Before(led, lines, sequences, rules.summed(led, received_on, zone, otherwise=otherwise))


def copies(referral_id: int, found: Before) -> list[ReferralTouch]:
    """The touches as rows of their own, so that later edits don't rewrite what led to a referral."""
    last = len(found.lines) - 1
    return [
        ReferralTouch(
            referral_id=referral_id,
            activity_id=line.id,
            position=position,
            is_first=position == 0,
            is_last=position == last,
            kind=line.kind.value,
            happened_at=line.happened_at,
            template_version_id=line.template_version_id,
            snapshot={
                "outcome": line.outcome.value if line.outcome else "",
                "summary": line.summary,
                "actor_id": line.actor_id,
                "message_id": line.message_id,
                "visit_id": line.visit_id,
                **found.sequences.get(line.message_id or 0, {}),
            },
        )
        for position, line in enumerate(found.lines)
    ]


def as_logged(session: Session, referral: Referral) -> Attribution:
    """The figures of the copied touches, whatever was corrected since."""
    assert referral.id is not None
    led = [_of_copy(touch) for touch in store.touches(session, referral.id)]
    provider = session.get_one(Provider, referral.provider_id)
    otherwise = provider.owner_id or referral.created_by
    return rules.summed(led, referral.received_on, zone_of(session), otherwise=otherwise)


def correct(
    db: Database, referral_id: int, said: Correction, *, actor_id: int | None, now: datetime, today: date
) -> int | None:
    """Say what led to it; gives the change set to undo, None when nothing differs. What was logged stays on record."""
    with db.write() as session:
        referral = referral_steps.get(session, referral_id)
        values = _checked(session, said)
        if all(getattr(referral, name) == value for name, value in values.items()):
            return None
        label = "Corrected what led to a referral"
        act = acts.begin(session, "referral", label, actor_id=actor_id, now=now, today=today)
        act.update(referral, **values, attributed_by_hand=True)
        _say(act, referral, "what led to it was corrected", said.note.strip())
        return act.id


def reset(db: Database, referral_id: int, *, actor_id: int | None, now: datetime, today: date) -> int | None:
    """Back to what was logged; gives the change set to undo, None where nothing was corrected."""
    with db.write() as session:
        referral = referral_steps.get(session, referral_id)
        if not referral.attributed_by_hand:
            return None
        label = "What led to a referral is as logged again"
        act = acts.begin(session, "referral", label, actor_id=actor_id, now=now, today=today)
        act.update(referral, **as_logged(session, referral).columns, attribution_note="", attributed_by_hand=False)
        _say(act, referral, "what led to it is as logged again")
        return act.id


def zone_of(session: Session) -> str:
    """The business's zone, in which referrals have their days."""
    business = session.get(Business, 1)
    return business.zone if business is not None else "UTC"


def _of_line(line: Activity, sequences: dict[int, dict[str, object]]) -> Led:
    in_sequence = sequences.get(line.message_id or 0, {}).get("sequence_id")
    return Led(
        line.kind,
        line.happened_at,
        line.outcome,
        line.actor_id,
        int(str(in_sequence)) if in_sequence else None,
        line.template_version_id,
    )


def _of_copy(touch: ReferralTouch) -> Led:
    def number(name: str) -> int | None:
        return int(str(value)) if (value := touch.snapshot.get(name)) else None

    said = str(touch.snapshot.get("outcome") or "")
    outcome = Outcome(said) if said else None
    kind = ActivityKind(touch.kind)
    return Led(kind, touch.happened_at, outcome, number("actor_id"), number("sequence_id"), touch.template_version_id)


def _checked(session: Session, said: Correction) -> dict[str, object]:
    errors: dict[str, str] = {}
    if said.channel not in {"", ELSE, *(kind.value for kind in TOUCHES)}:
        errors["channel"] = "Choose what brought it."
    if said.sequence_id is not None and session.get(SequenceRow, said.sequence_id) is None:
        errors["sequence_id"] = "Choose one of your sequences."
    if said.template_version_id is not None and session.get(TemplateVersion, said.template_version_id) is None:
        errors["template_version_id"] = "Choose one of the versions."
    if said.credited_id is not None and session.get(User, said.credited_id) is None:
        errors["credited_id"] = "Choose somebody of the team."
    if len(said.note.strip()) > LONGEST:
        errors["note"] = f"Shorten this to {LONGEST} letters."
    try:
        referral_rules.check_reason(said.note)
    except Invalid as error:
        errors["note"] = error.errors["reason"]
    if errors:
        raise Invalid(errors)
    return dict(
        zip(
            FIELDS,
            (said.channel, said.sequence_id, said.template_version_id, said.credited_id, said.note.strip()),
            strict=True,
        )
    )


def _say(act: Act, referral: Referral, what: str, reason: str = "") -> None:
    provider = act.session.get_one(Provider, referral.provider_id)
    client = act.session.get_one(Client, referral.client_id)
    act.record(
        provider,
        ActivityKind.REFERRAL,
        summary=f"Referral {client.code}: {what}",
        reason=reason,
        referral_id=referral.id,
    )
