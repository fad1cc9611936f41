"""Page templates: each compiles, and none needs what the content security policy forbids."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from jinja2 import nodes

from tests.codebase import tree

PAGES = tree.ROOT / "templates/web"
INLINE = {
    "a style attribute": re.compile(r"<[^>]*\sstyle\s*="),
    "a style element": re.compile(r"<style\b"),
    "a script of its own": re.compile(r"<script(?![^>]*\ssrc=)"),
    "an event attribute": re.compile(r"<[^>{}]*\son[a-z]+\s*="),
    "a javascript: address": re.compile(r"javascript:"),
}


def _pages() -> list[str]:
    return sorted(path.relative_to(PAGES).as_posix() for path in PAGES.rglob("*.html"))


@pytest.mark.parametrize("name", _pages())
def test_the_page_compiles(name: str, visitor: FlaskClient) -> None:
    visitor.application.jinja_env.get_template(name)


@pytest.mark.parametrize("name", _pages())
def test_the_page_works_under_the_content_security_policy(name: str) -> None:
    text = re.sub(r"\{#.*?#\}", "", (PAGES / name).read_text(), flags=re.DOTALL)
    assert [what for what, pattern in INLINE.items() if pattern.search(text)] == []


@pytest.mark.parametrize("name", _pages())
def test_what_the_page_includes_is_there(name: str, visitor: FlaskClient) -> None:
    missing = [other for other in _referenced(visitor, name) if not (PAGES / other).exists()]
    assert missing == []


def test_every_page_is_used() -> None:
    """A page that no view, page or part names is left over."""
    sources = [path.read_text() for path in (tree.ROOT / "crm/web").rglob("*.py")]
    everything = "\n".join(sources + [path.read_text() for path in PAGES.rglob("*.html")])
    assert [name for name in _pages() if name not in everything and Path(name).name not in everything] == []


def _referenced(visitor: FlaskClient, name: str) -> Iterator[str]:
    tree_of_page = visitor.application.jinja_env.parse((PAGES / name).read_text())
    for node in tree_of_page.find_all((nodes.Extends, nodes.Include, nodes.Import, nodes.FromImport)):
        if isinstance(node.template, nodes.Const) and isinstance(node.template.value, str):
            yield node.template.value
