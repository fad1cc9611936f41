"""Secondary practice locations: more addresses for providers that we have."""

from __future__ import annotations

from collections.abc import Sequence

from crm.services import imports_rows
from crm.services.imports_counts import Counts
from crm.services.imports_rows import Turn
from crm.services.imports_values import address
from crm.sources.locations import Location
from crm.store import directory

UNKNOWN_PROVIDER = "unknown_provider"
NO_ADDRESS = "no_address"


def apply(turn: Turn, texts: Sequence[str], counts: Counts) -> None:
    """Add the addresses of a batch in the caller's transaction and count what became of its rows."""
    directory.take_turn(turn.session)
    rows = [Location.read(text) for text in texts]
    known = directory.known(turn.session, [row.npi for row in rows])
    wanted = [(row, address(row)) for row in rows if row.npi in known]
    counts.skipped[UNKNOWN_PROVIDER] += len(rows) - len(wanted)
    practices = imports_rows.ensure_practices(turn, [where for _, where in wanted], {})
    there = directory.works_at(turn.session, [known[row.npi].id for row, _ in wanted])
    fresh: list[tuple[int, int, str, str]] = []
    for row, where in wanted:
        practice = practices.get(where.address_key)
        provider_id = known[row.npi].id
        if practice is None:
            counts.skipped[NO_ADDRESS] += 1
        elif (provider_id, practice.id) in there:
            counts.unchanged += 1
        else:
            there.add((provider_id, practice.id))
            fresh.append((provider_id, practice.id, where.phone, where.fax))
    directory.insert_affiliations(turn.session, fresh, run_id=turn.run_id)
    counts.new += len(fresh)
