"""Greens and their entrances: of which kind they are, who may enter, and into which green a gate leads."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import shapely

from blockplan.exchange.office import features
from blockplan.exchange.office.mapping import IGNORED
from blockplan.exchange.office.messages import Message, joined, worded
from blockplan.exchange.office.rows import PLACE, about_row
from blockplan.exchange.office.source import Findings, SourceFinding
from blockplan.exchange.office.values import text_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from blockplan.exchange.office.features import Chosen
    from blockplan.exchange.office.mapping import LayerChoice
    from blockplan.exchange.office.profile import Profile
    from blockplan.exchange.office.rows import Row
    from blockplan.exchange.office.source import SourceLayer

#: Words of a kind -> the kind that rules know; "" keeps it as written, so that it counts as no public green.
KINDS = (
    (r"=|防护|生产|附属|宅旁|道路绿|广场|墓|protective|buffer|verge|cemetery|\bcar park|business park", ""),
    (r"公园|游园|街头绿地|公共绿地|公園|\bparks?\b|parkanlage|\bparcs?\b|^(?:G1\d?|1401)$", "park"),
    (r"花园|植物园|庭園|\bgardens?\b|gärten|garten|\bjardins?\b", "garden"),
    (r"自然保护|自然保護|nature.?reserve|naturschutz|réserve naturelle", "nature_reserve"),
    (r"森林|林地|\bforest|\bwoods?\b|woodland|wald\b|\bforêts?\b|\bbois\b", "forest"),
    (r"village.?green", "village_green"), (r"recreation.?ground", "recreation_ground"),
)  # fmt: skip
#: Words on who may enter -> as OpenStreetMap says it; `private` and `no` shut the public out.
ACCESS = (
    (r"^(?:no|否|不|false|0|无|n|nein|non|非公開)$|不开放|不对|非公开|禁止|nicht |non ouvert|closed", "no"),
    (r"私|专用|專用|内部|业主|専用|priva|privé", "private"),
    (r"^(?:yes|是|true|1|y|ja|oui|open)$|开放|開放|公共|公众|对外|公開|public|öffentlich|permissive", "yes"),
)
#: Kinds that rules count as public green; one that says no kind counts as a park.
PUBLIC = frozenset(kind for _, kind in KINDS if kind)
SHUT = frozenset({"no", "private"})
#: Kinds of which the land is woodland too.
WOODS = ("forest", "landuse=forest", "natural=wood")
#: A green of which this share lies on green parcels is those parcels.
SAME_SHARE = 0.9
#: An entrance leads into the green whose edge is nearest, within so many m; one within the second is told.
EDGE_M = 5.0
NEAR_M = 30.0
#: A point so near to the outline of a building, and nearer than to a green, is a door of it, m.
DOOR_M = 1.0
#: A point so near to a stop is an entrance of the station, m.
STATION_M = 20.0
#: Edges that are as near as this to each other are equally near, m.
EQUAL_M = 0.01
#: Of a name that says of what its gates are, nothing needs to be found out.
_GREEN = re.compile(
    r"公园|绿地|游园|公園|緑地|green|\bparks?(?:$|\W|_)|park(?:ent|gat|acc|ein|zug)|garden|vert|jardin|parc",
    re.IGNORECASE,
)
#: Land uses of parcels, as offices write them, on which a gate may be one of a green.
_GREEN_USE = re.compile(r"^(?:G|140)\d|公园|绿地|公園|緑地|\bparks?\b|\bgardens?\b", re.IGNORECASE)
_NO_ENTRANCE = re.compile(r"crossing|人行横道|过街", re.IGNORECASE)


def greens(layers: list[Chosen], profile: Profile, findings: Findings) -> gpd.GeoDataFrame:
    """
    The layer ``greens``; what its kinds and its access leave open is told, and stays unknown.

    Examples
    --------
    >>> [features.word(KINDS, one) for one in ("社区公园", "防护绿地", "Public park", "leisure=park")]
    ['park', None, 'park', None]
    >>> [features.word(ACCESS, one) for one in ("对外开放", "不开放", "小区专用", "限时")]
    ['yes', 'no', 'private', None]
    """
    drawn = [
        (row, shapely.union_all(parts))
        for row, shape in features.outlines(layers, profile, findings, worded("greens"))
        if (parts := [one for one in shapely.get_parts(shape) if one.geom_type == "Polygon" and one.area])
    ]
    rows = [row for row, _ in drawn]
    made = [
        {"green_id": id_, "kind": _kind(row), "access": _access(row)}
        for row, id_ in zip(rows, features.unique(rows, "green_id", "G"), strict=True)
    ]
    frame = features.framed(rows, [shape for _, shape in drawn], made)
    # (a layer without any row still has its columns)
    return frame if len(frame) else gpd.GeoDataFrame({"green_id": [], "kind": [], "access": []}, geometry=[])


def _kind(row: Row) -> str | None:
    return features.word(KINDS, row.get("kind")) or row.get("kind")


def _counts(kind: str | None) -> bool:
    return kind is None or kind.rpartition("=")[2] in PUBLIC


def _access(row: Row) -> str | None:
    return features.word(ACCESS, row.get("access")) or row.get("access")


def woodland(layer: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Greens that are woods, as the layer ``woodland``."""
    rows = layer[layer["kind"].isin(WOODS)]
    return gpd.GeoDataFrame({"id": rows["green_id"], "kind": rows["kind"]}, geometry=rows.geometry)


def greens_beside_parcels(
    made: dict[str, gpd.GeoDataFrame], frame: gpd.GeoDataFrame, findings: Findings
) -> dict[str, str]:
    """
    Leave out greens that are drawn as parcels too, and tell of the others what rules do not know of them.

    Parameters
    ----------
    frame
        The parcels of the plan, with their land use.

    Returns
    -------
    The parcel of each green that was left out, by its id.
    """
    layer = made.get("greens")
    if layer is None or not len(layer):
        made.pop("greens", None)
        return {}
    if len(trees := woodland(layer)):
        made["woodland"] = trees
    parcel = _parcels_of(layer, _green_parcels(frame))
    again = np.array([one is not None for one in parcel], dtype=bool)
    same = dict(zip(layer["green_id"][again], filter(None, parcel), strict=True))
    if same:
        shut = layer[again & layer["access"].isin(SHUT).to_numpy()]["green_id"].tolist()
        message = worded("greens_drawn_as_parcels_too", n=len(same), first=_first(same))
        if shut:
            message += worded("greens_public_may_not_enter", n=len(shut), first=_first(shut))
        findings.append(_about_greens("warning" if shut else "note", message, len(same)))
    made["greens"] = rest = layer[~again].reset_index(drop=True)
    if not len(rest):
        del made["greens"]
    silent = rest[rest["access"].isna()]["green_id"].tolist()
    if silent:
        message = worded("greens_without_access", n=len(silent), total=len(rest), first=_first(silent))
        findings.append(_about_greens("note", message, len(silent), "access"))
    strange = Counter(kind for kind in rest["kind"].dropna() if not _counts(kind))
    if strange:
        named = ", ".join(f"{kind} ({n})" for kind, n in strange.most_common(8))
        named += " …" if len(strange) > 8 else ""
        message = worded("greens_of_uncounted_kinds", n=strange.total(), names=named)
        findings.append(_about_greens("note", message, strange.total(), "kind"))
    return same


def _about_greens(grade: Any, message: Message, count: int, column: str | None = None) -> SourceFinding:
    return SourceFinding("office-green", grade, message, layer="greens", column=column, measured=float(count))


def _first(ids: Any, most: int = 3) -> str:
    """The first few of some ids."""
    names = [*map(str, ids)]
    return ", ".join(names[:most]) + (" …" if len(names) > most else "")


def _green_parcels(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    uses = frame["land_use"].astype("string") if "land_use" in frame else None
    return frame[uses.str.startswith("14").fillna(False).to_numpy(bool)] if uses is not None else frame[:0]


def _parcels_of(layer: gpd.GeoDataFrame, parcels: gpd.GeoDataFrame) -> list[str | None]:
    """The green parcel on which most of each green lies, of those that lie on such parcels nearly whole."""
    shapes, grounds = layer.geometry.to_numpy(), parcels.geometry.to_numpy()
    at, on = shapely.STRtree(grounds).query(shapes, predicate="intersects")
    shared = shapely.area(shapely.intersection(shapes[at], grounds[on]))
    together = np.bincount(at, shared, len(shapes))
    found: list[str | None] = [None] * len(shapes)
    for row in np.flatnonzero(together >= SAME_SHARE * shapely.area(shapes)).tolist():
        there = np.flatnonzero(at == row)
        if len(there):
            found[row] = str(parcels["parcel_id"].iloc[on[there[shared[there].argmax()]]])
    return found


# Entrances


def entrances(
    layers: list[Chosen],
    made: dict[str, gpd.GeoDataFrame],
    frame: gpd.GeoDataFrame,
    same: dict[str, str],
    profile: Profile,
    findings: Findings,
) -> None:
    """
    The layer ``green_entrances`` of `made`: each leads into the green or green parcel that it names, else
    into that whose edge is nearest, within `EDGE_M`; at the edge of two it leads into both.

    Parameters
    ----------
    same
        The parcel of each green that was left out, by its id.
    """
    rows, shapes = features.collect(layers, profile, findings)
    # A gate may be drawn as its sign, or as a line across the way in.
    shapes = [one if one.geom_type in {"Point", "MultiPoint"} else one.centroid for one in shapes]
    places, own = _green_places(made.get("greens"), _green_parcels(frame))
    named = _NamedGreens(made.get("greens"), same, frame)
    doors = _edges(made.get("buildings"))
    found: list[tuple[Row, Any, dict[str, str | None]]] = []
    lost: Counter[str] = Counter()
    for row, shape, id_ in zip(rows, shapes, features.unique(rows, "entrance_id", "E"), strict=True):
        given = named.of(row)
        near, away = _nearest(places, shape)
        if _access(row) in SHUT or _NO_ENTRANCE.search(text_of(row.get("kind"))):
            lost["entrances_shut"] += 1
        elif given is not None:
            found.append((row, shape, _record(id_, given)))
        elif _nearest(doors, shape)[1] <= min(DOOR_M, away):
            lost["entrances_are_doors"] += 1
        elif away <= EDGE_M:
            ids = [id_] if len(near) == 1 else [f"{id_}-{own[at][1]}" for at in near]
            found += [(row, shape, _record(one, own[at])) for one, at in zip(ids, near, strict=True)]
        elif away <= NEAR_M:
            findings.append(_near_miss(row, shape, own[near[0]][1], away))
        else:
            lost["entrances_on_no_green"] += 1
    if lost:
        findings.append(_not_into_greens(layers[0][0], lost, len(rows)))
    if found:
        made["green_entrances"] = features.framed(
            [row for row, *_ in found], [shape for _, shape, _ in found], [record for *_, record in found]
        )


class _NamedGreens:
    """Greens and parcels as entrances name them."""

    def __init__(
        self, greens: gpd.GeoDataFrame | None, same: dict[str, str], frame: gpd.GeoDataFrame
    ) -> None:
        self.greens = {} if greens is None else {id_: ("green_id", str(id_)) for id_ in greens["green_id"]}
        self.greens |= {green: ("parcel_id", parcel) for green, parcel in same.items()}
        self.parcels = set(frame["parcel_id"])

    def of(self, row: Row) -> tuple[str, str] | None:
        """Column and id of the green or parcel that a row names; None where there is no such one."""
        found = self.greens.get(row.get("green_id"))
        parcel = row.get("parcel_id")
        return ("parcel_id", str(parcel)) if found is None and parcel in self.parcels else found


def _record(id_: str, leads_into: tuple[str, str]) -> dict[str, str | None]:
    return {"entrance_id": id_, "parcel_id": None, "green_id": None, leads_into[0]: leads_into[1]}


def _not_into_greens(layer: SourceLayer, lost: Counter[str], count: int) -> SourceFinding:
    why = joined((worded(what, n=n, m=NEAR_M) for what, n in lost.most_common()), ", ")
    message = worded("entrances_left_out", n=lost.total(), total=count, why=why)
    measured = float(lost.total())
    return SourceFinding("office-entrance", "note", message, measured=measured, **layer.place)


def _near_miss(row: Row, shape: Any, green: str, away: float) -> SourceFinding:
    point = shape.representative_point()
    message = worded(
        "entrance_far_from_edge",
        name=row.get("entrance_id") or row[PLACE][2],
        away=away,
        green=green,
        m=EDGE_M,
    )
    place = {"x": round(point.x, 3), "y": round(point.y, 3)}
    return about_row(row, "office-entrance", "warning", message, measured=round(away, 2), **place)


def _green_places(
    greens: gpd.GeoDataFrame | None, parcels: gpd.GeoDataFrame
) -> tuple[shapely.STRtree, list[tuple[str, str]]]:
    """Edges of greens that count as public and of green parcels, and of each its column and id."""
    shapes, own = list(parcels.geometry), [("parcel_id", str(id_)) for id_ in parcels.get("parcel_id", ())]
    if greens is not None:
        public = greens[[*map(_counts, greens["kind"])]]
        shapes += list(public.geometry)
        own += [("green_id", str(id_)) for id_ in public["green_id"]]
    return shapely.STRtree([shape.boundary for shape in shapes]), own


def _edges(layer: gpd.GeoDataFrame | None) -> shapely.STRtree:
    return shapely.STRtree([] if layer is None else shapely.boundary(layer.geometry.to_numpy()))


def _nearest(tree: shapely.STRtree, shape: Any) -> tuple[list[int], float]:
    """What lies nearest to a shape, all that are equally near, and how far, m."""
    if not len(tree) or shape is None or shape.is_empty:
        return [], np.inf
    away = float(tree.query_nearest(shape, return_distance=True, all_matches=False)[1][0])
    return sorted(tree.query(shape, predicate="dwithin", distance=away + EQUAL_M).tolist()), away


def entrances_by_place(
    layer: SourceLayer, choice: LayerChoice, layers: Sequence[Chosen]
) -> tuple[list[str], str, float] | None:
    """
    What the points of a layer called `entrances` are entrances of, by what lies at them; None where the name
    says it, or nothing is there.

    Returns
    -------
    Roles, the likeliest first and those nearly as likely behind it; why; how sure that is.
    """
    if choice.role != "green_entrances" or _GREEN.search(f"{layer.name} {layer.title}"):
        return None
    columns = {one.column for one in choice.field}
    if columns & {"green_id"}:
        return None
    kind = choice.column("kind")
    gates: Any = layer.frame
    if kind is not None:
        gates = gates[[not _NO_ENTRANCE.search(text_of(value)) for value in gates[kind.field]]]
    points = gates.geometry.to_numpy()
    shown = (
        (IGNORED, worded('outline_of_a_building'),
         _shapes_of(layers, "buildings"), DOOR_M),
        ("green_entrances", worded('the_edge_of_a_green'), _shapes_of(layers, "greens"), EDGE_M),
        ("stops", worded('a_stop'), _shapes_of(layers, "stops", edge=False), STATION_M),
        ("accesses", worded('the_edge_of_a_parcel'), _shapes_of(layers, "parcels"), EDGE_M),
    )  # fmt: skip
    left = np.ones(len(points), dtype=bool)
    counts: dict[str, int] = {}
    said = []
    for role, what, shapes, within in shown:
        at = np.unique(shapely.STRtree(shapes).query(points, predicate="dwithin", distance=within)[0])
        there = np.zeros(len(points), dtype=bool)
        there[at] = True
        there &= left
        left &= ~there
        counts[role] = int(there.sum())
        if counts[role]:
            said.append(worded("gates_within_m_of", n=counts[role], m=within, what=what))
    ranked = sorted(counts, key=lambda role: -counts[role])
    total = len(points)
    if not counts["green_entrances"] and not counts[ranked[0]]:
        return [IGNORED], worded("gates_at_nothing", n=total), 0.5
    # Gates of greens among doors of houses are taken for what they are; the rest is told.
    first = "green_entrances" if counts["green_entrances"] else ranked[0]
    if first != "green_entrances" and 2 * counts[first] < len(layer.frame):
        first = IGNORED
    close = [role for role in ranked if role != first and counts[role] >= counts[first] / 2 and counts[role]]
    why = worded("gates_of_what", n=total, where=joined(said, ", "))
    return [first, *close], why, round(max(0.3, min(0.95, counts[first] / total)), 2)


def _shapes_of(layers: Sequence[Chosen], role: str, *, edge: bool = True) -> Any:
    """What layers of a role draw (or its edges); of parcels for a green those of green land too."""
    shapes = [_those(layer, choice, role) for layer, choice in layers if layer.drawn]
    together = np.concatenate([np.array([], dtype=object), *shapes])
    return shapely.boundary(together) if edge else together


def _those(layer: SourceLayer, choice: LayerChoice, role: str) -> Any:
    frame: Any = layer.frame
    shapes = frame.geometry.to_numpy()
    if choice.role == role:
        return shapes
    use = choice.column("land_use") or choice.column("land_use_name")
    if role != "greens" or choice.role != "parcels" or use is None:
        return shapes[:0]
    green = [bool(_GREEN_USE.search(text_of(value))) for value in frame[use.field]]
    return shapes[np.array(green, dtype=bool)]
