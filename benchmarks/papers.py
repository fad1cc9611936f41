"""How fast a paper is set: one page with a table and a plot, beside a bare page of the same typesetter.

.venv/bin/python -m benchmarks.papers
"""

from __future__ import annotations

import json
import resource
import time
from collections.abc import Callable
from dataclasses import replace
from statistics import median
from typing import NamedTuple

from crm.documents import docx, merge, paper_letter, paper_report, paper_text, pdf
from crm.documents.paper_frame import Sender
from crm.documents.pdf import Sheet
from crm.domain import sample_clients
from crm.domain.papers import DocumentKind
from crm.domain.report import Report
from crm.domain.script import Audience

ROUNDS = 40


def main() -> None:
    """Print one JSON line for each measure: milliseconds for one, the floor's, what it adds to memory."""
    fields = replace(merge.examples(), paper=merge.PaperFields(kind="progress-report", sample="yes"))
    report = sample_clients.sample_report(Audience.PHYSICIAN, DocumentKind.SAMPLE_PROGRESS_REPORT)
    before = memory()
    first = seconds(lambda: pdf.pdf(progress(report, fields, "Client 0")))
    print(json.dumps({"what": "the first paper of a process", "ms": round(first * 1000), "adds_mb": memory() - before}))
    floor = best(lambda n: pdf.pdf(bare(n)))
    line(
        "one page with table and plot, words filled",
        best(lambda n: pdf.pdf(progress(report, fields, f"Client {n}"))),
        floor,
    )
    line("the same as a picture", best(lambda n: pdf.pictures(progress(report, fields, f"C {n}"))), floor)
    parts = {"body": "Dear Dr. Okafor,\n\n" + "A paragraph of a letter. " * 40, "subject": "Hello"}
    letter = [paper_letter.letter_sheet(parts, sender(f"Clinic {n}"), fields.trainer, title="L") for n in range(ROUNDS)]
    line("a letter", best(lambda n: pdf.pdf(letter[n])), floor)
    line("the letter as DOCX", best(lambda n: docx.letter_docx(letter[n])), floor)
    print(json.dumps({"what": f"memory after {4 * ROUNDS} papers", "adds_mb": memory() - before}))


def progress(report: Report, fields: merge.MergeFields, code: str) -> Sheet:
    """The page, another one for each code, so that nothing can be remembered."""
    words = paper_text.words("progress-report", fields)
    about = replace(report, subject=replace(report.subject, code=code))
    return paper_report.report_sheet(about, words, sender("Stride After Care"), fields.trainer, title="Progress report")


def sender(name: str) -> Sender:
    """Who sends it."""
    return Sender(name, "Exercise after therapy ends", "2400 Main St, Houston, TX 77005", "(713) 555-0142")


def bare(n: int) -> Sheet:
    """The floor: a letter of one line."""
    return paper_letter.letter_sheet({"body": f"Line {n}"}, sender("S"), merge.examples().trainer, title="Bare")


class Cost(NamedTuple):
    """Milliseconds for one."""

    clock: float
    cpu: float


def best(act: Callable[[int], object]) -> Cost:
    """The least of many after a warm-up."""
    act(0)
    clocks, works = [], []
    for n in range(ROUNDS):
        began, worked = time.perf_counter(), time.process_time()
        act(n)
        clocks.append(time.perf_counter() - began)
        works.append(time.process_time() - worked)
    return Cost(min(clocks) * 1000, median(works) * 1000)


def seconds(act: Callable[[], object]) -> float:
    """How long it takes."""
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def line(what: str, ours: Cost, floor: Cost) -> None:
    """Print a measure beside the floor: by the clock, and the work of the processor, which neighbours change less."""
    said = {"ms": ours.clock, "cpu_ms": ours.cpu, "floor_ms": floor.clock, "floor_cpu_ms": floor.cpu}
    print(json.dumps({"what": what, **{name: round(value, 1) for name, value in said.items()}}))


def memory() -> int:
    """The most this process has held so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


if __name__ == "__main__":
    main()
