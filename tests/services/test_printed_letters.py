from datetime import timedelta

import pytest

from crm.documents.faults import MissingField
from crm.domain.errors import Invalid, NotFound, Refused
from crm.domain.kinds import ActivityKind, ProviderKind
from crm.domain.pipeline import Stage
from crm.models.activities import Activity
from crm.models.providers import Provider
from crm.services import changes, printed_letters
from crm.services.touches import Logged
from crm.store.engine import Database
from tests import factories
from tests.factories import NOW, TODAY

SLUG = "introduction-letter"


def _provider(db: Database, *, practice: bool = True, **given: object) -> int:
    with db.write() as session:
        factories.make_business(session)
        factories.make_user(session)
        place = factories.make_practice(session) if practice else None
        provider = factories.make_provider(session, practice=place, **given)
        assert provider.id is not None
        return provider.id


def _send(db: Database, provider_id: int) -> Logged:
    return printed_letters.mark_sent(db, provider_id, 1, SLUG, sent_on=TODAY, now=NOW, today=TODAY)


def test_a_letter_that_was_posted_is_a_touch_with_its_text_and_version(db: Database) -> None:
    provider_id = _provider(db)
    logged = _send(db, provider_id)
    with db.read() as session:
        activity = session.get_one(Activity, logged.activity_id)
        provider = session.get_one(Provider, provider_id)
    assert (activity.kind, activity.summary) == (ActivityKind.LETTER, "Letter of introduction")
    assert "I don’t diagnose or treat" in activity.body
    assert activity.template_version_id is not None
    assert (provider.stage, provider.last_touch_at) == (Stage.CONTACTED, NOW)
    assert provider.next_due_on is not None


def test_pressed_twice_it_is_one_letter_and_after_undo_a_new_one(db: Database) -> None:
    provider_id = _provider(db)
    first, second = _send(db, provider_id), _send(db, provider_id)
    assert second.is_repeat
    assert (second.activity_id, second.change_set_id) == (first.activity_id, first.change_set_id)
    assert first.change_set_id is not None
    changes.undo(db, first.change_set_id, actor_id=1, now=NOW)
    assert not _send(db, provider_id).is_repeat


@pytest.mark.parametrize(("days", "why"), [(1, "still to come"), (-367, "more than a year ago")])
def test_a_day_that_can_not_be_is_refused(db: Database, days: int, why: str) -> None:
    provider_id = _provider(db)
    with pytest.raises(Invalid, match=why):
        printed_letters.mark_sent(db, provider_id, 1, SLUG, sent_on=TODAY + timedelta(days=days), now=NOW, today=TODAY)


def test_it_can_be_undone(db: Database) -> None:
    provider_id = _provider(db)
    logged = _send(db, provider_id)
    assert logged.change_set_id is not None
    changes.undo(db, logged.change_set_id, actor_id=1, now=NOW)
    with db.read() as session:
        provider = session.get_one(Provider, provider_id)
    assert (provider.stage, provider.last_touch_at, provider.next_due_on) == (Stage.PROSPECT, None, None)


def test_without_a_practice_nothing_is_logged(db: Database) -> None:
    provider_id = _provider(db, practice=False)
    with pytest.raises(MissingField, match="has no practice"):
        _send(db, provider_id)
    with db.read() as session:
        assert session.get_one(Provider, provider_id).touch_count == 0


def test_an_organization_without_an_address_is_called_the_provider(db: Database) -> None:
    provider_id = _provider(
        db, practice=False, kind=ProviderKind.ORGANIZATION, organization_name="Bayou PT", display_name="Bayou PT"
    )
    with pytest.raises(MissingField, match="The provider has no practice: add one on the provider’s page"):
        _send(db, provider_id)


@pytest.mark.parametrize("given", [{"stage": Stage.DO_NOT_CONTACT}, {"deactivated_on": TODAY}])
def test_somebody_who_must_not_be_contacted_gets_no_letter(db: Database, given: dict[str, object]) -> None:
    provider_id = _provider(db, **given)
    with pytest.raises(Refused):
        _send(db, provider_id)


def test_an_unknown_letter_is_not_found(db: Database) -> None:
    provider_id = _provider(db)
    with db.read() as session, pytest.raises(NotFound):
        printed_letters.prepare(session, provider_id, 1, "nothing", now=NOW)
