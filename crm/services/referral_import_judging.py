"""What a row of past referrals would do: add one, nothing because it is known, or wait for its provider."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

import sqlalchemy as sa
from sqlmodel import Session, col

from crm.models.clients import Client
from crm.models.referrals import Referral
from crm.services.imports_judging import NEW, REPEATED, SKIPPED, UNCHANGED, Verdict
from crm.services.referral_import_values import Content, name_key
from crm.store import imports_staged as staged

UNKNOWN = "unknown"
WHO = "provider_unknown"


class Row(NamedTuple):
    """A row as read; `chosen` is the provider that somebody chose for it, 0 for one to be added."""

    content: Content
    problems: Mapping[str, object]
    chosen: int | None = None


def judge(session: Session, rows: Sequence[Row], seen: set[str], *, adds: bool) -> list[Verdict]:
    """A verdict for each. `seen` remembers rows of this list; `adds`: unknown providers are added."""
    found = {
        by: staged.matches(session, by, sorted({key for row in rows if (key := _key(row.content, by))}))
        for by in ("npi", "email", "phone", "sort_name")
    }
    who = [row.chosen or _match(row.content, found) for row in rows]
    known = _known(session, [row.content["code"] for row in rows if "code" in row.content])
    return [_verdict(row, provider_id, known, seen, adds=adds) for row, provider_id in zip(rows, who, strict=True)]


def _verdict(
    row: Row, provider_id: int | None, known: set[tuple[str, int, date]], seen: set[str], *, adds: bool
) -> Verdict:
    content = row.content
    if row.problems:
        return Verdict(SKIPPED, "to_mend", provider_id)
    mark = f"{content['code']}|{content['received_on']}|{provider_id or name_key(content)}"
    if mark in seen:
        return Verdict(SKIPPED, REPEATED, provider_id)
    seen.add(mark)
    if provider_id is None:
        may_add = (adds or row.chosen == 0) and "provider" in content
        return Verdict(NEW) if may_add else Verdict(UNKNOWN, WHO)
    if (content["code"], provider_id, date.fromisoformat(content["received_on"])) in known:
        return Verdict(UNCHANGED, "", provider_id)
    return Verdict(NEW, "", provider_id)


def _known(session: Session, codes: Sequence[str]) -> set[tuple[str, int, date]]:
    query = (
        sa.select(col(Client.code), col(Referral.provider_id), col(Referral.received_on))
        .join(Client, col(Client.id) == col(Referral.client_id))
        .where(col(Client.code).in_(sorted(set(codes))), col(Referral.archived_at).is_(None))
    )
    return {(code, provider_id, day) for code, provider_id, day in session.execute(query)}


def _key(content: Content, by: str) -> str:
    return name_key(content) if by == "sort_name" else content.get(by, "")


def _match(content: Content, found: dict[str, dict[str, list[staged.Match]]]) -> int | None:
    """By NPI, by e-mail or phone where only one has it or the name fits, by name and town, by a name that is alone."""
    if hits := found["npi"].get(content.get("npi", "")):
        return hits[0].id
    name, number = name_key(content), content.get("npi")
    for by in ("email", "phone"):
        hits = _without_others(found[by].get(content.get(by, ""), []), number)
        fitting = [hit for hit in hits if not name or hit.sort_name == name]
        if len(fitting) == 1:
            return fitting[0].id
    hits = _without_others(found["sort_name"].get(name, []), number) if name else []
    town = content.get("city", "").casefold()
    here = [hit for hit in hits if town and hit.city.casefold() == town]
    if len(here) == 1:
        return here[0].id
    return hits[0].id if len(hits) == 1 and (not town or not hits[0].city) else None


def _without_others(hits: Sequence[staged.Match], number: str | None) -> list[staged.Match]:
    """Nobody has two NPIs: whoever is known by another one isn't meant."""
    return [hit for hit in hits if not number or not hit.npi or hit.npi == number]
