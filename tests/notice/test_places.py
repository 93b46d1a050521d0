"""From words and coordinates to objects of a plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from tests.support.builders import X, Y, a_plan, parcels_of

import blockplan as bp
from blockplan.errors import IntakeError
from blockplan.notice.intake.geometry_in import NoticeArea
from blockplan.notice.intake.places import PlaceIndex, PlaceRow, rows_of

if TYPE_CHECKING:
    from pathlib import Path


def a_street(id_: str, name: str, x: float) -> dict[str, object]:
    return {"street_id": id_, "name_zh": name, "geometry": shapely.LineString([(x, Y), (x, Y + 100)])}


def a_town() -> PlaceIndex:
    """Two parcels, C-01-2 and C-012; 永乐路 in two pieces; 永乐东路; a school named in three languages."""
    parcels = parcels_of("1401", "0701").assign(parcel_id=["C-01-2", "C-012"])
    streets = gpd.GeoDataFrame(
        [a_street("s1", "永乐路", X), a_street("s2", "永乐路", X + 100), a_street("s3", "永乐东路", X + 200)],
        crs="EPSG:4548",
    )
    school = {"facility_id": ["F1"], "parcel_id": ["C-012"], "service": ["primary_school"]}
    names = {"name_zh": ["学院街小学"], "name_en": ["College Street School"], "name_ja": ["学院街小学校"]}
    schools = gpd.GeoDataFrame(school | names, geometry=[shapely.Point(X + 150, Y + 50)], crs="EPSG:4548")
    return PlaceIndex.of_plan(a_plan(parcels, streets=streets, facilities=schools))


TOWN = a_town()


def ids(said: str) -> list[str]:
    return [one.id for one in TOWN.find(said).candidates]


@pytest.mark.parametrize(
    "said", ["C-012", "c-012", "Ｃ－０１２", "地块C-012北侧", "parcel C-012, north side", "C-012号"]
)
def test_a_parcel_is_found_by_its_number(said: str) -> None:
    assert ids(said)[0] == "C-012"


def test_numbers_that_differ_by_a_dash_are_both_proposed() -> None:
    assert ids("C012") == ["C-01-2", "C-012"]


@pytest.mark.parametrize("said", ["永乐路", "永樂路", "北京市永乐路12号旁边", "永楽路"])
def test_a_street_is_found_in_each_form_of_its_name_and_once_for_all_its_pieces(said: str) -> None:
    found = TOWN.find(said)
    assert found.typed is None
    assert found.outside_m is None
    assert (found.candidates[0].id, found.candidates[0].ids) == ("s1", ("s1", "s2"))


def test_the_beginning_of_a_name_proposes_all_that_begin_so() -> None:
    assert ids("永乐") == ["s1", "s3"]


@pytest.mark.parametrize(
    "said", ["学院街小学", "学院街小学校", "college street school", "COLLEGE STREET", "學院街小學"]
)
def test_a_school_is_found_in_each_language(said: str) -> None:
    assert ids(said) == ["F1"]


def test_a_name_with_an_error_is_found_where_nothing_fits_better() -> None:
    assert ids("collage street scool") == ["F1"]


def test_a_name_with_another_word_for_street_is_found_whatever_other_languages_call_it() -> None:
    names = {"zh": "中轴街", "en": "Central Axis Boulevard", "ja": "中軸通り"}
    town = PlaceIndex([PlaceRow("streets", "s", names)], TOWN.area)
    assert [one.id for one in town.find("中轴路").candidates] == ["s"]


@pytest.mark.parametrize("said", ["地铁站", "车站", "subway station", "駅", "地铁站旁边"])
def test_a_station_is_found_by_what_it_is(said: str) -> None:
    stops = gpd.GeoDataFrame(
        {"stop_id": ["t1", "t2"], "modes": ["bus", "bus, subway"], "name_zh": ["东街", "西街"]},
        geometry=[shapely.Point(X + 10, Y + 10), shapely.Point(X + 50, Y + 10)],
        crs="EPSG:4548",
    )
    town = PlaceIndex.of_plan(a_plan(parcels_of("1401"), stops=stops))
    assert "t2" in [one.id for one in town.find(said).candidates]
    assert [one.id for one in town.find("地铁站").candidates] == ["t2"]


def test_a_facility_without_a_name_is_found_by_its_kind() -> None:
    assert ids("小学校") == ids("primary school") == ["F1"]


def test_a_name_in_letters_stands_as_a_word() -> None:
    row = PlaceRow("streets", "s", {"en": "Ring"}, None)
    index = PlaceIndex([row], TOWN.area)
    assert index.find("the ring, north").candidates
    assert not index.find("string quartet").candidates


def test_what_is_nowhere_proposes_nothing() -> None:
    assert ids("天安门") == []


def test_coordinates_give_what_they_lie_in_and_what_is_near_with_distances() -> None:
    found = TOWN.find(f"{X + 130}, {Y + 50}")
    assert found.typed is not None
    assert found.outside_m == 0.0
    assert [(one.layer, one.id, one.distance_m) for one in found.candidates] == [
        ("parcels", "C-012", 0.0),
        ("facilities", "F1", 20.0),
        ("parcels", "C-01-2", 30.0),
        ("streets", "s2", 30.0),
        ("streets", "s3", 70.0),
    ]


def test_a_place_outside_says_by_how_much_and_what_is_nearest() -> None:
    found = TOWN.find(f"{X - 150}, {Y + 50}")
    assert found.outside_m == 150.0
    assert found.candidates[0].id == "C-01-2"
    far = TOWN.find(f"{X - 3_000}, {Y}")
    assert (far.outside_m, far.candidates) == (3_000.0, ())


def test_the_index_can_be_stored_as_rows_and_finds_the_same_again() -> None:
    stored = [(row.layer, row.id, dict(row.names), bytes(row.wkb or b""), row.words) for row in TOWN.rows]
    rows = [PlaceRow(layer, id_, names, wkb or None, words) for layer, id_, names, wkb, words in stored]
    again = PlaceIndex(rows, NoticeArea(TOWN.area.crs, TOWN.area.wkb))
    for said in ("永乐", "C-012", f"{X + 130}, {Y + 50}"):
        assert again.find(said).candidates == TOWN.find(said).candidates


def test_a_long_text_is_refused() -> None:
    with pytest.raises(IntakeError, match="This field has 301 characters"):
        TOWN.find("a" * 301)


def test_every_parcel_and_every_area_of_the_reference_plan_is_found(reference: Path) -> None:
    plan = bp.read(reference)
    index = PlaceIndex.of_plan(plan)
    for parcel in plan.layer("parcels").index[:40]:
        assert any(parcel in one.ids for one in index.find(str(parcel)).candidates)
    for layer in ("areas", "facilities", "stops", "streets"):
        for row in [row for row in rows_of(plan) if row.layer == layer and row.names][:20]:
            for name in row.names.values():
                assert any(row.id in one.ids for one in index.find(name).candidates), (layer, name)


def test_a_point_in_a_parcel_of_the_reference_plan_is_found_by_degrees(reference: Path) -> None:
    plan = bp.read(reference)
    index = PlaceIndex.of_plan(plan)
    for id_, shape in list(plan.layer("parcels").geometry.items())[:10]:
        inside = shape.representative_point()
        lon, lat = index.area.to_wgs84(inside.x, inside.y)
        first = index.find(f"{lat:.8f}, {lon:.8f}").candidates[0]
        assert (first.layer, first.id, first.distance_m) == ("parcels", id_, 0.0)


@given(st.text(max_size=60))
def test_any_text_is_answered_or_refused_on_purpose(text: str) -> None:
    try:
        assert len(TOWN.find(text).candidates) <= 10
    except IntakeError:
        return
