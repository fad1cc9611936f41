"""The sample data follows the trainer: a new ZIP moves its practices around it."""

from __future__ import annotations

import sqlalchemy as sa
from sqlmodel import Session, col, select

from crm.domain import addresses, places
from crm.models.accounts import Business
from crm.models.practices import Practice
from crm.models.providers import Provider
from crm.services.demo import reading
from crm.services.demo.building import nearby


def move(session: Session, business: Business) -> None:
    """Put the sample practices near the business's ZIP; those that the trainer has edited stay where they are."""
    if places.place(business.zip) is None:
        return
    near = nearby(business.zip)
    nth = {place.name: place.nth_zip for place in reading.places()}
    for practice in session.exec(select(Practice).where(Practice.sample)):
        if practice.name in nth and not practice.edited_fields:
            _put(session, practice, near[nth[practice.name] % len(near)], business.city)


def _put(session: Session, practice: Practice, zip_code: str, city: str) -> None:
    place = places.place(zip_code)
    practice.zip, practice.state = zip_code, places.state_of(zip_code)
    practice.city = city or practice.city
    practice.address_key = addresses.address_key(practice.line1, practice.line2, zip_code)
    practice.lat, practice.lon = (place.lat, place.lon) if place is not None else (None, None)
    session.add(practice)
    session.connection().execute(
        sa.update(Provider)
        .where(col(Provider.practice_id) == practice.id, col(Provider.sample))
        .values(zip=practice.zip, state=practice.state, city=practice.city)
    )
