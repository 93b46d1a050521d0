"""
Part of another scenario taken over: chosen features become what they are there, if the land stays whole.

What cannot be taken alone is refused with what is wrong; `belonging` names what would have to come along.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import shapely

from blockplan.live.borders import refuse_torn
from blockplan.live.outlines import BORDERED
from blockplan.live.refusals import refused
from blockplan.live.rows import GEOMETRY, same
from blockplan.live.sharing import changes_between
from blockplan.texts import listed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from blockplan.live.rows import FeatureChange
    from blockplan.plan import Plan

#: Land that two features exchange is more than this, m2; less is rounding of a shared edge.
EXCHANGED_M2 = 0.5


def part_of(plan: Plan, other: Plan, only: Iterable[str]) -> tuple[FeatureChange, ...]:
    """
    The changes by which some features become what they are in another state of the plan.

    Parameters
    ----------
    only
        Features as ``layer:id``.

    Raises
    ------
    EditError
        If a name is of no feature in which the two differ.
    """
    by_name = {_name(one): one for one in changes_between(plan, other)}
    names = dict.fromkeys(only)
    if strange := [name for name in names if name not in by_name]:
        raise refused("not_differing", names=listed(strange))
    return tuple(by_name[name] for name in names)


def belonging(plan: Plan, other: Plan, only: Iterable[str]) -> list[str]:
    """Features that exchange land with those that are named, or with one of these: all of it or none fits."""
    regions = {
        (change.layer, _name(change)): land
        for change in changes_between(plan, other)
        if change.layer in BORDERED and (land := _exchanged(change)) is not None
    }
    found = set(only)
    fresh = [key for key in regions if key[1] in found]
    while fresh:
        layer, name = fresh.pop()
        for key, land in regions.items():
            if key[0] != layer or key[1] in found:
                continue
            if shapely.area(shapely.intersection(land, regions[layer, name])) > EXCHANGED_M2:
                found.add(key[1])
                fresh.append(key)
    return sorted(found.difference(only))


def require_whole(before: Plan, after: Plan, changes: Iterable[FeatureChange]) -> None:
    """
    Refuse what would tear the partition: land that two features hold, or that none holds any more.

    Raises
    ------
    EditError
        Naming the features and how much land it is.
    """
    touched: dict[str, list[str]] = {}
    for change in changes:
        if change.layer in BORDERED and _exchanged(change) is not None:
            touched.setdefault(change.layer, []).append(change.id)
    if touched:
        refuse_torn(before, after, touched)


def _exchanged(change: FeatureChange) -> Any:
    """The land that a feature gains or loses; None where its outline stays."""
    old, new = ((row or {}).get(GEOMETRY) for row in (change.before, change.after))
    if old is None or new is None:
        return old if new is None else new
    return None if same(old, new) else shapely.symmetric_difference(old, new)


def _name(change: FeatureChange) -> str:
    return f"{change.layer}:{change.id}"
