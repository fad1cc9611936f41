"""Finding and removing sample rows, and what hangs on them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, SQLModel, col, func, select

from crm.models.activities import Activity
from crm.models.agreements import Agreement
from crm.models.client_care import ClientAuthorization, ClientEvent, ClientSession
from crm.models.clients import Client
from crm.models.documents import Document, DocumentDelivery
from crm.models.gifts import Gift
from crm.models.inbound import InboundMessage
from crm.models.measurements import Assessment, ClientGoal, Measurement
from crm.models.messages import Message
from crm.models.practices import Affiliation, Contact, Practice
from crm.models.providers import Provider, ProviderTag, Tag
from crm.models.referrals import Referral
from crm.models.search import SearchQueue
from crm.models.sequences import Enrollment
from crm.models.tasks import Task
from crm.models.visits import Visit, VisitEntry, VisitGuest
from crm.store import demo_clients
from crm.store.demo_rows import columns_of as _columns
from crm.store.demo_rows import forget_rows as _forget_rows

#: What people write about a provider, in an order in which it can be removed.
ABOUT: tuple[type[SQLModel], ...] = (Referral, Activity, Task, Visit, Message)
#: What may still point at a practice when its sample providers are gone.
AT_PRACTICE: tuple[type[SQLModel], ...] = (
    *(Affiliation, Provider, Activity, Task, Visit, Referral, Enrollment),
    Gift,
)

_sample_providers = sa.select(col(Provider.id)).where(col(Provider.sample))


def count_providers(session: Session) -> int:
    """How many sample providers there are."""
    return session.exec(select(func.count()).select_from(Provider).where(Provider.sample)).one()


def added_at(session: Session) -> datetime | None:
    """When the sample data was added."""
    return session.exec(select(func.max(Provider.created_at)).where(Provider.sample)).one()


def count_about(session: Session, table: type[SQLModel], *, since: datetime | None = None) -> int:
    """How many rows of a table are about sample providers; `since`: only those written after that moment."""
    columns = _columns(table)
    query = sa.select(sa.func.count()).select_from(table).where(columns.provider_id.in_(_sample_providers))
    if since is not None:
        query = query.where(columns.created_at > since)
    return int(session.connection().execute(query).scalar_one())


def count_measured(session: Session, since: datetime) -> int:
    """How many sessions of measuring with sample clients were written after that moment."""
    clients = sa.select(col(Client.id)).where(col(Client.sample))
    query = select(func.count()).select_from(Assessment).where(col(Assessment.client_id).in_(clients))
    return session.exec(query.where(Assessment.created_at > since)).one()


def count_files(session: Session, since: datetime) -> dict[str, int]:
    """What was written into the files of sample clients, and agreed with sample providers, after that moment."""
    connection = session.connection()
    tables = (ClientSession, ClientEvent, ClientAuthorization, Agreement)
    return {str(table.__tablename__): demo_clients.count_own(connection, table, since) for table in tables}


def remove_all(session: Session) -> None:
    """Remove every sample row and what hangs on one."""
    connection = session.connection()
    clients = list(
        connection.execute(
            sa.select(col(Referral.client_id)).where(col(Referral.provider_id).in_(_sample_providers)).distinct()
        ).scalars()
    )
    tags = list(
        connection.execute(
            sa.select(col(ProviderTag.tag_id)).where(col(ProviderTag.provider_id).in_(_sample_providers)).distinct()
        ).scalars()
    )
    demo_clients.remove(connection)
    _forget_changes(connection)
    _let_go_of_mail(connection)
    _let_go_of_papers(connection)
    _empty_visits(connection)
    gone: tuple[type[SQLModel], ...] = (Enrollment, *ABOUT)
    for table in gone:
        columns = _columns(table)
        connection.execute(sa.delete(table).where(columns.provider_id.in_(_sample_providers) | columns.sample))
    _remove_providers(connection)
    _remove_practices(connection)
    _remove_unused(connection, clients, tags)
    session.expire_all()


def _empty_visits(connection: sa.Connection) -> None:
    """What was sent about visits to sample people goes, and their being guests on visits that stay."""
    visits = sa.select(col(Visit.id)).where(col(Visit.provider_id).in_(_sample_providers) | col(Visit.sample))
    contacts = sa.select(col(Contact.id)).where(col(Contact.sample))
    guest = _columns(VisitGuest)
    people = guest.provider_id.in_(_sample_providers) | guest.contact_id.in_(contacts)
    for table, mine in (
        (VisitEntry, col(VisitEntry.visit_id).in_(visits)),
        (VisitGuest, guest.visit_id.in_(visits) | people),
    ):
        _forget_rows(connection, table, mine)
        connection.execute(sa.delete(table).where(mine))
    met = col(Visit.met_contact_id).in_(contacts)
    connection.execute(sa.update(Visit).where(met).values(met_contact_id=None))


def _let_go_of_papers(connection: sa.Connection) -> None:
    """Papers that were made for sample people go, with how they left. (`document.sample` means something else.)"""
    document = _columns(Document)
    clients = sa.select(col(Client.id)).where(col(Client.sample))
    theirs = document.provider_id.in_(_sample_providers) | document.client_id.in_(clients)
    connection.execute(sa.delete(Document).where(theirs))
    places = sa.select(col(Practice.id)).where(col(Practice.sample))
    connection.execute(sa.update(Document).where(document.practice_id.in_(places)).values(practice_id=None))


def _let_go_of_mail(connection: sa.Connection) -> None:
    """Mail that really came stays, and belongs to nobody any more."""
    connection.execute(sa.delete(InboundMessage).where(col(InboundMessage.sample)))
    samples = sa.select(col(Message.id)).where(col(Message.provider_id).in_(_sample_providers) | col(Message.sample))
    contacts = sa.select(col(Contact.id)).where(col(Contact.sample))
    for column, gone in (("provider_id", _sample_providers), ("answers_id", samples), ("contact_id", contacts)):
        pointing = _columns(InboundMessage)[column].in_(gone)
        connection.execute(sa.update(InboundMessage).where(pointing).values({column: None}))


def _forget_changes(connection: sa.Connection) -> None:
    """Undo entries of rows that go: their ids may be given to other rows later."""
    tables: tuple[type[SQLModel], ...] = (Provider, Enrollment, *ABOUT)
    for table in tables:
        columns = _columns(table)
        mine = columns.sample if table is Provider else columns.provider_id.in_(_sample_providers) | columns.sample
        _forget_rows(connection, table, mine)
    theirs = sa.select(col(Document.id)).where(col(Document.provider_id).in_(_sample_providers))
    _forget_rows(connection, DocumentDelivery, col(DocumentDelivery.document_id).in_(theirs))


def _remove_providers(connection: sa.Connection) -> None:
    """A provider of the trainer's own that was merged into a sample one comes back."""
    connection.execute(
        sa.update(Provider)
        .where(col(Provider.merged_into_id).in_(_sample_providers), ~col(Provider.sample))
        .values(merged_into_id=None, archived_at=None)
    )
    connection.execute(sa.update(Provider).where(col(Provider.sample)).values(merged_into_id=None))
    connection.execute(sa.delete(SearchQueue).where(col(SearchQueue.provider_id).in_(_sample_providers)))
    connection.execute(sa.delete(Provider).where(col(Provider.sample)))


def _remove_practices(connection: sa.Connection) -> None:
    """A practice where a provider of the trainer's own works stays, as the trainer's own."""
    used = sa.or_(*(sa.exists().where(_columns(table).practice_id == col(Practice.id)) for table in AT_PRACTICE))
    connection.execute(sa.update(Practice).where(col(Practice.sample), used).values(sample=False))
    kept = sa.select(col(Practice.id)).where(~col(Practice.sample))
    connection.execute(sa.update(Contact).where(col(Contact.practice_id).in_(kept)).values(sample=False))
    connection.execute(sa.delete(Practice).where(col(Practice.sample)))


def _remove_unused(connection: sa.Connection, clients: list[int], tags: list[int]) -> None:
    """Clients who were referred by nobody else, and tags that nobody else has."""
    referred = sa.exists().where(col(Referral.client_id) == col(Client.id))
    unused = sa.select(col(Client.id)).where((col(Client.id).in_(clients)) | col(Client.sample), ~referred)
    _remove_clients(connection, [row.id for row in connection.execute(unused)])
    worn = sa.exists().where(col(ProviderTag.tag_id) == col(Tag.id))
    connection.execute(sa.delete(Tag).where(col(Tag.id).in_(tags), ~worn))


def _remove_clients(connection: sa.Connection, clients: list[int]) -> None:
    """Clients with what was measured; of a client who stays, what was invented."""
    gone = sa.select(col(Assessment.id)).where(col(Assessment.client_id).in_(clients) | col(Assessment.sample))
    tables: tuple[tuple[type[SQLModel], sa.ColumnElement[Any]], ...] = (
        (Measurement, col(Measurement.assessment_id).in_(gone)),
        (ClientGoal, col(ClientGoal.client_id).in_(clients)),
        (Assessment, col(Assessment.id).in_(gone)),
        (Client, col(Client.id).in_(clients)),
    )
    for table, mine in tables:
        _forget_rows(connection, table, mine)
    for table, mine in tables:
        connection.execute(sa.delete(table).where(mine))
