"""Whatever a plan calls its objects: each has its page, its feed and its place in the API."""

from __future__ import annotations

import json
import re
from html import escape
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote, urljoin

import pytest
from django.test import Client
from django.urls import resolve, reverse
from hypothesis import given
from hypothesis import strategies as st
from tests.support.submitting import send

from blockplan.errors import PlanDataError
from blockplan.portal.plans import prepare
from blockplan.portal.plans.models import PlanObject, PlanVersion

if TYPE_CHECKING:
    from blockplan.portal.record.store import DatabaseStore

ODD = [
    "A/1", "..", ".", "a b", "50%", "绿地·一", "a\nb", "~2F", "x/my-parcel", "x/feed.atom", "a?b#c", "a//b",
    "/x", "x/", "a\\b", "a;b", "\u00e9", "e\u0301", "%2e%2e", "x/said", "<b>", '"', "a&b",
]  # fmt: skip


def page_of(id_: str) -> str:
    return reverse("object", kwargs={"lang": "en", "notice": "town", "layer": "parcels", "object_id": id_})


@pytest.mark.no_database
@given(st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=40))
def test_an_address_leads_to_the_id_it_was_made_of_and_no_step_leads_away(id_: str) -> None:
    address = page_of(id_)
    assert urljoin("http://here/", address) == f"http://here{address}"
    assert address.count("/") == page_of("A-1").count("/")
    found = resolve(unquote(address))
    assert (found.url_name, found.kwargs["object_id"]) == ("object", id_)


@pytest.fixture
def odd(shown: DatabaseStore) -> DatabaseStore:
    """The reference plan with parcels called oddly."""
    version = PlanVersion.objects.get()
    PlanObject.objects.bulk_create(
        PlanObject(version=version, layer="parcels", object=id_, title={}, words="odd") for id_ in ODD
    )
    return shown


@pytest.mark.long
def test_every_id_has_its_feed_and_is_found_and_read_by_program(odd: DatabaseStore) -> None:
    api = "/api/v1/notices/town/objects/parcels/"
    for id_ in ODD:
        feed = Client().get(page_of(id_) + "feed.atom")
        assert feed.status_code == 200, id_
        assert f'href="http://localhost:8000{escape(page_of(id_))}"' in feed.content.decode()
        marked = page_of(id_).removeprefix("/en/notices/town/plan/parcels/").rstrip("/")
        assert Client().get(api + marked).json()["id"] == id_
    for id_ in ("A/1", "a b", "50%", "绿地·一", "/x", "a?b#c"):  # as any program quotes it
        assert Client().get(api + quote(id_, safe="")).json()["id"] == id_
    listed = Client().get("/en/notices/town/plan/?q=odd").content.decode()
    assert f'href="{page_of("A/1")}"' in listed
    features = Client().get("/api/v1/notices/town/objects?search=odd&limit=100").json()["features"]
    assert {one["id"] for one in features} == set(ODD)


def test_an_opinion_about_any_id_leads_back_to_it_and_to_nothing_else(odd: DatabaseStore) -> None:
    for id_ in ("A/1", "..", "a\nb", "../../../../office/"):
        send(odd, f"About {id_}", targets=[{"layer": "parcels", "id": id_}])
    listed = Client().get("/en/notices/town/opinions/").content.decode()
    for id_ in ("A/1", "..", "a\nb"):
        assert f'href="{page_of(id_)}"' in listed
    assert page_of("../../../../office/") not in listed  # nothing of the plan is called so
    assert not re.search('href="[^"]*/[.][.]?/', listed)
    send(odd, "About a layer that no address holds.", targets=[{"layer": "no layer", "id": "x"}])
    assert Client().get("/en/notices/town/opinions/").status_code == 200
    asked = {"layer": "parcels", "object": "A/1"}
    found = Client().get("/api/v1/notices/town/opinions", asked).json()["opinions"]
    assert [one["targets"][0]["id"] for one in found] == ["A/1"]


@pytest.mark.long
def test_an_id_longer_than_the_service_holds_is_refused_by_name(shown: DatabaseStore) -> None:
    with pytest.raises(PlanDataError, match=r"2 objects of the layer parcels .* \(first: xxx.*…\)"):
        prepare.require_short("parcels", ["A-1", "x" * 201, "y" * 300])
    with pytest.raises(PlanDataError) as error:
        prepare.require_short("parcels", ["x" * 201])
    assert json.dumps(error.value.text, ensure_ascii=False).count("parcels") == 3


@pytest.mark.long
@pytest.mark.parametrize(
    "path",
    [
        "/files/town/plan/99999999999999999999/0", "/files/town/plan/0/99999999999999999999",
        "/files/town/opinions/O-1/99999999999999999999", "/files/town/opinions/O-99999999999999999999/0",
        "/en/notices/town/plan/parcels/~00/", "/en/notices/town/plan/parcels/%00/feed.atom",
        "/api/v1/notices/town/objects/parcels/~00", "/en/notices/town/opinions/O-99999999999999999999/",
    ],
)  # fmt: skip
def test_what_no_database_holds_is_not_there(shown: DatabaseStore, path: str) -> None:
    assert Client().get(path).status_code == 404
