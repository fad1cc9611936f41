"""What the form of a sequence offers: kinds of steps, e-mails and letters with their versions, and a filled example."""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import Session

from crm.documents import emails, merge
from crm.domain.enclosures import WITH_LETTER, WITH_MAIL, WORDS
from crm.domain.errors import NotFound
from crm.domain.kinds import TemplateKind
from crm.domain.mail_kinds import StepKind
from crm.models.templates import TemplateVersion
from crm.services import templates
from crm.store import sequences
from crm.store import templates as store
from crm.web import filters, labels
from crm.web.presentation import today, zone

AUDIENCE = "physician"

Options = list[tuple[str, str]]


@dataclass(frozen=True)
class Choices:
    """Options of the form's menus. A fixed version is `slug@version`."""

    kinds: Options
    emails: Options | dict[str, Options]
    letters: Options
    papers: Options
    to_print: Options


def choices(session: Session) -> Choices:
    """Everything that there is now."""
    known = [(one.slug, one.title) for one in templates.choices(session, TemplateKind.EMAIL, kind="outreach")]
    letters = templates.choices(session, TemplateKind.DOCUMENT, kind=templates.LETTER)
    fixed = _fixed(session, {slug for slug, _ in known})
    grouped = {"The newest wording at enrollment": known, "One wording for good": fixed}
    return Choices(
        kinds=[(kind.value, labels.label(kind)) for kind in StepKind],
        emails=grouped if fixed else known,
        letters=[(one.slug, one.title) for one in letters],
        papers=[(kind.value, WORDS[kind]) for kind in WITH_MAIL],
        to_print=[(kind.value, WORDS[kind]) for kind in WITH_LETTER],
    )


def _fixed(session: Session, slugs: set[str]) -> Options:
    return [
        (f"{template.slug}@{version.id}", f"{template.title}, as of {_day(version)}")
        for template, version in store.versions(session, TemplateKind.EMAIL)
        if template.slug in slugs
    ]


def _day(version: TemplateVersion) -> str:
    return filters.moment(version.created_at, zone(), today())


def sample(session: Session, slug: str, version_id: int | None) -> str:
    """An e-mail as HTML, filled with the example of every field. Raises NotFound."""
    if version_id is not None and not sequences.is_version_of(session, version_id, TemplateKind.EMAIL, slug):
        raise NotFound("There is no such wording of this e-mail.")
    own = templates.pinned_source(session, TemplateKind.EMAIL, slug, version_id)
    if own is not None:
        return emails.render_source(own, merge.examples(), audience=AUDIENCE).html
    if slug not in emails.email_templates():
        raise NotFound("There is no such e-mail.")
    return emails.render_email(slug, merge.examples(), audience=AUDIENCE).html
