"""Page templates: each compiles, and none needs what the content security policy forbids."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from jinja2 import Environment, TemplateError, nodes

from tests.codebase import tree

PAGES = tree.ROOT / "templates/web"
INLINE = {
    "a style attribute": re.compile(r"<[^>]*\sstyle\s*="),
    "a style element": re.compile(r"<style\b"),
    "a script of its own": re.compile(r"<script(?![^>]*\ssrc=)"),
    "an event attribute": re.compile(r"<[^>{}]*\son[a-z]+\s*="),
    "a javascript: address": re.compile(r"javascript:"),
}


@pytest.fixture
def environment(visitor: FlaskClient) -> Environment:
    return visitor.application.jinja_env


def _pages() -> dict[str, str]:
    return {path.relative_to(PAGES).as_posix(): path.read_text() for path in sorted(PAGES.rglob("*.html"))}


def test_every_page_compiles(environment: Environment) -> None:
    assert [fault for name in _pages() if (fault := _fault(environment, name))] == []


def test_no_page_needs_what_the_content_security_policy_forbids() -> None:
    found = [
        f"{name}: {what}"
        for name, text in _pages().items()
        for what, pattern in INLINE.items()
        if pattern.search(re.sub(r"\{#.*?#\}", "", text, flags=re.DOTALL))
    ]
    assert found == []


def test_what_a_page_includes_is_there(environment: Environment) -> None:
    pages = _pages()
    missing = [
        f"{name} -> {other}"
        for name, text in pages.items()
        for other in _referenced(environment, text)
        if other not in pages
    ]
    assert missing == []


def test_every_page_is_used() -> None:
    """A page that no view, page or part names is left over."""
    sources = [path.read_text() for path in (tree.ROOT / "crm/web").rglob("*.py")]
    everything = "\n".join([*sources, *_pages().values()])
    assert [name for name in _pages() if name not in everything and Path(name).name not in everything] == []


def _fault(environment: Environment, name: str) -> str | None:
    try:
        environment.get_template(name)
    except TemplateError as error:
        return f"{name}: {error}"
    return None


def _referenced(environment: Environment, text: str) -> Iterator[str]:
    for node in environment.parse(text).find_all((nodes.Extends, nodes.Include, nodes.Import, nodes.FromImport)):
        template = getattr(node, "template", None)
        if isinstance(template, nodes.Const) and isinstance(template.value, str):
            yield template.value
