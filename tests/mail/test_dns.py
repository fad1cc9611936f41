"""Looking things up, against a name server on loopback."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from crm.mail.dns import Dns, NoAnswer
from tests.mail.dns_server import NameServer, name_server


@pytest.fixture
def server() -> Iterator[NameServer]:
    with name_server() as found:
        yield found


def test_texts_come_whole_however_they_are_cut(server: NameServer) -> None:
    long = "v=DKIM1; k=rsa; p=" + "A" * 500
    server.txt("s._domainkey.stride.example", long)
    assert server.dns().txt("s._domainkey.stride.example") == [long]


def test_what_is_not_there_is_nothing_rather_than_trouble(server: NameServer) -> None:
    server.txt("stride.example", "v=spf1 ~all")
    assert server.dns().txt("nowhere.example") == []
    assert server.dns().mx("stride.example") == []


def test_mail_servers_come_by_preference(server: NameServer) -> None:
    server.records["stride.example", "MX"] = ["20 Second.stride.example.", "10 first.stride.example."]
    assert server.dns().mx("stride.example") == ["first.stride.example", "second.stride.example"]


def test_hosts_have_addresses_of_both_kinds(server: NameServer) -> None:
    server.records["www.stride.example", "A"] = ["192.0.2.1"]
    server.records["www.stride.example", "AAAA"] = ["2001:db8::1"]
    assert server.dns().addresses("www.stride.example") == ["192.0.2.1", "2001:db8::1"]


def test_a_domain_that_is_not_there_is_told_from_a_network_without_a_way_out(server: NameServer) -> None:
    server.txt("stride.example", "v=spf1 ~all")
    server.records["mail.stride.example", "A"] = ["192.0.2.1"]
    assert server.dns().exists("stride.example")
    assert server.dns().exists("mail.stride.example")
    assert not server.dns().exists("nowhere.example")
    server.knows_the_world = False
    assert server.dns().exists("stride.example")
    with pytest.raises(NoAnswer):
        server.dns().exists("nowhere.example")


@pytest.mark.parametrize("trouble", ["silent", "broken"])
def test_a_server_that_does_not_answer_is_trouble_and_not_nothing(server: NameServer, trouble: str) -> None:
    setattr(server, trouble, True)
    began = time.monotonic()
    with pytest.raises(NoAnswer):
        server.dns().txt("stride.example")
    assert time.monotonic() - began < 15


def test_a_name_that_is_none_is_trouble() -> None:
    with pytest.raises(NoAnswer):
        Dns(("127.0.0.1",), 9, lifetime=0.2).txt("a..b")
