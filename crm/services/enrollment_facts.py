"""Who may be enrolled, by everything but the texts: asked of many providers at once, each refusal with its reason."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlmodel import Session

from crm.domain import places
from crm.domain.calendar import local_day
from crm.domain.mail_kinds import StepKind
from crm.domain.pipeline import Stage
from crm.domain.sequence_plan import Gap
from crm.domain.sequences import ANSWERED_DAYS, NOT_ENROLLED, NotEnrolled
from crm.domain.windows import Window
from crm.domain.wording import day_written
from crm.models import sequences as tables
from crm.models.accounts import Business
from crm.models.practices import Practice
from crm.models.providers import Provider
from crm.services import messages, sequence_moves
from crm.store import claims, enrolling, suppressions
from crm.store import enrollments as store

_STAGES = {
    Stage.DO_NOT_CONTACT: NotEnrolled.DO_NOT_CONTACT,
    Stage.DECLINED: NotEnrolled.DECLINED,
    Stage.NOT_NOW: NotEnrolled.NOT_NOW,
}


@dataclass(frozen=True)
class Refused:
    """A provider who is not enrolled: the reason, in words, and what exactly.

    `field` is the merge field to fill in ("practice.name"), `other_id` the enrollment or the colleague in the way.
    """

    provider_id: int
    name: str
    reason: NotEnrolled
    detail: str = ""
    field: str = ""
    other_id: int | None = None

    @property
    def sentence(self) -> str:
        """Why, in words."""
        return NOT_ENROLLED[self.reason]


@dataclass(frozen=True)
class Candidate:
    """A provider who may be enrolled, as far as the texts allow. `by_post`: e-mail steps go by letter and call."""

    provider: Provider
    practice: Practice | None
    window: Window
    gap: Gap
    by_post: bool

    @property
    def id(self) -> int:
        """The provider's."""
        assert self.provider.id is not None
        return self.provider.id


@dataclass
class Facts:
    """What is known about all who were chosen, read at once."""

    providers: dict[int, Provider]
    practices: dict[int, Practice]
    running: dict[int, int]
    busy: dict[int, tuple[int, str]]
    suppressed: set[str]
    replied: dict[int, datetime]
    last_mail_at: dict[str, datetime]
    person_gap: timedelta
    zone: str
    has_address: bool
    today: date
    taken: dict[int, tuple[int, str]] = field(default_factory=dict)


def read(session: Session, provider_ids: Sequence[int], *, now: datetime) -> Facts:
    """A fixed number of queries, however many providers."""
    found = enrolling.providers(session, provider_ids)
    practice_ids = sorted({each.practice_id for each in found.values() if each.practice_id is not None})
    addresses = sorted({each.email for each in found.values() if each.email})
    business = session.get(Business, 1)
    zone = business.zone if business is not None else "UTC"
    return Facts(
        providers=found,
        practices=enrolling.practices(session, practice_ids),
        running=store.running_among(session, list(found)),
        busy=store.running_at(session, practice_ids),
        suppressed=suppressions.among(session, addresses),
        replied=enrolling.replied_since(session, list(found), now - timedelta(days=ANSWERED_DAYS)),
        last_mail_at=claims.last_mail_at(session, addresses),
        person_gap=sequence_moves.person_gap(session),
        zone=zone,
        has_address=messages.has_postal_address(business),
        today=local_day(now, zone),
    )


def sorted_out(
    facts: Facts,
    provider_ids: Sequence[int],
    sequence: tables.Sequence,
    steps: Sequence[tables.SequenceStep],
    *,
    one_per_practice: bool,
    by_post: bool,
) -> Iterator[Candidate | Refused]:
    """Each provider once, in the order given: may be enrolled, or why not. The first of a practice keeps it."""
    sends = any(each.kind is StepKind.EMAIL for each in steps)
    for provider_id in dict.fromkeys(provider_ids):
        provider = facts.providers.get(provider_id)
        if provider is None:
            yield Refused(provider_id, "", NotEnrolled.GONE)
            continue
        refused = _about_person(facts, provider) or _about_mail(facts, provider, sends=sends, by_post=by_post)
        if refused is None and one_per_practice:
            refused = _about_practice(facts, provider)
        yield refused or _candidate(facts, provider, sequence, by_post=sends and not provider.email)


def take_practice(facts: Facts, candidate: Candidate) -> None:
    """From here on this provider is the one of their practice."""
    if candidate.provider.practice_id is not None:
        facts.taken.setdefault(candidate.provider.practice_id, (candidate.id, candidate.provider.display_name))


def _about_person(facts: Facts, provider: Provider) -> Refused | None:
    assert provider.id is not None
    if provider.archived_at is not None:
        return _refused(provider, NotEnrolled.ARCHIVED)
    if provider.deactivated_on is not None:
        return _refused(provider, NotEnrolled.DEACTIVATED, f"Since {day_written(provider.deactivated_on)}.")
    if provider.is_peer and not provider.peer_overridden:
        return _refused(provider, NotEnrolled.PEER)
    if provider.stage in _STAGES:
        until = f"Until {day_written(provider.return_on)}." if provider.return_on else provider.stage_reason
        return _refused(provider, _STAGES[provider.stage], until)
    if provider.id in facts.running:
        return _refused(provider, NotEnrolled.IN_SEQUENCE, other_id=facts.running[provider.id])
    if _waits_for_answer(facts, provider):
        day = local_day(facts.replied[provider.id], facts.zone)
        return _refused(provider, NotEnrolled.ANSWERED_LATELY, f"On {day_written(day)}.")
    last = provider.last_referral_on
    if last is not None and (facts.today - last).days <= ANSWERED_DAYS:
        return _refused(provider, NotEnrolled.REFERRED_LATELY, f"On {day_written(last)}.")
    return None


def _waits_for_answer(facts: Facts, provider: Provider) -> bool:
    """They wrote lately, and nobody has called, visited or written since."""
    replied_at = facts.replied.get(provider.id or 0)
    return replied_at is not None and (provider.last_touch_at is None or provider.last_touch_at <= replied_at)


def _about_mail(facts: Facts, provider: Provider, *, sends: bool, by_post: bool) -> Refused | None:
    """Only for sequences with e-mail. Somebody who asked for no more mail gets no letters instead either."""
    if provider.email in facts.suppressed:
        return _refused(provider, NotEnrolled.SUPPRESSED, provider.email)
    if not sends:
        return None
    if not provider.email:
        return None if by_post else _refused(provider, NotEnrolled.NO_ADDRESS, field="provider.email")
    return None if facts.has_address else _refused(provider, NotEnrolled.NO_POSTAL_ADDRESS, field="business.address")


def _about_practice(facts: Facts, provider: Provider) -> Refused | None:
    if provider.practice_id is None:
        return None
    other = facts.busy.get(provider.practice_id) or facts.taken.get(provider.practice_id)
    if other is None:
        return None
    return _refused(provider, NotEnrolled.COLLEAGUE_ENROLLED, other[1], other_id=other[0])


def _refused(
    provider: Provider, reason: NotEnrolled, detail: str = "", *, field: str = "", other_id: int | None = None
) -> Refused:
    assert provider.id is not None
    return Refused(provider.id, provider.display_name, reason, detail, field, other_id)


def _candidate(facts: Facts, provider: Provider, sequence: tables.Sequence, *, by_post: bool) -> Candidate:
    practice = facts.practices.get(provider.practice_id) if provider.practice_id is not None else None
    zone = (practice.zone if practice is not None else None) or places.zone_of(provider.zip, facts.zone)
    window = Window(sequence.window_start, sequence.window_end, zone)
    gap = Gap(facts.person_gap, facts.last_mail_at.get(provider.email) if provider.email else None)
    return Candidate(provider, practice, window, gap, by_post)
