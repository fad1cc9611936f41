"""Wordings over time: putting one into force, going back, and what the built-in one has become meanwhile."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from crm.documents.faults import TemplateFault
from crm.domain import text_merge
from crm.domain.errors import Invalid, NotFound, Refused
from crm.domain.text_checks import TextFinding, blocking
from crm.models.templates import Template, TemplateVersion
from crm.services import audit, changes, overrides, template_checks, template_drafts, templates
from crm.services.changes import Recorder
from crm.services.template_checks import Wording
from crm.services.templates import BuiltIn
from crm.store import documents
from crm.store import overrides as override_rows
from crm.store import templates as store
from crm.store.engine import Database


class Broken(Invalid):
    """A wording that can't be filled. `line` is 0 where it is not known."""

    def __init__(self, fault: TemplateFault) -> None:
        self.line = fault.line
        self.reason = fault.reason
        super().__init__({"source": f"Line {fault.line}: {fault.reason}" if fault.line else fault.reason})


class Blocking(Invalid):
    """Words that may only stand with somebody's reason."""

    def __init__(self, findings: list[TextFinding], sentence: str) -> None:
        self.findings = findings
        super().__init__({overrides.FIELD: sentence})


@dataclass(frozen=True, slots=True)
class Saved:
    """A version that was put into force, and the change set that undoes that. None where nothing differed."""

    version: TemplateVersion
    change_set_id: int | None


@dataclass(frozen=True, slots=True)
class Offer:
    """The built-in wording has changed since an own one began from it: then, now, and the own one."""

    then: str
    now: str
    own: str
    content_hash: str


def get(session: Session, template_id: int) -> Template:
    """Raises NotFound."""
    template = session.get(Template, template_id)
    if template is None:
        raise NotFound("This template isn’t here any more.")
    return template


def version_of(session: Session, template: Template, version_id: int | None) -> TemplateVersion:
    """One version of this template; the one in force without `version_id`. Raises NotFound."""
    version = session.get(TemplateVersion, version_id or template.version_id or 0)
    if version is None or version.template_id != template.id:
        raise NotFound("There is no such version of this template.")
    return version


def built_in_of(template: Template) -> BuiltIn | None:
    """The wording of the folders under this slug."""
    return templates.built_ins().get((template.kind, template.slug))


def wording_in_force(session: Session, template: Template) -> str:
    """What is used now; empty for a template that was never put into force."""
    built_in = built_in_of(template)
    if template.built_in and built_in is not None:
        return built_in.own
    return templates.wording_of(version_of(session, template, None)) if template.version_id else ""


def save(
    db: Database, template_id: int, source: str, *, reason: str = "", remarks: str = "", actor_id: int, now: datetime
) -> Saved:
    """Put a wording into force as a new version. Raises Broken with the line, Blocking where a reason is missing."""
    with db.write() as session:
        template = get(session, template_id)
        source = source.replace("\r\n", "\n").strip() + "\n"
        found = look_over(session, template, source)
        stand_in = _same_as_in_force(session, template, source)
        base = _base(session, template, actor_id, now)
        template_drafts.drop(session, template_id, actor_id=actor_id)
        if stand_in is not None:
            return Saved(stand_in, None)
        if blocking(found):
            _check_reason(found, reason)
        label = f"New wording of “{template.title}”"
        recorder = changes.begin(session, "template", label, actor_id=actor_id, now=now)
        version = _write(session, recorder, template, source, base, remarks=remarks, actor_id=actor_id, now=now)
        assert version.id is not None
        overrides.allow(session, "template_version", version.id, found, reason, actor_id=actor_id, now=now)
        return Saved(version, recorder.id)


def look_over(session: Session, template: Template, source: str) -> list[TextFinding]:
    """What a check found in a wording. Raises Broken when it can't be filled for everybody."""
    if not source.strip():
        raise Invalid({"source": "Write something first."})
    try:
        codes = documents.client_codes(session)
        wording = Wording(template.kind, source, template.title, template.meta, template.slug)
        return [finding for finding, _ in template_checks.findings(wording, client_names=codes)]
    except TemplateFault as fault:
        raise Broken(fault) from fault


def restore(db: Database, template_id: int, version_id: int, *, actor_id: int, now: datetime) -> Saved:
    """An earlier wording again, as a new version."""
    with db.write() as session:
        template = get(session, template_id)
        old = version_of(session, template, version_id)
        source = templates.wording_of(old)
        try:
            look_over(session, template, source)
        except Broken as broken:
            raise Refused("broken", f"This wording doesn’t fill any more. {broken.errors['source']}") from broken
        if old.id == template.version_id:
            return Saved(old, None)
        label = f"Version {old.number} of “{template.title}” again"
        recorder = changes.begin(session, "template", label, actor_id=actor_id, now=now)
        remarks = f"Version {old.number} again"
        base = _base(session, template, actor_id, now)
        version = _write(session, recorder, template, source, base, remarks=remarks, actor_id=actor_id, now=now)
        _allow_again(session, old, version, actor_id=actor_id, now=now)
        return Saved(version, recorder.id)


def back_to_built_in(db: Database, template_id: int, *, actor_id: int, now: datetime) -> int:
    """The wording that comes with Handoff again; the own versions stay. Returns the change set."""
    with db.write() as session:
        template = get(session, template_id)
        built_in = built_in_of(template)
        if built_in is None:
            raise Refused("no_built_in", "This one is all yours: there is no built-in wording to go back to.")
        label = f"Back to the built-in wording of “{built_in.title}”"
        recorder = changes.begin(session, "template", label, actor_id=actor_id, now=now)
        version_id = templates.register(session, built_in, now=now)
        _update(recorder, template, built_in=True, version_id=version_id, title=built_in.title, kept_hash="")
        audit.note(session, "template", template.slug, actor_id=actor_id, now=now, did="built_in", version=version_id)
        return recorder.id


def offer(session: Session, template: Template) -> Offer | None:
    """The newer built-in wording, unless it was declined."""
    built_in = built_in_of(template)
    if template.built_in or template.version_id is None or built_in is None:
        return None
    own = version_of(session, template, None)
    base = session.get(TemplateVersion, own.based_on_id) if own.based_on_id else None
    if base is None or built_in.content_hash in (base.content_hash, template.kept_hash):
        return None
    then = templates.wording_of(base)
    if then == built_in.own:  # only what it shares with others has changed
        return None
    return Offer(then, built_in.own, templates.wording_of(own), built_in.content_hash)


def bring_together(db: Database, template_id: int, *, actor_id: int, now: datetime) -> int:
    """A draft with one's own changes and those of the newer built-in wording. Gives how many lines both had changed."""
    with db.write() as session:
        template = get(session, template_id)
        found, built_in = offer(session, template), built_in_of(template)
        if found is None or built_in is None:
            raise Refused("no_offer", "There is no newer built-in wording.")
        together = text_merge.bring_together(found.then, found.own, found.now)
        newer = templates.register(session, built_in, now=now)
        template_drafts.put_in(session, template, together.text, based_on_id=newer, actor_id=actor_id, now=now)
        return together.clashes


def keep_mine(db: Database, template_id: int, content_hash: str, *, actor_id: int, now: datetime) -> int:
    """Decline a newer built-in wording. Returns the change set."""
    with db.write() as session:
        template = get(session, template_id)
        label = f"Kept the own wording of “{template.title}”"
        recorder = changes.begin(session, "template", label, actor_id=actor_id, now=now)
        _update(recorder, template, kept_hash=content_hash[:64])
        return recorder.id


def _write(
    session: Session,
    recorder: Recorder,
    template: Template,
    source: str,
    base: int | None,
    *,
    remarks: str,
    actor_id: int,
    now: datetime,
) -> TemplateVersion:
    """A new version, in force. Undo puts the earlier one back into force; the version stays in the history."""
    assert template.id is not None
    number = store.next_number(session, template.id)
    content = {"source": source, "meta": dict(template.meta), "number": number}
    version = TemplateVersion(
        template_id=template.id,
        content_hash=hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest(),
        content=content,
        number=number,
        based_on_id=base,
        remarks=remarks[:500],
        created_by=actor_id,
        created_at=now,
    )
    session.add(version)
    session.flush()
    _update(recorder, template, version_id=version.id, built_in=False)
    audit.note(session, "template", template.slug, actor_id=actor_id, now=now, did="version", version=version.id)
    return version


def _base(session: Session, template: Template, actor_id: int, now: datetime) -> int | None:
    """The built-in version that an own wording goes back to: today's at the beginning, or once it was answered."""
    built_in = built_in_of(template)
    if built_in is None:
        return None
    today = templates.register(session, built_in, now=now)
    if template.built_in or template.version_id is None or template.kept_hash == built_in.content_hash:
        return today
    draft = store.draft(session, actor_id, template.id or 0)
    takes_it_in = draft is not None and draft.based_on_id == today
    return today if takes_it_in else version_of(session, template, None).based_on_id


def _update(recorder: Recorder, template: Template, **values: object) -> None:
    recorder.update(template, **values)
    recorder.session.flush()


def _same_as_in_force(session: Session, template: Template, source: str) -> TemplateVersion | None:
    if template.version_id is None or wording_in_force(session, template).strip() != source.strip():
        return None
    return session.get(TemplateVersion, template.version_id)


def _check_reason(found: list[TextFinding], reason: str) -> None:
    try:
        overrides.checked_reason(reason, found)
    except Invalid as error:
        raise Blocking(blocking(found), error.errors[overrides.FIELD]) from error


def _allow_again(
    session: Session, old: TemplateVersion, version: TemplateVersion, *, actor_id: int, now: datetime
) -> None:
    """What somebody took responsibility for in the old version stands in the same words again."""
    assert old.id is not None
    assert version.id is not None
    for row in override_rows.of(session, "template_version", old.id):
        words = TextFinding(1, 0, 0, row.rule, "blocks", "", "", row.excerpt, "scope")
        reason = f"As in version {old.number}: {row.reason}"
        overrides.allow(session, "template_version", version.id, [words], reason, actor_id=actor_id, now=now)
