"""
What a sheet says of each parcel: the cells of the parcels' table, as they are printed, and where it lies.

One number is one string on the map, in the table and in the text: all of them ask `columns.shown`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from blockplan.measure.inputs.columns import ids, values
from blockplan.plan.model.codes import DEFAULT_LIST
from blockplan.report.grouping import WORST_FIRST
from blockplan.report.maps.basemap import use_colour
from blockplan.report.maps.labels import Spots
from blockplan.report.office.columns import NOT_APPLICABLE, shown
from blockplan.report.office.facilities import called
from blockplan.report.office.facilities import facilities as facility_table
from blockplan.report.office.parcels import parcels as parcel_table
from blockplan.report.view import FORCES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from blockplan.check.verdict import Verdict
    from blockplan.report.maps.canvas import MapWindow as Window
    from blockplan.report.maps.svg import Frame
    from blockplan.report.office.columns import Cell, OfficeTable
    from blockplan.report.tables import VerdictRow
    from blockplan.report.view import View

#: A junction is where so many ends of streets meet.
MEET = 3
#: What an inner lane is as an arm of a junction: no class of a planned street.
LANE = "lane"
#: Classes above those of a block's own streets.
MAIN = ("expressway", "arterial", "secondary")
#: Classes that carry streets, of both lists.
ROADS = ("1207", "1202", "1203", "1204", "1205", "S1", "H22")


@dataclass(frozen=True, slots=True)
class Bounds:
    """The bounds of a parcel as its label prints them; "" where the plan states none."""

    area: str
    far: str
    height: str
    coverage: str
    green: str

    @property
    def any(self) -> bool:
        """Whether the plan bounds the building on the parcel at all."""
        return any((self.far, self.height, self.coverage, self.green))


class Facts:
    """The plan as its sheets need it: the parcels' table by number, shapes, facilities by parcel."""

    def __init__(self, view: View) -> None:
        self.view = view
        self.plan = view.plan
        self._spots: dict[tuple[int, Window], Spots] = {}

    def spots(self, row: int, cell: Window, shape: BaseGeometry) -> Spots:
        """Places for a label inside a parcel of a window; maps of one window share them."""
        key = (row, cell)
        if key not in self._spots:
            self._spots[key] = Spots(shape)
        return self._spots[key]

    def forget_spots(self) -> None:
        """Let places for labels go: no other sheet has the windows of a control sheet."""
        self._spots.clear()

    @cached_property
    def failing_places(self) -> dict[int, frozenset[tuple[str, str]]]:
        """Verdict (by its place in `verdicts`) -> layers and ids of what it names, where it fails."""
        return {
            at: frozenset((place.layer, place.id) for place in verdict.where)
            for at, (verdict, _) in enumerate(self.verdicts)
            if verdict.outcome == "fail"
        }

    @cached_property
    def judged(self) -> dict[int, dict[str, int]]:
        """Verdict (by its place in `verdicts`) of a rule that judges each feature -> the number of each."""
        return {
            at: {id_: number for number, id_ in enumerate(verdict.judged.ids.astype(str).tolist())}
            for at, (verdict, _) in enumerate(self.verdicts)
            if verdict.judged is not None
        }

    @cached_property
    def outline(self) -> BaseGeometry | None:
        """The planned land: the boundary, else the parcels."""
        for layer in ("boundary", "parcels"):
            frame = self.plan.layer(layer) if self.plan.has_layer(layer) else ()
            shapes = self.shapes if layer == "parcels" else list(getattr(frame, "geometry", ()))
            drawn = [one for one in shapes if one is not None and np.isfinite(one.bounds).all()]
            if drawn:
                whole = shapely.union_all(shapely.make_valid(np.array(drawn, dtype=object)))
                if whole.area > 0:
                    return whole
        return None

    @cached_property
    def junctions(self) -> list[tuple[float, float, list[str]]]:
        """
        Points where at least three arms of streets meet, with their classes, from north to south; footways
        do not count.

        A street that is no main one, without red line and without name, is a `LANE` where others of its class
        have either.
        """
        streets = self.plan.layer("streets")
        if not len(streets):
            return []
        driven = (streets["class"].astype("object") != "path").to_numpy()
        lines, owner = shapely.get_parts(
            np.array([*streets.geometry[driven], None], dtype=object)[:-1], return_index=True
        )
        given = streets["class"].astype("object").to_numpy()
        stated = ~np.isnan(values(self.plan, "streets", "red_line_width_m"))
        stated |= self.view.ground.names("streets").to_numpy(dtype=object).astype(bool)
        minor = ~np.isin(given.astype(str), MAIN)
        lanes = minor & ~stated & bool((minor & driven & stated).any())
        kinds = np.where(lanes, LANE, given)[driven][owner]
        arms: dict[tuple[int, int], list[tuple[float, float, str]]] = {}
        for line, kind in zip(lines, kinds, strict=True):
            run = shapely.get_coordinates(line)
            for x, y in (run[0], run[-1]) if len(run) else ():
                arms.setdefault((round(x * 10), round(y * 10)), []).append((float(x), float(y), str(kind)))
        for (x, y), at in _crossings(lines):
            # A street that runs through a point has two arms there.
            arms.setdefault((round(x * 10), round(y * 10)), []).extend([(x, y, str(kinds[at]))] * 2)
        found = [(met[0][0], met[0][1], [one[2] for one in met]) for met in arms.values() if len(met) >= MEET]
        return sorted(found, key=lambda one: (-one[1], one[0]))

    def junctions_in(self, frame: Frame) -> list[tuple[float, float, list[str]]]:
        """The junctions in a window of the ground, from north to south."""
        if not len(self.junctions):
            return []
        x, y = self._junctions_at
        seen = (x >= frame.west) & (x <= frame.east) & (y >= frame.south) & (y <= frame.north)
        return [self.junctions[at] for at in np.flatnonzero(seen)]

    @cached_property
    def _junctions_at(self) -> NDArray[np.float64]:
        return np.array([(x, y) for x, y, _ in self.junctions]).T

    @cached_property
    def colour_of(self) -> dict[tuple[str, str], str]:
        """Fill of each class that a parcel has."""
        return dict(zip(self.uses, self.colours, strict=True))

    @cached_property
    def verdicts(self) -> list[tuple[Verdict, VerdictRow]]:
        """The verdicts that apply, what fails first, each with its words."""
        judged = [one for one in self.view.result.verdicts if one.outcome != "not_applicable"]
        judged.sort(key=lambda one: (WORST_FIRST.index(one.outcome), FORCES.index(one.force)))
        return [(one, self.view.named_row(one)) for one in judged]

    @cached_property
    def table(self) -> OfficeTable:
        """The parcels' control indicators."""
        return parcel_table(self.view)

    @cached_property
    def rows(self) -> dict[str, dict[str, Cell]]:
        """Parcel -> its cells by column."""
        keys = [column.key for column in self.table.columns]
        return {str(line.cells[0]): dict(zip(keys, line.cells, strict=True)) for line in self.table.lines}

    @cached_property
    def names(self) -> NDArray[Any]:
        """Numbers of the parcels, in the order of the layer."""
        return ids(self.plan, "parcels")

    @cached_property
    def shapes(self) -> NDArray[np.object_]:
        """Shapes of the parcels; None where nothing is drawn."""
        found = np.array([*self.plan.layer("parcels").geometry, None], dtype=object)[:-1]
        points, owner = shapely.get_coordinates(found, return_index=True)
        found[owner[~np.isfinite(points).all(axis=1)]] = None
        bad = ~shapely.is_valid(found) & ~shapely.is_missing(found)
        if bad.any():
            found[bad] = shapely.make_valid(found[bad])
        found[shapely.is_empty(found)] = None
        return found

    @cached_property
    def uses(self) -> list[tuple[str, str]]:
        """List and code of each parcel's use."""
        lists, uses = values(self.plan, "parcels", "land_use_list"), values(self.plan, "parcels", "land_use")
        return [(of or DEFAULT_LIST, use or "") for use, of in zip(uses, lists, strict=True)]

    @cached_property
    def colours(self) -> list[str]:
        """Fill of each parcel by its planned use."""
        return [use_colour(*use) for use in self.uses]

    @cached_property
    def roads(self) -> NDArray[np.bool_]:
        """Which parcels carry streets."""
        return np.array([code.startswith(ROADS) for _, code in self.uses], dtype=bool)

    def text(self, parcel: str, key: str) -> str:
        """A cell of the parcels' table as it is printed."""
        column = next(column for column in self.table.columns if column.key == key)
        return shown(self.rows[parcel][key], column.form)

    def bounds(self, parcel: str) -> Bounds:
        """What the parcel's label says."""
        row = self.rows[parcel]
        area = row["site_area_m2"]
        return Bounds(
            "" if area is None else f"{self.text(parcel, 'site_area_m2')} m²",
            self._bound(parcel, "far_min", "far_max", ""),
            self._bound(parcel, "height_min_m", "height_max_m", " m"),
            self._bound(parcel, "coverage_min", "coverage_max", "%"),
            self._bound(parcel, "green_max", "green_min", "%"),
        )

    def _bound(self, parcel: str, other: str, usual: str, unit: str) -> str:
        """The bound that is usual for an indicator; the other one with its sign, both with a dash between."""
        row = self.rows[parcel]
        first, second = (
            self.text(parcel, key) if row[key] not in {None, NOT_APPLICABLE} else "" for key in (other, usual)
        )
        if first and second and first != second:
            low, high = (second, first) if usual == "green_min" else (first, second)
            return f"{low}–{high}{unit}"
        if second:
            return f"{second}{unit}"
        return f"{'≤' if usual == 'green_min' else '≥'}{first}{unit}" if first else ""

    @cached_property
    def facilities(self) -> dict[str, list[Facility]]:
        """Parcel -> the facilities on it; "" for those that name none."""
        found: dict[str, list[Facility]] = {}
        for one in self.every_facility:
            found.setdefault(one.parcel, []).append(one)
        return found

    @cached_property
    def every_facility(self) -> list[Facility]:
        """All facilities in the order of their table."""
        table = facility_table(self.view)
        keys = {column.key: at for at, column in enumerate(table.columns)}
        forms = [column.form for column in table.columns]
        layer = self.plan.layer("facilities")
        by_name: dict[tuple[str, str], list[int]] = {}
        hosts = values(self.plan, "facilities", "parcel_id")
        for at, name in enumerate(called(self.view)):
            by_name.setdefault((name, hosts[at] or ""), []).append(at)
        services, shapes = (
            values(self.plan, "facilities", "service"),
            layer.geometry.to_numpy() if len(layer) else [],
        )
        states = values(self.plan, "facilities", "status")
        position = layer["position"].astype("object").to_numpy() if "position" in layer.columns else None
        out = []
        for line in table.lines:
            name, host = str(line.cells[keys["facility_name"]]), str(line.cells[keys["parcel_id"]] or "")
            at = by_name[name, host].pop(0)
            size = {
                key: shown(line.cells[keys[key]], forms[keys[key]])
                for key in ("facility_site_m2", "facility_floor_m2", "beds", "places", "classes")
            }
            fixed = line.cells[keys["facility_site_m2"]] is not None
            if states[at] == "existing":
                fixed = True  # what stands does not move
            if position is not None and position[at] in {"fixed", "open"}:
                fixed = position[at] == "fixed"
            shape = shapes[at]
            out.append(
                Facility(
                    name,
                    str(services[at] or ""),
                    host,
                    size,
                    fixed,
                    None if shape is None or shape.is_empty else shape,
                )
            )
        return out


def _crossings(lines: NDArray[np.object_]) -> Iterator[tuple[tuple[float, float], int]]:
    """Points at which a line meets another and does not end, with the line; a point once a line."""
    one, other = shapely.STRtree(lines).query(lines, predicate="intersects")
    met = shapely.intersection(lines[one], lines[other])
    seen: set[tuple[int, int, int]] = set()
    for at, shape in zip(one[one != other], met[one != other], strict=True):
        ends = {(round(x * 10), round(y * 10)) for x, y in shapely.get_coordinates(lines[at])[[0, -1]]}
        for point in shapely.get_parts(shape):
            if shapely.get_dimensions(point) != 0:
                continue
            key = (round(point.x * 10), round(point.y * 10))
            if key not in ends and (at, *key) not in seen:
                seen.add((at, *key))
                yield (float(point.x), float(point.y)), int(at)


@dataclass(frozen=True, slots=True)
class Facility:
    """A facility: name, service, parcel, sizes as they are printed, whether its place binds, its shape."""

    name: str
    service: str
    parcel: str
    size: dict[str, str]
    fixed: bool
    shape: BaseGeometry | None
