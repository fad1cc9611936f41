"""What a period came to, in one sentence."""

from __future__ import annotations

from crm.domain.conversion import Rate


def sentence(started: Rate, quiet: tuple[str, int] | None = None, others: int = 0) -> str:
    """ "Received 7, started 5; Dr. Shah quiet for 104 days." `quiet` is a partner's name and days, `others` how many
    more are quiet.
    """
    said = f"Received {started.whole:,}, started {started.part:,}" if started.whole else "No referral received"
    if quiet is None:
        return f"{said}."
    name, days = quiet
    more = f" and {others:,} {'other' if others == 1 else 'others'}" if others else ""
    return f"{said}; {name} quiet for {days:,} {'day' if days == 1 else 'days'}{more}."
