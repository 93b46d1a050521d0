"""
A measurement: the value, its unit, the definition it used, and what it counted.

An indicator is a function ``(plan, parameters) -> Measurement`` (`Parameters`). It never
guesses: what cannot be known is None, and ``missing`` says what would have to
be filled in.

Values feature by feature: one for each parcel, building or block that a measure speaks of.

A measure that gives them keeps them in arrays, a row a feature of its layer, so that a plan of 20,000
parcels is measured and judged at once and no record is made for a feature that nobody asks about.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from blockplan.jsontext import plain
from blockplan.measure.definition import Defined
from blockplan.measure.missing import Missing, lines, only_nothing
from blockplan.measure.parameters import DEFAULTS, Parameters
from blockplan.plan.model.recall import once_for

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray


#: Layer -> the kind of its features, as a part of a measurement names it (``parcel:QY-01``).
KINDS = {"parcels": "parcel", "buildings": "building", "facilities": "facility", "blocks": "block"}


@dataclass(frozen=True, slots=True, eq=False)
class Each:
    """
    Values of the features of a layer, a row a feature.

    Attributes
    ----------
    spots
        The point that each stands at (plan CRS, m), n x 2.
    value
        In the unit of the measurement; NaN where it is unknown.
    spoken_of
        Which features the measure speaks of.
    ends
        Between which numbers a value lies; both are the value where it is known.
    at_least, at_most
        The bounds that the plan itself sets to each; NaN: none.
    classes
        By which class of a table each is judged, None where that is not known; several of them where the
        class is known but for a choice.
    off
        How exactly each value is known from the drawing, in its unit.
    lacking
        What is not said, and in which features.
    unsure
        Features that may not be meant at all for what they say: they can pass, and not fail.
    parts
        Layer -> ids of other features that were counted, and the row that each was counted for.
    """

    layer: str
    ids: NDArray[Any]
    spots: NDArray[np.float64]
    value: NDArray[np.float64]
    spoken_of: NDArray[np.bool_]
    ends: tuple[NDArray[np.float64], NDArray[np.float64]]
    at_least: NDArray[np.float64]
    at_most: NDArray[np.float64]
    classes: tuple[NDArray[Any], ...] = ()
    off: NDArray[np.float64] | float = 0.0
    lacking: tuple[tuple[Missing, NDArray[np.bool_]], ...] = ()
    unsure: NDArray[np.bool_] | bool = False
    parts: Mapping[str, tuple[NDArray[Any], NDArray[np.intp]]] = field(default_factory=dict)

    @property
    def bounded(self) -> NDArray[np.bool_]:
        """Which features the plan itself bounds."""
        return np.asarray(self.spoken_of & ~(np.isnan(self.at_least) & np.isnan(self.at_most)))

    def by(self) -> Iterator[dict[str, Any]]:
        """Each feature that is spoken of with its value, as JSON writes the parts of a measurement."""
        kind, rows = KINDS[self.layer], np.flatnonzero(self.spoken_of)
        for name, value in zip(self.ids[rows], self.value[rows].tolist(), strict=True):
            yield {"scope": f"{kind}:{name}", "value": None if np.isnan(value) else value}


#: Measures that are so much for every 100 m2 of floor area.
PER_FLOOR = frozenset({"parcel_parking", "parking_per_floor"})
#: Service -> what a place in it is called; a place of any other is a ``place``.
PLACES = {
    **dict.fromkeys(
        ("kindergarten", "primary_school", "secondary_school", "nine_year_school"), "school place"
    ),
    "childcare": "childcare place",
    "library": "seat",
    "culture": "seat",
}
#: Floor area ratios, which Japanese alone writes in percent.
FLOOR_AREA_RATIOS = frozenset(
    {"floor_area_ratio", "gross_floor_area_ratio", "parcel_far", "street_block_far"}
)
#: Measures whose unit is ``1`` and that are ratios or indices: 1.6, not 160%.
RATIOS = FLOOR_AREA_RATIOS | frozenset(
    {
        "belt_southward",
        "building_light",
        "core_concentration",
        "industry_location_quotient",
        "land_consumption_ratio",
        "land_use_mix",
    }
)


@dataclass(frozen=True, slots=True)
class Place:
    """
    A feature that a verdict points at: layer, id, a point on it (plan CRS, m) and its own value.

    `margin` is how far that value lies inside its limit, where each feature is judged by itself.
    """

    layer: str
    id: str
    x: float
    y: float
    value: float | None
    margin: float | None = None


#: What a part counted that names no features of its own.
NONE_OF_ITS_OWN: Mapping[str, tuple[str, ...]] = {}
#: A part of which the definition says no more than of the whole.
AS_THE_WHOLE: Mapping[str, Any] = {}


class Part(NamedTuple):
    """
    The value of one part of the plan (an area, a block, a park, a station).

    A rule that judges each area, block, subblock or living circle reads the parts whose
    scope is ``KIND:ID``; what a verdict on one of them needs besides its value stands in
    the other attributes.

    Attributes
    ----------
    scope
        ``block:XHM-1``, ``within_500m``, ...
    value
        In the unit of the measurement; None where it is unknown.
    supply, residents
        The amount before division, and the residents it is divided by or who are meant.
    affected_residents
        Residents of the part who fall short; None where the measure cannot say.
    places
        Features of the part that fall short, worst first.
    counted
        Layer -> ids of the features that the part counted; empty: those of the whole measurement.
    ends
        Between which numbers the value lies, whatever the unknown turns out to be (infinity: no end); None
        where that cannot be said.
    """

    scope: str
    value: float | None
    supply: float | None = None
    residents: float | None = None
    affected_residents: float | None = None
    missing: tuple[Missing, ...] = ()
    places: Sequence[Place] = ()
    counted: Mapping[str, tuple[str, ...]] = NONE_OF_ITS_OWN
    ends: tuple[float, float] | None = None
    about: Mapping[str, Any] = AS_THE_WHOLE

    @property
    def nothing(self) -> bool:
        """Whether there is no value because there is nothing to measure, and not because it is unknown."""
        return self.value is None and only_nothing(self.missing)


@dataclass(frozen=True, slots=True)
class Reading(Defined):
    """
    The same measure under another definition.

    Attributes
    ----------
    id
        ``line_edge``, ``net_edge_entrance``, ...
    share
        Share of the weight within the limit, 0..1; None where it cannot be known.
    weight
        ``residents``, or ``buildings`` / ``parcels`` where residents are unknown.
    changed
        Ids of the places that are on the other side of the limit than in the judging reading.
    definition
        From where, to where, along what, with which limits.
    """

    id: str
    share: float | None
    weight: str
    changed: tuple[str, ...] = ()
    definition: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Measurement(Defined):
    """
    One indicator of one plan.

    Attributes
    ----------
    unit
        Unit of the value; ``1`` for shares, which are 0..1.
    definition
        What was measured and how: plain JSON, the parameters used included.
    by
        The value of each part, where the measure has parts.
    readings
        The same under other definitions.
    counted
        Layer -> ids of the features that were counted (a fault of one of them puts the value in doubt).
    places
        Features that fall short (beyond the distance, out of range), worst first.
    affected_residents
        Residents at those places; None where the measure cannot say.
    supply
        The amount before division, for per-person measures: beds, m2.
    per
        How many residents the value is counted per (1, 1000); 0 where it is not a per-person measure.
    summed
        (layer, column) -> ids of the features of which that column alone was read: the residents
        that a supply is divided by.
    ends
        Between which numbers an unknown value lies, as in a part.
    each
        The value of each parcel, building or block, for a measure that is taken feature by feature.
    """

    id: str
    value: float | None
    unit: str
    definition: Mapping[str, Any] = field(default_factory=dict)
    by: tuple[Part, ...] = ()
    readings: tuple[Reading, ...] = ()
    missing: tuple[Missing, ...] = ()
    counted: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    places: Sequence[Place] = ()
    affected_residents: float | None = None
    supply: float | None = None
    per: float = 0.0
    summed: Mapping[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)
    ends: tuple[float, float] | None = None
    each: Each | None = None
    parameters: Parameters = DEFAULTS

    @property
    def nothing(self) -> bool:
        """Whether there is no value because there is nothing to measure, and not because it is unknown."""
        return self.value is None and only_nothing(self.missing)

    @property
    def measure(self) -> str:
        """Its name in the registry; `id` is another where a pack reports the figure by a name of its own."""
        return str(self.definition.get("measure", self.id))

    @property
    def title(self) -> Mapping[str, str] | None:
        """What a pack calls the figure; None where it goes by the name of its measure."""
        return self.definition.get("title")

    @property
    def document(self) -> Mapping[str, str]:
        """Document and clause that a pack reports the figure for; empty where it names none."""
        found = self.definition.get("source")
        return found if isinstance(found, dict) else {}

    @property
    def weight(self) -> str | None:
        """What a share is a share of: ``residents``, ``residents_and_jobs``, ...; None of other measures."""
        return self.definition.get("weight")

    @property
    def origin(self) -> str:
        """Where residents are taken from, as ``plan.toml`` says; "" of other measures."""
        found = self.definition.get("source")
        return found if isinstance(found, str) else ""

    @property
    def confidence(self) -> str:
        """How far the document can be relied on; "" where a pack names none."""
        return str(self.definition.get("confidence", ""))

    def to_dict(self) -> dict[str, Any]:
        """The measurement as JSON writes it."""
        return {
            "id": self.id,
            "value": self.value,
            "unit": self.unit,
            "definition": dict(self.definition),
            "by": [
                *({"scope": part.scope, "value": part.value} for part in self.by),
                *(() if self.each is None else self.each.by()),
            ],
            "readings": plain(self.readings),
            "missing": list(lines(self.missing)),
            "supply": self.supply,
        }


def both(*counted: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """What several counts read, by layer, each feature once."""
    found = {}
    for layer in dict.fromkeys(chain.from_iterable(counted)):
        names = [one[layer] for one in counted if layer in one]
        found[layer] = once_for("both", partial(_each_once, names), *names)
    return found


def _each_once(names: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(chain.from_iterable(names)))


def figure_unit(measurement: Measurement | None, unit: str = "") -> str:
    """
    The unit that a figure is written in.

    A share (``1``) stands in percent, a ``ratio`` as a plain number, ``far`` as each language writes it.

    Parking over floor area says so; places are called as their services call them.
    """
    if measurement is None:
        return unit
    services = measurement.parameters.services
    return unit_of_figures(measurement.measure, unit or measurement.unit, services)


def unit_of_figures(measure: str, unit: str, services: Iterable[str] = ()) -> str:
    """The unit that figures of a measure are written in; places are those of some services."""
    if unit == "place":
        called = {PLACES.get(one, unit) for one in services}
        return called.pop() if len(called) == 1 else unit
    if measure in PER_FLOOR:
        return f"{unit}/100 m2"
    if unit == "1" and measure in RATIOS:
        return "far" if measure in FLOOR_AREA_RATIOS else "ratio"
    return unit
