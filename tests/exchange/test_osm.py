"""OpenStreetMap extracts, as plans: small ones written here, and one of a real city."""

import datetime as dt
import json
import sys

import numpy as np
import pytest
import shapely
from click.testing import CliRunner
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from tests.support.osmxml import grid, node, relation, way, write_osm

from blockplan.cli import app
from blockplan.errors import MappingError, PlanDataError, UsageError
from blockplan.exchange import import_osm
from blockplan.exchange.osmrules import features, first, walkability
from blockplan.network import walking
from blockplan.plan import read

pytest.importorskip("osmium")
DAY = dt.date(2024, 6, 30)
ONE_NODE = '<osm version="0.6"><node id="1" lat="1" lon="1"><tag k="{}" v="{}"/></node></osm>'


@pytest.fixture
def imported(tmp_path):
    """Imports elements (a grid of nodes and one street beside them); gives the plan and the summary."""

    def make(*elements, **options):
        bounds = '<bounds minlat="39.899" minlon="116.299" maxlat="39.904" maxlon="116.304"/>'
        file = write_osm(tmp_path, *grid(), *elements, bounds=bounds)
        summary = import_osm(file, tmp_path / "plan", **{"drawn_on": DAY, **options})
        return read(tmp_path / "plan"), summary

    return make


def pieces(plan):
    """How many parts the walking network has that cannot be reached from one another."""
    network = walking(plan.layer("streets"))
    count = len(network.xy)
    links = coo_array((np.ones(len(network.start)), (network.start, network.end)), shape=(count, count))
    return connected_components(links, directed=False)[0]


def reasons(summary):
    return {(one.layer, one.reason): one.n for one in summary.unmapped}


def test_streets_are_cut_where_ways_share_a_node_and_nowhere_else(imported):
    # 1-2-3-4 along the south; 2-6 north of it shares node 2; 10-3 would cross nothing.
    plan, _ = imported(
        way(10, [1, 2, 3, 4], highway="residential"), way(11, [2, 6, 10], highway="footway", name="北巷")
    )
    streets = plan.layer("streets")
    assert sorted(streets.index) == ["w10-1-2", "w10-2-4", "w11-2-10"]
    assert streets.loc["w10-2-4", "geometry"].length == pytest.approx(2 * 85.5, rel=0.01)
    assert streets.loc["w11-2-10", "name_zh"] == "北巷"
    assert streets["level"].eq(0).all()
    network = walking(streets)
    assert len(network.xy) == 4


def test_rules_that_hold_anywhere_judge_a_map_and_not_those_of_a_single_plan(imported):
    plan, _ = imported(way(10, [1, 2, 3, 4], highway="residential"))
    assert plan.manifest.packs == ("green-access", "sdg11")


def test_ways_that_cross_without_a_shared_node_do_not_meet(imported):
    plan, _ = imported(
        way(10, [5, 7], highway="residential"), way(11, [2, 10], highway="footway", bridge="yes")
    )
    assert plan.layer("streets")["level"].to_dict() == {"w10-5-7": 0, "w11-2-10": 1}
    assert pieces(plan) == 2


@pytest.mark.parametrize(
    ("tags", "walk", "drive"),
    [
        ({"highway": "residential"}, True, True),
        ({"highway": "motorway"}, False, True),
        ({"highway": "motorway_link"}, False, True),
        ({"highway": "trunk"}, True, True),
        ({"highway": "trunk", "sidewalk": "no"}, False, True),
        ({"highway": "trunk", "motorroad": "yes"}, False, True),
        ({"highway": "trunk_link"}, False, True),
        ({"highway": "trunk_link", "sidewalk": "right"}, True, True),
        ({"highway": "primary", "foot": "no"}, False, True),
        ({"highway": "primary", "foot": "use_sidepath"}, False, True),
        ({"highway": "primary", "sidewalk": "separate"}, True, True),
        ({"highway": "service", "access": "private"}, False, False),
        ({"highway": "service", "access": "private", "foot": "yes"}, True, False),
        ({"highway": "service", "service": "drive-through"}, False, True),
        ({"highway": "cycleway"}, True, False),
        ({"highway": "cycleway", "foot": "no"}, False, False),
        ({"highway": "footway"}, True, False),
        ({"highway": "steps"}, True, False),
        ({"highway": "track"}, True, False),
        ({"highway": "residential", "motor_vehicle": "no"}, True, False),
        ({"railway": "platform"}, True, False),
        ({"man_made": "pier"}, True, False),
    ],
)
def test_who_walks_and_drives_where(tags, walk, drive):
    rules = walkability()
    assert rules.is_street(tags)
    assert first(rules.walk, tags).walk is walk
    assert first(rules.drive, tags).drive is drive


@pytest.mark.long
@pytest.mark.parametrize(
    ("tags", "level"),
    [
        ({"bridge": "yes"}, 1),
        ({"bridge": "no"}, 0),
        ({"tunnel": "yes"}, -1),
        ({"tunnel": "building_passage"}, 0),
        ({"layer": "-3", "tunnel": "yes"}, -3),
        ({"layer": "2"}, 2),
        ({"layer": "upper", "bridge": "viaduct"}, 1),
    ],
)
def test_levels_come_from_layer_or_else_from_bridge_and_tunnel(imported, tags, level):
    plan, summary = imported(way(10, [1, 2], highway="footway", **tags))
    assert plan.layer("streets")["level"].iloc[0] == level
    odd = [reason for _, reason in reasons(summary) if reason.startswith("layer = upper")]
    assert len(odd) == (tags.get("layer") == "upper")


def test_one_way_streets_are_drawn_as_one_drives(imported):
    plan, _ = imported(
        way(10, [1, 2], highway="residential", oneway="yes"),
        way(11, [5, 6], highway="residential", oneway="-1"),
        way(12, [9, 10, 14, 9], highway="residential", junction="roundabout"),
        way(13, [3, 4], highway="residential", oneway="reversible"),
        way(14, [7, 8], highway="residential"),
    )
    streets = plan.layer("streets").set_index("osm_way")
    assert streets["oneway"].drop("13").tolist() == [True, True, True, False]
    assert streets["oneway"].isna()["13"]
    assert (streets.loc["11", "u"], streets.loc["11", "v"]) == ("6", "5")
    start, end = streets.loc["11", "geometry"].coords[0], streets.loc["11", "geometry"].coords[-1]
    assert start[0] > end[0]


def test_a_locked_gate_parts_a_path_and_an_open_one_does_not(imported):
    paths = [way(10, [1, 2, 3], highway="footway"), way(11, [5, 6, 7], highway="footway")]
    plan, summary = imported(
        *paths,
        node(2, 1, 0, barrier="gate", access="private"),
        node(6, 1, 1, barrier="gate"),
    )
    streets = plan.layer("streets")
    assert len(streets[streets["osm_way"] == "10"]) == 2
    assert len(streets[streets["osm_way"] == "11"]) == 1
    assert pieces(plan) == 3
    assert reasons(summary)["barrier", "nobody walks past it: streets are kept, but do not meet there"] == 1


def test_nobody_crosses_a_motorway_on_its_level(imported):
    plan, _ = imported(
        way(10, [5, 6, 7], highway="motorway"),
        way(11, [2, 6, 10], highway="footway"),
        way(12, [3, 11], highway="footway", bridge="yes"),
    )
    streets = plan.layer("streets").set_index("osm_way")
    assert streets.loc["10", "barrier"].tolist() == ["motorway", "motorway"]
    assert set(streets.loc["10", "class"]) == {"expressway"}
    assert pieces(plan) == 3


def test_what_is_no_street_is_left_out_and_counted(imported):
    plan, summary = imported(
        way(10, [1, 2], highway="residential"),
        way(11, [2, 3], highway="construction"),
        way(12, [3, 4], highway="hyperloop"),
    )
    assert list(plan.layer("streets").index) == ["w10-1-2"]
    counted = reasons(summary)
    assert counted["highway", "highway = construction: no street, or not one now, left out"] == 1
    assert counted["highway", "highway = hyperloop: no class for it, left out"] == 1


def test_a_way_that_leaves_the_file_and_comes_back_is_not_drawn_across_the_gap(imported):
    plan, summary = imported(way(10, [1, 2, 999, 3, 4], highway="residential"))
    assert sorted(plan.layer("streets").index) == ["w10-1-2", "w10-3-4"]
    assert reasons(summary)["way", "runs past the edge of the file, cut there"] == 1


def test_two_nodes_at_one_place_are_one(imported):
    plan, _ = imported(
        node(50, 1, 0),
        way(10, [1, 2, 50], highway="footway"),
        way(11, [2, 6], highway="footway"),
        way(12, [50, 3], highway="footway"),
    )
    assert pieces(plan) == 1
    assert (plan.layer("streets").length > 1).all()


def test_a_way_that_passes_the_same_nodes_twice_has_ids_that_differ(imported):
    plan, _ = imported(way(10, [1, 2, 3, 2, 1], highway="service"))
    assert plan.layer("streets").index.is_unique


def test_a_building_has_floor_area_where_its_storeys_were_counted(imported):
    plan, summary = imported(
        way(
            20,
            [1, 2, 6, 5, 1],
            building="apartments",
            building__levels="6",
            building__flats="24",
            height="18 m",
        ),
        way(21, [3, 4, 8, 7, 3], building="yes", height="tall"),
        way(22, [9, 10, 14], building="yes"),
    )
    buildings = plan.layer("buildings")
    assert list(buildings.index) == ["w20", "w21"]
    known = buildings.loc["w20"]
    assert known["floor_area_m2"] == pytest.approx(6 * known.geometry.area, rel=1e-4)
    assert (known["height_m"], known["dwellings"]) == (18, 24)
    assert buildings.loc["w21", ["floor_area_m2", "height_m", "dwellings", "residents"]].isna().all()
    counted = reasons(summary)
    assert counted["buildings", "height = tall: is no number, left unknown"] == 1
    assert counted["buildings", "its outline is not closed in the file, left out"] == 1


def test_a_park_with_a_hole_comes_from_a_multipolygon(imported):
    outer = [1, 4, 16, 13, 1]
    plan, summary = imported(
        way(30, outer),
        way(31, [6, 7, 11, 10, 6]),
        relation(
            7, [("w", 30, "outer"), ("w", 31, "inner")], type="multipolygon", leisure="park", access="yes"
        ),
        relation(8, [("w", 998, "outer")], type="multipolygon", leisure="park"),
    )
    greens = plan.layer("greens")
    assert list(greens.index) == ["r7"]
    assert len(greens.geometry.iloc[0].interiors) == 1
    assert (greens["kind"].iloc[0], greens["access"].iloc[0]) == ("leisure=park", "yes")
    assert summary.area_m2_by_class["greens"] == pytest.approx(8 * 85.5 * 111, rel=0.01)
    assert reasons(summary)["greens", "its outline is broken or not whole in the file, left out"] == 1


def test_a_forest_is_a_green_and_woodland(imported):
    plan, _ = imported(way(30, [1, 2, 6, 5, 1], landuse="forest"), way(31, [3, 4, 8, 7, 3], natural="wood"))
    assert list(plan.layer("greens").index) == ["w30"]
    assert list(plan.layer("woodland").index) == ["w30", "w31"]


def test_gates_on_the_edge_of_a_park_are_its_entrances(imported):
    plan, _ = imported(
        way(30, [1, 2, 6, 5, 1], leisure="park"),
        node(1, 0, 0, barrier="gate"),
        node(60, 0.5, 0, entrance="main"),
        node(2, 1, 0, barrier="gate", access="private"),
        node(61, 0.5, 0.5, barrier="gate"),
        node(62, 3, 3, barrier="gate"),
    )
    entrances = plan.layer("green_entrances")
    assert entrances["green_id"].to_dict() == {"n1-w30": "w30", "n60-w30": "w30"}


def test_facilities_have_a_service_where_the_map_says_one(imported):
    plan, summary = imported(
        node(40, 0, 1, amenity="kindergarten", capacity="120"),
        node(41, 1, 1, amenity="school", isced__level="1"),
        node(42, 2, 1, amenity="school", name="第二小学"),
        node(43, 0, 2, amenity="social_facility", social_facility="nursing_home", beds="80"),
        node(44, 1, 2, amenity="restaurant"),
        node(45, 2, 2, leisure="swimming_pool", access="private"),
        way(46, [1, 2, 6, 5, 1], amenity="hospital"),
        way(47, [3, 4, 8, 7, 3], amenity="library", building="yes"),
    )
    facilities = plan.layer("facilities")
    known = facilities["service"].dropna().to_dict()
    assert known == {
        "n40": "kindergarten", "n41": "primary_school", "n43": "nursing_home", "w46": "hospital",
        "w47": "library",
    }  # fmt: skip
    assert "n42" in facilities.index
    assert facilities.loc["n40", "places"] == 120
    assert facilities.loc["n43", "beds"] == 80
    assert (facilities.geom_type == "Point").all()
    assert facilities.loc["w46", "site_area_m2"] == pytest.approx(85.5 * 111, rel=0.01)
    assert facilities["site_area_m2"].isna()["w47"]
    counted = reasons(summary)
    assert (
        counted["facilities", "a school that is not said to be primary or secondary, service left unknown"]
        == 1
    )
    assert counted["amenity", "amenity = restaurant: no layer takes it"] == 1
    assert counted["leisure", "leisure = swimming_pool: no layer takes it"] == 1


def test_stops_have_modes_and_the_lines_that_call_there(imported):
    plan, _ = imported(
        way(10, [1, 2], highway="residential"),
        node(50, 0, 1, highway="bus_stop", name="东口"),
        node(51, 1, 1, railway="station", station="subway"),
        node(52, 2, 1, railway="station"),
        node(53, 0, 2, railway="tram_stop"),
        relation(9, [("n", 50, "platform"), ("w", 10, "")], type="route", route="bus", ref="302"),
        relation(10, [("n", 50, "platform")], type="route", route="bus", ref="特8"),
        relation(11, [("n", 50, "")], type="route", route="hiking", ref="E4"),
    )
    stops = plan.layer("stops")
    assert stops["modes"].to_dict() == {"n50": "bus", "n51": "subway", "n52": "rail", "n53": "tram"}
    assert stops.loc["n50", "line"] == "302,特8"
    assert stops.loc[["n51", "n52"], "line"].isna().all()


def test_an_entrance_is_no_station_beside_its_station(imported):
    plan, summary = imported(
        way(10, [1, 2], highway="residential"),
        node(51, 1, 1, railway="station", station="subway"),
        node(52, 1, 2, railway="subway_entrance", ref="A"),
        node(53, 2, 1, railway="subway_entrance", ref="B"),
    )
    assert list(plan.layer("stops").index) == ["n51"]
    assert [(one.reason, one.n) for one in summary.unmapped if one.layer == "stops"] == [
        ("an entrance of a station that is there itself", 2)
    ]


def test_of_a_station_that_is_not_in_the_extract_one_entrance_stands_for_it(imported):
    plan, _ = imported(
        way(10, [1, 2], highway="residential"),
        node(52, 1, 2, railway="subway_entrance", ref="A"),
        node(53, 2, 1, railway="subway_entrance", ref="B"),
    )
    assert plan.layer("stops")["modes"].to_dict() == {"n52": "subway"}


def test_railways_water_and_trees_come_in_and_are_cut_at_the_frame(imported):
    plan, summary = imported(
        way(10, [1, 4, 16, 13, 1], highway="residential"),
        node(70, -500, 1),
        node(71, 500, 1),
        way(60, [70, 71], railway="rail"),
        way(61, [1, 2, 6, 5, 1], natural="water"),
        way(62, [3, 7], waterway="stream"),
        way(63, [4, 8], waterway="stream", tunnel="culvert"),
        node(72, 1, 2, natural="tree", diameter_crown="6"),
        node(73, 400, 1, amenity="police"),
    )
    extent = plan.layer("extent").geometry.iloc[0]
    assert shapely.covers(extent.buffer(1e-6), plan.layer("rail").geometry.iloc[0])
    assert plan.layer("water")["kind"].to_dict() == {"w61": "natural=water", "w62": "waterway=stream"}
    assert plan.layer("trees").loc["n72", "crown_m"] == 6
    assert reasons(summary)["facilities", "lies outside the plan's extent, left out"] == 1


def test_the_plan_says_whose_the_data_are_and_of_which_day(imported):
    plan, _ = imported(way(10, [1, 2], highway="residential"))
    manifest = plan.manifest
    assert manifest.attribution == "(c) OpenStreetMap contributors, ODbL 1.0"
    assert (manifest.id, manifest.drawn_on, manifest.crs) == ("town", DAY, "EPSG:32650")
    assert plan.layer("boundary")["name"].tolist() == ["box of the extract"]


def test_another_crs_can_be_named_and_must_be_in_metres(imported):
    street = way(10, [1, 2], highway="residential")
    plan, _ = imported(street, crs="EPSG:4548")
    assert plan.layer("streets").crs == "EPSG:4548"
    with pytest.raises(PlanDataError, match="is in degrees"):
        imported(street, crs="EPSG:4326")
    with pytest.raises(UsageError, match="nobody can tell where a local grid lies"):
        imported(street, crs="local")


def test_without_a_box_the_boundary_is_derived_and_says_so(tmp_path):
    file = write_osm(tmp_path, *grid(), way(10, [1, 2, 6], highway="residential"))
    import_osm(file, tmp_path / "plan", drawn_on=DAY)
    plan = read(tmp_path / "plan")
    assert plan.layer("boundary")["name"].tolist() == ["bounding box of streets (derived at import)"]


def test_a_file_that_says_no_day_wants_one_named(tmp_path):
    file = write_osm(tmp_path, *grid(), way(10, [1, 2, 6], highway="residential"))
    with pytest.raises(PlanDataError, match=r"does not say of which day(.|\n)*`drawn_on=2024-06-30`"):
        import_osm(file, tmp_path / "plan")
    assert not (tmp_path / "plan").exists()


def test_own_rules_decide_who_walks(tmp_path, repo, imported):
    own = (repo / "src/blockplan/exchange/walkability.toml").read_text(encoding="utf-8")
    rules = tmp_path / "my.toml"
    rules.write_text(own.replace('access = ["no", "private",', 'access = ["no",'), encoding="utf-8")
    street = way(10, [1, 2], highway="service", access="private")
    assert not imported(street)[0].layer("streets")["walk"].iloc[0]
    assert imported(street, rules=rules)[0].layer("streets")["walk"].iloc[0]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("walk = 1", r"of its keys cannot be used(.|\n)*walk: "),
        ("swim = true", r"swim: Extra inputs"),
        ("a = = b", r"is no TOML"),
    ],
)
def test_rules_that_are_off_are_refused_with_the_key(tmp_path, imported, text, said):
    rules = tmp_path / "my.toml"
    rules.write_text(text, encoding="utf-8")
    with pytest.raises(MappingError, match=said):
        imported(way(10, [1, 2], highway="residential"), rules=rules)


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("empty.osm", "", "cannot be read as an OpenStreetMap file"),
        ("cut.osm", '<osm version="0.6"><node id="1"', "cannot be read as an OpenStreetMap file"),
        ("lies.osm.pbf", "no pbf at all", "cannot be read as an OpenStreetMap file"),
        ("map.docx", "", "cannot be read as an OpenStreetMap file"),
        ("none.osm", '<osm version="0.6"></osm>', "holds nothing that a plan has"),
        ("past.osh", '<osm version="0.6"></osm>', "is a history"),
        ("far.osm", ONE_NODE.format("shop", "yes"), "holds nothing that a plan has"),
        ("dot.osm", ONE_NODE.format("amenity", "police"), "needs an area"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_used_says_why(tmp_path, name, text, said):
    (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(PlanDataError, match=said):
        import_osm(tmp_path / name, tmp_path / "plan", drawn_on=DAY)
    assert not (tmp_path / "plan").exists()


def test_without_pyosmium_the_message_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "osmium", None)
    file = write_osm(tmp_path, *grid(), way(10, [1, 2], highway="residential"))
    with pytest.raises(UsageError, match=r"pip install 'blockplan\[osm\]'"):
        import_osm(file, tmp_path / "plan", drawn_on=DAY)


def test_the_command_prints_one_document(tmp_path):
    file = write_osm(tmp_path, *grid(), way(10, [1, 2, 6], highway="residential"))
    ran = CliRunner().invoke(
        app,
        ["import", "osm", str(file), "--out", str(tmp_path / "plan"), "--drawn-on", "2024-06-30", "--json"],
        catch_exceptions=False,
    )
    document = json.loads(ran.stdout)
    assert set(document) == {"features", "area_m2_by_class", "unmapped", "verdicts", "made"}
    assert document["features"]["streets"] == 1


def test_the_box_that_a_file_declares_may_be_set_aside(imported):
    streets = way(10, [1, 2, 6], highway="residential")
    declared, summary = imported(streets)
    assert summary.made == {"boundary": "given", "boundary_from": "box of the extract"}
    asked, _ = imported(streets, boundary="bbox")
    derived, summary = imported(streets, boundary="derived")
    assert summary.made["boundary"] == "derived"
    area = [plan.layer("boundary").area.sum() for plan in (declared, asked, derived)]
    assert area[0] == area[1] > 20 * area[2]


def test_every_service_and_mode_of_the_rules_is_one_of_the_plan():
    from blockplan.plan.model.layers import MODES, VALUES

    rules = features()
    assert {one.service for one in rules.facilities} - {None} <= VALUES["facilities", "service"]
    assert {mode for one in rules.stops for mode in one.modes.split(",")} <= MODES
