"""Every text that comes with Handoff stays in scope and names nobody: as it is written, markup and fields in place."""

from __future__ import annotations

from pathlib import Path

import pytest

from crm.documents.environment import TEMPLATES
from crm.domain import text_checks

WORDS = sorted(
    path
    for folder in ("scripts", "email", "documents", "sequences")
    for path in (TEMPLATES / folder).rglob("*")
    if path.suffix in (".j2", ".toml")
)


def test_there_are_built_in_texts_of_every_kind() -> None:
    assert {path.relative_to(TEMPLATES).parts[0] for path in WORDS} >= {"scripts", "email", "documents", "sequences"}


@pytest.mark.parametrize("path", WORDS, ids=lambda path: str(path.relative_to(TEMPLATES)))
def test_a_built_in_text_passes_both_checks(path: Path) -> None:
    found = text_checks.blocking(text_checks.check(path.read_text(encoding="utf-8")))
    assert [(each.line, each.rule, each.text) for each in found] == []
