"""With number and secret: see how it stands, take the receipt along, amend, withdraw; and nothing without."""

from __future__ import annotations

import json
import re
from io import BytesIO
from typing import TYPE_CHECKING

import pytest
from django.test import Client
from tests.portal.databases import languages_here
from tests.support.opinion_form import page, unlisted

from blockplan.notice import office
from blockplan.notice import submissions as intake
from blockplan.notice.receipts import faults_of_receipt
from blockplan.portal.record.models import Opinion

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

    from tests.support.notice_records import HandClock

    from blockplan.portal.record.store import DatabaseStore

FOLLOW = "/en/notices/town/follow/"


@pytest.fixture
def mine(opened: DatabaseStore) -> dict[str, str]:
    """Number and secret of an opinion."""
    event, secret = intake.submit(opened, intake.Submission(text="More trees.", more={"title": "Trees"}))
    return {"opinion": str(event.opinion), "secret": secret}


def post(said: dict[str, str], step: str = "see", **more: str) -> Any:
    return Client().post(FOLLOW, {**said, "do": step, **more})


def test_number_and_secret_show_the_opinion_and_its_proof(mine: dict[str, str]) -> None:
    html = page(post(mine))
    assert "More trees." in html
    assert "Opinion No. 1 (entry 1)" in html
    assert "entered" in html
    assert page(post({**mine, "opinion": "1"})) == html


@pytest.mark.parametrize("number", ["O-1", "O-0", "O-99", "nonsense", "", "O-" + "9" * 30])
def test_a_wrong_secret_and_a_number_that_nobody_has_get_the_same_answer(
    mine: dict[str, str], number: str
) -> None:
    answer = post({"opinion": number, "secret": "wrong"})
    right = post({"opinion": "O-1", "secret": "wrong"})
    assert answer.status_code == right.status_code == 403
    assert page(answer).replace(f'"{number}"', "") == page(right).replace('"O-1"', "")


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
    assert "Your change is recorded" in page(post(mine, "amend_now", **new))
    assert "Your change is recorded" in page(post(mine, "amend_now", **new))  # a second click
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
    said = page(post(mine, "withdraw_now"))
    assert "is withdrawn" in said
    assert "This opinion needs no answer." in said  # and none is promised
    assert "can be changed while" not in said
    assert Opinion.objects.get().standing == "withdrawn"
    assert "is withdrawn" in page(post(mine, "withdraw_now"))


def test_the_receipt_is_a_file_that_proves_itself(mine: dict[str, str], opened: DatabaseStore) -> None:
    answer = post(mine, "receipt_json")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert faults_of_receipt(json.loads(answer.content), opened.notary.verifier) == []


@pytest.mark.long
@pytest.mark.parametrize("lang", languages_here(["zh", "en", "ja"]))
def test_the_receipt_is_a_paper_too(mine: dict[str, str], lang: str, tmp_path: Path) -> None:
    from pypdf import PdfReader

    answer = Client().post(f"/{lang}/notices/town/follow/", {**mine, "do": "receipt_pdf"})
    assert answer.headers["Content-Type"] == "application/pdf"
    (tmp_path / "receipt.pdf").write_bytes(answer.content)
    reader = PdfReader(tmp_path / "receipt.pdf")
    assert len(reader.pages) == 1
    text = "".join(reader.pages[0].extract_text().split())
    assert {"zh": "第1号（登记1）", "en": "No.1(entry1)", "ja": "第1号（1番の登録）"}[lang] in text
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


def test_what_an_opinion_is_about_is_said_once(opened: DatabaseStore) -> None:
    about = {"targets": [{"layer": "parcels", "id": "A1-77"}]}
    event, secret = intake.submit(opened, intake.Submission(text="A bench here.", more=about))
    html = page(post({"opinion": str(event.opinion), "secret": secret}))
    assert html.count("A1-77") == 1
    html = page(post({"opinion": str(event.opinion), "secret": secret}, "withdraw"))
    assert html.count("A1-77") == 1


@pytest.mark.parametrize("lang", languages_here(["zh", "en", "ja"]))
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


def grouped(secret: str, wide: bool = False) -> str:
    """As paper prints it; full-width as an input method of Chinese or Japanese gives it."""
    said = " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
    return (
        "".join(chr(ord(one) + 0xFEE0) if "!" <= one <= "~" else "\u3000" for one in said) if wide else said
    )


@pytest.mark.parametrize("wide", [False, True])
def test_number_and_secret_are_taken_as_they_are_typed_from_paper(mine: dict[str, str], wide: bool) -> None:
    numbers = ["Ｏ－１", "ｏ-1", "１", "O1"] if wide else ["o-1", " O - 1 ", "1"]
    for number in numbers:
        html = page(post({"opinion": number, "secret": grouped(mine["secret"], wide)}))
        assert "More trees." in html
        # What the page hands on to its next step is the secret as it was given out.
        assert f'value="{mine["secret"]}"' in html
    other = mine["secret"][:-1] + ("1" if mine["secret"].endswith("0") else "0")
    assert post({"opinion": "1", "secret": grouped(other, wide)}).status_code == 403


def test_paper_has_the_code_in_the_groups_in_which_it_was_given_out(mine: dict[str, str]) -> None:
    from pypdf import PdfReader

    reader = PdfReader(BytesIO(post(mine, "receipt_pdf").content))
    assert mine["secret"] in reader.pages[0].extract_text()


def test_a_code_is_taken_in_whatever_case_and_with_look_alikes(mine: dict[str, str]) -> None:
    code = mine["secret"]
    assert re.fullmatch(r"(?:[0-9A-HJKMNP-TV-Z]{4}-){6}[0-9A-HJKMNP-TV-Z]{4}", code)
    alike = code.lower().replace("-", " ").replace("0", "o").replace("1", "l")
    html = page(post({"opinion": "1", "secret": alike}))
    assert "More trees." in html
    assert f'value="{code}"' in html


@pytest.mark.long
def test_a_code_is_taken_wherever_hyphens_and_spaces_are_typed_in_it(mine: dict[str, str]) -> None:
    plain = mine["secret"].replace("-", "")
    for hyphens in range(28):
        said = "-".join([*plain[:hyphens], " ".join(plain[hyphens:])])
        html = page(post({"opinion": "1", "secret": said}))
        assert f'value="{mine["secret"]}"' in html, said


def test_a_code_of_an_earlier_receipt_that_looks_like_a_new_one_opens_every_step(
    opened: DatabaseStore,
) -> None:
    earlier = "x7qe-a4tn-b8kd-w2ma-p5hc9rj3vgy6"
    opinion = intake.Submission(text="More trees.")
    event = opened.transact(lambda ledger: intake.enter(ledger, opinion, earlier))
    told = {"opinion": str(event.opinion), "secret": earlier}
    for step in ("see", "amend", "withdraw"):
        assert f'value="{earlier}"' in page(post(told, step))
    assert post({**told, "secret": earlier.upper()}).status_code == 403


def test_enter_in_the_search_for_a_parcel_finds_it_and_sends_nothing(
    shown: DatabaseStore, mine_shown: dict[str, str]
) -> None:
    form = "/en/notices/town/opinion/"
    said = {"do": "enter", "text": "More trees.", "find": "RD-01-01-012", "sought": ""}
    html = page(Client().post(form, said))
    assert 'id="hits"' in html
    assert 'id="send"' not in html
    # Found once, Enter goes on; so it does where nothing is sought.
    for more in ({"sought": "RD-01-01-012"}, {"find": " "}):
        assert 'id="send"' in page(Client().post(form, said | more))
    amends = mine_shown | {"of": "1", "text": "Fewer trees.", "find": "RD-01-01-012", "sought": ""}
    assert 'id="hits"' in page(post(amends, "enter"))
    assert not list(shown.events({"amended"}))


@pytest.fixture
def mine_shown(shown: DatabaseStore) -> dict[str, str]:
    event, secret = intake.submit(shown, intake.Submission(text="More trees."))
    return {"opinion": str(event.opinion), "secret": secret}


def test_after_amending_the_receipt_proves_the_new_words_too(
    opened: DatabaseStore, mine: dict[str, str]
) -> None:
    assert "later" not in json.loads(post(mine, "receipt_json").content)
    intake.amend(opened, mine["opinion"], "Fewer trees.", secret=mine["secret"])
    intake.withdraw(opened, mine["opinion"], secret=mine["secret"])
    document = json.loads(post(mine, "receipt_json").content)
    assert faults_of_receipt(document, opened.notary.verifier) == []
    assert document["body"]["text"] == "More trees."
    assert [one["leaf"]["kind"] for one in document["later"]] == ["amended", "withdrawn"]
    assert document["later"][0]["body"]["text"] == "Fewer trees."
    document["later"][0]["body"]["text"] = "More cars."
    assert faults_of_receipt(document) == ["of a later entry: its text is not the one that was committed to"]


def test_a_change_that_met_another_is_shown_beside_what_stands(
    opened: DatabaseStore, mine: dict[str, str]
) -> None:
    intake.amend(opened, mine["opinion"], "What stands.", secret=mine["secret"])
    html = page(post(mine, "amend_now", of="1", text="What I wrote."))
    assert "What stands." in html
    assert "What I wrote." in html
    assert len(list(opened.events({"amended"}))) == 1
