"""The same town handed in twice is taken once, and told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pytest
import shapely

from blockplan.exchange.office.duplicate_files import without_twins
from blockplan.exchange.office.facilities import _not_drawn
from blockplan.exchange.office.mapping import LayerChoice
from blockplan.exchange.office.source import Findings, SourceLayer
from blockplan.exchange.office.texts import SIZES

if TYPE_CHECKING:
    from blockplan.exchange.office.features import Chosen


def stops(file: str, *spots: tuple[float, float]) -> Chosen:
    frame = gpd.GeoDataFrame(
        {"name": [str(at) for at in range(len(spots))]}, geometry=[*map(shapely.Point, spots)]
    )
    choice = LayerChoice.model_construct(file=file, layer="stops", role="stops", field=[])
    return SourceLayer(file, "stops", frame), choice


FOUR = ((0.0, 0.0), (100.0, 0.0), (200.0, 0.0), (300.0, 0.0))


def test_a_layer_that_another_file_draws_too_is_taken_once() -> None:
    findings = Findings()
    kept, twins = without_twins(
        [stops("a.gpkg", *FOUR), stops("b.shp", *((x, y + 0.02) for x, y in FOUR))], findings
    )
    assert [layer.file for layer, _ in kept] == ["a.gpkg"]
    assert [len(layer.frame) for layer, _ in twins] == [4]
    assert [(one.rule, one.measured) for one in findings] == [("office-twice", 4)]


def test_what_only_the_second_file_has_is_taken_too() -> None:
    findings = Findings()
    kept, _ = without_twins([stops("a.gpkg", *FOUR), stops("b.shp", *FOUR, (500.0, 0.0))], findings)
    assert [len(layer.frame) for layer, _ in kept] == [4, 1]
    assert "1 more" in findings[0].message


@pytest.mark.parametrize("away", [1.0, 30.0])
def test_layers_that_lie_beside_each_other_are_two(away: float) -> None:
    findings = Findings()
    kept, _ = without_twins(
        [stops("a.gpkg", *FOUR), stops("b.shp", *((x, y + away) for x, y in FOUR))], findings
    )
    assert (len(kept), findings) == (2, [])


def test_one_file_may_draw_what_it_likes_twice() -> None:
    findings = Findings()
    kept, _ = without_twins([stops("a.gpkg", *FOUR), stops("a.gpkg", *FOUR)], findings)
    assert (len(kept), findings) == (2, [])


def facility(parcel_id: str | None, service: str | None, name_zh: str) -> dict[str, Any]:
    blank = dict.fromkeys(("level", "status", *SIZES))
    return {**blank, "parcel_id": parcel_id, "service": service, "name_zh": name_zh}


@pytest.mark.parametrize(
    ("drawn", "listed", "fresh"),
    [
        (("A-01", None, ""), ("A-01", "kindergarten", "幼儿园"), 0),  # a dot on the parcel of the list
        (("A-01", "kindergarten", "第一幼儿园"), ("A-01", "kindergarten", "幼儿园"), 0),
        (("A-01", "culture", "幼儿园"), ("A-01", "kindergarten", "幼儿园"), 1),
        (("A-01", None, ""), ("A-01", None, ""), 1),  # nobody says that they are one
        ((None, "clinic", "卫生站"), (None, "clinic", "第二卫生站"), 1),  # two places that nobody knows
        ((None, "clinic", "卫生站"), (None, "clinic", "卫生站"), 0),
        ((None, "clinic", ""), (None, "clinic", ""), 1),
    ],
)
def test_a_facility_of_a_list_is_the_drawn_one_only_where_parcel_kind_and_name_agree(drawn, listed, fresh):
    found = _not_drawn([facility(*drawn)], [({}, None, facility(*listed))], Findings())
    assert len(found) == fresh
