"""`handoff backup` and `handoff restore`."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from crm.cli.common import clock, json_option, opened, print_json

if TYPE_CHECKING:
    from crm.services.backup import Saved
    from crm.services.restore import Restored

FILE = click.Path(path_type=Path)


@click.command()
@click.argument("file", type=FILE)
@json_option
def backup(file: Path, as_json: bool) -> None:
    """Save database and files in FILE (or in a folder), while Handoff runs. It is read back before this says done."""
    from crm.services import backup as service

    with opened() as handoff:
        saved = service.save(handoff.db, handoff.settings.data_dir, file.absolute(), now=clock())
    if as_json:
        print_json(asdict(saved))
        return
    click.echo(f"Saved {_contents(saved)}")
    click.echo(f"in {saved.path} ({saved.size / 1e6:,.1f} MB), and read it back: all there.")
    click.echo("It holds your mail password and clients' codes: keep it where nobody else can read it.")


@click.command()
@click.argument("file", type=FILE)
@click.option("--yes", is_flag=True, help="Replace the database that is there; it is set aside in the data folder.")
@json_option
def restore(file: Path, yes: bool, as_json: bool) -> None:
    """Put a backup back. Stop Handoff first."""
    from crm.services import restore as service

    with opened(migrated=False) as handoff:
        restored = service.restore(handoff.db, handoff.settings.data_dir, file.absolute(), replace=yes, now=clock())
    if as_json:
        print_json(asdict(restored))
        return
    click.echo(f"Restored {_contents(restored)}")
    click.echo(f"as they were at {restored.made_at:%Y-%m-%d %H:%M} UTC.")
    if restored.held:
        click.echo(f"{_counted(restored.held, 'message')} that waited then: held now, look at them in the outbox.")
    if restored.aside is not None:
        click.echo(f"What was there before is in {restored.aside}.")


def _contents(of: Saved | Restored) -> str:
    providers, rows, files = (
        _counted(of.providers, "provider"),
        _counted(of.rows, "row"),
        _counted(of.files, "file"),
    )
    return f"{providers} ({rows}) and {files}"


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
