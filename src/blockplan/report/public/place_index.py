"""
What `blockplan.report.public.place` looks things up in: names, hosts, verdicts and sentences by feature.

Everything is built once for a plan and its result; a look-up then costs microseconds.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from blockplan.figures import is_known
from blockplan.measure.inputs.columns import ids, shapes, values
from blockplan.measure.inputs.floors import parcel_points
from blockplan.measure.inputs.parts import pieces
from blockplan.plan import landuse
from blockplan.plan.model.codes import DEFAULT_LIST, LISTS
from blockplan.report.document import PageLink
from blockplan.report.features import unit_of
from blockplan.report.public.place_records import Concern, PlannedUse, ReachRequirement, Sentence
from blockplan.texts import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from blockplan.check.verdict import CheckResult, StatementState, Text, Verdict
    from blockplan.plan import Plan

#: Layer -> what one of its features is called in links and addresses.
KINDS = {
    "parcels": "parcel",
    "areas": "area",
    "zones": "zone",
    "blocks": "block",
    "subblocks": "subblock",
    "circles": "circle",
    "structure": "structure",
    "facilities": "facility",
    "greens": "green",
    "streets": "street",
    "stops": "stop",
    "water": "water",
    "woodland": "wood",
    "rail": "rail",
    "buildings": "building",
    "programmes": "programme",
    "green_entrances": "entrance",
}
LAYER_OF = {kind: layer for layer, kind in KINDS.items()}
#: Layers that a parcel lies in, from the largest to the smallest.
AROUND = ("areas", "zones", "blocks", "subblocks", "circles")
#: Layers whose features stand on a parcel that they name.
HOSTED = ("facilities", "programmes", "buildings")
#: What must be kept comes first.
FORCES = ("must", "should", "target", "comparator")
#: Measure -> what it is a distance to, where it counts every one of the kind.
REACHES = {
    "green_within_500m": "green",
    "green_access": "green",
    "stops_within_500m": "stop",
    "stations_within_800m": "station",
}
#: Parameters by which a measure picks some of a kind: a distance to those is none to the nearest of all.
PICKS = ("smallest_green_ha", "radius_by_size_ha", "also_layers", "service_levels", "smallest_site_m2")


class Index:
    """Look-ups over a plan and its result."""

    def __init__(self, plan: Plan, result: CheckResult) -> None:
        self.plan = plan
        self.result = result
        self._links: dict[tuple[str, str], PageLink] = {}

    # Names and uses

    def rows(self, layer: str) -> dict[str, int]:
        """Id -> row of a layer."""
        return self.plan.cached(
            f"rows:{layer}", lambda: {str(name): row for row, name in enumerate(ids(self.plan, layer))}
        )

    def link(self, layer: str, id_: str) -> PageLink:
        """A feature as a link."""
        found = self._links.get((layer, id_))
        if found is None:
            found = PageLink(KINDS.get(layer, layer), id_, self.name(layer, id_))
            self._links[layer, id_] = found
        return found

    def name(self, layer: str, id_: str) -> Text:
        """The name of a feature by language; empty where it has none."""
        row = self.rows(layer).get(id_)
        if row is None:
            return {}
        return {lang: column[row] for lang, column in self._names(layer).items() if column[row]}

    def _names(self, layer: str) -> dict[str, NDArray[Any]]:
        columns = self.plan.layer(layer).columns
        return {
            lang: values(self.plan, layer, f"name_{lang}") for lang in LANGUAGES if f"name_{lang}" in columns
        }

    def use(self, code: str | None, list_name: str | None) -> PlannedUse:
        """A land use with its name in every language."""
        name = list_name or DEFAULT_LIST
        found = landuse(name).classes.get(code) if code and name in LISTS else None
        return PlannedUse(code, name, dict(found.names) if found else {})

    # Where things lie

    @cached_property
    def _around(self) -> dict[str, dict[int, list[str]]]:
        """Layer -> row of a parcel -> ids of the features that its representative point lies in."""
        found: dict[str, dict[int, list[str]]] = {}
        points = parcel_points(self.plan)
        for layer in AROUND:
            names, by_row = ids(self.plan, layer), found.setdefault(layer, {})
            if not len(names):
                continue
            if layer in {"zones", "circles"}:
                part, parcel = shapely.STRtree(points).query(shapes(self.plan, layer), predicate="intersects")
            else:
                one = pieces(self.plan, layer)  # an area drawn in several rows is one of them
                names = np.array([scope.partition(":")[2] for scope in one.scopes], dtype=object)
                part, parcel = one.part, one.parcel
            for row, at in zip(parcel.tolist(), part.tolist(), strict=True):
                by_row.setdefault(row, []).append(str(names[at]))
        return found

    def around(self, row: int) -> tuple[tuple[str, str], ...]:
        """(layer, id) of all that a parcel lies in."""
        return tuple((layer, id_) for layer in AROUND for id_ in self._around[layer].get(row, ()))

    def within(self, layer: str, id_: str) -> list[int]:
        """Rows of the parcels whose representative point lies in a feature."""
        return self._within[layer].get(id_, [])

    @cached_property
    def _within(self) -> dict[str, dict[str, list[int]]]:
        found: dict[str, dict[str, list[int]]] = {layer: {} for layer in AROUND}
        for layer, by_row in self._around.items():
            for row, names in by_row.items():
                for name in names:
                    found[layer].setdefault(name, []).append(row)
        return found

    @cached_property
    def hosted(self) -> dict[str, list[tuple[str, str]]]:
        """Id of a parcel -> (layer, id) of what stands on it."""
        found: dict[str, list[tuple[str, str]]] = {}
        for layer in HOSTED:
            hosts = values(self.plan, layer, "parcel_id")
            for name, host in zip(ids(self.plan, layer), hosts, strict=True):
                if host is not None:
                    found.setdefault(str(host), []).append((layer, str(name)))
        return found

    @cached_property
    def host_of(self) -> dict[tuple[str, str], str]:
        """(layer, id) of what stands on a parcel -> the parcel."""
        return {thing: host for host, things in self.hosted.items() for thing in things}

    # Verdicts

    @cached_property
    def _pointed_at(self) -> dict[tuple[str, str], list[Concern]]:
        """(layer, id) -> the verdicts that point at it."""
        found: dict[tuple[str, str], list[Concern]] = {}
        for verdict in self.result.verdicts:
            unit = unit_of(verdict)
            for place in verdict.where:
                value = place.value if is_known(place.value) else None
                found.setdefault((place.layer, place.id), []).append(
                    Concern(verdict, "falls_short", value, unit)
                )
        return found

    @cached_property
    def _judged(self) -> dict[tuple[str, str], list[Verdict]]:
        """(layer, id) -> the verdicts that judge it."""
        found: dict[tuple[str, str], list[Verdict]] = {}
        for verdict in self.result.verdicts:
            layer = LAYER_OF.get(verdict.scope_kind)
            if layer:
                found.setdefault((layer, verdict.scope_id), []).append(verdict)
        return found

    @cached_property
    def _counting(self) -> list[tuple[Verdict, dict[str, frozenset[str]]]]:
        """Verdicts of a supply per resident, and what each of them counts as that supply."""
        return [
            (verdict, {layer: frozenset(named) for layer, named in verdict.measurement.counted.items()})
            for verdict in self.result.verdicts
            if verdict.measurement is not None and verdict.measurement.per
        ]

    def concerns(self, layer: str, id_: str, around: tuple[tuple[str, str], ...] = ()) -> tuple[Concern, ...]:
        """The verdicts that concern a feature, those that it falls short of first, each once."""
        things = [(layer, id_), *(self.hosted.get(id_, ()) if layer == "parcels" else ())]
        found = [concern for thing in things for concern in self._pointed_at.get(thing, ())]
        found += [Concern(verdict, "judged") for verdict in self._judged.get((layer, id_), ())]
        found += [Concern(verdict, "lies_in") for place in around for verdict in self._judged.get(place, ())]
        for verdict, counted in self._counting:
            if any(thing in counted.get(kind, ()) for kind, thing in things):
                found.append(Concern(verdict, "counted"))
        once: dict[tuple[str, str], Concern] = {}
        for concern in found:
            once.setdefault((concern.verdict.rule, concern.verdict.scope_id), concern)
        return tuple(once.values())

    @cached_property
    def asked(self) -> dict[str, tuple[ReachRequirement, ...]]:
        """What rules ask of the distance to each kind of thing."""
        found: dict[str, dict[str, ReachRequirement]] = {}
        for verdict in self.result.verdicts:
            reach, way = verdict.reach, verdict.way
            if reach is None or way is None or way.along not in {"line", "network"}:
                continue
            asked = ReachRequirement(
                PageLink("rule", verdict.rule, verdict.title), reach.limit_m, way.along, verdict.force
            )
            for to in _goals(verdict):
                found.setdefault(to, {}).setdefault(verdict.rule, asked)
        return {
            to: tuple(sorted(rules.values(), key=lambda one: FORCES.index(one.force)))
            for to, rules in found.items()
        }

    # Sentences

    @cached_property
    def _bound(self) -> dict[str, list[StatementState]]:
        """Binding -> the sentences that bear it."""
        found: dict[str, list[StatementState]] = {}
        for state in self.result.statements:
            for bond in state.bound_to:
                found.setdefault(bond, []).append(state)
        return found

    def bound(self, *bonds: str) -> tuple[Sentence, ...]:
        """The sentences that bear one of some bindings, each once."""
        once = {state.statement_id: state for bond in bonds for state in self._bound.get(bond, ())}
        return tuple(self.sentence(state) for state in once.values())

    def sentence(self, state: StatementState) -> Sentence:
        """A sentence with what carries it as links."""
        return Sentence(state, tuple(self._carriers(state)))

    def _carriers(self, state: StatementState) -> Iterator[PageLink]:
        titles = self.titles
        for bond in state.bound_to:
            kind, _, id_ = bond.partition(":")
            if kind == "object":
                layer = self.layer_of(id_)
                yield self.link(layer, id_) if layer else PageLink("object", id_)
            elif kind == "rule":
                yield PageLink("rule", id_, titles.get(id_, {}))
            else:
                yield PageLink(kind, id_)

    def layer_of(self, id_: str) -> str | None:
        """The layer that has a feature of that id; the first in the order of a package."""
        return next((layer for layer in KINDS if id_ in self.rows(layer)), None)

    @cached_property
    def titles(self) -> dict[str, Text]:
        """Rule -> its title."""
        return {verdict.rule: verdict.title for verdict in self.result.verdicts}


def _goals(verdict: Verdict) -> list[str]:
    """What a verdict's distance is to; nothing where it is to some of a kind only."""
    chosen = verdict.chosen
    if verdict.measurement is None or any(chosen.get(name) for name in PICKS):
        return []
    measure = verdict.measurement.measure
    if measure in REACHES:
        return [REACHES[measure]]
    if measure == "stop_access":
        return ["stop"] if {"subway", "bus"} <= set(chosen.get("stop_modes", ())) else []
    named = {"service_access": "services", "circle_services": "circle_services"}.get(measure)
    return [one for one in chosen.get(named, ()) if "|" not in one] if named else []


def column(plan: Plan, layer: str, name: str) -> NDArray[Any]:
    """A column as the plan has it; empty of words where the layer lacks it."""
    if name in plan.layer(layer).columns:
        return values(plan, layer, name)
    return np.full(len(ids(plan, layer)), None, dtype=object)
