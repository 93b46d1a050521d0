"""What public pages hold: a notice with all that law asks, objects, opinions, no words of their own."""

from __future__ import annotations

import datetime as dt
import io
import json
import re
import zipfile
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest
from django.template.loader import render_to_string
from django.test import Client
from tests.portal.databases import languages_here

from blockplan.notice import Attachment, office
from blockplan.notice import submissions as intake
from blockplan.notice.receipts import receipt
from blockplan.notice.verify import verify
from blockplan.portal.pages.plan_sections import Cell, Grid, parts
from blockplan.portal.plans import places
from blockplan.portal.plans.models import PlanVersion
from blockplan.portal.words import OPEN, SHUT
from blockplan.report.document import PageLink, Section, Table, Told
from blockplan.report.tables import SYMBOLS
from blockplan.texts import LANGUAGES

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.notice_records import HandClock

    from blockplan.portal.config import Config
    from blockplan.portal.record.store import DatabaseStore

#: A real parcel of the reference plan.
PARCEL = "RD-01-01-012"
PAGES = (
    "", "?stage=running", "verify/", "imprint/", "privacy/", "accessibility/", "notices/town/",
    "notices/town/plan/",
    f"notices/town/plan/parcels/{PARCEL}/", f"notices/town/plan/parcels/{PARCEL}/my-parcel/",
    "notices/town/plan/areas/rd/", "notices/town/plan/rules/zone-green-access/", "notices/town/opinions/",
    "notices/town/opinions/O-1/", "notices/town/response/", "notices/town/record/",
)  # fmt: skip


def read(path: str) -> str:
    answer = Client().get(path)
    assert answer.status_code == 200, path
    return answer.content.decode()


@pytest.fixture
def commented(shown: DatabaseStore) -> DatabaseStore:
    """The reference plan on notice, with an opinion about a parcel."""
    opinion = intake.Submission(
        text="More trees <b>along</b> the \u202ecanal.", files=(Attachment("a.txt", "text/plain", b"trees"),),
        more={"targets": [{"layer": "parcels", "id": PARCEL}], "title": "Trees"},
    )  # fmt: skip
    intake.submit(shown, opinion)
    return shown


@pytest.mark.long
def test_a_notice_says_until_when_by_the_clock_and_zone_of_its_place(
    shown: DatabaseStore, clock: HandClock
) -> None:
    page = read("/en/notices/town/")
    assert "30 days left" in page
    assert "until 31 March 2026, 24:00 (UTC+8)" in page
    assert "sent after is late" in page
    clock.set(2026, 3, 31, 23, 59, 59)
    assert "today is the last day" in read("/en/notices/town/")
    clock.set(2026, 4, 1, 0, 0, 0)
    assert "The period is over" in read("/en/notices/town/")


def test_a_notice_says_first_where_to_go_and_how_else_to_answer(begun: DatabaseStore) -> None:
    from tests.support.notice_records import an_opening

    said = {
        "places": [{"name": {"en": "Town hall"}, "hours": {"en": "9 to 5"}}],
        "manner": {"post": {"en": "1 Main Street"}},
    }
    begun.append("opened", an_opening(publication="live", particulars=said))
    top = read("/en/notices/town/").partition('aria-labelledby="plan"')[0]
    for told in ("Town hall", "Open: 9 to 5", "Post: 1 Main Street", "/follow/", "#facts"):
        assert told in top
    assert "/response/" not in top


@pytest.mark.long
def test_before_its_first_day_a_notice_is_announced_and_not_running(
    clock: HandClock, request: pytest.FixtureRequest
) -> None:
    clock.set(2026, 3, 1, 12, 0, 0)
    request.getfixturevalue("shown")
    page = read("/en/notices/town/")
    assert "Announced" in page
    assert "begins on 2 March 2026" in page
    assert "<span>On notice</span>" not in page


@pytest.mark.long
def test_a_law_is_cited_as_people_of_the_readers_language_cite_it(shown: DatabaseStore) -> None:
    assert "《中华人民共和国城乡规划法》第二十六条" in read("/zh/notices/town/")
    assert "中華人民共和国都市農村計画法 第 26 条" in read("/ja/notices/town/")
    assert "art. 26" not in read("/zh/notices/town/")


@pytest.mark.long
def test_a_notice_says_what_the_office_left_out(shown: DatabaseStore) -> None:
    page = read("/en/notices/town/")
    assert "Town planning office" in page
    for fact in (
        "Legal basis",
        "Prepared by",
        "Extent",
        "Where and when to see it on site",
        "Map review number",
    ):
        told = re.search(rf"<dt>{fact}</dt><dd>(.*?)</dd>", page, re.DOTALL)
        assert told is not None, fact
        assert "not stated by the office" in told[1], fact


@pytest.mark.long
def test_a_notice_gives_its_frozen_files_with_their_hashes(shown: DatabaseStore) -> None:
    import hashlib

    page = read("/en/notices/town/")
    rows = re.findall(r'href="(/files/town/plan/\d+/\d+)".*?<code>([0-9a-f]{64})</code>', page, re.DOTALL)
    assert len(rows) >= 2
    for address, digest in rows:
        answer = Client().get(address)
        assert hashlib.sha256(answer.content).hexdigest() == digest
        assert answer.headers["Content-Disposition"].startswith("attachment")


def test_an_object_is_found_by_its_number_and_its_name(shown: DatabaseStore) -> None:
    assert f"/plan/parcels/{PARCEL}/" in read(f"/zh/notices/town/plan/?q={PARCEL.lower()}")
    assert "/plan/rules/zone-green-access/" in read("/en/notices/town/plan/?q=ZONE-Green-ACCESS")
    assert "Nothing was found" in read("/en/notices/town/plan/?q=nowhere-at-all")


def test_a_reader_is_shown_numbers_and_no_names_that_only_the_file_knows(shown: DatabaseStore) -> None:
    found = read("/en/notices/town/plan/")
    assert 'Innovation and R&amp;D area</a> <span class="note">Area</span>' in found
    assert "RD-01</span>" in found
    carried = read("/en/notices/town/plan/statements/P01/")
    assert "Sentence: P01" in carried
    assert "level=block" not in carried


@pytest.mark.long
def test_a_phone_gets_a_map_as_wide_as_itself_and_long_tables_folded_up(shown: DatabaseStore) -> None:
    page = read(f"/en/notices/town/plan/parcels/{PARCEL}/")
    slim = re.search(r'<source media="[^"]+" srcset="([^"]+)"', page)
    assert slim is not None
    assert b"<svg" in b"".join(Client().get(slim[1]).streaming_content)  # type: ignore[attr-defined]
    assert "<details>" not in page
    plan = read("/en/notices/town/").partition('<h3 id="plan-landuse"')[2]
    folded = plan.partition("<details>")[2].partition("</details>")[0]
    assert "Show the whole table" in folded
    assert "Park green space" in folded


def test_a_term_of_several_things_stands_once_before_them(shown: DatabaseStore) -> None:
    parcel = Client().get("/en/notices/town/plan/parcels/RD-01-01-012/").content.decode()
    assert parcel.count("<dt>Lies in</dt>") == 1
    assert "<dt>Lies in</dt><dd><a" in parcel
    assert parcel.count("(area)") == parcel.count("(subblock)") == 1


@pytest.mark.long
@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_unit_stands_on_another_line_than_its_number(shown: DatabaseStore, lang: str) -> None:
    facts = read(f"/{lang}/notices/town/").partition('<dl class="answers">')[2].partition("</dl>")[0]
    assert re.findall(r"\d(\s)(?:km²|平方公里)", facts) == ["\N{NO-BREAK SPACE}"] * 4


def test_a_list_of_objects_goes_on_where_a_page_ends(shown: DatabaseStore) -> None:
    first = read("/en/notices/town/plan/?kind=parcels")
    assert len(re.findall(r"<li><a href=./en/notices/town/plan/parcels/", first)) == 20
    more = re.search(r'rel="next" href="([^"]+)"', first)
    assert more is not None
    second = read("/en/notices/town/plan/" + more[1].replace("&amp;", "&"))
    seen = set(re.findall(r"/plan/parcels/([^/]+)/", first))
    assert seen.isdisjoint(re.findall(r"/plan/parcels/([^/]+)/", second))


def test_a_parcel_leads_to_the_opinions_about_it(commented: DatabaseStore) -> None:
    page = read(f"/en/notices/town/plan/parcels/{PARCEL}/")
    assert "1 opinion about this" in page
    assert "O-1" in read(f"/en/notices/town/opinions/?about=parcels:{PARCEL}")
    assert "No opinion fits" in read("/en/notices/town/opinions/?about=parcels:other")


def test_my_parcel_and_my_place_are_written_alike_in_japanese(shown: DatabaseStore) -> None:
    for path in ("place/", f"plan/parcels/{PARCEL}/"):
        page = read(f"/ja/notices/town/{path}")
        assert "わたしの" in page, path
        assert "私の" not in page, path


@pytest.mark.long
def test_easy_japanese_has_readings_over_its_words(shown: DatabaseStore) -> None:
    page = read(f"/ja/notices/town/plan/parcels/{PARCEL}/my-parcel/?easy=1")
    assert "<ruby>" in page
    assert "|" not in re.sub(r"<head>.*?</head>", "", page, flags=re.DOTALL)


@pytest.mark.long
def test_pages_for_everybody_set_no_cookie_and_are_not_sent_twice(commented: DatabaseStore) -> None:
    for path in PAGES:
        answer = Client().get(f"/en/{path}")
        assert not answer.cookies, path
        assert "public" in answer.headers["Cache-Control"], path
        if path != "verify/":
            again = Client().get(f"/en/{path}", headers={"If-None-Match": answer.headers["ETag"]})
            assert again.status_code == 304, path
            assert Client().post(f"/en/{path}").status_code == 405, path


def test_a_page_that_was_not_modified_stays_under_its_own_policy(shown: DatabaseStore) -> None:
    # What stands in such an answer takes the place of what the browser keeps: the map would not start.
    page = Client().get("/en/notices/town/")
    assert "trusted-types default" in page.headers["Content-Security-Policy"]
    again = Client().get("/en/notices/town/", headers={"If-None-Match": page.headers["ETag"]})
    assert again.status_code == 304
    assert "Content-Security-Policy" not in again.headers


def test_what_is_not_there_is_a_page_that_says_so(shown: DatabaseStore, begun: DatabaseStore) -> None:
    for path in (
        "notices/other/", "notices/town/plan/parcels/P-0/", "notices/town/plan/nothing/x/",
        "notices/town/opinions/O-99/", "notices/town/opinions/99/", "notices/town/opinions/O-/",
    ):  # fmt: skip
        answer = Client().get(f"/en/{path}")
        assert answer.status_code == 404, path
        assert "There is no such page" in answer.content.decode()


@pytest.mark.long
@pytest.mark.parametrize("lang", languages_here(LANGUAGES))
def test_no_page_has_words_of_its_own(
    commented: DatabaseStore, monkeypatch: pytest.MonkeyPatch, lang: str
) -> None:
    monkeypatch.setenv("BLOCKPLAN_PSEUDO", "1")
    assert {path: bare for path in PAGES if (bare := _bare(read(f"/{lang}/{path}")))} == {}


def test_a_receipt_is_checked_against_the_record_of_the_service(commented: DatabaseStore) -> None:
    event = next(iter(commented.events({"submitted"})))
    good = receipt(event, commented, commented.checkpoint() or "", commented.notary.verifier)
    assert "The receipt holds: opinion O-1" in sent(json.dumps(good))
    assert "does not hold" in sent(json.dumps(good | {"body": {**good["body"], "text": "other words"}}))
    assert "This is neither a receipt nor a promise" in sent("{}")
    assert "This is neither a receipt nor a promise" in sent("\ud800" * 3)
    elsewhere = good | {"leaf": good["leaf"] | {"notice": "another"}}
    assert "not on this site" in sent(json.dumps(elsewhere))


def sent(text: str) -> str:
    file = io.BytesIO(text.encode("utf-8", "surrogatepass"))
    answer = Client().post("/en/verify/", {"receipt": file})
    assert answer.status_code == 200
    assert not answer.cookies
    return answer.content.decode()


@pytest.mark.long
def test_the_record_to_take_along_verifies(commented: DatabaseStore, tmp_path: Path) -> None:
    answer = Client().get("/files/town/record.zip")
    with zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))) as archive:  # type: ignore[attr-defined]
        archive.extractall(tmp_path)
    answer.close()
    found = verify(tmp_path / "town-record", key=read_("/files/town/key.txt").strip())
    assert found.findings == []
    assert found.manifest["entries"] == 2
    assert read_("/files/town/checkpoint.txt") == commented.checkpoint()


def read_(path: str) -> str:
    return Client().get(path).content.decode()


def test_no_copy_that_was_made_of_a_record_outlives_an_erasure(
    commented: DatabaseStore, config: Config
) -> None:
    Client().get("/files/town/record.zip").close()
    assert list((config.data / "made").rglob("*.zip"))
    intake.erase(commented, "O-1", ground="wish of the submitter", by="Li")
    assert not list((config.data / "made").rglob("*.zip"))
    page = read("/en/notices/town/opinions/O-1/")
    assert "wish of the submitter" in page
    assert "More trees" not in page


def test_feeds_are_xml_with_what_happened_and_the_checkpoint(commented: DatabaseStore) -> None:
    office.extend(commented, dt.date(2026, 4, 15), reason="more \x08 time", by="Li")
    atom = "{http://www.w3.org/2005/Atom}"
    for path in ("/en/feed.atom", "/ja/notices/town/feed.atom"):
        feed = ET.fromstring(Client().get(path).content)
        assert feed.find(f"{atom}entry") is not None
    contents = [entry.text or "" for entry in feed.iter(f"{atom}content")]
    assert contents == [commented.checkpoint()]
    pages = ET.fromstring(Client().get("/sitemap.xml").content)
    assert len(pages) == 6
    assert "Disallow: /files/" in read_("/robots.txt")


#: What stands on a page and is no word: names of languages, ids, hashes, commands, and the opinion's own.
GIVEN = re.compile(
    r"A[34]|PDF \(A4\)|"
    r"简体中文|English|日本語|SHA-256|(· )?([A-Z]+(-[A-Z]*\d+)+(\.\d+)?|[a-z0-9/_.-]+)|Trees|More trees .*"
    r"|.*art\. [\d-]+.*|http://localhost.*|[✓✗?–]|blockplan .*|node cli.*|[\d\s.,:/·×–—+%()→\[\]-]*"
)


def _bare(page: str) -> list[str]:
    """Texts between tags that stand in no brackets."""
    body = re.sub(r"(?s)<head>.*?</head>|<code>.*?</code>", "", page.replace("&nbsp;", " "))
    for _ in range(3):  # what is filled in has brackets inside of others
        body = re.sub(rf"{OPEN}[^{OPEN}{SHUT}]*{SHUT}", "", re.sub(r"(?s)<ruby>.*?</ruby>|<br>", "", body))
    texts = [text.strip() for text in re.findall(r">([^<]+)<", body)]
    return [text for text in texts if text and not GIVEN.fullmatch(text)]


@pytest.mark.no_database
def test_a_figure_stands_to_the_right_and_a_short_word_does_not() -> None:
    def cells(*said: str) -> tuple[Cell, ...]:
        return tuple(Cell(one, "head", first=at == 0) for at, one in enumerate(said))

    grid = Grid(("Parcel", "Use", "Height"), (cells("P-1", "供热用地", "30 米"), cells("P-2", "住宅", "–")))
    assert grid.columns == (("Parcel", False), ("Use", False), ("Height", True))
    assert all(cell.is_short for row in grid.lines for cell in row)


def test_the_words_of_a_verdict_stand_beside_its_sign_whatever_came_of_it(shown: DatabaseStore) -> None:
    rows = tuple((sign, f"what came of {outcome}") for outcome, sign in SYMBOLS.items())
    verdicts = Section("verdicts", "Verdicts", (Table(("", "verdict"), rows),))
    (part,) = parts(PlanVersion.objects.latest("id"), "en", [verdicts])
    assert part.grid is not None
    assert [(cells[0].sign, cells[0].said) for cells in part.grid.lines] == list(rows)


def test_a_missed_verdict_says_so_in_a_sentence_and_folds_up_whom_it_concerns_and_what_mends_it(
    shown: DatabaseStore,
) -> None:
    told = Told(("Missed. Parks: 2 of 3.", "What would put it right: 1 more park."), " ")
    rows = ((SYMBOLS["fail"], told, "it falls short"), (SYMBOLS["pass"], "Kept. Schools.", "it lies there"))
    table = Table(("", "verdict", "why"), rows, (PageLink("rule", "parks", {}), None))
    (part,) = parts(PlanVersion.objects.latest("id"), "en", [Section("verdicts", "Verdicts", (table,))])
    assert part.grid is not None
    page = render_to_string("portal/part.html", {"part": part, "lang": "en"})
    first, _, rest = page.partition("</summary>")
    assert first.endswith("Missed. Parks: 2 of 3.")
    assert "1 more park." in rest.partition("</details>")[0]
    assert "/plan/rules/parks/" in rest.partition("</details>")[0]
    assert page.count("<details") == 1


def test_a_long_section_of_an_object_is_folded_up_and_its_summary_says_what_it_comes_to(
    shown: DatabaseStore,
) -> None:
    page = read("/en/notices/town/plan/parcels/RD-01-01-012/")
    folds = re.findall(r'<details class="fold"><summary>(.*?)</summary>', page)
    beside = next(one for one in folds if 'id="beside"' in one)
    assert "3 parcels share an edge with it, 4 lie across a street." in beside
    assert all('id="build"' not in one for one in folds)
    area = read("/en/notices/town/plan/areas/rd/")
    assert re.search(r'id="holds">[^<]*</h2><span class="note">\d+</span></summary>', area)


@pytest.mark.no_database
def test_an_answer_names_what_it_changes_as_readers_call_it() -> None:
    change = {"layer": "parcels", "id": "A-1", "column": "height_m", "old": 80, "new": 54}
    answer = {"kind": "adopted", "reason": {"ja": "下げます。"}, "changes": [change]}
    said = render_to_string("portal/answer.html", {"answer": answer, "lang": "ja"})
    assert "区画 A-1&nbsp;· 高さ（m）：80 → <strong>54</strong>" in said
    change |= {"old": 80.0, "new": 54.5}
    said = render_to_string("portal/answer.html", {"answer": answer, "lang": "ja"})
    assert "80 → <strong>54.5</strong>" in said
    change |= {"column": "land_use", "old": "0701", "new": "1401"}
    said = render_to_string("portal/answer.html", {"answer": answer, "lang": "zh"})
    assert "0701 城镇住宅用地 → <strong>1401 公园绿地</strong>" in said
    table = render_to_string("portal/changes_table.html", {"changes": [change], "lang": "zh"})
    assert "<td>0701 城镇住宅用地</td><td>1401 公园绿地</td>" in table


@pytest.mark.long
def test_what_another_build_kept_of_a_plan_is_made_again(shown: DatabaseStore) -> None:
    version = PlanVersion.objects.latest("id")
    (kept,) = places.folder_of(version.content_hash).glob("places-*.pickle")
    places._HELD.clear()
    kept.write_bytes(kept.read_bytes().replace(b"blockplan.check.verdict", b"blockplan.check.verdicx"))
    assert places.places_of(version).record("parcel", PARCEL).id == PARCEL


def test_the_verifier_that_a_page_names_is_in_the_zip_that_it_offers(opened: DatabaseStore) -> None:
    for path in ("/en/notices/town/record/", "/en/verify/"):
        page = Client().get(path).content.decode()
        assert "node verifier/cli.mjs" in page
        assert 'href="/files/verifier.zip"' in page
    answer = Client().get("/files/verifier.zip")
    assert answer["Content-Type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as packed:
        names = packed.namelist()
        command = packed.read("verifier/cli.mjs").decode()
    assert {f"verifier/{name}" for name in re.findall(r'from "\./(.*?)"', command)} <= set(names)
    assert Client().get("/files/verifier.zip").content == answer.content
