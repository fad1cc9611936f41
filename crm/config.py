"""Settings from the environment and `.env`: the only module that reads them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from dotenv import dotenv_values

ROOT = Path(__file__).resolve().parents[1]


class BadSettingError(ValueError):
    """A setting that can't be used; the message names it and says what to do."""


@dataclass(frozen=True)
class Settings:
    """Everything that is chosen outside the database. See `.env.example` for what each one means."""

    data_dir: Path
    database_url: str = field(repr=False)
    host: str = "127.0.0.1"
    port: int = 8000
    threads: int = 4
    public_url: str = ""
    smtp_host: str = ""
    smtp_port: int = 587
    smtp_security: str = "starttls"
    smtp_username: str = ""
    smtp_password: str = field(default="", repr=False)
    smtp_from: str = ""
    google_client_id: str = ""
    google_client_secret: str = field(default="", repr=False)
    microsoft_client_id: str = ""
    microsoft_client_secret: str = field(default="", repr=False)
    microsoft_tenant: str = ""
    registry_url: str = "https://npiregistry.cms.hhs.gov/api/"

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] | None = None) -> Settings:
        """Read `HANDOFF_*` from the environment, then from `.env` in the project's folder."""
        values = _values(environ)
        data_dir = Path(values.get("HANDOFF_DATA_DIR") or ROOT / "data").expanduser().resolve()
        return cls(
            data_dir=data_dir,
            database_url=values.get("HANDOFF_DATABASE_URL") or f"sqlite:///{data_dir / 'handoff.db'}",
            host=values.get("HANDOFF_HOST") or cls.host,
            port=_number(values, "HANDOFF_PORT", cls.port),
            threads=_number(values, "HANDOFF_THREADS", cls.threads),
            public_url=(values.get("HANDOFF_PUBLIC_URL") or "").rstrip("/"),
            smtp_host=values.get("HANDOFF_SMTP_HOST") or "",
            smtp_port=_number(values, "HANDOFF_SMTP_PORT", cls.smtp_port),
            smtp_security=_one_of(values, "HANDOFF_SMTP_SECURITY", ("starttls", "tls", "none")),
            smtp_username=values.get("HANDOFF_SMTP_USERNAME") or "",
            smtp_password=values.get("HANDOFF_SMTP_PASSWORD") or "",
            smtp_from=values.get("HANDOFF_SMTP_FROM") or "",
            google_client_id=values.get("HANDOFF_GOOGLE_CLIENT_ID") or "",
            google_client_secret=values.get("HANDOFF_GOOGLE_CLIENT_SECRET") or "",
            microsoft_client_id=values.get("HANDOFF_MICROSOFT_CLIENT_ID") or "",
            microsoft_client_secret=values.get("HANDOFF_MICROSOFT_CLIENT_SECRET") or "",
            microsoft_tenant=values.get("HANDOFF_MICROSOFT_TENANT") or "",
            registry_url=values.get("HANDOFF_REGISTRY_URL") or cls.registry_url,
        )


def _values(environ: Mapping[str, str] | None) -> dict[str, str]:
    if environ is not None:
        return dict(environ)
    from_file = {key: value for key, value in dotenv_values(ROOT / ".env").items() if value is not None}
    return {**from_file, **os.environ}


def _number(values: Mapping[str, str], name: str, default: int) -> int:
    raw = values.get(name) or ""
    if not raw:
        return default
    try:
        return int(raw)
    except ValueError:
        raise BadSettingError(f"{name} is {raw!r}: give a whole number, such as {default}.") from None


def _one_of(values: Mapping[str, str], name: str, choices: tuple[str, ...]) -> str:
    raw = (values.get(name) or choices[0]).lower()
    if raw not in choices:
        raise BadSettingError(f"{name} is {raw!r}: give one of {', '.join(choices)}.")
    return raw
