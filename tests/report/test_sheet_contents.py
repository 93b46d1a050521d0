"""What sheets say of plans that they were not drawn for."""

from __future__ import annotations

import datetime as dt
import io
import re
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from typing import TYPE_CHECKING

import numpy as np
import pytest
import shapely
import shapely.affinity
from pypdf import PdfReader
from tests.support.sheet_plans import a_row, drawn, facts_of, legend, written
from tests.support.squares import plan_of, square

from blockplan.check import check
from blockplan.errors import UsageError
from blockplan.plan import read
from blockplan.report.sheets import PAPERS, atlas
from blockplan.report.sheets.extents import blocks, subblocks
from blockplan.report.sheets.facts import Facts
from blockplan.report.sheets.maps import scenes_of
from blockplan.report.sheets.panels import (
    PanelFiles,
    part_table,
    rules,
    verdicts,
)
from blockplan.report.sheets.paper import fit, layouts
from blockplan.report.sheets.plan_sheets import Whole
from blockplan.report.sheets.printed_tables import em, unbroken
from blockplan.report.sheets.streetmap import street_names
from blockplan.report.sheets.themes import THEMES
from blockplan.report.view import View
from blockplan.report.words import Words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from blockplan.report.sheets.extents import Extent


def test_lines_that_bind_are_one_sentence_and_no_japanese_sheet_has_a_semicolon() -> None:
    plan = a_row(blocks=[{"block_id": "B", "geometry": shapely.box(0, 0, 400, 100)}])
    facts = facts_of(plan, "en")
    (panel,) = rules(facts, blocks(facts)[0], {"red_line": True, "junction": True, "green": True})
    assert "Road line, junction of centre lines, green line." in panel["boxes"][0]["items"]
    assert not [one for one in written(drawn(plan, "block", lang="ja")) if "；" in one or ";" in one]


@pytest.mark.long
@pytest.mark.parametrize(
    ("lang", "crs", "said"),
    [
        ("zh", "EPSG:4548", "CGCS2000／3°带，中央经线 117°E（EPSG:4548）"),
        ("zh", "EPSG:4527", "CGCS2000／3°带，第 39 带（EPSG:4527）"),
        ("ja", "EPSG:6677", "JGD2011 平面直角座標系 第 IX 系（EPSG:6677）"),
        ("zh", "local", "独立坐标系（规划自定）"),
        ("en", "EPSG:32633", "WGS 84, UTM zone 33N (EPSG:32633)"),
    ],
)
def test_the_reference_system_is_named_in_the_readers_language(lang: str, crs: str, said: str) -> None:
    (sheet,) = drawn(a_row({"crs": crs}), "landuse", lang=lang).sheets
    (block,) = [one for one in sheet.data["panel"] if one["kind"] == "title_block"]
    assert block["last"][1].startswith(said)


def test_a_plan_of_one_parcel_fills_its_sheet_with_map_and_tables() -> None:
    parcel = {"parcel_id": "P-1", "land_use": "0701", "far_max": 1.5, "geometry": shapely.box(0, 0, 100, 130)}
    found = drawn(plan_of(parcels=[parcel]), "landuse")
    (sheet,) = found.sheets
    assert sheet.fit is not None
    assert sum(map(len, sheet.data["shelves"])) > 1
    assert len(PdfReader(io.BytesIO(found.pdf)).pages) == 1
    whole = sheet.fit.layout.body[1]
    assert sheet.fit.layout.picture[1] + sheet.fit.layout.table_mm > 0.95 * whole
    assert sheet.fit.cells[0].height == pytest.approx(sheet.fit.layout.window[1])


@pytest.mark.long
def test_a_map_has_tables_of_its_own_subject_alone_and_verdicts_before_those_of_the_whole_plan() -> None:
    power = {"parcel_id": "P-1", "land_use": "1303", "geometry": shapely.box(0, 0, 100, 60)}
    park = {"parcel_id": "P-2", "land_use": "1401", "geometry": shapely.box(100, 0, 200, 60)}
    street = {"street_id": "S-1", "class": "local", "geometry": shapely.LineString([(0, 0), (200, 0)])}
    plan = plan_of(parcels=[power, park], streets=[street])
    for kind, wanted in (("green", False), ("streets", False), ("control_lines", True)):
        (sheet,) = drawn(plan, kind, lang="en").sheets
        below = [one["title"] for shelf in sheet.data.get("shelves", ()) for one in shelf]
        assert ("Utilities" in below) is wanted
        text = PdfReader(io.BytesIO(drawn(plan, kind, lang="en").pdf)).pages[0].extract_text()
        assert ("Utilities" in text) is wanted


@pytest.mark.long
def test_maps_of_bounds_list_the_blocks_and_the_map_of_today_what_the_land_is_used_for_now() -> None:
    parcels = [
        {
            "parcel_id": f"P-{at}",
            "block_id": f"B-{at}",
            "land_use": "0701",
            "existing_land_use": ("1001", "0103")[at],
            "far_max": 1.5 + 0.4 * at,
            "height_max": 24.0,
            "floor_area_m2": 9_000.0,
            "geometry": square(100.0 * at, 0),
        }
        for at in range(2)
    ]
    blocks = [{"block_id": f"B-{at}", "geometry": square(100.0 * at, 0)} for at in range(2)]
    plan = plan_of(parcels=parcels, blocks=blocks)

    def tables(kind: str) -> dict[str, list[str]]:
        (sheet,) = drawn(plan, kind, lang="en").sheets
        made = [one for shelf in sheet.data.get("shelves", ()) for one in shelf]
        made += [one for one in sheet.data["panel"] if one["kind"] == "table"]
        return {one["title"]: [row["cells"] for row in one["rows"]] for one in made}

    caps = tables("intensity")["Blocks and their caps"]
    assert [row[0] for row in caps] == ["B-0", "B-1", "Total"]
    assert [row[1:4] for row in caps] == [["1.0000", "9,000", "0.90"]] * 2 + [["2.0000", "18,000", "0.90"]]
    # Three blocks of 10.004 ha are printed with the hundredth that they have together: so are their sheets.
    thirds = [square(400.0 * at, 0, 316.291) for at in range(3)]
    divided = plan_of(
        parcels=[
            {"parcel_id": f"P-{at}", "land_use": "0701", "geometry": one} for at, one in enumerate(thirds)
        ],
        blocks=[{"block_id": f"B-{at}", "geometry": one} for at, one in enumerate(thirds)],
    )
    said = [row["cells"][1] for row in part_table(facts_of(divided, "en"))["rows"]]
    assert said == ["10.01", "10.00", "10.00", "30.01"]
    own = [
        dict(sheet.data["panel"][0]["rows"])["Land"] for sheet in drawn(divided, "block", lang="en").sheets
    ]
    assert own == [f"{one}\N{NO-BREAK SPACE}ha" for one in said[:3]]
    # Land of streets in no subblock counts in the total, which says so.
    street = {"parcel_id": "S", "land_use": "1207", "geometry": square(200, 0)}
    rows = [{**one, "subblock_id": one["block_id"], "block_id": None} for one in parcels]
    subblocks = [{"subblock_id": one["block_id"], "geometry": one["geometry"]} for one in blocks]
    undivided = plan_of(parcels=[*rows, street], subblocks=subblocks)
    table = part_table(facts_of(undivided, "en"))
    assert table["rows"][-1]["cells"][1] == "3.0000"
    assert "land of streets in no subblock too" in table["notes"][0]
    now = tables("existing")["Existing land by use"]
    assert {row[0] for row in now if row[0]} == {"01", "0103", "10", "1001"}
    assert now[-1][2:4] == ["2.0000", "100.00"]
    (sheet,) = drawn(plan, "intensity", lang="en").sheets
    (classes,) = [one for one in sheet.data["panel"] if one["kind"] == "legend"]
    assert [row["said"] for row in classes["rows"] if row["amount"]] == ["≤ 1.60", "> 1.60, ≤ 2.00"]


@pytest.mark.long
def test_the_cover_names_packs_and_the_reference_system_and_says_nothing_twice() -> None:
    made = drawn(read("examples/demonstration-zone"), "cover", "location", lang="en")
    notes = " ".join(said for note in made.sheets[0].data["cover"]["notes"] for said in note)
    assert "(zone)" not in notes
    assert "CGCS2000 3-degree Gauss-Kruger" in notes
    assert "Authority" not in notes


def test_a_cover_says_that_no_rule_of_its_packs_applies_to_the_plan() -> None:
    made = drawn(a_row(), "cover", "landuse", lang="en")
    bare = drawn(a_row(manifest={"drawn_on": dt.date(1990, 1, 1)}), "cover", "landuse", lang="en")
    said = [
        " ".join(x for note in one.sheets[0].data["cover"]["notes"] for x in note) for one in (made, bare)
    ]
    assert ["nothing was judged" in one for one in said] == [False, True]


def test_what_fails_on_a_control_sheet_stands_before_what_fails_elsewhere(tmp_path: Path) -> None:
    facts = facts_of(a_row(subblocks=[{"subblock_id": "S", "geometry": shapely.box(0, 0, 400, 100)}]))
    verdict, row = facts.verdicts[0]
    missed = replace(verdict, outcome="fail", scope_kind="plan")
    facts.__dict__["verdicts"] = [(missed, row)] * 3
    named = {0: frozenset(), 1: frozenset({("parcels", "P-1")}), 2: frozenset({("buildings", "P-1")})}
    facts.__dict__["failing_places"] = named
    found = verdicts(facts, PanelFiles(tmp_path), subblocks(facts)[0])["rows"]
    assert [one["look"] for one in found] == ["fail", "whole", "whole"]
    # A share of the whole plan is not told as that of the sheet.
    facts.__dict__["verdicts"] = [(replace(missed, measured=None), replace(row, measured="87%"))]
    assert verdicts(facts, PanelFiles(tmp_path), subblocks(facts)[0])["rows"][0]["cells"][2] == "全区 87%"
    assert verdicts(facts, PanelFiles(tmp_path))["rows"][0]["cells"][2] == "87%"


def test_facilities_of_one_name_are_named_once_with_their_number() -> None:
    def told(lang: str, *names: str) -> list[str]:
        hosted = [
            {"facility_id": f"F-{at}", "name_zh": name, "service": "kindergarten", "parcel_id": "P-0",
             "geometry": shapely.Point(50, 50)}
            for at, name in enumerate(names)
        ]  # fmt: skip
        block = {"block_id": "B", "geometry": shapely.box(0, 0, 400, 100)}
        facts = facts_of(a_row(facilities=hosted, blocks=[block]), lang)
        (panel,) = rules(facts, blocks(facts)[0], {})
        return panel["boxes"][1]["items"]

    assert "虚位设施可在街坊内调整位置，规模不减：幼儿园（2 处）、菜市场。" in told(
        "zh", "幼儿园", "菜市场", "幼儿园"
    )
    ten = told("en", *(f"N{at}" for at in range(10)))
    assert ten[0].endswith("N7 and 2 more.")


def test_what_is_judged_building_by_building_stays_on_a_sheet_whatever_buildings_are_called(
    tmp_path: Path,
) -> None:
    facts = facts_of(a_row(subblocks=[{"subblock_id": "S", "geometry": shapely.box(0, 0, 400, 100)}]))
    verdict, row = facts.verdicts[0]
    each = SimpleNamespace(each=SimpleNamespace(layer="buildings"), ids=np.array(["P-1", "2"]))
    facts.__dict__["verdicts"] = [(replace(verdict, outcome="fail", scope_kind="plan", judged=each), row)]
    facts.__dict__["failing_places"] = {0: frozenset({("buildings", "P-1")})}
    (found,) = verdicts(facts, PanelFiles(tmp_path), subblocks(facts)[0])["rows"]
    assert found["look"] == "whole"


def test_a_verdict_on_a_subblock_is_no_verdict_on_the_whole_plan(tmp_path: Path) -> None:
    facts = facts_of(a_row(subblocks=[{"subblock_id": "S", "geometry": shapely.box(0, 0, 400, 100)}]))
    verdict, row = facts.verdicts[0]
    missed = replace(verdict, outcome="fail", scope_kind="subblock", scope_id="S")
    facts.__dict__["verdicts"] = [(missed, row)]
    facts.__dict__["failing_places"] = {0: frozenset()}
    (whole,) = subblocks(facts)
    piece = replace(whole, id="S(1)", whole=whole.rows)
    block = replace(whole, kind="block", id="B")
    own, other = replace(whole, above="B"), replace(whole, id="T", above="C")
    sheets: list[tuple[Extent, Sequence[Extent]]] = [
        (whole, ()), (piece, ()), (block, [own, other]), (block, [other]), (other, ()),
    ]  # fmt: skip
    looks = [
        [one["look"] for one in verdicts(facts, PanelFiles(tmp_path), extent, parts=parts)["rows"]]
        for extent, parts in sheets
    ]
    assert looks == [["fail"], ["fail"], ["fail"], [], []]


def test_what_is_judged_parcel_by_parcel_is_told_of_the_parcels_of_a_sheet(tmp_path: Path) -> None:
    built = {"P-0": 0.25, "P-1": 0.15}
    parcels = [
        {"parcel_id": id_, "subblock_id": f"S{id_}", "land_use": "0701", "geometry": square(100.0 * at, 0),
         "height_m": 54.0, "height_kind": "upper", "coverage_ratio": share, "coverage_kind": "upper"}
        for at, (id_, share) in enumerate(built.items())
    ]  # fmt: skip
    parcels.append(
        {"parcel_id": "P-2", "subblock_id": "SP-2", "land_use": "1401", "geometry": square(200, 0)}
    )
    lots = [{"subblock_id": one["subblock_id"], "geometry": one["geometry"]} for one in parcels]
    whole = {"name": "all", "geometry": shapely.box(0, 0, 300, 100)}
    plan = plan_of(parcels=parcels, subblocks=lots, boundary=[whole])
    judged = check(plan, packs=["gb50180"], on=dt.date(2024, 6, 1))
    facts = Facts(View(plan, judged, Words("en")))
    (at,) = [at for at, (one, _) in enumerate(facts.verdicts) if one.rule == "gb50180-402-coverage"]
    title = facts.verdicts[at][1].title
    told = [
        [one["cells"] for one in verdicts(facts, PanelFiles(tmp_path), extent)["rows"]]
        for extent in subblocks(facts)
    ]
    said = [[(cells[0], cells[2]) for cells in rows if cells[1] == title] for rows in told]
    assert said == [[("× 1 here", "25%")], [("✓ pass", "15%")], []]


def test_a_subblock_without_a_word_of_its_block_is_in_that_of_its_parcels() -> None:
    parcels = [
        {"parcel_id": f"P-{at}", "block_id": f"B-{at}", "subblock_id": f"S-{at}", "land_use": "0701",
         "far_max": 1.0, "geometry": square(100.0 * at, 0)}
        for at in range(2)
    ]  # fmt: skip
    blocks, lots = (
        [{key: one[key], "geometry": one["geometry"]} for one in parcels]
        for key in ("block_id", "subblock_id")
    )
    made = drawn(plan_of(parcels=parcels, blocks=blocks, subblocks=lots), "block", "subblock", lang="en")
    assert [one.id for one in made.sheets] == ["B-0", "S-0", "B-1", "S-1"]
    tables = {one["title"]: one for shelf in made.sheets[0].data["shelves"] for one in shelf}
    assert [row["cells"][0] for row in tables["Subblocks and their caps"]["rows"]] == ["S-0", "Total"]


@pytest.mark.long
def test_a_sheet_says_how_many_of_its_characters_are_not_in_the_fonts() -> None:
    streets = [{"class": "local", "name_zh": name, "geometry": shapely.LineString([(0, y), (400, y)])}
               for name, y in (("㙦泉路", 20), ("龘泉路", 80))]  # fmt: skip
    lots = [{"subblock_id": "S-1", "geometry": shapely.box(0, 0, 400, 100)}]
    whole, other = (
        written(drawn(a_row(streets=some, subblocks=lots), "subblock"))[0] for some in (streets, [])
    )
    assert "字库所缺2字印作〓" in whole
    assert "字库所缺" not in other


def test_a_name_that_reads_downwards_turns_its_long_vowels_and_sets_small_kana_aside() -> None:
    street = {
        "name_ja": "リバーフィー通り",
        "geometry": shapely.LineString([(50, 0), (50, 400)]),
    }
    parcels = [{"parcel_id": f"P-{at}", "geometry": square(0, 100.0 * at)} for at in range(4)]
    facts = facts_of(plan_of(parcels=parcels, streets=[street]), "ja")
    (scene,) = scenes_of(facts, fit([facts.outline], layouts(PAPERS["A3"], (125.0,)), cut=False))
    street_names(scene)
    texts = re.findall(r"<text ([^>]*)>(.)</text>", "".join(scene.canvas.layers["labels"]))
    said = {sign: style for style, sign in texts}
    assert "rotate(90" in said["ー"]
    assert not any("rotate" in said[sign] for sign in "リバフィ通り")
    across = {sign: float(style.split('"')[1]) for sign, style in said.items()}
    assert across["ィ"] > across["フ"] == across["リ"]


def test_a_name_in_characters_that_the_fonts_have_no_form_of_does_not_stop_a_sheet() -> None:
    streets = [
        {
            "street_id": "S",
            "name_zh": "㙦溪路",
            "class": "local",
            "geometry": shapely.LineString([(0, 110), (400, 110)]),
        }
    ]
    made = drawn(a_row({"title": {"zh": "㙦溪𠮷規劃"}}, streets=streets), "streets", "subblock")
    assert "〓溪〓" in written(made)[0]


def test_verdicts_go_before_further_tables_where_the_first_of_the_map_stands_below_it(tmp_path: Path) -> None:
    lot = {"parcel_id": "P-1", "land_use": "0701", "geometry": shapely.box(0, 0, 50, 50)}
    kinder = {"facility_id": "F-1", "parcel_id": "P-1", "service": "market", "geometry": shapely.Point(9, 9)}
    made = Whole(facts_of(plan_of(parcels=[lot], facilities=[kinder])), PanelFiles(tmp_path), PAPERS["A3"])
    theme = next(one for one in THEMES if one.kind == "landuse")
    assert not any(one["general"] for one in made._offered(theme, []))
    assert all(one["general"] for one in made._offered(theme, ["land_balance"]))


def test_a_panel_lists_the_land_that_its_own_map_shows_and_no_line_of_zero(tmp_path: Path) -> None:
    lots = [
        {
            "parcel_id": f"P-{at}",
            "land_use": use,
            "existing_land_use": was,
            "geometry": square(10.0 * at, 0, 10),
        }
        for at, (use, was) in enumerate((("0701", "0101"), ("1401", "0703"), ("0701", "0701")))
    ]
    made = Whole(facts_of(plan_of(parcels=lots)), PanelFiles(tmp_path), PAPERS["A3"])
    planned, existing = made._narrow("land_balance"), made._printed("existing_balance")
    assert planned is not None
    assert existing is not None
    assert [row["cells"][0] for row in planned["rows"] if row["kind"] == "row"] == [
        "07",
        "0701",
        "14",
        "1401",
    ]
    assert not [row for row in planned["rows"] if row["cells"][2] == "0.00"]
    assert {row["cells"][0] for row in existing["rows"]} == {"01", "0101", "07", "0701", "0703", ""}
    assert [len(row["cells"]) for row in existing["rows"]] == [4] * len(existing["rows"])


def test_no_column_of_verdicts_is_narrower_than_a_figure_in_it() -> None:
    heads, rows = ["结论", "规划值"], [["× 不符合", "每 100 平方米 12,345.678 个"], ["✓ 符合", "12 m"]]
    state, figure = unbroken(heads, rows)
    assert state == em("×")
    assert figure == round(em("12,345.678"), 2)


def test_a_sheet_without_control_lines_does_not_say_what_they_follow_from() -> None:
    blocks = [
        {"block_id": "B-1", "geometry": shapely.box(0, 0, 100, 100)},
        {"block_id": "B-2", "geometry": shapely.box(100, 0, 200, 100)},
    ]
    homes, park = drawn(a_row(blocks=blocks), "block").sheets
    notes = [
        " ".join(part["notes"]) for sheet in (homes, park) for part in sheet.data["panel"] if "notes" in part
    ]
    assert ["按用地推得" in one for one in notes] == [False, True]


@pytest.mark.long
def test_a_page_that_goes_on_says_of_which_sheet_and_plan_it_is() -> None:
    parcels = [
        {"parcel_id": f"P-{at:03}", "land_use": "0701", "geometry": square(10.0 * at, 0, 10)}
        for at in range(200)
    ]
    found = drawn(
        plan_of(parcels=parcels, blocks=[{"block_id": "B-1", "geometry": shapely.box(0, 0, 2000, 10)}]),
        "block",
    )
    (sheet,), pages = found.sheets, written(found)
    assert len(pages) > 1
    assert all(f"{sheet.number}" in page and f"{at}/{len(pages)}" in page for at, page in enumerate(pages, 1))


@pytest.mark.long
def test_a_control_sheet_says_nothing_of_the_belt_the_areas_and_the_notice() -> None:
    plan = read("examples/demonstration-zone")
    facts = Facts(View(plan, check(plan), Words("en")))
    (block, *_) = blocks(facts)
    with TemporaryDirectory() as folder:
        files = PanelFiles(Path(folder))
        titles = [row["cells"][1] for row in verdicts(facts, files, block)["rows"]]
        whole = [row["cells"][1] for row in verdicts(facts, files)["rows"]]
    gone = [one for one in whole if one not in titles]
    assert len(gone) == 6
    assert {"Length of the innovation belt", "Days of public notice of the draft"} <= {*gone}
    assert titles


def test_a_map_whose_subject_no_rule_judges_says_so_and_shows_no_other_verdicts() -> None:
    row = {"parcel_id": "P-1", "land_use": "0701", "existing_land_use": "0103", "geometry": square(0, 0)}
    plan = plan_of(parcels=[row])
    (sheet,) = drawn(plan, "existing", lang="en").sheets
    (verdicts,) = [one for one in sheet.data["panel"] if one["kind"] == "verdicts"]
    assert verdicts["rows"] == []
    assert verdicts["total"] == 0 or verdicts["none"] == "No rule judges what this map shows."


def test_greens_that_a_plan_draws_in_a_layer_of_their_own_have_a_map_and_a_reach() -> None:
    green = {"green_id": "G-1", "kind": "park", "geometry": square(0, 0)}
    home = {"building_id": "B-1", "residents": 9.0, "geometry": square(200, 0, 20)}
    land = {"name": "all", "geometry": shapely.box(0, 0, 400, 300)}
    plan = plan_of(greens=[green], buildings=[home], boundary=[land])
    (sheet,) = atlas(plan, check(plan, packs=["green-access"]), "en", kinds=["green"]).sheets
    assert {"Park", "Within 300 m of green, straight line"} <= set(legend(sheet))
    with pytest.raises(UsageError, match="green"):
        drawn(plan_of(buildings=[home], boundary=[land]), "green")
