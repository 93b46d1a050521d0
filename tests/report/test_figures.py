"""A figure is written by its unit in one way everywhere, and one that is shown comes from a measure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import shapely
from tests.measure.conftest import home, park, plan_of, square

from blockplan.check import check
from blockplan.check.verdict import Required, Verdict
from blockplan.compare import ComparedColumn, beside
from blockplan.measure import MEASURES, measure
from blockplan.measure.measurement import Measurement
from blockplan.report.comparison.page import ComparisonView
from blockplan.report.sheet import key_figures
from blockplan.report.tables import margin_said, measured, missing_words
from blockplan.report.view import View
from blockplan.report.words import Words, unit_of_figure

if TYPE_CHECKING:
    from blockplan.plan import Plan

LAND = [{"name": "all", "geometry": square(0, 0, 400)}]


def a_town() -> Plan:
    """Homes, a park and a street of 700 m, of which 400 m lie on planned land."""
    street = {"class": "local", "geometry": shapely.LineString([(-300, 150), (400, 150)])}
    parcels = [home(0, 100, floor_area_m2=18_480.0), park(100)]
    return plan_of(manifest={"packs": ["zone"]}, boundary=LAND, parcels=parcels, streets=[street])


def test_the_sheet_shows_what_the_measures_measure() -> None:
    plan = a_town()
    figures = dict(key_figures(View(plan, check(plan), Words("en"))))
    (density,) = measure(plan, "street_density")
    assert density.definition["length_km"] == pytest.approx(0.4)
    assert figures["Streets on planned land"] == "0.4 km"
    assert figures["Planned land"] == "0.16 km²"
    assert figures["Public green"] == "1 ha"
    assert figures["Floor area"] == "18,480 m²"
    assert dict(key_figures(View(plan, check(plan), Words("zh"))))["总建筑面积"] == "1.85 万平方米"


def test_the_sheet_says_of_planned_land_that_nobody_gave_how_it_came_about() -> None:
    plan = a_town()
    land = plan.layer("boundary").assign(name="bounding box of streets (derived at import)")
    plan = plan.replace(boundary=land)
    figures = dict(key_figures(View(plan, check(plan), Words("en"))))
    assert figures["Planned land (outline derived at import)"] == "0.16 km²"
    assert "Planned land" not in figures


def test_a_floor_area_ratio_is_no_percentage_wherever_it_stands() -> None:
    words = Words("en")
    ratio = Measurement("floor_area_ratio", 1.848, "1")
    assert unit_of_figure(ratio) == "ratio"
    assert (words.figure(1.848, ratio), words.figure(0.25, Measurement("land_share", 0.25, "1"))) == (
        "1.85",
        "25%",
    )
    verdict = Verdict(
        rule="far", title={"en": "FAR"}, scope_kind="plan", scope_id="p", outcome="fail", measured=1.848,
        unit="1", required=Required("<=", 1.696), margin=-0.152, remedy=None, affected_residents=None,
        where=(), definition={}, readings=(), force="target", confidence="A", source={}, measurement=ratio,
    )  # fmt: skip
    assert (measured(verdict, words), margin_said(verdict, words)) == ("1.85", "−0.152")


def test_a_comparison_tells_ratios_by_their_difference_and_shares_in_points() -> None:
    town = a_town()
    denser = town.replace(parcels=town.layer("parcels").assign(floor_area_m2=[20_000.0, 0.0]))
    result = check(
        town.replace(parcels=town.layer("parcels").assign(floor_area_m2=[18_480.0, 0.0])), ["gb50180"]
    )
    columns = [ComparedColumn("a", town, result), ComparedColumn("b", denser, check(denser, ["gb50180"]))]
    view = ComparisonView(beside(columns), Words("en"))
    (row,) = [one for one in view.measures if one.first.id == "floor_area_ratio"]
    assert (view.measure_cell(row, 0)["value"], view.measure_cell(row, 1)) == (
        "1.85",
        {"value": "2", "gap": "+0.152", "note": ""},
    )


def test_what_is_missing_is_said_in_the_readers_language() -> None:
    """Of every measure, on plans that lack most things."""
    plans = [
        plan_of(),
        plan_of(boundary=LAND, parcels=[{"land_use": None, "geometry": square(0, 0)}],
                areas=[{"geometry": None}]),
        plan_of(boundary=LAND, parcels=[home(0, 100)], circles=[{"tier": "15", "geometry": square(900, 900)}],
                stops=[], facilities=[], greens=[], streets=[], structure=[], buildings=[], programmes=[]),
    ]  # fmt: skip
    for lang in ("zh", "ja"):
        words = Words(lang)
        for plan in plans:
            for name in MEASURES:
                (found,) = measure(plan, name)
                for one in (*found.missing, *(one for part in found.by for one in part.missing)):
                    assert not {*missing_words([one], words)} & {*one.lines()}, (name, one)
