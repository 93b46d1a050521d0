"""
What the map of a notice draws of the plan.

It is made of rows of the public package; nothing else is at hand here. Coordinates are those of the plan, to
the decimetre. A large layer comes as vector tiles (`blockplan.portal.pages.tiles`), of which a reader fetches
what lies on the screen. Opinions on it: `blockplan.portal.pages.opinions_by_place`.

The map on a page: which files it is made of, where its data are, and the words that it says.
"""

from __future__ import annotations

import json
import math
import zlib
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db.models import Max, Min
from django.http import Http404, HttpResponse
from django.urls import reverse

from blockplan.notice.state import TAKES_OPINIONS
from blockplan.portal import security_headers
from blockplan.portal.config import base_map_credit
from blockplan.portal.coordinate_deltas import in_steps
from blockplan.portal.pages import common, compression
from blockplan.portal.pages.common import public
from blockplan.portal.pages.compression import squeezed
from blockplan.portal.plans.models import PlanObject, PlanVersion
from blockplan.portal.visible_notices import open_to, version_of
from blockplan.portal.words import say
from blockplan.texts import DEFAULT_LANGUAGE, LANGUAGES, pick

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from django.http import HttpRequest

    from blockplan.portal.record.models import Notice

#: Layers that the map draws -> columns that it needs of each, as the plan has them.
DRAWN = {
    "water": (), "woodland": (), "greens": (),
    "parcels": ("land_use", "existing_land_use", "land_use_list", "height_m", "height_kind"),
    "blocks": (), "streets": ("class",), "rail": (), "stops": ("modes", "status"),
    "facilities": ("service", "status"),
}  # fmt: skip
#: A layer of more features than these comes in tiles: as one file that is too much for a phone.
MOST_AT_ONCE = 3000
#: The largest zoom at which the map asks for the base map.
DEEPEST_GROUND = 19
#: Points that lie this near (m) to the line of their neighbours are left out: less than a line is wide.
STRAIGHT_M = 0.3


@public
def plan_data(request: HttpRequest, notice: str) -> HttpResponse:
    """The plan as the map draws it."""
    version = version_of(open_to(request, notice))
    if version is None:
        raise Http404
    lang = request.GET.get("lang", "")
    return squeezed(request, _plan(version.pk, lang if lang in LANGUAGES else DEFAULT_LANGUAGE))


@lru_cache(maxsize=8)
def _plan(version: int, lang: str) -> bytes:
    apart, box = tiled_of(version), bounds(version) or [0.0, 0.0, 0.0, 0.0]
    origin = (math.floor(box[0]), math.floor(box[1]))
    layers = {
        layer: {"type": "FeatureCollection", "features": list(features(rows, columns, lang, origin))}
        for layer, columns in DRAWN.items()
        if layer not in apart
        and (rows := PlanObject.objects.filter(version=version, layer=layer).exclude(wkb=None))
    }
    found = {"layers": layers, "tiled": apart, "bounds": bounds(version), "origin": origin}
    return json.dumps(found, ensure_ascii=False, separators=(",", ":")).encode()


def tiled(version: PlanVersion) -> tuple[str, ...]:
    """Layers of a plan that come in tiles, `MOST_AT_ONCE`."""
    return tiled_of(version.pk)


@lru_cache(maxsize=8)
def tiled_of(version: int) -> tuple[str, ...]:
    """The same by the number of the version."""
    rows = PlanObject.objects.filter(version=version)
    return tuple(layer for layer in DRAWN if rows.filter(layer=layer).count() > MOST_AT_ONCE)


def features(
    rows: Iterable[PlanObject], columns: Iterable[str], lang: str, origin: tuple[int, int]
) -> Iterator[dict[str, Any]]:
    """
    Objects as GeoJSON: id, name, and what is known of some columns.

    Coordinates are whole decimetres from `origin` (m), each point of a line as the step from the one before:
    half the bytes on a slow line.
    """
    import shapely  # noqa: PLC0415 (with it come numpy and GEOS)

    for row in rows:
        drawn = shapely.simplify(shapely.from_wkb(bytes(row.wkb or b"")), STRAIGHT_M)
        moved = shapely.transform(drawn, lambda at: (at - origin) * 10)
        geometry = json.loads(shapely.to_geojson(moved))
        yield {
            "type": "Feature",
            "properties": properties(row, columns, lang),
            "geometry": {"type": geometry["type"], "coordinates": in_steps(geometry["coordinates"])},
        }


def properties(row: PlanObject, columns: Iterable[str], lang: str) -> dict[str, Any]:
    """What the map needs of an object: id, name, and what is known of some columns."""
    known = {name: value for name in columns if (value := row.properties.get(name)) is not None}
    name = pick(row.title, lang)
    return {"id": row.object, **known, **({"name": name} if name else {})}


@lru_cache(maxsize=8)
def bounds(version: int) -> list[float] | None:
    """
    West, south, east and north of the parcels, in the plan's metres; where there are none, of streets, stops
    and facilities, else of all that is drawn (a railway leads far out). None where nothing is.
    """
    boxes = PlanObject.objects.filter(version=version).exclude(min_x=None)
    for layers in (("parcels",), ("streets", "stops", "facilities"), DRAWN):
        found = boxes.filter(layer__in=layers).aggregate(
            west=Min("min_x"), south=Min("min_y"), east=Max("max_x"), north=Max("max_y")
        )
        if found["west"] is not None:
            return [found[side] for side in ("west", "south", "east", "north")]
    return None


def uses(version: PlanVersion, lang: str) -> list[dict[str, Any]]:
    """The land uses that the plan's parcels have, planned or today: code, name, both fills; largest first."""
    return [{**one, "name": one["names"].get(lang) or one["names"]["zh"]} for one in _uses(version.pk)]


@lru_cache(maxsize=8)
def _uses(version: int) -> tuple[dict[str, Any], ...]:
    from blockplan.plan.model.codes import DEFAULT_LIST, LISTS, landuse  # noqa: PLC0415 (pandas takes a second)

    counted: dict[tuple[str, str], int] = {}
    rows = PlanObject.objects.filter(version=version, layer="parcels")
    for said in rows.values_list("properties", flat=True):
        name = said.get("land_use_list") or DEFAULT_LIST
        for column in ("land_use", "existing_land_use"):
            if said.get(column) and name in LISTS:
                counted[name, said[column]] = counted.get((name, said[column]), 0) + 1
    found: dict[str, dict[str, Any]] = {}
    for name, code in sorted(counted, key=lambda key: (-counted[key], key)):
        list_ = landuse(name)
        if list_.known(code):
            found.setdefault(code, {
                "code": code, "names": list_.classes[code].names,
                "colour": list_.colour(code), "safe": list_.safe_colour(code),
            })  # fmt: skip
    return tuple(found.values())


def marks(version: PlanVersion, lang: str) -> dict[str, dict[str, str]]:
    """Service of a facility -> its name, and the one character that stands for it on our maps."""
    from blockplan.report.words import Words  # noqa: PLC0415

    rows = PlanObject.objects.filter(version=version, layer="facilities")
    services = {said.get("service") for said in rows.values_list("properties", flat=True)}
    words = Words(lang)
    return {
        one: {"sign": words.or_else(f"mark.{one}", "·"), "name": words.or_else(f"service.{one}", one)}
        for one in sorted(filter(None, services))
    }


#: Layers that the map draws alike throughout; its legend names them, and the classes of streets.
ALIKE = ("boundary", "rail", "stops", "water", "woodland", "greens")


@cache
def drawn(lang: str) -> dict[str, str]:
    """What the map draws beside land uses and signs, by layer (and class of street), in words."""
    from blockplan.plan.model.layers import VALUES  # noqa: PLC0415 (pandas takes a second)
    from blockplan.report.words import Words  # noqa: PLC0415

    words = Words(lang)
    streets = {
        f"streets {kind}": words.or_else(f"street.{kind}", kind)
        for kind in sorted(VALUES["streets", "class"])
    }
    names = streets | {layer: words.or_else(f"layer.{layer}", layer) for layer in ALIKE}
    return {key: name[:1].upper() + name[1:] for key, name in names.items()}


#: Words that the map says, of ``texts/map.toml``.
WORDS = (
    "title", "keys", "loading", "failed", "planned", "today", "compare", "shown", "divide", "bigger",
    "smaller", "zoom_in", "zoom_out", "whole", "position", "position_note", "no_position", "opinions",
    "opinions_here", "no_opinions", "by_place", "by_place_within", "without_place", "drawn_places",
    "safe", "legend", "legend_note", "unknown", "no_use", "north", "mark",
    "point", "line", "area", "draw_point", "draw_line", "draw_area", "undo", "cancel", "write_drawn",
    "heights", "height_to", "height_over", "height_unknown", "heights_stated", "heights_silent",
    "base_map", "base_map_silent", "drawn_point", "drawn_line", "drawn_area",
    "crossing", "searching", "offline", "near",
)  # fmt: skip
#: And what it says of a place as the page without it does, of ``texts/here.toml``.
OF_PLACES = ("write", "all_of_parcel", "all_of_object", "link", "beside", "straight", "all_within")


def of_notice(request: HttpRequest, row: Notice, version: PlanVersion, lang: str) -> dict[str, Any]:
    """What a template needs to put the map of a notice on its page."""
    open_ = row.state in TAKES_OPINIONS and not row.preview
    data = {
        "lang": lang,
        "plan": reverse("map_plan", kwargs={"notice": row.id}) + f"?lang={lang}",
        "tiles": reverse("map_tiles", kwargs={"notice": row.id, "lang": lang, "layer": "LAYER"}),
        "base_map": base_map(row.id, version),
        "opinions": reverse("map_opinions", kwargs={"notice": row.id}) + f"?lang={lang}",
        "opinion": reverse("register_opinion", kwargs={"lang": lang, "notice": row.id, "opinion_id": "O-0"}),
        "said": common.opinions(lang, row.id),
        "place": reverse("place", kwargs={"lang": lang, "notice": row.id}),
        "write": common.write(lang, row.id) if open_ else None,
        "worker": compression.address("worker.js"),
        "uses": uses(version, lang),
        "marks": marks(version, lang),
        "drawn": drawn(lang),
        "words": words(lang),
    }
    return {
        "script": compression.address("map.js"),
        "style": compression.address("map.css"),
        "imported": compression.imported("map.js"),
        "plan": data["plan"],
        "data": json.dumps(data, ensure_ascii=False),
    }


def base_map(notice: str, version: PlanVersion) -> dict[str, str | int] | None:
    """Where the map asks for tiles of the base map, and to whom it belongs; None where there is none."""
    credit = base_map_credit(place_on_earth(version.pk)[0]) if settings.BASE_MAP else None
    if credit is None or bounds(version.pk) is None:
        return None
    tiles = reverse("map_ground", kwargs={"notice": notice, "z": 0, "x": 0, "y": 0})
    # Another plan lies elsewhere under the same numbers, and another base map shows something else.
    mark = f"{version.pk}-{zlib.crc32(settings.BASE_MAP.encode()):x}"
    address = tiles.replace("/0/0/0.png", "/{z}/{x}/{y}.png?v=") + mark
    return {"tiles": address, "credit": credit, "deepest": DEEPEST_GROUND}


@lru_cache(maxsize=8)
def place_on_earth(version: int) -> tuple[str, str]:
    """The plan's reference system and the datum of its base map; ``local`` where either is not known."""
    row = PlanVersion.objects.filter(pk=version).values_list("document__crs", "document__basemap_crs").get()
    crs, datum = row
    return (crs, datum) if crs and datum else ("local", "none")


@cache
def words(lang: str) -> dict[str, str]:
    """Every word of the map in a language."""
    return {key: say(f"map.{key}", lang) for key in WORDS} | {
        key: say(f"here.{key}", lang) for key in OF_PLACES
    }


def shown(response: HttpResponse) -> HttpResponse:
    """A page with the map on it: it may start the map's worker, and nothing else."""
    response.headers["Content-Security-Policy"] = security_headers.MAP_POLICY
    return response
