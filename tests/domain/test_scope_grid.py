"""Acts and services in sentences whose frame alone says whether they are ours: what is expected follows from the frame.

Unlike the labelled sentences nobody wrote these one by one, so that a rule made for one sentence is seen to be that.
"""

from collections.abc import Iterator

import pytest

from crm.domain import scope

#: What a clinician does: as an infinitive, of a third person, as a gerund, in the past, and to what.
ACTS = (
    ("diagnose", "diagnoses", "diagnosing", "diagnosed", "back pain"),
    ("treat", "treats", "treating", "treated", "arthritis"),
    ("cure", "cures", "curing", "cured", "sciatica"),
    ("rehabilitate", "rehabilitates", "rehabilitating", "rehabilitated", "shoulders"),
    ("prescribe", "prescribes", "prescribing", "prescribed", "medication"),
    ("adjust", "adjusts", "adjusting", "adjusted", "spines"),
    ("mobilize", "mobilizes", "mobilizing", "mobilized", "stiff joints"),
    ("relieve", "relieves", "relieving", "relieved", "back pain"),
    ("interpret", "interprets", "interpreting", "interpreted", "X-rays"),
    ("write", "writes", "writing", "wrote", "meal plans"),
    ("order", "orders", "ordering", "ordered", "blood tests"),
)
NOT_OUR_ACT = (
    "I don't {does} {it}.",
    "My job is not to {does} {it}.",
    "Dr. Lee {he_does} {it}.",
    "Do you {does} {it} in your office?",
    "I leave it to you to {does} {it}.",
    "If a client asks me to {does} {it}, I send them to you.",
    "The surgeon {did} {it} last week.",
    "Neither I nor my staff {does} {it}.",
    "It would be wrong for me to {does} {it}.",
    "We stay away from {doing} {it}.",
)
OUR_ACT = (
    "I {does} {it}.",
    "Our trainers {does} {it}.",
    "I have {did} {it} for years.",
    "We specialize in {doing} {it}.",
    "I am trained to {does} {it}.",
    "I not only coach, I also {does} {it}.",
    "My assistant and I {does} {it}.",
    "You refer, we {does} {it}.",
    "Our head coach {he_does} {it}.",
    "I {does} {it} so that you don't have to.",
)
SERVICES = ("physical therapy", "treatment", "rehab", "massage", "meal plans", "dry needling", "wound care")
NOT_OUR_SERVICE = (
    "We don't offer {it}.",
    "Your clinic offers {it}; my studio doesn't.",
    "Clients who need {it} are referred to you.",
    "After her {it} with you ended, she joined us.",
    "Our program is no substitute for {it}.",
    "Insurance paid for twelve sessions of {it}.",
)
OUR_SERVICE = (
    "We offer {it}.",
    "Come to us for {it}.",
    "I specialize in {it}.",
    "You can send me anyone who needs {it}.",
    "Our services: strength training, {it}, stretching.",
    "Your patients will receive {it} with us.",
)
CONDITIONS = ("a torn meniscus", "sciatica", "frozen shoulder", "a herniated disc", "plantar fasciitis", "bursitis")
DOCUMENTED = (
    "Your note says that she has {it}.",
    "Dr. Lee diagnosed {it} last year.",
    "I can't say whether it is {it}.",
    "Provider-reported condition: {it}.",
    "Her physician found {it} in May.",
)
NAMED_BY_US = (
    "I think she has {it}.",
    "It looks like {it} to me.",
    "I found {it} in the first session.",
    "Her pain comes from {it}.",
    "Assessment: {it}.",
)
TITLES = ("physical therapist", "doctor", "nurse", "dietitian", "chiropractor", "rehab specialist")
NOT_OUR_TITLE = ("I am not a {it}.", "Ask your {it} first.", "The {it} at your clinic referred her.")
OUR_TITLE = ("I am a {it}.", "As a {it} I know what to do.", "Hi, I'm Dana, your {it}.")
DRUGS = ("insulin", "blood pressure pills", "statins", "blood thinners", "painkillers")
THEIR_DRUG = ("Her doctor reduced {it} last week.", "Questions about {it} go to you.", "I don't advise on {it}.")
OUR_WORD_ON_IT = ("I told her to stop {it}.", "We help people get off {it}.", "You won't need {it} any more.")
PAYERS = ("Medicare", "your insurance", "Blue Cross", "their health plan")
NOT_PAID = ("{it} rarely covers what I do.", "I don't bill {it}.", "When {it} stops paying, I am here.")
PAID = ("{it} will pay for our sessions.", "We bill {it} for you.", "Our sessions are covered by {it}.")


def _acts(frames: tuple[str, ...]) -> Iterator[str]:
    for does, he_does, doing, did, it in ACTS:
        for frame in frames:
            yield frame.format(does=does, he_does=he_does, doing=doing, did=did, it=it)


def _filled(frames: tuple[str, ...], words: tuple[str, ...]) -> Iterator[str]:
    for word in words:
        for frame in frames:
            said = frame.format(it=word)
            yield said[0].upper() + said[1:]


FINE = {
    "acts": [*_acts(NOT_OUR_ACT)],
    "services": [*_filled(NOT_OUR_SERVICE, SERVICES)],
    "conditions": [*_filled(DOCUMENTED, CONDITIONS)],
    "titles": [*_filled(NOT_OUR_TITLE, TITLES)],
    "drugs": [*_filled(THEIR_DRUG, DRUGS)],
    "payers": [*_filled(NOT_PAID, PAYERS)],
}
OUT_OF_SCOPE = {
    "acts": [*_acts(OUR_ACT)],
    "services": [*_filled(OUR_SERVICE, SERVICES)],
    "conditions": [*_filled(NAMED_BY_US, CONDITIONS)],
    "titles": [*_filled(OUR_TITLE, TITLES)],
    "drugs": [*_filled(OUR_WORD_ON_IT, DRUGS)],
    "payers": [*_filled(PAID, PAYERS)],
}


@pytest.mark.parametrize("sort", FINE)
def test_what_is_denied_or_somebody_elses_is_never_stopped(sort: str) -> None:
    assert [said for said in FINE[sort] if scope.blocks(scope.check(said))] == []


@pytest.mark.parametrize("sort", OUT_OF_SCOPE)
def test_what_is_ours_is_always_stopped(sort: str) -> None:
    assert [said for said in OUT_OF_SCOPE[sort] if not scope.blocks(scope.check(said))] == []
