"""The rules for outreach, asked of what really leaves: by every way that mail takes, and at the worst moments."""

from __future__ import annotations

import contextlib
import email
import logging
import re
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from email import policy
from email.message import EmailMessage
from pathlib import Path

import pytest
from sqlalchemy.engine import Connection
from sqlmodel import col, select

from crm.domain.errors import Invalid, Refused
from crm.domain.kinds import MessageKind, MessageState, SuppressionReason
from crm.domain.mail_kinds import EnrollmentState
from crm.domain.pipeline import Stage
from crm.domain.reasons import Reason
from crm.domain.sequences import NotEnrolled, PauseReason, StopReason
from crm.mail.ports import Permanent, Phase
from crm.models.activities import Activity
from crm.models.messages import Message
from crm.models.sequences import EnrollmentStep
from crm.models.suppressions import Suppression
from crm.services import (
    changes,
    claims,
    inbox,
    letters,
    mailbox_setup,
    merges,
    message_states,
    messages,
    outbox,
    providers,
    sequence_steps,
    sequences,
    stages,
    suppressions,
)
from crm.services.inbox import Arrived
from crm.services.messages import Draft
from crm.store import sequences as sequence_rows
from crm.store.engine import Database
from tests.factories import make_mail_account, make_message, make_suppression, make_user
from tests.services.mailbox import mail
from tests.services.sequences import FIRST, SECOND, House

PAGE = "https://handoff.example"
BUILT_IN = ("first_contact_physician", "first_contact_therapy", "after_visit", "gone_quiet")


@pytest.fixture
def house(db: Database, tmp_path: Path) -> House:
    made = House(db, tmp_path)
    made.post.public_url = PAGE
    return made


def enrolled(house: House, **given: object) -> int:
    """A provider whose first mail waits in the outbox."""
    who = house.provider(**given)
    assert house.enroll(house.sequence(FIRST, SECOND), who, one_per_practice=False).count == 1
    sequence_steps.take_due(house.db, house.post, clock=house.clock)
    return who


def send(house: House) -> int:
    return outbox.run_due(house.db, house.post, clock=house.clock, me="w")


def written(house: House, who: int, key: str, **given: object) -> Message:
    """A mail by hand that is due now."""
    draft = Draft(MessageKind.OUTREACH, "Hello", "By hand", key, provider_id=who, send_at=house.now, **given)
    return messages.queue(house.db, house.post, draft, actor_id=house.actor_id, now=house.now)


def message(house: House, message_id: int | None) -> Message:
    with house.db.read() as session:
        return session.get_one(Message, message_id)


def read(content: bytes) -> EmailMessage:
    found = email.message_from_bytes(content, policy=policy.default)
    assert isinstance(found, EmailMessage)
    return found


def suppressed(house: House) -> dict[str, SuppressionReason]:
    with house.db.read() as session:
        return {each.address: each.reason for each in session.exec(select(Suppression)).all()}


# --- what every outreach mail has ------------------------------------------------------------------------------------


@pytest.mark.parametrize("slug", BUILT_IN)
def test_every_mail_of_every_sequence_keeps_the_rules(sqlite_db: Database, tmp_path: Path, slug: str) -> None:
    house = House(sqlite_db, tmp_path)
    house.post.public_url = PAGE
    sequences.make_built_ins(house.db, now=house.now)
    with house.db.read() as session:
        sequence = sequence_rows.by_slug(session, slug)
    assert sequence is not None
    who = house.provider(stage=Stage.CONTACTED)
    assert house.enroll(sequence.id or 0, who).refused == []
    house.until(house.now + timedelta(days=60), step=timedelta(hours=6))
    assert len(house.wire.contents) >= 2
    for content in house.wire.contents:
        _check_rules(read(content))
    _check_threads([read(each) for each in house.wire.contents])


def _check_rules(found: EmailMessage) -> None:
    plain, page = found.get_body(("plain",)), found.get_body(("html",))
    assert plain is not None
    assert page is not None
    text, html = plain.get_content(), page.get_content()
    one_line = " ".join(text.split())
    assert "This is an advertisement from" in one_line
    assert re.search(r"\d+ .+, [A-Z]{2} \d{5}", one_line), "the postal address"
    assert "reply with the word “unsubscribe”" in one_line
    [url] = set(re.findall(rf"{PAGE}/u/[\w-]+", text))
    assert f"<{url}>" in found["List-Unsubscribe"]
    assert re.search(r"<mailto:dana@stride\.example\?subject=unsubscribe", found["List-Unsubscribe"])
    assert found["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert found["Auto-Submitted"] is None
    assert found["Message-ID"].endswith("@stride.example>")
    assert found["Date"]
    assert "dana@stride.example" in found["From"]
    assert not re.search(r"<(img|script|link|iframe|object|video)\b|url\(|@import|src=", html, re.IGNORECASE)
    assert set(re.findall(r'href="([^"]+)"', html)) <= {url, *re.findall(r"https?://[^\s,]+", text)}


def _check_threads(sent: list[EmailMessage]) -> None:
    """`Re:` stands exactly on what answers an earlier mail of ours, under the same subject."""
    subjects = {each["Message-ID"]: each["Subject"] for each in sent}
    assert not sent[0]["Subject"].lower().startswith("re:")
    for each in sent:
        answered = each["In-Reply-To"]
        assert each["Subject"].startswith("Re: ") == (answered is not None)
        if answered is not None:
            assert answered in subjects
            assert answered in each["References"]
            assert each["Subject"] == "Re: " + subjects[answered].removeprefix("Re: ")


@pytest.mark.parametrize(
    ("kind", "opts_out", "automatic"),
    [
        (MessageKind.OUTREACH, True, False),
        (MessageKind.TEST, True, False),
        (MessageKind.REPLY, False, False),
        (MessageKind.NOTICE, False, True),
    ],
)
def test_each_kind_of_mail_has_its_marks_and_no_others(
    house: House, kind: MessageKind, opts_out: bool, automatic: bool
) -> None:
    with house.db.write() as session:
        row = make_message(session, kind=kind, unsubscribe_url=f"{PAGE}/u/t")
        found = read(letters.written(house.post, row))
    assert (found["List-Unsubscribe"] is not None, found["List-Unsubscribe-Post"] is not None) == (opts_out, opts_out)
    assert (found["Auto-Submitted"] is not None) is automatic


def test_a_name_or_subject_with_line_breaks_adds_no_header(house: House) -> None:
    evil = "Ann\r\nBcc: victim@x.example\nX-Evil: 1\u2028X-More: 2\x85"
    who = house.provider(display_name=evil)
    with house.db.write() as session:
        session.get_one(type(make_user(session)), house.actor_id).name = evil
    draft = Draft(MessageKind.OUTREACH, evil, "Hello", "manual:1", provider_id=who, to_name=evil, send_at=house.now)
    messages.queue(house.db, house.post, draft, actor_id=house.actor_id, now=house.now)
    assert send(house) == 1
    [content] = house.wire.contents
    head = content.partition(b"\r\n\r\n")[0]
    assert not re.search(rb"(?mi)^(bcc|x-evil|x-more)\s*:", head)
    assert read(content)["To"].addresses[0].addr_spec.endswith("@clinic.example")


# --- between claim and DATA ------------------------------------------------------------------------------------------


def test_a_reply_that_comes_while_the_next_mail_is_claimed_keeps_it_here(house: House, tmp_path: Path) -> None:
    who = enrolled(house)
    house.work()
    [first] = house.messages(who)
    house.clock.now += timedelta(days=5)
    sequence_steps.take_due(house.db, house.post, clock=house.clock)

    def answers() -> None:
        raw = mail("Call me.", sender=first.to_address, answers=first.message_id, to="dana@stride.example")
        arrived = Arrived(first.mail_account_id, "INBOX", 1, 1, raw, house.now)
        inbox.take_in(house.db, tmp_path / "in", arrived, now=house.now)

    house.wire.on_data = answers
    send(house)
    assert [each.state for each in house.messages(who)] == [MessageState.SENT, MessageState.CANCELLED]
    assert len(house.wire.taken) == 1
    assert house.enrollment(who).state_reason == StopReason.REPLIED


@pytest.mark.parametrize(
    "event",
    [
        lambda house, who: providers.put_away(house.db, who, actor_id=1, now=house.now),
        lambda house, who: stages.move(
            house.db, [who], Stage.DO_NOT_CONTACT, reason="They asked", actor_id=1, now=house.now
        ),
    ],
)
def test_a_step_that_is_claimed_stays_here_when_its_provider_is_set_aside(
    house: House, event: Callable[[House, int], object]
) -> None:
    who = enrolled(house)
    house.wire.on_data = lambda: event(house, who) and None
    send(house)
    assert house.wire.taken == []
    assert [each.state for each in house.messages(who)] == [MessageState.CANCELLED]


def test_putting_away_is_undone_with_the_sequence(house: House) -> None:
    who = enrolled(house)
    done = providers.put_away(house.db, who, actor_id=1, now=house.now)
    assert house.enrollment(who).state_reason == StopReason.ARCHIVED
    with house.db.read() as session:
        said = session.exec(select(Activity.summary).where(Activity.provider_id == who)).all()
    assert "Put away" in said
    changes.undo(house.db, done or 0, actor_id=1, now=house.now)
    assert house.enrollment(who).state is EnrollmentState.ACTIVE
    house.work()
    assert len(house.wire.taken) == 1


def test_an_answer_may_quote_what_looks_like_an_unfilled_field(house: House) -> None:
    who = house.provider()
    fine = Draft(MessageKind.REPLY, "Re: Hello", "Yes.\n\n> Dear {{ name }}", "answer:1", provider_id=who)
    assert messages.queue(house.db, house.post, fine, actor_id=1, now=house.now).id
    ours = Draft(MessageKind.REPLY, "Re: Hello", "Dear {{ name }}\n\n> Hello", "answer:2", provider_id=who)
    with pytest.raises(Invalid):
        messages.queue(house.db, house.post, ours, actor_id=1, now=house.now)


def test_of_two_tabs_that_release_a_held_message_one_is_told_so_and_it_leaves_once(house: House) -> None:
    who = house.provider()
    held = written(house, who, "manual:1")
    message_states.hold(house.db, held.id or 0, actor_id=1, now=house.now)
    message_states.release(house.db, held.id or 0, actor_id=1, now=house.now)
    with pytest.raises(Refused):
        message_states.release(house.db, held.id or 0, actor_id=1, now=house.now)
    send(house)
    with pytest.raises(Refused):
        message_states.release(house.db, held.id or 0, actor_id=1, now=house.now)
    send(house)
    assert len(house.wire.taken) == 1


# --- the person gap --------------------------------------------------------------------------------------------------


def test_a_mail_by_hand_of_the_same_round_keeps_a_step_at_its_distance(house: House) -> None:
    who = enrolled(house)
    with house.db.write() as session:  # by hand first
        session.exec(select(Message)).one().due_at = house.now - timedelta(minutes=1)
        by_hand = make_message(
            session,
            provider_id=who,
            to_address=session.exec(select(Message.to_address)).one(),
            mail_account_id=session.exec(select(Message.mail_account_id)).one(),
            due_at=house.now - timedelta(minutes=2),
        )
    assert send(house) == 1
    assert message(house, by_hand.id).state is MessageState.SENT
    [step] = [each for each in house.messages(who) if each.enrollment_step_id is not None]
    assert (step.state, step.state_reason) == (MessageState.QUEUED, Reason.PERSON_GAP)


def test_the_gap_to_one_person_counts_across_mailboxes_and_providers(house: House) -> None:
    """Two doctors share the office's address, and two trainers write by mailboxes of their own."""
    enrolled(house, email="desk@clinic.example")
    with house.db.write() as session:
        other = make_user(session, email="lee@stride.example")
        make_mail_account(
            session, address="lee@stride.example", user_id=other.id, smtp_host="smtp.example",
            secret=house.post.vault.seal("x"), daily_cap=0, domain_cap=0, gap_seconds=0,
        )  # fmt: skip
        house.actor_id = other.id
    second = enrolled(house, email="desk@clinic.example")
    house.work()
    [waiting] = house.messages(second)
    assert len(house.wire.taken) == 1
    assert waiting.state_reason == Reason.PERSON_GAP
    assert {each.from_address for each in house.messages(second)} == {"lee@stride.example"}


def test_two_workers_that_claim_for_two_mailboxes_at_once_keep_the_gap_to_each_person(house: House) -> None:
    for n in range(5):
        enrolled(house, email=f"desk{n}@clinic.example")
    with house.db.write() as session:
        other = make_mail_account(session, address="lee@stride.example", daily_cap=0, domain_cap=0, gap_seconds=0).id
        firsts = session.exec(select(Message)).all()
        for first in firsts:
            copied = {
                name: getattr(first, name) for name in ("to_address", "provider_id", "enrollment_step_id", "due_at")
            }
            make_message(session, mail_account_id=other, **copied)
        accounts = [firsts[0].mail_account_id, other or 0]
    start, taken = threading.Barrier(2), []

    def claim(after: int) -> None:
        start.wait()
        taken.extend(claims.claim(house.db, me=f"w{after}", now=house.now, after_account=after))

    workers = [threading.Thread(target=claim, args=(after,)) for after in (0, accounts[0])]
    for each in workers:
        each.start()
    for each in workers:
        each.join()
    to = [each.message.to_address for each in taken]
    assert len(to) == len(set(to)) == 5


# --- what changes while mail waits -----------------------------------------------------------------------------------


def test_an_address_that_was_taken_off_gets_nothing_that_still_waits(house: House) -> None:
    who = house.provider()
    waiting = written(house, who, "manual:1")
    providers.update(house.db, who, {"email": ""}, actor_id=1, now=house.now)
    send(house)
    assert house.wire.taken == []
    assert message(house, waiting.id).state_reason == Reason.ADDRESS_CHANGED


def test_mail_for_a_mailbox_removed_while_it_was_paused_is_held_for_all_to_see(house: House) -> None:
    waiting = written(house, house.provider(), "manual:1")
    mailbox_setup.stop(house.db, waiting.mail_account_id, actor_id=1, now=house.now)
    mailbox_setup.remove(house.db, waiting.mail_account_id, actor_id=1, now=house.now)
    send(house)
    found = message(house, waiting.id)
    assert (found.state, found.state_reason) == (MessageState.HELD, Reason.NO_MAILBOX)


def test_who_is_in_a_sequence_that_is_put_away_goes_on(house: House) -> None:
    who = enrolled(house)
    sequences.archive(house.db, house.enrollment(who).sequence_id, actor_id=1, now=house.now)
    house.until(house.now + timedelta(days=8), step=timedelta(hours=6))
    assert house.enrollment(who).state is EnrollmentState.FINISHED
    assert len(house.wire.taken) == 2


def test_a_step_whose_template_is_gone_pauses_and_sends_nothing(house: House) -> None:
    who = enrolled(house)
    house.work()
    with house.db.write() as session:
        query = select(EnrollmentStep).where(col(EnrollmentStep.position) == 2)
        step = session.exec(query).one()
        step.template_slug, step.template_version_id = "gone", None
    house.until(house.now + timedelta(days=8), step=timedelta(hours=6))
    found = house.enrollment(who)
    assert (found.state, found.state_reason) == (EnrollmentState.PAUSED, PauseReason.TEMPLATE_FAULT)
    assert len(house.wire.taken) == 1


def test_a_sample_provider_in_a_sequence_reaches_no_mail_server(house: House) -> None:
    who = enrolled(house, sample=True)
    house.until(house.now + timedelta(days=8), step=timedelta(hours=6))
    assert [each.via for each in house.messages(who, MessageState.SENT)] == ["local", "local"]
    assert house.wire.taken == []


@pytest.mark.parametrize(
    ("error", "state", "reason"),
    [
        (Permanent(Phase.RCPT, 550, "5.1.1 no such user"), EnrollmentState.STOPPED, StopReason.BOUNCED),
        (Permanent(Phase.MAIL, 552, "5.3.4 too large"), EnrollmentState.PAUSED, PauseReason.DELIVERY_FAILED),
        (Permanent(Phase.RCPT, 552, "5.2.2 mailbox full"), EnrollmentState.PAUSED, PauseReason.DELIVERY_FAILED),
    ],
)
def test_only_a_refusal_of_the_address_ends_a_sequence_as_bounced(
    house: House, error: Permanent, state: EnrollmentState, reason: str
) -> None:
    who = enrolled(house)
    house.wire.errors = [error]
    send(house)
    found = house.enrollment(who)
    assert (found.state, found.state_reason) == (state, reason)


# --- opting out ------------------------------------------------------------------------------------------------------


def test_a_suppression_outlasts_the_provider_and_any_way_to_write_the_address(house: House) -> None:
    with house.db.write() as session:
        make_suppression(session, address="g.okafor@bayou.com")
    form = {"first_name": "Grace", "last_name": "Okafor", "email": " G.Okafor@BAYOU.com "}
    who = providers.create(house.db, form, actor_id=1, now=house.now)
    with pytest.raises(Refused) as refused:
        written(house, who, "manual:1")
    assert refused.value.reason == Reason.SUPPRESSED
    [left_out] = house.enroll(house.sequence(), who).refused
    assert left_out.reason is NotEnrolled.SUPPRESSED


def test_an_unsubscribe_outlasts_a_bounce_that_was_there_first(house: House) -> None:
    who = house.provider(email="maria@clinic.example")
    sent = written(house, who, "manual:1")
    with house.db.write() as session:
        make_suppression(session, address="maria@clinic.example", reason=SuppressionReason.BOUNCED)
    suppressions.unsubscribe(house.db, sent.unsubscribe_token, evidence="one click", now=house.now)
    assert suppressed(house) == {"maria@clinic.example": SuppressionReason.UNSUBSCRIBED}
    with house.db.write() as session:
        again = suppressions.suppress(
            session, "maria@clinic.example", SuppressionReason.BOUNCED, evidence="", actor_id=None, now=house.now
        )
    assert not again
    assert suppressed(house) == {"maria@clinic.example": SuppressionReason.UNSUBSCRIBED}


def test_one_link_posted_several_times_at_the_same_moment_succeeds_every_time(house: House) -> None:
    sent = written(house, enrolled(house, email="maria@clinic.example"), "manual:1")
    start = threading.Barrier(4)
    said: list[str] = []

    def press() -> None:
        start.wait()
        said.append(suppressions.unsubscribe(house.db, sent.unsubscribe_token, evidence="one click", now=house.now))

    workers = [threading.Thread(target=press) for _ in range(4)]
    for each in workers:
        each.start()
    for each in workers:
        each.join()
    assert said == ["maria@clinic.example"] * 4
    assert len(suppressed(house)) == 1


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        (SuppressionReason.UNSUBSCRIBED, Reason.UNSUBSCRIBED),
        (SuppressionReason.BOUNCED, Reason.SUPPRESSED),
        (SuppressionReason.BY_HAND, Reason.SUPPRESSED),
    ],
)
def test_waiting_mail_is_cancelled_for_the_reason_that_is_true(
    house: House, reason: SuppressionReason, said: Reason
) -> None:
    waiting = written(house, house.provider(email="maria@clinic.example"), "manual:1")
    with house.db.write() as session:
        suppressions.suppress(session, "Maria@Clinic.example", reason, evidence="", actor_id=None, now=house.now)
    found = message(house, waiting.id)
    assert (found.state, found.state_reason) == (MessageState.CANCELLED, said)


def test_a_link_in_an_old_mail_to_somebody_merged_ends_the_sequence_of_who_is_left(house: House) -> None:
    old = house.provider(email="old@clinic.example")
    sent = written(house, old, "manual:1")
    kept = enrolled(house, email="new@clinic.example", touch_count=9)
    sides = {"email": "right"}
    stays, _ = merges.merge(house.db, (old, kept), sides, actor_id=1, now=house.now)
    house.change(stays, email="new@clinic.example")
    suppressions.unsubscribe(house.db, sent.unsubscribe_token, evidence="one click", now=house.now)
    send(house)
    assert house.wire.taken == []
    assert house.enrollment(stays).state_reason == StopReason.UNSUBSCRIBED


# --- what is logged --------------------------------------------------------------------------------------------------


def test_the_text_of_a_message_stands_in_no_error_of_the_database(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    secret = "Between you and me alone"
    with pytest.raises(Exception, match=r"UNIQUE|duplicate") as caught, house.db.write() as session:
        make_message(session, text_body=secret, dedupe_key="twice")
        make_message(session, text_body=secret, dedupe_key="twice")
    logging.getLogger("handoff.test").error("failed", exc_info=caught.value)
    assert secret not in caplog.text
    assert secret not in str(caught.value)


# --- on disk ---------------------------------------------------------------------------------------------------------


class Noting(Database):
    """Remembers whether what sending writes waits for the disk, statement by statement or with its transaction."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.noted: list[bool] = []

    @contextlib.contextmanager
    def at_once(self) -> Iterator[Connection]:
        with super().at_once() as connection:
            if self.is_sqlite:
                self.noted.append(connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2)
            else:
                self.noted.append(connection.connection.driver_connection.autocommit)
            yield connection


def test_that_data_begins_and_how_it_ended_waits_for_the_disk(db: Database, tmp_path: Path) -> None:
    noting = Noting(db.engine.url.render_as_string(hide_password=False))
    house = House(noting, tmp_path)
    written(house, house.provider(), "manual:1")
    assert send(house) == 1
    assert noting.noted
    assert all(noting.noted)
    noting.dispose()
