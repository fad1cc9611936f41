"""The rows behind a figure of the Results page."""

from __future__ import annotations

from datetime import date

from sqlmodel import Session

from crm.domain.periods import Period
from crm.domain.result_rows import Rows

PAGE = 50


def rows(
    session: Session,
    key: str,
    period: Period,
    *,
    today: date,
    zone: str,
    after: str | None = None,
    limit: int | None = PAGE,
) -> Rows:
    """A page of the rows behind a figure, the latest first; all of them without a limit (for exports).

    NotFound when there is no such figure.
    """
    raise NotImplementedError
