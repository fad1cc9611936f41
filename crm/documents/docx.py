"""A letter as DOCX that looks like its PDF: letterhead, address, date, subject, body, signature."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import TYPE_CHECKING, Any

from crm.documents.pdf import Sheet

if TYPE_CHECKING:
    from docx.document import Document
    from docx.text.paragraph import Paragraph

BODY, SIGNS = "Georgia", "Segoe UI"
"""Fonts that office programs have; where not, they take their own for them."""

_INVISIBLE = dict.fromkeys([*range(9), 11, 12, *range(14, 32), 0xFFFE, 0xFFFF])


def letter_docx(sheet: Sheet) -> bytes:
    """The letter of a sheet with the layout "letter"."""
    import docx
    from docx.shared import Inches, Pt

    paper = sheet.paper
    document = docx.Document()
    _page(document)
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = BODY, Pt(11)
    _head(document, sheet)
    _lines(document, paper["address"], before=26)
    _text(document, paper["date"], before=12)
    if paper["subject"]:
        run = _paragraph(document, before=16).add_run(_plain(paper["subject"]))
        run.bold, run.font.name, run.font.size = True, SIGNS, Pt(11.5)
        run.font.color.rgb = _color(paper["brand"]["ink"])
    _body(document, paper["body"])
    _text(document, "", before=30)
    _lines(document, paper["closing"], before=0, font=SIGNS, size=9.5)
    core = document.core_properties
    core.title, core.author, core.comments, core.language = paper["title"], _plain(paper["author"]), "", "en-US"
    document.sections[0].left_margin = document.sections[0].right_margin = Inches(1)
    return _saved(document)


def _saved(document: Document) -> bytes:
    made = BytesIO()
    document.save(made)
    return made.getvalue()


def _page(document: Document) -> None:
    from docx.shared import Inches

    page = document.sections[0]
    page.page_width, page.page_height = Inches(8.5), Inches(11)
    page.top_margin, page.bottom_margin = Inches(0.6), Inches(0.7)


def _head(document: Document, sheet: Sheet) -> None:
    """Logo or name on the left, the address on the right, a line in the business's colour beneath."""
    from docx.enum.text import WD_TAB_ALIGNMENT
    from docx.shared import Inches, Pt

    brand = sheet.paper["brand"]
    first = _paragraph(document)
    first.paragraph_format.tab_stops.add_tab_stop(Inches(6.5), WD_TAB_ALIGNMENT.RIGHT)
    if not (brand["logo"] and _picture(first, sheet.logo)):
        run = first.add_run(_plain(brand["name"]))
        run.bold, run.font.name, run.font.size, run.font.color.rgb = True, SIGNS, Pt(15), _color(brand["ink"])
    contact = [_plain(line) for line in brand["contact"]] or [""]
    _small(first, f"\t{contact[0]}")
    for n, line in enumerate([*contact[1:], ""][:2]):
        under = _paragraph(document)
        under.paragraph_format.tab_stops.add_tab_stop(Inches(6.5), WD_TAB_ALIGNMENT.RIGHT)
        _small(under, f"{_plain(brand['tagline']) if n == 0 else ''}\t{line}")
    _rule(under, brand["color"])


def _picture(paragraph: Paragraph, logo: bytes) -> bool:
    """Whether the logo could be put in; one that can't be read is left out."""
    from docx.image.exceptions import UnrecognizedImageError
    from docx.shared import Inches

    try:
        paragraph.add_run().add_picture(BytesIO(logo), height=Inches(0.45))
    except (UnrecognizedImageError, ValueError, KeyError, IndexError, EOFError):
        return False
    return True


def _body(document: Document, blocks: Sequence[Mapping[str, Any]]) -> None:
    from docx.shared import Inches, Pt

    for n, block in enumerate(blocks):
        if block["kind"] == "list":
            for line in block["lines"]:
                item = _paragraph(document, before=3)
                item.paragraph_format.left_indent, item.paragraph_format.first_line_indent = Inches(0.22), Inches(-0.18)
                item.add_run("– ")
                _runs(item, line)
            continue
        said = _paragraph(document, before=10 if n else 12)
        said.paragraph_format.line_spacing = Pt(15)
        for number, line in enumerate(block["lines"]):
            if number:
                said.add_run().add_break()
            _runs(said, line)


def _lines(
    document: Document, blocks: Sequence[Mapping[str, Any]], *, before: float, font: str = BODY, size: float = 11
) -> None:
    for n, line in enumerate(line for block in blocks for line in block["lines"]):
        _runs(_paragraph(document, before=before if n == 0 else 0), line, font=font, size=size)


def _text(document: Document, text: str, *, before: float) -> None:
    _paragraph(document, before=before).add_run(_plain(text))


def _runs(paragraph: Paragraph, line: Sequence[Mapping[str, Any]], *, font: str = BODY, size: float = 11) -> None:
    from docx.shared import Pt

    for each in line:
        run = paragraph.add_run(_plain(each["text"]))
        run.bold, run.font.name, run.font.size = each["bold"], font, Pt(size)


def _small(paragraph: Paragraph, text: str) -> None:
    from docx.shared import Pt

    run = paragraph.add_run(text)
    run.font.name, run.font.size = SIGNS, Pt(8)


def _paragraph(document: Document, *, before: float = 0) -> Paragraph:
    from docx.shared import Pt

    made = document.add_paragraph()
    made.paragraph_format.space_before, made.paragraph_format.space_after = Pt(before), Pt(0)
    return made


def _rule(paragraph: Paragraph, color: str) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    borders, bottom = OxmlElement("w:pBdr"), OxmlElement("w:bottom")
    for name, value in {"val": "single", "sz": "14", "space": "5", "color": color.lstrip("#")}.items():
        bottom.set(qn(f"w:{name}"), value)
    borders.append(bottom)
    paragraph._p.get_or_add_pPr().append(borders)


def _color(ink: str) -> Any:
    from docx.shared import RGBColor

    return RGBColor.from_string(ink.lstrip("#").upper())


def _plain(text: str) -> str:
    """Characters that XML can't hold are left out."""
    return text.translate(_INVISIBLE)
