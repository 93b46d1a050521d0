"""Text, table and drawing side by side: on two squares of 1 ha, and on the reference plan."""

from __future__ import annotations

from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from tests.support.builders import X, Y, a_plan, parcels_of, square

from blockplan.check import check
from blockplan.check.differences import between_tables, differences_of
from blockplan.check.statements import read_statements
from blockplan.plan import read

if TYPE_CHECKING:
    from blockplan.check.verdict import Discrepancy
    from blockplan.measure.measurement import Measurement
    from blockplan.plan import Plan

ZONE = Path(__file__).resolve().parents[2] / "examples" / "demonstration-zone"


def two_squares(text: str = "", bound_to: str = "", **columns: list[Any]) -> Plan:
    """Parcels A and B of 1 ha in the areas west and east, a line of 200 m, and one sentence."""
    parcels = parcels_of("0701", "0802", **columns)
    areas = gpd.GeoDataFrame(
        {"area_id": ["west", "east"], "name_en": ["West", None]},
        geometry=[square(0), square(1)],
        crs="EPSG:4548",
    )
    belt = shapely.LineString([(X, Y), (X + 200, Y)])
    structure = gpd.GeoDataFrame({"element_id": ["belt"], "role": ["belt"]}, geometry=[belt], crs="EPSG:4548")
    statements = pd.DataFrame(
        {"statement_id": ["T"], "kind": ["C"], "text_en": [text], "bound_to": [bound_to]}
    )
    return a_plan(parcels, areas=areas, structure=structure, statements=statements)


def rows(plan: Plan, gauged: Measurement | None = None) -> list[Discrepancy]:
    def gauging(name: str) -> Any:
        return None if gauged is None or gauged.id != name else (gauged, ())

    of_text = (differences_of(one, plan, {}, gauging) for one in read_statements(plan))
    return [*chain.from_iterable(of_text), *between_tables(plan)]


def said(plan: Plan) -> list[tuple[Any, ...]]:
    """The rows that a sentence speaks of."""
    return [(d.said, d.tabled, d.drawn, d.unit, d.agrees) for d in rows(plan) if d.statement_id]


@pytest.mark.parametrize(
    ("text", "bound_to", "found"),
    [
        ("West covers 1 ha.", "object:west", [(1.0, None, 1.0, "ha", True)]),
        ("West covers 1.04 ha.", "object:west", [(1.04, None, 1.0, "ha", False)]),
        ("West covers 10,400 m2.", "object:west", [(10_400.0, None, 10_000.0, "m2", False)]),
        ("Together 2 ha.", "layer:areas", [(2.0, None, 2.0, "ha", True)]),
        ("Together 2 ha, others say 2.3 ha.", "layer:areas", [(2.0, None, 2.0, "ha", True)]),
        ("West and east: 1 and 1.0 ha.", "layer:areas", [(1.0, None, 1.0, "ha", True)]),
        ("The belt runs 0.2 km.", "object:belt", [(0.2, None, 0.2, "km", True)]),
        ("The belt runs 300 m.", "object:belt", [(300.0, None, 200.0, "m", False)]),
        ("Until 2035, for 50,000 people.", "object:west", []),
        ("West covers 1 ha.", "object:elsewhere", []),
        ("West covers 1 ha.", "rule:zone-edu", []),
    ],
)
def test_sizes_of_the_text_stand_beside_what_is_drawn(
    text: str, bound_to: str, found: list[tuple[Any, ...]]
) -> None:
    assert said(two_squares(text, bound_to)) == [
        tuple(pytest.approx(one) if isinstance(one, float) else one for one in row) for row in found
    ]


def test_in_a_list_the_wrong_figure_is_about_the_object_that_no_other_fits() -> None:
    plan = two_squares("West and east: 1 ha and 3 ha.", "layer:areas")
    wide = plan.layer("areas").copy()
    wide.geometry = [square(0), square(1).buffer(50, cap_style="square", join_style="mitre")]
    found = [d for d in rows(plan.replace(areas=wide)) if d.statement_id]
    assert [(d.subject["en"], d.said, d.drawn, d.agrees) for d in found] == [
        ("West", 1.0, pytest.approx(1.0), True),
        ("east", 3.0, pytest.approx(4.0), False),
    ]


def test_declared_areas_stand_beside_text_and_drawing() -> None:
    agreeing = two_squares("West: 1.0 ha.", "object:west", declared_area_m2=[10_020.0, 10_000.0])
    assert said(agreeing) == [(1.0, pytest.approx(1.002), pytest.approx(1.0), "ha", True)]
    # The drawing fits the text, the table does not.
    differing = two_squares("West: 1.0 ha.", "object:west", declared_area_m2=[10_600.0, 10_000.0])
    assert said(differing) == [(1.0, pytest.approx(1.06), pytest.approx(1.0), "ha", False)]


def test_a_declared_area_is_held_against_the_drawing_by_area_and_by_parcel() -> None:
    found = rows(two_squares(declared_area_m2=[10_040.0, 10_060.0]))
    assert [(d.subject["en"], d.tabled, d.agrees) for d in found] == [
        ("Declared and drawn area: West", 10_040.0, True),
        ("Declared and drawn area: east", 10_060.0, False),
        ("Declared and drawn area: B", 10_060.0, False),
    ]
    assert found[0].tolerance == pytest.approx(50)  # half a percent of 1 ha, as validation lets pass
    assert found[0].note["en"] == "Parcels: 1; the largest difference of one is 40 m²."


@pytest.mark.parametrize(
    ("floor", "kind", "agrees"),
    [
        # 1.5 on 1 ha is 15,000 m2; the ratio stands for 1.45 to 1.55 (500 m2), and half a percent is 75 m2.
        (15_000.0, "upper", True),
        (15_575.0, "upper", True),
        (15_576.0, "upper", False),
        (9_000.0, "upper", True),
        (9_000.0, "lower", False),
        (20_000.0, "guide", True),
    ],
)
def test_floor_area_is_held_against_ratio_times_land(floor: float, kind: str, agrees: bool) -> None:
    found = rows(two_squares(far=[1.5, None], floor_area_m2=[floor, None], far_kind=[kind, None]))
    parcels = [d for d in found if d.subject["en"].endswith(": A")]
    assert [d.agrees for d in parcels] == ([] if agrees else [False])
    assert found[0].drawn == pytest.approx(15_000)


def test_a_site_may_be_part_of_a_parcel_and_not_more_than_it() -> None:
    facilities = gpd.GeoDataFrame(
        {
            "facility_id": ["F-1", "F-2", "F-3"],
            "parcel_id": ["A", "B", "B"],
            "service": ["library", "library", "sport"],
            "site_area_m2": [10_000.0, 4_000.0, 12_000.0],
        },
        geometry=[square(0).centroid, square(1).centroid, square(1).centroid],
        crs="EPSG:4548",
    )
    found = rows(two_squares().replace(facilities=facilities))
    assert [(d.subject["en"].rpartition(" ")[2], d.tabled, d.agrees) for d in found] == [
        ("Library", 10_000.0, True),
        ("Sport", 12_000.0, False),
        ("F-3", 12_000.0, False),
    ]
    assert "1 more stand on part of a parcel" in found[0].note["en"]
    assert found[1].note["en"] == "Facilities: 1."
    assert found[0].subject["zh"] == "图书馆：设施用地面积与地块图上面积"


def test_residents_that_the_manifest_gives_are_held_against_the_parcels() -> None:
    parcels = parcels_of("0701", "0701", residents=[60.0, 40.0])
    for total, agrees in ((100, True), (120, False)):
        plan = a_plan(parcels, {"residents": {"source": "given", "total": total}})
        (found,) = rows(plan)
        assert (found.said, found.tabled, found.agrees) == (total, 100.0, agrees)


@pytest.mark.long
def test_text_table_and_drawing_of_the_reference_plan_agree_and_all_is_listed() -> None:
    found = check(read(ZONE)).differences
    assert {d.agrees for d in found} == {True}
    assert {d.statement_id for d in found} >= {
        "P02", "S02", "S03", "S04", "S05", "S06", "S07", "S08", "R01", "R02", "R03", "R05", "R08", "",
    }  # fmt: skip
    by_id = {d.statement_id: d for d in found}
    assert (by_id["S05"].said, by_id["S05"].unit, by_id["S05"].tolerance) == (3.5, "km2", pytest.approx(0.05))
    assert (by_id["S05"].tabled, by_id["S05"].drawn) == (pytest.approx(3.5), pytest.approx(3.5))
    # Beds stand in the table alone, land for schools is drawn.
    assert (by_id["R02"].tabled, by_id["R02"].drawn) == (10.0, None)
    assert (by_id["R01"].tabled, by_id["R01"].drawn) == (None, pytest.approx(4160, rel=1e-5))
    assert all(set(d.subject) == set(d.note) == {"zh", "en", "ja"} for d in found)


@pytest.mark.long
def test_a_text_that_differs_shows_as_a_row_that_disagrees() -> None:
    (found,) = (d for d in check(read(ZONE / "faulty" / "text_differs")).differences if d.agrees is False)
    assert (found.statement_id, found.said) == ("S05", 3.62)
    assert found.drawn == pytest.approx(3.5)


def test_a_declared_area_that_differs_shows_as_table_against_drawing() -> None:
    result = check(read(ZONE / "faulty" / "declared_area"))
    (found,) = (d for d in result.differences if d.agrees is False)
    assert (found.said, found.statement_id) == (None, "")
    assert (found.tabled, found.drawn) == (pytest.approx(33_600.1), pytest.approx(32_000, rel=1e-4))
    assert "RD-01-07-009" in found.subject["en"]
    # What the fault leaves unknown is neither agreed nor denied.
    assert {d.statement_id for d in result.differences if d.agrees is None} == {"R05", "R08"}
    said = result.to_dict()["differences"]
    assert said[-1].keys() == {
        "statement_id", "subject", "said", "tabled", "drawn", "unit", "tolerance", "agrees", "note",
    }  # fmt: skip
