"""The papers of a day on the road as one file: for each visit its sheet, what is to be left, and the reports that are
owed, in the order of the day.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path

from sqlmodel import Session

from crm.documents import pdf_join
from crm.documents.faults import MissingField, TemplateFault
from crm.documents.pdf_join import Part
from crm.domain import visit_materials
from crm.domain.errors import Invalid, NotFound, Refused
from crm.domain.papers import TITLES, DocumentKind
from crm.services import days, papers, visit_reports
from crm.services.paper_desk import Wish
from crm.services.papers import PRESS, Press
from crm.services.visit_reports import HandOver
from crm.store import visits as store
from crm.store.visits import Planned


@dataclass(frozen=True, slots=True)
class Fault:
    """A paper that can't be made: for which visit, which one, and what to do."""

    visit_id: int
    provider_id: int
    name: str
    kind: DocumentKind
    title: str
    problem: str
    service_key: str = ""
    report_id: int | None = None


@dataclass(frozen=True, slots=True)
class Withheld:
    """A report that is owed and isn't printed: about which visit, and why not. The sheet in the pack says so too."""

    visit_id: int
    name: str
    title: str
    why: str


@dataclass(frozen=True, slots=True)
class Pack:
    """What was made for a day, in its order, and what couldn't be: with a fault there is no file.

    `withheld` are reports that may not leave: the rest is printed without them.
    """

    on: date
    parts: Sequence[Part]
    faults: Sequence[Fault]
    withheld: Sequence[Withheld] = ()

    @property
    def file_name(self) -> str:
        """The name to save it under."""
        return f"visits-{self.on.isoformat()}.pdf"

    def pdf(self) -> bytes:
        """All of it as one PDF. Raises Refused where a paper is missing: half a pack is found out at the door."""
        if self.faults:
            first = self.faults[0]
            raise Refused("pack", f"{first.title} for {first.name} can’t be made. {first.problem}")
        if not self.parts:
            raise NotFound("No visit is planned for this day.")
        return pdf_join.joined(self.parts, title=f"Visits on {self.on:%B} {self.on.day}, {self.on.year}")


def pack(
    session: Session, user_id: int, on: date, *, now: datetime, folder: Path | None = None, press: Press = PRESS
) -> Pack:
    """Make the papers of the visits that this person still has to make on a day."""
    made, sheet = _Made(session, press), Wish(DocumentKind.VISIT_SHEET, user_id=user_id, now=now, folder=folder)
    today = days.today_of(session, user_id, now)
    for planned in store.on_day(session, on, user_id):
        for wish in _wishes(planned, sheet):
            made.add(planned, wish)
        for each in visit_reports.of_visit(session, planned.visit.provider_id, planned.visit, today=today):
            made.add_report(planned, each, sheet)
    return Pack(on, made.parts, made.faults, made.withheld)


@dataclass
class _Made:
    """A pack while it grows."""

    session: Session
    press: Press
    parts: list[Part] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    withheld: list[Withheld] = field(default_factory=list)
    reported: set[int] = field(default_factory=set)

    def add(self, planned: Planned, wish: Wish, report: HandOver | None = None) -> None:
        try:
            paper = self.press(self.session, wish)
        except (MissingField, TemplateFault, Refused) as error:
            self.faults.append(_fault(planned, wish, papers.problem(error), report))
        except (Invalid, NotFound) as error:
            self.faults.append(_fault(planned, wish, str(error), report))
        else:
            title = report.title if report else paper.title
            self.parts.append(Part(f"{planned.provider.display_name}: {title}", paper.pdf))

    def add_report(self, planned: Planned, report: HandOver, sheet: Wish) -> None:
        """Each once, also where somebody is visited twice."""
        if report.report_id in self.reported:
            return
        self.reported.add(report.report_id)
        if report.report is not None:
            wish = replace(sheet, kind=report.kind, provider_id=planned.visit.provider_id, report=report.report)
            self.add(planned, wish, report)
        else:
            name = planned.provider.display_name
            self.withheld.append(Withheld(planned.visit.id or 0, name, report.title, report.why_not))


def _wishes(planned: Planned, sheet: Wish) -> Iterator[Wish]:
    """The sheet first, then the papers among the materials."""
    of_visit = replace(sheet, provider_id=planned.visit.provider_id, visit_id=planned.visit.id)
    yield of_visit
    for material in visit_materials.read(planned.visit.materials):
        if material.paper is not None:
            yield replace(of_visit, kind=material.paper.kind, service_key=material.paper.service_key, visit_id=None)


def _fault(planned: Planned, wish: Wish, problem: str, report: HandOver | None) -> Fault:
    return Fault(
        visit_id=planned.visit.id or 0,
        provider_id=planned.visit.provider_id,
        name=planned.provider.display_name,
        kind=wish.kind,
        title=report.title if report else TITLES[wish.kind],
        problem=problem,
        service_key=wish.service_key,
        report_id=report.report_id if report else None,
    )
