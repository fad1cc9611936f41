"""The filled introduction script of one provider, and the answers to its discovery questions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session

from crm.documents.merge import MergeFields
from crm.documents.scripts import FilledScript, fill_script, fill_script_source
from crm.domain import privacy
from crm.domain.errors import Invalid, NotFound
from crm.domain.kinds import ActivityKind, TemplateKind
from crm.domain.script import Audience, Channel, Moment
from crm.models.activities import Activity
from crm.models.practices import Contact
from crm.models.providers import Provider
from crm.models.templates import Template
from crm.services import activities, changes, merge, templates, wordings
from crm.services.templates import Choice
from crm.services.wordings import NOTHING, Looked
from crm.store import providers, relationships
from crm.store import templates as template_rows
from crm.store.engine import Database

LONGEST_ANSWER = 500


@dataclass(frozen=True, slots=True)
class Prepared:
    """A script for one provider. `suited` is the audience of their specialty, `suggested` the moment of today."""

    provider: Provider
    script: FilledScript
    suited: Audience
    suggested: Moment
    answers: Sequence[Activity]
    contacts: tuple[Contact, ...]
    own: Sequence[Choice] = ()
    slug: str = ""
    looked: Looked = NOTHING

    @property
    def template_slug(self) -> str:
        """The template that it is filled from."""
        return self.slug or f"{self.script.audience}-{self.script.channel}"


def prepare(
    session: Session,
    provider_id: int,
    user_id: int | None,
    *,
    now: datetime,
    audience: Audience | None = None,
    channel: Channel = Channel.VISIT,
    moment: Moment | None = None,
    slug: str = "",
    mark_missing: bool = False,
) -> Prepared:
    """The script for this provider; audience and moment are chosen when not given. `slug` asks for one of one's own.

    Raises MissingField naming what to fill in, unless `mark_missing` asks for marks in the text instead.
    """
    asked = _asked_for(session, slug)
    if asked is not None:
        audience, channel = Audience(str(asked.meta["audience"])), Channel(str(asked.meta["channel"]))
    at_desk = audience is Audience.GATEKEEPER
    filling = merge.filling(session, provider_id, user_id, now=now, at_desk=at_desk)
    chosen = (audience or filling.audience, channel, moment or filling.moment)
    script = fill(session, *chosen, filling.fields, slug=asked.slug if asked else "", mark_missing=mark_missing)
    prepared = Prepared(
        provider=filling.provider,
        script=script,
        suited=filling.audience,
        suggested=filling.moment,
        answers=relationships.answers(session, provider_id, 5),
        contacts=filling.contacts,
        own=own_scripts(session, *chosen[:2]),
        slug=asked.slug if asked else "",
    )
    looked = wordings.look(
        session, TemplateKind.SCRIPT, prepared.template_slug, script.text, filling.fields, provider_id=provider_id
    )
    return replace(prepared, looked=looked)


def let_stand(
    db: Database, prepared: Prepared, reason: str, *, everywhere: bool = False, actor_id: int, now: datetime
) -> None:
    """Take responsibility for what blocks this script, or `everywhere` its wording is used.

    Raises Invalid(override_reason).
    """
    kind, slug = TemplateKind.SCRIPT, prepared.template_slug
    whom = None if everywhere else prepared.provider.id
    with db.write() as session:
        wordings.let_stand(session, kind, slug, prepared.looked, reason, provider_id=whom, actor_id=actor_id, now=now)


def own_scripts(session: Session, audience: Audience, channel: Channel) -> list[Choice]:
    """The scripts that the trainer has added for this audience and channel."""
    fitting = templates.choices(session, TemplateKind.SCRIPT, audience=audience.value, channel=channel.value)
    return [each for each in fitting if (TemplateKind.SCRIPT, each.slug) not in templates.built_ins()]


def _asked_for(session: Session, slug: str) -> Template | None:
    """A script of one's own. Raises NotFound."""
    if not slug:
        return None
    found = template_rows.by_slug(session, TemplateKind.SCRIPT, slug)
    if found is None or found.version_id is None:
        raise NotFound(f"There is no script called “{slug}”.")
    return found


def fill(
    session: Session,
    audience: Audience,
    channel: Channel,
    moment: Moment,
    fields: MergeFields,
    *,
    slug: str = "",
    mark_missing: bool = False,
) -> FilledScript:
    """A script in the trainer's own wording where there is one. An empty field raises MissingField, or is marked."""
    own = templates.source_in_force(session, TemplateKind.SCRIPT, slug or f"{audience}-{channel}")
    if own is None:
        return fill_script(audience, channel, moment, fields, mark_missing=mark_missing)
    return fill_script_source(own, audience, channel, moment, fields, mark_missing=mark_missing)


def find(session: Session, npi_or_id: str) -> Provider:
    """The provider by NPI (ten digits) or by the number in the address of its page."""
    given = npi_or_id.strip()
    found = None
    if given.isdecimal():
        found = providers.by_npi(session, given) if len(given) == 10 else providers.get(session, int(given))
    if found is None or found.merged_into_id:
        raise NotFound(f"There is no provider with the NPI or number “{given}”.")
    return found


def note_answer(
    db: Database,
    provider_id: int,
    question: str,
    answer: str,
    *,
    at_desk: bool = False,
    actor_id: int | None,
    now: datetime,
) -> int:
    """Put an answer on the timeline, from where follow-ups quote it. Returns the change set, for Undo.

    `at_desk` marks what the front desk said.
    """
    said = _checked(answer)
    with db.write() as session:
        provider = session.get(Provider, provider_id)
        if provider is None:
            raise NotFound("There is no such provider.")
        recorder = changes.begin(session, "answer", "Answer noted", actor_id=actor_id, now=now)
        activities.record(
            session,
            provider,
            ActivityKind.NOTE,
            actor_id=actor_id,
            now=now,
            recorder=recorder,
            summary=question.strip()[:200],
            body=said,
            reason=relationships.ANSWER,
            evidence={"question": question.strip()[:200], "at_desk": at_desk},
        )
        return recorder.id


def _checked(answer: str) -> str:
    said = " ".join(answer.split())
    if not said:
        raise Invalid({"answer": "Write what they said."})
    if len(said) > LONGEST_ANSWER:
        raise Invalid({"answer": f"Keep it under {LONGEST_ANSWER} characters: it is meant to be quoted."})
    if found := privacy.identifiers(said):
        raise Invalid({"answer": privacy.sentence(found)})
    return said
