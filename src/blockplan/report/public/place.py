"""
What a plan says of one place: "my parcel", a part of the plan, a sentence of its text, a rule, any feature.

>>> places = Places(plan, result)  # doctest: +SKIP
>>> places.parcel("RD-01-01-014").to_dict("zh")  # doctest: +SKIP

`PlanPlaces` is built once for a plan and its result. What all parcels share (neighbours, distances, land
take) is worked out at the first look-up; one parcel then takes a fraction of a millisecond.
"""

from __future__ import annotations

import difflib
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from blockplan.errors import UsageError
from blockplan.figures import is_known
from blockplan.measure import MEASURES
from blockplan.measure.inputs import parcel_intensity
from blockplan.measure.inputs.columns import areas_m2, ids, shapes, values
from blockplan.measure.inputs.floors import floor_areas, parcel_points
from blockplan.measure.inputs.homes import residents
from blockplan.measure.inputs.neighbours import neighbours
from blockplan.plan.model.codes import listed_codes
from blockplan.report.document import PageLink
from blockplan.report.maps.basemap import second_level
from blockplan.report.public.landtake import land_takes
from blockplan.report.public.nearby import nearby
from blockplan.report.public.place_index import HOSTED, KINDS, LAYER_OF, Index
from blockplan.report.public.place_records import (
    Concern,
    NearestWay,
    Neighbour,
    ParcelRecord,
    PartRecord,
    Reached,
    RuleRecord,
    StatementRecord,
    ThingRecord,
    UseShare,
)
from blockplan.texts import LANGUAGES
from blockplan.units import M2_PER_HA

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from blockplan.check.verdict import CheckResult, Text
    from blockplan.plan import Plan
    from blockplan.report.public.nearby import NearestOfKind
    from blockplan.report.public.place_records import PlannedUse

    Record = ParcelRecord | PartRecord | ThingRecord | StatementRecord | RuleRecord

#: Numbers of a parcel that a page shows.
FIGURES = (
    "far", "height_m", "coverage_ratio", "green_ratio", "floor_area_m2", "residents", "dwellings", "jobs",
    "parking_spaces",
)  # fmt: skip
#: Kinds that are parts of the plan, and the columns that say something of them.
PARTS = {
    "area": ("function", "townships"),
    "zone": ("dominant_codes", "permitted_codes"),
    "block": (),
    "subblock": (),
    "circle": ("tier",),
}
#: Layers that a search looks through; their order is that of the answers.
SEARCHED = (
    "parcels", "areas", "zones", "blocks", "subblocks", "circles", "facilities", "stops", "streets",
    "greens", "structure", "water", "woodland",
)  # fmt: skip


class PlanPlaces:
    """Everything that a plan and its result say, by place."""

    def __init__(self, plan: Plan, result: CheckResult) -> None:
        self.plan = plan
        self.result = result
        self.index = Index(plan, result)

    def record(self, kind: str, id_: str) -> Record:
        """
        The record of anything that has one: ``parcel``, ``area`` ... ``statement``, ``rule``, a feature.

        Raises
        ------
        UsageError
            If there is no such kind, or nothing of that id; the message offers ids like it.
        """
        if kind == "parcel":
            return self.parcel(id_)
        if kind in PARTS:
            return self.part(kind, id_)
        if kind == "statement":
            return self.statement(id_)
        return self.rule(id_) if kind == "rule" else self.thing(kind, id_)

    def parcel(self, id_: str) -> ParcelRecord:
        """
        What the plan says of a parcel, today and planned.

        Raises
        ------
        UsageError
            If the plan has no such parcel.
        """
        plan, row = self.plan, self._row("parcels", id_)
        list_name = self._value("land_use_list", row)
        point, area = parcel_points(plan)[row], self._areas_m2[row]
        around = self.index.around(row)
        committed, take = self._value("committed", row), land_takes(plan)[row]
        return ParcelRecord(
            id=id_,
            x=None if point is None else round(float(point.x), 2),
            y=None if point is None else round(float(point.y), 2),
            lies_in=tuple(self.index.link(*place) for place in around),
            today=self.index.use(self._value("existing_land_use", row), list_name),
            planned=self.index.use(self._value("land_use", row), list_name),
            permitted=self._permitted(row, list_name),
            area_m2=_number(area, 1),
            declared_area_m2=_number(self._value("declared_area_m2", row)),
            figures={name: _number(self._value(name, row)) for name in FIGURES},
            kinds={kind: self._value(kind, row) for kind in parcel_intensity.KINDS.values()},
            phase=self._value("phase", row),
            status=self._value("status", row),
            committed=None if committed is None else bool(committed),
            horizon=plan.manifest.horizon,
            holds=tuple(self.index.link(*thing) for thing in self.index.hosted.get(id_, ())),
            neighbours=tuple(self._neighbours(row)),
            take=take,
            takers=tuple(self.index.link(piece.layer, piece.id) for piece in take.pieces),
            reached=tuple(self._reached(row)),
            concerns=self.index.concerns("parcels", id_, around),
            statements=self.index.bound(f"object:{id_}", *self._programmes_on(id_)),
        )

    def parcels(self) -> Iterator[ParcelRecord]:
        """Every parcel of the plan, in its order."""
        return (self.parcel(str(id_)) for id_ in ids(self.plan, "parcels"))

    def part(self, kind: str, id_: str) -> PartRecord:
        """What the plan says of an area, zone, block, subblock or living circle; UsageError as `record`."""
        layer = LAYER_OF[kind]
        row, plan = self._row(layer, id_), self.plan
        rows = np.array(self.index.within(layer, id_), dtype=np.intp)
        names = ids(plan, "parcels")[rows]
        held = [thing for name in names for thing in self.index.hosted.get(str(name), ())]
        held = [thing for thing in held if thing[0] == "facilities"] + self._stops_in(layer, row)
        return PartRecord(
            kind=kind,
            id=id_,
            name=self.index.name(layer, id_),
            area_m2=_number(areas_m2(plan, layer)[row], 1),
            lies_in=self._parents(layer, row),
            facts={name: said for name in PARTS[kind] if (said := self._said(layer, name, row))},
            uses=self._balance(rows),
            figures=self._sums(rows),
            holds=tuple(self.index.link(*thing) for thing in held),
            parcels=tuple(map(str, names)),
            concerns=self.index.concerns(layer, id_),
            statements=self.index.bound(f"object:{id_}"),
        )

    def thing(self, kind: str, id_: str) -> ThingRecord:
        """What the plan says of any other feature; UsageError as `record`."""
        if kind not in LAYER_OF:
            raise UsageError(
                f"There is no kind of thing called {kind!r}. Kinds: {', '.join(LAYER_OF)}, statement, rule."
            )
        layer = LAYER_OF[kind]
        row = self._row(layer, id_)
        frame = self.plan.layer(layer)
        facts: dict[str, Any] = {}
        spoken = {f"{name}_{lang}" for name in frame.columns for lang in LANGUAGES}
        for name in frame.columns:
            if name != frame.geometry.name and not name.startswith("name_") and name not in spoken:
                value = frame[name].iloc[row]
                if not pd.isna(value):
                    facts[str(name)] = value.item() if hasattr(value, "item") else value
        facts |= {name: self._said(layer, name, row) for name in facts if isinstance(facts[name], str)}
        host = self.index.host_of.get((layer, id_))
        around = (PageLink("parcel", host),) if host and layer in HOSTED else ()
        bonds = [f"object:{id_}"] + ([f"programme:{facts.get('kind')}"] if layer == "programmes" else [])
        return ThingRecord(
            kind, layer, id_, self.index.name(layer, id_), around, facts,
            self.index.concerns(layer, id_), self.index.bound(*bonds),
        )  # fmt: skip

    def statement(self, id_: str) -> StatementRecord:
        """What becomes of a sentence of the plan's text; UsageError if there is none of that id."""
        states = {state.statement_id: state for state in self.result.statements}
        if id_ not in states:
            raise UsageError(_not_there("statement", id_, states))
        state = states[id_]
        rules = [bond.partition(":")[2] for bond in state.bound_to if bond.startswith("rule:")]
        concerns = tuple(Concern(one, "judged") for one in self.result.verdicts if one.rule in rules)
        row = self.index.rows("statements").get(id_)
        source = "" if row is None else self._said("statements", "source", row)
        return StatementRecord(self.index.sentence(state), source, concerns)

    def _said(self, layer: str, name: str, row: int) -> Text | str:
        """Text of a layer in the languages that it has columns of (``line_zh``), else as it stands, or ""."""
        frame = self.plan.layer(layer)
        given = {lang: frame[f"{name}_{lang}"].iloc[row] for lang in LANGUAGES if f"{name}_{lang}" in frame}
        known = {lang: str(text) for lang, text in given.items() if not pd.isna(text) and text}
        return known or str(values(self.plan, layer, name)[row] or "")

    def rule(self, id_: str) -> RuleRecord:
        """What a rule asks and what came of it; UsageError if the result has no verdict of it."""
        found = tuple(verdict for verdict in self.result.verdicts if verdict.rule == id_)
        if not found:
            raise UsageError(_not_there("rule", id_, self.index.titles))
        where = dict.fromkeys((place.layer, place.id) for verdict in found for place in verdict.where)
        affected = [verdict.affected_residents for verdict in found]
        known = [one for one in affected if is_known(one)]
        return RuleRecord(
            id_,
            found[0].title,
            found[0].pack,
            found,
            tuple(self.index.link(*place) for place in where),
            max(known) if len(found) == 1 and known else sum(known) if len(known) == len(affected) else None,
            self.index.bound(f"rule:{id_}"),
        )

    def at(self, x: float, y: float) -> str | None:
        """The parcel that a point of the plan's CRS lies in; None where it lies in none."""
        hit = self._tree.query(shapely.Point(x, y), predicate="intersects")
        return str(ids(self.plan, "parcels")[min(hit.tolist())]) if len(hit) else None

    def find(self, text: str, most: int = 20) -> tuple[PageLink, ...]:
        """
        Things whose id or name holds a text, in any language; those that begin with it first.

        Streets and other features that bear the same name stand once.
        """
        sought = "".join(text.split()).lower()
        if not sought:
            return ()
        hits = [
            (not any(word.startswith(sought) for word in words), number)
            for number, (_, words) in enumerate(self._searchable)
            if any(sought in word for word in words)
        ]
        return tuple(self._searchable[number][0] for _, number in sorted(hits)[:most])

    # What a parcel is made of

    @cached_property
    def _areas_m2(self) -> NDArray[np.float64]:
        return areas_m2(self.plan, "parcels")

    def _row(self, layer: str, id_: str) -> int:
        rows = self.index.rows(layer)
        if id_ not in rows:
            raise UsageError(_not_there(KINDS[layer], id_, rows))
        return rows[id_]

    def _value(self, name: str, row: int) -> Any:
        return values(self.plan, "parcels", name)[row]

    def _permitted(self, row: int, list_name: str | None) -> tuple[PlannedUse, ...]:
        codes = listed_codes(self._value("permitted", row))
        return tuple(self.index.use(code, list_name) for code in codes)

    def _programmes_on(self, id_: str) -> list[str]:
        rows, kinds = self.index.rows("programmes"), values(self.plan, "programmes", "kind")
        return [
            f"programme:{kinds[rows[name]]}"
            for layer, name in self.index.hosted.get(id_, ())
            if layer == "programmes"
        ]

    def _neighbours(self, row: int) -> Iterator[Neighbour]:
        found, names = neighbours(self.plan), ids(self.plan, "parcels")
        streets = ids(self.plan, "streets")
        for at in range(*found.of(row).indices(len(found.one))):
            other, street = int(found.other[at]), int(found.street[at])
            list_name = self._value("land_use_list", other)
            yield Neighbour(
                parcel=self.index.link("parcels", str(names[other])),
                across=bool(found.across[at]),
                street=self.index.link("streets", str(streets[street])) if street >= 0 else None,
                edge_m=_number(found.edge_m[at], 1),
                gap_m=round(float(found.gap_m[at]), 1),
                planned=self.index.use(self._value("land_use", other), list_name),
                permitted=self._permitted(other, list_name),
                far=_number(self._value("far", other)),
                far_kind=self._value("far_kind", other),
                height_m=_number(self._value("height_m", other)),
                height_kind=self._value("height_kind", other),
                phase=self._value("phase", other),
            )

    def _reached(self, row: int) -> Iterator[Reached]:
        found = nearby(self.plan)
        for to in dict.fromkeys(to for to, _ in found):
            asked = self.index.asked.get(to, ())
            alongs = [along for goal, along in found if goal == to]
            judged_by = asked[0].along if asked else "network"
            judged_by = judged_by if judged_by in alongs else alongs[0]
            alongs.sort(key=[judged_by, *alongs].index)
            ways = tuple(self._way(found[to, along], row) for along in alongs)
            yield Reached(to, found[to, alongs[0]].today, judged_by, ways, asked)

    def _way(self, near: NearestOfKind, row: int) -> NearestWay:
        planned, today = str(near.id[row]), str(near.today_id[row])
        return NearestWay(
            near.along,
            _number(near.metres[row], 2),
            self._near_link(near, planned),
            _number(near.today_m[row], 2),
            self._near_link(near, today),
        )

    def _near_link(self, near: NearestOfKind, id_: str) -> PageLink | None:
        if not id_:
            return None
        layer = "greens" if near.to == "green" and id_ not in self.index.rows("parcels") else near.layer
        return self.index.link(layer, id_)

    # What a part is made of

    def _parents(self, layer: str, row: int) -> tuple[PageLink, ...]:
        columns = {"blocks": ("area_id", "areas"), "subblocks": ("block_id", "blocks")}
        if layer not in columns:
            return ()
        column, parent = columns[layer]
        named = values(self.plan, layer, column)[row]
        return (self.index.link(parent, str(named)),) if named else ()

    def _stops_in(self, layer: str, row: int) -> list[tuple[str, str]]:
        outline, stops = shapes(self.plan, layer)[row], shapes(self.plan, "stops")
        inside = shapely.intersects(stops, outline) if outline is not None else np.zeros(len(stops), bool)
        return [("stops", str(name)) for name in ids(self.plan, "stops")[inside]]

    def _balance(self, rows: Any) -> tuple[UseShare, ...]:
        area = self._areas_m2[rows] / M2_PER_HA
        lists = values(self.plan, "parcels", "land_use_list")[rows]
        sums: dict[tuple[str | None, str | None], list[float]] = {}
        for at, name in enumerate(("existing_land_use", "land_use")):
            for code, of, size in zip(values(self.plan, "parcels", name)[rows], lists, area, strict=True):
                key = (code and second_level(of or "cn2023", code), of)
                sums.setdefault(key, [0.0, 0.0])[at] += 0.0 if np.isnan(size) else float(size)
        ordered = sorted(sums.items(), key=lambda item: (-item[1][1], -item[1][0], str(item[0])))
        return tuple(
            UseShare(self.index.use(*key), round(today, 4), round(planned, 4))
            for key, (today, planned) in ordered
        )

    def _sums(self, rows: Any) -> dict[str, float | None]:
        spec = next(spec for spec in MEASURES.values() if "built_codes" in spec.parameters)
        built = spec.choose(self.plan.manifest.parameters, {}).built_codes
        amounts = {
            "residents": residents(self.plan).by_parcel,
            "floor_area_m2": floor_areas(self.plan, built).by_parcel,
        }
        return {
            name: _number(amount[rows].sum(), 1) if len(amount) and len(rows) else None
            for name, amount in amounts.items()
        }

    # Search

    @cached_property
    def _tree(self) -> shapely.STRtree:
        return shapely.STRtree(shapes(self.plan, "parcels"))

    @cached_property
    def _searchable(self) -> list[tuple[PageLink, tuple[str, ...]]]:
        """Everything that has an id or a name, with the words it is found by."""
        found: list[tuple[PageLink, tuple[str, ...]]] = []
        for layer in SEARCHED:
            seen: set[tuple[str, ...]] = set()
            for id_ in self.index.rows(layer):
                link = self.index.link(layer, id_)
                names = tuple("".join(name.split()).lower() for name in link.name.values())
                if names and names in seen and layer in {"streets", "stops"}:
                    continue
                seen.add(names)
                found.append((link, (id_.lower(), *names)))
        for state in self.result.statements:
            link = PageLink("statement", state.statement_id, state.text)
            found.append((link, _found_by(state.statement_id, *state.text.values())))
        for rule, title in self.index.titles.items():
            found.append((PageLink("rule", rule, title), _found_by(rule, *title.values())))
        return found


def _found_by(*words: str) -> tuple[str, ...]:
    return tuple("".join(word.split()).lower() for word in words)


def _number(value: Any, digits: int | None = None) -> float | None:
    """A number as JSON knows it; None where it is not known."""
    if value is None or not is_known(float(value)):
        return None
    return float(value) if digits is None else round(float(value), digits)


def _not_there(kind: str, id_: str, known: Any) -> str:
    near = difflib.get_close_matches(id_, list(known), n=3, cutoff=0.6)
    hint = f" Did you mean {' or '.join(near)}?" if near else ""
    return f"The plan has no {kind} {id_!r}.{hint}"
