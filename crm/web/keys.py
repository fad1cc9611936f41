"""The key that signs the cookie with messages for the next page. It lives in the data folder and never leaves it."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

NAME = "flash.key"


def flash_key(data_dir: Path) -> bytes:
    """Read the key, made at first use and readable by its owner alone. Of two that start at once, one makes it."""
    data_dir.mkdir(parents=True, exist_ok=True)
    path = data_dir / NAME
    if not path.exists() or path.stat().st_size < 32:
        _make(path)
    return path.read_bytes()


def _make(path: Path) -> None:
    draft = path.with_name(f".{NAME}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(secrets.token_bytes(48))
    try:
        os.link(draft, path)  # unlike a rename this never replaces the key that another process has just made
    except FileExistsError:
        if path.stat().st_size < 32:  # left behind half-written
            draft.replace(path)
            return
    except OSError:  # a file system without hard links
        draft.replace(path)
        return
    draft.unlink()
