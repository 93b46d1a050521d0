"""
Part of another scenario taken over: chosen features become what they are there, if the plan stays whole.

What cannot be taken alone is refused with what is wrong; `belonging` names what would have to come along.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import shapely

from blockplan.live.borders import refuse_torn
from blockplan.live.outlines import BORDERED
from blockplan.live.refusals import refused
from blockplan.live.rows import GEOMETRY, is_unknown, same
from blockplan.live.sharing import changes_between
from blockplan.plan.model.layers import LAYERS
from blockplan.texts import listed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from blockplan.live.rows import FeatureChange, Row
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
    """
    Features without which those that are named cannot be taken: all of it or none fits.

    They exchange land with these, refer to what goes, or are what comes and is referred to.
    """
    changes = {_name(one): one for one in changes_between(plan, other)}
    lands = {
        name: land
        for name, one in changes.items()
        if one.layer in BORDERED and (land := _exchanged(one)) is not None
    }
    naming: dict[str, list[str]] = {}
    for name, one in changes.items():
        for parent in _parents(one.layer, one.before):
            naming.setdefault(parent, []).append(name)
    found = {*only} & {*changes}
    fresh = list(found)
    while fresh:
        name = fresh.pop()
        one = changes[name]
        near = [each for each in lands if each not in found and name in lands and _meet(lands, name, each)]
        going = naming.get(name, []) if one.after is None else []
        coming = [each for each in _parents(one.layer, one.after) if each in changes]
        needed = {*near, *going, *(each for each in coming if changes[each].before is None)} - found
        found |= needed
        fresh += needed
    return sorted(found.difference(only))


def require_whole(before: Plan, after: Plan, other: Plan, changes: Iterable[FeatureChange]) -> None:
    """
    Refuse what would tear the plan: land that two features hold or none, or a name that is no more borne.

    Parameters
    ----------
    other
        What is taken from: a name that is borne by nothing there either is no reason.

    Raises
    ------
    EditError
        Naming the features, and how much land it is.
    """
    changes = tuple(changes)
    touched: dict[str, list[str]] = {}
    for change in changes:
        if change.layer in BORDERED and _exchanged(change) is not None:
            touched.setdefault(change.layer, []).append(change.id)
    if touched:
        refuse_torn(before, after, touched)
    for layer, id_, parent in sorted(_loose(after) - _loose(before) - _loose(other)):
        raise refused("names_gone", layer=layer, id=id_, parent=parent)


def _meet(lands: Mapping[str, Any], one: str, other: str) -> bool:
    """Whether two features exchange land: of one layer, or of parcels and the boundary round them."""
    layers = {name.partition(":")[0] for name in (one, other)}
    if len(layers) > 1 and layers != {"parcels", "boundary"}:
        return False
    return bool(shapely.area(shapely.intersection(lands[one], lands[other])) > EXCHANGED_M2)


def _parents(layer: str, row: Row | None) -> list[str]:
    """What a row refers to, as ``layer:id``."""
    if row is None or layer not in LAYERS:
        return []
    columns = LAYERS[layer].parents.items()
    return [f"{parent}:{row[column]}" for column, parent in columns if not is_unknown(row.get(column))]


def _loose(plan: Plan) -> set[tuple[str, str, str]]:
    """Features that refer to what is not there: layer, id, and what they refer to."""
    found = set()
    for layer in LAYERS.keys() & plan.layers.keys():
        frame = plan.layer(layer)
        for column, parent in LAYERS[layer].parents.items():
            if column in frame:
                known = plan.layer(parent).index if plan.has_layer(parent) else []
                named = frame[column].dropna()
                lost = named[~named.isin(known)]
                found |= {(layer, str(id_), str(name)) for id_, name in lost.items()}
    return found


def _exchanged(change: FeatureChange) -> Any:
    """The land that a feature gains or loses; None where its outline stays."""
    old, new = ((row or {}).get(GEOMETRY) for row in (change.before, change.after))
    if old is None or new is None:
        return old if new is None else new
    return None if same(old, new) else shapely.symmetric_difference(old, new)


def _name(change: FeatureChange) -> str:
    return f"{change.layer}:{change.id}"
