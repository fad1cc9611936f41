"""Papers that go with mail, and what may be faxed."""

from __future__ import annotations

import pytest

from crm.domain import enclosures
from crm.domain.enclosures import Enclosure
from crm.domain.papers import REPORTS, DocumentKind
from crm.domain.services import all_services


def test_a_form_is_read_once_and_in_order() -> None:
    service = all_services()[0].key
    found = enclosures.read(["overview", f"service-sheet:{service}", "overview", " sample-assessment "])
    assert [each.value for each in found] == ["overview", f"service-sheet:{service}", "sample-assessment"]


@pytest.mark.parametrize("text", ["", "progress-report", "client-introduction", "nonsense", "service-sheet:nonsense"])
def test_reports_about_real_clients_and_nonsense_never_go_with_mail(text: str) -> None:
    assert enclosures.read([text]) == ()


def test_no_paper_about_a_real_client_is_on_offer() -> None:
    assert not REPORTS & {*enclosures.WITH_MAIL, *enclosures.WITH_LETTER}


def test_every_choice_has_its_words() -> None:
    for kind in (*enclosures.WITH_MAIL, *enclosures.WITH_LETTER):
        assert kind in enclosures.WORDS
    service = all_services()[0]
    assert Enclosure(DocumentKind.SERVICE_SHEET, service.key).words == f"Service sheet: {service.label}"


def test_a_sample_may_be_faxed_only_when_it_was_asked_for() -> None:
    assert "against the law" in enclosures.fax_refusal(DocumentKind.SAMPLE_ASSESSMENT, asked=False)
    assert enclosures.fax_refusal(DocumentKind.SAMPLE_ASSESSMENT, asked=True) == ""


def test_reports_and_clearance_requests_may_be_faxed() -> None:
    assert enclosures.fax_refusal(DocumentKind.PROGRESS_REPORT, asked=False) == ""
    assert enclosures.fax_refusal(DocumentKind.CLEARANCE_REQUEST, asked=False) == ""
