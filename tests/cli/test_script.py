import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from crm.bootstrap import open_handoff
from crm.cli import cli
from crm.config import Settings
from crm.domain.kinds import TemplateKind
from tests import factories


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    handoff = open_handoff(Settings(data_dir=tmp_path, database_url=f"sqlite:///{tmp_path / 'handoff.db'}"))
    with handoff.db.write() as session:
        factories.make_business(session)
        factories.make_user(session)
        factories.make_provider(session, npi=factories.npi(7), last_name="Okafor")
    handoff.db.dispose()
    return tmp_path


def _run(data_dir: Path, *words: str) -> Result:
    environment = {"HANDOFF_DATA_DIR": str(data_dir), "HANDOFF_DATABASE_URL": ""}
    return CliRunner().invoke(cli, list(words), env=environment)


def test_the_script_is_printed_for_an_npi_and_for_a_number(data_dir: Path) -> None:
    by_npi, by_number = _run(data_dir, "script", factories.npi(7)), _run(data_dir, "script", "1")
    assert by_npi.exit_code == by_number.exit_code == 0
    assert by_npi.output == by_number.output
    assert "ESTABLISH THE GAP" in by_npi.output
    assert "Hello Dr. Okafor" in by_npi.output
    assert by_npi.output.count("[x]") == 4


def test_the_script_as_json_has_parts_questions_and_checks(data_dir: Path) -> None:
    done = _run(
        data_dir, "script", "1", "--audience", "gatekeeper", "--channel", "hallway", "--state", "thank_you", "--json"
    )
    found = json.loads(done.stdout)
    assert list(found["parts"]) == ["opening", "gap", "picture", "alignment", "invitation"]
    assert (found["audience"], found["channel"], found["state"]) == ("gatekeeper", "hallway", "thank_you")
    assert len(found["questions"]) == 2
    assert all(check["passed"] for check in found["checks"])
    assert found["words"] <= 60


def test_nobody_is_an_error_of_one_line(data_dir: Path) -> None:
    done = _run(data_dir, "script", "1234567893")
    assert done.exit_code == 1
    assert done.stderr == "Error: There is no provider with the NPI or number “1234567893”.\n"


def test_ones_own_words_are_printed(data_dir: Path) -> None:
    """Instead of the built-in ones, or a script of one's own by its name."""
    handoff = open_handoff(Settings(data_dir=data_dir, database_url=f"sqlite:///{data_dir / 'handoff.db'}"))
    meta = {"audience": "physician", "channel": "hallway"}
    with handoff.db.write() as session:
        for slug, words in (("orthopedics_sports-visit", "Well met"), ("lunch-talk", "Enjoy your lunch")):
            own = factories.make_template(
                session, kind=TemplateKind.SCRIPT, slug=slug, built_in=False, meta=meta, title=slug
            )
            source = f"== opening ==\n{words}, {{{{ provider.dear }}}}.\n"
            own.version_id = factories.make_template_version(session, template_id=own.id, content={"source": source}).id
    handoff.db.dispose()
    assert "Well met, Dr. Okafor." in _run(data_dir, "script", "1").output
    own_script = _run(data_dir, "script", "1", "--own", "lunch-talk")
    assert "Enjoy your lunch, Dr. Okafor." in own_script.output
    assert "physician, hallway" in own_script.output
    unknown = _run(data_dir, "script", "1", "--own", "nothing")
    assert (unknown.exit_code, unknown.stderr) == (1, "Error: There is no script called “nothing”.\n")


def test_an_empty_field_stops_it_and_is_named(tmp_path: Path) -> None:
    handoff = open_handoff(Settings(data_dir=tmp_path, database_url=f"sqlite:///{tmp_path / 'handoff.db'}"))
    with handoff.db.write() as session:
        factories.make_provider(session)
    handoff.db.dispose()
    done = _run(tmp_path, "script", "1")
    assert (done.exit_code, done.stderr) == (1, "Error: Fill in “Name” in Settings › You.\n")


def test_check_scope_finds_a_claim_and_exits_1(tmp_path: Path) -> None:
    (tmp_path / "good.txt").write_text("I don’t treat pain.", encoding="utf-8")
    (tmp_path / "bad.txt").write_text("Hello.\nI treat pain.", encoding="utf-8")
    good = _run(tmp_path, "check-scope", str(tmp_path / "good.txt"), "--json")
    bad = _run(tmp_path, "check-scope", str(tmp_path / "bad.txt"), "--json")
    assert (good.exit_code, json.loads(good.stdout)) == (0, {"findings": []})
    [finding] = json.loads(bad.stdout)["findings"]
    assert bad.exit_code == 1
    assert (finding["line"], finding["start"], finding["end"], finding["severity"]) == (2, 2, 7, "blocks")


@pytest.mark.parametrize(
    ("said", "meant"),
    [("pt-ot", "pt_ot"), ("orthopedics", "orthopedics_sports"), ("General", "specialist"), ("snf", "skilled_nursing")],
)
def test_an_audience_goes_by_one_word_of_its_name(data_dir: Path, said: str, meant: str) -> None:
    done = _run(data_dir, "script", "1", "--audience", said, "--json")
    assert json.loads(done.stdout)["audience"] == meant


def test_an_unknown_audience_is_wrong_usage_and_lists_the_known(data_dir: Path) -> None:
    done = _run(data_dir, "script", "1", "--audience", "plumber")
    assert done.exit_code == 2
    assert "home_health" in done.stderr
