"""The provider list as a CSV file, written while it is read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any

from flask import Response, request

from crm.documents.tables import Table, csv_of
from crm.domain import provider_filter
from crm.domain.pipeline import LABELS
from crm.domain.taxonomy import specialty
from crm.services import audit, provider_lists
from crm.store import provider_lists as store
from crm.web import filters
from crm.web.context import actor_id, db, now
from crm.web.presentation import today
from crm.web.providers import bp

Cell = Callable[[Any], object]
COUNTED = 100_000
"""The audit trail says how many went out, up to so many."""

COLUMNS: tuple[tuple[str, Cell], ...] = (
    ("Name", lambda row: row.display_name),
    ("NPI", lambda row: row.npi),
    ("Specialty", lambda row: specialty(row.specialty).label),
    ("Practice", lambda row: row.practice_name),
    ("City", lambda row: row.city),
    ("State", lambda row: row.state),
    ("ZIP", lambda row: row.zip),
    ("Phone", lambda row: filters.phone(row.phone)),
    ("E-mail", lambda row: row.email),
    ("Website", lambda row: row.website),
    ("Stage", lambda row: LABELS[row.stage]),
    ("Fit", lambda row: row.fit),
    ("Miles", lambda row: row.distance_miles),
    ("Next step", lambda row: row.next_due_on),
    ("Last touch", lambda row: row.last_touch_at),
    ("Touches", lambda row: row.touch_count),
    ("Referrals", lambda row: row.referral_count),
    ("Last referral", lambda row: row.last_referral_on),
    ("Notes", lambda row: row.remarks),
)
NAMES = (
    "id display_name sort_name npi specialty practice_name city state zip phone email website stage fit distance_miles "
    "next_due_on last_touch_at touch_count referral_count last_referral_on remarks"
)


@bp.get("/providers.csv")
def export() -> Response:
    """Everybody on the list as it is filtered."""
    wanted = provider_filter.read(request.args)
    if wanted.owner == "me":
        wanted = replace(wanted, owner=str(actor_id()))
    sort, turned = provider_filter.sorting(request.args.get("sort"))
    with db().read() as session:
        question, _ = provider_lists.ask(session, wanted, today=today(), now=now(), sort=sort, turned=turned)
        count = len(store.ids(session, question, COUNTED))
    with db().write() as session:
        subject = request.query_string.decode()[:200]
        audit.note(session, "export", subject, actor_id=actor_id(), now=now(), providers=count)
    rows = provider_lists.everyone(db(), question, tuple(NAMES.split()))
    response = Response(lines(rows), mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="providers-{today().isoformat()}.csv"'
    return response


def lines(rows: Iterable[Any]) -> Iterator[str]:
    """The file in pieces of a few hundred rows."""
    return csv_of(
        Table("Providers", [name for name, _ in COLUMNS], ([cell(row) for _, cell in COLUMNS] for row in rows))
    )
