"""What excuses a term wherever it stands: advice against it, a client's question, what others wrongly believe of us."""

from __future__ import annotations

import re

from crm.domain.scope_lexicon import DOCTOR, verbs
from crm.domain.scope_reading import Sentence
from crm.domain.scope_regex import regex

_TELL = verbs("tell advise warn ask remind urge beg instruct teach caution encourage remind implore coach")
_CHANGE = verbs(
    "stop skip quit drop cut pause change reduce lower raise double halve adjust alter miss forget cancel ignore exceed"
    " postpone delay switch treat diagnose cure fix mix combine replace interrupt end treat self-treat self-diagnose"
    " take_more take_less come_off go_off give_up leave_out put_off cut_back throw_out"
)
#: "I told him not to stop his medication", "we never recommend that anyone stop".
_WARNED = regex(
    rf"\b{_TELL} (?:[\w'’.]+ ){{1,5}}?(?:not|never|n't) (?:to )?(?:ever |simply |just |suddenly )?{_CHANGE}\b[^.;?!]{{0,60}}$"
    rf"|\b(?:not|never|n't|rather than|instead of|nobody|no one)\b[^.;?!,]{{0,30}}\b{verbs('recommend suggest advise tell encourage')}"
    rf" [^.;?!,]{{0,50}}$"
    rf"|\b{_TELL} (?:[\w'’.]+ ){{1,5}}?against \w+ing\b[^.;?!]{{0,50}}$",
    re.IGNORECASE,
)
_ASKED = regex(
    r"\b(?:she|he|they|clients?|people|somebody|someone|(?:her|his|a|the|one|your|my) \w+|many|some|nobody|who|you) (?:\w+ )?"
    r"(?:asked|asks?|wondered|wonders?|wanted to know|wants? to know|inquired|inquires?)"
    r" (?:me |us |him |her |whether|if|how|what|about|for|the \w+ )[^.;?!]*$",
    re.IGNORECASE,
)
_ANSWERED = regex(r",? (?:and|but|so) (?:I|we|my|our)\b|[;—–:]|\. ", re.IGNORECASE)
_REDIRECTED = regex(
    rf"\b(?:no|not|n't|never|cannot|refer\w*|sen[dt]|call\w*|ask\w*|see|only|decline\w*|point\w*|{DOCTOR}|up to"
    rf"|question for|out of|outside|leave|left|pass\w*)\b|n't\b",
    re.IGNORECASE,
)
_MISBELIEVED = regex(
    r"\b(?:whoever|anyone who|anybody who|people who|those who|some (?:people|trainers)?|if somebody|it's|it is|that's)\b"
    r"[^.;]*\b(?:told|says?|said|thinks?|thought|believes?|claims?|claimed|myth|misunderstanding|mistake to|wrong to"
    r"|rumou?r|heard)\b[^.;]*\b(?:wrong|mistaken|myth|nonsense|misunderstanding|mistake|misled|not true|untrue|false"
    r"|isn't (?:so|true|right))\b|\b(?:it's|it is|that's|it would be) (?:a myth|a mistake|wrong|nonsense|a misunderstanding"
    r"|not true|illegal|dishonest)(?: of (?:me|us|a trainer))? (?:to (?:say|think|believe|claim|call|tell|promise)|that|if (?:I|we))\b",
    re.IGNORECASE,
)

#: "The gym next door sells supplements; we don't."
_NOT_US = regex(
    r"^[^.;?!]{0,40}[;,—–-]\s?(?:but |and |while )?(?:I|we) (?:don't|do not|never|won't|cannot|can't|do neither|do none of"
    r" (?:that|it))\W*$",
    re.IGNORECASE,
)
#: "They call me a therapist, and I correct them": our answer to it puts it right.
_CORRECTED = regex(
    r"^[^.?!]{0,60}[,;—–:.] ?(?:and |but |so )?(?:I|we) (?:\w+ )?(?:correct (?:them|him|her|people|that|it)|set (?:them|it|that|him"
    r"|her) straight|say no|said no|shake my head|take it down|took it down"
    r"|(?:tell|told|remind|reminded|say|said|answer|answered)\b[^.;]{0,30}?(?:\bnot\b|n't|\bno\b)|explain that (?:I|we)(?:'m| am|'re| are)? (?:not|don't"
    r"|can't))\b",
    re.IGNORECASE,
)
#: "I was wrong to use the word therapy".
_MENTIONED = regex(
    r"(?<!of )(?<!in )\b(?:the|that|this|words? like|say) (?:word|words|term|phrase|expression|label)s? [\"“'‘]?$|\bwords? like [\"“'‘]?$",
    re.IGNORECASE,
)

_BAD = (
    r"(?:wrong|illegal|improper|unethical|dangerous|irresponsible|inappropriate|unlawful|reckless|foolish|dishonest|a mistake"
    r"|malpractice|presumptuous|risky|unprofessional|against the law|out of line|out of bounds|forbidden|prohibited|impossible"
    r"|unfair|beyond me|a lie|fraud|false advertising|overstepping)"
)
#: "It would be wrong for me to treat", "a trainer who treats goes too far", "treating would be a mistake".
_CONDEMNED_BEFORE = regex(
    rf"\b{_BAD} (?:for|of|if|when) (?:me|us|a trainer|trainers|anyone|any trainer|I|we|someone|somebody)(?: here)?(?: (?:ever|were|tried"
    rf"|started|began))*(?: to)?(?: \w+ly)?[^.;?!,]{{0,30}}$|\b{_BAD} to(?: \w+){{0,4}} $|\bno business (?:\w+ )?$"
    r"|\b(?:forbid(?:s|den)?|prohibits?|prohibited|bans?|bars?|excludes?|excluded|disallows?|outlaws?|precludes?) (?:us from |me from |trainers from |any |all )?[^.;?!]{0,40}$"
    r"|\b(?:rules?|ruling|laws?|polic(?:y|ies)|decided|agreement|pledge|warn\w*|advis\w*|stance) (?:out|against) [^.;?!]{0,40}$"
    r"|\b(?:instead of|rather than|far from|short of|refrain from|stop short of) (?:trying|attempting|pretending|claiming|offering"
    r"|wanting|daring|presuming)? ?(?:to )?(?:\w+ ){0,2}$|\btrainers? (?:who|that) $",
    re.IGNORECASE,
)
_CONDEMNED = regex(
    rf"\b(?:goes too far|go too far|cross(?:es)? (?:a|the) line|breaks? the law|oversteps?|gives? (?:all of )?us a bad name|has no business"
    rf"|have no business|should (?:stop|be stopped|know better|not|never)|(?:is|are|would be|was) {_BAD}|isn't (?:one of us|a trainer)"
    r"|worr(?:y|ies) me|scares? me|makes? (?:me )?(?:nervous|a mistake)|makes? me cringe|risks? (?:harm|a lawsuit)|put(?:s)? people at risk"
    r"|should (?:raise|set off))\b",
    re.IGNORECASE,
)
_TRAINER_WHO = regex(
    r"\b(?:trainers?|coach(?:es)?|anyone|people|those|somebody|someone|whoever) (?:who|that|in town who)\b[^.;,]*$",
    re.IGNORECASE,
)
#: "If a client asks me to lower a dose, I send them to you."
_ASKED_OF_US = regex(
    r"\b(?:if|when|whenever|should|before|until) (?:[\w']+ ){1,4}?(?:asks?|wants?|begs?|expects?|needs?|tells?) (?:me|us) (?:to|about|for|how|whether"
    r"|if)\b[^.;?!,]*$|\b(?:hop|expect|think|thought|assum|believ|wish|want|insist|imagin|demand|suppos|ask|beg|urg)\w* (?:that )?(?:I|we|me"
    r"|us)\b[^.;?!,]*$",
    re.IGNORECASE,
)
#: "I am often asked whether I treat": no answer is given.
_OFTEN_ASKED = regex(
    r"\b(?:I|we)(?:'m|'re| am| are| get| was| were)? (?:\w+ )?asked (?:if|whether|about|how|to)\b[^.;?!,]*$",
    re.IGNORECASE,
)
_YES = regex(r"\b(?:yes|of course|gladly|sure|happily|and (?:I|we) (?:do|can|did|will)|answer is)\b", re.IGNORECASE)
#: "Diagnosing is for clinicians", "… requires a license", "… ? Not my job."
_NOT_OURS = regex(
    r"^\W{0,2}(?:[\w'’]+ ){0,4}?(?:[\w'’]+ ?)?(?:\?\W*(?:not (?:my|our) (?:job|place|work|business|role|call|field|lane)|not me\b|never\b|that's (?:your"
    r"|for (?:you|your|the|a)|the (?:doctor|physician|therapist))|ask (?:your|the) \w+)|\b(?:requires?|takes|needs|calls for|demands) (?:an? )"
    rf"(?:\w+ )?(?:license|degree|{DOCTOR}|professional)|\b(?:is|are) (?:best )?(?:for|left to|reserved for|done by|up to|something for|the"
    r" (?:job|work|role|task|province|domain|business) of|an? (?:job|matter|task) for) (?:an? |the |your |her |licensed |qualified )*"
    rf"(?:{DOCTOR}|licensed|qualified|professionals|clinics|you)\b|\b(?:is|are) (?:illegal|against the law|forbidden|prohibited|off limits"
    r"|not (?:allowed|legal|permitted))\b)",
    re.IGNORECASE,
)
_WRONG_PLACE = regex(
    r"\b(?:in|at|to) the wrong (?:place|address|door|person|studio|gym)\b|\bwrong (?:place|address) for\b",
    re.IGNORECASE,
)
_WE_DECLINE = regex(
    r",? (?:then )?(?:I|we|my|our|the answer|that)\b[^.;?!]*?\b(?:send|sent|refer|say no|decline|refuse|call|don't|can't|won't|never|not|no|point|ask"
    r" (?:you|your|the|their|her|his)|direct|leave|pass|tell (?:them|him|her) (?:to|that|no)|step back|question for|n't)\b",
    re.IGNORECASE,
)


def _condemned(sentence: Sentence, first: int, last: int) -> bool:
    """Whether doing it is called wrong."""
    before = sentence.said(0, first) + " "
    if _CONDEMNED_BEFORE.search(before) and not before.endswith(
        ("trainer who ", "trainers who ", "trainer that ", "trainers that ")
    ):
        return True
    after = sentence.said(last, len(sentence.words))
    if not _CONDEMNED.search(after):
        return False
    return bool(_TRAINER_WHO.search(before)) or sentence.words[first].low.endswith("ing")


def excused(sentence: Sentence, first: int, last: int) -> bool:
    """Whether the words around two places say that nobody claims or does what stands there."""
    if _MISBELIEVED.search(sentence.text):
        return True
    said, after = sentence.said(0, last), sentence.said(last, len(sentence.words))
    if _NOT_US.match(after) or _CORRECTED.match(after) or _MENTIONED.search(sentence.said(0, first) + " "):
        return True
    if _condemned(sentence, first, last):
        return True
    if _WRONG_PLACE.search(sentence.text) or (
        _OFTEN_ASKED.search(sentence.said(0, first) + " ") and not _YES.search(after)
    ):
        return True
    begins = sentence.words[sentence.clause_start(first)]
    if sentence.words[first].low.endswith("ing") or (begins.low.endswith("ing") and begins.tag == "verb"):
        end = sentence.words[min(last, len(sentence.words)) - 1].end
        if _NOT_OURS.match(sentence.paragraph[end : end + 100].lstrip()):
            return True
    if _ASKED_OF_US.search(sentence.said(0, first) + " ") and _WE_DECLINE.search(after):
        return True
    return bool(_WARNED.search(said)) or _only_asked(sentence, first, last)


def _only_asked(sentence: Sentence, first: int, last: int) -> bool:
    """ "She asked if she could skip her pills, and I told her to call you": asked by others, and not granted by us."""
    asked = _ASKED.search(sentence.said(0, first) + " ")
    if not asked or _ANSWERED.search(asked[0]):
        return False
    answer = _ANSWERED.search(sentence.said(last, len(sentence.words)))
    after = sentence.said(last, len(sentence.words))[answer.start() :] if answer else ""
    return bool(_REDIRECTED.search(after))
