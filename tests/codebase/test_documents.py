"""What the documents say about the tree is true."""

from __future__ import annotations

import re

import click
import pytest

from crm.cli import COMMANDS, cli
from tests.codebase import tree

PATH = re.compile(r"`((?:crm|tests|templates|migrations|requirements|benchmarks|docs)/[\w./*<>-]*)`")
DOCUMENTS = sorted(path.name for path in tree.ROOT.glob("*.md"))


@pytest.mark.parametrize("document", DOCUMENTS)
def test_the_paths_named_are_there(document: str) -> None:
    named = set(PATH.findall((tree.ROOT / document).read_text()))
    missing = [path for path in named if "<" not in path and not list(tree.ROOT.glob(path.rstrip("/")))]
    assert missing == []


@pytest.mark.parametrize("name", COMMANDS)
def test_the_command_is_there_and_in_the_readme(name: str) -> None:
    command = cli.get_command(click.Context(cli), name)
    assert command is not None
    assert command.get_short_help_str()
    assert f"handoff {name}" in (tree.ROOT / "README.md").read_text()


def test_every_room_is_in_the_architecture() -> None:
    text = (tree.ROOT / "ARCHITECTURE.md").read_text()
    rooms = {path.stem for path in (tree.ROOT / "crm").iterdir() if path.suffix in {"", ".py"}} - {
        "__init__",
        "__pycache__",
    }
    assert [room for room in rooms if f"`{room}`" not in text] == []
