"""The reference plan holds every figure it is described by: recomputed here with plain geopandas."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely

from blockplan.check import check
from blockplan.plan import Plan, read

ROOT = Path(__file__).resolve().parents[2]
ZONE = ROOT / "examples" / "demonstration-zone"
HA = 10_000.0

#: Land use in ha: R&D, life services, manufacturing.
TABLE = {
    "0701": (21.5, 73, 5.5), "0702": (0.6, 2.4, 0.4), "0802": (44, 5, 13), "0803": (1.2, 1.8, 0.4),
    "0804": (6.25, 13.9, 0.65), "0805": (1, 2.6, 0.4), "0806": (0.6, 4.6, 0.3), "0807": (0.6, 1.4, 0),
    "0901": (7, 16.5, 2.5), "0902": (30, 14, 2), "0904": (6, 4, 0), "1001": (12, 0, 72), "1101": (0, 0, 6),
    "1207": (74, 77, 47), "120": (6, 6, 5), "13": (5, 5, 6), "1401": (40.5, 47, 19), "1402": (26, 22, 22),
    "1403": (2.5, 2.3, 0.7), "17": (8, 12, 4.5), "03": (26, 28, 12), "16": (31.25, 21.5, 20.65),
}  # fmt: skip
SENTENCES = (
    [f"P{n:02d}" for n in range(1, 9)]
    + [f"S{n:02d}" for n in range(1, 9)]
    + [f"F{n:02d}" for n in range(1, 6)]
    + [f"I{n:02d}" for n in range(1, 6)]
    + [f"R{n:02d}" for n in range(1, 10)]
)


def layer(name: str) -> gpd.GeoDataFrame:
    return gpd.read_file(ZONE / "plan.gpkg", layer=name)


@pytest.fixture(scope="module")
def parcels() -> gpd.GeoDataFrame:
    frame = layer("parcels")
    area_of = layer("blocks").set_index("block_id")["area_id"]
    frame["area_id"] = frame["block_id"].map(area_of)
    frame["ha"] = frame.area / HA
    return frame


def row_of(code: str) -> str:
    return max((row for row in TABLE if code.startswith(row)), key=len)


def parks_ha(parcels: gpd.GeoDataFrame) -> np.ndarray:
    """Sizes of parks in ha: green parcels that share an edge are one."""
    green = parcels[parcels["land_use"] == "1401"]
    return np.sort(
        [part.area / HA for part in shapely.get_parts(shapely.union_all(green.geometry.to_numpy()))]
    )[::-1]


def test_every_code_has_its_hectares_in_every_area(parcels: gpd.GeoDataFrame) -> None:
    sums = parcels.groupby([parcels["land_use"].map(row_of), "area_id"])["ha"].sum()
    for row, wanted in TABLE.items():
        for area_id, ha in zip(("rd", "life", "mfg"), wanted, strict=True):
            assert sums.get((row, area_id), 0.0) == pytest.approx(ha, abs=0.001), (row, area_id)


def test_the_areas_are_3_50_and_3_60_and_2_40_km2_and_the_middle_one_has_two_parts() -> None:
    areas = layer("areas").set_index("area_id")
    assert list(areas.index) == ["rd", "life", "mfg"]
    assert (areas.area / 1e6).round(4).tolist() == [3.5, 3.6, 2.4]
    assert len(shapely.get_parts(areas.geometry["life"])) == 2
    assert [part.area for part in shapely.get_parts(areas.geometry["life"])] == pytest.approx(
        [1.8e6, 1.8e6], abs=2
    )


def test_the_parcels_tile_the_boundary_without_gap_or_overlap(parcels: gpd.GeoDataFrame) -> None:
    shapes = parcels.geometry.to_numpy()
    boundary = layer("boundary").geometry.iloc[0]
    assert shapely.coverage_is_valid(shapes)
    assert shapely.coverage_union_all(shapes).symmetric_difference(boundary).area == 0
    assert parcels.area.sum() == pytest.approx(boundary.area, abs=0.01)
    assert boundary.area == pytest.approx(9_500_000, abs=5)


def test_coordinates_stand_on_the_millimetre(parcels: gpd.GeoDataFrame) -> None:
    points = shapely.get_coordinates(parcels.geometry.to_numpy())
    assert np.abs(points * 1000 - np.round(points * 1000)).max() < 1e-4


def test_residents_are_10750_and_36500_and_2750_in_whole_people(parcels: gpd.GeoDataFrame) -> None:
    assert parcels.groupby("area_id")["residents"].sum().to_dict() == {
        "life": 36_500,
        "mfg": 2_750,
        "rd": 10_750,
    }
    homes = parcels[parcels["land_use"] == "0701"]
    assert (homes["residents"] % 1 == 0).all()
    assert parcels.loc[parcels["land_use"] != "0701", "residents"].isna().all()
    assert homes["floor_area_m2"].sum() / 50_000 == pytest.approx(36, abs=0.05)
    assert homes["dwellings"].sum() == pytest.approx(21_700, abs=100)


def test_supplies_are_exact(parcels: gpd.GeoDataFrame) -> None:
    facilities = layer("facilities")
    school_land = parcels.loc[parcels["land_use"].isin(["080403", "080404"])].area.sum()
    assert school_land == pytest.approx(208_000, abs=0.6)
    beds = facilities.loc[facilities["service"] == "nursing_home", "beds"]
    assert sorted(beds) == [100, 200, 200]
    culture = facilities.loc[facilities["service"].isin(["culture", "library"]), "floor_area_m2"]
    assert sorted(culture, reverse=True) == [12_000, 4_500, 4_500] + [400] * 8
    assert parcels.loc[parcels["land_use"] == "1401"].area.sum() == pytest.approx(1_065_000, abs=1)


def test_schools_have_the_sites_of_the_table(parcels: gpd.GeoDataFrame) -> None:
    facilities = layer("facilities").merge(parcels[["parcel_id", "ha", "land_use"]], on="parcel_id")
    sites = facilities.groupby("service")["ha"].apply(lambda ha: sorted(ha.round(3)))
    assert sites["kindergarten"] == [0.65, 0.65, 0.65, 0.65, 0.7, 0.7]
    assert sites["primary_school"] == [2.6, 2.6]
    assert sites["nine_year_school"] == [4.9]
    assert sites["secondary_school"] == [2.3, 4.4]
    assert sites["hospital"] == [4.0]
    assert facilities.loc[facilities["service"] == "hospital", "beds"].tolist() == [300]
    assert (facilities["service"] == "clinic").sum() == 2


def test_parks_are_three_large_ten_community_and_thirty_pocket_parks(parcels: gpd.GeoDataFrame) -> None:
    sizes = parks_ha(parcels)
    assert sizes[:3].round(3).tolist() == [26.0, 22.0, 20.5]
    community = sizes[3:13]
    assert community.sum() == pytest.approx(26.0, abs=0.001)
    assert 0.79 < community.min() < community.max() < 4.61
    assert sizes[13:].round(3).tolist() == [0.4] * 30
    assert [(sizes >= limit).sum() for limit in (5, 10, 20)] == [3, 3, 3]


def test_everyone_lives_within_500_m_of_a_park_in_a_straight_line(parcels: gpd.GeoDataFrame) -> None:
    homes = parcels[parcels["land_use"] == "0701"]
    green = shapely.union_all(parcels.loc[parcels["land_use"] == "1401"].geometry.to_numpy())
    assert homes.representative_point().distance(green).max() <= 500


def test_streets_are_80_km_of_the_four_classes_at_their_widths() -> None:
    streets, boundary = layer("streets"), layer("boundary").geometry.iloc[0]
    built = streets[streets["class"] != "path"]
    assert built.intersection(boundary).length.sum() / 1000 > 80
    for cls, low, high in (
        ("expressway", 60, 80), ("arterial", 40, 60), ("secondary", 30, 40), ("local", 15, 25)
    ):  # fmt: skip
        assert built.loc[built["class"] == cls, "red_line_width_m"].between(low, high).all(), cls
    assert not streets.loc[streets["class"] == "expressway", "walk"].any()
    assert streets.loc[streets["class"] == "expressway", "barrier"].eq("expressway").all()


def test_walking_crosses_the_expressway_only_on_bridges() -> None:
    streets = layer("streets")
    fast = shapely.union_all(streets.loc[streets["class"] == "expressway"].geometry.to_numpy())
    crossing = streets[streets["walk"].astype(bool) & streets.crosses(fast)]
    assert len(crossing) > 10
    assert (crossing["level"] == 1).all()


def test_the_belt_is_nine_kilometres_from_north_to_south_through_all_areas() -> None:
    structure, areas = layer("structure").set_index("element_id"), layer("areas")
    belt = structure.geometry["belt"]
    assert belt.length == pytest.approx(9000, abs=0.01)
    assert belt.coords[0][1] > belt.coords[-1][1] + 8000
    assert areas.intersects(belt).all()
    assert areas.intersects(structure.geometry["axis"]).all()


def test_three_named_cores_stand_in_their_areas() -> None:
    structure, areas = layer("structure"), layer("areas").set_index("area_id")
    cores = structure[structure["role"] == "core"]
    assert sorted(cores["area_id"]) == ["life", "mfg", "rd"]
    assert cores[["name_zh", "name_en", "name_ja"]].notna().all().all()
    assert all(areas.geometry[core.area_id].contains(core.geometry) for core in cores.itertuples())


def test_three_stations_are_planned_two_of_them_in_the_rd_area_with_two_modes(
    parcels: gpd.GeoDataFrame,
) -> None:
    stops, areas = layer("stops"), layer("areas").set_index("area_id")
    stations = stops[stops["modes"].str.contains("subway")]
    assert stations["modes"].tolist() == ["subway,bus"] * 3
    assert stations["status"].tolist() == ["planned"] * 3
    assert stations.within(areas.geometry["rd"]).sum() == 2
    commerce = parcels[parcels["land_use"].str.startswith("09")]
    near = commerce.representative_point().distance(shapely.union_all(stations.geometry.to_numpy())) <= 800
    assert commerce.loc[near, "floor_area_m2"].sum() / commerce["floor_area_m2"].sum() >= 0.6


def test_floor_area_is_5_94_million_and_its_productive_part_is_split_36_25_22_17(
    parcels: gpd.GeoDataFrame,
) -> None:
    assert parcels["floor_area_m2"].sum() / 1e6 == pytest.approx(5.94, abs=0.005)
    productive = parcels[parcels["land_use"].isin(["0802", "0902", "1001"])]
    floor = productive["floor_area_m2"]
    assert floor.sum() / 1e6 == pytest.approx(3.19, abs=0.005)
    for industry, share in (("health", 0.36), ("manufacturing", 0.25), ("digital", 0.22), ("services", 0.17)):
        mine = (floor * productive[f"industry_{industry}_share"]).sum() / floor.sum()
        assert mine == pytest.approx(share, abs=0.001), industry
    assert parcels["jobs"].sum() == pytest.approx(90_000, rel=0.01)


def test_parcels_have_sizes_and_ratios_that_practice_gives(parcels: gpd.GeoDataFrame) -> None:
    for code, low, high in (("0701", 2, 4), ("0902", 0.6, 2.5), ("0802", 1, 4), ("1001", 2, 8)):
        assert parcels.loc[parcels["land_use"] == code, "ha"].between(low - 0.005, high).all(), code
    large = parcels[parcels["ha"] > 8]
    assert set(large["land_use"]) <= {"1401", "1207", "0301"}
    for code, far, coverage, green in (
        ("0701", (1.5, 2.5), (0, 0.30), (0.30, 1)),
        ("0902", (1.2, 3.5), (0, 0.45), (0.25, 1)),
        ("0802", (1.2, 2.5), (0, 0.45), (0.30, 1)),
        ("1001", (1.0, 2.0), (0.35, 0.55), (0, 0.20)),
    ):
        mine = parcels[parcels["land_use"] == code]
        assert mine["far"].between(*far).all(), code
        assert mine["coverage_ratio"].between(*coverage).all(), code
        assert mine["green_ratio"].between(*green).all(), code


def test_every_sentence_of_the_notice_has_a_row_in_three_languages() -> None:
    statements = layer("statements").set_index("statement_id")
    assert sorted(statements.index) == sorted(SENTENCES)
    assert statements[["text_zh", "text_en", "text_ja", "source"]].notna().all().all()
    assert (statements["bound_to"].fillna("") != "")[statements["kind"] != "N"].all()


def test_every_sentence_that_the_description_of_the_notice_lists_has_a_row(shared: Path) -> None:
    described = shared.parent / "reference" / "seed-plan.md"
    if not described.is_file():
        pytest.skip("needs the description of the reference plan in ../shared")
    listed = re.findall(r"^\| ([PSFIR]\d\d) \|", described.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(listed) == len(set(listed)) == 35
    assert not set(listed) - set(layer("statements")["statement_id"])


#: What is taken away -> the sentences that then stand without evidence; all others stay as they were.
CARRIES = {
    "structure/axis": ["S01"],
    "structure/belt": ["S02"],
    "structure/core-rd": ["S03", "S04"],
    "structure/core-life": ["S03", "S04"],
    "structure/core-mfg": ["S03", "S04"],
    "zones/commercial": ["F01"],
    "zones/rd-manufacturing": ["F03"],
    "stops/ST-1": ["F02"],
    "stops/ST-2": ["F02"],
    "programmes.kind/incubator": ["F04", "P07"],
    "programmes.kind/technology_transfer": ["P07"],
    "programmes.kind/exchange_venue": ["P07"],
    "programmes.kind/university_unit": ["F03"],
    "programmes.kind/shared_laboratory": ["I01", "I03"],
    "programmes.kind/pilot_test": ["I02"],
    "programmes.kind/ip_service": ["I04"],
    "programmes.firm_category/specialised_new": ["F04"],
    "programmes.firm_category/little_giant": ["F04"],
    "programmes.firm_category/hidden_champion": ["F04"],
    "water": ["R07"],
    "woodland": ["R07"],
    "zones": ["F01", "F03", "F05"],
    "stops": ["F02", "R04"],
    "programmes": ["P07", "F03", "F04", "I01", "I02", "I03", "I04"],
    "blocks": ["P01"],
    # The sum in S08 is missed then, and the fault that says so names the life-services area (S06).
    "areas/mfg": ["S02", "S03", "S04", "S06", "S07"],
    "areas": ["F05", "S01", "S02", "S03", "S04", "S05", "S06", "S07", "S08"],
    # No sentence asks for a third station or for housing of talents; R02 and R03 are missed by their rules.
    "stops/ST-3": [],
    "programmes.kind/talent_housing": [],
    "facilities": [],
}


def without(plan: Plan, what: str) -> Plan:
    """The plan without a layer (``water``), a feature (``stops/ST-1``) or all of one kind."""
    where, _, which = what.partition("/")
    layer_name, _, column = where.partition(".")
    frame = plan.layer(layer_name)
    if not which:
        return plan.replace(**{layer_name: frame.iloc[:0]})
    gone = frame[column] == which if column else frame.index == which
    assert np.asarray(gone, dtype=bool).any(), what
    return plan.replace(
        **{layer_name: frame[~np.asarray(gone.fillna(False) if column else gone, dtype=bool)]}
    )


def states_of(plan: Plan) -> dict[str, str]:
    return {each.statement_id: each.state for each in check(plan).statements}


@cache
def as_drawn() -> Plan:
    return read(ZONE)


@cache
def states_as_drawn() -> dict[str, str]:
    return states_of(as_drawn())


@pytest.mark.long
@pytest.mark.parametrize("what", CARRIES)
def test_taking_an_element_away_leaves_exactly_its_sentences_without_evidence(what: str) -> None:
    before, after = states_as_drawn(), states_of(without(as_drawn(), what))
    changed = {id_ for id_ in after if after[id_] != before[id_]}
    assert sorted(id_ for id_ in changed if after[id_] == "not_evidenced") == sorted(CARRIES[what])
    # A rule that fails for want of the same element misses its own sentence.
    assert {after[id_] for id_ in changed} <= {"not_evidenced", "missed"}


@pytest.mark.long
@pytest.mark.parametrize("name", ["a", "b", "c"])
def test_nothing_that_the_pack_reports_is_unknown_in_the_plan(name: str) -> None:
    reported = check(read(ZONE, name)).reported
    assert len(reported) > 50
    assert {found.id: found.missing for found in reported if found.value is None} == {}


@pytest.mark.long
def test_the_states_of_the_sentences_are_kept_represented_or_context() -> None:
    states = states_as_drawn()
    context = {"P05", "P06", "P08"}
    figures = {"P02", "S02", "S05", "S06", "S07", "S08", "R01", "R02", "R03", "R05", "R06", "R08", "R09"}
    wanted = (
        dict.fromkeys(SENTENCES, "represented")
        | dict.fromkeys(figures, "kept")
        | dict.fromkeys(context, "context")
    )
    assert states == wanted


@pytest.mark.long
@pytest.mark.parametrize(
    ("layer_name", "change", "sentence", "why"),
    [
        (
            "structure",
            lambda f: f.assign(name_zh=None, name_en=None, name_ja=None),
            "S03",
            "Cores with a name: 0",
        ),
        (
            "structure",
            lambda f: f.set_geometry(f.geometry.reverse()),
            "S02",
            "Order of the belt from north to south: 0",
        ),
        (
            "structure",
            lambda f: f.assign(area_id=f["area_id"].replace("mfg", "rd")),
            "S04",
            "Areas with exactly one core: 1",
        ),
        (
            "areas",
            lambda f: f.assign(townships="One"),
            "S06",
            "Townships of the areas, Life-services area: 1",
        ),
        (
            "areas",
            lambda f: f.assign(function=None),
            "S07",
            "Areas that state a function, Intelligent-manufacturing area: not kn",
        ),
        ("stops", lambda f: f.assign(modes="subway"), "R04", "Modes of transport at each station: 1"),
        (
            "parcels",
            lambda f: f.assign(
                industry_health_share=f["industry_manufacturing_share"],
                industry_manufacturing_share=f["industry_health_share"],
            ),
            "I01",
            "Rank of the focus industry: rank 2",
        ),
    ],
)
def test_a_sentence_without_a_figure_is_contradicted_by_its_substance(
    layer_name: str, change: Any, sentence: str, why: str
) -> None:
    plan = as_drawn()
    changed = plan.replace(**{layer_name: change(plan.layer(layer_name))})
    found = next(each for each in check(changed).statements if each.statement_id == sentence)
    assert (found.state, why in found.why["en"]) == ("not_evidenced", True), found.why["en"]


def test_spare_land_holds_what_b_lacks(parcels: gpd.GeoDataFrame) -> None:
    reserve = parcels[(parcels["land_use"] == "16") & ~parcels["committed"].astype(bool)]
    assert reserve["ha"].sum() == pytest.approx(73.4, abs=0.001)
    for code in ("1401", "080403", "080404", "0803", "0807"):
        assert reserve["permitted"].str.split(",").map(lambda codes, code=code: code in codes).all(), code
    assert reserve["ha"].sum() > 3.11 + 0.25 + 0.40 + 13.50


def test_spare_land_gives_c_its_reach_back() -> None:
    moved = read(ZONE, "c").layer("parcels")
    open_ = moved[~moved["committed"].astype(bool) & moved["permitted"].fillna("").str.contains("1401")]
    homes = moved[moved["land_use"] == "0701"].representative_point()
    assert homes.distance(shapely.union_all(open_.geometry.to_numpy())).max() <= 500


def test_scenario_c_keeps_the_hectares_of_every_code_and_tiles_the_boundary(
    parcels: gpd.GeoDataFrame,
) -> None:
    moved = read(ZONE, "c").layer("parcels")
    before = parcels.groupby("land_use")["ha"].sum()
    after = moved.area.groupby(moved["land_use"]).sum() / HA
    assert (after - before).abs().max() < 0.001
    assert shapely.coverage_is_valid(moved.geometry.to_numpy())
    sizes = parks_ha(moved)
    assert len(sizes) == 5
    assert sizes[:3] == pytest.approx([30, 30, 30], abs=1.5)
    assert (sizes[3:] < 10).all()
