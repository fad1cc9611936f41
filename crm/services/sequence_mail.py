"""Taking an e-mail step: asked once more whether it may go, filled now, and put into the outbox as one message."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session

from crm.domain.errors import HandoffError
from crm.domain.kinds import MessageKind, MessageState, SuppressionReason
from crm.domain.mail_kinds import StepState
from crm.domain.pipeline import ASIDE
from crm.domain.sequence_plan import open_at
from crm.domain.sequences import SUPPRESSION_STOPS, PauseReason, StepReason, StopReason
from crm.models.accounts import Business
from crm.models.messages import Message
from crm.models.providers import Provider
from crm.models.sequences import Enrollment, EnrollmentStep
from crm.services import merge, messages, outreach, outreach_review, overrides, sequence_stops, sequence_texts
from crm.services import sequence_moves as moves
from crm.services.attachments import Ready
from crm.services.mailboxes import Post
from crm.services.messages import Draft
from crm.services.sequence_papers import Prepared
from crm.services.sequence_texts import Text
from crm.store import documents, suppressions
from crm.store import enrollments as store

OVER = frozenset({MessageState.CANCELLED, MessageState.SKIPPED})


def must_stop(provider: Provider | None) -> StopReason | None:
    """What has become of a provider that ends any sequence."""
    if provider is None or provider.archived_at is not None:
        return StopReason.ARCHIVED
    if provider.deactivated_on is not None:
        return StopReason.DEACTIVATED
    return StopReason.STAGE_ASIDE if provider.stage in ASIDE else None


def take(
    session: Session,
    post: Post,
    enrollment: Enrollment,
    step: EnrollmentStep,
    provider: Provider,
    *,
    now: datetime,
    papers: Prepared | None = None,
) -> None:
    """Queue the step's message; or pause, stop or put off, each with its reason. `papers` is its paper, made before."""
    assert step.id is not None
    if step.document_kind and (papers is None or papers.step_id != step.id):
        return  # it became the next step only now: looked at again with its paper
    made = [each for each in store.messages_of(session, step.id) if each.state not in OVER]
    if made:  # only a step that was reset can have one: it is under way, or has left
        _wait_for(session, enrollment, step, made[-1])
        return
    if _is_kept_back(session, enrollment, provider, now) or _must_wait(session, enrollment, step, now):
        return
    token = messages.new_token()
    text = _text(session, post, enrollment, step, token, now)
    if text.problem is not None:
        _pause(session, enrollment, PauseReason(text.problem.value), text.detail, now, field=text.field)
        return
    if papers is not None and papers.problem:
        _pause(session, enrollment, PauseReason.NO_PAPER, papers.problem, now)
        return
    draft = _draft(session, enrollment, step, text, token, now)
    _queue(session, post, enrollment, step, draft, papers.ready if papers is not None else (), now=now)


def _text(
    session: Session, post: Post, enrollment: Enrollment, step: EnrollmentStep, token: str, now: datetime
) -> Text:
    """The step's wording filled for the provider as of now, and looked over."""
    url = messages.opt_out_url(session, post, token)
    filling = merge.filling(session, enrollment.provider_id, enrollment.enrolled_by, now=now, opt_out_url=url)
    return sequence_texts.write(
        sequence_texts.source_of(session, step.template_slug, step.template_version_id),
        filling,
        step.template_slug,
        allowed=str(step.position) in enrollment.overrides,
        client_names=documents.client_codes(session),
        covered=outreach_review.covered_by(session, step.template_slug, step.template_version_id),
    )


def _is_kept_back(session: Session, enrollment: Enrollment, provider: Provider, now: datetime) -> bool:
    """The address and who is behind it: a suppressed one ends the sequence, a missing one waits for a person."""
    if not provider.email:
        _pause(session, enrollment, PauseReason.NO_ADDRESS, "", now)
        return True
    gone = suppressions.by_address(session, provider.email)
    if gone is not None:
        reason = SUPPRESSION_STOPS[SuppressionReason(gone.reason)]
        quote = {"quote": gone.evidence[:300], "suppression_id": gone.id}
        sequence_stops.stop(session, enrollment, reason, evidence=quote, actor_id=None, now=now)
        return True
    if not messages.has_postal_address(session.get(Business, 1)):
        _pause(session, enrollment, PauseReason.NO_POSTAL_ADDRESS, "", now)
        return True
    enrollment.address = provider.email
    return False


def _must_wait(session: Session, enrollment: Enrollment, step: EnrollmentStep, now: datetime) -> bool:
    """Somebody who had a mail a short time ago gets the next one later, whoever wrote the last."""
    free_at = moves.gap_of(session, enrollment.address).free_at(now)
    if free_at <= now:
        return False
    put_off(session, enrollment, step, open_at(moves.window_of(enrollment), free_at), StepReason.PERSON_GAP)
    return True


def put_off(
    session: Session, enrollment: Enrollment, step: EnrollmentStep, until: datetime, reason: StepReason
) -> None:
    """The step moves, and with it whatever follows it."""
    enrollment.due_at = step.planned_at = until
    step.state_reason = reason.value
    session.flush()


def _pause(
    session: Session, enrollment: Enrollment, reason: PauseReason, detail: str, now: datetime, *, field: str = ""
) -> None:
    evidence = {"detail": detail, "field": field} if detail else {}
    sequence_stops.pause(session, enrollment, reason, evidence=evidence, actor_id=None, now=now)


def _queue(
    session: Session,
    post: Post,
    enrollment: Enrollment,
    step: EnrollmentStep,
    draft: Draft,
    ready: Sequence[Ready],
    *,
    now: datetime,
) -> None:
    try:
        message = outreach.queue_with(session, post, draft, ready, actor_id=enrollment.enrolled_by, now=now)
    except HandoffError as error:  # a rule of the outbox that nobody has asked before: a person looks
        _pause(session, enrollment, PauseReason.TROUBLE, str(error), now)
        return
    _wait_for(session, enrollment, step, message)


def _wait_for(session: Session, enrollment: Enrollment, step: EnrollmentStep, message: Message) -> None:
    step.state, step.state_reason, step.message_id = StepState.OUT, "", message.id
    enrollment.due_at = None
    session.flush()


def _draft(
    session: Session, enrollment: Enrollment, step: EnrollmentStep, text: Text, token: str, now: datetime
) -> Draft:
    assert text.email is not None
    follows = step.threads and bool(enrollment.last_message_id)
    override = enrollment.overrides.get(str(step.position))
    return Draft(
        kind=MessageKind.OUTREACH,
        subject=sequence_texts.threaded(enrollment.subject) if follows else text.email.subject,
        text=text.email.text,
        html=text.email.html,
        dedupe_key=_key(session, step),
        provider_id=enrollment.provider_id,
        user_id=enrollment.enrolled_by,
        token=token,
        template_version_id=step.template_version_id,
        merge_values={"template": step.template_slug, "body": text.email.body},
        override_reason=str(override) if override else "",
        overridden=text.standing if override and len(str(override)) >= overrides.SHORTEST else (),
        send_at=now,
        in_reply_to=enrollment.last_message_id if follows else "",
        references=enrollment.references.split() if follows else (),
        enrollment_step_id=step.id,
        files=_files(step),
    )


def _key(session: Session, step: EnrollmentStep) -> str:
    """One message for a step; another one only after the first was cancelled or left out, for good."""
    assert step.id is not None
    before = len(store.messages_of(session, step.id))
    return f"step:{step.id}:{before}" if before else f"step:{step.id}"


def _files(step: EnrollmentStep) -> Sequence[tuple[int, str]]:
    return [(step.stored_file_id, step.file_name)] if step.stored_file_id is not None else []
