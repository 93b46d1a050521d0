"""Every case of every pack, through the comparison that judges plans; and the rows of the reference table."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from blockplan.check.instruments import House
from blockplan.check.listing import test_packs as run_packs
from blockplan.check.packs import load

if TYPE_CHECKING:
    from blockplan.check.loader import CaseResult

REPO = Path(__file__).parents[2]
TABLE = REPO.parent / "shared" / "reference" / "standards.csv"
#: What a row with the operator ~ means: the figure, with the rounding that it was stated to.
RANGES = {
    "zone-belt": (8.5, 9.5),
    "zone-area-rd": (3.45, 3.55),
    "zone-area-life": (3.55, 3.65),
    "zone-area-mfg": (2.35, 2.45),
    "zone-area-sum": (9.35, 9.65),
}


@pytest.mark.parametrize("case", run_packs(), ids=lambda case: f"{case.rule}: {case.name}")
def test_a_case_comes_out_as_its_rule_file_says(case: CaseResult) -> None:
    assert case.found == case.expected


@pytest.mark.shared
def test_every_zone_row_of_the_reference_table_is_encoded_with_its_figure_and_confidence() -> None:
    if not TABLE.is_file():
        pytest.skip("needs the reference table ../shared/reference/standards.csv")
    with TABLE.open(encoding="utf-8", newline="") as file:
        rows = {row["id"]: row for row in csv.DictReader(file) if row["pack"] == "zone"}
    (pack,) = load(["zone"], House().measures())
    rules = {rule.id: rule for rule in pack.rules}
    assert set(rules) == set(rows)
    for id_, row in rows.items():
        rule, figure = rules[id_], float(row["value"])
        (limit,) = rule.limits
        assert rule.confidence == row["confidence"], id_
        if row["op"] == ">=":
            assert limit.numbers == (figure,), id_
        elif row["op"] == "within":
            assert (limit.min, rule.parameters["green_limit_m"].value) == (1.0, figure), id_
        else:
            assert (limit.min, limit.max) == RANGES[id_], id_
            assert (limit.min + limit.max) / 2 == pytest.approx(figure), id_
        if row["op"] != "within":
            assert rule.unit == row["unit"], id_


def test_every_rule_of_pack_zone_is_a_must_but_for_the_sum_of_the_areas() -> None:
    (pack,) = load(["zone"], House().measures())
    assert {rule.id for rule in pack.rules if rule.force != "must"} == {"zone-area-sum"}
    assert {str(rule.first_day) for rule in pack.rules} == {"2021-01-01"}
