"""`blockplan compare` on a terminal, as a page, as tables, as JSON."""

import json

import pytest
from click.testing import CliRunner
from tests.support.builders import a_plan, parcels_of

from blockplan.cli import app
from blockplan.plan import Difference, Plan, write


@pytest.fixture
def plan(tmp_path):
    parcels = parcels_of("1401", "0701", "16", residents=[None, 12, None])
    drawn = a_plan(parcels, {"scenarios": {"b": "homes", "c": "the same"}, "packs": ["zone"]})
    homes = parcels.iloc[[2]].assign(land_use="0701", residents=3000)
    differences = {"b": Difference({"parcels": homes}), "c": Difference({})}
    write(Plan(drawn.manifest, drawn.layers, differences=differences), tmp_path / "plan")
    return str(tmp_path / "plan")


def run(*arguments):
    done = CliRunner().invoke(app, ["compare", *map(str, arguments)], catch_exceptions=False)
    assert done.exit_code == 0, done.stderr
    return done


@pytest.mark.long
@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("en", ("Residents", "now fails", "0701 Urban housing", "b differs from base in parcel (1)")),
        ("zh", ("居住人口", "变为不符合", "0701 城镇住宅用地", "b 与 base 相比有改动的图层：地块（1 项）")),
        ("ja", ("居住人口", "不適合に変化", "0701 ", "b と base で異なるレイヤー：区画（1 件）")),
    ],
)
def test_the_terminal_speaks_three_languages(plan, lang, said):
    shown = run(plan, "b", "--lang", lang).stdout
    for words in said:
        assert words in shown


def test_columns_that_do_not_differ_say_so(plan):
    shown = run(plan, "c").stdout
    assert "c differs from base in no rows" in shown
    assert "▼" not in shown


@pytest.mark.long
def test_the_page_and_the_tables_are_written_beside_one_json_document(plan, tmp_path):
    page, tables = tmp_path / "new" / "page.html", tmp_path / "tables"
    done = run(plan, "b", "c", "--out", page, "--tables", tables, "--json")
    assert [column["id"] for column in json.loads(done.stdout)["columns"]] == ["b", "c"]
    assert page.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert "columns.csv" in {path.name for path in tables.iterdir()}
    assert str(page) in done.stderr


@pytest.mark.long
def test_a_page_that_cannot_be_written_leaves_nothing(plan, tmp_path):
    (tmp_path / "file").write_text("in the way")
    done = CliRunner().invoke(app, ["compare", plan, "b", "--out", str(tmp_path / "file" / "page.html")])
    assert done.exit_code != 0
    assert (tmp_path / "file").read_text() == "in the way"
