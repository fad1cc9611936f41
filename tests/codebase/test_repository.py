"""What must not be in the repository, and what must."""

from __future__ import annotations

import re

from tests.codebase import tree

# Written in two halves so that this file may contain them.
HOSTS = (
    "pypi" + ".org",
    "pythonhosted" + ".org",
    "registry.npm" + "js",
    "deb.debian" + ".org",
    "proxy.golang" + ".org",
)
MACHINE_PATHS = re.compile(r"(?<![\w.])/(?:home|Users|root|work)/[a-z.]")
SECRETS = re.compile("-----BEGIN [A-Z ]*PRIVATE" + " KEY-----")


def test_no_file_names_a_package_registry() -> None:
    assert [tree.name_of(path) for path, text in tree.texts() if any(host in text for host in HOSTS)] == []


def test_no_file_names_a_folder_of_somebodys_machine() -> None:
    assert [tree.name_of(path) for path, text in tree.texts() if MACHINE_PATHS.search(text)] == []


def test_no_file_holds_a_private_key() -> None:
    assert [tree.name_of(path) for path, text in tree.texts() if SECRETS.search(text)] == []


def test_locks_pin_every_package_with_hashes_and_without_addresses() -> None:
    for lock in (tree.ROOT / "requirements").glob("*.lock"):
        requirements = [line for line in lock.read_text().splitlines() if not line.startswith((" ", "#"))]
        assert requirements, lock.name
        assert [line for line in requirements if "==" not in line or not line.endswith("\\")] == []
        assert "://" not in lock.read_text()


def test_the_smaller_locks_agree_with_the_whole() -> None:
    run, test, check = (_pins(name) for name in ("run", "test", "check"))
    assert run <= test <= check


def test_the_documents_are_there() -> None:
    expected = {"README.md", "ARCHITECTURE.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", ".env.example"}
    assert expected <= {path.name for path in tree.ROOT.iterdir()}


def test_links_between_documents_lead_somewhere() -> None:
    link = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)")
    broken = [
        f"{path.name} -> {target}"
        for path in tree.ROOT.glob("*.md")
        for target in link.findall(path.read_text())
        if not (path.parent / target).exists()
    ]
    assert broken == []


def _pins(name: str) -> set[str]:
    text = (tree.ROOT / "requirements" / f"{name}.lock").read_text()
    return {line.removesuffix(" \\") for line in text.splitlines() if not line.startswith((" ", "#"))}
