from __future__ import annotations

import math
from importlib import resources
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pytest
import shapely
from pyproj import Transformer
from tests.support.handmade import cell, frame, manifest

from blockplan.errors import UsageError
from blockplan.measure import measure
from blockplan.measure.indicators.loads import LOADS, loads, read_factors
from blockplan.measure.missing import lines
from blockplan.plan import Plan
from blockplan.report.tables import counted_at_least
from blockplan.report.words import Words
from blockplan.texts import LANGUAGES

if TYPE_CHECKING:
    from pathlib import Path


def of(*rows: dict[str, Any], **said: Any) -> Plan:
    shaped = [{"parcel_id": f"P{at}", "geometry": cell(at, 0), **row} for at, row in enumerate(rows)]
    return Plan(manifest(**said), {"parcels": frame(shaped)})


def bounded(*rows: dict[str, Any]) -> Plan:
    """A plan of such parcels, bounded by them all, with an area around each."""
    plan = of(*rows)
    shapes = list(plan.layer("parcels").geometry)
    areas = [{"area_id": str(at), "geometry": shape} for at, shape in enumerate(shapes)]
    boundary = [{"geometry": shapely.union_all(shapes)}]
    return Plan(plan.manifest, {**plan.layers, "areas": frame(areas), "boundary": frame(boundary)})


def test_a_housing_parcel_loads_by_the_factors_of_its_people_and_its_floor() -> None:
    found = loads(of({"land_use": "0701", "floor_area_m2": 10_000.0, "dwellings": 90.0, "residents": 250.0}))
    each = {load: amounts[0] for load, amounts in found.by_parcel.items()}
    assert each["dwellings"] == 90  # as stated, not 10,000 / 100
    assert each["residents"] == 250
    assert each["water_m3_d"] == pytest.approx(250 * 0.155)
    assert each["sewage_m3_d"] == pytest.approx(250 * 0.155 * 0.85)
    assert each["power_kw"] == pytest.approx(10_000 * 0.050 * 0.7)
    assert each["parking"] == pytest.approx(108)
    assert each["kindergarten_pupils"] == pytest.approx(7.5)
    assert each["waste_t_d"] == pytest.approx(0.25)
    assert each["civil_defence_m2"] == pytest.approx(1100)
    assert not found.estimated["dwellings"][0]
    assert found.estimated["parking"][0]


def test_land_counts_by_the_hectare_and_a_finer_class_by_the_one_above_it() -> None:
    found = loads(
        of({"land_use": "080403", "floor_area_m2": 1000.0}, {"land_use": "1401"}, {"land_use": "17"})
    )
    assert found.by_parcel["water_m3_d"] == pytest.approx([65 * 4.0, 20 * 4.0, 0.0])
    assert found.by_parcel["power_kw"] == pytest.approx([1000 * 0.035, 10 * 4.0, 0.0])
    assert found.not_counted == ("17",)


def test_floor_area_that_is_missing_comes_from_the_floor_area_ratio_or_is_not_known() -> None:
    found = loads(of({"land_use": "0902", "far": 2.0}, {"land_use": "0902"}, {"land_use": None}))
    assert found.floor_m2[0] == pytest.approx(80_000)
    assert found.estimated["floor_area_m2"].tolist() == [True, False, False]
    assert found.by_parcel["power_kw"][0] == pytest.approx(80_000 * 0.042)
    assert np.isnan(found.by_parcel["power_kw"][1:]).all()
    assert np.isnan(found.by_parcel["water_m3_d"][2])


def test_floor_area_of_a_class_that_no_factor_speaks_of_is_unknown_and_not_nothing() -> None:
    found = loads(of({"land_use": "15", "floor_area_m2": 5000.0}))
    assert np.isnan(found.by_parcel["water_m3_d"][0])
    assert found.by_parcel["dwellings"][0] == 0
    assert found.not_counted == ()


def test_residents_are_estimated_only_where_the_plan_states_none_at_all() -> None:
    partly = loads(of({"land_use": "0701", "floor_area_m2": 10_000.0, "residents": 200.0}))
    none = loads(of({"land_use": "0701", "floor_area_m2": 10_000.0}))
    assert partly.by_parcel["residents"][0] == 200
    assert none.by_parcel["residents"][0] == pytest.approx(300)
    assert none.estimated["residents"][0]
    assert none.residents is None


def test_jobs_of_the_parcels_add_up_to_the_jobs_that_the_plan_is_measured_by() -> None:
    shop = {"land_use": "0901", "floor_area_m2": 10_000.0}
    for jobs in (None, 40.0):
        plan = of(shop, {"land_use": "0902", "floor_area_m2": 300.0, "jobs": jobs}, {"land_use": "0701"})
        found = loads(plan)
        assert found.by_parcel["jobs"].sum() == pytest.approx(measure(plan, "jobs")[0].value)
        assert found.estimated["jobs"].tolist() == [True, jobs is None, False]


def test_jobs_of_a_built_use_without_a_ratio_are_unknown_and_named_and_homes_and_parks_have_none() -> None:
    built = {"floor_area_m2": 10_000.0}
    plan = of(
        {"land_use": "0901", **built},
        {"land_use": "080403", **built},
        {"land_use": "080601", **built, "jobs": 300.0},
        {"land_use": "0701", **built},
        {"land_use": "0807"},
        {"land_use": "1401"},
    )
    assert loads(plan).by_parcel["jobs"] == pytest.approx([200, np.nan, 300, 0, np.nan, 0], nan_ok=True)
    (found,) = measure(plan, "jobs")
    assert found.value == 500
    assert found.definition["not_counted_parcels"] == 2
    assert found.definition["not_counted_codes"] == ["080403", "0807"]


SCHOOL, HOSPITAL = (
    {"land_use": "080403", "floor_area_m2": 9000.0},
    {"land_use": "080601", "floor_area_m2": 8000.0},
)
OF_JOBS = ("jobs", "daytime_users", "job_density", "jobs_housing")


@pytest.mark.parametrize("name", [*OF_JOBS, "green_per_daytime_user"])
def test_jobs_of_a_plan_whose_built_land_all_has_no_ratio_are_unknown(name: str) -> None:
    home = {"land_use": "0701", "dwellings": 90.0, "residents": 250.0, "floor_area_m2": 9000.0}
    plan = bounded(SCHOOL, HOSPITAL, home, {"land_use": "1401"})
    (found,) = measure(plan, name)
    assert found.value is None
    assert lines(found.missing) == ("parcels.jobs of P0", "parcels.jobs of P1")


@pytest.mark.parametrize("name", OF_JOBS)
def test_what_rests_on_some_of_the_jobs_says_that_it_is_the_least(name: str) -> None:
    home = {"land_use": "0701", "dwellings": 90.0, "residents": 250.0, "floor_area_m2": 9000.0}
    shop = {"land_use": "0901", "floor_area_m2": 10_000.0}
    (found,) = measure(bounded(SCHOOL, home, shop), name)
    assert found.value > 0
    assert found.definition["not_counted_parcels"] == 1
    (found,) = measure(bounded(home, shop), name)
    assert not found.definition.get("not_counted_parcels")


def test_a_measure_over_some_of_the_users_says_that_it_is_the_most() -> None:
    home = {"land_use": "0701", "residents": 250.0, "floor_area_m2": 9000.0}
    shop = {"land_use": "0901", "floor_area_m2": 10_000.0}
    plan = bounded(SCHOOL, home, shop, {"land_use": "1401"})
    (found,) = measure(plan, "green_per_daytime_user")
    assert found.value > 0
    assert found.definition["users_not_counted_parcels"] == 1
    assert counted_at_least("9 m2", found, Words("en")).startswith("at most 9 m2")


@pytest.mark.parametrize(
    ("name", "given"), [("station_jobs_share", {}), ("stop_access", {"weigh_by": "residents_and_jobs"})]
)
def test_a_share_of_jobs_says_that_it_is_of_those_that_are_counted(name: str, given: dict[str, Any]) -> None:
    home = {"land_use": "0701", "residents": 250.0, "floor_area_m2": 9000.0}
    shop = {"land_use": "0901", "floor_area_m2": 10_000.0}
    station = [{"stop_id": "S", "modes": "subway", "line": "1", "geometry": shapely.Point(50, 50)}]
    streets = [{"street_id": "T", "geometry": shapely.LineString([(0, 0), (1000, 0)])}]

    def said(*rows: dict[str, Any]) -> dict[str, str]:
        plan = bounded(*rows)
        layers = {**plan.layers, "stops": frame(station), "streets": frame(streets)}
        (found,) = measure(Plan(plan.manifest, layers), name, parameters=given)
        assert found.value is not None
        return {lang: counted_at_least("45 %", found, Words(lang)) for lang in LANGUAGES}

    assert said(SCHOOL, home, shop) == {
        "zh": "45 %（占已计者；1 个地块无岗均指标，未计）",
        "en": "45 % of those counted (parcels not counted, as their use has no ratio: 1)",
        "ja": "算入したもののうち 45 %（原単位のない 1 区画は含まない）",
    }
    assert set(said(home, shop).values()) == {"45 %"}


def test_the_jobs_of_an_area_with_a_school_alone_are_unknown() -> None:
    shop = {"land_use": "0901", "floor_area_m2": 10_000.0}
    (found,) = measure(bounded(SCHOOL, shop), "jobs")
    by = {part.scope: part.value for part in found.by}
    assert (by["area:0"], by["area:1"]) == (None, 200)


def test_a_plan_of_the_older_classes_and_one_without_parcels_have_loads_too() -> None:
    older = loads(of({"land_use": "B2", "land_use_list": "gb50137", "floor_area_m2": 1000.0}))
    assert older.by_parcel["power_kw"][0] == pytest.approx(1000 * 0.042)
    empty = loads(Plan(manifest(), {}))
    assert all(len(amounts) == 0 for amounts in empty.by_parcel.values())


def test_every_factor_names_a_source_and_what_one_office_alone_says_is_marked() -> None:
    factors = read_factors()
    assert set(factors.by_load) == set(LOADS) - {"jobs"}
    bases = {factors.sources[one.source]["basis"] for own in factors.by_load.values() for one in own}
    assert bases == {"regulation", "office_table", "assumption"}
    for own in factors.by_load.values():
        codes = [code for one in own for code in one.codes]
        assert len(codes) == len(set(codes))


@pytest.mark.parametrize(
    "text",
    [
        "[sources]\n[factors]\n",
        "not toml",
        '[sources]\n[factors]\nwater_m3_d = [{codes = ["07"], amount = 1, unit = "bucket", source = "x"}]\n',
        "[sources]\n[factors]\njobs = []\n",
    ],
)
def test_factors_that_cannot_be_used_are_refused_with_what_is_wrong(tmp_path: Path, text: str) -> None:
    file = tmp_path / "own.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=r"own\.toml"):
        read_factors(file)


def test_factors_of_jobs_are_refused_with_where_jobs_come_from(tmp_path: Path) -> None:
    file = tmp_path / "own.toml"
    file.write_text('[sources]\n[factors]\njobs = [{codes = ["09"], amount = 35}]\n', encoding="utf-8")
    with pytest.raises(UsageError, match="floor_area_per_job_m2"):
        read_factors(file)


IN_CHINA = {
    "Shenzhen": (114.055, 22.543), "Zhuhai": (113.553, 22.225), "Sanya": (109.5, 18.25),
    "Lhasa": (91.1, 29.65),
    "Kashgar": (76.0, 39.47), "Yining": (81.32, 43.92), "Heihe": (127.49, 50.245), "Fuyuan": (134.3, 48.36),
    "Xiamen": (118.1, 24.48), "Dandong": (124.38, 40.13), "Zhoushan": (122.2, 30.0), "Gyirong": (85.3, 28.4),
    "Huma": (126.66, 51.73), "Jiayin": (130.4, 48.89), "Huangqi": (119.88, 26.33), "Hushan": (124.51, 40.22),
    "the middle of a zone that lies at sea": (120.0, 38.9),
}  # fmt: skip
ELSEWHERE = {
    "Kathmandu": (85.32, 27.71), "Hong Kong": (114.158, 22.28), "Sheung Shui": (114.128, 22.502),
    "Macau": (113.543, 22.195), "Almaty": (76.93, 43.25), "Taipei": (121.56, 25.03), "Hanoi": (105.85, 21.03),
    "Ulaanbaatar": (106.9, 47.9), "Thimphu": (89.64, 27.47), "Pyongyang": (125.75, 39.03),
    "Osh": (72.8, 40.5),
    "Khabarovsk": (135.07, 48.48), "Myitkyina": (97.4, 25.38), "Zabaikalsk": (117.33, 49.65),
    "Sinuiju": (124.39, 40.09), "Uiju": (124.53, 40.2), "Matsu": (119.93, 26.16), "Beigan": (119.99, 26.22),
    "Pashkovo": (130.66, 48.9), "Blagoveshchensk": (127.53, 50.27),
}  # fmt: skip


@pytest.mark.parametrize("place", IN_CHINA)
def test_the_factors_hold_in_mainland_china(place: str) -> None:
    assert read_factors().within.contains(shapely.Point(IN_CHINA[place]))


@pytest.mark.parametrize("place", ELSEWHERE)
def test_the_factors_hold_nowhere_else(place: str) -> None:
    assert not read_factors().within.contains(shapely.Point(ELSEWHERE[place]))


def test_a_plan_in_kathmandu_is_not_counted_by_them() -> None:
    at = shapely.box(334_000, 3_066_000, 334_200, 3_066_200)
    row = {"parcel_id": "A", "land_use": "0701", "floor_area_m2": 10_000.0, "geometry": at}
    plan = Plan(manifest(crs="EPSG:32645"), {"parcels": gpd.GeoDataFrame([row], crs="EPSG:32645")})
    found = loads(plan)
    assert not found.factored
    assert math.isnan(found.by_parcel["water_m3_d"][0])


SQUARE = "[[110, 20], [112, 20], [112, 22], [110, 22]]"


@pytest.mark.parametrize(
    ("area", "said"),
    [
        ("within = [[110, 20], [112, 22], [112, 20], [110, 22]]", "Self-intersection.*Order the points"),
        (f"within = {SQUARE}\nwithout = [[[115, 21], [116, 21], [116, 22]]]", "keep each hole"),
        (f"without = [{SQUARE}]", "Add `within`, or delete `without`"),
        (
            "within = [[110, 20, 112, 22], [112, 20, 113, 22], [113, 20, 114, 22]]",
            "as one outline.*former form",
        ),
        ("within = []", "as one outline"),
        ("within = [[20, 110], [20, 112], [22, 112]]", "longitude, latitude"),
        (f"within = {SQUARE}\nwithout = {SQUARE}", "outline in brackets of its own"),
        (f"within = {SQUARE}\nwithout = 5", "outline in brackets of its own"),
    ],
)
def test_an_area_of_factors_that_cannot_be_read_is_refused_with_what_to_do(
    tmp_path: Path, area: str, said: str
) -> None:
    given = resources.files("blockplan.measure.indicators").joinpath("loads.toml").read_text(encoding="utf-8")
    file = tmp_path / "own.toml"
    file.write_text(f"{area}\n{given[given.index('[sources.office]') :]}", encoding="utf-8")
    with pytest.raises(UsageError, match=rf"own\.toml .*{said}"):
        read_factors(file)


def placed(crs: str, lon: float, lat: float) -> Plan:
    """A housing parcel at a place on the globe, drawn in a reference system."""
    x, y = Transformer.from_crs("EPSG:4326", crs, always_xy=True).transform(lon, lat)
    return drawn_at(crs, x, y)


def drawn_at(crs: str, x: float, y: float) -> Plan:
    at = shapely.box(x, y, x + 200, y + 200)
    row = {"parcel_id": "A", "land_use": "0701", "floor_area_m2": 10_000.0, "geometry": at}
    return Plan(manifest(crs=crs), {"parcels": gpd.GeoDataFrame([row], crs=crs)})


@pytest.mark.parametrize(
    ("crs", "place"),
    [
        ("EPSG:4547", "Hong Kong"),
        ("EPSG:4547", "Macau"),
        ("EPSG:4510", "Sinuiju"),
        ("EPSG:4496", "Kathmandu"),
    ],
)
def test_where_a_plan_lies_counts_before_the_country_of_its_reference_system(crs: str, place: str) -> None:
    assert not read_factors().count_in(placed(crs, *ELSEWHERE[place]))


@pytest.mark.parametrize(
    "crs", ["EPSG:4547", "EPSG:4526", "EPSG:4500", "EPSG:4511", "EPSG:4554", "EPSG:2347"]
)
def test_local_coordinates_lie_in_the_country_of_their_reference_system(crs: str) -> None:
    assert read_factors().count_in(drawn_at(crs, 0, 0))


@pytest.mark.parametrize(
    "crs", ["EPSG:2326", "EPSG:8433", "EPSG:5179", "EPSG:3826", "EPSG:3405", "EPSG:25832"]
)
def test_local_coordinates_of_other_countries_are_not_counted(crs: str) -> None:
    assert not read_factors().count_in(drawn_at(crs, 0, 0))


def test_factors_of_ones_own_count_wherever_the_plan_lies(tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    given = resources.files("blockplan.measure.indicators").joinpath("loads.toml").read_text(encoding="utf-8")
    own.write_text(
        given[: given.index("within = [")] + given[given.index("[sources.office]") :], encoding="utf-8"
    )
    home = {"parcel_id": "A", "land_use": "0701", "floor_area_m2": 10_000.0}
    at = shapely.box(560_000, 5_935_000, 560_200, 5_935_200)
    plan = Plan(
        manifest(crs="EPSG:25832"),
        {"parcels": gpd.GeoDataFrame([{**home, "geometry": at}], crs="EPSG:25832")},
    )
    assert loads(plan, read_factors(own)).by_parcel["dwellings"].tolist() == [100.0]
    assert math.isnan(loads(plan).by_parcel["dwellings"][0])
