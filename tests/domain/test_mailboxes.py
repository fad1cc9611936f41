"""What is filled in by itself for known mail services."""

from __future__ import annotations

import pytest

from crm.domain.mailboxes import PRESETS, SECURITIES, filled, is_nobodys, preset_by_mx, preset_of


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("dana@gmail.com", "google"),
        ("Dana@GoogleMail.com", "google"),
        ("dana@outlook.com", "microsoft"),
        ("dana@hotmail.com", "microsoft"),
        ("dana@me.com", "icloud"),
        ("dana@fastmail.fm", "fastmail"),
        ("dana@stride.example", "other"),
        ("", "other"),
    ],
)
def test_the_domain_of_an_address_tells_the_service(address: str, key: str) -> None:
    assert preset_of(address) == key


@pytest.mark.parametrize(
    ("hosts", "key"),
    [
        (["aspmx.l.google.com", "alt1.aspmx.l.google.com"], "google"),
        (["smtp.google.com"], "google"),
        (["stride-example.mail.protection.outlook.com"], "microsoft"),
        (["mx01.mail.icloud.com"], "icloud"),
        (["in1-smtp.messagingengine.com"], "fastmail"),
        (["mail.stride.example"], "other"),
        (["notgoogle.com"], "other"),
        ([], "other"),
    ],
)
def test_a_domain_of_ones_own_belongs_to_where_its_mail_arrives(hosts: list[str], key: str) -> None:
    assert preset_by_mx(hosts) == key


def test_nothing_is_looked_up_about_domains_of_nobody() -> None:
    assert is_nobodys("stride.example")
    assert is_nobodys("mail.example.com")
    assert not is_nobodys("stride.com")


def test_known_services_fill_in_both_servers() -> None:
    for key, preset in PRESETS.items():
        if key != "other":
            assert preset.smtp_host, key
            assert preset.imap_host, key
        assert {preset.smtp_security, preset.imap_security} <= set(SECURITIES)


def test_other_servers_are_guessed_from_the_address() -> None:
    guessed = filled("other", "dana@stride.example")
    assert (guessed.smtp_host, guessed.smtp_port, guessed.smtp_security) == ("smtp.stride.example", 465, "tls")
    assert guessed.imap_host == "imap.stride.example"
    assert filled("other").smtp_host == ""
    assert filled("no such service") is PRESETS["other"]


def test_microsoft_leads_to_the_sign_in() -> None:
    assert not PRESETS["microsoft"].takes_password
    assert PRESETS["microsoft"].sign_in == "microsoft"
