"""Every layout, set with the longest names and with nothing at all."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO

import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from crm.documents import (
    docx,
    merge,
    paper_form,
    paper_letter,
    paper_report,
    paper_results,
    paper_sheet,
    paper_text,
    pdf,
    pdf_lock,
)
from crm.documents.environment import fill
from crm.documents.merge import MergeFields
from crm.documents.paper_frame import Sender
from crm.documents.paper_report import Filing
from crm.documents.paper_results import Month, Monthly, Standing, Tile
from crm.documents.pdf import Sheet
from crm.documents.prose import sections
from crm.domain import sample_clients, text_checks
from crm.domain.papers import SAMPLES, DocumentKind
from crm.domain.script import Audience
from crm.domain.services import all_services
from tests.documents import paper_reading

LONG = "Maximiliana-Alexandrina Featherstonehaugh-Cholmondeley, DPTSc"
SENDER = Sender(
    "Stride After Care", "Exercise after therapy ends", "2400 Main St, Houston, TX 77005", "(713) 555-0142",
    "(713) 555-0143", "dana@stride.example", "https://stride.example",
)  # fmt: skip
LONG_SENDER = replace(SENDER, name=LONG, tagline=LONG, address=f"{LONG}, {LONG}", website=f"https://{'a' * 60}.example")
READERS = [each for each in Audience if each is not Audience.GATEKEEPER]


def _fields(kind: str = "overview", audience: Audience = Audience.PHYSICIAN, *, sample: bool = False) -> MergeFields:
    paper = merge.PaperFields(kind=kind, sample="yes" if sample else "")
    return paper_text.for_audience(replace(merge.examples(), paper=paper), audience)


def _long() -> MergeFields:
    fields = _fields()
    return replace(
        fields,
        trainer=replace(fields.trainer, name=LONG, credentials=LONG, profession=LONG, signature=LONG),
        business=replace(fields.business, name=LONG, city=LONG),
        provider=replace(fields.provider, salutation=LONG, dear=LONG, name=LONG, formal_name=LONG),
        practice=replace(fields.practice, name=LONG, street=LONG, town_line=LONG),
    )


def _bare() -> MergeFields:
    """Only a name on each side."""
    fields = _fields()
    return replace(
        fields,
        trainer=merge.TrainerFields(name="Dana Reyes", profession="medical exercise professional"),
        business=merge.BusinessFields(name="Reyes Medical Exercise"),
        practice=merge.PracticeFields(),
        contact=merge.ContactFields(),
    )


def _report(
    kind: DocumentKind, audience: Audience, sender: Sender = SENDER, fields: MergeFields | None = None
) -> Sheet:
    report = sample_clients.sample_report(audience, kind)
    words = paper_text.words(paper_report.TEXTS[kind], _fields(kind.value, audience, sample=True))
    return paper_report.report_sheet(report, words, sender, (fields or _fields()).trainer, title="Sample report")


def _others(fields: MergeFields, sender: Sender) -> dict[str, Sheet]:
    us, services, blank = fields.trainer, [one for one in all_services() if not one.is_addon], Filing()
    reached = [paper_sheet.Reached(f"Measure {n}", 12, "9", "12", 5, 0, 9) for n in range(8)]
    letter = sections(
        fill("documents/letter/introduction.j2", replace(fields, paper=_paper("introduction-letter"))).text
    )

    def words(slug: str) -> paper_text.Words:
        return paper_text.words(slug, fields)

    return {
        "overview": paper_sheet.overview_sheet(words("overview"), sender, us, services, title="Overview"),
        **{
            f"service-{one.key}": paper_sheet.service_sheet(
                words(f"service-{one.key.replace('_', '-')}"), sender, us, title=one.label
            )
            for one in all_services()
        },
        "outcomes": paper_sheet.outcomes_sheet(
            words("outcomes-sheet"), sender, us, reached, title="Outcomes", clients=17, period="March 2026", fewest=5
        ),
        "clearance": paper_form.clearance_sheet(words("clearance-request"), sender, fields, title="C", filing=blank),
        "authorization": paper_form.authorization_sheet(
            words("client-authorization"), sender, fields, title="A", filing=blank
        ),
        "fax": paper_form.fax_sheet(words("fax-cover"), sender, fields, title="Fax"),
        "pad": paper_form.pad_sheet(
            words("referral-pad"), sender, fields, [one.short for one in services], title="Referral pad"
        ),
        "monthly": paper_results.monthly_sheet(words("monthly-results"), sender, us, _monthly(), title="Results"),
        "partner": paper_results.partner_sheet(words("partner-summary"), sender, us, _standing(), title="Your clients"),
        "letter": paper_letter.letter_sheet(letter, sender, us, title="Letter of introduction"),
    }


def _monthly() -> Monthly:
    """As full as it gets, with long names."""
    lines = [(LONG if n % 3 == 0 else "Maria Okafor, MD", "1,234", "1,230") for n in range(7)]
    return Monthly(
        period="September to November 2026, before: June to August 2026",
        sentence=f"Received 1,234, started 1,230; {LONG} quiet for 1,104 days and 12 others.",
        tiles=[Tile("$123,456.50", "referred for the first time", "$123,456.50")] * 6,
        months=[Month("Sep", 1234 - n, 1200 - n) for n in range(12)],
        funnel=[("Completed or continuing", "1,234 of 1,234", "1,234", "54.5")] * 5,
        sources=lines,
        quiet=[(name, "1,104", "Visit and tell how their clients did") for name, _, _ in lines[:5]],
        owed=[("Booked of referrals received", "$123,456.50", "$123,456.50")] * 3,
        notes=[f"900 of 1,000 referrals came from {LONG}: more than a quarter from one source is a risk."],
        more_sources="and 1,234 more",
        more_quiet="and 1,234 more",
    )


def _standing() -> Standing:
    line = ("K-14", "First session arranged, Nov 23", "12 of 14", "12, the last on Nov 23", "Assessment summary Nov 23")
    withheld = "12 more clients aren’t listed: without a signed authorization to you, nothing about them leaves here."
    return Standing("October to December 2026", "Maria Okafor, MD", "Nov 23", [line] * 18, withheld)


def _paper(kind: str) -> merge.PaperFields:
    return merge.PaperFields(kind=kind)


def _ink_at_the_edges(sheet: Sheet, inches: float = 0.28) -> int:
    """Dark pixels in the outermost strip on the left and right, where a printer can't print."""
    found = 0
    for picture in pdf.pictures(sheet, ppi=60):
        page = Image.open(BytesIO(picture)).convert("L")
        strip = int(inches * 60)
        for left in (0, page.width - strip):
            found += sum(page.crop((left, 0, left + strip, page.height)).histogram()[:128])
    return found


@pytest.mark.parametrize("audience", READERS)
@pytest.mark.parametrize("kind", sorted(SAMPLES))
def test_every_sample_for_every_reader_is_one_page_that_says_so(kind: DocumentKind, audience: Audience) -> None:
    sheet = _report(kind, audience)
    made = pdf.pdf(sheet)
    text = paper_reading.text_of(made)
    assert pdf.page_count(made) == 1
    assert text.startswith("SAMPLE")
    assert "A MADE-UP CLIENT" in text
    assert sheet.paper["hero"].split()[0] in text
    assert all(paper_reading.fonts_of(made).values())
    assert text_checks.blocking(text_checks.check(paper_text.spoken(sheet.paper), names=("MedExPRO",))) == []


@pytest.mark.parametrize("kind", sorted(SAMPLES))
def test_long_names_of_the_sender_leave_a_report_within_its_margins(kind: DocumentKind) -> None:
    sheet = _report(kind, Audience.PHYSICIAN, LONG_SENDER, _long())
    assert LONG.split(maxsplit=1)[0] in paper_reading.text_of(pdf.pdf(sheet))
    assert _ink_at_the_edges(sheet) == 0


@pytest.mark.parametrize("name", sorted(_others(_fields(), SENDER)))
def test_every_other_paper_is_one_page_with_its_fonts(name: str) -> None:
    made = pdf.pdf(_others(_fields(), SENDER)[name])
    assert pdf.page_count(made) == 1
    assert all(paper_reading.fonts_of(made).values())
    assert len(paper_reading.text_of(made)) > 200
    assert "SAMPLE" not in paper_reading.text_of(made)


@pytest.mark.parametrize("name", sorted(_others(_fields(), SENDER)))
def test_names_of_sixty_characters_stay_on_the_page(name: str) -> None:
    sheet = _others(_long(), LONG_SENDER)[name]
    assert pdf.page_count(pdf.pdf(sheet)) <= 2
    assert _ink_at_the_edges(sheet) == 0 or name == "pad"  # its cut marks reach the edge


@pytest.mark.parametrize("name", sorted(_others(_fields(), SENDER)))
def test_missing_details_leave_no_holes(name: str) -> None:
    sheet = _others(_bare(), Sender("Reyes Medical Exercise"))[name]
    text = paper_reading.text_of(pdf.pdf(sheet))
    assert pdf.page_count(pdf.pdf(sheet)) == 1
    assert "None" not in text
    assert ", ." not in text
    assert "  ," not in text


@pytest.mark.parametrize("audience", READERS)
def test_no_wording_of_ours_leaves_the_scope_or_names_anybody(audience: Audience) -> None:
    fields = _fields(audience=audience)
    for slug in paper_text.paper_texts():
        text = "\n".join(paper_text.words(slug, fields).sections.values())
        found = text_checks.check(
            text, names=fields.names(), allowed=("713 555 0140", "713 555 0142", "dana@reyesmedex.example")
        )
        assert text_checks.blocking(found) == [], slug


@pytest.mark.parametrize("audience", Audience)
def test_every_reader_has_four_objections_with_answers(audience: Audience) -> None:
    items = paper_text.words("objections", _fields(audience=audience)).rich("objections")[0]["lines"]
    assert len(items) == 4
    assert all(line[0]["bold"] and line[1]["text"].strip() for line in items)


def test_a_paper_says_what_it_is_for_those_who_listen_to_it() -> None:
    said = paper_reading.said_of_itself(pdf.pdf(_report(DocumentKind.SAMPLE_PROGRESS_REPORT, Audience.ONCOLOGY)))
    assert said == {
        "title": "Sample report", "author": "Dana Reyes", "lang": "en-US", "tagged": True, "scripts": False,
    }  # fmt: skip


def test_the_same_content_gives_the_same_bytes() -> None:
    once, again = (pdf.pdf(_report(DocumentKind.SAMPLE_DISCHARGE, Audience.PT_OT)) for _ in range(2))
    assert once == again


def test_a_logo_stands_for_the_name_and_a_broken_one_is_left_out() -> None:
    drawn = BytesIO()
    Image.new("RGB", (600, 200), "navy").save(drawn, "PNG")
    with_logo = replace(SENDER, logo=drawn.getvalue(), logo_mime="image/png")
    broken = replace(SENDER, logo=b"\x89PNG\r\n\x1a\nnothing", logo_mime="image/png")
    good, bad = (_report(DocumentKind.SAMPLE_ASSESSMENT, Audience.PHYSICIAN, each) for each in (with_logo, broken))
    assert b"/Image" in pdf.pdf(good)
    assert "Stride After Care" in paper_reading.text_of(pdf.pdf(bad))


def test_text_that_does_not_fit_goes_on_a_second_page() -> None:
    parts = {"body": "\n\n".join("A paragraph that says the same thing once more. " * 6 for _ in range(20))}
    made = pdf.pdf(paper_letter.letter_sheet(parts, SENDER, _fields().trainer, title="Long letter"))
    assert pdf.page_count(made) == 2
    assert "Page 1 of 2" in paper_reading.text_of(made)


def test_a_real_report_has_a_line_for_the_name_and_no_sample_mark() -> None:
    report = replace(
        sample_clients.sample_report(Audience.PHYSICIAN, DocumentKind.SAMPLE_PROGRESS_REPORT),
        kind=DocumentKind.PROGRESS_REPORT,
        sample=False,
    )
    words = paper_text.words("progress-report", _fields("progress-report"))
    filing = Filing("Marta Quist", "May 1, 1958")
    sheet = paper_report.report_sheet(report, words, SENDER, _fields().trainer, title="Report", filing=filing)
    text = paper_reading.text_of(pdf.pdf(sheet))
    assert "Marta Quist" in text
    assert "Date of birth" in text
    assert "SAMPLE" not in text
    assert "Marta" not in paper_text.spoken(sheet.paper)


TRICKS = st.sampled_from(
    [
        "#panic()",
        '#import "x.typ"',
        "$x$",
        "@ref",
        "<label>",
        "= Title",
        "\\",
        "*b*",
        "_i_",
        "`r`",
        "]",
        "#",
        "//",
        "{{ 7 }}",
    ]
)


@given(st.lists(st.one_of(TRICKS, st.text(max_size=40)), min_size=1, max_size=4).map(" ".join))
@settings(max_examples=40, deadline=None)
def test_no_text_becomes_a_program(text: str) -> None:
    fields = _fields()
    them = replace(
        fields, provider=replace(fields.provider, formal_name=text), practice=replace(fields.practice, name=text)
    )
    sheet = paper_form.fax_sheet(
        paper_text.words("fax-cover", them), replace(SENDER, name=text), them, title=text or "F"
    )
    assert pdf.page_count(pdf.pdf(sheet)) >= 1


@pytest.mark.parametrize(
    "trick", ['#panic("x")', '#import "other.typ"', "$ x^2 $", "*bold* _it_", "<script>alert(1)</script>"]
)
def test_what_looks_like_markup_is_printed_as_it_is(trick: str) -> None:
    fields = replace(_fields(), provider=replace(_fields().provider, formal_name=trick))
    made = pdf.pdf(paper_form.fax_sheet(paper_text.words("fax-cover", fields), SENDER, fields, title="Fax"))
    assert trick.replace(" ", "") in paper_reading.text_of(made).replace(" ", "").replace("\n", "")


@given(st.text(max_size=60))
@settings(max_examples=25, deadline=None)
def test_a_letter_opens_as_docx_whatever_stands_in_it(text: str) -> None:
    import docx as reader

    parts = {
        "address": "Somebody",
        "date": "May 1, 2026",
        "subject": "Hello",
        "body": "Dear\n\n- one\n- **two**",
        "signature": "D",
    }
    sheet = paper_letter.letter_sheet(parts, replace(SENDER, name=text), _fields().trainer, title="Letter")
    opened = reader.Document(BytesIO(docx.letter_docx(sheet)))
    assert "Somebody" in [paragraph.text for paragraph in opened.paragraphs]


def test_a_locked_pdf_opens_with_its_password_only() -> None:
    locked = pdf_lock.locked(pdf.pdf(_report(DocumentKind.SAMPLE_ASSESSMENT, Audience.PHYSICIAN)), "three walks a week")
    with pytest.raises(pikepdf.PasswordError):
        pikepdf.open(BytesIO(locked))
    with pikepdf.open(BytesIO(locked), password="three walks a week") as opened:
        assert opened.encryption.bits == 256
        assert len(opened.pages) == 1


def test_a_password_that_is_too_short_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 10"):
        pdf_lock.locked(b"", "short")
