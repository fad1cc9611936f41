"""`handoff doctor`: is everything in order that mail hangs on?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from crm.cli.common import clock, json_option, opened, print_json

if TYPE_CHECKING:
    from crm.domain.checkup import Finding


@click.command(name="doctor")
@click.option("--offline", is_flag=True, help="Only what can be looked at without a network.")
@json_option
def command(as_json: bool, offline: bool) -> None:
    """Check folder, key, database, worker, mailboxes, clock, postal address, unsubscribe page and DNS.

    Each finding says what to do. Exits 1 when something keeps mail from leaving as it should.
    """
    from crm.domain.checkup import blocks, worst_first

    found = worst_first(_found(offline=offline))
    print_json([_row(each) for each in found]) if as_json else _print(found)
    if blocks(found):
        raise click.exceptions.Exit(1)


def _found(*, offline: bool) -> list[Finding]:
    from crm.config import BadSettingError, Settings
    from crm.domain.checkup import Finding, Severity, ok
    from crm.services import doctor

    try:
        Settings.from_environment()
    except BadSettingError as error:
        return [Finding("settings", Severity.BLOCKING, str(error), "Correct it in .env or in the environment.")]
    settings = ok("settings", "Every setting can be read.")
    try:
        with opened(migrated=False) as handoff:
            check = doctor.at_home if offline else doctor.everything
            return [settings, *check(handoff.surroundings(), now=clock())]
    except OSError as error:
        advice = "See that HANDOFF_DATA_DIR names a folder of the user that runs Handoff."
        said = f"{error.filename or 'The data folder'}: {error.strerror}."
        return [settings, Finding("folder", Severity.BLOCKING, said, advice)]


def _row(finding: Finding) -> dict[str, str]:
    return {
        "check": finding.check,
        "about": finding.about,
        "severity": finding.severity.value,
        "found": finding.found,
        "advice": finding.advice,
    }


def _print(found: list[Finding]) -> None:
    for each in found:
        about = f" ({each.about})" if each.about else ""
        click.echo(f"{each.severity.value:<8}  {each.check}{about}: {each.found}")
        if each.advice:
            click.echo(f"{'':10}{each.advice}")
