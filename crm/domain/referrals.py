"""A referral's own small pipeline, the codes that stand for clients, and what is written down about them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date, timedelta

from crm.domain import privacy
from crm.domain.calendar import next_business_day
from crm.domain.errors import Invalid
from crm.domain.kinds import ReferralHow, ReferralStatus

S = ReferralStatus
#: Where a referral can go from each status. One step can be skipped (a client may just show up); lost can follow any.
NEXT: Mapping[ReferralStatus, tuple[ReferralStatus, ...]] = {
    S.RECEIVED: (S.CONTACTED, S.SCHEDULED, S.STARTED, S.LOST),
    S.CONTACTED: (S.SCHEDULED, S.STARTED, S.LOST),
    S.SCHEDULED: (S.STARTED, S.CONTACTED, S.LOST),
    S.STARTED: (S.CONTINUING, S.COMPLETED, S.LOST),
    S.CONTINUING: (S.COMPLETED, S.LOST),
    S.COMPLETED: (S.CONTINUING,),
    S.LOST: (S.CONTACTED, S.SCHEDULED, S.STARTED),
}
MEANINGS: Mapping[ReferralStatus, str] = {
    S.RECEIVED: "Reached us",
    S.CONTACTED: "We spoke with the client",
    S.SCHEDULED: "First session has a date",
    S.STARTED: "First assessment done",
    S.CONTINUING: "Stays as a client",
    S.COMPLETED: "Finished",
    S.LOST: "Didn't come about",
}
#: The column that remembers when a status was reached.
DATED: Mapping[ReferralStatus, str] = {
    S.CONTACTED: "contacted_on",
    S.SCHEDULED: "scheduled_on",
    S.STARTED: "started_on",
    S.CONTINUING: "continuing_on",
    S.COMPLETED: "ended_on",
    S.LOST: "ended_on",
}
LOST_REASONS = (
    "Couldn't be reached",
    "Price",
    "Distance or transport",
    "Chose someone else",
    "Health changed",
    "Not cleared by the provider",
    "Other",
)
#: Ways a referral comes that are a written referral by themselves.
WRITTEN = frozenset({ReferralHow.WRITTEN_PAD, ReferralHow.FAX, ReferralHow.EMAIL})
STILL_OPEN = (S.RECEIVED, S.CONTACTED, S.SCHEDULED)
ENDED = (S.COMPLETED, S.LOST)
#: While a referral is in one of these, a verbal one still wants its paper.
WANTS_PAPER = (*STILL_OPEN, S.STARTED, S.CONTINUING)

_ORDER = (S.RECEIVED, S.CONTACTED, S.SCHEDULED, S.STARTED, S.CONTINUING, S.COMPLETED, S.LOST)
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9 .#/-]{0,22}[A-Za-z0-9.]?")
_WORD = re.compile(r"[A-Za-z]{4,}")
_NUMBERED = re.compile(r"^([A-Za-z]{1,4}-?)(\d{1,6})$")


def check_code(text: str) -> str:
    """The code as stored: initials or a code such as K-14. Invalid when it could be a name."""
    code = " ".join(text.split()).upper()
    if not code:
        raise Invalid({"code": "Give the client's initials or a code, such as K-14."})
    if not _CODE.fullmatch(code):
        raise Invalid({"code": "Up to 24 letters, digits, dots and hyphens, such as K-14 or M.R."})
    if _WORD.search(code):
        raise Invalid({"code": "This looks like a name. Initials or a code keep the client private, such as K-14."})
    if privacy.identifiers(code):
        raise Invalid({"code": "This could identify the client. Use initials or a code, such as K-14."})
    return code


def check_reason(text: str, *, allowed: Iterable[str] = ()) -> str:
    """Free text about a client without what could name them; Invalid says what was found."""
    found = privacy.identifiers(text, allowed=allowed)
    if found:
        raise Invalid({"reason": privacy.sentence(found)})
    return text.strip()


def check_received(received_on: date, today: date) -> None:
    """Invalid for a day to come or one long before anything."""
    if received_on > today:
        raise Invalid({"received_on": "This day is still to come."})
    if received_on.year < 1990:
        raise Invalid({"received_on": "Check the year."})


def contact_by(received_on: date) -> date:
    """Until when the client should have been spoken with: the next business day."""
    return next_business_day(received_on)


def latest_received(today: date) -> date:
    """The last day of receipt for which that day is over."""
    day = today - timedelta(days=1)
    while contact_by(day) >= today:
        day -= timedelta(days=1)
    return day


def check_change(
    before: ReferralStatus, after: ReferralStatus, *, reason: str, happened_on: date, received_on: date, today: date
) -> None:
    """Invalid with what a change of status still needs."""
    if after not in NEXT[before]:
        raise Invalid({"status": f"A referral that is {before.value} can't become {after.value}."})
    if after is S.LOST and not reason.strip():
        raise Invalid({"reason": "Say why it didn't come about, so that you can learn from it."})
    if happened_on > today:
        raise Invalid({"happened_on": "This day is still to come."})
    if happened_on < received_on:
        raise Invalid({"happened_on": "This is before the referral was received."})


def check_day(days: Mapping[ReferralStatus, date | None], status: ReferralStatus, day: date, today: date) -> None:
    """Invalid unless a step may have been taken on this day: neither to come, nor out of order with the others."""
    if status not in DATED:
        raise Invalid({"happened_on": "The day received can't be moved here."})
    if day > today:
        raise Invalid({"happened_on": "This day is still to come."})
    place = _ORDER.index(status)
    if any(known and known > day for known in map(days.get, _ORDER[:place])):
        raise Invalid({"happened_on": "This is before the step that came first."})
    if any(known and known < day for known in map(days.get, _ORDER[place + 1 :])):
        raise Invalid({"happened_on": "This is after the step that followed."})


def next_code(latest: str | None) -> str:
    """The code to suggest: one more than the latest numbered one, K-1 at first."""
    match = _NUMBERED.match(latest or "")
    return f"{match[1]}{int(match[2]) + 1}" if match else "K-1"
