from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from tests.support.handmade import manifest, result, text, verdict
from tests.support.html import outline

from blockplan.check.instruments import HOUSE
from blockplan.check.packs import load
from blockplan.check.verdict import Residents
from blockplan.measure import MEASURES
from blockplan.measure.measurement import Measurement, Place
from blockplan.plan import Plan
from blockplan.report import trace
from blockplan.report.plan_report import page
from blockplan.report.public import verdict_words
from blockplan.report.words import Words

if TYPE_CHECKING:
    from pathlib import Path

EN = Words("en")


def test_inputs_are_put_together_by_layer() -> None:
    read = trace.inputs("nursing_beds_per_1000", EN)
    by_layer = {one.layer: one for one in read}
    assert set(by_layer["facilities"].columns) >= {"service", "beds"}
    assert by_layer["facilities"].said == "facility"
    assert by_layer["plan.toml"].columns == ("residents",)
    assert by_layer["facilities"].found_by.startswith("facilities.")
    assert (by_layer["plan.toml"].fields, by_layer["plan.toml"].found_by) == (
        ("source of residents",),
        "plan.toml",
    )
    assert trace.inputs("of_somebody_else", EN) == ()


def test_every_input_of_every_measure_has_words_for_its_layer() -> None:
    unsaid = {one.layer for id_ in MEASURES for one in trace.inputs(id_, EN) if one.said == one.layer}
    assert unsaid <= {"boundary", "extent", "structure", "water", "woodland", "rail"}


@pytest.mark.parametrize("lang", ["zh", "ja"])
def test_every_column_that_a_measure_reads_has_a_word(lang: str) -> None:
    read = (one for id_ in MEASURES for one in trace.inputs(id_, Words(lang)))
    assert not [(one.layer, field) for one in read for field in one.fields if field.isascii()]


def test_names_of_columns_stand_in_the_appendix_behind_the_readers_words_and_not_in_the_index() -> None:
    seen = outline(page(Plan(manifest(), {}), result(), "zh")).text
    appendix, index = re.split("索引：从数字到条款", seen[seen.rindex("附录：指标定义") :])
    assert re.search(r"设施：[^a-z]*床位[^a-z]* facilities\.", appendix)
    assert not re.search(r"(parcels|facilities)\b", index.split("复现")[0])


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


@pytest.mark.parametrize(
    ("value", "unit", "definition", "said"),
    [
        (0.352, "1", {"land_ha": 334.4, "of_ha": 950.0}, "334.4 ha ÷ 950 ha = 35.2%"),
        (8.5, "km/km2", {"length_km": 80.75, "land_km2": 9.5}, "80.75 km ÷ 9.5 km² = 8.5 km/km²"),
        (9500 / 40, "m", {"length_km": 80.0, "land_km2": 9.5}, "2 × 9.5 km² ÷ 80 km = 237.5 m"),
        (0.25, "1", {"amount": 40_000.0, "amount_within": 10_000.0}, "10,000 ÷ 40,000 = 25%"),
        (0.3, "1", {"land_ha": 334.4, "of_ha": 950.0}, ""),  # of the whole plan, beside a part
        (0.3, "1", {"land_ha": 334.4, "of_ha": 0.0}, ""),
        (None, "1", {"land_ha": 334.4, "of_ha": 950.0}, ""),
    ],
)
def test_the_sum_of_a_share_is_shown_where_it_gives_the_number(
    value: float | None, unit: str, definition: dict, said: str
) -> None:
    assert trace.quotient(Measurement("x", value, unit, definition), EN) == said


def test_a_share_of_the_residents_says_how_many_are_reached() -> None:
    people = Residents(None, 50_000.0, None)
    one = Measurement("green_access", 0.36, "1", affected_residents=32_000.0)
    assert trace.within(one, people, EN) == "18,000 ÷ 50,000 residents = 36%"
    # A share of dwellings or jobs is another number than that of the residents.
    assert trace.within(Measurement("x", 0.4, "1", affected_residents=32_000.0), people, EN) == ""
    assert trace.within(one, Residents(None, None, None), EN) == ""


def test_a_place_bears_its_own_value_in_its_own_unit() -> None:
    home = Place("facilities", "NH-3", 1.0, 2.0, 100.0)
    small = verdict("x", "fail", unit="1", where=(home,), definition={"size": "beds"})
    assert verdict_words.head(small) == "value"
    assert [row["value"] for row in verdict_words.rows(small, Plan(manifest(), {}), EN, 5)] == ["100 beds"]
    far = verdict("x", "fail", unit="1", where=(home,), definition={"limit_m": 500})
    assert verdict_words.head(far) == "distance"
    assert [row["value"] for row in verdict_words.rows(far, Plan(manifest(), {}), EN, 5)] == ["100 m"]


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


@pytest.mark.long
@pytest.mark.parametrize("scenario", ["b", "c"])
def test_every_verdict_of_the_reference_plan_leads_to_layer_definition_and_clause(
    reference: Path, scenario: str
) -> None:
    from blockplan.check import check
    from blockplan.plan import read

    plan = read(reference, scenario=scenario)
    found = check(plan)
    body = page(plan, found, "en")
    index = body[body.index('<section id="index">') :]
    for one in found.verdicts:
        assert one.measurement is not None
        row = next(part for part in index.split("<tr") if f">{one.rule}</code>" in part)
        assert f'href="#{"measure-" + one.measurement.id.replace("_", "-")}"' in row
        assert one.source["clause"].split(";")[0][:20] in row.replace("&#34;", '"')
        assert re.search(r"<td[^>]*>(area|parcel|structure|boundary|facility|public notice)", row)


def test_a_document_is_called_as_readers_of_the_language_call_it() -> None:
    verdict = replace(
        result().verdicts[0],
        source={
            "document": "GB 50180-2018 Standard for urban residential area planning and design",
            "clause": "4.0.2, table 4.0.2",
        },
    )
    assert trace.source_short(verdict, Words("zh")) == (
        "GB 50180-2018《城市居住区规划设计标准》、条款 4.0.2、表 4.0.2"
    )
    said = {"zh": "公示草案，公共设施一句", "en": "Draft, public facilities"}
    with_words = replace(verdict, source={**verdict.source, "said": said})
    assert trace.source_short(with_words, Words("zh")) == "公示草案，公共设施一句"
    assert trace.source_short(with_words, Words("en")) == trace.source_short(verdict, Words("en"))
    assert trace.source_short(verdict, Words("en")).endswith("design, clause 4.0.2, table 4.0.2")
    unknown = replace(verdict, source={"document": "Example (town.org) rules"})
    assert trace.source_short(unknown, Words("ja")) == "Example (town.org) rules"


@pytest.mark.parametrize("lang", ["zh", "ja"])
def test_where_a_definition_comes_from_is_said_in_the_readers_language(lang: str) -> None:
    said = {id_: trace.definition_source(id_, Words(lang)) for id_ in MEASURES}
    assert [
        one
        for one in said.values()
        if re.search(r"[a-z]{3,} [a-z]{3,}", one.replace("Trust for Public Land", ""))
    ] == []
    wanted = {
        "zh": "R07、R08（未给数值）；Blockplan 自定口径",
        "ja": "R07、R08（数値なし）。Blockplan 独自の読み方",
    }
    assert wanted[lang] in said["green_share"]
    assert trace.definition_source("unheard_of", Words(lang)) == ""


def test_every_document_that_a_rule_stands_in_has_a_name_in_each_language() -> None:
    packs = load(["all"], HOUSE.measures())
    named = {limit.source.document for pack in packs for rule in pack.rules for limit in rule.limits}
    assert len(named) >= 30
    said = {name: [trace.document_said(name, lang) for lang in ("zh", "ja")] for name in named}
    assert [name for name, (zh, ja) in said.items() if name in {zh, ja}] == []
    assert trace.document_said("3-30-300 rule (nbsi.eu)", "zh") == "3-30-300 规则（nbsi.eu）"
    assert (
        trace.document_said("a document of somebody's own pack", "zh") == "a document of somebody's own pack"
    )


def test_every_clause_that_a_rule_stands_in_is_said_in_each_language() -> None:
    packs = load(["all"], HOUSE.measures())
    sources = [limit.source for pack in packs for rule in pack.rules for limit in rule.limits]
    bare = {one.clause for one in sources if one.said is None}
    assert len(bare) >= 40
    said = {lang: {one: trace.clause_said(one, lang) for one in bare} for lang in ("zh", "ja")}
    for words in said.values():
        assert not [name for name, one in words.items() if name == one and re.search("[a-z]{3}", name)]
    assert said["ja"]["annex B, annex C"] == "付録 B、付録 C"
    assert trace.clause_said("annex X of somebody's own pack", "zh") == "annex X of somebody's own pack"


@pytest.mark.parametrize(
    ("clause", "said"), [("4.2", "clause 4.2"), ("3 trees", "3 trees"), ("annex", "annex")]
)
def test_only_a_clause_with_a_number_is_called_a_clause(clause: str, said: str) -> None:
    verdict = replace(result().verdicts[0], source={"document": "A standard", "clause": clause})
    assert trace.source_short(verdict, Words("en")) == f"A standard, {said}"


def test_a_clause_is_cited_without_a_word_of_another_language() -> None:
    packs = load(["all"], HOUSE.measures())
    sources = [limit.source for pack in packs for rule in pack.rules for limit in rule.limits]
    bare = [one.clause for one in sources if one.said is None and "mandatory" in one.clause]
    assert not bare
    said = [one.said for one in sources if one.said is not None and "mandatory" in one.clause]
    assert len(said) >= 10
    assert not [one for one in said if "mandatory" in one["zh"] + one["ja"]]
