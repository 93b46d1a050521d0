"""A text that holds what the report prints is held against it figure by figure."""

from __future__ import annotations

import io
import re

import docx
import pytest
from tests.deliver.made import ANSWERS
from tests.town import town

from blockplan.check import check
from blockplan.deliver.handover import deliver
from blockplan.deliver.profile import load_delivery_profile
from blockplan.deliver.text import check_text
from blockplan.deliver.text.checking import _shapes
from blockplan.plan import read
from blockplan.report.renderers.docx import docx as render_docx
from blockplan.report.volume import volume


def printed_in(view, lang):
    return docx.Document(io.BytesIO(render_docx(volume(view.plan, view.result, lang))))


@pytest.mark.parametrize("lang", ["zh", "en", "ja"])
def test_the_reports_own_text_volume_is_bound_to_the_last_figure(small, lang):
    printed = printed_in(small, lang)
    found = check_text(small, printed)
    assert found.counts["missed"] == found.counts["not_evidenced"] == 0
    assert found.counts["kept"] > 40


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


@pytest.mark.long
@pytest.mark.parametrize("name", ["deqing", "hangzhou-xg"])
def test_the_reference_plan_is_handed_in_with_its_own_text_volume(tmp_path, name):
    # Loads, homes and jobs that no layer holds are reckoned by factors: that is no error of the text.
    plan = read("examples/demonstration-zone")
    result, profile = check(plan), load_delivery_profile(name)
    text = tmp_path / "text.docx"
    text.write_bytes(render_docx(volume(plan, result, "zh")))

    def faults(folder):
        found = deliver(plan, result, profile, tmp_path / folder, answers=ANSWERS, text=text)
        return [one.message["zh"] for one in found.judgement.checks if one.rule == "qc-text"]

    assert faults("sound") == []
    document = docx.Document(text)
    rows = [row for table in document.tables for row in table.rows if row.cells[0].text == "1401"]
    wrong = next(cell for row in rows for cell in row.cells if cell.text == "106.50")
    wrong.paragraphs[0].runs[0].text = "109.50"
    document.save(text)
    assert ["109.50" in one for one in faults("seeded")] == [True]
