"""A text that holds what the report prints is held against it figure by figure."""

from __future__ import annotations

import datetime as dt
import io
import re
from functools import cache
from pathlib import Path

import docx
import pytest
from docx.shared import Mm
from PIL import Image
from tests.deliver.made import ANSWERS, PROFILES
from tests.support.town import town

from blockplan.check import check
from blockplan.deliver.handover import deliver
from blockplan.deliver.profile import load_delivery_profile
from blockplan.deliver.quality.agreement import _rounded
from blockplan.deliver.text import TextStatement, check_text, reported
from blockplan.deliver.text.names import _shapes
from blockplan.deliver.text.reported import PrintedTable
from blockplan.exchange.office.importing import import_office
from blockplan.plan import read
from blockplan.report.document import Document, Figure, LegendEntry, Section
from blockplan.report.renderers.docx import docx as render_docx
from blockplan.report.view import View
from blockplan.report.volume import volume
from blockplan.report.words import Words


def printed_in(view, lang):
    return docx.Document(io.BytesIO(render_docx(volume(view.plan, view.result, lang))))


@pytest.mark.long
@pytest.mark.parametrize("lang", ["zh", "en", "ja"])
def test_the_reports_own_text_volume_is_bound_to_the_last_figure(small, lang):
    printed = printed_in(small, lang)
    found = check_text(small, printed)
    assert found.counts["missed"] == found.counts["not_evidenced"] == 0
    assert found.counts["kept"] > 40


def test_what_the_rows_of_a_printed_table_are_called_is_put_together_once(monkeypatch):
    rows = {f"P-{number}": [(f"P-{number}", "1402", f"{number}.50")] for number in range(200)}
    table, asked = PrintedTable(("地块编号", "用地代码", "面积"), "report:parcels", rows=rows), []
    monkeypatch.setattr(reported, "label_of", lambda cells: asked.append(cells) or "|".join(cells[:2]))
    heads = ("地块编号", "用地代码", "备注")
    for number in range(200):
        assert reported._alike(table, heads, (f"P-{number}", "1402", "是")) == rows[f"P-{number}"]
    assert reported._alike(table, heads, ("P-0", "1401", "")) == []
    assert len(asked) < 3 * len(rows), "for each cell of a text every row was named anew"


@pytest.mark.long
def test_a_figure_that_an_office_changes_in_the_reports_sentence_or_table_is_found(small):
    printed = printed_in(small, "zh")
    table = next(one for one in printed.tables if one.rows[0].cells[0].text == "地块编号")
    at = [cell.text for cell in table.rows[0].cells].index("用地面积（m²）")
    row = next(row for row in table.rows if row.cells[0].text == "K-B-01")
    row.cells[at].paragraphs[0].runs[0].text = "10,100"
    term = next(one for one in printed.paragraphs if one.text.startswith("规划居住人口"))
    term.runs[-1].text = "310 人"
    wrong = [one for one in check_text(small, printed).statements if one.state == "missed"]
    assert [(one.said, one.right) for one in wrong] == [("310", "300"), ("10,100", "10,000")]
    assert wrong[1].bound_to == "report:parcels/K-B-01/用地面积（m²）"


def test_a_text_with_a_sign_of_its_own_between_figures_is_read(small):
    text = docx.Document()
    text.add_paragraph("规划居住人口：# 人")
    assert [one for one in check_text(small, text).statements if one.kind == "number"] == []


def test_a_table_with_pictures_at_its_left_is_read_unless_it_is_the_legend_of_a_printed_figure(small):
    text = docx.Document()
    layout = text.add_table(2, 2)
    for row in layout.rows:
        picture = io.BytesIO()
        Image.new("RGB", (8, 8)).save(picture, "PNG")
        row.cells[0].paragraphs[0].add_run().add_picture(picture, width=Mm(5))
        row.cells[1].text = "K-B-01地块容积率不大于9.9，建筑密度99%。"
    found = check_text(small, text).statements
    assert [(one.said, one.state) for one in found if one.kind == "number"] == [
        ("9.9", "missed"),
        ("99%", "missed"),
    ] * 2
    lines = (LegendEntry("", "K-B-01地块容积率不大于9.9"),)
    figure = Figure('<svg xmlns="http://www.w3.org/2000/svg"/>', 20.0, 20.0, "图", legend=lines)
    told = Document("示例", "zh", dt.date(2026, 11, 29), (Section("told", "本文", (figure,)),))
    printed = docx.Document(io.BytesIO(render_docx(told)))
    assert [one for one in check_text(small, printed).statements if one.said == "9.9"] == []


def test_the_number_of_a_sheet_is_no_parcel():
    looks = re.compile(_shapes(frozenset({"RX-01", "01-02-03", "K-A-01"})))
    assert not looks.fullmatch("GH-03")
    assert all(map(looks.fullmatch, ("RX-99", "09-09-09", "K-Z-09")))


@pytest.mark.long
@pytest.mark.parametrize("name", ["deqing", "hangzhou-xg", "wenzhou", "zhongshan"])
def test_a_plan_is_handed_in_with_its_own_text_volume_and_a_wrong_figure_is_found(tmp_path, name):
    plan = town(title={"zh": "示例镇"}, packs=["gb50137"], authority="示例局")
    facilities = plan.layer("facilities").copy()
    facilities.loc[facilities.index[0], ["parcel_id", "name_zh", "floor_area_m2"]] = [
        "A",
        "示例活动站",
        800.0,
    ]
    plan = plan.replace(facilities=facilities)
    result, profile = check(plan), load_delivery_profile(name)
    text = tmp_path / "text.docx"
    text.write_bytes(render_docx(volume(plan, result, "zh")))

    def faults(folder):
        found = deliver(plan, result, profile, tmp_path / folder, answers=ANSWERS, text=text)
        return [one.message["en"] for one in found.judgement.checks if one.rule == "qc-text"]

    assert faults("sound") == []
    document = docx.Document(text)
    rows = [row for table in document.tables for row in table.rows if row.cells[0].text == "A"]
    wrong = next(cell for row in rows for cell in row.cells if cell.text.startswith("1.8"))
    wrong.paragraphs[0].runs[0].text = "2.60"
    document.save(text)
    assert ["says 2.6" in one for one in faults("seeded")] == [True]


@pytest.fixture(scope="module")
def sound(request, tmp_path_factory):
    """A plan with its result, from a folder of a plan or from an office's files."""
    path = Path("examples") / request.param
    if not (path / "plan.toml").is_file():
        path = tmp_path_factory.mktemp("plan") / "office-town"
        import_office([Path("examples") / request.param], path)
    plan = read(path)
    return plan, check(plan)


@pytest.fixture(scope="module")
def printed(sound):
    """Makes the text volume of a plan in a language, each once."""
    return cache(lambda lang: render_docx(volume(*sound, lang)))


def faults_of(sound, name, text, out):
    found = deliver(*sound, load_delivery_profile(name), out, answers=ANSWERS, text=text)
    return [one.message["zh"] for one in found.judgement.checks if one.rule == "qc-text"]


#: The plans and how they are handed in; the others wait for a soak.
HANDED_IN = {
    "demonstration-zone": {("deqing", "zh"), ("hangzhou-xg", "en")},
    "office-town/shapefiles": {("hangzhou-xg", "zh"), ("zhongshan", "zh"), ("hangzhou-xg", "en")},
    "office-town/geopackage": {("wenzhou", "zh"), ("deqing", "zh")},
}


@pytest.mark.long(12)
@pytest.mark.parametrize(
    ("sound", "name", "lang"),
    [
        pytest.param(path, *one, marks=() if one in often else pytest.mark.soak)
        for path, often in HANDED_IN.items()
        for one in [*((name, "zh") for name in PROFILES), ("hangzhou-xg", "en")]
    ],
    indirect=["sound"],
)
def test_a_plan_is_handed_in_with_its_own_text_volume(tmp_path, sound, printed, name, lang):
    # Loads, homes and jobs that no layer holds are reckoned by factors: that is no error of the text.
    text = tmp_path / "text.docx"
    text.write_bytes(printed(lang))
    assert faults_of(sound, name, text, tmp_path / "out") == []


@pytest.mark.long(20)
@pytest.mark.parametrize("sound", ["demonstration-zone"], indirect=True)
@pytest.mark.parametrize("name", ["deqing", "hangzhou-xg"])
def test_a_wrong_figure_is_found_whatever_stands_before_it_and_however_its_row_is_called(
    tmp_path, sound, printed, name
):
    text = tmp_path / "text.docx"
    text.write_bytes(printed("zh"))
    document = docx.Document(text)
    rows = [row for table in document.tables for row in table.rows]
    parks = next(row for row in rows if row.cells[0].text == "1401")
    parks.cells[1].paragraphs[0].runs[0].text = "公园绿地（含社区公园）"
    next(cell for cell in parks.cells if cell.text == "106.50").paragraphs[0].runs[0].text = "109.50"
    floor = [cell for row in rows if row.cells[0].text == "合计" for cell in row.cells]
    next(cell for cell in floor if cell.text == "5,940,520").paragraphs[0].runs[0].text = "5,940,000"
    for said in (
        "规划居住人口50,000人，规划总用地面积1200公顷。",
        "规划居住人口60,000人，小学90所。",
        "就业岗位90,502个，规划公园绿地面积200公顷。",
    ):
        document.add_paragraph(said)
    table = document.add_table(rows=0, cols=3)
    for line in (("用地代码", "用地名称", "面积（公顷）"), ("1401", "公园绿地（含社区公园）", "201.00")):
        for cell, words in zip(table.add_row().cells, line, strict=True):
            cell.text = words
    document.save(text)
    found = faults_of(sound, name, text, tmp_path / "out")
    wrong = ["109.50", "1200公顷", "90所", "200公顷", "201.00"]
    # One profile has a field of residents, the other of phases.
    wrong += ["5,940,000"] if name == "hangzhou-xg" else ["60,000人"]
    assert [one for one in wrong if not any(one in message for message in found)] == []
    assert len(found) == len(wrong), found


@pytest.mark.long
@pytest.mark.parametrize("sound", ["office-town/shapefiles"], indirect=True)
@pytest.mark.parametrize("lang", ["zh", "en", "ja"])
def test_a_volume_puts_no_question_to_itself_until_a_facility_is_on_another_parcel(sound, printed, lang):
    view, text = View(*sound, Words(lang)), docx.Document(io.BytesIO(printed(lang)))
    assert _wrong(view, text) == []
    cells = [cell for table in text.tables for row in table.rows for cell in row.cells[1:]]
    next(cell for cell in cells if cell.text == "03-02-01").paragraphs[0].runs[0].text = "01-02-03"
    assert _wrong(view, text) == [("01-02-03", "03-02-01")]


def _wrong(view, text):
    found = check_text(view, text).statements
    return [(one.said, one.right) for one in found if one.state in {"missed", "doubtful"}]


def area_said(said, right, bound_to):
    return TextStatement("", "number", "missed", "", said, said, bound_to, right, {}, 0, 0, 0)


@pytest.mark.parametrize(
    ("said", "right", "bound_to", "unit", "excused"),
    [
        ("34,202", "34,201", "object:A/area", "m²", True),
        ("34,203", "34,201", "object:A/area", "m²", False),
        ("106.51", "106.50", "report:land/1401/规划面积（公顷）", "公顷", True),
        ("0.91", "0.90", "object:A/area", "ha", False),
        ("34,202平方米", "34,201平方米", "object:A/area", "", True),
        ("1,001公顷", "1,000公顷", "object:A/area", "", False),
        ("2,389,601", "2,389,603", "report:phases/1/建筑规模（m²）", "m²", True),
        ("5,940,000", "5,940,520", "report:phases/合计/建筑规模（m²）", "m²", False),
        ("34,202", "34,201", "object:A/floor_area_m2", "m²", False),
        ("12,001", "12,000", "layer:areas/count", "", False),
        ("12,001", "12,000", "object:A/floor_area_ratio", "", False),
    ],
)
def test_rounding_and_redrawing_move_land_by_a_metre_or_its_last_digit(said, right, bound_to, unit, excused):
    assert _rounded(area_said(said, right, bound_to), unit) == excused
