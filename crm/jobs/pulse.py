"""Has anybody committed since we last asked? A hint that is cheap enough to ask for four times a second."""

from __future__ import annotations

from typing import Protocol

from sqlalchemy import Engine


class Pulse(Protocol):
    """Tells whether it is worth looking at the due rows again."""

    def changed(self) -> bool:
        """True when something may have been committed since the last call."""
        ...

    def close(self) -> None:
        """Give the connection back."""
        ...


class SqlitePulse:
    """`PRAGMA data_version` differs when another connection, here or in another process, has committed."""

    def __init__(self, engine: Engine) -> None:
        self._connection = engine.raw_connection()
        self._seen = self._version()

    def changed(self) -> bool:
        version = self._version()
        if version == self._seen:
            return False
        self._seen = version
        return True

    def close(self) -> None:
        self._connection.close()

    def _version(self) -> int:
        cursor = self._connection.cursor()
        try:
            return int(cursor.execute("PRAGMA data_version").fetchone()[0])
        finally:
            cursor.close()


class EveryNth:
    """For databases without a cheap hint: says yes on every nth call, so that due rows are looked at once a second."""

    def __init__(self, n: int = 4) -> None:
        self._n = n
        self._calls = 0

    def changed(self) -> bool:
        self._calls += 1
        return self._calls % self._n == 0

    def close(self) -> None:
        """Nothing is held."""


def pulse_of(engine: Engine) -> Pulse:
    """The cheapest honest pulse of this database."""
    return SqlitePulse(engine) if engine.dialect.name == "sqlite" else EveryNth()
