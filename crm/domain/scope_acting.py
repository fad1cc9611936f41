"""Judges whatever we do to an ailment or a medicine: all of it blocks but a short list of harmless verbs."""

from __future__ import annotations

import re

from crm.domain.scope_denial import denied, somebody_elses
from crm.domain.scope_ours import declined
from crm.domain.scope_reading import NOMINAL, Sentence
from crm.domain.scope_regex import regex
from crm.domain.scope_rules import Rule, Verdict

#: What we may do with an ailment that has a name: hear of it, write it down, keep clear of it.
_MAY = regex(
    r"(?:know|knew|respect|not|note|record|document|report|mention|list|writ|wrote|ask|hear|heard|read|understand"
    r"|understood|see|saw|have|has|had|having|get|got|fear|avoid|discuss|describ|mean|includ"
    r"|cover|log|track|monitor|measur|check|watch|accept|support|accommodat|consider|follow|remember|rat|feel|felt"
    r"|caus|liv|lov|hat|want|need|expect|call|print|share|send|sent|tak|took|keep|kept|say|said"
    r"|tell|told|learn|notic|observ|return|worr|wonder|mind|serv|train|coach|teach|taught|welcom|studi|stud|face|risk"
    r"|think|thought|leav|left|hop|bring|brought|giv|gave|offer|provid|show|compar|chart|plot"
    r"|count|collect|copy|copi|receiv|match|lift|walk|add|find|found|be|am|is|are|was|were|suffer|carry|carri|use|mak"
    r"|made|let|help|help|stop|set|quot|review|honor|meet|met|recogni|imagin|doubt|question"
    r"|acknowledg|name|answer|refer|defer|move|pass|ignor|start|begin|began|work|plan|choos|chose|pick|adapt|design"
    r"|build|built|tailor|treat|cur|heal|fix|prescrib|diagnos|rehab|evaluat|assess|suspect"
    r"|believ|guess|speak|spoke|talk|do|did|does|done|go|went|come|came|look|try|tri|run|ran|lead|led|like|flag"
    r"|handl(?=e the (?:paper|form)))\w*"
)
_WITH_A_PREPOSITION = regex(
    r"\b(?:work(?:s|ed|ing)?|operat\w+) on$|\bdeal(?:s|t|ing)? with$|\b(?:tak(?:e|es|ing)|took) (?:good "
    r"|great )?care of$|\blook(?:s|ed|ing)? after$|\bspeciali[sz](?:e|es|ed|ing) in$"
    r"|\b(?:an? |the )?(?:\w+ )?(?:experts?|specialists?|expertise) (?:in|for|on)$|\bcar(?:e|es|ed|ing) for$|\b(?:talk"
    r"|coach|walk|guide|get)\w* (?:[\w']+ ){1,3}(?:out of|through|off|over|past)$"
    r"|\bgo(?:es)? to work on$|\bgo(?:es)? after$|\bwork(?:s|ed)? (?:miracles|wonders|magic) (?:with|on|for)$"
    r"|\bhelp(?:s|ed|ing)? (?:you |them |him |her )?with$|\bgood (?:at|with)$|\brelieve pressure on$"
    r"|\bshoulder to cry on$|\bspeed(?:s)? up the healing of$"
    r"|\b(?:go(?:es)?|went) (?:through|over)$|\bdecid\w+ (?:on|about)$|\bget(?:s|ting)? (?:to )?the (?:bottom"
    r"|root) of$|\bin charge of$|\btrained ear for$",
    re.IGNORECASE,
)
_KINDS = regex(
    r" (?:all |many |most |any |every |those |these )?(?:kinds?|sorts?|types?|manner|lots|cases?|pieces?|range) of$",
    re.IGNORECASE,
)
_DRUGS_MAY = regex(
    r"(?:know|knew|not|note|record|document|report|mention|list|writ|wrote|ask|hear|heard|read|understand|understood"
    r"|see|saw|have|has|had|log|track|copy|copi|receiv|keep|kept|say|said|tell|told|touch|tak|took"
    r"|discuss|includ|need|be|am|is|are|was|were|leav|left|respect|consider|get|got|review the list|follow|sell|sold"
    r"|hold the list|want|like|work|train|help|coach|meet|met|print|update|bring|remember|check)\w*"
)


#: What a provider would have us do is asked, not claimed.
_WISHED = regex(
    r"\b(?:how|what|whether) (?:you|he|she|they|your \w+)(?:'d| would)? (?:want|like|prefer|wish) (?:me|us) to\b",
    re.IGNORECASE,
)


def judge_acting(rule: Rule, sentence: Sentence, first: int, last: int) -> Verdict:
    """Blocks when the clause is ours and its verb, with the ailment as its object, is none of the harmless ones."""
    low = sentence.phrase_start(first)
    verb = sentence.verb_before(low)
    if (
        verb < 0
        or sentence.asks
        or _describes(sentence, last)
        or _WISHED.search(sentence.said(0, low))
        or denied(sentence, first, last)
        or somebody_elses(sentence, first)
    ):
        return None
    if {"your"} & set(sentence.tags[low:first]) and rule.key == "act_on_drugs":
        return None
    if sentence.subject(verb) != "ours" or declined(sentence, verb, last):
        return None
    between = sentence.tags[verb + 1 : low]
    if _WITH_A_PREPOSITION.search(_KINDS.sub("", sentence.said(max(0, verb - 3), low))):
        return "blocks"
    if any(tag not in NOMINAL and tag not in ("adv", "they") for tag in between) or sentence.tags[verb] != "verb":
        return None
    allowed = _DRUGS_MAY if rule.key == "act_on_drugs" else _MAY
    return None if allowed.fullmatch(sentence.words[verb].low) else "blocks"


def _describes(sentence: Sentence, last: int) -> bool:
    """ "Heart failure patients", "the injury report": an adjective of what follows."""
    return (
        last < len(sentence.words)
        and sentence.tags[last] in ("noun", "pos")
        and sentence.words[last].low not in ("today", "now", "here")
    )
