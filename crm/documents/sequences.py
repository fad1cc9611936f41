"""The sequences that come with Handoff, as their files say them: `templates/sequences/<slug>.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from crm.documents.environment import TEMPLATES
from crm.domain.mail_kinds import StepKind
from crm.domain.sequence_checks import SequenceForm, StepForm


@lru_cache(maxsize=1)
def sequence_forms() -> Mapping[str, SequenceForm]:
    """The built-in sequences by slug, in the order of their files' names."""
    found = (
        tomllib.loads(path.read_text(encoding="utf-8")) for path in sorted((TEMPLATES / "sequences").glob("*.toml"))
    )
    return {each["slug"]: _form(each) for each in found}


def _form(read: Mapping[str, Any]) -> SequenceForm:
    opens, closes = read["window"]
    return SequenceForm(
        name=read["name"],
        about=read["about"],
        window_start=_minutes(opens),
        window_end=_minutes(closes),
        one_per_practice=read["one_per_practice"],
        colleague_stops=read["colleague_stops"],
        steps=tuple(_step(each) for each in read["steps"]),
    )


def _step(read: Mapping[str, Any]) -> StepForm:
    return StepForm(
        kind=StepKind(read["kind"]),
        delay_days=read.get("delay_days", 0),
        template_slug=read.get("template", ""),
        title=read.get("title", ""),
        remarks=read.get("remarks", ""),
        threads=read.get("threads", True),
        waits_days=read.get("waits_days", 5),
        document_kind=read.get("paper", ""),
    )


def _minutes(clock: str) -> int:
    hour, _, minute = clock.partition(":")
    return int(hour) * 60 + int(minute)
