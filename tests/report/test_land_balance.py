"""The balance of land: shares that add up, existing and planned land, land per person."""

from __future__ import annotations

import math

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_array
from scipy.sparse.csgraph import maximum_flow
from tests.support.handmade import frame, manifest
from tests.support.office_tables import ZONE, land, of, records

from blockplan.figures import shared_out
from blockplan.plan import Plan
from blockplan.plan import read as read_plan
from blockplan.report.office.changes import in_units
from blockplan.report.office.columns import NOT_APPLICABLE, OfficeTable

#: Land of which totals shared out alone come to a hundredth more or less than those of the balance.
SPREAD = [
    (now, then, 0.1 + (3 * at + 7 * to) % 11 / 300)
    for at, now in enumerate(("0103", "0301", "0703", "1701"))
    for to, then in enumerate(("0701", "0804", "0901", "1001", "1401"))
]


@given(
    st.lists(st.floats(0, 1e6, allow_nan=False), min_size=1, max_size=40),
    st.integers(min_value=0, max_value=10**6),
)
def test_shares_add_up_to_the_whole_and_none_is_off_by_one(parts: list[float], whole: int) -> None:
    found = shared_out(parts, whole)
    total = sum(parts)
    assert sum(found) == (whole if total > 0 else 0)
    if total > 0:
        assert all(
            abs(share - part / total * whole) < 1 + 1e-6 for share, part in zip(found, parts, strict=True)
        )


def test_the_balance_of_a_small_plan_checked_by_hand() -> None:
    plan = land(("0103", "0701", 1.0), ("0103", "080403", 1.0), ("0703", "1701", 1.0))
    rows = records(of(plan, "land_balance"))
    said = [(row["kind"], row["depth"], row["code"], row["existing_ha"], row["planned_ha"]) for row in rows]
    assert said == [
        ("row", 0, "07", 0, 1.0), ("row", 1, "0701", 0, 1.0),
        ("row", 0, "08", 0, 1.0), ("row", 1, "0804", 0, 1.0), ("row", 2, "080403", 0, 1.0),
        ("subtotal", 0, "", 0, 2.0),
        ("row", 0, "07", 1.0, 0), ("row", 1, "0703", 1.0, 0), ("subtotal", 0, "", 1.0, 0),
        ("row", 0, "01", 2.0, 0), ("row", 1, "0103", 2.0, 0),
        ("row", 0, "17", 0, 1.0), ("row", 1, "1701", 0, 1.0), ("subtotal", 0, "", 2.0, 1.0),
        ("total", 0, "", 3.0, 3.0),
    ]  # fmt: skip
    # Two groups of 66.67 and 33.33 %, and 66.67 cannot be halved: the first class takes the rest.
    top = [row["planned_share"] for row in rows if row["depth"] == 0 and row["kind"] == "row"]
    assert top == [33.34, 33.33, 0, 0, 33.33]
    assert [row["construction_share"] for row in rows[:3]] == [50, 50, 50]
    assert rows[-1]["construction_share"] == NOT_APPLICABLE
    assert [row["change_ha"] for row in rows if row["kind"] != "row"] == [2.0, -1.0, -1.0, 0.0]


@given(
    st.lists(
        st.tuples(
            st.sampled_from([None, "0103", "1001", "0703", "0804", "080403", "999", "1701"]),
            st.sampled_from([None, "0701", "0804", "080403", "080404", "1401", "16", "0301", "1202", "X1"]),
            st.floats(0.01, 40),
        ),
        min_size=1,
        max_size=12,
    )
)
def test_every_level_of_any_balance_adds_up_as_printed(
    rows: list[tuple[str | None, str | None, float]],
) -> None:
    table = records(of(land(*rows), "land_balance"))
    total = table[-1]
    assert total["planned_share"] == 100
    units = {"ha": 10_000 if sum(row[2] for row in rows) <= 20 else 100, "share": 100}
    for column in ("planned_ha", "planned_share", "existing_ha", "existing_share"):
        if total[column] is None:
            continue
        unit = units[column.partition("_")[2]]
        printed = [(row, round(row[column] * unit)) for row in table]
        assert [n / unit for _, n in printed] == [row[column] for row in table]
        assert sum(n for row, n in printed if row["kind"] == "subtotal") == round(total[column] * unit)
        tops = sum(n for row, n in printed if row["kind"] == "row" and row["depth"] == 0)
        assert tops == round(total[column] * unit)
        for at, (row, number) in enumerate(printed):
            below = []
            for other, n in printed[at + 1 :]:
                if other["kind"] != "row" or other["depth"] <= row["depth"]:
                    break
                below += [n] if other["depth"] == row["depth"] + 1 else []
            assert row["kind"] != "row" or not below or sum(below) == number


def test_a_small_plan_says_its_land_to_the_square_metre_and_a_larger_one_to_the_hundredth_hectare() -> None:
    for more, of_homes, decimals in ((0.0, 0.2356, "four"), (30.0, 0.24, "two")):
        table = of(land(("0103", "0701", 0.2356), ("0103", "1401", 0.13 + more)), "land_balance")
        assert {one.key: one.form for one in table.columns}["planned_ha"] == decimals
        assert records(table)[0]["planned_ha"] == of_homes
        phased = of(land((None, "0701", 0.2356), (None, "1401", 0.13 + more), phase="1"), "phases")
        assert {one.key: one.form for one in phased.columns}["phase_ha"] == decimals
    # The same land stands in the table from existing to planned use.
    moved = of(land(("0103", "0701", 0.2356), ("0103", "1401", 0.13)), "transition")
    assert moved.lines[0].cells[2:] == (0.2356, 0.13, 0.3656)


def test_where_existing_use_is_not_known_nothing_is_said_of_change() -> None:
    none = of(land((None, "0701", 1.0)), "land_balance")
    assert [row["existing_ha"] for row in records(none)] == [None] * len(none.lines)
    assert any("do not say how land is used now" in note for note in none.notes)
    partly = of(land((None, "0701", 1.0), ("0103", "0701", 2.0)), "land_balance")
    rows = records(partly)
    assert rows[-1]["existing_ha"] == 3.0
    assert [row["change_ha"] for row in rows] == [None] * len(rows)
    assert any("not known: 1, of 1" in note for note in partly.notes)


def test_land_per_person_is_unknown_without_residents_and_planned_land_over_them_with() -> None:
    assert records(of(land(("0103", "0701", 1.0)), "land_balance"))[-1]["per_person_m2"] is None
    peopled = land(("0103", "0701", 1.0), residents=400.0)
    assert records(of(peopled, "land_balance"))[-1]["per_person_m2"] == 25


def test_existing_to_planned_land_adds_up_across_and_down_to_the_drawn_land() -> None:
    table = of(
        land(("0103", "0701", 1.234), ("0103", "1401", 2.005), ("0301", "1401", 0.333), (None, "0902", 0.5)),
        "transition",
    )
    assert [column.named or column.key for column in table.columns][:2] == ["from_code", "from_name"]
    numbers = [[cell or 0 for cell in line.cells[2:]] for line in table.lines]
    for row in numbers:
        assert sum(row[:-1]) == pytest.approx(row[-1])
    for column in zip(*numbers, strict=True):
        assert sum(column[:-1]) == pytest.approx(column[-1])
    assert numbers[-1][-1] == pytest.approx(4.072)
    assert table.lines[-2].cells[1] == "not stated"
    assert not of(land((None, "0701", 1.0)), "transition").lines


def _tops(table: OfficeTable, key: str) -> dict[str, float]:
    rows = [row for row in records(table) if row["kind"] == "row" and row["depth"] == 0]
    return {row["code"]: row[key] for row in rows if row[key]}


def test_totals_of_existing_to_planned_land_are_those_of_the_land_balance() -> None:
    for plan in (read_plan(ZONE), land(*SPREAD)):
        balance, table = of(plan, "land_balance"), of(plan, "transition")
        across = {line.cells[0]: line.cells[-1] for line in table.lines[:-1] if line.cells[-1]}
        down = {
            (column.named or column.key).split()[0]: cell
            for column, cell in zip(table.columns[2:-1], table.lines[-1].cells[2:-1], strict=True)
            if cell
        }
        assert across == _tops(balance, "existing_ha")
        assert down == _tops(balance, "planned_ha")
        assert not table.notes


def _can_be_had(parts: list[list[float]], rows: list[int], columns: list[int]) -> bool:
    """Whether whole numbers less than one off their land add up to rows and columns: a flow through all."""
    least, most = (
        [[0 if land == 0 else max(round_(land / 100 + by), 0) for land in row] for row in parts]
        for round_, by in ((math.ceil, -1), (math.floor, 1))
    )
    need = [row - sum(low) for row, low in zip(rows, least, strict=True)]
    take = [column - sum(low) for column, low in zip(columns, zip(*least, strict=True), strict=True)]
    if min(*need, *take) < 0 or sum(need) != sum(take):
        return False
    n, ends = len(need), len(need) + len(take)
    capacity = np.zeros((ends + 2, ends + 2), dtype=np.int32)
    capacity[ends, :n], capacity[n:ends, ends + 1] = need, take
    capacity[:n, n:ends] = np.array(most) - np.array(least)
    return bool(maximum_flow(csr_array(capacity), ends, ends + 1).flow_value == sum(need))


@given(
    st.integers(1, 7).flatmap(
        lambda n: st.lists(
            st.lists(st.integers(0, 400_000).map(float), min_size=n, max_size=n), min_size=1, max_size=7
        )
    )
)
def test_land_rounded_both_ways_keeps_its_sums_and_each_number(parts: list[list[float]]) -> None:
    whole = round(sum(map(sum, parts)) / 100)
    rows = shared_out([sum(row) for row in parts], whole)
    columns = shared_out([sum(column) for column in zip(*parts, strict=True)], whole)
    found = in_units(parts, rows, columns, 100.0)
    if found is None:
        assert not whole or not _can_be_had(parts, rows, columns)
        return
    assert [sum(row) for row in found] == rows
    assert [sum(column) for column in zip(*found, strict=True)] == columns
    for row, exact in zip(found, parts, strict=True):
        assert all(abs(one - land / 100) <= 1 for one, land in zip(row, exact, strict=True))
        assert all(one == 0 for one, land in zip(row, exact, strict=True) if land == 0)


def test_totals_that_no_rounding_gives_are_said_to_be_apart() -> None:
    assert in_units([[50.0, 0.0], [0.0, 50.0]], [1, 0], [0, 1], 100.0) is None
    assert in_units([[50.0, 0.0], [0.0, 50.0]], [1, 0], [1, 0], 100.0) == [[1, 0], [0, 0]]


def test_land_that_a_plan_has_none_of_says_whose_facilities_stand_on_other_land() -> None:
    parcels = land((None, "0701", 1.0), (None, "0701", 1.0), (None, "0806", 1.0)).layer("parcels")
    facilities = frame([
        {"facility_id": f"F{at}", "service": service, "parcel_id": host, "site_area_m2": site,
         "geometry": shapely.Point(50, 50)}
        for at, (service, host, site) in enumerate([
            ("kindergarten", "P0", 0.0), ("kindergarten", "P1", 0.0), ("sport", None, None),
            ("sport", "P1", 900.0), ("sport", "P0", None), ("clinic", "P1", None),
        ])
    ])  # fmt: skip
    plan = Plan(manifest(), {"parcels": parcels, "facilities": facilities})
    said = [one for one in of(plan, "per_thousand").notes if "another use" in one]
    # Land for health there is; a playground on land for homes is told with its land, or that it is unsaid.
    assert said == [
        "Kindergarten: 2 in buildings on parcels of another use (P0, P1), without land of their own.",
        "Sport: 1 on parcels of another use (P1), whose 900 m² of land are not counted here.",
        "Sport: 1 on parcels of another use (P0), whose land the plan does not state: not counted here.",
    ]
