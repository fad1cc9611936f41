"""The staging files of an import: wanted rows as text, one a line, so that a file is read once and whole before
anything in the database changes, and an interrupted import goes on where it stopped.

Organizations come first (they name the practices that people then join), then people, then the deactivated. Each kind
has a file; a place among them all is the number of bytes before it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, NamedTuple, Self

PARTS = ("organizations", "people", "others")
OTHERS = PARTS.index("others")
_ORGANIZATION, _PERSON = "2\t", "1\t"
_ENTITY = slice(11, 13)
_BLOCK = 1 << 18
STRETCH = 1_400_000
"""About the bytes of a stretch, some ten thousand rows."""


class Stretch(NamedTuple):
    """Rows between two bytes of one of the files."""

    part: int
    start: int
    end: int


class SpoolWriter:
    """Collects rows in the order in which they come, and puts them in the order in which they are applied.

    `watch` hears of every stretch as soon as it has been written, but for the ends of the files.
    """

    def __init__(self, folder: Path, run_id: int, watch: Callable[[Stretch], None] | None = None) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._target = path_of(folder, run_id)
        self._paths = [part_path(folder, run_id, part) for part in range(len(PARTS))]
        self._stack = ExitStack()
        self._files: list[BinaryIO] = []
        self._watch = watch
        self._stretches: list[Stretch] = []
        self._starts = [0] * len(PARTS)

    def __enter__(self) -> Self:
        self._files = [self._stack.enter_context(path.open("wb", buffering=_BLOCK)) for path in self._paths]
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        sizes = [file.tell() for file in self._files]
        self._stack.close()
        if kind is None:
            for part, size in enumerate(sizes):
                self._note(part, size)
            said = {"sizes": sizes, "stretches": sorted(self._stretches)}
            self._target.write_text(json.dumps(said), encoding="ascii")  # from now on the rows are complete
        else:
            for path in self._paths:
                path.unlink(missing_ok=True)

    def add(self, texts: Iterable[str]) -> None:
        """Put rows aside."""
        sorted_out: tuple[list[str], list[str], list[str]] = ([], [], [])
        organizations, people, others = sorted_out
        for text in texts:
            entity = text[_ENTITY]
            (people if entity == _PERSON else organizations if entity == _ORGANIZATION else others).append(text)
        for part, (file, rows) in enumerate(zip(self._files, sorted_out, strict=True)):
            if rows:
                file.write(("\n".join(rows) + "\n").encode())
                if file.tell() - self._starts[part] >= STRETCH:
                    file.flush()
                    self._note(part, file.tell())

    def _note(self, part: int, end: int) -> None:
        if end > self._starts[part]:
            stretch = Stretch(part, self._starts[part], end)
            self._stretches.append(stretch)
            self._starts[part] = end
            if self._watch is not None:
                self._watch(stretch)


class Spool:
    """The waiting rows of an import whose source has been read."""

    def __init__(self, folder: Path, run_id: int) -> None:
        self._folder, self._run_id = folder, run_id
        said = json.loads(path_of(folder, run_id).read_text(encoding="ascii"))
        sizes: list[int] = said["sizes"]
        self._before = [sum(sizes[:part]) for part in range(len(sizes))]
        self._stretches = [Stretch(*one) for one in said["stretches"]]
        self.total = sum(sizes)

    def stretches(self, at: int) -> Iterator[Stretch]:
        """What is left from a place on, in order. The first one may begin within a stretch that was written."""
        for one in self._stretches:
            if self.place(one.part, one.end) > at:
                yield one._replace(start=max(one.start, at - self._before[one.part]))

    def place(self, part: int, byte: int) -> int:
        """The place of a byte of one of the files among them all."""
        return self._before[part] + byte

    def path(self, stretch: Stretch) -> Path:
        """The file of a stretch."""
        return part_path(self._folder, self._run_id, stretch.part)

    def some(self, stretch: Stretch, numbers: Sequence[int]) -> list[str]:
        """A few rows of a stretch, by their numbers from 0 on."""
        wanted = set(numbers)
        with self.path(stretch).open("rb", buffering=_BLOCK) as file:
            file.seek(stretch.start)
            lines = islice(file, max(wanted, default=-1) + 1)
            return [line.decode()[:-1] for number, line in enumerate(lines) if number in wanted]

    def rows(self, stretch: Stretch, size: Callable[[], int]) -> Iterator[tuple[list[str], int]]:
        """Batches of the rows of a stretch, each with the place behind it; `size` says how many."""
        with self.path(stretch).open("rb", buffering=_BLOCK) as file:
            file.seek(stretch.start)
            at, most = stretch.start, size()
            batch: list[str] = []
            for line in file:
                at += len(line)
                batch.append(line.decode()[:-1])
                if len(batch) >= most or at >= stretch.end:
                    yield batch, self.place(stretch.part, at)
                    if at >= stretch.end:
                        return
                    batch, most = [], size()


def path_of(folder: Path, run_id: int) -> Path:
    """What stands in the files of an import. It exists only when the whole source has been read."""
    return folder / f"{run_id}.rows"


def part_path(folder: Path, run_id: int, part: int) -> Path:
    """The file of one kind of rows."""
    return folder / f"{run_id}.{PARTS[part]}"


def is_there(folder: Path, run_id: int) -> bool:
    """Whether the rows of an import wait."""
    return path_of(folder, run_id).exists()


def remove(folder: Path, run_id: int) -> None:
    """Throw the rows away, finished or not, and what was made ready of them."""
    for path in folder.glob(f"{run_id}.*"):
        if path.suffix[1:] in ("rows", *PARTS) or path.name.startswith(f"{run_id}.ready-"):
            path.unlink(missing_ok=True)
