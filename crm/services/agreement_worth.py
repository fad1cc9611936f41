"""What agreements are worth in a stretch of time."""

from __future__ import annotations

from datetime import date
from itertools import groupby

from sqlmodel import Session

from crm.domain import agreements as rules
from crm.domain.agreements import AgreementState
from crm.store import agreements as store


def value_between(session: Session, first_on: date, last_on: date, *, sample: bool = False) -> int:
    """What running agreements are worth in these days (both counted), in cents."""
    return sum(value_of_each(session, first_on, last_on, sample=sample).values())


def value_of_each(session: Session, first_on: date, last_on: date, *, sample: bool = False) -> dict[int, int]:
    """The same for each agreement that has a share in these days, by id."""
    found: dict[int, int] = {}
    for agreement_id, group in groupby(store.starts(session, sample=sample), key=lambda start: start.agreement_id):
        starts = list(group)
        last = starts[0].closed_on if starts[0].state is not AgreementState.ACTIVE else starts[0].ends_on
        terms = rules.terms([(one.happened_on, one.value_cents) for one in starts], last, starts[0].per)
        worth = sum(rules.value_in(term, first_on, last_on) for term in terms)
        if worth:
            found[agreement_id] = worth
    return found
