"""What the tests of the codebase look at: the project's files, and its Python read as syntax trees."""

from __future__ import annotations

import ast
import os
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NOT_OURS = {"build", "data", "node_modules", "__pycache__", "htmlcov"}
TEXT = {
    "", ".cfg", ".cff", ".css", ".csv", ".example", ".html", ".in", ".ini", ".js", ".json", ".lock", ".mako", ".md",
    ".py", ".svg", ".toml", ".txt", ".yaml", ".yml",
}  # fmt: skip


def files(*, under: Path = ROOT) -> Iterator[Path]:
    """Every file that belongs to the project (not data, caches, the virtual environment or editors' folders)."""
    for folder, folders, names in os.walk(under):
        top = Path(folder) == ROOT
        folders[:] = [
            name
            for name in folders
            if not (name.startswith(".") and name != ".ci")
            and not name.endswith(".egg-info")
            and not (name in NOT_OURS and (top or name == "__pycache__"))
        ]
        yield from (Path(folder, name) for name in names if not name.startswith(".") or name == ".env.example")


def texts() -> Iterator[tuple[Path, str]]:
    """The project's text files with what they say."""
    for path in files():
        if path.suffix in TEXT:
            yield path, path.read_text(encoding="utf-8", errors="replace")


def modules() -> Iterator[Path]:
    """The Python of the program itself."""
    yield ROOT / "app.py"
    yield from sorted((ROOT / "crm").rglob("*.py"))


def parsed(path: Path) -> ast.Module:
    """The syntax tree of one module."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def name_of(path: Path) -> str:
    """The path as people write it."""
    return path.relative_to(ROOT).as_posix()
