"""An office's text against its plan: bound, unbound, or a comment at its place with the right figure."""

import json
import re
from collections import Counter

import docx
import pytest
from tests.deliver.blind_text import BATCHES, blind_text
from tests.deliver.foreign_text import foreign_text
from tests.deliver.made import a_view, judged, numbers
from tests.deliver.office_text import office_text
from tests.support.town import town

from blockplan.cli import main
from blockplan.deliver.text import check_text, write_comments
from blockplan.deliver.text.scan import numbers as scanned
from blockplan.plan import read, write


@pytest.mark.long
@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("地块K-A-01用地面积1.00公顷。", [("1.00公顷", "kept", "object:K-A-01/area")]),
        ("地块K-A-01用地面积1.20公顷。", [("1.20公顷", "missed", "object:K-A-01/area")]),
        ("规划范围总用地面积9.00公顷，135亩。", [
            ("9.00公顷", "kept", "measure:land_balance"), ("135亩", "kept", "measure:land_balance")]),
        ("规划公园绿地2.00公顷，约33亩。", [
            ("2.00公顷", "kept", "table:land_balance/1401/planned_ha"),
            ("33亩", "missed", "table:land_balance/1401/planned_ha")]),
        ("规划范围总用地面积9.00公顷，33亩林地。", [
            ("9.00公顷", "kept", "measure:land_balance"), ("33亩", "not_evidenced", "")]),
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
        ("北街 has a right of way of 33 m with trees every 8 m.", [
            ("33 m", "missed", "table:streets/北街/red_line_width_m"), ("8 m", "not_evidenced", "")]),
        ("规划期限为2021-2040年。", [("2040", "missed", "manifest:horizon")]),
        ("规划期2020年启动编制，规划期限为2021年到2035年。", [
            ("2020年", "context", ""), ("2021年", "context", ""), ("2035", "kept", "manifest:horizon")]),
        ("规划期内近期2025年，远期到2030年。", [
            ("2025年", "context", ""), ("2030", "missed", "manifest:horizon")]),
        ("The planning period began in 2020.", [("in 2020", "context", "")]),
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
    ("text", "state", "bound_to"),
    [
        ("规划居住人口为9000人。", "missed", "measure:residents"),
        ("规划人口9000人。", "missed", "measure:residents"),
        ("The planned population is 9,000.", "missed", "measure:residents"),
        ("計画人口は9,000人である。", "missed", "measure:residents"),
        # It says the parcel's figure again, or speaks on of the parcel.
        ("规划居住人口为400人。", "kept", "object:01-01-01/residents"),
        ("该地块规划居住人口为420人。", "missed", "object:01-01-01/residents"),
        ("其规划居住人口为420人。", "missed", "object:01-01-01/residents"),
        ("居住人口420人。", "missed", "object:01-01-01/residents"),
    ],
)
def test_a_sentence_that_begins_with_the_planned_population_is_of_the_plan(views, text, state, bound_to):
    found = numbers(views["office-town"], f"01-01-01地块居住人口400人。{text}")
    assert found[-1][1:] == (state, bound_to)


def test_the_planned_population_behind_the_land_of_a_parcel_is_that_of_the_parcel(views):
    found = numbers(views["office-town"], "01-01-01地块用地面积8000平方米。规划居住人口420人。")
    assert found[-1] == ("420人", "missed", "object:01-01-01/residents")


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
    "text", ["K-A-01：1.9。", "K-A-01 1.9", "K-A-01地块（1.9）", "K-A-01: 1.00 ha, 1.9."]
)
def test_a_bare_ratio_right_behind_a_parcel_or_its_figure_is_its_floor_area_ratio(small, text):
    assert numbers(small, text)[-1] == ("1.9", "missed", "object:K-A-01/far")


@pytest.mark.parametrize(
    "text",
    [
        "K-A-01地块车位配比1.2。",
        "K-A-01地块停车位按0.8配置。",
        "K-A-01地块建筑间距：1.2。",
        "K-A-01地块日照标准1.5。",
        "K-A-01地块平均每户3.2。",
        "K-A-01地块地震动峰值加速度0.20。",
        "K-A-01、K-B-01地块的车位配比分别为1.2、0.8。",
        "On K-A-01 they are 1.5 times as high.",
        "Beside K-A-01, 1.5 times as high, stand homes.",
    ],
)
def test_a_bare_number_behind_any_other_word_is_no_floor_area_ratio(small, text):
    assert {(state, to) for _, state, to in numbers(small, text)} == {("not_evidenced", "")}


@pytest.mark.parametrize(
    "text",
    [
        "K-A-01地块路网密度8.5%。",
        "Green roofs cover 60% of parcel K-A-01.",
        "On parcel K-A-01 trees cover 30% of the courtyard.",
        "Trees around the homes cover 30% of parcel K-A-01.",
        "Of parcel K-A-01, 30% is covered by water.",
        "Greenery takes 30% of parcel K-A-01.",
        "A green wall shades 40% of parcel K-A-01.",
    ],
)
def test_a_share_of_a_parcel_that_is_no_coverage_and_no_green_ratio_is_unbound(small, text):
    assert [(state, to) for _, state, to in numbers(small, text)] == [("not_evidenced", "")]


@pytest.mark.parametrize(
    "text",
    [
        "Buildings cover 35% of parcel K-A-01.",
        "On parcel K-A-01, the new homes may cover 35% of the site.",
        "The homes of K-A-01 will not cover 35% of it.",
        "Of parcel K-A-01, 35% is covered by buildings.",
        "K-A-01: site coverage 35%.",
    ],
)
def test_what_buildings_cover_of_a_parcel_is_its_coverage(small, text):
    assert [(state, to) for _, state, to in numbers(small, text)] == [
        ("missed", "object:K-A-01/coverage_ratio")
    ]


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


def tabled(view, *rows):
    """The numbers of a table of one document."""
    document = docx.Document()
    table = document.add_table(rows=len(rows), cols=len(rows[0]))
    for cells, values in zip(table.rows, rows, strict=True):
        for cell, value in zip(cells.cells, values, strict=True):
            cell.text = value
    found = check_text(view, document).statements
    return [(one.said, one.state) for one in found if one.kind == "number"]


@pytest.mark.parametrize("head", ["用地代码", "用地代号", "編號", "番号", "Code", "Number", "Land-use code"])
def test_a_code_in_a_table_is_no_figure(small, head):
    found = tabled(small, (head, "用地类型", "规模（公顷）"), ("14", "公园绿地", "2.00"))
    assert found == [("14", "context"), ("2.00", "kept")]


@pytest.mark.parametrize("head", ["Number of beds", "No. of beds"])
def test_a_column_that_counts_is_no_column_of_codes(small, head):
    found = tabled(small, ("Facility", head), ("怡和养老院", "60"), ("怡和养老院", "75 beds"))
    assert found[1] == ("75 beds", "missed")
    assert found[0][1] != "context"


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
    assert comment.text == "与规划不符：应为 1.00公顷（来源：K-A-01 的用地面积）"
    xml = again.paragraphs[0]._p.xml
    start, end = xml.index("commentRangeStart"), xml.index("commentRangeEnd")
    assert "".join(re.findall(r"<w:t[^>]*>([^<]*)</w:t>", xml[start:end])) == "1.20公顷"
    assert "<w:b/>" in xml[start:end]


@pytest.mark.long
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


@pytest.mark.long
def test_a_text_that_goes_along_in_a_package_is_held_against_its_layers(small, tmp_path):
    from blockplan.deliver.handover import deliver
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
    (found,) = (one for one in made.judgement.checks if one.rule == "qc-text")
    assert found.id == "object:K-A-01/area"
    assert found.message["zh"] == "K-A-01 的用地面积：说明书.docx, 第 1 段 为 1.20公顷，图层为 1.00公顷"
    assert found.message["en"] == (
        "site area of K-A-01: 说明书.docx, paragraph 1 says 1.20公顷; the layer says 1.00公顷"
    )


@pytest.mark.long
@pytest.mark.parametrize("profile", ["zhongshan", "wenzhou"])
def test_what_a_profile_has_no_field_for_is_no_fault_of_a_text_that_goes_along(views, tmp_path, profile):
    from blockplan.deliver.handover import deliver
    from blockplan.deliver.profile import load_delivery_profile

    document = docx.Document()
    document.add_paragraph("规划小学1所、幼儿园3所，位于01-01-01、02-02-02、02-04-03地块。")
    document.add_paragraph("文化活动中心位于02-02-04地块，建筑面积3000平方米；02-03-02地块容积率不大于3.8。")
    document.add_paragraph("预测用水量约3834.5立方米/日，生活垃圾10.8吨/日。")
    document.save(tmp_path / "说明书.docx")
    view = views["office-town"]
    made = deliver(
        view.plan, view.result, load_delivery_profile(profile), tmp_path / "out",
        text=tmp_path / "说明书.docx", sheets=False,
    )  # fmt: skip
    assert [one.id for one in made.judgement.checks if one.rule == "qc-text"] == ["object:02-03-02/far"]


@pytest.mark.long
@pytest.mark.parametrize(
    ("text", "bound_to"),
    [
        # Of the parcel or the whole plan, whatever facility the sentence names beside it.
        ("K-A-01地块用地面积2.50公顷，幼儿园位于其东侧。", "object:K-A-01/area"),
        ("幼儿园位于K-B-01地块，K-A-01地块用地面积2.50公顷。", "object:K-A-01/area"),
        ("规划总建筑面积90万平方米，含小学一所。", "layer:parcels/floor_area_m2"),
        ("K-A-01地块用地面积2.50公顷。", "object:K-A-01/area"),
        # Of the facility, whose area no field holds.
        ("文化活动中心位于K-A-01地块，用地面积2.50公顷。", ""),
        ("K-A-01地块设用地面积2.50公顷的文化活动中心。", ""),
    ],
)
def test_a_figure_of_a_parcel_or_the_plan_is_held_beside_a_facility_without_a_field(
    small, tmp_path, text, bound_to
):
    from types import SimpleNamespace

    from blockplan.deliver.profile import load_delivery_profile
    from blockplan.deliver.quality.agreement import documents

    document = docx.Document()
    document.add_paragraph(text)
    document.save(tmp_path / "说明书.docx")
    package = SimpleNamespace(
        profile=load_delivery_profile("zhongshan"), folder=tmp_path, place=lambda _: None
    )
    facts = SimpleNamespace(plan=small.plan, package=package)
    found = [one.id for one in documents(facts) if "/" in one.id]
    assert found == ([bound_to] if bound_to else [])


@pytest.mark.parametrize(
    ("batch", "lang"),
    [
        pytest.param(one, lang, marks=pytest.mark.long if one == "fourth" else pytest.mark.soak)
        for one in BATCHES
        for lang in BATCHES[one]
    ],
)
def test_texts_that_the_scanner_was_not_written_for_are_read(repo, batch, lang):
    plan = read(repo / "examples" / "demonstration-zone")
    made = blind_text(plan, lang, batch)
    found = [one for one in check_text(a_view(plan), made.document).statements if one.kind == "number"]
    said = Counter(
        re.match(r"[0-9.,]+", one.said)[0].replace(",", "") for one in found if one.state == "missed"
    )
    wrong = Counter(made.wrong)
    assert len(made.wrong) > 20
    assert (said & wrong).total() / wrong.total() > 0.9
    assert (said - wrong).total() / made.stated < 0.02


def test_a_number_under_a_heading_of_numbers_is_listed(small):
    document = docx.Document()
    table = document.add_table(rows=2, cols=1)
    table.cell(0, 0).text, table.cell(1, 0).text = "No.", "14"
    found = check_text(small, document).statements
    assert [(one.said, one.state) for one in found if one.kind == "number"] == [("14", "context")]


@pytest.mark.parametrize(
    ("text", "counted"),
    [
        ("规划共4街区。", True), ("計画区域は4街区からなる。", True), ("4街区に分ける。", True),
        ("第3街区以住宅为主。", False), ("位于第 3 街坊。", False), ("3街区の人口を示す。", False),
        ("3街区まで延ばす。", False),
    ],
)  # fmt: skip
def test_the_number_of_a_block_is_no_count_of_blocks(text, counted):
    assert any(one.unit == "街区" for one in scanned(text)) is counted
