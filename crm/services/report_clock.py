"""The report clock: what is owed to whom about a client, wound again whenever something about the client changes."""

from __future__ import annotations

from crm.models.clients import Client
from crm.services.acts import Act


def wind(act: Act, client: Client) -> None:
    """Bring the reports owed about this client up to date with their file, in the caller's transaction.

    Winding twice owes nothing twice. Call it after every change to a client's first or last day, rhythm, next visit to
    the provider, events, sessions, or to who is kept informed.
    """
