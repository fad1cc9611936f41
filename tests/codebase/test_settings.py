"""Every setting is read in one place and written down in two."""

from __future__ import annotations

import ast
import re

import pytest

from crm.config import Settings
from tests.codebase import tree

CONFIG = tree.ROOT / "crm/config.py"
NAME = re.compile(r"HANDOFF_[A-Z_]+")
FOR_TESTS = {"HANDOFF_CORPUS", "HANDOFF_REQUIRE_ALL", "HANDOFF_TEST_DATABASE_URL"}


def _names_read() -> set[str]:
    strings = [node.value for node in ast.walk(tree.parsed(CONFIG)) if isinstance(node, ast.Constant)]
    return {value for value in strings if isinstance(value, str) and NAME.fullmatch(value)}


@pytest.mark.parametrize("document", [".env.example", "README.md"])
def test_every_setting_is_explained_in(document: str) -> None:
    written = set(NAME.findall((tree.ROOT / document).read_text()))
    assert _names_read() - written == set(), "explain these"
    assert written - _names_read() - FOR_TESTS == set(), "nobody reads these"


def test_only_the_configuration_reads_the_environment() -> None:
    """`os.environ` passed on to a child whole is fine; reading a value from it is not."""
    reading = re.compile(r"\bgetenv\(|environ(\.get\(|\[)")
    found = [tree.name_of(path) for path in tree.modules() if path != CONFIG and reading.search(path.read_text())]
    assert found == []


def test_the_example_is_the_default() -> None:
    """Copying .env.example to .env changes nothing until a line is uncommented."""
    lines = (tree.ROOT / ".env.example").read_text().splitlines()
    assert [line for line in lines if line and not line.startswith("#")] == []
    assert Settings.from_environment({}).host == "127.0.0.1"
