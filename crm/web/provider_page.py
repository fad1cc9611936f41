"""What the provider page shows, gathered in a handful of queries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import NamedTuple

from flask import abort, current_app, url_for
from markupsafe import Markup
from sqlmodel import Session

from crm.domain import matching, phones
from crm.domain.followups import OUTCOMES
from crm.domain.kinds import TOUCHES, ActivityKind, Outcome, ProviderKind
from crm.domain.matching import Fit
from crm.domain.pipeline import Stage, due_tone, implied_stage, quiet_since
from crm.domain.services import Service, referable
from crm.models.practices import Affiliation, Contact, Practice
from crm.models.providers import Provider, ProviderDifference
from crm.models.tasks import Task
from crm.services import next_steps
from crm.services.namesakes import Similar
from crm.store import agreements as agreement_store
from crm.store import partners as partner_store
from crm.store import prices
from crm.store import providers as store
from crm.store import referrals as referral_store
from crm.store import reports as report_store
from crm.store import tasks as task_store
from crm.store.agreements import Line as Agreed
from crm.store.providers import Line
from crm.store.referrals import Line as Referred
from crm.store.tasks import PastTouch
from crm.web import filters, labels, timeline

LINES = 25
SHOWN_REFERRALS = 6
LOGGED = (
    ActivityKind.CALL,
    ActivityKind.VISIT,
    ActivityKind.MEETING,
    ActivityKind.IN_SERVICE,
    ActivityKind.EMAIL,
    ActivityKind.LETTER,
)
FORM = (
    "kind prefix first_name middle_name last_name suffix credentials npi specialty email website said_as remarks"
).split()


class Ending(NamedTuple):
    """A way for a touch to end, and the next step that would follow."""

    outcome: Outcome
    words: str
    next_title: str
    next_on: date | None


@dataclass(frozen=True, slots=True)
class Page:
    """Everything on the page but the provider."""

    workplaces: Sequence[tuple[Affiliation, Practice]]
    contacts: dict[int, list[Contact]]
    tasks: Sequence[Task]
    events: Sequence[timeline.Event]
    older: str
    is_first: bool
    differences: Sequence[ProviderDifference]
    tags: Sequence[str]
    pair_id: int | None
    fit: Fit
    services: Sequence[Service]
    service_choices: Sequence[tuple[str, str]]
    referrals: Sequence[Referred]
    reports: report_store.OfProvider | None
    worth: tuple[int, int]
    agreements: Sequence[Agreed]
    next_service: Service | None
    lacks_next_step: bool
    quiet_days: int | None
    endings: Markup

    @property
    def practice(self) -> Practice | None:
        """Where to go first."""
        return self.workplaces[0][1] if self.workplaces else None

    @property
    def people(self) -> list[tuple[int | None, str]]:
        """Who else may have been met."""
        return [(one.id, f"{one.name}, {labels.label(one.role)}") for some in self.contacts.values() for one in some]

    @property
    def kinds(self) -> Sequence[ActivityKind]:
        """What can be logged."""
        return LOGGED

    @property
    def fit_word(self) -> str:
        """The score in one word."""
        return fit_word(self.fit.score)


def load(session: Session, provider: Provider, today: date, before: tuple[datetime, int] | None) -> Page:
    """The page of one provider."""
    assert provider.id is not None
    places = store.workplaces(session, provider.id)
    lines = store.timeline(session, provider.id, LINES + 1, before)
    off = prices.switched_off(session)
    marks = store.marks(session, provider.id)
    # Most have never referred: they cost no query.
    referred = referral_store.of_provider(session, provider.id, SHOWN_REFERRALS) if provider.referral_count else []
    used = [line.service_key for line in referred]
    tasks = task_store.live_of(session, provider.id)
    informed = provider.referral_count or any(each.due_report_id for each in tasks)
    is_organization = provider.kind is ProviderKind.ORGANIZATION
    return Page(
        workplaces=places,
        contacts=_by_practice(store.contacts_at(session, [practice.id or 0 for _, practice in places])),
        tasks=tasks,
        events=[timeline.event(line) for line in lines[:LINES]],
        older=f"{lines[LINES - 1].happened_at.isoformat()},{lines[LINES - 1].id}" if len(lines) > LINES else "",
        is_first=before is None,
        differences=store.differences(session, provider.id) if marks.has_differences else (),
        tags=marks.tags,
        pair_id=marks.pair_id,
        fit=_fit(provider, off),
        services=[found for found in matching.services_for(provider.specialty, off) if not found.is_addon],
        service_choices=service_choices(provider, off),
        referrals=referred,
        reports=report_store.of_provider(session, provider.id, today) if informed else None,
        worth=partner_store.worth(session, provider.id) if provider.referral_count else (0, 0),
        agreements=agreement_store.lines(session, provider_id=provider.id) if is_organization else (),
        next_service=matching.suggested_next(provider.specialty, list(dict.fromkeys(used)), off),
        lacks_next_step=due_tone(provider.stage, provider.next_due_on or provider.return_on, today) == "none",
        quiet_days=quiet_since(
            provider.stage, provider.first_referral_on, provider.last_referral_on, provider.referral_count, today
        ),
        endings=_endings(session, provider, today, lines if before is None and len(lines) <= LINES else None),
    )


def _endings(session: Session, provider: Provider, today: date, whole: Sequence[Line] | None) -> Markup:
    """Every way a call, visit and so on can end, with what the cadence would propose: two taps, and no surprise.

    `whole` is the timeline where it is on the page from end to end; otherwise the latest touches are asked for.
    """
    assert provider.id is not None
    if whole is not None:
        before = [PastTouch(line.kind, line.outcome) for line in whole if line.kind in TOUCHES]
    else:
        before = task_store.recent_touches(session, [provider.id], limit=30)[provider.id]
    return _endings_shown(provider.stage, tuple(before), today, provider.return_on)


@lru_cache(maxsize=512)
def _endings_shown(stage: Stage, before: tuple[PastTouch, ...], today: date, return_on: date | None) -> Markup:
    """The buttons, made once for all providers with the same past."""
    endings = current_app.jinja_env.get_template("providers/_endings.html")
    return Markup(endings.render(endings=_proposed(stage, before, today, return_on)))  # noqa: S704  (ours, escaped)


def _proposed(
    stage: Stage, before: tuple[PastTouch, ...], today: date, return_on: date | None
) -> Mapping[ActivityKind, Sequence[Ending]]:
    found: dict[ActivityKind, list[Ending]] = {}
    for kind in LOGGED:
        for outcome in OUTCOMES[kind]:
            event = next_steps.happened(kind, outcome, before)
            after = implied_stage(stage, kind, outcome)
            step = next_steps.from_event(after, event, today=today, return_on=return_on)
            following = (step.title, step.due_on) if step else ("", None)
            found.setdefault(kind, []).append(Ending(outcome, labels.label(outcome), *following))
    return found


def service_choices(provider: Provider, switched_off: frozenset[str]) -> list[tuple[str, str]]:
    """Services for a referral: those of the specialty first, then the others."""
    first = [found for found in matching.services_for(provider.specialty, switched_off) if not found.is_addon]
    order = dict.fromkeys([*first, *referable(switched_off)])
    return [(service.key, service.label) for service in order]


@lru_cache(maxsize=128)
def referral_fields(choices: tuple[tuple[str, str], ...], today: date) -> Markup:
    """The empty fields of a new referral: the same for everybody of a specialty on one day."""
    fields = current_app.jinja_env.get_template("referrals/_fields.html")
    return Markup(fields.render(form={}, errors={}, services=choices, received_on=today))  # noqa: S704  (ours, escaped)


@lru_cache(maxsize=128)
def referral_too(choices: tuple[tuple[str, str], ...]) -> Markup:
    """The fields for a referral that was told while something else is logged."""
    fields = current_app.jinja_env.get_template("referrals/_too.html")
    return Markup(fields.render(services=choices))  # noqa: S704  (ours, escaped)


def mark(text: str) -> tuple[datetime, int] | None:
    """Where an older page of the timeline begins."""
    if not text:
        return None
    try:
        moment, key = text.rsplit(",", 1)
        found = datetime.fromisoformat(moment.replace(" ", "+"))
        return (found, int(key)) if found.tzinfo else abort(400)
    except ValueError:
        abort(400)


def _by_practice(contacts: Sequence[Contact]) -> dict[int, list[Contact]]:
    found: dict[int, list[Contact]] = {}
    for contact in contacts:
        found.setdefault(contact.practice_id, []).append(contact)
    return found


def _fit(provider: Provider, switched_off: frozenset[str]) -> Fit:
    return matching.fit(
        provider.specialty,
        matching.distance_band(provider.distance_miles),
        has_phone=bool(provider.phone),
        has_email=bool(provider.email),
        is_person=provider.kind is ProviderKind.PERSON,
        is_peer=provider.is_peer and not provider.peer_overridden,
        is_deactivated=provider.deactivated_on is not None,
        switched_off=switched_off,
    )


def fit_word(score: int) -> str:
    """A score in one word."""
    return (
        "Very good fit" if score >= 75 else "Good fit" if score >= 55 else "Some fit" if score >= 35 else "Little fit"
    )


def as_form(provider: Provider, practice: Practice | None) -> dict[str, str]:
    """A provider as the fields of its form."""
    form = {name: str(getattr(provider, name) or "") for name in FORM}
    form["name"] = provider.organization_name or provider.display_name
    form["phone"] = phones.show(provider.phone, provider.phone_extension)
    form["fax"] = phones.show(provider.fax)
    place = practice or provider
    form |= {f"practice_{name}": getattr(place, name) for name in ("city", "state", "zip")}
    form["practice_name"] = practice.name if practice else provider.practice_name
    form |= {f"practice_{name}": getattr(practice, name, "") for name in ("line1", "line2")}
    return form


def match(one: Similar) -> dict[str, str]:
    """Somebody who may be the same, for the hint under a form."""
    who = one.who
    away = " · put away" if who.archived_at else ""
    detail = " · ".join(part for part in (who.practice_name, who.city, filters.phone(who.phone)) if part)
    return {
        "label": who.display_name,
        "detail": detail + away,
        "href": url_for("providers.show", provider_id=who.id),
        "why": ", ".join(one.reasons),
    }
