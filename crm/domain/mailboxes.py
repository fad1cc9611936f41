"""Known mail services: hosts and ports to fill in, how one signs in there, and how much a mailbox may send."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from crm.domain.emails import domain_of


class Auth(StrEnum):
    """How a mailbox says who it is."""

    PASSWORD = "password"  # noqa: S105  (the name of a way, not a password)
    TOKEN = "xoauth2"  # noqa: S105


@dataclass(frozen=True)
class Preset:
    """The settings of one mail service.

    `sign_in` is the key of its sign-in service (crm.domain.sign_ins), empty where there is none. `takes_password` is
    False where passwords are refused. `remark` says what a password means there, `most_a_day` what the service lets
    an ordinary mailbox send (0: not known), `domains` whose addresses are there for sure.
    """

    label: str
    smtp_host: str = ""
    smtp_port: int = 587
    smtp_security: str = "starttls"
    imap_host: str = ""
    imap_port: int = 993
    imap_security: str = "tls"
    daily_cap: int = 50
    remark: str = ""
    sign_in: str = ""
    takes_password: bool = True
    password_url: str = ""
    most_a_day: int = 0
    domains: tuple[str, ...] = ()


PRESETS: Mapping[str, Preset] = {
    "google": Preset(
        "Google (Gmail or Workspace)",
        "smtp.gmail.com",
        587,
        "starttls",
        "imap.gmail.com",
        remark="A password here means an app password: 16 letters that Google makes for one program, once 2-Step "
        "Verification is on. Your usual password is refused.",
        sign_in="google",
        password_url="https://myaccount.google.com/apppasswords",  # noqa: S106
        most_a_day=500,
        domains=("gmail.com", "googlemail.com"),
    ),
    "microsoft": Preset(
        "Microsoft 365 or Outlook",
        "smtp.office365.com",
        587,
        "starttls",
        "outlook.office365.com",
        remark="Microsoft takes no passwords from mail programs. Sign in on Microsoft's own page instead.",
        sign_in="microsoft",
        takes_password=False,
        most_a_day=300,
        domains=("outlook.com", "hotmail.com", "live.com", "msn.com", "office365.com"),
    ),
    "icloud": Preset(
        "iCloud Mail",
        "smtp.mail.me.com",
        587,
        "starttls",
        "imap.mail.me.com",
        remark="Make an app-specific password in your Apple account (Sign-In and Security) and enter it here. The user "
        "name is your iCloud address.",
        password_url="https://account.apple.com/",  # noqa: S106
        most_a_day=1000,
        domains=("icloud.com", "me.com", "mac.com"),
    ),
    "fastmail": Preset(
        "Fastmail",
        "smtp.fastmail.com",
        465,
        "tls",
        "imap.fastmail.com",
        remark="Make an app password in Fastmail's settings (Privacy & Security, for IMAP and SMTP) and enter it here.",
        password_url="https://app.fastmail.com/settings/security/apps",  # noqa: S106
        most_a_day=4000,
        domains=("fastmail.com", "fastmail.fm", "fastmail.net", "sent.com"),
    ),
    "other": Preset(
        "Another mail server",
        remark="The hosts are guessed from your address. Your mail service's help pages name them: outgoing is SMTP, "
        "incoming is IMAP.",
    ),
}

SECURITIES: Mapping[str, str] = {
    "starttls": "STARTTLS (usual with port 587)",
    "tls": "TLS (usual with ports 465 and 993)",
    "none": "No encryption (only on your own network)",
}


def preset_of(address: str) -> str:
    """The key of the preset that an address belongs to by its domain; `other` when the domain is one's own."""
    domain = domain_of(address)
    return next((key for key, preset in PRESETS.items() if domain in preset.domains), "other")


MX_OF: Mapping[str, tuple[str, ...]] = {
    "google": ("google.com", "googlemail.com"),
    "microsoft": ("mail.protection.outlook.com", "mx.microsoft"),
    "icloud": ("mail.icloud.com",),
    "fastmail": ("messagingengine.com",),
}
"""Where mail to a domain of one's own arrives when it is kept by that service."""

NOBODYS = ("example", "example.com", "example.net", "example.org", "test", "invalid", "localhost")
"""Domains that are nobody's (RFC 2606): nothing is looked up about them."""


def preset_by_mx(hosts: Sequence[str]) -> str:
    """The key of the service that a domain's mail servers belong to, `other` when none is known."""
    for host in hosts:
        for key, ends in MX_OF.items():
            if any(host == end or host.endswith(f".{end}") for end in ends):
                return key
    return "other"


def is_nobodys(domain: str) -> bool:
    """Whether a domain is reserved for examples and tests."""
    return any(domain == each or domain.endswith(f".{each}") for each in NOBODYS)


def filled(key: str, address: str = "") -> Preset:
    """The preset to fill a form with. For other servers the usual names at the address's domain are a first guess."""
    preset = PRESETS.get(key, PRESETS["other"])
    domain = domain_of(address)
    if preset.smtp_host or "." not in domain:
        return preset
    return Preset(preset.label, f"smtp.{domain}", 465, "tls", f"imap.{domain}", remark=preset.remark)
