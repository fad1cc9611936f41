"""What tests of mail begin with: a wire that takes everything, and an office that sends over it."""

from __future__ import annotations

from pathlib import Path

import pytest

from crm.services.mailboxes import Post
from tests.services.mail import FakeTransport, fake_post


@pytest.fixture
def wire() -> FakeTransport:
    return FakeTransport()


@pytest.fixture
def post(tmp_path: Path, wire: FakeTransport) -> Post:
    return fake_post(tmp_path, wire, environment=True, public_url="https://handoff.example")
