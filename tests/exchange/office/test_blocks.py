"""Blocks and subblocks that an office leaves to the numbers of their parcels."""

from __future__ import annotations

import geopandas as gpd
import pytest
import shapely
from tests.exchange.office.conftest import parcels as drawn_parcels
from tests.exchange.office.conftest import rules, shapefile

from blockplan.exchange.office.blocks import derived_blocks, numbered_by_parcels
from blockplan.exchange.office.source import Findings


def blocks(*ids: str) -> dict[str, gpd.GeoDataFrame]:
    """Subblocks of 2 by 1 beside each other."""
    shapes = [shapely.box(2 * at, 0, 2 * at + 2, 1) for at in range(len(ids))]
    return {"subblocks": gpd.GeoDataFrame({"subblock_id": list(ids)}, geometry=shapes)}


def parcels(*ids: str) -> gpd.GeoDataFrame:
    """Parcels of 1 by 1 beside each other, two in each subblock."""
    shapes = [shapely.box(at, 0, at + 1, 1) for at in range(len(ids))]
    return gpd.GeoDataFrame({"parcel_id": list(ids)}, geometry=shapes)


@pytest.mark.parametrize(
    ("drawn", "numbers", "named"),
    [
        (("S0001", "S0002"), ("01-01-01", "01-01-02", "01-02-01", "01-02-02"), ["01-01", "01-02"]),
        # One that has a number of its own keeps it; what is in common may be less than all but the last part.
        (("K7", "S0002"), ("01-01-01", "01-01-02", "02-01-01", "02-03-01"), ["K7", "02"]),
        # Two would be named alike, or nothing is in common: none is guessed.
        (("S0001", "S0002"), ("01-01-01", "01-02-01", "01-03-01", "01-04-01"), ["S0001", "S0002"]),
        (("S0001", "S0002"), ("1", "2", "3", "4"), ["S0001", "S0002"]),
    ],
)
def test_a_subblock_without_a_number_takes_what_its_parcels_numbers_begin_with(drawn, numbers, named):
    made, findings = blocks(*drawn), Findings()
    numbered_by_parcels(made, parcels(*numbers), findings)
    assert made["subblocks"]["subblock_id"].tolist() == named
    assert [one.rule for one in findings] == (["office-number"] if named != list(drawn) else [])


def test_subblocks_numbered_anew_in_each_block_stay_apart(folder, brought):
    shapefile(drawn_parcels(), folder / "规划地块.shp")
    shapefile(drawn_parcels(街坊编号=["01", "02", "01", "02"]), folder / "街坊.shp")
    plan, result = brought()
    assert sorted(plan.layer("subblocks").index) == ["01", "01#2", "02", "02#2"]
    assert rules(result, "office-outline") == []
    # Those that share a line are parts of one, and a block's number says so of others.
    shapefile(drawn_parcels(街坊编号=["01", "01", "02", "02"]), folder / "街坊.shp")
    plan, result = brought()
    assert plan.layer("subblocks").area.to_dict() == {"01": 20_000.0, "02": 20_000.0}
    assert [one.grade for one in rules(result, "office-outline")] == ["note", "note"]


def test_blocks_of_one_number_whose_amounts_count_once_are_told(folder, brought):
    shapefile(drawn_parcels(), folder / "规划地块.shp")
    land = [shapely.box(500_000 + at, 4_400_000, 500_200 + at, 4_400_100) for at in (0, 200)]
    shapefile(drawn_parcels(shapes=land, 街区编号=["1", "1"], 人口=[1000, 1000]), folder / "街区.shp")
    plan, result = brought()
    assert plan.layer("blocks")["residents"].to_dict() == {"1": 1000}
    (told,) = rules(result, "office-outline")
    assert (told.grade, told.measured) == ("warning", 2.0)
    assert "residents counts once" in told.message


def test_a_parcel_that_names_no_drawn_subblock_is_of_the_one_that_it_lies_in():
    shapes = [shapely.box(at, 0, at + 1, 1) for at in range(4)]
    frame = gpd.GeoDataFrame(
        {"parcel_id": list("abcd"), "subblock_id": [None, "T", "gone", None]}, geometry=shapes
    )
    lands = [shapely.box(0, 0, 3, 1), shapely.box(9, 9, 10, 10)]
    made = {"subblocks": gpd.GeoDataFrame({"subblock_id": ["S", "T"]}, geometry=lands)}
    derived_blocks(made, frame, [], Findings())
    assert frame["subblock_id"].dropna().tolist() == ["S", "T", "S"]
    assert "blocks" not in made
