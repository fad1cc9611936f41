"""Templates and their versions."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field

from crm.domain.kinds import TemplateKind
from crm.models.types import Row, choice, fk, instant, json_map, key, text


class Template(Row, table=True):
    """A script, e-mail or document template by slug. Built-in ones come from the folders."""

    __tablename__ = "template"
    __table_args__ = (sa.UniqueConstraint("kind", "slug"),)

    id: int | None = key()
    kind: TemplateKind = choice(TemplateKind)
    slug: str = Field(max_length=80)
    title: str = ""
    built_in: bool = True
    version_id: int | None = Field(default=None)
    archived_at: datetime | None = instant()
    created_at: datetime = instant(null=False)


class TemplateVersion(Row, table=True):
    """One wording of a template, known by the hash of its content. Whatever was sent or printed points here."""

    __tablename__ = "template_version"
    __table_args__ = (sa.UniqueConstraint("template_id", "content_hash"),)

    id: int | None = key()
    template_id: int = fk("template.id", null=False, index=False)
    content_hash: str = Field(max_length=64)
    content: dict[str, object] = json_map()
    remarks: str = text()
    created_by: int | None = fk("user_account.id", index=False)
    created_at: datetime = instant(null=False)
