"""
Whether the text says what the drawing shows, and the same in all three languages.

A statement that is bound to an object or to the areas and states an area or a
length is held against what is drawn, to the precision stated. A statement
that already differs from the drawing is not reported for its languages too.

A statement is bound to ``rule:ID``, ``layer:NAME``, ``object:ID`` or ``programme:KIND``. Two kinds more carry
what no feature shows: ``measure:ID`` with a condition (the sentence holds only if the measure bears it out)
and ``manifest:KEY`` for what ``plan.toml`` says.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from blockplan.figures import fixed, with_unit
from blockplan.plan.model.faults import Fault, fault
from blockplan.plan.model.figures import Dimension, TextFigure, figures
from blockplan.plan.validity.checked_layers import Drawn, place_of
from blockplan.texts import DEFAULT_LANGUAGE, LANGUAGES, listed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence, Set

#: Kinds of binding that a statement may have.
BINDINGS = ("rule", "layer", "object", "programme", "measure", "manifest")

_CONDITION = re.compile(
    r"(?P<name>\w+)(?:\[(?P<scope>[^\[\]]+)\])?(?:\s*(?P<op>>=|<=|=|>|<)\s*(?P<value>\d+(?:\.\d+)?))?"
)


@dataclass(frozen=True, slots=True)
class Condition:
    """
    What a statement asks of a measure.

    Attributes
    ----------
    scope
        The part that is asked for (``area:rd``); "" for the value of the whole plan.
    op, value
        ``>=``, ``<=``, ``=``, ``>`` or ``<`` and a number; "" and None where it is enough to know the value.
    """

    name: str
    scope: str = ""
    op: str = ""
    value: float | None = None

    def holds(self, measured: float) -> bool:
        """Whether a known value meets the condition; the last digits of a sum do not decide."""
        if self.value is None:
            return True
        slack = 1e-9 * max(1.0, abs(self.value))
        return {
            ">=": measured >= self.value - slack,
            "<=": measured <= self.value + slack,
            "=": abs(measured - self.value) <= slack,
            ">": measured > self.value + slack,
            "<": measured < self.value - slack,
        }[self.op]


def bindings(text: str | None) -> list[str]:
    """
    What a statement is bound to, one by one.

    Examples
    --------
    >>> bindings("rule:zone-edu, object:rd")
    ['rule:zone-edu', 'object:rd']
    """
    return [part.strip() for part in (text or "").replace("，", ",").split(",") if part.strip()]


def condition(text: str) -> Condition | None:
    """
    The condition that stands behind ``measure:``; None where it cannot be understood.

    Examples
    --------
    >>> condition("area_townships[area:life]=2")
    Condition(name='area_townships', scope='area:life', op='=', value=2.0)
    >>> condition("jobs").holds(3.0), condition("more than 3")
    (True, None)
    """
    found = _CONDITION.fullmatch(text.strip())
    if found is None:
        return None
    value = found["value"]
    return Condition(found["name"], found["scope"] or "", found["op"] or "", float(value) if value else None)


#: A core stands for its area in the text; its own size is never stated.
UNMEASURED_ROLES = frozenset({"core"})


@dataclass(frozen=True, slots=True)
class _Object:
    """A drawn feature that a statement is bound to: its area (m2) or length (m)."""

    drawn: Drawn
    row: int
    dimension: Dimension
    measured: float


@dataclass(frozen=True, slots=True)
class _Clash:
    """A figure that no drawn object bears out, and the object it is nearest to."""

    language: str
    figure: TextFigure
    nearest: _Object
    measured: float


def check_statements(layers: Mapping[str, Drawn]) -> list[Fault]:
    """Statements whose figures differ from the drawing, or from one language to the other."""
    statements = layers.get("statements")
    if statements is None:
        return []
    meant = {name for text in statements.words("bound_to") for name in _objects_of(bindings(text))}
    objects = _objects(layers, meant)
    columns = {lang: statements.words(f"text_{lang}") for lang in LANGUAGES}
    faults: list[Fault] = []
    for row, bound_to in enumerate(statements.words("bound_to")):
        said = {lang: figures(column[row]) for lang, column in columns.items() if column[row]}
        if not any(said.values()):
            continue
        clash = _against_drawing(said, bindings(bound_to), objects, layers)
        found = _drawing_fault(statements, row, clash) if clash else _language_fault(statements, row, said)
        if found is not None:
            faults.append(found)
    return faults


def _objects_of(bound: Sequence[str]) -> list[str]:
    """Ids of the objects that a statement is bound to."""
    return [name.removeprefix("object:") for name in bound if name.startswith("object:")]


#: Dimension of a geometry -> what its size is.
_SIZED: dict[int, Dimension] = {1: "length", 2: "area"}


def _objects(layers: Mapping[str, Drawn], meant: Set[str]) -> dict[str, list[_Object]]:
    """Id -> the drawn features that bear it, by area or length: areas, and those that are meant."""
    found: dict[str, list[_Object]] = {}
    for drawn in layers.values():
        if drawn.spec.id_column is None or drawn.spec.geometry in ("none", "point"):
            continue
        if drawn.name != "areas" and meant.isdisjoint(drawn.ids):
            continue
        roles = drawn.words("role")
        named = pd.Index(drawn.ids).isin(list(meant)) | (drawn.name == "areas")
        for row in np.flatnonzero(drawn.usable & named):
            dimension = int(shapely.get_dimensions(drawn.geometry[row]))
            kind = _SIZED.get(dimension, "")
            if kind and roles[row] not in UNMEASURED_ROLES:
                size = shapely.length if kind == "length" else shapely.area
                measured = float(size(drawn.geometry[row]))
                found.setdefault(drawn.ids[row], []).append(_Object(drawn, int(row), kind, measured))
    return found


def _against_drawing(
    said: Mapping[str, Sequence[TextFigure]],
    bound: Sequence[str],
    objects: Mapping[str, list[_Object]],
    layers: Mapping[str, Drawn],
) -> _Clash | None:
    names = _objects_of(bound)
    if "layer:areas" in bound and "areas" in layers:
        areas = layers["areas"]
        names += [areas.ids[row] for row in areas.rows]
    about = [objects[name][0] for name in dict.fromkeys(names) if objects.get(name)]
    for dimension in ("area", "length"):
        meant = [each for each in about if each.dimension == dimension]
        for lang, stated in said.items():
            clash = _clash(lang, [figure for figure in stated if figure.dimension == dimension], meant)
            if clash is not None:
                return clash
    return None


def _clash(lang: str, stated: Sequence[TextFigure], meant: Sequence[_Object]) -> _Clash | None:
    """
    The first figure that is wrong about the objects meant, if one is.

    Where no figure fits an object or the sum of all, the first is wrong. In a
    list (half of the figures or more fit an object each) so is any that does
    not. Otherwise the sentence speaks of other things as well.
    """
    if not stated or not meant:
        return None
    total = sum(each.measured for each in meant)
    single = [any(figure.fits(each.measured) for each in meant) for figure in stated]
    fits = [one or figure.fits(total) for one, figure in zip(single, stated, strict=True)]
    listed = len(meant) > 1 and 2 * sum(single) >= len(stated)
    if all(fits) or (any(fits) and not listed):
        return None
    figure = stated[fits.index(False)]
    open_ = [each for each in meant if not any(other.fits(each.measured) for other in stated)] or list(meant)
    nearest = min(open_, key=lambda each: abs(each.measured - figure.value))
    near_total = not any(single) and abs(total - figure.value) < abs(nearest.measured - figure.value)
    return _Clash(lang, figure, nearest, total if near_total else nearest.measured)


def _drawing_fault(statements: Drawn, row: int, clash: _Clash) -> Fault:
    figure, nearest = clash.figure, clash.nearest
    unit = "m2" if figure.dimension == "area" else "m"
    return fault(
        "pq-text",
        "statements",
        statements.ids[row],
        measured=clash.measured - figure.value,
        unit=unit,
        values={
            "said": figure.said,
            "language": clash.language,
            "object": nearest.drawn.ids[nearest.row],
            "objects": nearest.drawn.name,
            "drawn": with_unit(
                fixed(clash.measured / figure.factor, _decimals(figure)), figure.unit, DEFAULT_LANGUAGE
            ),
        },
        features=((statements.name, statements.ids[row]), *nearest.drawn.features([nearest.row])),
        **place_of(nearest.drawn.geometry[nearest.row]),
    )


def _decimals(figure: TextFigure) -> int:
    """Two digits more than the text states, so that the difference can be seen."""
    return max(0, round(-math.log10(2 * figure.half / figure.factor))) + 2


def _language_fault(statements: Drawn, row: int, said: Mapping[str, Sequence[TextFigure]]) -> Fault | None:
    """A figure that one language states and another does not; sizes weigh more than bare numbers."""
    for sized in (True, False):
        for lang, stated in said.items():
            for figure in stated:
                # "1人当たり" and "a person" say the same: a bare one is no figure.
                if not figure.digits or bool(figure.dimension) != sized or (not sized and figure.value == 1):
                    continue
                lacking = [
                    other
                    for other, theirs in said.items()
                    if other != lang and not any(figure.same(each) for each in theirs)
                ]
                if lacking:
                    words = {"said": figure.said, "language": lang, "lacking": listed(lacking)}
                    return fault(
                        "pq-text",
                        "statements",
                        statements.ids[row],
                        case="languages" if sized else "numbers",
                        aspect=f"text_{lacking[0]}",
                        values=words,
                    )
    return None
