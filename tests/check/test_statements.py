"""Sentences of the plan, and what bears them out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from tests.check.fakes import Fake, all_supplies, reading
from tests.support.builders import a_plan

from blockplan.check import check
from blockplan.measure.measurement import Part
from blockplan.plan.model.faults import fault

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
        ("C", "rule:zone-belt,object:gone", "not_evidenced", "The plan does not hold: object gone."),
        ("C", "rule:other-rule", "not_evidenced", "Not judged here: other-rule."),
        ("C", None, "not_evidenced", "Bound to no rule, layer, object or programme."),
        ("R", "object:axis", "represented", "The plan holds: object axis."),
        (
            "R",
            "layer:parcels,programme:incubator",
            "represented",
            "The plan holds: layer parcels, programme incubator.",
        ),
        ("R", "layer:water", "not_evidenced", "The plan does not hold: layer water."),
        (
            "R",
            "programme:pilot_test",
            "not_evidenced",
            "The plan does not hold: programme pilot-test facility.",
        ),
        ("R", "axis", "not_evidenced", "The binding axis cannot be understood."),
        ("P", "rule:zone-belt", "kept", "Passes: Length of the innovation belt (zone-belt)."),
        ("P", "layer:parcels", "represented", "The plan holds: layer parcels."),
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


@pytest.mark.parametrize(
    ("value", "state", "why"),
    [
        (
            2.0,
            "represented",
            "The plan holds: object axis. Borne out by: Modes of transport at each station (2 modes).",
        ),
        (
            1.0,
            "not_evidenced",
            "Modes of transport at each station: 1 mode, where the sentence needs ≥ 2 modes.",
        ),
        (None, "not_evidenced", "Modes of transport at each station: not known; missing: modes_per_station"),
    ],
)
def test_a_measure_that_contradicts_a_sentence_leaves_it_without_evidence(
    value: float | None, state: str, why: str
) -> None:
    found = state_of("R", "object:axis, measure:modes_per_station>=2", modes_per_station=value)
    assert found.state == state
    assert found.why["en"].startswith(why)
    assert all(found.why[lang] for lang in ("zh", "en", "ja"))


def test_a_measure_without_a_condition_has_to_be_known() -> None:
    assert state_of("P", "measure:modes_per_station", modes_per_station=0.0).state == "represented"
    assert state_of("P", "measure:modes_per_station", modes_per_station=None).state == "not_evidenced"


def test_a_measure_keeps_no_sentence_and_misses_none_but_a_rule_does() -> None:
    bound = "rule:zone-belt, measure:modes_per_station>=2"
    assert state_of("C", bound, modes_per_station=2.0).state == "kept"
    assert state_of("C", bound, modes_per_station=1.0).state == "not_evidenced"
    assert state_of("C", bound, modes_per_station=1.0, belt_length=8.0).state == "missed"


@pytest.mark.parametrize(
    ("bound_to", "why"),
    [
        ("measure:modes_of_station>=2", "There is no measure modes_of_station."),
        ("measure:modes_per_station=>2", "The binding measure:modes_per_station=>2 cannot be understood."),
        (
            "measure:modes_per_station[ST-9]=2",
            "Modes of transport at each station, ST-9: not known; missing: ST-9.",
        ),
        ("manifest:authority", "The plan does not hold: authority."),
        ("manifest:level=parcel", "The plan does not hold: level (parcel level)."),
        ("manifest:nothing", "The plan does not hold: plan.toml nothing."),
    ],
)
def test_a_binding_that_leads_nowhere_says_so(bound_to: str, why: str) -> None:
    found = state_of("R", bound_to, modes_per_station=2.0)
    assert (found.state, found.why["en"]) == ("not_evidenced", why)


def test_a_part_of_a_measure_may_be_asked_for() -> None:
    by = (Part("area:life", 2.0),)
    measured = {"modes_per_station": reading("modes_per_station", 9.0, by=by)}
    plan = a_plan(
        statements=pd.DataFrame(
            {
                "statement_id": ["a", "b"],
                "kind": "R",
                "text_en": "Two.",
                "bound_to": [f"measure:modes_per_station[area:life]={number}" for number in (2, 9)],
            }
        )
    )
    states = check(plan, ["zone"], instruments=Fake(measured)).statements
    assert [state.state for state in states] == ["represented", "not_evidenced"]


def test_a_fault_that_touches_a_measure_leaves_the_sentence_without_evidence() -> None:
    doubt = fault("pq-swapped", "stops", "ST-2", features=(("stops", "ST-2"),))
    measured = {"modes_per_station": reading("modes_per_station", 2.0, counted={"stops": ("ST-2",)})}
    statements = pd.DataFrame(
        {
            "statement_id": ["R04"],
            "kind": ["R"],
            "text_en": ["Modes."],
            "bound_to": ["measure:modes_per_station>=2"],
        }
    )
    (state,) = check(
        a_plan(statements=statements), ["zone"], instruments=Fake(measured, found=(doubt,))
    ).statements
    assert state.state == "not_evidenced"
    assert "in doubt because of the data: pq-swapped: stops ST-2" in state.why["en"]
