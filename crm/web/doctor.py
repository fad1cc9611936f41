"""The check-up as a page: what is on this computer at once, servers and DNS when asked to."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, render_template

from crm.domain.checkup import Finding, Severity, blocks, worst_first
from crm.services import doctor
from crm.web.context import handoff, now

bp = Blueprint("doctor", __name__, url_prefix="/settings/check-up")

WORDS: dict[Severity, tuple[str, str, str]] = {
    Severity.BLOCKING: ("Mend this", "bad", "circle-alert"),
    Severity.WARNING: ("Look at this", "warn", "triangle-alert"),
    Severity.UNKNOWN: ("Not checked", "", "circle-question-mark"),
    Severity.NOTE: ("Could be better", "brand", "info"),
    Severity.OK: ("In order", "good", "check"),
}

NAMES: dict[str, str] = {
    "folder": "Data folder",
    "space": "Space",
    "key": "Key file",
    "database": "Database",
    "worker": "Worker",
    "address": "Postal address",
    "mailbox": "Mailbox",
    "limits": "Limits",
    "reading": "Reading answers",
    "smtp": "Outgoing mail",
    "imap": "Incoming mail",
    "clock": "Clock",
    "unsubscribe": "Unsubscribe page",
    "dns": "DNS",
    "spf": "SPF",
    "dkim": "DKIM",
    "dmarc": "DMARC",
    "alignment": "Sender and domain",
}


@bp.get("")
def index() -> str:
    """What can be looked at without a network."""
    return _page(doctor.at_home(handoff().surroundings(), now=now()), complete=False)


@bp.post("")
def create() -> str:
    """Everything; takes as long as the slowest server."""
    return _page(doctor.everything(handoff().surroundings(), now=now()), complete=True)


def _page(found: Sequence[Finding], *, complete: bool) -> str:
    return render_template(
        "doctor/index.html",
        findings=[
            (each, NAMES.get(each.check, each.check.capitalize()), *WORDS[each.severity]) for each in worst_first(found)
        ],
        blocks=blocks(found),
        open_count=sum(1 for each in found if each.severity in (Severity.BLOCKING, Severity.WARNING)),
        complete=complete,
    )
