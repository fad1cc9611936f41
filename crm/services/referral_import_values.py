"""A row of a list of past referrals as values, with what is wrong in it by field."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date

from crm.domain import emails, money, names, npi, phones, privacy
from crm.domain import referral_columns as columns
from crm.domain import referrals as rules
from crm.domain.errors import Invalid
from crm.domain.kinds import ReferralStatus

Content = Mapping[str, str]
S = ReferralStatus


def read(cells: Sequence[str], fields: Sequence[str | None], today: date) -> tuple[dict[str, str], dict[str, str]]:
    """What a row says, and what has to be mended in it: {field: sentence}."""
    given = {field: cell.strip() for field, cell in zip(fields, cells, strict=False) if field and cell.strip()}
    content: dict[str, str] = {}
    problems: dict[str, str] = {}

    def take(field: str, make: Callable[[str], str]) -> None:
        try:
            if made := make(given.get(field, "")):
                content[field] = made
        except Invalid as error:
            problems[field] = next(iter(error.errors.values()))

    take("code", _code)
    for field in columns.DAYS:
        take(field, lambda text, field=field: _iso(columns.day(text, field)))  # type: ignore[misc]  # a default
    take("service_key", columns.service_key)
    take("how", lambda text: columns.how(text).value)
    take("status", lambda text: (columns.status(text) or "") and str(columns.status(text)))
    take("npi", lambda text: npi.normalise(text) if text else "")
    take("email", lambda text: emails.normalise(text, field="email") if text else "")
    take("phone", lambda text: phones.normalise(text, field="phone").number if text else "")
    take("value", lambda text: str(money.cents(text, field="value") or ""))
    take("provider", lambda text: text[:200])
    take("city", lambda text: text[:80])
    for field in ("reason", "lost_reason"):
        take(field, lambda text, field=field: _words(text, field, given.get("provider", "")))  # type: ignore[misc]
    if "received_on" not in content and "received_on" not in problems:
        problems["received_on"] = "Say on which day it was received."
    if not {"provider", "npi", "email", "phone"} & {*content, *problems}:
        problems["provider"] = "Say who referred: a name, an NPI, an e-mail or a phone number."
    if not problems:
        _settle(content, problems, today)
    return content, problems


def _code(text: str) -> str:
    try:
        return rules.check_code(text)
    except Invalid as error:
        if not text:
            raise
        raise Invalid({"code": f"{error.errors['code']} For example {columns.initials(text)}"}) from None


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""


def _words(text: str, field: str, provider: str) -> str:
    found = privacy.identifiers(text, allowed=(provider,) if provider else ())
    if found:
        raise Invalid({field: privacy.sentence(found)})
    return text[:300]


def _settle(content: dict[str, str], problems: dict[str, str], today: date) -> None:
    """The status where none was written, and days in their order."""
    days = {field: date.fromisoformat(content[field]) for field in columns.DAYS if field in content}
    inferred = columns.inferred(days, is_lost="lost_reason" in content)
    status = S(content.get("status") or inferred)
    content["status"] = status.value
    if status is S.LOST and "lost_reason" not in content:
        content["lost_reason"] = "Not noted"
    late = next((field for field, day in days.items() if day > today), None)
    if late:
        problems[late] = "This day is still to come."
        return
    before = days["received_on"]
    for field in columns.DAYS[1:]:
        if field in days and days[field] < before:
            problems[field] = "This day is before the one of the step before."
            return
        before = days.get(field, before)


def without_names(cells: Sequence[str], fields: Sequence[str | None], problems: Mapping[str, str]) -> list[str]:
    """The cells as they may be kept: initials for a name in the code's column, and dots for what names somebody."""
    kept = list(cells)
    for place, field in enumerate(fields):
        if field == "code" and "code" in problems and kept[place].strip():
            kept[place] = columns.initials(kept[place])
        elif field in ("reason", "lost_reason") and field in problems:
            for found in reversed(privacy.identifiers(kept[place])):
                kept[place] = f"{kept[place][: found.start]}…{kept[place][found.end :]}"
    return kept


def plain(content: Mapping[str, object]) -> dict[str, str]:
    """The content of a staged row as it was read."""
    return {name: str(value) for name, value in content.items()}


def name_key(content: Content) -> str:
    """The name of the provider as lists are sorted by it."""
    said = content.get("provider", "")
    return names.sort_name(names.parse(said)) if said else ""
