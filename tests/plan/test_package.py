import zipfile

import geopandas as gpd
import pandas as pd
import pytest
from tests.support.builders import a_plan, parcels_of, square
from tests.support.layer_files import write_layer

from blockplan.errors import PlanDataError, UsageError
from blockplan.plan import Difference, Plan, read, validate, write
from blockplan.plan.files import formats

SIX = "字 にほん ü"


def test_a_written_plan_reads_back_as_the_same_content(tmp_path):
    plan = a_plan(statements=pd.DataFrame({"statement_id": ["S1"], "text_zh": [SIX], "kind": ["C"]}))
    write(plan, tmp_path / "plan")
    again = read(tmp_path / "plan")
    assert again.content_hash == plan.content_hash
    assert again.layer("statements").at["S1", "text_zh"] == SIX
    assert again.layer("parcels").at["B", "residents"] == 12
    assert pd.isna(again.layer("parcels").at["A", "residents"])


def test_a_zip_of_a_plan_is_a_plan(tmp_path):
    plan = a_plan()
    write(plan, tmp_path / "plan.zip")
    assert zipfile.is_zipfile(tmp_path / "plan.zip")
    assert read(tmp_path / "plan.zip").content_hash == plan.content_hash


def test_writing_twice_gives_the_same_bytes(tmp_path):
    write(a_plan(), tmp_path / "one")
    write(a_plan(), tmp_path / "two")
    for name in ("plan.toml", "plan.gpkg"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


@pytest.mark.parametrize("suffix", [".parquet", ".geojson", ".shp", ".fgb", ".gpkg"])
def test_a_layer_may_stand_in_a_file_of_its_own(tmp_path, suffix):
    plan = a_plan()
    write(plan, tmp_path / "plan")
    if suffix != ".gpkg":
        frames = {
            name: formats.read_layer(tmp_path / "plan" / "plan.gpkg", name)
            for name in ("boundary", "parcels")
        }
        (tmp_path / "plan" / "plan.gpkg").unlink()
        for name, frame in frames.items():
            write_layer(frame, tmp_path / "plan" / f"{name}{suffix}")
    again = read(tmp_path / "plan")
    assert list(again.layer("parcels").index) == ["A", "B"]
    assert again.layer("parcels").at["B", "residents"] == 12
    assert again.layer("parcels").geometry.area.tolist() == pytest.approx([10_000, 10_000])


def test_a_layer_that_stands_in_two_files_is_refused(tmp_path):
    write(a_plan(), tmp_path / "plan")
    frame = formats.read_layer(tmp_path / "plan" / "plan.gpkg", "parcels")
    write_layer(frame, tmp_path / "plan" / "parcels.geojson")
    with pytest.raises(PlanDataError, match=r"'parcels' stands in plan\.gpkg and in parcels\.geojson"):
        read(tmp_path / "plan")


def test_unknown_layers_and_columns_survive_a_round_trip(tmp_path):
    parcels = parcels_of("1401", "9999", owner=["city", None])
    trees = gpd.GeoDataFrame({"species": ["ginkgo"]}, geometry=[square(0).centroid], crs="EPSG:4548")
    write(a_plan(parcels, trees=trees), tmp_path / "plan")
    again = read(tmp_path / "plan")
    assert again.layer("parcels").at["A", "owner"] == "city"
    assert again.layer("parcels").at["B", "land_use"] == "9999"
    assert again.layers["trees"]["species"].tolist() == ["ginkgo"]


def test_a_scenario_replaces_adds_and_removes_rows(tmp_path):
    parcels = parcels_of("1401", "0701", "0701", residents=[None, 12, 30])
    added = parcels_of("1401", "0701", "0701", "0802").iloc[[3]]
    changed = parcels.iloc[[1]].assign(residents=20)
    plan = a_plan(parcels, {"scenarios": {"b": "more"}})
    plan = Plan(
        plan.manifest,
        plan.layers,
        differences={"b": Difference({"parcels": pd.concat([changed, added])}, {"parcels": ("C",)})},
    )
    write(plan, tmp_path / "plan")
    shown = read(tmp_path / "plan", "b").layer("parcels")
    assert list(shown.index) == ["A", "B", "D"]
    assert shown.at["B", "residents"] == 20
    assert list(read(tmp_path / "plan").layer("parcels").index) == ["A", "B", "C"]
    assert read(tmp_path / "plan", "base").content_hash == read(tmp_path / "plan").content_hash


def test_scenarios_survive_being_read_and_written_again(tmp_path):
    parcels = parcels_of("1401", "0701", residents=[None, 12])
    plan = a_plan(parcels, {"scenarios": {"b": "more"}})
    more = Difference({"parcels": parcels.iloc[[1]].assign(residents=20)})
    write(Plan(plan.manifest, plan.layers, differences={"b": more}), tmp_path / "one")
    write(read(tmp_path / "one"), tmp_path / "two")
    assert read(tmp_path / "two", "b").layer("parcels").at["B", "residents"] == 20


def test_an_unknown_scenario_names_those_there_are(tmp_path):
    write(a_plan(manifest={"scenarios": {"b": "more"}}), tmp_path / "plan")
    with pytest.raises(UsageError, match=r"has no scenario 'z'. It has: base, b\."):
        read(tmp_path / "plan", "z")


def test_a_scenario_without_its_file_is_refused_not_taken_as_unchanged(tmp_path):
    write(a_plan(manifest={"scenarios": {"b": "more"}}), tmp_path / "plan")
    with pytest.raises(PlanDataError, match=r"scenarios/b\.gpkg is missing") as refused:
        read(tmp_path / "plan", "b")
    assert str(tmp_path) not in str(refused.value)
    # Everybody else is told as well, whatever becomes of the layers.
    plan = read(tmp_path / "plan")
    for one in (plan, plan.replace(parcels=plan.layer("parcels"))):
        (found,) = [fault for fault in validate(one) if fault.rule == "pq-scenario"]
        assert (found.grade, found.id) == ("error", "b")
        assert all("scenarios/b.gpkg" in found.message(lang) for lang in ("zh", "en", "ja"))


def test_a_folder_without_layers_is_refused(tmp_path):
    write(a_plan(), tmp_path / "plan")
    (tmp_path / "plan" / "plan.gpkg").unlink()
    with pytest.raises(PlanDataError, match="holds no layer"):
        read(tmp_path / "plan")


def test_a_folder_with_other_things_in_it_is_not_written_over(tmp_path):
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(PlanDataError, match="is not empty and is no plan package"):
        write(a_plan(), tmp_path)
    assert (tmp_path / "thesis.txt").read_text() == "years of work"


def test_the_files_of_a_package_are_looked_through_once_and_not_once_a_layer(tmp_path, monkeypatch):
    plan = a_plan(manifest={"scenarios": {"more": "more"}})
    changed = Difference({"parcels": parcels_of("0803")}, {})
    write(Plan(plan.manifest, plan.layers, differences={"more": changed}), tmp_path / "plan")
    asked = []
    real = formats.list_layers
    monkeypatch.setattr(formats, "list_layers", lambda path: asked.append(path.name) or real(path))
    assert len(read(tmp_path / "plan", "more").layers) > 1
    assert asked == ["plan.gpkg", "more.gpkg"]
