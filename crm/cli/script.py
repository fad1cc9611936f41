"""`handoff script`: the introduction script for one provider."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from crm.cli.common import clock, json_option, opened, print_json
from crm.domain.script import PART_TITLES, Audience, Channel, Moment

if TYPE_CHECKING:
    from crm.services.scripts import Prepared


#: What people also call an audience.
ALSO = {"general": Audience.SPECIALIST, "primary_care": Audience.PHYSICIAN, "snf": Audience.SKILLED_NURSING}


class AudienceType(click.ParamType[Audience]):
    """An audience by its name ("pt_ot", "pt-ot") or by one word of it ("orthopedics")."""

    name = "audience"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> Audience:
        wanted = value.strip().lower().replace("-", "_")
        found = [one for one in Audience if wanted == one.value or wanted in one.value.split("_")]
        if wanted in ALSO or len(found) == 1:
            return ALSO.get(wanted) or found[0]
        return self.fail(f"“{value}” is none of {', '.join(one.value for one in Audience)}.", param, ctx)

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:
        return "AUDIENCE"


@click.command(name="script")
@click.argument("provider", metavar="NPI|ID")
@click.option(
    "--audience", type=AudienceType(), help=f"For whom ({', '.join(one.value for one in Audience)}); else by specialty."
)
@click.option(
    "--channel",
    type=click.Choice([one.value for one in Channel]),
    default=Channel.VISIT.value,
    show_default=True,
    help="How you meet.",
)
@click.option("--state", type=click.Choice([one.value for one in Moment]), help="Where the relationship stands.")
@click.option("--own", "slug", default="", metavar="NAME", help="A script of your own, by its name in the library.")
@json_option
def command(
    provider: str, audience: Audience | None, channel: str, state: str | None, slug: str, as_json: bool
) -> None:
    """Print the introduction script, filled for the provider with this NPI or number."""
    from crm.services import scripts

    with opened() as handoff, handoff.db.read() as session:
        found = scripts.find(session, provider)
        assert found.id is not None
        prepared = scripts.prepare(
            session,
            found.id,
            None,
            now=clock(),
            audience=audience,
            channel=Channel(channel),
            moment=Moment(state) if state else None,
            slug=slug,
        )
        if as_json:
            print_json(_as_json(prepared))
        else:
            _print(prepared)


def _print(prepared: Prepared) -> None:
    script = prepared.script
    for name, text in script.parts.items():
        click.secho(PART_TITLES[name].upper(), dim=True)
        click.echo(f"{text}\n")
    if script.questions:
        click.secho("TO ASK", dim=True)
        for question in script.questions:
            click.echo(f"- {question}")
        click.echo()
    minutes, seconds = divmod(script.seconds, 60)
    click.echo(
        f"{script.words} words, {minutes}:{seconds:02} spoken. {script.audience}, {script.channel}, {script.moment}."
    )
    for check in script.checks:
        click.echo(f"[{'x' if check.passed else ' '}] {check.label}: {check.why}")


def _as_json(prepared: Prepared) -> dict[str, object]:
    script = prepared.script
    return {
        "provider": {
            "id": prepared.provider.id,
            "npi": prepared.provider.npi,
            "name": prepared.provider.display_name,
        },
        "audience": script.audience,
        "channel": script.channel,
        "state": script.moment,
        "parts": dict(script.parts),
        "questions": list(script.questions),
        "words": script.words,
        "seconds": script.seconds,
        "checks": [
            {"key": check.key, "label": check.label, "passed": check.passed, "why": check.why}
            for check in script.checks
        ],
        "findings": [
            {
                "line": each.line,
                "start": each.start,
                "end": each.end,
                "rule": each.rule,
                "severity": each.severity,
                "why": each.why,
                "suggestion": each.suggestion,
            }
            for each in script.findings
        ],
    }
