"""What stands around every page, in one query: the counts beside the navigation, and how the mailbox is."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

CAP = 100
"""A badge says "99+" from here on, so no more than these are counted."""


class Around(NamedTuple):
    """Follow-ups due by today, messages that wait for a person, leaving and come in, all counted up to CAP; the mailbox
    if there is one."""

    followups: int
    messages: int
    inbox: int
    has_mailbox: bool
    is_paused: bool
    paused_reason: str


_AROUND = """
SELECT
  (SELECT count(*) FROM (
    SELECT 1 FROM task
    WHERE state IN ('open', 'waiting') AND state = 'open' AND due_on <= :today
      AND (owner_id = :user_id OR owner_id IS NULL) LIMIT {cap}) AS due),
  (SELECT count(*) FROM (
    SELECT 1 FROM message WHERE state IN ('in_doubt', 'failed', 'held') LIMIT {cap}) AS undecided),
  (SELECT count(*) FROM (SELECT 1 FROM inbound_message WHERE state = 'open' LIMIT {cap}) AS came_in),
  mailbox.id IS NOT NULL,
  mailbox.paused_at IS NOT NULL,
  coalesce(mailbox.paused_reason, '')
FROM (SELECT 1) AS one LEFT JOIN mail_account AS mailbox ON mailbox.id = (
  SELECT id FROM mail_account WHERE {chosen} ORDER BY paused_at IS NULL, id DESC LIMIT 1)
"""
_CHOSEN = {
    True: "preset = 'environment'",
    False: "preset NOT IN ('environment', 'local') AND archived_at IS NULL",
}


def around(connection: Connection, today: date, user_id: int | None, *, by_environment: bool) -> Around:
    """The answer for one person. `by_environment`: the settings of the environment name the mail server."""
    row = connection.execute(_query(by_environment), {"today": today, "user_id": user_id}).one()
    return Around(row[0], row[1], row[2], bool(row[3]), bool(row[4]), row[5])


@cache
def _query(by_environment: bool) -> sa.TextClause:
    query = sa.text(_AROUND.format(cap=CAP, chosen=_CHOSEN[by_environment]))
    return query.bindparams(sa.bindparam("today", type_=sa.Date), sa.bindparam("user_id", type_=sa.Integer))
