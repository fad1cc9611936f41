"""`handoff mileage`: the mileage log of a year as a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from crm.cli.common import clock, json_option, opened, print_json

if TYPE_CHECKING:
    from crm.services.mileage import Log


@click.command(name="mileage")
@click.option("--year", type=click.IntRange(2000, 2100), default=None, help="Which year; this one by default.")
@click.option("--rate", default="", help="Dollars a mile for this log, such as 0.50; the business's by default.")
@click.option("--user", "email", default="", help="Whose driving, by e-mail; the owner's by default.")
@click.option("-o", "--output", type=click.Path(dir_okay=False, writable=True, path_type=Path),
              help="A .csv or .xlsx file; without it the sums are shown.")  # fmt: skip
@json_option
def command(year: int | None, rate: str, email: str, output: Path | None, as_json: bool) -> None:
    """Show or save the mileage log of a year."""
    from crm.cli.people import person
    from crm.domain import mileage as figures
    from crm.services import days, mileage

    with opened() as handoff, handoff.db.read() as session:
        user_id = person(session, email)
        wanted = year or days.today_of(session, user_id, clock()).year
        found = mileage.log(session, user_id, wanted, mills=figures.read_rate(rate, "rate"))
    if output is not None:
        try:
            _write(found, output)
        except OSError as error:
            raise click.ClickException(f"“{output}” can't be written: {error.strerror or error}.") from error
    if as_json:
        print_json(_plain(found))
        return
    for line in lines(found):
        click.echo(line)
    if output is not None:
        click.echo(f"Written to {output}.")


def lines(found: Log) -> list[str]:
    """Sums by month and of the year."""
    from datetime import date

    total = found.total
    if not total.days:
        return [f"{found.year}: no visits made."]
    sample = ", sample data" if found.is_sample else ""
    told = [f"{found.year}{sample}: {total.miles:.1f} miles on {_days(total.days)}{_dollars(total.cents)}"]
    for month, _, its in reversed(found.months):
        told.append(
            f"  {date(found.year, month, 1):%b}  {its.miles:8.1f} miles, {its.visits} stops{_dollars(its.cents)}"
        )
    if total.estimated_days:
        told.append(f"  Estimated, not yet corrected by hand: {_days(total.estimated_days)}.")
    if found.mills is None:
        told.append("  No rate is set. Rates for taxes change every year: give this year's with --rate.")
    return told


def _days(count: int) -> str:
    return f"{count} day{'' if count == 1 else 's'}"


def _dollars(cents: int | None) -> str:
    return "" if cents is None else f", ${cents / 100:,.2f}"


def _write(found: Log, output: Path) -> None:
    from crm.documents.tables import csv_of, xlsx_into
    from crm.services import mileage

    if output.suffix.lower() == ".xlsx":
        with output.open("wb") as file:
            xlsx_into(file, [mileage.table(found)])
        return
    with output.open("w", encoding="utf-8", newline="") as file:
        file.writelines(csv_of(mileage.table(found)))


def _plain(found: Log) -> dict[str, object]:
    from crm.domain.mileage import cents_of

    days = [
        {
            "day": row.on,
            "from": row.start,
            "stops": list(row.stops),
            "to": row.end,
            "purpose": row.purpose,
            "miles": row.miles,
            "estimated": row.is_estimate,
            "cents": cents_of(row.miles, found.mills),
        }
        for row in found.days
    ]
    total = found.total
    return {"year": found.year, "mills": found.mills, "miles": total.miles, "cents": total.cents, "days": days}
