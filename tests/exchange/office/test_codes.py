"""Old codes become codes in force, with what is lost; no code of a list goes without an answer."""

from __future__ import annotations

import pytest
from tests.exchange.office.conftest import parcels, rules, shapefile

from blockplan.exchange.office import codes
from blockplan.plan.model.codes import landuse


@pytest.mark.parametrize("name", ["cn2020", "gb50137", "town2007", "gbj137"])
def test_each_class_has_a_code_in_force_or_says_why_it_has_none(name):
    national = landuse("cn2023")
    for one in codes.old_list(name).values():
        assert national.known(one.to) if one.to else one.lost, one


@pytest.mark.parametrize(
    ("name", "given", "to"),
    [
        ("gb50137", "R2", "070102"), ("gb50137", "H14", "0703"), ("gb50137", "E1", "17"),
        ("gb50137", "H22", "1202"),
        ("gb50137", "A334", "080403"), ("gb50137", "E2", None), ("gb50137", "H11", None),
        ("town2007", "E2", None),
        ("town2007", "C2", "0804"),
        ("town2007", "G1", "1401"),
        ("gbj137", "C2", "09"), ("gbj137", "D1", "1501"), ("gbj137", "T23", "120801"),
        ("gbj137", "S22", "1403"),
        ("cn2020", "1311", "1705"), ("cn2020", "1312", "1311"), ("cn2020", "0701", "0701"),
        ("cn2023", "1311", "1311"),
        ("cn2023", "0701", "0701"),
    ],
)  # fmt: skip
def test_a_code_becomes_what_it_means(name, given, to):
    assert codes.translate(given, name).to == to


@pytest.mark.parametrize(
    ("values", "name"),
    [
        (["R2", "A33", "B1", "G3", "S42"], "gb50137"),
        (["R2", "C21", "D1", "T1", "G11"], "gbj137"),
        (["0701", "080403", "1401", "1207"], "cn2023"),
        (["1313", "0603", "0701"], "cn2020"),
    ],
)
def test_the_list_is_told_by_its_codes(values, name):
    found = codes.scores(values)
    assert max(found, key=found.get) == name


def test_the_list_is_told_by_its_names_where_codes_are_shared():
    towns = codes.scores(
        ["R1", "C1", "C2", "G1"], ["一类居住用地", "行政管理用地", "教育机构用地", "公共绿地"]
    )
    cities = codes.scores(
        ["R1", "C1", "C2", "G1"], ["一类居住用地", "行政办公用地", "商业金融业用地", "公共绿地"]
    )
    assert max(towns, key=towns.get) == "town2007"
    assert max(cities, key=cities.get) == "gbj137"


def test_uses_without_a_code_are_read_by_name(folder, brought):
    names = ["二类居住用地", "幼儿园用地", "公园绿地", "商业用地、商务金融用地"]
    shapefile(parcels(DKBH=["1", "2", "3", "4"], YDXZ=names), folder / "地块.shp")
    plan, _ = brought()
    rows = plan.layer("parcels")[:4]
    assert rows["land_use"].tolist() == ["070102", "080404", "1401", "0901"]
    assert rows["compatible_uses"].iloc[3] == "0902"


def test_code_and_name_in_one_field(folder, brought):
    shapefile(parcels(DKBH=["1", "2"], YDXZ=["R2 二类居住用地", "公园绿地（G1）"]), folder / "地块.shp")
    plan, _ = brought()
    assert plan.layer("parcels")["land_use"].tolist()[:2] == ["070102", "1401"]


def test_a_field_names_the_list_of_each_parcel(folder, brought):
    table = {"DKBH": ["1", "2"], "YDDM": ["C2", "C2"], "YDFLBS": ["1990", "镇规划标准2007"]}
    shapefile(parcels(**table), folder / "地块.shp")
    plan, _ = brought()
    assert plan.layer("parcels")["land_use"].tolist()[:2] == ["09", "0804"]


def test_a_code_of_no_list_is_an_error_with_its_parcel_and_never_a_guess(folder, brought):
    shapefile(parcels(DKBH=["1", "2", "3"], YDDM=["R2", "G1", "X9"]), folder / "地块.shp")
    plan, result = brought()
    assert plan.layer("parcels").loc["3", "land_use"] is None
    assert plan.layer("parcels").loc["3", "land_use_given"] == "X9"
    assert [(one.grade, one.value) for one in rules(result, "office-code") if one.grade == "error"] == [
        ("error", "X9")
    ]


def test_a_correction_in_the_mapping_counts(folder, brought, tmp_path):
    shapefile(parcels(DKBH=["1", "2"], YDDM=["A6", "R2"]), folder / "地块.shp")
    _, result = brought()
    (tmp_path / "m.toml").write_text(
        result.mapping_toml.replace('to = "0807"', 'to = "080701"'), encoding="utf-8"
    )
    plan, _ = brought(mapping=tmp_path / "m.toml")
    assert plan.layer("parcels").loc["1", "land_use"] == "080701"


def test_names_of_the_list_in_force_are_read_exactly_in_each_language():
    national = landuse()
    strange = []
    for code, entry in national.classes.items():
        for name in entry.names.values():
            to = codes.translate("", "cn2023", name).to
            if to is None or not national.within(to, code):
                strange.append((code, name, to))
    assert strange == []


def test_transport_is_no_sport():
    assert [
        codes.translate("", "cn2023", one).to for one in ("Transport land", "Transport hub", "Sports")
    ] == [
        "12",
        "12",
        "0805",
    ]
