"""Every way to read "within a distance" of facilities and stops, on towns that a ruler can check."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra
from tests.support.districts import DISTRICTS, a_district
from tests.support.squares import one, plan_of, square

from blockplan.check import check
from blockplan.errors import UsageError
from blockplan.measure import MEASURES
from blockplan.measure.distance.methods import WAYS, asked, ways_to
from blockplan.measure.inputs.homes import homes

LIMIT_M = 500.005  # kernels count whole centimetres
SERVICE, STOPS = "service_access", "stops_within_500m"
SCHOOL = ["primary_school"]
#: The street runs along y = 0 with nodes at x = -100, 200 and 1,000; another goes 200 m north from x = 200.
STREETS = [
    {"geometry": shapely.LineString([(-100, 0), (1000, 0)])},
    {"geometry": shapely.LineString([(200, 0), (200, 200)])},
]
HOME = {"land_use": "0701", "residents": 10, "geometry": square(0, 0)}
HOUSE = {"parcel_id": "P-1", "dwellings": 4, "geometry": square(15, 15, 10)}
SITE = {"land_use": "080403", "geometry": square(500, 20)}
#: The house is at (20, 20), its parcel's point at (50, 50), school and stop at (560, 70).
LINE, FROM_PARCEL = 542.31, 510.39
BY_NODE = 121.66 + 300 + 366.74
FACILITY_M = {
    "line_facility": LINE,
    "line_parcel_facility": FROM_PARCEL,
    "line_site": 480.0,
    "net_node_facility_free": 300.0,
    "net_node_facility": BY_NODE,
    "net_edge_facility": 20.0 + 540 + 70,
    "net_edge_site": 20.0 + 480 + 20,
}
STOP_M = {
    "line_stop": LINE,
    "line_parcel_stop": FROM_PARCEL,
    "net_node_stop_free": 300.0,
    "net_node_stop": BY_NODE,
    "net_edge_stop_free": 540.0,
    "net_edge_stop": 20.0 + 540 + 70,
}


def reading(found, name: str):
    return next(item for item in found.readings if item.id == name)


def a_town(**more):
    layers = {
        "parcels": [HOME, SITE],
        "buildings": [HOUSE],
        "streets": STREETS,
        "facilities": [{"service": "primary_school", "parcel_id": "P-2", "geometry": shapely.Point(560, 70)}],
        "stops": [{"modes": "subway", "geometry": shapely.Point(560, 70)}],
    }
    return plan_of(**layers | more)


def test_the_town_is_measured_in_every_way_that_there_is() -> None:
    assert list(FACILITY_M) == list(ways_to("facility"))
    assert list(STOP_M) == list(ways_to("stop"))
    assert len({way.id for way in WAYS}) == len(WAYS)


@pytest.mark.long
@pytest.mark.parametrize(("way", "metres"), FACILITY_M.items())
def test_each_reading_of_a_school_is_what_a_ruler_gives(way: str, metres: float) -> None:
    for limit, share in ((round(metres, 2), 1), (round(metres - 0.01, 2), 0)):
        found = one(a_town(), SERVICE, services=SCHOOL, access_limit_m=limit)
        assert reading(found, way).share == share
        assert reading(found, way).changed == (() if share == found.value else ("B-1",))
        judged = one(a_town(), SERVICE, services=SCHOOL, access_limit_m=limit, facility_judged_by=way)
        assert (judged.value, judged.readings[0].id) == (share, way)
        circle = one(
            a_town(), "circle_services", circle_services=SCHOOL, walk_min=limit * 60 / 4000, walk_speed_kmh=4
        )
        assert reading(circle, way).share == share


@pytest.mark.long
@pytest.mark.parametrize(("way", "metres"), STOP_M.items())
def test_each_reading_of_a_station_is_what_a_ruler_gives(way: str, metres: float) -> None:
    for limit, share in ((round(metres, 2), 1), (round(metres - 0.01, 2), 0)):
        for name, said in (
            (STOPS, {"stop_limit_m": limit}),
            ("stations_within_800m", {"station_limit_m": limit}),
            ("stop_access", {"access_limit_m": limit}),
            ("transit_access_sdg", {"high_capacity_limit_m": limit}),
        ):
            assert reading(one(a_town(), name, **said), way).share == share, name


def test_a_definition_says_what_the_judging_reading_starts_from_and_ends_at() -> None:
    found = one(a_town(), SERVICE, services=SCHOOL)
    assert (found.definition["from"], found.definition["to"]) == (["buildings"], "facility")
    found = one(a_town(), SERVICE, services=SCHOOL, facility_judged_by="line_parcel_facility")
    assert found.definition["from"] == ["parcels"]
    found = one(a_town(), SERVICE, services=SCHOOL, facility_judged_by="net_edge_site")
    assert (found.definition["to"], found.definition["along"]) == ("site", "network")


def test_a_site_is_what_is_drawn_else_the_parcel_that_is_named_else_the_point() -> None:
    def metres(**more) -> list:
        facility = {"service": "primary_school", "geometry": shapely.Point(560, 70), **more}
        found = one(a_town(facilities=[facility]), SERVICE, services=SCHOOL, access_limit_m=1)
        found = one(
            a_town(facilities=[facility]),
            SERVICE,
            services=SCHOOL,
            access_limit_m=1,
            facility_judged_by="line_site",
        )
        return [place.value for place in found.places]

    assert metres(geometry=square(400, 20), parcel_id="P-2") == [380]
    assert metres(parcel_id="P-2") == [480]
    assert metres(geometry=None, parcel_id="P-2") == [480]
    assert metres() == metres(parcel_id="P-9") == [LINE]


def test_a_school_far_from_any_street_is_named_and_reached_in_a_line_only() -> None:
    far = {"service": "primary_school", "geometry": shapely.Point(560, 170)}
    found = one(a_town(facilities=[far]), SERVICE, services=SCHOOL, access_limit_m=2000)
    for name in ("net_node_facility_free", "net_node_facility", "net_edge_facility", "net_edge_site"):
        assert (reading(found, name).share, reading(found, name).definition["not_joined"]) == (0, ["F-1"])
    assert reading(found, "line_facility").share == reading(found, "line_site").share == 1


def test_without_streets_the_ways_along_them_are_unknown() -> None:
    plan = a_town()
    plan = plan_of(
        parcels=[HOME, SITE], stops=[{"modes": "bus", "geometry": shapely.Point(560, 70)}], buildings=[HOUSE]
    )
    found = one(plan, STOPS)
    shares = {item.id: item.share for item in found.readings}
    assert [name for name, share in shares.items() if share is None] == [
        name for name in STOP_M if name.startswith("net_")
    ]


def test_readings_beside_may_be_switched_off_or_chosen() -> None:
    for name, said, choice, judging in (
        (SERVICE, {"services": SCHOOL}, "facility_readings", "line_facility"),
        ("circle_services", {"circle_services": SCHOOL}, "facility_readings", "net_edge_facility"),
        (STOPS, {}, "stop_readings", "line_stop"),
        ("transit_access_sdg", {}, "stop_readings", "net_edge_stop"),
    ):
        goal = choice.partition("_")[0]
        assert MEASURES[name].parameters[choice].default == tuple(ways_to(goal))
        everything = one(a_town(), name, **said)
        alone = one(a_town(), name, **said, **{choice: []})
        assert [item.id for item in alone.readings] == [judging]
        assert (alone.value, alone.readings[0].share) == (everything.value, everything.readings[0].share)
        with pytest.raises(UsageError, match="no reading 'line_edge'"):
            one(a_town(), name, **said, **{choice: ["line_edge"]})


def test_the_judging_way_comes_first_and_each_once() -> None:
    ways = asked("stop", "net_edge_stop", ["line_stop", "net_edge_stop", "line_stop"])
    assert [way.id for way in ways] == ["net_edge_stop", "line_stop"]


places = st.tuples(st.integers(-100, 1000), st.integers(-90, 290))


def metres_by_way(plan, name: str, judged: str, ways, **said) -> dict[str, float]:
    """Metres of the one home under each way; infinite where nothing is reached."""
    found = {}
    for way in ways:
        (place,) = one(plan, name, **said, **{judged: way}).places
        found[way] = float("inf") if place.value is None else place.value
    return found


@pytest.mark.long
@settings(max_examples=25, deadline=None)
@given(places, places)
def test_walking_is_never_shorter_than_the_line_and_free_ways_never_longer_than_counted(home, goal) -> None:
    house = {"parcel_id": "P-1", "dwellings": 4, "geometry": square(home[0], home[1], 10)}
    point = shapely.Point(goal)
    plan = a_town(
        buildings=[house],
        stops=[{"modes": "bus", "geometry": point}],
        facilities=[{"service": "primary_school", "geometry": square(goal[0] - 40, goal[1] - 30, 80)}],
    )
    # A limit far below what can be reached leaves the metres beside the place that falls short.
    if point.distance(house["geometry"].centroid) < 200:
        return
    stop = {"low_capacity_limit_m": 5000}
    shares = {}
    for limit in (300, 600, 900, 1500):
        found = one(plan, "transit_access_sdg", **{**stop, "low_capacity_limit_m": limit})
        for item in found.readings:
            shares[item.id, limit] = item.share
        found = one(plan, SERVICE, services=SCHOOL, access_limit_m=limit)
        for item in found.readings:
            shares[item.id, limit] = item.share
    for limit in (300, 600, 900, 1500):
        assert shares["net_edge_stop", limit] <= shares["line_stop", limit]
        assert shares["net_node_stop", limit] <= shares["line_stop", limit]
        assert shares["net_edge_stop", limit] <= shares["net_edge_stop_free", limit]
        assert shares["net_node_stop", limit] <= shares["net_node_stop_free", limit]
        assert shares["net_node_facility", limit] <= shares["net_node_facility_free", limit]
        assert shares["net_edge_facility", limit] <= shares["line_facility", limit]
        assert shares["net_edge_site", limit] <= shares["line_site", limit]


@pytest.mark.long
@settings(max_examples=25, deadline=None)
@given(st.lists(places, min_size=1, max_size=5), st.integers(100, 900))
def test_one_more_stop_lowers_no_share(spots, limit: int) -> None:
    stops = [{"modes": "bus", "geometry": shapely.Point(spot)} for spot in spots]
    fewer = one(a_town(stops=stops[:-1] or stops), STOPS, stop_limit_m=limit).readings
    more = one(a_town(stops=stops), STOPS, stop_limit_m=limit).readings
    for before, after in zip(fewer, more, strict=True):
        assert after.share >= before.share, before.id


def test_a_share_says_how_far_the_drawing_reaches_and_who_lives_near_its_end() -> None:
    # Homes at 150, 550 and 1,550 m of 2,000; a stop at 150 m. The drawing is 400 m high.
    homes = [{**HOME, "geometry": square(east, 150)} for east in (100, 500, 1500)]
    stops = [{"modes": "bus", "geometry": shapely.Point(150, 200)}]
    frame = [{"geometry": square(0, 0, 2000, 400)}]
    said = one(plan_of(parcels=homes, stops=stops, boundary=frame), STOPS, stop_limit_m=300).definition
    assert (said["data_end"], said["data_end_m"]) == ("boundary", 150)
    assert (said["homes_short"], said["homes_short_near_end"]) == (2, 2)
    wide = [{"geometry": square(-1000, -1000, 4000)}]
    plan = plan_of(parcels=homes, stops=stops, boundary=frame, extent=wide)
    said = one(plan, STOPS, stop_limit_m=300).definition
    assert (said["data_end"], said["data_end_m"], said["homes_short_near_end"]) == ("extent", 1150, 0)
    # To the centimetre: the end lies 1,200 m south of the homes' points.
    for limit, near in ((1200, 0), (1200.01, 1)):
        said = one(plan, STOPS, stop_limit_m=limit).definition
        assert (said["homes_short"], said["homes_short_near_end"]) == (1, near)


def test_where_no_end_is_drawn_it_is_not_known_and_beyond_it_is_no_depth() -> None:
    said = one(a_town(), STOPS).definition
    assert (said["data_end"], said["data_end_m"], said["homes_short_near_end"]) == (None, None, None)
    assert said["homes_short"] == 1
    outside = one(a_town(boundary=[{"geometry": square(500, 0)}]), STOPS).definition
    assert outside["data_end_m"] == 0
    unknown = one(plan_of(parcels=[HOME], stops=[]), "transit_access_sdg").definition
    assert (unknown["homes_short"], unknown["homes_short_near_end"]) == (None, None)


def test_a_verdict_near_the_end_of_the_drawing_carries_a_note_in_every_language() -> None:
    park = {"land_use": "1401", "geometry": square(2000, 0)}
    homes = [{**HOME, "geometry": square(east, 0)} for east in (0, 1300)]
    frame = [{"geometry": square(-1000, -450, 4000, 1000)}]

    planned = [{"geometry": shapely.union_all([one["geometry"] for one in (*homes, park)])}]

    def verdict():
        plan = plan_of(parcels=[*homes, park], boundary=planned, extent=frame)
        return check(plan, ["zone"]).verdict("zone-green-access")

    found = verdict()
    assert (found.outcome, found.definition["data_end_m"]) == ("fail", 500)
    assert not [note for note in found.notes if "500" in note["en"] and "drawing" in note["en"]]
    frame = [{"geometry": square(-1000, -449, 4000, 1000)}]
    found = verdict()
    assert found.outcome == "fail"
    (note,) = [note for note in found.notes if "end of the drawing" in note["en"]]
    assert note["en"].startswith("2 of 2 homes that fall short live within 500 m of the end of the drawing")
    assert "图幅边界不足 500 米" in note["zh"]
    assert "図面の端から 500 m 以内" in note["ja"]
    assert note["en"] in found.to_dict("en")["notes"]


@pytest.mark.shared
@pytest.mark.parametrize(("district", "line"), [("tsinghua", 0.6908), ("cau_east", 1.0)])
def test_real_districts_lose_stops_on_foot(district: str, line: float, shared) -> None:
    import geopandas as gpd

    plan = a_district(shared, district)
    stops = gpd.read_file(shared / DISTRICTS[district][0], layer="transit_stops")
    plan = plan.replace(stops=stops[["geometry"]].assign(stop_id=[str(row) for row in range(len(stops))]))
    shares = {item.id: item for item in one(plan, STOPS).readings}
    assert shares["line_stop"].share == pytest.approx(line, abs=0.0001)
    assert shares["net_edge_stop"].share < shares["net_edge_stop_free"].share < shares["line_stop"].share
    assert shares["net_node_stop"].share < shares["net_node_stop_free"].share
    walked = walked_m(plan, np.asarray(homes(plan).point), stops.geometry.to_numpy())
    assert shares["net_edge_stop"].share == pytest.approx(np.mean(walked <= LIMIT_M), abs=1e-12)


def walked_m(plan, starts, goals) -> np.ndarray:
    """The oracle: metres to the nearest goal over a graph of every vertex of the streets, by scipy alone."""
    streets = plan.layer("streets")
    lines = shapely.get_parts(streets[streets["walk"].fillna(False).astype(bool)].geometry.to_numpy())
    tree = shapely.STRtree(lines)
    numbers: dict[object, int] = {}
    cuts: dict[int, list[float]] = {}
    edges: dict[tuple[int, int], float] = {}

    def joined(points) -> list[tuple[object, float]]:
        found = tree.query_nearest(points, return_distance=True, all_matches=False)
        places = []
        for point, line, away in zip(*found[0], found[1], strict=True):
            along = shapely.line_locate_point(lines[line], points[point])
            cuts.setdefault(int(line), []).append(along)
            places.append(((int(line), along), away))
        return places

    def edge(one: object, other: object, metres: float) -> None:
        pair = tuple(sorted(numbers.setdefault(node, len(numbers)) for node in (one, other)))
        if pair[0] != pair[1]:
            edges[pair] = max(min(edges.get(pair, np.inf), metres), 1e-9)

    from_, to = joined(starts), joined(goals)
    for number, line in enumerate(lines):
        corners = shapely.get_coordinates(line)
        steps = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(corners, axis=0).T))])
        marks = [(step, tuple(corner.round(2))) for step, corner in zip(steps, corners, strict=True)]
        marks += [(along, (number, along)) for along in set(cuts.get(number, []))]
        for (start, here), (end, there) in pairwise(sorted(marks, key=lambda mark: mark[0])):
            edge(here, there, end - start)
    for place, away in to:
        edge("goals", ("goal", place), 1e-9)
        edge(("goal", place), place, away)
    ends = np.array(list(edges)).T
    graph = coo_array((list(edges.values()), ends), shape=(len(numbers), len(numbers)))
    found = dijkstra(graph.tocsr(), directed=False, indices=numbers["goals"])
    return np.array([found[numbers[place]] + away for place, away in from_])
