"""How exactly a value is known, and that verdict, remedy, capacity and residents affected agree on it."""

from __future__ import annotations

import math
import random

import geopandas as gpd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from tests.support.builders import a_manifest, boundary_of

from blockplan.check import check
from blockplan.check.accuracy import STATED, accuracy
from blockplan.check.limits import compare, margin
from blockplan.check.notes import affected_by, carried
from blockplan.check.verdict import Required
from blockplan.measure import MEASURES
from blockplan.measure.measurement import Measurement
from blockplan.plan import Plan
from blockplan.units import drawn_area_accuracy_m2, unit_of


def a_site(site: shapely.Polygon, people: float) -> Plan:
    """A plan of one kindergarten site and, beside it, a housing parcel of so many residents."""
    _, south, east, north = site.bounds
    home = shapely.box(east + 10, south, east + 110, north)
    parcels = gpd.GeoDataFrame(
        {"parcel_id": ["A", "B"], "land_use": ["080403", "0701"], "residents": [None, people]},
        geometry=[site, home],
        crs="EPSG:4548",
    )
    return Plan(a_manifest(packs=["zone"]), {"boundary": boundary_of(parcels), "parcels": parcels})


def test_a_site_of_exactly_the_asked_size_passes_wherever_and_however_it_is_drawn() -> None:
    drawn = random.Random(3)
    for turned in (0.0, 0.0, 0.0, *(drawn.uniform(0, 90) for _ in range(5))):
        x, y = 500_000 + drawn.randrange(10**7) / 1000, 4_400_000 + drawn.randrange(10**7) / 1000
        site = shapely.affinity.rotate(shapely.box(x, y, round(x + 99.6, 3), round(y + 40, 3)), turned)
        result = check(a_site(site, 1000.0))
        verdict = result.verdict("zone-edu")
        assert (verdict.outcome, verdict.margin, verdict.remedy) == ("pass", 0.0, None), (turned, site.area)
        assert verdict.affected_residents == 0
        assert (result.capacity.by_rule["zone-edu"] or 0) >= 1000


def test_rounding_to_the_millimetre_moves_hardly_any_area_by_more_than_is_stated() -> None:
    drawn, side = random.Random(3), math.sqrt(3984)
    within = 0
    for _ in range(1000):
        x, y = drawn.uniform(500_000, 510_000), drawn.uniform(4_400_000, 4_410_000)
        site = shapely.affinity.rotate(shapely.box(x, y, x + side, y + side), drawn.uniform(0, 90))
        area = shapely.transform(site, lambda xy: xy.round(3)).area
        within += abs(area - 3984) <= drawn_area_accuracy_m2(3984.0)
    assert within >= 980


def test_a_site_that_is_visibly_short_fails_and_asks_for_a_whole_square_metre() -> None:
    verdict = check(a_site(shapely.box(500_000, 4_400_000, 500_099.6, 4_400_039.99), 1000.0)).verdict(
        "zone-edu"
    )
    assert verdict.remedy is not None
    assert (verdict.outcome, verdict.remedy.amount) == ("fail", 1)  # 0.996 m2 short


def test_a_value_beside_the_limit_by_less_than_the_drawing_tells_says_so() -> None:
    verdict = check(a_site(shapely.box(500_000, 4_400_000, 500_099.6, 4_400_039.9995), 1000.0)).verdict(
        "zone-edu"
    )
    assert verdict.outcome == "pass"
    assert "Lies 0.05 m² per 1,000 residents from the limit" in verdict.notes[0]["en"]
    assert verdict.to_dict()["tolerance"] == pytest.approx(0.0631, abs=1e-4)


@given(
    st.floats(0.1, 1e7),
    st.sampled_from(["green_per_resident", "education_land_per_1000", "culture_floor_per_resident"]),
    st.sampled_from([0.45, 9.5, 20.0, 3984.0]),
    st.floats(-3.0, 3.0),
    st.sampled_from([">=", ">"]),
)
def test_verdict_capacity_and_affected_agree_at_the_limit(
    supply: float, name: str, limit: float, off: float, op: str
) -> None:
    per = 1000.0 if name.endswith("1000") else 1.0
    people = max(1, math.floor(supply * per / limit + off))
    required = Required(op, limit)  # type: ignore[arg-type]
    found = Measurement(name, supply * per / people, "m2", supply=supply, per=per)
    outcome = compare(found.value, required, accuracy(found))
    most = carried(found, required)
    assert most is not None
    assert (outcome == "pass") == (people <= most)
    assert (outcome == "fail") == ((affected_by(outcome, required, found, people) or 0) > 0)
    assert (outcome == "pass") == (
        margin(found.value or 0.0, required, accuracy(found)) >= (0 if op == ">=" else 1e-300)
    )


def test_only_what_is_drawn_is_known_no_more_exactly_than_the_drawing() -> None:
    assert accuracy(Measurement("residential_height", 80.0, "m")) == 0
    assert accuracy(Measurement("belt_length", 9.0, "km")) == pytest.approx(1e-6)
    assert accuracy(Measurement("park_width", 80.0, "m")) == pytest.approx(0.001)
    assert accuracy(Measurement("nobody_s_own", 80.0, "m")) == 0
    share = Measurement("land_share", 0.25, "1", {"land_ha": 1.0, "of_ha": 4.0})
    assert accuracy(share) == pytest.approx(0.25 * (0.1 / 10_000 + 0.2 / 40_000))


def test_every_measure_of_a_stated_size_is_told_from_those_of_a_drawn_one() -> None:
    """One whose unit is that of a column it reads is stated, or listed here as drawn all the same."""
    told = {"m2", "ha", "km2", "m", "km"}
    doubtful = {
        name
        for name, spec in MEASURES.items()
        if spec.unit in told
        and any(one.endswith(".geometry") for one in spec.inputs)
        and any(unit_of(one) == spec.unit for one in spec.inputs if not one.startswith("plan.toml"))
    }
    # What is measured feature by feature says of each how exactly it is drawn.
    apart = {"plots", "spacing", "street_block"}
    doubtful = {
        name for name in doubtful if MEASURES[name].measure.__module__.rpartition(".")[2] not in apart
    } - {"block_floor_area", "facility_land"}
    by_people = {name for name in doubtful if name not in STATED}
    # Floor area tells how many people live there, or of which tier a facility is; the amount is drawn land.
    assert by_people == {
        "block_green_per_resident",
        "circle_facility_land_per_1000",
        "circle_green_per_resident",
        "construction_land_per_resident",
        "education_land_per_1000",
        "green_per_daytime_user",
        "green_per_resident",
        "kindergarten_land_per_1000",
        "land_per_1000",
        "land_per_resident",
        "school_land_per_1000",
        "sized_green_per_resident",
    }
