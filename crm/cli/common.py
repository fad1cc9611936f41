"""What commands share: opening the business, the clock, and printing."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from crm.bootstrap import Handoff


@contextmanager
def opened(*, migrated: bool = True) -> Iterator[Handoff]:
    """The business as the settings name it, its schema brought up to date first; closed again afterwards."""
    from crm.bootstrap import open_handoff
    from crm.config import BadSettingError
    from crm.store.migrate import NewerSchemaError

    try:
        handoff = open_handoff(migrated=migrated)
    except (BadSettingError, NewerSchemaError) as error:
        raise click.ClickException(str(error)) from error
    try:
        yield handoff
    finally:
        handoff.db.dispose()


def clock() -> datetime:
    """Now, aware UTC. Commands are entry points: they read the clock and pass it on."""
    return datetime.now(UTC)


def json_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """`--json`, given to the command as `as_json`."""
    return click.option("--json", "as_json", is_flag=True, help="Print one JSON document instead of text.")(command)


def print_json(value: object) -> None:
    """One JSON document on stdout; dates, times, enums and paths as strings."""
    click.echo(json.dumps(value, default=_plain, ensure_ascii=False))


def _plain(value: object) -> object:
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Path):
        return str(value)
    raise TypeError(f"{type(value).__name__} can't be printed as JSON")
