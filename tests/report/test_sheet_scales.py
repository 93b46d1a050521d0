"""At which scale land stands on paper, and where labels have room."""

from __future__ import annotations

import io
import math
from importlib import import_module
from typing import TYPE_CHECKING

import geopandas as gpd
import pytest
import shapely
from pypdf import PdfReader
from tests.support.handmade import hand_made
from tests.support.random_plans import random_plan
from tests.support.sheet_plans import written

from blockplan.check import check
from blockplan.exchange.office.importing import import_office
from blockplan.plan import read
from blockplan.report.maps.labels import Labels, Spots, overlaps
from blockplan.report.sheets import PAPERS, atlas
from blockplan.report.sheets.limitmap import _by_side
from blockplan.report.sheets.paper import FIRST, FIRST_JA, SECOND, beneath, fit, layouts

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("lang", ["zh", "ja"])
def test_land_stands_at_the_largest_scale_of_the_ladder_that_fits(lang: str) -> None:
    first = FIRST_JA if lang == "ja" else FIRST
    for width, height in ((380, 300), (140, 90), (1_200, 900), (5_000, 4_000)):
        land = shapely.box(0, 0, width, height)
        found = fit([land], layouts(PAPERS["A3"], (112,)), first)
        room = found.cells[0]
        assert found.scale in {*first, *SECOND}
        assert room.frame.width >= width
        assert room.frame.height >= height
        assert room.unit == pytest.approx(found.scale / 1000)
        larger = [one for one in first if one < found.scale]
        best = max(
            min(layout.window[0] / width, layout.window[1] / height)
            for layout in layouts(PAPERS["A3"], (112,))
        )
        assert not larger or larger[-1] / 1000 * best < 1.1


def test_a_strip_is_cut_into_pieces_of_one_scale_that_fill_the_window() -> None:
    strip = shapely.box(0, 0, 1_500, 7_300)
    found = fit([strip], layouts(PAPERS["A3"], (112,), portrait=False))
    assert len(found.cells) > 1
    assert len({round(cell.unit, 9) for cell in found.cells}) == 1
    seen = shapely.union_all(
        [shapely.box(c.frame.west, c.frame.south, c.frame.east, c.frame.north) for c in found.cells]
    )
    assert seen.covers(strip)
    assert found.filled > 0.4


def test_parts_side_by_side_stand_from_west_to_east_whichever_reaches_farther_north() -> None:
    land = [shapely.box(2_000, 300, 2_400, 900), shapely.box(0, 0, 400, 600)]
    found = fit(land, layouts(PAPERS["A3"], (110.0,)))
    assert len(found.cells) == 2
    (left, right) = sorted(found.cells, key=lambda cell: cell.left)
    assert left.top == right.top
    assert left.frame.west < right.frame.west


def test_land_as_high_as_wide_has_a_larger_scale_where_its_panel_stands_below() -> None:
    land, paper = [shapely.box(0, 0, 1_360, 1_545)], PAPERS["A3"]
    beside = fit(land, layouts(paper, (125.0,)))
    below = fit(land, [*layouts(paper, (125.0,)), *beneath(paper, (140.0, 108.0))])
    assert (beside.scale, below.scale) == (8_000, 6_000)
    layout = below.layout
    assert layout.beneath
    assert layout.panel[1] == 108.0
    assert layout.picture[1] + layout.panel[1] < layout.body[1]
    assert 3 * layout.panel[0] < layout.body[0]


@pytest.mark.long
def test_a_panel_without_room_below_its_map_stands_beside_it_and_the_cover_says_the_scale(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    plan = random_plan(3, columns=12, rows=10)
    west, south, east, north = plan.layer("boundary").total_bounds
    sides = (1_360 / (east - west), 1_545 / (north - south))
    block = plan.layer("blocks").iloc[:1].set_geometry(plan.layer("boundary").geometry.to_numpy())
    whole = plan.replace(
        blocks=_stretched(block, sides),
        parcels=_stretched(plan.layer("parcels").assign(block_id=str(block.index[0])), sides),
        boundary=_stretched(plan.layer("boundary"), sides),
    )
    judged = check(whole, packs=["zone"])
    assert [one.fit and one.fit.scale for one in atlas(whole, judged, "zh", kinds=["block"]).sheets] == [
        6_000
    ]
    control = import_module("blockplan.report.sheets.control")
    monkeypatch.setattr(control, "CLASSES_MM", 0.0)
    monkeypatch.setattr(control, "CLASS_MM", 0.0)
    monkeypatch.setattr(control, "BLOCK_HEIGHTS", (40.0,))
    made = atlas(whole, judged, "zh", kinds=["cover", "block"])
    fit_made = made.sheets[1].fit
    assert fit_made is not None
    assert not fit_made.layout.beneath
    assert f"1:{fit_made.scale // 1000}000" in written(made)[0]


def _stretched(frame: gpd.GeoDataFrame, sides: tuple[float, float]) -> gpd.GeoDataFrame:
    return frame.set_geometry(frame.geometry.scale(*sides, origin=(0, 0)))


@pytest.mark.long
def test_street_land_between_subblocks_has_no_sheet_and_stands_in_a_table_of_its_own() -> None:
    plan = hand_made()
    parcels = plan.layer("parcels")
    road = str(parcels.index[0])
    apart = plan.replace(
        parcels=parcels.assign(
            land_use=["1207", *parcels["land_use"][1:]], land_use_list="national", subblock_id=None
        ),
        subblocks=_subblocks(parcels.geometry.iloc[1:]),
    )
    found = atlas(apart, check(apart, packs=["zone"]), "en", kinds=["subblock", "tables"])
    assert {sheet.id.partition("(")[0] for sheet in found.sheets if sheet.kind == "subblock"} == {"S-1"}
    tables = [
        one
        for sheet in found.sheets
        if sheet.kind == "tables"
        for shelf in sheet.data["shelves"]
        for one in shelf
    ]
    (rest,) = [one for one in tables if one["title"].startswith("Parcels on no parcel sheet")]
    assert [row["cells"][0] for row in rest["rows"]][:-1] == [road]


def _subblocks(shapes: gpd.GeoSeries) -> gpd.GeoDataFrame:
    around = shapely.union_all(shapes.to_numpy()).buffer(0)
    frame = gpd.GeoDataFrame({"subblock_id": ["S-1"], "block_id": [None]}, geometry=[around], crs=shapes.crs)
    return frame.set_index("subblock_id", drop=False)


@pytest.mark.long
def test_a_legend_of_areas_alone_has_one_column_of_numbers() -> None:
    plan = hand_made()
    stated = plan.replace(parcels=plan.layer("parcels").assign(existing_land_use="0103"))
    found = atlas(stated, check(stated, packs=["zone"]), "zh", kinds=["existing", "landuse"])
    for sheet in found.sheets:
        (legend,) = [part for part in sheet.data["panel"] if part["kind"] == "legend"]
        assert {len(row["amount"]) for row in legend["rows"]} <= {0, len(legend["heads"])}
        assert all(
            one.split(".")[1:] and len(one.split(".")[1]) == 2
            for row in legend["rows"]
            for one in row["amount"]
        )


@pytest.mark.long
def test_columns_of_a_legend_begin_on_one_line_whether_they_hold_amounts_or_none() -> None:
    plan = random_plan(7, columns=6, rows=5)
    found = atlas(plan, check(plan, packs=["zone"]), "zh", kinds=["height"])
    lines: dict[str, set[int]] = {}

    def run(text: str, cm: list[float], tm: list[float], *_more: object) -> None:
        lines.setdefault(text.strip(), set()).add(round(cm[5] + cm[3] * tm[5]))

    PdfReader(io.BytesIO(found.pdf)).pages[0].extract_text(visitor_text=run)
    (first,), (sixth,) = lines["≤ 18 m"], lines["规划范围"]
    assert first == sixth


@pytest.mark.long
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_block_stands_at_its_largest_scale_in_every_language(repo: Path, tmp_path: Path, lang: str) -> None:
    import_office([repo / "examples/office-town/shapefiles"], tmp_path / "town")
    plan = read(tmp_path / "town")
    found = atlas(plan, check(plan, packs=["gb50180"]), lang, kinds=["block"])
    assert [one.fit.scale for one in found.sheets if one.fit] == [2_000, 2_000, 2_000]


def test_a_location_map_shows_the_plan_in_one_window() -> None:
    strip = [shapely.box(0, 0, 900, 9_000)]
    assert len(fit(strip, layouts(PAPERS["A3"], (125.0,)), (25_000, 50_000)).cells) > 1
    assert len(fit(strip, layouts(PAPERS["A3"], (125.0,)), (25_000, 50_000), cut=False).cells) == 1


def test_a_label_is_placed_where_it_lies_inside_its_parcel_and_nowhere_else() -> None:
    shape = shapely.Polygon([(0, 0), (30, 0), (30, 6), (6, 6), (6, 30), (0, 30)])
    spots = Spots(shape)
    for x, y in spots.fitting(4, 2):
        assert shape.contains(shapely.box(x - 2, y - 1, x + 2, y + 1))
    assert not list(spots.fitting(8, 8))
    labels = Labels((0, 0, 30, 30))
    first = labels.place(spots.fitting(4, 2), 4, 2)
    second = labels.place(spots.fitting(4, 2), 4, 2)
    assert first is not None
    assert second is not None
    assert math.dist(first, second) >= 2
    assert overlaps(labels) == 0


def test_the_middle_of_a_parcel_is_where_a_reader_looks_for_its_label() -> None:
    assert Spots(shapely.box(0, 0, 40, 16)).centre == (20.0, 8.0)
    leaning = shapely.Polygon([(0, 0), (12, 0), (22, 60), (10, 60)])
    assert math.dist(Spots(leaning).centre, (leaning.centroid.x, leaning.centroid.y)) < 1e-6
    # The centre of gravity of an angle lies at its edge, or outside: there the deepest point is the middle.
    angle = shapely.Polygon([(0, 0), (30, 0), (30, 6), (6, 6), (6, 30), (0, 30)])
    assert angle.contains(shapely.Point(Spots(angle).centre).buffer(2.5))


def test_setbacks_by_side_run_inside_the_parcel_at_their_distance() -> None:
    parcel = shapely.box(0, 0, 40, 30)
    found = dict(_by_side(parcel, [5.0, float("nan"), 3.0, 0.0], 1.0))
    lines = {distance: line for line, distance in found.items()}
    assert sorted(lines) == [3.0, 5.0]
    # On paper y points down: north is the edge at y = 0.
    assert {round(y, 6) for _, y in shapely.get_coordinates(lines[5.0])} == {5.0}
    assert {round(y, 6) for _, y in shapely.get_coordinates(lines[3.0])} == {27.0}
