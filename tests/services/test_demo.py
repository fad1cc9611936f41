"""Sample data: in, lively and consistent, and out again without a trace."""

from __future__ import annotations

import contextlib
import shutil
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import Session, SQLModel, col, select

from crm.domain import measuring, npi
from crm.domain.agreements import AgreementState
from crm.domain.client_kinds import ReportState
from crm.domain.errors import Refused
from crm.domain.kinds import TOUCHES, ReferralStatus, TaskState
from crm.domain.mail_kinds import EnrollmentState
from crm.domain.measures import Change
from crm.domain.pipeline import Stage
from crm.models.activities import Activity
from crm.models.agreements import Agreement
from crm.models.client_care import ClientAuthorization, ClientClearance, ClientEvent, ClientSession
from crm.models.clients import Client, ClientProvider, SentClient
from crm.models.documents import Document, DocumentDelivery
from crm.models.gifts import Gift, GiftRecipient
from crm.models.measurements import Assessment, ClientGoal, Measurement
from crm.models.messages import Message
from crm.models.practices import Affiliation, Contact, Practice
from crm.models.providers import Provider, Tag
from crm.models.referrals import Referral
from crm.models.reports import DueReport
from crm.models.sequences import Enrollment
from crm.models.tasks import Task
from crm.services import activities, assessments, changes, clients, demo, inbox_standing
from crm.services.assessments import Sheet
from crm.services.demo import reading
from crm.services.demo.measured import LATELY
from crm.services.inbox_standing import View
from crm.store.engine import Database
from tests.conftest import migrated, opened
from tests.factories import (
    NOW,
    TODAY,
    make_affiliation,
    make_assessment,
    make_business,
    make_client,
    make_client_goal,
    make_document,
    make_document_delivery,
    make_measurement,
    make_message,
    make_provider,
    make_referral,
    make_stored_file,
    make_tag,
    make_task,
    make_user,
    saved,
)


def fill(url: str) -> None:
    migrated(url)
    with opened(url) as db:
        with db.write() as session:
            make_business(session)
            make_user(session)
        demo.add(db, actor_id=1, now=NOW)


@pytest.fixture(scope="module")
def filled_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sample") / "handoff.db"
    fill(f"sqlite:///{path}")
    return path


@pytest.fixture(params=["sqlite", "postgres"])
def filled(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A copy of a database with sample data, which takes some seconds to make."""
    with contextlib.ExitStack() as stack:
        if request.param == "sqlite":
            url = f"sqlite:///{tmp_path / 'handoff.db'}"
            shutil.copyfile(request.getfixturevalue("filled_once"), tmp_path / "handoff.db")
        else:
            url = stack.enter_context(request.getfixturevalue("postgres_server").database(fill))
        yield stack.enter_context(opened(url))


KEPT = {
    *("audit_entry", "search_queue", "mail_account"),
    *("sequence", "sequence_step", "template", "template_version"),
}


def contents(db: Database) -> dict[str, int]:
    """How many rows every table has, but for what is kept anyway: the audit trail, the local mailbox, and what comes
    with Handoff (sequences, templates).
    """
    with db.read() as session:
        return {
            table.name: session.connection().execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
            for table in SQLModel.metadata.sorted_tables
            if table.name not in KEPT
        }


def all_of(db: Database, table):
    with db.read() as session:
        return session.exec(select(table)).all()


# --- what is there ---------------------------------------------------------------------------------------------------


def test_there_are_about_sixty_providers_on_every_stage(filled: Database) -> None:
    providers = all_of(filled, Provider)
    assert 55 <= len(providers) <= 70
    assert {provider.stage for provider in providers} == set(Stage)
    assert len({provider.specialty for provider in providers}) > 15
    assert demo.present(filled) == len(providers)


def test_npis_are_valid_fictional_and_all_different(filled: Database) -> None:
    numbers = [provider.npi for provider in all_of(filled, Provider) if provider.npi]
    assert all(npi.is_valid(number) and number.startswith("2") for number in numbers)
    assert len(set(numbers)) == len(numbers) > 50


def test_every_row_carries_the_mark(filled: Database) -> None:
    for table in (Provider, Practice, Contact, Activity, Task, Referral, Client, Message):
        rows = all_of(filled, table)
        assert rows
        assert all(row.sample for row in rows)


def test_follow_ups_are_overdue_today_and_later(filled: Database) -> None:
    days = Counter((task.due_on > TODAY) - (task.due_on < TODAY) for task in all_of(filled, Task))
    assert set(days) == {-1, 0, 1}
    assert min(days.values()) >= 5
    assert TaskState.WAITING in {task.state for task in all_of(filled, Task)}


def test_referrals_stand_at_every_status(filled: Database) -> None:
    assert {referral.status for referral in all_of(filled, Referral)} == set(ReferralStatus)


def test_two_years_of_referrals_say_what_led_to_them(filled: Database) -> None:
    found = all_of(filled, Referral)
    assert 60 <= len(found) <= 80
    assert min(one.received_on for one in found) < TODAY - timedelta(days=700)
    assert all(one.touches and one.first_touch_at and one.last_touch_kind for one in found)
    assert all(one.lost_from for one in found if one.status is ReferralStatus.LOST)
    came = [one for one in found if one.started_on and one.started_on < TODAY]
    assert {one.service_key for one in came if not one.booked_cents} <= {"workplace"}  # which has no price by session
    kinds = {one.last_touch_kind for one in found}
    assert {"visit", "email", "call"} <= kinds


def test_the_files_of_clients_are_lively(filled: Database) -> None:
    with filled.read() as session:
        tables = (
            ClientSession,
            ClientEvent,
            ClientAuthorization,
            ClientClearance,
            ClientProvider,
            SentClient,
            DueReport,
        )
        everything: tuple[Any, ...] = (*tables, Agreement, Gift)
        for table in everything:
            rows = session.exec(select(table)).all()
            assert rows, table
            assert all(one.sample for one in rows), table
        started = session.exec(select(Client.id).where(col(Client.started_on).is_not(None))).all()
        signed = set(session.exec(select(ClientAuthorization.client_id)).all())
        assert len(set(started) - signed) >= 1
        reports = session.exec(select(DueReport)).all()
        asked = session.exec(select(ClientClearance).where(col(ClientClearance.returned_on).is_(None))).all()
        states = set(session.exec(select(Agreement.state)).all())
    delivered = Counter(one.delivered_on <= one.due_on for one in reports if one.delivered_on)
    assert delivered[True] > delivered[False] > 5
    waiting = Counter(one.due_on < TODAY for one in reports if one.state is ReportState.OPEN)
    assert waiting[True] >= 2
    assert waiting[False] >= 2
    assert len(asked) == 1
    assert states == set(AgreementState)


def test_what_the_trainer_shared_with_sample_people_stays_with_the_others(filled: Database) -> None:
    with filled.write() as session:
        mine, own = make_provider(session), make_client(session, code="K-14")
        shared = saved(session, Gift(given_on=TODAY, what="Lunch", value_cents=900, created_at=NOW))
        alone = saved(session, Gift(given_on=TODAY, what="Mug", value_cents=900, created_at=NOW))
        for gift, provider_id in ((shared, 1), (shared, mine.id), (alone, 1)):
            saved(session, GiftRecipient(gift_id=gift.id or 0, provider_id=provider_id, share_cents=450))
        role = {"since_on": TODAY, "created_at": NOW}
        saved(session, ClientProvider(client_id=own.id or 0, provider_id=1, **role))
        saved(session, ClientProvider(client_id=own.id or 0, provider_id=mine.id or 0, **role))
    demo.remove(filled, actor_id=1, now=NOW)
    with filled.read() as session:
        assert session.exec(select(Gift.what)).all() == ["Lunch"]
        assert session.exec(select(GiftRecipient.provider_id)).all() == [mine.id]
        assert session.exec(select(ClientProvider.provider_id)).all() == [mine.id]


def test_some_are_on_their_way_through_a_sequence(filled: Database) -> None:
    found = all_of(filled, Enrollment)
    assert Counter(each.state.value for each in found) == {"active": 3, "paused": 1, "stopped": 1, "finished": 1}
    assert all(each.sample for each in found)
    assert all(each.due_at > NOW for each in found if each.state is EnrollmentState.ACTIVE)
    assert all(each.ended_at <= NOW for each in found if each.ended_at)


def test_two_partners_have_gone_quiet(filled: Database) -> None:
    quiet = [
        provider.display_name
        for provider in all_of(filled, Provider)
        if provider.stage is Stage.PARTNER and provider.last_referral_on < TODAY - timedelta(days=90)
    ]
    assert quiet == ["Ingrid Solberg, PT, GCS", "Hiroshi Tanaka-Bell, MD"]


def test_nothing_happened_in_the_future(filled: Database) -> None:
    assert all(activity.happened_at <= NOW for activity in all_of(filled, Activity))
    assert all(referral.received_on <= TODAY for referral in all_of(filled, Referral))


def test_what_providers_repeat_is_what_was_written(filled: Database) -> None:
    with filled.read() as session:
        for provider in session.exec(select(Provider)):
            _check(session, provider)


def _check(session: Session, provider: Provider) -> None:
    lines = session.exec(select(Activity).where(Activity.provider_id == provider.id)).all()
    touches = sorted(line.happened_at for line in lines if line.kind in TOUCHES)
    assert provider.touch_count == len(touches)
    assert provider.last_touch_at == (touches[-1] if touches else None)
    open_tasks = session.exec(select(Task.due_on).where(Task.provider_id == provider.id)).all()
    assert provider.next_due_on == min(open_tasks, default=None)
    received = session.exec(select(Referral.received_on).where(Referral.provider_id == provider.id)).all()
    assert provider.referral_count == len(received)
    assert provider.last_referral_on == max(received, default=None)
    assert provider.first_referral_on == min(received, default=None)
    moves = [line for line in lines if line.stage_to]
    assert (max(moves, key=lambda line: line.id).stage_to if moves else Stage.PROSPECT) is provider.stage


def test_practices_lie_around_the_business(filled: Database) -> None:
    distances = [provider.distance_miles for provider in all_of(filled, Provider)]
    assert all(distance is not None and distance < 25 for distance in distances)
    assert {practice.state for practice in all_of(filled, Practice)} == {"TX"}


def test_without_a_zip_the_sample_data_lies_in_houston(sqlite_db: Database) -> None:
    demo.add(sqlite_db, actor_id=None, now=NOW)
    assert {practice.city for practice in all_of(sqlite_db, Practice)} == {"Houston"}


def test_it_follows_the_trainer_to_another_town(sqlite_db: Database) -> None:
    with sqlite_db.write() as session:
        make_business(session, zip="80202", city="Denver", state="CO")
    demo.add(sqlite_db, actor_id=None, now=NOW)
    assert {(practice.city, practice.state) for practice in all_of(sqlite_db, Practice)} == {("Denver", "CO")}


def test_the_same_day_tells_the_same_story(sqlite_db: Database) -> None:
    def told() -> list[tuple[object, ...]]:
        with sqlite_db.read() as session:
            columns = (Activity.happened_at, Activity.summary, Activity.body)
            return [tuple(row) for row in session.exec(select(*columns).order_by(col(Activity.id)))]

    demo.add(sqlite_db, actor_id=None, now=NOW)
    first = told()
    demo.remove(sqlite_db, actor_id=None, now=NOW)
    demo.add(sqlite_db, actor_id=None, now=NOW)
    assert told() == first


def test_adding_twice_is_refused(filled: Database) -> None:
    with pytest.raises(Refused):
        demo.add(filled, actor_id=1, now=NOW)


def test_every_provider_works_at_a_practice_of_the_cast() -> None:
    keys = {place.key for place in reading.places()}
    assert {person.place for person in reading.people()} == keys


# --- taking it out ---------------------------------------------------------------------------------------------------


def test_removing_leaves_no_trace(db: Database) -> None:
    with db.write() as session:
        make_business(session)
        make_user(session)
        make_referral(session, provider_id=make_provider(session).id)
    before = contents(db)
    count = demo.add(db, actor_id=1, now=NOW)
    removed = demo.remove(db, actor_id=1, now=NOW)

    assert (removed.providers, removed.own_words) == (count, "")
    assert contents(db) == before


def test_what_the_trainer_added_to_sample_providers_goes_too_and_is_told(filled: Database) -> None:
    later = NOW + timedelta(days=1)
    with filled.write() as session:
        provider = session.get_one(Provider, 1)
        recorder = changes.begin(session, "log", "Logged a call", actor_id=1, now=later)
        from crm.domain.kinds import ActivityKind

        activities.record(session, provider, ActivityKind.CALL, actor_id=1, now=later, recorder=recorder)
        make_task(session, provider_id=1, created_at=later)
        make_referral(session, provider_id=1, client_id=make_client(session, code="K-14").id, created_at=later)
    going = demo.would_remove(filled)

    assert going.own_words == "1 referral, 1 line on a timeline and 1 follow-up"
    assert demo.remove(filled, actor_id=1, now=later) == going
    assert all(count == 0 for name, count in contents(filled).items() if name not in {"business", "user_account"})


def test_what_is_the_trainers_own_stays_where_it_touched_the_sample(filled: Database) -> None:
    with filled.write() as session:
        practice = session.exec(select(Practice)).first()
        mine = make_provider(session, practice=practice)
        shared = session.exec(select(Tag).where(Tag.name == "champion")).one()
        make_tag(session, name="mine", provider=mine)
        make_affiliation(session, provider_id=1, practice_id=session.exec(select(Practice.id)).all()[3])
        from crm.models.providers import ProviderTag

        session.add(ProviderTag(provider_id=mine.id, tag_id=shared.id))
        make_client(session, code="K-14")
    demo.remove(filled, actor_id=1, now=NOW)

    assert [provider.id for provider in all_of(filled, Provider)] == [mine.id]
    kept = all_of(filled, Practice)
    assert [(row.id, row.sample) for row in kept] == [(practice.id, False)]
    assert {tag.name for tag in all_of(filled, Tag)} == {"mine", "champion"}
    assert [client.code for client in all_of(filled, Client)] == ["K-14"]
    assert len(all_of(filled, Affiliation)) == 1
    assert len(all_of(filled, Contact)) == 2


def test_a_provider_merged_into_a_sample_one_comes_back(filled: Database) -> None:
    with filled.write() as session:
        mine = make_provider(session, merged_into_id=1, archived_at=NOW)
    demo.remove(filled, actor_id=1, now=NOW)
    with filled.read() as session:
        back = session.get_one(Provider, mine.id)
    assert (back.merged_into_id, back.archived_at) == (None, None)


def test_papers_that_sample_people_got_go_with_them(db: Database) -> None:
    with db.write() as session:
        file = make_stored_file(session)
        own = make_provider(session)
        made = [make_document(session, provider_id=own.id, stored_file_id=file.id, sample=True)]
        provider = make_provider(session, sample=True)
        made.append(make_document(session, provider_id=provider.id, stored_file_id=file.id))
        message = make_message(session, provider_id=provider.id)
        make_document_delivery(session, document_id=made[1].id, message_id=message.id)
        kept = made[0].id
    demo.remove(db, actor_id=None, now=NOW)
    with db.read() as session:
        assert [row.id for row in session.exec(select(Document))] == [kept]
        assert session.exec(select(DocumentDelivery)).all() == []


def test_removing_nothing_is_no_error(sqlite_db: Database) -> None:
    assert demo.remove(sqlite_db, actor_id=None, now=NOW).providers == 0


def test_some_of_them_have_written_back(filled: Database) -> None:
    with filled.read() as session:
        waiting = inbox_standing.page(session, View.TO_ANSWER)
        assert len(waiting) == 2
        for line in waiting:
            assert line.provider_id is not None
            opened = inbox_standing.one(session, line.id)
            assert [each.sent for each in opened.thread][-2:] == [True, False]
            assert opened.provider is not None
            assert opened.provider.last_touch_at == line.received_at


def test_clients_who_started_are_measured_and_something_can_be_judged(filled: Database) -> None:
    with filled.read() as session:
        since = TODAY - LATELY
        started = session.exec(select(Referral).where(col(Referral.started_on) >= since)).all()
        told = [clients.told(session, session.get_one(Client, one.client_id), TODAY) for one in started]
    assert len(told) > 5
    assert all(told)
    called = Counter(each.row.change for one in told for each in one)
    assert called[Change.BETTER] > 5
    assert called[Change.UNJUDGED] > 5
    assert called[Change.WITHIN_ERROR] + called[Change.BELOW] > 5
    for one in all_of(filled, Assessment):
        assert one.measured_on <= TODAY


def test_measures_that_the_trainer_took_of_a_sample_client_go_too_and_are_told(filled: Database) -> None:
    later = NOW + timedelta(days=1)
    lines = measuring.first_lines(["cst30"])
    sheet = Sheet(TODAY, "Dana", lines, {"cst30..": "9"})
    assessments.save(filled, 1, sheet, actor_id=1, now=later, today=TODAY)
    clients.update(filled, 1, {"condition": "COPD"}, actor_id=1, now=later)
    assert demo.remove(filled, actor_id=1, now=later).own_words == "1 session of measuring"
    assert all(count == 0 for name, count in contents(filled).items() if name not in {"business", "user_account"})


def test_a_client_of_the_trainers_own_keeps_what_was_measured(filled: Database) -> None:
    with filled.write() as session:
        mine = make_client(session, code="K-14")
        make_measurement(session, assessment_id=make_assessment(session, client_id=mine.id).id)
        make_client_goal(session, client_id=mine.id)
    demo.remove(filled, actor_id=1, now=NOW)
    assert len(all_of(filled, Assessment)) == len(all_of(filled, Measurement)) == len(all_of(filled, ClientGoal)) == 1
