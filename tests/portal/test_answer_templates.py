"""Templates of answers: filled by plan and record, never sent as they stand by accident."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models.signals import pre_save
from tests.support.office_pages import ANSWER, HERE, as_shown, faults, told
from tests.support.staff import a_member, browser_of
from tests.support.submitting import send

from blockplan.portal import clock
from blockplan.portal.office import desks
from blockplan.portal.office.models import AnswerTemplate, Audit, Staff

if TYPE_CHECKING:
    from django.http import HttpResponse
    from django.test import Client

    from blockplan.portal.record.store import DatabaseStore

TEMPLATES = "/en/office/templates/"
POINT = HERE + "desk/segments/O-1.1/"
WORDS = "Opinion {number} on {object}: {plan} {rule zone-beds}"


@pytest.fixture
def planner(shown: DatabaseStore) -> Client:
    """Li, with an opinion about a parcel of the reference plan, and a template of two languages."""
    made = browser_of(a_member("Li", "planner"))
    send(shown, "More trees.", targets=[{"layer": "parcels", "id": "LS-01-04-005"}])
    told(made, HERE + "desk/", {"do": "cut"})
    told(
        made,
        TEMPLATES,
        {"title": "Land and beds", "text_en": WORDS, "text_zh": "第 {number} 号：{理由}", "seen": ""},
    )
    return made


def point_of(client: Client) -> str:
    page = client.get(HERE + "desk/segments/?show=all").content.decode()
    return HERE + f"desk/segments/{re.findall(r'name=.segment. value=.(O-[0-9.]+)', page)[0]}/"


def put_in(client: Client, path: str, **typed: str) -> dict[str, str]:
    """What stands in the reasons once a template is put into the form."""
    number = AnswerTemplate.objects.get().pk
    page = client.post(
        path, ANSWER | {"use": "1", "template": number, "reason_en": ""} | typed
    ).content.decode()
    found = re.findall(r'<textarea name="(reason_\w\w)"[^>]*>(.*?)</textarea>', page, re.DOTALL)
    return {name: unescape(words).strip() for name, words in found}


@pytest.mark.long
def test_fields_are_filled_from_opinion_plan_and_verdict_in_the_language_of_each(planner: Client) -> None:
    said = put_in(planner, point_of(planner))
    assert said["reason_en"].startswith(
        "Opinion 1 on LS-01-04-005: Planned here: Urban housing, at most 27 m high"
    )
    assert "{" not in said["reason_en"]
    assert "bed" in said["reason_en"].rpartition("Planned here")[2]
    assert said["reason_zh"] == "第 1 号：{理由}"
    assert desks.look("town").own_answer(point_of(planner).rstrip("/").rpartition("/")[2]) is None


def test_a_template_is_written_first_in_the_language_of_the_page(planner: Client) -> None:
    for lang, others in {"zh": ["en", "ja"], "en": ["zh", "ja"], "ja": ["zh", "en"]}.items():
        page = planner.get(TEMPLATES.replace("/en/", f"/{lang}/")).content.decode()
        assert re.findall(r'name="text_(..)"', page) == [lang, *others]


def test_templates_lead_back_to_the_page_that_they_were_opened_from(planner: Client) -> None:
    at = f"{point_of(planner)}?show=all&q=trees"
    for page, called in ((at, "Back to the answer"), (HERE + "desk/", "Back to the answering desk")):
        there = links(planner.get(page))["Templates for answers"]
        assert links(planner.get(there))[called] == page
        one = links(planner.get(there))["Land and beds"]
        assert links(planner.get(one))[called] == page, "the template that is opened of the list"
        assert links(planner.get(links(planner.get(one))["New template"]))[called] == page
        kept = planner.post(one, as_shown_there(planner, one) | {"title": "Land and beds", "text_en": WORDS})
        assert links(planner.get(kept["Location"]))[called] == page, "and once it was kept"
    in_japanese = links(planner.get(there.replace("/en/", "/ja/", 1)))
    assert in_japanese["意見の整理と回答に戻る"] == "/ja/office/notices/town/desk/"
    for strange in ("https://example.org/en/office/", f"//example.org{HERE}desk/", TEMPLATES, "//[/"):
        found = links(planner.get(TEMPLATES + "?from=" + strange))
        back = {words: to for words, to in found.items() if words.startswith("Back")}
        assert set(back.values()) <= {HERE + "desk/"}, "to no other host, and to no page that leads nowhere"


def links(response: HttpResponse) -> dict[str, str]:
    """Words of links of a page -> where each leads; links of the frame too."""
    found = re.findall(r'<a [^>]*?href="([^"]*)"[^>]*>([^<]*)</a>', response.content.decode())
    return {unescape(words): unescape(to) for to, words in found}


def as_shown_there(client: Client, path: str) -> dict[str, str]:
    page = client.get(path).content.decode()
    return {"seen": page.partition('name="seen" value="')[2].partition('"')[0]}


def test_words_of_a_template_come_after_what_was_typed_and_nothing_typed_is_lost(planner: Client) -> None:
    said = put_in(planner, point_of(planner), reason_en="We looked.", reason_ja="確認しました。")
    assert said["reason_en"].startswith("We looked.\n\nOpinion 1")
    assert said["reason_ja"] == "確認しました。"


@pytest.mark.long
def test_no_answer_is_given_with_a_field_left_or_with_a_templates_words_alone(planner: Client) -> None:
    at = point_of(planner)
    said = put_in(planner, at)
    sent = ANSWER | as_shown(planner, at, ANSWER) | said
    refused = planner.post(at, sent)
    assert (refused.status_code, "Fields are left: {理由}" in faults(refused)) == (400, True)
    assert "Fields are left" in faults(
        planner.post(at, sent | {"reason_zh": "", "reason_en": "For ｛ plan ｝"})
    )
    alone = sent | {"reason_zh": ""}
    refused = planner.post(at, alone)
    assert (refused.status_code, "template&#x27;s words as they stand" in faults(refused)) == (400, True)
    assert 'name="as_it_stands"' in refused.content.decode()
    assert (
        planner.post(at, alone | {"reason_en": said["reason_en"].replace(" ", "\r\n", 3)}).status_code == 400
    )
    assert planner.post(at, alone | {"as_it_stands": "on"}).status_code == 302
    point = at.rstrip("/").rpartition("/")[2]
    answer = desks.look("town").own_answer(point)
    assert answer is not None
    assert answer.reason == {"en": said["reason_en"]}


def test_braces_that_are_no_field_pass_in_a_reason(planner: Client) -> None:
    at = point_of(planner)
    said = ANSWER | {"reason_en": "“Trees {oak, ash}” are kept, as for {x}."}
    told(planner, at, said)
    answer = desks.look("town").own_answer(at.rstrip("/").rpartition("/")[2])
    assert answer is not None
    assert answer.reason == {"en": said["reason_en"]}


def test_no_answer_of_a_filled_in_table_has_a_field_left(planner: Client) -> None:
    point = point_of(planner).rstrip("/").rpartition("/")[2]

    def send_table(reason: str) -> HttpResponse:
        sheet = f"segment,theme,kind,reason,entry\r\n{point},,{ANSWER['kind']},{reason},\r\n".encode()
        file = SimpleUploadedFile("desk.csv", sheet, "text/csv")
        found: HttpResponse = planner.post(HERE + "desk/", {"do": "sheet", "sheet": file})
        return found

    refused = send_table("Thank you {number} ｛理由｝")
    assert refused.status_code == 400
    assert "Row 2: fields are left: {number} ｛理由｝." in faults(refused)
    assert desks.look("town").own_answer(point) is None
    assert send_table("Trees {oak} are kept").status_code == 302
    assert desks.look("town").own_answer(point) is not None


def test_the_plan_speaks_of_the_first_parcel_that_an_opinion_is_about(
    planner: Client, shown: DatabaseStore
) -> None:
    street, parcel = {"layer": "areas", "id": "LS-01"}, {"layer": "parcels", "id": "LS-01-04-005"}
    send(shown, "More shade.", targets=[street, parcel])
    told(planner, HERE + "desk/", {"do": "cut"})
    page = planner.get(HERE + "desk/segments/?show=all&q=shade").content.decode()
    (point,) = re.findall(r'name="segment" value="(O-[0-9.]+)"', page)
    said = put_in(planner, HERE + f"desk/segments/{point}/")["reason_en"]
    assert "on LS-01, LS-01-04-005: Planned here: Urban housing" in said


def test_a_template_of_a_number_that_nothing_has_puts_nothing_in(planner: Client) -> None:
    number = "9" * 5000
    page = planner.post(point_of(planner), ANSWER | {"use": "1", "template": number, "reason_en": "Ours"})
    assert page.status_code == 200
    assert "Ours" in page.content.decode()


def test_a_theme_has_no_number_and_its_answer_says_so_before_it_is_given(planner: Client) -> None:
    told(planner, HERE + "desk/", {"do": "theme", "title": "Trees", "gist": ""})
    at = HERE + "desk/themes/T-1/"
    said = put_in(planner, at)
    assert said["reason_en"].startswith("Opinion {number} on {object}: {plan} ")
    refused = planner.post(at, ANSWER | as_shown(planner, at, ANSWER) | said)
    assert refused.status_code == 400


def test_who_changes_a_template_that_somebody_changed_meanwhile_is_told(planner: Client) -> None:
    at = f"{TEMPLATES}{AnswerTemplate.objects.get().pk}/"
    page = planner.get(at).content.decode()
    seen = page.partition('name="seen" value="')[2].partition('"')[0]
    said = {"title": "Land", "text_en": "{plan}", "seen": seen}
    assert planner.post(at, said).status_code == 302
    refused = planner.post(at, said | {"title": "Other"})
    assert (refused.status_code, "{plan}" in faults(refused)) == (400, True)
    again = planner.post(TEMPLATES, {"title": "Land", "text_en": "x", "seen": ""})
    assert (again.status_code, "Another template" in faults(again)) == (400, True)
    now = planner.get(at).content.decode().partition('name="seen" value="')[2].partition('"')[0]
    assert planner.post(at, {"do": "remove", "seen": now}).status_code == 302
    assert not AnswerTemplate.objects.exists()


def test_of_two_who_give_a_template_one_title_at_once_the_second_is_told_and_nothing_is_noted(
    planner: Client,
) -> None:
    def meanwhile(**_: object) -> None:
        other = Staff.objects.get(name="Li")
        AnswerTemplate.objects.bulk_create([AnswerTemplate(title="Same", text={}, by=other, at=clock.now())])

    pre_save.connect(meanwhile, AnswerTemplate)
    try:
        refused = planner.post(TEMPLATES, {"title": "Same", "text_en": "x", "seen": ""})
    finally:
        pre_save.disconnect(meanwhile, AnswerTemplate)
    assert (refused.status_code, "Another template" in faults(refused)) == (400, True)
    assert not Audit.objects.filter(about="Same").exists()


def test_a_planner_of_one_notice_uses_the_templates_of_the_office_and_does_not_change_them(
    planner: Client, shown: DatabaseStore
) -> None:
    own = browser_of(a_member("Zhao", "planner", notice="town"))
    at = f"{TEMPLATES}{AnswerTemplate.objects.get().pk}/"
    page = own.get(at).content.decode()
    assert ("Only planners for all notices" in page, 'name="title"' in page) == (True, False)
    for path, said in ((at, {"do": "remove", "seen": ""}), (TEMPLATES, {"title": "Mine", "text_en": "x"})):
        refused = own.post(path, said)
        assert refused.status_code == 403
        assert "Only planners for all notices" in refused.content.decode()
    assert put_in(own, point_of(own))["reason_en"].startswith("Opinion 1")
    assert "Only planners" not in planner.get(at).content.decode()


def test_the_list_of_acts_says_what_was_done_in_words_and_titles_as_they_are(planner: Client) -> None:
    told(planner, TEMPLATES, {"title": "Notice closed early", "text_en": "x", "seen": ""})
    at = f"{TEMPLATES}{AnswerTemplate.objects.get(title='Notice closed early').pk}/"

    def now() -> str:
        return planner.get(at).content.decode().partition('name="seen" value="')[2].partition('"')[0]

    said = {"title": "Notice closed, planner", "text_en": "x", "seen": now()}
    told(planner, at, said)
    told(planner, at, {"do": "remove", "seen": now()})
    wu = browser_of(a_member("Wu", "auditor"))
    rows = re.findall(r"<tr>(.*?)</tr>", wu.get("/zh/office/acts/").content.decode(), re.DOTALL)
    acts = [" ".join(re.sub(r"<[^>]+>", " ", row).split()) for row in rows]
    assert [act.partition(" Li ")[2] for act in acts if " Li " in act][:3] == [
        "删除答复模板 Notice closed, planner",
        "修改答复模板 Notice closed, planner",
        "新建答复模板 Notice closed early",
    ]


def test_a_clerk_reads_templates_and_does_not_change_them(planner: Client) -> None:
    clerk = browser_of(a_member("Wang", "clerk"))
    assert "Land and beds" in clerk.get(TEMPLATES).content.decode()
    assert clerk.post(TEMPLATES, {"title": "Mine", "text_en": "x", "seen": ""}).status_code == 403


@pytest.mark.long
def test_a_point_says_who_else_opened_it_until_she_opens_another_and_keeps_nobody_from_answering(
    planner: Client,
) -> None:
    at = point_of(planner)
    other = browser_of(a_member("Wang", "clerk"))
    assert "opened this too" not in planner.get(at).content.decode()
    other.get(at)
    page = planner.get(at).content.decode()
    assert "<b>Wang</b> opened this too:" in page
    assert "Wang <span" in planner.get(HERE + "desk/segments/").content.decode()
    assert planner.post(at, ANSWER | as_shown(planner, at, ANSWER)).status_code == 302
    other.get(HERE + "desk/segments/")
    assert "opened this too" not in planner.get(at).content.decode()
