"""Past referrals as a list, on both databases."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import SQLModel, col, select

from crm.domain.errors import Invalid, Refused
from crm.domain.kinds import ActivityKind, ReferralStatus
from crm.domain.pipeline import Stage
from crm.models.activities import Activity
from crm.models.clients import Client, ClientProvider
from crm.models.imports import ImportRow
from crm.models.providers import Provider
from crm.models.referrals import Referral, ReferralStep
from crm.models.reports import DueReport
from crm.models.tasks import Task
from crm.services import imports, imports_contacts, merges, referral_imports
from crm.services.imports_workshop import Workshop
from crm.store import imports as store
from crm.store.engine import Database
from tests.factories import NOW, _id, make_business, make_provider, npi

LIST = """Referred by,NPI,City,Received,Client,Service,How,Status,Contacted,Started,Ended,Why lost,Reason,Value
"Luis Ortega, PT",,Houston,3/5/2023,k-14,Post-rehab conditioning,fax,completed,3/6/2023,3/12/2023,6/1/2023,,Knee,1250
"Luis Ortega, PT",,Houston,2021-02-01,A.B.,older adults,call,,2021-02-03,2021-02-10,2021-05-01,,Balance,
,{npi},,11/2/2024,C-3,,,lost,,,11/20/2024,Price,,
"Ann Nobody, MD",,Dallas,1/15/2024,D-4,cardiac,,active,,1/20/2024,,,,
"Luis Ortega, PT",,Houston,5/1/2024,Margaret Lindholm,older adults,,,,,,,,
"Luis Ortega, PT",,Houston,5/2/2024,E-5,older adults,,,,,,,"Patient Margaret Lindholm, fell",
"Luis Ortega, PT",,Houston,5/3/2027,F-6,older adults,,,,,,,,
"Luis Ortega, PT",,Houston,5/4/2024,G-7,older adults,,,5/1/2024,,,,,
"Luis Ortega, PT",,Houston,3/5/2023,K-14,Post-rehab conditioning,fax,completed,,,,,,
"""


@pytest.fixture
def shop(db: Database, tmp_path: Path) -> Workshop:
    return Workshop(db, tmp_path / "work", lambda: NOW)


@pytest.fixture
def them(db: Database) -> tuple[Provider, Provider]:
    with db.write() as session:
        make_business(session)
        luis = make_provider(
            session, first_name="Luis", last_name="Ortega", display_name="Luis Ortega, PT", sort_name="ortega luis",
            city="Houston",
        )  # fmt: skip
        return luis, make_provider(session, stage=Stage.TRIAL, stage_at=datetime(2024, 12, 1, tzinfo=UTC))


def brought(shop: Workshop, tmp_path: Path, text: str, *, apply: bool = False, **options: Any) -> int:
    path = tmp_path / "past.csv"
    path.write_text(text, encoding="utf-8")
    told: dict[str, Any] = {"mapping": {}, "actor_id": None, "now": NOW} | options
    run_id = referral_imports.queue(shop.db, path, name="past.csv", apply=apply, **told)
    imports.work_on(shop, run_id)
    return run_id


def rows(db: Database, run_id: int) -> dict[int, ImportRow]:
    with db.read() as session:
        found = session.exec(select(ImportRow).where(ImportRow.import_id == run_id).order_by(col(ImportRow.line)))
        return {row.line: row for row in found}


def counts(db: Database, run_id: int) -> Mapping[str, Any]:
    with db.read() as session:
        return store.get(session, run_id).counts


def everything(db: Database) -> dict[str, list[Any]]:
    tables: tuple[type[SQLModel], ...] = (Referral, Client, ClientProvider, Provider, Task)
    with db.read() as session:
        return {
            table.__name__: sorted(str(row.model_dump()) for row in session.exec(select(table))) for table in tables
        }


def test_every_row_has_its_verdict_and_nothing_is_changed(
    shop: Workshop, tmp_path: Path, them: tuple[Provider, Provider]
) -> None:
    before = everything(shop.db)
    run_id = brought(shop, tmp_path, LIST.format(npi=them[1].npi))
    found = rows(shop.db, run_id)
    assert [row.verdict for row in found.values()] == [
        *("new", "new", "new", "unknown", "skipped", "skipped", "skipped", "skipped", "skipped"),
    ]
    assert [next(iter(row.problems), row.reason) for row in found.values()][4:] == [
        *("code", "reason", "received_on", "contacted_on", "repeated"),
    ]
    assert counts(shop.db, run_id)["new"] == 3
    assert everything(shop.db) == before


def test_no_name_of_a_client_is_kept(shop: Workshop, tmp_path: Path, them: tuple[Provider, Provider]) -> None:
    found = rows(shop.db, brought(shop, tmp_path, LIST.format(npi=them[1].npi)))
    assert not any("Lindholm" in f"{row.cells}{row.content}{row.problems}" for row in found.values())
    assert "M.L." in found[6].cells
    assert "M.L." in str(found[6].problems["code"])


def test_they_come_in_with_their_past(shop: Workshop, tmp_path: Path, them: tuple[Provider, Provider]) -> None:
    luis, other = them
    run_id = brought(shop, tmp_path, LIST.format(npi=other.npi), apply=True)
    with shop.db.read() as session:
        found = {one.received_on: one for one in session.exec(select(Referral))}
        clients = {one.code: one for one in session.exec(select(Client))}
        kept = session.get_one(Provider, luis.id)
        partner = session.get_one(Provider, other.id)
        steps = session.exec(
            select(ReferralStep.status_to).where(ReferralStep.referral_id == found[date(2023, 3, 5)].id)
        )
        assert list(steps) == [*(ReferralStatus(word) for word in ("received", "contacted", "started", "completed"))]
        assert session.exec(select(Task)).all() == []
        assert session.exec(select(DueReport)).all() == []
        assert not any(one.gets_reports for one in session.exec(select(ClientProvider)))
        assert session.exec(select(ImportRow)).all() == []
        lines = session.exec(select(Activity).where(Activity.kind == ActivityKind.REFERRAL)).all()
    knee = found[date(2023, 3, 5)]
    assert (knee.status, knee.booked_cents, knee.written_on) == (ReferralStatus.COMPLETED, 125_000, date(2023, 3, 5))
    assert found[date(2021, 2, 1)].status is ReferralStatus.COMPLETED
    lost = found[date(2024, 11, 2)]
    assert (lost.status, lost.lost_reason, lost.lost_from) == (ReferralStatus.LOST, "Price", ReferralStatus.RECEIVED)
    assert (clients["K-14"].started_on, clients["K-14"].ended_on) == (date(2023, 3, 12), date(2023, 6, 1))
    assert (kept.referral_count, kept.first_referral_on, kept.last_referral_on) == (
        *(2, date(2021, 2, 1), date(2023, 3, 5)),
    )
    assert kept.stage is Stage.PARTNER
    assert kept.stage_at is not None
    assert kept.stage_at.date() == date(2021, 2, 1)
    assert partner.stage_at is not None
    assert partner.stage_at.date() == date(2024, 12, 1)
    assert sorted(line.happened_at.date() for line in lines) == sorted(found)
    assert counts(shop.db, run_id)["skipped"] == {"provider_unknown": 1, "repeated": 1, "to_mend": 4}


def test_the_same_list_again_brings_nothing(shop: Workshop, tmp_path: Path, them: tuple[Provider, Provider]) -> None:
    brought(shop, tmp_path, LIST.format(npi=them[1].npi), apply=True)
    before = everything(shop.db)
    again = brought(shop, tmp_path, LIST.format(npi=them[1].npi), apply=True)
    assert (counts(shop.db, again)["new"], counts(shop.db, again)["unchanged"]) == (0, 3)
    assert everything(shop.db) == before


def test_undo_takes_the_whole_import_back(shop: Workshop, tmp_path: Path, them: tuple[Provider, Provider]) -> None:
    before = everything(shop.db)
    run_id = brought(shop, tmp_path, LIST.format(npi=them[1].npi), apply=True, adds=True)
    assert counts(shop.db, run_id)["new"] == 4
    answer = imports.undo_now(shop, run_id)
    assert answer["names"] == []
    assert everything(shop.db) == before


def test_an_unknown_provider_is_chosen_or_added(
    shop: Workshop, tmp_path: Path, them: tuple[Provider, Provider]
) -> None:
    text = LIST.format(npi=them[1].npi)
    run_id = brought(shop, tmp_path, text)
    assert referral_imports.choose(shop.db, run_id, _id(rows(shop.db, run_id)[5]), _id(them[1])) == 1
    assert rows(shop.db, run_id)[5].provider_id == them[1].id
    referral_imports.remap(shop.db, run_id, {}, adds=False)
    imports.work_on(shop, run_id)
    referral_imports.choose(shop.db, run_id, _id(rows(shop.db, run_id)[5]), 0)
    assert rows(shop.db, run_id)[5].verdict == "new"
    referral_imports.confirm(shop.db, run_id)
    imports.work_on(shop, run_id)
    with shop.db.read() as session:
        added = session.exec(select(Provider).where(Provider.import_id == run_id)).one()
    assert (added.display_name, added.city, added.referral_count) == ("Ann Nobody, MD", "Dallas", 1)


def test_a_cell_is_mended_and_a_row_left_out(shop: Workshop, tmp_path: Path, them: tuple[Provider, Provider]) -> None:
    run_id = brought(shop, tmp_path, LIST.format(npi=them[1].npi))
    found = rows(shop.db, run_id)
    mended = referral_imports.mend(shop.db, run_id, _id(found[6]), {4: "M.L."}, now=NOW)
    assert (mended.verdict, mended.problems, mended.content["code"]) == ("new", {}, "M.L.")
    referral_imports.leave_out(shop.db, run_id, _id(found[8]))
    assert counts(shop.db, run_id)["skipped"]["left_out"] == 1
    assert counts(shop.db, run_id)["new"] == 4


def test_columns_can_be_said(shop: Workshop, tmp_path: Path, them: tuple[Provider, Provider]) -> None:
    text = 'Boss,When,Who\n"Luis Ortega, PT",2024-01-05,K-1\n'
    mapping = referral_imports.read_mapping(["Boss=provider", "When=received_on", "Who=code"])
    run_id = brought(shop, tmp_path, text, mapping=mapping)
    assert [row.verdict for row in rows(shop.db, run_id).values()] == ["new"]
    with pytest.raises(Invalid):
        referral_imports.read_mapping(["Boss=king"])
    with pytest.raises(Invalid):
        referral_imports.checked_mapping({"a": "code", "b": "code"})


def test_what_was_applied_is_not_mended_any_more(
    shop: Workshop, tmp_path: Path, them: tuple[Provider, Provider]
) -> None:
    run_id = brought(shop, tmp_path, LIST.format(npi=them[1].npi), apply=True)
    with pytest.raises(Refused):
        referral_imports.confirm(shop.db, run_id)


SHORT = """Referred by,Received,Client,Service
"Ana Lopez, MD",2024-01-05,K-1,older adults
"Ana Lopez, MD",2024-02-05,K-2,older adults
"Luis Ortega, PT",2024-03-05,K-3,older adults
"""


def test_somebody_new_of_a_common_name_is_added_once(
    shop: Workshop, tmp_path: Path, them: tuple[Provider, Provider]
) -> None:
    with shop.db.write() as session:
        for city in ("Austin", "Dallas"):
            make_provider(session, display_name="Ana Lopez, MD", sort_name="lopez ana", city=city)
    run_id = brought(shop, tmp_path, SHORT)
    assert referral_imports.choose(shop.db, run_id, _id(rows(shop.db, run_id)[2]), 0) == 2
    referral_imports.confirm(shop.db, run_id)
    imports.work_on(shop, run_id)
    with shop.db.read() as session:
        added = session.exec(select(Provider).where(Provider.import_id == run_id)).one()
    assert (added.display_name, added.referral_count) == ("Ana Lopez, MD", 2)


def test_a_referral_goes_to_whom_the_provider_was_merged_into(
    shop: Workshop, tmp_path: Path, them: tuple[Provider, Provider]
) -> None:
    with shop.db.write() as session:
        twin = _id(make_provider(session, display_name="L. Ortega, PT", sort_name="ortega l", touch_count=9))
    run_id = brought(shop, tmp_path, SHORT)
    assert rows(shop.db, run_id)[4].provider_id == them[0].id
    stays, _ = merges.merge(shop.db, (_id(them[0]), twin), {}, actor_id=None, now=NOW)
    assert stays == twin
    referral_imports.confirm(shop.db, run_id)
    imports.work_on(shop, run_id)
    with shop.db.read() as session:
        assert [one.provider_id for one in session.exec(select(Referral))] == [twin]


def test_whoever_has_another_npi_is_somebody_else(
    shop: Workshop, tmp_path: Path, them: tuple[Provider, Provider]
) -> None:
    number = npi(77_777)
    text = f'Referred by,NPI,Received,Client\n"Luis Ortega, PT",{number},2024-01-05,K-1\n'
    run_id = brought(shop, tmp_path, text)
    (row,) = rows(shop.db, run_id).values()
    assert (row.verdict, row.provider_id) == ("unknown", None)


def test_a_row_that_is_to_be_mended_is_nobodys_yet(
    shop: Workshop, tmp_path: Path, them: tuple[Provider, Provider]
) -> None:
    run_id = brought(shop, tmp_path, LIST.format(npi=them[1].npi))
    wrong = _id(rows(shop.db, run_id)[6])
    referral_imports.choose(shop.db, run_id, wrong, _id(them[1]))
    assert rows(shop.db, run_id)[6].reason == "to_mend"


def test_a_list_of_referrals_is_not_mended_as_one_of_providers(
    shop: Workshop, tmp_path: Path, them: tuple[Provider, Provider]
) -> None:
    run_id = brought(shop, tmp_path, SHORT)
    with pytest.raises(Refused):
        imports_contacts.mend(shop.db, run_id, _id(rows(shop.db, run_id)[2]), {})
