from __future__ import annotations

import re

from tests.support.handmade import SOUTH, WEST, hand_made, layers, manifest

from blockplan.report.maps.basemap import Ground, frame_of, ink_on, second_level
from blockplan.report.maps.drawing import MapSheet
from blockplan.report.maps.legends import is_station, land_use_legend
from blockplan.report.maps.structure import broken
from blockplan.report.maps.svg import Frame
from blockplan.report.maps.themes import land_use_details, land_use_map, structure_map
from blockplan.report.words import Words


def test_a_name_is_broken_into_lines_of_about_equal_length() -> None:
    assert broken("北片区", 8) == ["北片区"]
    assert broken("创新研发与国际交流片区", 6) == ["创新研发与国", "际交流片区"]
    assert broken("Innovation and research area", 9) == ["Innovation and", "research area"]


def test_stations_are_where_trains_call() -> None:
    assert [is_station(modes) for modes in ("subway,bus", "bus", "tram", "rail", None)] == [
        True, False, False, True, False,
    ]  # fmt: skip


def test_the_frame_is_the_planned_land_with_a_margin() -> None:
    frame = frame_of(hand_made())
    assert frame is not None
    assert frame.west < WEST < frame.east
    assert frame.south < SOUTH < frame.north


def test_a_feature_far_away_does_not_shrink_the_map() -> None:
    from shapely import box

    from blockplan.plan import Plan

    drawn = layers()
    drawn["parcels"].loc[0, "geometry"] = box(4e6, 4e5, 4e6 + 200, 4e5 + 200)
    assert frame_of(Plan(manifest(), drawn)) == frame_of(hand_made())


def test_hectares_of_the_legend_add_up_to_the_planned_land() -> None:
    ground = Ground(hand_made(), Words("en"))
    assert sum(share.ha for share in ground.balance) == 192.0
    assert [entry.said for entry in land_use_legend(ground)][:2] == ["0701 Urban housing", "0802 Research"]


def test_a_class_of_the_third_level_is_summed_in_the_second() -> None:
    assert second_level("cn2023", "080403") == "0804"
    assert second_level("cn2023", "16") == "16"
    assert second_level("cn2023", "9999") == "9999"
    assert second_level("elsewhere", "X1") == "X1"


def test_a_strip_gets_closer_maps_of_its_areas_and_a_compact_plan_none() -> None:
    ground = Ground(hand_made(), Words("en"))
    assert [drawn.title for drawn in land_use_details(ground)] == [
        "Land use: North area",
        "Land use: South area",
    ]
    compact = hand_made().replace(boundary=layers()["areas"].iloc[:1][["geometry"]])
    assert land_use_details(Ground(compact, Words("en"))) == []


def test_maps_carry_scale_north_and_the_synthetic_note() -> None:
    ground = Ground(hand_made(), Words("en"))
    for drawn in (land_use_map(ground), structure_map(ground)):
        assert drawn is not None
        text = drawn.standalone()
        assert "Synthetic geometry" in text
        assert ">N</text>" in text
        assert "m</text>" in text


def test_only_what_is_a_core_is_drawn_and_called_one() -> None:
    elements = layers()["structure"].iloc[-1:].assign(role=None)
    drawn = structure_map(Ground(hand_made().replace(structure=elements), Words("en")))
    assert drawn is not None
    assert "Core" not in [entry.said for entry in drawn.legend]
    assert "Research core" not in drawn.standalone()


def test_a_sheet_keeps_the_shape_of_the_land() -> None:
    sheet = MapSheet.of(Frame(0, 0, 2000, 9000))
    assert sheet.unit == 9000 / (204.0 - 15.0)
    assert MapSheet.of(Frame(0, 0, 9000, 2000)).unit == 9000 / 172.0


def test_ink_reads_on_dark_and_light_land_uses() -> None:
    assert ink_on("#c93a55") == "#ffffff"
    assert ink_on("#f9e36b") == "#33332e"


def test_the_mark_of_an_invented_plan_has_no_second_line_of_a_letter_or_two() -> None:
    ground = Ground(hand_made(), Words("ja"))
    said = ground.words("map.synthetic")
    for width in range(6, 60, 3):
        frame = Frame(WEST, SOUTH, WEST + 100 * width, SOUTH + 20_000)
        text = land_use_map(ground, MapSheet(frame, 100.0))
        assert text is not None
        lines = [one for one in re.findall(r'fill="#8c1d18"[^>]*>([^<]+)<', text.standalone()) if one in said]
        assert "".join(lines) == said
        assert width < 20 or len(lines) == 1 or min(map(len, lines)) > 2
