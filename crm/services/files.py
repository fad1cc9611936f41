"""Files of the data folder, known by their content: written whole or not at all, and never twice."""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
from datetime import datetime
from pathlib import Path

from sqlmodel import Session

from crm.domain.errors import NotFound
from crm.models.messages import StoredFile
from crm.store import files as store

PDF = "application/pdf"


def keep(folder: Path, content: bytes) -> str:
    """Put the content on disk and give its hash. Call it before the transaction that refers to it.

    Raises OSError, a full disk among them; then nothing is left behind.
    """
    name = hashlib.sha256(content).hexdigest()
    path = folder / name
    if path.exists() and path.stat().st_size == len(content):
        return name
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    unfinished = folder / f".{name[:16]}.{secrets.token_hex(4)}"
    try:
        with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
    _sync(folder)
    return name


def row(session: Session, sha256: str, size: int, *, name: str = "", mime: str = "", now: datetime) -> StoredFile:
    """The row of a kept file: the one that is there, or a new one."""
    found = store.by_hash(session, sha256)
    return found or store.make(session, sha256, size, name=name, mime=mime, now=now)


def read(folder: Path, sha256: str) -> bytes:
    """The content. Raises NotFound when the file is gone."""
    try:
        return (folder / sha256).read_bytes()
    except FileNotFoundError as error:
        raise NotFound("This file is no longer in the data folder.") from error


def _sync(folder: Path) -> None:
    """Let the file's name survive a loss of power as well, where the system can do that."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
