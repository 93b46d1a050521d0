"""
"My place": what the plan says of a place, as a page and as JSON for the map beside it.

A place is named by words, by coordinates in any datum, by a point of the plan (a tap on the map) or by an
object; the page without a map finds the same. Everything is said of the public package on notice.
"""

from __future__ import annotations

import json
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import render

from blockplan.datums import DATUMS
from blockplan.errors import IntakeError
from blockplan.notice.intake.texts_in import folded, made_fit
from blockplan.portal.pages import common, errors, mapdata, opinions_by_place, place_summary
from blockplan.portal.pages.common import public, standing_of
from blockplan.portal.plans.models import PlanObject
from blockplan.portal.plans.places import whereabouts
from blockplan.portal.submissions import rate_limits, subjects
from blockplan.portal.visible_notices import open_to, version_of
from blockplan.portal.words import say
from blockplan.texts import by_number, pick

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.http import HttpRequest

    from blockplan.portal.plans.models import PlanVersion
    from blockplan.portal.record.models import Notice

LONGEST = 200
#: What people write where they mean their own home: no plan knows it, so they are told how to find it.
HOME = re.compile(
    r"(我|咱)?(家|家里|家裡|住处|住處)|我的(家|住处|地方|位置)|自宅|うち|わが家|我が家|私の家|わたしの家"
    r"|my (home|house|place|address)|home|house"
)
#: A point of the plan, as the map names it.
POINT = re.compile(r"(-?\d{1,9}(?:\.\d{1,3})?),(-?\d{1,9}(?:\.\d{1,3})?)")
MOST_LISTED = 60
#: Names that are offered while somebody types; of a city, the first of these.
MOST_OFFERED = 300


@public
def place(request: HttpRequest, lang: str, notice: str) -> HttpResponse:
    """A place and what the plan says around it; the same as JSON for the map."""
    row = open_to(request, notice)
    version = version_of(row)
    if version is None:
        raise Http404
    context: dict[str, Any] = {
        "datum": request.GET.get("datum", ""),
        "sought": request.GET.get("q", "").strip()[:LONGEST],
    }
    if context["sought"] and (wait_s := rate_limits.wait("search", request, row.id)):
        return rate_limits.busy(_too_many(request, lang), wait_s)
    context |= found(row, version, request, lang)
    from blockplan.report.public.surroundings import WITHIN_M  # noqa: PLC0415 (with it comes shapely)

    here = context["here"]
    spoken = opinions_by_place.near(row, version, here["at"], WITHIN_M) if here and here["at"] else None
    if here:
        here["spoken"] = [*spoken.objects, *spoken.drawn] if spoken else []
    if request.GET.get("as") == "json":
        return JsonResponse(context, json_dumps_params={"ensure_ascii": False})
    context |= {
        "by_place": opinions_by_place.listed(row, version, lang, spoken),
        "whole": spoken is None,
        "metres": place_summary.metres(WITHIN_M, lang),
        "notice": standing_of(row),
        "version": version,
        "datums": DATUMS,
        "offered": offered(version.pk, lang),
        "lists": lists(row, version, lang) if not context["here"] else {},
        "island": mapdata.of_notice(request, row, version, lang),
    }
    return mapdata.shown(render(request, "portal/place.html", context))


def _too_many(request: HttpRequest, lang: str) -> HttpResponse:
    """That somebody searched too often: for a reader, and for the map."""
    if request.GET.get("as") == "json":
        return JsonResponse(_nothing() | {"said": [say("error.too_many", lang)]})
    return errors.too_many(request)


def found(row: Notice, version: PlanVersion, request: HttpRequest, lang: str) -> dict[str, Any]:
    """What is meant: ``here`` (a place, see `spot`), or ``hits`` to choose from, or ``said`` of neither."""
    asked = request.GET
    point = POINT.fullmatch(asked.get("at", ""))
    if point:
        return _nothing() | {"here": place_summary.at(row, version, float(point[1]), float(point[2]), lang)}
    if about := asked.get("about", ""):
        layer, _, id_ = about.partition(":")
        here = place_summary.of(row, version, layer, id_, lang)
        if here is None:
            raise Http404
        return _nothing() | {"here": here}
    sought = asked.get("q", "").strip()[:LONGEST]
    return _sought(row, version, sought, asked.get("datum", ""), lang) if sought else _nothing()


def _nothing() -> dict[str, Any]:
    return {"here": None, "hits": [], "said": []}


def _sought(row: Notice, version: PlanVersion, sought: str, datum: str, lang: str) -> dict[str, Any]:
    if HOME.fullmatch(" ".join(folded(sought).split())) and not _is_named(version, sought):
        return _nothing() | {"said": [say("here.home", lang)]}
    try:
        meant = subjects.find(row, made_fit(sought)[0], datum)
    except IntakeError as error:
        return _nothing() | {"said": [pick(error.text, lang) or str(error)]}
    if meant.place is not None:
        return _nothing() | {"here": _typed(row, version, meant.place, lang)}
    hits = _named_so(
        sought, _each_name_once(hit for hit in meant.hits if hit["layer"] in place_summary.LEADS)
    )
    if len(hits) == 1:
        here = place_summary.of(row, version, hits[0]["layer"], hits[0]["id"], lang)
        return _nothing() | {"here": here}
    said = [] if hits else [say("here.no_hits", lang, sought=sought)]
    return _nothing() | {"hits": [_hit(row, version, hit, lang) for hit in hits], "said": said}


def _named_so(sought: str, hits: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Where something is called what is sought, those alone whose names hold it, and none of its kind."""
    words = folded(sought)
    names = [[folded(name) for name in hit["title"].values()] for hit in hits]
    if not any(words in some for some in names):
        return hits
    return [hit for hit, some in zip(hits, names, strict=True) if any(words in name for name in some)]


def _each_name_once(hits: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """A street comes in pieces of one name: the first stands for all. Stops of one name are several."""
    from blockplan.report.public.surroundings import IN_PIECES  # noqa: PLC0415 (with it comes shapely)

    found: dict[tuple[str, str], dict[str, Any]] = {}
    for hit in hits:
        whole = hit["layer"] in IN_PIECES and hit["title"]
        found.setdefault(
            (hit["layer"], json.dumps(hit["title"], sort_keys=True) if whole else hit["id"]), hit
        )
    return list(found.values())


def _is_named(version: PlanVersion, sought: str) -> bool:
    return PlanObject.objects.filter(version=version, words__contains=folded(sought)).exists()


def _typed(row: Notice, version: PlanVersion, given: dict[str, Any], lang: str) -> dict[str, Any]:
    """A place of typed coordinates, with how they were read."""
    said = given["said"]
    x, y = said["plan"]
    here = place_summary.at(row, version, x, y, lang)
    datum = subjects.said_or(f"opinion.datum_name.{said['datum']}", said["datum"], lang)
    notes = [say("here.read_as", lang, said=said.get("said") or f"{x}, {y}", datum=datum)]
    if given["outside_m"]:
        notes.append(say("here.outside", lang, metres=place_summary.metres(given["outside_m"], lang)))
    return here | {"notes": notes + [pick(note, lang) for note in given["notes"]]}


def _hit(row: Notice, version: PlanVersion, hit: dict[str, Any], lang: str) -> dict[str, Any]:
    named = subjects.in_words(hit, lang)
    return {
        "name": named["words"] or place_summary.parcel_said(hit["id"], lang) if hit["layer"] == "parcels"
        else named["words"] or hit["id"],
        "kind": named["kind"],
        "where": whereabouts(version, hit["layer"], hit["id"], lang),
        "href": common.place(lang, row.id, about=f"{hit['layer']}:{hit['id']}"),
        "about": f"{hit['layer']}:{hit['id']}",
    }  # fmt: skip


def lists(row: Notice, version: PlanVersion, lang: str) -> dict[str, dict[str, Any]]:
    """Streets and stops by name, each once, to choose from without a map, and how many are not listed."""
    made: dict[str, dict[str, Any]] = {}
    for layer in ("streets", "stops"):
        names: dict[str, list[str]] = {}
        rows = PlanObject.objects.filter(version=version, layer=layer).exclude(title={})
        for id_, title in rows.order_by("id").values_list("object", "title"):
            if name := pick(title, lang):
                names.setdefault(name, []).append(id_)
        listed = [
            {"name": name, "href": common.place(lang, row.id, **_meant(layer, name, names[name]))}
            for name in sorted(names, key=by_number)[:MOST_LISTED]
        ]
        made[layer] = {"listed": listed, "more": len(names) - len(listed)}
    return made


@lru_cache(maxsize=64)
def offered(version: int, lang: str) -> tuple[str, ...]:
    """Names of stops, facilities and streets, offered while somebody types; a plan on notice stays."""
    found: dict[str, None] = {}
    for layer in ("stops", "facilities", "streets"):  # of a city, stops and schools rather than its lanes
        rows = PlanObject.objects.filter(version=version, layer=layer).exclude(title={})
        names = {pick(title, lang) for title in rows.values_list("title", flat=True)}
        found |= dict.fromkeys(sorted(filter(None, names), key=by_number))
    return tuple(list(found)[:MOST_OFFERED])


def _meant(layer: str, name: str, ids: list[str]) -> dict[str, str]:
    """What a name of the list leads to: the street or stop of that name; of several stops, to all of them."""
    return {"q": name} if layer == "stops" and len(ids) > 1 else {"about": f"{layer}:{ids[0]}"}
