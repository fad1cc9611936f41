"""`handoff route`: a day's visits in order, with times and the drive."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import click

from crm.cli.common import clock, json_option, opened, print_json

if TYPE_CHECKING:
    from crm.services.visit_days import Day, DayStop


@click.command(name="route")
@click.argument("day", default="today")
@click.option("--user", "email", default="", help="Whose day, by e-mail; the owner's by default.")
@click.option("--order", "shortest", is_flag=True, help="Put the day in the shortest order first.")
@json_option
def command(day: str, email: str, shortest: bool, as_json: bool) -> None:
    """Show a day of visits in order: DAY is today, tomorrow or 2026-03-05."""
    from crm.cli.people import person
    from crm.services import days, visit_days

    now = clock()
    with opened() as handoff:
        with handoff.db.read() as session:
            user_id = person(session, email)
            today = days.today_of(session, user_id, now)
        on = _day(day, today)
        if shortest:
            visit_days.order(handoff.db, user_id, on, actor_id=user_id, now=now, today=today)
        with handoff.db.read() as session:
            found = visit_days.day(session, user_id, on, now=now)
            if as_json:
                print_json(_plain(found))
                return
            for line in lines(found):
                click.echo(line)


def lines(found: Day) -> list[str]:
    """The day, a line for each stop."""
    name = f"{found.on:%A}, {found.on:%b} {found.on.day}"
    if not found.stops:
        return [f"{name}: no visit planned."]
    count = len(found.stops)
    visits = f"{count} visit{'' if count == 1 else 's'}"
    told = [f"{name}: {visits}, about {found.miles:.1f} miles, {found.minutes} min of driving"]
    told += [f"  {text}" for text in found.warnings]
    for stop in found.stops:
        told.append(f"  {_clock(stop.begins_at, found)}  {_stop(stop)}")
        told += [f"            {text}" for text in stop.warnings]
    if found.to_come:
        told.append(f"  {_clock(found.ends_at, found)}  {found.frame.end.name or 'over'}")
    return [*told, *found.maps]


def _stop(stop: DayStop) -> str:
    made = " (made)" if stop.is_done else ""
    return ", ".join(part for part in (stop.provider.display_name, stop.address) if part) + made


def _clock(at: datetime, found: Day) -> str:
    from crm.domain.calendar import zone

    return f"{at.astimezone(zone(found.zone)):%H:%M}"


def _plain(found: Day) -> dict[str, object]:
    return {
        "day": found.on,
        "leaves_at": found.leaves_at,
        "ends_at": found.ends_at,
        "from": found.frame.start.name,
        "to": found.frame.end.name,
        "miles": found.miles,
        "minutes": found.minutes,
        "warnings": list(found.warnings),
        "maps": list(found.maps),
        "stops": [
            {
                "visit": stop.visit.id,
                "provider": stop.provider.display_name,
                "address": stop.address,
                "done": stop.is_done,
                "arrives_at": stop.arrives_at,
                "begins_at": stop.begins_at,
                "leaves_at": stop.leaves_at,
                "miles": round(stop.leg.miles, 1),
                "minutes": stop.leg.minutes,
                "warnings": list(stop.warnings),
            }
            for stop in found.stops
        ],
    }


def _day(text: str, today: date) -> date:
    if text in {"today", "tomorrow"}:
        return today + timedelta(days=text == "tomorrow")
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise click.UsageError("DAY is today, tomorrow, or a day such as 2026-03-05.") from None
