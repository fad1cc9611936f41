"""The library's words, and a template shown as its reader sees it: HTML pages of their own for frames."""

from __future__ import annotations

import html
from collections.abc import Mapping
from datetime import datetime

from markupsafe import Markup, escape
from sqlmodel import Session

from crm.domain.errors import NotFound
from crm.domain.kinds import TemplateKind
from crm.domain.script import PART_TITLES
from crm.models.templates import Template
from crm.services import template_preview, template_versions, templates
from crm.services.template_checks import Shown, Wording
from crm.web.missing import marked

KINDS: Mapping[TemplateKind, str] = {
    TemplateKind.SCRIPT: "Scripts",
    TemplateKind.EMAIL: "E-mails",
    TemplateKind.DOCUMENT: "Documents",
}
ONE: Mapping[TemplateKind, str] = {
    TemplateKind.SCRIPT: "script",
    TemplateKind.EMAIL: "e-mail",
    TemplateKind.DOCUMENT: "document",
}
ICONS: Mapping[TemplateKind, str] = {
    TemplateKind.SCRIPT: "message-square-quote",
    TemplateKind.EMAIL: "mail",
    TemplateKind.DOCUMENT: "file-text",
}
STATES: Mapping[str, tuple[str, str]] = {
    "built_in": ("Built-in", ""),
    "yours": ("Your wording", "brand"),
    "own": ("All yours", "brand"),
    "new": ("Not in use yet", "warn"),
}
_LETTER = (
    "body{margin:0;padding:1.5rem;font:16px/1.55 Georgia,serif;color:#14211f;background:#fff;color-scheme:light}"
    ".sender{text-align:right;font-size:.85rem}h1{font-size:1.05rem}h2{font:600 .8rem sans-serif;color:#42514e}"
    "mark{background:#fbe6e1;color:#ad2b1f}.signature{margin-top:2.5rem}.script p{font-size:1.15rem}"
)


def example(session: Session, template: Template, version_id: int | None, user_id: int, now: datetime) -> str:
    """One version (else the one in force) filled with examples, as a whole HTML page."""
    if version_id is not None:
        source = templates.wording_of(template_versions.version_of(session, template, version_id))
    else:
        source = template_versions.wording_in_force(session, template)
    if not source:
        raise NotFound("There is nothing to show yet: this was never put into force.")
    wording = Wording(template.kind, source, template.title, template.meta, template.slug)
    reader = template_preview.reader(session, "", user_id, wording=wording, now=now)
    looked = template_preview.look(session, wording, reader)
    return page(looked.shown) if looked.shown is not None else text_page(str(looked.fault))


def page(shown: Shown) -> str:
    """A filled wording as a page: a mail as its reader gets it, a letter on paper, a script part by part."""
    if shown.email is not None:
        return shown.email.html
    if shown.letter is not None:
        parts = [
            Markup('<div class="{}">{}</div>').format(name, marked(words, shown.missing))
            for name, words in shown.letter.html.items()
            if words and name != "subject"
        ]
        subject = Markup("<h1>{}</h1>").format(shown.letter.subject) if shown.letter.subject else Markup("")
        return _page(Markup("").join([*parts[:3], subject, *parts[3:]]))
    if shown.script is not None:
        sections = [
            Markup("<h2>{}</h2><p>{}</p>").format(PART_TITLES[name], marked(escape(text), shown.missing))
            for name, text in shown.script.parts.items()
        ]
        return _page(Markup('<div class="script">{}</div>').format(Markup("").join(sections)))
    return _page(marked(Markup(shown.html), shown.missing))  # noqa: S704 - made by prose.as_html, which escapes


def text_page(text: str) -> str:
    """Plain text, a paragraph for each."""
    return _page(Markup("").join(Markup("<p>{}</p>").format(each) for each in text.split("\n\n")))


def _page(inside: Markup) -> str:
    head = f"<!doctype html><meta charset=utf-8><title>{html.escape('Preview')}</title><style>{_LETTER}</style>"
    return f"{head}<body>{inside}"
