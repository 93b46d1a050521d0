"""
Columns of a plan as plain arrays, and the words for what is missing in them.

Measures read arrays instead of frames: they are called often, on a plan that an editor changes.
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache, partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from blockplan.measure.inputs.feature_points import four_cornered, middles
from blockplan.measure.missing import Missing, reason, unknown
from blockplan.plan.model.codes import DEFAULT_LIST, LISTS, landuse, listed_codes
from blockplan.plan.model.frames import empty_frame
from blockplan.plan.model.layers import FARTHEST_M, LAYERS
from blockplan.plan.model.recall import addresses, by_row, is_recalling, once

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from numpy.typing import NDArray

    from blockplan.plan.model.plan import Plan

    ByRows = Callable[[Plan, str, NDArray[np.intp]], NDArray[Any]]

#: Kind of a layer's geometry -> whether it takes geometry type 0, 1, ... 7, and none at all (the last).
KINDS = {
    kind: np.isin([*range(8), -1], numbers)
    for kind, numbers in {
        "point": (0, 4),
        "line": (1, 2, 5),
        "polygon": (3, 6),
        "any": (0, 1, 2, 3, 4, 5, 6),
        "none": (),
    }.items()
}
#: Segments of a quarter circle where a buffer stands for a circle: its land is 0.01 % small.
CIRCLE_SEGMENTS = 64
#: So many unions of polygons are kept, the last asked for.
UNIONS_KEPT = 64
UNCOVERED = (reason("uncovered"),)
#: Below this every whole number is a number of ours, and so is every sum on the way to it.
EXACT = 2.0**53
#: So few numbers are as soon added one by one.
FEW = 32
#: So many are sooner added as arrays.
LONG = 1_000
#: Below this the digits of a number may end sooner than those of others.
TINY = 1e-200


def values(plan: Plan, layer: str, column: str) -> NDArray[Any]:
    """
    A column as an array: numbers with NaN, texts with None, flags with None.

    A negative number of people, beds or metres says nothing, so it is unknown.
    """
    reads = ((layer, column),)
    return plan.cached(f"column:{layer}.{column}", lambda: _values(plan, layer, column), reads)


def _values(plan: Plan, layer: str, column: str) -> NDArray[Any]:
    return _as_array(plan.layer(layer)[column]) if plan.has_layer(layer) else _no_values(layer, column)


@cache
def _no_values(layer: str, column: str) -> NDArray[Any]:
    """The column of a layer that a plan does not hold."""
    return _as_array(empty_frame(layer)[column])


def _as_array(series: Any) -> NDArray[Any]:
    if series.dtype == "boolean":
        return np.asarray(series.to_numpy(dtype=object, na_value=None))
    found = np.asarray(series.to_numpy())
    return np.where(found < 0, np.nan, found) if found.dtype.kind == "f" else found


_unions: dict[bytes, tuple[NDArray[Any], Any]] = {}


def refused(plan: Plan, layer: str, column: str) -> NDArray[np.bool_]:
    """Features where something is written that is no number of the column's kind, or one below zero."""
    below = np.asarray(plan.layer(layer)[column].to_numpy() < 0, dtype=bool)
    bad = [found.id for found in plan.read_faults if (found.layer, found.aspect) == (layer, column)]
    if not bad:
        return below
    return np.asarray(below | np.isin(ids(plan, layer), np.array(bad, dtype=object)))


def ids(plan: Plan, layer: str) -> NDArray[Any]:
    """Ids of a layer's features."""
    reads = ((layer, "ids"),)
    return plan.cached(f"ids:{layer}", lambda: plan.layer(layer).index.to_numpy(dtype=object), reads)


def rows_of_parcels(plan: Plan) -> dict[Any, int]:
    """Row of each parcel by its id, of several that bear one the last."""
    return plan.cached("rows of parcels", partial(_rows_of_parcels, plan), (("parcels", "ids"),))


def _rows_of_parcels(plan: Plan) -> dict[Any, int]:
    return {name: row for row, name in enumerate(ids(plan, "parcels").tolist())}


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """Values of rows, each worked out when somebody first asks for it: which of them are known."""

    found: NDArray[Any]
    known: NDArray[np.bool_]

    @classmethod
    def none(cls, count: int, blank: float | None) -> Asked:
        """Of so many rows none is known; `blank` stands for what nobody asked for."""
        return cls(np.full(count, blank), np.zeros(count, dtype=bool))

    def of(self, rows: NDArray[Any] | None, make: Callable[[NDArray[np.intp]], NDArray[Any]]) -> NDArray[Any]:
        """The values of all rows or of some; `make` gives those that are not known yet."""
        if rows is None:
            new = np.flatnonzero(~self.known)
        else:
            rows = np.flatnonzero(rows) if rows.dtype == bool else rows
            new = rows[~self.known[rows]]
        if len(new):
            self.found[new] = make(new)
            self.known[new] = True
        return self.found if rows is None else self.found[rows]


def shapes(plan: Plan, layer: str, rows: NDArray[Any] | None = None) -> NDArray[Any]:
    """
    Geometries of a layer's features, or of those of some rows, as they are drawn.

    None where a feature has no geometry, an empty one, one without a place, or one of another
    kind than its layer (a point among parcels).
    """
    return _asked(plan, _shapes, layer, rows)


def _shapes(plan: Plan, layer: str, rows: NDArray[np.intp]) -> NDArray[Any]:
    drawn = _drawn(plan, layer)[rows]
    return np.asarray(by_row(f"shaped:{layer}", partial(_shaped, layer=layer), drawn))


def _drawn(plan: Plan, layer: str) -> NDArray[Any]:
    """Geometries of a layer's features, whatever they are."""
    return plan.cached(f"geometry:{layer}", lambda: _geometry(plan, layer), ((layer, "geometry"),))


def _geometry(plan: Plan, layer: str) -> NDArray[Any]:
    if not plan.has_layer(layer):
        return np.empty(0, dtype=object)
    return np.array(plan.layer(layer).geometry.to_numpy(), dtype=object)


def _asked(
    plan: Plan, make: ByRows, layer: str, rows: NDArray[Any] | None, blank: float | None = None
) -> NDArray[Any]:
    """
    What `make` gives for the rows of a layer, or for some: once for each that somebody asks for.

    In a session some rows have a key of their own: what rests on them stands when others change.
    """
    if rows is None or not is_recalling():
        return _of_rows(plan, make, layer, rows, blank)
    of = len(rows) if rows.dtype == bool else None
    bits = (rows if of is None else np.packbits(rows)).tobytes()
    key = f"{make.__name__}:{layer}:{of}:{hashlib.blake2b(bits, digest_size=16).hexdigest()}"
    return plan.cached(
        key, lambda: _of_rows(plan, make, layer, _unpacked(bits, of), blank), ((layer, "geometry"),)
    )


def _unpacked(bits: bytes, of: int | None) -> NDArray[Any]:
    if of is None:
        return np.frombuffer(bits, dtype=np.intp)
    return np.unpackbits(np.frombuffer(bits, dtype=np.uint8), count=of).astype(bool)


def _of_rows(
    plan: Plan, make: ByRows, layer: str, rows: NDArray[Any] | None, blank: float | None
) -> NDArray[Any]:
    reads = ((layer, "geometry"),)
    asked = plan.cached(
        f"{make.__name__}:{layer}", lambda: Asked.none(len(_drawn(plan, layer)), blank), reads
    )
    return asked.of(rows, partial(make, plan, layer))


def _shaped(found: NDArray[Any], layer: str) -> NDArray[Any]:
    found = shapely.force_2d(found) if shapely.has_z(found).any() else found.copy()
    found[~KINDS[LAYERS[layer].geometry][shapely.get_type_id(found)]] = None
    found[~(np.abs(shapely.bounds(found)) <= FARTHEST_M).all(axis=1)] = None  # what is empty has no bounds
    return found


def sound(found: NDArray[Any], convex: NDArray[np.bool_] | None = None) -> NDArray[Any]:
    """
    Shapes that can be overlaid and have one area: polygons whose rings cross themselves are fixed.

    That they cross is a fault that `blockplan.plan.validity.validate` reports. What leaves no land is None.
    Those that are known to be `convex` (`four_cornered`) are not looked at.
    """
    known = four_cornered(found) if convex is None else convex
    bad = np.flatnonzero(by_row("crossed", _crossed, found, known))
    if not len(bad):
        return found
    fixed = shapely.make_valid(found[bad], method="structure", keep_collapsed=False)
    fixed[shapely.is_empty(fixed)] = None
    whole = found.copy()
    whole[bad] = fixed
    return whole


def _crossed(found: NDArray[Any], convex: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Polygons whose rings cross themselves."""
    crossed = (shapely.get_dimensions(found) == 2) & ~convex
    crossed[crossed] = ~shapely.is_valid(found[crossed])
    return np.asarray(crossed, dtype=bool)


def sound_shapes(plan: Plan, layer: str, rows: NDArray[Any] | None = None) -> NDArray[Any]:
    """Geometries of a layer's features, or of those of some rows, as they can be overlaid (`sound`)."""
    return _asked(plan, _land, layer, rows)


def _land(plan: Plan, layer: str, rows: NDArray[np.intp]) -> NDArray[Any]:
    found, convex = _of_rows(plan, _shapes, layer, rows, None), _convex(plan, layer)
    convex[rows] = four_cornered(found)
    return sound(found, convex[rows])


def _convex(plan: Plan, layer: str) -> NDArray[np.bool_]:
    """Which features of a layer are known to be convex, as far as somebody asked for their land."""
    reads = ((layer, "geometry"),)
    return plan.cached(f"convex:{layer}", lambda: np.zeros(len(_drawn(plan, layer)), dtype=bool), reads)


def union(found: NDArray[Any]) -> Any:
    """
    The land that polygons cover together; what is no polygon covers none.

    Several measures ask for the same land, and an edit leaves most of a plan's geometries as they are: the
    last unions are kept, each with its polygons, which therefore are still the same objects.
    """
    polygons = found[shapely.get_dimensions(found) == 2]
    if is_recalling():
        return once("union", partial(union_of, polygons), polygons)
    key = addresses(polygons).tobytes()
    kept = _unions.pop(key, None)
    if kept is None:
        kept = polygons, union_of(polygons)
    _unions[key] = kept
    while len(_unions) > UNIONS_KEPT:
        _unions.pop(next(iter(_unions)), None)
    return kept[1]


def union_of(found: NDArray[Any]) -> Any:
    """The same, not kept."""
    return shapely.union_all(sound(found[shapely.get_dimensions(found) == 2]))


def overlaid(how: Callable[[Any, Any], Any], one: Any, other: Any) -> Any:
    """What an overlay of two pieces of land gives (`shapely.intersection`, ...)."""
    return once(how.__name__, partial(how, one, other), one, other)


def areas_m2(plan: Plan, layer: str, rows: NDArray[Any] | None = None) -> NDArray[np.float64]:
    """Drawn areas of all features, or of those in some rows; NaN where one has no geometry."""
    return _asked(plan, _areas, layer, rows, np.nan)


def _areas(plan: Plan, layer: str, rows: NDArray[np.intp]) -> NDArray[np.float64]:
    return np.asarray(by_row("area", shapely.area, _of_rows(plan, _land, layer, rows, None)))


def points(plan: Plan, layer: str, rows: NDArray[Any] | None = None) -> NDArray[Any]:
    """Where each feature stands (`blockplan.measure.inputs.feature_points`), or those of some rows."""
    return _asked(plan, _points, layer, rows)


def _points(plan: Plan, layer: str, rows: NDArray[np.intp]) -> NDArray[Any]:
    found = _of_rows(plan, _land, layer, rows, None)
    return middles(found, _convex(plan, layer)[rows])


def undrawn(plan: Plan, layer: str) -> NDArray[np.bool_]:
    """Which features of a layer have no geometry that can be read."""
    return plan.cached(f"undrawn:{layer}", lambda: shapely.is_missing(shapes(plan, layer)))


def total(numbers: Iterable[float]) -> float:
    """Sum that does not depend on the order of rows."""
    if not isinstance(numbers, np.ndarray):
        return math.fsum(numbers)
    if len(numbers) > FEW and np.abs(numbers).sum() < EXACT and (np.rint(numbers) == numbers).all():
        return float(numbers.sum()) + 0.0  # whole numbers add up exactly in any order
    if len(numbers) > LONG and np.isfinite(numbers).all():
        return math.fsum(float(one.sum()) for one in slices(numbers))
    # An array gives its numbers one by one as objects of its own; its list has them as Python knows them.
    return math.fsum(numbers.tolist())


def slices(numbers: NDArray[Any]) -> Iterator[NDArray[np.float64]]:
    """
    Arrays that add up to the numbers, each of so few digits that it adds up exactly in any order.

    The last one is what of numbers without end, or too small, cannot be told apart so; else there is none.
    """
    digits = 52 - len(numbers).bit_length()
    rest = numbers.astype(float)
    while largest := float(np.abs(rest).max(initial=0.0)):
        if not TINY < largest < math.inf:
            yield rest
            return
        unit = math.ldexp(1.0, math.frexp(largest)[1] - digits)
        upper = np.rint(rest / unit) * unit
        yield upper
        rest -= upper


def absent(plan: Plan, *layers: str) -> tuple[Missing, ...]:
    """
    What is missing where the package does not hold a layer at all.

    Parcels cover the planned land: where a boundary encloses some, a layer of parcels without a row
    says nothing either, and nothing that is counted on them is a measured zero.
    """
    lacking = tuple(Missing(layer) for layer in layers if not plan.has_layer(layer))
    return lacking + (UNCOVERED if "parcels" in layers and _is_uncovered(plan) else ())


def _is_uncovered(plan: Plan) -> bool:
    """Whether planned land is enclosed and the layer of parcels, which has to cover it, has no rows."""
    if not plan.has_layer("parcels") or len(ids(plan, "parcels")) or not len(ids(plan, "boundary")):
        return False
    return bool(np.nansum(areas_m2(plan, "boundary")) > 0)


@dataclass(frozen=True, slots=True, eq=False)
class Gaps:
    """
    What is not known of the rows of a layer: which rows do not say what.

    Attributes
    ----------
    names
        Ids of all rows.
    said
        What is missing, the rows in which it is, and of how many (where it is missing in all of them, only
        the column is named).
    always
        What is missing whatever rows are meant: a layer, a parameter.
    """

    names: NDArray[Any]
    said: tuple[tuple[Missing, NDArray[np.bool_], int | None], ...] = ()
    always: tuple[Missing, ...] = ()

    def lines(self, rows: NDArray[np.bool_] | None = None) -> tuple[Missing, ...]:
        """What is missing in all rows, or in some of them."""
        found = self.always
        for what, where, of in self.said:
            found += unknown(
                what, self.names[where if rows is None else where & rows], of if rows is None else None
            )
        return tuple(dict.fromkeys(found))

    def __add__(self, other: Gaps) -> Gaps:
        return Gaps(self.names, self.said + other.said, self.always + other.always)


@dataclass(frozen=True, eq=False)
class Coded:
    """Parcels that are of some codes, those that could be for all that they say, and what they do not say."""

    chosen: NDArray[np.bool_]
    maybe: NDArray[np.bool_]
    gaps: Gaps

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Ids of the parcels that are."""
        return tuple(self.gaps.names[self.chosen].tolist())


def of_codes(plan: Plan, codes: tuple[str, ...]) -> tuple[NDArray[np.bool_], tuple[Missing, ...]]:
    """
    Parcels whose land use is one of some codes or lies below one, and what is missing to say so.

    A code of another list counts as the national code of the same meaning. A parcel without
    land use, or with a code too coarse to tell (``08`` where ``0804`` is asked for), could be one
    of them: it is named as missing.
    """
    found = coded(plan, codes)
    return found.chosen, found.gaps.lines()


def coded(plan: Plan, codes: tuple[str, ...]) -> Coded:
    """Parcels of some codes as `of_codes` tells them, with those that could be one."""
    return plan.cached(f"codes:{','.join(codes)}", lambda: _coded(plan, codes))


def _coded(plan: Plan, codes: tuple[str, ...]) -> Coded:
    kinds, kind = land_uses(plan)
    answers = [belongs(use, list_name, codes) for use, list_name in kinds]
    unsaid = np.array([use is None for use, _ in kinds], dtype=bool)
    coarse = np.array([answer is None for answer in answers], dtype=bool) & ~unsaid
    names = ids(plan, "parcels")
    detail = Missing("parcels", "land_use", why="detail", values=(("codes", ", ".join(codes)),))
    gaps = Gaps(
        names, ((Missing("parcels", "land_use"), unsaid[kind], len(names)), (detail, coarse[kind], None))
    )
    chosen = np.array([answer is True for answer in answers], dtype=bool)[kind]
    return Coded(chosen, (unsaid | coarse)[kind], gaps)


def land_uses(plan: Plan) -> tuple[list[tuple[str | None, str | None]], NDArray[np.intp]]:
    """
    The different (land use, list) pairs of the parcels, and the number of each parcel's pair.

    A plan has a few dozen pairs, however many parcels, so each is asked about once.
    """
    return plan.cached("land_uses", lambda: _land_uses(plan))


def _land_uses(plan: Plan) -> tuple[list[tuple[str | None, str | None]], NDArray[np.intp]]:
    use, uses = pd.factorize(values(plan, "parcels", "land_use"))
    list_, lists = pd.factorize(values(plan, "parcels", "land_use_list"))
    # Null is numbered -1, and so taken from the end: None stands there.
    named_uses: list[str | None] = [*uses, None]
    named_lists: list[str | None] = [*lists, None]
    pair = (use + 1) * len(named_lists) + list_ + 1
    there = np.bincount(pair, minlength=1) > 0
    kinds = [
        (named_uses[one // len(named_lists) - 1], named_lists[one % len(named_lists) - 1])
        for one in np.flatnonzero(there).tolist()
    ]
    return kinds, (np.cumsum(there) - 1)[pair]


@cache
def belongs(use: str | None, list_name: str | None, codes: tuple[str, ...]) -> bool | None:
    """
    Whether a land use is one of some codes or lies below one; None where it cannot be told.

    Examples
    --------
    >>> belongs("080403", None, ("0804",)), belongs("08", None, ("0804",)), belongs("G1", "gb50137", ("14",))
    (True, None, True)
    """
    if use is None:
        return None
    name = list_name or DEFAULT_LIST
    classes = landuse(name) if name in LISTS else landuse()
    if use in codes or any(classes.within(use, code) for code in codes):
        return True
    whole, meant = landuse(), classes.nationals(use)
    inside = [any(whole.within(national, code) for code in codes) for national in meant]
    if meant and all(inside):
        return True
    holds = (whole.within(code, national) for national in meant for code in codes)
    return None if any(inside) or any(holds) else False


def permitted_use(permitted: Iterable[str], list_name: str | None, codes: tuple[str, ...]) -> str | None:
    """
    The use that land may get of those it permits, so that it is one of some codes, the first code first.

    A class that is permitted permits all below it; what is named itself goes before. None where nothing fits.

    Examples
    --------
    >>> permitted_use(["0702", "0804"], None, ("080404",)), permitted_use(["G"], "gb50137", ("1401",))
    ('080404', 'G1')
    >>> permitted_use(["0803"], None, ("080404",))
    """
    named = list(permitted)
    whole = landuse(list_name) if list_name in LISTS else landuse()
    # What is surely no such use holds none of them either.
    wide = [one for one in named if belongs(one, list_name, codes) is None]
    below = [one for one in whole.classes if any(whole.within(one, above) for above in wide)]
    return next(
        (
            one
            for some in (named, below)
            for code in codes
            for one in some
            if belongs(one, list_name, (code,))
        ),
        None,
    )


@lru_cache(maxsize=4096)  # most parcels permit the same
def permitted_uses(permitted: str | None, list_name: str | None, tried: tuple[str, ...]) -> tuple[str, ...]:
    """
    The uses that land may get: those that a column lists, and of a class those below it that are tried.

    Examples
    --------
    >>> permitted_uses("08,1401", None, ("080403", "0902", "08"))
    ('08', '1401', '080403')
    """
    named = listed_codes(permitted)
    whole = landuse(list_name) if list_name in LISTS else landuse()
    below = [one for one in tried if any(one != above and whole.within(one, above) for above in named)]
    return tuple(dict.fromkeys([*named, *below]))
