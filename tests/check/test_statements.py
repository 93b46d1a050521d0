"""Sentences of the plan, and what bears them out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from tests.builders import a_plan
from tests.check.fakes import Fake, all_supplies, reading

from blockplan.check import check

if TYPE_CHECKING:
    from blockplan.check.verdict import StatementState

LINE = shapely.LineString([(500_000, 4_400_000), (500_000, 4_400_100)])


def state_of(kind: str, bound_to: str | None, **readings: float | None) -> StatementState:
    """The state of one statement on a plan with an axis and an incubator."""
    axis = gpd.GeoDataFrame({"element_id": ["axis"], "role": ["axis"]}, geometry=[LINE], crs="EPSG:4548")
    incubator = gpd.GeoDataFrame(
        {"programme_id": ["P-1"], "kind": ["incubator"]}, geometry=[LINE.centroid], crs="EPSG:4548"
    )
    statements = pd.DataFrame(
        {"statement_id": ["S01"], "text_en": ["One axis."], "kind": [kind], "bound_to": [bound_to]}
    )
    plan = a_plan(structure=axis, programmes=incubator, statements=statements)
    measured = all_supplies() | {name: reading(name, value) for name, value in readings.items()}
    (state,) = check(plan, ["zone"], instruments=Fake(measured)).statements
    return state


@pytest.mark.parametrize(
    ("kind", "bound_to", "state", "why"),
    [
        ("C", "rule:zone-belt", "kept", "Passes: Length of the innovation belt (zone-belt)."),
        ("C", "rule:zone-belt, object:axis", "kept", "Passes: Length of the innovation belt (zone-belt)."),
        ("C", "rule:zone-belt,object:gone", "not_evidenced", "The plan does not hold object:gone."),
        ("C", "rule:other-rule", "not_evidenced", "Not judged here: other-rule."),
        ("C", None, "not_evidenced", "Bound to no rule, layer, object or programme."),
        ("R", "object:axis", "represented", "The plan holds object:axis."),
        (
            "R",
            "layer:parcels,programme:incubator",
            "represented",
            "The plan holds layer:parcels, programme:inc",
        ),
        ("R", "layer:water", "not_evidenced", "The plan does not hold layer:water."),
        ("R", "programme:pilot_test", "not_evidenced", "The plan does not hold programme:pilot_test."),
        ("R", "axis", "not_evidenced", "The binding axis cannot be understood."),
        ("P", "rule:zone-belt", "kept", "Passes: Length of the innovation belt (zone-belt)."),
        ("P", "layer:parcels", "represented", "The plan holds layer:parcels."),
        ("N", None, "context", "Context; nothing to judge."),
    ],
)
def test_a_statement_has_the_state_that_its_bindings_give(
    kind: str, bound_to: str | None, state: str, why: str
) -> None:
    found = state_of(kind, bound_to)
    assert found.state == state
    assert found.why["en"].startswith(why)
    assert set(found.why) == {"zh", "en", "ja"}


def test_a_statement_is_missed_when_one_of_its_rules_fails() -> None:
    found = state_of("C", "rule:zone-parks-large,rule:zone-belt", belt_length=8.0)
    assert (found.state, found.why["en"]) == ("missed", "Fails: Length of the innovation belt (zone-belt).")


def test_a_statement_is_not_evidenced_while_its_rule_is_unknown() -> None:
    found = state_of("C", "rule:zone-belt", belt_length=None)
    assert (found.state, found.why["en"]) == (
        "not_evidenced",
        "Cannot be told: Length of the innovation belt (zone-belt).",
    )
