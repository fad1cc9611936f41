"""Making one provider of two: field by field as chosen, with everything that belongs to either, and a way back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlmodel import Session, col, select

from crm.domain import pipeline
from crm.domain.errors import Invalid, NotFound, Refused
from crm.domain.kinds import ActivityKind, PairState
from crm.domain.sequences import StopReason
from crm.models.practices import Affiliation
from crm.models.providers import Provider, ProviderPair
from crm.services import activities, changes, merges_clients, providers, sequence_stops
from crm.services.changes import Recorder
from crm.store import duplicates, merges
from crm.store import referrals as referral_store
from crm.store.engine import Database


@dataclass(frozen=True)
class Field:
    """Something to choose: its name in the form, its words, and the columns that go together."""

    name: str
    label: str
    columns: tuple[str, ...]


FIELDS = (
    Field(
        "name",
        "Name",
        tuple(
            "kind prefix first_name middle_name last_name suffix credentials organization_name display_name sort_name "
            "said_as".split()
        ),
    ),
    Field("npi", "NPI", ("npi", "deactivated_on")),
    Field(
        "specialty",
        "Specialty",
        ("specialty", "taxonomy_code", "care_stage", "ask", "is_peer", "peer_overridden"),
    ),
    Field("practice", "Practice", ("practice_id", "practice_name", "city", "state", "zip")),
    Field("phone", "Phone", ("phone", "phone_extension")),
    Field("fax", "Fax", ("fax",)),
    Field("email", "E-mail", ("email",)),
    Field("website", "Website", ("website",)),
    Field("remarks", "Note", ("remarks",)),
    Field("stage", "Stage", ("stage", "stage_at", "stage_reason", "return_on")),
    Field("owner", "Owner", ("owner_id",)),
)
LEFT, RIGHT, BOTH = "left", "right", "both"


def differing(left: Provider, right: Provider) -> list[Field]:
    """The fields in which the two differ; the others need no choice."""
    return [field for field in FIELDS if _value(left, field) != _value(right, field)]


def proposed(left: Provider, right: Provider) -> dict[str, str]:
    """A sensible choice for each field: what is filled in; then the one who is further on, or richer in history."""
    return {field.name: _proposed(field, left, right) for field in FIELDS}


def survivor(left: Provider, right: Provider) -> Provider:
    """The row that stays: the one with an NPI, else with the longer history, else the older."""
    return max((left, right), key=lambda one: (one.npi is not None, one.touch_count, -(one.id or 0)))


def merge(
    db: Database, ids: tuple[int, int], choices: Mapping[str, str], *, actor_id: int | None, now: datetime
) -> tuple[int, int]:
    """Merge the two providers; `choices` says left or right for each field, in the order of `ids`.

    Returns the provider that stays and the change set that parts them again.
    """
    with db.write() as session:
        left, right = _there(session, ids[0]), _there(session, ids[1])
        if left.id == right.id:
            raise Invalid({"right": "Choose two different providers."})
        keep = survivor(left, right)
        gone = right if keep is left else left
        chosen = _chosen(left, right, choices)
        label = f"Merged {gone.display_name} into {keep.display_name}"
        recorder = changes.begin(session, "merge", label, actor_id=actor_id, now=now)
        _join(session, recorder, keep, gone, chosen, actor_id=actor_id, now=now)
        assert keep.id is not None
        return keep.id, recorder.id


def _join(
    session: Session,
    recorder: Recorder,
    keep: Provider,
    gone: Provider,
    chosen: dict[str, object],
    *,
    actor_id: int | None,
    now: datetime,
) -> None:
    assert keep.id is not None
    assert gone.id is not None
    together = _together(keep, gone)
    _end_second_sequence(session, recorder, keep.id, gone.id, actor_id=actor_id, now=now)
    # The NPI is unique: it has to leave the one row before it can arrive in the other. Undo goes the other way round.
    recorder.update(gone, npi=None, archived_at=now, merged_into_id=keep.id, updated_at=now)
    session.flush()
    clients = merges_clients.join(recorder, keep.id, gone.id)
    merges.move_all(session, recorder.id, gone.id, keep.id)
    first, last, count = referral_store.numbers_of(session, keep.id)
    referred = {"first_referral_on": first, "last_referral_on": last, "referral_count": count}
    recorder.update(keep, **chosen, **together, **referred, updated_at=now)
    session.flush()
    _settle_practices(session, recorder, keep)
    _settle_pairs(session, recorder, keep.id, gone.id, actor_id=actor_id, now=now)
    providers.score(session, keep, recorder)
    merges_clients.wind(recorder, clients, actor_id=actor_id, now=now)
    activities.record(
        session,
        keep,
        ActivityKind.MERGE,
        actor_id=actor_id,
        now=now,
        recorder=recorder,
        summary=f"Merged with {gone.display_name}",
        change_set_id=recorder.id,
    )


def _end_second_sequence(
    session: Session, recorder: Recorder, keep: int, gone: int, *, actor_id: int | None, now: datetime
) -> None:
    """Nobody is in two sequences: that of the row that stays goes on."""
    if sequence_stops.running_of(session, keep) is not None:
        sequence_stops.stop_for_provider(
            session, gone, StopReason.MERGED, actor_id=actor_id, now=now, recorder=recorder
        )
        session.flush()


def _chosen(left: Provider, right: Provider, choices: Mapping[str, str]) -> dict[str, object]:
    """The columns as chosen; where nothing was said, as proposed. Both notes are kept when they differ."""
    picks = {**proposed(left, right), **{name: side for name, side in choices.items() if side in {LEFT, RIGHT, BOTH}}}
    values: dict[str, object] = {}
    for field in FIELDS:
        source = right if picks[field.name] == RIGHT else left
        values |= {column: getattr(source, column) for column in field.columns}
    if picks["remarks"] == BOTH:
        values["remarks"] = "\n".join(note for note in (left.remarks.strip(), right.remarks.strip()) if note)
    return values


def _together(keep: Provider, gone: Provider) -> dict[str, object]:
    """What is counted from both."""
    last = max((keep, gone), key=lambda one: one.last_touch_at.timestamp() if one.last_touch_at else 0)
    return {
        "touch_count": keep.touch_count + gone.touch_count,
        "last_touch_at": last.last_touch_at,
        "last_touch_kind": last.last_touch_kind,
        "next_due_on": _first(keep.next_due_on, gone.next_due_on),
        "enroll_later_at": keep.enroll_later_at or gone.enroll_later_at,
        "edited_fields": sorted({*keep.edited_fields, *gone.edited_fields}),
    }


def _settle_practices(session: Session, recorder: Recorder, keep: Provider) -> None:
    """Exactly the chosen practice is the first one."""
    for row in session.exec(select(Affiliation).where(Affiliation.provider_id == keep.id)):
        recorder.update(row, is_primary=row.practice_id == keep.practice_id)


def _settle_pairs(
    session: Session, recorder: Recorder, keep: int, gone: int, *, actor_id: int | None, now: datetime
) -> None:
    """Their own pair is decided; that `gone` is not a third one holds for `keep` too; open questions come up anew."""
    for pair in duplicates.of_provider(session, gone):
        other = pair.left_id if pair.right_id == gone else pair.right_id
        if other == keep:
            recorder.update(pair, state=PairState.MERGED, decided_by=actor_id, decided_at=now)
        elif pair.state is PairState.OPEN:
            recorder.delete(pair)
        elif pair.state is PairState.SEPARATE and duplicates.between(session, (keep, other)) is None:
            left, right = sorted((keep, other))
            decided: dict[str, Any] = {"state": PairState.SEPARATE, "decided_by": actor_id, "decided_at": now}
            recorder.insert(ProviderPair(left_id=left, right_id=right, found_at=now, **decided))


def _there(session: Session, provider_id: int) -> Provider:
    query = select(Provider).where(col(Provider.id) == provider_id).with_for_update()
    found = session.exec(query).first()
    if found is None:
        raise NotFound("This provider isn't here any more.")
    if found.merged_into_id is not None:
        raise Refused("merged", f"{found.display_name} has been merged already.")
    return found


def _value(provider: Provider, field: Field) -> tuple[object, ...]:
    return tuple(getattr(provider, column) for column in field.columns)


def _proposed(field: Field, left: Provider, right: Provider) -> str:
    if field.name == "stage":
        return _further(left, right)
    if field.name == "remarks" and left.remarks.strip() and right.remarks.strip():
        return LEFT if left.remarks.strip() == right.remarks.strip() else BOTH
    if field.name == "name":
        return LEFT if len(left.display_name) >= len(right.display_name) else RIGHT
    mine, theirs = getattr(left, field.columns[0]), getattr(right, field.columns[0])
    if bool(mine) != bool(theirs):
        return LEFT if mine else RIGHT
    return LEFT if survivor(left, right) is left else RIGHT


def _further(left: Provider, right: Provider) -> str:
    """Do not contact wins over everything; else the stage further on."""

    def rank(one: Provider) -> tuple[bool, int]:
        stage = one.stage
        return stage is pipeline.Stage.DO_NOT_CONTACT, pipeline.PATH.index(stage) if stage in pipeline.PATH else 0

    return LEFT if rank(left) >= rank(right) else RIGHT


def _first(one: date | None, other: date | None) -> date | None:
    return min(filter(None, (one, other)), default=None)
