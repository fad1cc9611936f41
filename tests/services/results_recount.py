"""The figures of the Results page a second time: plain Python over exported rows, written from the definitions."""

from __future__ import annotations

import statistics
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import fields, is_dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlmodel import Session, SQLModel

from crm.domain.conversion import Spread
from crm.domain.figures import Count, Money

Row = dict[str, Any]
TABLES = ("provider", "referral", "activity", "client_session", "due_report", "enrollment")
TOUCHES = {"call", "visit", "meeting", "in_service", "email", "letter", "fax", "reply"}
WAY = ["prospect", "contacted", "introduced", "sample_sent", "trial", "partner"]
STEPS = ["received", "contacted", "scheduled", "started", "kept"]
DIMENSIONS = {
    "service": "service_key",
    "practice": "practice_id",
    "source": "provider_id",
    "channel": "last_touch_kind",
    "how": "how",
    "sequence": "sequence_id",
    "version": "template_version_id",
    "person": "credited_id",
}


def exported(session: Session) -> dict[str, list[Row]]:
    """Every row of the tables that count."""
    tables = SQLModel.metadata.tables
    return {name: [dict(row) for row in session.execute(sa.select(tables[name])).mappings()] for name in TABLES}


def shown(value: Any) -> dict[str, int]:
    """All counts and sums of what the page shows, by key. Money has "$" before its key."""
    if isinstance(value, Count):
        return {value.key: value.value}
    if isinstance(value, Money):
        return {"$" + value.key: value.cents}
    parts: Iterable[Any] = ()
    if isinstance(value, tuple):
        parts = value
    elif is_dataclass(value):
        parts = [getattr(value, field.name) for field in fields(value) if field.name != "before"]
    found: dict[str, int] = {}
    for part in parts:
        found |= shown(part)
    return found


class Recount:
    """One period, counted again."""

    def __init__(self, rows: dict[str, list[Row]], first_on: date, last_on: date, today: date, zone: str) -> None:
        self.first_on, self.last_on, self.today, self.zone = first_on, last_on, today, ZoneInfo(zone)
        alive = [row for row in rows["referral"] if row["archived_at"] is None]
        real = [row for row in alive if not row["sample"]]
        self.sample = not real and bool(alive)
        self.all = real or alive
        self.rows = rows
        self.providers = {row["id"]: row for row in rows["provider"]}
        self.referrals = [row for row in self.all if self.is_in(row["received_on"])]
        self.found: dict[str, int] = {}
        self.spreads: dict[str, Spread] = {}

    def is_in(self, day: date) -> bool:
        return self.first_on <= day <= self.last_on

    def day(self, instant: datetime) -> date:
        return instant.astimezone(self.zone).date()

    def count(self) -> dict[str, int]:
        """Everything but the cohorts, by key."""
        self.funnel()
        self.relations()
        self.sources()
        self.work()
        self.money()
        self.groups()
        self.quiet()
        return self.found

    def funnel(self) -> None:
        at: Counter[tuple[str, bool, str]] = Counter()
        for row in self.referrals:
            lost = row["status"] == "lost"
            at[(furthest(row), lost, row["lost_reason"] if lost else "")] += 1
        for n, step in enumerate(STEPS):
            self.found[f"referral.{step}"] = sum(c for (s, _, _), c in at.items() if STEPS.index(s) >= n)
            self.found[f"referral.lost.{step}"] = sum(c for (s, lost, _), c in at.items() if s == step and lost)
            self.found[f"referral.waiting.{step}"] = sum(c for (s, lost, _), c in at.items() if s == step and not lost)
        for (step, lost, reason), count in at.items():
            if lost:
                self.found[f"referral.because.{step}" + (f":{reason}" if reason else "")] = count
        self.spread("contacted", gaps(self.referrals, "contacted_on", "received_on"))
        self.spread("scheduled", gaps(self.referrals, "scheduled_on", "contacted_on"))
        self.spread("started", gaps(self.referrals, "started_on", "scheduled_on"))
        self.spread("to_start", gaps(self.referrals, "started_on", "received_on"))

    def spread(self, name: str, numbers: Iterable[int]) -> None:
        values = sorted(numbers)
        if len(values) > 1:
            self.spreads[name] = Spread(len(values), *statistics.quantiles(values, n=4, method="inclusive"))

    def relations(self) -> None:
        lines: dict[int, list[Row]] = defaultdict(list)
        for row in self.rows["activity"]:
            if row["undone_at"] is None:
                lines[row["provider_id"]].append(row)
        reached: Counter[str] = Counter()
        days: dict[str, list[int]] = defaultdict(list)
        for provider_id, history in lines.items():
            provider = self.providers[provider_id]
            contacts = [row["happened_at"] for row in history if is_contact(row)]
            if provider["archived_at"] or provider["sample"] != self.sample or not contacts:
                continue
            if self.is_in(first := self.day(min(contacts))):
                self._follow(provider, history, first, reached, days)
        for stage in WAY[1:]:
            self.found[f"stage.{stage}"] = reached[stage]
            self.spread(f"stage.{stage}", days[stage])

    def _follow(
        self, provider: Row, history: list[Row], first: date, reached: Counter[str], days: dict[str, list[int]]
    ) -> None:
        before: date | None = first
        reached["contacted"] += 1
        for place, stage in list(enumerate(WAY))[2:]:
            moves = [row["happened_at"] for row in history if row["kind"] == "stage" and row["stage_to"] in WAY[place:]]
            day = self.day(min(moves)) if moves else None
            reached[stage] += bool(moves) or provider["stage"] in WAY[place:]
            if day and before and day >= before:
                days[stage].append((day - before).days)
            before = day

    def sources(self) -> None:
        past: dict[int, list[Row]] = defaultdict(list)
        for row in sorted(self.all, key=lambda row: (row["received_on"], row["id"])):
            past[row["provider_id"]].append(row)
        kinds: Counter[str] = Counter()
        firsts = []
        for sent in past.values():
            for n, row in enumerate(sent):
                if self.is_in(row["received_on"]):
                    kinds[arrival([each["received_on"] for each in sent[:n]], row["received_on"])] += 1
                    firsts += [row] if n == 0 else []
        for kind in ("new", "repeat", "won_back"):
            self.found[f"arrival.{kind}"] = kinds[kind]
        touched = [row for row in firsts if row["touches"]]
        self.found["first"], self.found["first.touched"] = len(firsts), len(touched)
        self.found["first.untouched"] = len(firsts) - len(touched)
        for name in ("touches", "conversations", "days_to_it"):
            self.spread(name, [row[name] for row in touched if row[name] is not None])

    def work(self) -> None:
        visits = set()
        for row in self.rows["activity"]:
            counts = (
                row["kind"] in ("visit", "in_service") and row["undone_at"] is None and row["sample"] == self.sample
            )
            if counts and self.is_in(self.day(row["happened_at"])):
                visits.add(row["group_key"] or row["id"])
        self.found["visits"] = len(visits)
        judged = [row for row in self.rows["due_report"] if self._is_judged(row)]
        self.found["reports.judged"] = len(judged)
        self.found["reports.on_time"] = sum(
            row["state"] == "delivered" and row["delivered_on"] <= row["due_on"] for row in judged
        )
        self._sequences()

    def _is_judged(self, row: Row) -> bool:
        if row["archived_at"] or row["sample"] != self.sample or not self.is_in(row["due_on"]):
            return False
        return bool(row["state"] == "delivered" or (row["state"] == "open" and row["due_on"] < self.today))

    def _sequences(self) -> None:
        answers: dict[int, list[datetime]] = defaultdict(list)
        for row in self.rows["activity"]:
            if row["kind"] == "reply" and row["undone_at"] is None:
                answers[row["provider_id"]].append(row["happened_at"])
        sent = defaultdict(list)
        for row in self.all:
            sent[row["provider_id"], row["sequence_id"]].append(row["received_on"])
        for row in self.rows["enrollment"]:
            day = self.day(row["enrolled_at"])
            if row["state_reason"] == "undone" or row["sample"] != self.sample or not self.is_in(day):
                continue
            start, until = row["enrolled_at"], row["enrolled_at"] + timedelta(days=90)
            replied = any(start <= at <= until for at in answers[row["provider_id"]])
            referred = any(received >= day for received in sent[row["provider_id"], row["sequence_id"]])
            for name, one in (("enrolled", True), ("replied", replied), ("referred", referred)):
                key = f"sequence.{name}:{row['sequence_id']}"
                self.found[key] = self.found.get(key, 0) + one

    def money(self) -> None:
        visited = [row for row in self.referrals if row["visits"] > 0]
        self.found["visited"] = len(visited)
        for name, rows in (("worth", self.referrals), ("visited", visited)):
            self.found[f"${name}.expected"], self.found[f"${name}.booked"] = worth(rows)
        held = [
            row
            for row in self.rows["client_session"]
            if row["state"] == "attended"
            and row["archived_at"] is None
            and row["sample"] == self.sample
            and self.is_in(row["happened_on"])
        ]
        self.found["sessions"] = len(held)
        self.found["$sessions"] = sum(row["charge_cents"] or 0 for row in held)

    def groups(self) -> None:
        def specialty(row: Row) -> Any:
            return self.providers[row["provider_id"]]["specialty"]

        values: dict[str, Callable[[Row], Any]] = {
            name: (lambda row, column=column: row[column]) for name, column in DIMENSIONS.items()
        }
        for name, value in (values | {"specialty": specialty}).items():
            found = defaultdict(list)
            for row in self.referrals:
                found[value(row)].append(row)
            for one, rows in found.items():
                end = "" if one in (None, "") else f":{one}"
                self.found[f"by.{name}{end}"] = len(rows)
                self.found[f"by.{name}.started{end}"] = sum(row["started_on"] is not None for row in rows)
                self.found[f"$by.{name}.expected{end}"], self.found[f"$by.{name}.booked{end}"] = worth(rows)

    def quiet(self) -> None:
        count = 0
        for row in self.providers.values():
            first, last, n = row["first_referral_on"], row["last_referral_on"], row["referral_count"]
            if row["archived_at"] or row["sample"] != self.sample or row["stage"] != "partner" or last is None:
                continue
            own = (last - first) / (n - 1) if n > 1 else timedelta()
            count += self.today - last > max(own, timedelta(days=90))
        self.found["quiet"] = count

    def cohort(self, month: str) -> dict[str, int]:
        """The figures of one month."""
        rows = [row for row in self.all if f"{row['received_on']:%Y-%m}" == month]
        found = {"received": len(rows), "started": sum(row["started_on"] is not None for row in rows)}
        for days in (30, 90):
            limit = timedelta(days=days)
            ripe = [row for row in rows if row["received_on"] + limit < self.today]
            within = [row for row in ripe if row["started_on"] and row["started_on"] - row["received_on"] <= limit]
            found |= {f"ripe_{days}": len(ripe), f"open_{days}": len(rows) - len(ripe), f"started_{days}": len(within)}
        return {f"cohort.{name}:{month}": value for name, value in found.items()}


def furthest(row: Row) -> str:
    """The furthest step that a referral has reached."""
    if row["started_on"]:
        return "kept" if row["status"] in ("completed", "continuing") else "started"
    return "scheduled" if row["scheduled_on"] else "contacted" if row["contacted_on"] else "received"


def gaps(rows: Iterable[Row], later: str, earlier: str) -> list[int]:
    """Days between two days that are both known and in order."""
    known = [(row[later], row[earlier]) for row in rows if row[later] and row[earlier]]
    return [(one - other).days for one, other in known if one >= other]


def is_contact(row: Row) -> bool:
    """A touch, or a move out of prospect."""
    return row["kind"] in TOUCHES or (row["kind"] == "stage" and row["stage_from"] == "prospect")


def arrival(before: list[date], day: date) -> str:
    """What a referral is after those before it."""
    if not before:
        return "new"
    own = (before[-1] - before[0]) / (len(before) - 1) if len(before) > 1 else timedelta()
    return "won_back" if day - before[-1] > max(own, timedelta(days=90)) else "repeat"


def worth(rows: Iterable[Row]) -> tuple[int, int]:
    """What they may bring, and have brought."""
    rows = list(rows)
    expected = sum(row["expected_cents"] or 0 for row in rows if row["status"] != "lost")
    return expected, sum(row["booked_cents"] or 0 for row in rows)
