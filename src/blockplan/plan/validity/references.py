"""
Whether ids name one feature each, and whether what names a feature finds it.

A name that no feature bears is one fault, however many features use it.
"""

from __future__ import annotations

from collections import Counter
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from blockplan.plan.model.bindings import BINDINGS, bindings, condition
from blockplan.plan.model.derived import EVERYTHING
from blockplan.plan.model.faults import Fault, fault
from blockplan.plan.model.layers import LAYERS, VALUES
from blockplan.plan.validity.checked_layers import Drawn, kept_faults, named

#: Columns that name features of other layers, and which there are.
NAMES: tuple[Read, ...] = tuple(
    pair
    for layer, spec in LAYERS.items()
    for pair in ((layer, "ids"), *((layer, column) for column in spec.parents))
)
#: Layers of which one feature may be drawn in several rows.
IN_ROWS = frozenset({"areas"})

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from blockplan.plan.model.derived import Read
    from blockplan.plan.model.plan import Plan
    from blockplan.plan.validity.checked_layers import Mask

    #: A feature that names another one: its layer, the column, its row.
    _Use = tuple[Drawn, str, int]
    #: Layer -> name that none of its features bears -> layers, columns and rows that use it.
    _Users = dict[str, dict[str, list[tuple[str, str, int]]]]


def check_references(plan: Plan, layers: Mapping[str, Drawn], gaps: Sequence[Any]) -> list[Fault]:
    """
    Faults of ids and of columns that name features of other layers.

    `gaps` are holes in the tiling of the parcels: what lies in a hole and
    names a parcel that is not there has no fault of its own.
    """
    faults: list[Fault] = []
    for name, drawn in layers.items():
        columns = [(name, "ids"), *([(name, drawn.spec.id_column)] if drawn.spec.id_column else [])]
        faults += kept_faults(plan, f"ids:{name}", partial(_ids, drawn), *columns)
    users = plan.cached("names of none", partial(_users, layers), NAMES)
    return (
        faults
        + _dangling(layers, users, gaps)
        + plan.cached(
            "faults:bindings", partial(_bindings, plan, layers), (*NAMES, ("statements", EVERYTHING))
        )
    )


def unnamed(drawn: Drawn) -> Mask:
    """Features without an id, in a layer whose features have ids."""
    column = drawn.spec.id_column
    if column is None:
        return np.zeros(len(drawn.ids), dtype=bool)
    return np.array([not value for value in drawn.words(column)], dtype=bool)


def _ids(drawn: Drawn) -> list[Fault]:
    column = drawn.spec.id_column
    if column is None:
        return []
    without = np.flatnonzero(unnamed(drawn))
    faults: list[Fault] = []
    if len(without) > 1:
        words = {"column": column, "n": len(without), "rows": named(drawn.ids[without])}
        features = drawn.features(without)
        place = drawn.place(int(without[0]))
        faults.append(
            fault(
                "pq-id",
                drawn.name,
                case="missing-many",
                aspect=column,
                values=words,
                features=features,
                **place,
            )
        )
    elif len(without):
        row = int(without[0])
        words = {"column": column}
        faults.append(
            fault(
                "pq-id",
                drawn.name,
                drawn.ids[row],
                case="missing",
                aspect=column,
                values=words,
                **drawn.place(row),
            )
        )
    counts = Counter(drawn.ids)
    case = "rows" if drawn.name in IN_ROWS else ""
    for id_, n in counts.items():
        if n > 1:
            rows = np.flatnonzero(drawn.ids == id_)
            places = [drawn.place(int(row)) for row in rows if drawn.usable[row]]
            place = places[-1] if places else {"x": None, "y": None}
            faults.append(
                fault(
                    "pq-id",
                    drawn.name,
                    id_,
                    case=case,
                    aspect=column,
                    values={"n": n, "column": column},
                    **place,
                )
            )
    return faults


def _dangling(layers: Mapping[str, Drawn], strange: _Users, gaps: Sequence[Any]) -> list[Fault]:
    """One fault for each name that no feature bears, with every feature that uses it."""
    faults: list[Fault] = []
    holes = shapely.STRtree(gaps)
    for parent, found in strange.items():
        users = {
            value: [(layers[name], column, row) for name, column, row in uses]
            for value, uses in found.items()
        }
        if parent not in layers:
            faults.append(_no_parents(parent, [use for uses in users.values() for use in uses]))
        # As many strange names as features without an id: those features are meant, and reported as such.
        elif len(users) > int(unnamed(layers[parent]).sum()):
            faults += [
                _no_parent(parent, value, uses)
                for value, uses in users.items()
                if parent != "parcels" or not _in_one_hole(uses, holes)
            ]
    return faults


def _users(layers: Mapping[str, Drawn]) -> _Users:
    """Layer -> name that none of its features bears -> where the name is used."""
    found: _Users = {}
    for drawn in layers.values():
        for column, parent in drawn.spec.parents.items():
            known = set(layers[parent].ids) if parent in layers else set()
            for row, value in enumerate(drawn.words(column)):
                if value and value not in known:
                    found.setdefault(parent, {}).setdefault(value, []).append((drawn.name, column, row))
    return found


def _in_one_hole(uses: list[_Use], holes: shapely.STRtree) -> bool:
    """Whether all features that name a missing parcel lie in one hole of the tiling: the parcel is gone."""
    drawn = np.array([layer.geometry[row] for layer, _, row in uses], dtype=object)
    hole = holes.query(drawn, predicate="intersects")[1]
    return bool(np.bincount(hole).max(initial=0) >= len(uses))


def _no_parent(parent: str, value: str, uses: list[_Use]) -> Fault:
    drawn, column, row = uses[0]
    words = {"column": column, "value": value, "parent": parent, "n": len(uses)}
    return fault(
        "pq-reference",
        drawn.name,
        drawn.ids[row],
        case="" if len(uses) == 1 else "many",
        aspect=column,
        values=words,
        features=tuple((each.name, each.ids[at]) for each, _, at in uses),
        **drawn.place(row),
    )


def _no_parents(parent: str, uses: list[_Use]) -> Fault:
    drawn, column, row = uses[0]
    return fault(
        "pq-reference",
        drawn.name,
        None,
        case="layer",
        aspect=column,
        values={"column": column, "parent": parent, "n": len(uses)},
        features=tuple((each.name, each.ids[at]) for each, _, at in uses),
        **drawn.place(row),
    )


def _bindings(plan: Plan, layers: Mapping[str, Drawn]) -> list[Fault]:
    """Statements that are bound to an object or a layer which the plan does not have."""
    if "statements" not in layers:
        return []
    statements = layers["statements"]
    objects = {id_ for drawn in layers.values() if drawn.name != "statements" for id_ in drawn.ids}
    faults: list[Fault] = []
    for row, text in enumerate(statements.words("bound_to")):
        for bound in bindings(text):
            kind, _, name = bound.partition(":")
            found = {
                "rule": bool(name),
                "layer": name in LAYERS or plan.has_layer(name),
                "object": name in objects,
                "programme": name in VALUES["programmes", "kind"],
                # Whether there is such a measure is for those to say who measure.
                "measure": condition(name) is not None,
                "manifest": bool(name),
            }
            if not found.get(kind, False):
                case = "binding" if kind not in BINDINGS or kind == "measure" else "bound"
                words = {"bound": bound, "kinds": ", ".join(f"{each}:" for each in BINDINGS)}
                id_ = statements.ids[row]
                faults.append(
                    fault("pq-reference", "statements", id_, case=case, aspect="bound_to", values=words)
                )
    return faults
