"""The patterns of the scope check wait until they are asked, and every one of them can be."""

from __future__ import annotations

import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

import crm.domain
from crm.domain.scope_regex import regex
from crm.domain.scope_rules_frames import RULES

MODULES = sorted(path for path in Path(crm.domain.__path__[0]).glob("scope*.py") if path.stem != "scope_regex")
COMPILED = """
import sys
from crm.domain import scope
modules = [vars(module).values() for name, module in sys.modules.items() if name.startswith("crm.domain.scope")]
waiting = [each for values in modules for each in values if type(each).__name__ == "_Waiting"]
waiting += [each for rule in scope.RULES for each in (rule.pattern, rule.needs) if each]
print(len(waiting) > 300, [each.pattern for each in waiting if "search" in vars(each)])
"""


def test_importing_the_check_compiles_nothing() -> None:
    done = subprocess.run([sys.executable, "-c", COMPILED], capture_output=True, text=True, check=True)
    assert done.stdout == "True []\n"


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.stem)
def test_every_pattern_compiles(module: Path) -> None:
    assert "re.compile(" not in module.read_text()
    for name, value in vars(import_module(f"crm.domain.{module.stem}")).items():
        if hasattr(value, "pattern") and hasattr(value, "flags"):
            assert value.search("") is None or re.compile(value.pattern, value.flags).search(""), name


def test_every_rule_can_be_asked() -> None:
    for rule in RULES:
        assert rule.pattern.search("") is None, rule.key
        assert rule.needs is None or rule.needs.search("") is None, rule.key


def test_it_answers_like_a_compiled_one() -> None:
    words, plain = r"(?P<first>[a-z]+)\W+(\d)", re.compile(r"(?P<first>[a-z]+)\W+(\d)", re.IGNORECASE)
    waiting = regex(words, re.IGNORECASE)
    text = "Ab 1, cd 2"
    assert (waiting.pattern, waiting.flags) == (words, re.IGNORECASE)
    assert waiting.groupindex == plain.groupindex
    for _ in range(2):
        assert [one.span() for one in waiting.finditer(text, 3)] == [(6, 10)]
        assert waiting.sub("x", text) == plain.sub("x", text) == "x, x"
        assert waiting.findall(text) == plain.findall(text)
        assert waiting.match(text, 1) is not None
        assert waiting.fullmatch(text) is None


def test_a_mistake_in_one_is_told_when_it_is_asked() -> None:
    with pytest.raises(re.error):
        regex("(").search("")
