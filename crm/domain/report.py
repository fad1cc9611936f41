"""What a report says, of a fictitious client or a real one: the same record fills the page, the PDF and the plot."""

from __future__ import annotations

from dataclasses import dataclass

from crm.domain.measures import Change, Motion, Side
from crm.domain.papers import DocumentKind


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table of measures. Values are in `unit`; `series` is what the plot shows, in order of time.

    `basis` says from when on a change counts and for whom that was published; it is empty where nothing was.
    """

    key: str
    label: str
    unit: str
    baseline: float | None
    now: float | None
    goal: float | None
    change: Change
    side: Side = Side.NONE
    motion: Motion = Motion.NONE
    basis: str = ""
    error: float | None = None
    norm: str = ""
    at_risk: bool | None = None
    series: tuple[tuple[str, float], ...] = ()
    source: str = ""


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom a report is about: by code, with nothing that names a person. `period` and `cleared` are as printed.

    `referrer` is who sent the client where that isn't the reader; None says that nobody did.
    """

    code: str
    age_band: str
    condition: str
    cleared: str
    period: str
    attended: int
    scheduled: int
    limits: tuple[str, ...] = ()
    tester: str = ""
    device: str = ""
    referrer: str | None = ""


@dataclass(frozen=True, slots=True)
class Story:
    """What is told beside the figures. `ask` is the one question or request to the provider."""

    bottom_line: str
    goals: tuple[str, ...] = ()
    tolerance: str = ""
    events: str = ""
    plan: tuple[str, ...] = ()
    ask: str = ""


@dataclass(frozen=True, slots=True)
class Session:
    """One line of a session log. `day` is as printed: "Week 2, session 1" or a date."""

    day: str
    work: str
    response: str


@dataclass(frozen=True, slots=True)
class Report:
    """A whole report. `plot_key` names the row that is drawn."""

    kind: DocumentKind
    subject: Subject
    rows: tuple[Row, ...]
    plot_key: str
    story: Story
    log: tuple[Session, ...] = ()
    sample: bool = False
