from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from tests.support.handmade import reach, result, verdict
from tests.support.html import outline

from blockplan.check.verdict import Required, Residents
from blockplan.measure.measurement import Measurement
from blockplan.report import charts
from blockplan.report.plan_report import page
from blockplan.report.words import Words
from blockplan.texts import LANGUAGES

if TYPE_CHECKING:
    from blockplan.check.verdict import Verdict
    from blockplan.plan import Plan

RANGE = Residents(45_000.0, 50_000.0, 55_000.0)


def beds(number: float, outcome: Any = "pass", **changes: Any) -> Verdict:
    value = number * 1000 / 50_000
    found = Measurement("nursing_beds_per_1000", value, "bed", supply=number, per=1000)
    return verdict("zone-beds", outcome, measured=value, margin=value - 9.5, measurement=found, **changes)


def test_a_margin_is_told_as_a_share_of_its_limit() -> None:
    assert charts.relative_margin(beds(500)) == pytest.approx(0.5 / 9.5)
    between = verdict("x", "fail", measured=10.0, margin=-0.5, required=Required("between", (8.5, 9.5)))
    assert charts.relative_margin(between) == pytest.approx(-0.5 / 9.5)
    assert charts.relative_margin(verdict("x", "unknown", measured=None, margin=None)) is None
    assert charts.relative_margin(verdict("x", "pass", required=Required("<=", 0.0), margin=0.0)) is None


def test_the_range_of_residents_moves_a_figure_per_person() -> None:
    found = charts.spread(beds(500), RANGE)
    assert found is not None
    assert found.low == pytest.approx((500 * 1000 / 45_000 - 9.5) / 9.5)
    assert found.high == pytest.approx((500 * 1000 / 55_000 - 9.5) / 9.5)
    at_most = beds(500, required=Required("<=", 9.5))
    assert charts.spread(at_most, RANGE) == charts.MarginSpread(-found.low, -found.high)
    assert charts.spread(verdict("x", "pass"), RANGE) is None
    assert charts.spread(beds(500), Residents(None, 50_000.0, 55_000.0)) is None


def test_a_verdict_that_turns_within_the_range_says_at_how_many_residents() -> None:
    said = charts.flips(beds(500), RANGE, Words("en"))
    assert said == (
        "Passes up to 52,631 residents; the range runs from 45,000 to 55,000, so the verdict flips within it."
    )
    assert charts.flips(beds(460, "fail"), RANGE, Words("en")).startswith("Would pass with up to 48,421")
    assert charts.flips(beds(600), RANGE, Words("en")) == ""
    assert charts.flips(beds(400, "fail"), RANGE, Words("en")) == ""
    assert charts.flips(beds(500, "unknown"), RANGE, Words("en")) == ""


@pytest.mark.parametrize(
    ("supplies", "scale"), [((476,), 0.1), ((476, 480, 500, 2000), 0.1), ((700, 750), 1.0), ((), 0.1)]
)
def test_the_scale_holds_three_bars_of_four(supplies: tuple[int, ...], scale: float) -> None:
    assert charts.scale_of([beds(number) for number in supplies]) == scale


def test_outcomes_differ_by_shape_and_what_is_beyond_the_scale_is_an_arrow() -> None:
    marks = [str(charts.margin_mark(outcome, 0.2, None)) for outcome in ("pass", "fail", "unknown")]  # type: ignore[arg-type]
    colourless = {re.sub(r"#\w{6}", "", mark) for mark in marks}
    assert len(colourless) == 3
    beyond = str(charts.margin_mark("pass", 0.2, None, 0.1))
    assert "<circle" not in beyond
    assert "<circle" in str(charts.margin_mark("pass", 0.05, None, 0.1))


def test_a_margin_known_by_its_ends_stands_between_them_and_not_at_the_limit() -> None:
    found = Measurement("nursing_beds_per_1000", None, "bed", ends=(1.9, 5.7))
    asked = Required(">=", 9.5)
    fails = verdict("x", "fail", measured=None, margin=None, required=asked, measurement=found)
    ends = charts.open_ends(fails)
    assert ends is not None
    assert (ends.low, ends.high) == (pytest.approx(-0.8), pytest.approx(-0.4))
    assert ends.nearest == ends.high
    assert charts.MarginSpread(-0.2, 0.3).nearest is None
    assert charts.open_ends(beds(500)) is None


def test_a_share_that_is_not_known_has_no_bar() -> None:
    known, unknown = charts.share_mark("pass", 0.5, 0.9), charts.share_mark("unknown", None, 0.9)
    assert known.count("<rect") == 2
    assert unknown.count("<rect") == 1


@pytest.mark.long
@pytest.mark.parametrize("lang", LANGUAGES)
def test_each_pack_has_a_chart_and_each_coverage_verdict_its_readings(plan: Plan, lang: str) -> None:
    seen = outline(page(plan, result(), lang))
    bars = [one for one in seen.all("svg") if one.get("class") == "bar"]
    # A bar for each supply; an axis and a bar for each of the five verdicts that apply and of two readings.
    assert len(bars) == len(result().capacity.by_rule) + 1 + 5 + 1 + 2


def test_the_readings_say_who_is_gained_and_lost(plan: Plan) -> None:
    text = outline(page(plan, result(verdicts=(reach(),)), "en")).text
    assert "Gained:  150 residents (1 place): P-000" in text
    assert "Lost:  1 place: P-011" in text
