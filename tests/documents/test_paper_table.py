"""The table of a report: footnotes numbered once, published figures shortened without losing whom they hold for."""

from __future__ import annotations

from crm.documents.paper_table import Footnotes, measures_table, shorter
from crm.domain import sample_clients
from crm.domain.measures import Change
from crm.domain.papers import DocumentKind
from crm.domain.script import Audience


def test_a_basis_keeps_its_figure_its_people_and_its_source() -> None:
    said = "2.5 reps or more is beyond measurement error in adults with knee osteoarthritis (Gill 2022)."
    assert shorter(said) == "Beyond error from 2.5 reps in adults with knee osteoarthritis (Gill 2022)"


def test_two_figures_for_the_same_people_name_them_once() -> None:
    said = (
        "20 m or more is a small meaningful change in adults of 65 and over (Perera 2006); "
        "50 m or more is a meaningful change in adults of 65 and over (Perera 2006)."
    )
    assert shorter(said) == "Small change from 20 m, meaningful from 50 m in adults of 65 and over (Perera 2006)"


def test_why_nothing_is_judged_stays_a_sentence() -> None:
    said = "Not judged: figures were published for adults with knee osteoarthritis (Gill 2022)."
    assert shorter(said) == "Figures were published for adults with knee osteoarthritis (Gill 2022)"


def test_a_source_has_one_number() -> None:
    notes = Footnotes()
    assert [notes.number("Gill 2022"), notes.number("CDC; Gill 2022"), notes.number("")] == ["1", "2, 1", ""]
    assert notes.sources == ["Gill 2022", "CDC"]


def test_nothing_inside_the_error_is_called_better() -> None:
    for audience in Audience:
        report = sample_clients.sample_report(audience, DocumentKind.SAMPLE_PROGRESS_REPORT)
        table = measures_table(report, report.rows, "Measured", Footnotes())
        for row, cells in zip(report.rows, table["rows"], strict=True):
            assert (cells[4]["text"] == "Better") is (row.change is Change.BETTER)
            assert (cells[4]["mark"] == "better") is (row.change is Change.BETTER)


def test_what_was_measured_once_stands_beside_published_figures() -> None:
    report = sample_clients.sample_report(Audience.PHYSICIAN, DocumentKind.SAMPLE_ASSESSMENT)
    table = measures_table(report, report.rows, "Stands", Footnotes())
    assert [column["title"] for column in table["columns"]] == ["Measure", "Week 0", "Beside published figures", "Goal"]
