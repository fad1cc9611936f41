"""An empty form of a session, which the client's page and the form's own page share."""

from __future__ import annotations

import secrets

from crm.web.presentation import today


def fresh() -> dict[str, str]:
    """Today, attended, and a key of its own, so that a form sent twice is one session."""
    return {"state": "attended", "happened_on": today().isoformat(), "client_key": secrets.token_hex(16)}
