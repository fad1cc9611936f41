"""Letters to print and post: for providers without an e-mail address, or because paper is read."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlmodel import Session

from crm.documents.letters import RenderedLetter, letter_templates, render_letter
from crm.domain.errors import NotFound, Refused
from crm.domain.kinds import ActivityKind, TemplateKind
from crm.models.activities import Activity
from crm.models.providers import Provider
from crm.services import acts, merge, paper_deliveries, templates, touches, wordings
from crm.services.merge import Filling
from crm.services.templates import Choice
from crm.services.touches import Logged, Touch
from crm.services.wordings import NOTHING, Looked
from crm.store import paper_deliveries as deliveries
from crm.store import templates as store
from crm.store.engine import Database


@dataclass(frozen=True, slots=True)
class PreparedLetter:
    """A letter for one provider. `refusal` says why it must not go out, if so."""

    provider: Provider
    letter: RenderedLetter
    refusal: str
    looked: Looked = NOTHING


def prepare(
    session: Session, provider_id: int, user_id: int | None, slug: str, *, now: datetime, mark_missing: bool = False
) -> PreparedLetter:
    """The letter filled for this provider. Raises MissingField, unless marks are asked for."""
    filling = merge.filling(session, provider_id, user_id, now=now)
    letter = _letter(session, slug, filling, mark_missing=mark_missing)
    looked = wordings.look(session, TemplateKind.DOCUMENT, slug, letter.text, filling.fields, provider_id=provider_id)
    return PreparedLetter(filling.provider, letter, paper_deliveries.refusal(filling.provider), looked)


def let_stand(
    db: Database, provider_id: int, slug: str, reason: str, *, everywhere: bool = False, actor_id: int, now: datetime
) -> None:
    """Take responsibility for what blocks this letter, or `everywhere` its wording is used.

    Raises Invalid(override_reason).
    """
    whom = None if everywhere else provider_id
    with db.write() as session:
        looked = prepare(session, provider_id, actor_id, slug, now=now, mark_missing=True).looked
        wordings.let_stand(
            session, TemplateKind.DOCUMENT, slug, looked, reason, provider_id=whom, actor_id=actor_id, now=now
        )


def choices(session: Session, shown: str = "") -> list[Choice]:
    """The letters there are: the built-in ones and one's own. The one that is shown is among them, put away or not."""
    found = templates.choices(session, TemplateKind.DOCUMENT, kind=templates.LETTER)
    if shown in {each.slug for each in found}:
        return found
    away = store.by_slug(session, TemplateKind.DOCUMENT, shown)
    return [*found, Choice(away.slug, away.title, away.about)] if away is not None else found


def _letter(session: Session, slug: str, filling: Filling, *, mark_missing: bool) -> RenderedLetter:
    """In the trainer's own wording where there is one."""
    own, title = templates.source_in_force(session, TemplateKind.DOCUMENT, slug), ""
    if own is None and slug not in letter_templates():
        raise NotFound("There is no such letter.")
    if own is not None:
        template = store.by_slug(session, TemplateKind.DOCUMENT, slug)
        if template is None or template.meta.get("kind", templates.LETTER) != templates.LETTER:
            raise NotFound("There is no such letter.")
        title = template.title
    return render_letter(
        slug, filling.fields, audience=filling.audience, own=own, title=title, mark_missing=mark_missing
    )


def mark_sent(
    db: Database, provider_id: int, user_id: int, slug: str, *, sent_on: date, now: datetime, today: date
) -> Logged:
    """Log that the letter was posted: a touch with its text and version, and the next step that follows from it.

    Logged already for this day, it stays that one. Raises MissingField, Refused, and Invalid for the day.
    """
    paper_deliveries.check_day(sent_on, today, "sent_on")
    with db.write() as session:
        prepared = prepare(session, provider_id, user_id, slug, now=now)
        if prepared.refusal:
            raise Refused("no_contact", prepared.refusal)
        if prepared.looked.standing:
            said = ", ".join(f"“{each.text}”" for each in prepared.looked.standing[:3])
            raise Refused("out_of_scope", f"Not logged: {said} may not leave. Change it, or say why it may stay.")
        title = prepared.letter.title
        earlier = deliveries.letter_near(
            session, provider_id, paper_deliveries.letter_lines(title), now - (today - sent_on)
        )
        if earlier is not None and earlier.id is not None:
            return Logged(earlier.id, earlier.change_set_id, is_repeat=True)
        act = acts.begin(session, "letter", f"{title} sent", actor_id=user_id, now=now, today=today)
        touch = Touch(ActivityKind.LETTER, summary=title, body=prepared.letter.text, day=sent_on)
        logged = touches.log_in(act, prepared.provider, touch)
        version = templates.version_id(session, TemplateKind.DOCUMENT, slug, now=now)
        act.update(session.get_one(Activity, logged.activity_id), template_version_id=version)
        return replace(logged, change_set_id=act.id)
