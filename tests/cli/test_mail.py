"""`handoff mail …` and how commands fail."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from crm.cli import COMMANDS, cli
from tests.mail.smtp_server import SmtpStandIn, smtp_stand_in

Run = Callable[..., Result]
MESSAGES = Path(__file__).parent.parent / "data" / "mail"


@pytest.fixture
def handoff_command(tmp_path: Path) -> Run:
    """Runs a command on a data folder of its own."""

    def run(*args: str, **environment: str) -> Result:
        environ = {"HANDOFF_DATA_DIR": str(tmp_path), "HANDOFF_DATABASE_URL": "", "HANDOFF_SMTP_HOST": ""}
        return CliRunner().invoke(cli, list(args), env={**environ, **environment}, catch_exceptions=False)

    return run


@pytest.fixture
def server() -> Iterator[SmtpStandIn]:
    with smtp_stand_in() as stand_in:
        yield stand_in


def smtp(server: SmtpStandIn) -> dict[str, str]:
    return {
        "HANDOFF_SMTP_HOST": "127.0.0.1", "HANDOFF_SMTP_PORT": str(server.port), "HANDOFF_SMTP_SECURITY": "none",
        "HANDOFF_SMTP_FROM": "dana@stride.example.com",
    }  # fmt: skip


def test_with_no_server_a_test_goes_to_the_local_mailbox(handoff_command: Run, tmp_path: Path) -> None:
    found = handoff_command("mail", "test", "--to", "me@a.example.com")
    assert found.exit_code == 0
    assert str(tmp_path / "mailbox") in found.output
    assert len(list((tmp_path / "mailbox").glob("*.eml"))) == 1


def test_a_test_goes_out_by_the_server_of_the_environment(handoff_command: Run, server: SmtpStandIn) -> None:
    found = handoff_command("mail", "test", "--to", "me@a.example.com", "--json", **smtp(server))
    assert found.exit_code == 0
    answer = json.loads(found.stdout)
    assert (answer["state"], answer["via"], answer["server_reply"]) == ("sent", "smtp", "250 2.0.0 taken")
    assert server.message_ids() == [answer["message_id"]]
    assert answer["message_id"].endswith("@stride.example.com>")


def test_a_server_that_refuses_is_named_with_its_answer(handoff_command: Run, server: SmtpStandIn) -> None:
    server.plan("RCPT", "550 5.1.1 no such user")
    found = handoff_command("mail", "test", "--to", "me@a.example.com", **smtp(server))
    assert found.exit_code == 1
    assert "Not sent. The receiving server refused it. 550 5.1.1 no such user" in found.output


def test_the_outbox_as_json_says_why_each_waits(handoff_command: Run, server: SmtpStandIn) -> None:
    server.plan("RCPT", "451 4.7.1 later")
    handoff_command("mail", "test", "--to", "me@a.example.com", **smtp(server))
    (row,) = json.loads(handoff_command("mail", "outbox", "--json").stdout)
    assert (row["state"], row["reason"], row["attempts"]) == ("deferred", "try_again", 1)
    assert row["waits_until"] > row["due_at"][:10]
    assert "deferred" in handoff_command("mail", "outbox").output
    assert json.loads(handoff_command("mail", "outbox", "--state", "sent", "--json").stdout) == []
    assert handoff_command("mail", "outbox", "--state", "lost").exit_code == 2


def test_a_wrong_address_is_one_line_and_exit_1(handoff_command: Run) -> None:
    found = handoff_command("mail", "test", "--to", "nobody")
    assert found.exit_code == 1
    assert found.output.startswith("Error: ")
    assert found.output.count("\n") == 1


def test_a_setting_that_cannot_be_used_is_one_line_and_exit_1(handoff_command: Run) -> None:
    found = handoff_command("mail", "outbox", HANDOFF_SMTP_PORT="many")
    assert (found.exit_code, found.output.count("\n")) == (1, 1)
    assert "HANDOFF_SMTP_PORT" in found.output


def test_wrong_usage_is_exit_2() -> None:
    assert CliRunner().invoke(cli, ["nonsense"]).exit_code == 2
    assert CliRunner().invoke(cli, ["mail", "test"]).exit_code == 2


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_can_be_loaded_and_has_help(name: str) -> None:
    found = CliRunner().invoke(cli, [name, "--help"])
    assert found.exit_code == 0
    assert len(found.output.splitlines()) > 3


def test_classify_prints_one_line_per_message_whatever_it_is(handoff_command: Run, tmp_path: Path) -> None:
    broken = tmp_path / "broken.eml"
    broken.write_bytes(b"\0\xff")
    bounce = MESSAGES / "postfix_unknown_user.eml"
    result = handoff_command("mail", "classify", str(bounce), str(broken), str(tmp_path / "none.eml"), "--json")
    first, second, third = (json.loads(line) for line in result.stdout.splitlines())
    assert result.exit_code == 0
    assert list(first) == [
        "file", "kind", "cause", "recipients", "original_message_id", "return_on", "reply_text", "evidence",
    ]  # fmt: skip
    assert (first["file"], first["kind"], first["cause"]) == (str(bounce), "bounce", "address")
    assert first["recipients"] == ["p.moss@clinic.example"]
    assert (second["cause"], second["recipients"], second["return_on"]) == ("", [], None)
    assert (third["kind"], third["evidence"]) == ("other", "The file can't be read: No such file or directory")


def test_classify_says_it_in_words_too(handoff_command: Run) -> None:
    shown = handoff_command("mail", "classify", str(MESSAGES / "out_of_office.eml")).stdout
    assert "auto_reply  p.moss@clinic.example  back on 2026-07-20  Auto-Submitted: auto-replied" in shown


def test_saved_messages_are_taken_in_once(handoff_command: Run, tmp_path: Path) -> None:
    saved = tmp_path / "reply.eml"
    saved.write_bytes(b"From: Maria <maria@clinic.test>\r\nMessage-ID: <r@clinic.test>\r\n\r\nPlease call me.\r\n")
    first = handoff_command("mail", "take-in", str(saved), "--json")
    assert first.exit_code == 0
    answer = json.loads(first.stdout)
    assert (answer["kind"], answer["state"], answer["was_here"]) == ("reply", "open", False)
    assert "here already" in handoff_command("mail", "take-in", str(saved)).output


def test_a_file_that_can_not_be_read_is_named_and_the_others_are_taken_in(handoff_command: Run, tmp_path: Path) -> None:
    saved = tmp_path / "large.eml"
    saved.write_bytes(b"From: a@clinic.test\r\nSubject: Large\r\n\r\n" + b"x" * 11_000_000)
    found = handoff_command("mail", "take-in", str(tmp_path / "gone.eml"), str(saved))
    assert found.exit_code == 1
    assert "gone.eml: It can't be read" in found.output
    assert "only its header was read" in found.output
