"""Sizes, words and habits that keep the code readable."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.codebase import tree

LONGEST_MODULE = 300
LONGEST_FUNCTION = 40
VAGUE = {"process", "handle", "manage", "manager", "util", "utils", "helper", "helpers", "info", "data"}
FUNCTION = (ast.FunctionDef, ast.AsyncFunctionDef)
READS_THE_CLOCK = {"datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time"}
ENTRY_POINTS = ("app.py", "crm/bootstrap.py", "crm/cli/", "crm/jobs/", "crm/web/")


def test_no_module_is_longer_than_300_lines() -> None:
    lengths = {tree.name_of(path): len(path.read_text().splitlines()) for path in tree.modules()}
    assert {name: length for name, length in lengths.items() if length > LONGEST_MODULE} == {}


def test_no_function_is_longer_than_40_lines() -> None:
    assert [said for path in tree.modules() for said in _long_functions(path)] == []


def test_the_entry_is_fifteen_lines_at_most() -> None:
    assert len((tree.ROOT / "app.py").read_text().splitlines()) <= 15


def test_names_say_what_they_mean() -> None:
    """No process, handle, manage, util, helper, info, data in the names of modules, classes and functions."""
    assert [said for path in tree.modules() for said in _vague_names(path)] == []


def test_only_entry_points_read_the_clock() -> None:
    """Time is an argument everywhere else."""
    inside = [path for path in tree.modules() if not tree.name_of(path).startswith(ENTRY_POINTS)]
    assert [said for path in inside for said in _clock_reads(path)] == []


def _functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    yield from (node for node in ast.walk(tree.parsed(path)) if isinstance(node, FUNCTION))


def _long_functions(path: Path) -> Iterator[str]:
    for node in _functions(path):
        length = (node.end_lineno or node.lineno) - node.lineno + 1
        if length > LONGEST_FUNCTION:
            yield f"{tree.name_of(path)}:{node.lineno} {node.name} has {length} lines"


def _vague_names(path: Path) -> Iterator[str]:
    names = [path.stem] + [
        node.name for node in ast.walk(tree.parsed(path)) if isinstance(node, (*FUNCTION, ast.ClassDef))
    ]
    for name in names:
        words = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower().replace("in_data", "").split("_")  # a state of mail
        if VAGUE & set(words) and not name.startswith("process_"):  # SQLAlchemy names process_bind_param
            yield f"{tree.name_of(path)}: {name}"


def _clock_reads(path: Path) -> Iterator[str]:
    for node in ast.walk(tree.parsed(path)):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in READS_THE_CLOCK:
            yield f"{tree.name_of(path)}:{node.lineno}"
