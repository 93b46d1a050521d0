"""The register shows what may be shown and why the rest is not; the consultation report comes out even."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest
from django.test import Client
from tests.support.notice_records import an_opening
from tests.support.published import published, send

from blockplan.notice import Attachment, office
from blockplan.notice import submissions as intake
from blockplan.portal.record.models import Notice
from blockplan.portal.submissions.services import Said, new_form, take

if TYPE_CHECKING:
    from tests.support.notice_records import HandClock

    from blockplan.portal.record.store import DatabaseStore

__all__ = ["published"]


TURNED = "left \u202eright <script>alert(1)</script>"


def read(path: str) -> str:
    answer = Client().get(path)
    assert answer.status_code == 200, path
    return answer.content.decode()


def taken(path: str) -> bytes:
    answer = Client().get(path)
    assert answer.status_code == 200, path
    content = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    answer.close()
    return content


def test_words_of_strangers_are_text_and_hidden_marks_are_spelled_out(opened: DatabaseStore) -> None:
    name, _ = send(opened, TURNED, title="<b>bold</b>")
    for path in ("/en/notices/town/opinions/", f"/en/notices/town/opinions/{name}/"):
        page = read(path)
        assert "left [U+202E]right &lt;script&gt;" in page
        assert "&lt;b&gt;bold&lt;/b&gt;" in page
        assert "<script>alert" not in page


def test_what_was_redacted_withheld_or_withdrawn_says_so_with_its_ground(opened: DatabaseStore) -> None:
    both = {"by": "Li", "second": "Wang"}
    one, _ = send(opened, "my neighbour Zhao", Attachment("z.txt", "text/plain", b"zhao"), title="On Zhao")
    two, _ = send(opened, "insults")
    three, secret = send(opened, "taken back")
    opened.append("redacted", {"opinion": one, "text": "my neighbour ...", "ground": "a name", **both})
    opened.append("withheld", {"opinion": two, "ground": "insults of persons", **both})
    intake.withdraw(opened, three, secret=secret)
    register = read("/en/notices/town/opinions/")
    for said in ("published in part", "Ground: a name", "withheld", "insults of persons", "withdrawn by"):
        assert said in register
    for path in ("", f"{one}/", f"{two}/", f"{three}/"):
        page = read(f"/en/notices/town/opinions/{path}")
        for gone in ("Zhao", "taken back", "insults<"):
            assert gone not in page
    assert "my neighbour ..." in register
    assert read(f"/en/notices/town/opinions/{one}/").count("the plan as a whole") == 1
    for unsaid in (two, three):  # what it was about is not open either
        assert "the plan as a whole" not in read(f"/en/notices/town/opinions/{unsaid}/")
    assert Client().get(f"/files/town/opinions/{one}/0").status_code == 404


def test_an_opinion_that_waits_for_a_clerk_is_counted_and_not_shown(opened: DatabaseStore) -> None:
    name = take(
        "town", Said(opinion=intake.Submission(text="without proof of work"), form=new_form())
    ).opinion
    page = read("/en/notices/town/opinions/")
    assert "1 received" in page
    assert "None has been published yet." in page
    assert "No opinion fits." not in page
    assert "without proof of work" not in page
    assert Client().get(f"/en/notices/town/opinions/{name}/").status_code == 404
    opened.append("shown", {"opinion": name, "of": 1, "by": "Li"})
    assert "without proof of work" in read("/en/notices/town/opinions/")
    assert "Shown once a clerk had looked" in read(f"/en/notices/town/opinions/{name}/")


def test_an_empty_register_says_so_and_how_to_write_and_offers_nothing_to_choose(
    opened: DatabaseStore,
) -> None:
    empty = read("/en/notices/town/opinions/")
    assert "No opinion has been received yet." in empty
    assert 'href="/en/notices/town/opinion/"' in empty
    assert "<select" not in empty
    send(opened, "More trees.")
    assert "<select" in read("/en/notices/town/opinions/")
    assert "No opinion fits." in read("/en/notices/town/opinions/?late=yes")


def test_the_place_of_an_opinion_leads_to_the_map(shown: DatabaseStore) -> None:
    geometry = {"type": "Point", "coordinates": [446385.2, 4399958.2]}
    intake.submit(shown, intake.Submission(text="More trees.", more={"geometry": geometry}))
    page = read("/en/notices/town/opinions/")
    assert 'href="/en/notices/town/place/?at=446385.2%2C4399958.2">See it on the map</a>' in page


def test_an_attachment_is_a_download_that_can_do_nothing(opened: DatabaseStore) -> None:
    name, _ = send(opened, "see file", Attachment("图.svg", "image/svg+xml", b"<svg onload='x()'/>"))
    answer = Client().get(f"/files/town/opinions/{name}/0")
    assert answer.content == b"<svg onload='x()'/>"
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert Client().get(f"/files/town/opinions/{name}/1").status_code == 404


@pytest.mark.parametrize("mode", ["none", "after_close_summary", "after_close_full"])
def test_words_are_shown_only_as_the_notice_publishes(
    begun: DatabaseStore, clock: HandClock, mode: str
) -> None:
    begun.append("opened", an_opening(publication=mode))
    name, _ = send(begun, "my words", Attachment("a.txt", "text/plain", b"a"), title="my title")
    for path in ("", f"{name}/"):
        page = read(f"/en/notices/town/opinions/{path}")
        assert name in page
        assert "my words" not in page
        assert "my title" not in page
    assert Client().get(f"/files/town/opinions/{name}/0").status_code == 404
    clock.set(2026, 4, 1, 0, 0, 0)
    office.close(begun, by="Li")
    shown = "my words" in read("/en/notices/town/opinions/")
    assert shown == (mode == "after_close_full")


def test_a_reader_picks_and_pages_through_the_register(opened: DatabaseStore) -> None:
    for number in range(25):
        aim = {"targets": [{"layer": "parcels", "id": "P-7"}]} if number % 2 else {}
        send(opened, f"words-{number}.", **aim)
    first = read("/en/notices/town/opinions/")
    assert "words-24." in first
    assert "words-4." not in first
    assert "before=6" in first
    second = read("/en/notices/town/opinions/?before=6")
    assert "words-4." in second
    assert "words-5." not in second
    about = read("/en/notices/town/opinions/?about=parcels:P-7")
    assert "words-23." in about
    assert "words-24." not in about
    assert "No opinion fits" in read("/en/notices/town/opinions/?late=yes&channel=post")
    assert "words-24." in read("/en/notices/town/opinions/?late=no&standing=whole&sender=public&before=zz")


def test_the_report_is_not_there_before_it_is_published(opened: DatabaseStore) -> None:
    send(opened, "More trees.")
    page = read("/en/notices/town/response/")
    assert "not published yet" in page
    assert "1 opinion was received so far" in page
    assert Client().get("/files/town/response/response.json").status_code == 404
    assert "once the consultation report is published" in read("/en/notices/town/opinions/O-1/")


@pytest.mark.parametrize("lang", ["zh", "en", "ja"])
def test_whoever_comes_before_the_report_is_led_on(opened: DatabaseStore, lang: str) -> None:
    """To what was said so far and to one's own opinion: the page says nothing else."""
    main = read(f"/{lang}/notices/town/response/").partition("<main")[2]
    for page in ("opinions", "follow"):
        assert f'href="/{lang}/notices/town/{page}/"' in main
    assert "/mail/" not in main  # this office sends none


@pytest.mark.parametrize(
    ("lang", "said"), [("zh", "逾期 0 条（"), ("en", "0 late ("), ("ja", "期限後 0 件（")]
)
def test_what_came_late_is_counted_in_the_order_of_each_language(
    published: DatabaseStore, lang: str, said: str
) -> None:
    assert said in read(f"/{lang}/notices/town/response/")
    assert said in taken(f"/files/town/response/response-{lang}.html").decode()


def test_the_report_reconciles_and_leads_to_each_opinion(published: DatabaseStore) -> None:
    page = read("/en/notices/town/response/")
    assert "Trees are planted." in page
    assert "Passed on." in page
    assert "/en/notices/town/opinions/O-1/" in page
    document = json.loads(taken("/files/town/response/response.json"))
    counted = document["reconciliation"]
    assert counted["received"] == 3
    assert counted["published_whole"] == 2
    assert counted["withdrawn"] == 1
    assert "Trees are planted." in read("/en/notices/town/opinions/O-1/")
    assert "Passed on." in read("/zh/notices/town/opinions/O-2/")
    assert "needs no answer" in read("/en/notices/town/opinions/O-3/")
    for name in ("response-ja.html", "opinions-zh.csv", "answers-en.csv", "changes-en.csv"):
        assert taken(f"/files/town/response/{name}"), name
    for name in ("head.json", "other.csv", "..%2Frecord.zip"):
        assert Client().get(f"/files/town/response/{name}").status_code == 404, name


def test_the_list_of_opinions_says_how_each_was_answered_once_that_is_published(
    published: DatabaseStore,
) -> None:
    def kinds(page: str) -> list[list[str]]:
        return [re.findall(r'class="chip">([^<]*)', one) for one in page.split("<article")[1:]]

    assert kinds(read("/en/notices/town/opinions/")) == [[], ["Noted"], ["Adopted"]]
    assert kinds(read("/zh/notices/town/opinions/")) == [[], ["留作参考"], ["采纳"]]
    intake.erase(published, "O-1", ground="wish of the submitter", by="Li")
    assert kinds(read("/en/notices/town/opinions/")) == [[], ["Noted"], []]


def test_the_list_of_opinions_says_nothing_of_answers_that_are_not_published(opened: DatabaseStore) -> None:
    send(opened, "More trees.")
    assert 'class="chip"' not in read("/en/notices/town/opinions/")


def test_the_report_is_made_anew_without_what_was_erased(published: DatabaseStore) -> None:
    read("/en/notices/town/response/")
    intake.erase(published, "O-1", ground="wish of the submitter", by="Li")
    text = taken("/files/town/response/response.json")
    assert b"More trees" not in text
    assert json.loads(text)["reconciliation"]["erased"] == 1
    assert Notice.objects.get().state == "published"


def test_who_withdrew_an_opinion_is_not_told_to_wait_for_an_answer(opened: DatabaseStore) -> None:
    kept, _ = send(opened, "More trees.")
    gone, secret = send(opened, "Taken back.")
    intake.withdraw(opened, gone, secret=secret)
    assert "needs no answer" in read(f"/en/notices/town/opinions/{gone}/")
    assert "is shown here once" in read(f"/en/notices/town/opinions/{kept}/")


def test_a_filter_names_its_object_in_the_words_of_the_reader(opened: DatabaseStore) -> None:
    page = read("/ja/notices/town/opinions/?about=parcels:P-7")
    assert "区画&nbsp;· <strong>P-7</strong>" in page
    assert "<strong>nowhere:P-7</strong>" in read("/ja/notices/town/opinions/?about=nowhere:P-7")
