from __future__ import annotations

import re

import pytest

from crm.domain import text_checks
from crm.domain.errors import NotFound
from crm.domain.measures import Change, measure
from crm.domain.papers import SAMPLES, DocumentKind
from crm.domain.report import Report
from crm.domain.sample_clients import SampleClient, sample_client, sample_clients, sample_report
from crm.domain.script import Audience
from crm.domain.taxonomy import specialties

CASES = [(one, kind) for one in sample_clients() for kind in sorted(SAMPLES)]
NAMES = [f"{one.audience.value}-{one.specialty}-{kind.value}" for one, kind in CASES]


def words_of(report: Report) -> str:
    story, subject = report.story, report.subject
    return "\n".join(
        [
            *(story.bottom_line, *story.goals, story.tolerance, story.events, *story.plan, story.ask),
            *(subject.code, subject.condition, subject.cleared, subject.period, *subject.limits),
            *(f"{line.day}. {line.work}. {line.response}" for line in report.log),
            *(f"{row.label}. {row.basis} {row.norm}" for row in report.rows),
        ]
    )


@pytest.mark.parametrize(("one", "kind"), CASES, ids=NAMES)
def test_every_sample_is_in_scope_private_and_complete(one: SampleClient, kind: DocumentKind) -> None:
    report = sample_report(one.audience, kind, one.specialty)
    words = words_of(report)
    assert text_checks.check(words) == []
    assert "{" not in words
    assert not re.search(r"\b(?:19|20)\d\d\b", report.story.bottom_line + report.story.events)
    assert report.sample
    assert 4 <= len(report.rows) <= 8
    assert report.plot_key in {row.key for row in report.rows}
    assert report.subject.attended <= report.subject.scheduled
    assert report.story.ask


@pytest.mark.parametrize("audience", Audience)
def test_every_reader_has_a_client(audience: Audience) -> None:
    assert sample_client(audience).series


def test_every_specialty_finds_its_client_and_some_have_their_own() -> None:
    for each in specialties().values():
        assert sample_client(Audience(each.audience), each.key).audience is not Audience.GATEKEEPER
    assert sample_client(Audience.HEART_LUNG, "pulmonology").specialty == "pulmonology"
    assert sample_client(Audience.HEART_LUNG, "cardiology").specialty == ""


@pytest.mark.parametrize("one", sample_clients(), ids=lambda one: f"{one.audience.value}-{one.specialty}")
def test_a_progress_sample_is_honest(one: SampleClient) -> None:
    """Something is beyond its threshold, and something is not."""
    report = sample_report(one.audience, DocumentKind.SAMPLE_PROGRESS_REPORT, one.specialty)
    called = {row.change for row in report.rows}
    assert Change.BETTER in called
    assert called & {Change.WITHIN_ERROR, Change.BELOW, Change.NONE}


@pytest.mark.parametrize("one", sample_clients(), ids=lambda one: f"{one.audience.value}-{one.specialty}")
def test_values_are_plausible_and_the_papers_agree(one: SampleClient) -> None:
    for series in one.series:
        assert all(measure(series.key).is_plausible(point.value) for point in series.points)
        assert (series.side.value != "") == measure(series.key).has_sides
        assert (series.motion.value != "") == measure(series.key).has_motions
    progress = sample_report(one.audience, DocumentKind.SAMPLE_PROGRESS_REPORT, one.specialty)
    discharge = sample_report(one.audience, DocumentKind.SAMPLE_DISCHARGE, one.specialty)
    assert [row.baseline for row in progress.rows] == [row.baseline for row in discharge.rows]
    assert [row.series for row in progress.rows] == [row.series[:3] for row in discharge.rows]
    assert progress.subject.attended < discharge.subject.attended
    assert len(progress.log) == 0


def test_the_codes_differ_and_none_is_initials() -> None:
    codes = [one.code for one in sample_clients()]
    assert len(set(codes)) == len(codes)
    assert all(code.startswith("Sample client ") for code in codes)


def test_the_client_whose_state_changed_is_another_one() -> None:
    status = sample_report(Audience.PT_OT, DocumentKind.SAMPLE_STATUS_CHANGE)
    assert status.subject.code != sample_report(Audience.PT_OT, DocumentKind.SAMPLE_DISCHARGE).subject.code


def test_a_first_assessment_shows_the_baseline_only() -> None:
    report = sample_report(Audience.PHYSICIAN, DocumentKind.SAMPLE_ASSESSMENT)
    assert all(row.now is None and row.baseline is not None for row in report.rows)


def test_only_the_session_log_has_lines_of_sessions() -> None:
    assert len(sample_report(Audience.PHYSICIAN, DocumentKind.SAMPLE_SESSION_LOG).log) == 4


def test_a_paper_that_is_no_sample_is_refused() -> None:
    with pytest.raises(NotFound):
        sample_report(Audience.PHYSICIAN, DocumentKind.OVERVIEW)
