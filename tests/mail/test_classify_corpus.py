"""The classifier on the real bounces, replies and ordinary mail named by HANDOFF_CORPUS, against their labels."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from crm.domain.inbound import Verdict
from crm.domain.kinds import InboundKind
from crm.domain.replies import reply_text
from crm.mail.classify import classify

Row = dict[str, str]


@pytest.fixture(scope="module")
def labelled(corpus: Path) -> list[tuple[Row, Verdict]]:
    """Each labelled message with its verdict."""
    with (corpus / "mail" / "bounces.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return [(row, classify((corpus / "mail" / "bounces" / row["file"]).read_bytes())) for row in rows]


@pytest.fixture(scope="module")
def bounces(labelled: list[tuple[Row, Verdict]]) -> list[tuple[Row, Verdict]]:
    return [(row, verdict) for row, verdict in labelled if row["kind"] == "bounce"]


def share(found: list[bool]) -> float:
    return sum(found) / len(found)


def test_bounces_are_detected(bounces: list[tuple[Row, Verdict]]) -> None:
    assert share([verdict.kind is InboundKind.BOUNCE for _, verdict in bounces]) >= 0.99


def test_recipients_are_exact(bounces: list[tuple[Row, Verdict]]) -> None:
    named = [sorted(map(str.lower, row["recipients"].split())) for row, _ in bounces]
    found = [sorted(map(str.lower, verdict.recipients)) for _, verdict in bounces]
    assert share([one == other for one, other in zip(named, found, strict=True)]) >= 0.98


def test_causes_are_right(bounces: list[tuple[Row, Verdict]]) -> None:
    assert share([verdict.cause == row["cause"] for row, verdict in bounces if row["cause"]]) >= 0.95


def test_nothing_else_is_called_a_bounce_nor_a_bounce_something_else(labelled: list[tuple[Row, Verdict]]) -> None:
    wrong = {row["file"]: verdict.kind for row, verdict in labelled if verdict.kind != row["kind"]}
    assert wrong == {}


def test_ordinary_mail_is_a_reply(corpus: Path) -> None:
    kinds = {path.name: classify(path.read_bytes()).kind for path in (corpus / "mail" / "ordinary").glob("*.eml")}
    assert set(kinds.values()) == {InboundKind.REPLY}, kinds


def test_replies_lose_no_line_and_are_exact_nearly_always(corpus: Path) -> None:
    exact, lost = 0, []
    for path in sorted((corpus / "mail" / "replies" / "emails").glob("*.txt")):
        expected = (corpus / "mail" / "replies" / "expected" / path.name).read_text(encoding="utf-8").strip()
        found = reply_text(path.read_text(encoding="utf-8")).strip()
        exact += found == expected
        lost += [(path.name, line) for line in expected.splitlines() if line.strip() not in found]
    assert lost == []
    assert exact >= 30


def test_the_same_replies_as_whole_messages_read_the_same(corpus: Path) -> None:
    head = b"From: a@b.example\nTo: c@d.example\nSubject: Re: hello\nContent-Type: text/plain; charset=utf-8\n\n"
    for path in sorted((corpus / "mail" / "replies" / "emails").glob("*.txt")):
        verdict = classify(head + path.read_bytes())
        assert (verdict.kind, verdict.reply_text) == (InboundKind.REPLY, reply_text(path.read_text(encoding="utf-8")))
