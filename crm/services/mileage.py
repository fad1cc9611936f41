"""The mileage log: days with visits that were made, the way of each, and what it counts for. For taxes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from sqlmodel import Session

from crm.documents.tables import Table
from crm.domain import mileage
from crm.domain.driving import Leg, leg
from crm.domain.errors import Invalid, NotFound
from crm.domain.mileage import LogDay, Sum
from crm.models.accounts import Business
from crm.services import acts, day_frames
from crm.services.day_frames import Frame
from crm.store import day_routes
from crm.store.engine import Database
from crm.store.visits import Planned

OTHERWISE = "Visit to a health care office"
REMARKS = 200
HEADS = (
    *("Date", "From", "Stops", "To", "Business purpose", "Miles", "How known"),
    *("Rate, dollars a mile", "Amount, dollars", "Remarks"),
)
ESTIMATE, BY_HAND = "estimated", "as driven"


@dataclass(frozen=True)
class Log:
    """A year of somebody's driving, by day. `mills` is the rate it is reckoned with, None where none is set."""

    year: int
    days: tuple[LogDay, ...]
    mills: int | None
    is_sample: bool

    @property
    def months(self) -> list[tuple[int, Sequence[LogDay], Sum]]:
        """The days of each month that has some, the latest first, with their sum."""
        by_month = groupby(sorted(self.days, key=lambda day: day.on, reverse=True), key=lambda day: day.on.month)
        return [(month, rows, mileage.total(rows, self.mills)) for month, group in by_month for rows in [list(group)]]

    @property
    def total(self) -> Sum:
        """The whole year."""
        return mileage.total(self.days, self.mills)


def log(session: Session, user_id: int, year: int, *, mills: int | None = None) -> Log:
    """A year's days, the earliest first. Few queries, however many days. Invented visits only when alone.

    `mills` is a rate for this one reckoning; by default the business's.
    """
    first, last = date(year, 1, 1), date(year, 12, 31)
    rows = day_routes.made(session, user_id, first, last)
    real = [row for row in rows if not row.visit.sample]
    said = day_routes.between(session, user_id, first, last)
    known = day_frames.ends(session, user_id)
    business = session.get(Business, 1)
    usual = day_routes.latest(session, user_id, first)
    days = []
    for on, group in groupby(real or rows, key=lambda row: row.visit.planned_on):
        route = said.get(on)
        usual = route or usual
        frame = day_frames.frame_of(known, route, usual)
        days.append(_day(on, list(group), frame, route.driven_miles if route else None, route.remarks if route else ""))
    rate = mills if mills is not None else business.mileage_mills if business else None
    return Log(year, tuple(days), rate, bool(rows) and not real)


def correct(
    db: Database,
    user_id: int,
    on: date,
    miles: str,
    remarks: str = "",
    *,
    actor_id: int | None,
    now: datetime,
    today: date,
) -> int:
    """Write down what was driven on a day; nothing written: the estimate again. Gives what undoes it."""
    driven = mileage.read_miles(miles)
    remarks = " ".join(remarks.split())
    if len(remarks) > REMARKS:
        raise Invalid({"remarks": f"Use at most {REMARKS} characters."})
    with db.write() as session:
        if not day_routes.made(session, user_id, on, on):
            raise NotFound("No visit was made on this day.")
        label = f"Corrected the miles of {on:%A}, {on:%b} {on.day}"
        act = acts.begin(session, "visit", label, actor_id=actor_id, now=now, today=today)
        day_frames.put(act, user_id, on, driven_miles=driven, remarks=remarks)
        return act.id


def table(found: Log, days: Iterable[LogDay] | None = None) -> Table:
    """The log for a spreadsheet."""
    rate = None if found.mills is None else found.mills / 1000
    rows = found.days if days is None else tuple(days)
    notes = ["Estimated miles are straight lines made longer for roads. They become yours when you correct them."]
    if rate is None:
        notes.append("No rate was set: tax offices publish one for each year.")
    if found.is_sample:
        notes.insert(0, "Sample data: none of this was driven.")
    return Table(f"Mileage {found.year}", HEADS, [_line(row, rate, found.mills) for row in rows], tuple(notes))


def _line(row: LogDay, rate: float | None, mills: int | None) -> list[object]:
    cents = mileage.cents_of(row.miles, mills)
    return [
        *(row.on, row.start, "; ".join(row.stops), row.end, row.purpose, row.miles),
        *(ESTIMATE if row.is_estimate else BY_HAND, rate, None if cents is None else cents / 100, row.remarks),
    ]


def _day(on: date, rows: Sequence[Planned], frame: Frame, driven: float | None, remarks: str) -> LogDay:
    return LogDay(
        on=on,
        start=frame.start.name or "The first stop",
        stops=tuple(stop for stop, _ in groupby(rows, key=_stop)),
        end=frame.end.name or "The last stop",
        purpose="; ".join(dict.fromkeys(row.visit.purpose or OTHERWISE for row in rows)),
        estimated=_miles(rows, frame),
        driven=driven,
        remarks=remarks,
    )


def _stop(row: Planned) -> str:
    """The office and where it is: whom one met there is nobody's business in a tax file."""
    at = row.practice
    if at is None:
        return row.provider.display_name
    return ", ".join(part for part in (at.name or at.line1, at.line1 if at.name else "", at.city) if part)


def _miles(rows: Sequence[Planned], frame: Frame) -> float:
    here, ways = frame.start.place, list[Leg]()
    for row in rows:
        place = day_frames.practice_place(row.practice)
        ways.append(leg(here, place))
        here = place or here
    ways.append(leg(here, frame.end.place))
    return round(sum(way.miles for way in ways), 1)
