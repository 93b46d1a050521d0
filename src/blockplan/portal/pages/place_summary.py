"""A place in words: the land it lies on, what may be built next door, what is planned within 500 m."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from blockplan.errors import UsageError
from blockplan.notice.state import TAKES_OPINIONS
from blockplan.portal.pages import common
from blockplan.portal.pages.plan_sections import kind_of, of_object
from blockplan.portal.plans.places import places_of, whereabouts
from blockplan.portal.plans.prepare import LAYERS
from blockplan.portal.record import register
from blockplan.portal.words import BETWEEN, say
from blockplan.texts import pick

if TYPE_CHECKING:
    from blockplan.portal.plans.models import PlanVersion
    from blockplan.portal.record.models import Notice
    from blockplan.report.public.place_records import Neighbour, ParcelRecord, PlannedUse
    from blockplan.report.public.surroundings import Around, Near

#: Layers of which a place can be had.
LEADS = frozenset(LAYERS)
#: Parcels along a street lie this near to its line (m), those at a stop, facility or green this near.
ALONG_M, AT_M = 60.0, 200.0
MOST_ALONG, MOST_AT = 60, 12
#: So many parcels next door are shown at once: most parcels have no more.
NEXT_DOOR = 8
#: So many uses that land may also have are named; its own page names all.
MOST_USES = 3
STOREY_M = 3.0
RAIL = ("subway", "rail", "tram")


def at(row: Notice, version: PlanVersion, x: float, y: float, lang: str) -> dict[str, Any]:
    """What is said of a point of the plan (m), for page and map alike."""
    from blockplan.report.public import surroundings  # noqa: PLC0415 (with it come pandas and shapely)

    return _said(row, version, surroundings.at(places_of(version), x, y), lang)


def of(row: Notice, version: PlanVersion, layer: str, id_: str, lang: str) -> dict[str, Any] | None:
    """The same of an object: a parcel where it lies, a street with the parcels at it; None if none."""
    from blockplan.report.public import surroundings  # noqa: PLC0415

    places = places_of(version)
    if layer == "parcels":
        try:
            record = places.parcel(id_)
        except UsageError:
            return None
        if record.x is None or record.y is None:
            return None
        return at(row, version, record.x, record.y, lang)
    try:
        known = layer in LEADS and places.record(kind_of(layer), id_)
    except UsageError:
        return None
    if not known:
        return None
    name = pick(places.index.name(layer, id_), lang) or id_
    reach = (ALONG_M, MOST_ALONG) if layer == "streets" else (AT_M, MOST_AT)
    found = surroundings.beside(places, layer, id_, *reach)
    return {
        "title": name,
        "sub": kind_said(layer, lang),
        "about": f"{layer}:{id_}",
        "at": None,
        "href": common.place(lang, row.id, about=f"{layer}:{id_}"),
        "object": common.object_(lang, row.id, layer, id_),
        "write": _write(row, lang, layer, id_),
        "sentence": "", "notes": [], "beside": [], "next_door": NEXT_DOOR, "within": None, "reached": None,
        "near": [_parcel_near(row, version, one, lang) for one in found],
        "near_title": say("here.parcels_at", lang),
        "opinions": _opinions(row, lang, layer, id_),
    }  # fmt: skip


def _said(row: Notice, version: PlanVersion, around: Around, lang: str) -> dict[str, Any]:
    parcel = around.parcel
    own = None if parcel is None else ("parcels", parcel.id)
    here = f"parcels:{parcel.id}" if parcel else ""
    point = f"{around.x:.2f},{around.y:.2f}"
    title, number = _title(around, lang), parcel_said(parcel.id, lang) if parcel else ""
    area = pick(around.area.name, lang) if around.area else ""
    return {
        "title": title,
        "sub": BETWEEN.join(filter(None, ("" if number == title else number, area))),
        "about": here,
        "at": [around.x, around.y],
        "href": common.place(lang, row.id, **({"about": here} if here else {"at": point})),
        "object": common.object_(lang, row.id, *own) if own else None,
        "write": _write(row, lang, *own) if own else _write(row, lang),
        "sentence": _sentence(parcel, lang) if parcel else say("here.no_parcel", lang),
        "notes": [],
        "beside": _beside(row, around, lang),
        "next_door": NEXT_DOOR,
        "within": _within(row, version, around, lang),
        "reached": _reached(version, parcel, lang),
        "near": [_parcel_near(row, version, one, lang) for one in around.near],
        "near_title": say("here.near", lang),
        "opinions": _opinions(row, lang, *own) if own else None,
    }  # fmt: skip


def _title(around: Around, lang: str) -> str:
    names = [pick(link.name, lang) for link in around.streets]
    if len(names) == 2:
        return say("here.crossing", lang, one=names[0], other=names[1])
    if names:
        return say("here.at", lang, one=names[0])
    return parcel_said(around.parcel.id, lang) if around.parcel else say("here.spot", lang)


def _sentence(parcel: ParcelRecord, lang: str) -> str:
    """The land in one sentence: use, height, floor area ratio, green, and what it is today."""
    from blockplan.report.words import Words  # noqa: PLC0415

    words, figures, kinds = Words(lang), parcel.figures, parcel.kinds
    if parcel.planned.code is None:
        said = [say("here.unknown_use", lang)]
    else:
        said = [say("here.planned", lang, use=use_said(parcel.planned, lang))]
    if figures["height_m"]:
        said.append(height_said(figures["height_m"], lang, kinds["height_kind"]))
    if figures["far"]:
        key = _bounded("here.far", kinds["far_kind"], usual="upper")
        said.append(say(key, lang, far=words.amount(figures["far"], "far")))
    if figures["green_ratio"]:
        key = _bounded("here.green", kinds["green_kind"], usual="lower")
        said.append(say(key, lang, share=words.share(figures["green_ratio"])))
    whole = say("here.join", lang).join(said) + say("here.stop", lang)
    if parcel.today.code is not None:
        whole += (" " if lang == "en" else "") + say("here.today", lang, use=use_said(parcel.today, lang))
    return whole


def _bounded(key: str, kind: str | None, *, usual: str) -> str:
    """Of the words of a figure, those for what it bounds; the number of a range is its `usual` end."""
    return key if kind in {None, usual, "range"} else f"{key}_{kind}"


def height_said(height_m: float, lang: str, kind: str | None, *, short: bool = False) -> str:
    """How high one may build, and the storeys that this makes; how they are counted is said once a page."""
    own = _bounded("here.height", kind, usual="upper")
    if own != "here.height":
        return say(own, lang, metres=metres(height_m, lang))
    storeys = int(height_m // STOREY_M)
    key = "here.low" if storeys <= 1 else "here.high" if short else "here.height"
    return say(key, lang, metres=metres(height_m, lang), n=storeys)


def _beside(row: Notice, around: Around, lang: str) -> list[dict[str, Any]]:
    if around.parcel is None:
        return []
    from blockplan.report.public.surroundings import STREETS  # noqa: PLC0415

    plots = [one for one in around.parcel.neighbours if one.planned.code != STREETS]
    plots.sort(key=lambda one: (one.across, -(one.edge_m or 0.0), one.gap_m))
    return [
        {
            "side": _side(around.sides.get(one.parcel.id, ""), lang),
            "colour": colour_of(one.planned),
            "code": one.planned.code or "",
            "use": use_said(one.planned, lang) or say("here.unknown_use", lang),
            "said": _build_said(one, lang),
            "way": _way(one, lang),
            "href": common.place(lang, row.id, about=f"parcels:{one.parcel.id}"),
        }
        for one in plots
    ]


def _build_said(one: Neighbour, lang: str) -> str:
    height = one.height_m and height_said(one.height_m, lang, one.height_kind, short=True)
    said = [height or say("here.no_build", lang)]
    if one.permitted:
        names = list(dict.fromkeys(use_said(use, lang) for use in one.permitted))
        key = "here.or" if len(names) <= MOST_USES else "here.or_more"
        uses = ("、" if lang != "en" else ", ").join(names[:MOST_USES])
        said.append(say(key, lang, uses=uses, n=len(names)))
    return say("here.join", lang).join(said)


def _way(one: Neighbour, lang: str) -> str:
    if not one.across:
        return ""
    street = pick(one.street.name, lang) if one.street else ""
    return say("here.across", lang, street=street) if street else say("here.across_any", lang)


def _within(row: Notice, version: PlanVersion, around: Around, lang: str) -> dict[str, Any]:
    from blockplan.report.public.surroundings import WITHIN_M, tells_goals  # noqa: PLC0415

    radius = metres(WITHIN_M, lang)
    nothing = "here.nothing_within" if tells_goals(places_of(version)) else "here.nothing_stated"
    tallest = around.tallest
    said = ""
    if tallest is not None and tallest.planned is not None and tallest.height_m:
        said = say(
            "here.tallest", lang, metres=radius, height=metres(tallest.height_m, lang),
            use=use_said(tallest.planned, lang), side=_side(tallest.side, lang),
        )  # fmt: skip
    return {
        "title": say("here.within", lang, metres=radius),
        "metres": WITHIN_M,
        "none": "" if around.within else say(nothing, lang, metres=radius),
        "rows": [_goal(row, one, lang, WITHIN_M) for one in around.within],
        "tallest": said,
    }


def _goal(row: Notice, one: Near, lang: str, limit_m: float) -> dict[str, Any]:
    kind = goal_said(one, lang)
    known = one.status in {"existing", "planned"}
    return {
        "sign": mark_of(one, lang),
        "name": pick(one.link.name, lang) or kind,
        "kind": kind if one.link.name else "",
        "status": say(f"here.status.{one.status}", lang) if known else "",
        "metres": metres(one.metres, lang) if one.metres else say("here.inside", lang),
        "share": min(100, round(100 * one.metres / limit_m)),
        "href": common.object_(lang, row.id, one.layer, one.link.id),
    }


def goal_said(one: Near, lang: str) -> str:
    """What kind of thing one goes to."""
    from blockplan.report.words import Words  # noqa: PLC0415

    if one.kind == "green":
        return say("here.goal.green", lang)
    if one.layer == "stops":
        return say("here.goal.station" if _is_station(one) else "here.goal.bus", lang)
    return Words(lang).or_else(f"service.{one.kind}", one.kind)


def mark_of(one: Near, lang: str) -> str:
    """One character for a kind of thing, as our maps have it."""
    from blockplan.report.words import Words  # noqa: PLC0415

    if one.kind == "green":
        return say("here.mark.green", lang)
    if one.layer == "stops":
        return say("here.mark.station" if _is_station(one) else "here.mark.bus", lang)
    return Words(lang).or_else(f"mark.{one.kind}", "·")


def _is_station(one: Near) -> bool:
    return one.layer == "stops" and any(mode.strip() in RAIL for mode in one.kind.split(","))


def _reached(version: PlanVersion, parcel: ParcelRecord | None, lang: str) -> dict[str, Any] | None:
    """The nearest of each kind before and after, as the parcel's own page has it."""
    if parcel is None:
        return None
    _, parts = of_object(version, "parcels", parcel.id, lang)
    part = next((part for part in parts if part.id == "reached"), None)
    if part is None:
        return None
    rows = part.grid.lines if part.grid else ()
    return {
        "title": say("here.reached", lang),
        "sentences": list(part.sentences),
        "heads": list(part.grid.heads) if part.grid else [],
        "rows": [[(cell.head, cell.said) for cell in cells] for cells in rows],
    }


def _parcel_near(row: Notice, version: PlanVersion, one: Near, lang: str) -> dict[str, Any]:
    where = whereabouts(version, "parcels", one.link.id, lang)
    height = "" if one.height_m is None else height_said(one.height_m, lang, one.height_kind, short=True)
    return {
        "name": (one.planned and use_said(one.planned, lang)) or parcel_said(one.link.id, lang),
        "id": one.link.id,
        "said": BETWEEN.join(filter(None, (height, where))),
        "colour": colour_of(one.planned),
        "metres": metres(one.metres, lang) if one.metres else say("here.inside", lang),
        "side": _side(one.side, lang) if one.metres else "",  # what one stands on lies to no side
        "href": common.place(lang, row.id, about=f"parcels:{one.link.id}"),
    }


def _opinions(row: Notice, lang: str, layer: str, id_: str) -> dict[str, Any] | None:
    n = register.count_about(row, layer, id_)
    if not n:
        return None
    key = "notice.opinions_n_one" if n == 1 else "notice.opinions_n"
    return {"said": say(key, lang, n=n), "href": common.opinions(lang, row.id, f"{layer}:{id_}")}


def _write(row: Notice, lang: str, *about: str) -> str | None:
    return common.write(lang, row.id, *about) if row.state in TAKES_OPINIONS else None


def kind_said(layer: str, lang: str) -> str:
    """What an object of a layer is called."""
    return say(f"plan.kind_of.{layer}", lang)


def use_said(use: PlannedUse, lang: str) -> str:
    """A land use by name; its code where no list knows it, "" where the plan says none."""
    return pick(use.name, lang) or use.code or ""


def colour_of(use: PlannedUse | None) -> str:
    """The fill of a use on our maps."""
    from blockplan.plan import landuse  # noqa: PLC0415
    from blockplan.plan.model.codes import LISTS, UNKNOWN_COLOUR  # noqa: PLC0415

    known = use is not None and use.code is not None and use.list_name in LISTS
    return landuse(use.list_name).colour(use.code) if known and use is not None else UNKNOWN_COLOUR


def parcel_said(id_: str, lang: str) -> str:
    """A parcel by its number."""
    return say("here.parcel", lang, id=id_)


def _side(side: str, lang: str) -> str:
    return say(f"here.side.{side}", lang) if side else ""


def metres(value: float, lang: str) -> str:
    """A length with its unit, to the metre."""
    from blockplan.report.words import Words  # noqa: PLC0415

    words = Words(lang)
    return words.with_unit(words.number(value, 1 if value < 10 else 0), "m")
