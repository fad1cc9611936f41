from __future__ import annotations

import zipfile
from io import BytesIO

import docx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm.domain.errors import Invalid
from crm.sources import scripts_in
from crm.sources.scripts_in import of_text, paragraphs

TEXT = "Hello Dr. Peña,\n\nI’m Dana – “hello”.\n\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le", "utf-16-be"])
def test_a_text_is_read_in_any_encoding(encoding: str) -> None:
    found = paragraphs((TEXT * 8).encode(encoding))
    assert [each.strip() for each in found[:2]] == ["Hello Dr. Peña,", "I’m Dana – “hello”."]


def test_lines_are_paragraphs_where_no_empty_line_parts_them() -> None:
    assert of_text("one\r\ntwo\rthree") == ["one", "two", "three"]


def word(*texts: str) -> bytes:
    document = docx.Document()
    for text in texts:
        document.add_paragraph(text)
    kept = BytesIO()
    document.save(kept)
    return kept.getvalue()


def test_a_word_document_is_read() -> None:
    assert paragraphs(word("Opening", "", "Hello\nthere")) == ["Opening", "Hello\nthere"]


def parcel(**parts: bytes) -> bytes:
    kept = BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in parts.items():
            made.writestr(name.replace("__", "/").replace("_xml", ".xml"), content)
    return kept.getvalue()


BOMB = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><w>&b;</w>'


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b"  \n ", "empty"),
        (b"x" * (scripts_in.LARGEST_FILE + 1), "5 MB"),
        (b"%PDF-1.7 x", "Word document"),
        (b"\xd0\xcf\x11\xe0 old word", "docx"),
        (b"{\\rtf1 x}", "docx"),
        (b"PK\x03\x04 broken", "damaged"),
        (parcel(other=b"x"), "no Word document"),
        (parcel(word__document_xml=b"x"), "can be read"),
        (parcel(word__document_xml=BOMB), "can be read"),
        (parcel(word__document_xml=b"x" * (scripts_in.LARGEST_UNPACKED + 1)), "unpacks"),
        (parcel(word__document_xml=b"x", **{f"p{n}": b"x" for n in range(scripts_in.MOST_PARTS)}), "unpacks"),
        (b"line\n" * (scripts_in.MOST_PARAGRAPHS + 1), "paragraphs"),
        (b"a" * (scripts_in.LARGEST_TEXT + 1), "1 MB"),
    ],
    ids=range(14),
)
def test_what_is_no_script_is_refused_with_a_sentence(content: bytes, said: str) -> None:
    with pytest.raises(Invalid) as caught:
        paragraphs(content)
    assert said in caught.value.errors["file"]


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=300), st.booleans())
def test_any_bytes_are_read_or_refused(content: bytes, as_zip: bool) -> None:
    try:
        found = paragraphs(b"PK\x03\x04" + content if as_zip else content)
    except Invalid:
        return
    assert all(each.strip() for each in found)
