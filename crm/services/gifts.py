"""The ledger of gifts and meals: logged with everybody's share, warned about, never blocked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlmodel import Session

from crm.domain import gifts as rules
from crm.domain import money
from crm.domain.errors import Invalid, NotFound
from crm.domain.gifts import GiftKind, Had, Limits
from crm.domain.kinds import ActivityKind
from crm.domain.referrals import check_reason
from crm.models.accounts import Business
from crm.models.gifts import Gift, GiftRecipient
from crm.models.practices import Contact
from crm.models.providers import Provider
from crm.services import accounts, acts, audit, touches
from crm.services.acts import Act
from crm.store import gifts as store
from crm.store.engine import Database
from crm.store.gifts import Line, Person

Key = tuple[str, int]


@dataclass(frozen=True)
class NewGift:
    """What was given: `provider_id` is on whose page it is logged, the ids are those who had a share."""

    provider_id: int
    given_on: date
    kind: GiftKind
    what: str
    value_cents: int | None
    occasion: str = ""
    provider_ids: Sequence[int] = ()
    contact_ids: Sequence[int] = ()
    others: int = 0
    remarks: str = ""
    client_key: str | None = None


@dataclass(frozen=True)
class Logged:
    """What logging did. Without a change set it was there already."""

    gift_id: int
    change_set_id: int | None
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Entry:
    """One line of the ledger with those who had a share and what to think of."""

    line: Line
    people: Sequence[Person]
    warnings: Sequence[str]


@dataclass(frozen=True)
class Ledger:
    """A year's gifts, the newest first. `totals` are by person, the largest first, in cents."""

    entries: Sequence[Entry]
    total_cents: int
    totals: Sequence[tuple[Person, int]] = field(default_factory=tuple)


def log(db: Database, new: NewGift, *, actor_id: int | None, now: datetime, today: date) -> Logged:
    """Log a gift or a meal on the timeline of every provider who had a share. Raises Invalid; warns, never refuses."""
    with db.write() as session:
        if new.client_key and (known := store.by_client_key(session, new.client_key)):
            assert known.id is not None
            return Logged(known.id, None)
        act = acts.begin(session, "gift", f"{_said(new.kind)}: {new.what}", actor_id=actor_id, now=now, today=today)
        return log_in(act, new)


def log_in(act: Act, new: NewGift, *, visit_id: int | None = None) -> Logged:
    """As `log`, in the caller's transaction, as part of one action. `visit_id` is the visit on which it was given."""
    session = act.session
    page_of = touches.get_provider(session, new.provider_id)
    people = _people(session, page_of, new)
    value = _checked(new, people, act.today)
    row = _insert(act, page_of, new, value, visit_id)
    assert row.id is not None
    for person, share in zip(people, rules.shares(value, len(people) + new.others), strict=False):
        act.insert(_share(row.id, person, share))
    _say(act, page_of, people, new, value)
    session.flush()
    entry = next(one for one in ledger(session, new.given_on.year).entries if one.line.id == row.id)
    return Logged(row.id, act.id, tuple(entry.warnings))


def ledger(session: Session, year: int, provider_id: int | None = None) -> Ledger:
    """A year of the ledger, or one provider's part of it. Three questions, however many gifts."""
    first, last = date(year, 1, 1), date(year, 12, 31)
    lines, people = store.lines(session, first, last), store.people(session, first, last)
    limits = limits_of(session)
    referred = _referred(session, people, first, last, limits)
    entries, totals = _entries(lines, people, referred, limits)
    shown = [one for one in entries if provider_id is None or any(p.provider_id == provider_id for p in one.people)]
    names = {person.key: person for group in people.values() for person in group}
    ranked = sorted(totals.items(), key=lambda pair: (-pair[1], names[pair[0]].name))
    return Ledger(shown, sum(one.line.value_cents for one in shown), [(names[key], cents) for key, cents in ranked])


def archive(db: Database, gift_id: int, *, actor_id: int | None, now: datetime, today: date) -> int:
    """Take an entry out of the ledger; Undo brings it back."""
    with db.write() as session:
        row = session.get(Gift, gift_id)
        if row is None or row.archived_at is not None:
            raise NotFound("This entry isn't here any more.")
        act = acts.begin(session, "gift", f"Taken out: {row.what}", actor_id=actor_id, now=now, today=today)
        act.update(row, archived_at=now)
        said = f"Taken out of the ledger: {row.what}"
        had = store.providers_of(session, gift_id)
        for provider in had:
            act.record(provider, ActivityKind.GIFT, summary=said)
        if not had:
            audit.note(session, "gift_taken_out", row.what, actor_id=actor_id, now=now)
        return act.id


def limits_of(session: Session) -> Limits:
    """The trainer's own limits."""
    business = session.get(Business, 1)
    if business is None:
        return Limits()
    return Limits(business.gift_limit_cents, business.gift_year_limit_cents, business.gift_apart_days)


def set_limits(db: Database, form: Mapping[str, str], *, actor_id: int | None, now: datetime) -> None:
    """Keep other limits. Invalid names the field."""
    errors: dict[str, str] = {}
    amounts = {name: _amount(form.get(name, ""), name, errors) for name in ("gift_limit", "gift_year_limit")}
    days = form.get("gift_apart_days", "").strip()
    if not (days.isdecimal() and int(days) <= 365):
        errors["gift_apart_days"] = "Give a number of days from 0 to 365."
    if errors:
        raise Invalid(errors)
    with db.write() as session:
        business = accounts.ensure_business(session, now=now)
        business.gift_limit_cents, business.gift_year_limit_cents = amounts["gift_limit"], amounts["gift_year_limit"]
        business.gift_apart_days = int(days)
        session.add(business)
        audit.note(session, "gift_limits_changed", actor_id=actor_id, now=now)


def _amount(text: str, name: str, errors: dict[str, str]) -> int:
    try:
        found = money.cents(text, field=name)
    except Invalid as error:
        errors |= error.errors
        return 0
    if found is None:
        errors[name] = "Give an amount in dollars."
    return found or 0


def _people(session: Session, page_of: Provider, new: NewGift) -> list[Provider | Contact]:
    providers = [touches.get_provider(session, one) for one in dict.fromkeys(new.provider_ids)]
    contacts = [found for one in dict.fromkeys(new.contact_ids) if (found := session.get(Contact, one))]
    if any(one.practice_id != page_of.practice_id for one in contacts):
        raise Invalid({"people": "Choose people of this practice."})
    return [*providers, *contacts]


def _checked(new: NewGift, people: Sequence[object], today: date) -> int:
    errors: dict[str, str] = {}
    if not new.what.strip():
        errors["what"] = "Say what it was, such as “Lunch” or “A box of pens”."
    if not people:
        errors["people"] = "Choose at least one person who had a share; count the others by number."
    if not 0 <= new.others <= rules.MOST_PEOPLE:
        errors["others"] = f"Give a number from 0 to {rules.MOST_PEOPLE}."
    if new.value_cents is None or not 0 < new.value_cents <= rules.MOST_CENTS:
        errors["value"] = "Give what it cost in all, in dollars."
    if new.given_on > today:
        errors["given_on"] = "This day is still to come."
    elif new.given_on.year < 1990:
        errors["given_on"] = "Check the year."
    for name in ("what", "occasion", "remarks"):
        try:
            check_reason(getattr(new, name))
        except Invalid as error:
            errors[name] = next(iter(error.errors.values()))
    if errors:
        raise Invalid(errors)
    return new.value_cents or 0


def _insert(act: Act, page_of: Provider, new: NewGift, value: int, visit_id: int | None) -> Gift:
    row = Gift(
        given_on=new.given_on,
        kind=new.kind,
        what=new.what.strip()[:200],
        occasion=new.occasion.strip()[:200],
        value_cents=value,
        others=new.others,
        practice_id=page_of.practice_id,
        visit_id=visit_id,
        remarks=new.remarks.strip(),
        client_key=new.client_key,
        sample=page_of.sample,
        created_by=act.actor_id,
        created_at=act.now,
    )
    act.insert(row)
    return row


def _share(gift_id: int, person: Provider | Contact, share: int) -> GiftRecipient:
    if isinstance(person, Provider):
        return GiftRecipient(gift_id=gift_id, provider_id=person.id, share_cents=share)
    return GiftRecipient(gift_id=gift_id, contact_id=person.id, share_cents=share)


def _say(act: Act, page_of: Provider, people: Sequence[Provider | Contact], new: NewGift, value: int) -> None:
    count = len(people) + new.others
    each = f", {money.show(value // count)} each for {count}" if count > 1 else ""
    summary = f"{_said(new.kind)}: {new.what.strip()}, {money.show(value)}{each}"
    concerned = {one.id: one for one in (page_of, *people) if isinstance(one, Provider)}
    for provider in concerned.values():
        act.record(provider, ActivityKind.GIFT, summary=summary, reason=new.occasion.strip())


def _said(kind: GiftKind) -> str:
    return "Meal" if kind is GiftKind.MEAL else "Gift"


def _referred(
    session: Session, people: Mapping[int, Sequence[Person]], first: date, last: date, limits: Limits
) -> dict[Key, tuple[date, ...]]:
    """The days of referrals from each provider who had a share, and from the practice of each contact."""
    everybody = {person.key: person for group in people.values() for person in group}
    providers = {person.provider_id for person in everybody.values() if person.provider_id}
    practices = {person.practice_id for person in everybody.values() if person.contact_id and person.practice_id}
    if not everybody:
        return {}
    apart = timedelta(days=limits.apart_days)
    rows = store.referral_days(session, providers, practices, first - apart, last + apart)
    return {
        key: tuple(
            day for provider_id, practice_id, day in rows
            if (practice_id == person.practice_id if person.contact_id else provider_id == person.provider_id)
        )
        for key, person in everybody.items()
    }  # fmt: skip


def _entries(
    lines: Sequence[Line],
    people: Mapping[int, Sequence[Person]],
    referred: Mapping[Key, tuple[date, ...]],
    limits: Limits,
) -> tuple[list[Entry], dict[Key, int]]:
    """Every gift with its warnings: a year's total grows from the first gift to the last."""
    totals: dict[Key, int] = {}
    found: list[Entry] = []
    for line in reversed(lines):
        group = people.get(line.id, [])
        for person in group:
            totals[person.key] = totals.get(person.key, 0) + person.share_cents
        had = [Had(one.name, one.share_cents, totals[one.key], referred.get(one.key, ())) for one in group]
        found.append(Entry(line, group, rules.warnings(line.given_on, had, limits)))
    return found[::-1], totals
