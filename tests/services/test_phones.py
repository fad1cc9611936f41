from __future__ import annotations

import pytest

from crm.services import phones
from crm.services.phones import Way


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "localhost:8000", "[::1]:8000", "app.localhost"])
def test_on_this_computer_no_https_is_needed_and_no_phone_gets_there(host: str) -> None:
    assert phones.way_of(host, is_secure=False) is Way.HERE
    assert phones.address_for_phones("", host, is_secure=False) == ""


def test_an_address_in_the_network_without_https_is_plain() -> None:
    assert phones.way_of("192.168.1.20:8000", is_secure=False) is Way.PLAIN
    address = phones.address_for_phones("", "192.168.1.20:8000", is_secure=False)
    assert address == "http://192.168.1.20:8000"
    missing = [step.name for step in phones.steps(address, "", Way.PLAIN) if not step.is_done]
    assert missing == ["https", "public", "here"]


def test_with_a_public_address_opened_over_https_nothing_is_missing() -> None:
    public = "https://crm.example"
    address = phones.address_for_phones(f"{public}/", "crm.example", is_secure=True)
    assert address == public
    assert all(step.is_done for step in phones.steps(address, public, Way.SAFE))


def test_a_public_address_that_is_this_computer_leads_no_phone_here() -> None:
    address = phones.address_for_phones("http://localhost:8000", "127.0.0.1:8000", is_secure=False)
    assert address == ""
    assert not any(step.is_done for step in phones.steps(address, "http://localhost:8000", Way.HERE))


def test_the_code_is_a_picture_without_style_or_script() -> None:
    code = phones.qr_code("https://crm.example/settings/phone")
    assert code.startswith("<svg")
    assert "style" not in code
    assert "script" not in code
    assert "viewBox" in code
