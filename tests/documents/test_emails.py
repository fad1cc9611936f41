import re
from dataclasses import replace

import html5lib
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm.documents.emails import email_source, email_templates, render_email, render_source, render_written
from crm.documents.faults import MissingField, TemplateFault
from crm.documents.merge import (
    BusinessFields,
    ContactFields,
    MessageFields,
    ProviderFields,
    RelationshipFields,
    TrainerFields,
    examples,
)
from crm.domain import privacy, scope
from crm.domain.script import Audience

FULL = examples()
BARE = replace(FULL, relationship=RelationshipFields(), contact=ContactFields(), message=MessageFields())
OUTREACH = [slug for slug, template in email_templates().items() if template.kind == "outreach"]
ENCLOSED = ("sample", "sample_enclosed")
NOTICES = [slug for slug, template in email_templates().items() if template.kind == "notice"]


def test_the_outreach_mails_and_the_notices_are_there() -> None:
    assert set(OUTREACH) == {
        *("introduction", "sample_offer", "after_visit", "thank_you", "reactivation"),
        *("follow_up", "last_note", "discharge_question", "check_in", "still_here", *ENCLOSED),
    }
    assert set(NOTICES) == {"digest", "new_sign_in", "password_changed", "mail_problem"}


@pytest.mark.parametrize("slug", OUTREACH)
@pytest.mark.parametrize("audience", Audience)
def test_every_mail_keeps_the_rules_for_outreach(slug: str, audience: Audience) -> None:
    for fields in (FULL, BARE):
        mail = render_email(slug, fields, audience=audience)
        assert scope.check(f"{mail.subject}\n\n{mail.text}") == []
        assert not re.match(r"(?i)(re|fwd?):", mail.subject)
        assert "\n" not in mail.subject
        assert len(mail.subject) <= 70
        assert "advertisement" in mail.text
        assert FULL.business.address in mail.text
        assert "unsubscribe" in mail.text
        assert "I don’t diagnose or treat" in mail.text
        assert ("May I send you a sample of my documentation" in mail.text) is (slug not in ENCLOSED)
        assert "  " not in mail.text
        assert not {"{", "}", "[", "*", "\ue000"} & set(mail.text)


@pytest.mark.parametrize("slug", OUTREACH)
def test_the_html_says_what_the_text_says_and_loads_nothing(slug: str) -> None:
    mail = render_email(slug, FULL, audience="pt_ot")
    assert _words(_visible(mail.html)) == _words(mail.text.replace("\n-- \n", "\n"))
    assert not re.search(r"(?i)<(?:img|script|link|style|iframe|object|form)|url\(|@import|\bon\w+=", mail.html)
    assert set(re.findall(r'href="([^"]*)"', mail.html)) <= {FULL.business.website, FULL.message.opt_out_url}
    assert '<p style="margin' in mail.html


def _visible(page: str) -> str:
    body = html5lib.parse(page, namespaceHTMLElements=False).find("body")
    return " ".join(part for part in body.itertext())


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text)


def test_the_opt_out_page_is_a_link_and_without_one_a_reply_is_enough() -> None:
    assert f'href="{FULL.message.opt_out_url}"' in render_email("introduction", FULL, audience="physician").html
    without = render_email("introduction", BARE, audience="physician")
    assert "reply with the word “unsubscribe”" in without.text
    assert "unsubscribe at" not in without.text


@pytest.mark.parametrize("slug", NOTICES)
def test_a_notice_to_ourselves_has_no_advertisement(slug: str) -> None:
    mail = render_email(slug, FULL)
    assert mail.subject
    assert "advertisement" not in mail.text
    assert not {"{", "}", "[", "*"} & set(mail.text)


def test_a_digest_leaves_empty_groups_out() -> None:
    quiet = replace(FULL, digest=replace(FULL.digest, overdue=(), reports=()))
    mail = render_email("digest", quiet)
    assert "Due today" in mail.text
    assert "Overdue" not in mail.text
    assert "Reports due" not in mail.text


def test_versions_differ_by_audience() -> None:
    mails = {render_email("introduction", FULL, audience=audience).body for audience in Audience}
    assert len(mails) >= 14


def test_an_answer_is_quoted_after_a_visit() -> None:
    assert FULL.relationship.answer in render_email("after_visit", FULL, audience="pt_ot").text
    assert "You said" not in render_email("after_visit", BARE, audience="pt_ot").text


def test_a_thank_you_says_nothing_that_could_identify_anybody() -> None:
    mail = render_email("thank_you", FULL, audience="physician")
    own = [FULL.trainer.phone, FULL.business.address]
    assert privacy.identifiers(mail.text, allowed=own) == []


def test_without_a_postal_address_nothing_is_written() -> None:
    with pytest.raises(MissingField, match=r"Fill in “Postal address” in Settings › Business\."):
        render_email("introduction", replace(FULL, business=BusinessFields(name="Stride")), audience="pt_ot")


def test_a_preview_marks_what_is_missing() -> None:
    mail = render_email("introduction", replace(FULL, trainer=TrainerFields()), audience="pt_ot", mark_missing=True)
    assert "[Name]" in mail.text
    assert mail.missing[0].path == "trainer.name"


def test_what_a_person_finished_by_hand_keeps_its_lines_and_gets_the_footer() -> None:
    mail = render_email("introduction", FULL, audience="pt_ot")
    again = render_written(mail.subject, mail.body, FULL)
    assert (again.text, again.html) == (mail.text, mail.html)
    typed = render_written("Hello", "Dear Ann,\r\nfirst\r\n\r\n- one\r\n- two\r\nBye\r\nDana", FULL)
    assert typed.text.startswith("Dear Ann,\nfirst\n\n- one\n- two\n\nBye\nDana\n\n-- \n")


@pytest.mark.parametrize("subject", ["Re: your patients", "RE: Fwd: hello", "re[2]: x", "Fw: x"])
def test_a_first_mail_never_pretends_to_be_an_answer(subject: str) -> None:
    assert not re.match(r"(?i)(re|fwd?)\b.*:", render_written(subject, "Hello", FULL).subject)


def test_an_own_mail_needs_subject_and_body() -> None:
    with pytest.raises(TemplateFault, match="subject"):
        render_source("Hello {{ provider.dear }}", FULL)
    assert render_source("== subject ==\nHi\n== body ==\nHello {{ provider.dear }}", FULL).text.startswith("Hello Dr.")


def test_the_source_of_a_mail_includes_what_it_shares() -> None:
    assert "advertisement" in email_source("introduction")
    assert "signature" in email_source("introduction")


nasty = st.text(
    alphabet=st.one_of(st.sampled_from("<>&\"'{}%\r\n*-=\\[]():/ \u2028\x00\ue000@"), st.characters()),
    min_size=1,
    max_size=80,
)


@settings(max_examples=150, deadline=None)
@given(dear=nasty, answer=nasty, website=nasty)
def test_merge_data_injects_neither_headers_nor_html(dear: str, answer: str, website: str) -> None:
    fields = replace(
        FULL,
        provider=ProviderFields(dear=f"x{dear}"),
        relationship=RelationshipFields(answer=answer, last_touch=f"x{answer}"),
        business=replace(FULL.business, website=website),
    )
    mail = render_email("after_visit", fields, audience="physician")
    assert not re.search(r"[\x00-\x1f\x7f\u2028\u2029\x85]", mail.subject)
    tags = set(re.findall(r"<\s*/?\s*([a-z!]+)", mail.html, re.IGNORECASE))
    assert {tag.lower() for tag in tags} <= {
        "!doctype", "html", "head", "meta", "title", "body", "main", "p", "ul", "li", "br", "a", "footer", "strong",
    }  # fmt: skip
    assert all(re.match(r"https?://", link) for link in re.findall(r'href="([^"]*)"', mail.html))
    assert "\n-- \n" in mail.text


@settings(max_examples=150, deadline=None)
@given(subject=nasty, text=nasty)
def test_text_typed_by_hand_is_escaped(subject: str, text: str) -> None:
    mail = render_written(f"s{subject}", f"t{text}", FULL)
    assert not re.search(r"[\x00-\x1f\x7f\u2028\u2029\x85]", mail.subject)
    assert not re.search(r"(?i)<(?:script|img|iframe|svg)", mail.html)
