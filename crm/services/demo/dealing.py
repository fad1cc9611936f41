"""Agreements of the sample data, one in each state, and what was given: one meal stands near a referral."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from sqlmodel import Session, col, select

from crm.domain.agreements import AgreementPer, AgreementState
from crm.domain.gifts import GiftKind
from crm.models.agreements import Agreement, AgreementStep
from crm.models.gifts import Gift, GiftRecipient
from crm.models.providers import Provider
from crm.services.demo.building import Setting, id_of

S = AgreementState


@dataclass(frozen=True, slots=True)
class Deal:
    """An agreement: with whom, what, how it stands, and its days counted from today."""

    who: str
    service: str
    title: str
    state: AgreementState
    dollars: int
    per: AgreementPer
    proposed: int | None = None
    starts: int | None = None
    ends: int | None = None
    reason: str = ""


DEALS = (
    Deal("Garden Gate Retirement Community", "older_adults", "Balance hour", S.IDEA, 450, AgreementPer.MONTH),
    Deal("Westbrook Valve Works, HR", "workplace", "Back program", S.PROPOSED, 9600, AgreementPer.YEAR, -12),
    Deal("Riverside Home Health", "older_adults", "Hand-overs", S.ACTIVE, 600, AgreementPer.MONTH, -320, -300, 50),
    Deal("Union Memorial Cardiac Rehab", "cardiac_pulmonary", "Phase three pilot", S.ENDED, 3200, AgreementPer.TOTAL,
         -420, -400, -220, "The pilot was over"),
    Deal("New Leaf Weight Clinic", "weight_management", "Strength on GLP-1", S.DECLINED, 5000, AgreementPer.YEAR, -90,
         reason="Contract with a gym runs until summer"),
)  # fmt: skip
GIVEN = (
    (GiftKind.MEAL, "Sandwiches for the desk", "Lunch visit", 4800, "Maria C. López-Ruiz, MD, FAAOS", -44, 3),
    (GiftKind.GIFT, "Box of oranges", "New year", 1800, "Rebecca Stein, MD", -75, 0),
    (GiftKind.GIFT, "Mug with our name", "Open day", 900, "Luis Ortega, PT, DPT, OCS", -21, 0),
)
"""Kind, what, occasion, cents, to whom, days from today, and how many others shared it."""


def deal(session: Session, told: Setting) -> None:
    """Write them down, in the caller's transaction."""
    them = {one.display_name: one for one in session.exec(select(Provider).where(col(Provider.sample)))}
    for one in DEALS:
        if one.who in them:
            _agree(session, told, one, them[one.who])
    for kind, what, occasion, cents, who, ago, others in GIVEN:
        if who not in them:
            continue
        gift = Gift(
            given_on=told.day(ago), kind=kind, what=what, occasion=occasion, value_cents=cents, others=others,
            practice_id=them[who].practice_id, sample=True, created_by=told.actor_id, created_at=told.now,
        )  # fmt: skip
        session.add(gift)
        session.flush()
        assert gift.id is not None
        share = cents // (others + 1)
        session.add(GiftRecipient(gift_id=gift.id, provider_id=id_of(them[who]), share_cents=share))
    session.flush()


def _agree(session: Session, told: Setting, one: Deal, who: Provider) -> None:
    def day(days: int | None) -> date | None:
        return told.day(days) if days is not None else None

    closed = {S.ENDED: one.ends, S.DECLINED: (one.proposed or 0) + 20}.get(one.state)
    row = Agreement(
        provider_id=id_of(who),
        service_key=one.service,
        title=one.title,
        state=one.state,
        value_cents=one.dollars * 100,
        per=one.per,
        proposed_on=day(one.proposed),
        starts_on=day(one.starts),
        ends_on=day(one.ends),
        renews_on=day(one.ends) if one.state is S.ACTIVE else None,
        closed_on=day(closed),
        closed_reason=one.reason,
        owner_id=told.actor_id,
        sample=True,
        created_by=told.actor_id,
        created_at=told.now - timedelta(days=30),
        updated_at=told.now,
    )
    session.add(row)
    session.flush()
    assert row.id is not None
    _steps(session, told, one, row.id, closed)


def _steps(session: Session, told: Setting, one: Deal, agreement_id: int, closed: int | None) -> None:
    way = {S.IDEA: 0 if one.state is S.IDEA else None, S.PROPOSED: one.proposed, S.ACTIVE: one.starts}
    before: AgreementState | None = None
    for state, days in [*way.items(), (one.state, closed)]:
        if days is None:
            continue
        session.add(
            AgreementStep(
                agreement_id=agreement_id,
                state_from=before,
                state_to=state,
                happened_on=told.day(days),
                value_cents=one.dollars * 100,
                reason=one.reason if state in (S.ENDED, S.DECLINED) else "",
                actor_id=told.actor_id,
                created_at=told.now,
            )
        )
        before = state
