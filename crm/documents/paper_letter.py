"""A letter on letterhead, from the same filled letter that the page shows."""

from __future__ import annotations

from collections.abc import Mapping

from crm.documents import prose
from crm.documents.merge import TrainerFields
from crm.documents.paper_frame import Sender, frame
from crm.documents.paper_text import rich
from crm.documents.pdf import Sheet


def letter_sheet(parts: Mapping[str, str], sender: Sender, trainer: TrainerFields, *, title: str) -> Sheet:
    """`parts` are the filled sections of a letter in the little markup. The letterhead stands for its sender."""
    paper = {
        **frame(sender, trainer, title=title),
        "address": rich(parts.get("address", "")),
        "date": prose.one_line(parts.get("date", "")),
        "subject": prose.one_line(parts.get("subject", "")),
        "body": rich(parts.get("body", "")),
        "closing": rich(parts.get("signature", "")),
    }
    return Sheet("letter", paper, sender.logo)
