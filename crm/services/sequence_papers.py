"""Papers of sequence steps: looked at when somebody is enrolled, and made for each provider when the step is due.

They are made before the transaction that queues the step's message. One that can't be made pauses the sequence for that
provider with its reason; nothing is lost, and nothing leaves without the paper that its words promise.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from sqlmodel import Session

from crm.documents.faults import MissingField, TemplateFault
from crm.domain.enclosures import Enclosure
from crm.domain.errors import Invalid, Refused
from crm.domain.papers import DocumentKind
from crm.models.providers import Provider
from crm.services import attachments
from crm.services.attachments import FIELD, Ready
from crm.services.paper_desk import Wish
from crm.services.papers import PRESS, Press
from crm.store.engine import Database
from crm.store.enrollments import PaperStep

EACH = 8
"""Providers of one dry run whose papers are made one by one; of more, one for each specialty, so that the page doesn't
wait: these papers speak to a specialty, and what they lack is mostly the trainer's own."""


@dataclass(frozen=True)
class Prepared:
    """A step's paper on disk, or why there is none."""

    step_id: int
    ready: tuple[Ready, ...] = ()
    problem: str = ""


def prepare(
    db: Database, folder: Path, step: PaperStep | None, provider_id: int, *, now: datetime, press: Press = PRESS
) -> Prepared | None:
    """Make the paper of a step that is due; None for a step without one."""
    if step is None:
        return None
    wanted = [Enclosure(DocumentKind(step.document_kind))]
    try:
        ready = attachments.made_for(db, folder, provider_id, wanted, user_id=step.user_id, now=now, press=press)
    except Invalid as error:
        return Prepared(step.id, problem=error.errors[FIELD])
    return Prepared(step.id, tuple(ready))


@dataclass(frozen=True)
class Proof:
    """What the paper of a step will be for one provider. `field` is the path of an empty field."""

    pages: int = 0
    problem: str = ""
    field: str = ""


@dataclass
class Proofs:
    """The papers of one dry run, each made once and not kept."""

    session: Session
    user_id: int | None
    now: datetime
    press: Press = PRESS
    known: dict[tuple[DocumentKind, int | str], Proof] = field(default_factory=dict)
    seen: set[int] = field(default_factory=set)

    def of(self, kind: DocumentKind, provider: Provider) -> Proof:
        """The paper for this provider."""
        assert provider.id is not None
        if len(self.seen) < EACH:
            self.seen.add(provider.id)
        key = (kind, provider.id if provider.id in self.seen else provider.specialty)
        if key not in self.known:
            self.known[key] = self._proof(kind, provider.id)
        return self.known[key]

    def _proof(self, kind: DocumentKind, provider_id: int) -> Proof:
        try:
            paper = self.press(self.session, Wish(kind, provider_id, user_id=self.user_id, now=self.now))
        except (MissingField, TemplateFault, Refused) as error:
            path = error.path if isinstance(error, MissingField) else ""
            return Proof(problem=f"{Enclosure(kind).words}: {attachments.problem(error)}", field=path)
        return Proof(paper.pages)


Steps = Mapping[int, PaperStep]
"""By the id of the enrollment whose next step has a paper."""
