"""
Several scenarios, proposals or plans judged by the same rules on the same day, in columns.

Where residents are gained and lost between two plans, parcel by parcel.

Places that fall short in one plan and not in the other.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import geopandas as gpd
import shapely
from pyproj import Transformer

from blockplan.check import check
from blockplan.compare.changes import RowChange, changes
from blockplan.compare.columns import (
    ComparedColumn,
    ComparedVerdict,
    MeasureRow,
    column_document,
    keyed,
    measure_document,
    measure_rows,
    verdict_document,
    verdict_rows,
)
from blockplan.compare.gains import Gain, gains
from blockplan.compare.transition import Overlay, Transition, land, overlay
from blockplan.errors import UsageError
from blockplan.jsontext import JsonRecord
from blockplan.measure.inputs.homes import residents
from blockplan.plan import BASE, Plan, read, with_scenario
from blockplan.propose.takeover import changed_by, is_proposal, read_proposal
from blockplan.texts import DEFAULT_LANGUAGE
from blockplan.units import M2_PER_HA

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Sequence

    from blockplan.check.verdict import Verdict
    from blockplan.measure.measurement import Place

#: People that rounding may cost when a total is spread over parcels.
SAME_PEOPLE = 1e-6


@dataclass(frozen=True, slots=True)
class ResidentsChange(JsonRecord):
    """
    Residents of one parcel before and after.

    None where the number is unknown; a parcel that a plan does not draw has nobody.
    """

    column: str
    layer: str = field(default="parcels", init=False)
    id: str
    old: float | None
    new: float | None
    old_drawn: bool
    new_drawn: bool

    @property
    def gain(self) -> float | None:
        """Residents gained, negative where they are lost; None where one of the numbers is unknown."""
        return None if self.old is None or self.new is None else self.new - self.old


def residents_changes(column: str, before: Plan, after: Plan) -> list[ResidentsChange]:
    """Parcels whose number of residents differs, in the order of the layer; new parcels come last."""
    old, new = _by_parcel(before), _by_parcel(after)
    found = []
    for id_ in dict.fromkeys([*old, *new]):
        was, now = old.get(id_, 0.0), new.get(id_, 0.0)
        if not _same(was, now):
            found.append(ResidentsChange(column, id_, was, now, id_ in old, id_ in new))
    return found


def _same(was: float | None, now: float | None) -> bool:
    if was is None or now is None:
        return was is now
    return abs(was - now) <= SAME_PEOPLE


def _by_parcel(plan: Plan) -> dict[str, float | None]:
    """Residents by parcel id; parcels that share an id are summed."""
    found: dict[str, float | None] = {}
    people = residents(plan).by_parcel.tolist()
    for id_, number in zip(plan.layer("parcels").index.astype(str), people, strict=True):
        known = None if math.isnan(number) else number
        before = found.get(id_, 0.0)
        found[id_] = None if known is None or before is None else before + known
    return found


@dataclass(frozen=True, slots=True)
class Pair:
    """The first column and another one, laid over it: both plans in the CRS of the first."""

    column: str
    before: Plan
    after: Plan
    land: Overlay
    residents: tuple[ResidentsChange, ...]
    places: tuple[PlaceChange, ...]
    gains: tuple[Gain, ...] = ()


@dataclass(frozen=True, slots=True)
class Comparison:
    """
    Columns side by side; the first one is what the others are compared with.

    ``transitions`` and ``changes`` name the column they belong to; ``pairs`` holds the other columns,
    each laid over the first.
    """

    columns: tuple[ComparedColumn, ...]
    transitions: tuple[Transition, ...]
    changes: tuple[RowChange, ...]
    pairs: tuple[Pair, ...] = ()

    def verdict_rows(self) -> list[ComparedVerdict]:
        """One row a rule and scope object: the first verdict found, then one a column (None: not judged)."""
        return verdict_rows(self.columns)

    def measure_rows(self) -> list[MeasureRow]:
        """One row a measure: one measurement a column (None: not taken)."""
        return measure_rows(self.columns)

    def to_dict(self, lang: str = DEFAULT_LANGUAGE) -> dict[str, Any]:
        """The comparison as JSON writes it; see ``docs/compare.md``."""
        return {
            "columns": [column_document(one, drawn_ha(one.plan), lang) for one in self.columns],
            "verdicts": [verdict_document(row, self.columns, lang) for row in self.verdict_rows()],
            "measures": [measure_document(row, self.columns) for row in self.measure_rows()],
            "transition_ha": [transition.to_dict() for transition in self.transitions],
            "changed": [change.to_dict() for change in self.changes],
            "residents_changed": [one.to_dict() for pair in self.pairs for one in pair.residents],
            "places_changed": [one.to_dict() for pair in self.pairs for one in pair.places],
            "gains": [one.to_dict() for pair in self.pairs for one in pair.gains],
        }


def compare(
    plan: Plan,
    others: Sequence[str | Path],
    packs: Sequence[str | Path] | None = None,
    on: dt.date | None = None,
    progress: Callable[[str], None] | None = None,
) -> Comparison:
    """
    Judge scenarios of a plan, or other plans, side by side.

    Parameters
    ----------
    plan
        The plan whose scenarios are named; also the yardstick for rules and day.
    others
        Names of scenarios (``base`` included), proposals for the plan, or folders of other plans. With
        two or more, the first is what the others are compared with; with one (or one named several times),
        that is the plan as drawn. Another plan is brought into the CRS of `plan`.
    packs, on
        As in `blockplan.check.check`; by default those of `plan`, so that every column is judged alike.
    progress
        Called with the name of each column before it is judged.

    Raises
    ------
    UsageError
        If nothing but the plan as drawn is named, a name is neither a scenario nor a plan package,
        or of two plans only one lies in a local CRS.
    """
    if not others:
        known = ", ".join((BASE, *plan.manifest.scenarios))
        raise UsageError(
            f"Name at least one scenario or plan to compare with. Scenarios of the plan: {known}."
        )
    names = list(dict.fromkeys(str(other) for other in others))
    if len(names) == 1:
        names = list(dict.fromkeys((BASE, *names)))
    if len(names) == 1:
        known = ", ".join(plan.manifest.scenarios) or "none"
        raise UsageError(
            "The plan as drawn cannot be compared with itself alone. "
            f"Name a scenario (there are: {known}) or another plan."
        )
    packs = list(plan.manifest.packs) if packs is None else packs
    columns = []
    for name in names:
        if progress is not None:
            progress(name)
        shown = _plan_named(plan, name)
        columns.append(
            ComparedColumn(name, shown, check(shown, packs=packs, on=on or plan.manifest.drawn_on))
        )
    return beside(columns)


def beside(columns: Sequence[ComparedColumn]) -> Comparison:
    """Columns that are judged already, the first of them compared with each other one."""
    pairs = tuple(_pair(columns[0], column) for column in columns[1:])
    return Comparison(
        tuple(columns),
        tuple(row for pair in pairs for row in pair.land.rows(pair.column)),
        tuple(row for pair in pairs for row in changes(pair.column, pair.before, pair.after)),
        pairs,
    )


def drawn_ha(plan: Plan) -> float:
    """Land that the parcels of a plan draw, counted once, in hectares."""
    return float(shapely.area(land(plan).shapes).sum()) / M2_PER_HA


def _pair(first: ComparedColumn, other: ComparedColumn) -> Pair:
    laid = _over(first.plan, other.plan, other.id)
    return Pair(
        other.id,
        first.plan,
        laid,
        overlay(first.plan, laid),
        tuple(residents_changes(other.id, first.plan, other.plan)),
        tuple(place_changes(first, other)),
        tuple(gains(other.id, first.plan, laid)),
    )


def _over(first: Plan, other: Plan, name: str) -> Plan:
    """`other` in the CRS of `first`, so that one can be laid over the other."""
    if first.crs == other.crs:
        return other
    if first.crs is None or other.crs is None:
        raise UsageError(
            f"{name} cannot be laid over plan {first.manifest.id}: the CRS of one is {other.manifest.crs}, "
            f"of the other {first.manifest.crs}. Bring both into one CRS; a local one has no place on "
            "the earth."
        )
    frames = {layer: frame for layer, frame in other.layers.items() if isinstance(frame, gpd.GeoDataFrame)}
    placed = {layer: frame.set_crs(other.crs, allow_override=True) for layer, frame in frames.items()}
    return other.replace(**{layer: frame.to_crs(first.crs) for layer, frame in placed.items()})


def _plan_named(plan: Plan, name: str) -> Plan:
    if name == BASE or name in plan.manifest.scenarios:
        return with_scenario(plan.base, name)
    if is_proposal(name):
        return changed_by(plan, read_proposal(name))
    if Path(name).exists():
        return read(name)
    known = ", ".join((BASE, *plan.manifest.scenarios))
    raise UsageError(
        f"{name!r} is neither a scenario of plan {plan.manifest.id}, nor a proposal, nor a plan package.\n"
        f"Scenarios: {known}. A plan is named by its folder or zip, a proposal by its file or folder."
    )


Kind = Literal["appears", "vanishes"]
Places = dict[tuple[str, str], "Place"]
#: Outcomes that say of every place whether it falls short.
TOLD = frozenset({"pass", "fail"})


class JudgedScope(NamedTuple):
    """The object that was judged."""

    kind: str
    id: str


@dataclass(frozen=True, slots=True)
class PlaceChange(JsonRecord):
    """A place that a rule points at in one plan only; x, y in the CRS of the first (None: nowhere)."""

    column: str
    rule: str
    scope: JudgedScope
    layer: str
    id: str
    kind: Kind = field(metadata={"json": "change"})
    x: float | None
    y: float | None


def place_changes(first: ComparedColumn, other: ComparedColumn) -> list[PlaceChange]:
    """
    Places that appear or vanish from the verdicts of `first` to those of `other`, rule by rule.

    A verdict that is unknown in one of them says nothing about its places, so none of them is called
    new or gone.
    """
    before, after = keyed(first), keyed(other)
    found: list[PlaceChange] = []
    moves = {"appears": _mover(other.plan, first.plan), "vanishes": _mover(first.plan, first.plan)}
    for key in dict.fromkeys([*before, *after]):
        was, now = before.get(key), after.get(key)
        if was is None or now is None or not {was.outcome, now.outcome} <= TOLD:
            continue
        old, new = _by_place(was), _by_place(now)
        scope = JudgedScope(was.scope_kind, was.scope_id)
        sides: tuple[tuple[Kind, Places, Places], ...] = (("appears", new, old), ("vanishes", old, new))
        for kind, places, lacking in sides:
            for name in sorted(places.keys() - lacking.keys()):
                spot = moves[kind](places[name].x, places[name].y)
                found.append(PlaceChange(other.id, key.rule, scope, *name, kind, *spot))
    return found


def _by_place(verdict: Verdict) -> Places:
    return {(place.layer, place.id): place for place in verdict.where}


def _mover(own: Plan, plan: Plan) -> Callable[[float, float], tuple[float | None, float | None]]:
    """What brings a point of a plan into the CRS of another; (None, None) for a point that lies nowhere."""
    transform = None
    if own.crs != plan.crs and own.crs is not None and plan.crs is not None:
        transform = Transformer.from_crs(own.crs, plan.crs, always_xy=True).transform

    def move(x: float, y: float) -> tuple[float | None, float | None]:
        if not (math.isfinite(x) and math.isfinite(y)):
            return None, None
        east, north = transform(x, y) if transform else (x, y)
        return float(east), float(north)

    return move
