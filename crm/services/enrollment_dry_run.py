"""The dry run: a calendar of every step with its filled text, and for everybody who won't be enrolled the reason.

Enrolling goes by the same code (`looked_over`) and writes what it gives.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import partial

from sqlmodel import Session

from crm.domain.errors import Refused as Forbidden
from crm.domain.followups import TITLES
from crm.domain.mail_kinds import StepKind
from crm.domain.papers import DocumentKind
from crm.domain.sequence_plan import opens_on, plan
from crm.domain.sequences import MOST_AT_ONCE, NotEnrolled
from crm.models import sequences as tables
from crm.models.providers import Provider
from crm.services import enrollment_facts, merge, outreach_review, overrides, sequence_texts, sequences
from crm.services.enrollment_facts import Candidate, Refused
from crm.services.papers import PRESS, Press
from crm.services.sequence_papers import Proof, Proofs
from crm.services.sequence_tasks import TASKS
from crm.store import documents

Writer = Callable[[merge.Filling], sequence_texts.Text]


@dataclass(frozen=True)
class Options:
    """What may be chosen when enrolling.

    `start_on` is the day of the first step where the practice is (default: as soon as its window opens);
    `one_per_practice` overrules the sequence's own setting; `by_post` gives those without an e-mail address the same
    steps by letter and call; `reasons` say, by provider, why a text may stay that would leave the scope of practice.
    """

    start_on: date | None = None
    one_per_practice: bool | None = None
    by_post: bool = False
    reasons: Mapping[int, str] = field(default_factory=dict)


USUAL = Options()


@dataclass(frozen=True)
class Step:
    """A step as it will be copied. An e-mail's text is filled as of today, with its footer; `pages` are its paper's."""

    position: int
    kind: StepKind
    delay_days: int
    at: datetime
    title: str = ""
    remarks: str = ""
    subject: str = ""
    text: str = ""
    template_slug: str = ""
    template_version_id: int | None = None
    stored_file_id: int | None = None
    file_name: str = ""
    threads: bool = True
    waits_days: int = 5
    sequence_step_id: int | None = None
    document_kind: str = ""
    pages: int = 0
    needs_reason: str = ""


@dataclass(frozen=True)
class Planned:
    """Somebody who will be enrolled, with every step. Dates after a follow-up hold if it is done on its day."""

    provider: Provider
    zone: str
    steps: tuple[Step, ...]
    by_post: bool = False
    reason: str = ""


@dataclass(frozen=True)
class DryRun:
    """What enrolling would do."""

    sequence: tables.Sequence
    planned: list[Planned]
    refused: list[Refused]


def dry_run(
    session: Session,
    sequence_id: int,
    provider_ids: Sequence[int],
    options: Options = USUAL,
    *,
    actor_id: int | None,
    now: datetime,
    press: Press = PRESS,
) -> DryRun:
    """What `enrollments.enroll` would do now; writes nothing. Raises NotFound, and Refused for too many at once."""
    sequence, steps = sequences.get(session, sequence_id)
    check(sequence, steps, provider_ids)
    found = list(looked_over(session, sequence, steps, provider_ids, options, actor_id=actor_id, now=now, press=press))
    return DryRun(
        sequence,
        [each for each in found if isinstance(each, Planned)],
        [each for each in found if isinstance(each, Refused)],
    )


def check(sequence: tables.Sequence, steps: Sequence[tables.SequenceStep], provider_ids: Sequence[int]) -> None:
    """Refuse what can't be begun at all."""
    if sequence.archived_at is not None:
        raise Forbidden("archived", "This sequence has been put away. Bring it back first.")
    if not steps:
        raise Forbidden("no_steps", "This sequence has no steps yet.")
    if len(provider_ids) > MOST_AT_ONCE:
        said = (
            f"Enroll up to {MOST_AT_ONCE} at a time, so that you can look them over: you chose {len(provider_ids):,}."
        )
        raise Forbidden("too_many", said)


def looked_over(
    session: Session,
    sequence: tables.Sequence,
    steps: Sequence[tables.SequenceStep],
    provider_ids: Sequence[int],
    options: Options,
    *,
    actor_id: int | None,
    now: datetime,
    press: Press = PRESS,
) -> Iterator[Planned | Refused]:
    """Everybody in the order given, with all steps dated and filled, or with the reason against it."""
    facts = enrollment_facts.read(session, provider_ids, now=now)
    proofs = Proofs(session, actor_id, now, press)
    sources, known = _sources(session, steps), merge.known_of(session, facts.providers.values(), actor_id)
    alone = sequence.one_per_practice if options.one_per_practice is None else options.one_per_practice
    for found in enrollment_facts.sorted_out(
        facts, provider_ids, sequence, steps, one_per_practice=alone, by_post=options.by_post
    ):
        if isinstance(found, Candidate):
            fill = partial(merge.filling, session, found.id, actor_id, now=now, known=known)
            result = _written(fill, found, steps, sources, options, proofs, now=now)
            if isinstance(result, Planned):
                enrollment_facts.take_practice(facts, found)
            yield result
        else:
            yield found


def _sources(session: Session, steps: Sequence[tables.SequenceStep]) -> dict[int, Writer]:
    """What fills every e-mail, by the position of its step: its wording is read once for all."""
    mails = [each for each in steps if each.kind is StepKind.EMAIL]
    codes = documents.client_codes(session) if mails else []
    return {
        each.position: partial(
            sequence_texts.write,
            sequence_texts.source_of(session, each.template_slug, each.template_version_id),
            slug=each.template_slug,
            client_names=codes,
            covered=outreach_review.covered_by(session, each.template_slug, each.template_version_id),
        )
        for each in mails
    }


def _written(
    fill: Callable[[], merge.Filling],
    candidate: Candidate,
    steps: Sequence[tables.SequenceStep],
    sources: Mapping[int, Writer],
    options: Options,
    proofs: Proofs,
    *,
    now: datetime,
) -> Planned | Refused:
    dated = _dated(candidate, steps, options, now)
    reason = options.reasons.get(candidate.id, "").strip()
    filled: list[Step] = []
    filling = None
    for step in dated:
        if step.kind is not StepKind.EMAIL:
            filled.append(step)
            continue
        filling = filling or fill()
        text = sources[step.position](filling)
        is_allowed = text.problem is NotEnrolled.SCOPE_WARNING and len(reason) >= overrides.SHORTEST
        if text.problem is not None and not is_allowed:
            name = candidate.provider.display_name
            return Refused(candidate.id, name, text.problem, f"Step {step.position}: {text.detail}", text.field)
        proof = proofs.of(DocumentKind(step.document_kind), candidate.provider) if step.document_kind else Proof()
        if proof.problem:
            said = f"Step {step.position}: {proof.problem}"
            return Refused(candidate.id, candidate.provider.display_name, NotEnrolled.NO_PAPER, said, proof.field)
        outside = text.detail if is_allowed else ""
        filled.append(replace(step, subject=text.subject, text=text.text, needs_reason=outside, pages=proof.pages))
    return Planned(candidate.provider, candidate.window.zone, _threaded(filled), candidate.by_post, reason)


def _dated(candidate: Candidate, steps: Sequence[tables.SequenceStep], options: Options, now: datetime) -> list[Step]:
    """The steps with their times, those by post changed into letters and calls."""
    copies = [_copy(each, now) for each in steps]
    if candidate.by_post:
        copies = _by_post(copies, has_place=candidate.practice is not None)
    start_at = opens_on(candidate.window, options.start_on) if options.start_on is not None else now
    times = plan(copies, max(start_at, now), candidate.window, now=now, gap=candidate.gap)
    return [replace(step, at=at) for step, at in zip(copies, times, strict=True)]


def _copy(step: tables.SequenceStep, now: datetime) -> Step:
    same = {name: getattr(step, name) for name in Step.__dataclass_fields__ if hasattr(step, name)}
    title = step.title or (TITLES[TASKS[step.kind]] if step.kind in TASKS else "")
    return Step(**{**same, "at": now, "title": title, "sequence_step_id": step.id})


def _by_post(steps: Sequence[Step], *, has_place: bool) -> list[Step]:
    """The first e-mail becomes a letter, those after it become calls; without a practice to write to all are calls."""
    changed: list[Step] = []
    letters = 0
    for step in steps:
        if step.kind is not StepKind.EMAIL:
            changed.append(step)
            continue
        kind = StepKind.LETTER if has_place and not letters else StepKind.CALL
        letters += 1
        is_letter = kind is StepKind.LETTER
        title = "Send the letter of introduction" if is_letter else "Call, in place of an e-mail"
        slug = "introduction-letter" if is_letter else ""
        said = f"No e-mail address is known. The e-mail would have been “{step.template_slug.replace('_', ' ')}”."
        changed.append(
            replace(
                step,
                kind=kind,
                title=title,
                remarks=said,
                template_slug=slug,
                template_version_id=None,
                stored_file_id=None,
                file_name="",
                document_kind=step.document_kind if is_letter else "",
            )
        )
    return changed


def _threaded(steps: Sequence[Step]) -> tuple[Step, ...]:
    """Follow-ups continue the thread: they carry the subject of the mail that began it."""
    subject, found = "", []
    for step in steps:
        if step.kind is StepKind.EMAIL and step.threads and subject:
            step = replace(step, subject=sequence_texts.threaded(subject))  # noqa: PLW2901
        elif step.kind is StepKind.EMAIL:
            subject = step.subject
        found.append(step)
    return tuple(found)
