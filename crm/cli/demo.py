"""`handoff demo …`: sample data in and out."""

from __future__ import annotations

import click

from crm.cli.common import clock, json_option, opened, print_json


@click.group(name="demo")
def group() -> None:
    """Sample data to look around with."""


@group.command()
@json_option
def add(as_json: bool) -> None:
    """Add some sixty invented providers with a history."""
    from crm.services import demo, owner

    with opened() as handoff:
        user, _ = owner.details(handoff.db)
        count = demo.add(handoff.db, actor_id=user.id if user else None, now=clock())
    if as_json:
        print_json({"providers": count})
    else:
        click.echo(f"Added {count} invented providers. “handoff demo remove” takes them out again.")


@group.command()
@click.option("--yes", is_flag=True, help="Don't ask, even when you have written about sample providers.")
@json_option
def remove(yes: bool, as_json: bool) -> None:
    """Remove the sample data and what was written about it, and nothing else."""
    from crm.services import demo, owner

    with opened() as handoff:
        user, _ = owner.details(handoff.db)
        going = demo.would_remove(handoff.db)
        if going.own_words and not yes:
            click.confirm(f"You added {going.own_words} to sample providers; they go too. Go on?", abort=True, err=True)
        gone = demo.remove(handoff.db, actor_id=user.id if user else None, now=clock())
    if as_json:
        print_json({"providers": gone.providers, "own": gone.own})
    else:
        click.echo(f"Removed {gone.providers} sample providers." if gone.providers else "There was no sample data.")
