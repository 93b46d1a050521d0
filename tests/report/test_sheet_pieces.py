"""Subblocks that come in pieces, for sheets of parcels have a scale that they may not fall below."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest
import shapely
from pypdf import PdfReader
from tests.support.sheet_plans import drawn, facts_of
from tests.support.squares import plan_of, square

from blockplan.report.sheets import PAPERS, maps
from blockplan.report.sheets.control import _fit, control_sheet, parcel_tables, readable
from blockplan.report.sheets.extents import subblocks
from blockplan.report.sheets.matchlines import match_lines
from blockplan.report.sheets.panels import PanelFiles

if TYPE_CHECKING:
    from pathlib import Path

    from blockplan.plan import Plan


@pytest.mark.parametrize(("lang", "most"), [("zh", 2_000), ("en", 2_000), ("ja", 2_500)])
def test_pieces_of_a_subblock_are_numbered_and_hold_each_parcel_once(lang: str, most: int) -> None:
    parcels = [
        {
            "parcel_id": f"P-{at}",
            "land_use": "0701",
            "subblock_id": "S-1",
            "geometry": square(400.0 * at, 0, 390, 390),
        }
        for at in range(4)
    ]
    road = {
        "parcel_id": "R-1",
        "land_use": "1207",
        "subblock_id": "S-1",
        "geometry": square(0, 390, 1_600, 15),
    }
    whole = {"subblock_id": "S-1", "geometry": shapely.box(0, 0, 1_600, 405)}
    facts = facts_of(plan_of(parcels=[*parcels, road], subblocks=[whole]), lang)
    (extent,) = subblocks(facts)
    pieces = readable(facts, PAPERS["A3"], extent, most)
    assert [one.id for one in pieces] == [f"S-1({at})" for at in range(1, len(pieces) + 1)]
    assert sorted(row for one in pieces for row in one.rows) == [0, 1, 2, 3, 4]
    assert all(one.shape.bounds[2] - one.shape.bounds[0] < 1_000 for one in pieces)
    for one in pieces:
        tables = parcel_tables(facts, [str(facts.names[row]) for row in one.rows])
        assert _fit(facts, PAPERS["A3"], one, tables).scale <= most


@pytest.mark.long
@pytest.mark.parametrize(("lang", "most"), [("zh", 2_000), ("en", 2_000), ("ja", 2_500)])
def test_a_parcel_too_large_for_the_scale_of_a_sheet_lies_on_two_sheets(lang: str, most: int) -> None:
    parcel = {
        "parcel_id": "P-1",
        "land_use": "1401",
        "subblock_id": "S-1",
        "geometry": square(0, 0, 900, 900),
    }
    whole = {"subblock_id": "S-1", "geometry": shapely.box(0, 0, 900, 900)}
    facts = facts_of(plan_of(parcels=[parcel], subblocks=[whole]), lang)
    (extent,) = subblocks(facts)
    pieces = readable(facts, PAPERS["A3"], extent, most)
    assert len(pieces) > 1
    assert sum(one.shape.area for one in pieces) == pytest.approx(900 * 900)
    assert all(one.rows == (0,) for one in pieces)
    sheets = drawn(facts.plan, "subblock", lang=lang).sheets
    assert [one.id for one in sheets] == [one.id for one in pieces]
    assert all(one.fit.scale <= most for one in sheets)


@pytest.mark.long
@pytest.mark.parametrize(("lang", "most", "alone"), [("en", 2_000, True), ("ja", 2_500, False)])
def test_open_land_of_many_windows_lies_on_one_sheet_unless_the_plan_states_its_conditions(
    lang: str, most: int, alone: bool
) -> None:
    field = {"parcel_id": "P-1", "land_use": "01", "geometry": square(0, 0, 2_400)}
    for parcel, whole in ((field, alone), (field | {"height_m_max": 12.0}, False)):
        facts = facts_of(plan_of(parcels=[parcel]), lang)
        (extent,) = subblocks(facts)
        assert (len(readable(facts, PAPERS["A3"], extent, most)) == 1) is whole


@pytest.mark.long
def test_a_sheet_of_a_piece_states_the_land_that_lies_on_it() -> None:
    parcels = [
        {"parcel_id": id_, "land_use": use, "subblock_id": "S-1", "geometry": shapely.box(*box)}
        for id_, use, box in (("P-1", "1401", (0, 0, 900, 900)), ("R-1", "1207", (900, 0, 915, 900)))
    ]
    whole = {"subblock_id": "S-1", "geometry": shapely.box(0, 0, 915, 900)}
    plan = plan_of(parcels=parcels, subblocks=[whole])
    facts = facts_of(plan, "en")
    pieces = {one.id: one for one in readable(facts, PAPERS["A3"], *subblocks(facts), 2_000)}
    streets = 0
    for sheet in drawn(plan, "subblock", lang="en").sheets:
        shape = pieces[sheet.id].shape
        (figures,) = [one for one in sheet.data["panel"] if one["kind"] == "facts"]
        (legend,) = [one for one in sheet.data["panel"] if one["kind"] == "legend"]
        said = dict(figures["rows"])
        park = shape.intersection(parcels[0]["geometry"]).area / 1e4
        amounts = {row["said"]: row["amount"] for row in legend["rows"] if row["amount"]}
        assert _ha(said["Land"]) == pytest.approx(shape.area / 1e4, abs=0.006)
        assert _ha(said.get("Parks", "0 ha")) == pytest.approx(park, abs=0.006)
        assert sum(float(ha) for ha, _ in amounts.values()) == pytest.approx(shape.area / 1e4, abs=0.02)
        assert sum(float(share) for _, share in amounts.values()) == pytest.approx(100)
        assert any("those on this sheet" in note for note in figures["notes"])
        streets += any("1207" in one for one in amounts)
    assert streets > 1  # the street is drawn on more sheets than list it


def test_a_sheet_of_a_whole_subblock_says_nothing_of_pieces() -> None:
    (sheet,) = drawn(_a_row_of(200, 200), "subblock", lang="en").sheets
    (figures,) = [one for one in sheet.data["panel"] if one["kind"] == "facts"]
    assert "notes" not in figures
    assert dict(figures["rows"])["Land"].startswith("16.8")


def _ha(said: str) -> float:
    return float(said.split(maxsplit=1)[0])


@pytest.mark.long
def test_a_subblock_whose_long_legend_has_no_room_at_its_scale_comes_on_several_sheets() -> None:
    groups = {"07": 2, "08": 7, "09": 4, "13": 6, "14": 3}
    uses = [f"{group}{at:02}" for group, most in groups.items() for at in range(1, most + 1)]
    uses += ["1001", "1101", "1310", "15", "16"]
    parcels = [
        {
            "parcel_id": f"P-{at:03d}",
            "land_use": uses[at % len(uses)],
            "far_max": 2.5,
            "height_max_m": 60.0,
            "coverage_max": 30.0,
            "subblock_id": "S-1",
            "remarks": "见文本第四章第十二条关于退线与地下空间的规定",
            "geometry": square(at // 5 * 90, at % 5 * 76, 89, 75),
        }
        for at in range(30)
    ]
    streets = [
        {
            "street_id": f"s{at}",
            "name_zh": f"第{at}大道",
            "class": "local",
            "red_line_width_m": 12.0 + at,
            "geometry": shapely.LineString([(at * 50, -10), (at * 50, 380)]),
        }
        for at in range(9)
    ]
    plan = plan_of(
        parcels=parcels,
        subblocks=[{"subblock_id": "S-1", "geometry": shapely.box(0, 0, 540, 380)}],
        streets=streets,
        boundary=[{"name": "all", "geometry": shapely.box(-30, -30, 570, 410)}],
    )
    sheets = drawn(plan, "subblock").sheets
    assert len(sheets) > 1
    assert all(one.fit.scale <= 2_000 for one in sheets)


@pytest.mark.parametrize(("wide", "has_room"), [(200, True), (540, False)])
def test_a_sheet_of_parcels_takes_no_larger_panel_than_leaves_it_its_scale(
    wide: float, has_room: bool, tmp_path: Path
) -> None:
    facts = facts_of(_a_row_of(wide))
    (extent,) = subblocks(facts)
    made = control_sheet(facts, PanelFiles(tmp_path), PAPERS["A3"], extent, [extent], most=2_000)
    assert made.fit.scale <= 2_000
    assert (made.roomier is not None) == has_room
    assert made.roomier is None or made.roomier().fit.scale <= 2_000


@pytest.mark.long
def test_a_sheet_with_a_part_of_a_parcel_says_that_its_figures_are_of_the_whole() -> None:
    parcel = {
        "parcel_id": "P-1",
        "land_use": "1401",
        "subblock_id": "S-1",
        "geometry": square(0, 0, 900, 900),
    }
    whole = {"subblock_id": "S-1", "geometry": shapely.box(0, 0, 900, 900)}
    made = drawn(plan_of(parcels=[parcel], subblocks=[whole]), "subblock", lang="ja")
    assert len(made.sheets) > 1
    assert all(
        any("P-1 は隣接図に続き" in note for note in one.data["shelves"][0][0]["notes"])
        for one in made.sheets
    )
    assert all(one.labelled == 1 for one in made.sheets)


@pytest.mark.long
@pytest.mark.parametrize(("lang", "most"), [("zh", 2_000), ("en", 2_000), ("ja", 2_500)])
def test_a_subblock_too_large_for_its_scale_comes_on_several_sheets(lang: str, most: int) -> None:
    plan = _a_row_of(400, 400, 400, 400)
    sheets = drawn(plan, "subblock", lang=lang).sheets
    assert [one.id for one in sheets] == [f"S-1({at})" for at in range(1, len(sheets) + 1)]
    assert all(one.fit.scale <= most for one in sheets)
    assert sorted(name for one in sheets for name in one.listed) == [f"P-{at}" for at in range(4)]


def test_pieces_of_a_subblock_that_have_room_in_one_window_are_one() -> None:
    facts = facts_of(_a_row_of(500, 150, 150, 500))
    (extent,) = subblocks(facts)
    assert [one.rows for one in readable(facts, PAPERS["A3"], extent, 2_000)] == [(0,), (1, 2), (3,)]


def _a_row_of(*wide: float) -> Plan:
    """A subblock of parcels 420 m high beside each other."""
    parcels = [
        {
            "parcel_id": f"P-{at}",
            "land_use": "0701",
            "subblock_id": "S-1",
            "geometry": square(sum(wide[:at]), 0, one, 420),
        }
        for at, one in enumerate(wide)
    ]
    whole = {"subblock_id": "S-1", "geometry": shapely.box(0, 0, sum(wide), 420)}
    return plan_of(parcels=parcels, subblocks=[whole])


def test_pieces_meet_at_a_line_with_the_numbers_of_their_sheets_and_show_20_m_beyond_it() -> None:
    plan = _a_row_of(390, 390)
    facts = facts_of(plan, "en")
    pieces = readable(facts, PAPERS["A3"], *subblocks(facts), 2_000)
    sheets = drawn(plan, "subblock", lang="en").sheets
    assert len(sheets) == len(pieces) > 1
    for sheet, piece in zip(sheets, pieces, strict=True):
        windows = [
            shapely.box(one.west, one.south, one.east, one.north)
            for one in (cell.frame for cell in sheet.fit.cells)
        ]
        others = shapely.union_all([one.shape for one in pieces if one.id != piece.id])
        beyond = shapely.intersection(shapely.buffer(piece.shape, 19), others)
        assert beyond.area > 0
        assert shapely.difference(beyond, shapely.union_all(windows)).area < 1
        (legend,) = [one for one in sheet.data["panel"] if one["kind"] == "legend"]
        assert "Match line" in [row["said"] for row in legend["rows"]]


def _along_a_street(*streets: tuple[float, float]) -> Plan:
    """Two parcels of 390 m beside each other, and street land along their north from x to x."""
    parcels = [
        {"parcel_id": f"P-{at}", "land_use": "0701", "geometry": square(390 * at, 0, 390, 420)}
        for at in range(2)
    ]
    land = [
        {"parcel_id": f"R-{at}", "land_use": "1207", "geometry": shapely.box(west, 420, east, 435)}
        for at, (west, east) in enumerate(streets)
    ]
    lots = [{**one, "subblock_id": "S-1"} for one in [*parcels, *land]]
    whole = {"subblock_id": "S-1", "geometry": shapely.box(0, 0, 780, 435)}
    return plan_of(parcels=lots, subblocks=[whole])


def test_subblocks_come_in_the_order_of_their_numbers() -> None:
    lots = [
        {
            "parcel_id": f"P-{at}",
            "land_use": "0701",
            "subblock_id": f"S-{at}",
            "geometry": square(110 * at, 0),
        }
        for at in (10, 9, 1)
    ]
    units = [{"subblock_id": one["subblock_id"], "geometry": one["geometry"]} for one in lots]
    made = drawn(plan_of(parcels=lots, subblocks=units), "subblock")
    assert [one.id for one in made.sheets] == ["S-1", "S-9", "S-10"]


def test_a_piece_has_no_scrap_of_a_street_that_goes_on_beside_another_piece() -> None:
    facts = facts_of(_along_a_street((0, 390), (400, 780)), "en")
    west, east = readable(facts, PAPERS["A3"], *subblocks(facts), 2_000)
    assert west.shape.bounds == (0, 0, 390, 435)
    assert east.shape.bounds[2] == 780
    lone = facts_of(_along_a_street((0, 380), (395, 405)), "en")  # beside both, and the land of one at least
    pieces = readable(lone, PAPERS["A3"], *subblocks(lone), 2_000)
    streets = shapely.union_all(lone.shapes[lone.roads])
    assert shapely.difference(streets, shapely.union_all([one.shape for one in pieces])).area < 1e-6


def test_a_match_line_crosses_a_street_that_two_sheets_show_and_does_not_run_around_it() -> None:
    facts = facts_of(_along_a_street((0, 780)), "en")
    pieces = readable(facts, PAPERS["A3"], *subblocks(facts), 2_000)
    west = pieces[0]
    assert west.shape.bounds[2] == 410  # street land 20 m beyond the line between the parcels
    found = _fit(facts, PAPERS["A3"], west, parcel_tables(facts, ["P-0"]))
    (scene,) = maps.scenes_of(facts, found)
    lines = match_lines(scene, west, pieces)
    assert lines is not None
    mm = 1_000 / found.scale
    # The line between the parcels, below the street that goes on, and across it at its end.
    assert lines.length == pytest.approx((420 + 20 + 15) * mm, abs=2.5)


def test_the_number_of_the_next_sheet_stands_on_the_map_of_a_piece() -> None:
    made = drawn(_a_row_of(390, 390), "subblock", lang="zh")
    pages = PdfReader(io.BytesIO(made.pdf)).pages
    numbers = [sheet.number for sheet in made.sheets]
    said = [page.extract_text() for page in pages]
    for at, number in enumerate(numbers[1:]):
        assert f"接 {number}" in said[at]
        assert f"接 {numbers[at]}" in said[at + 1]


def test_a_sheet_of_one_street_explains_no_index_block_and_binds_no_coordinates_that_it_has_not() -> None:
    street = {
        "parcel_id": "R-1", "land_use": "1207", "subblock_id": "S-1", "geometry": square(0, 0, 420, 24),
    }  # fmt: skip
    whole = {"subblock_id": "S-1", "geometry": shapely.box(0, 0, 420, 24)}
    (sheet,) = drawn(plan_of(parcels=[street], subblocks=[whole]), "subblock", lang="en").sheets
    (legend,) = [one for one in sheet.data["panel"] if one["kind"] == "legend"]
    assert not any("Index block" in note for note in legend["notes"])
    (boxes,) = [one for one in sheet.data["panel"] if one["kind"] == "boxes"]
    assert boxes["boxes"][0]["items"] == ["Land-use code and parcel lines.", "Road line."]
