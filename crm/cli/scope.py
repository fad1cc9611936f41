"""`handoff check-scope`: whether a text stays inside a trainer's scope of practice."""

from __future__ import annotations

from pathlib import Path

import click

from crm.cli.common import json_option, print_json
from crm.domain import scope


@click.command(name="check-scope")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@json_option
@click.pass_context
def command(context: click.Context, file: Path, as_json: bool) -> None:
    """Check a text file. Exits 1 when something in it must not be sent."""
    findings = scope.check(file.read_text(encoding="utf-8-sig", errors="replace"))
    if as_json:
        print_json({"findings": [_as_json(finding) for finding in findings]})
    else:
        for finding in findings:
            click.echo(
                f"{finding.line}:{finding.start + 1} {finding.severity} “{finding.text}”: {finding.why} "
                f"{finding.suggestion}"
            )
        click.echo(f"{len(findings)} found." if findings else "Nothing found: the text stays in scope.")
    context.exit(1 if scope.blocks(findings) else 0)


def _as_json(finding: scope.Finding) -> dict[str, object]:
    return {
        "line": finding.line,
        "start": finding.start,
        "end": finding.end,
        "rule": finding.rule,
        "severity": finding.severity,
        "why": finding.why,
        "suggestion": finding.suggestion,
    }
