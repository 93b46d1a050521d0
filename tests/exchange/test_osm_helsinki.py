"""A real city by two ways, as OpenStreetMap file and as layers, is one and the same."""

import geopandas as gpd
import pytest

from blockplan.exchange import import_layers, import_osm
from blockplan.plan import read


@pytest.fixture(scope="module")
def helsinki(shared, tmp_path_factory):
    """Central Helsinki: the plan from the .osm.pbf, its summary, and the folder of the source."""
    folder = shared / "helsinki-centre"
    out = tmp_path_factory.mktemp("osm") / "plan"
    summary = import_osm(folder / "helsinki_centre.osm.pbf", out)
    return read(out), summary, folder


@pytest.mark.long
@pytest.mark.shared
def test_helsinki_has_the_streets_of_the_layer_file_to_the_millimetre(helsinki):
    plan, _, folder = helsinki
    ours = plan.layer("streets")
    theirs = gpd.read_file(folder / "helsinki_centre.gpkg", layer="streets").to_crs(ours.crs)
    theirs = theirs[theirs["highway"] != "construction"]
    way_of = theirs["osm_way"].astype(str)
    assert set(way_of) <= set(ours["osm_way"])
    # Beyond them we have squares, yards and platforms, which the layer file leaves out.
    more = ours[~ours["osm_way"].isin(way_of)]
    assert set(more["highway"].dropna()) <= {"pedestrian", "footway", "service", "crossing"}
    both = ours[ours["osm_way"].isin(way_of)]
    lengths = both.geometry.length.groupby(both["osm_way"]).sum()
    assert lengths.sub(theirs.geometry.length.groupby(way_of).sum()).abs().max() < 0.001
    # Every piece of theirs between two nodes is one of ours, or is cut further where an area shares a node.
    assert len(both) >= len(theirs)


@pytest.mark.long
@pytest.mark.shared
def test_helsinki_walks_where_the_layer_file_does_but_for_closed_access_and_corridors(helsinki):
    plan, _, folder = helsinki
    theirs = gpd.read_file(folder / "helsinki_centre.gpkg", layer="streets")
    walk = theirs.assign(osm_way=theirs["osm_way"].astype(str)).groupby("osm_way")["walk"].first()
    ours = plan.layer("streets").drop_duplicates("osm_way").set_index("osm_way")
    ours = ours.loc[ours.index.intersection(walk.index)]
    differ = ours[ours["walk"].astype(bool) != walk[ours.index]]
    closed = differ[~differ["walk"].astype(bool)]
    assert set(closed["access"]) <= {"private", "no"}
    assert set(differ[differ["walk"].astype(bool)]["highway"]) <= {"corridor", "elevator"}


@pytest.mark.long
@pytest.mark.shared
def test_helsinki_has_the_buildings_greens_stops_and_facilities_of_the_layer_file(helsinki, repo, tmp_path):
    plan, summary, folder = helsinki
    mapping = repo / "examples" / "districts" / "osm-layers.toml"
    import_layers(mapping, folder / "helsinki_centre.gpkg", tmp_path / "layers")
    other = read(tmp_path / "layers")
    for layer in ("buildings", "greens"):
        assert set(plan.layer(layer).index) == set(other.layer(layer).index), layer
        ours, theirs = plan.layer(layer).geometry.area, other.layer(layer).to_crs(plan.layer(layer).crs).area
        assert (ours - theirs[ours.index]).abs().max() < 0.1
    assert set(other.layer("stops").index) <= set(plan.layer("stops").index)
    assert set(other.layer("facilities").index) <= set(plan.layer("facilities").index)
    assert summary.features["green_entrances"] > 0
    assert not [fault for fault in summary.faults if fault.aspect == "geometry" and fault.grade == "error"]
