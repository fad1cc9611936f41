"""Templates of one's own: made new, copied, renamed, put away and brought back."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import datetime
from itertools import count

from sqlmodel import Session

from crm.domain.errors import Invalid, Refused
from crm.domain.kinds import TemplateKind
from crm.domain.script import Audience, Channel
from crm.models.templates import Template
from crm.services import audit, changes, template_drafts, templates
from crm.services.template_versions import get, save, wording_in_force
from crm.store import templates as store
from crm.store.engine import Database

LONGEST_TITLE = 120
COPY_OF = "Copy of "
STARTS: Mapping[TemplateKind, str] = {
    TemplateKind.SCRIPT: (
        "== opening ==\nHello {{ provider.dear }}, I'm {{ trainer.name }} with {{ business.name }}.\n\n"
        "== gap ==\n\n== picture ==\n\n== alignment ==\nI don't diagnose or treat. I extend your plan.\n\n"
        "== invitation ==\nMay I send you a sample of my documentation?\n\n== questions ==\n- \n"
    ),
    TemplateKind.EMAIL: (
        "== subject ==\n\n\n== body ==\nDear {{ provider.dear }},\n\n\n\nKind regards,\n\n{{ trainer.name }}\\\n"
        "{{ business.name }}\n"
    ),
    TemplateKind.DOCUMENT: (
        "== sender ==\n**{{ business.name }}**\\\n{{ business.address }}\n\n== address ==\n"
        "{{ provider.formal_name }}\\\n{{ practice.street }}\\\n{{ practice.town_line }}\n\n"
        "== date ==\n{{ message.date }}\n\n== subject ==\n\n\n"
        "== body ==\nDear {{ provider.dear }},\n\n\n\nKind regards,\n\n== signature ==\n{{ trainer.name }}\n"
    ),
}
"""What a new template begins with."""


def create(
    db: Database,
    kind: TemplateKind,
    title: str,
    *,
    meta: Mapping[str, str] | None = None,
    source: str = "",
    actor_id: int,
    now: datetime,
) -> int:
    """A new template with a draft, not in force yet. Gives its id; raises Invalid."""
    with db.write() as session:
        template = _insert(session, kind, _title(title), _meta(kind, meta or {}), actor_id=actor_id, now=now)
        template_drafts.put_in(session, template, source or STARTS[kind], actor_id=actor_id, now=now)
        assert template.id is not None
        return template.id


def copy(db: Database, template_id: int, title: str = "", *, actor_id: int, now: datetime) -> int:
    """A template of one's own with the wording of this one, in force at once. Gives its id."""
    with db.write() as session:
        old = get(session, template_id)
        source = wording_in_force(session, old)
        meta = _meta(old.kind, {name: str(value) for name, value in old.meta.items()})
        if old.meta.get("kind") == templates.PAPER:
            meta = {"kind": templates.PAPER, templates.LAYOUT: str(old.meta.get(templates.LAYOUT) or old.slug)}
        called = _title(title or f"{COPY_OF}{old.title}")
        made = _insert(session, old.kind, called, meta, about=old.about, actor_id=actor_id, now=now)
        made.copied_from = old.slug
        assert made.id is not None
        copy_id = made.id
        if not source.strip():
            template_drafts.put_in(session, made, STARTS[old.kind], actor_id=actor_id, now=now)
            return copy_id
    save(db, copy_id, source, reason="Copied as it was in force", actor_id=actor_id, now=now)
    return copy_id


def rename(db: Database, template_id: int, title: str, about: str = "", *, actor_id: int, now: datetime) -> int:
    """Another title for one's own template. Returns the change set."""
    with db.write() as session:
        template = get(session, template_id)
        if template.built_in:
            raise Refused(
                "built_in", "A built-in template keeps its name. Copy it to have one with a name of your own."
            )
        recorder = changes.begin(session, "template", f"Renamed “{template.title}”", actor_id=actor_id, now=now)
        recorder.update(template, title=_title(title), about=" ".join(about.split())[:300])
        audit.note(session, "template", template.slug, actor_id=actor_id, now=now, did="renamed", title=template.title)
        return recorder.id


def set_archived(db: Database, template_id: int, away: bool, *, actor_id: int, now: datetime) -> int:
    """Put it away or bring it back. Sequences that have it go on with it. Returns the change set."""
    with db.write() as session:
        template = get(session, template_id)
        label = f"{'Put away' if away else 'Brought back'}: “{template.title}”"
        recorder = changes.begin(session, "template", label, actor_id=actor_id, now=now)
        recorder.update(template, archived_at=now if away else None)
        did = "archived" if away else "unarchived"
        audit.note(session, "template", template.slug, actor_id=actor_id, now=now, did=did)
        return recorder.id


def _insert(
    session: Session,
    kind: TemplateKind,
    title: str,
    meta: Mapping[str, str],
    *,
    about: str = "",
    actor_id: int,
    now: datetime,
) -> Template:
    slug = free_slug(title, store.slugs(session, kind) | {slug for of, slug in templates.built_ins() if of is kind})
    template = Template(kind=kind, slug=slug, title=title, about=about, built_in=False, meta=dict(meta), created_at=now)
    session.add(template)
    session.flush()
    audit.note(session, "template", slug, actor_id=actor_id, now=now, did="created", title=title)
    return template


def free_slug(title: str, taken: set[str]) -> str:
    """ "My first talk" as "my-first-talk", with a number where that is taken."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60] or "template"
    if slug not in taken:
        return slug
    return next(each for number in count(2) if (each := f"{slug}-{number}") not in taken)


def _title(title: str) -> str:
    said = " ".join(title.split())
    if not said:
        raise Invalid({"title": "Give it a name."})
    if len(said) > LONGEST_TITLE:
        raise Invalid({"title": f"Keep the name under {LONGEST_TITLE} characters."})
    return said


def _meta(kind: TemplateKind, given: Mapping[str, str]) -> dict[str, str]:
    if kind is TemplateKind.SCRIPT:
        if given.get("audience") not in list(Audience):
            raise Invalid({"audience": "Choose for whom it is."})
        if given.get("channel") not in list(Channel):
            raise Invalid({"channel": "Choose how you meet."})
        return {"audience": given["audience"], "channel": given["channel"]}
    if kind is TemplateKind.EMAIL:
        return {"kind": "outreach", "moment": ""}
    return {"kind": templates.LETTER, "moment": ""}
