"""Looking things up in the search tables, on SQLite (FTS5) and PostgreSQL (pg_trgm)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import sqlalchemy as sa
from sqlmodel import Session

from crm.domain.search import NAME_KEY, TRIGRAM, WORKED_KEY, Entry, Term, Tier


def on_sqlite(session: Session) -> bool:
    """Whether this session talks to SQLite."""
    return session.get_bind().dialect.name == "sqlite"


class Look(NamedTuple):
    """One look into the tables: every term at least this well, in names only or anywhere, among the worked or all."""

    asked: Sequence[Term]
    tier: Tier
    in_name: bool = False
    worked: bool = False


def matches_of(session: Session, looks: Sequence[Look], limit: int) -> list[int]:
    """Ids of providers whose entry answers any of these, so many of each at most; PostgreSQL is asked once."""
    if not on_sqlite(session):
        return _postgres_matches(session, looks, limit)
    return [one for look in looks for one in matches(session, look, limit)]


def matches(session: Session, look: Look, limit: int) -> list[int]:
    """Ids of providers whose entry answers, in no order."""
    if not on_sqlite(session):
        return _postgres_matches(session, [look], limit)
    if look.tier is Tier.FRAGMENT:
        return _sqlite_fragments(session, look, limit)
    return _sqlite_words(session, look, limit)


def _sqlite_words(session: Session, look: Look, limit: int) -> list[int]:
    """Names have keys of their own, since asking for a column would read every row that has the word anywhere."""
    question = _fts(look.asked, " *" if look.tier is Tier.PREFIX else "", NAME_KEY if look.in_name else "")
    if look.worked:
        question += f' AND "{WORKED_KEY}"'
    return list(session.connection().execute(_WHOLE, {"question": question, "limit": limit}).scalars())


def _sqlite_fragments(session: Session, look: Look, limit: int) -> list[int]:
    long = [term for term in look.asked if all(len(word) >= TRIGRAM for word in term)]
    question = _fts(long)
    given: dict[str, object] = {"question": f"{{name}} : ({question})" if look.in_name else question, "limit": limit}
    short = [term for term in look.asked if term not in long]
    rest = _likes(short, "name" if look.in_name else "(provider_search.name || provider_search.body)", given)
    if look.worked:
        rest.append("mark <> ''")
    join = "JOIN provider_search ON provider_id = search_part.rowid" if rest else ""
    where = " AND ".join(["search_part MATCH :question", *rest])
    statement = sa.text(f"SELECT search_part.rowid FROM search_part {join} WHERE {where} LIMIT :limit")
    return [row[0] for row in session.connection().execute(statement, given)]


def _fts(asked: Sequence[Term], star: str = "", key: str = "") -> str:
    """FTS5's own language. Words hold letters and digits only, so that quoting them is safe."""
    return " AND ".join("(" + " OR ".join(f'"{key}{word}"{star}' for word in term) + ")" for term in asked)


def _postgres_matches(session: Session, looks: Sequence[Look], limit: int) -> list[int]:
    given: dict[str, object] = {"limit": limit}
    parts = []
    for look in looks:
        around = {Tier.EXACT: (" ", " "), Tier.PREFIX: (" ", "")}.get(look.tier, ("", ""))
        where = _likes(look.asked, "name" if look.in_name else "whole", given, around)
        if look.worked:
            where.append("mark <> ''")
        parts.append(f"(SELECT provider_id FROM provider_search WHERE {' AND '.join(where)} LIMIT :limit)")
    return [row[0] for row in session.connection().execute(sa.text(" UNION ALL ".join(parts)), given)]


def _likes(asked: Sequence[Term], text: str, given: dict[str, object], around: tuple[str, str] = ("", "")) -> list[str]:
    clauses = []
    for term in asked:
        names = [f"w{len(given) + at}" for at in range(len(term))]
        given.update({name: f"%{word.join(around)}%" for name, word in zip(names, term, strict=True)})
        clauses.append("(" + " OR ".join(f"{text} LIKE :{name}" for name in names) + ")")
    return clauses


def entries(session: Session, ids: Iterable[int]) -> dict[int, Entry]:
    """The search entries of these providers."""
    statement = _ENTRIES_SQLITE if on_sqlite(session) else _ENTRIES_POSTGRES
    rows = session.connection().execute(statement, {"ids": _many(session, ids)})
    return {row[0]: Entry(*row[1:]) for row in rows}


def words_like(session: Session, part: str, limit: int) -> list[str]:
    """Known words that hold `part` anywhere, for parts too short for trigrams."""
    return list(session.connection().execute(_LIKE, {"part": f"%{part}%", "limit": limit}).scalars())


def words_among(session: Session, words: Iterable[str]) -> list[str]:
    """Those of these words that are known."""
    statement = _AMONG_SQLITE if on_sqlite(session) else _AMONG_POSTGRES
    return list(session.connection().execute(statement, {"words": _many(session, words)}).scalars())


def words_beginning(session: Session, parts: Iterable[str], length: int, slips: int) -> list[str]:
    """Known words of about this length that begin with one of these parts, by the index of words.

    PostgreSQL, whose index may be in the order of some language, looks at all words of about this length.
    """
    given: dict[str, object] = {"least": length - slips, "most": length + slips}
    if not on_sqlite(session):
        starts = list(parts)
        given |= {"parts": starts, "shortest": min(map(len, starts), default=1)}
        return list(session.connection().execute(_STARTING, given).scalars())
    return list(session.connection().execute(_BEGINNING, given | {"parts": _many(session, parts)}).scalars())


def words_ending(session: Session, end: str, length: int, slips: int) -> list[str]:
    """Known words of about this length that end so; the database looks at all of that length."""
    given = {"end": f"%{end}", "least": length - slips, "most": length + slips}
    return list(session.connection().execute(_ENDING, given).scalars())


def _many(session: Session, values: Iterable[object]) -> object:
    """Many values as one parameter: a statement with hundreds of them takes longer to write than to run."""
    return json.dumps(list(values)) if on_sqlite(session) else list(values)


_WHOLE = sa.text("SELECT rowid FROM search_whole WHERE search_whole MATCH :question LIMIT :limit")
_ENTRIES = "SELECT provider_id, name, body, keys, mark FROM provider_search WHERE provider_id"
_ENTRIES_SQLITE = sa.text(f"{_ENTRIES} IN (SELECT value FROM json_each(:ids))")
_ENTRIES_POSTGRES = sa.text(f"{_ENTRIES} = ANY(:ids)")
_LIKE = sa.text("SELECT word FROM search_word WHERE word LIKE :part LIMIT :limit")
_AMONG_SQLITE = sa.text("SELECT word FROM search_word WHERE word IN (SELECT value FROM json_each(:words))")
_AMONG_POSTGRES = sa.text("SELECT word FROM search_word WHERE word = ANY(:words)")
_NEAR = sa.text("SELECT word FROM search_word WHERE length(word) BETWEEN :least AND :most")
# Parts with a slip are a letter shorter or longer. A hash of them is asked for each word: hundreds of LIKEs take 0.1 s.
_STARTING = sa.text(
    f"{_NEAR.text} AND ("
    + " OR ".join(
        f"left(word, CAST(:shortest AS integer) + {more}) IN (SELECT unnest(CAST(:parts AS text[])))"
        for more in range(3)
    )
    + ")"
)
_ENDING = sa.text(f"{_NEAR.text} AND word LIKE :end")
_BEGINNING = sa.text(
    "SELECT DISTINCT word FROM json_each(:parts) AS part CROSS JOIN search_word "
    "WHERE word >= part.value AND word < part.value || char(1114111) AND length(word) BETWEEN :least AND :most"
)
