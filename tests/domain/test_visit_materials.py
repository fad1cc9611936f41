from __future__ import annotations

from crm.domain import visit_materials
from crm.domain.papers import ABOUT_CLIENTS, DocumentKind


def test_papers_are_known_by_value_and_by_title_and_other_things_stay_words() -> None:
    card, pad, sheet = visit_materials.read(["Card", "referral pad", "service-sheet:weight_management", ""])
    assert (card.words, card.paper, card.value) == ("Card", None, "Card")
    assert pad.paper is not None
    assert (pad.paper.kind, pad.value) == (DocumentKind.REFERRAL_PAD, "referral-pad")
    assert sheet.value == "service-sheet:weight_management"
    assert sheet.words.startswith("Service sheet: ")


def test_the_same_thing_is_taken_once() -> None:
    assert len(visit_materials.read(["Referral pad", "referral-pad", "Card", " Card "])) == 2


def test_papers_about_clients_are_only_words() -> None:
    assert visit_materials.read(["progress-report"])[0].paper is None
    assert not ABOUT_CLIENTS & set(visit_materials.PRINTED)


def test_every_choice_reads_as_itself() -> None:
    offered = visit_materials.choices()
    assert list(visit_materials.read(each.value for each in offered)) == offered
