"""What carries a sentence, by name and with units."""

from __future__ import annotations

import geopandas as gpd
import pytest
import shapely
from tests.support.builders import a_plan

from blockplan.check.words import amount, carriers, measure_title, object_name, wanted
from blockplan.measure.measurement import Measurement
from blockplan.plan.validity.statements import Condition

CORE = gpd.GeoDataFrame(
    {"element_id": ["core-rd", "core-x"], "name_zh": ["研发核心", None], "name_en": ["R&D core", None]},
    geometry=[shapely.Point(500_000, 4_400_000), shapely.Point(500_010, 4_400_000)],
    crs="EPSG:4548",
)


def test_layers_programmes_objects_and_keys_are_said_by_name() -> None:
    bound = ("layer:green_entrances", "programme:pilot_test", "object:core-rd", "manifest:level=block")
    said = carriers(a_plan(structure=CORE), bound)
    assert said["en"] == "layer green entrances, programme pilot-test facility, R&D core, level (block level)"
    assert said["zh"] == "“绿地入口”图层、项目“中试基地”、研发核心、规划层面（街区层面）"
    assert (
        said["ja"] == "「緑地の入口」レイヤー、事業「パイロット試験施設」、R&D core、計画レベル（街区レベル）"
    )


def test_what_has_no_name_keeps_its_code() -> None:
    plan = a_plan(structure=CORE)
    assert object_name(plan, "core-x") is None
    assert carriers(plan, ["object:core-x", "layer:own", "manifest:own=1"])["en"] == (
        "object core-x, layer own, plan.toml own (1)"
    )


@pytest.mark.parametrize(
    ("id_", "unit", "value", "said"),
    [
        ("programmes_within_800m", "1", 0.69021, "69%"),
        ("programmes_within_800m", "1", 0.99951, "99.95%"),
        ("programmes_within_800m", "1", 1.0, "100%"),
        ("core_concentration", "1", 2.03541, "2.04"),
        ("water_ha", "ha", 35.0611, "35.06 ha"),
        ("zone_area_overlay", "ha", 497.9296, "497.9 ha"),
        ("industry_floor_area", "m2", 3_185_155.6, "3,185,156 m²"),
        ("jobs", "job", 90_454.7, "90,455 jobs"),
        ("areas_overlap", "ha", 0.0, "0 ha"),
    ],
)
def test_amounts_are_rounded_and_bear_their_units(id_: str, unit: str, value: float, said: str) -> None:
    assert amount(Measurement(id_, value, unit), value)["en"] == said


def test_a_value_that_misses_its_limit_is_never_rounded_onto_it() -> None:
    overlap = Measurement("areas_overlap", 0.0104, "ha")
    asked = Condition("areas_overlap", op="<=", value=0.01)
    assert amount(overlap, 0.0104, 0.01)["en"] == "0.0104 ha"
    assert wanted(overlap, asked)["en"] == "≤ 0.01 ha"
    near = Measurement("core_concentration", 1.0004, "1")
    assert amount(near, 1.0004, 1.0)["en"] == "1.0004"


def test_the_part_of_a_measure_is_named() -> None:
    plan = a_plan(structure=CORE)
    digital = measure_title(plan, Condition("industry_floor_area", "digital"))
    assert digital["en"] == "Floor area of industries, digital economy"
    assert measure_title(plan, Condition("industry_floor_area", "area:core-rd"))["zh"].endswith(
        "（研发核心）"
    )
