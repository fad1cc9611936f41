"""`handoff …`: the public commands. One module per noun; this one finds them and turns errors into one line."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any

import click

from crm.domain.errors import HandoffError

#: Command name -> "module:attribute". A module is imported only when its command is asked for (or listed).
COMMANDS: dict[str, str] = {
    "serve": "crm.cli.server:serve",
    "web": "crm.cli.server:web",
    "worker": "crm.cli.server:worker",
    "import": "crm.cli.imports:group",
    "owner": "crm.cli.owner:group",
    "script": "crm.cli.script:command",
    "document": "crm.cli.document:command",
    "check-scope": "crm.cli.scope:command",
    "mail": "crm.cli.mail:group",
    "sequences": "crm.cli.sequences:group",
    "results": "crm.cli.results:command",
    "route": "crm.cli.route:command",
    "mileage": "crm.cli.mileage:command",
    "visits": "crm.cli.visits:group",
    "doctor": "crm.cli.doctor:command",
    "demo": "crm.cli.demo:group",
    "backup": "crm.cli.backup:backup",
    "restore": "crm.cli.backup:restore",
}


class Handoff(click.Group):
    """Loads commands by name, and shows the errors that are meant for people without a traceback."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[cmd_name].partition(":")
        command: click.Command = getattr(import_module(module), attribute)
        return command

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except HandoffError as error:
            raise click.ClickException(str(error)) from error


@click.group(cls=Handoff, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="handoff", prog_name="handoff")
def cli() -> None:
    """Provider outreach for medical exercise professionals: from first visit to referral."""


def main(args: list[str] | None = None) -> None:
    """Run one command: exit 0 when it worked, 1 with one line on stderr when it didn't, 2 for wrong usage."""
    cli.main(args=sys.argv[1:] if args is None else args, prog_name="handoff")
