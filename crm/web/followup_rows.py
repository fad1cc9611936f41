"""Rows of follow-ups as Today and the list show them. In Python for speed, as in `provider_rows`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple
from urllib.parse import urlencode

from flask import current_app, url_for
from markupsafe import Markup, escape

from crm.documents.letters import letter_templates
from crm.domain import phones
from crm.domain.enclosures import WITH_LETTER
from crm.domain.kinds import TaskKind, TaskState
from crm.domain.papers import DocumentKind
from crm.store.tasks import Line
from crm.web import filters, labels
from crm.web.assets import use
from crm.web.presentation import at, link

WRITING = frozenset({TaskKind.EMAIL, TaskKind.THANK_YOU, TaskKind.SAMPLE})
PAPERS = frozenset(kind.value for kind in WITH_LETTER)
SNOOZE, CHECK = "alarm-clock", "check"


class Act(NamedTuple):
    """The first thing to do about a follow-up: its words, where it leads, its icon; `posts` does it in one tap."""

    words: str
    href: str
    icon: str
    posts: bool = False


class Frame(NamedTuple):
    """What all rows of a page share. `sets` says which group of endings goes with which follow-up.

    `here` is the address to come back to. `bare` rows have icons instead of words, for narrow places.
    """

    today: date
    sets: Mapping[int, int]
    here: str
    bare: bool = False

    @property
    def way_back(self) -> str:
        """What links to a follow-up's page end in, so that one comes back here."""
        return "" if self.here == link("followups.index") else "?" + urlencode({"next": self.here})


def icons_of(lines: Sequence[Line]) -> list[str]:
    """The icons that these rows point to, for `assets.sprite`."""
    acts = [act.icon for line in lines if (act := act_of(line))]
    return sorted({SNOOZE, CHECK, *acts, *(labels.icon_of(line.kind) for line in lines)})


def rows_of(lines: Sequence[Line], frame: Frame, *, show_due: bool = True) -> Markup:
    """The rows of a list. Every text in them is escaped below."""
    return Markup("\n".join([_row(line, frame, show_due) for line in lines]))  # noqa: S704  (`_row` escapes)


def act_of(line: Line) -> Act | None:
    """What one does about a follow-up before it is done, where there is something."""
    if line.kind is TaskKind.REPORT and line.due_report_id:
        return Act("Open", at("reports.show", line.due_report_id), "clipboard-check")
    return (_about_referral(line) if line.referral_id else None) or _of_kind(line)


def _about_referral(line: Line) -> Act | None:
    """The thank-you waits to be read and sent; the paper is in hand with one tap."""
    assert line.referral_id is not None
    if line.kind is TaskKind.THANK_YOU:
        return Act("Read and send", at("referrals.thanks", line.referral_id), "send")
    if line.kind is TaskKind.WRITTEN_REFERRAL:
        return Act("In hand", at("referrals.paper", line.referral_id), "file-check", posts=True)
    return None


def _of_kind(line: Line) -> Act | None:
    if line.kind is TaskKind.SAMPLE and line.provider_id:
        return _sample(line.provider_id, has_address=bool(line.email))
    if line.kind in WRITING and line.provider_id and line.email:
        template = {"template": line.template_slug} if line.template_slug else {}
        page = url_for("messages.new", provider_id=line.provider_id)
        return Act("Write", f"{page}?{urlencode({**template, 'task': line.id})}", "mail")
    if line.kind is TaskKind.THANK_YOU and line.provider_id and "papers.show" in current_app.view_functions:
        page = url_for("papers.show", provider_id=line.provider_id, kind=DocumentKind.THANK_YOU.value)
        return Act("Print it", page, "printer")
    if line.kind is TaskKind.VISIT and line.provider_id:
        return Act("Prepare", at("visits.sheet", line.provider_id), "message-square-quote")
    if line.kind is TaskKind.LETTER and line.provider_id:
        slug = line.template_slug or "introduction-letter"
        if slug not in letter_templates() and (page := paper_page(line.provider_id, slug)):
            return Act("Print it", page, "printer")
        return Act("Letter", url_for("letters.show", provider_id=line.provider_id, slug=slug), "mailbox")
    if line.kind is TaskKind.CALL and line.phone:
        return Act(f"Call {filters.phone(line.phone)}", phones.link(line.phone), "phone")
    if line.kind is TaskKind.AGREEMENT and line.agreement_id:
        return Act("Agreement", url_for("agreements.show", agreement_id=line.agreement_id), "signature")
    if line.kind is TaskKind.FIND_EMAIL:
        return Act("Find it", link("missing_emails.index"), "at-sign")
    return _about_client(line)


def _about_client(line: Line) -> Act | None:
    """Where what concerns a client is found."""
    if line.kind is TaskKind.CALL_CLIENT and line.referral_id:
        return Act("Referral", url_for("referrals.show", referral_id=line.referral_id), "handshake")
    if line.kind is TaskKind.CLEARANCE and line.client_id and line.clearance_id:
        page = url_for("clients.clearance", client_id=line.client_id, clearance_id=line.clearance_id)
        return Act("Clearance", page, "shield-check")
    return None


def paper_page(provider_id: int, kind: str) -> str:
    """The page of a paper to print for a provider; empty where it is none."""
    if kind not in PAPERS or "papers.show" not in current_app.view_functions:
        return ""
    return url_for("papers.show", provider_id=provider_id, kind=kind)


def paper_of(line: Line) -> str:
    """The page of the paper to print for it: the one its step names, or the letter that says thank you."""
    if line.provider_id is None:
        return ""
    kind = DocumentKind.THANK_YOU.value if line.kind is TaskKind.THANK_YOU else line.template_slug
    return paper_page(line.provider_id, kind)


def _sample(provider_id: int, *, has_address: bool) -> Act:
    """One tap where there is an address, else the page that asks for one."""
    if has_address:
        return Act("Send it", url_for("samples.create", provider_id=provider_id), "send", posts=True)
    return Act("Send it", url_for("samples.new", provider_id=provider_id), "send")


def _row(line: Line, frame: Frame, show_due: bool) -> str:
    title, page = escape(line.title), f"{link('followups.index')}/{line.id}"
    provider = f"{link('providers.index')}/{line.provider_id}" if line.provider_id else page
    tone = filters.due_class(line.due_on, frame.today)
    edge = "later" if line.state is TaskState.WAITING else tone
    due = f'<span class="pill {tone}">{filters.due(line.due_on, frame.today)}</span>' if show_due else ""
    later = "" if frame.bare else '<span class="only-wide">Later</span>'
    return (
        f'<li data-row tabindex="-1" class="followup edge-{edge}" data-href="{provider}" id="task-{line.id}" '
        f'data-draft="done-{line.id}" data-endings="{frame.sets.get(line.id, 0)}">'
        f'<span class="dot" title="{labels.label(line.kind)}">{use(labels.icon_of(line.kind))}</span>'
        f'<span class="row-main"><strong><a href="{page}{frame.way_back}">{title}</a></strong>'
        f'{_who(line, provider)}{_why(line)}</span><span class="row-side">{due}{_act(line, frame.bare)}'
        f'<button class="btn small" form="task" formaction="{page}" data-key="s" aria-label="Later: {title}" '
        f'title="Later">{use(SNOOZE)}{later}</button>'
        f'<button class="btn small primary" form="task" formaction="{page}" data-key="e">{use(CHECK)}<span>Done</span>'
        "</button></span></li>"
    )


def _who(line: Line, provider: str) -> str:
    who = escape(" · ".join([part for part in (line.name, line.practice_name or line.city) if part]))
    if not who:
        return ""
    return f'<small><a href="{provider}">{who}</a></small>' if line.provider_id else f"<small>{who}</small>"


def _why(line: Line) -> str:
    if line.waiting_for:
        return f"<small>Waiting for {escape(line.waiting_for)}</small>"
    return f'<small class="mute">{escape(line.why)}</small>' if line.why else ""


def _act(line: Line, bare: bool) -> str:
    act = act_of(line)
    if act is None:
        return ""
    words = "" if bare else f'<span class="only-wide">{escape(act.words.removeprefix("Call "))}</span>'
    said, href = escape(act.words), escape(act.href)
    if act.posts:
        return (
            f'<button class="btn ghost small" form="tap" formaction="{href}" aria-label="{said}">'
            f"{use(act.icon)}{words}</button>"
        )
    return f'<a class="btn ghost small" href="{href}" aria-label="{said}">{use(act.icon)}{words}</a>'
