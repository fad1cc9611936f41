"""The owner's and the business's details in one go, for the command line and servers without a first-run page."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from crm.domain import postal
from crm.domain.errors import Invalid
from crm.models.accounts import Business, User
from crm.services import accounts, audit, business, profile
from crm.store import accounts as store
from crm.store.engine import Database


def set_details(db: Database, given: Mapping[str, str], *, now: datetime) -> tuple[User, Business]:
    """Change what is given of name, credentials, title, email, phone, business, address, zip, website and timezone.

    Makes the owner (without a password) and the business when there are none. Raises Invalid, then nothing changed.
    """
    person = {name: given[name] for name in ("name", "credentials", "title", "email", "phone") if name in given}
    with db.write() as session:
        firm = accounts.ensure_business(session, now=now)
        user = store.owner(session)
        if user is None:
            if "name" not in person:
                raise Invalid({"name": "Give the owner's name with --name: there is no owner yet."})
            user = User(name="", email="", password_hash="", created_at=now)
        profile.set_fields(session, user, person)
        session.flush()
        firm = business.save_in(session, _firm(given), actor_id=user.id, now=now)
        audit.note(session, "owner_set", user.name, actor_id=user.id, now=now, fields=sorted(given))
    return user, firm


def details(db: Database) -> tuple[User | None, Business | None]:
    """The owner and the business."""
    with db.read() as session:
        return store.owner(session), store.business(session)


def _firm(given: Mapping[str, str]) -> dict[str, str]:
    values = {name: given[name] for name in ("phone", "email", "website") if name in given}
    if "business" in given:
        values["name"] = given["business"]
    if given.get("address"):
        values |= postal.parse(given["address"])._asdict()
    if "zip" in given:
        values["zip"] = given["zip"]
    if "timezone" in given:
        values["zone"] = given["timezone"]
    return values
