from __future__ import annotations

from datetime import timedelta

import pytest

from crm.domain.errors import NotFound, Refused
from crm.domain.kinds import VisitState
from crm.domain.papers import DocumentKind
from crm.services import visit_packs
from crm.services.visit_packs import Pack
from crm.store.engine import Database
from tests import factories
from tests.factories import NOW, TODAY
from tests.services.papers import FakePress, refusing

K = DocumentKind


def _day(db: Database) -> tuple[int, list[int]]:
    """Three visits today, the last put first; one tomorrow, one done, one of a colleague."""
    with db.write() as session:
        factories.make_business(session)
        mine, other = factories.make_user(session), factories.make_user(session)
        people = [factories.make_provider(session, display_name=f"Doctor {name}") for name in "ABC"]
        places = (2, 3, 1)
        bags = (["Card", "Referral pad"], [], ["sample-progress-report", "service-sheet:weight_management"])
        for provider, position, materials in zip(people, places, bags, strict=True):
            factories.make_visit(
                session, provider_id=provider.id, owner_id=mine.id, position=position, materials=materials
            )
        factories.make_visit(session, provider_id=people[0].id, owner_id=mine.id, planned_on=TODAY + timedelta(days=1))
        factories.make_visit(session, provider_id=people[0].id, owner_id=mine.id, state=VisitState.DONE)
        factories.make_visit(session, provider_id=people[0].id, owner_id=other.id)
        assert mine.id is not None
        return mine.id, [provider.id or 0 for provider in people]


def _pack(db: Database, user_id: int, press: FakePress) -> Pack:
    with db.read() as session:
        return visit_packs.pack(session, user_id, TODAY, now=NOW, press=press)


def test_each_sheet_is_followed_by_its_materials_in_the_order_of_the_day(sqlite_db: Database) -> None:
    user_id, (first, second, third) = _day(sqlite_db)
    press = FakePress()
    found = _pack(sqlite_db, user_id, press)
    assert press.made == [
        (K.VISIT_SHEET, third, ""),
        (K.SAMPLE_PROGRESS_REPORT, third, ""),
        (K.SERVICE_SHEET, third, "weight_management"),
        (K.VISIT_SHEET, first, ""),
        (K.REFERRAL_PAD, first, ""),
        (K.VISIT_SHEET, second, ""),
    ]
    assert [part.title for part in found.parts][:2] == ["Doctor C: Visit sheet", "Doctor C: Sample progress report"]
    assert found.file_name == "visits-2026-03-04.pdf"


def test_there_is_never_half_a_pack_and_what_is_missing_is_named(sqlite_db: Database) -> None:
    user_id, _ = _day(sqlite_db)
    found = _pack(sqlite_db, user_id, refusing("A word left your scope."))
    assert len(found.faults) == 6
    assert (found.faults[0].name, found.faults[0].title) == ("Doctor C", "Visit sheet")
    with pytest.raises(Refused, match=r"Visit sheet for Doctor C can’t be made\. A word left your scope\."):
        found.pdf()


def test_a_day_without_visits_has_no_papers(sqlite_db: Database) -> None:
    with sqlite_db.write() as session:
        user_id = factories.make_user(session).id
    with pytest.raises(NotFound):
        _pack(sqlite_db, user_id or 0, FakePress()).pdf()
