"""Templates and their versions."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field

from crm.domain.kinds import TemplateKind
from crm.models.types import Row, added, choice, fk, instant, json_map, key, text

OF_A_TEMPLATE = sa.text("template_id IS NOT NULL")


class Template(Row, table=True):
    """A script, e-mail or document template by slug. Built-in ones come from the folders.

    `version_id` is the wording in force. `built_in` says that this is the folders' wording; a trainer's own wording of
    a built-in template keeps its slug, and a template made from another names it in `copied_from`. `meta` is what the
    kind needs: audience and channel of a script, kind and moment of an e-mail. `kept_hash` is the newer built-in
    wording that was offered and declined.
    """

    __tablename__ = "template"
    __table_args__ = (sa.UniqueConstraint("kind", "slug"),)

    id: int | None = key()
    kind: TemplateKind = choice(TemplateKind)
    slug: str = Field(max_length=80)
    title: str = ""
    about: str = Field(default="", sa_type=sa.Text, sa_column_kwargs=added(""))
    built_in: bool = True
    copied_from: str = Field(default="", max_length=80, sa_column_kwargs=added(""))
    kept_hash: str = Field(default="", max_length=64, sa_column_kwargs=added(""))
    meta: dict[str, object] = Field(default_factory=dict, sa_type=sa.JSON, sa_column_kwargs=added("{}"))
    version_id: int | None = Field(default=None)
    archived_at: datetime | None = instant()
    created_at: datetime = instant(null=False)


class TemplateVersion(Row, table=True):
    """One wording of a template, known by the hash of its content. Whatever was sent or printed points here.

    `number` counts a template's versions from 1. `based_on_id` is the built-in version that an own wording began from.
    """

    __tablename__ = "template_version"
    __table_args__ = (sa.UniqueConstraint("template_id", "content_hash"),)

    id: int | None = key()
    template_id: int = fk("template.id", null=False, index=False)
    content_hash: str = Field(max_length=64)
    content: dict[str, object] = json_map()
    number: int = Field(default=1, sa_column_kwargs=added("1"))
    based_on_id: int | None = Field(default=None)
    remarks: str = text()
    created_by: int | None = fk("user_account.id", index=False)
    created_at: datetime = instant(null=False)


class TemplateDraft(Row, table=True):
    """What somebody is writing and has not put into force; broken drafts are kept too. One for each user and template.

    A draft without a template becomes one when it is saved.
    """

    __tablename__ = "template_draft"
    __table_args__ = (
        sa.Index("uq_template_draft", "user_id", "template_id", unique=True, sqlite_where=OF_A_TEMPLATE,
                 postgresql_where=OF_A_TEMPLATE),
    )  # fmt: skip

    id: int | None = key()
    user_id: int = fk("user_account.id", null=False, index=False)
    kind: TemplateKind = choice(TemplateKind)
    template_id: int | None = fk("template.id", index=False, cascade=True)
    based_on_id: int | None = Field(default=None)
    copied_from: str = Field(default="", max_length=80)
    title: str = ""
    source: str = text()
    meta: dict[str, object] = json_map()
    updated_at: datetime = instant(null=False)


class TextOverride(Row, table=True):
    """Somebody took responsibility for words that a check blocks. `subject` says what they stand in."""

    __tablename__ = "text_override"
    __table_args__ = (sa.Index("ix_text_override_subject", "subject", "subject_id"),)

    id: int | None = key()
    subject: str = Field(max_length=40)
    subject_id: int = 0
    rule: str = Field(max_length=40)
    excerpt: str = text()
    reason: str = text()
    actor_id: int = fk("user_account.id", null=False, index=False)
    created_at: datetime = instant(null=False)
