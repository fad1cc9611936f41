"""The owner's and the business's details in one go."""

from __future__ import annotations

import pytest

from crm.domain.errors import Invalid
from crm.services import accounts, owner
from crm.store.engine import Database
from tests.factories import NOW, make_business, make_user


def test_an_address_on_one_line_and_a_zip_to_count_from(db: Database) -> None:
    given = {"name": "Dana", "business": "Stride", "address": "2400 Main St, Houston, TX 77002", "zip": "77005"}
    user, business = owner.set_details(db, given, now=NOW)
    assert (user.name, business.name, business.line1, business.zip) == ("Dana", "Stride", "2400 Main St", "77005")
    assert business.lat is not None
    assert accounts.needs_owner(db)


def test_what_is_wrong_changes_nothing(db: Database) -> None:
    with db.write() as session:
        make_business(session)
        make_user(session, name="Dana Whitfield")
    for wrong in ({"address": "somewhere"}, {"zip": "1"}, {"timezone": "Mars/Olympus"}, {"email": "dana"}):
        with pytest.raises(Invalid):
            owner.set_details(db, {"name": "Somebody"} | wrong, now=NOW)
    user, _ = owner.details(db)
    assert user is not None
    assert user.name == "Dana Whitfield"


def test_an_existing_owner_keeps_the_password(db: Database) -> None:
    with db.write() as session:
        make_business(session)
        before = make_user(session, password="three walks a week")
    user, _ = owner.set_details(db, {"email": "new@stride.example"}, now=NOW)
    assert (user.id, user.email, user.password_hash) == (before.id, "new@stride.example", before.password_hash)


def test_nobody_is_there_at_first(db: Database) -> None:
    assert owner.details(db) == (None, None)
