import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from crm.cli.scope import command


def check(content: bytes, folder: Path, *options: str) -> Result:
    file = folder / "text.txt"
    file.write_bytes(content)
    return CliRunner().invoke(command, [str(file), *options], obj={})


def findings(result: Result) -> list[dict[str, object]]:
    said = json.loads(result.stdout)
    assert list(said) == ["findings"]
    found: list[dict[str, object]] = said["findings"]
    return found


def test_a_blocking_finding_exits_1_with_line_and_code_points(tmp_path: Path) -> None:
    result = check("Hello 👍🏽.\n\nJosé says: I treat pain.\n".encode(), tmp_path, "--json")
    assert result.exit_code == 1
    [found] = findings(result)
    assert list(found) == ["line", "start", "end", "rule", "severity", "why", "suggestion"]
    assert (found["line"], found["start"], found["end"], found["severity"]) == (3, 13, 18, "blocks")


def test_a_text_in_scope_exits_0(tmp_path: Path) -> None:
    result = check(b"I don't diagnose or treat.", tmp_path, "--json")
    assert (result.exit_code, findings(result)) == (0, [])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_the_place_is_the_same_in_every_encoding_and_with_every_line_end(
    tmp_path: Path, encoding: str, end: str
) -> None:
    result = check(f"All is well with everybody here.{end}I treat pain.{end}".encode(encoding), tmp_path, "--json")
    assert [(each["line"], each["start"], each["end"]) for each in findings(result)] == [(2, 2, 7)]


@pytest.mark.parametrize(
    "content", [b"", b"\n\n\n", b"\x00" * 500, bytes(range(256)) * 40, b"\xff\xfe", b"\xed\xa0\x80"]
)
def test_anything_at_all_can_be_checked(tmp_path: Path, content: bytes) -> None:
    result = check(content, tmp_path, "--json")
    assert result.exit_code in (0, 1)
    assert isinstance(findings(result), list)


def test_ten_megabytes_in_one_line_take_bounded_time_and_give_a_bounded_answer(tmp_path: Path) -> None:
    result = check(b"I treat pain. " * 700_000, tmp_path, "--json")
    assert (result.exit_code, len(findings(result))) == (1, 1000)


def test_what_lies_behind_the_limit_is_named(tmp_path: Path) -> None:
    result = check(b"All is well. " * 1_600_000, tmp_path, "--json")
    assert result.exit_code == 0
    assert "first 20 MB" in result.stderr


def test_for_people_it_says_place_reason_and_better_words(tmp_path: Path) -> None:
    result = check(b"I treat pain.", tmp_path)
    assert "1:3 blocks “treat”: Treating is a licensed act" in result.output
    assert "1 found." in result.output


def test_a_text_can_be_piped_in() -> None:
    result = CliRunner().invoke(command, ["-"], input="I treat pain.", obj={})
    assert result.exit_code == 1
