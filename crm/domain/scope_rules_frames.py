"""The rules whose patterns are made of classes of words: medical deeds, and constructions with harmless words.

They stand behind all others, so that of two findings in one place the plainer one is kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from crm.domain import scope_deciding as deciding
from crm.domain import scope_deeds as deeds
from crm.domain import scope_frames as frames
from crm.domain import scope_reasons as say
from crm.domain.scope_regex import regex
from crm.domain.scope_rules import Kind, Rule
from crm.domain.scope_rules_more import RULES as BEFORE


def _rule(key: str, kind: Kind, patterns: Iterable[str], why: str, suggestion: str, needs: str | None = None) -> Rule:
    asked_first = regex(needs, re.IGNORECASE) if needs else None
    return Rule(key, kind, regex("|".join(patterns), re.IGNORECASE), why, suggestion, asked_first)


_CLEAR_WHY = "Clearing somebody is the physician’s decision."
_CLEAR_SAY = "Say that the provider decides when it is safe."
_DECIDE_SAY = "Leave the decision to the provider and the client."
_PAYS_SAY = "Say “insurance rarely pays for this”."
FRAMED: tuple[Rule, ...] = (
    _rule("clears_for", "mending", deeds.CLEARING, _CLEAR_WHY, _CLEAR_SAY),
    _rule("reads_tests", "mending", deeds.READING, say.DIAGNOSE_WHY, say.DIAGNOSE_SAY),
    _rule("doses", "mending", deeds.DOSING, say.DRUGS_WHY, say.DRUGS_SAY),
    _rule("feeds", "mending", deeds.FEEDING, say.FOOD_WHY, say.FOOD_SAY),
    _rule("sends_off", "mending", deeds.SENDING_OFF, say.CLAIM_WHY, say.CLAIM_SAY),
    _rule("swaps", "mending", deeds.REPLACING, say.REPLACE_WHY, say.REPLACE_SAY),
    _rule("handles", "mending", deeds.HANDLING, "A medical act is the clinician’s.", "Leave it to the provider."),
    _rule("concludes", "frame", frames.CONCLUDING, say.NAME_WHY, say.NAME_SAY),
    _rule("promises", "frame", frames.PROMISING, say.CLAIM_WHY, say.CLAIM_SAY),
    _rule("concludes", "frame", frames.FELT[1], say.NAME_WHY, say.NAME_SAY, frames.FELT[0]),
    _rule("promises", "frame", frames.SOON_GONE[1], say.CLAIM_WHY, say.CLAIM_SAY, frames.SOON_GONE[0]),
    _rule("stands_in", "frame", frames.STANDING_IN, say.REPLACE_WHY, say.REPLACE_SAY),
    _rule("bills", "frame", frames.BILLING, say.CLAIM_WHY, _PAYS_SAY),
    _rule("decides", "mending", deciding.DECIDED[1], say.DIAGNOSE_WHY, _DECIDE_SAY, deciding.DECIDED[0]),
    _rule("sends_away", "frame", deciding.DISMISSED[1], say.REPLACE_WHY, say.REPLACE_SAY, deciding.DISMISSED[0]),
    _rule("promises", "frame", deciding.PROMISED[1], say.CLAIM_WHY, say.CLAIM_SAY, deciding.PROMISED[0]),
    _rule("bills", "frame", deciding.BILLED[1], say.CLAIM_WHY, _PAYS_SAY, deciding.BILLED[0]),
)
RULES: tuple[Rule, ...] = (*BEFORE, *FRAMED)
