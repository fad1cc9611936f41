"""What pages call a step of a sequence."""

from __future__ import annotations

from typing import Protocol

from crm.documents.emails import email_templates
from crm.documents.letters import letter_templates
from crm.domain.mail_kinds import StepKind
from crm.web import labels


class Named(Protocol):
    """A step of a sequence, or an enrolled provider's copy of one."""

    @property
    def kind(self) -> StepKind: ...
    @property
    def title(self) -> str: ...
    @property
    def template_slug(self) -> str: ...


def step_title(step: Named) -> str:
    """Its own words, else the title of its text, else its kind."""
    return step.title or text_title(step.kind, step.template_slug) or labels.label(step.kind)


def text_title(kind: StepKind, slug: str) -> str:
    """What an e-mail or letter is called; one's own by its slug."""
    known = letter_templates() if kind is StepKind.LETTER else email_templates()
    found = known.get(slug)
    return found.title if found is not None else slug.replace("_", " ").replace("-", " ").capitalize()
