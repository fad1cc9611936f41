"""Take staged rows of past referrals, a batch after the other: no calls are planned, no reports are owed for them."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, time
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from crm.domain import matching
from crm.domain.calendar import instant_of, local_day
from crm.domain.errors import Invalid, NotFound
from crm.domain.kinds import ActivityKind, ImportState, ReferralHow, ReferralStatus
from crm.domain.pipeline import ASIDE
from crm.domain.referrals import DATED, WRITTEN
from crm.domain.services import service_label
from crm.models.clients import Client
from crm.models.imports import ImportRow, ImportRun
from crm.models.providers import Provider
from crm.models.referrals import Referral
from crm.services import attribution, changes, provider_forms, providers, referral_rows, referrals, touches
from crm.services.acts import Act
from crm.services.imports_counts import Counts
from crm.services.imports_judging import NEW, REPEATED, SKIPPED, UNCHANGED
from crm.services.imports_workshop import Workshop
from crm.services.referral_import_judging import Row, judge
from crm.services.referral_import_values import Content, name_key, plain
from crm.services.referral_rows import NewReferral
from crm.store import imports as store
from crm.store import imports_staged as staged
from crm.store import prices
from crm.store.engine import Database

AT_ONCE = 50
S = ReferralStatus
STEPS = (
    (S.CONTACTED, "contacted_on"),
    (S.SCHEDULED, "scheduled_on"),
    (S.STARTED, "started_on"),
)
NOTED = "Not noted"


def apply(shop: Workshop, run_id: int) -> None:
    """Take the staged rows; goes on where an earlier try stopped."""
    started = shop.clock()
    with shop.db.write() as session:
        run = store.get(session, run_id)
        run.state = ImportState.APPLYING
        if run.cursor == 0:
            Counts().write(run)
    firsts = _firsts(shop.db, run_id)
    while _apply_part(shop, run_id, firsts):
        pass
    with shop.db.write() as session:
        run = store.get(session, run_id)
        staged.clear(session, run_id)  # what was typed about clients is not kept longer than needed
        run.state, run.progress = ImportState.DONE, 100
        run.finished_at, run.lease_owner, run.lease_until = shop.clock(), "", None
        run.seconds += (shop.clock() - started).total_seconds()
    shop.progress("Done", 100)


def _firsts(db: Database, run_id: int) -> dict[str, date]:
    """The first referral of each provider on the list, since when they are partners."""
    found: dict[str, date] = {}
    with db.read() as session:
        for row in session.exec(select(ImportRow).where(ImportRow.import_id == run_id, ImportRow.verdict == NEW)):
            day = date.fromisoformat(str(row.content["received_on"]))
            who = _who(row)
            found[who] = min(day, found.get(who, day))
    return found


def _who(row: ImportRow) -> str:
    return str(row.provider_id or name_key(plain(row.content)))


def _apply_part(shop: Workshop, run_id: int, firsts: dict[str, date]) -> bool:
    """One transaction. False when nothing is left."""
    now = shop.clock()
    with shop.db.write() as session:
        run = store.get(session, run_id)
        rows = session.exec(
            select(ImportRow)
            .where(ImportRow.import_id == run_id, col(ImportRow.id) > run.cursor)
            .order_by(col(ImportRow.id))
            .limit(AT_ONCE)
        ).all()
        if not rows:
            return False
        counts = Counts.of(run)
        act = Act(changes.for_import(session, run, now=now), run.actor_id, now, day_here(session, now))
        touched: dict[int, Provider] = {}
        for row in rows:
            _take(act, run, row, counts, touched, firsts)
        for provider in touched.values():
            referrals.keep_numbers(act, provider)
        counts.rows += len(rows)
        counts.write(run)
        run.cursor = rows[-1].id or run.cursor
        run.progress = min(99, run.progress + 1)
        store.lease(session, run_id, me=shop.me, now=now)
    shop.progress("Saving", run.progress)
    return True


def day_here(session: Session, now: datetime) -> date:
    """The day it is for the business."""
    return local_day(now, attribution.zone_of(session))


def _take(
    act: Act,
    run: ImportRun,
    row: ImportRow,
    counts: Counts,
    touched: dict[int, Provider],
    firsts: dict[str, date],
) -> None:
    """Judge a row again, now that the ones before it are in, and add what is new."""
    if row.verdict != NEW:
        counts.unchanged += row.verdict == UNCHANGED
        counts.skipped.update(Counter([row.reason] if row.verdict != UNCHANGED else []))
        return
    content = plain(row.content)
    first = firsts.get(_who(row))
    try:  # the provider may have been merged into another one since the list was read
        chosen = touches.get_provider(act.session, row.provider_id).id if row.provider_id else None
    except NotFound:
        chosen = None
    (verdict,) = judge(act.session, [Row(content, {}, chosen)], set(), adds=True)
    if verdict.verdict != NEW:
        counts.unchanged += verdict.verdict == UNCHANGED
        counts.skipped.update([verdict.reason or REPEATED] if verdict.verdict == SKIPPED else [])
        return
    try:
        provider = _provider(act, run, content, verdict.provider_id)
    except Invalid:
        counts.skipped.update(["provider_unclear"])
        return
    assert provider.id is not None
    touched[provider.id] = provider
    _add(act, run, provider, content, first)
    counts.new += 1


def _provider(act: Act, run: ImportRun, content: Content, provider_id: int | None) -> Provider:
    """Who referred; somebody unknown is added with what the list says of them."""
    if provider_id is not None:
        return act.session.get_one(Provider, provider_id)
    if added := _added_before(act.session, run, content):
        return added
    form = {
        "name": content["provider"],
        **{name: content[name] for name in ("npi", "email", "phone") if name in content},
    }
    made = Provider(
        import_id=run.id,
        city=content.get("city", ""),
        created_by=run.actor_id,
        created_at=act.now,
        updated_at=act.now,
        stage_at=act.now,
        **provider_forms.checked(form),
    )
    act.session.add(made)
    act.session.flush()
    providers.score(act.session, made, act.recorder)
    return made


def _added_before(session: Session, run: ImportRun, content: Content) -> Provider | None:
    """Somebody new has one row, however often they are on the list, though others go by the same name."""
    theirs = select(Provider).where(
        Provider.import_id == run.id,
        Provider.sort_name == name_key(content),
        Provider.city == content.get("city", ""),
        col(Provider.merged_into_id).is_(None),
    )
    number = content.get("npi")
    return next((one for one in session.exec(theirs) if not number or one.npi in (None, number)), None)


def _add(act: Act, run: ImportRun, provider: Provider, content: Content, first: date | None) -> None:
    received = date.fromisoformat(content["received_on"])
    how = ReferralHow(content.get("how", ReferralHow.UNKNOWN.value))
    new = NewReferral(
        content["code"], _service(act.session, provider, content), received, how, content.get("reason", ""),
        is_written=how in WRITTEN, same_client=True,
    )  # fmt: skip
    referral, client = referral_rows.insert(act, provider, new, reports=False, import_id=run.id, **_past(content))
    _steps(act, referral)
    _client_days(act, client, content)
    zone = attribution.zone_of(act.session)
    at = min(instant_of(received, time(12), zone), act.now)
    summary = f"Referred {new.code} for {service_label(new.service_key).lower()}"
    act.record(
        provider, ActivityKind.REFERRAL, happened_at=at, summary=summary, body=new.reason, referral_id=referral.id
    )
    if provider.stage not in ASIDE:
        since = min(instant_of(first or received, time(12), zone), act.now)
        referrals.become_partner(act, provider, since)


def _service(session: Session, provider: Provider, content: Content) -> str:
    """What the list says, else what suits the provider best."""
    if said := content.get("service_key"):
        return said
    suited = matching.services_for(provider.specialty, prices.switched_off(session))
    return next((one.key for one in suited if not one.is_addon), "post_rehab_conditioning")


def _past(content: Content) -> dict[str, Any]:
    status = S(content["status"])
    days = {
        name: date.fromisoformat(content[name])
        for name in ("contacted_on", "scheduled_on", "started_on")
        if name in content
    }
    past: dict[str, Any] = {"status": status, **days}
    if "ended_on" in content and status in (S.COMPLETED, S.LOST):
        past["ended_on"] = date.fromisoformat(content["ended_on"])
    if status in (S.STARTED, S.CONTINUING, S.COMPLETED) and "started_on" not in past:
        past["started_on"] = date.fromisoformat(content["received_on"])
    if status is S.LOST:
        past |= {"lost_reason": content.get("lost_reason", NOTED), "lost_from": _reached(days)}
    if "value" in content:
        past |= {"booked_cents": int(content["value"]), "booked_by_hand": True}
    return past


def _reached(days: dict[str, date]) -> ReferralStatus:
    found = [status for status, name in STEPS if name in days]
    return found[-1] if found else S.RECEIVED


def _steps(act: Act, referral: Referral) -> None:
    before = S.RECEIVED
    day = referral.received_on
    for status, column in STEPS:
        if (reached := getattr(referral, column)) is not None:
            day = reached
            referral_rows.add_step(act, referral, before, status, day)
            before = status
    if referral.status is not before:
        column = DATED.get(referral.status, "")
        day = (getattr(referral, column) if column else None) or day
        referral_rows.add_step(act, referral, before, referral.status, day, referral.lost_reason)


def _client_days(act: Act, client: Client, content: Content) -> None:
    """The client's own first and last day, as far as the list knows them."""
    past = _past(content)
    started = past.get("started_on")
    if started and (client.started_on is None or started < client.started_on):
        act.update(client, started_on=started)
    open_ones = sa.select(sa.func.count()).where(
        col(Referral.client_id) == client.id,
        col(Referral.archived_at).is_(None),
        col(Referral.status).in_((S.STARTED, S.CONTINUING)),
    )
    if past["status"] in (S.STARTED, S.CONTINUING):
        act.update(client, ended_on=None)
    elif past["status"] is S.COMPLETED and not act.session.execute(open_ones).scalar_one():
        last = past.get("ended_on") or started
        act.update(client, ended_on=max(filter(None, (client.ended_on, last)), default=None))
