"""What a notice hands out on paper: one page each, all facts on it, in four forms of three languages."""

from __future__ import annotations

import datetime as dt
import io
import unicodedata
from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from pypdf import PdfReader

import blockplan as bp
from blockplan.errors import UsageError
from blockplan.report.public.furigana import bare
from blockplan.report.public.locator import Locator
from blockplan.report.public.place import PlanPlaces
from blockplan.report.public.place_words import sections
from blockplan.report.public.prints import NoticeFacts, ReceiptFacts, notice_card, paper_receipt, parcel_page
from blockplan.report.public.qr import qr_svg
from blockplan.report.public.speech import SPOKEN
from blockplan.texts import LANGUAGES

if TYPE_CHECKING:
    from blockplan.report.public.pictures import Picture

CHECKPOINT = "example.org/notice/1\n42\n" + "q83v" * 11 + "\n\n— example.org/notice/1 " + "AbCd" * 23
DEMO = "examples/demonstration-zone"


def notice(**changes: Any) -> NoticeFacts:
    values: dict[str, Any] = {
        "title": "示例规划 Example plan 計画例",
        "authority": "Example Planning Office",
        "start": dt.date(2021, 10, 24),
        "end": dt.date(2021, 11, 22),
        "days": 30,
        "deadline": "2021-11-22 24:00 Asia/Shanghai",
        "address": "https://example.org/n/1",
        "legal_basis": ("Example Act, clause 4",),
        "place": "Example Hall",
        "manner": ("on the web page", "by letter"),
        "contact": "Planning desk 000",
        "checkpoint": CHECKPOINT,
        "key_fingerprint": "example.org/notice/1+5f3c9a1b",
        "synthetic": True,
    }
    return NoticeFacts(**(values | changes))


def receipt(**changes: Any) -> ReceiptFacts:
    values: dict[str, Any] = {
        "number": "N-000042",
        "title": "Example plan",
        "authority": "Example Planning Office",
        "received": "2021-11-22 16:05:09 Asia/Shanghai",
        "day": dt.date(2021, 11, 22),
        "late": False,
        "leaf": "0123456789abcdef" * 4,
        "checkpoint": CHECKPOINT,
        "key_fingerprint": "example.org/notice/1+5f3c9a1b",
        "follow": "https://example.org/n/1/o/42",
        "secret": "abcdefghijklmnopqrstuvwx",
    }
    return ReceiptFacts(**(values | changes))


def read(pdf: bytes) -> tuple[int, str]:
    """How many pages a PDF has, and its words without spaces."""
    pages = PdfReader(io.BytesIO(pdf)).pages
    text = "".join(unicodedata.normalize("NFKC", page.extract_text()) for page in pages)
    return len(pages), "".join(text.split())


@pytest.fixture(scope="module")
def places() -> PlanPlaces:
    plan = bp.read(DEMO, "c")
    return PlanPlaces(plan, bp.check(plan))


@pytest.mark.long
@pytest.mark.parametrize("lang", SPOKEN)
def test_a_card_says_each_fact_of_the_notice_on_one_page(lang: str) -> None:
    pages, text = read(notice_card(notice(), lang))
    assert pages == 1
    for fact in (
        "示例规划", "ExamplePlanningOffice", "2021-11-2224:00", "ExampleAct,clause4", "ExampleHall",
        "onthewebpage", "byletter", "Planningdesk000", "https://example.org/n/1", "5f3c9a1b", "q83vq83v",
    ):  # fmt: skip
        assert fact in text


def test_what_a_notice_does_not_state_is_said_to_be_not_stated() -> None:
    _, text = read(notice_card(notice(place="", hours=""), "en"))
    assert "OndisplayatnotstatedHoursnotstated" in text


@pytest.mark.long
def test_a_card_of_many_words_still_holds_on_one_page(found: Any) -> None:
    plan = bp.read(DEMO)
    from blockplan.report.public.noticemaps import notice_pictures

    picture: Picture = notice_pictures(plan, found, "ja")[0]
    long = notice(
        title="とても長い計画の名称" * 6,
        legal_basis=tuple(f"法律第{n}条" * 6 for n in range(4)),
        manner=tuple("提出の方法を詳しく述べる文" * 4 for _ in range(5)),
        privacy="個人情報の取扱い" * 20,
    )
    for paper in ("a4", "a3"):
        assert read(notice_card(long, "ja-easy", paper, picture))[0] == 1


def test_a_card_in_force_bears_no_mark_of_a_draft() -> None:
    assert "DRAFT" in read(notice_card(notice(), "en"))[1]
    assert "DRAFT" not in read(notice_card(notice(draft=False), "en"))[1]


def test_an_unknown_paper_is_refused() -> None:
    with pytest.raises(UsageError, match="no paper 'a2'"):
        notice_card(notice(), "en", "a2")  # type: ignore[arg-type]


@pytest.mark.long
@pytest.mark.parametrize("lang", SPOKEN)
def test_a_receipt_says_number_time_leaf_and_secret_on_one_page(lang: str) -> None:
    pages, text = read(paper_receipt(receipt(files=2), lang))
    assert pages == 1
    for fact in (
        "N-000042", "2021-11-2216:05:09", "0123456789abcdef" * 4, "abcdefghijklmnopqrstuvwx", "5f3c9a1b",
        "https://example.org/n/1/o/42",
    ):  # fmt: skip
        assert fact in text


def test_a_late_opinion_gets_a_receipt_that_says_so() -> None:
    assert "Reachedtheservice" not in read(paper_receipt(receipt(), "en"))[1]
    came = read(paper_receipt(receipt(arrived="2021-11-22 15:59:59 Asia/Shanghai"), "en"))[1]
    assert "Reachedtheservice(whatcounts)" in came
    assert "15:59:59" in came
    assert "markedaslate" in read(paper_receipt(receipt(late=True), "en"))[1]


def test_a_copy_for_the_file_holds_no_secret_and_an_address_no_fragment() -> None:
    _, text = read(paper_receipt(receipt(secret="", follow="https://example.org/o/42#s3cret"), "en"))
    assert "Accesscode" not in text
    assert "s3cret" not in text
    assert "s3cret" not in repr(receipt(secret="s3cret"))


@pytest.mark.long
@pytest.mark.parametrize("lang", SPOKEN)
def test_my_parcel_holds_on_one_page_with_whom_to_ask_and_by_when(places: PlanPlaces, lang: str) -> None:
    picture = Locator(places.plan, lang).picture("parcel", "RD-01-01-012", plain=True)
    facts = notice(attribution="Example survey 2021")
    pages, text = read(parcel_page(places.parcel("RD-01-01-012"), lang, facts, picture))
    assert pages == 1
    for fact in ("RD-01-01-012", "RD-01-01-013", "29,390", "2021-11-2224:00", "Planningdesk000", "704.9"):
        assert fact in text
    assert "Examplesurvey2021" in text


@pytest.mark.long
@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("today", ["none", "measured"])
def test_every_cell_of_a_printed_table_stands_under_its_own_heading(
    places: PlanPlaces, lang: str, today: str
) -> None:
    parcel = places.parcel("RD-01-01-012")
    changed = replace(parcel, reached=tuple(
        replace(one, today=today, ways=tuple(replace(way, today_m=way.planned_m) for way in one.ways))
        for one in parcel.reached
    ))  # fmt: skip
    table = next(one.table for one in sections(changed, lang) if one.id == "reached")
    assert table is not None
    assert len(table.heads) == (2 if today == "none" else 3)
    placed = starts(parcel_page(changed, lang, notice()))
    columns = [placed[begin(head)] for head in table.heads]
    for row in table.rows[:4]:
        for said, column in zip(row, columns, strict=True):
            assert column & placed[begin(said)], (said, table.heads)


def begin(said: str) -> str:
    """The first sign of a cell: a run of text may end after any."""
    return bare(said)[:1]


def starts(pdf: bytes) -> dict[str, set[int]]:
    """The first sign of each run of text on a page -> where such runs begin, in mm from its left."""
    found: dict[str, set[int]] = defaultdict(set)

    def run(text: str, cm: list[float], tm: list[float], *_more: Any) -> None:
        said = unicodedata.normalize("NFKC", text).replace(" ", "").strip()
        if said:
            found[said[:1]].add(round((cm[4] + cm[0] * tm[4]) * 25.4 / 72))

    PdfReader(io.BytesIO(pdf)).pages[0].extract_text(visitor_text=run)
    return found


@pytest.mark.long
def test_the_longest_parcel_of_the_plan_still_holds_on_one_page(places: PlanPlaces) -> None:
    longest = max(places.parcels(), key=lambda one: len(one.neighbours) + len(one.permitted))
    assert read(parcel_page(longest, "ja-easy", notice()))[0] == 1


@pytest.mark.long
def test_easy_japanese_is_printed_with_its_readings(places: PlanPlaces) -> None:
    _, text = read(parcel_page(places.parcel("RD-01-01-012"), "ja-easy", notice()))
    assert "こうえん" in text


@pytest.mark.long
def test_the_same_facts_give_the_same_bytes() -> None:
    assert notice_card(notice(), "zh") == notice_card(notice(), "zh")
    assert paper_receipt(receipt(), "zh") == paper_receipt(receipt(), "zh")


def test_a_qr_code_is_square_light_at_its_rim_and_says_what_it_is() -> None:
    code = qr_svg("https://example.org/n/1", "Scan <me>")
    assert 'viewBox="0 0 33 33"' in code
    assert "M4 4h1v1h-1z" in code
    assert "M0 0h1v1h-1z" not in code
    assert "<title>Scan &lt;me&gt;</title>" in code


@pytest.mark.parametrize("text", ["", "x" * 2332])
def test_a_text_that_no_code_can_hold_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="A QR code holds 1 to 2,331 bytes"):
        qr_svg(text)


def test_the_longest_text_still_makes_a_code() -> None:
    assert qr_svg("x" * 2331).startswith("<svg")
