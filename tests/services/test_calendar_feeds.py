"""The feed, read by a parser that has nothing to do with what wrote it (vobject), and by rules that clients keep."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any

import pytest
import vobject

from crm.domain.errors import Invalid, NotFound
from crm.domain.kinds import TaskKind, VisitState
from crm.domain.papers import DocumentKind
from crm.domain.visit_kinds import VisitKind
from crm.models.accounts import User
from crm.models.calendars import CalendarFeed
from crm.models.reports import DueReport
from crm.models.tasks import Task
from crm.models.visits import Visit
from crm.services import calendar_feeds as feeds
from crm.services import changes, day_frames, providers, tasks, visit_days, visits
from crm.services.visits import NewVisit
from crm.store import visits as store
from crm.store.engine import Database
from tests import factories
from tests.factories import NOW, TODAY
from tests.statements import counted

BASE = "https://crm.example"


@pytest.fixture
def user_id(db: Database) -> int:
    with db.write() as session:
        factories.make_business(session, name="Stride Exercise", zone="America/Chicago")
        return factories._id(factories.make_user(session))


def made(db: Database, user_id: int, *parts: str) -> str:
    return feeds.create(db, user_id, "My phone", parts or feeds.PARTS, actor_id=user_id, now=NOW)[1]


def content(db: Database, token: str, now: datetime = NOW) -> bytes:
    return feeds.read(db, token, agent="Calendar/1.0", base=BASE, now=now).content


def events(db: Database, token: str, now: datetime = NOW) -> list[Any]:
    parsed = vobject.readOne(content(db, token, now).decode())
    return list(parsed.contents.get("vevent", []))


def planned(db: Database, **given: Any) -> int:
    with db.write() as session:
        name = given.pop("name", "Dr. Ada Okafor, MD")
        practice = factories.make_practice(
            session, name="Harbor Ortho; Spine, Hand", line1="12 Main St", city="Houston"
        )
        provider = factories.make_provider(session, practice=practice, display_name=name)
        values = {"provider_id": provider.id, "practice_id": practice.id, "planned_on": TODAY} | given
        return factories._id(factories.make_visit(session, **values))


def test_a_visit_at_an_agreed_hour_stands_at_that_instant_for_as_long_as_it_lasts(db: Database, user_id: int) -> None:
    at = datetime(2026, 3, 4, 17, 52, tzinfo=UTC)
    planned(db, planned_at=at, minutes=30, purpose="Bring the shoulder report", owner_id=user_id)
    (event,) = events(db, made(db, user_id))
    assert (event.dtstart.value, event.dtend.value) == (at, at + timedelta(minutes=30))
    assert event.summary.value == "Visit Dr. Ada Okafor, MD"
    assert event.location.value.startswith("Harbor Ortho; Spine, Hand, 12 Main St")
    assert event.description.value == "Bring the shoulder report"
    assert event.transp.value == "OPAQUE"


def test_a_visit_without_an_hour_stands_about_when_the_route_gets_there_and_blocks_nothing(
    db: Database, user_id: int
) -> None:
    planned(db, purpose="Bring pads")
    (event,) = events(db, made(db, user_id))
    with db.read() as session:
        (stop,) = visit_days.day(session, user_id, TODAY, now=NOW - timedelta(days=1)).stops
    assert (event.dtstart.value, event.dtend.value) == (stop.begins_at, stop.leaves_at)
    assert (event.status.value, event.transp.value) == ("TENTATIVE", "TRANSPARENT")
    assert event.description.value == "Bring pads\nThe time is estimated from the day’s route."


@pytest.mark.parametrize("day", [TODAY - timedelta(days=1), TODAY + timedelta(days=57)])
def test_past_days_and_far_ones_are_not_driven_through(db: Database, user_id: int, day: date) -> None:
    planned(db, planned_on=day)
    (event,) = events(db, made(db, user_id))
    assert (event.dtstart.value, event.dtend.value) == (day, day + timedelta(days=1))
    assert (event.status.value, event.transp.value) == ("TENTATIVE", "TRANSPARENT")


def test_an_agreed_hour_and_a_visit_that_was_made_are_confirmed(db: Database, user_id: int) -> None:
    planned(db, planned_at=NOW)
    planned(db, state=VisitState.DONE, done_at=NOW)
    assert {each.status.value for each in events(db, made(db, user_id))} == {"CONFIRMED"}


def test_a_visit_has_one_place_in_the_calendar_beside_its_follow_up(db: Database, user_id: int) -> None:
    with db.write() as session:
        provider = factories.make_provider(session)
    visits.plan(db, NewVisit(provider.id or 0, TODAY), actor_id=user_id, now=NOW, today=TODAY)
    assert [each.summary.value for each in events(db, made(db, user_id))] == [f"Visit {provider.display_name}"]
    assert len(events(db, made(db, user_id, feeds.FOLLOWUPS))) == 1


def test_a_talk_is_at_the_practice(db: Database, user_id: int) -> None:
    planned(db, kind=VisitKind.IN_SERVICE)
    assert events(db, made(db, user_id))[0].summary.value == "Talk at Harbor Ortho; Spine, Hand"


def test_lines_end_in_crlf_and_none_is_longer_than_75_octets(db: Database, user_id: int) -> None:
    planned(db, purpose="Söderström asked: “bring it”, and then — " * 12, name="Dr. " + "Ñandú-" * 12 + "Łódź")
    lines = content(db, made(db, user_id)).split(b"\r\n")
    assert lines.pop() == b""
    assert all(b"\n" not in line and b"\r" not in line for line in lines)
    assert max(map(len, lines)) <= 75
    assert all(line.decode() for line in lines), "no character is cut in two"
    assert (lines[0], lines[-1]) == (b"BEGIN:VCALENDAR", b"END:VCALENDAR")


def test_commas_semicolons_and_line_breaks_come_back_as_they_were(db: Database, user_id: int) -> None:
    planned(db, planned_at=NOW, purpose="One, two; three\\four\nfive\r\nBEGIN:VEVENT")
    found = events(db, made(db, user_id))
    assert len(found) == 1
    assert found[0].description.value.replace("\r\n", "\n") == "One, two; three\\four\nfive\nBEGIN:VEVENT"


def test_what_every_client_asks_for_is_there(db: Database, user_id: int) -> None:
    planned(db)
    parsed = vobject.readOne(content(db, made(db, user_id)).decode())
    assert (parsed.version.value, parsed.method.value) == ("2.0", "PUBLISH")
    assert parsed.prodid.value
    assert parsed.x_wr_calname.value == "Handoff · Stride Exercise"
    assert parsed.x_wr_timezone.value == "America/Chicago"
    (event,) = parsed.vevent_list
    assert event.uid.value
    assert event.dtstamp.value.tzinfo is not None
    assert event.url.value == f"{BASE}/visits/1"


def test_a_moved_visit_keeps_its_uid_and_counts_up(db: Database, user_id: int) -> None:
    visit_id, token = planned(db, planned_at=NOW), made(db, user_id)
    (before,) = events(db, token)
    later = NOW + timedelta(hours=1)
    visits.move(db, visit_id, date(2026, 3, 6), actor_id=user_id, now=later, today=TODAY)
    (after,) = events(db, token)
    assert after.uid.value == before.uid.value
    assert int(after.sequence.value) > int(before.sequence.value)
    assert after.dtstart.value == NOW + timedelta(days=2)
    assert after.dtstamp.value > before.dtstamp.value


def _calls(db: Database, user_id: int) -> tuple[list[int], str]:
    """Three visits tomorrow without an hour, in their order."""
    day = TODAY + timedelta(days=1)
    found = [planned(db, planned_on=day, owner_id=user_id, position=place, name=f"Dr. {place}") for place in (1, 2, 3)]
    return found, made(db, user_id, feeds.VISITS)


CHANGES: dict[str, Callable[[Database, list[int], datetime], object]] = {
    "another one is moved away": lambda db, ids, now: visits.move(
        db, ids[0], TODAY + timedelta(days=6), actor_id=1, now=now, today=TODAY
    ),
    "another one is called off": lambda db, ids, now: visits.cancel(db, ids[0], actor_id=1, now=now, today=TODAY),
    "the order is another": lambda db, ids, now: visits.move(
        db, ids[2], TODAY + timedelta(days=1), 1, actor_id=1, now=now, today=TODAY
    ),
    "one is planned before it": lambda db, _, now: visits.plan(
        db, NewVisit(1, TODAY + timedelta(days=1), at=time(8)), actor_id=1, now=now, today=TODAY
    ),
    "somebody before it is put away": lambda db, _, now: providers.put_away(db, 1, actor_id=1, now=now),
    "the day leaves later": lambda db, _, now: day_frames.save(
        db, 1, TODAY + timedelta(days=1), {"leaves_at": "10:30"}, actor_id=1, now=now, today=TODAY
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_whatever_moves_an_estimated_time_counts_up_and_its_undo_does_again(
    db: Database, user_id: int, change: str
) -> None:
    ids, token = _calls(db, user_id)
    now, seen = NOW, [_times(db, token)]
    done = CHANGES[change](db, ids, now + timedelta(minutes=1))
    seen.append(_times(db, token))
    change_set = done if isinstance(done, int) else getattr(done, "change_set_id", None)
    assert isinstance(change_set, int)
    changes.undo(db, change_set, actor_id=user_id, now=now + timedelta(minutes=2))
    seen.append(_times(db, token))
    for before, after in pairwise(seen):
        moved = [uid for uid, (starts, _, _) in after.items() if uid in before and before[uid][0] != starts]
        assert moved, "the change moves something"
        assert all(after[uid][1] > before[uid][1] for uid in moved)
        assert all(after[uid][2] > before[uid][2] for uid in moved)
    assert {uid: each[0] for uid, each in seen[0].items()} == {uid: each[0] for uid, each in seen[2].items()}


def _times(db: Database, token: str) -> dict[str, tuple[Any, int, Any]]:
    """Of each event when it starts, how often it was changed, and when last."""
    found = [each for each in events(db, token) if each.status.value != "CANCELLED"]
    return {each.uid.value: (each.dtstart.value, int(each.sequence.value), each.dtstamp.value) for each in found}


def test_an_hour_that_is_agreed_or_given_up_counts_up(db: Database, user_id: int) -> None:
    ids, token = _calls(db, user_id)
    seen = [_times(db, token)]
    for minute, hour in enumerate((time(14), None), 1):
        new = NewVisit(ids[0], TODAY + timedelta(days=1), at=hour)
        visits.change(db, ids[0], new, actor_id=user_id, now=NOW + timedelta(minutes=minute), today=TODAY)
        seen.append(_times(db, token))
    uid = next(iter(seen[0]))
    assert seen[0][uid][1] < seen[1][uid][1] < seen[2][uid][1]


def test_a_sequence_only_ever_counts_up_and_fits_what_calendars_can_count(db: Database, user_id: int) -> None:
    _, token = _calls(db, user_id)
    assert all(0 <= number < 2**31 for _, number, _ in _times(db, token).values())


def test_the_hour_of_reading_changes_nothing_on_the_same_day(db: Database, user_id: int) -> None:
    planned(db)
    token = made(db, user_id)
    etags = {
        feeds.read(db, token, agent="", base=BASE, now=NOW.replace(hour=hour)).etag for hour in (7, 13, 16, 19, 23)
    }
    assert len(etags) == 1


def test_reading_writes_nothing_but_that_it_was_read(db: Database, user_id: int) -> None:
    _, token = _calls(db, user_id)
    with counted(db) as first:
        content(db, token)
    with counted(db) as second:
        content(db, token, NOW + timedelta(minutes=1))
    writing = [each for each in first if each.split()[0].upper() in ("INSERT", "UPDATE", "DELETE")]
    assert [each.split()[1] for each in writing] == ["calendar_feed"]
    assert not [each for each in second if each.split()[0].upper() in ("INSERT", "UPDATE", "DELETE")]


def test_a_cancelled_visit_says_so_instead_of_vanishing(db: Database, user_id: int) -> None:
    visit_id, token = planned(db), made(db, user_id)
    (before,) = events(db, token)
    undo = visits.cancel(db, visit_id, actor_id=user_id, now=NOW + timedelta(minutes=5), today=TODAY)
    (event,) = events(db, token)
    assert (event.status.value, event.transp.value) == ("CANCELLED", "TRANSPARENT")
    assert event.uid.value == before.uid.value
    assert int(event.sequence.value) > int(before.sequence.value)
    changes.undo(db, undo, actor_id=user_id, now=NOW + timedelta(minutes=6))
    (back,) = events(db, token)
    assert (back.status.value, back.dtstart.value) == ("TENTATIVE", before.dtstart.value)
    assert int(back.sequence.value) > int(event.sequence.value)


def test_a_visit_to_somebody_who_was_put_away_is_cancelled_and_one_that_was_made_stays(
    db: Database, user_id: int
) -> None:
    planned(db, name="Dr. Gone")
    planned(db, name="Dr. Gone", state=VisitState.DONE, done_at=NOW)
    token = made(db, user_id)
    before = {each.uid.value: int(each.sequence.value) for each in events(db, token)}
    for number in (1, 2):
        providers.put_away(db, number, actor_id=user_id, now=NOW + timedelta(minutes=1))
    after = events(db, token)
    assert {each.status.value for each in after} == {"CANCELLED", "CONFIRMED"}
    (gone,) = [each for each in after if each.status.value == "CANCELLED"]
    assert int(gone.sequence.value) > before[gone.uid.value]
    with db.read() as session:
        assert [each.visit.state for each in store.between(session, TODAY, TODAY)] == [VisitState.DONE]


def test_a_follow_up_that_is_put_off_counts_up_however_late_it_was(db: Database, user_id: int) -> None:
    with db.write() as session:
        task = factories.make_task(session, kind=TaskKind.CALL, due_on=TODAY - timedelta(days=40))
    token = made(db, user_id, feeds.FOLLOWUPS)
    (before,) = events(db, token)
    tasks.snooze(db, [task.id or 0], TODAY + timedelta(days=2), actor_id=user_id, now=NOW, today=TODAY)
    (after,) = events(db, token)
    assert int(after.sequence.value) > int(before.sequence.value)


def test_an_overdue_follow_up_stands_on_today_and_one_that_is_done_goes(db: Database, user_id: int) -> None:
    with db.write() as session:
        provider = factories.make_provider(session, display_name="Luis Ortega, PT")
        late = {"provider_id": provider.id, "due_on": TODAY - timedelta(days=3), "created_at": NOW - timedelta(days=9)}
        task = factories.make_task(session, kind=TaskKind.CALL, title="Call about the pad", **late)
    token = made(db, user_id, feeds.FOLLOWUPS)
    (event,) = events(db, token)
    assert event.summary.value == "Call about the pad (Luis Ortega, PT)"
    assert event.dtstart.value == TODAY
    (tomorrow,) = events(db, token, NOW + timedelta(days=1))
    assert tomorrow.uid.value == event.uid.value
    assert int(tomorrow.sequence.value) > int(event.sequence.value)
    assert tomorrow.dtstart.value == TODAY + timedelta(days=1)
    with db.write() as session:
        row = session.get_one(Task, task.id)
        row.state, row.closed_at = "done", NOW
    assert events(db, token) == []


def test_report_dates_are_there_and_no_client_is_named(db: Database, user_id: int) -> None:
    with db.write() as session:
        provider = factories.make_provider(session, display_name="Dr. Priya Shah, MD")
        for code in ("K-14", "K-15"):
            client = factories.make_client(session, code=code)
            kept = {"kind": DocumentKind.PROGRESS_REPORT, "due_on": TODAY, "occasion": "x"} | dict.fromkeys(
                ("created_at", "updated_at"), NOW
            )
            session.add(DueReport(client_id=client.id, provider_id=provider.id, **kept))
    token = made(db, user_id, feeds.REPORTS)
    (event,) = events(db, token)
    assert event.summary.value == "2 reports (progress report) due to Dr. Priya Shah, MD"
    assert b"K-1" not in content(db, token)


def test_sample_providers_are_in_nobodys_calendar(db: Database, user_id: int) -> None:
    planned(db, sample=True)
    assert events(db, made(db, user_id)) == []


def test_a_colleagues_visits_are_not_in_it_but_nobodys_are(db: Database, user_id: int) -> None:
    with db.write() as session:
        other = factories._id(factories.make_user(session, email="lee@stride.example"))
    planned(db, owner_id=other)
    token = made(db, user_id)
    assert events(db, token) == []
    planned(db)
    assert len(events(db, token)) == 1


def test_the_same_days_give_the_same_bytes_and_a_change_gives_others(db: Database, user_id: int) -> None:
    visit_id, token = planned(db), made(db, user_id)
    first = feeds.read(db, token, agent="", base=BASE, now=NOW)
    again = feeds.read(db, token, agent="", base=BASE, now=NOW + timedelta(minutes=30))
    assert (first.content, first.etag) == (again.content, again.etag)
    with db.write() as session:
        session.get_one(Visit, visit_id).purpose = "Something new"
    assert feeds.read(db, token, agent="", base=BASE, now=NOW).etag != first.etag


def test_an_address_that_was_taken_back_answers_no_more(db: Database, user_id: int) -> None:
    feed, token = feeds.create(db, user_id, "", feeds.PARTS, actor_id=user_id, now=NOW)
    content(db, token)
    assert feeds.revoke(db, feed.id, actor_id=user_id, now=NOW) == "My calendar"
    with pytest.raises(NotFound):
        content(db, token)
    with pytest.raises(NotFound):
        feeds.revoke(db, feed.id, actor_id=user_id, now=NOW)


def test_who_left_shows_nothing_and_nobody_takes_back_what_is_anothers(db: Database, user_id: int) -> None:
    feed, token = feeds.create(db, user_id, "", feeds.PARTS, actor_id=user_id, now=NOW)
    with db.write() as session:
        other = factories._id(factories.make_user(session, email="lee@stride.example"))
    with pytest.raises(NotFound):
        feeds.revoke(db, feed.id, actor_id=other, now=NOW)
    with db.write() as session:
        session.get_one(User, user_id).disabled_at = NOW
    for tried in (token, "", "no-such-token"):
        with pytest.raises(NotFound):
            content(db, tried)


def test_the_token_is_nowhere_in_the_database(db: Database, user_id: int) -> None:
    feed, token = feeds.create(db, user_id, "", feeds.PARTS, actor_id=user_id, now=NOW)
    with db.read() as session:
        row = session.get_one(CalendarFeed, feed.id)
        assert token not in str(row.model_dump())


def test_that_somebody_reads_it_is_noted_but_not_with_every_look(db: Database, user_id: int) -> None:
    feed, token = feeds.create(db, user_id, "", feeds.PARTS, actor_id=user_id, now=NOW)
    for minutes in (0, 5, 9):
        content(db, token, NOW + timedelta(minutes=minutes))
    with db.read() as session:
        row = session.get_one(CalendarFeed, feed.id)
        assert (row.fetched_at, row.fetched_by) == (NOW, "Calendar/1.0")


def test_a_feed_of_nothing_is_refused(db: Database, user_id: int) -> None:
    with pytest.raises(Invalid):
        feeds.create(db, user_id, "x", ["clients"], actor_id=user_id, now=NOW)
