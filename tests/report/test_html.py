from __future__ import annotations

import io
import re
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import docx
import pytest
from markupsafe import escape
from pypdf import PdfReader
from tests.support.handmade import frame, hand_made, layers, manifest, reach, result, verdict
from tests.support.html import outline
from tests.support.random_plans import random_plan

from blockplan.check import check
from blockplan.check.doubts import doubted
from blockplan.check.verdict import Capacity, Residents
from blockplan.errors import UsageError
from blockplan.plan import Plan
from blockplan.plan.model.faults import fault
from blockplan.report import report, write_html
from blockplan.report.document import Figure, walk
from blockplan.report.exports import TABLES
from blockplan.report.office import TABLES as OFFICE_TABLES
from blockplan.report.office.columns import said as office_said
from blockplan.report.plan_report import MOST_ROWS, page, report_document
from blockplan.report.renderers import render
from blockplan.report.renderers.html import css_text
from blockplan.report.sheets.printed_tables import printed
from blockplan.report.verdicts import verdict_document
from blockplan.report.view import View
from blockplan.report.words import NO_BREAK, Words
from blockplan.texts import LANGUAGES

if TYPE_CHECKING:
    from pathlib import Path

    from blockplan.check.verdict import CheckResult


@pytest.fixture(scope="module", params=LANGUAGES)
def written(request: pytest.FixtureRequest, plan: Plan, found: CheckResult) -> tuple[str, str]:
    return request.param, page(plan, found, request.param)


@pytest.mark.long
def test_the_page_is_well_formed_and_has_one_heading_of_the_first_rank(written: tuple[str, str]) -> None:
    lang, text = written
    seen = outline(text)
    assert seen.faults == []
    assert seen.open == []
    assert len(seen.all("h1")) == 1
    assert seen.all("html")[0]["lang"] == {"zh": "zh-Hans", "en": "en", "ja": "ja"}[lang]
    ranks = [int(tag[1]) for tag, _ in seen.elements if re.fullmatch(r"h[1-6]", tag)]
    assert all(later <= earlier + 1 for earlier, later in pairwise(ranks))


def test_ids_are_unique_and_every_link_leads_somewhere(written: tuple[str, str]) -> None:
    seen = outline(written[1])
    ids = [attributes["id"] for _, attributes in seen.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    targets = {str(attributes["href"]) for attributes in seen.all("a", "use")}
    assert targets <= {f"#{id_}" for id_ in ids}
    labels = [
        attributes["aria-labelledby"] for _, attributes in seen.elements if "aria-labelledby" in attributes
    ]
    assert {name for label in labels for name in str(label).split()} <= set(ids)


def test_the_page_asks_for_nothing_outside(written: tuple[str, str]) -> None:
    text = written[1]
    seen = outline(text)
    assert seen.all("script", "link", "iframe", "img", "object") == []
    for _, attributes in seen.elements:
        for name in ("src", "href", "xlink:href", "action", "poster", "srcset"):
            assert str(attributes.get(name, "#")).startswith("#")
    assert all(
        address.startswith(("data:font/woff;base64,", "#")) for address in re.findall(r"url\(([^)]*)\)", text)
    )
    assert "@import" not in text


def test_no_template_mark_and_no_python_value_is_left(written: tuple[str, str]) -> None:
    seen = outline(written[1])
    for mark in (r"\{\{", r"\}\}", r"\{%", r"\bNone\b", r"\bnan\b", "<built-in", "object at 0x", "STYLE"):
        assert not re.search(mark, seen.text)


def test_every_verdict_and_statement_is_there(written: tuple[str, str], found: CheckResult) -> None:
    lang, text = written
    seen = outline(text)
    for one in found.verdicts:
        assert one.rule in seen.text
        assert one.title[lang] in seen.text
    for statement in found.statements:
        assert statement.statement_id in seen.text
        assert statement.text[lang] in seen.text
    failing = [one for one in found.verdicts if one.outcome == "fail"]
    for one in failing:
        if one.remedy is not None:
            assert one.remedy.text[lang] in seen.text


@pytest.mark.long
def test_what_is_unknown_is_said_and_never_zero(plan: Plan) -> None:
    nothing = result(residents=Residents(None, None, None), capacity=Capacity(None, None, {"zone-edu": None}))
    for lang, said in {"zh": "未知", "en": "not known", "ja": "不明"}.items():
        text = outline(page(plan, nothing, lang)).text
        section = text[
            text.index(
                {"zh": "人口与承载能力", "en": "Residents and capacity", "ja": "居住人口と収容力"}[lang]
            ) :
        ]
        assert said in section
        lacking = {"zh": "设施 F-2 的床位数", "en": "beds of facility F-2", "ja": "施設 F-2 の床数"}
        assert lacking[lang] in text


def test_tables_have_scopes_and_maps_have_names(written: tuple[str, str]) -> None:
    seen = outline(written[1])
    assert all(attributes.get("scope") in {"col", "row"} for attributes in seen.all("th"))
    maps = [one for one in seen.all("div") if one.get("role") == "img"]
    assert len(maps) >= 6
    assert all(one.get("aria-label") for one in maps)
    bare = [one for one in seen.all("svg") if one.get("aria-hidden") != "true"]
    assert len(bare) == len(maps)


def test_the_report_has_the_tables_of_the_sheets_with_the_same_strings(found: CheckResult) -> None:
    plan = hand_made()
    text = page(plan, found, "zh", plan)
    view = View(plan, found, Words("zh", NO_BREAK), plan)
    for name, make in OFFICE_TABLES.items():
        table = printed(view, make(view), keep=(lambda line: line.kind != "row") if name == "loads" else None)
        assert (table is not None) == (office_said(view, f"title.{name}") in text), name
        for row in table["rows"] if table else ():
            assert all(str(escape(cell)) in text for cell in row["cells"]), (name, row)


@pytest.mark.long
def test_the_report_is_one_document_for_page_word_and_pdf(plan: Plan, found: CheckResult) -> None:
    document = report_document(View(plan, found, Words("en", NO_BREAK)))
    book = docx.Document(io.BytesIO(render(document, ".docx")))
    said = {one.text for one in book.paragraphs if one.style.name == "Heading 1"}
    assert said == {one.title for one in document.sections if one.title}
    assert len(book.inline_shapes) >= sum(isinstance(one, Figure) for one in walk(document.sections))
    paper = "".join(one.extract_text() for one in PdfReader(io.BytesIO(render(document, ".pdf"))).pages)
    assert all(one.rule in paper for one in found.verdicts)


@pytest.mark.long
def test_a_long_table_of_the_report_is_cut_and_says_what_is_left(found: CheckResult) -> None:
    plan = random_plan(4, columns=18, rows=14)
    text = page(plan, check(plan, packs=["zone"]), "en")
    (left,) = re.findall(r"([\d,]+) more rows in tables\.xlsx", text)
    assert int(left.replace(",", "")) == len(plan.layer("parcels")) - MOST_ROWS
    assert len(text.encode()) < 5_000_000


def test_pages_made_at_the_same_time_speak_each_its_own_language(found: CheckResult) -> None:
    with ThreadPoolExecutor(len(LANGUAGES)) as pool:
        together = list(pool.map(lambda lang: render(verdict_document(found, lang), ".html"), LANGUAGES))
    assert together == [render(verdict_document(found, lang), ".html") for lang in LANGUAGES]


@pytest.mark.long
def test_the_same_plan_gives_the_same_bytes(found: CheckResult, tmp_path: Path) -> None:
    one = write_html(hand_made(), found, tmp_path / "one.html", "zh").read_bytes()
    assert write_html(hand_made(), found, tmp_path / "two.html", "zh").read_bytes() == one
    assert len(one) < 3_000_000


def test_hostile_names_stay_text(found: CheckResult) -> None:
    bad = "</title></style><script>alert(1)</script>\"'}*{{7*7}}\\"
    drawn = layers()
    drawn["areas"]["name_en"] = bad
    drawn["stops"]["name_en"] = bad
    drawn["parcels"]["land_use"] = bad
    plan = Plan(manifest(title={"en": bad}, authority=bad, attribution=bad), drawn)
    text = page(plan, found, "en")
    assert "<script" not in text
    assert text.count("</style>") == 1
    assert outline(text).faults == []
    assert "{{7*7}}" in outline(text).text
    assert css_text('a"; } b') == "a\\000022\\00003b \\00007d b"


def test_the_synthetic_banner_follows_the_manifest(found: CheckResult) -> None:
    assert "Synthetic geometry" in page(hand_made(), found, "en")
    assert "Synthetic geometry" not in page(hand_made(synthetic=False), found, "en")


@pytest.mark.long
def test_a_plan_without_parcels_or_areas_still_makes_a_report(found: CheckResult) -> None:
    buildings = frame(
        [{"building_id": "B-1", "geometry": layers()["areas"].geometry.iloc[0].centroid.buffer(40)}]
    )
    for drawn in ({"boundary": layers()["boundary"], "buildings": buildings}, {"buildings": buildings}, {}):
        text = page(Plan(manifest(synthetic=False), drawn), found, "ja")
        assert outline(text).faults == []


def test_a_plan_with_broken_geometry_and_doubled_ids_still_makes_a_report(found: CheckResult) -> None:
    from shapely import Polygon

    drawn = layers()
    parcels = drawn["parcels"].copy()
    parcels.loc[0, "geometry"] = None
    parcels.loc[1, "geometry"] = Polygon()
    parcels.loc[2, "geometry"] = Polygon([(0, 0), (9, 9), (9, 0), (0, 9)])
    parcels.loc[3, "parcel_id"] = parcels.loc[4, "parcel_id"]
    parcels.loc[5, "land_use"] = "9999"
    parcels.loc[6, "land_use"] = None
    drawn["parcels"] = parcels
    text = page(Plan(manifest(), drawn), found, "en")
    assert outline(text).faults == []
    assert "9999 (code not in the list)" in outline(text).text
    assert "no land use given" in outline(text).text


def test_a_doubted_verdict_names_the_fault(plan: Plan) -> None:
    gap = fault(
        "pq-cover", "boundary", x=1.0, y=2.0, measured=125.0, unit="m2", values={"neighbours": "P-000"}
    )
    one = verdict("zone-edu", "unknown", missing=(doubted(gap),), doubts=(gap,))
    text = outline(page(plan, result(verdicts=(one,), faults=(gap,)), "en")).text
    assert text.count(gap.message("en")) >= 3
    assert "(1.0, 2.0)" in text


def test_a_rule_from_memory_says_so_beside_its_verdict(written: tuple[str, str]) -> None:
    lang, text = written
    assert {"zh": "凭记忆，未核对", "en": "from memory, not verified", "ja": "記憶による・未確認"}[
        lang
    ] in outline(text).text


def test_the_map_of_a_reach_rule_names_the_worst_places(plan: Plan) -> None:
    text = page(plan, result(verdicts=(reach(),)), "en")
    assert "P-001 1,210" in text
    assert "not reachable" in text
    assert "500\N{NO-BREAK SPACE}m from a public green, straight line" in text


def test_a_pass_that_hangs_on_the_reading_says_whom_it_changes(plan: Plan) -> None:
    failing = reach()
    passing = verdict(
        "zone-green-access",
        "pass",
        unit="1",
        measured=1.0,
        definition=failing.definition,
        readings=failing.readings,
    )
    text = outline(page(plan, result(verdicts=(passing,)), "en")).text
    assert "The verdict depends on the reading." in text
    assert "2 places: P-000, P-011" in text
    assert "Places where another reading changes the answer: On foot along streets" in text


@pytest.mark.long
def test_a_folder_gets_report_summary_sheet_result_and_tables(
    plan: Plan, found: CheckResult, tmp_path: Path
) -> None:
    written = report(plan, found, tmp_path / "out", "en")
    names = [path.name for path in written]
    assert names[:4] == ["report.html", "summary.pdf", "sheet.pdf", "result.json"]
    every = (*OFFICE_TABLES, *TABLES)
    assert names[4:] == ["tables.xlsx", "tables.json", "result.xlsx", *(f"{name}.csv" for name in every)]
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == sorted(names)


def test_a_place_that_cannot_be_written_is_named(plan: Plan, found: CheckResult, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(UsageError, match=r"file/report\.html cannot be written"):
        write_html(plan, found, tmp_path / "file" / "report.html")


def test_an_unknown_language_is_refused(plan: Plan, found: CheckResult, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="Known languages: zh, en, ja"):
        write_html(plan, found, tmp_path / "report.html", "fr")
    assert list(tmp_path.iterdir()) == []


def contrast(one: str, other: str) -> float:
    def light(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    low, high = sorted((light(one), light(other)))
    return (high + 0.05) / (low + 0.05)


def test_signs_of_outcomes_have_enough_contrast(repo: Path) -> None:
    style = (repo / "src/blockplan/report/templates/report.css").read_text(encoding="utf-8")
    chips: list[Any] = re.findall(r"\.chip[^{]*\{ color: (#\w{6}); background: (#\w{6})", style)
    assert len(chips) == 4
    assert all(contrast(*chip) >= 4.5 for chip in chips)
    assert contrast("#56616c", "#ffffff") >= 4.5
    assert contrast("#56616c", "#f4f5f3") >= 4.5


def test_a_report_shows_the_structure_of_a_plan_that_draws_one_and_no_empty_map_of_another() -> None:
    def sections(plan: Plan) -> set[str]:
        return {one.id for one in report_document(View(plan, check(plan), Words("zh"))).sections}

    assert "structure" in sections(hand_made())
    bare = hand_made().replace(**{name: layers()[name].iloc[:0] for name in ("structure", "areas", "zones")})
    assert "structure" not in sections(bare)
    assert "landuse" in sections(bare)
