"""The land-use plan as a file of its own: what it says, and when there is none."""

from __future__ import annotations

import io
import re
import unicodedata
from typing import TYPE_CHECKING

import pytest
from pypdf import PdfReader
from tests.support.grouped import of_many
from tests.support.handmade import hand_made, layers, manifest

from blockplan.errors import UsageError
from blockplan.plan import Plan
from blockplan.report import write_sheet
from blockplan.report.files import write_prints
from blockplan.texts import LANGUAGES

if TYPE_CHECKING:
    from pathlib import Path

    from blockplan.check.verdict import CheckResult


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "sheet.pdf"


def text_of(path: Path) -> str:
    text = "".join(one.extract_text() for one in PdfReader(path).pages)
    return "".join(unicodedata.normalize("NFKC", text).split())


@pytest.mark.long
@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_sheet_can_be_read_by_machine_in_each_language(
    plan: Plan, found: CheckResult, lang: str, out: Path
) -> None:
    text = text_of(write_sheet(plan, found, out, lang))
    assert "".join(plan.manifest.title[lang].split()) in text
    expected = {
        "zh": ("虚构几何", "草案", "图例", "1:", "城镇住宅用地", "未知", "小学"),
        "en": ("Inventedgeometry", "Draft", "Legend", "1:", "Urbanhousing", "notknown", "Primaryschool"),
        "ja": ("架空", "案", "凡例", "1/", "都市住宅用地", "不明", "小学校"),
    }[lang]
    for words in expected:
        assert words in text
    assert found.content_hash[:32] in text


@pytest.mark.long
def test_the_sheet_is_one_page_of_a3_with_its_fonts_inside(plan: Plan, found: CheckResult, out: Path) -> None:
    reader = PdfReader(io.BytesIO(write_sheet(plan, found, out, "zh").read_bytes()))
    (page,) = reader.pages
    width, height = (float(side) / 72 * 25.4 for side in page.mediabox[2:])
    assert sorted((round(width), round(height))) == [297, 420]
    names = {str(font.get_object()["/BaseFont"]) for font in page["/Resources"]["/Font"].values()}
    assert names
    assert all("BlockplanSans" in name for name in names)
    assert b"pdfaid:part" in reader.trailer["/Root"]["/Metadata"].get_data()


@pytest.mark.long
def test_the_same_plan_gives_the_same_sheet(found: CheckResult, out: Path) -> None:
    first = write_sheet(hand_made(), found, out, "ja").read_bytes()
    assert write_sheet(hand_made(), found, out, "ja").read_bytes() == first


@pytest.mark.long
def test_a_plan_in_force_has_no_draft_mark_and_real_geometry_no_note(found: CheckResult, out: Path) -> None:
    text = text_of(write_sheet(hand_made(status="in_force", synthetic=False), found, out, "en"))
    assert "Draft" not in text
    assert "Invented" not in text


def test_a_plan_without_parcels_gets_a_summary_and_no_sheet(found: CheckResult, tmp_path: Path) -> None:
    bare = Plan(manifest(), {})
    assert [path.name for path in write_prints(bare, found, tmp_path, "en")] == ["summary.pdf"]
    with pytest.raises(UsageError, match="No sheet can be drawn"):
        write_sheet(bare, found, tmp_path / "sheet.pdf", "en")


@pytest.mark.long
def test_markup_in_a_title_stays_text(found: CheckResult, out: Path) -> None:
    bad = '#panic() $x$ *b* \\ " <script>'
    assert "#panic()" in text_of(write_sheet(Plan(manifest(title={"en": bad}), layers()), found, out, "en"))


@pytest.mark.long
def test_the_sheet_stays_one_page_with_many_verdicts_and_shows_what_fails_first(out: Path) -> None:
    (page,) = PdfReader(write_sheet(hand_made(), of_many(), out, "en")).pages
    text = "".join(page.extract_text().split())
    left_out = int(re.search(r"(\d+)notlistedhereareinthereport", text)[1])
    assert text.count("×fail") + left_out == 130  # rules, and each block that fails one of them
    assert text.count("×fail") > 10
    assert "✓pass" not in text
