"""`handoff mail …`: try the mailbox, look into the outbox, say what a received message is."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from crm.cli.common import clock, json_option, opened, print_json

if TYPE_CHECKING:
    from crm.bootstrap import Handoff
    from crm.domain.inbound import Verdict
    from crm.models.messages import Message
    from crm.services.inbox_by_hand import Taken


@click.group(name="mail")
def group() -> None:
    """Try the mailbox, look into the outbox, say what a received message is."""


@group.command()
@click.option("--to", "address", required=True, help="The address that the test goes to.")
@json_option
def test(address: str, as_json: bool) -> None:
    """Send a short test message now, by the mailbox that outreach leaves by."""
    from crm.services import mail_test, outbox

    with opened() as handoff:
        message_id = mail_test.queue(handoff.db, handoff.post, to=address, actor_id=None, now=clock())
        outbox.run_one(handoff.db, handoff.post, message_id, clock=handoff.clock, me="command")
        message = mail_test.result(handoff.db, message_id)
    print_json(_row(message)) if as_json else click.echo(_sentence(message, handoff))
    if message.state != "sent":
        raise click.exceptions.Exit(1)


@group.command()
@click.option("--state", multiple=True, help="Only messages in this state; may be given several times.")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 1000))
@json_option
def outbox(state: tuple[str, ...], limit: int, as_json: bool) -> None:
    """List outbox messages, the newest first, with why each waits and until when."""
    from crm.domain.kinds import MessageState
    from crm.store import messages

    unknown = [each for each in state if each not in set(MessageState)]
    if unknown:
        raise click.BadParameter(f"{unknown[0]}; states are {', '.join(MessageState)}", param_hint="--state")
    with opened() as handoff, handoff.db.read() as session:
        found = [message for message, _ in messages.page(session, [MessageState(each) for each in state], limit=limit)]
    if as_json:
        print_json([_row(message) for message in found])
        return
    for message in found:
        click.echo(_line(message))
    if not found:
        click.echo("Nothing is in the outbox.", err=True)


@group.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@json_option
def classify(files: tuple[Path, ...], as_json: bool) -> None:
    """Say what received messages are: reply, bounce, automatic answer, complaint … One line per FILE."""
    from crm.domain.inbound import Verdict
    from crm.domain.kinds import InboundKind
    from crm.mail.classify import classify as verdict_on
    from crm.mail.reading import LIMIT

    for path in files:
        try:
            with path.open("rb") as file:
                verdict = verdict_on(file.read(LIMIT + 1))
        except OSError as error:
            verdict = Verdict(InboundKind.OTHER, evidence=f"The file can't be read: {error.strerror or error}")
        print_json(_verdict(path, verdict)) if as_json else click.echo(_verdict_line(path, verdict))


@group.command(name="take-in")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@json_option
def take_in(files: tuple[Path, ...], as_json: bool) -> None:
    """Take in messages that were saved as files (.eml), as if the mailbox had received them.

    Replies stop sequences, bounces suppress, as always. A message that is here already changes nothing.
    """
    from crm.services import inbox_by_hand

    with opened() as handoff:
        taken = inbox_by_hand.take_in(handoff.db, handoff.post, files, now=clock())
    for each in taken:
        print_json(_taken(each)) if as_json else click.echo(f"{each.path}: {_taken_line(each)}")
    if any(each.error for each in taken):
        raise click.exceptions.Exit(1)


def _taken(taken: Taken) -> dict[str, object]:
    message = taken.message
    return {
        "file": str(taken.path),
        "error": taken.error or (message.error if message else ""),
        "was_here": taken.was_here,
        "id": message.id if message else None,
        "kind": message.kind if message else None,
        "provider_id": message.provider_id if message else None,
        "linked_by": message.linked_by if message else "",
        "state": message.state if message else "",
        "effect": message.effect if message else "",
    }


def _taken_line(taken: Taken) -> str:
    if taken.message is None:
        return taken.error or "private mail of yours, not kept"
    if taken.was_here:
        return "here already"
    said = [taken.message.kind.value.replace("_", " "), taken.message.effect or taken.message.error]
    return ": ".join(each for each in said if each)


def _verdict(path: Path, verdict: Verdict) -> dict[str, object]:
    return {
        "file": str(path),
        "kind": verdict.kind,
        "cause": verdict.cause or "",
        "recipients": list(verdict.recipients),
        "original_message_id": verdict.original_message_id,
        "return_on": verdict.return_on,
        "reply_text": verdict.reply_text,
        "evidence": verdict.evidence or verdict.error,
    }


def _verdict_line(path: Path, verdict: Verdict) -> str:
    about = " ".join(verdict.recipients) or verdict.from_address
    kind = f"{verdict.kind.value}{f' ({verdict.cause.value})' if verdict.cause else ''}"
    back = f"  back on {verdict.return_on}" if verdict.return_on else ""
    return f"{path}  {kind}  {about}{back}  {' '.join((verdict.evidence or verdict.error).split())}"


def _row(message: Message) -> dict[str, object]:
    from crm.domain.reasons import sentence

    return {
        "id": message.id,
        "kind": message.kind,
        "state": message.state,
        "reason": message.state_reason,
        "why": sentence(message.state_reason) if message.state_reason else "",
        "waits_until": message.waits_until,
        "to": message.to_address,
        "subject": message.subject,
        "message_id": message.message_id,
        "provider_id": message.provider_id,
        "via": message.via,
        "attempts": message.attempts,
        "server_reply": message.server_reply,
        "due_at": message.due_at,
        "sent_at": message.sent_at,
    }


def _line(message: Message) -> str:
    from crm.domain.reasons import sentence

    why = f"  ({sentence(message.state_reason)})" if message.state_reason else ""
    return f"{message.id:>6}  {message.state.value:<9}  {message.to_address}  {message.subject}{why}"


def _sentence(message: Message, handoff: Handoff) -> str:
    from crm.domain.reasons import sentence

    if message.state == "sent" and message.via == "local":
        return f"Kept in the local mailbox, since no mail server is set: {handoff.post.local.folder}"
    if message.state == "sent":
        return f"Sent to {message.to_address}: {message.server_reply}"
    why = sentence(message.state_reason) if message.state_reason else f"It is {message.state.value} now"
    return f"Not sent. {why}. {message.server_reply}".strip()
