"""Streets on the sheets of parcels, and what parcels have along them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
import shapely
from tests.support.sheet_plans import facts_of
from tests.support.squares import plan_of

from blockplan.report.office.streets import streets as streets_table
from blockplan.report.sheets import PAPERS
from blockplan.report.sheets.control import control_sheet
from blockplan.report.sheets.extents import subblocks
from blockplan.report.sheets.limitmap import ACCESS, SIDES, TICK_EVERY_MM, sides_named
from blockplan.report.sheets.panels import PanelFiles

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from shapely.geometry.base import BaseGeometry


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_street_is_named_where_a_sheet_shows_only_the_side_of_it_along_its_land(
    tmp_path: Path, lang: str
) -> None:
    land = shapely.box(0, 0, 200, 160)
    sides = {"西环路 West": (-15.0, 30.0), "东环路 East": (211.0, 22.0)}
    streets = [
        {
            "name_zh": name.split()[0],
            "name_en": name.split()[1],
            "class": "local",
            "red_line_width_m": width,
            "geometry": shapely.LineString([(x, -100), (x, 300)]),
        }
        for name, (x, width) in sides.items()
    ]
    far = {
        **streets[0],
        "name_zh": "远路",
        "name_en": "Far",
        "geometry": shapely.LineString([(-90, -9), (-90, 99)]),
    }
    facts = facts_of(
        plan_of(
            boundary=[{"name": "all", "geometry": shapely.box(-100, -100, 300, 300)}],
            parcels=[{"parcel_id": "P-1", "land_use": "0701", "subblock_id": "S-1", "geometry": land}],
            subblocks=[{"subblock_id": "S-1", "geometry": land}],
            streets=[*streets, far],
        ),
        lang,
    )
    (extent,) = subblocks(facts)
    sheet = control_sheet(facts, PanelFiles(tmp_path), PAPERS["A3"], extent, [extent])
    assert sheet.fit is not None
    (cell,) = sheet.fit.cells
    assert cell.frame.west > -15
    assert cell.frame.east < 211
    said = "".join(re.findall(r"<text[^>]*>([^<]*)</text>", (tmp_path / sheet.data["picture"]).read_text()))
    assert (
        ("西环路30m" in said and "东环路22m" in said)
        if lang == "zh"
        else ("West 30 m" in said and "East 22 m" in said)
    )
    assert "远" not in said
    assert "Far" not in said


@pytest.mark.long
@pytest.mark.parametrize(
    "shape", [shapely.Polygon, lambda ring: shapely.MultiPolygon([shapely.Polygon(ring)])]
)
@pytest.mark.parametrize("side", ["north", "North", "N", "北"])
def test_setbacks_and_sides_are_drawn_of_outlines_stored_as_collections_of_one(
    tmp_path: Path, shape: Callable[[Any], BaseGeometry], side: str
) -> None:
    land = shape([(0, 0), (200, 0), (200, 160), (0, 160)])
    parcel = {
        "parcel_id": "P-1",
        "land_use": "0701",
        "entrances": side,
        "closed_stretches": "south",
        "setback_north_m": 8.0,
        "geometry": land,
    }
    facts = facts_of(
        plan_of(
            parcels=[{**parcel, "subblock_id": "S-1"}], subblocks=[{"subblock_id": "S-1", "geometry": land}]
        )
    )
    (extent,) = subblocks(facts)
    sheet = control_sheet(facts, PanelFiles(tmp_path), PAPERS["A3"], extent, [extent])
    (legend,) = [one for one in sheet.data["panel"] if one["kind"] == "legend"]
    said = [row["said"] for row in legend["rows"]]
    assert "建筑后退线（m）" in said
    assert "禁止开口段" in said
    assert any(one.startswith("机动车出入口") for one in said)
    assert not [note for note in legend["notes"] if "规划未载" in note]


def test_a_closed_side_of_many_short_edges_has_ticks_along_all_of_it(tmp_path: Path) -> None:
    land = shapely.segmentize(shapely.box(0, 0, 200, 160), 20)
    parcel = {"parcel_id": "P-1", "land_use": "0701", "closed_stretches": "南", "geometry": land}
    facts = facts_of(
        plan_of(
            parcels=[{**parcel, "subblock_id": "S-1"}], subblocks=[{"subblock_id": "S-1", "geometry": land}]
        )
    )
    (extent,) = subblocks(facts)
    sheet = control_sheet(facts, PanelFiles(tmp_path), PAPERS["A3"], extent, [extent])
    assert sheet.fit is not None
    drawn = (tmp_path / sheet.data["picture"]).read_text()
    ticks = re.findall(rf'<path[^>]*stroke="{ACCESS}"[^>]*stroke-width="0.2"[^>]*>', drawn)
    assert len(ticks) > 0.9 * 200 / sheet.fit.scale * 1000 / TICK_EVERY_MM


def test_streets_of_one_length_come_in_the_order_of_their_numbers() -> None:
    streets = [
        {
            "name_zh": f"横{at}路",
            "class": "local",
            "geometry": shapely.LineString([(0, at), (300 + at % 3 / 100, at)]),
        }
        for at in range(12, 0, -1)
    ]
    ground = [{"name": "all", "geometry": shapely.box(-10, -10, 400, 100)}]
    table = streets_table(facts_of(plan_of(boundary=ground, streets=streets)).view)
    assert [line.cells[1] for line in table.lines if line.kind == "row"] == [
        f"横{at}路" for at in range(1, 13)
    ]


@pytest.mark.parametrize(
    ("said", "sides"),
    [
        ("N", "north"),
        ("n, e", "north east"),
        ("NE", "north east"),
        ("SW", "south west"),
        ("northeast", "north east"),
        ("north-east", "north east"),
        ("South West", "south west"),
        ("east side, N", "east north"),
        ("东", "east"),
        ("北侧", "north"),
        ("东南", "east south"),
        ("地块N侧", "north"),
        ("路east侧", "east"),
        ("at least 60 m", ""),
        ("to be fixed at a later date", ""),
        ("Westlake Road", ""),
        ("new street", ""),
        ("the owner's gate", ""),
    ],
)
def test_sides_are_those_that_words_and_letters_of_their_own_name(said: str, sides: str) -> None:
    assert " ".join(SIDES[side] for side in sides_named(said)) == sides
