"""`handoff sequences`: which there are, how one stands, and enrolling from the command line, dry run first."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from crm.cli.common import json_option, opened, print_json

if TYPE_CHECKING:
    from crm.services.enrollment_dry_run import DryRun, Planned
    from crm.services.enrollment_facts import Refused
    from crm.services.sequence_standing import Overview, Standing


@click.group(name="sequences")
def group() -> None:
    """Sequences of e-mails, calls, visits and letters, and who is in them."""


@group.command(name="list")
@json_option
def list_command(as_json: bool) -> None:
    """Every sequence, with how many are under way and have ended."""
    from crm.services import sequence_standing, sequences

    with opened() as handoff:
        sequences.make_built_ins(handoff.db, now=handoff.now())
        with handoff.db.read() as session:
            found = [_overview(each) for each in sequence_standing.overview(session)]
    if as_json:
        print_json({"sequences": found})
        return
    for each in found:
        counts = f"{each['steps']} steps, {each['running']} under way, {each['ended']} ended"
        click.echo(f"{each['id']:>4}  {each['name']}: {counts}")


@group.command()
@click.argument("sequence_id", type=int)
@click.option("--limit", default=50, show_default=True, help="How many of those in it are shown, the newest first.")
@json_option
def show(sequence_id: int, limit: int, as_json: bool) -> None:
    """Who is where in a sequence, and what each waits for."""
    from crm.services import sequence_results, sequence_standing

    with opened() as handoff, handoff.db.read() as session:
        overview = sequence_standing.one(session, sequence_id)
        lines, _ = sequence_standing.page(session, sequence_id, limit=limit, now=handoff.now())
        results = sequence_results.of_sequence(session, sequence_id)
        found = [_standing(each) for each in lines]
        ended = {each.reason: each.count for each in results.ended}
    if as_json:
        print_json({**_overview(overview), "enrolled": found, "ended_by_reason": ended})
        return
    click.echo(overview.sequence.name)
    for each in found:
        until = f" until {each['until']:%Y-%m-%d %H:%M} UTC" if each["until"] else ""
        click.echo(f"{each['enrollment']:>6}  {each['name']}: {each['state']}, {each['step']}: {each['waits']}{until}")


@group.command()
@click.argument("sequence_id", type=int)
@click.argument("provider_ids", type=int, nargs=-1, required=True)
@click.option("--dry-run", is_flag=True, help="Only say what would happen.")
@click.option("--by-post", is_flag=True, help="Those without an e-mail address get letters and calls instead.")
@json_option
def enroll(sequence_id: int, provider_ids: tuple[int, ...], dry_run: bool, by_post: bool, as_json: bool) -> None:
    """Enroll providers, given by their numbers. Exits 1 when nobody could be."""
    from crm.services import enrollment_dry_run, enrollments
    from crm.services.enrollment_dry_run import Options
    from crm.store import relationships

    options = Options(by_post=by_post)
    with opened() as handoff:
        with handoff.db.read() as session:
            user = relationships.first_user(session)
            actor_id = user.id if user is not None else None
            run = enrollment_dry_run.dry_run(
                session, sequence_id, provider_ids, options, actor_id=actor_id, now=handoff.now()
            )
        count = len(run.planned)
        refused = run.refused
        if not dry_run:
            done = enrollments.enroll(
                handoff.db, sequence_id, provider_ids, options, actor_id=actor_id, now=handoff.now()
            )
            count, refused = done.count, done.refused
    if as_json:
        print_json(_run(run, count, refused, dry_run=dry_run))
    else:
        _say(run, count, refused, dry_run=dry_run)
    if not count:
        raise click.exceptions.Exit(1)


def _say(run: DryRun, count: int, refused: list[Refused], *, dry_run: bool) -> None:
    for each in run.planned if dry_run else ():
        click.echo(each.provider.display_name)
        for step in each.steps:
            click.echo(f"  {_local(step.at, each.zone)}  {step.kind}: {step.subject or step.title}")
    for one in refused:
        detail = f" ({one.detail})" if one.detail else ""
        click.echo(f"Not enrolled: {one.name or one.provider_id}: {one.sentence}{detail}")
    click.echo(f"{count} {'would be' if dry_run else ''} enrolled, {len(refused)} not.".replace("  ", " "))


def _run(run: DryRun, count: int, refused: list[Refused], *, dry_run: bool) -> dict[str, Any]:
    return {
        "sequence": run.sequence.name,
        "dry_run": dry_run,
        "enrolled": count,
        "planned": [_planned(each) for each in run.planned],
        "refused": [
            {"provider": each.provider_id, "name": each.name, "reason": each.reason, "sentence": each.sentence}
            | {"detail": each.detail, "field": each.field}
            for each in refused
        ],
    }


def _planned(planned: Planned) -> dict[str, Any]:
    return {
        "provider": planned.provider.id,
        "name": planned.provider.display_name,
        "zone": planned.zone,
        "steps": [
            {
                "position": step.position,
                "kind": step.kind,
                "at": step.at,
                "local": _local(step.at, planned.zone),
                "title": step.title,
                "subject": step.subject,
                "text": step.text,
            }
            for step in planned.steps
        ],
    }


def _local(at: datetime, zone: str) -> str:
    from crm.domain import calendar

    return f"{at.astimezone(calendar.zone(zone)):%a %Y-%m-%d %H:%M}"


def _overview(found: Overview) -> dict[str, Any]:
    return {
        "id": found.sequence.id,
        "name": found.sequence.name,
        "steps": len(found.steps),
        "running": found.running,
        "paused": found.paused,
        "ended": found.ended,
        "replied": found.replied,
    }


def _standing(found: Standing) -> dict[str, Any]:
    return {
        "enrollment": found.enrollment.id,
        "provider": found.provider.id,
        "name": found.provider.display_name,
        "state": found.enrollment.state,
        "position": found.enrollment.position,
        "step": found.step_title,
        "waits": found.waits,
        "until": found.until,
    }
