from __future__ import annotations

from datetime import datetime

import pytest
from sqlmodel import select

from crm.documents.flat import flat_script
from crm.domain.errors import Invalid, NotFound, Refused
from crm.domain.kinds import TemplateKind
from crm.domain.script import Audience, Channel
from crm.models.audit import AuditEntry
from crm.models.templates import Template, TemplateVersion, TextOverride
from crm.services import changes, template_drafts, template_versions, templates
from crm.services.template_drafts import WrittenElsewhere
from crm.services.template_versions import Blocking, Broken
from crm.store import templates as store
from crm.store.engine import Database
from tests import factories
from tests.factories import NOW

SLUG = "physician-phone"
BUILT_IN = flat_script(Audience.PHYSICIAN, Channel.PHONE)
MINE = BUILT_IN.replace("Do you have a minute?", "Is this a good moment?")


def shelf(db: Database, slug: str = SLUG, kind: TemplateKind = TemplateKind.SCRIPT) -> tuple[int, int]:
    """A user, and the template with this slug."""
    with db.write() as session:
        user = factories.make_user(session)
        templates.version_id(session, kind, slug, now=NOW)
        found = store.by_slug(session, kind, slug)
        assert found is not None
        return user.id or 0, found.id or 0


def in_force(db: Database, template_id: int) -> str:
    with db.read() as session:
        return template_versions.wording_in_force(session, session.get_one(Template, template_id))


def test_editing_makes_a_version_of_ones_own_and_undo_takes_it_out_of_force(db: Database) -> None:
    me, template_id = shelf(db)
    saved = template_versions.save(db, template_id, MINE, remarks="Softer", actor_id=me, now=NOW)
    assert (saved.version.number, saved.version.remarks, saved.version.created_by) == (2, "Softer", me)
    assert in_force(db, template_id) == MINE
    with db.read() as session:
        assert templates.source_in_force(session, TemplateKind.SCRIPT, SLUG) == MINE
        assert [row.kind for row in session.exec(select(AuditEntry))] == ["template"]
    assert saved.change_set_id is not None
    changes.undo(db, saved.change_set_id, actor_id=me, now=NOW)
    assert in_force(db, template_id) == BUILT_IN
    with db.read() as session:
        assert templates.source_in_force(session, TemplateKind.SCRIPT, SLUG) is None
        assert len(store.versions_of(session, template_id)) == 2


def test_the_same_words_make_no_version(sqlite_db: Database) -> None:
    me, template_id = shelf(sqlite_db)
    assert template_versions.save(sqlite_db, template_id, BUILT_IN, actor_id=me, now=NOW).change_set_id is None


@pytest.mark.parametrize(
    ("source", "line", "said"),
    [
        ("== opening ==\nHello\n{% if trainer.name %}\nmore", 3, "never closed"),
        ("== opening ==\nHello\n{{ provider.salutatoin }}", 3, "Did you mean {{ provider.salutation }}?"),
        ("== opening ==\nHi {% if script.state == 'thank_you' %}\n{{ 'a' * 9 }}{% endif %}", 3, "small whole"),
        ("Hello", 1, "== opening =="),
    ],
)
def test_a_wording_that_breaks_is_refused_with_line_and_reason(
    sqlite_db: Database, source: str, line: int, said: str
) -> None:
    """Also in a branch that only one moment sees."""
    me, template_id = shelf(sqlite_db)
    with pytest.raises(Broken, match=said.replace("?", r"\?")) as caught:
        template_versions.save(sqlite_db, template_id, source, actor_id=me, now=NOW)
    assert caught.value.line == line
    assert in_force(sqlite_db, template_id) == BUILT_IN


def test_words_that_a_check_blocks_need_a_named_persons_reason(db: Database) -> None:
    me, template_id = shelf(db)
    source = MINE.replace("I help them", "I treat them. I help them")
    with pytest.raises(Blocking) as caught:
        template_versions.save(db, template_id, source, actor_id=me, now=NOW)
    assert [each.text for each in caught.value.findings] == ["treat"]
    with pytest.raises(Invalid, match="at least 10"):
        template_versions.save(db, template_id, source, reason="so", actor_id=me, now=NOW)
    saved = template_versions.save(db, template_id, source, reason="Quoting my license board", actor_id=me, now=NOW)
    with db.read() as session:
        kept = session.exec(select(TextOverride)).one()
        assert (kept.subject, kept.subject_id, kept.actor_id) == ("template_version", saved.version.id, me)


def test_an_earlier_version_comes_back_as_a_new_one(db: Database) -> None:
    me, template_id = shelf(db)
    first = template_versions.save(db, template_id, MINE, actor_id=me, now=NOW).version
    template_versions.save(db, template_id, MINE.replace("Hello", "Good day"), actor_id=me, now=NOW)
    for _ in range(2):
        again = template_versions.restore(db, template_id, first.id or 0, actor_id=me, now=NOW)
    assert (again.version.number, again.version.remarks) == (5, "Version 2 again")
    assert in_force(db, template_id) == MINE


def test_a_version_of_another_template_is_not_found(sqlite_db: Database) -> None:
    me, template_id = shelf(sqlite_db)
    _, other = shelf(sqlite_db, "physician-visit")
    with sqlite_db.read() as session:
        foreign = session.get_one(Template, other).version_id
    with pytest.raises(NotFound):
        template_versions.restore(sqlite_db, template_id, foreign or 0, actor_id=me, now=NOW)


def test_the_built_in_wording_can_come_back_and_that_be_undone(db: Database) -> None:
    me, template_id = shelf(db)
    template_versions.save(db, template_id, MINE, actor_id=me, now=NOW)
    change = template_versions.back_to_built_in(db, template_id, actor_id=me, now=NOW)
    assert in_force(db, template_id) == BUILT_IN
    changes.undo(db, change, actor_id=me, now=NOW)
    assert in_force(db, template_id) == MINE


def test_one_of_ones_own_has_no_built_in_wording(sqlite_db: Database) -> None:
    with sqlite_db.write() as session:
        me = factories.make_user(session).id or 0
        own = factories.make_template(session, built_in=False).id or 0
    with pytest.raises(Refused):
        template_versions.back_to_built_in(sqlite_db, own, actor_id=me, now=NOW)


def offered(db: Database, template_id: int) -> template_versions.Offer | None:
    with db.read() as session:
        return template_versions.offer(session, session.get_one(Template, template_id))


def age(db: Database, template_id: int) -> None:
    """As if the built-in wording had been another one when the own one began."""
    with db.write() as session:
        base = session.exec(select(TemplateVersion).where(TemplateVersion.number == 1)).one()
        base.content_hash, base.content = "0" * 64, {"source": "old", "own": BUILT_IN.replace("Hello", "Good day")}
        session.add(base)


def test_a_newer_built_in_wording_is_offered_and_can_be_declined(db: Database) -> None:
    me, template_id = shelf(db)
    template_versions.save(db, template_id, MINE, actor_id=me, now=NOW)
    assert offered(db, template_id) is None
    age(db, template_id)
    found = offered(db, template_id)
    assert found is not None
    assert (found.now, found.own) == (BUILT_IN, MINE)
    assert "Good day" in found.then
    assert in_force(db, template_id) == MINE
    change = template_versions.keep_mine(db, template_id, found.content_hash, actor_id=me, now=NOW)
    assert offered(db, template_id) is None
    changes.undo(db, change, actor_id=me, now=NOW)
    assert offered(db, template_id) is not None
    template_versions.back_to_built_in(db, template_id, actor_id=me, now=NOW)
    assert offered(db, template_id) is None


def test_both_wordings_can_be_brought_together_and_the_offer_is_answered(db: Database) -> None:
    me, template_id = shelf(db)
    template_versions.save(db, template_id, MINE, actor_id=me, now=NOW)
    age(db, template_id)
    with db.write() as session:
        base = session.exec(select(TemplateVersion).where(TemplateVersion.number == 1)).one()
        base.content = {"source": "old", "own": BUILT_IN.replace("May I send you", "Could I send you")}
        session.add(base)
    assert template_versions.bring_together(db, template_id, actor_id=me, now=NOW) == 0
    with db.read() as session:
        draft = store.draft(session, me, template_id)
        assert draft is not None
        assert draft.source == MINE
    assert offered(db, template_id) is not None
    template_versions.save(db, template_id, draft.source + "- And you?\n", actor_id=me, now=NOW)
    assert offered(db, template_id) is None
    with pytest.raises(Refused):
        template_versions.bring_together(db, template_id, actor_id=me, now=NOW)


def test_two_windows_are_told_and_nothing_is_lost(db: Database) -> None:
    me, template_id = shelf(db)
    first = template_drafts.put(db, template_id, "one", seen_as="", actor_id=me, now=NOW)
    later = at(1)
    second = template_drafts.put(db, template_id, "two", seen_as=template_drafts.seen(first), actor_id=me, now=later)
    with pytest.raises(WrittenElsewhere) as caught:
        template_drafts.put(db, template_id, "mine", seen_as=template_drafts.seen(first), actor_id=me, now=later)
    assert caught.value.draft is not None
    assert caught.value.draft.source == "two"
    template_drafts.put(db, template_id, "mine", actor_id=me, now=at(2))
    with db.read() as session:
        kept = store.draft(session, me, template_id)
        assert kept is not None
        assert (kept.source, kept.id) == ("mine", second.id)
    assert in_force(db, template_id) == BUILT_IN


def at(minutes: int) -> datetime:
    return NOW.replace(minute=minutes)


def test_putting_into_force_takes_the_draft_away(sqlite_db: Database) -> None:
    me, template_id = shelf(sqlite_db)
    template_drafts.put(sqlite_db, template_id, MINE, actor_id=me, now=NOW)
    template_versions.save(sqlite_db, template_id, MINE, actor_id=me, now=NOW)
    with sqlite_db.read() as session:
        assert store.draft(session, me, template_id) is None


def test_a_clients_code_needs_a_reason_too(sqlite_db: Database) -> None:
    me, template_id = shelf(sqlite_db)
    with sqlite_db.write() as session:
        factories.make_client(session, code="Q-7731")
    source = MINE.replace("I help them", "Ask Q-7731. I help them")
    with pytest.raises(Blocking) as caught:
        template_versions.save(sqlite_db, template_id, source, actor_id=me, now=NOW)
    assert [each.text for each in caught.value.findings] == ["Q-7731"]
