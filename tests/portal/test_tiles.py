"""Parts of a file over HTTP (RFC 9110): one range, several, the end, none, and of an older file."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from email import message_from_bytes
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client, RequestFactory

from blockplan.portal.pages import mapdata, tiles
from blockplan.portal.plans.models import PlanObject

if TYPE_CHECKING:
    from pathlib import Path

    from blockplan.portal.record.store import DatabaseStore

CONTENT = bytes(range(100))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "x.pmtiles"
    path.write_bytes(CONTENT)
    return path


def got(file: Path, method: str = "get", **headers: str) -> Any:
    request = getattr(RequestFactory(), method)("/", headers=headers)
    return tiles.ranged(request, file, '"tag"', "application/vnd.pmtiles")


@pytest.mark.no_database
@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ("bytes=10-19", 10, 19),
        ("bytes=0-0", 0, 0),
        ("bytes=90-", 90, 99),
        ("bytes=90-500", 90, 99),
        ("bytes=-5", 95, 99),
        ("bytes=-500", 0, 99),
        ("BYTES= 10-19 ,", 10, 19),
        ("bytes=10-19,200-", 10, 19),  # of several that one which the file has
    ],
)
def test_one_range_is_those_bytes(file: Path, asked: str, first: int, last: int) -> None:
    answer = got(file, Range=asked)
    assert (answer.status_code, answer.content) == (206, CONTENT[first : last + 1])
    assert answer.headers["Content-Range"] == f"bytes {first}-{last}/100"
    assert answer.headers["Content-Type"] == "application/vnd.pmtiles"


@pytest.mark.no_database
@pytest.mark.parametrize("asked", ["bytes=100-", "bytes=200-300", "bytes=-0", "bytes=100-,-0"])
def test_bytes_beyond_the_end_are_416_with_the_size(file: Path, asked: str) -> None:
    answer = got(file, Range=asked)
    assert (answer.status_code, answer.content) == (416, b"")
    assert answer.headers["Content-Range"] == "bytes */100"
    assert answer.headers["Accept-Ranges"] == "bytes"


@pytest.mark.no_database
@pytest.mark.parametrize(
    "asked",
    ["", "bytes", "bytes=", "bytes=,", "bytes=-", "bytes=9-5", "bytes=a-b", "bytes=1-2;3-4", "lines=1-2",
     "bytes=1-2,5-3", "bytes=" + "1" * 16 + "-", "bytes=" + ",".join(["0-0"] * 17), "bytes=0-99,0-99"],
)  # fmt: skip
def test_what_is_no_range_or_more_than_the_file_is_the_whole_file(file: Path, asked: str) -> None:
    answer = got(file, Range=asked)
    assert (answer.status_code, answer.content) == (200, CONTENT)
    assert "Content-Range" not in answer.headers


@pytest.mark.no_database
def test_several_ranges_come_in_parts_each_with_its_place(file: Path) -> None:
    answer = got(file, Range="bytes=50-52, 0-1 ,-3,700-")
    assert answer.status_code == 206
    assert "Content-Range" not in answer.headers
    head = f"Content-Type: {answer.headers['Content-Type']}\r\n\r\n".encode()
    parts = message_from_bytes(head + answer.content).get_payload()
    assert [(part["Content-Range"], part.get_payload(decode=True)) for part in parts] == [
        ("bytes 50-52/100", CONTENT[50:53]),
        ("bytes 0-1/100", CONTENT[:2]),
        ("bytes 97-99/100", CONTENT[97:]),
    ]
    assert {part.get_content_type() for part in parts} == {"application/vnd.pmtiles"}


@pytest.mark.no_database
def test_a_range_of_an_older_file_gets_the_whole_new_one(file: Path) -> None:
    for tag in ('"old"', 'W/"tag"', "Wed, 21 Oct 2015 07:28:00 GMT"):
        answer = got(file, **{"Range": "bytes=0-1", "If-Range": tag})
        assert (answer.status_code, answer.content) == (200, CONTENT)
    assert got(file, **{"Range": "bytes=0-1", "If-Range": '"tag"'}).content == CONTENT[:2]


@pytest.mark.no_database
def test_a_file_that_is_known_is_not_sent_and_ranges_are_of_get_alone(file: Path) -> None:
    known = got(file, **{"If-None-Match": '"tag"', "Range": "bytes=0-1"})
    assert (known.status_code, known.headers["ETag"]) == (304, '"tag"')
    for said in ('W/"tag"', '"old", "tag"', "*"):
        assert got(file, **{"If-None-Match": said}).status_code == 304, said
    assert got(file, **{"If-None-Match": '"old"'}).content == CONTENT
    assert got(file, "head", Range="bytes=0-1").status_code == 200


@pytest.mark.no_database
def test_no_answer_with_a_range_is_longer_than_is_said(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tiles, "LONGEST", 10)
    for asked, where in (("bytes=20-80", "20-29"), ("bytes=20-", "20-29"), ("bytes=-50", "90-99")):
        answer = got(file, Range=asked)
        assert (len(answer.content), answer.headers["Content-Range"]) == (10, f"bytes {where}/100")
    assert got(file, Range="bytes=0-5,10-15").status_code == 200


@pytest.mark.long
def test_tiles_hold_a_point_for_the_name_of_each_parcel_and_for_each_sign(
    shown: DatabaseStore, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    import pyogrio

    monkeypatch.setattr(mapdata, "MOST_AT_ONCE", 10)
    mapdata.tiled_of.cache_clear()
    for layer, kinds in (("parcels", {"MultiPolygon", "Point"}), ("facilities", {"MultiPoint"})):
        path = tmp_path / f"{layer}.pmtiles"
        path.write_bytes(Client().get(f"/files/town/map/en/{layer}.pmtiles").content)
        drawn = pyogrio.read_dataframe(path)
        assert set(drawn.geometry.geom_type) == kinds
        points = drawn[drawn.geometry.geom_type.str.endswith("Point")]
        wanted = PlanObject.objects.filter(layer=layer).exclude(wkb=None)
        assert sorted(points["id"].unique()) == sorted(wanted.values_list("object", flat=True))
    mapdata.tiled_of.cache_clear()


@pytest.mark.long
def test_tiles_are_drawn_ahead_once_in_every_language_so_that_no_reader_waits(
    shown: DatabaseStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mapdata, "MOST_AT_ONCE", 10)
    mapdata.tiled_of.cache_clear()
    known: set[int] = set()

    def full(*_: Any) -> None:
        raise OSError("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(tiles, "_write", full)
        with pytest.raises(OSError, match="disk"):
            tiles.draw_ahead(known)
    assert known == set()
    tiles.draw_ahead(known)
    monkeypatch.setattr(tiles, "_write", None)  # whoever draws again fails
    for lang in ("zh", "en", "ja"):
        answer = Client().get(f"/files/town/map/{lang}/parcels.pmtiles")
        assert (answer.status_code, answer.content[:7]) == (200, b"PMTiles")
    tiles.draw_ahead(known)
    tiles.draw_ahead(set())
    mapdata.tiled_of.cache_clear()


@pytest.mark.no_database
def test_tiles_that_many_ask_for_at_once_are_drawn_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = []

    def write(_version: Any, _lang: str, _layer: str, path: Path) -> None:
        drawn.append(path)
        path.write_bytes(CONTENT)

    monkeypatch.setattr(tiles, "_file", lambda *_: tmp_path / "en" / "parcels.pmtiles")
    monkeypatch.setattr(tiles, "_write", write)
    with ThreadPoolExecutor(8) as readers:
        found = [*readers.map(lambda _: tiles._drawn(None, "en", "parcels").read_bytes(), range(8))]
    assert found == [CONTENT] * 8
    assert len(drawn) == 1
