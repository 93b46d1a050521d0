"""Notices, the plan on notice with its objects, and what the rules say of it."""

import json
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from ninja import P, PathEx, Query, Router, Schema
from pydantic import Field

from blockplan.notice.intake.texts_in import folded
from blockplan.portal.api.answers import Refused, as_json, documented
from blockplan.portal.api.schemas import NoticeOut, NoticePage, ObjectOut, ObjectPage, VerdictPage
from blockplan.portal.pages.common import standing_of
from blockplan.portal.plans.models import PlanObject, PlanVersion
from blockplan.portal.record.models import Notice
from blockplan.portal.visible_notices import UNSEEN, seen

router = Router(tags=["notices and plans"])
NoticeId = PathEx[str, P(pattern=r"^[-A-Za-z0-9_]{1,60}$")]
Layer = PathEx[str, P(pattern=r"^[a-z_]{1,40}$")]
ObjectId = PathEx[str, P(max_length=200)]


class Notices(Schema):
    """Which notices."""

    state: str | None = Field(None, pattern="^[a-z_]{1,20}$")
    cursor: str | None = Field(None, pattern="^[-A-Za-z0-9_]{1,60}$")
    limit: int = Field(20, ge=1, le=100)


class Objects(Schema):
    """Which objects of the plan; `bbox` is min x, min y, max x, max y in the plan's system."""

    layer: str | None = Field(None, pattern="^[a-z_]{1,40}$")
    search: str | None = Field(None, min_length=1, max_length=100)
    bbox: str | None = Field(None, pattern=r"^-?\d{1,9}(\.\d{1,6})?(,-?\d{1,9}(\.\d{1,6})?){3}$")
    cursor: int | None = Field(None, ge=0, le=2**53)
    limit: int = Field(100, ge=1, le=1000)


class Verdicts(Schema):
    """Which verdicts."""

    rule: str | None = Field(None, max_length=100)
    outcome: str | None = Field(None, pattern="^(pass|fail|unknown|not_applicable)$")
    cursor: int = Field(0, ge=0, le=10**6)
    limit: int = Field(100, ge=1, le=1000)


@router.get("/notices", response={200: NoticePage, **documented()}, operation_id="notices")
def notices(request: HttpRequest, asked: Query[Notices]) -> HttpResponse:
    """All notices that are open to everybody, by id."""
    rows = Notice.objects.exclude(state__in=UNSEEN).order_by("id")
    if asked.state is not None:
        rows = rows.filter(state=asked.state)
    if asked.cursor is not None:
        rows = rows.filter(id__gt=asked.cursor)
    found = list(rows[: asked.limit + 1])
    more = found[asked.limit - 1].id if len(found) > asked.limit else None
    return as_json({"notices": [_notice(row) for row in found[: asked.limit]], "next": more})


@router.get("/notices/{notice}", response={200: NoticeOut, **documented()}, operation_id="notice")
def notice(request: HttpRequest, notice: NoticeId) -> HttpResponse:
    """A notice."""
    return as_json(_notice(seen(notice)))


@router.get("/notices/{notice}/objects", response={200: ObjectPage, **documented()}, operation_id="objects")
def objects(request: HttpRequest, asked: Query[Objects], notice: NoticeId) -> HttpResponse:
    """Objects of the plan on notice: parcels, areas, facilities, clauses, rules."""
    version = _version(notice)
    rows = PlanObject.objects.filter(version=version).order_by("id")
    if asked.layer is not None:
        rows = rows.filter(layer=asked.layer)
    if asked.search is not None:
        rows = rows.filter(words__contains=folded(asked.search))
    if asked.bbox is not None:
        min_x, min_y, max_x, max_y = (float(part) for part in asked.bbox.split(","))
        rows = rows.filter(min_x__lte=max_x, max_x__gte=min_x, min_y__lte=max_y, max_y__gte=min_y)
    if asked.cursor is not None:
        rows = rows.filter(id__gt=asked.cursor)
    return as_json(_collection(rows, asked.limit, _crs(version)))


@router.get(
    "/notices/{notice}/objects/{layer}/{any_id:id}",
    response={200: ObjectOut, **documented()},
    operation_id="object",
)
def one_object(
    request: HttpRequest,
    notice: NoticeId,
    layer: Layer,
    id: ObjectId,  # noqa: A002
) -> HttpResponse:
    """One object of the plan on notice."""
    row = PlanObject.objects.filter(version=_version(notice), layer=layer, object=id).first()
    if row is None:
        raise Refused("not_found")
    return as_json(_feature(row))


@router.get(
    "/notices/{notice}/verdicts", response={200: VerdictPage, **documented()}, operation_id="verdicts"
)
def verdicts(request: HttpRequest, asked: Query[Verdicts], notice: NoticeId) -> HttpResponse:
    """What the rules say of the plan on notice."""
    version = _version(notice)
    result = PlanVersion.objects.values_list("document", flat=True).get(pk=version.pk).get("result", {})
    found = [
        verdict for verdict in result.get("verdicts", [])
        if asked.rule in (None, verdict["rule"]) and asked.outcome in (None, verdict["outcome"])
    ]  # fmt: skip
    end = asked.cursor + asked.limit
    return as_json({
        "content_hash": version.content_hash, "on": result.get("on"), "verdicts": found[asked.cursor : end],
        "next": end if end < len(found) else None,
    })  # fmt: skip


def _notice(row: Notice) -> dict[str, Any]:
    said, opened = standing_of(row), row.opened
    plan = opened.get("plan", {})
    return {
        **{key: said[key] for key in ("id", "title", "state", "running", "days_left", "period")},
        "round": row.round,
        "authority": opened.get("authority"),
        "publication": opened.get("publication") or "none",
        "plan_id": plan.get("id"),
        "content_hash": plan.get("content_hash"),
        "synthetic": opened.get("synthetic", plan.get("synthetic")),
        "wants": list(opened.get("wants", [])),
    }


def _version(notice: str) -> PlanVersion:
    """The plan that the notice shows, without its large document."""
    row = seen(notice)
    found = PlanVersion.objects.defer("document").filter(notice=row, round=row.round).first()
    if found is None:
        raise Refused("not_found")
    return found


def crs_of(notice: str) -> str:
    """The system of the coordinates of the plan on notice."""
    return _crs(_version(notice))


def _crs(version: PlanVersion) -> str:
    found = PlanVersion.objects.filter(pk=version.pk).values_list("document__crs", flat=True).get()
    return str(found or "local")


def _collection(rows: QuerySet[PlanObject], limit: int, crs: str) -> dict[str, Any]:
    found = list(rows[: limit + 1])
    return {
        "type": "FeatureCollection",
        "crs": crs,
        "features": [_feature(row) for row in found[:limit]],
        "next": found[limit - 1].pk if len(found) > limit else None,
    }


def _feature(row: PlanObject) -> dict[str, Any]:
    from shapely import from_wkb, to_geojson  # noqa: PLC0415 (only here)

    box = (row.min_x, row.min_y, row.max_x, row.max_y)
    return {
        "type": "Feature",
        "id": row.object,
        "layer": row.layer,
        "title": row.title,
        "geometry": None if row.wkb is None else json.loads(to_geojson(from_wkb(bytes(row.wkb)))),
        "bbox": None if row.min_x is None else list(box),
        "properties": row.properties,
    }
