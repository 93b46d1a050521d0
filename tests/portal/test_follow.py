"""With number and secret: see how it stands, take the receipt along, amend, withdraw; and nothing without."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest
from django.test import Client
from tests.portal.test_opinion_form import page, unlisted

from blockplan.notice import office
from blockplan.notice import taking as intake
from blockplan.notice.receipts import faults_of_receipt
from blockplan.portal.record.models import Opinion

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

    from tests.notice.records import HandClock

    from blockplan.portal.record.store import DatabaseStore

FOLLOW = "/en/notices/town/follow/"


@pytest.fixture
def mine(opened: DatabaseStore) -> dict[str, str]:
    """Number and secret of an opinion."""
    event, secret = intake.submit(opened, intake.Opinion(text="More trees.", more={"title": "Trees"}))
    return {"opinion": str(event.opinion), "secret": secret}


def post(said: dict[str, str], step: str = "see", **more: str) -> Any:
    return Client().post(FOLLOW, {**said, "do": step, **more})


def test_number_and_secret_show_the_opinion_and_its_proof(mine: dict[str, str]) -> None:
    html = page(post(mine))
    assert "More trees." in html
    assert "Opinion O-1" in html
    assert "entered" in html
    assert page(post({**mine, "opinion": "1"})) == html


@pytest.mark.parametrize("number", ["O-1", "O-0", "O-99", "nonsense", "", "O-" + "9" * 30])
def test_a_wrong_secret_and_a_number_that_nobody_has_get_the_same_answer(
    mine: dict[str, str], number: str
) -> None:
    answer = post({"opinion": number, "secret": "wrong"})
    right = post({"opinion": "O-1", "secret": "wrong"})
    assert answer.status_code == right.status_code == 403
    assert page(answer).replace(number[:24], "") == page(right).replace("O-1", "") or number == ""


def test_guessing_is_slowed_down(mine: dict[str, str], clock: HandClock) -> None:
    answers = [post({**mine, "secret": "wrong"}).status_code for _ in range(12)]
    assert answers == [403] * 10 + [429] * 2
    late = post(mine)
    assert (late.status_code, late.headers["Retry-After"]) == (429, "30")
    clock.on(seconds=30)
    assert post(mine).status_code == 200


def test_who_has_the_secret_may_look_as_often_as_wanted(mine: dict[str, str], clock: HandClock) -> None:
    assert {post(mine).status_code for _ in range(15)} == {200}


def test_new_words_take_the_place_of_the_old_while_the_period_runs(
    mine: dict[str, str], opened: DatabaseStore, clock: HandClock
) -> None:
    assert "More trees.</textarea>" in page(post(mine, "amend"))
    new = {"of": "1", "title": "Trees", "text": "Many more trees."}
    assert "The new words stand" in page(post(mine, "amend_now", **new))
    assert "The new words stand" in page(post(mine, "amend_now", **new))  # a second click
    amended = list(opened.events({"amended"}))
    assert [event.payload["text"] for event in amended] == ["Many more trees."]
    assert amended[0].payload["title"] == "Trees"
    assert Opinion.objects.get().shown == amended[0].seq
    clock.set(2026, 4, 1, 0, 0, 0)
    late = post(mine, "amend_now", text="Too late.")
    assert late.status_code == 409
    assert "cannot be changed any more" in page(late)


def test_it_is_withdrawn_only_when_it_is_meant(mine: dict[str, str]) -> None:
    assert "Do you mean to" in page(post(mine, "withdraw"))
    assert Opinion.objects.get().standing == "whole"
    assert "is withdrawn" in page(post(mine, "withdraw_now"))
    assert Opinion.objects.get().standing == "withdrawn"
    assert "is withdrawn" in page(post(mine, "withdraw_now"))


def test_the_receipt_is_a_file_that_proves_itself(mine: dict[str, str], opened: DatabaseStore) -> None:
    answer = post(mine, "receipt_json")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert faults_of_receipt(json.loads(answer.content), opened.notary.verifier) == []


@pytest.mark.parametrize("lang", ["zh", "en", "ja"])
def test_the_receipt_is_a_paper_too(mine: dict[str, str], lang: str, tmp_path: Path) -> None:
    from pypdf import PdfReader

    answer = Client().post(f"/{lang}/notices/town/follow/", {**mine, "do": "receipt_pdf"})
    assert answer.headers["Content-Type"] == "application/pdf"
    (tmp_path / "receipt.pdf").write_bytes(answer.content)
    reader = PdfReader(tmp_path / "receipt.pdf")
    assert len(reader.pages) == 1
    text = "".join(reader.pages[0].extract_text().split())
    assert "O-1" in text
    assert mine["secret"][:4] in text


def test_after_erasure_number_and_secret_open_nothing(mine: dict[str, str], opened: DatabaseStore) -> None:
    intake.erase(opened, "O-1", ground="wish of the submitter", by="Li")
    assert post(mine).status_code == 403


def test_the_answer_is_shown_once_it_is_published(
    mine: dict[str, str], opened: DatabaseStore, clock: HandClock
) -> None:
    from blockplan.respond import Desk
    from blockplan.respond.answers import Answer

    clock.set(2026, 4, 1, 0, 0, 0)
    office.close(opened, by="Li")
    desk = Desk(opened)
    desk.cut(by="Li")
    desk.answer_segment("O-1.1", Answer("noted", "We will plant them."), by="Li")
    opened.append("answers_complete", {"by": "Li"})
    opened.append("approved", {"by": "Li", "second": "Wang"})
    assert "We will plant them." not in page(post(mine))
    report = {"report": {"a": "00" * 32}, "by": "Li", "second": "Wang"}
    opened.append("published", {**report, "reconciliation": {}})
    assert "We will plant them." in page(post(mine))


@pytest.mark.parametrize("lang", ["zh", "en", "ja"])
def test_every_word_stands_in_a_list(
    mine: dict[str, str], lang: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BLOCKPLAN_PSEUDO", "1")
    address = f"/{lang}/notices/town/follow/"
    pages = [page(Client().get(address)), page(Client().post(address, {"opinion": "O-9", "secret": "x"}))]
    for step in ("see", "amend", "withdraw", "withdraw_now"):
        pages.append(page(Client().post(address, {**mine, "do": step})))
    for html in pages:
        assert [line for line in unlisted(html) if not re.fullmatch(r"O-\d+|More trees\.", line)] == []
