from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from tests.report.handmade import result, text, verdict
from tests.report.test_html import outline

from blockplan.check.verdict import Residents
from blockplan.measure import MEASURES
from blockplan.measure.measurement import Measurement
from blockplan.report import trace
from blockplan.report.html import page
from blockplan.report.words import Words

if TYPE_CHECKING:
    from pathlib import Path

    from blockplan.plan import Plan

EN = Words("en")


def test_inputs_are_put_together_by_layer() -> None:
    read = trace.inputs("nursing_beds_per_1000", EN)
    by_layer = {one.layer: one for one in read}
    assert set(by_layer["facilities"].columns) >= {"service", "beds"}
    assert by_layer["facilities"].said == "facility"
    assert by_layer["plan.toml"].columns == ("residents",)
    assert trace.inputs("of_somebody_else", EN) == ()


def test_every_input_of_every_measure_has_words_for_its_layer() -> None:
    unsaid = {one.layer for id_ in MEASURES for one in trace.inputs(id_, EN) if one.said == one.layer}
    assert unsaid <= {"boundary", "extent", "structure", "water", "woodland", "rail"}


def test_counted_features_are_numbered_and_the_first_named() -> None:
    ids = tuple(f"P-{number}" for number in range(200))
    (one,) = trace.counted(Measurement("x", 1.0, "m2", counted={"parcels": ids, "greens": ()}), EN)
    assert (one.number, one.ids[:2], one.more) == (200, ("P-0", "P-1"), 200 - trace.MOST_IDS)
    assert trace.counted(None, EN) == ()


def test_the_sum_of_a_figure_per_person_is_written_out() -> None:
    land = Measurement("education_land_per_1000", 4160.0, "m2", per=1000, supply=208_000.0)
    one = verdict("zone-edu", "pass", unit="m2", measurement=land)
    residents = Residents(45_000.0, 50_000.0, 55_000.0)
    assert trace.division(one, residents, EN) == "208,000 m² × 1,000 ÷ 50,000 residents = 4,160 m²"
    assert trace.division(verdict("x", "pass"), residents, EN) == ""
    assert trace.division(one, Residents(None, None, None), EN) == "208,000 m²"


def test_a_source_says_document_clause_page_and_day() -> None:
    one = verdict("x", "pass")
    assert trace.source_parts(one, EN) == [
        "Example notice", "clause 4.2", "page 3", "published 25 October 2021",
    ]  # fmt: skip
    assert trace.source_short(one, EN) == "Example notice, clause 4.2"


def test_a_reported_figure_of_a_document_has_its_own_name_and_leads_to_its_measure(plan: Plan) -> None:
    said = {
        "measure": "street_density",
        "title": text("路网密度", "Streets by the book", "街路密度"),
        "source": {"document": "The book", "clause": "7"},
        "confidence": "C",
    }
    own = Measurement("book-streets", 8.4, "km/km2", definition=said)
    seen = outline(page(plan, result(reported=(own,)), "en"))
    assert "Streets by the book" in seen.text
    assert "The book, 7" in seen.text
    assert "#measure-street-density" in {str(one["href"]) for one in seen.all("a")}


@pytest.mark.parametrize("scenario", ["b", "c"])
def test_every_verdict_of_the_reference_plan_leads_to_layer_definition_and_clause(
    reference: Path, scenario: str
) -> None:
    from blockplan.check import check
    from blockplan.plan import read

    plan = read(reference, scenario=scenario)
    found = check(plan)
    body = page(plan, found, "en")
    index = body[body.index('<h2 id="index">') :]
    for one in found.verdicts:
        assert one.measurement is not None
        row = next(part for part in index.split("<tr") if f">{one.rule}</a>" in part)
        assert f'href="#{"measure-" + one.measurement.id.replace("_", "-")}"' in row
        assert one.source["clause"].split(";")[0][:20] in row.replace("&#34;", '"')
        assert re.search(r"<td[^>]*>(areas|parcels|structure|boundary|facilities|plan\.toml)", row)
