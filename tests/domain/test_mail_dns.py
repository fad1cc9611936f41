"""What SPF, DKIM and DMARC records mean for mail from a domain."""

from __future__ import annotations

import pytest

from crm.domain import mail_dns
from crm.domain.checkup import Finding, Severity, blocks, ok, unknown, worst_first

ME = "stride.example"
KEY = "v=DKIM1; k=rsa; p=MIIBIjANBg"


@pytest.mark.parametrize(
    ("texts", "preset", "severity", "said"),
    [
        ([], "google", "warning", "no SPF record"),
        (["something else", "v=spf10 ~all"], "google", "warning", "no SPF record"),
        (["v=spf1 include:_spf.google.com ~all"], "google", "ok", "_spf.google.com"),
        (["V=SPF1 +include:_SPF.google.com -all"], "google", "ok", ""),
        (["v=spf1 redirect=_spf.google.com"], "google", "ok", ""),
        (["v=spf1 mx ~all"], "google", "warning", "not in it"),
        (["v=spf1 -all", "v=spf1 mx ~all"], "google", "warning", "2 SPF records"),
        (["v=spf1 include:_spf.google.com +all"], "google", "warning", "anybody"),
        (["v=spf1 all"], "other", "warning", "anybody"),
        (["v=spf1 " + " ".join(f"include:{n}.example" for n in range(11)) + " ~all"], "other", "warning", "look-ups"),
        (["v=spf1 ip4:192.0.2.1 -all"], "other", "note", "192.0.2.1"),
    ],
)
def test_spf(texts: list[str], preset: str, severity: str, said: str) -> None:
    found = mail_dns.spf(ME, texts, preset)
    assert (found.severity, said in found.found) == (severity, True)
    assert bool(found.advice) is (severity != "ok")


def test_what_to_add_is_written_out() -> None:
    assert "v=spf1 include:spf.protection.outlook.com ~all" in mail_dns.spf(ME, [], "microsoft").advice
    assert "rua=mailto:you@stride.example" in mail_dns.dmarc(ME, {}).advice


@pytest.mark.parametrize(
    ("text", "there"),
    [(KEY, True), ("p=AAAA", True), ("v=DKIM1; k=rsa; p=", False), ("v=DKIM1; k=rsa", False), ("hello", False)],
)
def test_a_key_that_was_withdrawn_is_none(text: str, there: bool) -> None:
    assert mail_dns.has_key([text]) is there


def test_dkim_by_any_of_the_services_names_or_by_our_own() -> None:
    assert mail_dns.dkim(ME, {"fm1": [], "fm2": [KEY]}, own=False).severity is Severity.OK
    assert mail_dns.dkim(ME, {"google": []}, own=False).severity is Severity.WARNING
    missing = mail_dns.dkim(ME, {"handoff202603": []}, own=True)
    assert (missing.severity, "switch signing off" in missing.advice) == (Severity.BLOCKING, True)


@pytest.mark.parametrize(
    ("texts", "severity"),
    [
        ([], "warning"),
        (["v=DMARC1; p=none"], "note"),
        (["v=DMARC1; p=quarantine; rua=mailto:a@b.example"], "ok"),
        (["v=DMARC1;p=reject;"], "ok"),
        (["v=DMARC1"], "warning"),
        (["v=DMARC1; p=maybe"], "warning"),
        (["v=DMARC1; p=none", "v=DMARC1; p=reject"], "warning"),
        (["hello"], "warning"),
    ],
)
def test_dmarc(texts: list[str], severity: str) -> None:
    assert mail_dns.dmarc(ME, mail_dns.dmarc_record(texts)).severity == severity


@pytest.mark.parametrize(
    ("policy", "spf", "dkim", "severity"),
    [
        ("reject", True, False, "ok"),
        ("reject", False, True, "ok"),
        ("", True, True, "ok"),
        ("reject", False, False, "blocking"),
        ("none", False, False, "warning"),
        ("quarantine", None, False, "warning"),
        ("none", None, None, "note"),
    ],
)
def test_one_of_both_is_enough_and_neither_blocks_where_receivers_turn_mail_away(
    policy: str, spf: bool | None, dkim: bool | None, severity: str
) -> None:
    assert mail_dns.alignment(ME, policy=policy, spf_passes=spf, dkim_passes=dkim).severity == severity


def test_the_worst_comes_first_and_only_it_blocks() -> None:
    lines = [ok("a", "fine"), unknown("b", "there is no network"), Finding("c", Severity.BLOCKING, "broken", "mend")]
    assert [each.check for each in worst_first(lines)] == ["c", "b", "a"]
    assert blocks(lines)
    assert not blocks(lines[:2])
    assert lines[1].found == "Could not be checked, because there is no network."
