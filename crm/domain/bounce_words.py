"""What servers say when they refuse a message: `catalogue/bounce_words.csv`, in the order in which it is looked for.

A rule is what the words are about, the cause that follows, and a pattern for lower-case text in one line, without
addresses, links and codes. The patterns take the ways of saying a thing apart (who, what is wrong with it) instead of
listing sentences: every server has its own, and administrators change them. Earlier rules win: a server that says
"user unknown" while it names a block list refuses us, one that says "mailbox full" has a mailbox.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from itertools import groupby

from crm.domain.catalogue_rows import catalogue_rows
from crm.domain.kinds import BounceCause

#: Shorthand in the catalogue's patterns.
_SHORT = {
    "{user}": (
        r"(?:users?|recipients?|mailbox(?:es)?|accounts?|addressees?|(?:e-?mail )?address(?:es)?|rcpt|destinat\w+"
        r"|subscriber|customer|person|alias|local.?part|login|inbox)"
    ),
    "{gone}": (
        r"(?:unknown|not (?:be )?(?:found|known|exist|recogni[sz]ed|listed|present|local|valid|here|ok)"
        r"|(?:do(?:es)?|did) ?n[o']?t exist|(?:do(?:es)?|did) not have|doesn.?t have|non-?exist\w*|invalid"
        r"|no longer (?:valid|exist|available|active|in use|on)|wrong|bad\b|inexist\w*)"
    ),
}

#: The catalogue's last rule holds what is left: words that many kinds of refusal use.
_LAST = "the network or a server that did not answer"


@dataclass(frozen=True)
class Rule:
    """`about` is for people: it says what the server complained of."""

    about: str
    cause: BounceCause
    words: re.Pattern[str]

    @property
    def vague(self) -> bool:
        """Whether an exact code says more than these words do."""
        return self.about == _LAST


@cache
def rules() -> tuple[Rule, ...]:
    """All rules, compiled at the first use."""
    rows = groupby(catalogue_rows("bounce_words"), key=lambda row: (row["about"], row["cause"]))
    return tuple(
        Rule(about, BounceCause(cause), re.compile("|".join(_pattern(row["words"]) for row in group)))
        for (about, cause), group in rows
    )


def rule_for(words: str) -> Rule | None:
    """The first rule that the words of a server's answer fit."""
    return next((rule for rule in rules() if rule.words.search(words)), None)


def _pattern(text: str) -> str:
    for short, long in _SHORT.items():
        text = text.replace(short, long)
    return text
