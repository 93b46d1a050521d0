"""What an opinion is about: objects, clauses and rules of the plan on notice, found and named."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from django.db.models import Q

from blockplan import figures
from blockplan.datums import DATUMS
from blockplan.notice.intake.coordinates import near_enough
from blockplan.notice.intake.geometry_in import NoticeArea, take_geometry
from blockplan.notice.intake.places import KIND_COLUMN, NEAR_M, PLACES, PlaceIndex, PlaceRow, words_of
from blockplan.notice.intake.texts_in import folded
from blockplan.portal.plans.models import PlanObject, PlanVersion
from blockplan.portal.plans.places import whereabouts
from blockplan.portal.visible_notices import version_of
from blockplan.portal.words import say
from blockplan.texts import pick, shortened
from blockplan.units import M2_PER_HA

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from django.db.models import QuerySet

    from blockplan.notice.intake.coordinates import TypedPlace
    from blockplan.notice.intake.places import PlaceCandidate
    from blockplan.portal.record.models import Notice

MOST_HITS = 12
#: Smaller areas are said in m2.
LEAST_HA = 0.1
#: Layers whose objects have words of their own rather than a name.
CLAUSES = "statements"
#: Layers whose objects people know by words; their ids are for programs.
BY_WORDS = frozenset({"rules"})


@dataclass(frozen=True, slots=True)
class Meant:
    """What somebody may mean: objects to choose from, and a place where coordinates were typed."""

    hits: list[dict[str, Any]]
    place: dict[str, Any] | None = None


def find(row: Notice, sought: str, datum: str = "") -> Meant:
    """
    Objects and clauses that hold what is sought, those called so first; or the place of typed coordinates or
    of a drawing (GeoJSON).

    Raises
    ------
    IntakeError
        If it is too long, coordinates that cannot be turned into the plan's, a place that lies farther
        outside the plan than one may, or no drawing that is taken.
    """
    if sought.lstrip().startswith("{"):
        return _drawn(index_of(row), sought, datum)
    words = folded(sought)
    if not words:
        return Meant([])
    found = index_of(row).find(sought, datum if datum in DATUMS else None)
    near = _near(found.candidates)
    if found.typed is not None:
        near_enough(found.typed)
        return Meant(near, _place(found.typed))
    holding = _objects(row).filter(Q(object__iexact=sought.strip()) | Q(words__contains=words))
    every = {(hit["layer"], hit["id"]): hit for hit in near}
    for one in holding.order_by("layer", "object")[:MOST_HITS]:
        every.setdefault((one.layer, one.object), _said(one))
    return Meant(list(every.values())[:MOST_HITS])


def _near(candidates: Iterable[PlaceCandidate]) -> list[dict[str, Any]]:
    return [
        {"layer": one.layer, "id": one.id, "title": dict(one.names), "known": True, "away_m": one.distance_m}
        for one in candidates
    ]


def _drawn(index: PlaceIndex, sought: str, datum: str) -> Meant:
    """A drawing as GeoJSON, and what lies in its middle."""
    import shapely  # noqa: PLC0415 (only a search needs it)

    system: Any = datum if datum in {"wgs84", "plan"} else None
    drawn = take_geometry(sought, index.area, system)
    middle = shapely.point_on_surface(drawn.shape)
    x, y = float(shapely.get_x(middle)), float(shapely.get_y(middle))
    place = {
        "said": {
            "system": drawn.system, "sent": drawn.sent, "datum": drawn.system,
            "plan": [round(x, 2), round(y, 2)],
        },
        "again": sought,
        "kind": drawn.geometry["type"].lower(),
        "near": _streets(index, drawn.shape),
        "geometry": drawn.geometry,
        "outside_m": drawn.outside_m,
        "notes": [dict(note.text) for note in drawn.notes],
        "confirmed": False,
    }  # fmt: skip
    return Meant(_near(index.near(x, y)), place)


def _streets(index: PlaceIndex, shape: Any) -> list[dict[str, str]]:
    """Names of the two streets nearest to a drawing: where it lies, for who does not read coordinates."""
    import shapely  # noqa: PLC0415 (only a search needs it)

    streets = (row for row in index.rows if row.layer == "streets" and row.names and row.wkb is not None)
    return _nearest(shape, ((row.names, shapely.from_wkb(row.wkb)) for row in streets))


def streets_near(version: PlanVersion, shape: Any) -> list[dict[str, str]]:
    """The same for a place in the record."""
    names, tree = _streets_of(version.pk)
    near = sorted(tree.query(shape, predicate="dwithin", distance=NEAR_M).tolist())
    return _nearest(shape, ((names[at], tree.geometries[at]) for at in near))


@lru_cache(maxsize=8)
def _streets_of(version: int) -> tuple[list[dict[str, str]], Any]:
    """Names of the streets of a plan made ready, and where they are."""
    import shapely  # noqa: PLC0415 (only a place in the record needs it)

    rows = PlanObject.objects.filter(version=version, layer="streets", wkb__isnull=False).exclude(title={})
    found = list(rows.order_by("id").values_list("title", "wkb"))
    return [title for title, _ in found], shapely.STRtree(
        [shapely.from_wkb(bytes(wkb)) for _, wkb in found if wkb is not None]
    )


def _nearest(shape: Any, streets: Iterable[tuple[Mapping[str, str], Any]]) -> list[dict[str, str]]:
    import shapely  # noqa: PLC0415 (only a search needs it)

    named = [(float(shapely.distance(shape, street)), names) for names, street in streets]
    nearest = (dict(names) for away, names in sorted(named, key=lambda one: one[0]) if away <= NEAR_M)
    return list({pick(names, "zh"): names for names in nearest}.values())[:2]


def drawn_in_words(place: Mapping[str, Any], lang: str) -> str:
    """A drawing in words: what it is, how large, near which streets."""
    said = [say(f"opinion.drawn_kind.{place['kind']}", lang)]
    if size := drawn_size(place["geometry"], lang):
        said.append(size)
    if near := [pick(names, lang) for names in place.get("near", ())]:
        said.append(say("opinion.drawn_near", lang, names=say("opinion.drawn_and", lang).join(near)))
    return say("opinion.drawn_between", lang).join(said)


def place_in_words(row: Notice, said: Mapping[str, Any], lang: str) -> str:
    """The place that the words of an opinion carry (``geometry``), in words; nothing where they have none."""
    drawn = said.get("geometry")
    if not drawn:
        return ""
    from shapely.geometry import shape  # noqa: PLC0415 (only opinions with a place need it)

    version = version_of(row)
    # Streets are those of the plan that the opinion is about.
    of_plan = version is not None and said.get("round") == version.round
    near = streets_near(version, shape(dict(drawn))) if version is not None and of_plan else []
    return drawn_in_words({"geometry": drawn, "kind": drawn["type"].lower(), "near": near}, lang)


def drawn_size(geometry: Mapping[str, Any], lang: str) -> str:
    """How large an area or how long a line is; nothing of a point."""
    from shapely.geometry import shape  # noqa: PLC0415 (only a search needs it)

    drawn = shape(dict(geometry))
    if drawn.area >= LEAST_HA * M2_PER_HA:
        return figures.amount(drawn.area / M2_PER_HA, "ha", lang)
    if drawn.area:
        return figures.amount(_by_hand(drawn.area), "m2", lang)
    return figures.amount(_by_hand(drawn.length), "m", lang) if drawn.length else ""


def _by_hand(size: float) -> float:
    """A size to whole units, as the map says it while somebody draws: no hand draws finer."""
    return round(size) or size


def _place(typed: TypedPlace) -> dict[str, Any]:
    """Typed coordinates for the record: as they were typed, as converted, and as a point of the plan."""
    return {
        "said": typed.log(),
        "geometry": point_of(typed),
        "outside_m": typed.outside_m,
        "notes": [dict(note.text) for note in typed.notes],
        "confirmed": False,
    }


def point_of(typed: TypedPlace) -> dict[str, Any]:
    """A typed place as a point of the plan, to the centimetre."""
    return {"type": "Point", "coordinates": [round(typed.x, 2), round(typed.y, 2)]}


def index_of(row: Notice) -> PlaceIndex:
    """The places of the plan on notice."""
    version = version_of(row)
    return _index(0 if version is None else version.pk)


@lru_cache(maxsize=4)
def _index(version: int) -> PlaceIndex:
    """The places of a plan that is on notice, which changes no more; made at the first search."""
    import shapely  # noqa: PLC0415 (only a search needs it)

    objects = PlanObject.objects.filter(version=version, layer__in=PLACES).order_by("id")
    rows = [
        PlaceRow(
            one.layer, one.object, one.title, None if one.wkb is None else bytes(one.wkb), further_words(one)
        )
        for one in objects.iterator()
    ]
    land = [shapely.from_wkb(row.wkb) for row in rows if row.layer == "parcels" and row.wkb is not None]
    crs = PlanVersion.objects.filter(pk=version).values_list("document__crs", flat=True).first()
    return PlaceIndex(rows, NoticeArea(crs or "local", shapely.to_wkb(shapely.union_all(land))))


def further_words(one: PlanObject) -> str:
    """What an object is found by beside its number and names."""
    said = one.properties
    return words_of(one.layer, said.get("townships"), said.get(KIND_COLUMN.get(one.layer, "")))


def named(row: Notice, targets: Sequence[Mapping[str, str]]) -> list[dict[str, Any]]:
    """Targets with their names; ``known`` is False where the plan on notice has no such thing."""
    wanted = Q(pk__in=[])
    for target in targets:
        wanted |= Q(layer=target["layer"], object=target["id"])
    found = {(one.layer, one.object): _said(one) for one in _objects(row).filter(wanted)} if targets else {}
    return [
        found.get((target["layer"], target["id"]))
        or {"layer": target["layer"], "id": target["id"], "title": "", "known": False}
        for target in targets
    ]


def _objects(row: Notice) -> QuerySet[PlanObject]:
    return PlanObject.objects.filter(version=version_of(row)).only("layer", "object", "title", "properties")


def _said(one: PlanObject) -> dict[str, Any]:
    said = {lang: one.properties.get(f"text_{lang}") for lang in ("zh", "en", "ja")}
    text = {lang: words for lang, words in said.items() if words} if one.layer == CLAUSES else one.title
    return {"layer": one.layer, "id": one.object, "title": text, "known": True}


def in_words(target: Mapping[str, Any], lang: str, longest: int = 80) -> dict[str, Any]:
    """A target with ``kind`` and ``words`` (its name, or the beginning of its text), as a page says them."""
    words = pick(target["title"], lang)
    in_full = target["layer"] in BY_WORDS and words
    return {
        **target,
        "value": f"{target['layer']}:{target['id']}",
        "number": "" if in_full else target["id"],
        "kind": said_or(f"opinion.layer.{target['layer']}", target["layer"], lang),
        "words": shortened(words, longest),
    }


def placed(row: Notice, targets: Sequence[Mapping[str, Any]], lang: str) -> list[dict[str, Any]]:
    """Targets `in_words`, and ``where`` they lie: the number of a parcel says nothing to who lives there."""
    version = version_of(row)
    return [
        in_words(one, lang)
        | {"where": whereabouts(version, one["layer"], one["id"], lang, use=True) if version else ""}
        for one in targets
    ]


def said_or(key: str, otherwise: str, lang: str) -> str:
    """The words of a key; something else where an office has a name of its own that no list knows."""
    try:
        return say(key, lang)
    except (KeyError, TypeError):
        return otherwise
