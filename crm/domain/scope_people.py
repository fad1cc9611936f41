"""Who is meant by the words before a verb: us, the people we write to, a client, or a thing of ours."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from crm.domain.scope_text import THEM, US
from crm.domain.scope_words import Token

Whose = Literal["ours", "theirs", "client", "service", "name", "nobody"]

LICENSED = frozenset(
    "doctor doctors dr dr. physician physicians surgeon surgeons therapist therapists pt pts ot ots clinician"
    " clinicians"
    " provider providers nurse nurses np pa pas nps chiropractor chiropractors dietitian dietitians nutritionist rd"
    " cardiologist cardiologists oncologist oncologists rheumatologist neurologist orthopedist pulmonologist"
    " endocrinologist geriatrician pediatrician psychologist counselor counselors pharmacist pharmacists podiatrist"
    " radiologist physiatrist physiotherapist physiotherapists hospitalist specialist's md internist specialists"
    " practitioner practitioners professionals dentist psychiatrist".split()
)
PLACES = frozenset(
    "hospital hospitals clinic clinics unit units department departments office offices facility facilities practice"
    " practices center centers centre ward system network insurer insurers insurance medicare medicaid plan plans"
    " coverage va orthopedics orthopaedics medical surgery guidelines guideline college association payer payers lab cross shield aetna cigna humana united unitedhealthcare kaiser anthem"
    " school university agency hospice tricare va cms".split()
)
OUR_THINGS = frozenset(
    "exercise exercises movement training strength program programs session sessions class classes method methods"
    " approach system studio gym coach coaches trainer trainers walking course courses assessment assessments screen"
    " screening package packages fee membership workout workouts protocol technique techniques fitness coaching"
    " instructor app consultation intake technique equipment weights pilates yoga stretching service services business"
    " company boot-camp bootcamp regimen evaluation visit visits facility hour membership rate report reports".split()
)
_NAMED_OURS = frozenset(
    "fitness strength training exercise wellness gym studio movement performance trainers conditioning pilates"
    " athletics"
    " coaching bodyworks body motion fit trainer coach".split()
)
_NAMED_THEIRS = frozenset(
    "therapy orthopedics orthopaedics clinic hospital rehab rehabilitation health medical physicians surgery surgical"
    " associates cardiology oncology neurology therapists healthcare hospice chiropractic institute center pt md do"
    " memorial specialists kelsey clinics".split()
)
_OUR_THIRD = (LICENSED - {"specialists", "professionals", "practitioners"}) | frozenset(
    "wife husband father mother dad mom sister brother son daughter friend friends neighbor neighbors colleague"
    " colleagues landlord aunt uncle grandmother grandfather parents family insurer insurance".split()
)
CLIENTS = frozenset(
    "client clients patient patients people person adults seniors member members survivors survivor graduates graduate"
    " residents resident athletes athlete workers worker women men veterans kids children everyone anyone anybody"
    " somebody someone everybody those others most many some folks ppl employees grandmothers diabetics students"
    " participants she he they them it him".split()
)


def whose(words: Sequence[Token]) -> Whose:
    """Whose words a noun phrase is about, from its first word, its owner and its head."""
    if not words:
        return "nobody"
    head = words[-1]
    marks = [word.text[0] for word in words]
    if THEM[0] in marks or US[0] in marks:
        return "ours" if THEM[0] not in marks and head.low not in CLIENTS else "theirs"
    tags = [word.tag for word in words]
    if head.tag == "us":
        return "ours"
    if head.tag == "you" or "your" in tags:
        return "theirs"
    if "our" in tags:
        return "theirs" if any(word.low in _OUR_THIRD for word in words) else _ours(head)
    if "athletic" in (word.low for word in words) and head.low.startswith("trainer"):
        return "theirs"  # athletic trainers are licensed
    if head.low in LICENSED or head.low in PLACES or any(word.low in ("dr", "dr.") for word in words):
        return "theirs"
    if (named := _named(words)) is not None:
        return named
    if head.low in CLIENTS or head.tag == "they" or "their" in tags:
        return "client"
    return "service" if head.low in OUR_THINGS else "nobody"


def _ours(head: Token) -> Whose:
    return "client" if head.low in CLIENTS else "ours"


def _named(words: Sequence[Token]) -> Whose | None:
    """A name tells by its kind whether it is a clinic's or a gym's."""
    names = [word for word in words if word.named and word.tag in ("noun", "verb", "prep", "and")]
    if not names or (len(names) == 1 and len(words) == 1 and names[0].low in CLIENTS | OUR_THINGS):
        return None
    lows = {word.low for word in names}
    if len(names) > 1 or words[0].tag != "det":
        if lows & _NAMED_THEIRS:
            return "theirs"
        if len(names) > 1 and lows & _NAMED_OURS:
            return "service"
    if names[-1] is not words[-1]:
        return None
    return "name"


def is_client(word: Token) -> bool:
    """Whether a word names people who exercise with us or are cared for by them."""
    return word.low in CLIENTS
