"""A file after somebody else's data model is held against the rules of that model, without a plan of it."""

from __future__ import annotations

import json
from collections import Counter

import geopandas as gpd
import pytest
import shapely
from click.testing import CliRunner
from tests.exchange.office.conftest import squares
from tests.support.gml import LAND, WEST, area, feature, gml, plan_of

from blockplan.cli import app
from blockplan.errors import PlanDataError
from blockplan.exchange.foreign import check_foreign


def found(path, model="xplangml"):
    return [(one.rule, one.grade, one.measured) for one in check_foreign(path, model)[1]]


def called(path, model, *more):
    return CliRunner().invoke(app, ["validate", str(path), "--as", model, "--json", *more])


def test_a_sound_plan_has_no_fault_and_says_its_name(tmp_path):
    name, faults = check_foreign(gml(tmp_path / "a.gml", *plan_of()), "xplangml")
    assert (name, faults) == ("Am Deich", [])


def part(shape, number, bedeutung=None):
    more = {} if bedeutung is None else {"bedeutung": bedeutung}
    return feature("BP_Bereich", shape, place="geltungsbereich", nummer=number, **more)


def test_a_gap_is_a_warning_and_in_a_part_for_compensation_an_error(tmp_path):
    wider = shapely.box(565_000, 5_940_000, 565_210, 5_940_100)
    assert found(gml(tmp_path / "a.gml", *plan_of(land=wider))) == [("xp-gap", "warning", 1000.0)]
    compensation = gml(tmp_path / "b.gml", *plan_of(part(wider, 1, 1800)))
    assert found(compensation) == [("xp-gap", "error", 1000.0)]


def test_a_gap_thinner_than_two_millimetres_is_none(tmp_path):
    hair = shapely.box(565_000, 5_940_000, 565_200.0015, 5_940_100)
    assert found(gml(tmp_path / "a.gml", *plan_of(land=hair))) == []


def test_areas_of_one_level_may_not_overlap_and_others_may(tmp_path):
    again = shapely.box(565_050, 5_940_000, 565_100, 5_940_100)
    above = area("BP_GemeinbedarfsFlaeche", again, ebene=1)
    assert found(gml(tmp_path / "a.gml", *plan_of(above))) == []
    same = area("BP_GemeinbedarfsFlaeche", again, allgemein=1200)
    assert found(gml(tmp_path / "b.gml", *plan_of(same))) == [("xp-overlap", "error", 5000.0)]


def test_what_lies_outside_is_told_at_its_first_corner_there(tmp_path):
    over = shapely.box(565_190, 5_940_010, 565_250, 5_940_020)
    file = gml(
        tmp_path / "a.gml", *plan_of(feature("BP_KennzeichnungsFlaeche", over, flaechenschluss="false"))
    )
    (one,) = check_foreign(file, "xplangml")[1]
    assert (one.rule, one.grade, one.unit) == ("xp-outside", "error", "m2")
    assert one.measured == pytest.approx(500, abs=0.1)
    assert (one.x, one.y) == (565_250, 5_940_010)


def test_a_part_lies_in_its_plan_unless_it_is_for_compensation(tmp_path):
    away = shapely.box(565_200, 5_940_000, 565_300, 5_940_100)
    fill = area("BP_AusgleichsFlaeche", away)
    features = [*plan_of(), fill, part(shapely.union(LAND, away), 1)]
    rules = {one[0] for one in found(gml(tmp_path / "a.gml", *features))}
    assert rules == {"xp-part"}
    features[-1] = part(shapely.union(LAND, away), 1, 1800)
    assert found(gml(tmp_path / "b.gml", *features)) == []


def test_the_command_prints_one_document_and_leaves_with_1_for_an_error(tmp_path):
    file = gml(tmp_path / "a.gml", *plan_of(area("BP_GemeinbedarfsFlaeche", WEST, allgemein=1200)))
    answer = called(file, "xplangml")
    said = json.loads(answer.stdout)
    assert answer.exit_code == 1
    assert said["plan"] == "Am Deich"
    (one,) = said["faults"]
    assert set(one) >= {"rule", "grade", "layer", "id", "x", "y", "measured", "unit", "message", "remedy"}
    assert called(gml(tmp_path / "b.gml", *plan_of()), "xplangml").exit_code == 0
    assert called(file, "xplangml", "--scenario", "b").exit_code == 2


@pytest.mark.parametrize("lang", ["zh", "en", "ja"])
def test_every_kind_of_fault_has_words_in_each_language(tmp_path, lang):
    file = gml(tmp_path / "a.gml", *plan_of(area("BP_GemeinbedarfsFlaeche", WEST, allgemein=1200)))
    said = json.loads(called(file, "xplangml", "--lang", lang).stdout)
    assert all(one["message"] and one["remedy"] for one in said["faults"])


def test_what_is_no_such_file_is_refused(tmp_path):
    with pytest.raises(PlanDataError, match="There is no file"):
        check_foreign(tmp_path / "none.gml", "xplangml")
    other = gml(
        tmp_path / "a.gml", feature("DK", WEST, prefix="own"), prefix="own", namespace="http://a.invalid/"
    )
    with pytest.raises(PlanDataError, match="holds no plan of XPlanGML"):
        check_foreign(other, "xplangml")


def test_zones_of_a_french_plan_overlap_lack_fields_and_have_kinds_that_nobody_knows(tmp_path):
    shapes = [*squares(2), shapely.box(500_050, 4_400_000, 500_150, 4_400_010)]
    frame = gpd.GeoDataFrame(
        {"LIBELLE": ["UA", "N", "X"], "TYPEZONE": ["U", "N", "Zz"]}, geometry=shapes, crs=2154
    )
    frame.to_file(tmp_path / "ZONE_URBA.shp")
    faults = check_foreign(tmp_path, "cnig")[1]
    assert [(one.rule, one.grade) for one in faults] == [
        ("cn-field", "error"), ("cn-value", "warning"), ("cn-overlap", "warning"), ("cn-overlap", "warning")
    ]  # fmt: skip
    assert [one.measured for one in faults[2:]] == [500.0, 500.0]
    assert "IDURBA" in faults[0].message()
    assert "'Zz'" in faults[1].message("ja")


# Published files with published verdicts


@pytest.fixture
def samples(shared):
    return shared / "plan-samples"


CASES = {
    "topology-cases/BPlan_Kompensationsbereich_6-0-2": [],
    "topology-cases/BPlan_Kompensationsbereich_6-0-2_Luecke": [("xp-gap", "error", 45.459)],
    "topology-cases/BPlan_Kompensationsbereich_6-0-2_Ueberlappung": [("xp-overlap", "error", 118.509)],
    "topology-cases/xplan60_Aenderungsplan_valide": [],
    "topology-cases/xplan60_Aenderungsplan_Luecke": [("xp-gap", "warning", 868.155)],
    "topology-cases/BPlan_6-0_Polygon_ausserhalb": [("xp-outside", "error", 2525.83)],
    "topology-cases/BPlan001_5-4_Sliver-Polygon": [],
    "topology-cases/xplan60-4_5_2_4": [("xp-twice", "error", None)] * 5,
    "BPlan004_6-0": [],
    "Osdorf48_6-0": [],
    "FNP_Test_6-0": [],
}


@pytest.mark.long
@pytest.mark.parametrize("name", CASES)
def test_the_published_verdict_of_a_german_plan_is_ours(samples, name):
    mine = [
        (rule, grade, size if size is None else pytest.approx(size, abs=0.01))
        for rule, grade, size in found(samples / "xplanung" / f"{name}.gml")
    ]
    assert mine == CASES[name]


def test_the_published_place_outside_is_ours(samples):
    file = samples / "xplanung" / "topology-cases" / "BPlan_6-0_Polygon_ausserhalb.gml"
    (one,) = check_foreign(file, "xplangml")[1]
    assert (one.x, one.y) == pytest.approx((557_476.69, 5_936_735.40), abs=0.01)


@pytest.mark.long
def test_a_published_french_plan_has_small_overlaps_and_nothing_worse(samples):
    faults = check_foreign(samples / "cnig-plu" / "41175_PLU_20140603", "cnig")[1]
    assert {(one.rule, one.grade) for one in faults} == {("cn-overlap", "warning")}
    assert sum(one.measured for one in faults) == pytest.approx(4706, rel=0.01)


def test_published_geometries_are_sorted(samples):
    folder = samples / "cnig-plu" / "geometry-cases"
    kinds = {
        kind: Counter(one[0] for one in found(folder / f"{kind}_geometries.csv", "cnig"))
        for kind in ("fair", "dubious", "broken")
    }
    # The first of the broken stands among the dubious as well.
    assert kinds == {
        "fair": {}, "dubious": {"shape-dubious": 3}, "broken": {"shape-dubious": 1, "shape-broken": 1}
    }  # fmt: skip
