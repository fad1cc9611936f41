"""Where an empty merge field is filled in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from flask import current_app, url_for
from markupsafe import Markup, escape

from crm.documents.faults import MissingField
from crm.domain.text_checks import TextFinding
from crm.models.providers import Provider


class Fix(NamedTuple):
    """What to fill in, and the page where."""

    sentence: str
    href: str


def fixes(missing: Iterable[MissingField], provider: Provider) -> list[Fix]:
    """One line for each empty field, in the order of the text; fields filled in at the same place once."""
    found = [Fix(fault.what_to_do, _page(fault.path.partition(".")[0], provider)) for fault in missing]
    return list(dict.fromkeys(found))


def marked(text: Markup, missing: Iterable[MissingField]) -> Markup:
    """Safe text with the places of empty fields ("[Phone]") highlighted."""
    for fault in missing:
        place = escape(f"[{fault.field}]")
        text = text.replace(place, Markup("<mark>{}</mark>").format(place))
    return text


def doubted(text: Markup, findings: Sequence[TextFinding]) -> Markup:
    """Safe text with the words that a check found highlighted, each with why."""
    marks = {
        str(escape(each.text)): Markup('<mark class="doubt {}" title="{}">{}</mark>').format(
            each.severity, each.why, each.text
        )
        for each in findings
    }
    if not marks:
        return text
    words = "|".join(re.escape(said) for said in sorted(marks, key=len, reverse=True))
    either = re.compile(rf"<[^<>]*>|(?<![\w&#])(?:{words})(?![\w;])")
    return Markup(either.sub(lambda found: str(marks.get(found[0], found[0])), str(text)))  # noqa: S704  # both are safe


def _page(record: str, provider: Provider) -> str:
    if record in ("trainer", "business"):
        endpoint = "settings.you" if record == "trainer" else "settings.business"
        return url_for(endpoint) if endpoint in current_app.view_functions else ""
    return url_for("providers.edit", provider_id=provider.id)
