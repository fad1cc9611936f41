"""Which period Results shows and what it is compared with: both are in the address, as are all links to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import g, request, url_for

from crm.domain import calendar, periods
from crm.domain.errors import Invalid
from crm.domain.periods import COMPARED_LABELS, PRESET_LABELS, Compared, Period, Preset
from crm.web.context import now

USUAL = Preset.THIS_MONTH


@dataclass(frozen=True, slots=True)
class Chosen:
    """What was asked for. `today` is the day where the business is; `problem` says what of it couldn't be read."""

    period: Period
    compared: Compared
    today: date
    zone: str
    errors: Mapping[str, str]

    @property
    def query(self) -> dict[str, Any]:
        """As it stands in addresses."""
        compared = {} if self.compared is Compared.BEFORE else {"compare": self.compared.value}
        return {"period": self.period.slug, **compared}

    @property
    def before(self) -> Period | None:
        """What it is compared with."""
        return periods.compared_with(self.period, self.compared, self.today)

    def href(self, endpoint: str = "results.index", **more: Any) -> str:
        """The address of a page for this period."""
        return url_for(endpoint, **more, **self.query)


def chosen() -> Chosen:
    """What the address asks for; this month where it says nothing, or nothing that can be read."""
    zone = g.business.zone if g.get("business") else "America/Chicago"
    today = calendar.local_day(now(), zone)
    errors: dict[str, str] = {}
    try:
        period = _period(today)
    except Invalid as error:
        period, errors = periods.of(USUAL, today), error.errors
    compared = request.args.get("compare", "")
    known = {each.value: each for each in Compared}
    return Chosen(period, known.get(compared, Compared.BEFORE), today, zone, errors)


def _period(today: date) -> Period:
    """Two days of the form, else the period by its name."""
    first, last = (request.args.get(name, "").strip() for name in ("first", "last"))
    if first or last:
        return periods.read(f"{first}..{last or today.isoformat()}", today)
    return periods.read(request.args.get("period") or USUAL.value, today)


def presets(picked: Chosen, show: str) -> list[tuple[str, str, bool]]:
    """Links to the periods with a name: words, address, whether it is the one that is shown."""
    compared = {"compare": picked.compared.value} if picked.compared is not Compared.BEFORE else {}
    rest: dict[str, Any] = compared | ({"show": show} if show else {})
    return [
        (PRESET_LABELS[each], url_for("results.index", period=each.value, **rest), picked.period.preset is each)
        for each in Preset
        if each is not Preset.CUSTOM
    ]


def comparisons() -> list[tuple[str, str]]:
    """What can be compared with, for a field."""
    return [(each.value, words) for each, words in COMPARED_LABELS.items()]
