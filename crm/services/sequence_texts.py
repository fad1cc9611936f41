"""What an e-mail step says to one provider: filled and looked over by the code that a hand-written mail goes by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session

from crm.documents.emails import RenderedEmail
from crm.documents.faults import TemplateFault
from crm.domain.kinds import TemplateKind
from crm.domain.sequences import NotEnrolled
from crm.domain.text_checks import TextFinding
from crm.services import outreach_review, overrides, templates
from crm.services.merge import Filling
from crm.services.outreach_review import Written
from crm.services.overrides import Covered

REPLY = "Re: "


@dataclass(frozen=True)
class Text:
    """A filled e-mail. With a `problem` it must not leave; `detail` says what to do, `field` is an empty one's path.

    `standing` is what a check blocks in it, whether a person has let it stand or not.
    """

    email: RenderedEmail | None
    problem: NotEnrolled | None = None
    detail: str = ""
    field: str = ""
    standing: Sequence[TextFinding] = ()

    @property
    def subject(self) -> str:
        """Empty when it could not be filled at all."""
        return self.email.subject if self.email is not None else ""

    @property
    def text(self) -> str:
        """With its footer."""
        return self.email.text if self.email is not None else ""


def source_of(session: Session, slug: str, version_id: int | None) -> str | None:
    """The wording of a step's e-mail: that of its version, else the one in force. None is the built-in one."""
    return templates.pinned_source(session, TemplateKind.EMAIL, slug, version_id)


def write(
    source: str | None,
    filling: Filling,
    slug: str,
    *,
    allowed: bool = False,
    client_names: Sequence[str] = (),
    covered: Covered = frozenset(),
) -> Text:
    """Fill one step's e-mail for a provider. `allowed`: a person has given a reason why it may leave the scope.

    `client_names` are our clients' codes, `covered` what somebody has let stand in this wording for everybody.
    """
    try:
        email = outreach_review.fill(source, filling, slug)
    except TemplateFault as fault:
        return Text(None, NotEnrolled.TEMPLATE_FAULT, str(fault))
    if email.missing:
        first = email.missing[0]
        return Text(email, NotEnrolled.MISSING_FIELD, first.what_to_do, first.path)
    findings = outreach_review.look_at(Written(email.subject, email.body, slug), filling.fields, client_names)
    standing = overrides.standing(findings, covered)
    if standing and not allowed:
        said = "; ".join(f"“{each.text}”: {each.why}" for each in standing[:3])
        return Text(email, NotEnrolled.SCOPE_WARNING, said, standing=standing)
    return Text(email, standing=standing)


def threaded(subject: str) -> str:
    """The subject of a mail that continues a thread."""
    return f"{REPLY}{subject}"
