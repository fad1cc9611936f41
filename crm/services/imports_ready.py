"""Make rows of a directory ready for the database, in a small process of their own: `python -m` this module.

It reads a line of JSON for each part of the waiting rows, writes a file for the database, and answers with a line. It
ends with its input. It knows neither the database nor anything that needs much memory.
"""

from __future__ import annotations

import gc
import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from operator import itemgetter
from pathlib import Path
from typing import Any, TextIO

from crm.services.imports_values import PRACTICE_COLUMNS, PROVIDER_COLUMNS, Reader, address
from crm.sources.nppes_layout import Row
from crm.store import ready_files

NAMES = ("n", *PROVIDER_COLUMNS, "address_key", "content", *ready_files.OF_PRACTICE)
Values = tuple[str | int | float | None, ...]
_PICK = itemgetter(*map(PRACTICE_COLUMNS.index, ready_files.OF_PRACTICE))
_NOTHING = (None,) * len(ready_files.OF_PRACTICE)


@dataclass
class Made:
    """What became of a part: rows that are ready, numbered from 1, and the numbers of the others.

    `rest` are rows that aren't simply new people or organizations: deactivated ones, those without a name, repetitions.
    """

    reader: Reader
    count: int = 0
    rest: list[int] = field(default_factory=list)
    _places: set[str] = field(default_factory=set)
    _seen: set[str] = field(default_factory=set)

    def providers(self, texts: Iterable[str]) -> Iterator[Values]:
        """The values of every row that is ready, in the order of `NAMES`; the practice stands in its first row."""
        places, seen, values = self._places, self._seen, self.reader.values
        for number, text in enumerate(texts):
            row = Row.read(text)
            if row.deactivated or row.npi in seen or not (row.last or row.first or row.organization):
                self.rest.append(number)
                continue
            seen.add(row.npi)
            self.count += 1
            where = address(row)
            key = where.address_key
            if key and key not in places:
                places.add(key)
                yield (self.count, *values(row, where), key, text, *_PICK(where))
            else:
                yield (self.count, *values(row, where), key or None, text, *_NOTHING)


def make(reader: Reader, source: Path, start: int, end: int, target: Path, *, is_sqlite: bool) -> Made:
    """Make the rows ready that stand in `source` between two bytes."""
    made = Made(reader)
    write: ready_files.Write = ready_files.write_database if is_sqlite else ready_files.write_text
    write(target, NAMES, made.providers(_texts(source, start, end)))
    return made


def _texts(source: Path, start: int, end: int) -> Iterator[str]:
    with source.open("rb", buffering=1 << 18) as file:
        file.seek(start)
        for line in file:
            start += len(line)
            yield line[:-1].decode()
            if start >= end:
                return


def main(asked: TextIO = sys.stdin, answers: TextIO = sys.stdout) -> None:
    """The first line says for whom, each of the others which part."""
    gc.disable()  # rows hold no cycles
    terms: dict[str, Any] = json.loads(asked.readline())
    reader = Reader(terms["home"], frozenset(terms["switched_off"]))
    for line in asked:
        source, start, end, target = json.loads(line)
        made = make(reader, Path(source), start, end, Path(target), is_sqlite=terms["is_sqlite"])
        answers.write(json.dumps([target, made.count, made.rest]) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
