"""An own base map: its pictures lie on the land they show, come by way of the service, and may be missing."""

from __future__ import annotations

import io
import math
import re
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PIL import Image
from pyproj import Transformer
from tests.support.base_maps import EASTMOST, Ground, ground

from blockplan.datums import wgs84_to_gcj02
from blockplan.errors import BlockplanError
from blockplan.notice.intake import buckets
from blockplan.portal import basemap, web_plane
from blockplan.portal.config import base_map_address, base_map_credit
from blockplan.portal.pages import mapdata
from blockplan.portal.plans.models import PlanVersion

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from django.test import Client

    from blockplan.portal.record.store import DatabaseStore

CRS = "EPSG:4548"
MIDDLE = Transformer.from_crs("EPSG:4326", CRS, always_xy=True).transform(EASTMOST, 39.78)


@pytest.fixture(name="server")
def served() -> Iterator[Ground]:
    with ground() as one:
        yield one


def drawn(server: Ground, datum: str = "wgs84", zoom: int = 17, column: int = 0) -> np.ndarray:
    """The tile whose north-western corner is the middle of the plan."""
    at = (zoom, 2 ** (zoom - 1) + column, 2 ** (zoom - 1))
    return np.asarray(Image.open(io.BytesIO(basemap.tile(server.address, CRS, datum, MIDDLE, at))))


def awaited(datum: str, column: float, row: float) -> tuple[float, float]:
    """Where a pixel of that tile at zoom 17 lies on the base map at zoom 17, worked out pixel by pixel."""
    metre = 2 * math.pi * 6_378_137.0 / 2**17 / 256
    east, north = MIDDLE[0] + (column + 0.5) * metre, MIDDLE[1] - (row + 0.5) * metre
    lon, lat = Transformer.from_crs(CRS, "EPSG:4326", always_xy=True).transform(east, north)
    if datum == "gcj02":
        lon, lat = wgs84_to_gcj02(lon, lat)
    up = math.asinh(math.tan(math.radians(lat))) / math.pi
    return (lon + 180) / 360 * 256 * 2**17, (1 - up) / 2 * 256 * 2**17


@pytest.mark.no_database
@pytest.mark.parametrize("datum", ["wgs84", "gcj02"])
def test_each_pixel_shows_the_land_that_lies_there(server: Ground, datum: str) -> None:
    tile = drawn(server, datum)
    assert tile.shape == (256, 256, 4)
    assert (tile[..., 3] == 255).all()
    told = 0
    for column, row in [(3, 3), (128, 40), (250, 250), (77, 201)]:
        for seen, there in zip(tile[row, column], awaited(datum, column, row), strict=False):
            level = there % 512 / 2
            if 4 < level < 252:  # where the colours begin anew two of them are mixed
                assert seen == pytest.approx(level, abs=1.5)  # 3 pixels, 2.6 m: pictures of whole pixels
                told += 1
    assert told >= 6


@pytest.mark.no_database
def test_where_the_base_map_has_nothing_the_tile_is_transparent(server: Ground) -> None:
    server.ends = True
    assert (drawn(server, column=4)[..., 3] == 0).all()
    assert (drawn(server, column=-4)[..., 3] == 255).all()


@pytest.mark.no_database
def test_a_tile_is_drawn_of_no_more_pictures_than_said_coarser_ones_where_it_takes_more(
    server: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (drawn(server)[..., 3] == 255).all()
    many = basemap._body.cache_info().currsize
    assert 1 < many <= basemap.MOST_PICTURES
    monkeypatch.setattr(basemap, "MOST_PICTURES", 1)
    basemap._body.cache_clear()
    assert (drawn(server)[..., 3] == 255).all()
    assert basemap._body.cache_info().currsize == 1


@pytest.mark.no_database
def test_a_base_map_that_does_not_answer_is_told_without_its_address_and_left_alone(server: Ground) -> None:
    server.fails = True
    keyed = f"{server.address}?key=secret"
    with pytest.raises(
        BlockplanError, match=r"127\.0\.0\.1:\d+ does not answer with a picture: 503\.$"
    ) as told:
        basemap.tile(keyed, CRS, "wgs84", MIDDLE, (17, 65536, 65536))
    assert "secret" not in str(told.value)
    server.fails = False
    with pytest.raises(BlockplanError, match="a moment ago"):
        drawn(server)
    basemap._silent.clear()
    assert (drawn(server)[..., 3] == 255).all()


@pytest.mark.no_database
def test_more_tiles_than_are_drawn_at_once_are_refused_and_do_not_wait_for_long(
    server: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(basemap, "PATIENCE_S", 0.01)
    held = [basemap._drawing.acquire() for _ in range(basemap.AT_ONCE)]
    try:
        with pytest.raises(BlockplanError, match="at once"):
            drawn(server)
    finally:
        for _ in held:
            basemap._drawing.release()


@pytest.mark.no_database
@pytest.mark.parametrize(
    ("given", "why"),
    [
        ("https://example.org/{z}/{x}.png", r"lacks \{y\}"),
        ("file:///etc/{z}/{x}/{y}", "is no address of the web"),
        ("/{z}/{x}/{y}.png", "is no address of the web"),
        ("https://{s}.example.org/{z}/{x}/{y}{r}.png", r"has \{r\}, \{s\}, which nothing fills in"),
    ],
)
def test_an_address_of_no_base_map_is_refused_with_an_example(given: str, why: str) -> None:
    with pytest.raises(ValueError, match=why + r".*https://tiles\.example\.org"):
        base_map_address(given)


def test_a_notices_map_has_it_around_the_plan_alone_and_says_to_whom_it_belongs(
    shown: DatabaseStore, server: Ground, settings: Any, client: Client
) -> None:
    version = PlanVersion.objects.get()
    settings.BASE_MAP_CREDIT = "Survey"
    assert mapdata.base_map("town", version) is None  # a credit alone makes none
    here = "/files/town/map/ground/15/16384/16384.png"
    assert client.get(here).status_code == 404
    settings.BASE_MAP, settings.BASE_MAP_CREDIT = server.address, ""
    mapdata.place_on_earth.cache_clear()
    told = mapdata.base_map("town", version)
    assert told is not None
    assert told["credit"] == "127.0.0.1"  # nobody is named: the server
    assert told["tiles"].startswith(f"/files/town/map/ground/{{z}}/{{x}}/{{y}}.png?v={version.pk}-")
    answer = client.get(here)
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/png")
    far = ["15/16400/16384", "15/16384/16370", "20/524288/524288", "3/8/4", "99/1/1"]
    assert {client.get(f"/files/town/map/ground/{at}.png").status_code for at in far} == {404}
    server.fails = True
    assert client.get("/files/town/map/ground/16/32768/32768.png").status_code == 502
    # A plan that was made ready before its datum was kept is not taken for one of WGS 84.
    del version.document["basemap_crs"]
    version.save()
    mapdata.place_on_earth.cache_clear()
    assert mapdata.base_map("town", version) is None
    mapdata.place_on_earth.cache_clear()


def test_a_reader_who_asks_for_more_tiles_than_a_map_needs_waits_and_others_do_not(
    shown: DatabaseStore, server: Ground, settings: Any, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.BASE_MAP = server.address
    mapdata.place_on_earth.cache_clear()
    monkeypatch.setitem(buckets.RATES, "tile", buckets.Rate(capacity=2, per_s=1.0))
    here = "/files/town/map/ground/15/16384/16384.png"
    answers = [client.get(here) for _ in range(3)]
    assert [one.status_code for one in answers] == [200, 200, 429]
    assert answers[2]["Retry-After"] == "1"
    assert answers[2]["Cache-Control"] == "no-store"
    assert client.get(here, REMOTE_ADDR="192.0.2.7").status_code == 200
    mapdata.place_on_earth.cache_clear()


@pytest.mark.no_database
@pytest.mark.parametrize("crs", ["local", " LOCAL "])
def test_a_plan_in_local_coordinates_has_none(settings: Any, crs: str) -> None:
    settings.BASE_MAP = "https://tiles.example.org/{z}/{x}/{y}.png"
    assert base_map_credit("EPSG:4548") == "tiles.example.org"
    assert base_map_credit(crs) is None


@pytest.mark.no_database
def test_a_redirect_to_another_host_is_not_followed(server: Ground) -> None:
    server.leads_to = "http://localhost:9/"
    with pytest.raises(BlockplanError, match="does not answer with a picture: OSError"):
        drawn(server)


@pytest.mark.no_database
def test_the_browser_and_the_service_lay_plans_on_the_same_plane(repo: Path) -> None:
    source = (repo / "frontend" / "map" / "projection.ts").read_text(encoding="utf-8")
    found = re.search(r"^const RADIUS_M = ([\d_]+);$", source, re.MULTILINE)
    assert found is not None
    assert float(found[1]) == web_plane.RADIUS_M
