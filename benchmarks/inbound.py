"""How well and how fast received mail is classified: on real messages, beside the standard library's parser on the same.

HANDOFF_CORPUS=/path/to/samples .venv/bin/python -m benchmarks.inbound
"""

from __future__ import annotations

import csv
import json
import os
import sys
import time
from collections.abc import Callable, Iterable
from email import message_from_bytes
from pathlib import Path

from crm.domain.inbound import Verdict
from crm.domain.replies import reply_text
from crm.mail.classify import classify

ROUNDS = 5


def main() -> None:
    """Print one JSON line for each measure."""
    folder = os.environ.get("HANDOFF_CORPUS")
    if not folder:
        print("Left out: HANDOFF_CORPUS names no folder of sample messages", file=sys.stderr)
        return
    mail = Path(folder) / "mail"
    rows = list(csv.DictReader((mail / "bounces.csv").open(encoding="utf-8")))
    raws = {row["file"]: (mail / "bounces" / row["file"]).read_bytes() for row in rows}
    report("bounces", bounces(rows, {name: classify(raw) for name, raw in raws.items()}))
    report("replies", replies(mail / "replies"))
    report("milliseconds a message", speed(list(raws.values())))


def bounces(rows: list[dict[str, str]], verdicts: dict[str, Verdict]) -> dict[str, object]:
    """Shares of the bounces detected, their recipients exact, their causes right; and other mail called a bounce."""
    of_us = [(row, verdicts[row["file"]]) for row in rows if row["kind"] == "bounce"]
    caused = [(row, verdict) for row, verdict in of_us if row["cause"]]
    return {
        "messages": len(of_us),
        "detected": share([verdict.kind == "bounce" for _, verdict in of_us]),
        "recipients": share([lower(row["recipients"].split()) == lower(verdict.recipients) for row, verdict in of_us]),
        "causes": share([verdict.cause == row["cause"] for row, verdict in caused]),
        "others_called_bounce": sum(
            verdicts[row["file"]].kind == "bounce" for row in rows if row["kind"] != "bounce"
        ),
    }  # fmt: skip


def replies(folder: Path) -> dict[str, object]:
    """How many texts are exactly what the person wrote, and how many lack a line of it."""
    pairs = [
        (
            (folder / "expected" / path.name).read_text(encoding="utf-8").strip(),
            reply_text(path.read_text(encoding="utf-8")),
        )
        for path in sorted((folder / "emails").iterdir())
    ]
    lost = [any(line.strip() not in found for line in expected.splitlines()) for expected, found in pairs]
    return {
        "texts": len(pairs),
        "exact": sum(one == other.strip() for one, other in pairs),
        "with_lines_lost": sum(lost),
    }


def speed(raws: list[bytes]) -> dict[str, object]:
    """Classifying, against only parsing the same bytes; best of some rounds."""
    ours = min(timed(classify, raws) for _ in range(ROUNDS))
    floor = min(timed(message_from_bytes, raws) for _ in range(ROUNDS))
    return {"classify": round(ours, 3), "floor_parse": round(floor, 3), "times_the_floor": round(ours / floor, 1)}


def timed(read: Callable[[bytes], object], raws: list[bytes]) -> float:
    """Milliseconds for one message, on average."""
    before = time.perf_counter()
    for raw in raws:
        read(raw)
    return (time.perf_counter() - before) * 1000 / len(raws)


def lower(addresses: Iterable[str]) -> list[str]:
    """Addresses as they are compared."""
    return sorted(each.lower() for each in addresses)


def share(found: list[bool]) -> float:
    """In percent."""
    return round(100 * sum(found) / len(found), 1)


def report(name: str, figures: dict[str, object]) -> None:
    """One line of JSON."""
    print(json.dumps({"measure": name, **figures}))


if __name__ == "__main__":
    main()
