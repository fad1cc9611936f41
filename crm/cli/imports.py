"""`handoff import …`: bring providers in from files and from the public registry."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from crm.cli.common import clock, json_option, opened, print_json
from crm.domain.kinds import ImportKind

if TYPE_CHECKING:
    from crm.bootstrap import Handoff
    from crm.services.imports_workshop import Workshop

FILE = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
_PARTS = ("new", "changed", "unchanged", "deactivated")


def territory(command: Callable[..., Any]) -> Callable[..., Any]:
    """`--state`, `--zip`, `--radius` and `--specialty`."""
    for option in (
        click.option("--specialty", "specialties", multiple=True, help="Only this specialty; may be given repeatedly."),
        click.option("--radius", type=float, help="Miles around --zip."),
        click.option("--zip", "zip_code", default="", help="Only around this ZIP code."),
    ):
        command = option(command)
    return command


@click.group(name="import")
def group() -> None:
    """Bring providers and past referrals in from files."""


@group.command()
@FILE
@click.option("--state", "states", multiple=True, help="Only this state, such as TX; may be given repeatedly.")
@territory
@json_option
def nppes(
    file: Path,
    states: tuple[str, ...],
    zip_code: str,
    radius: float | None,
    specialties: tuple[str, ...],
    as_json: bool,
) -> None:
    """Import an NPPES file: the CSV, or the zip as CMS ships it."""
    from crm.services import imports
    from crm.services.imports_options import Options

    options = Options.checked(states=states, zip_code=zip_code, radius=radius, specialties=specialties)
    with opened() as handoff:
        answer = imports.run_now(_workshop(handoff), ImportKind.NPPES, file, options)
    _say(answer, as_json)


@group.command()
@FILE
@json_option
def locations(file: Path, as_json: bool) -> None:
    """Import secondary practice locations (pl_pfile): more addresses for providers that you have."""
    from crm.services import imports
    from crm.services.imports_options import Options

    with opened() as handoff:
        answer = imports.run_now(_workshop(handoff), ImportKind.LOCATIONS, file, Options())
    _say(answer, as_json)


@group.command()
@FILE
@click.option("--map", "mapping", multiple=True, metavar="COLUMN=FIELD", help="Take a column for a field, or for none.")
@json_option
def contacts(file: Path, mapping: tuple[str, ...], as_json: bool) -> None:
    """Import a list of your own: CSV or XLSX, whose columns are found by themselves."""
    from crm.services import imports, imports_contacts

    said = imports_contacts.read_mapping(mapping)
    with opened() as handoff:
        answer = imports.run_list_now(_workshop(handoff), file, said)
    _say(answer, as_json)


@group.command()
@FILE
@click.option("--map", "mapping", multiple=True, metavar="COLUMN=FIELD", help="Take a column for a field, or for none.")
@click.option("--add-providers", is_flag=True, help="Add providers who aren't known yet, by the name on the list.")
@json_option
def referrals(file: Path, mapping: tuple[str, ...], add_providers: bool, as_json: bool) -> None:
    """Import past referrals: CSV or XLSX. Rows that name a client, or an unknown provider, are skipped and counted."""
    from crm.services import imports, imports_lists, referral_imports

    said = referral_imports.read_mapping(mapping)
    with opened() as handoff:
        shop = _workshop(handoff)
        imports_lists.check(file)
        run_id = referral_imports.queue(
            shop.db, file, name=file.name, mapping=said, apply=True, adds=add_providers, actor_id=None, now=shop.clock()
        )
        imports.work_on(shop, run_id)
        answer = imports.summary(shop.db, run_id)
    _say(answer, as_json)


@group.command()
@territory
@json_option
def registry(zip_code: str, radius: float | None, specialties: tuple[str, ...], as_json: bool) -> None:
    """Search the public NPI Registry around a ZIP code and add everybody found."""
    from crm.services import imports_registry

    with opened() as handoff:
        search = imports_registry.Search.checked(zip_code=zip_code, radius=radius, specialties=specialties)
        answer = imports_registry.add_all(_workshop(handoff), search, url=handoff.settings.registry_url)
    _say(answer, as_json)


@group.command()
@click.argument("import_id", type=int)
@json_option
def complete(import_id: int, as_json: bool) -> None:
    """Go on with an import that was interrupted."""
    from crm.services import imports

    with opened() as handoff:
        answer = imports.complete_now(_workshop(handoff), import_id)
    _say(answer, as_json)


@group.command()
@click.argument("import_id", type=int)
@json_option
def undo(import_id: int, as_json: bool) -> None:
    """Undo a whole import; rows that somebody has worked with since are kept and named."""
    from crm.services import imports

    with opened() as handoff:
        answer: dict[str, Any] = imports.undo_now(_workshop(handoff), import_id)
    if as_json:
        print_json(answer)
        return
    click.echo(f"Import {import_id} undone: {answer['removed']:,} removed, {answer['restored']:,} put back.")
    if answer["kept"]:
        click.echo(f"Kept, because they were worked with since: {answer['kept']:,}")
    for name in answer["names"]:
        click.echo(f"  {name}")


def _workshop(handoff: Handoff) -> Workshop:
    from crm.services.imports_workshop import Workshop

    return Workshop(handoff.db, handoff.settings.data_dir / "imports", clock, progress=_Progress())


class _Progress:
    """One line on stderr that counts up; nothing where nobody would see it move."""

    def __init__(self) -> None:
        self._shown: tuple[str, int] = ("", -1)

    def __call__(self, what: str, percent: int) -> None:
        if (what, percent) != self._shown and sys.stderr.isatty():
            self._shown = (what, percent)
            click.echo(f"\r{what} {percent:3d} %", err=True, nl=percent >= 100)


def _say(answer: dict[str, Any], as_json: bool) -> None:
    if as_json:
        print_json(answer)
        return
    click.echo(f"Import {answer['import_id']}: {answer['rows']:,} rows in {answer['seconds']:.1f} s")
    for part in _PARTS:
        click.echo(f"  {part:<12}{answer[part]:>12,}")
    for reason, count in answer["skipped"].items():
        click.echo(f"  skipped     {count:>12,}  {reason.replace('_', ' ')}")
