import pytest
from sqlmodel import select

from crm.domain import text_checks
from crm.domain.errors import Invalid
from crm.domain.kinds import TemplateKind
from crm.models.activities import Activity
from crm.models.audit import AuditEntry
from crm.models.providers import Provider
from crm.services import overrides
from crm.store import overrides as store
from crm.store.engine import Database
from tests.factories import NOW, make_provider, make_user

TEXT = "I treat back pain.\nMy patients like it."
REASON = "Quoted from their own brochure"


@pytest.fixture
def user_id(db: Database) -> int:
    with db.write() as session:
        return make_user(session).id


def test_what_a_person_lets_stand_is_kept_word_by_word_with_reason_and_name(db: Database, user_id: int) -> None:
    findings = text_checks.check(TEXT)
    with db.write() as session:
        overrides.allow(session, "message", 7, findings, f"  {REASON} ", actor_id=user_id, now=NOW)
    with db.read() as session:
        rows = store.of(session, "message", 7)
        assert [(row.rule, row.excerpt, row.reason, row.actor_id) for row in rows] == [
            ("treat", "treat", REASON, user_id),
            ("patient", "patients", REASON, user_id),
        ]
        entry = session.exec(select(AuditEntry).where(AuditEntry.kind == "override")).one()
        assert (entry.subject, entry.actor_id, entry.detail["reason"]) == ("message 7", user_id, REASON)
        assert entry.detail["words"] == [
            {"rule": "treat", "excerpt": "treat"},
            {"rule": "patient", "excerpt": "patients"},
        ]


def test_only_the_words_that_were_allowed_may_stand(db: Database, user_id: int) -> None:
    with db.write() as session:
        overrides.allow(session, "document", 1, text_checks.check("I treat pain."), REASON, actor_id=user_id, now=NOW)
    with db.read() as session:
        covered = overrides.allowed(session, "document", 1)
        assert overrides.allowed(session, "document", 2) == frozenset()
    assert overrides.standing(text_checks.check("I Treat pain."), covered) == []
    assert [each.rule for each in overrides.standing(text_checks.check("I treat pain. I diagnose."), covered)] == [
        "diagnose"
    ]


@pytest.mark.parametrize("reason", ["", "   ", "because", "a \n\t b"])
def test_a_reason_that_says_too_little_is_refused(db: Database, user_id: int, reason: str) -> None:
    with db.write() as session, pytest.raises(Invalid) as refused:
        overrides.allow(session, "message", 1, text_checks.check("I treat."), reason, actor_id=user_id, now=NOW)
    assert list(refused.value.errors) == ["override_reason"]


@pytest.mark.parametrize("actor_id", [None, 999])
def test_nobody_in_particular_can_let_anything_stand(db: Database, actor_id: int | None) -> None:
    with db.write() as session, pytest.raises(Invalid):
        overrides.allow(session, "message", 1, text_checks.check("I treat."), REASON, actor_id=actor_id, now=NOW)


def test_where_it_concerns_a_provider_their_timeline_says_so(db: Database, user_id: int) -> None:
    with db.write() as session:
        whom = make_provider(session).id
        found = text_checks.check("I treat. I diagnose.")
        overrides.allow(session, "message", 7, found, REASON, provider_id=whom, actor_id=user_id, now=NOW)
        overrides.allow(session, "message", 8, found, REASON, actor_id=user_id, now=NOW)
    with db.read() as session:
        line = session.exec(select(Activity)).one()
        assert (line.provider_id, line.summary, line.body) == (whom, "Let “treat”, “diagnose” stand", REASON)
        assert line.actor_id == user_id
        assert session.get_one(Provider, whom).touch_count == 0


def test_the_subject_of_a_filled_text_fits_its_column_and_tells_wordings_apart() -> None:
    slugs = ("thank-you", "a-very-long-name-of-a-wording-of-our-own", "a-very-long-name-of-a-wording-of-our-own-2")
    subjects = [overrides.filled(TemplateKind.DOCUMENT, slug) for slug in slugs]
    assert subjects[0] == "document:thank-you"
    assert len(set(subjects)) == 3
    assert max(map(len, subjects)) <= overrides.LONGEST_SUBJECT


def test_nothing_is_written_down_where_nothing_blocks(db: Database) -> None:
    with db.write() as session:
        overrides.allow(session, "message", 1, text_checks.check("All is well."), "", actor_id=None, now=NOW)
        assert store.latest(session) == []


def test_the_refusal_names_the_words(db: Database) -> None:
    with pytest.raises(Invalid) as refused:
        overrides.checked_reason("", text_checks.check("I treat."))
    assert refused.value.errors["override_reason"].startswith("Change “treat”, or say here why it may stay.")


def test_the_latest_come_first_with_who_it_was(db: Database, user_id: int) -> None:
    with db.write() as session:
        for number in (1, 2):
            found = text_checks.check("I treat.")
            overrides.allow(session, "message", number, found, REASON, actor_id=user_id, now=NOW)
        first, second = store.latest(session)
        assert (first[0].subject_id, second[0].subject_id, first[1].id) == (2, 1, user_id)
        assert [row.id for row, _ in store.latest(session, before_id=first[0].id)] == [second[0].id]
