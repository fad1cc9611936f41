"""How papers reach a provider: with a mail, by post, by hand or by fax; each noted, each a touch where it is one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from sqlmodel import Session

from crm.domain import enclosures
from crm.domain.enclosures import Enclosure
from crm.domain.errors import Invalid, Refused
from crm.domain.kinds import ActivityKind, Outcome, TaskKind
from crm.domain.papers import LETTERS, DeliveryHow, DocumentKind
from crm.domain.pipeline import Stage
from crm.models.activities import Activity
from crm.models.documents import Document, DocumentDelivery
from crm.models.messages import Message
from crm.models.practices import Practice
from crm.models.providers import Provider
from crm.services import acts, attachments, papers, touches
from crm.services.acts import Act
from crm.services.attachments import KEPT_AS, Ready
from crm.services.papers import PRESS, Paper, Press
from crm.services.touches import Touch
from crm.store import paper_deliveries as store
from crm.store import tasks
from crm.store.engine import Database

TOUCH_OF = {
    DeliveryHow.MAIL: ActivityKind.LETTER,
    DeliveryHow.FAX: ActivityKind.FAX,
    DeliveryHow.HAND: ActivityKind.VISIT,
}
"""What the timeline calls it. Printing and saving reach nobody yet."""

DONE_BY = {DocumentKind.THANK_YOU: TaskKind.THANK_YOU, DocumentKind.INTRODUCTION_LETTER: TaskKind.LETTER}
"""The follow-up that giving a paper does."""

LONGEST_AGO = timedelta(days=366)

SAID = {
    DeliveryHow.MAIL: "Posted",
    DeliveryHow.FAX: "Faxed",
    DeliveryHow.HAND: "Handed over",
    DeliveryHow.PRINT: "Printed",
    DeliveryHow.DOWNLOAD: "Saved",
}


@dataclass(frozen=True)
class Given:
    """How somebody got a paper. A fax is `confirmed` when its receipt was seen."""

    how: DeliveryHow
    day: date
    to_name: str = ""
    remarks: str = ""
    confirmed: bool = False


def with_message(session: Session, message: Message) -> list[Document]:
    """The papers that go with a message to a provider; none with any other."""
    ids = message.merge_values.get(KEPT_AS)
    return store.by_ids(session, [int(each) for each in ids]) if isinstance(ids, list) and ids else []


def mailed(
    session: Session, message: Message, papers: Sequence[Document], *, day: date, activity_id: int, now: datetime
) -> None:
    """They left with their message. Harmless when told twice."""
    if not papers:
        return
    assert message.id is not None
    known = store.with_message(session, message.id)
    for each in papers:
        if each.id in known:
            continue
        assert each.id is not None
        row = DocumentDelivery(document_id=each.id, how=DeliveryHow.EMAIL, delivered_on=day, created_at=now)
        row.to_name, row.to_address = message.to_name, message.to_address
        row.message_id, row.activity_id, row.actor_id = message.id, activity_id, message.created_by
        session.add(row)
    session.flush()


def of_provider(session: Session, provider_id: int, limit: int = 50) -> list[tuple[Document, DocumentDelivery]]:
    """How papers reached this provider, the latest first."""
    return store.of_provider(session, provider_id, limit)


def give(
    db: Database,
    folder: Path,
    provider_id: int,
    paper: Enclosure,
    given: Given,
    *,
    actor_id: int | None,
    now: datetime,
    today: date,
    press: Press = PRESS,
) -> int | None:
    """Log that a paper left by post, hand or fax, or was printed. Returns the change set; None where it is noted
    already that it left this way on this day.

    Posted, handed over or faxed it is a touch, and a sample then counts as sent. Raises Invalid, and Refused for whom
    nothing may be sent to and for a fax that nobody asked for.
    """
    check_day(given.day, today, "delivered_on")
    if given.how not in SAID:  # what leaves by e-mail is noted with its message
        raise Invalid({"how": "Choose one of the list."})
    with db.read() as session:
        _check(session, touches.get_provider(session, provider_id), paper, given)
        (ready,) = attachments.make(session, folder, provider_id, [paper], user_id=actor_id, now=now, press=press)
    with db.write() as session:
        provider = touches.get_provider(session, provider_id)
        _check(session, provider, paper, given)
        if _noted(session, provider_id, ready.paper, given, now - (today - given.day)):
            return None
        label = f"{SAID[given.how]}: {ready.paper.title}"
        act = acts.begin(session, "paper", label, actor_id=actor_id, now=now, today=today)
        activity = _log(act, provider, ready, given)
        _note(act, provider, ready, given, activity)
        return act.id


def check_day(day: date, today: date, field: str) -> None:
    """Raise Invalid for a day on which nothing can have left yet, or so long ago that the year must be mistyped."""
    if day > today:
        raise Invalid({field: touches.TO_COME})
    if day < today - LONGEST_AGO:
        raise Invalid({field: f"{day:%B} {day.day}, {day.year} is more than a year ago. Look at the year."})


def refusal(provider: Provider) -> str:
    """Why nothing may be given to this provider, or an empty text."""
    if provider.stage is Stage.DO_NOT_CONTACT:
        return "This provider asked not to be contacted."
    if provider.deactivated_on is not None:
        return "The directory lists this provider as deactivated."
    return ""


def letter_lines(title: str) -> tuple[str, str]:
    """What the timeline says of a letter that was posted, logged on its own page or as a paper."""
    return title, f"{SAID[DeliveryHow.MAIL]}: {title}"


def _noted(session: Session, provider_id: int, made: Paper, given: Given, at: datetime) -> bool:
    """Whether it is known that this paper left this way on this day."""
    if store.noted(session, provider_id, made.kind, made.service_key, given.how, given.day):
        return True
    posted = made.kind in LETTERS and given.how is DeliveryHow.MAIL
    return posted and store.letter_near(session, provider_id, letter_lines(made.title), at) is not None


def fax_number(session: Session, provider: Provider) -> str:
    """Where a fax to them goes: their own number, else that of their practice; empty where none is known."""
    practice = session.get(Practice, provider.practice_id) if provider.practice_id is not None else None
    return provider.fax or (practice.fax if practice is not None else "")


def fax_refusal(session: Session, provider: Provider, paper: Enclosure) -> str:
    """Why this paper must not be faxed to them, or an empty text."""
    assert provider.id is not None
    asked = store.asked_for_sample_at(session, provider.id) is not None
    return enclosures.fax_refusal(paper.kind, asked=asked)


def _check(session: Session, provider: Provider, paper: Enclosure, given: Given) -> None:
    stopped = refusal(provider)
    if stopped:
        raise Refused("no_contact", stopped)
    if given.how is not DeliveryHow.FAX:
        return
    unasked = fax_refusal(session, provider, paper)
    if unasked:
        raise Refused("unsolicited_fax", unasked)


def _log(act: Act, provider: Provider, ready: Ready, given: Given) -> Activity:
    """The line on the timeline: a touch, or for what only came out of the printer a mere note of it."""
    kind = TOUCH_OF.get(given.how)
    said = ready.paper.title
    if kind is None:
        return act.record(provider, ActivityKind.MESSAGE, summary=f"{SAID[given.how]}: {said}")
    is_sample = enclosures.is_sample(ready.paper.kind)
    task = touches.take(act, _task_of(act, provider, ready.paper.kind))
    in_hand = given.how is DeliveryHow.HAND
    touch = Touch(
        kind,
        Outcome.LEFT_MATERIALS if in_hand else Outcome.DONE,
        given.remarks,
        summary=f"{SAID[given.how]}: {said}",
        day=given.day if given.day != act.today else None,
        sample_sent=is_sample,
    )
    line = _visit_of(act, provider, given) if in_hand else None
    logged = touches.log_in(act, provider, touch, task=task, line=line)
    return act.session.get_one(Activity, logged.activity_id)


def _task_of(act: Act, provider: Provider, kind: DocumentKind) -> int | None:
    """The open follow-up that this paper does: "send the sample", "say thank you"."""
    assert provider.id is not None
    does = TaskKind.SAMPLE if enclosures.is_sample(kind) else DONE_BY.get(kind)
    found = (each.id for each in tasks.live_of(act.session, provider.id) if each.kind is does)
    return next(found, None)


def _visit_of(act: Act, provider: Provider, given: Given) -> Activity | None:
    """The visit of that day where it was logged already: handing a paper over was part of it."""
    assert provider.id is not None
    since = act.now - (act.today - given.day)
    return store.in_person_near(act.session, provider.id, since)


def _note(act: Act, provider: Provider, ready: Ready, given: Given, activity: Activity) -> None:
    """The rows of the paper and of its delivery; Undo takes the delivery back."""
    ((file_id, _),) = attachments.files_of(act.session, [ready], now=act.now)
    document = papers.keep_in(
        act.session, ready.paper, file_id, provider_id=provider.id, actor_id=act.actor_id, now=act.now
    )
    act.session.flush()
    assert document.id is not None
    faxed = given.how is DeliveryHow.FAX
    act.insert(
        DocumentDelivery(
            document_id=document.id,
            how=given.how,
            to_name=given.to_name.strip()[:200] or provider.display_name,
            to_address=fax_number(act.session, provider) if faxed else "",
            delivered_on=given.day,
            confirmed_at=act.now if faxed and given.confirmed else None,
            activity_id=activity.id,
            remarks=given.remarks.strip(),
            actor_id=act.actor_id,
            created_at=act.now,
        )
    )
