"""Scans of signed papers: looked at by their bytes, kept by their hash, given back as what they are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlmodel import Session

from crm.domain.errors import Invalid, NotFound
from crm.models.messages import StoredFile
from crm.services import files
from crm.services.files import PDF

LARGEST = 8 * 1024 * 1024
"""Bytes: a few pages as a phone takes them."""

FIELD = "scan"
_KINDS: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", PDF),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
)
_ENDS: dict[str, Callable[[bytes], bool]] = {
    PDF: lambda content: b"%%EOF" in content[-1024:],
    "image/jpeg": lambda content: b"\xff\xd9" in content[-64:],
    "image/png": lambda content: b"IEND" in content[-16:],
}


@dataclass(frozen=True, slots=True)
class Scan:
    """A file that was sent in, as it came."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Kept:
    """A scan on disk that a transaction can refer to. Its name on the phone isn't kept: it may name the client."""

    sha256: str
    size: int
    mime: str

    def row_id(self, session: Session, now: datetime) -> int:
        """The row of the file, in the caller's transaction."""
        row = files.row(
            session, self.sha256, self.size, name=f"scan.{self.mime.rpartition('/')[2]}", mime=self.mime, now=now
        )
        assert row.id is not None
        return row.id


def keep(folder: Path, scan: Scan | None) -> Kept | None:
    """Put a scan on disk, before the transaction. Raises Invalid for `scan` where it is no PDF, JPEG or PNG."""
    if scan is None:
        return None
    mime = kind_of(scan.content)
    return Kept(files.keep(folder, scan.content), len(scan.content), mime)


def kind_of(content: bytes) -> str:
    """What the bytes are. Raises Invalid for `scan`."""
    if not content:
        raise Invalid({FIELD: "This file is empty. Choose it again."})
    if len(content) > LARGEST:
        raise Invalid({FIELD: f"This file is larger than {LARGEST >> 20} MB. Scan it in gray, or coarser."})
    mime = next((mime for start, mime in _KINDS if content.startswith(start)), "")
    if not mime:
        raise Invalid({FIELD: "This is no PDF, JPEG or PNG, whatever its name says. Save it as one of these."})
    if not _ENDS[mime](content):
        raise Invalid({FIELD: "This file is cut off or damaged. Scan it once more."})
    return mime


def read(session: Session, folder: Path, stored_file_id: int | None) -> tuple[StoredFile, bytes]:
    """A scan's row and content. NotFound when there is none."""
    row = session.get(StoredFile, stored_file_id) if stored_file_id else None
    if row is None:
        raise NotFound("There is no scan.")
    return row, files.read(folder, row.sha256)
