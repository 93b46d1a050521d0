"""The page of a comparison: what it says, and that it says it in every language, on every screen."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
import shapely
from tests.support.builders import X, Y, a_plan, parcels_of
from tests.support.made_columns import a_column, a_comparison, a_measurement, a_verdict
from tests.support.town import town
from tests.support.varied_plans import a_drawn_plan, varied

from blockplan.check.verdict import Residents
from blockplan.compare import Comparison, compare
from blockplan.compare.changes import ColumnChange, RowChange, Size
from blockplan.compare.transition import TransitionUse
from blockplan.errors import UsageError
from blockplan.measure.missing import Missing
from blockplan.plan import Plan, read, write
from blockplan.report import fonts
from blockplan.report.comparison.lists import Matrix
from blockplan.report.comparison.maps import _steps, ranges
from blockplan.report.comparison.page import comparison_document, write_comparison
from blockplan.report.comparison.wording import ComparisonWords
from blockplan.report.renderers.html import page as page_of
from blockplan.report.words import Words
from blockplan.texts import LANGUAGES

if TYPE_CHECKING:
    from pathlib import Path

    from blockplan.compare import ComparedColumn

HOMES, PARK, LEFT = (
    TransitionUse("cn2023", "0701"),
    TransitionUse("cn2023", "1401"),
    TransitionUse("cn2023", "16"),
)


def page(found: Comparison, lang: str) -> str:
    return page_of(comparison_document(found, lang))


def text_of(html: str) -> str:
    """What a reader sees, styles left out."""
    return re.sub(r"\s+", " ", re.sub(r"<style.*?</style>|<[^>]+>", " ", html, flags=re.DOTALL))


@pytest.fixture(scope="module")
def found() -> Comparison:
    return varied()


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("en", "shape changed, still 10,000.0 m²"),
        ("zh", "形状已改，仍为 10,000.0 平方米"),
        ("ja", "形状を変更（面積・長さは 10,000.0 m² のまま）"),
    ],
)
def test_a_shape_that_changes_and_keeps_its_size_is_said_to_change(
    found: Comparison, lang: str, said: str
) -> None:
    size = Size("Polygon 10000.0 m2")
    size.value, size.unit = 10_000.0, "m2"
    row = RowChange(found.columns[-1].id, "parcels", "B", "changed", (ColumnChange("geometry", size, size),))
    assert said in text_of(page(replace(found, changes=[row]), lang)).replace("\xa0", " ")


def test_what_flips_is_marked_by_sign_and_word(found: Comparison) -> None:
    said = text_of(page(found, "en"))
    assert "▼ 1 verdict turns from pass to fail" in said
    assert "▲ 1 verdict turns from fail to pass" in said
    assert "◆ 2 verdicts change otherwise" in said
    for mark in ("▼ now fails", "▲ now passes", "◆ differs", "not judged"):
        assert mark in said


@pytest.mark.long
def test_a_row_names_its_clause_and_a_measure_says_how_it_was_measured(reference: Path) -> None:
    said = text_of(page(compare(read(reference), ["b"]), "en"))
    assert "Published notice of the draft" in said
    assert "Definition, layers, source" in said
    assert "Layers and columns that were read: parcel: residents," in said.replace("read :", "read:")


def test_an_unknown_verdict_says_what_is_missing() -> None:
    missing = (Missing("facilities", "beds", ("F-12", "F-13")),)
    unknown = a_verdict(outcome="unknown", measured=None, margin=None, missing=missing)
    said = text_of(page(a_comparison(a_column("base", a_verdict()), a_column("b", unknown)), "en"))
    assert "missing: beds of facility F-12, F-13" in said


def test_a_limit_that_differs_stands_in_each_column(found: Comparison) -> None:
    said = text_of(page(found, "en"))
    assert "asks at least 1 m²" in said
    assert "asks at most 9 m²" in said


def test_residents_and_land_are_summed_up(found: Comparison) -> None:
    said = text_of(page(found, "en"))
    assert "+14 residents" in said
    assert "4 ha of land change use" in said
    assert "10 (9 to 11)" in said
    assert "Synthetic geometry" in said


def test_the_maps_show_what_differs_with_legend_and_north(found: Comparison) -> None:
    html = page(found, "en")
    said = text_of(html)
    assert "Land that changes use: b against base" in said
    assert "not drawn → 1401 Park green space" in said
    assert "16 Reserve land (left blank) → not drawn" in said
    assert "no use stated → 1401 Park green space" in said
    assert "−6 (1 parcel)" in said
    assert "+20 (1 parcel)" in said
    assert "Begins: Title of reach" in said
    assert "Ceases: Title of far" in said
    assert html.count('role="img"') == 3
    assert html.count(">N</text>") == 3


def test_the_list_of_changes_says_old_and_new(found: Comparison) -> None:
    said = text_of(page(found, "en"))
    assert "B changed land-use code 1401 → 0701 residents empty → 20" in said
    assert re.search(r"C gone .*land-use code 16", said)
    assert re.search(r"E new .*land-use code 1401", said)


def test_a_size_is_told_with_its_unit_as_each_language_writes_it(found: Comparison) -> None:
    for lang in LANGUAGES:
        words = Words(lang)
        said = text_of(page(found, lang))
        assert words.with_unit("10,000.0", "m2") in said
        assert "Polygon" not in said


def test_a_long_list_is_folded_and_a_very_long_one_cut(found: Comparison) -> None:
    one = next(change for change in found.changes if change.layer == "parcels")
    many = tuple(replace(one, id=f"P{at}") for at in range(500))
    html = page(replace(found, changes=many), "en")
    assert re.search(r"<summary><h\d>parcel \(500\)</h\d></summary>", html)
    assert "100 more" in text_of(html)
    assert "<details" not in page(replace(found, changes=many[:3]), "en").split('id="changes"')[1]


def test_nothing_that_differs_is_said_and_not_drawn() -> None:
    plan = a_drawn_plan("0701", "1401", residents=[10, None])
    found = a_comparison(*(a_column(id_, a_verdict(), plan=plan) for id_ in ("base", "b")))
    html = page(found, "en")
    said = text_of(html)
    for sentence in (
        "No verdict changes",
        "as many residents",
        "no land changes use",
        "No measure differs.",
        "b and base hold the same features.",
        "so there is no map of it",
    ):
        assert sentence in said
    assert 'role="img"' not in html


def test_plans_without_parcels_or_residents_still_give_a_page() -> None:
    nothing = Plan(a_plan().manifest, {})
    columns = [
        a_column(id_, plan=nothing, residents=Residents(None, None, None)) for id_ in ("base", "other")
    ]
    said = text_of(page(a_comparison(*columns), "en"))
    assert "the difference in residents is not known" in said
    assert "not known" in said


def test_names_from_a_plan_cannot_break_the_page() -> None:
    nasty = '"><b>&'
    before = a_plan(parcels_of("0701").assign(parcel_id=nasty), {"title": {"en": nasty}})
    after = a_plan(parcels_of(nasty).assign(parcel_id=nasty), {"title": {"en": nasty}})
    columns = [a_column("base", plan=before), a_column("x", plan=after)]
    html = page(a_comparison(*columns), "en")
    assert nasty not in html
    assert "&lt;b&gt;&amp;" in html


@pytest.mark.long
@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_same_comparison_gives_the_same_bytes_and_needs_nothing_else(
    found: Comparison, lang: str, tmp_path: Path
) -> None:
    one = write_comparison(found, tmp_path / "one.html", lang).read_bytes()
    assert one == write_comparison(varied(), tmp_path / "two.html", lang).read_bytes()
    html = one.decode("utf-8")
    assert "<script" not in html
    assert re.findall(r"(?:src|href)=\"(?!#)[^\"]*\"|url\((?!data:font/woff|#)[^)]*\)", html) == []
    ids = re.findall(r'id="([^"]+)"', html)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r"url\(#([^)]+)\)|href=\"#([^\"]+)\"", html)) <= {(id_, "") for id_ in ids} | {
        ("", id_) for id_ in ids
    }


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_character_of_the_page_is_in_the_embedded_fonts(found: Comparison, lang: str) -> None:
    assert fonts.missing(text_of(page(found, lang))) == set()


def test_plans_in_folders_of_one_name_are_told_apart_by_their_paths() -> None:
    columns = [a_column(id_) for id_ in ("base", "old/plan", "new/plan", "more/other")]
    view = ComparisonWords(a_comparison(*columns), Words("en"))
    assert [view.name(column) for column in columns] == ["base", "old/plan", "new/plan", "other"]


def test_many_verdicts_show_those_that_differ_and_fold_the_others() -> None:
    rules = [f"r{at}" for at in range(40)]
    one = a_column("base", *map(a_verdict, rules))
    other = a_column("b", a_verdict("r0", "fail"), *map(a_verdict, rules[1:]))
    html = page(a_comparison(one, other), "en")
    shown, folded = html.split('id="verdicts"')[1].split("<details")[:2]
    assert "Title of r0" in shown
    assert "Title of r1<" not in shown.replace(" <", "<")
    assert "Verdicts that are the same in every column (39)" in folded


def test_rows_of_one_measure_are_told_apart_by_their_rules() -> None:
    def column(id_: str, value: float) -> ComparedColumn:
        verdicts = [
            a_verdict(rule, measurement=a_measurement("far", value, limit_m=limit))
            for rule, limit in (("x", 300), ("y", 500))
        ]
        return a_column(id_, *verdicts)

    said = text_of(page(a_comparison(column("base", 0.172), column("b", 0.1723)), "en"))
    assert "far | x" in said
    assert "far | y" in said
    assert "(+0.0003 m²)" in said


def test_numbers_of_rules_are_put_in_one_line() -> None:
    assert ranges({5, 1, 3, 4}) == "1, 3–5"


def test_a_language_that_there_is_not_is_refused(found: Comparison, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no language 'fr'"):
        write_comparison(found, tmp_path / "page.html", "fr")
    assert not list(tmp_path.iterdir())


def test_the_matrix_adds_up_both_ways() -> None:
    matrix = Matrix(
        {
            (HOMES, HOMES): 5.0,
            (HOMES, PARK): 2.0,
            (PARK, None): 1.0,
            (None, HOMES): 0.5,
            (LEFT, LEFT): 3.0,
        }
    )
    assert (matrix.rows, matrix.columns) == ([HOMES, PARK, None], [HOMES, PARK, None])
    assert (matrix.before(HOMES), matrix.after(HOMES)) == (7.0, 5.5)
    assert (matrix.before(PARK), matrix.after(PARK)) == (1.0, 2.0)
    assert (matrix.all_before, matrix.all_after) == (11.0, 10.5)
    assert matrix.all_before == sum(map(matrix.before, matrix.rows)) + matrix.kept_still
    assert matrix.all_after == sum(map(matrix.after, matrix.columns)) + matrix.kept_still
    assert (matrix.still, matrix.moved, matrix.kept) == ([LEFT], 3.5, 8.0)


def test_less_land_than_is_shown_is_not_written_as_nothing(found: Comparison) -> None:
    view = ComparisonWords(found, Words("en"))
    assert (view.area(0.0), view.area(0.00004), view.area(1234.5)) == ("", "< 0.0001", "1,234.5000")
    assert (view.ha(0.00001), view.ha(0.5)) == ("< 0.0001 ha", "0.5 ha")


@pytest.mark.parametrize("top", [0.2, 1, 7, 12, 376, 1000, 99_999])
def test_the_ranges_of_the_residents_map_are_round_and_hold_everything(top: float) -> None:
    (low, one), (_, _), (_, high) = _steps([top / 9, top])
    assert low == 0
    assert high >= top
    assert high == pytest.approx(3 * one)


def test_a_plan_that_is_no_strip_is_drawn_whole() -> None:
    square = a_plan(
        parcels_of("0701", "1401").set_geometry(
            [shapely.box(X, Y, X + 900, Y + 500), shapely.box(X, Y + 500, X + 900, Y + 1000)], crs="EPSG:4548"
        )
    )
    other = square.replace(parcels=square.layer("parcels").assign(land_use=["1401", "1401"]))
    columns = [a_column("base", plan=square), a_column("x", plan=other)]
    html = page(a_comparison(*columns), "zh")
    assert 'class="wide"' in html
    assert "0701→1401" in html


@pytest.mark.long
def test_the_reference_scenarios_read_as_they_were_drawn(reference: Path) -> None:
    said = text_of(page(compare(read(reference), ["a", "b", "c"]), "ja"))
    assert "▼ 適合から不適合へ 4 件" in said
    assert "+10,000" in said
    assert "80.50" in said


# In a browser


@pytest.mark.browser
@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("width", [360, 1280])
def test_the_page_opens_on_phone_and_desk(
    chromium: Any, found: Comparison, tmp_path: Path, lang: str, width: int
) -> None:
    path = write_comparison(found, tmp_path / "page.html", lang)
    tab = chromium.new_page(viewport={"width": width, "height": 800})
    said: list[str] = []
    asked: list[str] = []
    tab.on("console", lambda message: said.append(message.text))
    tab.on("request", lambda request: asked.append(request.url))
    tab.goto(path.as_uri())
    tab.evaluate("document.fonts.ready")
    assert said == []
    assert [address for address in asked if not address.startswith(("file:", "data:font/"))] == []
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    assert tab.evaluate("[...document.fonts].map(face => face.status)") == ["loaded", "loaded"]
    tab.close()


@pytest.mark.long
@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_figure_that_a_pack_only_reports_bears_the_title_of_the_pack(lang: str, tmp_path: Path) -> None:
    write(town(packs=["sdg11"]), tmp_path / "other")
    worded = ComparisonWords(compare(town(packs=["sdg11"]), [str(tmp_path / "other")]), Words(lang))
    titles = {row.first.id: worded.measure_title(row) for row in worded.measures}
    assert "SDG 11.7.1" in titles["sdg1171"]
    assert not titles.keys() & set(titles.values())
