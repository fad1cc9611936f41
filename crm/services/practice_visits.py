"""When a practice lets visitors in, and on which days its providers are there: fields of the practice's form."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time
from typing import Any

from sqlmodel import Session

from crm.domain.errors import Invalid
from crm.domain.visit_kinds import Visitors
from crm.services.changes import Recorder
from crm.store import providers

ALL_DAYS = 127


def read(form: Mapping[str, str]) -> dict[str, Any]:
    """Columns of Practice for the fields that are named: visit_days (a mask), visit_from, visit_until, visitors."""
    errors: dict[str, str] = {}
    values: dict[str, Any] = {}
    if "visit_days" in form:
        values["visit_days"] = int(form["visit_days"] or 0) & ALL_DAYS
    for name in ("visit_from", "visit_until"):
        if name in form:
            values[name] = _minutes(name, form[name], errors)
    start, end = values.get("visit_from"), values.get("visit_until")
    if start is not None and end is not None and end <= start:
        errors["visit_until"] = "It has to be later than the time before it."
    if form.get("visitors"):
        try:
            values["visitors"] = Visitors(form["visitors"])
        except ValueError:
            errors["visitors"] = "Choose one of the list."
    if errors:
        raise Invalid(errors)
    return values


def keep_days(session: Session, practice_id: int, days: Mapping[int, int], recorder: Recorder) -> bool:
    """Set on which days providers are in, by their ids; those who don't work there are passed over."""
    changed = False
    for provider_id, mask in days.items():
        link = providers.affiliation(session, provider_id, practice_id)
        if link is not None and link.days != mask & ALL_DAYS:
            changed |= recorder.update(link, days=mask & ALL_DAYS)
    return changed


def _minutes(name: str, text: str, errors: dict[str, str]) -> int | None:
    """Minutes after midnight of "14:30"; None for an empty field."""
    if not text.strip():
        return None
    try:
        found = time.fromisoformat(text.strip())
    except ValueError:
        errors[name] = "Write the time as 14:30."
        return None
    return found.hour * 60 + found.minute
