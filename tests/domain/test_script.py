import pytest

from crm.domain import script
from crm.domain.pipeline import Stage
from crm.domain.script import Audience, Moment
from crm.domain.taxonomy import specialties

GOOD = {
    "opening": "Hello Dr. Okafor, I give people safe exercise once therapy or coverage ends.",
    "gap": "Many of your patients finish therapy before they feel ready.",
    "picture": "Picture one of your patients six months later: stronger and independent.",
    "alignment": "I don't diagnose or treat. I document balance on one page that supports your plan of care.",
    "invitation": "May I send you a sample of my documentation?",
}


def _passed(parts: dict[str, str]) -> dict[str, bool]:
    return {check.key: check.passed for check in script.check_script(parts)}


def test_a_good_script_does_all_four() -> None:
    assert _passed(GOOD) == {"scope": True, "extends": True, "documents": True, "outcomes": True}


def test_a_claim_to_treat_fails_the_scope_check_and_names_the_word() -> None:
    [scope, *_] = script.check_script(GOOD | {"gap": "I treat your patients' back pain."})
    assert not scope.passed
    assert "treat" in scope.why


def test_a_script_that_never_says_it_does_not_treat_is_told_so() -> None:
    assert not _passed(GOOD | {"alignment": "I document balance on one page."})["scope"]


def test_a_script_that_replaces_care_does_not_extend_it() -> None:
    assert not _passed(GOOD | {"gap": "My program replaces physical therapy."})["extends"]


def test_a_script_without_a_sample_does_not_show_documentation() -> None:
    assert not _passed(GOOD | {"invitation": "Call me."})["documents"]


def test_a_script_without_a_picture_of_their_people_does_not_make_them_look_good() -> None:
    assert not _passed(GOOD | {"picture": "My studio is new and has a view."})["outcomes"]


def test_every_specialty_has_an_audience() -> None:
    for specialty in specialties().values():
        assert script.choose_audience(specialty.key, specialty.audience) in Audience


def test_an_unknown_specialty_gets_the_general_script() -> None:
    assert script.choose_audience("other", "physician") is Audience.SPECIALIST


@pytest.mark.parametrize(
    ("stage", "facts", "moment"),
    [
        (Stage.PROSPECT, {}, Moment.FIRST_CONTACT),
        (Stage.CONTACTED, {}, Moment.FIRST_CONTACT),
        (Stage.CONTACTED, {"conversations": 1}, Moment.SECOND_VISIT),
        (Stage.INTRODUCED, {}, Moment.SECOND_VISIT),
        (Stage.SAMPLE_SENT, {"conversations": 2}, Moment.AFTER_SAMPLE),
        (Stage.PARTNER, {"referred_lately": True, "quiet": False}, Moment.THANK_YOU),
        (Stage.PARTNER, {"quiet": True}, Moment.REACTIVATION),
        (Stage.NOT_NOW, {}, Moment.REACTIVATION),
    ],
)
def test_the_moment_follows_the_relationship(stage: Stage, facts: dict[str, bool], moment: Moment) -> None:
    assert script.choose_moment(stage, **facts) is moment


def test_words_are_counted_as_spoken() -> None:
    assert script.word_count("I don't diagnose – or treat.\n\n- well") == 6
    assert script.speaking_seconds(150) == 60
