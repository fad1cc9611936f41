"""How many outreach mails are rendered and assembled per second on one core, ready for the wire.

.venv/bin/python -m benchmarks.messages

Each message is a built-in e-mail filled in the sandbox for another provider (subject, text and HTML with inlined CSS,
footer with its own unsubscribe link) and composed. The floors only assemble the same text and HTML, rendered before:
stdlib's EmailMessage under its default policy, and email.mime under compat32.
"""

from __future__ import annotations

import itertools
import json
import os
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from email.message import EmailMessage
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.policy import SMTP
from email.utils import format_datetime, formataddr

from crm.documents.emails import RenderedEmail, render_email
from crm.documents.merge import MergeFields, examples
from crm.mail.compose import Letter, OptOut, compose

COUNT = 500
NOW = datetime(2026, 3, 4, 16, 0, tzinfo=UTC)


def main() -> None:
    """Print one JSON line for each: messages a second of CPU time, the best of three runs."""
    fields = examples()
    people = [replace(fields, provider=replace(fields.provider, dear=f"Dr. Okafor {n}")) for n in range(COUNT)]
    mail = render(people[0], 0)
    report("rendered and assembled", lambda n: compose(letter(render(people[n], n), n)), bytes_each=len(ours(mail)))
    report("rendered", lambda n: render(people[n], n))
    report("assembled", lambda n: compose(letter(mail, n)))
    report("floor: EmailMessage, default policy", lambda n: by_email_message(mail, n))
    report("floor: email.mime, compat32", lambda n: by_mime(mail, n))


def render(fields: MergeFields, n: int) -> RenderedEmail:
    """One person's mail, with the link that is theirs."""
    unsubscribe = replace(fields.message, opt_out_url=link(n))
    return render_email("introduction", replace(fields, message=unsubscribe), audience="physician")


def link(n: int) -> str:
    """An unsubscribe link."""
    return f"https://handoff.example/u/{n:032x}"


def letter(mail: RenderedEmail, n: int) -> Letter:
    """What is composed."""
    return Letter(
        message_id=f"<{n:032x}@stride.example>",
        sent_at=NOW,
        from_address="dana@stride.example",
        from_name="Dana Ruiz",
        to_address=f"provider{n}@clinic.example",
        to_name=f"Provider {n}",
        subject=mail.subject,
        text=mail.text,
        html=mail.html,
        opt_out=OptOut("dana@stride.example", f"unsubscribe {n:032x}", link(n)),
    )


def ours(mail: RenderedEmail) -> bytes:
    """One message as it leaves."""
    return compose(letter(mail, 0))


def by_email_message(mail: RenderedEmail, n: int) -> bytes:
    """The floor that a new program would begin with."""
    message = EmailMessage()
    for name, value in headers(mail, n):
        message[name] = value
    message.set_content(mail.text)
    message.add_alternative(mail.html, subtype="html")
    return message.as_bytes(policy=SMTP)


def by_mime(mail: RenderedEmail, n: int) -> bytes:
    """The older classes of the standard library."""
    message = MIMEMultipart("alternative")
    for name, value in headers(mail, n):
        message[name] = value
    message.attach(MIMEText(mail.text, "plain", "utf-8"))
    message.attach(MIMEText(mail.html, "html", "utf-8"))
    return message.as_bytes()


def headers(mail: RenderedEmail, n: int) -> list[tuple[str, str]]:
    """The same headers for both floors."""
    return [
        ("From", formataddr(("Dana Ruiz", "dana@stride.example"))),
        ("To", formataddr((f"Provider {n}", f"provider{n}@clinic.example"))),
        ("Subject", mail.subject),
        ("Date", format_datetime(NOW)),
        ("Message-ID", f"<{n:032x}@stride.example>"),
        ("List-Unsubscribe", f"<{link(n)}>"),
        ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
    ]


def report(name: str, act: Callable[[int], object], **more: object) -> None:
    """One line: per second of this process's CPU, and on the wall beside it."""
    act(0)
    cpu, wall = min(timed(act) for _ in range(3))
    line = {"what": name, "per_s_of_cpu": round(COUNT / cpu), "per_s": round(COUNT / wall), **more}
    print(json.dumps(line | {"load": os.getloadavg()[0]}), flush=True)


def timed(act: Callable[[int], object]) -> tuple[float, float]:
    """Seconds of CPU and on the wall for all of them."""
    cpu, wall = time.process_time(), time.perf_counter()
    for n in itertools.islice(itertools.count(), COUNT):
        act(n)
    return time.process_time() - cpu, time.perf_counter() - wall


if __name__ == "__main__":
    main()
