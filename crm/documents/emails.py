"""E-mails: subject, text and HTML from one source, with the footer that the law asks for.

No remote image, no tracking, no rewritten link; the HTML says exactly what the text says.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

from crm.documents import prose
from crm.documents.environment import TEMPLATES, Filled, fill, fill_source, front_matter
from crm.documents.faults import MissingField, TemplateFault
from crm.documents.merge import MergeFields, ScriptFields

ACCENT = "#0f5f63"
LONGEST_SUBJECT = 150
_REPLY_MARK = re.compile(r"^(?:(?:re|fwd?|aw)\s*(?:\[\d+\])?\s*:\s*)+", re.IGNORECASE)

Kind = Literal["outreach", "notice"]


@dataclass(frozen=True, slots=True)
class EmailTemplate:
    """A built-in e-mail as its folder says it."""

    slug: str
    title: str
    kind: Kind
    moment: str
    about: str
    source: str


@dataclass(frozen=True, slots=True)
class RenderedEmail:
    """A filled e-mail. `body` is the part that may be edited (no footer); `missing` names marked empty fields."""

    subject: str
    body: str
    text: str
    html: str
    missing: tuple[MissingField, ...] = ()


@lru_cache(maxsize=1)
def email_templates() -> dict[str, EmailTemplate]:
    """The built-in e-mails by slug."""
    found = (_read(path.parent.name) for path in sorted((TEMPLATES / "email").glob("*/message.j2")))
    return {template.slug: template for template in found}


def _read(slug: str) -> EmailTemplate:
    source = (TEMPLATES / "email" / slug / "message.j2").read_text(encoding="utf-8")
    head = front_matter(source)
    kind: Kind = "notice" if head["kind"] == "notice" else "outreach"
    return EmailTemplate(head["slug"], head["title"], kind, head.get("moment", ""), head["about"], source)


def render_email(
    slug: str, fields: MergeFields, *, audience: str = "", mark_missing: bool = False, accent: str = ACCENT
) -> RenderedEmail:
    """A built-in e-mail filled for one provider, in the wording of its audience.

    Raises MissingField and TemplateFault; with `mark_missing` empty fields are marked "[Phone]" and listed instead.
    """
    template = email_templates().get(slug)
    if template is None:
        raise TemplateFault(f"There is no e-mail called “{slug}”.")
    filled = fill(f"email/{slug}/message.j2", _for_audience(fields, audience), mark_missing=mark_missing)
    return _rendered(filled, fields, template.kind, mark_missing=mark_missing, accent=accent)


def render_source(
    source: str,
    fields: MergeFields,
    *,
    kind: Kind = "outreach",
    audience: str = "",
    mark_missing: bool = False,
    accent: str = ACCENT,
) -> RenderedEmail:
    """An e-mail of somebody's own: a source with "== subject ==" and "== body ==". Errors as `render_email`."""
    filled = fill_source(source, _for_audience(fields, audience), mark_missing=mark_missing)
    return _rendered(filled, fields, kind, mark_missing=mark_missing, accent=accent)


def render_written(
    subject: str, text: str, fields: MergeFields, *, kind: Kind = "outreach", accent: str = ACCENT
) -> RenderedEmail:
    """An e-mail as a person has finished it by hand: nothing is filled any more, only footer and HTML are added."""
    source = f"== subject ==\n{prose.protect(subject)}\n\n== body ==\n{_without_sections(text)}"
    return _rendered(Filled(source), fields, kind, mark_missing=False, accent=accent)


def email_source(slug: str) -> str:
    """Everything that a built-in e-mail's words come from, so that its hash changes when any of them does."""
    shared = [(TEMPLATES / "email" / name).read_text(encoding="utf-8") for name in ("parts.j2", "footer.j2")]
    return "\n".join([email_templates()[slug].source, *shared])


def _for_audience(fields: MergeFields, audience: str) -> MergeFields:
    return replace(fields, script=ScriptFields(audience=audience)) if audience else fields


def _rendered(filled: Filled, fields: MergeFields, kind: Kind, *, mark_missing: bool, accent: str) -> RenderedEmail:
    parts = prose.sections(filled.text)
    if not parts.get("subject") or not parts.get("body"):
        raise TemplateFault("An e-mail needs “== subject ==” and “== body ==” with text under each.", line=1)
    footer = fill("email/footer.j2", fields, mark_missing=mark_missing) if kind == "outreach" else Filled("")
    subject = clean_subject(prose.one_line(parts["subject"]))
    missing = {fault.path: fault for fault in (*filled.missing, *footer.missing)}
    return RenderedEmail(
        subject=subject,
        body=prose.editable(parts["body"]),
        text=_text(parts["body"], footer.text),
        html=_html(subject, parts["body"], footer.text, accent),
        missing=tuple(missing.values()),
    )


def clean_subject(subject: str) -> str:
    """One line of sensible length that doesn't pretend to be an answer."""
    return _REPLY_MARK.sub("", prose.one_line(prose.protect(subject)))[:LONGEST_SUBJECT].rstrip()


def _text(text: str, footer: str) -> str:
    ended = f"\n\n-- \n{prose.plain(footer)}" if footer else ""
    return f"{prose.plain(text)}{ended}\n"


def _html(subject: str, text: str, footer: str, accent: str) -> str:
    frame = _frame(accent if re.fullmatch(r"#[0-9a-fA-F]{6}", accent) else ACCENT)
    page = frame.with_footer if footer else frame.plain
    return page.format(subject=html.escape(subject), body=frame.styled(text), footer=frame.styled(footer, "footer "))


@dataclass(frozen=True, slots=True)
class _Frame:
    """The page around a mail with its CSS inlined, once: a mail is put into it by text replacement alone."""

    plain: str
    with_footer: str
    styles: dict[str, str]

    def styled(self, text: str, place: str = "") -> str:
        """Paragraphs and lists with the styles of their place written into each tag."""
        made = prose.as_html(text)
        for tag in ("p", "ul", "li", "a"):
            style = self.styles.get(f"{place}{tag}", "")
            made = made.replace(f"<{tag}>", f'<{tag} style="{style}">').replace(
                f"<{tag} h", f'<{tag} style="{style}" h'
            )
        return made


_PROBE = "<p>{probe}</p><ul><li>x</li></ul><a href='x'>x</a>"


@lru_cache(maxsize=16)
def _frame(accent: str) -> _Frame:
    pages = Environment(
        loader=FileSystemLoader(TEMPLATES / "email"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    shell = pages.get_template("shell.html")
    probe = Markup(_PROBE)  # noqa: S704 - our own
    seen = _inlined(shell.render(subject="", body=probe, footer=probe, accent=accent))
    main, _, footer = seen.partition("<footer")
    styles = {**_styles(main), **{f"footer {tag}": style for tag, style in _styles(footer).items()}}
    return _Frame(_page(shell, accent, footer=False), _page(shell, accent, footer=True), styles)


def _page(shell: Template, accent: str, *, footer: bool) -> str:
    marks = {"subject": "@subject@", "body": "@body@", "footer": "@footer@" if footer else ""}
    page = _inlined(shell.render(**marks, accent=accent)).replace("{", "{{").replace("}", "}}")
    return page.replace("@subject@", "{subject}").replace("@body@", "{body}").replace("@footer@", "{footer}")


def _styles(page: str) -> dict[str, str]:
    return dict(re.findall(r'<(p|ul|li|a)\b[^>]*?style="([^"]*)"', page))


def _inlined(page: str) -> str:
    """CSS into style attributes; nothing is fetched."""
    import css_inline

    inlined: str = css_inline.CSSInliner(load_remote_stylesheets=False, keep_style_tags=False).inline(page)
    return inlined


def _without_sections(text: str) -> str:
    """A line that looks like a section heading becomes an ordinary one."""
    return re.sub(r"(?m)^==", prose.protect("=="), _with_breaks(text))


def _with_breaks(text: str) -> str:
    """What people type: each of their line breaks is meant."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(line if not line.strip() or line.startswith("- ") else f"{line}\\" for line in lines)
