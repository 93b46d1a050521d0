"""
Public green spaces: green parcels, and the rows of the layer ``greens`` that are not private.

Green parcels that share an edge are one green. A row of ``greens`` is a green of its own.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from blockplan.measure.inputs.columns import (
    absent,
    areas_m2,
    coded,
    ids,
    shapes,
    sound_shapes,
    total,
    union,
    union_of,
    values,
)
from blockplan.measure.inputs.neighbours import (
    BESIDE_M,
    apart,
    common_ground,
    covered_m2,
    sharing_an_edge,
    within,
)
from blockplan.measure.missing import Missing, unknown
from blockplan.plan.model.recall import by_row, once
from blockplan.units import DRAWN_TO_M, M2_PER_HA

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

    from blockplan.measure.parameters import GreenParameters
    from blockplan.plan.model.plan import Plan

#: So many m2 for each metre of its outline one park may be off: half of the last digit of coordinates.
HALF_DIGIT_M = DRAWN_TO_M / 2
#: A green of no stated kind is taken to be of this one; it is no nature reserve.
UNSAID = "park"
#: Where greens come from, in their order.
LAYERS_OF_GREENS = np.array(["parcels", "greens"], dtype=object)


@dataclass(frozen=True, slots=True, eq=False)
class Greens:
    """
    Greens, one row each.

    Attributes
    ----------
    layer
        ``parcels`` or ``greens``.
    members
        Ids of the features that make it up.
    shape, area_m2
        Drawn geometry and its area.
    missing
        What is missing to say which there are.
    lost
        What of that says nothing of single parcels: layers that are absent, parcels without a place.
    counted
        Features by layer, greens below the smallest size included.
    """

    layer: NDArray[Any]
    members: tuple[tuple[str, ...], ...]
    shape: NDArray[Any]
    area_m2: NDArray[np.float64]
    missing: tuple[Missing, ...] = ()
    counted: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    lost: tuple[Missing, ...] = ()

    def __len__(self) -> int:
        return len(self.members)

    def rows_of_size(self, smallest_ha: float, below_ha: float | None = None) -> NDArray[np.intp]:
        """Numbers of those of at least one size and below another."""
        # What only the rounding of coordinates keeps below a limit reaches it: a park of 0.4 ha is one.
        rounding_m2 = HALF_DIGIT_M * by_row("length", shapely.length, self.shape)
        kept = self.area_m2 >= smallest_ha * M2_PER_HA - rounding_m2
        if below_ha is not None:
            kept &= self.area_m2 < below_ha * M2_PER_HA - rounding_m2
        return np.flatnonzero(kept)

    def of_size(self, smallest_ha: float, below_ha: float | None = None) -> Greens:
        """Those of at least one size and below another."""
        rows = self.rows_of_size(smallest_ha, below_ha)
        members = tuple([self.members[row] for row in rows.tolist()])
        return replace(
            self, layer=self.layer[rows], members=members, shape=self.shape[rows], area_m2=self.area_m2[rows]
        )


def public_greens(plan: Plan, parameters: GreenParameters, *, perhaps: bool = False) -> Greens:
    """
    Public greens of a plan; with `perhaps`, as if every parcel that may be one were one.

    They are of the land uses ``green_codes`` or of ``green_kinds`` (``greens.kind``; a green of no stated
    kind counts as a park), and not shut by ``private_access`` (``greens.access``; unknown access is public).
    """
    return plan.cached(
        f"greens {perhaps}:{parameters.public}", lambda: _public_greens(plan, parameters, perhaps=perhaps)
    )


def parks(greens: Greens) -> Greens:
    """
    Greens with those counted once that are drawn twice.

    Two greens of which one covers more than half of the other (a lawn drawn inside a
    park, a park drawn as parcel and as green) are one park.
    """
    if not (greens.layer == "greens").any():
        return greens
    one, other = shapely.STRtree(greens.shape).query(greens.shape, predicate="intersects")
    kept = (one < other) & ((greens.layer[one] == "greens") | (greens.layer[other] == "greens"))
    one, other = one[kept], other[kept]
    shared = shapely.area(shapely.intersection(greens.shape[one], greens.shape[other]))
    same = shared > np.minimum(greens.area_m2[one], greens.area_m2[other]) / 2
    if not same.any():
        return greens
    groups = groups_of(len(greens), one[same], other[same])
    alone = by_row("alone", _alone, greens.shape)
    each = [alone[group[0]] if len(group) == 1 else union(greens.shape[group]) for group in groups]
    shape = np.array(each, dtype=object)
    area = [
        greens.area_m2[group[0]] if len(group) == 1 else found.area
        for group, found in zip(groups, shape, strict=True)
    ]
    members = tuple(
        tuple(sorted(sum((greens.members[row] for row in group), ()), key=str)) for group in groups
    )
    layer = greens.layer[[group[0] for group in groups]]
    return replace(greens, layer=layer, members=members, shape=shape, area_m2=np.array(area))


def _alone(shapes: NDArray[Any]) -> NDArray[Any]:
    """Each shape as the land that it alone covers."""
    return np.array([*map(union_of, shapes[:, None]), None], dtype=object)[:-1]


def on_planned_land(plan: Plan, greens: Greens) -> Greens:
    """Greens, those of the layer ``greens`` cut at the boundary where there is one; parcels stay whole."""
    rest = np.flatnonzero(greens.layer == "greens")
    if not len(rest):
        return greens
    land = union(shapes(plan, "boundary"))
    if land.is_empty:
        return greens
    shape, area = greens.shape.copy(), greens.area_m2.copy()
    shape[rest] = by_row("on land", partial(shapely.intersection, b=land), shape[rest], fixed=(land,))
    area[rest] = shapely.area(shape[rest])
    kept = np.flatnonzero((greens.layer == "parcels") | (area > 0))
    members = tuple(greens.members[row] for row in kept)
    return replace(greens, layer=greens.layer[kept], members=members, shape=shape[kept], area_m2=area[kept])


def green_area_m2(plan: Plan, greens: Greens) -> float:
    """Area of greens: parcels whole, other greens where they lie on planned land and on no green parcel."""
    parcels = greens.layer == "parcels"
    area = total(greens.area_m2[parcels])
    rest = greens.shape[~parcels]
    if len(rest):
        extra = apart(rest)
        land = union(shapes(plan, "boundary"))
        if not land.is_empty:
            extra = within(extra, land)
        area += covered_m2(extra) - covered_m2(common_ground(extra, apart(greens.shape[parcels])))
    return area


def _public_greens(plan: Plan, parameters: GreenParameters, *, perhaps: bool) -> Greens:
    codes = parameters.green_codes
    lacking = absent(plan, "parcels", "greens")
    # Without a land use to look for, only the layer of greens can hold one.
    missing: tuple[Missing, ...] = lacking if len(lacking) == 2 else () if codes else absent(plan, "greens")
    green = coded(plan, codes)
    chosen, undetailed = green.chosen | (green.maybe & perhaps), green.gaps.lines()
    names, shape = ids(plan, "parcels")[chosen], sound_shapes(plan, "parcels", chosen)
    area = areas_m2(plan, "parcels", chosen)
    lost = missing + unknown(Missing("parcels", "geometry"), names[np.isnan(area)], len(names))
    missing += undetailed + unknown(Missing("parcels", "geometry"), names[np.isnan(area)], len(names))
    drawn = ~np.isnan(area)
    names, shape, area = names[drawn], shape[drawn], area[drawn]
    one, other, *_ = sharing_an_edge(shape)
    groups = groups_of(len(names), one, other)
    # Most greens are one parcel; the first of each group stands for it until those of several are joined.
    first = [group[0] for group in groups]
    whole, whole_area, members = shape[first], area[first], [*zip(names[first].tolist(), strict=True)]
    for at, group in [(at, group) for at, group in enumerate(groups) if len(group) > 1]:
        group.sort(key=lambda row: str(names[row]))
        members[at] = tuple(names[group])
        whole[at] = once("joined", partial(_joined, shape[group]), shape[group])
        whole_area[at] = total(area[group])
    rows = _open_greens(plan, parameters.green_kinds, parameters.private_access)
    rest = ids(plan, "greens")[rows]
    return Greens(
        LAYERS_OF_GREENS.repeat((len(groups), len(rest))),
        (*members, *zip(rest.tolist(), strict=True)),
        np.concatenate([whole, sound_shapes(plan, "greens", rows)]),
        np.concatenate([whole_area, areas_m2(plan, "greens", rows)]),
        missing,
        {"parcels": tuple(names.tolist()), "greens": tuple(rest.tolist())},
        lost,
    )


def _joined(shapes: NDArray[Any]) -> Any:
    """Land of parcels side by side as one, without the slit that inexact drawing leaves between them."""
    drawn = union(shapes)
    around = shapely.buffer(drawn, BESIDE_M, join_style="mitre")
    # What is drawn stays as it is, sharp corners too.
    return shapely.union(drawn, shapely.buffer(around, -BESIDE_M, join_style="mitre"))


def _open_greens(plan: Plan, kinds: tuple[str, ...], private: tuple[str, ...]) -> NDArray[np.intp]:
    """Rows of the layer ``greens`` that are green spaces open to the public."""
    if not len(ids(plan, "greens")):
        return np.empty(0, dtype=np.intp)
    # A kind may be written as its OpenStreetMap tag: leisure=park is park.
    kind = [None if kind is None else kind.rpartition("=")[2] for kind in values(plan, "greens", "kind")]
    is_space = np.array([one in kinds or (one is None and UNSAID in kinds) for one in kind], dtype=bool)
    shut = np.isin(values(plan, "greens", "access"), private)
    return np.flatnonzero(is_space & ~shut & (areas_m2(plan, "greens") > 0))


def groups_of(count: int, one: Iterable[int], other: Iterable[int]) -> list[list[int]]:
    """Numbers 0..count-1 in groups that the pairs hold together, in order of their first member."""
    head = list(range(count))

    def find(number: int) -> int:
        while head[number] != number:
            head[number] = head[head[number]]
            number = head[number]
        return number

    for a, b in zip(one, other, strict=True):
        first, second = sorted((find(int(a)), find(int(b))))
        head[second] = first
    groups: dict[int, list[int]] = {}
    for number, first in enumerate(head):
        if first == number:  # numbers come after the head of their group
            groups[number] = [number]
        else:
            groups[find(number)].append(number)
    return list(groups.values())
