"""The key of the flash cookie."""

from __future__ import annotations

import stat
import threading
from pathlib import Path

from crm.web.keys import NAME, flash_key


def test_the_key_is_made_once_and_kept(tmp_path: Path) -> None:
    folder = tmp_path / "new"
    key = flash_key(folder)
    assert len(key) == 48
    assert flash_key(folder) == key
    assert stat.S_IMODE((folder / NAME).stat().st_mode) == 0o600
    assert [path.name for path in folder.iterdir()] == [NAME]


def test_all_who_start_at_once_get_the_same_key(tmp_path: Path) -> None:
    found: list[bytes] = []
    threads = [threading.Thread(target=lambda: found.append(flash_key(tmp_path))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(found)) == 1


def test_a_key_cut_short_is_made_anew(tmp_path: Path) -> None:
    (tmp_path / NAME).write_bytes(b"short")
    assert len(flash_key(tmp_path)) == 48
