"""Opinions by the places that they are about: on the map, in lists, and gone where they were erased."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING, Any

import pytest
import shapely
from django.test import Client
from tests.support.my_place import PARCEL, X, Y, ask, page
from tests.support.submitting import send

from blockplan.notice import submissions as intake
from blockplan.portal.pages import opinions_by_place
from blockplan.portal.plans.models import PlanObject, PlanVersion
from blockplan.portal.record import drawn_places, register
from blockplan.portal.record.models import Notice

if TYPE_CHECKING:
    from collections.abc import Sequence

    from blockplan.portal.record.store import DatabaseStore


def test_opinions_stand_on_the_map_only_where_their_words_are_open(shown: DatabaseStore) -> None:
    about = {"targets": [{"layer": "parcels", "id": PARCEL}]}
    drawn = {"geometry": {"type": "Point", "coordinates": [X + 10, Y]}}
    intake.submit(shown, intake.Submission(text="More trees.", more=about))
    intake.submit(shown, intake.Submission(text="A bench here.", more=drawn))
    intake.submit(shown, intake.Submission(text="No place at all."))
    said = Client().get("/files/town/map/opinions.json").json()
    assert [one["properties"]["title"] for one in said["features"]] == ["A bench here.", "More trees."]
    assert said["of"] == 3
    assert said["features"][0]["geometry"]["coordinates"] == [round(X + 10, 1), round(Y, 1)]


@pytest.mark.long
def test_the_list_by_place_counts_what_was_drawn_in_the_whole_plan_too(shown: DatabaseStore) -> None:
    def listed() -> list[tuple[str, str]]:
        html = Client().get("/en/notices/town/").content.decode()
        return re.findall(r'data-about="([^"]*)"><b class="count">(\d+)', html)

    send(shown, "No place at all.")
    assert listed() == []
    send(shown, "A bench here.", geometry={"type": "Point", "coordinates": [X, Y]})
    assert listed() == [("", "1")]
    front = Client().get("/en/notices/town/").content.decode()
    drawn = re.search(r'<a href="([^"]*)" data-about=""', front)
    assert drawn is not None
    there = Client().get(unescape(drawn[1])).content.decode()
    assert (there.count("<article"), "A bench here." in there) == (1, True)
    assert "Places drawn on the map" in there
    about = [{"layer": "parcels", "id": PARCEL}]
    for text in ("More trees.", "And a tap."):
        send(shown, text, targets=about)
    assert listed() == [(f"parcels:{PARCEL}", "2"), ("", "1")]


def test_the_list_by_place_says_how_many_opinions_have_none_as_the_map_counts_them(
    shown: DatabaseStore,
) -> None:
    def lacking(lang: str = "en") -> str:
        html = Client().get(f"/{lang}/notices/town/").content.decode()
        said = html.partition('id="by-place"')[2].partition("</details>")[0]
        return re.sub(r"<[^>]+>", "", said.partition('class="note placeless">')[2].partition("</p>")[0])

    here = {"geometry": {"type": "Point", "coordinates": [X, Y]}}
    gone = [{"layer": "parcels", "id": "of another round"}]
    send(shown, "More trees.", targets=[{"layer": "parcels", "id": PARCEL}])
    send(shown, "A bench here.", **here)
    send(shown, "A bench there.", targets=gone, **here)
    assert lacking() == ""
    send(shown, "No place at all.")
    placeless, _ = send(shown, "About a clause.", targets=[{"layer": "statements", "id": "S04"}])
    send(shown, "About what is gone.", targets=gone)
    said = Client().get("/files/town/map/opinions.json").json()
    assert (len(said["features"]), said["of"]) == (3, 6)
    assert lacking() == "Without a place: 3 of 6 opinions. They stand in the list."
    assert lacking("zh") == "6 条意见中有 3 条没有位置，见意见列表。"
    intake.erase(shown, placeless, ground="wish of the submitter", by="Li")
    assert lacking().startswith("Without a place: 2 of 5 opinions.")


@pytest.mark.long
def test_places_drawn_are_read_once_and_again_only_where_an_entry_is_about_them(
    shown: DatabaseStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[int] = []
    as_ever = register.shown

    def noted(row: Notice, seqs: Sequence[int]) -> list[register.Row]:
        read.extend(seqs)
        return as_ever(row, seqs)

    def near() -> list[str]:
        row, version = Notice.objects.get(pk="town"), PlanVersion.objects.get(notice_id="town")
        return opinions_by_place.near(row, version, (X, Y), 500).drawn

    monkeypatch.setattr(register, "shown", noted)
    here = {"geometry": {"type": "Point", "coordinates": [X, Y]}}
    (one, secret), (two, _) = send(shown, "A bench.", **here), send(shown, "A tree.", **here)
    send(shown, "No place at all.")
    assert (near(), len(read)) == ([two, one], 3)
    assert (near(), len(read)) == ([two, one], 3)
    Client().get("/en/notices/town/")
    Client().get("/en/notices/town/opinions/?drawn=yes")
    assert len(read) == 3
    three, _ = send(shown, "A third.", **here)
    assert (near(), len(read)) == ([three, two, one], 4)
    intake.withdraw(shown, one, secret=secret)
    assert near() == [three, two]
    shown.append(
        "redacted", {"opinion": two, "text": "A ...", "ground": "a name", "by": "Li", "second": "Wu"}
    )
    assert (near(), read.count(int(two[2:]))) == ([three], 2)


def test_no_process_keeps_the_place_of_an_opinion_that_it_erased(shown: DatabaseStore) -> None:
    row, layers = Notice.objects.get(pk="town"), ["parcels"]
    (one, _), (two, _) = (
        send(shown, text, geometry={"type": "Point", "coordinates": [X, Y]})
        for text in ("A bench.", "A tree.")
    )
    assert list(drawn_places.drawn_places(row, layers)) == [int(two[2:]), int(one[2:])]
    intake.erase(shown, two, ground="wish", by="Li")
    # Nobody has looked since.
    assert list(drawn_places._read["town"].places) == [int(one[2:])]
    assert list(drawn_places.drawn_places(row, layers)) == [int(one[2:])]


def test_an_erasure_of_a_persons_name_leaves_the_place_that_was_drawn(shown: DatabaseStore) -> None:
    row, layers = Notice.objects.get(pk="town"), ["parcels"]
    (one, _) = send(shown, "A bench.", geometry={"type": "Point", "coordinates": [X, Y]})
    assert list(drawn_places.drawn_places(row, layers)) == [int(one[2:])]
    intake.erase(shown, one, ground="wish", by="Li", person_only=True)
    assert list(drawn_places.drawn_places(row, layers)) == [int(one[2:])]


def test_the_place_of_an_entry_that_was_erased_without_naming_its_opinion_goes_too(
    shown: DatabaseStore,
) -> None:
    row, layers = Notice.objects.get(pk="town"), ["parcels"]
    (one, _), (two, _) = (
        send(shown, text, geometry={"type": "Point", "coordinates": [X, Y]})
        for text in ("A bench.", "A tree.")
    )
    assert len(drawn_places.drawn_places(row, layers)) == 2
    gone = [{"seq": int(two[2:]), "parts": ["body", "person"], "late": False}]
    shown.append("erased", {"entries": gone, "ground": "wish", "by": "Li"})
    assert list(drawn_places.drawn_places(row, layers)) == [int(one[2:])]


def test_opinions_by_place_are_read_no_second_time_for_who_holds_them_until_an_entry_is_made(
    shown: DatabaseStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    pages: list[int] = []
    as_ever = register.page

    def noted(*given: Any) -> register.RegisterPage:
        pages.append(1)
        return as_ever(*given)

    monkeypatch.setattr(register, "page", noted)
    here = {"geometry": {"type": "Point", "coordinates": [X, Y]}}
    send(shown, "A bench.", **here)
    address = "/files/town/map/opinions.json?lang="
    first = Client().get(f"{address}en")
    holds = {"If-None-Match": first["ETag"]}
    for more in ({}, {"Accept-Encoding": "gzip"}):
        again = Client().get(f"{address}en", headers={**holds, **more})
        assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    assert len(pages) == 1
    assert Client().get(f"{address}ja", headers=holds).status_code == 200
    two, _ = send(shown, "A tree.", **here)
    after = Client().get(f"{address}en", headers=holds)
    assert (after.status_code, len(after.json()["features"])) == (200, 2)
    intake.erase(shown, two, ground="wish", by="Li")
    gone = Client().get(f"{address}en", headers={"If-None-Match": after["ETag"]})
    assert (gone.status_code, len(gone.json()["features"])) == (200, 1)


@pytest.mark.long
def test_opinions_are_listed_by_the_places_they_are_about_without_a_script_too(
    shown: DatabaseStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    park = {"targets": [{"layer": "parcels", "id": PARCEL}, {"layer": "rules", "id": "zone-parks"}]}
    for text in ("More trees.", "A bench here."):
        intake.submit(shown, intake.Submission(text=text, more=park))
    intake.submit(shown, intake.Submission(text="Noise.", more={"targets": [{"layer": "stops", "id": "S1"}]}))
    page = Client().get("/en/notices/town/").content.decode()
    listed = re.findall(r'<a href="([^"]*)" data-about="([^"]*)"><b class="count">(\d+)</b>(.*)</a>', page)
    assert [(about, n) for _, about, n, _ in listed] == [(f"parcels:{PARCEL}", "2")]
    assert "Urban housing" in listed[0][3]
    assert "Yinxing Street" in listed[0][3]
    assert Client().get(unescape(listed[0][0])).content.decode().count("<article") == 2
    said = Client().get("/files/town/map/opinions.json?lang=en").json()
    assert said["places"][f"parcels:{PARCEL}"]["name"] == "Urban housing"
    # Other land there has the same use: its number tells the two apart.
    assert (said["places"][f"parcels:{PARCEL}"]["number"], PARCEL in listed[0][3]) == (PARCEL, True)
    monkeypatch.setattr(register, "is_open", lambda _: False)
    assert "data-about=" not in Client().get("/en/notices/town/").content.decode()


@pytest.mark.long
def test_a_notice_with_one_opinion_says_so_in_every_language(shown: DatabaseStore) -> None:
    intake.submit(shown, intake.Submission(text="More trees."))
    for lang in ("zh", "en", "ja"):
        front = Client().get(f"/{lang}/notices/town/")
        assert front.status_code == 200
        assert "1）" in front.content.decode() or "(1)" in front.content.decode()


def test_a_place_lists_the_published_opinions_within_500_m_and_no_others(shown: DatabaseStore) -> None:
    far = "parcels:RD-01-01-012"
    for about in (PARCEL, PARCEL, "RD-01-01-012"):
        send(shown, "More trees.", targets=[{"layer": "parcels", "id": about}])

    def spoken(**said: str) -> list[tuple[str, str]]:
        part = page(**said).partition('id="by-place"')[2].partition("</details>")[0]
        return re.findall(r'data-about="([^"]+)"><b class="count">(\d+)', part)

    here = f"parcels:{PARCEL}"
    assert spoken(about=here) == [(here, "2")]
    assert spoken(at=f"{X},{Y}") == [(here, "2")]
    assert spoken(about=far) == [(far, "1")]
    assert spoken() == [(here, "2"), (far, "1")]
    assert "Opinions within 500 m" in page(about=here)


def test_a_place_lists_what_was_drawn_near_it_and_objects_that_reach_it(shown: DatabaseStore) -> None:
    def spoken(**said: str) -> list[tuple[str, str]]:
        part = page(**said).partition('id="by-place"')[2].partition("</details>")[0]
        return re.findall(r'data-about="([^"]*)"><b class="count">(\d+)', part)

    # A line whose middle is 1.5 km away, and a point; both about no object.
    far = [[X + 5, Y], [X + 3000, Y]]
    for drawn in (
        {"type": "Point", "coordinates": [X + 5, Y + 5]},
        {"type": "LineString", "coordinates": far},
    ):
        send(shown, "Drawn here.", geometry=drawn)
    send(shown, "Elsewhere.", geometry={"type": "Point", "coordinates": [X + 505, Y]})
    assert spoken(at=f"{X},{Y}") == [("", "2")]
    assert "Places drawn on the map" in page(at=f"{X},{Y}")
    street = next(
        one
        for one in PlanObject.objects.filter(version__notice_id="town", layer="streets").exclude(wkb=None)
        if (line := shapely.from_wkb(bytes(one.wkb or b""))).length > 1200
    )
    end = shapely.get_coordinates(line)[0]
    assert shapely.distance(shapely.point_on_surface(line), shapely.Point(end)) > 500
    send(shown, "Too loud.", targets=[{"layer": "streets", "id": street.object}])
    at = f"{end[0]:.2f},{end[1]:.2f}"
    assert (f"streets:{street.object}", "1") in spoken(at=at)
    assert f"streets:{street.object}" in ask(at=at)["here"]["spoken"]
