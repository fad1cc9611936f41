from dataclasses import replace

import pytest

from crm.documents.environment import TEMPLATES, used_fields
from crm.documents.faults import MissingField, TemplateFault
from crm.documents.merge import ContactFields, MergeFields, RelationshipFields, TrainerFields, examples, registry
from crm.documents.scripts import (
    fill_script,
    fill_script_source,
    script_source,
    script_templates,
)
from crm.domain import scope
from crm.domain.script import PARTS, Audience, Channel, Moment

FULL = examples()
BARE = replace(FULL, relationship=RelationshipFields(), contact=ContactFields())
LONG = replace(
    FULL,
    trainer=replace(FULL.trainer, name="Maria Fernanda de la Cruz Villanueva"),
    provider=replace(FULL.provider, dear="Alexandra Papadopoulos-Montgomery"),
    business=replace(FULL.business, name="Northwest Houston Medical Exercise and Wellness Studio"),
)
EVERY = [(audience, channel, moment) for audience in Audience for channel in Channel for moment in Moment]


@pytest.mark.parametrize(("audience", "channel", "moment"), EVERY)
@pytest.mark.parametrize("fields", [FULL, BARE], ids=["with a history", "without a history"])
def test_every_script_has_five_parts_and_does_what_a_good_script_does(
    audience: Audience, channel: Channel, moment: Moment, fields: MergeFields
) -> None:
    filled = fill_script(audience, channel, moment, fields)
    assert tuple(filled.parts) == PARTS
    assert len(filled.questions) == 2
    assert all(question.endswith("?") for question in filled.questions)
    assert filled.findings == ()
    assert [check.key for check in filled.checks if not check.passed] == []
    assert filled.fits, filled.words
    assert "May I send you a sample of my documentation" in filled.text or "may I send you a sample" in filled.text
    assert "I don't diagnose or treat" in filled.text
    assert not {"{", "}", "[", "]", "*", "=="} & set(filled.text)


@pytest.mark.parametrize("audience", Audience)
def test_a_visit_takes_150_to_280_words_and_a_hallway_at_most_60(audience: Audience) -> None:
    for fields in (FULL, LONG):
        for moment in Moment:
            assert 150 <= fill_script(audience, Channel.VISIT, moment, fields).words <= 280
            assert fill_script(audience, Channel.HALLWAY, moment, FULL).words <= 60


def test_each_audience_has_a_picture_of_its_own() -> None:
    pictures = {fill_script(one, Channel.VISIT, Moment.FIRST_CONTACT, FULL).parts["picture"] for one in Audience}
    assert len(pictures) == len(Audience)


def test_the_state_of_the_relationship_changes_opening_and_invitation() -> None:
    for channel in Channel:
        filled = [fill_script(Audience.PHYSICIAN, channel, moment, FULL) for moment in Moment]
        assert len({(one.parts["opening"], one.parts["invitation"]) for one in filled}) == len(Moment)


def test_a_second_visit_quotes_the_answer_they_gave() -> None:
    filled = fill_script(Audience.PT_OT, Channel.VISIT, Moment.SECOND_VISIT, FULL)
    assert FULL.relationship.answer in filled.parts["opening"]


def test_the_desk_is_greeted_by_its_own_name() -> None:
    assert "Hello Teresa" in fill_script(Audience.GATEKEEPER, Channel.VISIT, Moment.FIRST_CONTACT, FULL).text
    assert "Hello there" in fill_script(Audience.GATEKEEPER, Channel.VISIT, Moment.FIRST_CONTACT, BARE).text


def test_a_voicemail_gives_the_number_twice() -> None:
    filled = fill_script(Audience.PHYSICIAN, Channel.VOICEMAIL, Moment.FIRST_CONTACT, FULL)
    assert filled.text.count("(713) 555-0142") == 2


def test_a_missing_name_stops_the_script_and_is_named() -> None:
    nameless = replace(FULL, trainer=TrainerFields())
    with pytest.raises(MissingField, match=r"Fill in “Name” in Settings › You\."):
        fill_script(Audience.PHYSICIAN, Channel.VISIT, Moment.FIRST_CONTACT, nameless)
    marked = fill_script(Audience.PHYSICIAN, Channel.VISIT, Moment.FIRST_CONTACT, nameless, mark_missing=True)
    assert "I'm [Name]" in marked.text
    assert [fault.path for fault in marked.missing] == ["trainer.name", "trainer.profession"]


@pytest.mark.parametrize("path", sorted(TEMPLATES.glob("*/**/*.j2")), ids=lambda path: str(path.relative_to(TEMPLATES)))
def test_every_merge_field_of_every_template_is_known(path) -> None:
    if path.relative_to(TEMPLATES).parts[0] == "web":
        return
    assert used_fields(path.read_text(encoding="utf-8")).keys() <= registry().keys()


def test_an_own_script_needs_a_part() -> None:
    with pytest.raises(TemplateFault, match="opening"):
        fill_script_source("Hello there", Audience.PHYSICIAN, Channel.VISIT, Moment.FIRST_CONTACT, FULL)


def test_there_is_one_template_for_each_audience_and_channel() -> None:
    assert len(script_templates()) == len(Audience) * len(Channel)
    assert script_templates()["pt_ot-visit"].title == "PT and OT · Visit"
    assert "extends" in script_source(Audience.PT_OT, Channel.VISIT)


def test_the_sources_themselves_stay_in_scope() -> None:
    for path in sorted((TEMPLATES / "scripts").glob("**/*.j2")):
        assert scope.blocks(scope.check(path.read_text(encoding="utf-8"))) == [], path.name
