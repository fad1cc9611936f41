import pytest

from crm.domain.errors import NotFound
from crm.domain.kinds import TemplateKind
from crm.models.templates import Template, TemplateVersion
from crm.services import templates
from crm.store import templates as store
from crm.store.engine import Database
from tests import factories
from tests.factories import NOW


def test_a_built_in_template_gets_its_row_when_first_used_and_keeps_it(db: Database) -> None:
    with db.write() as session:
        first = templates.version_id(session, TemplateKind.EMAIL, "introduction", now=NOW)
    with db.write() as session:
        assert templates.version_id(session, TemplateKind.EMAIL, "introduction", now=NOW) == first
        version = session.get_one(TemplateVersion, first)
        template = session.get_one(Template, version.template_id)
    assert (template.slug, template.title, template.built_in) == ("introduction", "Introduction", True)
    assert template.version_id == first
    assert len(version.content_hash) == 64
    assert "== subject ==" in str(version.content["source"])


def test_a_changed_wording_becomes_a_new_version_and_the_old_one_stays(db: Database) -> None:
    with db.write() as session:
        template = factories.make_template(session, kind=TemplateKind.EMAIL, slug="introduction", built_in=True)
        old = factories.make_template_version(session, template_id=template.id, content_hash="0" * 64)
        template.version_id = old.id
        new = templates.version_id(session, TemplateKind.EMAIL, "introduction", now=NOW)
    assert new != old.id
    with db.read() as session:
        assert session.get_one(Template, template.id).version_id == new
        assert session.get_one(TemplateVersion, old.id).content_hash == "0" * 64


def test_the_trainers_own_wording_stays_in_force(db: Database) -> None:
    with db.write() as session:
        template = factories.make_template(session, kind=TemplateKind.EMAIL, slug="introduction", built_in=False)
        own = factories.make_template_version(session, template_id=template.id, content={"source": "== subject ==\nHi"})
        template.version_id = own.id
        session.flush()
        assert templates.version_id(session, TemplateKind.EMAIL, "introduction", now=NOW) == own.id
        assert templates.source_in_force(session, TemplateKind.EMAIL, "introduction") == "== subject ==\nHi"
        assert templates.source_in_force(session, TemplateKind.EMAIL, "thank_you") is None


def test_every_built_in_template_can_be_registered(sqlite_db: Database) -> None:
    with sqlite_db.write() as session:
        count = templates.register_all(session, now=NOW)
        assert count == len(templates.built_ins()) > 70
        assert len(store.all_of(session, TemplateKind.SCRIPT)) == 68
        assert templates.register_all(session, now=NOW) == count


def test_an_unknown_template_is_not_found(sqlite_db: Database) -> None:
    with sqlite_db.write() as session, pytest.raises(NotFound):
        templates.version_id(session, TemplateKind.EMAIL, "nothing", now=NOW)
