"""Settings from the environment."""

from __future__ import annotations

from pathlib import Path

import pytest

from crm.config import ROOT, BadSettingError, Settings


def test_nothing_needs_to_be_set() -> None:
    settings = Settings.from_environment({})
    assert settings.data_dir == ROOT / "data"
    assert settings.database_url == f"sqlite:///{ROOT / 'data' / 'handoff.db'}"
    assert (settings.host, settings.port, settings.smtp_host) == ("127.0.0.1", 8000, "")


def test_the_database_follows_the_data_folder(tmp_path: Path) -> None:
    settings = Settings.from_environment({"HANDOFF_DATA_DIR": str(tmp_path)})
    assert settings.database_url == f"sqlite:///{tmp_path / 'handoff.db'}"


def test_an_empty_value_means_the_default() -> None:
    settings = Settings.from_environment({"HANDOFF_PORT": "", "HANDOFF_DATABASE_URL": "", "HANDOFF_DATA_DIR": ""})
    assert settings == Settings.from_environment({})


def test_a_public_address_loses_its_last_slash() -> None:
    settings = Settings.from_environment({"HANDOFF_PUBLIC_URL": "https://handoff.example/"})
    assert settings.public_url == "https://handoff.example"


@pytest.mark.parametrize(
    ("name", "value", "advice"),
    [
        ("HANDOFF_PORT", "eighty", "give a whole number, such as 8000"),
        ("HANDOFF_SMTP_SECURITY", "ssl", "give one of starttls, tls, none"),
    ],
)
def test_a_value_that_cannot_be_used_says_what_to_do(name: str, value: str, advice: str) -> None:
    with pytest.raises(BadSettingError, match=f"{name} is '{value}': {advice}"):
        Settings.from_environment({name: value})


def test_the_environment_wins_over_the_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("HANDOFF_PORT=8001\nHANDOFF_HOST=0.0.0.0\n")
    monkeypatch.setattr("crm.config.ROOT", tmp_path)
    monkeypatch.setenv("HANDOFF_PORT", "8002")
    monkeypatch.delenv("HANDOFF_HOST", raising=False)
    settings = Settings.from_environment()
    assert (settings.port, settings.host) == (8002, "0.0.0.0")
