from __future__ import annotations

import io
import unicodedata
from dataclasses import replace
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import docx
import pytest
from pypdf import PdfReader
from tests.support.builders import a_plan
from tests.support.grouped import of_many
from tests.support.handmade import hand_made, layers, manifest, reach, result, verdict
from tests.support.ledgers import reconciled

from blockplan.check.verdict import Capacity, Required, Residents
from blockplan.measure.measurement import Measurement
from blockplan.measure.missing import Missing
from blockplan.plan import Plan
from blockplan.report import write_summary
from blockplan.report.document import Figure
from blockplan.report.renderers import render
from blockplan.report.summary import summary_document
from blockplan.report.view import View
from blockplan.report.words import NO_BREAK, Words
from blockplan.texts import LANGUAGES

if TYPE_CHECKING:
    from pathlib import Path

    from blockplan.check.verdict import CheckResult


def summary(plan: Plan, found: CheckResult, lang: str) -> bytes:
    return render(summary_document(View(plan, found, Words(lang, NO_BREAK))), ".pdf")


def pages(pdf: bytes) -> list[str]:
    return [
        "".join(unicodedata.normalize("NFKC", page.extract_text()).split())
        for page in PdfReader(io.BytesIO(pdf)).pages
    ]


@pytest.mark.long
@pytest.mark.parametrize("scenario", ["a", "b", "c"])
def test_the_summary_of_the_reference_plan_has_two_pages(reference: Path, scenario: str) -> None:
    from blockplan.check import check
    from blockplan.plan import read

    plan = read(reference, scenario=scenario)
    result = check(plan)
    assert [len(pages(summary(plan, result, lang))) for lang in LANGUAGES] == [2, 2, 2]


@pytest.mark.long
def test_the_summary_by_all_packs_has_two_pages(reference: Path) -> None:
    from blockplan.check import available_packs, check
    from blockplan.plan import read

    plan = read(reference, scenario="b")
    result = check(plan, packs=sorted(available_packs()))
    assert [len(pages(summary(plan, result, lang))) for lang in LANGUAGES] == [2, 2, 2]


@pytest.mark.long
@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_hundred_and_fifty_verdicts_are_cut_and_the_rest_is_counted(lang: str) -> None:
    one, two = pages(summary(hand_made(), of_many(), lang))
    more = {"zh": "另有", "en": "more,seethereport", "ja": "件は報告書を参照"}[lang]
    assert more in two
    assert "60" in one


@pytest.mark.long
def test_failing_verdicts_stand_before_the_documents_they_rest_on_and_both_are_counted() -> None:
    long = "Notice of the municipal government of the example city on planning, as amended, number"
    source = {"clause": "4.2", "page": 3, "published": "2021-10-25"}
    fails = tuple(
        verdict(f"f{n:03}", "fail", source=source | {"document": f"{long} {n}"}) for n in range(150)
    )
    two = pages(summary(hand_made(), result(verdicts=fails), "en"))[1]
    listed, named = two.count("Titleoff"), two.count("Noticeofthemunicipal")
    assert listed > 10
    assert two.count(f"and{150 - listed}more") == 2
    assert named == listed
    assert "standinreport.html" in two


@pytest.mark.long
def test_readings_are_listed_by_whole_verdicts_and_the_others_counted_as_verdicts() -> None:
    found = tuple(replace(reach(), rule=f"g{n:03}", outcome="pass") for n in range(75))
    two = pages(summary(hand_made(), result(verdicts=found), "en"))[1]
    listed = two.count("61%") // 2  # in the spread, and in the line of its reading
    assert 0 < listed < 75
    assert two.count("93%") == 2 * listed
    assert f"and{75 - listed}more" in two


@pytest.mark.long
def test_verdicts_that_turn_within_the_range_of_residents_are_cut_and_counted() -> None:
    land = Measurement("education_land_per_1000", 3718.4, "m2", per=1000, supply=11_155.2)
    turns = verdict("zone-edu", "fail", unit="m2", required=Required(">=", 3984.0), measurement=land)
    found = result(verdicts=(turns,) * 150, capacity=Capacity(2_800, "zone-edu", {"zone-edu": 2_800}))
    one = pages(summary(hand_made(), found, "en"))[0]
    listed = one.count("flipswithinit")
    assert 0 < listed < 150
    assert f"and{150 - listed}more" in one


@pytest.mark.long
@pytest.mark.parametrize(
    "found",
    [
        result(),
        result(verdicts=()),
        result(statements=(), reported=()),
        result(verdicts=tuple(verdict(f"r{n}", "pass") for n in range(40))),
        result(
            verdicts=tuple(
                verdict(
                    f"r{n}",
                    "unknown",
                    missing=(
                        Missing(
                            "parcels",
                            "far",
                            why="fault",
                            values=(("rule", "a b " * 60), ("layer", "parcels"), ("aspect", "far")),
                        ),
                    ),
                )
                for n in range(30)
            )
        ),
        result(residents=Residents(None, None, None), capacity=Capacity(None, None, {"zone-edu": None})),
        reconciled(),
    ],
    ids=["handmade", "nothing judged", "no statements", "all pass", "long words", "nobody", "differences"],
)
@pytest.mark.parametrize("synthetic", [True, False])
def test_every_result_makes_two_pages_of_a4(found: Any, *, synthetic: bool) -> None:
    pdf = summary(hand_made(synthetic=synthetic), found, "en")
    reader = PdfReader(io.BytesIO(pdf))
    assert len(reader.pages) == 2
    for page in reader.pages:
        width, height = (float(side) / 72 * 25.4 for side in page.mediabox[2:])
        assert (round(width), round(height)) == (210, 297)


def test_the_summary_says_what_a_reviewer_asks_first(found: CheckResult) -> None:
    one, two = pages(summary(hand_made(), found, "en"))
    for said in ("Syntheticgeometry", "R01×missed", "Thesuppliescarryatmost2,610residents", "2,700", "3,300"):
        assert said in one
    assert found.content_hash in one
    for said in ("31,040m2moreland", "frommemory,notverified:1verdict", "bedsoffacilityF-2", "93%", "61%"):
        assert said in two


@pytest.mark.long
def test_differences_between_text_table_and_drawing_stand_on_the_first_page() -> None:
    one = pages(summary(hand_made(), reconciled(), "en"))[0]
    assert "S06" in one
    assert "3.62km2" in one
    assert "✓agrees1" in one


@pytest.mark.long
def test_the_same_plan_gives_the_same_summary(found: CheckResult) -> None:
    assert summary(hand_made(), found, "zh") == summary(hand_made(), found, "zh")


@pytest.mark.long
def test_a_plan_with_nothing_to_draw_and_a_strange_title_still_gets_a_summary(found: CheckResult) -> None:
    bad = '#panic() $x$ *b* \\ " <script>'
    one, _ = pages(summary(Plan(manifest(title={"en": bad}), {}), found, "en"))
    assert "#panic()" in one
    plain = Plan(manifest(), {"boundary": layers()["boundary"].iloc[:1]})
    assert len(pages(summary(plain, result(verdicts=(reach(),)), "ja"))) == 2


def test_the_summary_can_be_had_as_an_office_file(found: CheckResult, tmp_path: Path) -> None:
    book = docx.Document(str(write_summary(hand_made(), found, tmp_path / "summary.docx", "en")))
    said = "".join(cell.text for table in book.tables for row in table.rows for cell in row.cells)
    assert "31,040 m² more land" in said.replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.long
def test_the_documents_of_a_summary_are_named_in_its_language(reference: Path) -> None:
    from blockplan.check import check
    from blockplan.plan import read

    plan = read(reference, scenario="b")
    assert "北京日报" in pages(summary(plan, check(plan), "zh"))[1]


@pytest.mark.long
def test_a_compact_plan_of_which_little_is_said_has_its_map_and_legend_below_that(reference: Path) -> None:
    from blockplan.check import check
    from blockplan.plan import read

    compact, strip = (
        View(plan, check(plan, packs=["gb50180"]), Words("zh")) for plan in (a_plan(), read(reference))
    )
    (first, _), (other, _) = (summary_document(one).sections for one in (compact, strip))
    assert isinstance(first.blocks[-1], Figure)
    assert not isinstance(other.blocks[-1], Figure)
    assert "0701城镇住宅用地" in pages(render(summary_document(compact), ".pdf"))[0]


def test_a_scenario_whose_title_is_its_name_is_named_once() -> None:
    titles = {"draft": "draft", "b": "More homes"}
    plan: Any = SimpleNamespace(manifest=SimpleNamespace(scenario_titles_in=lambda _: titles))

    def named(scenario: str) -> str:
        result: Any = SimpleNamespace(scenario=scenario)
        return View(plan, result, Words("en")).scenario

    assert (named("draft"), named("b")) == ("draft", "b (More homes)")
