"""
Whether words are known: land-use codes, the names beside them, columns with a list of values.

A code that no list knows is an error; a service that no rule knows is a note.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from blockplan.plan.model.codes import DEFAULT_LIST, LISTS, landuse, plain
from blockplan.plan.model.faults import Fault, fault
from blockplan.plan.model.layers import MODES, OTHER_MODES, VALUES
from blockplan.plan.validity.checked_layers import Drawn, named, spread

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from blockplan.plan.model.codes import LandUseList

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
        silent = np.array([not _split(text or "") for text in stops.words("modes")], dtype=bool)
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
        return "list", {"list": list_name, "lists": ", ".join(LISTS)}
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
        return "coarse", {**words, "meant": ", ".join(known.nationals(code)), "list": list_name}
    # The class's name in the language in which the office writes.
    label = known.label(code, "en" if (name or "").isascii() else "zh")
    return case, {**words, "code_name": label, "meant": ", ".join(sorted(meant))}


def _beside(known: LandUseList, code: str, name: str | None, meant: frozenset[str]) -> str:
    """Whether a known code and the name beside it agree: the name may be that of a wider class."""
    if name is None or any(known.within(code, each) for each in meant):
        return ""
    return "differs" if meant else "name"


def _listed_codes(drawn: Drawn, column: str) -> list[Fault]:
    rows_of: dict[tuple[str, str], list[int]] = defaultdict(list)
    alike: dict[tuple[str, str], list[int]] = defaultdict(list)
    for row, (text, name) in enumerate(zip(drawn.words(column), drawn.words("land_use_list"), strict=True)):
        if text is not None:
            alike[text, name or DEFAULT_LIST].append(row)
    for (text, name), rows in alike.items():
        for code in _split(text) if name in LISTS else ():
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
        for value in _split(text) if comma else [text]:
            if value not in known:
                rows_of[value] += np.flatnonzero(kind == number).tolist()
    words = {"known": ", ".join(sorted(known))}
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


def _split(text: str) -> list[str]:
    return [part.strip() for part in text.replace("，", ",").replace("、", ",").split(",") if part.strip()]
