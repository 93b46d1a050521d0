"""Three real districts through the mapping that the examples hold."""

import geopandas as gpd
import pytest

from blockplan.exchange import import_layers
from blockplan.plan import read

SOURCES = {
    "tsinghua": "beijing-haidian/tsinghua.gpkg",
    "cau_east": "beijing-haidian/cau_east.gpkg",
    "helsinki_centre": "helsinki-centre/helsinki_centre.gpkg",
}


@pytest.fixture(scope="module", params=SOURCES)
def district(request, repo, shared, tmp_path_factory):
    """Name, plan, summary and source file of an imported district."""
    name, out = request.param, tmp_path_factory.mktemp(request.param) / "plan"
    source = shared / SOURCES[name]
    summary = import_layers(repo / "examples" / "districts" / "osm-layers.toml", source, out)
    return name, read(out), summary, source


@pytest.mark.shared
def test_nothing_of_what_is_mapped_is_lost(district):
    name, plan, summary, source = district
    count = {
        layer: len(gpd.read_file(source, layer=layer)) for layer in ("buildings", "streets", "rail", "water")
    }
    left_out = sum(one.n for one in summary.unmapped if one.layer == "streets")
    assert summary.features["buildings"] == count["buildings"]
    assert summary.features["streets"] == count["streets"] - left_out
    assert summary.features["rail"] == count["rail"]
    assert summary.features["water"] == count["water"]
    assert plan.manifest.id == name
    for layer in ("buildings", "streets", "greens", "facilities", "stops"):
        assert plan.layer(layer).index.is_unique, layer


@pytest.mark.shared
def test_every_source_feature_is_in_the_plan_or_in_the_list(district):
    _, _, summary, source = district
    for layer, targets in (
        ("green", ("greens", "woodland")),
        ("transit_stops", ("stops",)),
        ("facilities", ("facilities",)),
    ):
        kept = sum(summary.features[target] for target in targets)
        left_out = sum(
            one.n
            for one in summary.unmapped
            if one.layer == layer and not one.reason.endswith("left unknown")
        )
        assert kept + left_out == len(gpd.read_file(source, layer=layer)), layer


@pytest.mark.shared
def test_the_plan_says_whose_the_data_are_and_invents_nothing(district):
    _, plan, summary, _ = district
    assert plan.manifest.attribution == "(c) OpenStreetMap contributors, ODbL 1.0"
    assert not plan.has_layer("parcels")
    assert plan.layer("buildings")["residents"].isna().all()
    assert all("osm_id" in plan.layer(name) for name in ("buildings", "greens", "facilities"))
    assert {"u", "v", "osm_way", "highway"} <= set(plan.layer("streets").columns)
    unmapped = {(one.layer, one.reason): one.n for one in summary.unmapped}
    assert unmapped["landuse", "no layer of the mapping reads it"] > 0
    if summary.features["facilities"] < 40:
        assert unmapped["facilities", "value = school: says no service, left unknown"] > 0


@pytest.mark.shared
def test_streets_have_class_walk_and_level(district):
    _, plan, _, _ = district
    streets = plan.layer("streets")
    assert set(streets["class"]) <= {"expressway", "arterial", "secondary", "local", "path"}
    assert streets["class"].notna().all()
    assert streets["walk"].notna().all()
    assert streets["level"].notna().all()
    bridges = streets[(streets["bridge"] == "yes") & streets["layer"].isna()]
    assert (bridges["level"] == 1).all()


@pytest.mark.shared
def test_the_boundary_is_the_box_of_the_extract_or_says_that_it_is_derived(district):
    name, plan, _, source = district
    boundary = plan.layer("boundary")
    if name == "helsinki_centre":
        assert boundary["name"].tolist() == ["bounding box of streets (derived at import)"]
    else:
        box = gpd.read_file(source, layer="bounds").geometry.iloc[0]
        assert boundary.geometry.iloc[0].area == pytest.approx(box.area)


@pytest.mark.shared
def test_nothing_lies_outside_and_no_geometry_is_broken(district):
    _, _, summary, _ = district
    rules = {fault.rule for fault in summary.faults if fault.grade == "error"}
    assert rules <= {"pq-missing"}
