"""A figure is written by its unit in one way everywhere, and one that is shown comes from a measure."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
import shapely
from tests.support.squares import home, park, plan_of, square

from blockplan import figures
from blockplan.check import check
from blockplan.check.verdict import Capacity, CheckResult, Required, Residents, Verdict
from blockplan.check.words import amount
from blockplan.cli.common import show_document
from blockplan.cli.measure import _rows
from blockplan.compare import ComparedColumn, beside
from blockplan.measure import MEASURES, measure
from blockplan.measure.measurement import Measurement, figure_unit
from blockplan.portal.pages.templatetags.words import number as portal_number
from blockplan.portal.workspace.documents import verdict_documents
from blockplan.report.comparison.wording import ComparisonWords
from blockplan.report.key_figures import key_figures
from blockplan.report.office import TABLES
from blockplan.report.office.columns import shown
from blockplan.report.public.speech import Speech
from blockplan.report.public.verdict_words import verdict_sentence
from blockplan.report.renderers import render
from blockplan.report.tables import margin_said, measured, missing_words
from blockplan.report.verdicts import verdict_document
from blockplan.report.view import View
from blockplan.report.words import Words
from blockplan.texts import LANGUAGES

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
    assert figures["Planned land"] == "16 ha"
    assert figures["Public green"] == "1 ha"
    assert figures["Floor area"] == "18,480 m²"
    assert dict(key_figures(View(plan, check(plan), Words("zh"))))["总建筑面积"] == "1.85 万平方米"


def test_whom_a_plan_carries_is_no_figure_where_no_rule_bounds_it() -> None:
    plan = a_town()
    for packs, told in ((["zone"], True), (["sdg11"], False)):
        view = View(plan, check(plan, packs=packs), Words("zh"))
        table = TABLES["per_thousand"](view)
        assert ("最大承载人口" in dict(key_figures(view))) is told
        assert any(line.kind == "total" and "承载" in str(line.cells[1]) for line in table.lines) is told


def test_jobs_are_the_least_that_there_are_where_a_school_stands_and_no_station_is_none() -> None:
    built = [home(0, 100, land_use=use, floor_area_m2=9_000.0) for use in ("0902", "080403")]
    stop = {"stop_id": "B", "modes": "bus", "geometry": shapely.Point(1, 1)}
    plan = plan_of(manifest={"packs": ["zone"]}, boundary=LAND, parcels=built, stops=[stop])
    view = View(plan, check(plan), Words("en"))
    figures = dict(key_figures(view))
    told = "at least 300 jobs (parcels not counted, as their use has no ratio: 1)"
    assert figures["Jobs (estimated)"] == told
    of_floor = " (parcels whose jobs are an estimate from an assumed floor area per job: 1)"
    assert view.reported_row(measure(plan, "jobs")[0]).value == told + of_floor
    assert figures["Stations"] == "0 stations"
    assert dict(key_figures(View(a_town(), check(a_town()), Words("en"))))["Stations"] == "not known"


def test_the_sheet_says_of_planned_land_that_nobody_gave_how_it_came_about() -> None:
    plan = a_town()
    land = plan.layer("boundary").assign(name="bounding box of streets (derived at import)")
    plan = plan.replace(boundary=land)
    figures = dict(key_figures(View(plan, check(plan), Words("en"))))
    assert figures["Planned land (outline derived at import)"] == "16 ha"
    assert "Planned land" not in figures


def test_a_floor_area_ratio_is_no_percentage_wherever_it_stands() -> None:
    words = Words("en")
    ratio = Measurement("floor_area_ratio", 1.848, "1")
    assert figure_unit(ratio) == "far"
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


def test_a_floor_area_ratio_stands_in_percent_in_japanese() -> None:
    words = Words("ja")
    net = Measurement("floor_area_ratio", 1.848, "1")
    assert (words.figure(1.848, net), words.signed(-0.152, "far")) == ("184.8%", "−15.2 ポイント")
    assert words.required(Required("between", (1.5, 2.0)), "far") == "150%〜200%"
    assert words.signed_between(-0.5, -0.25, "far") == "−50〜−25 ポイント"
    assert words.figure(0.6, Measurement("land_use_mix", 0.6, "1")) == "0.6"


def test_a_comparison_tells_ratios_by_their_difference_and_shares_in_points() -> None:
    town = a_town()
    denser = town.replace(parcels=town.layer("parcels").assign(floor_area_m2=[20_000.0, 0.0]))
    result = check(
        town.replace(parcels=town.layer("parcels").assign(floor_area_m2=[18_480.0, 0.0])), ["gb50180"]
    )
    columns = [ComparedColumn("a", town, result), ComparedColumn("b", denser, check(denser, ["gb50180"]))]
    view = ComparisonWords(beside(columns), Words("en"))
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


def a_verdict(found: Measurement, at: int) -> Verdict:
    """Of a rule that asks for the double, and one more."""
    return Verdict(
        rule=f"r{at}", title={"en": f"R{at}"}, scope_kind="plan", scope_id="p", outcome="fail",
        measured=found.value, unit=found.unit, required=Required(">=", 2 * found.value + 1), margin=-1.0,
        remedy=None, affected_residents=None, where=(), definition={}, readings=(), force="target",
        confidence="A", source={}, measurement=found,
    )  # fmt: skip


def random_measurements() -> list[Measurement]:
    """Of every measure there is, values of many sizes."""
    random = np.random.default_rng(14)
    return [
        Measurement(spec.id, float(value), spec.unit, per=1000.0 if spec.unit == "bed" else 0.0)
        for spec in MEASURES.values()
        for value in (0.0, 1.0, *random.uniform(0.1, 1, 4) * 10.0 ** random.integers(-3, 8, 4))
    ]


@pytest.mark.long
@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_figure_of_any_unit_reads_alike_wherever_it_is_shown(lang, capsys) -> None:
    """On a terminal, in the report, a comparison, the sheet, the portal, the workbench and in notes."""
    words, speech = Words(lang), Speech(lang)
    found = random_measurements()
    verdicts = [a_verdict(one, at) for at, one in enumerate(found)]
    result = CheckResult(
        "p", "base", "2021-09-30", ("made",), Residents(1.0, 1.0, 1.0), Capacity(None, None, {}),
        tuple(verdicts), (), (), (),
    )  # fmt: skip
    document = verdict_document(result, lang)
    show_document(document)
    terminal = capsys.readouterr().out.splitlines()
    page = render(document, ".html").decode().replace("\N{NO-BREAK SPACE}", " ").split("<tr ")
    view = ComparisonWords(beside([ComparedColumn("a", a_town(), result)] * 2), words)
    rows = {row.first.rule: view.cell(row, 0)["measured"] for row in view.verdicts}
    bench = verdict_documents(verdicts, lang)
    for at, (one, verdict) in enumerate(zip(found, verdicts, strict=True)):
        said = amount(one, one.value)[lang]
        assert said == measured(verdict, words) == rows[verdict.rule] == bench[at]["said"]["measured"]
        assert said in next(line for line in terminal if f" {verdict.rule} " in line)
        assert said in next(row for row in page if f">{verdict.rule}</td>" in row)
        assert said in verdict_sentence(verdict, speech).replace("\N{NO-BREAK SPACE}", " ")
        assert _rows(one, words) == [(one.id, said)]
        assert ("%" in said) == figures.in_percent(figure_unit(one), lang)
    assert {figure_unit(one) for one in found} >= {"1", "far", "m2", "ha", "km2", "m", "km", "bed"}


def test_a_column_shows_the_number_of_the_sentence_or_one_rounded_from_the_same() -> None:
    random = np.random.default_rng(15)
    for value in random.uniform(-1, 1, 500) * 10.0 ** random.integers(-3, 8, 500):
        exact = float(value)
        for form, digits in (("whole", 0), ("two", 2), ("three", 3)):
            column = shown(exact, form)
            assert float(column.replace(",", "").replace(figures.MINUS, "-")) == pytest.approx(
                exact, abs=0.5001 * 10**-digits
            )
            assert figures.number(exact, digits) == (
                column.rstrip("0").removesuffix(".") if "." in column else column
            )
        assert portal_number({}, exact, 2) == figures.number(exact, 2)


@pytest.mark.parametrize(
    ("lang", "day"), [("zh", "2021年9月30日"), ("en", "30 September 2021"), ("ja", "2021年9月30日")]
)
def test_a_day_reads_alike_in_the_report_and_on_the_portal(lang: str, day: str) -> None:
    assert Words(lang).day(dt.date(2021, 9, 30)) == figures.day(dt.date(2021, 9, 30), lang) == day


def test_no_other_module_writes_numbers_or_days_for_readers() -> None:
    """Babel and the thousands of f-strings stand in the one module; refusals of files and limits aside."""
    source = Path(figures.__file__).parent
    own = {
        path.relative_to(source).as_posix()
        for path in source.rglob("*.py")
        if re.search(r"format_(decimal|percent|currency|date)\b", path.read_text(encoding="utf-8"))
    }
    assert own == {"figures.py"}
    shown_by = [
        f"{path.relative_to(source)}: {line.strip()}"
        for room in ("report", "compare", "check", "portal/pages")
        for path in sorted((source / room).rglob("*.py"))
        for line in path.read_text(encoding="utf-8").splitlines()
        if path.name != "qr.py" and re.search(r"\{[^{}]*:,(\.\d+f)?\}|:\.\d+%\}", line)
    ]
    assert shown_by == []
