"""A small plan judged with the house's own measures and faults: no reading is set by hand."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import pytest
import shapely
from tests.support.builders import X, Y, a_plan, parcels_of

from blockplan.check import check
from blockplan.measure.missing import lines

#: A park, homes for 500, a school and homes for 100, of 1 ha each, in a row from west to east.
USES = ("1401", "0701", "080403", "0701")


def judged(beds: float | None = 6, *, residents: list[float | None] | None = None, **parcels: Any) -> Any:
    """The verdicts on a plan with one nursing home of so many beds."""
    home = gpd.GeoDataFrame(
        {"facility_id": ["F-1"], "service": ["nursing_home"], "beds": [beds]},
        geometry=[shapely.Point(X + 150, Y + 50)],
        crs="EPSG:4548",
    )
    people = residents or [None, 500, None, 100]
    return check(a_plan(parcels_of(*USES, residents=people, **parcels), facilities=home), ["zone"])


def test_supplies_and_residents_are_those_that_can_be_summed_by_hand() -> None:
    result = judged()
    assert result.residents.central == 600
    assert result.verdict("zone-beds").measured == pytest.approx(6 * 1000 / 600)
    assert result.verdict("zone-edu").measured == pytest.approx(10_000 * 1000 / 600)
    assert result.verdict("zone-green").measured == pytest.approx(10_000 / 600)
    assert result.capacity.by_rule["zone-green"] == 500
    assert result.verdict("zone-green").affected_residents == 100


def test_a_nursing_home_without_beds_leaves_its_rule_unknown_and_names_the_facility() -> None:
    verdict = judged(None).verdict("zone-beds")
    assert verdict.outcome == "unknown"
    assert "F-1" in " ".join(lines(verdict.missing))
    assert judged(None).verdict("zone-edu").outcome == "pass"


def test_homes_without_a_number_of_residents_leave_every_rule_per_resident_unknown() -> None:
    result = judged(residents=[None, 500, None, None])
    unknown = {verdict.rule for verdict in result.verdicts if verdict.outcome == "unknown"}
    assert {"zone-edu", "zone-beds", "zone-green", "zone-green-access"} <= unknown
    # No cultural facility is too little for any number of residents.
    assert (result.verdict("zone-culture").outcome, result.verdict("zone-culture").measured) == ("fail", None)
    assert "D" in " ".join(lines(result.verdict("zone-edu").missing))
    assert result.exit_code == 1  # no large park in 4 ha, whoever lives there


def test_an_area_declared_wrong_touches_the_rule_that_measures_the_parcel_and_no_other() -> None:
    result = judged(declared_area_m2=[10_000, 10_000, 9_500, 10_000])
    touched = {verdict.rule for verdict in result.verdicts if verdict.doubts}
    assert touched == {"zone-edu"}
    assert result.verdict("zone-edu").outcome == "unknown"


@pytest.mark.parametrize("word", ["many", -5])
def test_a_number_of_residents_that_is_none_counts_as_unknown_on_a_park_too(word: Any) -> None:
    result = judged(residents=[word, 500, None, 100])
    assert result.residents.central is None
    assert lines(result.residents.missing) == ("parcels.residents of A",)
    assert result.verdict("zone-beds").outcome == "unknown"


@pytest.mark.parametrize("more", [{"residents": "x"}, {"residents": -3}, {"parcel_id": "Z"}])
def test_a_dwelling_building_that_is_left_out_for_a_fault_leaves_reach_unknown(more: dict[str, Any]) -> None:
    said: dict[str, list[Any]] = {"building_id": ["1", "2"], "parcel_id": ["B", "B"], "residents": [50, 50]}
    said |= {column: [said[column][0], value] for column, value in more.items()}
    shapes = [shapely.box(X + east, Y, X + east + 10, Y + 10) for east in (110, 180)]
    buildings = gpd.GeoDataFrame(said, geometry=shapes, crs="EPSG:4548")
    result = check(a_plan(parcels_of("1401", "0701", residents=[None, 100]), buildings=buildings), ["zone"])
    assert result.verdict("zone-green-access").outcome == "unknown"
    assert result.verdict("zone-green-access").doubts[0].id == "2"
    assert result.verdict("zone-green").outcome == "pass"


@pytest.mark.parametrize(("name", "outcome"), [("城镇住宅用地", "unknown"), ("公园绿地", "pass")])
def test_industry_that_is_called_housing_leaves_residents_in_doubt(name: str, outcome: str) -> None:
    parcels = parcels_of("080403", "0701", "1001", residents=[None, 100, None])
    result = check(a_plan(parcels.assign(land_use_name=[None, None, name])), ["zone"])
    assert result.verdict("zone-edu").outcome == outcome


def test_two_nursing_homes_of_one_id_leave_their_rule_unknown() -> None:
    double = gpd.GeoDataFrame(
        {"facility_id": ["F-1", "F-1"], "service": ["nursing_home"] * 2, "beds": [6, 6]},
        geometry=[shapely.Point(X + 150, Y + 50)] * 2,
        crs="EPSG:4548",
    )
    parcels = parcels_of(*USES, residents=[None, 500, None, 100])
    result = check(a_plan(parcels, facilities=double), ["zone"])
    assert result.verdict("zone-beds").outcome == "unknown"
    assert "pq-id: facilities F-1 (facility_id)" in lines(result.verdict("zone-beds").missing)
    assert result.verdict("zone-edu").outcome == "pass"


def test_homes_of_one_id_leave_every_rule_per_resident_unknown_and_a_school_beside_a_road_its_own() -> None:
    for names, unknown in (("ABCB", {"zone-edu", "zone-beds"}), ("ABCA", {"zone-edu", "zone-beds"})):
        result = judged(parcel_id=list(names))
        assert {rule for rule in unknown if result.verdict(rule).outcome == "unknown"} == unknown
    roads = parcels_of("1207", "0701", "080403", "1207", residents=[None, 500, None, None])
    result = check(a_plan(roads.assign(parcel_id=["R", "B", "C", "R"])), ["zone"])
    assert result.verdict("zone-edu").outcome == "pass"


def test_floor_areas_that_contradict_their_ratio_put_residents_by_floor_area_in_doubt() -> None:
    parcels = parcels_of("0701", "080403", far=[1.0, 1.0], floor_area_m2=[36_000.0, 5_000.0])
    said = {"residents": {"source": "floor_area", "floor_area_per_person_m2": 36}}
    result = check(a_plan(parcels, said), ["zone"])
    assert result.verdict("zone-edu").outcome == "unknown"


def test_everybody_lives_within_500_m_of_the_park_in_a_row_of_400_m() -> None:
    verdict = judged().verdict("zone-green-access")
    assert (verdict.outcome, verdict.measured, verdict.affected_residents) == ("pass", 1.0, 0)
    assert verdict.definition["limit_m"] == 500


def test_homes_600_m_away_fail_by_name_with_their_residents() -> None:
    uses = ("1401", "0701", "0901", "0901", "0901", "0901", "0901", "0701")
    parcels = parcels_of(*uses, residents=[None, 500, *[None] * 5, 100])
    verdict = check(a_plan(parcels), ["zone"]).verdict("zone-green-access")
    assert verdict.outcome == "fail"
    assert [(place.layer, place.id) for place in verdict.where] == [("parcels", "H")]
    assert verdict.affected_residents == 100
    assert verdict.remedy is not None
    assert verdict.remedy.text["en"] == "Bring 100 residents of 1 parcel within 500 m."
