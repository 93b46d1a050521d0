"""Streets on the sheets of parcels."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
import shapely
from tests.support.sheet_plans import facts_of
from tests.support.squares import plan_of

from blockplan.report.sheets import PAPERS
from blockplan.report.sheets.control import control_sheet
from blockplan.report.sheets.extents import subblocks
from blockplan.report.sheets.panels import PanelFiles

if TYPE_CHECKING:
    from pathlib import Path


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
