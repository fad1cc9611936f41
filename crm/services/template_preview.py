"""A wording as it will be read: filled for a real provider, or with the examples of the merge fields."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session

from crm.documents.faults import TemplateFault
from crm.documents.merge import MergeFields, examples
from crm.domain.errors import NotFound
from crm.domain.script import Audience, Moment
from crm.models.providers import Provider
from crm.services import merge, scripts, template_checks
from crm.services.template_checks import Placed, Shown, Wording
from crm.store import documents

_NUMBER_AT_END = re.compile(r"#?(\d{1,18})\s*$")


@dataclass(frozen=True, slots=True)
class Reader:
    """For whom the preview is. Without a provider it is filled with examples."""

    fields: MergeFields
    audience: Audience
    moment: Moment
    provider: Provider | None = None


@dataclass(frozen=True, slots=True)
class Preview:
    """A wording looked at. With a `fault` there is nothing to show; `found` is what was found for any reader."""

    shown: Shown | None
    fault: TemplateFault | None
    found: list[Placed]


def reader(
    session: Session, named: str, user_id: int, *, wording: Wording, audience: str = "", moment: str = "", now: datetime
) -> Reader:
    """The provider named by "Dr. Okafor #12", a number or an NPI; else the example, for the audience asked for."""
    provider = _provider(session, named)
    at = Moment(moment) if moment in list(Moment) else None
    whom = Audience(audience) if audience in list(Audience) else None
    if provider is None:
        return Reader(_example(session, user_id), whom or wording.audience, at or Moment.FIRST_CONTACT)
    assert provider.id is not None
    filling = merge.filling(session, provider.id, user_id, now=now, at_desk=wording.audience is Audience.GATEKEEPER)
    return Reader(filling.fields, whom or filling.audience, at or filling.moment, provider)


def look(session: Session, wording: Wording, reader: Reader) -> Preview:
    """The wording for this reader, and everything that was found in it for anybody."""
    try:
        shown = template_checks.fill(wording, reader.fields, audience=reader.audience, moment=reader.moment)
        found = template_checks.placed(
            wording.source, template_checks.findings(wording, client_names=documents.client_codes(session))
        )
    except TemplateFault as fault:
        return Preview(None, fault, [])
    return Preview(shown, None, found)


def _provider(session: Session, named: str) -> Provider | None:
    found = _NUMBER_AT_END.search(named)
    if found is None:
        return None
    try:
        return scripts.find(session, found[1])
    except NotFound:
        return None


def _example(session: Session, user_id: int) -> MergeFields:
    """The example provider, spoken to by whoever is signed in."""
    trainer, business = merge.ourselves(session, user_id)
    sample = examples()
    return replace(sample, trainer=trainer, business=business if business.name else sample.business)
