"""The staging file of an import: wanted rows as text, one a line, so that a file is read once and whole before anything
in the database changes, and an interrupted import goes on where it stopped.

Organizations come first (they name the practices that people then join), then people, then the deactivated.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

_PARTS = ("organizations", "people", "others")
_ORGANIZATION, _PERSON = "2\t", "1\t"
_ENTITY = slice(11, 13)
_BLOCK = 1 << 20


class SpoolWriter:
    """Collects rows in the order in which they come, and puts them in the order in which they are applied."""

    def __init__(self, folder: Path, run_id: int) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._target = path_of(folder, run_id)
        self._paths = [self._target.with_suffix(f".{part}") for part in _PARTS]
        self._stack = ExitStack()
        self._files: list[BinaryIO] = []

    def __enter__(self) -> Self:
        self._files = [self._stack.enter_context(path.open("wb", buffering=_BLOCK)) for path in self._paths]
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._stack.close()
        if kind is None:
            self._join()
        for path in self._paths:
            path.unlink(missing_ok=True)

    def add(self, texts: Iterable[str]) -> None:
        """Put rows aside."""
        sorted_out: tuple[list[str], list[str], list[str]] = ([], [], [])
        organizations, people, others = sorted_out
        for text in texts:
            entity = text[_ENTITY]
            (people if entity == _PERSON else organizations if entity == _ORGANIZATION else others).append(text)
        for file, part in zip(self._files, sorted_out, strict=True):
            if part:
                file.write(("\n".join(part) + "\n").encode())

    def _join(self) -> None:
        with self._paths[0].open("ab", buffering=_BLOCK) as whole:
            for path in self._paths[1:]:
                with path.open("rb") as part:
                    while block := part.read(_BLOCK):
                        whole.write(block)
        self._paths[0].replace(self._target)


def path_of(folder: Path, run_id: int) -> Path:
    """Where the rows of an import wait. The file exists only when the whole source has been read."""
    return folder / f"{run_id}.rows"


def read(folder: Path, run_id: int, start: int, size: Callable[[], int]) -> Iterator[tuple[list[str], int]]:
    """Batches of rows from byte `start`, each with the byte at which the next one begins; `size` says how many."""
    with path_of(folder, run_id).open("rb", buffering=_BLOCK) as file:
        file.seek(start)
        at, most = start, size()
        batch: list[str] = []
        for line in file:
            at += len(line)
            batch.append(line.decode()[:-1])
            if len(batch) >= most:
                yield batch, at
                batch, most = [], size()
        if batch:
            yield batch, at


def size_of(folder: Path, run_id: int) -> int:
    """Bytes that wait, 0 when nothing does."""
    path = path_of(folder, run_id)
    return path.stat().st_size if path.exists() else 0


def remove(folder: Path, run_id: int) -> None:
    """Throw the rows away, finished or not."""
    for path in folder.glob(f"{run_id}.*"):
        if path.suffix[1:] in ("rows", *_PARTS):
            path.unlink(missing_ok=True)
