"""An office's text against its plan: bound, unbound, or a comment at its place with the right figure."""

import json
import re
from collections import Counter

import docx
import pytest
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml
from docx.oxml.ns import qn
from tests.deliver.foreign_text import foreign_text
from tests.deliver.office_text import office_text
from tests.town import town

from blockplan.check import check
from blockplan.cli import main
from blockplan.deliver.text import check_text, write_comments
from blockplan.deliver.text.scan import numbers as scanned
from blockplan.plan import read, write
from blockplan.report.view import View
from blockplan.report.words import Words

SPACES = {
    "w": "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    "mc": "http://schemas.openxmlformats.org/markup-compatibility/2006",
    "v": "urn:schemas-microsoft-com:vml",
}


def nsdecls(*names):
    return " ".join(f'xmlns:{name}="{SPACES[name]}"' for name in names)


def a_view(plan):
    return View(plan, check(plan, packs=["gb50137"]), Words("zh"))


@pytest.fixture(scope="module")
def small():
    """The town with a named facility and street."""
    plan = town(title={"zh": "示例镇"}, horizon=2035)
    facilities = plan.layer("facilities").assign(name_zh=["怡和养老院", "示例文化馆", "启明小学", "第一医院"])
    streets = plan.layer("streets").assign(name_zh=["北街", None, None, None], red_line_width_m=24.0)
    parcels = plan.layer("parcels").copy()
    parcels["parcel_id"] = [f"K-{id_}-01" for id_ in parcels.index]
    facilities["parcel_id"] = [f"K-{id_}-01" for id_ in facilities["parcel_id"]]
    buildings = plan.layer("buildings").assign(parcel_id=["K-A-01", "K-D-01"])
    return a_view(plan.replace(facilities=facilities, streets=streets, parcels=parcels, buildings=buildings))


def judged(view, *paragraphs):
    document = docx.Document()
    for one in paragraphs:
        document.add_paragraph(one)
    return check_text(view, document).statements


def numbers(view, *paragraphs):
    return [(one.said, one.state, one.bound_to) for one in judged(view, *paragraphs) if one.kind == "number"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("地块K-A-01用地面积1.00公顷。", [("1.00公顷", "kept", "object:K-A-01/area")]),
        ("地块K-A-01用地面积1.20公顷。", [("1.20公顷", "missed", "object:K-A-01/area")]),
        ("K-B-01地块容积率不大于1.8，建筑密度30%。", [
            ("1.8", "kept", "object:K-B-01/far"), ("30%", "kept", "object:K-B-01/coverage_ratio")]),
        ("K-B-01地块的容积率、建筑密度、绿地率分别为1.8、30%、40%。", [
            ("1.8", "kept", "object:K-B-01/far"), ("30%", "kept", "object:K-B-01/coverage_ratio"),
            ("40%", "missed", "object:K-B-01/green_ratio")]),
        ("怡和养老院位于K-B-01地块，设床位60张。", [("60张", "kept", "object:nursing/beds")]),
        ("规划居住人口300人。", [("300人", "kept", "measure:residents")]),
        ("规划居住人口约0.05万人。", [("0.05万人", "missed", "measure:residents")]),
        ("规划公园绿地2.00公顷，占总用地的22.22%。", [
            ("2.00公顷", "kept", "table:land_balance/1401/planned_ha"),
            ("22.22%", "kept", "table:land_balance/1401/planned_share")]),
        ("规划设置小学一所。", [("一所", "kept", "table:facilities/primary_school/count")]),
        ("规划设置3所小学。", [("3所", "missed", "table:facilities/primary_school/count")]),
        ("北街红线宽度24米。", [("24米", "kept", "table:streets/北街/red_line_width_m")]),
        ("规划期限为2021-2040年。", [("2040", "missed", "manifest:horizon")]),
        ("住宅用地绿地率不应低于30%。", [("30%", "not_evidenced", "")]),
        ("依据GB 50180-2018第4.0.2条，详见图3-2。", [
            ("GB 50180-2018", "context", ""), ("第4.0.2条", "context", ""), ("图3-2", "context", "")]),
    ],
)  # fmt: skip
def test_a_number_is_bound_to_what_it_speaks_of(small, text, found):
    assert numbers(small, text) == found


def test_a_number_without_a_subject_speaks_of_the_parcel_before(small):
    found = numbers(small, "地块K-A-01为住宅用地。建筑密度35%。")
    assert found == [("35%", "missed", "object:K-A-01/coverage_ratio")]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        # A ratio without its word, a quantity by another word, an object in brackets behind its figures.
        ("K-A-01：1.00公顷，1.8。", [
            ("1.00公顷", "kept", "object:K-A-01/area"), ("1.8", "kept", "object:K-A-01/far")]),
        ("将K-A-01地块的开发强度定为1.9。", [("1.9", "missed", "object:K-A-01/far")]),
        ("建蔽率40％以下（K-A-01）。", [("40％", "missed", "object:K-A-01/coverage_ratio")]),
        ("On the 1.2-hectare site K-A-01 stand homes.", [("1.2-hectare", "missed", "object:K-A-01/area")]),
        ("The 1.0-hectare site K-A-01 takes 9,999 m² of floor area.", [
            ("1.0-hectare", "kept", "object:K-A-01/area"),
            ("9,999 m²", "missed", "object:K-A-01/floor_area_m2")]),
        ("Homes on K-A-01 may cover 35% of the site.", [("35%", "missed", "object:K-A-01/coverage_ratio")]),
        # What a word says of the number before it is not said of the next one.
        ("K-A-01 keeps 30% of coverage on 1.20 ha of land.", [
            ("30%", "kept", "object:K-A-01/coverage_ratio"), ("1.20 ha", "missed", "object:K-A-01/area")]),
        # A share is of the planned land, and of what there was only where the text says so.
        ("公园绿地2.00公顷，为全部用地的9.99%。", [
            ("2.00公顷", "kept", "table:land_balance/1401/planned_ha"),
            ("9.99%", "missed", "table:land_balance/1401/planned_share")]),
        ("Park green space covers 22.22% of the planned land.", [
            ("22.22%", "kept", "table:land_balance/1401/planned_share")]),
        # A unit alone does not reach back to the sentence before.
        ("地块K-A-01为住宅用地。座谈会有412名代表参加。", [("412名", "not_evidenced", "")]),
    ],
)  # fmt: skip
def test_other_ways_to_say_a_figure_are_bound_by_what_they_can_only_mean(small, text, found):
    assert numbers(small, text) == found


@pytest.mark.parametrize(
    "text",
    [
        "末班车22:40发出，按50年一遇洪水和8度设防。",
        "始発は5時30分。法第12条の5第1項、別紙2および14ページによる。令和2年度から3年度まで。",
        "Trains run between 7:00 and 22:40; the 1-in-100-year flood level holds.",
    ],
)
def test_times_return_periods_and_articles_state_nothing_of_a_plan(small, text):
    assert {state for _, state, _ in numbers(small, text)} == {"context"}


def test_a_code_in_a_table_is_no_figure(small):
    document = docx.Document()
    table = document.add_table(rows=2, cols=3)
    for cells, values in zip(
        table.rows, [("用地代码", "用地类型", "规模（公顷）"), ("14", "公园绿地", "2.00")], strict=True
    ):
        for cell, value in zip(cells.cells, values, strict=True):
            cell.text = value
    found = [one for one in check_text(small, document).statements if one.kind == "number"]
    assert [(one.said, one.state) for one in found] == [("14", "context"), ("2.00", "kept")]


def test_names_are_bound_and_a_parcel_that_is_not_there_is_missed(small):
    found = [
        (one.said, one.state)
        for one in judged(small, "怡和养老院位于K-B-01地块，毗邻K-Z-09地块。")
        if one.kind == "name"
    ]
    assert found == [("怡和养老院", "represented"), ("K-B-01", "represented"), ("K-Z-09", "missed")]


def test_a_table_is_read_by_its_headings_and_their_units(small):
    document = docx.Document()
    table = document.add_table(rows=3, cols=4)
    rows = [
        ("地块编号", "用地面积（公顷）", "容积率", "建筑密度（%）"),
        ("K-A-01", "1.00", "1.8", "30"),
        ("K-B-01", "1.00", "2.5", "30"),
    ]
    for cells, values in zip(table.rows, rows, strict=True):
        for cell, value in zip(cells.cells, values, strict=True):
            cell.text = value
    found = [one for one in check_text(small, document).statements if one.kind == "number"]
    states = [("1.00", "kept"), ("1.8", "kept"), ("30", "kept"), ("1.00", "kept"), ("2.5", "missed")]
    assert [(one.said, one.state) for one in found] == [*states, ("30", "kept")]
    assert (found[4].place, found[4].right) == ("table 1, row 3, column 3", "1.8")


def test_a_disagreement_comes_back_as_a_comment_at_its_place_and_the_text_stays(small, tmp_path):
    document = docx.Document()
    paragraph = document.add_paragraph("地块K-A-01用地")
    paragraph.add_run("面积1.2").bold = True
    paragraph.add_run("0公顷，容积率1.8。")
    before = paragraph.text
    found = check_text(small, document)
    assert write_comments(document, found, "zh") == 1
    document.save(tmp_path / "out.docx")
    again = docx.Document(tmp_path / "out.docx")
    assert again.paragraphs[0].text == before
    comment = next(iter(again.comments))
    assert comment.text == "与规划不符：应为 1.00公顷（来源：object:K-A-01/area）"
    xml = again.paragraphs[0]._p.xml
    start, end = xml.index("commentRangeStart"), xml.index("commentRangeEnd")
    assert "".join(re.findall(r"<w:t[^>]*>([^<]*)</w:t>", xml[start:end])) == "1.20公顷"
    assert "<w:b/>" in xml[start:end]


WORD = nsdecls("w")
IN_CONTROL = (
    f"<w:sdt {WORD}><w:sdtPr/><w:sdtContent><w:p><w:r><w:t>地块K-A-01用地面积1.20公顷。</w:t></w:r></w:p>"
    "</w:sdtContent></w:sdt>"
)
IN_BOX = (
    f"<w:r {WORD} {nsdecls('mc', 'v')}><mc:AlternateContent>"
    "CHOICE<mc:Fallback><w:pict><v:shape><v:textbox><w:txbxContent><w:p><w:r><w:t>地块K-A-01用地面积1.30公顷。"
    "</w:t></w:r></w:p></w:txbxContent></v:textbox></v:shape></w:pict></mc:Fallback></mc:AlternateContent></w:r>"
)
DRAWN = (
    '<mc:Choice Requires="wps"><w:drawing><w:txbxContent><w:p><w:r><w:t>地块K-A-01用地面积1.30公顷。</w:t>'
    "</w:r></w:p></w:txbxContent></w:drawing></mc:Choice>"
)


def missed(view, document):
    return [(one.said, one.place) for one in check_text(view, document).statements if one.state == "missed"]


def reopened(document, tmp_path):
    document.save(tmp_path / "out.docx")
    return docx.Document(tmp_path / "out.docx")


def commented(paragraph):
    """The text that a paragraph's comment stands on."""
    xml = paragraph._p.xml
    inner = xml[xml.index("commentRangeStart") : xml.index("commentRangeEnd")]
    return "".join(re.findall(r"<w:t[^>]*>([^<]*)</w:t>", inner))


def test_what_stands_in_a_content_control_is_read(small, tmp_path):
    document = docx.Document()
    document.add_paragraph("前言。")
    document.element.body.insert(1, parse_xml(IN_CONTROL))
    assert missed(small, document) == [("1.20公顷", "paragraph 2")]
    assert write_comments(document, check_text(small, document)) == 1
    again = reopened(document, tmp_path)
    assert again.element.body.find(f"{qn('w:sdt')}//{qn('w:commentRangeStart')}") is not None


def test_a_content_control_within_a_paragraph_is_read_where_it_stands(small):
    document = docx.Document()
    paragraph = document.add_paragraph("地块K-A-01用地面积")
    control = "<w:sdt {}><w:sdtContent><w:r><w:t>1.20公顷</w:t></w:r></w:sdtContent></w:sdt>"
    paragraph._p.append(parse_xml(control.format(WORD)))
    paragraph.add_run("，容积率1.8。")
    found = [(one.said, one.state) for one in check_text(small, document).statements if one.kind == "number"]
    assert found == [("1.20公顷", "missed"), ("1.8", "kept")]
    assert write_comments(document, check_text(small, document)) == 1
    assert commented(paragraph) == "1.20公顷"


def test_a_table_in_a_cell_is_read_and_a_cell_over_several_columns_once(small):
    document = docx.Document()
    table = document.add_table(rows=3, cols=3)
    for cell, head in zip(table.rows[0].cells, ("地块编号", "用地面积（公顷）", "说明"), strict=True):
        cell.text = head
    table.cell(1, 0).text = "K-A-01"
    table.cell(1, 1).merge(table.cell(1, 2)).text = "1.20"
    inner = table.cell(2, 2).add_table(rows=2, cols=2)
    for cell, value in zip(inner._cells, ("地块编号", "容积率", "K-B-01", "2.5"), strict=True):
        cell.text = value
    assert missed(small, document) == [
        ("1.20", "table 1, row 2, column 2"),
        ("2.5", "table 1, row 3, column 3, table 1, row 2, column 2"),
    ]


def test_a_cell_that_spans_rows_is_read_once_and_names_each_of_them(small):
    document = docx.Document()
    table = document.add_table(rows=3, cols=3)
    for cell, head in zip(table.rows[0].cells, ("地块编号", "指标", "容积率"), strict=True):
        cell.text = head
    table.cell(1, 0).merge(table.cell(2, 0)).text = "K-A-01"
    table.cell(1, 2).text, table.cell(2, 2).text = "2.5", "1.8"
    statements = check_text(small, document).statements
    assert [one.said for one in statements if one.kind == "name"] == ["K-A-01"]
    numbers = [(one.said, one.state, one.bound_to) for one in statements if one.kind == "number"]
    assert numbers == [("2.5", "missed", "object:K-A-01/far"), ("1.8", "kept", "object:K-A-01/far")]


@pytest.mark.parametrize("choice", [DRAWN, ""], ids=["drawn twice", "for old programs alone"])
def test_a_text_box_is_read_once_and_its_comment_stands_at_what_holds_it(small, tmp_path, choice):
    document = docx.Document()
    paragraph = document.add_paragraph("见下框。")
    paragraph._p.append(parse_xml(IN_BOX.replace("CHOICE", choice)))
    assert missed(small, document) == [("1.30公顷", "paragraph 1, text box 1, paragraph 1")]
    assert write_comments(document, check_text(small, document)) == 1
    again = reopened(document, tmp_path)
    assert "1.30公顷" in next(iter(again.comments)).text
    assert again.paragraphs[0]._p.find(qn("w:commentRangeStart")).getnext().tag == qn("w:r")


def with_footnote(document, text):
    """A document with a footnote, made as Word keeps it: in a part of its own."""
    notes = (
        f'<w:footnotes {WORD}><w:footnote w:type="separator" w:id="-1"><w:p/></w:footnote>'
        f'<w:footnote w:id="4"><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:footnote></w:footnotes>'
    )
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"
    part = Part(PackURI("/word/footnotes.xml"), kind, notes.encode(), document.part.package)
    document.part.relate_to(part, RELATIONSHIP_TYPE.FOOTNOTES)
    paragraph = document.add_paragraph("容积率见注")
    paragraph._p.append(parse_xml(f'<w:r {WORD}><w:footnoteReference w:id="4"/></w:r>'))
    return document


def test_footnotes_and_headers_are_read_and_commented_where_the_body_refers_to_them(small, tmp_path):
    document = with_footnote(docx.Document(), "地块K-B-01容积率2.5。")
    document.sections[0].header.paragraphs[0].text = "规划居住人口400人"
    assert missed(small, document) == [
        ("2.5", "footnote 1, paragraph 1"),
        ("400人", "header 1, paragraph 1"),
    ]
    found = check_text(small, document)
    assert write_comments(document, found, "en") == 2
    again = reopened(document, tmp_path)
    told = "footnote 1, paragraph 1, “2.5”: The plan says otherwise: 1.8 (from object:K-B-01/far)"
    assert told in [one.text for one in again.comments]


def test_a_comment_beside_a_hyperlink_stands_on_its_figure(small, tmp_path):
    document = docx.Document()
    paragraph = document.add_paragraph("依据")
    link = f"<w:hyperlink {WORD}><w:r><w:t>某某规划公示页面</w:t></w:r></w:hyperlink>"
    paragraph._p.append(parse_xml(link))
    paragraph.add_run("，地块K-A-01用地面积1.20公顷。")
    before = paragraph.text
    assert write_comments(document, check_text(small, document)) == 1
    again = reopened(document, tmp_path).paragraphs[0]
    assert (commented(again), again.text) == ("1.20公顷", before)


def test_an_insertion_is_text_and_a_deletion_is_none(small):
    document = docx.Document()
    paragraph = document.add_paragraph("地块K-A-01用地面积")
    paragraph._p.append(parse_xml(f"<w:del {WORD}><w:r><w:delText>1.00公顷</w:delText></w:r></w:del>"))
    paragraph._p.append(parse_xml(f"<w:ins {WORD}><w:r><w:t>1.20公</w:t></w:r></w:ins>"))
    paragraph.add_run("顷。")
    assert missed(small, document) == [("1.20公顷", "paragraph 1")]
    assert write_comments(document, check_text(small, document)) == 1
    assert commented(paragraph) == "1.20公顷"


def test_dividing_a_run_keeps_the_note_and_the_break_that_stand_in_it(small):
    document = docx.Document()
    run = document.add_paragraph().add_run("地块K-A-01用地面积1.20公顷，")
    run._r.append(parse_xml(f'<w:footnoteReference {WORD} w:id="4"/>'))
    run.add_break()
    run.add_text("容积率2.5。")
    assert write_comments(document, check_text(small, document)) == 2
    xml = document.paragraphs[0]._p.xml
    assert (xml.count("footnoteReference"), xml.count("<w:br/>")) == (1, 1)
    assert document.paragraphs[0].text == "地块K-A-01用地面积1.20公顷，\n容积率2.5。"


def test_the_number_of_a_page_states_nothing(small):
    document = docx.Document()
    fields = "".join(
        f"<w:r>{one}</w:r>"
        for one in (
            "<w:t>地块K-A-01</w:t>",
            '<w:fldChar w:fldCharType="begin"/>',
            "<w:instrText> PAGEREF _Toc1 </w:instrText>",
            '<w:fldChar w:fldCharType="separate"/>',
            "<w:t>17</w:t>",
            '<w:fldChar w:fldCharType="end"/>',
        )
    )
    document.element.body.insert(0, parse_xml(f"<w:p {WORD}>{fields}</w:p>"))
    assert [one.kind for one in check_text(small, document).statements] == ["name"]


@pytest.mark.parametrize("seed", [1, 2])
def test_seeded_errors_in_thirty_pages_are_all_found_without_false_alarms(repo, seed):
    plan = read(repo / "examples" / "demonstration-zone")
    made = office_text(plan, seed)
    letters = sum(len(one.text) for one in made.document.paragraphs)
    assert letters > 30 * 700
    found = [one for one in check_text(a_view(plan), made.document).statements if one.kind == "number"]
    said = Counter(re.match(r"[0-9.]+", one.said)[0] for one in found if one.state == "missed")
    assert len(made.wrong) > 30
    assert said >= Counter(made.wrong), "an error that nobody found"
    false = sum((said - Counter(made.wrong)).values())
    assert false / made.stated < 0.02
    bound = [one for one in found if one.state in {"kept", "missed"}]
    assert len(bound) >= made.stated


@pytest.mark.long
@pytest.mark.parametrize("lang", ["zh", "en", "ja"])
def test_a_text_of_another_style_and_language_is_bound_as_well(repo, lang):
    plan = read(repo / "examples" / "demonstration-zone")
    made = foreign_text(plan, lang, seed=7)
    letters = sum(len(one.text) for one in made.document.paragraphs)
    assert letters > 30 * {"zh": 600, "en": 1500, "ja": 600}[lang]
    found = [one for one in check_text(a_view(plan), made.document).statements if one.kind == "number"]
    said = Counter(re.match(r"[0-9.]+", one.said)[0] for one in found if one.state == "missed")
    assert len(made.wrong) > 30
    assert said >= Counter(made.wrong), "an error that nobody found"
    assert sum((said - Counter(made.wrong)).values()) / made.stated < 0.02
    bound = sum(one.state in {"kept", "missed"} for one in found)
    assert bound >= made.stated
    assert sum(one.state == "not_evidenced" for one in found) / made.stated < 0.02


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Parcel K-A-01 has a site area of 1.00 ha.", [("1.00 ha", "kept", "object:K-A-01/area")]),
        ("With a plot ratio of 1.8, parcel K-B-01 covers 1.20 hectares.", [
            ("1.8", "kept", "object:K-B-01/far"), ("1.20 hectares", "missed", "object:K-B-01/area")]),
        ("The floor area ratio, site coverage and green ratio of K-B-01 are 1.8, 30% and 40% respectively.", [
            ("1.8", "kept", "object:K-B-01/far"), ("30%", "kept", "object:K-B-01/coverage_ratio"),
            ("40%", "missed", "object:K-B-01/green_ratio")]),
        ("The plan has a population of 300. It provides two primary schools.", [
            ("300", "kept", "measure:residents"),
            ("two", "missed", "table:facilities/primary_school/count")]),
        ("The planning period is 2021 to 2040; see Table 3-2 of Section 4.1, adopted on 5 May 2021.", [
            ("2040", "missed", "manifest:horizon"), ("Table 3-2", "context", ""),
            ("Section 4.1", "context", ""), ("5 May 2021", "context", "")]),
        ("区画K-B-01の容積率は180％、建蔽率は30％とする。", [
            ("180％", "kept", "object:K-B-01/far"), ("30％", "kept", "object:K-B-01/coverage_ratio")]),
        ("計画人口は300人、小学校は1校である。", [
            ("300人", "kept", "measure:residents"),
            ("1校", "kept", "table:facilities/primary_school/count")]),
    ],
)  # fmt: skip
def test_english_and_japanese_numbers_are_bound_to_what_they_speak_of(small, text, found):
    assert numbers(small, text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("It offers homes for 1950 people.", [("1950 people", 1950.0)]),
        ("An area of 2050 square metres, and 2000 residents.", [
            ("2050 square metres", 2050.0), ("2000 residents", 2000.0)]),
        ("With between 2000 and 2050 dwellings.", [("2000", 2000.0), ("2050 dwellings", 2050.0)]),
        ("A site from 2000 to 2050 m2.", [("2000", 2000.0), ("2050 m2", 2050.0)]),
        ("It grew by 2035 beds and 2000 parking spaces.", [
            ("2035 beds", 2035.0), ("2000 parking spaces", 2000.0)]),
        ("Adopted in 2021, for 2035 and beyond; from 2021 to 2035.", []),
        ("2021-2035年，2020年至2035年。", []),
        ("建筑面积2000～2050平方米。", [("2000", 2000.0), ("2050平方米", 2050.0)]),
        ("居民代表150人参会。", [("150人", 150.0)]),
        ("共有案件12件，附150个车位。", [("12", 12.0), ("150个车位", 150.0)]),
        ("详见图3-2、表2-1、附件2、附表4、附1，別表3。", []),
    ],
)  # fmt: skip
def test_a_number_before_what_it_counts_is_neither_a_year_nor_a_table(text, found):
    assert [(one.said, one.value) for one in scanned(text)] == found


def test_the_command_writes_comments_and_leaves_with_1_where_something_differs(small, tmp_path, capsys):
    write(small.plan, tmp_path / "plan")
    document = docx.Document()
    document.add_paragraph("地块K-A-01用地面积1.20公顷。")
    document.save(tmp_path / "in.docx")
    call = [
        "check",
        "text",
        str(tmp_path / "plan"),
        str(tmp_path / "in.docx"),
        "--out",
        str(tmp_path / "out.docx"),
    ]
    with pytest.raises(SystemExit) as left:
        main([*call, "--json"])
    assert left.value.code == 1
    told = json.loads(capsys.readouterr().out)
    assert told["counts"]["missed"] == 1
    wrong = next(one for one in told["statements"] if one["state"] == "missed")
    assert (wrong["right"], wrong["bound_to"]) == ("1.00公顷", "object:K-A-01/area")
    assert len(list(docx.Document(tmp_path / "out.docx").comments)) == 1


def test_a_file_that_is_no_word_document_is_refused(tmp_path, capsys):
    write(town(), tmp_path / "plan")
    (tmp_path / "in.docx").write_text("no document")
    with pytest.raises(SystemExit) as left:
        main(["check", "text", str(tmp_path / "plan"), str(tmp_path / "in.docx")])
    assert left.value.code == 2
    assert "cannot be read as a Word document" in capsys.readouterr().err


def test_a_text_that_goes_along_in_a_package_is_held_against_its_layers(small, tmp_path):
    from blockplan.deliver.door import deliver
    from blockplan.deliver.profile import load_delivery_profile

    document = docx.Document()
    document.add_paragraph("地块K-A-01用地面积1.20公顷，容积率1.8。")
    document.save(tmp_path / "说明书.docx")
    made = deliver(
        small.plan,
        small.result,
        load_delivery_profile("deqing"),
        tmp_path / "out",
        text=tmp_path / "说明书.docx",
    )
    found = [one.message["en"] for one in made.judgement.checks if one.rule == "qc-text"]
    assert found == [" object:K-A-01/area: 说明书.docx, paragraph 1 says 1.20公顷; the layer says 1.00公顷"]
