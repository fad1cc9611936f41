"""Referrals as a list: where each stands, what is owed, and the same as a file."""

from __future__ import annotations

from datetime import date, timedelta
from urllib.parse import urlencode

from flask import Response, abort, render_template, request, url_for

from crm.documents.tables import Table, csv_of
from crm.domain import referrals as rules
from crm.domain.kinds import ActivityKind, ReferralStatus, TaskKind
from crm.domain.services import referable, service_label
from crm.services import audit
from crm.store import prices
from crm.store import referrals as store
from crm.store.referrals import Filter, Line, Mark
from crm.web import labels
from crm.web.context import actor_id, db, now
from crm.web.forms import maybe_one_of
from crm.web.presentation import today
from crm.web.referrals import bp

PAGE = 50
#: How far back the numbers above the list look.
RECENT = timedelta(days=90)
OPEN = "open"
HEADS = (
    "Client|From|Practice|Service|Received|How it came|Status|Contacted|Scheduled|Started|Continuing|Ended|Lost at"
    "|Lost because|Written on|May be worth|Booked|First touch|Last touch|Touches|Conversations|Visits|Days to it"
).split("|")


@bp.get("/referrals")
def index() -> str:
    """The newest first, with the plain counts above."""
    wanted = _filter()
    with db().read() as session:
        lines, mark = store.page(session, limit=PAGE, after=_mark(request.args.get("after", "")), wanted=wanted)
        return render_template(
            "referrals/index.html",
            lines=lines,
            limits=store.limits(session, [line.id for line in lines]),
            more=_more(mark) if mark else "",
            wanted=wanted,
            counts=store.status_counts(session),
            late=store.late_count(session, today()),
            rate=store.started_rate(session),
            recent=store.started_rate(session, today() - RECENT),
            services=[(one.key, one.label) for one in referable(prices.switched_off(session))],
            statuses=[(status.value, labels.label(status)) for status in ReferralStatus],
            following=rules.NEXT,
            thank=TaskKind.THANK_YOU,
        )


@bp.get("/referrals.csv")
def export() -> Response:
    """The list as it is filtered. A list of somebody's clients is client data: the audit trail says who took it."""
    with db().read() as session:
        found = store.everyone(session, _filter())
    with db().write() as session:
        subject = request.query_string.decode()[:200]
        audit.note(session, "export", subject, actor_id=actor_id(), now=now(), referrals=len(found))
    response = Response(csv_of(Table("Referrals", HEADS, (_cells(*row) for row in found))), mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="referrals-{today().isoformat()}.csv"'
    return response


def _cells(line: Line, led: store.LedLine) -> list[object]:
    dates = (line.contacted_on, line.scheduled_on, line.started_on, line.continuing_on, line.ended_on)
    return [
        line.code,
        line.name,
        line.practice_name,
        service_label(line.service_key),
        line.received_on,
        labels.label(line.how),
        labels.label(line.status),
        *dates,
        labels.label(line.lost_from) if line.lost_from else "",
        line.lost_reason,
        line.written_on,
        _dollars(line.expected_cents),
        _dollars(line.booked_cents),
        _touch(led.first_touch_kind),
        _touch(led.last_touch_kind),
        led.touches,
        led.conversations,
        led.visits,
        led.days_to_it,
    ]


def _touch(kind: str) -> str:
    return labels.label(ActivityKind(kind)) if kind in set(ActivityKind) else kind.capitalize()


def _dollars(cents: int | None) -> float | None:
    return None if cents is None else cents / 100


def _filter() -> Filter:
    status = request.args.get("status", "")
    one = maybe_one_of(ReferralStatus, status if status != OPEN else "", "status")
    return Filter(
        statuses=rules.STILL_OPEN if status == OPEN else (one,) if one else (),
        service_key=request.args.get("service", ""),
        provider_id=request.args.get("provider", type=int),
        unwritten=request.args.get("unwritten") == "1",
        late=today() if request.args.get("late") == "1" else None,
        search=request.args.get("q", "")[:24],
        import_id=request.args.get("import", type=int),
    )


def _more(mark: Mark) -> str:
    kept = {name: value for name, value in request.args.items() if name != "after" and value}
    return f"{url_for('referrals.index')}?{urlencode(kept | {'after': f'{mark.received_on},{mark.id}'})}"


def _mark(text: str) -> Mark | None:
    if not text:
        return None
    try:
        day, key = text.split(",")
        return Mark(date.fromisoformat(day), int(key))
    except ValueError:
        abort(400)
