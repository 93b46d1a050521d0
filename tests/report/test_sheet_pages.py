"""How pages fill: tables that share a sheet, columns, letters and panels that have room."""

from __future__ import annotations

import io
import math
import re
from dataclasses import replace
from importlib import import_module
from typing import TYPE_CHECKING, Any

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader
from tests.support.sheet_plans import a_row, drawn, facts_of
from tests.support.squares import plan_of, square
from tests.support.town import town

from blockplan.check import check
from blockplan.measure.indicators.loads import UNITS
from blockplan.plan import read
from blockplan.report.maps.svg import text_width
from blockplan.report.office import TABLES
from blockplan.report.office.columns import TEXTS
from blockplan.report.office.phases import MOST_NAMES
from blockplan.report.sheets import PAPERS, atlas
from blockplan.report.sheets.atlas import _title_letters
from blockplan.report.sheets.control import WIDER_PANELS, control_sheet
from blockplan.report.sheets.extents import subblocks
from blockplan.report.sheets.panels import PanelFiles, written
from blockplan.report.sheets.paper import HEADING_MM, PaperLayout, fit, layouts
from blockplan.report.sheets.plan_sheets import SMALLER_FB, _fill, _room, _together
from blockplan.report.sheets.printed_tables import em, ems, least, printed
from blockplan.report.sheets.table_layout import (
    BESIDE_MM,
    BETWEEN_MM,
    CELL_PAD_MM,
    HEAD_MM,
    LARGER_LETTERS,
    LEAST_IN_COLUMN,
    LETTERS_MM,
    MOST_AIR_MM,
    ROW_MM,
    STRETCH,
    columns_of,
    height_mm,
    letters_alone,
    letters_on_pages,
    natural_mm,
    on_pages,
    parted,
    shelves,
    widths_mm,
)
from blockplan.report.view import View
from blockplan.report.words import Words
from blockplan.texts import LANGUAGES

if TYPE_CHECKING:
    from pathlib import Path


def a_table(columns: int, rows: int, wide_mm: float = 205.0) -> dict[str, Any]:
    """A table of so many columns that take a width; two so wide have no room beside each other on A3."""
    cells = [["12"] * columns for _ in range(rows)]
    heads = ["head"] * columns
    return {
        "title": f"{columns} x {rows}", "heads": heads, "widths": [0] * columns,
        "ems": [(wide_mm / columns - 1.6) / 2] * columns,
        "rows": [{"cells": row, "kind": "row", "depth": 0} for row in cells], "notes": [],
    }  # fmt: skip


def test_tables_of_the_appendix_share_sheets_as_long_as_they_have_room() -> None:
    long, wide, short = a_table(6, 70), a_table(14, 30), a_table(5, 14)
    groups = _together([long, wide, short, a_table(4, 200)], PAPERS["A3"], upright=True)
    named = [sorted(one["title"] for one in group) for group, _, _ in groups]
    assert named == [["5 x 14", "6 x 70"], ["14 x 30"], ["4 x 200"]]
    assert [upright for _, upright, _ in groups] == [True, False, True]
    for group, upright, letters in groups[:2]:
        assert _fill(PAPERS["A3"], group, across=not upright, letters=letters) <= 1 + 1e-9
        assert letters >= min(SMALLER_FB)


@given(st.lists(st.tuples(st.integers(3, 18), st.integers(1, 90)), min_size=1, max_size=9))
def test_every_table_of_the_appendix_stands_on_one_sheet_and_two_half_full_ones_become_one(sizes) -> None:
    tables = [a_table(*size) for size in sizes]
    groups = _together(tables, PAPERS["A3"], upright=True)
    assert sorted(id(one) for group, _, _ in groups for one in group) == sorted(map(id, tables))
    for group, upright, letters in groups:
        assert len(group) == 1 or _fill(PAPERS["A3"], group, across=not upright, letters=letters) <= 1
    for at, (group, _, _) in enumerate(groups):
        for other, _, _ in groups[at + 1 :]:
            both = [*group, *other]
            across = any(len(one["heads"]) > 12 for one in both)
            few = all(len(one["heads"]) <= 12 for one in both)
            assert not few or _fill(PAPERS["A3"], both, across=across) > 1


@given(st.integers(1, 18), st.integers(1, 120), st.floats(20, 400), st.floats(100, 390))
def test_a_long_narrow_table_stands_in_columns_that_have_room_and_hold_every_row(
    columns: int, rows: int, wide: float, width: float
) -> None:
    table = a_table(columns, rows, max(wide, 3.0 * columns))
    natural, counts = natural_mm(table), columns_of(table, width)
    assert sum(counts) == rows
    assert len(counts) == 1 or len(counts) * natural + (len(counts) - 1) * BESIDE_MM <= width
    assert len(counts) == 1 or min(counts[:-1]) >= LEAST_IN_COLUMN
    assert height_mm(table, width) <= height_mm(table, width, whole=True)
    assert height_mm(table, width, whole=True) == pytest.approx(
        height_mm(table, width) + ROW_MM * (rows - max(counts))
    )


def test_headings_break_between_words_before_a_long_text_does() -> None:
    heads = ["Parcel", "Land use", "Parking spaces", "Green ratio\u00a0≥\n(%)"]
    rows = [["02-01-01", "Class 2 urban housing", "176", "35"], ["02-01-02", "Hospital", "—", "40"]]
    long = [0, 21.0, 0, 0]
    table = a_table(4, 2) | {"heads": heads, "widths": long, "ems": ems(heads, rows)}
    table["rows"] = [{"cells": row, "kind": "row", "depth": 0} for row in rows]
    table["least"] = least(heads, rows, ["left", "left", "right", "right"])
    natural = [one * LETTERS_MM + CELL_PAD_MM for one in table["ems"]]
    parking, ratio = em("Parking"), em("ratio\u00a0≥")
    assert widths_mm(table, sum(natural)) == pytest.approx(natural)
    near = widths_mm(table, sum(natural) - 2.0)
    assert sum(near) == pytest.approx(sum(natural) - 2.0)
    assert near[:2] == pytest.approx(natural[:2])  # two headings gave the 2 mm
    far = widths_mm(table, 45.0)
    assert sum(far) == pytest.approx(45.0)
    assert far[0] == pytest.approx(natural[0])
    assert far[2:] == pytest.approx([one * LETTERS_MM + CELL_PAD_MM for one in (parking, ratio)], abs=0.02)
    assert height_mm(table, sum(natural) - 2.0) < height_mm(table, 45.0)


def test_no_column_of_a_table_begins_with_a_subtotal() -> None:
    table = a_table(4, 32, 60.0)
    for at in (8, 16, 24):
        table["rows"][at]["kind"] = "subtotal"
    counts = columns_of(table, 390.0)
    ends = [sum(counts[: at + 1]) for at in range(len(counts) - 1)]
    assert len(counts) > 1
    assert all(table["rows"][end]["kind"] == "row" for end in ends)


def test_short_tables_stand_beside_each_other_and_none_is_drawn_out_over_the_page() -> None:
    one, two, wide = a_table(5, 4, 90.0), a_table(6, 12, 120.0), a_table(12, 9, 300.0)
    set_, high = shelves([one, two, wide], 384.0)
    assert [[made["title"] for made in shelf] for shelf in set_] == [["5 x 4", "6 x 12"], ["12 x 9"]]
    assert high == pytest.approx(height_mm(two, 200.0) + BETWEEN_MM + height_mm(wide, 384.0))
    for shelf in set_:
        assert sum(made["width"] for made in shelf) + BESIDE_MM * (len(shelf) - 1) <= 384.0 + 1e-9
        assert all(made["width"] <= STRETCH * natural_mm(made) + 1e-9 for made in shelf)


def test_every_row_of_a_table_in_columns_is_on_paper_below_a_head_of_its_own() -> None:
    parcels = [
        {
            "parcel_id": f"P-{at:02}",
            "land_use": "1401",
            "geometry": square(60.0 * (at % 8), 60.0 * (at // 8), 60),
        }
        for at in range(24)
    ]
    found = drawn(plan_of(parcels=parcels), "subblock")
    (sheet,), (page,) = found.sheets, PdfReader(io.BytesIO(found.pdf)).pages
    assert len(sheet.data["shelves"][0][0]["columns"]) > 2
    said = page.extract_text()
    assert all(f"P-{at:02}" in said for at in range(24))
    assert said.count("用地代码\n") + said.count("用地代码 ") >= 2


@pytest.mark.long
def test_a_title_that_lists_tables_breaks_between_them() -> None:
    found = drawn(town(), "tables", lang="ja")
    (title, *_), page = found.sheets[0].title.rsplit("、", 1), PdfReader(io.BytesIO(found.pdf)).pages[0]
    last = found.sheets[0].title.removeprefix(f"{title}、")
    assert f"、 {last} " in page.extract_text().split("\n")[0]


def test_an_upright_sheet_that_would_be_half_empty_lies_across() -> None:
    ((_, upright, _),) = _together([a_table(5, 20)], PAPERS["A3"], upright=True)
    assert not upright
    # In an atlas that lies across one that would fill an upright sheet lies across as well.
    groups = _together([a_table(6, 60), a_table(5, 14)], PAPERS["A3"], upright=False)
    assert not any(upright for _, upright, _ in groups)


def test_a_last_page_with_a_few_rows_is_spared_by_smaller_letters() -> None:
    (layout, *_) = layouts(PAPERS["A3"], (112.0,))
    factors = [letters_on_pages([a_table(8, rows)], layout) for rows in range(20, 240)]
    assert min(factors) < 1
    assert min(factors) >= 0.88
    assert letters_on_pages([a_table(8, 30)], layout) >= 1.0


def test_a_block_of_150_parcels_has_no_third_page_for_its_last_ten() -> None:
    (layout, *_) = layouts(PAPERS["A3"], (112.0,), portrait=False)
    tables = [a_table(11, 9), a_table(11, 4), a_table(15, 157)]
    assert 0.88 <= letters_on_pages(tables, layout) < 1.0


def test_a_narrow_panel_breaks_no_short_name_for_the_numbers_beside_it() -> None:
    homes = {
        "parcel_id": "P-1",
        "land_use": "0701",
        "residents": 900.0,
        "geometry": shapely.box(0, 0, 900, 700),
    }
    park = {"parcel_id": "P-2", "land_use": "1401", "geometry": shapely.box(0, 2_000, 900, 2_700)}
    made = drawn(plan_of(parcels=[homes, park]), "green")
    assert made.sheets[0].fit.layout.portrait
    said = PdfReader(io.BytesIO(made.pdf)).pages[0].extract_text()
    (table,) = [one for one in made.sheets[0].data["panel"] if one.get("title") == "千人指标表"]
    names = [row["cells"][0] for row in table["rows"]]
    assert [one for one in names if len(one) <= 6 and one not in said] == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_unit_of_a_factor_is_said_in_the_readers_language(lang: str) -> None:
    said = {unit: TEXTS(f"factor_unit.{unit}", lang) for unit in UNITS}
    assert len(set(said.values())) == len(UNITS)
    if lang != "en":
        assert not [one for one in said.values() if re.search(r"floor|dwelling|person|share|space|job", one)]


def test_the_plans_name_stands_beside_a_long_title_and_not_letter_by_letter() -> None:
    name = "某某市某某区产业创新示范片区控制性详细规划（街区层面草案）"
    made = drawn(a_row({"title": {"zh": name}}), "tables")

    lines = PdfReader(io.BytesIO(made.pdf)).pages[0].extract_text().splitlines()
    assert any(name[:8] in line for line in lines)


def test_a_title_that_breaks_has_letters_of_which_two_lines_have_room() -> None:
    titles = ("规划用地平衡表", "千人指标表、公共服务设施一览表、道路一览表", "表、" * 29, "表、" * 60)
    for title in titles:
        letters = _title_letters(title, 48.0)
        lines = math.ceil(text_width(title, letters) / 48.0)
        assert lines == 1 or (letters <= 4.2 and 1.25 * letters * min(lines, 2) <= HEADING_MM)
    assert _title_letters(titles[0], 48.0) == 5.6


def test_a_floor_area_ratio_has_two_decimals_in_the_panel_as_in_the_table() -> None:
    facts = facts_of(a_row())
    assert [written(facts, "far", one) for one in (2.0, 1.5, 1.374)] == ["2.00", "1.50", "1.37"]


def test_facilities_of_a_phase_beyond_those_named_are_counted_as_further_ones() -> None:
    hosts = [
        {"service": "clinic", "name_zh": f"卫生站{at}", "parcel_id": "P-0", "geometry": shapely.Point(50, 50)}
        for at in range(MOST_NAMES + 3)
    ]
    plan = a_row(facilities=hosts)
    plan = plan.replace(parcels=plan.layer("parcels").assign(phase="1"))
    table = TABLES["phases"](View(plan, check(plan, packs=["zone"]), Words("zh")))
    assert str(table.lines[0].cells[-1]).endswith("、另有 3 处")


def test_a_short_table_on_a_page_of_its_own_has_larger_letters() -> None:
    (layout, *_) = layouts(PAPERS["A3"], (112.0,))
    assert letters_alone([a_table(8, 25)], layout) == LARGER_LETTERS[0]
    assert letters_alone([a_table(8, 80)], layout) == 1.0


def test_tables_on_pages_of_their_own_take_the_largest_letters_that_need_no_further_page() -> None:
    (layout, *_) = layouts(PAPERS["A3"], (112.0,))
    for rows in range(60, 300, 20):
        factor = letters_on_pages([a_table(8, rows)], layout)
        before, after = (
            one * height_mm(a_table(8, rows), layout.body[0] / one) / (layout.body[1] - one * HEAD_MM)
            for one in (1.0, factor)
        )
        if factor < 1:
            assert math.ceil(0.98 * after) < before, rows
            continue
        assert math.ceil(0.98 * after) <= math.ceil(before), rows
    assert letters_on_pages([a_table(8, 110)], layout) > 1.2


def test_the_appendix_takes_larger_letters_where_a_sheet_has_room_for_them() -> None:
    ((_, _, few),) = _together([a_table(8, 20)], PAPERS["A3"], upright=True)
    ((_, _, many),) = _together([a_table(8, 95)], PAPERS["A3"], upright=True)
    assert few > 1.3
    assert 0.94 <= many <= 1.1


def test_a_panel_is_as_wide_as_its_map_leaves_it_at_the_same_scale(tmp_path: Path) -> None:
    facts = facts_of(a_row())
    (extent,) = subblocks(facts)
    found = control_sheet(facts, PanelFiles(tmp_path), PAPERS["A3"], extent, [extent]).fit
    assert found is not None
    assert found.layout.panel_mm >= max(one for one in WIDER_PANELS if one <= 112.0)
    wider = [replace(found.layout, panel_mm=one) for one in WIDER_PANELS if one > found.layout.panel_mm]
    again = [fit([extent.shape], [one], (found.scale,)) for one in wider]
    assert all((one.scale, len(one.cells)) != (found.scale, len(found.cells)) for one in again)


def test_a_sheet_that_is_made_anew_has_a_larger_panel(tmp_path: Path) -> None:
    facts = facts_of(a_row())
    (extent,) = subblocks(facts)
    first = control_sheet(facts, PanelFiles(tmp_path), PAPERS["A3"], extent, [extent])
    assert first.roomier is not None
    again = first.roomier()
    assert first.fit is not None
    assert again.fit is not None
    assert again.fit.layout.panel_mm2 > 1.05 * first.fit.layout.panel_mm2


@pytest.mark.long(50)
@pytest.mark.parametrize("lang", ["zh", pytest.param("en", marks=pytest.mark.soak), "ja"])
def test_no_panel_of_the_reference_plan_has_letters_that_are_too_small_to_read(
    lang: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole: list[dict[str, Any]] = []

    def typeset(*told: Any, **options: Any) -> bytes:
        whole.extend(one for one in told[2]["sheets"] if "choice" in one)
        return b""

    making = import_module("blockplan.report.sheets.atlas")
    monkeypatch.setattr(making, "typeset", typeset)
    monkeypatch.setattr(making, "paged", lambda pdf, names: pdf)
    monkeypatch.setattr(making, "IN_ONE_PART", 10_000)
    plan = read("examples/demonstration-zone")
    atlas(plan, check(plan), lang, kinds=["block", "subblock"])
    assert whole
    assert all(one["choice"]["size"] >= 2.3 and not one["choice"]["over"] for one in whole)
    scales = [re.sub(r"\D", "", re.split("1[:/]", one["subtitle"])[1]) for one in whole if one["level"] == 2]
    assert max(map(int, scales)) <= (2_500 if lang == "ja" else 2_000)


def test_long_texts_of_a_panel_share_its_width_by_what_they_say() -> None:
    hosts = [
        {"service": "clinic", "name_en": f"Clinic {at}", "parcel_id": "P-0", "geometry": shapely.Point(9, 9)}
        for at in range(9)
    ]
    plan = a_row(facilities=hosts)
    plan = plan.replace(parcels=plan.layer("parcels").assign(phase=["1", None, None, None]))
    view = View(plan, check(plan, packs=["zone"]), Words("en"))
    table = printed(view, TABLES["phases"](view), narrow=True)
    assert table is not None
    width = dict(zip(table["heads"], table["widths"], strict=True))
    assert width["Facilities"] > 3 * width["Phase"]


@pytest.mark.long
@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_table_stands_beside_a_map_whose_columns_have_no_room_there(
    lang: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[dict[str, Any]] = []

    def typeset(*told: Any, **options: Any) -> bytes:
        made.extend(told[2]["sheets"])
        return b""

    making = import_module("blockplan.report.sheets.atlas")
    monkeypatch.setattr(making, "typeset", typeset)
    monkeypatch.setattr(making, "paged", lambda pdf, names: pdf)
    plan = read("examples/demonstration-zone")
    atlas(plan, check(plan), lang, kinds=["existing"])
    (sheet,) = made
    chosen = [sheet["panel"][at] for column in sheet["choice"]["columns"] for at in column]
    for table in (one for one in chosen if one["kind"] == "table"):
        asked = sum(one or 7.0 for one in table["least"])
        assert 1.85 * asked + 1.4 * len(table["least"]) <= sheet["panel_size"][0]


@pytest.mark.long
def test_a_table_that_lies_across_on_the_last_page_is_counted_as_the_last_page() -> None:
    uses = "0702,0802,0803,080403,080404,0807,0902,1401"
    parcels = [
        {
            "parcel_id": f"P-{at:02}",
            "land_use": "0701",
            "far_max": 1.5,
            "height_m_max": 24.0,
            "parking_spaces": 20.0,
            "permitted": f"{uses},{uses}",
            "subblock_id": "S-1",
            "geometry": square(60.0 * (at % 4), 60.0 * (at // 4), 60),
        }
        for at in range(44)
    ]
    whole = {"subblock_id": "S-1", "geometry": shapely.box(0, 0, 240, 660)}
    made = drawn(plan_of(parcels=parcels, subblocks=[whole]), "subblock")
    turned = [sheet for sheet in made.sheets if sheet.data.get("turned")]
    assert turned
    pages = ["".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(made.pdf)).pages]
    for sheet in turned:
        (last,) = [said for said in pages if f"{sheet.number}1:" in said and "（续）" in said]
        assert "2/2" in last


def test_a_table_in_columns_that_needs_several_pages_is_read_page_by_page() -> None:
    table = a_table(5, 400, 90.0) | {"notes": ["a note"]}
    for at, row in enumerate(table["rows"]):
        row["cells"] = [str(at)] * 5
    parts = parted(table, *_room(PAPERS["A3"], table, across=False), "again: ")
    assert len(parts) > 1
    assert [row for part in parts for row in part["rows"]] == table["rows"]
    assert all(_fill(PAPERS["A3"], [part], across=False) <= 1 for part in parts)
    assert [part["title"].startswith("again: ") for part in parts] == [False] + [True] * (len(parts) - 1)
    assert [part["notes"] for part in parts] == [[]] * (len(parts) - 1) + [["a note"]]
    short = a_table(5, 20, 90.0)
    assert parted(short, *_room(PAPERS["A3"], short, across=False), "") == [short]


def test_a_table_in_columns_is_not_torn_by_the_end_of_a_page_and_fills_its_own() -> None:
    layout = PaperLayout(PAPERS["A3"], portrait=False, panel_mm=125.0)
    long, narrow = a_table(12, 60, 300.0), a_table(5, 200, 70.0)
    first, second = on_pages([long, narrow], layout, "")
    assert [bool(shelf[0].get("page")) for shelf in (first, second)] == [False, True]
    assert second[0]["size"] > 2.0
    assert sum(second[0]["columns"]) == 200
    over = on_pages([a_table(12, 220, 300.0), a_table(5, 80, 70.0)], layout, "")
    assert over[0][0]["columns"] == [220]
    assert not any(shelf[0].get("page") for shelf in over)


def test_a_short_table_on_a_page_of_its_own_has_higher_rows() -> None:
    layout = PaperLayout(PAPERS["A3"], portrait=False, panel_mm=125.0)
    few, some, long = (on_pages([a_table(20, rows)], layout, "")[0][0].get("air") for rows in (12, 60, 200))
    assert few == MOST_AIR_MM
    assert 0 < long < some < few


def test_no_last_line_of_tables_slips_alone_onto_the_page_of_the_parcels_in_columns() -> None:
    layout = PaperLayout(PAPERS["A3"], portrait=False, panel_mm=125.0)
    noted = a_table(12, 42, 300.0) | {"notes": ["Totals count what the parcels state."]}
    placed = on_pages(
        [a_table(12, 9, 300.0), a_table(12, 4, 300.0), noted, a_table(5, 116, 70.0)], layout, ""
    )
    *before, last = [one for shelf in placed for one in shelf]
    assert last["page"]
    width, height = layout.body
    sizes = {one["size"] / 2 for one in before}
    assert len(sizes) == 1
    letters = sizes.pop()
    assert shelves(before, width, lambda one: letters)[1] <= height


def test_tables_over_pages_have_rows_as_high_as_their_last_page_leaves_room_for() -> None:
    layout = PaperLayout(PAPERS["A3"], portrait=False, panel_mm=125.0)
    air = [on_pages([a_table(20, rows)], layout, "")[0][0]["air"] for rows in (105, 110, 115)]
    assert air[0] > air[1] > air[2] > 0


def test_a_table_without_a_note_needs_no_room_for_one() -> None:
    table = a_table(12, 9, 300.0)
    noted = table | {"notes": ["Totals count what the parcels state."]}
    assert height_mm(table, 300.0) + 3.0 < height_mm(noted, 300.0)


def test_long_names_of_key_figures_leave_their_figures_room_in_a_narrow_panel() -> None:
    land = [
        {
            "parcel_id": f"P-{at}",
            "land_use": "0701",
            "geometry": shapely.box(0, 2_000 * at, 900, 2_000 * at + 700),
        }
        for at in range(4)
    ]
    outline = shapely.union_all([one["geometry"] for one in land])
    derived = {"name": "about parcels (derived at import)", "geometry": outline}
    made = drawn(plan_of(parcels=land, boundary=[derived]), "landuse", lang="ja")
    assert made.sheets[0].fit.layout.portrait
    said = PdfReader(io.BytesIO(made.pdf)).pages[0].extract_text()
    (table,) = [one for one in made.sheets[0].data["panel"] if one.get("title") == "主要指標"]
    assert any(len(name) > 18 for name, _ in table["rows"])
    assert "不明" in [figure for _, figure in table["rows"]]
    assert not re.search(r"不\s+明", said)


def test_a_column_of_texts_that_gives_way_keeps_room_for_its_longest_word() -> None:
    table = {
        "heads": ["Parcel", "Land use", "Remarks"], "ems": [6.0, 15.0, 20.0], "least": [6.0, 0.0, 0.0],
        "widths": [0, 0, 17.9],
        "rows": [{"cells": ["A-1", "Primary and secondary schools", "as the plan says"], "kind": "row"}],
    }  # fmt: skip
    parcel, use, remarks = widths_mm(table, 60.0)
    assert use >= 7.0 * LETTERS_MM, "“Land use” took the width of its padding, and words ran over each other"
    assert (parcel, parcel + use + remarks) == (pytest.approx(6.0 * LETTERS_MM + 1.6), pytest.approx(60.0))
