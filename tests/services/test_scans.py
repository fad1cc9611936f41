from __future__ import annotations

from pathlib import Path

import pytest

from crm.domain.errors import Invalid, NotFound
from crm.services import scans
from crm.services.scans import Scan
from crm.store.engine import Database
from tests.factories import NOW


@pytest.mark.parametrize(
    ("content", "mime"),
    [
        (b"%PDF-1.4 a %%EOF\n", "application/pdf"),
        (b"\xff\xd8\xff\xe0 x \xff\xd9", "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n x IEND\xaeB`\x82", "image/png"),
    ],
)
def test_a_file_is_what_its_bytes_say(content: bytes, mime: str) -> None:
    assert scans.kind_of(content) == mime


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b"<html>", "no PDF, JPEG or PNG"),
        (b"%PDF-1.4 cut", "cut off"),
        (b"%PDF-" + b" " * scans.LARGEST, "larger than 8 MB"),
    ],
)
def test_what_is_no_scan_is_refused(content: bytes, said: str) -> None:
    with pytest.raises(Invalid) as error:
        scans.kind_of(content)
    assert said in error.value.errors["scan"]


def test_a_kept_scan_is_read_again(sqlite_db: Database, tmp_path: Path) -> None:
    assert scans.keep(tmp_path, None) is None
    kept = scans.keep(tmp_path, Scan("Ellen.pdf", b"%PDF-1.4 %%EOF"))
    assert kept is not None
    with sqlite_db.write() as session:
        row_id = kept.row_id(session, NOW)
        row, content = scans.read(session, tmp_path, row_id)
        assert (row.name, content) == ("scan.pdf", b"%PDF-1.4 %%EOF")
        with pytest.raises(NotFound):
            scans.read(session, tmp_path, None)
