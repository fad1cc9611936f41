from __future__ import annotations

from io import BytesIO

import pikepdf

from crm.documents.pdf_join import Part, joined


def _pdf(pages: int) -> bytes:
    made, document = BytesIO(), pikepdf.Pdf.new()
    for _ in range(pages):
        document.add_blank_page()
    document.save(made)
    return made.getvalue()


def test_all_pages_come_in_order_and_each_part_is_in_the_outline() -> None:
    whole = joined([Part("Ada Okafor: Visit sheet", _pdf(1)), Part("Referral pad", _pdf(2))], title="Visits on March 4")
    with pikepdf.open(BytesIO(whole)) as document:
        assert len(document.pages) == 3
        assert str(document.docinfo["/Title"]) == "Visits on March 4"
        with document.open_outline() as outline:
            assert [item.title for item in outline.root] == ["Ada Okafor: Visit sheet", "Referral pad"]


def test_the_same_parts_give_the_same_bytes() -> None:
    parts = [Part("One", _pdf(1))]
    assert joined(parts, title="A") == joined(parts, title="A")
