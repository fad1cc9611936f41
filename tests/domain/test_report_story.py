from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.domain import comparisons, report_story, text_checks
from crm.domain.comparisons import Point, Series
from crm.domain.measures import Change, Motion, Side
from crm.domain.papers import REPORTS, DocumentKind
from crm.domain.populations import Person
from crm.domain.report import Row
from crm.domain.report_story import Facts, Happened

K = DocumentKind
OLD_KNEE = Person("female", (67, 67), frozenset({"knee_oa", "lower_limb", "musculoskeletal", "any"}))


def row(key: str, *values: float, person: Person = OLD_KNEE) -> Row:
    side = Side.RIGHT if key.startswith("rom_") else Side.NONE
    motion = Motion.ACTIVE if key.startswith("rom_") else Motion.NONE
    points = tuple(Point(f"day {number}", value, "Dana", "goniometer") for number, value in enumerate(values))
    return comparisons.row(Series(key, points, side=side, motion=motion), person)


def test_what_is_beyond_the_thresholds_is_said_with_its_values() -> None:
    said = report_story.judged([row("rom_knee_flexion", 95, 118), row("cst30", 9, 12)])
    assert said == (
        "Beyond the published thresholds: knee flexion (right) 95° to 118°, 30-second chair stand 9 to 12 reps."
    )


def test_what_lies_within_the_error_is_never_called_better() -> None:
    assert report_story.judged([row("cst30", 9, 10)]) == (
        "Nothing has moved beyond measurement error or a meaningful change so far: 30-second chair stand 9 to 10 reps."
    )


def test_worse_is_said_beside_better() -> None:
    said = report_story.judged([row("cst30", 12, 8), row("rom_knee_flexion", 95, 118)])
    assert said.startswith("Beyond the published thresholds: knee flexion")
    assert "worse by more than the measurement error: 30-second chair stand 12 to 8 reps" in said


def test_without_a_published_figure_the_values_stand_unjudged() -> None:
    child = Person("male", (9, 9))
    assert "no published figure fits" in report_story.judged([row("cst30", 9, 15, person=child)])


@given(st.lists(st.tuples(st.floats(0, 40), st.floats(0, 40)), min_size=1, max_size=4))
def test_praise_needs_a_change_beyond_the_threshold(pairs: list[tuple[float, float]]) -> None:
    rows = [row("cst30", round(before), round(after)) for before, after in pairs]
    said = report_story.judged(rows)
    assert ("Beyond the published thresholds" in said) is any(each.change is Change.BETTER for each in rows)
    assert ("orse by more than" in said) is any(each.change is Change.WORSE for each in rows)
    assert "improved" not in said


def test_an_assessment_names_what_is_past_a_cut_off() -> None:
    story = report_story.proposed(K.ASSESSMENT_SUMMARY, Facts("K-14", [row("cst30", 9)]))
    assert "30-second chair stand 9 reps" in story.bottom_line


@pytest.mark.parametrize("kind", sorted(REPORTS))
def test_what_is_proposed_passes_the_checks(kind: DocumentKind) -> None:
    facts = Facts(
        "K-14",
        [row("rom_knee_flexion", 95, 118), row("cst30", 9, 10)],
        attended=11,
        scheduled=12,
        started_on=date(2026, 2, 2),
        ended_on=date(2026, 5, 2),
        responses=["Effort 12 of 20"],
        events=[Happened(date(2026, 3, 1), "She fell at home", "No exercise that day", "Your office was called")],
    )
    story = report_story.proposed(kind, facts)
    said = "\n\n".join((story.bottom_line, story.tolerance, story.events, *story.plan, story.ask))
    assert text_checks.check(said) == []
    assert story.bottom_line.endswith(".")


@pytest.mark.parametrize("kind", sorted(REPORTS))
def test_an_empty_file_still_makes_a_story(kind: DocumentKind) -> None:
    assert report_story.proposed(kind, Facts("K-14", [])).bottom_line


def test_the_last_plan_is_proposed_again() -> None:
    assert report_story.proposed(K.PROGRESS_REPORT, Facts("K-14", [], last_plan=["Stairs"])).plan == ("Stairs",)


def test_an_event_is_told_in_sentences() -> None:
    told = Happened(date(2026, 3, 1), "She fell at home ", "No exercise", "Your office was called on March 1")
    assert told.words == "March 1: She fell at home. No exercise. Your office was called on March 1."
