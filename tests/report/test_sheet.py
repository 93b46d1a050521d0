from __future__ import annotations

import io
import unicodedata
from typing import TYPE_CHECKING

import pytest
from pypdf import PdfReader
from tests.report.handmade import hand_made, layers, manifest

from blockplan.plan import Plan
from blockplan.report.maps.svg import Frame
from blockplan.report.sheet import round_scale, sheet
from blockplan.texts import LANGUAGES

if TYPE_CHECKING:
    from blockplan.check.verdict import CheckResult


def text_of(pdf: bytes) -> str:
    text = "".join(one.extract_text() for one in PdfReader(io.BytesIO(pdf)).pages)
    return "".join(unicodedata.normalize("NFKC", text).split())


@pytest.mark.long
@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_sheet_can_be_read_by_machine_in_each_language(plan: Plan, found: CheckResult, lang: str) -> None:
    text = text_of(sheet(plan, found, lang))
    title = plan.manifest.title[lang]
    assert "".join(title.split()) in text
    expected = {
        "zh": ("虚构几何", "草案", "图例", "比例尺1:", "城镇住宅用地", "未知"),
        "en": ("Syntheticgeometry", "DRAFT", "Legend", "Scale1:", "Urbanhousing", "notknown"),
        "ja": ("架空の図形", "草案", "凡例", "縮尺1:", "都市住宅用地", "不明"),
    }[lang]
    for words in expected:
        assert words in text
    assert found.content_hash[:32] in text


def test_the_sheet_is_one_page_of_a3_with_its_fonts_inside(plan: Plan, found: CheckResult) -> None:
    reader = PdfReader(io.BytesIO(sheet(plan, found, "zh")))
    assert len(reader.pages) == 1
    width, height = (float(side) / 72 * 25.4 for side in reader.pages[0].mediabox[2:])
    assert (round(width), round(height)) == (420, 297)
    fonts = reader.pages[0]["/Resources"]["/Font"]
    names = {str(font.get_object()["/BaseFont"]) for font in fonts.values()}
    assert names
    assert all("BlockplanSans" in name for name in names)
    metadata = reader.xmp_metadata
    assert metadata is not None
    assert b"pdfaid:part" in reader.trailer["/Root"]["/Metadata"].get_data()


def test_the_same_plan_gives_the_same_sheet(found: CheckResult) -> None:
    assert sheet(hand_made(), found, "ja") == sheet(hand_made(), found, "ja")


def test_a_plan_in_force_has_no_draft_mark_and_real_geometry_no_note(found: CheckResult) -> None:
    text = text_of(sheet(hand_made(status="in_force", synthetic=False), found, "en"))
    assert "DRAFT" not in text
    assert "Synthetic" not in text


def test_a_plan_with_nothing_to_draw_still_gets_a_sheet(found: CheckResult) -> None:
    assert "Theplanholdsnothingtodraw" in text_of(sheet(Plan(manifest(), {}), found, "en"))


def test_markup_in_a_title_stays_text(found: CheckResult) -> None:
    bad = '#panic() $x$ *b* \\ " <script>'
    assert "#panic()" in text_of(sheet(Plan(manifest(title={"en": bad}), layers()), found, "en"))


def test_the_scale_is_a_round_one_that_fits() -> None:
    assert round_scale(Frame(0, 0, 1000, 9_800), 100) == 40_000
    assert round_scale(Frame(0, 0, 2_000, 1_000), 262) == 10_000
