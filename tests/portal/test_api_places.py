"""Places by program: what is taken, what is refused with a code, and that it comes out again everywhere."""

from __future__ import annotations

import csv
import io
import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client
from tests.portal.looks import look_at_all
from tests.support.api import PATH, send

from blockplan.portal.record.models import Entry
from blockplan.portal.visible_notices import seen

if TYPE_CHECKING:
    from blockplan.portal.record.store import DatabaseStore


@pytest.fixture
def inside(shown: DatabaseStore) -> tuple[float, float]:
    """A place in the middle of a parcel of the plan on notice, in its metres."""
    from blockplan.portal.submissions.subjects import index_of

    at = index_of(seen("town")).area.outline.representative_point()
    return round(at.x, 2), round(at.y, 2)


def read(path: str) -> Any:
    return json.loads(Client().get(path).content)


@pytest.mark.long
def test_typed_coordinates_are_kept_as_typed_and_as_a_point_and_come_out_everywhere(
    inside: tuple[float, float],
) -> None:
    x, y = inside
    typed = f"{x}, {y}"
    found = send({"text": "Here.", "place": {"said": typed, "datum": "plan"}})
    assert found["receipt"]["body"]["place"]["said"] == typed
    look_at_all()
    opinion = read(f"{PATH}/O-1")
    assert opinion["geometry"] == {"type": "Point", "coordinates": [x, y]}
    assert (opinion["place"]["datum"], opinion["place"]["plan"]) == ("plan", [x, y])

    exports = "/api/v1/notices/town/export/opinions"
    (feature,) = json.loads(b"".join(Client().get(f"{exports}.geojson")))["features"]
    assert feature["geometry"] == opinion["geometry"]
    table = b"".join(Client().get(f"{exports}.csv")).decode("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(table))
    assert row["place"] == typed
    assert json.loads(row["geometry"]) == opinion["geometry"]
    for path in ("/en/notices/town/opinions/", "/en/notices/town/opinions/O-1/"):
        page = Client().get(path).content.decode()
        assert f"Place meant: <bdi>{typed}</bdi>" in page
        assert "the whole plan" not in page


@pytest.mark.long
def test_a_drawing_in_degrees_is_turned_into_the_plan_and_what_was_sent_stays_beside_it(
    inside: tuple[float, float],
) -> None:
    from blockplan.portal.submissions.subjects import index_of

    area = index_of(seen("town")).area
    x, y = inside
    corners = [area.to_wgs84(x + dx, y + dy) for dx, dy in ((0, 0), (20, 0), (20, 20))]
    drawing = {
        "type": "Feature",
        "geometry": {"type": "Polygon", "coordinates": [[[*at, 4.0] for at in corners]]},
    }
    found = send({"text": "This corner.", "geometry": drawing, "place": {"said": "the corner by the canal"}})
    assert len(found["notes"]) == 2  # heights left out, outline closed
    look_at_all()
    opinion = read(f"{PATH}/O-1")
    (ring,) = opinion["geometry"]["coordinates"]
    assert ring[0] == ring[-1] == pytest.approx([x, y], abs=0.02)
    assert (opinion["place"]["said"], opinion["place"]["system"]) == ("the corner by the canal", "wgs84")
    assert opinion["place"]["sent"]["type"] == "Polygon"
    register = Client().get("/en/notices/town/opinions/").content.decode()
    assert re.search(r"An area on the map, [\d.,]+ (ha|m²), near \w+", register)
    assert "coordinates, m)" not in register


def test_words_of_an_address_stay_words_and_a_search_says_what_they_may_mean(shown: DatabaseStore) -> None:
    found = read("/api/v1/notices/town/places?search=RD-01-01-012")
    assert (found["candidates"][0]["layer"], found["candidates"][0]["id"]) == ("parcels", "RD-01-01-012")
    assert (found["place"], found["geometry"]) == (None, None)
    send({"text": "Noise.", "place": {"said": "behind the school"}})
    look_at_all()
    opinion = read(f"{PATH}/O-1")
    assert (opinion["place"], opinion["geometry"]) == ({"said": "behind the school"}, None)


@pytest.mark.long
def test_a_search_for_coordinates_answers_the_place_and_what_lies_there(inside: tuple[float, float]) -> None:
    x, y = inside
    found = read(f"/api/v1/notices/town/places?search={x},{y}&datum=plan")
    assert found["geometry"]["coordinates"] == [x, y]
    assert (found["outside_m"], found["candidates"][0]["distance_m"]) == (0.0, 0.0)


FAR = {"type": "Point", "coordinates": [0, 0]}
BEYOND = {"type": "Point", "coordinates": [200, 40]}
BOW = {"type": "Polygon", "coordinates": [[[0, 0], [10, 10], [10, 0], [0, 10], [0, 0]]]}


REFUSED: tuple[tuple[dict[str, Any], str], ...] = (
    ({"geometry": FAR}, "geometry.outside"),
    ({"geometry": {"type": "Point", "coordinates": [39.9, 116.4]}}, "geometry.outside"),  # wrong order
    ({"geometry": BEYOND, "geometry_system": "wgs84"}, "geometry.degrees"),
    ({"geometry": BOW, "geometry_system": "plan"}, "geometry.crossing"),
    ({"geometry": {"type": "LineString", "coordinates": [[1, 1]] * 501}}, "geometry.vertices"),
    ({"geometry": {"type": "LineString", "coordinates": [[1, 1]] * 2}}, "geometry.flat"),
    ({"geometry": {"type": "Point", "coordinates": ["NaN", 1]}}, "geometry.number"),
    ({"geometry": {"type": "Point", "coordinates": [True, 1]}}, "geometry.number"),
    ({"geometry": {"type": "MultiPoint", "coordinates": [[1, 1]]}}, "geometry.kind"),
    ({"geometry": {}}, "geometry.kind"),
    ({"place": {"said": "0.0, 0.0", "datum": "wgs84"}}, "geometry.outside"),
)  # fmt: skip


@pytest.mark.long
def test_a_place_that_is_none_is_refused_with_its_code_and_nothing_is_entered(shown: DatabaseStore) -> None:
    # One notice for all: making a plan ready takes a second.
    for given, code in REFUSED:
        found = send({"text": "x"} | given, 422)
        assert (found["error"], found["code"]) == ("not_valid", code)
    assert Entry.objects.filter(kind="submitted").count() == 0


@pytest.mark.long
def test_numbers_that_are_none_and_a_million_vertices_are_refused_before_anything_is_built(
    shown: DatabaseStore,
) -> None:
    point = '{"text": "x", "geometry": {"type": "Point", "coordinates": [%s, 1]}}'
    bodies = [point % "NaN", point % "1e999", point % ("9" * 400)]
    line = '{"text": "x", "geometry": {"type": "LineString", "coordinates": ['
    bodies.append(line + ",".join(["[1,1]"] * 10**6) + "]}}")
    for body in bodies:
        answer = Client().post(
            PATH, body, content_type="application/json", headers={"Idempotency-Key": "k" * 30}
        )
        assert 400 <= answer.status_code < 500, answer.content[:200]
        assert {"error", "message", "remedy"} <= set(json.loads(answer.content))
    both = {"place": {"said": "500000, 4400000", "datum": "plan"}, "geometry": FAR}
    assert send({"text": "x"} | both, 422)["error"] == "not_valid"
    assert Entry.objects.filter(kind="submitted").count() == 0


def test_a_notice_whose_plan_is_not_ready_takes_words_and_no_geometry(opened: DatabaseStore) -> None:
    send({"text": "x", "geometry": FAR}, 422)
    assert send({"text": "x", "place": {"said": "by the canal"}})["receipt"]["body"]["place"] == {
        "said": "by the canal"
    }
