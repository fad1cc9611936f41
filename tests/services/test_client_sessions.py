from __future__ import annotations

from datetime import date

import pytest
from sqlmodel import col, select

from crm.domain.client_kinds import SessionState
from crm.domain.errors import Invalid, NotFound
from crm.models.accounts import ServicePrice
from crm.models.client_care import ClientSession
from crm.models.referrals import Referral
from crm.services import booking, changes, client_sessions
from crm.services.client_sessions import Logged
from crm.store import client_sessions as store
from crm.store.engine import Database
from tests.factories import NOW, TODAY
from tests.services.client_files import WHO, File, lines, referred

S = SessionState


@pytest.fixture
def file(db: Database) -> File:
    return referred(db)


def log(db: Database, client_id: int, state: str = "attended", day: str = "2026-03-04", **form: str) -> Logged:
    return client_sessions.log(db, client_id, {"state": state, "happened_on": day, **form}, **WHO)


def rows(db: Database) -> list[ClientSession]:
    with db.read() as session:
        query = select(ClientSession).where(col(ClientSession.archived_at).is_(None))
        return list(session.exec(query.order_by(col(ClientSession.happened_on), col(ClientSession.id))))


def booked(db: Database, file: File) -> int | None:
    with db.read() as session:
        return session.get_one(Referral, file.referral_id).booked_cents


def price(db: Database, cents: int) -> None:
    with db.write() as session:
        session.merge(ServicePrice(service_key="post_rehab_conditioning", session_cents=cents))


def test_an_attended_session_has_its_price_which_a_new_price_does_not_change(db: Database, file: File) -> None:
    log(db, file.client_id)
    price(db, 12000)
    log(db, file.client_id, day="2026-03-03")
    assert [row.charge_cents for row in rows(db)] == [12000, 9000]
    assert booked(db, file) == 21000


def test_one_that_was_missed_brings_nothing(db: Database, file: File) -> None:
    log(db, file.client_id, "missed")
    assert (rows(db)[0].charge_cents, booked(db, file)) == (None, None)


def test_the_same_form_sent_twice_is_one_session(db: Database, file: File) -> None:
    first = log(db, file.client_id, client_key="phone-1")
    again = log(db, file.client_id, client_key="phone-1")
    assert (again.session_id, again.is_repeat, again.change_set_id) == (first.session_id, True, None)
    assert len(rows(db)) == 1


def test_what_was_planned_for_the_day_is_the_session_that_is_logged(db: Database, file: File) -> None:
    log(db, file.client_id, "scheduled")
    log(db, file.client_id, "attended", work="Sit to stand, three rounds", minutes="45")
    (row,) = rows(db)
    assert (row.state, row.work, row.minutes) == (S.ATTENDED, "Sit to stand, three rounds", 45)


def test_a_series_is_planned_in_one_motion_and_undone_in_one(db: Database, file: File) -> None:
    log(db, file.client_id, "scheduled", "2026-03-10")
    form = {"first_on": "2026-03-04", "weeks": "6", "minutes": "60"}
    planned = client_sessions.plan(db, file.client_id, form, {1, 3}, **WHO)
    assert (len(planned.days), planned.left_out, len(rows(db))) == (11, 1, 12)
    assert client_sessions.plan(db, file.client_id, form, {1, 3}, **WHO).change_set_id is None
    assert changes.undo(db, planned.change_set_id or 0, actor_id=None, now=NOW) == []
    assert len(rows(db)) == 1


def test_a_series_without_days_or_weeks_is_refused(db: Database, file: File) -> None:
    with pytest.raises(Invalid) as error:
        client_sessions.plan(db, file.client_id, {}, (), **WHO)
    assert set(error.value.errors) == {"first_on", "weeks"}
    with pytest.raises(Invalid) as error:
        client_sessions.plan(db, file.client_id, {"first_on": "2026-03-04", "weeks": "1"}, (), **WHO)
    assert set(error.value.errors) == {"weekdays"}


def test_one_tap_ticks_a_session_off_and_a_second_one_changes_nothing(db: Database, file: File) -> None:
    session_id = log(db, file.client_id, "scheduled").session_id
    first = client_sessions.tick(db, session_id, S.ATTENDED, **WHO)
    assert client_sessions.tick(db, session_id, S.ATTENDED, **WHO).is_repeat
    assert booked(db, file) == 9000
    changes.undo(db, first.change_set_id or 0, actor_id=None, now=NOW)
    assert (rows(db)[0].state, rows(db)[0].charge_cents, booked(db, file)) == (S.SCHEDULED, None, None)


def test_nobody_attends_a_session_that_is_still_to_come(db: Database, file: File) -> None:
    session_id = log(db, file.client_id, "scheduled", "2026-03-05").session_id
    with pytest.raises(Invalid):
        client_sessions.tick(db, session_id, S.ATTENDED, **WHO)
    with pytest.raises(Invalid):
        log(db, file.client_id, "attended", "2026-03-05")
    with pytest.raises(Invalid):
        log(db, file.client_id, "scheduled", "2028-03-05")


def test_a_correction_to_missed_takes_the_charge_away(db: Database, file: File) -> None:
    session_id = log(db, file.client_id).session_id
    form = {"state": "missed", "happened_on": "2026-03-04"}
    assert client_sessions.correct(db, session_id, form, **WHO) is not None
    assert client_sessions.correct(db, session_id, form, **WHO) is None
    assert (rows(db)[0].charge_cents, booked(db, file)) == (None, None)


def test_one_put_away_counts_no_more(db: Database, file: File) -> None:
    session_id = log(db, file.client_id).session_id
    client_sessions.archive(db, session_id, **WHO)
    assert (rows(db), booked(db, file)) == ([], None)
    with pytest.raises(NotFound):
        client_sessions.tick(db, session_id, S.MISSED, **WHO)


def test_what_is_planned_is_cancelled_at_once(db: Database, file: File) -> None:
    for day in ("2026-03-04", "2026-03-05", "2026-03-06"):
        log(db, file.client_id, "scheduled", day)
    assert client_sessions.drop_planned(db, file.client_id, **WHO) is not None
    assert [row.state for row in rows(db)] == [S.SCHEDULED, S.CANCELLED, S.CANCELLED]
    assert client_sessions.drop_planned(db, file.client_id, **WHO) is None


def test_the_provider_of_the_referral_sees_it_on_the_timeline(db: Database, file: File) -> None:
    log(db, file.client_id, "missed")
    assert lines(db, file.provider_id) == ["K-14: missed a session, March 4"]


@pytest.mark.parametrize(
    ("form", "field"),
    [({"state": ""}, "state"), ({"happened_on": ""}, "happened_on"), ({"minutes": "many"}, "minutes")],
)
def test_what_can_t_be_is_named_by_its_field(db: Database, file: File, form: dict[str, str], field: str) -> None:
    with pytest.raises(Invalid) as error:
        client_sessions.log(db, file.client_id, {"state": "attended", "happened_on": "2026-03-04", **form}, **WHO)
    assert list(error.value.errors) == [field]


def test_attended_of_scheduled_is_counted_between_two_days(db: Database, file: File) -> None:
    for day, state in (("2026-02-02", "attended"), ("2026-03-02", "missed"), ("2026-03-03", "attended")):
        log(db, file.client_id, state, day)
    with db.read() as session:
        assert store.attended(session, file.client_id, TODAY).words == "2 of 3"
        assert store.attended(session, file.client_id, TODAY, date(2026, 3, 1), TODAY).words == "1 of 2"
        first, mark = store.page(session, file.client_id, limit=2)
        rest, none = store.page(session, file.client_id, limit=2, after=mark)
    assert [row.happened_on.day for row in (*first, *rest)] == [3, 2, 2]
    assert none is None


def test_the_booked_value_is_what_the_trainer_says_until_it_is_counted_again(db: Database, file: File) -> None:
    log(db, file.client_id)
    assert booking.by_hand(db, file.referral_id, "$150", **WHO) is not None
    assert booking.by_hand(db, file.referral_id, "150", **WHO) is None
    log(db, file.client_id, day="2026-03-03")
    assert booked(db, file) == 15000
    booking.by_hand(db, file.referral_id, "", **WHO)
    assert booked(db, file) == 18000
    with pytest.raises(Invalid):
        booking.by_hand(db, file.referral_id, "a lot", **WHO)
