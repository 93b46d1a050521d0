"""Plans in GML after a published data model: every feature has its place, faults of the land are found."""

from __future__ import annotations

import json
import re
from collections import Counter

import geopandas as gpd
import pyproj
import pytest
import shapely
from tests.exchange.office.conftest import rules, squares
from tests.support.gml import EAST, FAR, LAND, URF, WEST, area, feature, gml, plan_of

from blockplan.errors import PlanDataError
from blockplan.exchange.office.datum import JAPAN
from blockplan.exchange.office.plan_models import models, read_gml
from blockplan.plan import read, validate


def test_a_development_plan_in_xplangml_becomes_parcels_with_use_and_bounds(folder, brought):
    gml(folder / "plan.gml", *plan_of())
    plan, result = brought()
    rows = plan.layer("parcels")
    assert rows[["land_use", "coverage_ratio_max", "far_max"]].values.tolist()[0] == ["0701", 0.4, 0.8]
    assert rows["land_use"].tolist() == ["0701", "1401"]
    assert rows.geometry.area.tolist() == [10_000.0, 10_000.0]
    assert plan.manifest.title["en"] == "Am Deich"
    assert {one.name: one.to for one in result.mapping.code} == {
        "Allgemeines Wohngebiet (WA)": "0701", "Spielplatz": "1401"
    }  # fmt: skip
    assert not rules(result, "office-gap")
    said = result.to_dict()
    assert said["features"] == {
        "boundary": 1, "parcels": 2, "BP_Plan": 1, "BP_BaugebietsTeilFlaeche": 1, "BP_GruenFlaeche": 1
    }  # fmt: skip
    assert said["area_m2_by_class"]["BP_GruenFlaeche"] == 10_000


def test_what_no_layer_of_a_plan_holds_is_left_out_by_class_and_number(folder, brought):
    signs = [feature("XP_PPO", WEST.centroid) for _ in range(3)]
    over = feature("BP_KennzeichnungsFlaeche", WEST, flaechenschluss="false")
    below = area("BP_VerEntsorgung", WEST, ebene=-1)
    gml(folder / "plan.gml", *plan_of(*signs, over, below))
    plan, result = brought()
    assert len(plan.layer("parcels")) == 2
    left = {one.layer: (one.grade, one.measured) for one in rules(result, "office-layer")}
    assert left == {
        "XP_PPO": ("note", 3.0),
        "BP_KennzeichnungsFlaeche": ("warning", 1.0),
        "BP_VerEntsorgung": ("warning", 1.0),
    }
    listed = {one.layer: one.role for one in result.mapping.layer}
    assert listed["BP_KennzeichnungsFlaeche"] == "ignored"  # where a role may be given


def test_a_gap_is_no_road_where_the_model_says_that_the_areas_tile(folder, brought):
    gml(folder / "plan.gml", *plan_of(land=shapely.box(565_000, 5_940_000, 565_203, 5_940_100)))
    plan, result = brought()
    assert [one.measured for one in rules(result, "office-gap")] == [300.0]
    assert len(plan.layer("parcels")) == 2
    assert [one.rule for one in validate(plan) if one.rule == "pq-cover"] == ["pq-cover"]


def test_a_mapping_that_says_nothing_of_roads_makes_none_of_that_gap_either(folder, brought, tmp_path):
    far = shapely.box(565_215, 5_940_000, 565_315, 5_940_100)
    green = area("BP_GruenFlaeche", far, zweckbestimmung="1600")
    gml(folder / "plan.gml", *plan_of(green, land=shapely.box(565_000, 5_940_000, 565_315, 5_940_100)))
    mapping = tmp_path / "day.toml"
    mapping.write_text("[plan]\ndrawn_on = 2024-05-01\n", encoding="utf-8")
    plan, result = brought(mapping=mapping)
    assert (len(plan.layer("parcels")), result.mapping.choices.roads) == (3, "none")


def test_an_area_of_any_class_outside_the_plan_is_an_error_with_size_and_place(folder, brought):
    gml(
        folder / "plan.gml",
        *plan_of(feature("BP_SchutzPflegeEntwicklungsFlaeche", FAR, flaechenschluss="false")),
    )
    _, result = brought()
    (found,) = rules(result, "office-outside")
    assert (found.grade, found.measured) == ("error", 9999.9)
    assert (found.x, found.y) == (565_300, 5_940_000)  # its first corner that does


def test_the_part_and_not_the_whole_plan_bounds_an_amendment(folder, brought):
    features = plan_of(land=shapely.box(565_000, 5_940_000, 566_000, 5_941_000))
    features.append(feature("BP_Bereich", LAND, place="geltungsbereich", nummer=1))
    gml(folder / "plan.gml", *features)
    plan, result = brought()
    assert plan.layer("boundary").area.tolist() == [20_000.0]
    assert not rules(result, "office-gap")


def test_a_measure_that_envelope_and_zone_both_state_is_found_and_one_that_only_touches_is_not(
    folder, brought
):
    inner = shapely.box(565_010, 5_940_010, 565_100, 5_940_090)  # touches the green area
    envelope = feature("BP_UeberbaubareGrundstuecksFlaeche", inner, flaechenschluss="false", GRZ=0.5, Z=3)
    features = plan_of(envelope)
    features[2] = area("BP_GruenFlaeche", EAST, allgemein=1600, GRZ=0.1)
    gml(folder / "plan.gml", *features)
    _, result = brought()
    (found,) = rules(result, "office-stated-twice")
    assert (found.column, found.value) == ("GRZ", "0.5")
    assert "BP_BaugebietsTeilFlaeche that it lies on 0.4" in found.message


def test_use_districts_of_japan_come_in_with_their_rates_and_its_law(folder, brought):
    degrees = [shapely.box(35.5 + 0.001 * at, 139.7, 35.501 + 0.001 * at, 139.701) for at in range(2)]
    own = {"prefix": "urf", "place": "lod1MultiSurface", "crs": "http://www.opengis.net/def/crs/EPSG/0/6668"}
    gml(
        folder / "youto.gml",
        feature("UseDistrict", degrees[0], **own, function=3, floorAreaRate=2, buildingCoverageRate=0.6),
        feature("UseDistrict", degrees[1], **own, function=10, floorAreaRate=4, buildingCoverageRate=0.8),
        feature("HeightControlDistrict", degrees[0], **own, function=18, maximumBuildingHeight=20),
        prefix="urf", namespace=URF,
    )  # fmt: skip
    plan, result = brought()
    rows = plan.layer("parcels")
    assert rows[["land_use", "far_max", "coverage_ratio_max"]].values.tolist() == [
        ["0701", 2.0, 0.6], ["0901", 4.0, 0.8]
    ]  # fmt: skip
    assert (plan.manifest.crs, list(plan.manifest.packs)) == ("EPSG:6691", ["jp"])
    assert result.made["roads_ha"] == 0
    assert [one.layer for one in rules(result, "office-layer")] == ["HeightControlDistrict"]


def test_gml_of_another_kind_gives_its_layers_as_they_are(folder, brought):
    shapes = squares(2)
    gml(
        folder / "a.gml",
        *[
            feature("DK", shape, prefix="own", place="geom", crs="EPSG:4548", DKBH=f"A-0{at}", YDDM=code)
            for at, (shape, code) in enumerate(zip(shapes, ["R2", "A33"], strict=True))
        ],
        prefix="own", namespace="http://office.invalid/own",
    )  # fmt: skip
    plan, _ = brought()
    assert plan.layer("parcels")["land_use"].tolist() == ["070102", "080403"]


def test_the_folder_of_the_office_stays_as_it_was(folder, brought):
    gml(folder / "plan.gml", *plan_of())
    brought()
    assert [one.name for one in folder.iterdir()] == ["plan.gml"]


BOMB = "<!DOCTYPE a [" + "".join(
    f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "ha"}">' for n in range(12)
) + "]>"  # fmt: skip


@pytest.mark.parametrize("damage", ["cut", "empty", "text", "bomb"])
def test_a_damaged_gml_is_refused_and_nothing_is_written(folder, called, tmp_path, damage):
    file = gml(folder / "plan.gml", *plan_of())
    text = file.read_text("utf-8")
    bomb = text.replace("?>", f"?>{BOMB}", 1).replace("Am Deich", "&e11;")
    file.write_text({"cut": text[: len(text) // 2], "empty": "", "text": "no markup", "bomb": bomb}[damage])
    code, said = called(file)
    assert code != 0
    assert isinstance(said.exception, PlanDataError)
    assert "/" not in str(said.exception).splitlines()[0]  # no path of a copy of ours
    assert not (tmp_path / "plan").exists()


@pytest.mark.parametrize(
    ("place", "inside"),
    [((135.5, 34.7), True), ((127.7, 26.2), True), ((141.35, 43.06), True), ((129.3, 34.3), True),
     ((126.98, 37.57), False), ((129.07, 35.17), False), ((121.5, 25.0), False), ((131.9, 43.1), False),
     ((121.5, 31.2), False)],
)  # fmt: skip
def test_japan_is_told_from_its_neighbours(place, inside):
    assert JAPAN.contains(shapely.Point(place)) is inside


def test_a_plan_in_degrees_in_japan_is_in_metres_of_japan_and_judged_by_its_law(folder, brought):
    shapes = [shapely.box(135.50 + 0.001 * at, 34.7, 135.501 + 0.001 * at, 34.701) for at in range(2)]
    frame = gpd.GeoDataFrame(
        {"画地番号": ["1-1", "1-2"], "土地利用": ["住宅", "公園"]}, geometry=shapes, crs=4326
    )
    frame.to_file(folder / "画地.geojson", driver="GeoJSON")
    plan, _ = brought()
    assert plan.manifest.crs == "EPSG:6690"
    assert pyproj.CRS(plan.manifest.crs).name == "JGD2011 / UTM zone 53N"
    assert list(plan.manifest.packs) == ["jp"]


def test_every_code_of_a_model_has_a_word_and_every_class_a_use():
    for model in models():
        for name, about in model.uses.items():
            assert about["word"], name
            for one in about.get("fields", []):
                assert about.get("list", one) in model.codes or one in {"zweckbestimmung"}, (name, one)


# Published files with published verdicts


@pytest.fixture
def samples(shared):
    return shared / "plan-samples"


CASES = {
    "BPlan_Kompensationsbereich_6-0-2": {},
    "BPlan_Kompensationsbereich_6-0-2_Luecke": {"pq-cover": 45.459},
    "BPlan_Kompensationsbereich_6-0-2_Ueberlappung": {"pq-double": 118.509},
    "xplan60_Aenderungsplan_valide": {},
    "xplan60_Aenderungsplan_Luecke": {"pq-cover": 868.155},
    "BPlan_6-0_Polygon_ausserhalb": {"office-outside": 2525.83},
    "BPlan001_5-4_Sliver-Polygon": {},
}
LAND_FAULTS = {"pq-cover", "pq-double", "pq-sliver", "pq-outside", "office-outside", "office-stated-twice"}


@pytest.mark.long
@pytest.mark.parametrize("name", CASES)
def test_the_published_verdict_on_a_plan_is_ours(samples, brought, name):
    plan, result = brought(samples / "xplanung" / "topology-cases" / f"{name}.gml")
    faults = [*validate(plan), *result.findings]
    found = {one.rule: round(one.measured, 1) for one in faults if one.rule in LAND_FAULTS}
    assert found == {rule: round(size, 1) for rule, size in CASES[name].items()}


@pytest.mark.long
def test_the_published_five_double_statements_are_found_and_no_other(samples, brought):
    folder = samples / "xplanung"
    _, result = brought(folder / "topology-cases" / "xplan60-4_5_2_4.gml")
    stated = Counter(one.column for one in rules(result, "office-stated-twice"))
    assert stated == {"bauweise": 3, "bebauungsArt": 1, "GRZ": 1}
    for name in ("BPlan001_6-0", "BPlan004_6-0", "Osdorf48_6-0"):
        assert not rules(brought(folder / f"{name}.gml")[1], "office-stated-twice")


def test_the_place_outside_is_the_published_one(samples, brought):
    _, result = brought(samples / "xplanung" / "topology-cases" / "BPlan_6-0_Polygon_ausserhalb.gml")
    (found,) = rules(result, "office-outside")
    place = shapely.Point(557_476.69, 5_936_735.40)
    reading = read_gml(samples / "xplanung" / "topology-cases" / "BPlan_6-0_Polygon_ausserhalb.gml", "a")
    (layer,) = [one for one in reading.layers if one.name == found.layer]
    assert layer.frame.geometry.distance(place).min() < 0.1


@pytest.mark.long
@pytest.mark.parametrize("kind", ["xplanung", "plateau-urf"])
def test_no_feature_of_a_published_plan_is_dropped_and_areas_are_the_published_ones(samples, kind):
    facts = json.loads((samples / "facts.json").read_text("utf-8"))
    files = {name: fact for name, fact in facts.items() if name.startswith(kind) and name.endswith(".gml")}
    assert len(files) >= 5
    geod = pyproj.Geod(ellps="GRS80")
    for name, fact in files.items():
        counts, areas = Counter(), Counter()
        reading = read_gml(samples / name, name)
        for layer in reading.layers:
            whole = layer.frame
            classes = whole["class"] if "class" in whole else [layer.name] * len(whole)
            counts.update(classes)
            shapes = whole.geometry if layer.drawn else [None] * len(whole)
            for one, shape in zip(classes, shapes, strict=True):
                if shape is not None and layer.frame.crs.is_geographic:
                    areas[one] += abs(geod.geometry_area_perimeter(shape)[0])
                elif shape is not None:
                    areas[one] += shape.area
        # Bounds of parts and whole are one layer; what is undrawn of them is told by the plan's name.
        bounds = re.compile(r"[BFSRL]P_(?:Plan|Bereich)")
        want = {one: n for one, n in fact["features"].items() if not bounds.fullmatch(one)}
        assert {one: n for one, n in counts.items() if not bounds.fullmatch(one)} == want, name
        published = fact.get("area_m2_by_class") or fact.get("geodesic_area_m2_by_class")
        for one, size in published.items():
            if not bounds.fullmatch(one):
                assert areas[one] == pytest.approx(size, rel=1e-3), (name, one)


def test_the_floor_area_that_published_use_districts_allow_is_the_published_one(samples, brought, tmp_path):
    brought(samples / "plateau-urf" / "kawasaki-shi__533915_urf_6668_yoto_op.gml")
    rows = read(tmp_path / "plan").layer("parcels")
    # In the plane of the plan areas are up to 0.1 % off those on the ellipsoid.
    assert (rows.area * rows["far_max"]).sum() == pytest.approx(11_697_773.6, rel=1e-3)
    assert sorted(rows["coverage_ratio_max"]) == [0.4, 0.4, 0.6, 0.6]


@pytest.mark.long
def test_a_french_municipal_plan_comes_in_whole_with_its_small_overlaps_told(samples, brought):
    plan, _ = brought(samples / "cnig-plu" / "41175_PLU_20140603")
    rows = plan.layer("parcels")
    assert len(rows) == 118
    assert rows.area.sum() == pytest.approx(14_105_728.6, rel=1e-6)
    # A motocross ground alone has no class: its dominant use is leisure.
    assert rows["land_use_given"][rows["land_use"].isna()].tolist() == [
        "Secteur naturel délimitant le terrain de motocross"
    ]
    assert str(plan.manifest.drawn_on) == "2014-06-03"
    doubled = sum(one.measured for one in validate(plan) if one.rule == "pq-double")
    assert doubled == pytest.approx(4706.0, rel=0.02)
    zones = rows.area.groupby(rows["TYPEZONE"]).sum() / 1e4
    assert zones.round(2).to_dict() == {
        "A": 1062.29, "AUc": 3.96, "AUs": 1.31, "N": 254.76, "Nh": 21.89, "U": 66.36
    }  # fmt: skip


def test_an_area_that_crosses_itself_beyond_the_plan_is_told_and_stops_nothing(folder, brought):
    bow = shapely.Polygon(
        [(565_150, 5_940_050), (565_250, 5_940_090), (565_250, 5_940_050), (565_150, 5_940_090)]
    )
    gml(folder / "plan.gml", *plan_of(feature("BP_KennzeichnungsFlaeche", bow, flaechenschluss="false")))
    plan, result = brought()
    assert len(plan.layer("parcels")) == 2
    (one,) = rules(result, "office-outside")
    assert (one.layer, one.measured) == ("BP_KennzeichnungsFlaeche", 1_000.0)
