"""Where something is: places found by words and coordinates, and the place that an opinion names or draws."""

from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema
from pydantic import Field

from blockplan.datums import Datum
from blockplan.figures import number
from blockplan.notice.intake.coordinates import near_enough
from blockplan.notice.intake.geometry_in import take_geometry
from blockplan.notice.intake.limits import LIMITS
from blockplan.notice.intake.refusals import IntakeNote
from blockplan.notice.intake.texts_in import made_fit
from blockplan.portal.api.answers import Refused, as_json, documented
from blockplan.portal.api.notices import NoticeId
from blockplan.portal.api.schemas import Strict, Text
from blockplan.portal.lang import wanted
from blockplan.portal.record.models import Notice
from blockplan.portal.submissions import rate_limits, subjects
from blockplan.portal.visible_notices import seen, version_of

router = Router(tags=["notices and plans"])
System = Literal["wgs84", "plan"]
#: As OpenAPI describes it; what is wrong with a geometry is said by `take_geometry`.
GEOMETRY = {
    "description": "one Point, LineString or Polygon as GeoJSON, a Feature or a collection of one; at most "
    f"{LIMITS.geometry_vertices} vertices, at most {number(LIMITS.margin_m, 0)} m outside the plan",
    "examples": [{"type": "Point", "coordinates": [116.41, 39.905]}],
}
Geometry = Annotated[dict[str, Any] | None, Field(json_schema_extra=GEOMETRY)]


class PlaceIn(Strict):
    """A place in words, or coordinates as somebody types them; shown with the opinion where its words are."""

    said: str = Field(
        min_length=1,
        max_length=LIMITS.line_characters,
        description="an address, a name, the number of a parcel; or coordinates, as in the form",
    )
    datum: Datum | None = Field(
        None, description="which the coordinates carry; null: WGS 84 for degrees, else the plan's"
    )


class Places(Schema):
    """What is sought: an address, a name, the number of a parcel, or coordinates with their datum."""

    search: str = Field(min_length=1, max_length=LIMITS.line_characters)
    datum: Datum | None = None


class CandidateOut(Schema):
    """An object of the plan that may be meant; pass layer and id as a target of an opinion."""

    layer: str
    id: str
    title: Text
    ids: list[str] = Field(description="all objects of this name in the layer: a street comes in pieces")
    score: float | None = Field(description="for words: 1 is the number or the whole name")
    distance_m: float | None = Field(description="for coordinates: 0 where they lie in it")


class PlacesOut(Schema):
    """Objects that may be meant, the likeliest first; `place` where coordinates were given."""

    candidates: list[CandidateOut]
    place: dict[str, Any] | None = Field(description="as typed and as converted")
    geometry: dict[str, Any] | None = Field(description="the place as a point in the plan's coordinates")
    outside_m: float | None = Field(description="distance of the place from the plan, in m; 0 inside")
    notes: list[str] = Field(description="what was assumed, in the language asked for")


@router.get("/notices/{notice}/places", response={200: PlacesOut, **documented(429)}, operation_id="places")
def places(request: HttpRequest, asked: Query[Places], notice: NoticeId) -> HttpResponse:
    """Objects that a text about a place may mean, as the form finds them; coordinates with what is near."""
    row = seen(notice)
    if version_of(row) is None:
        raise Refused("not_found")
    wait_s = rate_limits.wait("search", request, notice)
    if wait_s:
        raise rate_limits.BusyError(wait_s)
    found = subjects.index_of(row).find(made_fit(asked.search)[0], asked.datum)
    typed = found.typed
    return as_json({
        "candidates": [
            {"layer": one.layer, "id": one.id, "title": dict(one.names), "ids": list(one.ids),
             "score": one.score, "distance_m": one.distance_m}
            for one in found.candidates
        ],
        "place": typed and typed.log(),
        "geometry": typed and subjects.point_of(typed),
        "outside_m": found.outside_m,
        "notes": told(typed.notes if typed else (), request),
    })  # fmt: skip


def placed(
    row: Notice, place: PlaceIn | None, geometry: dict[str, Any] | None, system: System | None
) -> tuple[dict[str, Any], tuple[IntakeNote, ...]]:
    """
    What an opinion's payload says of a place, and what was changed or assumed on the way in.

    Raises
    ------
    IntakeError
        If the geometry is none that is taken, the coordinates are no place, or either lies too far off.
    Refused
        If both give coordinates, or the plan is not there to place them in.
    """
    if place is None and geometry is None:
        return {}, ()
    text = "" if place is None else " ".join(made_fit(place.said)[0].split())
    more: dict[str, Any] = {"place": {"said": text}} if text else {}
    notes: tuple[IntakeNote, ...] = ()
    if version_of(row) is None:
        if geometry is not None:
            raise Refused("not_valid", "body.geometry: the plan is not ready")
        return more, ()
    index = subjects.index_of(row)
    typed = index.find(text, place.datum if place else None).typed if text else None
    if typed is not None:
        if geometry is not None:
            raise Refused("not_valid", "body.place, body.geometry: coordinates in one of them")
        near_enough(typed)
        more, notes = {"place": typed.log(), "geometry": subjects.point_of(typed)}, typed.notes
    if geometry is not None:
        drawn = take_geometry(geometry, index.area, system)
        more["geometry"], notes = drawn.geometry, drawn.notes
        if drawn.system != "plan":
            more["place"] = {**more.get("place", {}), "system": drawn.system, "sent": drawn.sent}
    return more, notes


def told(notes: tuple[IntakeNote, ...], request: HttpRequest) -> list[str]:
    """Notes in the language asked for."""
    return [note.said(wanted(request.headers.get("Accept-Language", ""))) for note in notes]
