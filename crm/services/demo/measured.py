"""Sample clients who came are measured: values, goals and what is known of them, after the fictitious clients."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from sqlmodel import Session, col, select

from crm.domain import populations
from crm.domain.measures import measure
from crm.domain.sample_clients import WEEKS, SampleClient, sample_client
from crm.domain.script import Audience
from crm.models.clients import Client
from crm.models.measurements import Assessment, ClientGoal, Measurement
from crm.models.referrals import Referral
from crm.services.demo.building import Setting, id_of

DEVICE = "goniometer"
LATELY = timedelta(days=200)
"""Those who came longer ago are history: nobody opens their measures."""
#: Whose measures fit, by a word of the referral, else by its service.
_BY_WORD = (
    ("knee repl", (Audience.PT_OT, "")),
    ("knee", (Audience.PHYSICIAN, "")),
    ("cuff", (Audience.ORTHOPEDICS_SPORTS, "")),
    ("shoulder", (Audience.NON_CLINICAL, "")),
    ("back", (Audience.OCCUPATIONAL, "")),
    ("lumbar", (Audience.OCCUPATIONAL, "")),
    ("hip", (Audience.SPECIALIST, "")),
    ("copd", (Audience.HEART_LUNG, "pulmonology")),
    ("parkinson", (Audience.SPECIALIST, "neurology")),
)
_BY_SERVICE = {
    "post_rehab_conditioning": (Audience.PT_OT, ""),
    "chronic_disease": (Audience.ENDOCRINE_WEIGHT, ""),
    "older_adults": (Audience.GERIATRICS, ""),
    "workplace": (Audience.OCCUPATIONAL, ""),
    "weight_management": (Audience.ENDOCRINE_WEIGHT, "bariatrics"),
    "cancer_recovery": (Audience.ONCOLOGY, ""),
    "cardiac_pulmonary": (Audience.HEART_LUNG, ""),
    "youth": (Audience.PEDIATRICS, ""),
    "group_programs": (Audience.RHEUMATOLOGY, ""),
}


def measure_clients(session: Session, told: Setting) -> int:
    """Measure every sample client who started lately, in the caller's transaction. Returns how many were."""
    since = told.today - LATELY
    query = select(Referral).where(col(Referral.sample), col(Referral.started_on) >= since)
    count = 0
    for referral in session.exec(query.order_by(col(Referral.id))):
        client = session.get_one(Client, referral.client_id)
        like = _like(referral, client)
        _know(client, like, told)
        days = [day for day in _days(referral) if day <= min(told.today, referral.ended_on or told.today)]
        session.add_all(_goals(id_of(client), like, told))
        for number, day in enumerate(days):
            _measure(session, id_of(client), like, number, day, told)
        count += 1
    session.flush()
    return count


def _like(referral: Referral, client: Client) -> SampleClient:
    said = f"{referral.reason} {client.condition}".lower()
    wanted = _BY_SERVICE.get(referral.service_key, (Audience.PHYSICIAN, ""))
    if referral.service_key in {"post_rehab_conditioning", "chronic_disease", "cardiac_pulmonary"}:
        wanted = next((who for word, who in _BY_WORD if word in said), wanted)
    return sample_client(*wanted)


def _know(client: Client, like: SampleClient, told: Setting) -> None:
    ages = populations.age_band(like.age_band)
    client.sex = like.sex
    client.birth_year = told.today.year - ages[0] - 1 if ages else None
    client.precautions = "\n".join(like.limits)
    client.goals = "\n".join(like.goals)


def _days(referral: Referral) -> Iterable[date]:
    assert referral.started_on is not None
    return (referral.started_on + timedelta(weeks=week) for week in WEEKS)


def _goals(client_id: int, like: SampleClient, told: Setting) -> list[ClientGoal]:
    return [
        ClientGoal(
            client_id=client_id, measure_key=each.key, side=each.side, motion=each.motion, target=each.goal,
            created_at=told.now,
        )
        for each in like.series
        if each.goal is not None
    ]  # fmt: skip


def _measure(session: Session, client_id: int, like: SampleClient, number: int, day: date, told: Setting) -> None:
    row = Assessment(
        client_id=client_id,
        measured_on=day,
        tester=told.sender,
        sample=True,
        created_by=told.actor_id,
        created_at=told.now,
        updated_at=told.now,
    )
    session.add(row)
    session.flush()
    assert row.id is not None
    for each in like.series:
        one = measure(each.key)
        value = each.points[number].value
        session.add(
            Measurement(
                assessment_id=row.id, measure_key=each.key, side=each.side, motion=each.motion, value=value,
                entered=one.number(value), entered_unit=one.unit, device=DEVICE if one.has_motions else "",
            )
        )  # fmt: skip
