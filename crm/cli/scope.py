"""`handoff check-scope`: whether a text stays inside a trainer's scope of practice."""

from __future__ import annotations

import codecs
import sys
from pathlib import Path

import click

from crm.cli.common import json_option, print_json
from crm.domain import scope

#: A text that a person wrote is far shorter; what lies behind is not looked at, and that is said.
LONGEST = 20_000_000
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@click.command(name="check-scope")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path))
@json_option
@click.pass_context
def command(context: click.Context, file: Path, as_json: bool) -> None:
    """Check a text file ("-" reads what is piped in). Exits 1 when something in it must not be sent."""
    findings = scope.check(_text(file))
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


def _text(file: Path) -> str:
    """Whatever is in the file, as text with "\\n" at line ends."""
    if str(file) == "-":
        content = sys.stdin.buffer.read(LONGEST + 1)
    else:
        with file.open("rb") as opened:
            content = opened.read(LONGEST + 1)
    if len(content) > LONGEST:
        click.echo(f"Only the first {LONGEST // 1_000_000} MB were checked.", err=True)
        content = content[:LONGEST]
    return _decoded(content).replace("\r\n", "\n").replace("\r", "\n")


def _decoded(content: bytes) -> str:
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return content.decode(encoding, "replace")
    if content[:200].count(0) > len(content[:200]) // 4:  # UTF-16 that doesn't say so
        return content.decode("utf-16-be" if content[:1] == b"\0" else "utf-16-le", "replace")
    return content.decode("utf-8", "replace")


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
