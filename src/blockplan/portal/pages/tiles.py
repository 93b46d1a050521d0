"""
Large layers of a plan as vector tiles: one PMTiles archive a layer, of which a map fetches ranges.

An archive is written by GDAL when it is first asked for and kept on the disk under the plan's content hash.
The plan stands in it at longitude and latitude 0, in its own metres, as on every map of ours.
"""

from __future__ import annotations

import os
import secrets
from typing import TYPE_CHECKING

from django.http import Http404

from blockplan import __version__
from blockplan.portal.pages import mapdata
from blockplan.portal.pages.ranges import ranged
from blockplan.portal.plans.models import PlanObject
from blockplan.portal.plans.places import folder_of
from blockplan.portal.visible_notices import open_to, version_of

if TYPE_CHECKING:
    from pathlib import Path

    from django.http import HttpRequest, HttpResponse

    from blockplan.portal.plans.models import PlanVersion

ZOOMS = (9, 15)
KIND = "application/vnd.pmtiles"


def archive(request: HttpRequest, notice: str, lang: str, layer: str) -> HttpResponse:
    """A layer's tiles, or the bytes of them that are asked for."""
    version = version_of(open_to(request, notice))
    if version is None or layer not in mapdata.tiled(version):
        raise Http404
    path = _file(version, lang, layer)
    if not path.is_file():
        _write(version, lang, layer, path)
    return ranged(request, path, f'"{version.content_hash[-24:]}-{lang}-{layer}"', KIND)


def _file(version: PlanVersion, lang: str, layer: str) -> Path:
    return folder_of(version.content_hash) / f"tiles-{__version__}" / lang / f"{layer}.pmtiles"


def _write(version: PlanVersion, lang: str, layer: str, path: Path) -> None:
    """By GDAL, beside and then in place, so that nobody reads half of one."""
    import geopandas as gpd  # noqa: PLC0415 (pandas and the rest take a second)
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
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    beside = path.with_name(f"{layer}-{secrets.token_hex(4)}.pmtiles")
    frame.to_file(
        beside, driver="PMTiles", layer=layer, engine="pyogrio", NAME=layer, MINZOOM=ZOOMS[0],
        MAXZOOM=ZOOMS[1], MAX_SIZE=2_000_000, MAX_FEATURES=400_000,
    )  # fmt: skip
    os.replace(beside, path)  # noqa: PTH105 (atomic)
