"""
Large layers of a plan as vector tiles: one PMTiles archive a layer, of which a map fetches ranges.

An archive is written by GDAL and kept on the disk under the plan's content hash: ahead of readers, beside the
service (`draw_ahead`), else when it is first asked for.
The plan stands in it at longitude and latitude 0, in its own metres, as on every map of ours.

Ranges of bytes are answered here (RFC 9110, section 14): neither Django's server nor whitenoise does, and a
map of tiles is read by them alone.
"""

from __future__ import annotations

import fcntl
import os
import re
import secrets
from itertools import product
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import DatabaseError
from django.db.models import Max
from django.http import Http404, HttpResponse, HttpResponseNotModified
from django.utils.http import parse_etags

from blockplan import __version__
from blockplan.errors import BlockplanError
from blockplan.notice.state import TAKES_OPINIONS
from blockplan.portal import web_plane
from blockplan.portal.config import base_map_credit
from blockplan.portal.pages import mapdata
from blockplan.portal.plans.models import PlanObject, PlanVersion
from blockplan.portal.plans.places import folder_of
from blockplan.portal.submissions import rate_limits
from blockplan.portal.visible_notices import UNSEEN, open_to, version_of
from blockplan.texts import LANGUAGES

if TYPE_CHECKING:
    from pathlib import Path

    from django.http import HttpRequest

ZOOMS = (9, 15)
#: Layers whose objects bear one name each, and those that are shown by a sign alone.
NAMED_ONCE, BY_SIGN = frozenset({"parcels"}), frozenset({"facilities"})
KIND = "application/vnd.pmtiles"


def archive(request: HttpRequest, notice: str, lang: str, layer: str) -> HttpResponse:
    """A layer's tiles, or the bytes of them that are asked for."""
    version = version_of(open_to(request, notice))
    if version is None or layer not in mapdata.tiled(version):
        raise Http404
    return ranged(
        request, _drawn(version, lang, layer), f'"{version.content_hash[-24:]}-{lang}-{layer}"', KIND
    )


def draw_ahead(known: set[int]) -> None:
    """
    Draw the newest plan of each notice that is prepared or open, in every language.

    Parameters
    ----------
    known
        Versions of plans that were drawn, or cannot be; those of now are put in.
    """
    in_use = PlanVersion.objects.filter(notice__state__in={*UNSEEN, *TAKES_OPINIONS})
    newest = in_use.order_by().values("notice").annotate(newest=Max("pk")).values_list("newest", flat=True)
    for pk in sorted(set(newest) - known):
        known.add(pk)
        try:
            version = PlanVersion.objects.defer("document").get(pk=pk)
            for lang, layer in product(LANGUAGES, mapdata.tiled(version)):
                _drawn(version, lang, layer)
        except (DatabaseError, OSError):
            known.discard(pk)  # a full disk, a database that is away: tried again
            raise


def ground(request: HttpRequest, notice: str, z: int, x: int, y: int) -> HttpResponse:
    """A tile of the base map that the office set; none farther from the plan than its own size."""
    from blockplan.portal import basemap  # noqa: PLC0415 (only who has one needs it)

    version = version_of(open_to(request, notice))
    if version is None or not settings.BASE_MAP:
        raise Http404
    crs, datum = mapdata.place_on_earth(version.pk)
    box = mapdata.bounds(version.pk)
    if box is None or base_map_credit(crs) is None or not _lies_near(box, z, x, y):
        raise Http404
    if wait_s := rate_limits.wait("tile", request, notice):
        return rate_limits.busy(HttpResponse(), wait_s)
    try:
        drawn = basemap.tile(settings.BASE_MAP, crs, datum, _middle(box), (z, x, y))
    except BlockplanError:
        return HttpResponse(status=502)
    return HttpResponse(drawn, "image/png", headers={"Cache-Control": "public, max-age=86400"})


def _middle(box: list[float]) -> tuple[float, float]:
    """What of the plan stands at longitude and latitude 0."""
    west, south, east, north = box
    return (west + east) / 2, (south + north) / 2


def _lies_near(box: list[float], z: int, x: int, y: int) -> bool:
    """Whether a tile is one that the map asks for."""
    if z > mapdata.DEEPEST_GROUND or max(x, y) >= 2**z:
        return False
    west, south, east, north = box
    left, top, side = web_plane.corner(_middle(box), (z, x, y))
    around = max(east - west, north - south)
    across = west - around - side <= left <= east + around
    return across and south - around <= top <= north + around + side


def _file(version: PlanVersion, lang: str, layer: str) -> Path:
    return folder_of(version.content_hash) / f"tiles-{__version__}" / lang / f"{layer}.pmtiles"


def _drawn(version: PlanVersion, lang: str, layer: str) -> Path:
    """The file of a layer's tiles; where it is not there yet one process writes it, and others wait."""
    path = _file(version, lang, layer)
    if not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with path.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not path.is_file():
                _write(version, lang, layer, path)
    return path


def _write(version: PlanVersion, lang: str, layer: str, path: Path) -> None:
    """By GDAL, beside and then in place, so that nobody reads half of one."""
    import geopandas as gpd  # noqa: PLC0415 (pandas and the rest take a second)
    import pandas as pd  # noqa: PLC0415
    import shapely  # noqa: PLC0415

    bounds = mapdata.bounds(version.pk)
    if bounds is None:
        raise Http404
    east, north = (bounds[0] + bounds[2]) / 2, (bounds[1] + bounds[3]) / 2
    rows = list(PlanObject.objects.filter(version=version, layer=layer).exclude(wkb=None).order_by("id"))
    shapes = shapely.from_wkb([bytes(row.wkb or b"") for row in rows])
    moved = shapely.transform(shapes, lambda at: at - (east, north))
    columns = mapdata.DRAWN[layer]
    table = [mapdata.properties(row, columns, lang) for row in rows]
    frame = gpd.GeoDataFrame(table, geometry=moved, crs="EPSG:3857")
    if layer in NAMED_ONCE:
        # A name stands at a point: land is cut at the edges of tiles, and each piece would be named.
        frame = pd.concat([frame, frame.set_geometry(shapely.point_on_surface(moved))])
    elif layer in BY_SIGN:
        frame = frame.set_geometry(shapely.point_on_surface(moved))
    beside = path.with_name(f"{layer}-{secrets.token_hex(4)}.pmtiles")
    frame.to_file(
        beside, driver="PMTiles", layer=layer, engine="pyogrio", NAME=layer, MINZOOM=ZOOMS[0],
        MAXZOOM=ZOOMS[1], MAX_SIZE=2_000_000, MAX_FEATURES=400_000,
    )  # fmt: skip
    os.replace(beside, path)  # noqa: PTH105 (atomic)


RANGE = re.compile(r"[ \t]*(\d{0,15})-(\d{0,15})[ \t]*")
#: Longer than this an answer with ranges does not get, bytes; one range is cut there, as HTTP allows.
LONGEST = 4_000_000
#: Of so many ranges at once none is answered: the file is sent whole.
TOO_MANY = 17


def ranged(request: HttpRequest, path: Path, etag: str, kind: str) -> HttpResponse:
    """
    A file, whole (200) or in part (206); 416 where it has none of the bytes, 304 where it is known.

    Parameters
    ----------
    etag
        A strong one: other bytes have another.
    """
    # Compared as HTTP asks, weakly: a server in front that compresses marks tags as weak.
    known = {one.removeprefix("W/") for one in parse_etags(request.headers.get("If-None-Match", ""))}
    if known & {etag, "*"}:
        response: HttpResponse = HttpResponseNotModified()
    else:
        response = _content(request, path, etag, kind)
    response.headers["Accept-Ranges"] = "bytes"
    response.headers["ETag"] = etag
    response.headers["Cache-Control"] = "public, max-age=3600"
    return response


def _content(request: HttpRequest, path: Path, etag: str, kind: str) -> HttpResponse:
    size = path.stat().st_size
    asked = _asked(request.headers.get("Range", "")) if request.method == "GET" else None
    if asked is None or request.headers.get("If-Range", etag) != etag:
        return HttpResponse(path.read_bytes(), content_type=kind)
    found = [one for one in (_within(*each, size) for each in asked) if one is not None]
    if not found:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    if len(found) > 1 and sum(last - first + 1 for first, last in found) > min(size, LONGEST):
        return HttpResponse(path.read_bytes(), content_type=kind)
    parts = [(f"bytes {first}-{last}/{size}", _read(path, first, last)) for first, last in found]
    if len(parts) == 1:
        ((where, content),) = parts
        return HttpResponse(content, status=206, content_type=kind, headers={"Content-Range": where})
    edge = secrets.token_hex(16)
    head = f"--{edge}\r\nContent-Type: {kind}\r\nContent-Range: "
    bodies = [f"{head}{where}\r\n\r\n".encode() + content + b"\r\n" for where, content in parts]
    content_type = f"multipart/byteranges; boundary={edge}"
    return HttpResponse(b"".join(bodies) + f"--{edge}--\r\n".encode(), status=206, content_type=content_type)


def _asked(header: str) -> list[tuple[int | None, int | None]] | None:
    """First and last byte of each range as the header has them; None where it is to be passed over."""
    unit, _, listed = header.partition("=")
    texts = [one for one in listed.split(",") if one.strip(" \t")]
    if unit.strip().lower() != "bytes" or not 0 < len(texts) < TOO_MANY:
        return None
    found: list[tuple[int | None, int | None]] = []
    for text in texts:
        matched = RANGE.fullmatch(text)
        if matched is None:
            return None
        first, last = (int(one) if one else None for one in matched.groups())
        if (first is None and last is None) or (first is not None and last is not None and last < first):
            return None
        found.append((first, last))
    return found


def _within(first: int | None, last: int | None, size: int) -> tuple[int, int] | None:
    """The bytes of a range that the file has; None where it has none of them."""
    if first is None:  # the last so many bytes
        many = min(last or 0, size, LONGEST)
        return (size - many, size - 1) if many else None
    end = min(size - 1 if last is None else last, size - 1, first + LONGEST - 1)
    return (first, end) if first < size else None


def _read(path: Path, first: int, last: int) -> bytes:
    with path.open("rb") as file:
        file.seek(first)
        return file.read(last - first + 1)
