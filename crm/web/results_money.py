"""What it is worth: expected and booked value, by whom, by which way, for an hour of visiting; and agreements."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from crm.domain.results import Line, Visiting, Worth
from crm.web import filters
from crm.web.results_tables import Cell, Head, Kind, Section, cents, count, money, words

N, M = Kind.NUMBER, Kind.MONEY
MOST = 15


def worth(now: Worth, before: Worth | None) -> Section:
    """What referrals of the period may bring and have brought, and what its sessions brought."""
    heads = [Head("Value"), Head("This period", M), *([Head("Compared", M)] if before else [])]
    names = (("Expected of referrals received", "expected"), ("Booked of referrals received", "booked"))
    rows = [*names, ("Sessions held in the period", "held")]
    lines = tuple(
        (words(name), money(getattr(now, key)), *([money(getattr(before, key))] if before else []))
        for name, key in rows
    )
    return Section(
        "worth",
        "Expected and booked",
        tuple(heads),
        lines,
        means="Expected: by your prices for each service, lost referrals left out. Booked: charges of the sessions "
        "attended so far, or what you put in by hand. Sessions held belong to the period whenever their client came.",
    )


def by_provider(lines: Sequence[Line]) -> Section:
    """Value by source, the largest first."""
    ordered = sorted(lines, key=lambda one: (-one.booked.cents, -one.expected.cents, one.label))
    shown = [one for one in ordered if one.booked.cents or one.expected.cents]
    heads = (Head("Provider"), Head("Received", N), Head("Expected", M), Head("Booked", M))
    return Section(
        "worth-by-provider",
        "Value by provider",
        heads,
        tuple(_value(one) for one in shown[:MOST]),
        notes=(f"{len(shown) - MOST:,} more aren’t shown.",) if len(shown) > MOST else (),
        empty="Nothing expected or booked from this period’s referrals.",
    )


def by_sequence(lines: Sequence[Line]) -> Section:
    """Value by the sequence that led to it."""
    heads = (Head("Sequence"), Head("Received", N), Head("Expected", M), Head("Booked", M))
    shown = [one for one in lines if one.value]
    return Section(
        "worth-by-sequence",
        "Value by sequence",
        heads,
        tuple(_value(one) for one in shown[:MOST]),
        empty="No referral of this period came out of a sequence.",
    )


def visiting(found: Visiting) -> Section:
    """What an hour of visiting comes to."""
    lines = (
        (words("Visits"), count(found.visits), words("")),
        (
            words("Expected of referrals with a visit before"),
            money(found.expected),
            _hourly(found, found.expected_cents_per_hour),
        ),
        (
            words("Booked of referrals with a visit before"),
            money(found.booked),
            _hourly(found, found.booked_cents_per_hour),
        ),
    )
    return Section(
        "worth-by-hour",
        "For an hour of visiting",
        (Head("Visiting"), Head("This period", M), Head("For each hour", M)),
        lines if found.visits.value else (),
        means=f"A visit is taken to last {found.minutes_each} minutes with the way to the door: "
        f"{found.hours:g} {'hour' if found.hours == 1 else 'hours'}.",
        empty="No visit was logged in this period.",
    )


def agreements(worths: Sequence[tuple[str, int, str]]) -> Section:
    """What running agreements come to in the period: (name, cents, address)."""
    total = sum(amount for _, amount, _ in worths)
    lines = tuple((words(name, href=href), cents(amount)) for name, amount, href in worths)
    return Section(
        "agreements",
        "Agreements",
        (Head("Agreement"), Head("This period", M)),
        (*lines, (words("All agreements"), cents(total))) if len(lines) > 1 else lines,
        means="The part of each agreement’s value that falls on the days of the period.",
        empty="No agreement ran in this period.",
    )


def gifts(totals: Mapping[str, int]) -> Section:
    """What was given away, by kind."""
    lines = tuple((words(name), cents(amount)) for name, amount in totals.items())
    return Section(
        "gifts",
        "Gifts and meals",
        (Head("What"), Head("This period", M)),
        lines,
        means=f"In all {filters.money(sum(totals.values()))}." if len(totals) > 1 else "",
        empty="Nothing was given in this period.",
    )


def _value(one: Line) -> tuple[Cell, ...]:
    return words(one.label or "Not known"), count(one.started.whole), money(one.expected), money(one.booked)


def _hourly(found: Visiting, amount: int | None) -> Cell:
    return cents(amount) if found.hours else words("")
