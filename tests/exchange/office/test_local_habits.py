"""Habits of single cities and offices: codes given anew, units and places that files do not say."""

from __future__ import annotations

from tests.exchange.office.conftest import parcels, rules, shapefile, workbook

from blockplan.exchange.office.codes import translate
from blockplan.exchange.office.texts import facilities_in


def test_a_name_beside_a_code_counts_where_the_two_say_different_classes_and_that_is_told(folder, brought):
    names = ["二类居住用地", "商业用地", "公园绿地", "教育设施用地"]
    table = {"DKBH": ["1", "2", "3", "4"], "YDDM": ["R2", "C1", "G1", "GIC5"], "YDXZ": names}
    shapefile(parcels(**table), folder / "地块.shp")
    plan, result = brought()
    assert plan.layer("parcels")["land_use"].tolist()[1:4] == ["0901", "1401", "0804"]
    told = [one for one in rules(result, "office-code") if one.grade == "warning"]
    assert [one.value for one in told] == ["C1"]
    assert "'商业用地', was taken" in told[0].message


def test_classes_of_shanghai_are_known_and_the_first_of_a_mixed_use_is_never_passed_over():
    assert translate("Rr3", "gbj137").to == "0701"
    mixed = translate("Rr3C2", "gbj137")
    assert (mixed.to, mixed.beside) == ("0701", ("09",))
    # A class that nobody knows is no reason to take the second for the first.
    assert translate("Xy3C2", "gbj137").to is None
    assert translate("GIC2", "gb50137").to is None


def test_one_of_a_thing_is_a_number_and_no_seat():
    found = facilities_in("110KV变电站1座、影剧院80座")[0]
    assert [one.places for one in found] == [None, 80.0]


def test_a_community_health_centre_is_a_clinic_by_either_name():
    assert facilities_in("社区健康服务中心1处(1000㎡)")[0][0].service == "clinic"


def test_a_sheet_of_a_control_plan_says_mixed_uses_by_share(folder, brought):
    shapefile(parcels(地块编号=["A1-01", "A1-02", "A1-03", "A1-04"]), folder / "地块.shp")
    rows = [
        ["地块编号", "用地性质代码", "混合用地建筑量比例", "规划动态"],
        ["A1-01", "Rr3C2", "70:30", "规划"],
        ["A1-02", "C8", "—", "保留"],
        ["A1-03", "Rs2", "—", "保留"],
        ["A1-04", "G1", "—", "规划"],
    ]
    workbook(folder / "图则.xlsx", 控制指标=rows)
    plan, _ = brought()
    land = plan.layer("parcels")
    assert land["status"].tolist()[:3] == ["planned", "kept", "kept"]
    assert (land["compatible_uses"].iloc[0], land["compatible_split"].iloc[0]) == ("09", "70:30")
