"""
An own base map under the plan: pictures of a server that an office names, drawn into the plan's own metres.

Our maps stand at longitude and latitude 0, where a metre of the map is a metre of the plan (decision 0015).
So a tile of ours is drawn out of those pictures that lie on the same land. This service asks for them, and
keeps those it asked for last: a reader's browser asks no other host.
"""

from __future__ import annotations

import io
import logging
import math
import threading
import time
import urllib.request
from functools import lru_cache
from http.client import HTTPException
from typing import TYPE_CHECKING, Any
from urllib.error import HTTPError
from urllib.parse import urlsplit

import numpy as np
from PIL import Image

from blockplan.datums import wgs84_to_gcj02
from blockplan.errors import BlockplanError
from blockplan.portal import web_plane

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: Pixels of a tile, theirs and ours.
TILE = 256
#: The largest zoom of our maps and of common base maps; of how many pictures a tile of ours is drawn at most.
DEEPEST, MOST_ZOOM, MOST_PICTURES = 24, 19, 9
#: Where on a tile its place on the earth is worked out, each way; between them it is straight enough.
NODES = 9
#: Its server is given so long for a picture, and left alone so long after it did not answer; so many tiles
#: are drawn at once, and others wait so long: who looks at a map keeps nobody from writing an opinion.
TIMEOUT_S, SILENT_S, AT_ONCE, PATIENCE_S = 3.0, 60.0, 3, 8.0
#: Of a picture, bytes; of how many pictures the bytes are kept, within an hour.
MOST_BYTES, KEPT, HOUR_S = 2**21, 512, 3600
LOG = logging.getLogger(__name__)
_drawing = threading.BoundedSemaphore(AT_ONCE)
#: Host -> until when it is left alone, on the machine's own clock.
_silent: dict[str, float] = {}
#: Where Web Mercator ends, degrees.
NORTHMOST = 85.05


def tile(address: str, crs: str, datum: str, middle: tuple[float, float], at: tuple[int, int, int]) -> bytes:
    """
    A tile of our map as PNG, transparent where the base map has nothing.

    Parameters
    ----------
    address
        Of the base map's pictures (`config.base_map_address`).
    crs, datum
        The plan's reference system, and the datum of the base map: ``gcj02`` is shifted, any other is WGS 84.
    middle
        The place of the plan that stands at longitude and latitude 0, m in `crs`.
    at
        Zoom, column and row of the tile.

    Raises
    ------
    BlockplanError
        If the base map's server does not answer, or with something that is no picture.
    """
    if not _drawing.acquire(timeout=PATIENCE_S):
        raise BlockplanError("Too many tiles of the base map are drawn at once.")
    try:
        return _drawn(address, crs, datum, middle, at)
    finally:
        _drawing.release()


def _drawn(
    address: str, crs: str, datum: str, middle: tuple[float, float], at: tuple[int, int, int]
) -> bytes:
    zoom, x, y = at
    lon, lat = _on_earth(crs, datum, *_metres(middle, zoom, x, y))
    if not (np.isfinite(lon) & (np.abs(lat) < NORTHMOST)).all():
        return _png(np.zeros((TILE, TILE, 4), np.uint8))
    theirs = zoom + math.log2(
        math.cos(math.radians(float(lat.mean())))
    )  # a pixel of the same size on the land
    theirs = min(max(round(theirs), 0), MOST_ZOOM)
    across, down = _pixels(lon, lat, theirs)
    while theirs and _many(across) * _many(down) > MOST_PICTURES:
        theirs -= 1
        across, down = across / 2, down / 2
    left, top = (int(one.min() // TILE) for one in (across, down))
    seen = _pictures(address, theirs, (left, top), (_many(across), _many(down)))
    return _png(_sampled(seen, _between(across) - left * TILE, _between(down) - top * TILE))


def _metres(
    middle: tuple[float, float], zoom: int, x: int, y: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The plan's metres at the nodes of a tile, row by row from the north."""
    left, top, side = web_plane.corner(middle, (zoom, x, y))
    nodes = np.linspace(0.5, TILE - 0.5, NODES) / TILE
    east, north = np.meshgrid(left + nodes * side, top - nodes * side)
    return east, north


def _on_earth(
    crs: str, datum: str, east: NDArray[np.float64], north: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Longitudes and latitudes in the base map's datum, degrees."""
    lon, lat = _to_wgs84(crs).transform(east, north)
    if datum == "gcj02" and np.isfinite(lon).all():
        lon, lat = np.vectorize(wgs84_to_gcj02)(lon, lat)
    return np.asarray(lon), np.asarray(lat)


@lru_cache(maxsize=16)
def _to_wgs84(crs: str) -> Any:
    from pyproj import Transformer  # noqa: PLC0415 (only who has a base map needs it)

    return Transformer.from_crs(crs, "EPSG:4326", always_xy=True)


def _pixels(
    lon: NDArray[np.float64], lat: NDArray[np.float64], zoom: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Where places lie on the base map at a zoom, pixels from its north-western corner."""
    world = TILE * 2**zoom
    up = np.log(np.tan(np.pi / 4 + np.radians(lat) / 2)) / math.pi
    return (lon + 180) / 360 * world, (1 - up) / 2 * world


def _many(pixels: NDArray[np.float64]) -> int:
    """In how many columns, or rows, of pictures some pixels lie."""
    return int(pixels.max() // TILE - pixels.min() // TILE) + 1


def _between(nodes: NDArray[np.float64]) -> NDArray[np.float64]:
    """A value for every pixel of a tile from those at its nodes."""
    from scipy.ndimage import zoom  # noqa: PLC0415 (only who has a base map needs it)

    return np.asarray(zoom(nodes, TILE / NODES, order=1))


def _pictures(address: str, zoom: int, first: tuple[int, int], many: tuple[int, int]) -> NDArray[np.uint8]:
    """The base map's pictures beside each other; what it does not have is transparent."""
    (left, top), (columns, rows), wide = first, many, 2**zoom
    seen = np.zeros((rows * TILE, columns * TILE, 4), np.uint8)
    for row in range(rows):
        for column in range(columns):
            if not 0 <= top + row < wide:
                continue
            one = _picture(address.format(z=zoom, x=(left + column) % wide, y=top + row))
            if one is not None:
                seen[row * TILE : (row + 1) * TILE, column * TILE : (column + 1) * TILE] = one
    return seen


def _picture(address: str) -> NDArray[np.uint8] | None:
    """One of the base map's pictures, rows x columns x RGBA; None where it has none there."""
    host = urlsplit(address).netloc
    if _silent.get(host, 0.0) > time.monotonic():
        raise BlockplanError(f"The base map of {host} did not answer a moment ago.")
    try:
        body = _body(address, int(time.monotonic() // HOUR_S))
        if body is None:
            return None
        with Image.open(io.BytesIO(body), formats=("PNG", "JPEG", "WEBP")) as one:
            if max(one.size) > 4 * TILE:
                raise BlockplanError(f"A picture of the base map is {one.size[0]} x {one.size[1]} pixels.")
            return np.asarray(one.convert("RGBA").resize((TILE, TILE)))
    except (OSError, HTTPException, ValueError, Image.DecompressionBombError) as error:
        _silent[host] = time.monotonic() + SILENT_S
        why = (
            getattr(error, "code", None) or type(error).__name__
        )  # its address may hold a key, and is not told
        LOG.warning("the base map of %s: %s; it is left alone for %.0f s", host, why, SILENT_S)
        raise BlockplanError(f"The base map of {host} does not answer with a picture: {why}.") from None


@lru_cache(maxsize=KEPT)
def _body(address: str, _hour: int) -> bytes | None:
    """The bytes of a picture; None where there is none."""
    request = urllib.request.Request(address, headers={"User-Agent": "blockplan"})  # noqa: S310 (checked)
    began = time.monotonic()
    try:
        with _OPENER.open(request, timeout=TIMEOUT_S) as answer:
            body = b""
            while piece := answer.read1(2**16):
                body += piece
                if len(body) > MOST_BYTES or time.monotonic() - began > TIMEOUT_S:
                    raise OSError("too large, or too slow")
    except HTTPError as error:
        error.close()
        if error.code in {404, 410}:
            return None
        raise
    return body or None


class _OnItsHost(urllib.request.HTTPRedirectHandler):
    """Follows a redirect on the host that the office named, and to no other."""

    def redirect_request(self, *args: Any) -> urllib.request.Request | None:
        """As the standard library says."""
        made = super().redirect_request(*args)
        if made is not None and urlsplit(made.full_url).netloc != urlsplit(args[0].full_url).netloc:
            args[1].close()
            raise OSError("redirected to another host")
        return made


_OPENER = urllib.request.build_opener(_OnItsHost)


def _sampled(
    seen: NDArray[np.uint8], across: NDArray[np.float64], down: NDArray[np.float64]
) -> NDArray[np.uint8]:
    """The picture at pixels of it, between those that are drawn."""
    from scipy.ndimage import map_coordinates  # noqa: PLC0415 (only who has a base map needs it)

    at = np.stack((down - 0.5, across - 0.5))
    bands = [map_coordinates(seen[..., band], at, order=1, mode="nearest") for band in range(4)]
    return np.stack(bands, axis=-1).astype(np.uint8)


def _png(pixels: NDArray[np.uint8]) -> bytes:
    into = io.BytesIO()
    Image.fromarray(pixels).save(into, "PNG", compress_level=1)
    return into.getvalue()
