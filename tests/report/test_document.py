"""One document, shown as HTML, PDF, DOCX and on a terminal."""

from __future__ import annotations

import dataclasses
import datetime as dt
import io
import re
import zipfile

import docx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader
from tests.support.random_plans import random_plan

from blockplan.check import check
from blockplan.cli.common import show_document
from blockplan.errors import UsageError
from blockplan.report.document import (
    Document,
    Figure,
    LegendEntry,
    Listing,
    Note,
    Paragraph,
    Quantity,
    Section,
    Sparkline,
    Table,
    Term,
    TextRun,
    section_json,
    walk,
)
from blockplan.report.maps.svg import text_width
from blockplan.report.renderers import render
from blockplan.report.renderers.widths import BOLD, PAD_EM, shared_widths
from blockplan.report.verdicts import verdict_document

SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 20" width="40mm" height="20mm">'
    '<rect width="40" height="20" fill="#0d5a66"/></svg>'
)
TABLE = Table(
    ("Use", "Land"),
    (
        ("Housing <R2>", Quantity(12_345.6, "m2")),
        ("Roads", Quantity(None, "m2")),
        ("All", Quantity(0.25, "1")),
    ),
    title="Land by use",
    kinds=("row", "row", "total"),
)
DOCUMENT = Document(
    "Town plan",
    "en",
    dt.date(2021, 9, 30),
    (
        Section(
            "land",
            "Land",
            (
                Paragraph("What the land is for.", "lead"),
                TABLE,
                Section("more", "More", (Term("Term", "what it is", "and means"), Note("Drawn areas."))),
                Listing("Kept:", ("one", "two")),
                Figure(SVG, 40.0, 20.0, "A green field", "The field"),
            ),
        ),
    ),
    subtitle="Draft",
)


@pytest.mark.parametrize("ending", [".html", ".pdf", ".docx"])
def test_the_same_document_gives_the_same_bytes(ending: str) -> None:
    assert render(DOCUMENT, ending) == render(DOCUMENT, ending)


def test_docx_has_headings_a_table_with_figures_to_the_right_and_the_picture_with_its_words() -> None:
    book = docx.Document(io.BytesIO(render(DOCUMENT, ".docx")))
    styled = {one.text: one.style.name for one in book.paragraphs}
    assert styled["Land"] == "Heading 1"
    assert styled["More"] == "Heading 2"
    caption = next(one for one in book.paragraphs if one.text.endswith("Land by use"))
    assert caption.style.name == "Caption"
    assert [one.text for one in caption._p.iter(caption._p.nsmap["w"].join("{}") + "t")] == [
        "Table ",
        "1",
        "  Land by use",
    ]
    assert styled["one"] == "List Bullet"
    rows = [[cell.text.replace("\xa0", " ") for cell in row.cells] for row in book.tables[0].rows]
    assert rows == [["Use", "Land"], ["Housing <R2>", "12,346 m²"], ["Roads", "not known"], ["All", "25%"]]
    first, last = book.tables[0].rows[1].cells[1].paragraphs[0], book.tables[0].rows[3].cells[0].paragraphs[0]
    assert first.alignment == 2
    assert last.runs[0].bold
    assert not first.runs[0].bold
    assert book.inline_shapes[0]._inline.docPr.get("descr") == "A green field"
    assert round(book.inline_shapes[0].width.mm) == 40


def test_docx_is_on_a4_with_page_numbers_and_wide_tables_lie_across() -> None:
    wide = Table(tuple(f"c{at}" for at in range(14)), (("1",) * 14,) * 3, title="Wide")
    made = Document(
        "Plan", "en", dt.date(2021, 9, 30), (Section("a", "A", (wide,)), Section("b", "B", (Note("n"),)))
    )
    book = docx.Document(io.BytesIO(render(made, ".docx")))
    sizes = [(round(one.page_width.mm), round(one.page_height.mm)) for one in book.sections]
    assert sizes == [(210, 297), (297, 210), (210, 297)]
    assert "PAGE" in book.sections[0].footer._element.xml
    assert book.sections[0].header.paragraphs[0].text == "Plan"
    rows = book.tables[0].rows
    assert "tblHeader" in rows[0]._tr.xml
    assert all("cantSplit" in row._tr.xml for row in rows[1:])
    assert rows[1].cells[0].paragraphs[0].runs[0].font.size.pt < 8


def test_a_heading_stands_on_the_page_of_the_table_that_it_heads() -> None:
    wide = Table(tuple(f"c{at}" for at in range(14)), (("1",) * 14,) * 3, title="Wide")
    made = Document("Plan", "en", dt.date(2021, 9, 30), (Section("a", "Loads", (wide,)),))
    body = docx.Document(io.BytesIO(render(made, ".docx"))).element.body.xml
    assert body.index('w:orient="landscape"') > body.index("Loads") > body.index("<w:sectPr")


def test_each_sign_of_a_legend_is_told_in_words_to_who_cannot_see_it() -> None:
    swatch = '<rect width="9" height="5" fill="#abc"/>'
    legend = tuple(LegendEntry(swatch, f"use {at}") for at in range(11))
    figure = Figure('<svg xmlns="http://www.w3.org/2000/svg"/>', 20.0, 20.0, "A map", legend=legend)
    made = Document("Plan", "en", dt.date(2026, 12, 1), (Section("map", "Map", (figure,)),))
    book = docx.Document(io.BytesIO(render(made, ".docx")))
    told = [
        (one.get("descr"), words.text)
        for row in book.tables[0].rows
        for sign, words in zip(row.cells[::2], row.cells[1::2], strict=True)
        for one in sign._tc.iter()
        if one.tag.endswith("}docPr")
    ]
    assert len(told) == len(legend)
    assert [said for said, _ in told] == [words for _, words in told]


def test_columns_of_a_docx_table_fill_the_page_and_are_as_wide_as_what_they_say() -> None:
    said = "A long sentence on what a rule asks of every parcel of the plan and of whom it fails. " * 3
    table = Table(("No.", "Use", "What is asked"), (("1", "Housing", said), ("2", "Roads", said)))
    made = Document("Plan", "en", dt.date(2021, 9, 30), (Section("a", "A", (table,)),))
    (drawn,) = docx.Document(io.BytesIO(render(made, ".docx"))).tables
    widths = [cell.width.mm for cell in drawn.rows[1].cells]
    assert sum(widths) == pytest.approx(160, abs=0.5)
    assert widths[0] < widths[1] < 30 < widths[2]


@given(st.lists(st.lists(st.text("abc 图则"), min_size=4, max_size=4), min_size=1, max_size=6))
def test_columns_fill_the_room_and_no_text_is_wider_than_it_needs_while_another_breaks(rows) -> None:
    heads, room = ["h"] * 4, 50.0
    widths = shared_widths(heads, rows, room)
    widest = [max(text_width(said, 1.0) for said in ("h", *(row[at] for row in rows))) for at in range(4)]
    needed = [PAD_EM + BOLD * one for one in widest]
    assert sum(widths) == pytest.approx(room)
    if sum(needed) >= room:
        assert all(one <= need + 1e-6 for one, need in zip(widths, needed, strict=True))


def test_numbers_and_codes_of_a_docx_table_keep_their_line_and_names_take_what_is_left() -> None:
    heads = ["用地代码", "用地名称", *["现状占总用地（%）"] * 6, "增减（公顷）"]
    rows = [
        ["080602", "基层医疗卫生设施用地", *["162.85"] * 6, "−605.12"],
        ["", "非建设用地　小计", *["／"] * 7],
    ]
    widths = shared_widths(heads, rows, 56.7)
    for at in (0, 2, 8):
        assert widths[at] >= PAD_EM + BOLD * text_width(rows[0][at], 1.0) - 0.01
    assert widths[1] > widths[2]


def test_headings_of_a_docx_table_keep_their_words_beside_a_unit_and_short_ones_with_kana_their_line() -> (
    None
):
    rows = [["080602", "1", "12.39", "地" * 60], ["", "2", "0.00", "地" * 60]]
    heads = ["用途コード", "整備段階", "Per resident (m²)", "用地名称"]
    widths = shared_widths(heads, rows, 30.0)
    for at, said in ((0, "用途コード"), (2, "resident")):
        assert widths[at] >= PAD_EM + BOLD * text_width(said, 1.0) - 0.01


@pytest.mark.parametrize(("lang", "slanted"), [("zh", False), ("en", True), ("ja", False)])
def test_a_note_is_slanted_where_the_script_has_italics(lang: str, slanted: bool) -> None:
    made = Document("Plan", lang, dt.date(2021, 9, 30), (Section("a", "A", (Note("16"),)),))
    found = docx.Document(io.BytesIO(render(made, ".docx"))).paragraphs
    assert [run.italic for one in found if one.text == "16" for run in one.runs] == [slanted]


def test_long_texts_of_a_docx_table_share_its_room_by_what_they_say_and_no_word_breaks() -> None:
    said = ["Kindergarten", "0%", "everyone within 300 m", "gb50180fields", "Service radius " * 3]
    rows = [said, said, said]
    rows.append(["Housing", "not known", "1,000 to 3,000 people", "x", "No"])
    widths = shared_widths(["Who", "Measured", "Required", "Rule", "What is asked"], rows, 45.0)
    assert widths[4] == max(widths)
    for at in range(5):
        longest = max((word for row in rows for word in row[at].split()), key=len)
        assert widths[at] >= PAD_EM + BOLD * text_width(longest, 1.0) - 0.01


def test_a_docx_table_of_many_columns_has_letters_with_which_its_numbers_keep_their_line() -> None:
    table = Table(tuple(f"c{at}" for at in range(14)), ((*["1,234,567.8"] * 13, ""),))
    made = Document("Plan", "en", dt.date(2021, 9, 30), (Section("a", "A", (table,)),))
    book = docx.Document(io.BytesIO(render(made, ".docx")))
    cells = book.tables[0].rows[1].cells
    size = cells[0].paragraphs[0].runs[0].font.size.pt
    assert cells[0].width.pt >= size * (PAD_EM + text_width("1,234,567.8", 1.0))
    assert f'w:sz w:val="{round(2 * size)}"' in cells[13].paragraphs[0]._p.pPr.xml


def test_a_docx_table_lies_across_where_a_long_text_stands_beside_numbers_and_no_head_stands_alone() -> None:
    heads = ("Phase", *(f"Amount {at}" for at in range(7)), "Facilities")
    numbers = ("1", *["2,389,601"] * 7)
    for said, across in (("School", False), ("Kindergarten of the north, " * 12, True)):
        made = Document(
            "P", "en", dt.date(2021, 9, 30), (Section("a", "A", (Table(heads, ((*numbers, said),)),)),)
        )
        book = docx.Document(io.BytesIO(render(made, ".docx")))
        last = book.sections[-1]
        assert (last.page_width > last.page_height) is across
        assert all(
            cell.paragraphs[0].paragraph_format.keep_with_next for cell in book.tables[0].rows[0].cells
        )


def test_neither_one_row_of_a_docx_table_nor_its_notes_stand_alone_on_a_page() -> None:
    table = Table(("Street", "m"), tuple((f"Street {at}", "15") for at in range(9)))
    notes = (Note("Lanes are left out."), Note("So are paths."))
    made = Document("P", "en", dt.date(2021, 9, 30), (Section("a", "A", (table, *notes)),))
    book = docx.Document(io.BytesIO(render(made, ".docx")))
    kept = [row.cells[0].paragraphs[0].paragraph_format.keep_with_next for row in book.tables[0].rows]
    assert kept == [True, True, True, None, None, None, None, True, True, True]
    said = {one.text: one.paragraph_format.keep_with_next for one in book.paragraphs}
    assert (said["Lanes are left out."], said["So are paths."]) == (True, None)


def test_docx_says_the_language_of_its_letters_and_sets_heads_apart() -> None:
    table = Table(("甲", "乙"), (("一", "二"),))
    made = Document("计划", "zh", dt.date(2021, 9, 30), (Section("a", "甲", (table,)),))
    book = docx.Document(io.BytesIO(render(made, ".docx")))
    assert 'w:eastAsia="zh-CN"' in book.styles.element.xml
    assert book.tables[0].rows[0].cells[0]._tc.xml.count("w:shd") == 1
    heading = next(one for one in book.paragraphs if one.style.name == "Heading 1")
    assert str(heading.style.font.color.rgb) == "1B2530"


def test_docx_takes_the_styles_of_a_template_and_says_what_it_cannot_read(tmp_path) -> None:
    office = docx.Document()
    office.styles["Heading 1"].font.name = "FangSong"
    office.save(tmp_path / "office.docx")
    book = docx.Document(io.BytesIO(render(DOCUMENT, ".docx", tmp_path / "office.docx")))
    assert book.styles["Heading 1"].font.name == "FangSong"
    (tmp_path / "broken.docx").write_bytes(b"no zip")
    with pytest.raises(UsageError, match="cannot be read as a DOCX file"):
        render(DOCUMENT, ".docx", tmp_path / "broken.docx")


def test_no_part_of_a_docx_file_bears_a_time() -> None:
    with zipfile.ZipFile(io.BytesIO(render(DOCUMENT, ".docx"))) as parts:
        assert {one.date_time for one in parts.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_html_escapes_its_words_and_keeps_the_order_of_blocks() -> None:
    page = render(DOCUMENT, ".html").decode()
    assert "Housing &lt;R2&gt;" in page
    assert re.search(r'<td [^>]*class="number">12,346\xa0m²</td>', page)
    places = [
        page.index(said) for said in ("What the land is for.", "Roads", "<h3>More", "Kept:", "The field")
    ]
    assert places == sorted(places)


def test_pdf_says_what_the_document_says() -> None:
    said = " ".join(PdfReader(io.BytesIO(render(DOCUMENT, ".pdf"))).pages[0].extract_text().split())
    for part in ("Town plan", "Draft", "What the land is for.", "12,346 m²", "not known", "Term: what it is"):
        assert part in said


def test_a_column_of_marks_is_drawn_on_a_page_and_left_out_on_paper() -> None:
    bar = Sparkline('<svg class="bar" aria-hidden="true"><rect/></svg>')
    table = Table(
        ("Use", "", "Share"), (("Roads", bar, "25%"),), scale=Sparkline("<svg><text>100%</text></svg>")
    )
    made = dataclasses.replace(DOCUMENT, sections=(Section("shares", "Shares", (table,)),))
    page = render(made, ".html").decode()
    assert page.index("100%") < page.index(bar.svg) < page.index(">25%")
    (written,) = docx.Document(io.BytesIO(render(made, ".docx"))).tables
    assert [[cell.text for cell in row.cells] for row in written.rows] == [["Use", "Share"], ["Roads", "25%"]]
    assert "Use Share" in " ".join(
        PdfReader(io.BytesIO(render(made, ".pdf"))).pages[0].extract_text().split()
    )


def test_an_untitled_section_opens_a_page_before_its_contents_and_a_counted_term_stands_apart() -> None:
    opening = Section("head", "", (Term("Drawn on", "30 September 2021"),))
    titled = [
        Section(f"s{at}", f"Part {at}", (Term("Kept", "9", tone="count kept"), Term("Of", "13")))
        for at in range(4)
    ]
    page = render(dataclasses.replace(DOCUMENT, sections=(opening, *titled)), ".html").decode()
    assert page.index("30 September") < page.index("<nav") < page.index("<main>") < page.index(">Part 0</h2>")
    counted = '<dl class="counts"><div class="count kept"><dt>Kept</dt><dd>9</dd></div></dl>'
    assert page.count(counted) == len(titled)


def test_a_terminal_shows_every_block_and_a_figure_by_its_words(capsys: pytest.CaptureFixture[str]) -> None:
    show_document(DOCUMENT)
    lines = capsys.readouterr().out.splitlines()
    assert lines[:3] == ["Draft", "", "Land"]
    assert "Roads         not known" in lines
    assert lines[-6:] == [
        "Term: what it is (and means)",
        "Drawn areas.",
        "Kept:",
        "  one",
        "  two",
        "A green field",
    ]


def test_a_section_is_json_of_its_sentences_terms_table_and_notes() -> None:
    one = Section("id", "Title", (Paragraph("Said."), Term("a", "b"), Table(("h",), (("c",),)), Note("n")))
    assert section_json(one) == {
        "id": "id",
        "title": "Title",
        "sentences": ["Said."],
        "rows": [{"term": "a", "said": "b", "note": ""}],
        "table": {"heads": ["h"], "rows": [["c"]]},
        "notes": ["n"],
    }


def test_an_ending_that_no_renderer_has_is_refused() -> None:
    with pytest.raises(UsageError, match=r"cannot be written as '.odt'. Known endings: .html, .pdf, .docx"):
        render(DOCUMENT, ".odt")


def test_what_would_put_a_verdict_right_is_told_with_the_block_that_it_is_of() -> None:
    result = check(random_plan(7, columns=6, rows=5), packs=["zone"])
    failed = next(one for one in result.verdicts if one.outcome == "fail" and one.remedy)
    places = ("02-01", "03-02")
    asked = tuple(dataclasses.replace(failed, scope_kind="subblock", scope_id=one) for one in places)
    made = verdict_document(dataclasses.replace(result, verdicts=(failed, *asked)), "zh")
    told = [block.term for block in walk(made.sections) if isinstance(block, Term)]
    assert told == [failed.rule, *(f"{failed.rule} {one}" for one in places)]


def test_notes_of_a_cell_stand_on_lines_of_their_own_on_paper() -> None:
    cell = (
        TextRun("fails", "chip fail"),
        TextRun("▼", "mark worse"),
        TextRun("3 m", "strong"),
        TextRun("of 4", "muted"),
    )
    made = Document("Plan", "en", dt.date(2021, 9, 30), (Section("a", "A", (Table(("h",), ((cell,),)),)),))
    (drawn,) = docx.Document(io.BytesIO(render(made, ".docx"))).tables
    assert drawn.rows[1].cells[0].text == "fails ▼\n3 m\nof 4"
    said = PdfReader(io.BytesIO(render(made, ".pdf"))).pages[0].extract_text()
    assert "fails ▼\n3 m\nof 4" in said


def test_a_fitted_document_has_a_page_for_each_section_and_counts_what_it_leaves_out() -> None:
    long = Table(("No.", "What"), tuple((f"row-{at}", "a thing") for at in range(500)))
    two = Section("two", "", (Paragraph((TextRun("alone", "strong"), TextRun("A", "badge A"))),))
    made = Document("Plan", "en", dt.date(2021, 9, 30), (Section("one", "", (long,)), two), fitted=True)
    first, second = (page.extract_text() for page in PdfReader(io.BytesIO(render(made, ".pdf"))).pages)
    shown, left = first.count("row-"), re.search(r"and (\d+) more", first)
    assert left
    assert shown + int(left[1]) == 500
    assert "alone A" in second
