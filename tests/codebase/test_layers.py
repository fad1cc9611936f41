"""The rooms of ARCHITECTURE.md: imports go down only, and the edges have one door each."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.codebase import tree


def test_the_import_contracts_hold() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as run; run()", "--no-cache"],
        cwd=tree.ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_starting_the_command_loads_no_heavy_library() -> None:
    """Heavy libraries load when they are used, so that `handoff` answers at once and memory stays small."""
    heavy = {"alembic", "apscheduler", "flask", "holidays", "phonenumbers", "nameparser", "rapidfuzz", "sqlalchemy"}
    code = "import sys, crm.cli; print(' '.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], cwd=tree.ROOT, capture_output=True, text=True, check=True)
    assert heavy & set(done.stdout.split()) == set()


@pytest.mark.parametrize("module", ["crm.domain.errors", "crm.domain.kinds", "crm.domain.pipeline"])
def test_the_domain_loads_without_the_database(module: str) -> None:
    code = f"import sys, {module}; sys.exit('sqlalchemy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=tree.ROOT).returncode == 0
