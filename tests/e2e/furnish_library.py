"""The library as somebody uses it: an own wording with a draft, one copied, one put away, a newer built-in wording."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlmodel import select

from crm.domain.kinds import TemplateKind
from crm.models.templates import Template, TemplateVersion
from crm.services import template_drafts, template_library, template_shelf, template_versions
from crm.store import templates as store

if TYPE_CHECKING:
    from tests.e2e.house import House

ME = 1


def fill_library(house: House) -> None:
    """Needs the owner."""
    db, now = house.handoff.db, house.clock.now
    template_library.open_shelf(db, now=now)
    with db.read() as session:
        ids = {(row.kind, row.slug): row.id or 0 for row in session.exec(select(Template))}
        visit = session.get_one(Template, ids[TemplateKind.SCRIPT, "physician-visit"])
        built_in = template_versions.wording_in_force(session, visit)
    mine = built_in.replace("Picture one of your", "Imagine one of your")
    visit_id = ids[TemplateKind.SCRIPT, "physician-visit"]
    template_versions.save(db, visit_id, mine, remarks="Softer words", actor_id=ME, now=now)
    draft = mine.replace("That's where I come in.", "I treat their pain, {{ trainer.signature }}.")
    template_drafts.put(db, visit_id, draft, actor_id=ME, now=now)
    _as_if_it_had_changed(house, visit_id)
    template_shelf.copy(db, ids[TemplateKind.EMAIL, "introduction"], "My short hello", actor_id=ME, now=now)
    away = template_shelf.create(db, TemplateKind.EMAIL, "An old idea", actor_id=ME, now=now)
    template_shelf.set_archived(db, away, True, actor_id=ME, now=now)


def _as_if_it_had_changed(house: House, template_id: int) -> None:
    with house.handoff.db.write() as session:
        first: TemplateVersion = store.versions_of(session, template_id)[-1][0]
        own = str(first.content["own"]).replace("on one page", "on a single page")
        first.content_hash, first.content = "0" * 64, {"source": own, "own": own}
        session.add(first)
