"""Drawn places: into the plan's CRS, and not farther than a kilometre from it."""

from __future__ import annotations

import json

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Transformer
from tests.support.builders import X, Y, a_plan

from blockplan.errors import IntakeError
from blockplan.notice.intake.geometry_in import NoticeArea, take_geometry

#: Two squares of 100 m, from (X, Y) to (X + 200, Y + 100).
AREA = NoticeArea.of_plan(a_plan())
LOCAL = NoticeArea("local", shapely.box(0, 0, 100, 100).wkb)


def a_point(x: float, y: float) -> str:
    return json.dumps({"type": "Point", "coordinates": [x, y]})


def test_degrees_are_turned_into_the_plans_metres() -> None:
    lon, lat = Transformer.from_crs("EPSG:4548", "EPSG:4326", always_xy=True).transform(X + 50, Y + 50)
    found = take_geometry(a_point(lon, lat), AREA)
    assert found.system == "wgs84"
    assert found.geometry == {"type": "Point", "coordinates": [X + 50, Y + 50]}
    assert found.sent == {"type": "Point", "coordinates": [lon, lat]}
    assert found.outside_m == 0.0


def test_metres_of_the_plan_stay_as_they_are() -> None:
    found = take_geometry(a_point(X + 12.346, Y), AREA)
    assert (found.system, found.geometry["coordinates"]) == ("plan", [X + 12.35, Y])


@pytest.mark.parametrize(("east", "outside"), [(200, 0.0), (200.01, 0.01), (1_200, 1_000.0)])
def test_a_place_up_to_a_kilometre_outside_is_taken_and_its_distance_told(
    east: float, outside: float
) -> None:
    assert take_geometry(a_point(X + east, Y), AREA).outside_m == outside


def test_a_place_farther_than_a_kilometre_is_refused_with_its_distance() -> None:
    with pytest.raises(
        IntakeError, match=r"reaches 1,000 m outside the plan; up to 1,000 m are taken"
    ) as caught:
        take_geometry(a_point(X + 1_200.02, Y), AREA)
    assert caught.value.code == "geometry.outside"


def test_numbers_that_look_like_degrees_are_metres_in_a_plan_with_its_own_grid() -> None:
    assert take_geometry(a_point(50, 60), LOCAL).system == "plan"
    with pytest.raises(IntakeError, match="a grid of its own"):
        take_geometry(a_point(116.4, 39.9), LOCAL, "wgs84")


def test_an_open_outline_is_closed_and_heights_are_left_out_with_a_note() -> None:
    ring = [[X, Y, 3], [X + 9, Y, 3], [X + 9, Y + 9, 3]]
    found = take_geometry(json.dumps({"type": "Polygon", "coordinates": [ring]}), AREA)
    assert found.geometry["coordinates"] == [[[X, Y], [X + 9, Y], [X + 9, Y + 9], [X, Y]]]
    assert [one.code for one in found.notes] == ["geometry.heights", "geometry.closed"]


def test_the_area_of_a_plan_can_be_stored_and_is_the_same_again() -> None:
    again = NoticeArea(AREA.crs, bytes(AREA.wkb))
    assert again == AREA
    assert again.outside_m(shapely.Point(X, Y - 30)) == 30.0


def test_degrees_there_and_back_are_the_same_place() -> None:
    lon, lat = AREA.to_wgs84(X + 10, Y + 20)
    assert AREA.to_plan(lon, lat) == pytest.approx((X + 10, Y + 20), abs=1e-3)


SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(["Point", "Feature"])
KEYS = st.sampled_from(["type", "coordinates", "geometry", "features"])


@given(
    st.recursive(
        SCALARS,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
        max_leaves=12,
    )
)
def test_any_value_is_refused_on_purpose_or_taken(value: object) -> None:
    try:
        assert take_geometry(value, AREA).outside_m <= 1_000  # type: ignore[arg-type]
    except IntakeError:
        return
