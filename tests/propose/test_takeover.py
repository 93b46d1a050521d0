"""A proposal taken over as a scenario, in part or whole, and undone: whole or not at all."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from tests.support.builders import a_plan, parcels_of

from blockplan.errors import PlanDataError, UsageError
from blockplan.live.logs import remove_scenario
from blockplan.plan import Difference, Plan, read, with_scenario, write
from blockplan.propose.changes import Change, apply, new_feature
from blockplan.propose.takeover import is_proposal, read_proposal, take_over

if TYPE_CHECKING:
    from pathlib import Path

CHANGES = (
    Change("parcels", "C", "land_use", "0701", "1401"),
    Change("parcels", "A", "land_use", "1401", "0804"),
    *new_feature("stops", "S-9", {"modes": "bus", "geometry": "POINT (500050 4400050)"}),
)


@pytest.fixture
def package(tmp_path: Path) -> Path:
    parcels = parcels_of("1401", "0701", "16", residents=[None, 12, None])
    drawn = a_plan(parcels, {"scenarios": {"b": "homes"}, "packs": ["zone"]})
    homes = parcels.iloc[[2]].assign(land_use="0701", residents=30)
    write(
        Plan(drawn.manifest, drawn.layers, differences={"b": Difference({"parcels": homes})}), tmp_path / "p"
    )
    text = (tmp_path / "p" / "plan.toml").read_text()
    (tmp_path / "p" / "plan.toml").write_text("# our remark\n" + text)
    return tmp_path / "p"


def written(folder: Path, changes: tuple[Change, ...] = CHANGES, **said: object) -> Path:
    document = {"kind": "repair", "plan": "small", "scenario": "b", "content_hash": "x"} | said
    file = folder / "proposal.json"
    file.write_text(json.dumps(document | {"changes": [one.to_dict() for one in changes]}))
    return file


def everything(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


@pytest.mark.long
def test_the_scenario_is_the_plan_with_the_changes_in_place(package, tmp_path):
    _, touched = take_over(package, written(tmp_path), "repaired")
    plan = read(package, "repaired")
    expected = apply(with_scenario(read(package), "b"), CHANGES)
    assert touched == 3
    assert list(plan.layer("parcels")["land_use"]) == ["0804", "0701", "1401"]
    assert (
        plan.layer("parcels")
        .drop(columns="geometry")
        .equals(expected.layer("parcels").drop(columns="geometry"))
    )
    assert list(plan.layer("stops").index) == ["S-9"]
    assert list(read(package, "b").layer("parcels")["land_use"]) == ["1401", "0701", "0701"]


def test_the_scenario_says_what_it_is_in_the_language_of_who_reads(package, tmp_path):
    text = (package / "plan.toml").read_text()
    (package / "plan.toml").write_text(f'{text}\n[scenario_titles.b]\nzh = "住宅"\n')
    take_over(package, written(tmp_path), "repaired")
    take_over(package, written(tmp_path, kind="of another house", scenario="base"), "other", ["A"])
    titles = [read(package).manifest.scenario_titles_in(lang) for lang in ("zh", "en", "ja")]
    assert [one["repaired"] for one in titles] == [
        "住宅，并入修补方案",
        "homes, with a repair proposal",
        "homesに是正案を反映",
    ]
    assert [one["other"] for one in titles][1] == "as drawn, with a of another house proposal"


def test_undo_leaves_every_byte_as_it_was_and_remarks_stay(package, tmp_path):
    before = everything(package)
    take_over(package, written(tmp_path), "repaired")
    assert (package / "plan.toml").read_text().startswith("# our remark\n")
    assert remove_scenario(package, "repaired")["on_top_of"] == "b"
    assert everything(package) == before


def test_a_part_of_a_proposal_can_be_taken_over(package, tmp_path):
    take_over(package, written(tmp_path), "part", ["stops:S-9"])
    plan = read(package, "part")
    assert list(plan.layer("stops").index) == ["S-9"]
    assert list(plan.layer("parcels")["land_use"]) == ["1401", "0701", "0701"]


def test_a_proposal_stands_on_the_plan_as_drawn_as_well(package, tmp_path):
    take_over(package, written(tmp_path, CHANGES[1:], scenario="base"), "repaired")
    assert list(read(package, "repaired").layer("parcels")["land_use"]) == ["0804", "0701", "16"]


@pytest.mark.long
def test_a_package_in_a_zip_is_changed_as_well(package, tmp_path):
    write(read(package), tmp_path / "p.zip")
    take_over(tmp_path / "p.zip", written(tmp_path), "repaired")
    assert list(read(tmp_path / "p.zip", "repaired").layer("stops").index) == ["S-9"]
    remove_scenario(tmp_path / "p.zip", "repaired")
    assert list(read(tmp_path / "p.zip").manifest.scenarios) == ["b"]


@pytest.mark.long
@pytest.mark.parametrize(
    ("said", "name", "only", "error", "words"),
    [
        ({}, "b", (), UsageError, "has a scenario 'b' already"),
        ({}, "base", (), UsageError, "'base' cannot name a scenario"),
        ({}, "a/b", (), UsageError, "'a/b' cannot name a scenario"),
        ({}, "n", ("Z",), UsageError, "does not touch 'Z'"),
        ({"plan": "other"}, "n", (), UsageError, "made for plan 'other', not for 'small'"),
        ({"scenario": "c"}, "n", (), UsageError, "has no scenario 'c'"),
        (
            {"scenario": "base"},
            "n",
            (),
            PlanDataError,
            "'C', land_use: the plan has '16', the change starts from",
        ),
    ],
)
def test_what_does_not_fit_is_refused_and_nothing_is_changed(
    package, tmp_path, said, name, only, error, words
):
    before = everything(package)
    with pytest.raises(error, match=words):
        take_over(package, written(tmp_path, **said), name, only)
    assert everything(package) == before


def test_a_drawn_scenario_is_never_thrown_away(package):
    before = everything(package)
    with pytest.raises(UsageError, match="'b' of plan small did not come from a proposal"):
        remove_scenario(package, "b")
    with pytest.raises(UsageError, match="'x' of plan small is not there"):
        remove_scenario(package, "x")
    assert everything(package) == before


@pytest.mark.long
def test_what_another_scenario_stands_on_is_not_undone(package, tmp_path):
    take_over(package, written(tmp_path), "one")
    take_over(package, written(tmp_path, CHANGES[2:], scenario="base"), "far")
    again = (Change("parcels", "B", "land_use", "0701", "1401"),)
    take_over(package, written(tmp_path, again, scenario="one"), "two")
    with pytest.raises(UsageError, match="while 'two' stands on it"):
        remove_scenario(package, "one")
    remove_scenario(package, "two")
    remove_scenario(package, "one")
    assert list(read(package).manifest.scenarios) == ["b", "far"]


def test_a_proposal_is_known_by_its_file_or_its_folder(package, tmp_path):
    file = written(tmp_path)
    assert is_proposal(file)
    assert is_proposal(tmp_path)
    assert not is_proposal(package)
    assert read_proposal(tmp_path).changes == CHANGES


def test_a_document_that_names_no_plan_is_no_proposal(tmp_path):
    with pytest.raises(PlanDataError, match="does not say which plan"):
        read_proposal(written(tmp_path, plan=None))
