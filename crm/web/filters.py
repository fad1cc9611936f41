"""How values look on pages: dates in the viewer's zone, phone numbers, money, plurals."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import lru_cache
from urllib.parse import urlencode

from markupsafe import Markup, escape

from crm.domain import phones
from crm.domain.addresses import one_line
from crm.models.practices import Practice

CAP = 1000
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


@lru_cache(maxsize=4096)
def phone(number: str) -> str:
    """`+17135550142` as `(713) 555-0142`; what can't be read stays as it is."""
    if not number:
        return ""
    known = number if number.startswith("+") else phones.from_directory(number)
    return phones.show(known) if known else number


def money(cents: int | None) -> str:
    """Cents as `$1,250` or `$12.50`."""
    if cents is None:
        return ""
    sign, whole, rest = ("-" if cents < 0 else ""), *divmod(abs(cents), 100)
    return f"{sign}${whole:,}.{rest:02d}" if rest else f"{sign}${whole:,}"


def plural(count: int, one: str, many: str = "") -> str:
    """`3 providers`, `1 provider`, with thousands separated."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def capped(count: int, cap: int = CAP) -> str:
    """A count that was stopped at the cap reads `1,000+`."""
    return f"{cap:,}+" if count >= cap else f"{count:,}"


def day(value: date | None, today: date | None = None) -> str:
    """`Mon, Nov 23`, with the year when it isn't this one."""
    if value is None:
        return ""
    text = f"{value:%a, %b} {value.day}"
    return text if today and value.year == today.year else f"{text}, {value.year}"


def near_day(value: date | None, today: date) -> str:
    """`Today`, `Tomorrow`, `Yesterday`, a weekday within six days, otherwise the date."""
    if value is None:
        return ""
    distance = (value - today).days
    words = {0: "Today", 1: "Tomorrow", -1: "Yesterday"}
    if distance in words:
        return words[distance]
    return f"{value:%A}" if 0 < distance < 7 else day(value, today)


def by_day(value: date, today: date) -> str:
    """The same inside a sentence: `today`, `tomorrow`, `Friday`, `Mon, Dec 7`."""
    text = near_day(value, today)
    return text.lower() if abs((value - today).days) <= 1 else text


def due(value: date | None, today: date) -> str:
    """A due day in words: `3 days overdue`, `Today`, `Friday`, `Mon, Dec 7`, `No next step`."""
    if value is None:
        return "No next step"
    late = (today - value).days
    return f"{plural(late, 'day')} overdue" if late > 0 else near_day(value, today)


def due_class(value: date | None, today: date) -> str:
    """`overdue`, `today`, `later` or `none`: the colour of pill and card edge."""
    if value is None:
        return "none"
    return "overdue" if value < today else "today" if value == today else "later"


def days_in(mask: int) -> str:
    """`Mon, Tue, Thu` for a bit mask."""
    return ", ".join(name for bit, name in enumerate(WEEKDAYS) if mask >> bit & 1)


def map_link(practice: Practice) -> str:
    """Opens the map of the phone or the browser at the address."""
    address = one_line(practice.line1, practice.line2, practice.city, practice.state, practice.zip)
    return "https://www.google.com/maps/search/?" + urlencode({"api": 1, "query": address})


def return_days(today: date) -> list[tuple[date, str]]:
    """Days offered for coming back, moved off the weekend."""
    offers = ((30, "In a month"), (91, "In 3 months"), (182, "In 6 months"))
    return [(_weekday(today + timedelta(days=days)), words) for days, words in offers]


def _weekday(value: date) -> date:
    return value + timedelta(days=8 - value.isoweekday()) if value.isoweekday() > 5 else value


def ago(value: datetime | None, now: datetime) -> str:
    """`just now`, `5 min ago`, `3 h ago`, `4 days ago`, `5 weeks ago`, `7 months ago`; also ahead: `in 2 days`."""
    if value is None:
        return ""
    seconds = (now - value).total_seconds()
    text = _span(abs(seconds))
    if not text:
        return "just now"
    return f"{text} ago" if seconds > 0 else f"in {text}"


def _span(seconds: float) -> str:
    if seconds < 60:
        return ""
    for size, limit, one, many in (
        (60, 3600, "min", "min"),
        (3600, 86400, "h", "h"),
        (86400, 14 * 86400, "day", "days"),
        (7 * 86400, 60 * 86400, "week", "weeks"),
        (30.4375 * 86400, 730 * 86400, "month", "months"),
        (365.25 * 86400, float("inf"), "year", "years"),
    ):
        if seconds < limit:
            return plural(int(seconds // size), one, many)
    raise AssertionError("the last limit is infinite")


def clock(value: datetime | None, zone: tzinfo) -> str:
    """`2:05 pm` in the given zone."""
    if value is None:
        return ""
    local = value.astimezone(zone)
    return f"{local.hour % 12 or 12}:{local.minute:02d} {'am' if local.hour < 12 else 'pm'}"


def moment(value: datetime | None, zone: tzinfo, today: date) -> str:
    """`Mon, Nov 23, 2:05 pm` in the given zone."""
    return "" if value is None else f"{day(value.astimezone(zone).date(), today)}, {clock(value, zone)}"


def time_tag(value: datetime | None, zone: tzinfo, now: datetime) -> Markup:
    """A `<time>` that says how long ago, keeps itself fresh, and shows the full moment on hover."""
    if value is None:
        return Markup("")
    full = moment(value, zone, now.astimezone(zone).date())
    stamp = value.astimezone(UTC).isoformat(timespec="seconds")
    return Markup('<time datetime="{}" title="{}" data-ago>{}</time>').format(stamp, full, ago(value, now))


def initials(name: str) -> str:
    """Up to two letters for an avatar; titles and what stands after a comma are left out."""
    words = [word for word in name.partition(",")[0].split() if word[:1].isalnum()]
    letters = [word[0].upper() for word in words if word.rstrip(".").lower() not in {"dr", "the"}]
    return "".join(letters[:1] + letters[-1:]) if len(letters) > 1 else "".join(letters)


def attrs(values: Mapping[str, object]) -> Markup:
    """Extra attributes of a macro: `data_x="1"` becomes `data-x="1"`, True a bare name, None and False nothing."""
    parts = []
    for name, value in values.items():
        if value is None or value is False:
            continue
        key = escape(name.rstrip("_").replace("_", "-"))
        parts.append(Markup(" {}").format(key) if value is True else Markup(' {}="{}"').format(key, value))
    return Markup("").join(parts)
