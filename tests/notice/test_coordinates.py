"""Coordinates as people type them: read, told apart by where the plan lies, and converted."""

from __future__ import annotations

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from tests.support.builders import X, Y, a_plan

from blockplan.datums import gcj02_to_bd09, wgs84_to_gcj02
from blockplan.errors import IntakeError
from blockplan.notice.intake.coordinates import locate, typed_numbers
from blockplan.notice.intake.geometry_in import NoticeArea

AREA = NoticeArea.of_plan(a_plan())
LON, LAT = AREA.to_wgs84(X + 50, Y + 50)


@pytest.mark.parametrize(
    ("said", "first", "second"),
    [
        ("39.908, 116.397", (39.908, ""), (116.397, "")),
        ("116.397 39.908", (116.397, ""), (39.908, "")),
        ("３９．９０８，１１６．３９７", (39.908, ""), (116.397, "")),
        ("39,908 116,397", (39.908, ""), (116.397, "")),
        ("(39.908; 116.397)", (39.908, ""), (116.397, "")),
        ("39.908°N, 116.397°E", (39.908, "lat"), (116.397, "lon")),
        ("116.397E39.908N", (116.397, "lon"), (39.908, "lat")),
        ("S33.5 W70.25", (-33.5, "lat"), (-70.25, "lon")),
        ("北纬39度54分36秒，东经116度30分", (39.91, "lat"), (116.5, "lon")),
        ("北緯35度30分 東経139度45分", (35.5, "lat"), (139.75, "lon")),
        ("東経139.75度、北緯35.5度", (139.75, "lon"), (35.5, "lat")),
        ("39°54'36\"N 116°30'E", (39.91, "lat"), (116.5, "lon")),
        ("39º54′36″ 116º30′00″", (39.91, ""), (116.5, "")),
        ("N39 54.6 E116 30", (39.91, "lat"), (116.5, "lon")),
        ("39 54.6 N 116 30 E", (39.91, "lat"), (116.5, "lon")),
        ("纬度：39.9 经度：116.4", (39.9, "lat"), (116.4, "lon")),
        ("lon=116.4 lat=39.9", (116.4, "lon"), (39.9, "lat")),
        ("geo:39.9,116.4", (39.9, ""), (116.4, "")),
        ("X=4400050.5 Y=500050.2", (4_400_050.5, "x"), (500_050.2, "y")),
    ],
)
def test_coordinates_are_read_as_people_write_them(
    said: str, first: tuple[float, str], second: tuple[float, str]
) -> None:
    found = typed_numbers(said)
    assert found is not None
    assert [value for value, _ in found] == pytest.approx([first[0], second[0]])
    assert [axis for _, axis in found] == [first[1], second[1]]


@pytest.mark.parametrize(
    "said",
    ["永乐路12号", "12", "1,2,3", "39.9N", "N39.9 N40", "39 99.1 N 116 0 E", "0x10,1", "1e5 2", "--1 2",
     "flat 12, 3rd street",
     "39.9N 116.4", "", "   ", "°", ",", "1" * 200, "nan, nan", "39.9.1, 116", "39,9 116,4,1", "٣٩", "C-012"],
)  # fmt: skip
def test_what_is_no_pair_of_numbers_is_words(said: str) -> None:
    assert typed_numbers(said) is None
    assert locate(said, AREA) is None


@pytest.mark.parametrize(
    "said", [f"{LAT}, {LON}", f"{LON} {LAT}", f"N{LAT:.9f} E{LON:.9f}", f"{LON:.9f}E, {LAT:.9f}N"]
)
def test_either_order_of_degrees_is_the_same_place(said: str) -> None:
    found = locate(said, AREA)
    assert found is not None
    assert (found.x, found.y) == pytest.approx((X + 50, Y + 50), abs=0.001)
    assert (found.datum, found.outside_m, found.accuracy_m) == ("wgs84", 0.0, 1.0)


@pytest.mark.parametrize(
    ("said", "order"),
    [
        (f"{X + 50}, {Y + 50}", "x_y"),
        (f"{Y + 50} {X + 50}", "y_x"),
        (f"X={Y + 50} Y={X + 50}", "y_x"),
        (f"{X + 50 + 39e6:.1f} {Y + 50:.1f}", "x_y"),
    ],
)
def test_metres_of_the_plan_are_told_apart_by_its_area_also_with_the_number_of_a_zone(
    said: str, order: str
) -> None:
    found = locate(said, AREA)
    assert found is not None
    assert (found.x, found.y) == pytest.approx((X + 50, Y + 50))
    assert (found.datum, found.order, found.accuracy_m) == ("plan", order, None)


def test_a_place_of_gcj02_or_bd09_comes_to_its_parcel_and_both_are_logged() -> None:
    lon, lat = wgs84_to_gcj02(LON, LAT)
    found = locate(f"{lat:.9f},{lon:.9f}", AREA, "gcj02")
    assert found is not None
    assert (found.x, found.y) == pytest.approx((X + 50, Y + 50), abs=0.01)
    assert found.accuracy_m == 10.0
    log = found.log()
    assert log["numbers"] == pytest.approx([lat, lon])
    assert log["wgs84"] == pytest.approx([LON, LAT], abs=1e-6)
    assert (log["datum"], log["order"]) == ("gcj02", "lat_lon")
    lon, lat = gcj02_to_bd09(lon, lat)
    bd09 = locate(f"{lon:.9f},{lat:.9f}", AREA, "bd09")
    assert bd09 is not None
    assert (bd09.x, bd09.y) == pytest.approx((X + 50, Y + 50), abs=0.01)


def test_read_with_the_wrong_datum_it_lies_hundreds_of_metres_off() -> None:
    lon, lat = wgs84_to_gcj02(LON, LAT)
    found = locate(f"{lat:.9f},{lon:.9f}", AREA)
    assert found is not None
    assert 300 < found.outside_m < 800
    assert "place.wgs84" in [one.code for one in found.notes]


def test_of_shifted_maps_only_a_place_in_china_is_warned() -> None:
    for crs, x, y, warned in (("EPSG:4548", X, Y, True), ("EPSG:25832", 565_000, 5_930_000, False)):
        area = NoticeArea(crs, shapely.box(x, y, x + 100, y + 100).wkb)
        lon, lat = area.to_wgs84(x + 50, y + 50)
        found = locate(f"{lat}, {lon}", area)
        assert found is not None
        assert ("place.wgs84" in [one.code for one in found.notes]) is warned


def test_cgcs2000_and_wgs84_are_one_place_to_a_metre() -> None:
    one, other = locate(f"{LAT},{LON}", AREA, "cgcs2000"), locate(f"{LAT},{LON}", AREA, "wgs84")
    assert one is not None
    assert other is not None
    assert (one.x, one.y) == pytest.approx((other.x, other.y), abs=1.0)


def test_how_far_outside_is_told() -> None:
    found = locate(f"{X - 250}, {Y}", AREA)
    assert found is not None
    assert found.outside_m == 250.0


def test_degrees_in_a_plan_with_its_own_grid_are_refused() -> None:
    local = NoticeArea("local", shapely.box(0, 0, 100, 100).wkb)
    found = locate("39.9, 16.4", local)
    assert found is not None
    assert (found.x, found.y, found.datum, found.lon) == (39.9, 16.4, "plan", None)
    with pytest.raises(IntakeError, match="a grid of its own"):
        locate("39.9, 116.4", local, "wgs84")


def test_no_place_on_the_earth_is_refused() -> None:
    with pytest.raises(IntakeError, match="No place on the earth"):
        locate("390, 116", AREA, "wgs84")


@given(st.floats(-89, 89), st.floats(-179, 179), st.booleans(), st.integers(0, 2))
def test_what_is_written_is_read_again(lat: float, lon: float, turned: bool, form: int) -> None:
    def written(value: float, sides: str) -> str:
        side, size = sides[value < 0], abs(value)
        minutes = size % 1 * 60
        return [
            f"{side}{size:.9f}",
            f"{size:.9f}°{side}",
            f"{int(size)}°{int(minutes)}'{min(59.999999, minutes % 1 * 60):.6f}\"{side}",
        ][form]

    parts = [written(lat, "NS"), written(lon, "EW")]
    found = typed_numbers(" ".join(parts[::-1] if turned else parts))
    assert found is not None
    values = {axis: value for value, axis in found}
    assert (values["lat"], values["lon"]) == pytest.approx((lat, lon), abs=1e-8)


@given(st.text(st.sampled_from("0123456789.,-+°'\"nsewNSEWxy:=; 北纬东经度分秒"), max_size=40))
def test_any_text_is_read_or_is_words(text: str) -> None:
    found = typed_numbers(text)
    assert found is None or len(found) == 2
