"""Texts that speak of classes of land, phases, streets of a class, loads: figures of the office's tables."""

import docx
import pytest
from tests.deliver.made import a_view, numbers

from blockplan.check import check
from blockplan.deliver.text import check_text
from blockplan.deliver.text.wording import source_said
from blockplan.report.view import View


@pytest.mark.parametrize(
    ("text", "found"),
    [
        # A class: a head of residents, parcels, floor, what its parcels have alike.
        ("公园绿地2.00公顷，人均66.67平方米。", [("2.00公顷", "kept"), ("66.67平方米", "kept")]),
        ("公园绿地2.00公顷，人均67.66平方米。", [("2.00公顷", "kept"), ("67.66平方米", "missed")]),
        ("城镇住宅用地共4个地块。", [("4个", "missed")]),
        ("规划科研建筑面积18000平方米，教育建筑面积19000平方米。", [
            ("18000平方米", "kept"), ("19000平方米", "missed")]),
        ("居住地块容积率不大于1.8，建筑密度不大于35%。", [("1.8", "kept"), ("35%", "missed")]),
        # A figure that only its object parts from the one before.
        ("K-A-01 has 18,000 m² of floor area, K-B-01 18,100.", [("18,000 m²", "kept"), ("18,100", "missed")]),
        # Two figures of the whole plan make the third one of it.
        ("规划人口300人，住宅120套，建筑面积16.3万平方米。", [
            ("300人", "kept"), ("120套", "kept"), ("16.3万平方米", "missed")]),
    ],
)  # fmt: skip
def test_what_the_offices_tables_say_is_held_against_the_text(small, text, found):
    assert [one[:2] for one in numbers(small, text)] == found


BUT_PARKS = "layer:parcels/-1401/count"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        # Of all parcels and all land the rest can be counted, whichever side the exclusion stands on.
        ("规划范围共7个地块（不含公园绿地）。", ("7个", "kept", BUT_PARKS)),
        ("规划范围共8个地块（不含公园绿地）。", ("8个", "missed", BUT_PARKS)),
        ("除公园绿地外，规划共7个地块。", ("7个", "kept", BUT_PARKS)),
        ("规划共6个地块（不含公园绿地和科研用地）。", ("6个", "kept", "layer:parcels/-1401-0802/count")),
        ("规划总用地面积7.00公顷，不包括公园绿地。", ("7.00公顷", "kept", "layer:parcels/-1401/area")),
        ("The plan has a total of 8 parcels (excluding park green space).", ("8", "missed", BUT_PARKS)),
        ("計画区域は8区画（公園緑地を除く）に区分する。", ("8区画", "missed", BUT_PARKS)),
        ("公園緑地を除く7区画に容積率を定める。", ("7区画", "kept", BUT_PARKS)),
        ("計画区域のうち公園緑地以外の7区画について定める。", ("7区画", "kept", BUT_PARKS)),
        ("除公园绿地以外的7个地块均规定容积率。", ("7个", "kept", BUT_PARKS)),
        ("公園緑地を除く6区画に容積率を定める。", ("6区画", "doubtful", BUT_PARKS)),
        ("公園緑地を除く区域に3区画を設ける。", ("3区画", "not_evidenced", "")),
        # Of a part of the plan, not of all of it.
        ("K-A街坊内除公园绿地以外的3个地块均规定容积率。", ("3个", "not_evidenced", "")),
        ("街区K-Aのうち公園緑地を除く3区画について定める。", ("3区画", "not_evidenced", "")),
        ("一期建设除公园绿地以外的3个地块。", ("3个", "not_evidenced", "")),
        # A count of something else; without an exclusion, of all.
        ("规划共5个地块（不含配套设施地块）。", ("5个", "not_evidenced", "")),
        ("规划小学2所（不含民办学校）。", ("2所", "not_evidenced", "")),
        ("规划共8个地块（含公园绿地）。", ("8个", "missed", "layer:parcels/count")),
    ],
)  # fmt: skip
def test_a_figure_that_leaves_something_out_is_held_against_the_rest(small, text, found):
    assert numbers(small, text) == [found]


@pytest.mark.parametrize(
    "text", ["公園緑地を除く全7区画の面積は7.00haである。", "除公园绿地以外的7个地块总面积7.00公顷。"]
)
def test_the_area_of_the_other_parcels_is_not_held_against_that_of_the_class_left_out(small, text):
    count, area = numbers(small, text)
    assert count[1:] == ("kept", BUT_PARKS)
    assert area[1] in {"kept", "not_evidenced"}


@pytest.mark.long
@pytest.mark.parametrize("text", ["K-B-01 has a floor area of 18,000 m².", "K-B-01地块建筑面积18000平方米。"])
def test_floor_area_that_a_plan_does_not_state_is_not_that_of_the_land(small, text):
    parcels = small.plan.layer("parcels").assign(floor_area_m2=None, floor_area_m2_max=None)
    bare = small.plan.replace(parcels=parcels)
    view = View(bare, check(bare, packs=["gb50137"]), small.words)
    assert [one[1] for one in numbers(view, text)] == ["not_evidenced"]


def test_jobs_are_counted_by_the_measure_and_never_as_something_named_in_another_clause(small):
    text = "规划提供就业岗位约{}个，主要集中在北街的K-A街坊。"
    said = [numbers(small, text.format(number))[0][1:] for number in (1114, 900, 1200)]
    assert said == [("kept", "measure:jobs"), ("missed", "measure:jobs"), ("not_evidenced", "")]


LOADS = "规划支路长800米，日用水量529.5立方米，用电负荷4340千瓦。"


@pytest.mark.parametrize(
    ("more", "state"), [("污水量416.1立方米。", "missed"), ("污水量500.0立方米。", "doubtful")]
)
def test_loads_are_the_plans_where_two_of_a_text_agree_with_it(small, more, state):
    found = {said: found for said, found, _ in numbers(small, LOADS, more)}
    assert found["529.5立方米"] == found["800米"] == "kept"
    assert found["4340千瓦"] == state


@pytest.mark.parametrize(
    "text",
    [
        # Those within reach of a facility, or not, do not live on its parcel.
        "怡和养老院位于K-B-01地块，尚有2个地块、50名居民距养老院超过300米。",
        # Some parcels, not all of them.
        "规划住宅最高54米，3个地块均超出。",
        # More than something else that has so much.
        "公园绿地人均66.67平方米，远高于中心城区现状的8.9平方米。",
        # So much each, and what somebody calls theirs.
        "The nursing homes have 40 beds each, and their three primary schools are full.",
        # The next thing's figure comes behind its name.
        "Ponds cover 3.5 ha and park green space 2.00 ha.",
        # A plant has so much, not the plan; a target is none of its figures.
        "镇水厂现状规模1.5万立方米/日。",
        "公园绿地2.00公顷，人均9平方米的目标按全镇统筹。",
        # Whose streets or parcels are counted.
        "该街区共划分12个街坊。",
    ],
)
def test_those_reached_some_others_and_each_are_no_alarm(small, text):
    assert "missed" not in [state for _, state, _ in numbers(small, text)]


@pytest.mark.parametrize(
    ("of", "said"),
    [
        ("layer:parcels/0802/floor_area_m2", "floor area of Research"),
        ("layer:parcels/-1401-0802/count", "number of all parcels but Park green space and Research"),
        ("table:parcels/0701/far", "floor area ratio of Urban housing"),
        ("table:phases/2/phase_ha", "Land of Phase 2"),
        ("table:loads/total/water_m3_d", "Water of all parcels"),
        ("table:streets/total/density", "Density of all streets"),
        ("measure:population_density/block:K", "Population density of K"),
        ("object:A-01/02", "A-01/02"),
        ("object:A-01/02/far", "floor area ratio of A-01/02"),
        ("table:streets/North Street/lanes", "lanes of North Street"),
    ],
)
def test_where_such_a_figure_comes_from_is_said_in_words(of, said):
    assert source_said(of, "en") == said


@pytest.mark.long
@pytest.mark.parametrize(
    ("stated", "text", "state"),
    [
        ({}, "住宅配建停车位9000个。", "not_evidenced"),
        ({"K-A-01": 50, "K-D-01": 50}, "住宅配建停车位9000个。", "not_evidenced"),
        ({"K-A-01": 50, "K-D-01": 50, "K-I-01": 50}, "住宅配建停车位150个。", "kept"),
        ({"K-A-01": 50, "K-D-01": 50, "K-I-01": 50}, "住宅配建停车位9000个。", "missed"),
        # What the plan states of some parcels is the least that it has; factors for the others tell nothing.
        ({"K-A-01": 50}, "全区规划停车位50个。", "kept"),
        ({"K-A-01": 50}, "全区规划停车位758个。", "not_evidenced"),
        ({"K-A-01": 50}, "全区规划停车位40个。", "missed"),
        (dict.fromkeys([f"K-{id_}-01" for id_ in "ABCDEHI"], 50), "全区规划停车位758个。", "missed"),
    ],
)
def test_parking_is_held_against_what_the_plan_states_and_never_against_factors(small, stated, text, state):
    parcels = small.plan.layer("parcels")
    # Parks without floor area need no spaces.
    parcels = parcels.assign(
        far=parcels["far"].where(parcels["land_use"] != "1401", 0.0),
        floor_area_m2=parcels["floor_area_m2"].where(parcels["land_use"] != "1401", 0.0),
        parking_spaces=parcels.index.map(stated).astype(float),
    )
    assert [one[1] for one in numbers(a_view(small.plan.replace(parcels=parcels)), text)] == [state]


def test_a_files_number_that_has_a_year_in_it_is_no_parcel(small):
    found = check_text(small, _document("控规已批复，编号K-2022-03。")).statements
    assert "missed" not in [one.state for one in found]


def test_the_sum_line_of_a_table_is_of_the_whole_plan_where_its_other_figures_are(small):
    rows = [("街区", "人口", "户数", "建筑面积（m²）"), ("甲", "200", "80", "90000")]
    for sum_, state in (("300", "missed"), ("310", "doubtful")):
        found = check_text(small, _table([*rows, ("合计", sum_, "120", "126000")])).statements
        assert [one.state for one in found if one.said == "126000"] == [state]


def test_a_decimal_in_a_table_names_no_row(small):
    rows = [("用地", "面积（公顷）", "人均（m²）"), ("公园绿地", "2.0", "67.66")]
    found = check_text(small, _table(rows)).statements
    assert [(one.said, one.state) for one in found] == [("2.0", "kept"), ("67.66", "missed")]


def _document(text):
    document = docx.Document()
    document.add_paragraph(text)
    return document


def _table(rows):
    document = docx.Document()
    table = document.add_table(rows=len(rows), cols=len(rows[0]))
    for line, texts in zip(table.rows, rows, strict=True):
        for cell, text in zip(line.cells, texts, strict=True):
            cell.text = text
    return document


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("怡和养老院位于K-B-01地块，床位60张。", []),
        ("怡和养老院60床，位于K-A-01地块。", ["K-A-01"]),
        ("公园绿地2.00公顷，位于K-A-01地块。", ["K-A-01"]),
        ("怡和养老院毗邻K-A-01地块。", []),
        ("现状养老院位于K-A-01地块。", []),
    ],
)
def test_what_lies_elsewhere_is_missed_at_the_number_of_the_parcel(small, text, wrong):
    found = check_text(small, _document(text)).statements
    assert [one.said for one in found if one.state == "missed"] == wrong
