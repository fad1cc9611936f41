"""`handoff visits`: the visits of a week by day, who else might be visited then, and the papers of a day as one PDF."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from crm.cli.common import clock, json_option, opened, print_json

if TYPE_CHECKING:
    from crm.services.visit_proposals import Proposal
    from crm.services.visit_weeks import Week, WeekDay
    from crm.store.visits import Planned


@click.group(name="visits", invoke_without_command=True)
@click.option("--week", "day", type=click.DateTime(["%Y-%m-%d"]), help="A day of the week to show.")
@click.option("--user", "email", default="", help="Whose visits, by e-mail; the owner's by default.")
@json_option
@click.pass_context
def group(context: click.Context, day: datetime | None, email: str, as_json: bool) -> None:
    """The visits of a week by day, and who else might be visited, with reasons."""
    if context.invoked_subcommand is not None:
        context.obj = email
        return
    found = _week(day, email)
    if as_json:
        print_json(_json(found))
    else:
        _print(found)


@group.command()
@click.argument("day", type=click.DateTime(["%Y-%m-%d"]), metavar="DAY")
@click.option("--user", "email", default="", help="Whose day, by e-mail; the owner's by default.")
@click.option("-o", "--output", required=True, metavar="FILE.pdf", help="Where to write it; - is standard output.",
              type=click.Path(dir_okay=False, allow_dash=True, path_type=Path))  # fmt: skip
@click.pass_obj
def pack(whose: str, day: datetime, email: str, output: Path) -> None:
    """All papers of a day as one PDF: for each visit its sheet, its materials and the reports owed."""
    from crm.cli.people import person
    from crm.services import visit_packs

    with opened() as handoff, handoff.db.read() as session:
        user_id = person(session, email or whose)
        found = visit_packs.pack(session, user_id, day.date(), now=clock(), folder=handoff.post.files)
        for fault in found.faults:
            click.echo(f"{fault.name}: {fault.title}: {fault.problem}", err=True)
        for each in found.withheld:
            click.echo(f"{each.name}: {each.title}: not printed: {each.why}.", err=True)
        content = found.pdf()
    if str(output) == "-":
        sys.stdout.buffer.write(content)
        return
    try:
        output.write_bytes(content)
    except OSError as error:
        raise click.ClickException(f"“{output}” can't be written: {error.strerror or error}.") from error


def _week(day: datetime | None, email: str) -> Week:
    from crm.cli.people import person
    from crm.models.accounts import User
    from crm.services import visit_weeks
    from crm.services.days import today_of, zone_of

    with opened() as handoff, handoff.db.read() as session:
        user = session.get_one(User, person(session, email))
        today, zone = today_of(session, user.id, handoff.now()), zone_of(session, user.id)
        monday = visit_weeks.monday_of(day.date()) if day else visit_weeks.week_to_plan(today)
        return visit_weeks.week(session, user, monday, today=today, zone=zone)


def _json(week: Week) -> dict[str, Any]:
    return {
        "week": week.monday,
        "days": [_day(each) for each in week.days],
        "proposals": [_proposal(each, area.name) for area in week.areas for each in area.proposals],
    }


def _day(day: WeekDay) -> dict[str, Any]:
    return {
        "day": day.day,
        "holiday": day.holiday,
        "visits": [_visit(each) for each in day.visits],
        "busy": [str(each) for each in day.busy],
        "followups": len(day.followups),
    }


def _visit(line: Planned) -> dict[str, Any]:
    visit = line.visit
    return {
        "visit": visit.id,
        "provider": visit.provider_id,
        "name": line.provider.display_name,
        "practice": line.practice.name if line.practice else "",
        "at": visit.planned_at,
        "purpose": visit.purpose,
        "materials": visit.materials,
        "state": visit.state,
    }


def _proposal(proposal: Proposal, area: str) -> dict[str, Any]:
    return {
        "provider": proposal.face.id,
        "name": proposal.face.display_name,
        "area": area,
        "day": proposal.day,
        "purpose": proposal.purpose,
        "why": [each.words for each in proposal.whys],
        "why_day": proposal.suggestion.why_day,
        "against": {day.isoformat(): why for day, why in proposal.suggestion.objections.items()},
        "followup": proposal.task_id,
    }


def _print(week: Week) -> None:
    for day in week.days:
        click.echo(f"{day.day:%a %b} {day.day.day}" + (f", {day.holiday}" if day.holiday else ""))
        for line in day.visits:
            where = f", {line.practice.name}" if line.practice and line.practice.name else ""
            done = " (done)" if line.visit.state == "done" else ""
            click.echo(f"  {line.provider.display_name}{where}: {line.visit.purpose or 'visit'}{done}")
    if week.areas:
        click.echo("Proposed")
    for area in week.areas:
        for each in area.proposals:
            on = f"{each.day:%a}" if each.day else "no day"
            click.echo(f"  {on:<7}{each.face.display_name}, {area.name}: {each.whys[0].words}")
