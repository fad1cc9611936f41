"""Providers by hand: adding, correcting and putting away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlmodel import Session

from crm.domain import matching, places
from crm.domain.errors import Invalid, NotFound
from crm.domain.kinds import ActivityKind, ProviderKind
from crm.domain.sequences import StopReason
from crm.models.practices import Affiliation
from crm.models.providers import Provider
from crm.services import activities, changes, practices, provider_forms, sequence_stops
from crm.services.changes import Recorder
from crm.store import accounts, prices
from crm.store import providers as store
from crm.store.engine import Database

#: What the timeline says was changed; what is missing here goes by its own name.
FIELD_WORDS = {
    "display_name": "name",
    "npi": "NPI",
    "email": "e-mail",
    "said_as": "how the name is said",
    "remarks": "sticky note",
    "is_peer": "peer",
    "peer_overridden": "peer",
    "practice_id": "practice",
}
#: Columns that follow from others and need no mention.
DERIVED = frozenset(
    [
        "sort_name",
        "prefix",
        "first_name",
        "middle_name",
        "last_name",
        "suffix",
        "organization_name",
        "care_stage",
        "ask",
        "fit",
        "distance_miles",
        "practice_name",
        "city",
        "state",
        "zip",
        "phone_extension",
        "kind",
        "credentials",
    ]
)


def get(session: Session, provider_id: int) -> Provider:
    """The provider, or NotFound."""
    provider = store.get(session, provider_id)
    if provider is None:
        raise NotFound("This provider isn't here any more.")
    return provider


def create(db: Database, form: Mapping[str, str], *, actor_id: int | None, now: datetime) -> int:
    """Add a provider, with the practice whose address is given. Returns the id; Invalid for what is wrong."""
    values = _together(form)
    with db.write() as session:
        _check_npi(session, values.get("npi"), None)
        recorder = changes.begin(session, "provider", f"Added {values['display_name']}", actor_id=actor_id, now=now)
        provider = Provider(created_by=actor_id, created_at=now, updated_at=now, **values)
        recorder.insert(provider)
        _place(session, provider, form, recorder, now=now)
        score(session, provider, recorder)
        activities.record(
            session, provider, ActivityKind.EDIT, actor_id=actor_id, now=now, summary="Added by hand", recorder=recorder
        )
        assert provider.id is not None
        return provider.id


def update(
    db: Database, provider_id: int, form: Mapping[str, str], *, actor_id: int | None, now: datetime
) -> int | None:
    """Correct what is named in `form`. Returns the change set, or None when nothing differs."""
    values = _together(form, adding=False)
    with db.write() as session:
        provider = get(session, provider_id)
        if "npi" in values:
            _check_npi(session, values["npi"], provider_id)
        recorder = changes.begin(session, "provider", f"Changed {provider.display_name}", actor_id=actor_id, now=now)
        before = {name: getattr(provider, name) for name in (*values, "practice_id", "city", "state", "zip")}
        recorder.update(provider, **values)
        _place(session, provider, form, recorder, now=now)
        changed = sorted(name for name, value in before.items() if getattr(provider, name) != value)
        if not changed:
            return None
        _after_edit(session, provider, changed, recorder, actor_id=actor_id, now=now)
        return recorder.id


def _after_edit(
    session: Session,
    provider: Provider,
    changed: Sequence[str],
    recorder: Recorder,
    *,
    actor_id: int | None,
    now: datetime,
) -> None:
    """Remember which fields are the trainer's own, rank anew, and say so on the timeline."""
    recorder.update(provider, edited_fields=sorted({*provider.edited_fields, *changed}), updated_at=now)
    score(session, provider, recorder)
    words = [FIELD_WORDS.get(name, name.replace("_", " ")) for name in changed if name not in DERIVED]
    activities.record(
        session,
        provider,
        ActivityKind.EDIT,
        actor_id=actor_id,
        now=now,
        recorder=recorder,
        summary=f"Changed {', '.join(dict.fromkeys(words)) or 'details'}",
        change_set_id=recorder.id,
    )


def _together(form: Mapping[str, str], *, adding: bool = True) -> dict[str, Any]:
    """Provider and practice fields checked at once, so that every error shows together."""
    errors: dict[str, str] = {}
    values: dict[str, Any] = {}
    if adding and not any(part in form for part in ("name", "last_name", "organization_name")):
        errors["name"] = "Write the name, such as Dr. Maria C. López-Ruiz, MD."
    for check in (provider_forms.checked, _practice_checked):
        try:
            found = check(form)
        except Invalid as error:
            errors |= error.errors
        else:
            values |= found if check is provider_forms.checked else {}
    if errors:
        raise Invalid(errors)
    return values


def practice_form(form: Mapping[str, str]) -> dict[str, str]:
    """The fields of the practice in a provider's form; they begin with `practice_`, but for phone and so on."""
    fields = ("name", *practices.ADDRESS)
    return {field: form[f"practice_{field}"] for field in fields if f"practice_{field}" in form}


def _practice_checked(form: Mapping[str, str]) -> dict[str, Any]:
    try:
        return practices.checked(practice_form(form))
    except Invalid as error:
        raise Invalid({f"practice_{name}": sentence for name, sentence in error.errors.items()}) from None


def _check_npi(session: Session, npi: object, provider_id: int | None) -> None:
    other = store.by_npi(session, str(npi)) if npi else None
    if other is not None and other.id != provider_id:
        where = "put away" if other.archived_at else "in your list"
        raise Invalid({"npi": f"{other.display_name} has this NPI and is {where} already."})


def _place(session: Session, provider: Provider, form: Mapping[str, str], recorder: Recorder, *, now: datetime) -> None:
    """Join the provider with the practice of the form; with a town but no street, only the town is kept."""
    fields = practice_form(form)
    if not fields:
        return
    practice = practices.find_or_add(session, fields, recorder, now=now)
    if practice is None:
        clean = practices.checked(fields)
        if not provider.practice_id:
            town = {name: clean.get(name, "") for name in ("city", "state", "zip")}
            recorder.update(provider, **town, practice_name=clean.get("name", ""))
        return
    _affiliate(session, provider, practice.id or 0, recorder)
    recorder.update(provider, **practices.repeated(practice))


def _affiliate(session: Session, provider: Provider, practice_id: int, recorder: Recorder) -> None:
    """Make this the primary practice; the one before stays as another place of work."""
    assert provider.id is not None
    for link, _ in store.workplaces(session, provider.id):
        recorder.update(link, is_primary=link.practice_id == practice_id)
    if store.affiliation(session, provider.id, practice_id) is None:
        recorder.insert(Affiliation(provider_id=provider.id, practice_id=practice_id, is_primary=True))


def set_days(
    db: Database, provider_id: int, practice_id: int, days: int, *, actor_id: int | None, now: datetime
) -> int:
    """On which weekdays a provider is in at a practice (Monday is 1, Sunday 64). Returns the change set."""
    with db.write() as session:
        provider = get(session, provider_id)
        link = store.affiliation(session, provider_id, practice_id)
        if link is None:
            raise NotFound(f"{provider.display_name} doesn't work there any more.")
        label = f"Changed the days of {provider.display_name}"
        recorder = changes.begin(session, "days", label, actor_id=actor_id, now=now)
        recorder.update(link, days=days & 127)
        return recorder.id


def score(session: Session, provider: Provider, recorder: Recorder) -> None:
    """Distance from the trainer's ZIP and fit, as the list ranks by them."""
    business = accounts.business(session)
    miles = places.zip_miles(business.zip, provider.zip) if business and business.zip and provider.zip else None
    recorder.update(
        provider,
        distance_miles=miles,
        fit=matching.fit_score(
            provider.specialty,
            miles,
            has_phone=bool(provider.phone),
            has_email=bool(provider.email),
            is_person=provider.kind is ProviderKind.PERSON,
            is_peer=provider.is_peer and not provider.peer_overridden,
            is_deactivated=provider.deactivated_on is not None,
            switched_off=prices.switched_off(session),
        ),
    )


def override_peer(db: Database, provider_id: int, *, rank: bool, actor_id: int | None, now: datetime) -> int | None:
    """Rank a peer like anybody else, or not any more."""
    with db.write() as session:
        provider = get(session, provider_id)
        recorder = changes.begin(session, "peer", f"Ranked {provider.display_name}", actor_id=actor_id, now=now)
        if not recorder.update(provider, peer_overridden=rank):
            return None
        _after_edit(session, provider, ["peer_overridden"], recorder, actor_id=actor_id, now=now)
        return recorder.id


def put_away(db: Database, provider_id: int, *, actor_id: int | None, now: datetime) -> int | None:
    """Archive a provider: out of lists and board and out of a sequence, nothing is lost. Returns the change set."""
    with db.write() as session:
        provider = get(session, provider_id)
        recorder = changes.begin(session, "archive", f"Put {provider.display_name} away", actor_id=actor_id, now=now)
        if not recorder.update(provider, archived_at=provider.archived_at or now):
            return None
        _note(session, provider, "Put away", recorder, actor_id=actor_id, now=now)
        sequence_stops.stop_for_provider(
            session, provider_id, StopReason.ARCHIVED, actor_id=actor_id, now=now, recorder=recorder
        )
        return recorder.id


def bring_back(db: Database, provider_id: int, *, actor_id: int | None, now: datetime) -> int | None:
    """Take a provider out of the archive, unless it was merged into another."""
    with db.write() as session:
        provider = get(session, provider_id)
        if provider.merged_into_id:
            raise Invalid({"provider": "This one was merged into another. Undo the merge instead."})
        recorder = changes.begin(
            session, "archive", f"Brought {provider.display_name} back", actor_id=actor_id, now=now
        )
        if not recorder.update(provider, archived_at=None):
            return None
        _note(session, provider, "Brought back", recorder, actor_id=actor_id, now=now)
        return recorder.id


def _note(
    session: Session, provider: Provider, summary: str, recorder: Recorder, *, actor_id: int | None, now: datetime
) -> None:
    activities.record(
        session, provider, ActivityKind.EDIT, actor_id=actor_id, now=now, summary=summary, recorder=recorder
    )
