"""
A verdict: what a rule asks, what the plan gives, who and where falls short, and what would put it right.

These are plain records; `judge` makes them, the report and the command line show them.

How the features that a rule judges one by one came out.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import repeat
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np

from blockplan.jsontext import OR_NULL, JsonRecord, plain, some
from blockplan.measure.definition import Defined
from blockplan.measure.measurement import Measurement, Place
from blockplan.measure.missing import lines
from blockplan.measure.parameters import DEFAULTS, Parameters
from blockplan.plan.model.recall import by_row
from blockplan.texts import DEFAULT_LANGUAGE, pick

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from blockplan.measure.measurement import Each
    from blockplan.measure.missing import Missing
    from blockplan.plan.model.faults import Fault

#: How a feature comes out, in the order in which they are counted.
PASS, FAIL, UNKNOWN = 0, 1, 2
NAMES = ("pass", "fail", "unknown")
Outcome = Literal["pass", "fail", "unknown", "not_applicable"]
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """
    How each feature came out, a row a feature that the rule judges.

    Attributes
    ----------
    rows
        Which rows of `each` are judged.
    outcome
        `PASS`, `FAIL` or `UNKNOWN` of each.
    margin
        How far the value lies inside what is asked, negative outside; NaN where the value is not known.
    least, most
        What is asked of each; NaN: no such end.
    """

    each: Each
    rows: NDArray[np.intp]
    outcome: NDArray[np.int8]
    margin: NDArray[np.float64]
    least: NDArray[np.float64]
    most: NDArray[np.float64]

    @property
    def counts(self) -> dict[str, int]:
        """How many features pass, fail and are unknown."""
        found = np.bincount(self.outcome, minlength=len(NAMES)).tolist()
        return dict(zip(NAMES, found, strict=True))

    @property
    def ids(self) -> NDArray[Any]:
        """Ids of the features that are judged."""
        return np.asarray(self.each.ids[self.rows])

    @property
    def value(self) -> NDArray[np.float64]:
        """Their values; NaN where one is not known."""
        return np.asarray(self.each.value[self.rows])

    @property
    def settled(self) -> Outcome:
        """The outcome of all: that one fails, else that one is unknown."""
        if not len(self.rows):
            return "not_applicable"
        if (self.outcome == FAIL).any():
            return "fail"
        return "unknown" if (self.outcome == UNKNOWN).any() else "pass"

    def only(self, numbers: Sequence[int]) -> Judged:
        """Some of the features, by their numbers."""
        at = np.asarray(numbers, dtype=np.intp)
        return Judged(
            self.each, self.rows[at], self.outcome[at], self.margin[at], self.least[at], self.most[at]
        )

    def worst_first(self, outcome: int) -> NDArray[np.intp]:
        """Numbers of the features of an outcome, what misses its limit by most first, then by id."""
        found = np.flatnonzero(self.outcome == outcome)
        margin = np.nan_to_num(self.margin[found], nan=np.inf)
        return np.asarray(found[np.lexsort((self.ids[found].astype(str), margin))])

    @property
    def worst(self) -> int | None:
        """Number of the feature that lies farthest outside what is asked of it, else nearest to it."""
        known = np.flatnonzero(~np.isnan(self.margin) & (self.outcome != UNKNOWN))
        chosen = known[self.outcome[known] == FAIL] if (self.outcome[known] == FAIL).any() else known
        return int(chosen[np.argmin(self.margin[chosen])]) if len(chosen) else None

    def places(self, outcome: int, of: str) -> tuple[Place, ...]:
        """The features of an outcome as places, worst first; `of` names the rule that judges them."""
        found = np.flatnonzero(self.outcome == outcome)
        rows, layer = self.rows[found], self.each.layer
        columns = (self.each.ids[rows], *self.each.spots[rows].T, self.each.value[rows], self.margin[found])
        made: NDArray[Any] = by_row("judged place", partial(_places, layer), *columns, fixed=(layer, of))
        worst_first = np.searchsorted(found, self.worst_first(outcome))
        return tuple(made[worst_first].tolist())


def _places(layer: str, names: NDArray[Any], *numbers: NDArray[np.float64]) -> NDArray[Any]:
    """Features at x and y, each with its value and margin."""
    x, y, *known = (column.tolist() for column in numbers)
    values, margins = ([None if math.isnan(one) else one for one in column] for column in known)
    found = np.empty(len(names), dtype=object)
    found[:] = list(map(Place, repeat(layer), map(str, names), x, y, values, margins))
    return found


Force = Literal["must", "should", "target", "comparator"]
State = Literal["kept", "missed", "represented", "not_evidenced", "context"]
Text = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Required(JsonRecord):
    """
    What the rule asks: `value` is a number, or ``(low, high)`` for ``between``.

    NaN where a rule that judges each parcel asks another figure of each and none was judged.
    """

    op: Literal[">=", "<=", ">", "<", "=", "between"]
    value: float | tuple[float, float]

    def to_dict(self, lang: str | None = None) -> dict[str, Any]:
        """As JSON writes it, where NaN is null."""
        if isinstance(self.value, tuple):
            return {"op": self.op, "value": list(self.value)}
        return {"op": self.op, "value": None if math.isnan(self.value) else self.value}


@dataclass(frozen=True, slots=True)
class Remedy:
    """What would put a failed rule right: so many units of something, and the same as a sentence."""

    amount: float | None
    unit: str
    text: Text


@dataclass(frozen=True, slots=True)
class ReadingOutcome(Defined):
    """How a reading beside the judging one would have turned out."""

    id: str
    share: float | None
    weight: str
    outcome: Outcome
    changed: tuple[str, ...] = ()
    definition: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Override(JsonRecord):
    """
    A parameter that ``plan.toml [parameters]`` sets to another value than it has by itself.

    Attributes
    ----------
    name, value, default
        The parameter, the plan's value, and the one that a rule or measure has by itself.
    rules
        Rules that open it: they are judged under the plan's value.
    closed
        Rules that do not, though their measure takes it: they are judged by their own.
    measures
        Measures that are shown and not judged, under the plan's value; ``validate`` for a test of the data.
    """

    name: str
    value: Any
    default: Any
    rules: tuple[str, ...] = ()
    closed: tuple[str, ...] = ()
    measures: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict(Defined, JsonRecord):
    """
    The judgement of one rule on one object of the plan.

    `measured`, `required` and `margin` share `unit` (shares are 0..1 with unit
    ``1``); `margin` is how far the value lies inside the limit, negative when
    it lies outside. `tolerance` is how exactly the drawing gives the value: so
    near to the limit it is at it. `missing` says what an unknown verdict would
    need, `doubts` are the faults of the data that made it unknown. `overrides`
    are parameters that the rule opens and the plan sets. A rule that judges each
    parcel has one verdict: `judged` holds how each came out, `measured` and
    `required` are those of the parcel that misses its limit by most.
    """

    rule: str
    title: Text
    scope_kind: str
    scope_id: str
    outcome: Outcome
    measured: float | None = None
    unit: str
    required: Required
    margin: float | None = None
    remedy: Remedy | None = None
    affected_residents: float | None = None
    where: Sequence[Place] = ()
    definition: Mapping[str, Any]
    readings: tuple[ReadingOutcome, ...] = ()
    force: Force
    confidence: Literal["A", "B", "C"]
    source: Mapping[str, Any]
    missing: tuple[Missing, ...] = ()
    notes: tuple[Text, ...] = ()
    measurement: Measurement | None = None
    pack: str = ""
    doubts: tuple[Fault, ...] = ()
    tolerance: float = 0.0
    overrides: tuple[Override, ...] = ()
    judged: Judged | None = None

    @property
    def parameters(self) -> Parameters:
        """What the measure was called with; the defaults where none was."""
        return DEFAULTS if self.measurement is None else self.measurement.parameters

    @property
    def scope(self) -> dict[str, str]:
        """The kind and the id of what is judged."""
        return {"kind": self.scope_kind, "id": self.scope_id}

    def to_dict(self, lang: str | None = DEFAULT_LANGUAGE) -> dict[str, Any]:
        """The verdict as JSON writes it."""
        return {
            "rule": self.rule,
            "title": pick(self.title, lang),
            "scope": self.scope,
            **some(self, lang, "outcome", "measured", "unit", "required", "margin", "tolerance", "remedy"),
            "affected_residents": self.affected_residents,
            "where": [_place(place) for place in self.where],
            **({} if self.judged is None else {"judged": self.judged.counts}),
            "definition": dict(self.definition),
            "readings": plain(self.readings),
            **some(self, None, "force", "confidence", "source"),
            "missing": list(lines(self.missing)),
            "notes": [pick(note, lang) for note in self.notes],
            "overrides": [some(one, None, "name", "value", "default") for one in self.overrides],
            "pack": self.pack,
        }


def _place(place: Place) -> dict[str, Any]:
    shown = {"layer": place.layer, "id": place.id, "x": place.x, "y": place.y, "value": place.value}
    return shown if place.margin is None else {**shown, "margin": place.margin}


@dataclass(frozen=True, slots=True)
class StatementState(JsonRecord):
    """Whether a sentence of the plan's text is borne out: by which rules, layers, objects, and why not."""

    statement_id: str
    state: State
    kind: str
    text: Text
    bound_to: tuple[str, ...]
    why: Text


@dataclass(frozen=True, slots=True)
class Discrepancy(JsonRecord):
    """
    One figure in text, table and drawing.

    Attributes
    ----------
    statement_id
        The sentence that says it; "" where none does.
    said, tabled, drawn
        The figure of the text, of columns, of geometry, in `unit`; None where one does not speak of it.
    tolerance
        How far they may lie apart; None where reaching the figure is enough.
    agrees
        Whether those that are there agree; None where that is not known.
    """

    statement_id: str = field(metadata=OR_NULL)
    subject: Text
    said: float | None
    tabled: float | None
    drawn: float | None
    unit: str
    tolerance: float | None
    agrees: bool | None
    note: Text


@dataclass(frozen=True, slots=True)
class Residents:
    """Residents of the plan: the value that judges, and the range it is uncertain within."""

    low: float | None
    central: float | None
    high: float | None
    source: str = ""
    missing: tuple[Missing, ...] = ()


@dataclass(frozen=True, slots=True)
class Capacity:
    """The largest population the supplies can carry (rounded down), and the rule that binds."""

    residents: int | None
    binding_rule: str | None
    by_rule: Mapping[str, int | None]


@dataclass(frozen=True, slots=True)
class CheckResult(JsonRecord):
    """Everything that `check` finds out about one scenario of one plan on one day."""

    plan: str
    scenario: str
    on: str
    packs: tuple[str, ...]
    residents: Residents
    capacity: Capacity
    verdicts: tuple[Verdict, ...]
    reported: tuple[Measurement, ...]
    statements: tuple[StatementState, ...]
    faults: tuple[Fault, ...]
    content_hash: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    differences: tuple[Discrepancy, ...] = ()
    overrides: tuple[Override, ...] = ()
    pack_titles: Mapping[str, Text] = field(default_factory=dict)

    @property
    def exit_code(self) -> int:
        """0 if no ``must`` rule fails or is unknown, 1 if one fails, 3 if none fails and some are unknown."""
        outcomes = {verdict.outcome for verdict in self.verdicts if verdict.force == "must"}
        if "fail" in outcomes:
            return 1
        return 3 if "unknown" in outcomes else 0

    def verdict(self, rule: str, scope: str | None = None) -> Verdict:
        """The verdict of a rule (on one scope object, where it has several); KeyError if there is none."""
        for verdict in self.verdicts:
            if verdict.rule == rule and scope in (None, verdict.scope_id):
                return verdict
        raise KeyError(rule)

    def to_dict(self, lang: str | None = DEFAULT_LANGUAGE) -> dict[str, Any]:
        """The result as JSON writes it."""
        return {
            **some(self, None, "plan", "scenario", "on", "packs", "content_hash"),
            "residents": {
                **some(self.residents, None, "low", "central", "high", "source"),
                "missing": list(lines(self.residents.missing)),
            },
            "capacity": plain(self.capacity),
            "parameters": dict(self.parameters),
            "overrides": plain(self.overrides),
            "verdicts": plain(self.verdicts, lang),
            "reported": [measurement.to_dict() for measurement in self.reported],
            **some(self, lang, "statements", "differences", "faults"),
        }
