"""The form: each step is a page that needs no script, loses nothing, and says what is wrong beside it."""

from __future__ import annotations

import json
import re
from html import unescape
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import QueryDict
from django.test import Client
from tests.portal.databases import languages_here
from tests.portal.looks import look_at_all
from tests.support.notice_records import an_opening
from tests.support.opinion_form import draft_of, page, unlisted

from blockplan.portal.plans.prepare import LAYERS
from blockplan.portal.record.models import Opinion
from blockplan.portal.submissions import drafts
from blockplan.portal.submissions.forms import OpinionForm
from blockplan.portal.submissions.models import OpinionDraft
from blockplan.portal.submissions.subjects import drawn_in_words, in_words

if TYPE_CHECKING:
    from tests.support.notice_records import HandClock

    from blockplan.portal.config import Config
    from blockplan.portal.record.store import DatabaseStore

FORM = "/en/notices/town/opinion/"


def post(**said: object) -> str:
    return page(Client().post(FORM, {"do": "check"} | said))


def test_an_opinion_is_looked_through_and_then_sent_without_a_script(opened: DatabaseStore) -> None:
    looked = post(text="More trees.", title="Trees", name="Li", contact="li@example.org")
    assert "More trees." in looked
    assert Opinion.objects.count() == 0
    receipt = post(do="send", draft=draft_of(looked))
    assert "Receipt No. 1 (entry 1)" in receipt
    assert "in time" in receipt
    event = next(opened.events({"submitted"}))
    assert event.payload["text"] == "More trees."
    assert (event.payload["title"], event.payload["language"]) == ("Trees", "en")
    assert "Li" not in str(event.payload)
    assert OpinionDraft.objects.count() == 0


def test_that_a_clerk_looks_first_is_said_alike_before_and_after_sending(opened: DatabaseStore) -> None:
    form = "/zh/notices/town/opinion/"
    looked = page(Client().post(form, {"do": "check", "text": "多种树。"}))
    assert "经工作人员审核后公开" in looked
    receipt = page(Client().post(form, {"do": "send", "draft": draft_of(looked)}))
    assert "经工作人员审核后公开" in receipt


@pytest.mark.parametrize("lang", ["zh", "en", "ja"])
def test_a_fold_names_the_fields_in_it_as_their_labels_do(opened: DatabaseStore, lang: str) -> None:
    seen = unescape(Client().get(f"/{lang}/notices/town/opinion/").content.decode())
    fold = re.search(r"<summary>([^<]+)</summary>\s*<div[^>]*>\s*<label for=\"title\">([^<]+?) <", seen)
    assert fold is not None
    assert fold[2].lower() in fold[1].lower()


def test_a_second_click_gets_the_same_receipt_and_the_same_secret(opened: DatabaseStore) -> None:
    token = draft_of(post(text="More trees."))
    first, second = post(do="send", draft=token), post(do="send", draft=token)
    assert first == second
    assert Opinion.objects.count() == 1


def test_every_step_says_of_a_parcel_what_it_is_for_and_where_it_lies(shown: DatabaseStore) -> None:
    """Who lives there does not know its number."""
    where = "<bdi>Urban housing\u00a0· "
    aimed = page(Client().get(f"{FORM}?layer=parcels&object=RD-01-01-012"))
    assert where in aimed.partition('name="target[]"')[2]
    looked = post(**{"target[]": "parcels:RD-01-01-012"}, text="Lower.")
    assert where in looked
    receipt = post(do="send", draft=draft_of(looked))
    assert where in receipt
    secret = re.search(r'name="secret" value="([^"]+)"', receipt)
    assert secret is not None
    mine = {"opinion": "1", "secret": secret[1], "do": "see"}
    assert where in page(Client().post("/en/notices/town/follow/", mine))


def seal_of(html: str) -> str:
    found = re.search(r'name="seal" value="([0-9a-f]{64})"', html)
    assert found is not None, html
    return found[1]


def test_what_is_sent_is_what_was_looked_through_in_this_window(opened: DatabaseStore) -> None:
    here = post(text="More trees.")
    token = draft_of(here)
    there = post(text="Fewer trees.", draft=token)  # another window with the same form
    answer = Client().post(FORM, {"do": "send", "draft": token, "seal": seal_of(here)})
    assert answer.status_code == 409
    assert "changed in another window" in page(answer)
    assert "Fewer trees." in page(answer)
    assert Opinion.objects.count() == 0
    assert "Receipt No. 1 (entry 1)" in post(do="send", draft=token, seal=seal_of(there))
    answer = Client().post(
        FORM.replace("/en/", "/zh/"), {"do": "send", "draft": token, "seal": seal_of(here)}
    )
    assert answer.status_code == 409
    assert "没有登记" in page(answer)
    assert "Receipt No. 1 (entry 1)" in post(do="send", draft=token, seal=seal_of(there))
    assert Opinion.objects.count() == 1


@pytest.mark.parametrize("made_up", ["é", "印章", "\U0001f333", "%", "0" * 64])
def test_a_seal_that_is_none_is_answered_before_and_after_the_opinion_is_entered(
    opened: DatabaseStore, made_up: str
) -> None:
    token = draft_of(post(text="More trees."))
    told = {"do": "send", "draft": token, "seal": made_up}
    assert Client().post(FORM, told).status_code == 409
    assert Opinion.objects.count() == 0
    assert "Receipt No. 1 (entry 1)" in post(do="send", draft=token)
    assert Client().post(FORM, told).status_code == 409
    assert Opinion.objects.count() == 1


def test_an_empty_form_says_so_beside_the_field_and_enters_nothing(opened: DatabaseStore) -> None:
    html = post(text=" ", title="Trees")
    assert '<a href="#text">' in html
    assert 'id="text-error"' in html
    assert 'value="Trees"' in html
    assert Opinion.objects.count() == 0


@pytest.mark.no_database
@pytest.mark.parametrize(
    ("said", "problems"),
    [
        ("text=&title=a%20%20b", {"text": "empty"}),
        (f"text={'x' * 200_001}&title={'y' * 501}&reason=z", {"text": "long", "title": "long"}),
        (f"text=a&standing={'x' * 501}", {"standing": "unknown"}),
        (f"text=a&mail=yes&contact={'x' * 501}", {"contact": "no_mail"}),
        ("text=a&mail=on&contact=nobody&standing=resident", {}),
        ("text=a&mail=yes&contact=li@example.org&target[]=parcels:P-1&target[]=parcels:P-1", {}),
    ],
)
def test_the_form_says_what_cannot_be_sent_and_keeps_what_was_typed(
    said: str, problems: dict[str, str]
) -> None:
    form = OpinionForm(QueryDict(said), mails=True)
    assert form.problems == problems
    typed = parse_qs(said, keep_blank_values=True)
    for name in set(typed) - {"mail", "target[]"}:
        assert getattr(form.filled, name) == " ".join(typed[name][-1].split()), name
    assert form.filled.mail == (typed.get("mail") == ["yes"])
    assert form.filled.targets == [{"layer": "parcels", "id": "P-1"}] * ("target[]" in typed)


def test_what_the_law_asks_for_and_is_missing_is_warned_of_and_noted(
    begun: DatabaseStore,
) -> None:
    begun.append("opened", an_opening(wants=["name", "address", "standing", "title", "reason"]))
    assert page(Client().get(FORM)).count('<details class="optional" open>') == 2
    looked = post(text="More trees.", title="Trees", name="Li")
    warning = looked.split('class="warning"')[1].split("</div>")[0]
    assert "Reason" in warning
    assert "Title" not in warning
    receipt = post(do="send", draft=draft_of(looked))
    assert "Formal defects" in receipt
    assert next(begun.events({"submitted"})).payload["defects"] == ["address", "standing", "reason"]


def test_what_nobody_has_to_fill_in_is_folded_up_until_the_law_asks_for_it_or_it_was_filled_in(
    begun: DatabaseStore,
) -> None:
    begun.append("opened", an_opening())
    folded = page(Client().get(FORM))
    assert (
        folded.count('<details class="optional">') == 3
    )  # a title and reasons, who one is, what becomes of it
    assert folded.index('id="text"') < folded.index('id="title"')
    assert post(text="", title="Trees", name="Li").count('<details class="optional" open>') == 2


def test_an_object_of_the_plan_is_aimed_at_by_its_address(shown: DatabaseStore) -> None:
    html = page(Client().get(FORM, {"layer": "rules", "object": "zone-green"}))
    assert 'value="rules:zone-green"' in html
    receipt = post(do="send", draft=draft_of(post(text="More.", **{"target[]": "rules:zone-green"})))
    assert "Public green space per resident" in html
    assert "Public green space per resident" in receipt
    assert all("<b>zone-green</b>" not in said for said in (html, receipt))
    assert next(shown.events({"submitted"})).payload["targets"] == [{"layer": "rules", "id": "zone-green"}]


def test_objects_are_found_by_number_and_by_words_and_chosen_and_taken_out(shown: DatabaseStore) -> None:
    assert 'value="parcels:RD-01-01-012"' in post(do="find", find="rd-01-01-012", text="Stay")
    html = post(do="find", find="nothing of this name", text="Stay")
    assert "nothing of this name" in html
    assert "Stay</textarea>" in html
    both = ["parcels:RD-01-01-012", "rules:zone-green"]
    kept = post(do="find", find="", **{"target[]": both, "without[]": "rules:zone-green"})
    assert 'name="target[]" value="parcels:RD-01-01-012"' in kept
    assert 'name="target[]" value="rules:zone-green"' not in kept


def test_typed_coordinates_are_shown_on_what_they_hit_and_entered_as_typed_and_as_converted(
    shown: DatabaseStore,
) -> None:
    typed = "445693.5, 4401997.3"
    html = post(do="find", find=typed, datum="plan", text="Here.")
    assert "the place lies in it" in html
    seen, _, folded = html.partition('id="hits"')[2].partition("<details>")
    assert 'value="parcels:' in seen
    assert seen.count("<li>") == 5
    assert folded.partition("</details>")[0].count("<li>") == 5
    assert f"<bdi>{typed}</bdi> (coordinates of the plan)" in html
    assert "445,693.5" not in html
    unsure = {"text": "Here.", "place_said": typed, "place_datum": "plan"}
    assert "Confirm the place" in post(**unsure)
    assert 'name="place_said"' not in post(**unsure, do="find", find="", place_out="yes")
    post(do="send", draft=draft_of(post(**unsure, place_ok="yes")))
    said = next(shown.events({"submitted"})).payload
    assert said["geometry"] == {"type": "Point", "coordinates": [445693.5, 4401997.3]}
    assert (said["place"]["said"], said["place"]["datum"]) == (typed, "plan")
    assert said["place"]["plan"] == [445693.5, 4401997.3]


def test_what_was_drawn_on_our_map_is_shown_on_a_map_and_in_words_with_nothing_left_to_choose(
    shown: DatabaseStore,
) -> None:
    x, y = 445693.5, 4401997.3
    ring = [[x, y], [x + 200, y], [x + 200, y + 100], [x, y + 100], [x, y]]
    drawing = json.dumps({"type": "Polygon", "coordinates": [ring]})
    html = post(do="find", drawn=drawing, drawn_ok="yes", datum="plan")
    looked = post(text="Here.", place_said=drawing, place_datum="plan", place_ok="yes")
    for said in (html, looked):
        assert 'src="data:image/svg+xml;base64,' in said
        assert re.search(r"An area on the map, 2 ha, near \w+ \w+ and \w+ Road", said)
        assert "coordinates x" not in said
    assert 'id="hits"' not in html
    assert '<input type="hidden" name="place_ok" value="yes">' in html


@pytest.mark.no_database
def test_what_was_drawn_by_hand_is_said_to_the_metre_as_while_it_was_drawn() -> None:
    for length, said in ((341.66, "342 m"), (0.4, "0.4 m")):
        line = {"type": "LineString", "coordinates": [[0, 0], [length, 0]]}
        assert drawn_in_words({"kind": "linestring", "geometry": line}, "en") == f"A line on the map, {said}"


@pytest.mark.no_database
@pytest.mark.parametrize(("wide", "said"), [(2, "2 m²"), (999, "999 m²"), (1000, "0.1 ha")])
def test_a_small_area_is_said_in_square_metres(wide: int, said: str) -> None:
    ring = [[0, 0], [wide, 0], [wide, 1], [0, 1], [0, 0]]
    drawn = {"kind": "polygon", "geometry": {"type": "Polygon", "coordinates": [ring]}}
    assert drawn_in_words(drawn, "en") == f"An area on the map, {said}"


def test_a_drawing_as_text_or_file_is_shown_confirmed_and_entered(shown: DatabaseStore) -> None:
    x, y = 445693.5, 4401997.3
    outline = [[x, y], [x + 20, y], [x + 20, y + 20], [x, y]]
    drawing = json.dumps({"type": "Polygon", "coordinates": [outline]})
    file = SimpleUploadedFile("here.geojson", b"\xef\xbb\xbf" + drawing.encode())
    for given in ({"drawn": drawing}, {"drawn_file": file}):
        html = post(do="find", text="Here.", **given)
        assert "An area on the map" in html
        assert 'value="parcels:' in html  # what lies in its middle
        again = re.search(r'name="place_said" value="([^"]+)"', html)
        assert again is not None
    unsure = {"text": "Here.", "place_said": unescape(again[1]), "place_datum": "plan"}
    assert "Confirm the place" in post(**unsure)
    looked = post(**unsure, place_ok="yes")
    assert "An area on the map" in looked
    receipt = post(do="send", draft=draft_of(looked))
    whole = r"An area on the map, 200 m², near \w+ Road and \w+ Street"
    assert re.search(rf"<dt>Place</dt><dd>{whole}\s*</dd>", receipt), (
        "its size and its streets, as it was shown"
    )
    mine = {"opinion": "O-1", "secret": receipt.partition('class="key">')[2].partition("<")[0]}
    follow = Client().post("/en/notices/town/follow/", mine).content.decode()
    assert re.search(rf"<li>{whole}\s*</li>", follow)
    said = next(shown.events({"submitted"})).payload
    assert said["geometry"] == {"type": "Polygon", "coordinates": [outline]}
    assert said["place"]["sent"] == said["geometry"]
    look_at_all()
    assert "Place meant: <span" in page(Client().get("/en/notices/town/opinions/O-1/"))
    crossing = json.dumps({"type": "Polygon", "coordinates": [[[0, 0], [9, 9], [9, 0], [0, 9], [0, 0]]]})
    assert "crosses itself" in post(do="find", text="Stay", drawn=crossing, datum="plan")


@pytest.mark.no_database
def test_whatever_of_a_plan_is_found_has_a_kind_in_every_language() -> None:
    for lang in ("zh", "ja"):  # in English some are called as their layer is
        said = {layer: in_words({"layer": layer, "id": "", "title": {}}, lang)["kind"] for layer in LAYERS}
        assert [layer for layer, kind in said.items() if kind == layer] == []


def test_degrees_of_a_phone_are_turned_into_the_plan(shown: DatabaseStore) -> None:
    said = {"text": "Here.", "place_said": "39.75, 116.37", "place_datum": "gcj02", "place_ok": "yes"}
    html = post(**said)
    assert "both are entered" in html
    post(do="send", draft=draft_of(html))
    place = next(shown.events({"submitted"})).payload["place"]
    assert (place["numbers"], place["datum"]) == ([39.75, 116.37], "gcj02")
    assert abs(place["wgs84"][0] - 116.37) > 0.001  # GCJ-02 is some 500 m off here


def test_what_is_no_place_is_said_beside_the_field(shown: DatabaseStore) -> None:
    html = post(do="find", find="9" * 400, text="Stay")
    assert 'id="find-error"' in html
    assert "Stay</textarea>" in html


def test_files_stay_with_the_form_through_every_step(opened: DatabaseStore, config: Config) -> None:
    file = SimpleUploadedFile("trees.txt", b"many trees", "application/x-made-up")
    html = post(text="", title="x", do="find", find="y", files=file)
    assert "trees.txt" in html
    receipt = post(do="send", draft=draft_of(post(text="See the file.", draft=draft_of(html))))
    assert "Receipt No. 1 (entry 1)" in receipt
    event = next(opened.events({"submitted"}))
    assert event.payload["files"] == [{"name": "trees.txt", "media_type": "text/plain", "bytes": 10}]
    assert opened.file(event.seq, 0) == b"many trees"
    assert not any((config.data / "drafts").iterdir())


def test_a_file_of_which_not_all_was_read_is_larger_than_the_most_and_not_as_large(
    opened: DatabaseStore,
) -> None:
    file = SimpleUploadedFile("plan.pdf", b"%PDF-1.7" + bytes(21_000_000), "application/pdf")
    assert "The file is larger than 20" in post(text="x", files=file)


def test_a_file_that_is_not_taken_in_is_named_and_the_words_stay(opened: DatabaseStore) -> None:
    file = SimpleUploadedFile("a.svg", b"<svg onload='alert(1)'/>", "image/svg+xml")
    html = post(text="See the file.", files=file)
    assert 'id="files-error"' in html
    assert "SVG" in html
    assert "See the file.</textarea>" in html


def test_a_file_can_be_taken_out_again(opened: DatabaseStore) -> None:
    html = post(text="x", do="find", files=SimpleUploadedFile("a.txt", b"one", "text/plain"))
    found = re.search(r'name="without_file\[\]" value="([0-9a-f]{64})"', html)
    assert found is not None
    assert "a.txt" not in post(text="x", do="find", draft=draft_of(html), **{"without_file[]": found[1]})


def test_a_kept_draft_is_found_by_its_link_alone_and_is_gone_after_30_days(
    opened: DatabaseStore, clock: HandClock, config: Config
) -> None:
    file = SimpleUploadedFile("a.txt", b"one", "text/plain")
    html = post(do="save", text="Half a thought", name="Li", files=file)
    link = re.search(r'href="[^"]*(/en/notices/town/drafts/[^"]+)"', html)
    assert link is not None
    answer = Client().get(link[1])
    assert "Half a thought" in page(answer)
    assert answer.headers["Cache-Control"] == "private, no-store"
    clock.on(days=29)
    assert drafts.sweep() == 0
    clock.on(days=2)
    assert Client().get(link[1]).status_code == 404
    assert drafts.sweep() == 1
    assert OpinionDraft.objects.count() == 0


def test_a_form_opened_in_time_and_sent_after_the_end_is_late(
    opened: DatabaseStore, clock: HandClock
) -> None:
    clock.set(2026, 3, 31, 23, 59, 0)
    looked = post(text="More trees.")
    clock.on(minutes=1)
    receipt = post(do="send", draft=draft_of(looked))
    assert "late (the period ended" in receipt
    assert Opinion.objects.get().late is True
    assert "The period ended on" in page(Client().get(FORM))


def test_no_page_sets_a_cookie_and_no_other_site_may_send_forms(opened: DatabaseStore) -> None:
    client = Client(enforce_csrf_checks=True)
    assert not client.get(FORM).cookies
    answer = client.post(FORM, {"do": "check", "text": "More trees."})
    assert (answer.status_code, dict(answer.cookies)) == (200, {})
    for header in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://elsewhere.example"}):
        assert client.post(FORM, {"do": "check", "text": "x"}, headers=header).status_code == 403
    assert client.post(FORM, {"text": "x"}, headers={"Origin": "http://testserver"}).status_code == 200


def test_words_are_shown_as_words_and_never_as_marks(opened: DatabaseStore) -> None:
    bad = "<script>alert(1)</script>\u202e\x00"
    looked = post(text=bad, title=bad, name=bad, **{"target[]": f"parcels:{bad}"})
    assert "<script>alert" not in looked
    assert "<script>alert" not in post(do="send", draft=draft_of(looked))


def test_a_notice_that_takes_nothing_says_so(begun: DatabaseStore) -> None:
    assert Client().get(FORM).status_code == 404
    begun.append("opened", an_opening())
    begun.append("notice_withdrawn", {"reason": "error", "by": "Li"})
    assert "takes no opinions" in page(Client().get(FORM))


@pytest.mark.long
@pytest.mark.parametrize("lang", languages_here(["zh", "en", "ja"]))
def test_every_word_stands_in_a_list(
    shown: DatabaseStore, lang: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BLOCKPLAN_PSEUDO", "1")
    address = f"/{lang}/notices/town/opinion/"
    file = SimpleUploadedFile("a.txt", b"one", "text/plain")
    looked = page(
        Client().post(address, {"do": "check", "text": "§", "target[]": "rules:zone-green", "files": file})
    )
    pages = [
        page(Client().get(address)),
        page(Client().post(address, {"do": "find", "find": "RD-01-01-012"})),
        page(Client().post(address, {"do": "check", "text": ""})),
        page(Client().post(address, {"do": "save", "text": "§"})),
        looked,
        page(Client().post(address, {"do": "send", "draft": draft_of(looked)})),
        page(Client().get(f"/{lang}/notices/town/drafts/none/")),
    ]
    for html in pages:
        assert unlisted(html) == []


def test_a_place_far_outside_is_refused_in_the_words_of_the_api(shown: DatabaseStore) -> None:
    far = "445693.5, 4431997.3"
    shown_on = post(do="find", find=far, datum="plan", text="Here.")
    assert 'name="place_said"' not in shown_on
    said = post(text="Here.", place_said=far, place_datum="plan", place_ok="yes")
    body = {"text": "Here.", "place": {"said": far, "datum": "plan"}}
    answer = Client().post(
        "/api/v1/notices/town/opinions", body, "application/json", headers={"Idempotency-Key": "k" * 30}
    )
    told = answer.json()
    assert (answer.status_code, told["code"]) == (422, "geometry.outside")
    words = re.search(r"\((The place reaches .+ in words where it is\.)\)", told["message"])
    assert words is not None
    assert all(words[1] in unescape(html) for html in (shown_on, said))
    near = "445693.5, 4401997.3"
    assert 'name="place_said"' in post(do="find", find=near, datum="plan", text="Here.")
    assert Opinion.objects.count() == 0
    post(do="send", draft=draft_of(post(text="I live 30 km north and hear the road.")))
    assert Opinion.objects.count() == 1


@pytest.mark.long
def test_who_fills_in_forms_without_end_is_slowed_down_and_loses_nothing(opened: DatabaseStore) -> None:
    answers = [Client().post(FORM, {"do": "check", "text": f"Words {number}."}) for number in range(61)]
    assert [one.status_code for one in answers] == [200] * 60 + [429]
    assert "Words 60.</textarea>" in page(answers[60])
    assert OpinionDraft.objects.count() == 60


def test_a_form_without_files_is_taken_where_drafts_have_no_room(
    opened: DatabaseStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drafts, "LARGEST_ALL_BYTES", -1)
    file = SimpleUploadedFile("a.txt", b"paper", "text/plain")
    assert "no room for further drafts" in post(text="More trees.", files=file)
    assert "Receipt No. 1 (entry 1)" in post(do="send", draft=draft_of(post(text="More trees.")))
