"""Drawings: encodings, blocks, arcs, and each defect of lines found, and healed only as far as allowed."""

from __future__ import annotations

import contextlib
import math
import random
import shutil

import numpy as np
import pytest
import shapely
from tests.exchange.office.conftest import rules
from tests.exchange.office.drawn import DEFECTS, EAST, NORTH, Sheet, broken, sound

from blockplan.errors import PlanDataError
from blockplan.exchange.office.drawing_content import DrawnLine
from blockplan.exchange.office.drawings import _street_in, _width_in, read_drawing
from blockplan.exchange.office.profile import load_profile
from blockplan.exchange.office.rings import rings_of


def found(result):
    """What is wrong with the lines: rule -> (measured, x, y) from the corner of the sheet."""
    table = {}
    for one in result.findings:
        if one.rule.startswith("cad-"):
            table.setdefault(one.rule, []).append((one.measured, one.x - EAST, one.y - NORTH))
    return table


def test_a_ring_around_a_stops_sign_is_no_second_stop(folder, brought):
    sheet = Sheet()
    sound(sheet)
    block = sheet.document.blocks.new("站点")
    block.add_attdef("站名", (0, 0))
    for at, name in ((50, "东门"), (250, "西门")):
        sheet.box(at - 5, 110, at + 5, 120, layer="公交站点")
        mark = sheet.space.add_blockref("站点", sheet.at(at, 115), dxfattribs={"layer": "公交站点"})
        mark.add_auto_attribs({"站名": name})
    sheet.save(folder / "a.dxf")
    plan, _ = brought()
    stops = plan.layer("stops")
    assert sorted(stops["name_zh"]) == ["东门", "西门"]
    assert set(stops.geom_type) == {"Point"}


def test_a_sound_drawing_comes_in_without_a_word_on_its_lines(folder, brought):
    sheet = Sheet()
    sound(sheet)
    sheet.save(folder / "规划地块.dxf")
    plan, result = brought()
    parcels = plan.layers["parcels"]
    assert list(parcels.index) == ["A-01", "A-02", "A-03", "A-04"]
    assert parcels.geometry.area.tolist() == [10_000.0] * 4
    assert set(parcels["land_use_given"]) == {"R2"}
    assert found(result) == {}


def test_each_defect_of_a_drawing_is_found_with_size_and_place_and_nothing_else(folder, brought):
    sheet = Sheet()
    broken(sheet)
    sheet.save(folder / "drawing.dxf")
    _, result = brought()
    seen = found(result)
    assert {rule: len(many) for rule, many in seen.items()} == {
        rule: len(many) for rule, many in DEFECTS.items()
    }
    for rule, wanted in DEFECTS.items():
        for measured, x, y in wanted:
            near = [
                one
                for one in seen[rule]
                if one[0] == pytest.approx(measured, abs=0.001)
                and (x is None or math.dist(one[1:], (x, y)) < 0.1)
            ]
            assert len(near) == 1, (rule, measured, x, y, seen[rule])


def test_nothing_is_healed_beyond_what_the_user_allows(folder, brought):
    sheet = Sheet()
    broken(sheet)
    sheet.save(folder / "drawing.dxf")
    plan, result = brought(heal_m=0.25)
    healed = sorted((one["what"], one["measured_m"]) for one in result.made["healed"])
    # Of the gaps the one of 0.2 m, of the rest what is not wider than 0.25 m.
    assert healed == [
        ("cad-duplicate", 100.0), ("cad-duplicate", 400.0), ("cad-sliver", 0.1), ("cad-unclosed", 0.2),
    ]  # fmt: skip
    assert "B-03" in plan.layers["parcels"].index
    assert "B-01" not in plan.layers["parcels"].index
    assert plan.layers["parcels"].geometry["C-06"].area == pytest.approx(10_010, abs=0.1)


def test_a_wide_tolerance_heals_gap_overlap_and_dangle_and_lists_each(folder, brought):
    sheet = Sheet()
    broken(sheet)
    sheet.save(folder / "drawing.dxf")
    plan, result = brought(heal_m=0.5)
    counts = [one["what"] for one in result.made["healed"]]
    assert {rule: counts.count(rule) for rule in counts} == {
        "cad-unclosed": 2, "cad-duplicate": 2, "cad-overlap": 1, "cad-dangle": 1, "cad-sliver": 1,
    }  # fmt: skip
    parcels = plan.layers["parcels"]
    assert parcels.geometry["C-03"].area == pytest.approx(10_000, abs=0.1)
    assert parcels.geometry["B-01"].area == pytest.approx(10_000, abs=0.1)
    assert not parcels.geometry["C-02"].overlaps(parcels.geometry["C-03"])


@pytest.mark.parametrize(("version", "encoding"), [("R12", "gbk"), ("R2000", "gbk"), ("R2010", None)])
def test_chinese_layers_and_texts_are_read_in_every_code_page(folder, brought, version, encoding):
    sheet = Sheet(version, encoding)
    sheet.space.add_text("x", dxfattribs={"layer": "规划地块"}).set_placement(sheet.at(-500, 0))
    points = [(0, 0), (100, 0), (100, 100), (0, 100), (0, 0)]
    sheet.space.add_polyline2d([sheet.at(*one) for one in points], dxfattribs={"layer": "规划地块"})
    sheet.text("A-01", 50, 50)
    sheet.text("容积率：≤2.0", 50, 40, "文字")
    sheet.text("小学一所（24班）", 50, 30, "文字")
    sheet.text("A33", 50, 20, "文字")
    sheet.save(folder / "a.dxf")
    plan, _ = brought()
    parcel = plan.layers["parcels"].loc["A-01"]
    assert parcel["far_max"] == 2.0
    assert plan.layers["facilities"]["service"].tolist() == ["primary_school"]


def test_escapes_of_old_programs_are_read(folder, brought):
    sheet = Sheet("R2000", "gbk")
    sheet.box(0, 0, 100, 100, layer=r"\U+89C4\U+5212\U+5730\U+5757", number="A-01")
    sheet.text(r"\M+5C8DD\M+5BBFD\M+5C2CA: 2.5", 50, 40, "T")
    sheet.text(r"\U+7EFF\U+5730\U+7387=35%", 50, 60, "T")
    sheet.save(folder / "a.dxf")
    plan, _ = brought()
    assert list(plan.layers["parcels"].index) == ["A-01"]
    assert plan.layers["parcels"]["green_ratio_min"].tolist() == [0.35]
    assert plan.layers["parcels"]["far_max"].tolist() == [2.5]


def test_attributes_of_blocks_and_texts_at_leaders_belong_to_the_parcel_they_point_to(folder, brought):
    sheet = Sheet()
    sheet.box(0, 0, 100, 100)
    sheet.box(100, 0, 200, 100, number="A-02", use="G1")
    block = sheet.document.blocks.new("指标块")
    for at, (tag, value) in enumerate([("DKBH", ""), ("YDDM", ""), ("RJL", "")]):
        block.add_attdef(tag, (0, -5 * at), value, height=3)
    mark = sheet.space.add_blockref("指标块", sheet.at(50, 50), dxfattribs={"layer": "指标"})
    mark.add_auto_attribs({"DKBH": "A-01", "YDDM": "R2", "RJL": "≤1.8"})
    leader = sheet.space.add_leader([sheet.at(150, 50), sheet.at(250, 50)])
    text = sheet.space.add_mtext("建筑限高：24米", dxfattribs={"insert": sheet.at(260, 50), "char_height": 3})
    leader.dxf.annotation_handle = text.dxf.handle
    sheet.save(folder / "a.dxf")
    plan, result = brought()
    parcels = plan.layers["parcels"]
    assert parcels.loc["A-01", "far_max"] == 1.8
    assert parcels.loc["A-02", "height_m_max"] == 24.0
    assert found(result) == {}


def test_arcs_become_chords_within_the_stated_tolerance(folder, brought):
    sheet = Sheet()
    sheet.box(0, 0, 100, 100, number="A-01")
    sheet.ring([(200, 0), (300, 0, 1.0), (300, 100), (200, 100)])
    sheet.text("A-02", 250, 50)
    sheet.space.add_circle(sheet.at(500, 50), 40, dxfattribs={"layer": "规划地块"})
    sheet.text("A-03", 500, 50)
    sheet.save(folder / "a.dxf")
    plan, result = brought()
    areas = plan.layers["parcels"].geometry.area
    # Chords that lie at most 5 mm off lose at most two thirds of that along the arc.
    assert 0 <= 10_000 + math.pi * 50**2 / 2 - areas["A-02"] <= 0.005 * math.pi * 50 * 2 / 3
    assert 0 <= math.pi * 40**2 - areas["A-03"] <= 0.005 * math.pi * 80 * 2 / 3
    assert [one.measured for one in rules(result, "cad-arc")] == [0.005, 0.005]


def test_neighbours_along_an_arc_share_it_to_the_millimetre(folder, brought):
    sheet = Sheet()
    sheet.ring([(0, 0), (100, 0, 0.3), (100, 100), (0, 100)])
    sheet.text("A-01", 50, 50)
    sheet.ring([(100, 100, -0.3), (100, 0), (200, 0), (200, 100)])
    sheet.text("A-02", 170, 50)
    sheet.save(folder / "a.dxf")
    plan, result = brought()
    one, other = plan.layers["parcels"].geometry
    assert shapely.intersection(one, other).area < 1e-6
    assert set(found(result)) == {"cad-arc"}


def test_fills_and_layers_named_after_a_use_say_the_use(folder, brought):
    sheet = Sheet()
    sheet.box(0, 0, 100, 100, layer="YD-R2")
    sheet.text("A-01", 50, 50)
    sheet.box(100, 0, 200, 100, layer="地块线")
    sheet.text("A-02", 150, 50)
    hatch = sheet.space.add_hatch(dxfattribs={"layer": "G1"})
    hatch.paths.add_polyline_path([sheet.at(*one) for one in ((100, 0), (200, 0), (200, 100), (100, 100))])
    sheet.save(folder / "a.dxf")
    plan, result = brought()
    assert dict(plan.layers["parcels"]["land_use_given"]) == {"A-01": "R2", "A-02": "G1"}
    assert found(result) == {}


def test_a_ring_in_a_ring_is_cut_out_of_it(folder, brought):
    sheet = Sheet()
    sheet.ring([(0, 0), (100, 0), (100, 100), (0, 100)])
    sheet.text("A-01", 20, 20)
    sheet.box(40, 40, 60, 60, number="A-02")
    sheet.save(folder / "a.dxf")
    plan, result = brought()
    assert plan.layers["parcels"].geometry.area.to_dict() == {"A-01": 9_600.0, "A-02": 400.0}
    assert found(result) == {}


def test_an_outline_in_one_that_crosses_itself_is_cut_out_of_it(folder, brought):
    sheet = Sheet()
    sheet.ring([(0, 0), (100, 100), (100, 0), (0, 100)])  # a bow of two triangles of 2,500 m2
    sheet.text("A-01", 30, 50)
    sheet.box(5, 40, 15, 60, number="A-02")
    sheet.save(folder / "a.dxf")
    plan, _ = brought()
    assert plan.layers["parcels"].geometry.area.round(3).to_dict() == {"A-01": 4_800.0, "A-02": 200.0}


def scribbled(dice):
    """A few outlines and lines without sense: crossing themselves and each other, meeting, in one."""
    drawn = []
    for _ in range(dice.randint(2, 9)):
        size, odd = dice.choice([1, 5, 20]), dice.choice([1, 1.0004, 10])
        points = [(dice.randint(0, size) * odd, dice.randint(0, size)) for _ in range(dice.randint(3, 9))]
        drawn.append((points, dice.random() < 0.7))
    return drawn


@pytest.mark.long
@pytest.mark.parametrize("heal_m", [0.0, 0.05, 2.0])
def test_no_outline_however_drawn_ends_the_reading_of_lines(heal_m):
    for round_ in range(100):
        lines = []
        for points, closed in scribbled(random.Random(round_)):
            table = np.array(points + points[: int(closed)], dtype=float) + EAST
            lines.append(DrawnLine("0", "LWPOLYLINE", table, closed))
        for one in rings_of(lines, heal_m).rings:
            assert {part.geom_type for part in shapely.get_parts([one.shape])} == {"Polygon"}, round_


@pytest.mark.parametrize("rounds", [10, pytest.param(150, marks=pytest.mark.long)])
def test_a_drawing_without_sense_is_a_plan_or_refused(folder, called, tmp_path, rounds):
    for round_ in range(rounds):
        sheet = Sheet()
        for points, closed in scribbled(random.Random(round_)):
            sheet.ring([(20 * x, 20 * y) for x, y in points], closed=closed)
            sheet.text(f"A-{len(sheet.space)}", 20 * points[0][0] + 1, 20 * points[0][1] + 1)
        sheet.save(folder / "a.dxf")
        shutil.rmtree(tmp_path / "plan", ignore_errors=True)
        code, said = called(folder / "a.dxf")
        assert code == 0 or isinstance(said.exception, PlanDataError), (round_, said.exception)


def test_a_line_through_an_outline_divides_it(folder, brought):
    sheet = Sheet()
    sheet.ring([(0, 0), (100, 0), (100, 100), (0, 100)])
    sheet.line((30, 0), (30, 100))
    sheet.text("A-01", 15, 50)
    sheet.text("A-02", 65, 50)
    sheet.save(folder / "a.dxf")
    plan, result = brought()
    assert plan.layers["parcels"].geometry.area.to_dict() == {"A-01": 3_000.0, "A-02": 7_000.0}
    assert set(found(result)) == {"cad-lines"}


def test_a_drawing_in_millimetres_is_brought_into_metres(folder, brought):
    sheet = Sheet()
    sound(sheet)
    for entity in sheet.space:
        entity.scale(1000, 1000, 1000)
    sheet.save(folder / "a.dxf")
    plan, result = brought()
    assert plan.layers["parcels"].geometry.area.round(3).tolist() == [10_000.0] * 4
    assert len(rules(result, "office-unit")) == 1


def test_layers_that_are_off_or_frozen_are_left_out_and_said(folder, brought):
    sheet = Sheet()
    sound(sheet)
    sheet.document.layers.add("旧地块").freeze()
    sheet.ring([(0, 500), (100, 500), (100, 600)], layer="旧地块")
    sheet.save(folder / "a.dxf")
    _, result = brought()
    assert [one.layer for one in rules(result, "office-hidden")] == ["旧地块"]


def test_centre_lines_and_scope_come_in_by_their_layers(folder, brought):
    sheet = Sheet()
    sheet.box(0, 0, 100, 100, number="A-01")
    sheet.box(120, 0, 220, 100, number="A-02")
    sheet.line((110, 0), (110, 100), layer="道路中心线")
    sheet.text("学府街", 112, 50, "道路中心线")
    sheet.ring([(0, 0), (220, 0), (220, 100), (0, 100)], layer="规划范围")
    sheet.save(folder / "a.dxf")
    plan, result = brought()
    assert plan.layers["streets"]["name_zh"].tolist() == ["学府街"]
    assert result.made["boundary"] == "given"
    assert result.made["roads_ha"] == 0.2


def test_a_damaged_drawing_is_refused_or_recovered_and_never_crashes_the_door(folder):
    sheet = Sheet()
    sound(sheet)
    whole = sheet.save(folder / "a.dxf").read_bytes()
    dice = random.Random(8)
    for round_ in range(25):
        data = bytearray(whole)
        for _ in range(dice.randrange(1, 40)):
            data[dice.randrange(len(data))] = dice.randrange(256)
        cut = dice.randrange(len(data)) if round_ % 3 == 0 else len(data)
        (folder / "a.dxf").write_bytes(bytes(data[:cut]))
        with contextlib.suppress(PlanDataError):
            read_drawing(folder / "a.dxf", "a.dxf", load_profile(), 0.0)


def test_a_file_that_is_no_drawing_is_refused_with_the_way_out(folder, called):
    (folder / "a.dxf").write_bytes(b"0\nSECTION\n" + b"\xff" * 40)
    _, said = called(folder / "a.dxf")
    assert isinstance(said.exception, PlanDataError)
    assert "save it again as DXF" in str(said.exception)


def test_layers_and_texts_of_an_architects_program_are_understood(folder, brought):
    sheet = Sheet()
    for at, (number, use) in enumerate((("KF-01", "R2"), ("KF-02", "B1"), ("KF-03", "G1"))):
        west = 100 * at
        sheet.ring([(west, 0), (west + 100, 0), (west + 100, 80), (west, 80)], "A-Site-Lot.N")
        sheet.space.add_mtext(
            f"{number}\\P{use}\\PFAR {at + 1}.2", dxfattribs={"layer": "A-Site-LotNo.T", "char_height": 4}
        ).set_location(sheet.at(west + 30, 50))
    sheet.line((-10, -10), (310, -10), layer="A-Road-Center")
    sheet.ring([(-20, -20), (320, -20), (320, 80), (-20, 80)], "A-Site-Boundary")
    sheet.save(folder / "siteplan.dxf")
    plan, result = brought()
    land = plan.layer("parcels").loc[["KF-01", "KF-02", "KF-03"]]
    assert land["land_use"].tolist() == ["070102", "0901", "1401"]
    assert land["far"].tolist() == [1.2, 2.2, 3.2]
    assert len(plan.layer("streets")) == 1
    assert result.made["boundary"] == "given"


@pytest.mark.parametrize(
    ("text", "layer", "width"),
    [
        ("W=18", "标注", "18"), ("w：24", "标注", "24"), ("W18m", "标注", "18"), ("B=24", "标注", "24"),
        ("红线宽度40米", "标注", "40"), ("宽30", "标注", "30"), ("36m", "标注", "36"),
        ("30", "道路红线宽度", "30"),
        # The length of a curve, uses of land, and numbers of nothing.
        ("L=36.5", "标注", ""), ("L=36.5m", "标注", ""), ("L24", "道路红线宽度", ""), ("B41", "标注", ""),
        ("B12", "道路红线宽度", ""), ("B:24", "标注", ""), ("W3", "标注", ""), ("W12", "标注", ""),
        ("24", "标注", ""),
    ],
)  # fmt: skip
def test_a_width_is_said_by_a_word_a_unit_or_a_letter_with_its_sign(text, layer, width):
    assert _width_in(text, layer) == width


@pytest.mark.parametrize(
    "name",
    [
        "海棠路", "胜利街", "人民大道", "睦南道", "马场道", "柳巷", "沪太公路", "东大街", "3号路", "规划路",
        "海棠支路", "Elm Street",
    ],
)  # fmt: skip
def test_names_of_streets_are_known(name):
    assert _street_in(name) == name


@pytest.mark.parametrize(
    "text",
    [
        "人行道", "非机动车道", "机动车道", "消防车道", "自行车道", "绿道", "城市绿道", "轨道", "隧道",
        "海底隧道", "地下通道", "消防通道", "河道", "步道", "健身步道", "车行道", "管道", "坡道", "南道",
        "街道", "铁路", "京沪铁路", "道路", "规划道路", "支路", "主干道", "公园", "R2",
    ],
)  # fmt: skip
def test_ways_that_are_no_streets_and_kinds_of_streets_are_no_names(text):
    assert _street_in(text) == ""


def test_a_facility_drawn_as_a_block_is_one_whatever_its_sign_is_made_of(folder, brought):
    sheet = Sheet()
    sound(sheet)
    sign = sheet.document.blocks.new("小学")
    sign.add_circle((0, 0), 3)
    sign.add_line((-3, 0), (3, 0))
    sheet.space.add_blockref("小学", sheet.at(50, 50), dxfattribs={"layer": "配套设施"})
    sheet.save(folder / "drawing.dxf")
    plan, _ = brought()
    assert plan.layers["facilities"][["service", "parcel_id"]].to_numpy().tolist() == [
        ["primary_school", "A-01"]
    ]
