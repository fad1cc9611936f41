"""Logo and colour of the papers: kept with the business, changed with a way back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlmodel import Session

from crm.domain import colors, pictures
from crm.domain.errors import Invalid, NotFound
from crm.models.accounts import Business
from crm.models.messages import StoredFile
from crm.services import accounts, changes, files
from crm.services.changes import Recorder
from crm.store.engine import Database


@dataclass(frozen=True, slots=True)
class Branding:
    """What papers are dressed in. `ink` is the shade of the colour that can be read on white paper."""

    color: str = colors.USUAL
    ink: str = colors.USUAL
    on_color: str = colors.WHITE
    logo: bytes | None = None
    logo_mime: str = ""


def of(session: Session, folder: Path) -> Branding:
    """The colour and the logo's bytes; without a logo, or where its file is gone, papers go without."""
    business = session.get(Business, 1)
    verdict = colors.judged(color_of(business))
    logo = logo_of(session)
    content = None
    if logo is not None:
        try:
            content = files.read(folder, logo.sha256)
        except NotFound:
            logo = None
    mime = logo.mime if logo is not None else ""
    return Branding(verdict.color, verdict.ink, verdict.on_color, content, mime)


def color_of(business: Business | None) -> str:
    """The colour, or the usual one where none (or nonsense) is kept."""
    try:
        return colors.checked(business.color) if business is not None else colors.USUAL
    except Invalid:
        return colors.USUAL


def logo_of(session: Session) -> StoredFile | None:
    """The logo's row."""
    business = session.get(Business, 1)
    if business is None or business.logo_file_id is None:
        return None
    return session.get(StoredFile, business.logo_file_id)


def set_color(db: Database, text: str, *, actor_id: int | None, now: datetime) -> int | None:
    """Change the colour. Returns the change set, None where nothing differs. Raises Invalid for `color`."""
    color = colors.checked(text)
    with db.write() as session:
        return _change(session, "Changed the color of the papers", actor_id, now, color=color)


def set_logo(
    db: Database, folder: Path, name: str, content: bytes, *, actor_id: int | None, now: datetime
) -> int | None:
    """Take a picture as the logo, without what is written in it about place and maker. Returns the change set.

    Raises Invalid for `logo`: kind, size, pixels, damage.
    """
    try:
        picture = pictures.read(content)
    except pictures.Unusable as error:
        raise Invalid({"logo": str(error)}) from error
    content = pictures.bare(content)
    sha256 = files.keep(folder, content)
    with db.write() as session:
        shown = Path(name).name[:100] or "logo"
        row = files.row(session, sha256, len(content), name=shown, mime=picture.mime, now=now)
        return _change(session, "Changed the logo", actor_id, now, logo_file_id=row.id)


def remove_logo(db: Database, *, actor_id: int | None, now: datetime) -> int | None:
    """Papers go without a logo; its file stays, for the Undo and for what was sent with it."""
    with db.write() as session:
        return _change(session, "Took the logo off", actor_id, now, logo_file_id=None)


def _change(session: Session, label: str, actor_id: int | None, now: datetime, **values: object) -> int | None:
    business = accounts.ensure_business(session, now=now)
    recorder: Recorder = changes.begin(session, "branding", label, actor_id=actor_id, now=now)
    if not recorder.update(business, **values):
        session.delete(recorder.change_set)
        return None
    business.updated_at = now
    return recorder.id
