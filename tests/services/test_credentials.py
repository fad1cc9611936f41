"""Certification, insurance, CPR."""

from __future__ import annotations

from datetime import timedelta

import pytest

from crm.domain.errors import Invalid, NotFound
from crm.models.accounts import Credential, User
from crm.services import credentials
from crm.store.engine import Database
from tests.factories import NOW, TODAY, make_credential, make_user


@pytest.fixture
def dana(db: Database) -> User:
    with db.write() as session:
        return make_user(session)


def papers(db: Database, user: User) -> list[Credential]:
    with db.read() as session:
        return list(credentials.of_user(session, user.id))


def test_papers_stand_in_the_order_in_which_they_run_out(db: Database, dana: User) -> None:
    for name, day in (("CPR", "2027-01-01"), ("Degree", ""), ("Insurance", "2026-06-30")):
        credentials.add(db, dana.id, kind="certification", name=name, expires_on=day, now=NOW)
    assert [paper.name for paper in papers(db, dana)] == ["Insurance", "CPR", "Degree"]


@pytest.mark.parametrize(("days", "warned"), [(-3, True), (0, True), (60, True), (61, False)])
def test_a_warning_comes_sixty_days_before(db: Database, dana: User, days: int, warned: bool) -> None:
    with db.write() as session:
        make_credential(session, user_id=dana.id, expires_on=TODAY + timedelta(days=days))
        make_credential(session, user_id=dana.id, expires_on=None)
    assert len(credentials.expiring(papers(db, dana), TODAY)) == warned


def test_a_paper_is_renewed_and_removed(db: Database, dana: User) -> None:
    paper = credentials.add(db, dana.id, kind="cpr", name=" CPR ", number=" 17 ", expires_on="2026-04-01", now=NOW)
    credentials.renew(db, dana.id, paper.id, expires_on="2028-04-01", now=NOW)
    assert [(row.name, row.number, str(row.expires_on)) for row in papers(db, dana)] == [("CPR", "17", "2028-04-01")]
    credentials.remove(db, dana.id, paper.id, now=NOW)
    assert papers(db, dana) == []
    with pytest.raises(NotFound):
        credentials.remove(db, dana.id, paper.id, now=NOW)


def test_nobody_touches_papers_of_somebody_else(db: Database, dana: User) -> None:
    with db.write() as session:
        theirs = make_credential(session)
    with pytest.raises(NotFound):
        credentials.renew(db, dana.id, theirs.id, expires_on="", now=NOW)


def test_what_is_wrong_is_named(db: Database, dana: User) -> None:
    with pytest.raises(Invalid) as wrong:
        credentials.add(db, dana.id, kind="diploma", name=" ", expires_on="soon", now=NOW)
    assert set(wrong.value.errors) == {"kind", "name", "expires_on"}
    paper = credentials.add(db, dana.id, kind="cpr", name="CPR", now=NOW)
    with pytest.raises(Invalid):
        credentials.renew(db, dana.id, paper.id, expires_on="2026-02-30", now=NOW)
