"""By program everything can be read that pages say: particulars, plain words, objects, maps, answers."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client
from tests.portal.databases import on_sqlite
from tests.portal.looks import send_without_work
from tests.support.published import published

from blockplan.portal.plans.models import PlanObject
from blockplan.portal.plans.prepare import LAYERS, RULES, STATEMENTS

if TYPE_CHECKING:
    from blockplan.portal.record.store import DatabaseStore

__all__ = ["published"]


API = "/api/v1/notices/town"


def read(path: str, status: int = 200) -> Any:
    answer = Client().get(path)
    assert answer.status_code == status, (path, answer.content[:300])
    return json.loads(answer.content)


def test_a_notice_says_what_its_page_says(shown: DatabaseStore) -> None:
    send_without_work("One.")
    found = read(f"{API}/facts")
    assert found["particulars"]["authority"] == "Town planning office"
    assert found["particulars"]["contact"] is None
    assert (found["received"], found["held"], found["words_open"]) == (1, 1, True)
    assert found["rule"]["country"] == "CN"
    for one in found["documents"]:
        content = Client().get(one["href"]).content
        assert (len(content), hashlib.sha256(content).hexdigest()) == (one["bytes"], one["sha256"])
    assert found["documents"]


@on_sqlite  # words and pictures know nothing of the database
@pytest.mark.long
def test_the_plan_is_read_in_plain_words_with_its_maps(shown: DatabaseStore) -> None:
    words = {
        lang: json.dumps(read(f"{API}/plain?lang={lang}"), ensure_ascii=False) for lang in ("zh", "ja-easy")
    }
    assert "公顷" in words["zh"]
    assert "|" not in words["ja-easy"]  # readings stand in pages alone
    maps = read(f"{API}/maps?lang=zh")["maps"]
    assert {one["name"] for one in maps} == {"landuse", "structure", "facilities"}
    for one in maps:
        drawn = Client().get(one["href"])
        assert drawn.status_code == 200
        drawn.close()


@on_sqlite
@pytest.mark.long
def test_one_object_of_each_kind_says_what_its_page_says(shown: DatabaseStore) -> None:
    seen = set()
    for layer in (*LAYERS, STATEMENTS, RULES):
        one = PlanObject.objects.filter(layer=layer).first()
        if one is None:
            continue
        found = read(f"{API}/objects/{layer}/{one.object}/said?lang=en")
        assert found["title"]
        assert found["sections"]
        page = Client().get(f"/en/notices/town/plan/{layer}/{one.object}/").content.decode()
        assert found["sections"][0]["title"] in page
        seen.add(layer)
    assert {"areas", "parcels", "facilities", STATEMENTS, RULES} <= seen
    assert read(f"{API}/objects/parcels/none/said", 404)["error"] == "not_found"


def test_the_service_says_who_runs_it(opened: DatabaseStore) -> None:
    assert set(read("/api/v1/service")) == {"office", "imprint", "languages", "version"}


def test_an_opinion_has_its_steps_and_its_answers_once_they_are_published(
    published: DatabaseStore,
) -> None:
    found = read(f"{API}/opinions/O-1")
    assert [step["kind"] for step in found["steps"]] == ["submitted"]
    (point,) = found["answers"]
    assert (point["theme"], point["answer"]["kind"]) == ("T-1", "adopted")
    assert [step["kind"] for step in read(f"{API}/opinions/O-3")["steps"]] == ["submitted", "withdrawn"]
