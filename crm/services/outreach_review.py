"""An e-mail to a provider while it is being written: filled from a template, and looked over."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from urllib.parse import quote

from sqlmodel import Session

from crm.documents import emails
from crm.documents.emails import RenderedEmail
from crm.documents.faults import MissingField, TemplateFault
from crm.documents.merge import MergeFields, registry
from crm.domain import text_checks
from crm.domain.kinds import TemplateKind
from crm.domain.outbox import blocked
from crm.domain.reasons import sentence
from crm.domain.text_checks import TextFinding
from crm.models.providers import Provider
from crm.services import merge, messages, overrides, templates
from crm.services.merge import Filling
from crm.services.overrides import Covered
from crm.services.templates import Choice
from crm.store import documents, suppressions
from crm.store import templates as stored_templates

USUAL = "introduction"


@dataclass(frozen=True)
class Written:
    """What stands in the form: subject and text without footer, and the template it began with."""

    subject: str
    text: str
    template: str = ""


@dataclass(frozen=True)
class Review:
    """What there is to say about a written e-mail. `email` is None when it can't even be put together.

    `findings` is everything, `standing` what blocks it and nobody has let stand in its template.
    """

    provider: Provider
    email: RenderedEmail | None
    findings: Sequence[TextFinding] = ()
    standing: Sequence[TextFinding] = ()
    to_fill: Sequence[str] = ()
    refusal: str = ""

    @property
    def needs_reason(self) -> bool:
        """Whether it may only go with a person's reason."""
        return bool(self.standing)


def choices(session: Session) -> list[Choice]:
    """The e-mails there are for providers: the built-in ones and one's own."""
    return templates.choices(session, TemplateKind.EMAIL, kind="outreach")


def begin(session: Session, provider_id: int, user_id: int | None, *, slug: str = "", now: datetime) -> Written:
    """A template filled for this provider; without a (known) slug the one that suits where the relationship stands."""
    filling = merge.filling(session, provider_id, user_id, now=now)
    if slug not in {each.slug for each in choices(session)}:
        slug = suggested(filling.moment)
    found = fill(templates.source_in_force(session, TemplateKind.EMAIL, slug), filling, slug)
    return Written(found.subject, found.body, slug)


def fill(source: str | None, filling: Filling, slug: str) -> RenderedEmail:
    """A template filled, with empty fields marked and listed; without a `source` in the built-in wording.

    Raises TemplateFault.
    """
    audience = str(filling.audience)
    if source is None:
        return emails.render_email(slug, filling.fields, audience=audience, mark_missing=True)
    return emails.render_source(source, filling.fields, audience=audience, mark_missing=True)


def suggested(moment: str) -> str:
    """The template for a moment of the relationship."""
    known = [each for each in emails.email_templates().values() if each.kind == "outreach"]
    return next((each.slug for each in known if each.moment == moment), USUAL)


def review(
    session: Session, provider_id: int, written: Written, user_id: int | None, *, now: datetime, opt_out_url: str = ""
) -> Review:
    """Look it over: empty fields, scope, identifiers, and whether this provider may be written to at all."""
    filling = merge.filling(session, provider_id, user_id, now=now, opt_out_url=opt_out_url)
    email, faults = _put_together(written, filling.fields)
    findings = look_over(session, written, filling.fields)
    return Review(
        filling.provider,
        email,
        findings=findings,
        standing=overrides.standing(findings, covered_by(session, written.template)),
        to_fill=[*_marks_left(f"{written.subject}\n\n{written.text}"), *faults],
        refusal=_refusal(session, filling.provider),
    )


def look_over(session: Session, written: Written, fields: MergeFields) -> list[TextFinding]:
    """What in a filled text leaves the scope of practice, and what could name a person."""
    return look_at(written, fields, documents.client_codes(session))


def look_at(written: Written, fields: MergeFields, client_names: Sequence[str]) -> list[TextFinding]:
    """As `look_over`, with the codes of our clients at hand. Lines count from 1, which is the subject."""
    text = f"{written.subject}\n\n{written.text}"
    return text_checks.check(text, names=fields.names(), client_names=client_names, allowed=fields.particulars())


def covered_by(session: Session, slug: str, version_id: int | None = None) -> Covered:
    """What somebody has let stand in the wording that an e-mail is filled from."""
    if version_id is None and slug:
        template = stored_templates.by_slug(session, TemplateKind.EMAIL, slug)
        version_id = template.version_id if template is not None else None
    return overrides.allowed(session, "template_version", version_id) if version_id else frozenset()


def mailto(checked: Review) -> str:
    """The address that opens one's own mail program with everything filled in; empty when there is nothing to open."""
    if checked.email is None or not checked.provider.email:
        return ""
    body = checked.email.text.replace("\n", "\r\n")
    to = quote(checked.provider.email, safe="@")
    return f"mailto:{to}?subject={quote(checked.email.subject)}&body={quote(body)}"


def _put_together(written: Written, fields: MergeFields) -> tuple[RenderedEmail | None, list[str]]:
    try:
        return emails.render_written(written.subject, written.text, fields), []
    except (MissingField, TemplateFault) as fault:
        return None, [str(fault)]


def _refusal(session: Session, provider: Provider) -> str:
    if not provider.email:
        return ""  # it can be a letter, or the address can be found first: the page offers both
    gone = suppressions.by_address(session, provider.email)
    if gone is not None:
        return f"{provider.email} gets no e-mail from you any more ({gone.reason.value.replace('_', ' ')})."
    reason = blocked(messages.recipient(session, provider, provider.email))
    return f"{sentence(reason)}." if reason else ""


def _marks_left(text: str) -> list[str]:
    """Marks of empty fields that are still in the text."""
    found = dict.fromkeys(_marks().findall(text))
    return [f"Replace “{mark}” with what belongs there, or take the sentence out." for mark in found]


@lru_cache(maxsize=1)
def _marks() -> re.Pattern[str]:
    labels = {known.label for known in registry().values()}
    return re.compile(r"\[(?:" + "|".join(sorted(map(re.escape, labels), key=len, reverse=True)) + r")\]")
