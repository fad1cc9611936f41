"""Queries of the directory imports: what is known about NPIs and addresses, for thousands at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple

import sqlalchemy as sa
from sqlmodel import Session, col, select

from crm.models.imports import DeactivatedNpi
from crm.models.practices import Affiliation, Practice
from crm.models.providers import Provider, ProviderDifference, ProviderSource
from crm.store import bulk

NPPES = "nppes"
_ONE_AT_A_TIME = 72_063_412
_KNOWN = """
SELECT p.npi, p.id, p.deactivated_on, s.content, s.import_id FROM provider p
LEFT JOIN provider_source s ON s.provider_id = p.id AND s.source = 'nppes' WHERE p.npi IN (:keys)
"""
_PRACTICES = "SELECT address_key, id, name FROM practice WHERE address_key IN (:keys)"
_DEACTIVATED = "SELECT npi, deactivated_on FROM deactivated_npi WHERE npi IN (:keys)"
_WORKS_AT = "SELECT provider_id, practice_id FROM affiliation WHERE provider_id IN (:keys)"
_QUEUE_FOR_SEARCH = sa.text(
    "INSERT INTO search_queue (provider_id) SELECT id FROM provider WHERE id BETWEEN :first AND :last "
    "ON CONFLICT DO NOTHING"
)
_PRIMARY = sa.text(
    "INSERT INTO affiliation (provider_id, practice_id, is_primary, days, phone, fax, import_id) "
    "SELECT id, practice_id, TRUE, 0, '', '', import_id FROM provider "
    "WHERE id BETWEEN :first AND :last AND import_id = :run AND practice_id IS NOT NULL"
)
_NAME_PRACTICE = "UPDATE practice SET name = ?, organization_id = ? WHERE id = ?"
_NAME_AT_PROVIDER = "UPDATE provider SET practice_name = ? WHERE practice_id = ? AND practice_name = ''"
_SAYS_NOW = "UPDATE provider_source SET content = ?, import_id = ?, seen_at = ? WHERE id = ?"

PROVIDER: sa.Table = Provider.__table__  # type: ignore[attr-defined]  # SQLModel adds it to table classes
PRACTICE: sa.Table = Practice.__table__  # type: ignore[attr-defined]
AFFILIATION: sa.Table = Affiliation.__table__  # type: ignore[attr-defined]
SOURCE: sa.Table = ProviderSource.__table__  # type: ignore[attr-defined]
DEACTIVATED: sa.Table = DeactivatedNpi.__table__  # type: ignore[attr-defined]


class Known(NamedTuple):
    """A provider that we have. `content` is what NPPES last said, None if it never did."""

    id: int
    deactivated_on: str
    content: str | None
    import_id: int | None


class Said(NamedTuple):
    """What NPPES last said of a provider: the row where it stands, and since when."""

    id: int
    content: str
    import_id: int | None
    seen_at: datetime


class KnownPractice(NamedTuple):
    """An address that we have."""

    id: int
    name: str


def take_turn(session: Session) -> None:
    """Let imports write one after another, so that two never make the same provider. SQLite does so anyway."""
    if not bulk.is_sqlite(session):
        session.connection().execute(sa.text("SELECT pg_advisory_xact_lock(:n)"), {"n": _ONE_AT_A_TIME})


def known(session: Session, npis: Sequence[str]) -> dict[str, Known]:
    """The providers with these NPIs."""
    rows = bulk.find(session, _KNOWN, npis)
    return {npi: Known(id_, str(off or ""), content, run) for npi, id_, off, content, run in rows}


def known_practices(session: Session, keys: Sequence[str]) -> dict[str, KnownPractice]:
    """The practices at these addresses."""
    return {key: KnownPractice(id_, name) for key, id_, name in bulk.find(session, _PRACTICES, keys)}


def known_deactivated(session: Session, npis: Sequence[str]) -> dict[str, str]:
    """Those of these NPIs, of no provider here, that are known to be deactivated, with the day in ISO."""
    return {npi: str(day) for npi, day in bulk.find(session, _DEACTIVATED, npis)} if npis else {}


def is_empty(session: Session) -> bool:
    """Whether there is no provider at all."""
    return session.exec(select(Provider.id).limit(1)).first() is None


def insert_practices(
    session: Session, names: Sequence[str], rows: Iterable[Sequence[bulk.Plain]], *, run_id: int, now: datetime
) -> None:
    """New practices that this import made."""
    made = {"import_id": run_id, "created_at": now, "updated_at": now}
    bulk.insert(session, PRACTICE, names, rows, bulk.defaults(Practice, (*names, *made)) | made)


def insert_providers(
    session: Session, names: Sequence[str], rows: Iterable[Sequence[bulk.Plain]], *, made: Mapping[str, object]
) -> None:
    """New providers."""
    bulk.insert(session, PROVIDER, names, rows, bulk.defaults(Provider, (*names, *made)) | dict(made))


def queue_for_search(session: Session, first: int, last: int) -> None:
    """Ask for search entries of the providers with these ids."""
    session.connection().execute(_QUEUE_FOR_SEARCH, {"first": first, "last": last})


def insert_primary_affiliations(session: Session, first: int, last: int, *, run_id: int) -> None:
    """The new providers with these ids work at their practice."""
    session.connection().execute(_PRIMARY, {"first": first, "last": last, "run": run_id})


def insert_affiliations(session: Session, rows: Iterable[Sequence[bulk.Plain]], *, run_id: int) -> None:
    """(provider id, practice id, phone, fax) rows of further places of work."""
    same = {"is_primary": False, "days": 0, "import_id": run_id}
    bulk.insert(session, AFFILIATION, ("provider_id", "practice_id", "phone", "fax"), rows, same)


def insert_sources(session: Session, rows: Iterable[Sequence[bulk.Plain]], *, run_id: int, now: datetime) -> None:
    """(provider id, what NPPES says) rows."""
    same = {"source": NPPES, "import_id": run_id, "row_hash": "", "seen_at": now}
    bulk.insert(session, SOURCE, ("provider_id", "content"), rows, same)


def insert_deactivated(session: Session, rows: Iterable[tuple[str, str]], *, run_id: int) -> None:
    """(NPI, ISO date) of NPIs of no provider here."""
    bulk.insert(session, DEACTIVATED, ("npi", "deactivated_on"), rows, {"import_id": run_id})


def name_practices(session: Session, rows: Sequence[tuple[str, int | None, int]]) -> None:
    """(name, organization's provider id, practice id): practices that had no name get one, and so do their people."""
    bulk.executemany(session, _NAME_PRACTICE, rows)
    bulk.executemany(session, _NAME_AT_PROVIDER, [(name, practice_id) for name, _, practice_id in rows])


def providers(session: Session, ids: Sequence[int]) -> dict[int, Provider]:
    """Whole providers by id."""
    return {
        one.id: one
        for one in session.exec(select(Provider).where(col(Provider.id).in_(bulk.among(session, ids))))
        if one.id
    }


def sources(session: Session, provider_ids: Sequence[int]) -> dict[int, Said]:
    """What NPPES said, by provider id."""
    columns = (SOURCE.c.provider_id, SOURCE.c.id, SOURCE.c.content, SOURCE.c.import_id, SOURCE.c.seen_at)
    among = SOURCE.c.provider_id.in_(bulk.among(session, provider_ids))
    found = session.connection().execute(sa.select(*columns).where(among, SOURCE.c.source == NPPES))
    return {row[0]: Said(*row[1:]) for row in found}


def update_sources(session: Session, rows: Iterable[tuple[str, int]], *, run_id: int, now: datetime) -> None:
    """(what NPPES says now, id of its row) rows."""
    same = (run_id, bulk.plain_instant(session, now))
    bulk.executemany(session, _SAYS_NOW, [(content, *same, id_) for content, id_ in rows])


def affiliations(session: Session, provider_ids: Sequence[int]) -> dict[int, list[Affiliation]]:
    """Where providers work, the primary place first."""
    wanted = select(Affiliation).where(col(Affiliation.provider_id).in_(bulk.among(session, provider_ids)))
    found: dict[int, list[Affiliation]] = {}
    for one in session.exec(wanted.order_by(col(Affiliation.is_primary).desc(), col(Affiliation.id))):
        found.setdefault(one.provider_id, []).append(one)
    return found


def works_at(session: Session, provider_ids: Sequence[int]) -> set[tuple[int, int]]:
    """(provider id, practice id) of every place where these providers work."""
    return {(provider_id, practice_id) for provider_id, practice_id in bulk.find(session, _WORKS_AT, provider_ids)}


def differences(session: Session, provider_ids: Sequence[int]) -> dict[tuple[int, str], ProviderDifference]:
    """The differences that are kept for providers, by provider and field."""
    wanted = select(ProviderDifference).where(
        col(ProviderDifference.provider_id).in_(bulk.among(session, provider_ids))
    )
    return {(one.provider_id, one.field): one for one in session.exec(wanted)}


def iso_day(text: str) -> date | None:
    """A day from ISO text, None for anything else."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
