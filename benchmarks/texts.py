"""How fast texts are filled: a script, an outreach mail, a scope check; each beside a bare Jinja template of its length.

.venv/bin/python -m benchmarks.texts
"""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Callable
from dataclasses import replace

from jinja2 import Environment

from crm.documents.emails import render_email
from crm.documents.merge import examples
from crm.documents.scripts import fill_script
from crm.domain import scope
from crm.domain.script import Audience, Channel, Moment

ROUNDS = 300


def main() -> None:
    """Print one JSON line for each measure: microseconds for one, the floor's, and how many times the floor."""
    fields = examples()
    people = [replace(fields, provider=replace(fields.provider, dear=f"Dr. Okafor {n}")) for n in range(ROUNDS)]
    script = fill_script(Audience.PHYSICIAN, Channel.VISIT, Moment.SECOND_VISIT, fields).text
    mail = render_email("introduction", fields, audience="physician")
    report(
        "script: fill, count, check",
        lambda n: fill_script(Audience.PHYSICIAN, Channel.VISIT, Moment.SECOND_VISIT, people[n]),
        bare(script),
    )
    report(
        "mail: subject, text and inlined HTML",
        lambda n: render_email("introduction", people[n], audience="physician"),
        bare(mail.text + mail.html),
    )
    unheard = itertools.count()
    report(
        "scope check of 260 words, none seen before",
        lambda _: scope.check(script.replace(".", f" {next(unheard)}.")),
        bare(script),
    )


def bare(text: str) -> Callable[[int], object]:
    """The floor: a plain template of the same length with one name in it."""
    template = Environment(autoescape=False).from_string(text.replace("Dr. Okafor", "{{ name }}"))
    return lambda n: template.render(name=f"Dr. Okafor {n}")


def report(name: str, act: Callable[[int], object], floor: Callable[[int], object]) -> None:
    """Measure both after one warm-up, and print them."""
    ours, lowest = best(act), best(floor)
    print(json.dumps({"what": name, "us": round(ours), "floor_us": round(lowest), "ratio": round(ours / lowest, 1)}))


def best(act: Callable[[int], object]) -> float:
    """Microseconds for one, the best of three runs."""
    act(0)
    runs = []
    for _ in range(3):
        began = time.perf_counter()
        for n in range(ROUNDS):
            act(n)
        runs.append((time.perf_counter() - began) / ROUNDS * 1e6)
    return min(runs)


if __name__ == "__main__":
    main()
