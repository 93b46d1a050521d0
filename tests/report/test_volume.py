from __future__ import annotations

import datetime as dt
import io
import re
from itertools import takewhile
from typing import TYPE_CHECKING

import docx
import pytest
import shapely
from click.testing import CliRunner
from docx.enum.style import WD_STYLE_TYPE
from docx.shared import Pt
from tests.support.handmade import hand_made
from tests.support.random_plans import random_plan
from tests.support.squares import plan_of, square

from blockplan.check import check
from blockplan.cli import app
from blockplan.report.document import (
    Document,
    Figure,
    LegendEntry,
    Note,
    Paragraph,
    Section,
    Table,
    Term,
    walk,
)
from blockplan.report.office import office_tables
from blockplan.report.office.columns import shown
from blockplan.report.renderers import render
from blockplan.report.view import View
from blockplan.report.volume import TEXTS, figure_fit, volume
from blockplan.report.words import Words
from blockplan.texts import LANGUAGES

if TYPE_CHECKING:
    from pathlib import Path

    from blockplan.check.verdict import CheckResult
    from blockplan.plan import Plan
    from blockplan.report.office.columns import OfficeTable


def titles(document: object) -> list[str]:
    return [one.title for one in walk(document.sections) if isinstance(one, Section)]  # type: ignore[attr-defined]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_volume_has_its_sections_tables_and_figures_in_each_language(
    plan: Plan, found: CheckResult, lang: str
) -> None:
    made = volume(plan, found, lang)
    assert TEXTS("section.land", lang) in titles(made)
    assert any(isinstance(block, Figure) for block in walk(made.sections))
    tables = {block.title for block in walk(made.sections) if isinstance(block, Table)}
    view = View(plan, found, Words(lang))
    held = {table.name: table for table in office_tables(view)}
    assert {TEXTS("section.verdicts", lang)} <= set(titles(made))
    assert len(tables) >= sum(bool(held[name].lines) for name in ("land_balance", "facilities", "streets"))


@pytest.mark.long
def test_a_figure_has_the_legend_of_what_it_shows(plan: Plan, found: CheckResult) -> None:
    figures = [one for one in walk(volume(plan, found, "en").sections) if isinstance(one, Figure) and one.svg]
    assert figures
    assert all(one.legend and "legend" not in str(one.caption) for one in figures)
    book = docx.Document(io.BytesIO(render(volume(plan, found, "en"), ".docx")))
    written = {cell.text for table in book.tables for cell in table._cells}
    assert {entry.said for one in figures for entry in one.legend} <= written


def test_below_a_figure_stands_what_its_legend_says_beside_signs(plan: Plan, found: CheckResult) -> None:
    blocks = list(walk(volume(plan, found, "en").sections))
    below = {
        one.alt: [
            str(note.text) for note in takewhile(lambda after: isinstance(after, Note), blocks[at + 1 :])
        ]
        for at, one in enumerate(blocks)
        if isinstance(one, Figure)
    }
    assert below["Public facilities"][:2] == [
        "Ground: planned land use, paled; its legend: Land-use plan.",
        "Solid: site and size bind. Dashed: the position may move.",
    ]
    assert "Land-use plan" in below  # whose legend that is


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_annex_names_sources_as_readers_do_and_not_columns_of_files(
    plan: Plan, found: CheckResult, lang: str
) -> None:
    annex = next(one for one in volume(plan, found, lang, drawn=False).sections if one.id == "definitions")
    said = [
        str(cell) for table in annex.blocks if isinstance(table, Table) for row in table.rows for cell in row
    ]
    assert said
    assert not [one for one in said if re.search(r"[a-z]+\.[a-z_*]+|[a-z]+_[a-z]+|\.toml", one)]


def test_the_annex_of_parcels_has_remarks_only_where_there_are_any() -> None:
    homes = [{"parcel_id": "P", "land_use": "0701", "far_max": 1.5, "geometry": square(0, 0)}]
    for more, told in (({}, False), ({"status": "kept"}, True)):
        town = plan_of(parcels=[one | more for one in homes])
        made = volume(town, check(town, packs=["zone"]), "en", drawn=False)
        (heads,) = [
            one.heads for one in walk(made.sections) if isinstance(one, Table) and "Parcel" in one.heads
            and any(head.startswith("FAR") for head in one.heads)
        ]  # fmt: skip
        assert ("Remarks" in heads) is told
        # A condition that no parcel has is told by its empty column.
        assert any(head.startswith("Height") for head in heads)


def test_cells_of_the_volume_are_the_strings_of_the_office_tables() -> None:
    drawn = random_plan(5)
    found = check(drawn, packs=["zone"])
    view = View(drawn, found, Words("en"))
    balance = next(table for table in office_tables(view) if table.name == "land_balance")
    printed = {
        shown(cell, column.form)
        for line in balance.lines
        for cell, column in zip(line.cells, balance.columns, strict=True)
    }
    made = next(
        one
        for one in walk(volume(drawn, found, "en").sections)
        if isinstance(one, Table) and one.title == "Land-use balance"
    )
    assert {str(cell) for row in made.rows for cell in row} <= printed
    assert len(made.rows) == len(balance.lines)


def test_a_section_without_anything_to_say_is_left_out(plan: Plan, found: CheckResult) -> None:
    assert TEXTS("section.changes", "en") not in titles(volume(plan, found, "en"))
    before = hand_made().replace(parcels=plan.layer("parcels").iloc[1:])
    assert TEXTS("section.changes", "en") in titles(volume(plan, found, "en", before))


def test_parcels_without_indicators_are_not_listed_and_rules_are_named_by_their_titles() -> None:
    lots = [
        {"parcel_id": "P-1", "land_use": "0701", "far": 9.0, "height_m": 99.0, "geometry": square(0, 0, 100)},
        {"parcel_id": "RD-1", "land_use": "1207", "geometry": square(100, 0, 100)},
    ]
    plan = plan_of(parcels=lots)
    found = volume(plan, check(plan, packs=["gb50180"]), "zh", drawn=False)
    of = {one.id: one for one in found.sections}
    tables = [one for one in of["parcels"].blocks if isinstance(one, Table)]
    assert [[row[0] for row in one.rows] for one in tables] == [["P-1"]]
    (bare,) = [one.text for one in of["parcels"].blocks if isinstance(one, Paragraph)]
    assert bare.startswith("未载控制指标的地块（道路用地等）")
    said = " ".join(str(one) for one in of["verdicts"].blocks if isinstance(one, Table | Term))
    assert "住宅建筑高度" in said
    assert "gb50180-height" not in said
    # Nor does it name files, layers, columns or commands: planners read it.
    notes = " ".join(one.text for one in of["verdicts"].blocks if isinstance(one, Note))
    assert not re.search(r"blockplan|[a-z]+\.[a-z_]+|图层", said + notes)
    assert "处错误：见核查报告" in notes


def test_tables_that_lie_across_stand_together_in_annexes(plan: Plan, found: CheckResult) -> None:
    sections = [one.id for one in volume(plan, found, "en", drawn=False).sections]
    assert sections[-4:] == ["facilities", "loads", "parcels", "definitions"]
    wide, narrow = (Table(("列",) * size, (("1",) * size,)) for size in (14, 3))
    told = Section("told", "本文", (Paragraph("本文"),))
    annex = Section("annex", "付表", (wide, narrow, wide))
    written = Document("みどり町　計画説明書", "ja", dt.date(2026, 11, 29), (told, annex, told))
    made = docx.Document(io.BytesIO(render(written, ".docx")))
    assert [one.orientation for one in made.sections] == [0, 1, 0]
    # The kind of volume stands on a line of its own.
    assert made.paragraphs[0].text == "みどり町\n計画説明書"


def test_a_volume_speaks_of_no_table_of_land_where_the_plan_has_no_parcels() -> None:
    drawn = hand_made().replace(parcels=hand_made().layer("parcels").iloc[:0])
    made = volume(drawn, check(drawn, packs=["zone"]), "en", drawn=False)
    assert TEXTS("section.land", "en") not in titles(made)


@pytest.mark.long
def test_an_offices_template_gives_the_styles(plan: Plan, found: CheckResult, tmp_path: Path) -> None:
    book = docx.Document()
    book.styles["Heading 1"].font.size = Pt(31)
    book.styles.add_style("Office body", WD_STYLE_TYPE.PARAGRAPH)
    book.save(str(tmp_path / "office.docx"))
    made = docx.Document(io.BytesIO(render(volume(plan, found, "zh"), ".docx", tmp_path / "office.docx")))
    assert made.styles["Heading 1"].font.size == Pt(31)
    assert "Office body" in {style.name for style in made.styles}
    heads = [one.text for one in made.paragraphs if one.style.name == "Heading 1"]
    assert TEXTS("section.land", "zh") in heads
    assert made.tables
    assert made.inline_shapes
    # A table of many columns lies across, and a number of a parcel stands on one line.
    assert {one.orientation for one in made.sections} == {0, 1}
    parcels = next(one for one in made.tables if one.cell(0, 0).text == "地块编号")
    run = parcels.cell(1, 0).paragraphs[0].runs[0]
    assert parcels.cell(1, 0).width.pt > 0.5 * len(run.text) * run.font.size.pt


@pytest.mark.long
@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_table_has_a_title_and_the_reference_system_its_name(
    zone: tuple[View, list[OfficeTable]], lang: str
) -> None:
    made = volume(zone[0].plan, zone[0].result, lang, drawn=False)
    assert [one.heads for one in walk(made.sections) if isinstance(one, Table) and not one.title] == []
    told = next(one.said for one in walk(made.sections) if isinstance(one, Term) and "EPSG:4548" in one.said)
    assert "117°" in told


def test_a_plan_with_a_grid_of_its_own_says_so_in_words() -> None:
    plan = plan_of(parcels=[{"geometry": square(0, 0)}], manifest={"crs": "local"})
    facts = dict(View(plan, check(plan, packs=["zone"]), Words("en")).facts)
    assert facts["Coordinate system"] == "Local grid of the plan"


def test_a_caption_stands_nearer_to_its_table_or_figure_than_to_the_text() -> None:
    picture = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10" width="10mm" height="10mm"/>'
    drawn = Figure(picture, 10.0, 10.0, "图", "图")
    shown = Section("land", "用地", (Table(("列",), (("1",),), title="表"), drawn))
    written = Document("说明书", "zh", dt.date(2026, 11, 30), (shown,))
    made = docx.Document(io.BytesIO(render(written, ".docx")))
    table, figure = [one.paragraph_format for one in made.paragraphs if one.style.name == "Caption"]
    assert table.space_before > table.space_after
    assert figure.space_before < figure.space_after


def test_a_templates_header_typefaces_and_numbering_of_headings_stay(tmp_path: Path) -> None:
    office = docx.Document()
    office.sections[0].header.paragraphs[0].text = "示例规划设计院"
    office.styles["Normal"].font.name = "Office Sans"
    office.styles["Caption"].paragraph_format.space_before = Pt(2)
    numbered = office.styles["Heading 1"].element.get_or_add_pPr().get_or_add_numPr()
    numbered.get_or_add_numId().val = 1
    office.save(str(tmp_path / "office.docx"))
    wide = Table(tuple(map(str, range(14))), (("1",) * 14,), title="表")
    shown = Section("land", "用地", (wide, Table(("列",), (("1",),), title="表")))
    written = Document("说明书", "zh", dt.date(2026, 11, 30), (shown,), chapters=1)
    made = docx.Document(io.BytesIO(render(written, ".docx", tmp_path / "office.docx")))
    assert {one.header.paragraphs[0].text for one in made.sections} == {"示例规划设计院"}
    assert made.styles["Normal"].font.name == "Office Sans"
    (head,) = [one for one in made.paragraphs if one.style.name == "Heading 1"]
    # The paragraph asks for no number of its own: it has that of the office's style.
    assert head._p.pPr.numPr is None
    assert made.styles["Heading 1"].element.pPr.numPr.numId.val == 1
    captions = [one for one in made.paragraphs if one.style.name == "Caption"]
    assert [one.paragraph_format.space_before for one in captions] == [None, None]


@pytest.mark.long
@pytest.mark.parametrize(("lang", "said"), [("zh", "第%1章"), ("en", "%1"), ("ja", "第%1章")])
def test_word_numbers_the_chapters_and_no_annex(plan: Plan, found: CheckResult, lang: str, said: str) -> None:
    made = docx.Document(io.BytesIO(render(volume(plan, found, lang), ".docx")))
    heads = [one for one in made.paragraphs if one.style.name == "Heading 1"]
    numbered = [one._p.pPr.numPr is not None for one in heads]
    assert numbered == [True] * (len(heads) - 4) + [False] * 4
    ways = {one._p.pPr.numPr.numId.val for one in heads[:-4]}
    (way,) = ways
    listed = made.part.numbering_part.element
    (own,) = listed.xpath(f"./w:num[@w:numId='{way}']/w:abstractNumId/@w:val")
    assert listed.xpath(f"./w:abstractNum[@w:abstractNumId='{own}']/w:lvl/w:lvlText/@w:val")[0] == said


def test_a_template_without_docx_is_refused_before_anything_is_judged(tmp_path: Path) -> None:
    (tmp_path / "office.docx").write_bytes(b"")
    done = CliRunner().invoke(
        app,
        [
            "report",
            "examples/demonstration-zone",
            "--out",
            str(tmp_path),
            "--template",
            str(tmp_path / "office.docx"),
        ],
    )
    assert done.exit_code == 2 or "--format docx" in str(done.exception)


@pytest.mark.parametrize(
    ("sides", "most_mm"), [((940, 610), 145.0), ((1_000, 1_000), 150.0), ((2_000, 300), 140.0)]
)
def test_a_figure_is_as_wide_as_the_text_and_no_higher_than_its_land_asks(
    sides: tuple[float, float], most_mm: float
) -> None:
    found = figure_fit([shapely.box(0, 0, *sides)])
    width, height = found.layout.picture
    assert width == pytest.approx(160)
    assert height < most_mm
    assert found.land_mm[0] > 120
    assert found.layout.window[1] > found.land_mm[1]


def test_a_chapter_stands_on_one_page_with_its_figure_and_a_long_legend() -> None:
    picture = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10" width="10mm" height="10mm"/>'
    legend = tuple(LegendEntry("", f"{1000 + at} 用地") for at in range(54))
    chapter = Section(
        "land", "用地", (Paragraph("说明。"), Figure(picture, 10.0, 10.0, "图", "图", legend=legend))
    )
    written = Document("说明书", "zh", dt.date(2026, 11, 30), (chapter,))
    made = docx.Document(io.BytesIO(render(written, ".docx")))
    said = next(one for one in made.paragraphs if one.text == "说明。")
    assert said.paragraph_format.keep_with_next
    (signs,) = made.tables
    assert len(signs.rows) == 14
    land = [shapely.box(0, 0, 2_000, 4_000)]
    assert figure_fit(land, len(legend)).layout.picture[1] < figure_fit(land).layout.picture[1] - 15


@pytest.mark.long
def test_levels_of_the_land_use_balance_are_indented_and_cells_stand_in_the_middle_of_their_row() -> None:
    drawn = random_plan(5)
    found = check(drawn, packs=["zone"])
    balance = next(
        one for one in office_tables(View(drawn, found, Words("zh"))) if one.name == "land_balance"
    )
    book = docx.Document(io.BytesIO(render(volume(drawn, found, "zh"), ".docx")))
    (table,) = [one for one in book.tables if one.cell(1, 1).text == str(balance.lines[0].cells[1])]
    indents = [row.cells[1].paragraphs[0].paragraph_format.left_indent for row in table.rows[1:]]
    assert {line.depth for line in balance.lines} >= {0, 1}
    deep = [bool(line.depth) for line in balance.lines]
    assert [bool(one) for one in indents] == deep
    assert all(cell.vertical_alignment == 1 for row in table.rows for cell in row.cells)
