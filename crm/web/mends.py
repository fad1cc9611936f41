"""Where the reason is mended for which somebody is not enrolled, or waits."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from flask import url_for

from crm.domain.sequences import NotEnrolled


class Mend(NamedTuple):
    """A button that leads to where something is mended."""

    text: str
    href: str
    icon: str


def mends(reason: str, provider_id: int, *, field: str = "", slug: str = "") -> list[Mend]:
    """The pages that mend a reason for one provider; none where nothing should be done about it.

    `field` is the path of an empty merge field, `slug` the e-mail whose text is meant.
    """
    make = _PAGES.get(reason)
    return make(provider_id, field, slug) if make is not None else []


def _stage(provider_id: int, _field: str, _slug: str) -> list[Mend]:
    return [Mend("Move to another stage", url_for("providers.move", provider_id=provider_id), "arrow-right-left")]


def _address(provider_id: int, _field: str, _slug: str) -> list[Mend]:
    there = url_for("providers.edit", provider_id=provider_id, _anchor="f-email")
    return [
        Mend("Add the e-mail", there, "at-sign"),
        Mend("Find e-mails", url_for("missing_emails.index"), "search"),
    ]


def _field(provider_id: int, field: str, _slug: str) -> list[Mend]:
    record = field.partition(".")[0]
    if record in ("trainer", "business"):
        endpoint = "settings.you" if record == "trainer" else "settings.business"
        return [Mend("Fill it in", url_for(endpoint), "pencil")]
    if record == "relationship":
        return _provider(provider_id, field, "")
    return [Mend("Fill it in", url_for("providers.edit", provider_id=provider_id), "pencil")]


def _text(provider_id: int, _field: str, slug: str) -> list[Mend]:
    there = url_for("messages.new", provider_id=provider_id, template=slug or None)
    return [Mend("See the finding", there, "scan-search")]


def _paper(provider_id: int, field: str, _slug: str) -> list[Mend]:
    return _field(provider_id, field, "") if field else _provider(provider_id, "", "")


def _provider(provider_id: int, _field: str, _slug: str) -> list[Mend]:
    return [Mend("Open", url_for("providers.show", provider_id=provider_id), "arrow-right")]


def _running(provider_id: int, _field: str, _slug: str) -> list[Mend]:
    there = url_for("providers.show", provider_id=provider_id, _anchor="sequence")
    return [Mend("See the sequence", there, "route")]


def _colleague(provider_id: int, _field: str, _slug: str) -> list[Mend]:
    there = url_for("providers.show", provider_id=provider_id, _anchor="sequence")
    return [Mend("Open the colleague", there, "arrow-right")]


def _postal(_provider_id: int, _field: str, _slug: str) -> list[Mend]:
    return [Mend("Add your address", url_for("settings.business"), "pencil")]


def _suppressed(_provider_id: int, _field: str, _slug: str) -> list[Mend]:
    return [Mend("See why", url_for("suppressions.index"), "ban")]


_PAGES: Mapping[str, Callable[[int, str, str], list[Mend]]] = {
    NotEnrolled.NO_PAPER: _paper,
    NotEnrolled.ARCHIVED: _provider,
    NotEnrolled.DEACTIVATED: _provider,
    NotEnrolled.PEER: _provider,
    NotEnrolled.DO_NOT_CONTACT: _stage,
    NotEnrolled.DECLINED: _stage,
    NotEnrolled.NOT_NOW: _stage,
    NotEnrolled.IN_SEQUENCE: _running,
    NotEnrolled.SUPPRESSED: _suppressed,
    NotEnrolled.NO_ADDRESS: _address,
    NotEnrolled.ANSWERED_LATELY: _provider,
    NotEnrolled.REFERRED_LATELY: _provider,
    NotEnrolled.COLLEAGUE_ENROLLED: _colleague,
    NotEnrolled.NO_POSTAL_ADDRESS: _postal,
    NotEnrolled.MISSING_FIELD: _field,
    NotEnrolled.SCOPE_WARNING: _text,
    NotEnrolled.TEMPLATE_FAULT: _text,
}
