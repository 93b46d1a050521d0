"""
The opinions that anybody may read, by place: as points for the map, and as a list that says the same.

What of an opinion may be seen, `blockplan.portal.record.register` says; nothing else is at hand here.
"""

from __future__ import annotations

import json
from functools import lru_cache
from hashlib import sha256
from typing import TYPE_CHECKING, Any, NamedTuple

from django.utils.cache import get_conditional_response

from blockplan import __version__
from blockplan.portal.pages import common, mapdata, place_summary
from blockplan.portal.pages.common import public
from blockplan.portal.pages.compression import squeezed
from blockplan.portal.plans.models import PlanObject
from blockplan.portal.plans.places import whereabouts
from blockplan.portal.record import register
from blockplan.portal.record.drawn_places import drawn_places
from blockplan.portal.record.models import Entry, Notice
from blockplan.portal.visible_notices import open_to, version_of
from blockplan.portal.words import say
from blockplan.texts import DEFAULT_LANGUAGE, LANGUAGES, pick

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from django.http import HttpRequest, HttpResponse
    from shapely.geometry.base import BaseGeometry

    from blockplan.portal.plans.models import PlanVersion

#: So many places are listed, those that most opinions are about.
LISTED = 6
#: So many places are looked up in the plan at a time.
ASKED = 100
OPINIONS_A_PAGE = 200
#: So many objects are asked for at once where nothing but whether they have a shape is wanted.
LOOKED_UP = 500


@public
def opinions_data(request: HttpRequest, notice: str) -> HttpResponse:
    """
    Opinions that have a place, as points in the plan's coordinates; ``places`` names their objects, ``of``
    says how many opinions were looked at, those without a place among them.

    Whoever holds them as of the last entry of the record gets no second copy, and none is read for it.
    """
    row, asked = open_to(request, notice), request.GET.get("lang", "")
    version, lang = version_of(row), asked if asked in LANGUAGES else DEFAULT_LANGUAGE
    etag = _etag(row, version, lang)
    response = get_conditional_response(request, etag=etag)
    if response is None:
        response = squeezed(request, _by_place(row, version, lang))
    response.headers["ETag"] = etag
    return response


def _etag(row: Notice, version: PlanVersion | None, lang: str) -> str:
    """All that the answer hangs on; weak, since it is the same answer however it is compressed."""
    head = Entry.objects.filter(notice_id=row.id).order_by("-seq").values_list("seq", "body").first()
    rests_on = [__version__, row.id, row.state, register.is_open(row), version and version.pk, lang, head]
    return f'W/"{sha256(repr(rests_on).encode()).hexdigest()[:32]}"'


def _by_place(row: Notice, version: PlanVersion | None, lang: str) -> bytes:
    read = list(_opinions(row)) if register.is_open(row) else []
    found = [one for one in read if one is not None]
    about = {target for one in found for target in one["properties"]["about"]}
    named = _named(row, version, about, lang) if version else {}
    said = {
        "type": "FeatureCollection", "features": found, "places": named, "open": register.is_open(row),
        "of": len(read),
    }  # fmt: skip
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()


class SpokenNear(NamedTuple):
    """
    What published opinions are about near a place.

    Attributes
    ----------
    objects
        ``layer:id`` of the plan -> how many opinions.
    drawn
        Ids of the opinions about no object whose place was drawn or typed.
    """

    objects: dict[str, int]
    drawn: list[str]


def near(row: Notice, version: PlanVersion, at: Sequence[float], metres: float) -> SpokenNear:
    """What lies, with some part of it, within a distance (m) of a point of the plan."""
    import shapely  # noqa: PLC0415

    x, y = at
    here, layers = shapely.Point(x, y), sorted(place_summary.LEADS)
    most = dict(register.most_about(row, layers))
    boxes = PlanObject.objects.filter(
        version=version, layer__in=layers, min_x__lte=x + metres, max_x__gte=x - metres,
        min_y__lte=y + metres, max_y__gte=y - metres,
    )  # fmt: skip
    met = {(layer, id_) for layer, id_ in boxes.values_list("layer", "object") if f"{layer}:{id_}" in most}
    known = {
        f"{layer}:{id_}"
        for (layer, id_), one in _geometries(row, met).items()
        if shapely.distance(one, here) <= metres
    }
    places = drawn_places(row, layers)
    far = shapely.distance(list(places.values()), here)
    drawn = [f"O-{seq}" for seq, metres_off in zip(places, far, strict=True) if metres_off <= metres]
    return SpokenNear({about: n for about, n in most.items() if about in known}, drawn)


def listed(
    row: Notice, version: PlanVersion, lang: str, spoken: SpokenNear | None = None
) -> list[dict[str, Any]]:
    """
    The objects that most opinions are about: ``about``, ``name``, ``where``, ``number``, ``href``, ``n``
    opinions.

    Parameters
    ----------
    spoken
        What is near a place, of which alone is told. Drawn places have a row of their own.
    """
    if spoken is not None:
        objects, drawn = list(spoken.objects.items()), len(spoken.drawn)
    else:
        objects = _most(row, version)
        drawn = len(drawn_places(row, sorted(place_summary.LEADS)))
    counted = [*objects, *([("", drawn)] if drawn else [])]
    there = sorted(counted, key=lambda one: (-one[1], one[0]))[:LISTED]
    named = _named(row, version, [about for about, _ in there], lang)
    drawn_alone = f"{common.opinions(lang, row.id)}?drawn=yes"
    named[""] = {"name": say("map.drawn_places", lang), "where": "", "number": "", "href": drawn_alone}
    return [{"about": about, "n": n, **named[about]} for about, n in there]


class WithoutPlace(NamedTuple):
    """Of how many opinions whose words may be read how many have no place, as the map counts them."""

    n: int
    of: int


def without_place(row: Notice, version: PlanVersion) -> WithoutPlace:
    """Those that neither a row of `listed` nor a place on the map is about; counted once an entry."""
    head = Entry.objects.filter(notice_id=row.id).order_by("-seq").values_list("seq", "body").first()
    return _without_place(row.id, row.state, version.pk, head)


@lru_cache(maxsize=16)
def _without_place(notice: str, _state: str, version: int, _head: tuple[int, str] | None) -> WithoutPlace:
    row = Notice.objects.get(pk=notice)
    about = register.objects_of_readable(row)
    known = _with_shape(version, sorted(set().union(*about.values())))
    placed = {seq for seq, objects in about.items() if objects & known}
    placed |= about.keys() & drawn_places(row, sorted(place_summary.LEADS)).keys()
    # What another round's plan had lies nowhere in this one; such an opinion may have a place of its own.
    left = [
        seq
        for seq, objects in about.items()
        if seq not in placed and any(layer in place_summary.LEADS for layer, _ in objects)
    ]
    placed |= {one.seq for one in register.shown(row, left) if one.geometry is not None}
    return WithoutPlace(len(about) - len(placed), len(about))


def _with_shape(version: int, objects: Sequence[tuple[str, str]]) -> set[tuple[str, str]]:
    """Those of some objects, by layer and id, that lie somewhere in a plan."""
    found: set[tuple[str, str]] = set()
    for first in range(0, len(objects), LOOKED_UP):
        some = objects[first : first + LOOKED_UP]
        rows = PlanObject.objects.filter(version=version, object__in={id_ for _, id_ in some})
        there = rows.filter(layer__in={layer for layer, _ in some}).exclude(wkb=None)
        found |= set(there.values_list("layer", "object")) & set(some)
    return found


def _most(row: Notice, version: PlanVersion) -> list[tuple[str, int]]:
    most = register.most_about(row, sorted(place_summary.LEADS))
    there: list[tuple[str, int]] = []
    # What another round's plan had is not in this one: others come in its place.
    for first in range(0, len(most), ASKED):
        some = most[first : first + ASKED]
        ids = {about.partition(":")[2] for about, _ in some}
        rows = PlanObject.objects.filter(version=version, layer__in=place_summary.LEADS, object__in=ids)
        known = {f"{layer}:{id_}" for layer, id_ in rows.values_list("layer", "object")}
        there += [(about, n) for about, n in some if about in known]
        if len(there) >= LISTED:
            break
    return there[:LISTED]


def _named(row: Notice, version: PlanVersion, about: Iterable[str], lang: str) -> dict[str, dict[str, str]]:
    """
    Objects of the plan, each by what people call it, where it is, and where the opinions about it are.

    Land that is called by its use bears its number too: other land at the same streets has the same use.
    """
    wanted = set(about)
    rows = PlanObject.objects.filter(
        version=version,
        layer__in=place_summary.LEADS,
        object__in={one.partition(":")[2] for one in wanted},
    )
    uses = {one["code"]: one["name"] for one in mapdata.uses(version, lang)}
    found = {}
    for layer, id_, title, said in rows.values_list("layer", "object", "title", "properties"):
        if (key := f"{layer}:{id_}") in wanted:
            own, use = pick(title, lang), uses.get(said.get("land_use") or "", "")
            found[key] = {
                "name": own or use or f"{place_summary.kind_said(layer, lang)} {id_}",
                "where": whereabouts(version, layer, id_, lang),
                "number": id_ if use and not own else "",
                "href": common.opinions(lang, row.id, key),
            }
    return found


def _opinions(row: Notice) -> Iterator[dict[str, Any] | None]:
    """The newest opinions whose words may be read, as points; None for one without a place."""
    before, left = None, register.MOST_BY_PLACE
    while left > 0:
        page = register.page(row, register.Filters(), before, OPINIONS_A_PAGE)
        shown = [one for one in page.rows if one.text is not None]
        where = _middles(row, {target for one in shown for target in one.targets})
        for one in shown:
            at = _point(one, where)
            yield None if at is None else {
                "type": "Feature",
                "properties": {
                    "id": one.id, "number": one.number, "title": one.title or (one.text or "")[:60],
                    "about": [f"{layer}:{id_}" for layer, id_ in one.targets],
                },
                "geometry": {"type": "Point", "coordinates": at},
            }  # fmt: skip
        left -= OPINIONS_A_PAGE
        before = page.before
        if before is None:
            return


def _point(one: register.Row, where: dict[tuple[str, str], list[float]]) -> list[float] | None:
    """The place that was drawn or typed, else the middle of what it is about."""
    if one.geometry is not None:
        from shapely.geometry import shape  # noqa: PLC0415

        middle = shape(dict(one.geometry)).representative_point()
        return [round(middle.x, 1), round(middle.y, 1)]
    return next((where[target] for target in one.targets if target in where), None)


def _middles(row: Notice, targets: set[tuple[str, str]]) -> dict[tuple[str, str], list[float]]:
    import shapely  # noqa: PLC0415

    found = {name: shapely.point_on_surface(one) for name, one in _geometries(row, targets).items()}
    return {name: [round(at.x, 1), round(at.y, 1)] for name, at in found.items()}


def _geometries(row: Notice, targets: set[tuple[str, str]]) -> dict[tuple[str, str], BaseGeometry]:
    version = version_of(row)
    if version is None or not targets:
        return {}
    import shapely  # noqa: PLC0415

    found = PlanObject.objects.filter(
        version=version, layer__in={layer for layer, _ in targets}, object__in={id_ for _, id_ in targets}
    ).exclude(wkb=None)
    return {
        (one.layer, one.object): shapely.from_wkb(bytes(one.wkb or b""))
        for one in found.only("layer", "object", "wkb")
        if (one.layer, one.object) in targets
    }
