"""Known mail services: what to fill in for host and port, and what their users must know."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Preset:
    """The settings of one mail service. `remark` says what a password means there."""

    label: str
    smtp_host: str = ""
    smtp_port: int = 587
    smtp_security: str = "starttls"
    imap_host: str = ""
    imap_port: int = 993
    daily_cap: int = 50
    remark: str = ""


PRESETS: Mapping[str, Preset] = {
    "google": Preset(
        "Google (Gmail or Workspace)",
        "smtp.gmail.com",
        587,
        "starttls",
        "imap.gmail.com",
        remark="Make an app password in your Google account (Security, 2-Step Verification) and enter it here.",
    ),
    "microsoft": Preset(
        "Microsoft 365 or Outlook",
        "smtp.office365.com",
        587,
        "starttls",
        "outlook.office365.com",
        remark="Microsoft takes passwords only where the administrator still allows them.",
    ),
    "icloud": Preset(
        "iCloud Mail",
        "smtp.mail.me.com",
        587,
        "starttls",
        "imap.mail.me.com",
        remark="Make an app-specific password at account.apple.com and enter it here.",
    ),
    "fastmail": Preset(
        "Fastmail",
        "smtp.fastmail.com",
        465,
        "tls",
        "imap.fastmail.com",
        remark="Make an app password in Fastmail's settings (Privacy & Security) and enter it here.",
    ),
    "other": Preset("Another mail server", remark="Your mail service's help pages name the outgoing (SMTP) server."),
}

SECURITIES: Mapping[str, str] = {
    "starttls": "STARTTLS (usual with port 587)",
    "tls": "TLS (usual with port 465)",
    "none": "No encryption (only on your own network)",
}
