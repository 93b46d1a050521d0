"""A Word file as text with places: what of it is read, and where its comments stand."""

import io
import re
import zipfile

import docx
import pytest
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml
from docx.oxml.ns import qn

from blockplan.deliver.text import check_text, write_comments
from blockplan.deliver.text.document import open_document
from blockplan.deliver.text.knowledge import knowledge
from blockplan.deliver.text.wording import source_said
from blockplan.errors import PlanDataError
from blockplan.texts import LANGUAGES

SPACES = {
    "w": "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    "mc": "http://schemas.openxmlformats.org/markup-compatibility/2006",
    "v": "urn:schemas-microsoft-com:vml",
}


def nsdecls(*names):
    return " ".join(f'xmlns:{name}="{SPACES[name]}"' for name in names)


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


def test_a_row_is_named_by_all_that_stands_before_a_figure(small):
    document = docx.Document()
    table = document.add_table(rows=3, cols=4)
    rows = (
        ("类别", "名称", "代码", "床位（张）"),
        ("居住用地", "怡和养老院", "0806", "80"),
        ("", "K-A-01", "070102", "60"),
    )
    for row, values in zip(table.rows, rows, strict=True):
        for cell, value in zip(row.cells, values, strict=True):
            cell.text = value
    assert missed(small, document) == [("80", "table 1, row 2, column 4")]


def test_headings_of_two_rows_tell_what_a_column_is_of(small):
    document = docx.Document()
    table = document.add_table(rows=4, cols=4)
    table.cell(0, 0).merge(table.cell(1, 0)).text = "用地名称"
    table.cell(0, 1).merge(table.cell(0, 2)).text = "面积（公顷）"
    table.cell(0, 3).merge(table.cell(1, 3)).text = "占比（%）"
    table.cell(1, 1).text, table.cell(1, 2).text = "现状", "规划"
    for at, value in enumerate(("公园绿地", "0.80", "3.00", "22.22")):
        table.cell(2, at).text = value
    assert missed(small, document) == [("3.00", "table 1, row 3, column 3")]


def test_a_column_of_another_year_is_of_another_plan(small):
    document = docx.Document()
    table = document.add_table(rows=2, cols=3)
    rows = (("Land use", "Area (ha)", "1987 (ha)"), ("Park green space", "3.00", "0.80"))
    for row, values in zip(table.rows, rows, strict=True):
        for cell, value in zip(row.cells, values, strict=True):
            cell.text = value
    assert missed(small, document) == [("3.00", "table 1, row 2, column 2")]


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
    told = "footnote 1, paragraph 1, “2.5”: The plan says otherwise: 1.8 (from floor area ratio of K-B-01)"
    assert told in [one.text for one in again.comments]


def test_a_comment_is_wholly_in_the_language_of_its_text_where_no_other_is_named(small, tmp_path):
    document = with_footnote(docx.Document(), "地块K-B-01容积率2.5。")
    document.sections[0].header.paragraphs[0].text = "规划居住人口400人"
    assert write_comments(document, check_text(small, document)) == 2
    told = sorted(one.text for one in reopened(document, tmp_path).comments)
    assert told == [
        "脚注 1，第 1 段，“2.5”：与规划不符：应为 1.8（来源：K-B-01 的容积率）",
        "页眉 1，第 1 段，“400人”：与规划不符：应为 300人（来源：居住人口）",
    ]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_all_that_a_figure_may_be_bound_to_is_said_in_words(small, lang):
    for one in knowledge(small).facts:
        said = source_said(one.bound_to, lang)
        assert ":" not in said, one.bound_to
        assert "_" not in said, one.bound_to
        own = re.sub(r"K-[A-Z]-01|KG-\d|[A-Z]+-\d+|m2|m²|PM2.5", "", said)
        # An object's own id, of itself or as the part that a measure is of.
        for id_ in (one.bound_to.split("/")[0][7:], one.bound_to.rpartition(":")[2]):
            own = own.replace(id_, "")
        assert lang == "en" or not re.search(r"[a-z]{3}", own)


def test_what_the_report_prints_is_named_by_its_section_and_line():
    said = {lang: source_said("report:land/公园绿地/规划面积（ha）", lang) for lang in LANGUAGES}
    assert said["zh"] == "土地使用，公园绿地，规划面积（ha）"
    assert said["en"].startswith("Land use, ")
    assert source_said("report:land/note", "zh") == "土地使用，说明"
    assert source_said("manifest:horizon", "ja") == "計画期間の末"


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


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (None, "There is no file"),
        (b"", "holds no text that could be checked"),
        (b"no document", "is none, or breaks off"),
        (bytes.fromhex("d0cf11e0a1b11ae1") + b"...", "of the old form (.doc)"),
        ("half", "is none, or breaks off"),
        ("blank", "holds no text that could be checked"),
        ("broken", "or is damaged"),
    ],
)
def test_a_file_that_cannot_be_checked_is_refused_by_what_is_wrong_with_it(tmp_path, data, told):
    path = tmp_path / "text.docx"
    if isinstance(data, str):
        docx.Document().save(path)
        whole = path.read_bytes()
        if data == "half":
            path.write_bytes(whole[: len(whole) // 2])
        elif data == "broken":
            with zipfile.ZipFile(io.BytesIO(whole)) as old, zipfile.ZipFile(path, "w") as new:
                for name in old.namelist():
                    new.writestr(name, old.read(name)[: 400 if name == "word/document.xml" else None])
    elif data is not None:
        path.write_bytes(data)
    with pytest.raises(PlanDataError, match=re.escape(told)):
        open_document(path)
