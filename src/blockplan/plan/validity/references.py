"""
Whether ids name one feature each, and whether what names a feature finds it.

A name that no feature bears is one fault, however many features use it.

Whether words are known: land-use codes, the names beside them, columns with a list of values. A code that no
list knows is an error; a service that no rule knows is a note.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from blockplan.plan.model.codes import DEFAULT_LIST, LISTS, landuse, listed_codes, plain
from blockplan.plan.model.derived import EVERYTHING
from blockplan.plan.model.faults import Fault, fault
from blockplan.plan.model.layers import LAYERS, MODES, OTHER_MODES, VALUES
from blockplan.plan.validity.checked_layers import Drawn, kept_faults, named, spread
from blockplan.plan.validity.statements import BINDINGS, bindings, condition
from blockplan.texts import listed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from blockplan.plan.model.codes import LandUseList

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
                words = {"bound": bound, "kinds": listed(f"{each}:" for each in BINDINGS)}
                id_ = statements.ids[row]
                faults.append(
                    fault("pq-reference", "statements", id_, case=case, aspect="bound_to", values=words)
                )
    return faults


#: The optional column of the class's name, as the office wrote it.
NAME_COLUMN = "land_use_name"
#: Columns beside ``land_use`` that list codes.
CODE_LISTS = (
    ("parcels", "permitted"),
    ("parcels", "existing_land_use"),
    ("zones", "dominant_codes"),
    ("zones", "permitted_codes"),
)


def check_classes(layers: Mapping[str, Drawn]) -> list[Fault]:
    """Faults of codes, of names beside codes, and of columns that take one of a list of values."""
    faults: list[Fault] = []
    if "parcels" in layers:
        faults += _land_uses(layers["parcels"])
    for name, column in CODE_LISTS:
        if name in layers:
            faults += _listed_codes(layers[name], column)
    for (name, column), known in VALUES.items():
        if name in layers:
            faults += _values(layers[name], column, known)
    if "stops" in layers:
        stops = layers["stops"]
        faults += _values(stops, "modes", MODES, comma=True, strange="mode", real=OTHER_MODES)
        silent = np.array([not listed_codes(text) for text in stops.words("modes")], dtype=bool)
        faults += spread("pq-missing", stops, np.flatnonzero(silent), case="modes", aspect="modes")
    return faults


def coded_columns(drawn: Drawn) -> set[str]:
    """The columns of a layer that `check_classes` reads."""
    listed = {column for name, column in CODE_LISTS if name == drawn.name}
    coded = {"land_use", "land_use_list", NAME_COLUMN} if listed or drawn.name == "parcels" else set()
    return listed | coded | {column for name, column in VALUES if name == drawn.name} | {"modes"}


def _land_uses(parcels: Drawn) -> list[Fault]:
    codes, lists, names = (parcels.words(column) for column in ("land_use", "land_use_list", NAME_COLUMN))
    found: dict[str, dict[int, dict[str, Any]]] = defaultdict(dict)
    # A plan has a few dozen combinations, however many parcels.
    numbered: NDArray[np.int64] = np.zeros(len(codes), dtype=np.int64)
    for column in (codes, lists, names):
        place, different = pd.factorize(column)
        numbered = numbered * np.int64(len(different) + 1) + place + 1
    _, first, kind = np.unique(numbered, return_index=True, return_inverse=True)
    for number, row in enumerate(first):
        case, words = _judge(codes[row], lists[row] or DEFAULT_LIST, names[row] or None)
        if case:
            found[case].update(dict.fromkeys(np.flatnonzero(kind == number).tolist(), words))
    faults: list[Fault] = []
    for case, rows_words in sorted(found.items()):
        faults += spread(
            "pq-code",
            parcels,
            sorted(rows_words),
            case=case,
            aspect="land_use",
            values=lambda row, words=rows_words: dict(words[row]),  # type: ignore[misc]
        )
    return faults


def _judge(code: str | None, list_name: str, name: str | None) -> tuple[str, dict[str, Any]]:
    """The case of ``pq-code`` that a combination falls under ("" if it is sound), and its words."""
    if list_name not in LISTS:
        return "list", {"list": list_name, "lists": listed(LISTS)}
    known = landuse(list_name)
    meant = known.codes_by_name.get(plain(name), frozenset()) if name else frozenset()
    possible = sorted(meant | {code} if code else meant)
    words: dict[str, Any] = {"code": code, "list": list_name, "name": name, "codes": possible}
    if code is None:
        return "missing", words
    if not known.known(code):
        padded = f"0{code}"
        if known.known(padded):
            return "zero", {**words, "padded": padded, "codes": sorted({padded, *possible})}
        return "unknown", words
    case = _beside(known, code, name, meant)
    if not case and known.name != DEFAULT_LIST and known.to_national(code) is None:
        return "coarse", {**words, "meant": listed(known.nationals(code)), "list": list_name}
    # The class's name in the language in which the office writes.
    label = known.label(code, "en" if (name or "").isascii() else "zh")
    return case, {**words, "code_name": label, "meant": listed(sorted(meant))}


def _beside(known: LandUseList, code: str, name: str | None, meant: frozenset[str]) -> str:
    """Whether a known code and the name beside it agree: the name may be that of a wider class."""
    if name is None or any(known.within(code, each) for each in meant):
        return ""
    return "differs" if meant else "name"


def _listed_codes(drawn: Drawn, column: str) -> list[Fault]:
    rows_of: dict[tuple[str, str], list[int]] = defaultdict(list)
    if column not in drawn.frame or not drawn.frame[column].notna().any():
        return []
    alike: dict[tuple[str, str], list[int]] = defaultdict(list)
    for row, (text, name) in enumerate(zip(drawn.words(column), drawn.words("land_use_list"), strict=True)):
        if text is not None:
            alike[text, name or DEFAULT_LIST].append(row)
    for (text, name), rows in alike.items():
        for code in listed_codes(text) if name in LISTS else ():
            if not landuse(name).known(code):
                rows_of[code, name] += rows
    return [
        _many(drawn, sorted(rows), "pq-code", "other", column, {"code": code, "list": name})
        for (code, name), rows in sorted(rows_of.items())
    ]


def _values(
    drawn: Drawn,
    column: str,
    known: frozenset[str],
    *,
    comma: bool = False,
    strange: str = "unknown",
    real: frozenset[str] = frozenset(),
) -> list[Fault]:
    """Faults of words that are not `known`; the case `strange` but for those that are `real` all the same."""
    rows_of: dict[str, list[int]] = defaultdict(list)
    kind, different = pd.factorize(drawn.words(column))
    for number, text in enumerate(different):
        for value in listed_codes(text) if comma else [text]:
            if value not in known:
                rows_of[value] += np.flatnonzero(kind == number).tolist()
    words = {"known": listed(sorted(known))}
    return [
        _many(
            drawn,
            sorted(rows),
            "pq-value",
            "unknown" if value in real else strange,
            column,
            {"value": value[:60], **words},
        )
        for value, rows in sorted(rows_of.items())
    ]


def _many(drawn: Drawn, rows: list[int], rule: str, case: str, column: str, words: dict[str, Any]) -> Fault:
    """One fault for all features that hold the same strange value."""
    first = rows[0]
    return fault(
        rule,
        drawn.name,
        drawn.ids[first] if len(rows) == 1 else None,
        case=case,
        aspect=column,
        values={"column": column, "n": len(rows), "ids": named(drawn.ids[np.array(rows)]), **words},
        features=drawn.features(rows),
        **drawn.place(first),
    )
