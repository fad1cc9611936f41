"""What every paper has: the sender's name, address, logo and colour, a title, a signature, a line at the foot."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from crm.documents.merge import TrainerFields
from crm.documents.pdf import FORMATS
from crm.domain import wording

SAMPLE_LINE = "Sample · a made-up client · not a real person"


@dataclass(frozen=True, slots=True)
class Sender:
    """Who a paper comes from, as printed. `ink` is the colour in a shade that reads on white paper."""

    name: str
    tagline: str = ""
    address: str = ""
    phone: str = ""
    fax: str = ""
    email: str = ""
    website: str = ""
    color: str = "#0f5f63"
    ink: str = "#0f5f63"
    logo: bytes = field(default=b"", repr=False)
    logo_mime: str = ""

    @property
    def contact(self) -> list[str]:
        """Address, numbers and web in at most three lines; what is not known is left out."""
        numbers = [self.phone, f"fax {self.fax}" if self.fax else ""]
        web = [self.email, self.website.removeprefix("https://").removeprefix("http://").rstrip("/")]
        return [line for line in (self.address, _dotted(numbers), _dotted(web)) if line]

    def brand(self) -> dict[str, Any]:
        """As layouts want it."""
        return {
            "name": self.name,
            "tagline": self.tagline,
            "contact": self.contact,
            "color": self.color,
            "ink": self.ink,
            "logo": FORMATS.get(self.logo_mime) if self.logo else None,
        }


def frame(
    sender: Sender, trainer: TrainerFields, *, title: str, kicker: str = "", sample: bool = False
) -> dict[str, Any]:
    """The beginning of every paper's content."""
    return {
        "brand": sender.brand(),
        "title": title,
        "author": trainer.name or sender.name,
        "about": f"{title}, from {sender.name}" if sender.name else title,
        "sample": sample,
        "sample_line": SAMPLE_LINE if sample else "",
        "kicker": kicker or title,
        "foot": " · ".join(part for part in (sender.name, title) if part),
    }


def signed(trainer: TrainerFields) -> Mapping[str, str]:
    """The line under the signature."""
    name = ", ".join(part for part in (trainer.name, trainer.credentials) if part)
    return {"line": _dotted([name, wording.capitalized(trainer.profession)])}


def _dotted(parts: list[str]) -> str:
    return " · ".join(part for part in parts if part)
