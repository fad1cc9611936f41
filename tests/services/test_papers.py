"""Papers for providers: every kind for every specialty group, refused where they must be, kept once."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from crm.documents import pdf
from crm.documents.faults import MissingField
from crm.documents.paper_report import Filing
from crm.domain import taxonomy
from crm.domain.errors import Invalid, NotFound, Refused
from crm.domain.kinds import ActivityKind, TemplateKind
from crm.domain.papers import FREE, REPORTS, SAMPLES, DocumentKind
from crm.domain.text_checks import TextFinding
from crm.models.accounts import Business
from crm.models.documents import Document
from crm.models.messages import StoredFile
from crm.models.templates import TemplateVersion
from crm.services import overrides, papers, templates
from crm.services.paper_desk import Wish
from crm.services.papers import Paper
from crm.store import documents as store
from crm.store.engine import Database
from tests import factories
from tests.documents import paper_reading

NOW, TODAY = factories.NOW, factories.TODAY
LONG = "Maximiliana-Alexandrina Featherstonehaugh-Cholmondeley, DPTSc"
#: These need clients: they have tests of their own.
OF_CLIENTS = (DocumentKind.OUTCOMES_SHEET, DocumentKind.PARTNER_SUMMARY)
KINDS = [kind for kind in DocumentKind if kind not in REPORTS and kind not in OF_CLIENTS]
GROUPS = sorted(
    {
        each.audience: each.key for each in reversed(taxonomy.specialties().values()) if each.key != taxonomy.OTHER
    }.items()
)

Made = Callable[..., Paper]


def _house(db: Database, **business: object) -> None:
    with db.write() as session:
        factories.make_business(session, **business)
        factories.make_user(session)


def _provider(db: Database, *, bare: bool = False, **given: object) -> int:
    with db.write() as session:
        practice = None if bare else factories.make_practice(session)
        if practice is not None:
            factories.make_contact(session, practice_id=practice.id)
        provider = factories.make_provider(session, practice=practice, **given)
        assert provider.id is not None
        return provider.id


def _make(db: Database, kind: DocumentKind, provider_id: int | None = None, **given: Any) -> Paper:
    with db.read() as session:
        return papers.make(session, Wish(kind, provider_id, user_id=1, now=NOW, **given))


@pytest.mark.parametrize(("audience", "specialty"), GROUPS)
def test_every_paper_for_every_specialty_group_is_one_page(sqlite_db: Database, audience: str, specialty: str) -> None:
    _house(sqlite_db)
    provider_id = _provider(sqlite_db, specialty=specialty)
    for kind in KINDS:
        paper = _make(sqlite_db, kind, provider_id)
        assert paper.pages == 1, kind
        assert paper.audience == audience
        assert all(paper_reading.fonts_of(paper.pdf).values())
        assert ("SAMPLE" in paper_reading.text_of(paper.pdf)) is (kind in SAMPLES)


@pytest.mark.parametrize("kind", KINDS)
def test_a_bare_provider_and_a_bare_business_are_enough(sqlite_db: Database, kind: DocumentKind) -> None:
    with sqlite_db.write() as session:
        factories.make_business(session, line1="", city="", zip="", phone="", email="")
        factories.make_user(session, credentials="", phone="")
    provider_id = _provider(sqlite_db, bare=True, credentials="", phone="", email="", display_name="Maria Provider")
    assert _make(sqlite_db, kind, provider_id).pages == 1


@pytest.mark.parametrize("kind", KINDS)
def test_names_of_sixty_characters_fit_or_go_on(sqlite_db: Database, kind: DocumentKind) -> None:
    _house(sqlite_db, name=LONG, tagline=LONG)
    with sqlite_db.write() as session:
        practice = factories.make_practice(session, name=LONG, line1=LONG)
        provider = factories.make_provider(session, practice=practice, first_name=LONG[:30], last_name=LONG[30:])
        provider.display_name = LONG
        assert provider.id is not None
        provider_id = provider.id
    paper = _make(sqlite_db, kind, provider_id)
    assert paper.pages <= 2
    assert papers.notice(paper.pages) == ("" if paper.pages == 1 else papers.notice(2))


@pytest.mark.parametrize("kind", [kind for kind in FREE if kind is not DocumentKind.OUTCOMES_SHEET])
def test_some_papers_are_for_nobody_in_particular(sqlite_db: Database, kind: DocumentKind) -> None:
    _house(sqlite_db)
    assert _make(sqlite_db, kind).provider_id is None


def test_a_letter_needs_somebody_to_write_to(sqlite_db: Database) -> None:
    _house(sqlite_db)
    with pytest.raises(Invalid, match="for which provider"):
        _make(sqlite_db, DocumentKind.INTRODUCTION_LETTER)


def test_nobody_signs_a_letter_without_a_name(sqlite_db: Database) -> None:
    with sqlite_db.write() as session:
        factories.make_business(session)
    with pytest.raises(MissingField, match="Fill in “Name” in Settings › You"):
        _make(sqlite_db, DocumentKind.INTRODUCTION_LETTER, _provider(sqlite_db))


@pytest.mark.parametrize("kind", sorted(REPORTS))
def test_a_report_about_a_client_is_not_made_without_one(sqlite_db: Database, kind: DocumentKind) -> None:
    _house(sqlite_db)
    with pytest.raises(Refused, match="about a client"):
        _make(sqlite_db, kind, _provider(sqlite_db))


def test_a_service_sheet_is_about_the_service_that_was_asked_for(sqlite_db: Database) -> None:
    _house(sqlite_db)
    provider_id = _provider(sqlite_db, specialty="cardiology")
    suited = _make(sqlite_db, DocumentKind.SERVICE_SHEET, provider_id)
    asked = _make(sqlite_db, DocumentKind.SERVICE_SHEET, provider_id, service_key="older-adults")
    assert (suited.service_key, asked.service_key) == ("cardiac_pulmonary", "older_adults")
    assert "Steady on the feet" in asked.text
    with pytest.raises(NotFound):
        _make(sqlite_db, DocumentKind.SERVICE_SHEET, provider_id, service_key="juggling")


def test_a_service_that_is_switched_off_is_on_no_pad(sqlite_db: Database) -> None:
    _house(sqlite_db)
    with sqlite_db.write() as session:
        factories.make_service_price(session, service_key="youth", offered=False)
    assert "Youth" not in _make(sqlite_db, DocumentKind.REFERRAL_PAD).text
    assert "Groups" in _make(sqlite_db, DocumentKind.REFERRAL_PAD).text


def test_the_same_paper_is_kept_once_and_points_at_its_wording(db: Database, tmp_path: Path) -> None:
    _house(db)
    provider_id = _provider(db)
    kept = [
        papers.keep(db, tmp_path, _make(db, DocumentKind.OVERVIEW, provider_id), actor_id=1, now=NOW) for _ in range(2)
    ]
    assert kept[0].id == kept[1].id
    with db.read() as session:
        document = session.get_one(Document, kept[0].id)
        version = session.get_one(TemplateVersion, document.template_version_id)
        sha256 = session.get_one(StoredFile, document.stored_file_id).sha256
        assert "overview" in str(version.content["source"])
        assert (document.pages, document.sample, document.made_by) == (1, False, 1)
        made = store.made_for(session, provider_id)
        assert [(one.document.id, one.sha256, one.deliveries) for one in made] == [(kept[0].id, sha256, [])]
    assert (tmp_path / sha256).read_bytes().startswith(b"%PDF")


def test_own_words_are_used_and_blocked_ones_refused_until_somebody_lets_them_stand(sqlite_db: Database) -> None:
    _house(sqlite_db)
    provider_id = _provider(sqlite_db)
    source = templates.built_ins()[TemplateKind.DOCUMENT, "overview"].own
    _own_words(sqlite_db, source.replace("have to go on alone", "need more than me: I treat back pain"))
    with pytest.raises(Refused, match="can’t go on this paper") as refused:
        _make(sqlite_db, DocumentKind.OVERVIEW, provider_id)
    assert refused.value.reason == "words"
    with sqlite_db.write() as session:
        found = _found(sqlite_db, provider_id)
        overrides.allow(session, "template_version", 1, found, "Said so by counsel", actor_id=1, now=NOW)
    assert "I treat back pain" in _make(sqlite_db, DocumentKind.OVERVIEW, provider_id).text


def test_words_are_let_stand_for_one_provider_or_wherever_the_wording_is_used(sqlite_db: Database) -> None:
    _house(sqlite_db)
    one, other = _provider(sqlite_db), _provider(sqlite_db)
    source = templates.built_ins()[TemplateKind.DOCUMENT, "overview"].own
    _own_words(sqlite_db, source.replace("have to go on alone", "need more than me: I treat back pain"))
    wish = Wish(DocumentKind.OVERVIEW, one, user_id=1, now=NOW)
    with pytest.raises(Invalid, match="Change “treat”, or say here why it may stay"):
        papers.let_stand(sqlite_db, wish, "")
    papers.let_stand(sqlite_db, wish, "Said so by counsel")
    assert "I treat back pain" in _make(sqlite_db, DocumentKind.OVERVIEW, one).text
    for whom in (other, None):
        with pytest.raises(Refused):
            _make(sqlite_db, DocumentKind.OVERVIEW, whom)
    papers.let_stand(sqlite_db, replace(wish, provider_id=other), "Said so by counsel", everywhere=True)
    assert "I treat back pain" in _make(sqlite_db, DocumentKind.OVERVIEW).text


def test_what_the_business_is_said_to_do_is_our_act_on_a_line_of_its_own(sqlite_db: Database) -> None:
    _house(sqlite_db)
    source = templates.built_ins()[TemplateKind.DOCUMENT, "overview"].own
    with sqlite_db.read() as session:
        name = session.get_one(Business, 1).name
    _own_words(sqlite_db, source.replace("== scope ==", f"== scope ==\n{name} treats arthritis.\n", 1))
    with pytest.raises(Refused, match="treats"):
        _make(sqlite_db, DocumentKind.OVERVIEW, _provider(sqlite_db))


def _own_words(db: Database, source: str) -> None:
    with db.write() as session:
        factories.make_own_wording(session, "overview", source)


def _found(db: Database, provider_id: int) -> list[TextFinding]:
    from crm.documents import paper_text
    from crm.services import paper_contents

    with db.read() as session:
        wish = Wish(DocumentKind.OVERVIEW, provider_id, user_id=1, now=NOW)
        content = paper_contents.content(session, wish)
        return content.check(paper_text.spoken(content.checked))


def test_a_name_for_the_files_is_printed_and_kept_nowhere(sqlite_db: Database, tmp_path: Path) -> None:
    _house(sqlite_db)
    filing = Filing("Marta Quist", "May 1, 1958")
    paper = _make(sqlite_db, DocumentKind.CLEARANCE_REQUEST, _provider(sqlite_db), filing=filing)
    assert "Marta Quist" in paper_reading.text_of(paper.pdf)
    assert "Marta" not in paper.text
    with pytest.raises(ValueError, match="never kept"):
        papers.keep(sqlite_db, tmp_path / "files", paper, actor_id=1, now=NOW)
    assert not (tmp_path / "files").exists()


def test_a_fax_cover_names_what_follows_and_counts_the_pages_of_both(sqlite_db: Database) -> None:
    _house(sqlite_db)
    wish = Wish(DocumentKind.FAX_COVER, _provider(sqlite_db), user_id=1, now=NOW)
    with sqlite_db.read() as session:
        cover = papers.make(session, papers.covering(session, wish, DocumentKind.OVERVIEW))
        bare = papers.make(session, wish)
    said = paper_reading.text_of(cover.pdf)
    assert "Overview of the practice" in said
    assert re.search(r"Pages with this one\s+2\b", cover.text)
    assert not re.search(r"Pages with this one\s+\d", bare.text)


def test_the_visit_sheet_tells_who_what_and_what_was_promised(sqlite_db: Database) -> None:
    _house(sqlite_db)
    with sqlite_db.write() as session:
        practice = factories.make_practice(session, name="Bayou Orthopedics", visitor_policy="Tuesdays after two")
        factories.make_contact(session, practice_id=practice.id, name="Teresa Vance")
        provider = factories.make_provider(session, practice=practice, said_as="oh-KAH-for")
        assert provider.id is not None
        factories.make_activity(
            session, provider_id=provider.id, kind=ActivityKind.CALL, body="Asked for a card", happened_at=NOW
        )
        factories.make_task(session, provider_id=provider.id, title="Bring pads", due_on=TODAY + timedelta(days=2))
        provider_id = provider.id
    text = _make(sqlite_db, DocumentKind.VISIT_SHEET, provider_id).text
    for said in ("oh-KAH-for", "Teresa Vance", "Tuesdays after two", "Asked for a card", "Bring pads, due Mar 6"):
        assert said in text
    assert text.count("“") >= 4


@pytest.mark.parametrize("note", ["I treat his back pain", "Their patient Ann Lee, born 4/12/1961"])
def test_a_note_that_would_be_printed_is_checked_like_every_other_text(sqlite_db: Database, note: str) -> None:
    _house(sqlite_db)
    provider_id = _provider(sqlite_db)
    with sqlite_db.write() as session:
        factories.make_activity(session, provider_id=provider_id, kind=ActivityKind.CALL, body=note, happened_at=NOW)
    with pytest.raises(Refused, match="Change the note on the provider’s page"):
        _make(sqlite_db, DocumentKind.VISIT_SHEET, provider_id)
    papers.let_stand(
        sqlite_db, Wish(DocumentKind.VISIT_SHEET, provider_id, user_id=1, now=NOW), "Only for me, and shredded"
    )
    assert note in _make(sqlite_db, DocumentKind.VISIT_SHEET, provider_id).text


def test_a_picture_of_a_paper_is_a_picture(sqlite_db: Database) -> None:
    _house(sqlite_db)
    with sqlite_db.read() as session:
        prepared = papers.prepare(session, Wish(DocumentKind.REFERRAL_PAD, user_id=1, now=NOW))
    (picture,) = pdf.pictures(prepared.sheet, ppi=40)
    assert picture.startswith(b"\x89PNG")


def test_a_client_in_the_books_is_named_on_no_paper_for_others(sqlite_db: Database) -> None:
    _house(sqlite_db)
    with sqlite_db.write() as session:
        factories.make_client(session, code="QX-77")
    _own_words(sqlite_db, "== hero ==\nAsk about QX-77\n\n== lead ==\nHello\n\n== scope ==\nNothing\n")
    with pytest.raises(Refused, match="QX-77"):
        _make(sqlite_db, DocumentKind.OVERVIEW, _provider(sqlite_db))


# --- what all clients reached -----------------------------------------------------------------------------------------


def _measured(db: Database, values: list[tuple[float, float]], *, sample: bool = False) -> None:
    with db.write() as session:
        for first, last in values:
            client = factories.make_client(
                session, condition="knee osteoarthritis", birth_year=1958, sex="female", sample=sample
            )
            for value, day in ((first, TODAY - timedelta(days=60)), (last, TODAY)):
                taken = factories.make_assessment(session, client_id=client.id, measured_on=day, sample=sample)
                factories.make_measurement(session, assessment_id=taken.id, measure_key="cst30", value=value)


def test_the_outcomes_sheet_counts_everybody_and_judges_each_by_their_own_change(db: Database) -> None:
    _house(db)
    _measured(db, [(8, 12), (9, 10), (10, 13), (7, 7), (11, 8)])
    text = _make(db, DocumentKind.OUTCOMES_SHEET).text
    assert "5 clients, measured at the start and again." in text
    assert "30-second chair stand (reps)\n5\n9\n10\n2 of 5\n1 of 5" in text
    assert "January 2026 to March 2026" in text


def test_with_few_clients_there_is_no_outcomes_sheet_and_samples_do_not_count(sqlite_db: Database) -> None:
    _house(sqlite_db)
    _measured(sqlite_db, [(8, 12), (9, 10), (10, 13), (7, 7)])
    _measured(sqlite_db, [(8, 12)] * 6, sample=True)
    with pytest.raises(Refused, match=r"at least 5 clients\. So far there are 4"):
        _make(sqlite_db, DocumentKind.OUTCOMES_SHEET)
