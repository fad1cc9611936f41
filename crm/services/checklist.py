"""The first steps after signing in: three, each skippable, shown on Today until they are done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlmodel import Session

from crm.domain.wording import listed
from crm.models.accounts import Business, Credential, User
from crm.services import credentials
from crm.store import prices
from crm.store.engine import Database

ADDRESS = {"line1": "street", "city": "city", "state": "state", "zip": "ZIP"}


@dataclass(frozen=True, slots=True)
class Step:
    """One step: what it is for, which page it is on, and what is still missing (nothing when done)."""

    key: str
    title: str
    why: str
    endpoint: str
    missing: str

    @property
    def is_done(self) -> bool:
        """Whether nothing is missing."""
        return not self.missing


@dataclass(frozen=True, slots=True)
class Checklist:
    """The three steps, and papers that run out soon."""

    steps: tuple[Step, ...]
    expiring: tuple[Credential, ...]
    hidden: bool

    @property
    def done(self) -> int:
        """How many steps are done."""
        return sum(step.is_done for step in self.steps)

    @property
    def shows(self) -> bool:
        """Whether Today shows the steps: until all are done or the person has put them away."""
        return not self.hidden and self.done < len(self.steps)


def checklist(db: Database, user: User, business: Business | None, *, today: date) -> Checklist:
    """The state of the three steps for this person."""
    assert user.id is not None
    with db.read() as session:
        papers = credentials.of_user(session, user.id)
        steps = (_business(business), _you(user, papers), _services(session))
    return Checklist(
        steps=steps,
        expiring=tuple(credentials.expiring(papers, today)),
        hidden=user.preferences.get("checklist") == "hidden",
    )


def _business(business: Business | None) -> Step:
    named = {"name": "name", **ADDRESS, "phone": "phone"}
    missing = [word for field, word in named.items() if business is None or not getattr(business, field)]
    return Step(
        "business",
        "Your business",
        "The law wants a postal address in every mail, and the ZIP tells who is near.",
        "settings.business",
        listed(missing),
    )


def _you(user: User, papers: object) -> Step:
    missing = [
        word for word, there in (("credentials", user.credentials), ("certification or insurance", papers)) if not there
    ]
    return Step(
        "you",
        "You",
        "Credentials and signature go on scripts, letters and mails; dates warn you before a paper runs out.",
        "settings.you",
        listed(missing),
    )


def _services(session: Session) -> Step:
    return Step(
        "services",
        "Services and prices",
        "What you offer decides whom to approach first, and what a referral may be worth.",
        "settings.services",
        "" if prices.own(session) else "what you offer, and for how much",
    )
