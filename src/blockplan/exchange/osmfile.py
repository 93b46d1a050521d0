"""
An OpenStreetMap file (``.osm.pbf``, ``.osm`` ...) as lists of features, sorted by what they become.

Coordinates stay in degrees. What no rule takes is counted, not kept, so that
memory follows what the plan will hold and not the size of the file.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field
from sys import intern
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from blockplan.errors import PlanDataError, UsageError
from blockplan.exchange.osmrules import first, keys_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from blockplan.exchange.osmrules import Features, Tags, Walkability
    from blockplan.exchange.summary import Tally

#: Layers whose features are areas, in the order of ``osm.toml``; stops and facilities may be areas, too.
AREAS = ("buildings", "greens", "woodland", "water")
POINTS = ("stops", "facilities", "trees")
LINES = ("rail", "water_lines")
MULTIPOLYGONS = ("multipolygon", "boundary")
#: Files of this kind hold every version of an object.
HISTORY = ".osh"
#: Objects without metadata carry the day on which Unix time begins.
NO_DAY = dt.date(1970, 1, 1)


@dataclass(frozen=True, slots=True, eq=False)
class OsmWay:
    """A way, or the part of one whose nodes are in the file: node ids, degrees east and north (n x 2)."""

    id: int
    tags: Tags
    refs: NDArray[np.int64]
    lonlat: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class OsmFeature:
    """A node or an area; `id` begins with n, w or r as OpenStreetMap names them."""

    id: str
    tags: Tags
    shape: shapely.Geometry


@dataclass(slots=True)
class Extract:
    """What a file holds, by what it becomes."""

    streets: list[OsmWay] = field(default_factory=list)
    lines: dict[str, list[OsmWay]] = field(default_factory=lambda: defaultdict(list))
    features: dict[str, list[OsmFeature]] = field(default_factory=lambda: defaultdict(list))
    #: Nodes at which walkers do not get past.
    closed: set[int] = field(default_factory=set)
    #: Nodes that let people into a green, if they lie on its edge.
    gates: list[OsmFeature] = field(default_factory=list)
    #: Stop (as `Feature.id`) -> names of the lines that call there.
    calls: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    box: shapely.Polygon | None = None
    day: dt.date | None = None


def read_extract(path: Path, streets: Walkability, features: Features, tally: Tally) -> Extract:
    """
    Read a file.

    Raises
    ------
    UsageError
        If pyosmium is not installed.
    PlanDataError
        If the file cannot be read.
    """
    try:
        import osmium  # noqa: PLC0415 (an extra)
    except ImportError:
        raise UsageError(
            "OpenStreetMap files are read by pyosmium, which is not installed.\n"
            "Install it beside Blockplan: pip install 'blockplan[osm]' (or: pip install osmium)."
        ) from None
    if not path.is_file():
        raise PlanDataError(f"{path} is no file. Name an OpenStreetMap extract (.osm.pbf or .osm).")
    reading = _OsmSorter(streets, features, tally)
    try:
        with osmium.io.Reader(str(path)) as reader:
            header = reader.header()
            if header.has_multiple_object_versions or HISTORY in path.suffixes:
                raise PlanDataError(
                    f"{path} is a history: it holds every version of an object, and a plan has one.\n"
                    "Cut the state of one day out of it (osmium time-filter)."
                )
            reading.found.box = _box(header.box())
            stamp = header.get("osmosis_replication_timestamp")[:10]
        for one in _objects(path, _keys(streets, features)):
            reading.take(one)
    except (RuntimeError, ValueError) as error:
        raise PlanDataError(
            f"{path} cannot be read as an OpenStreetMap file: {str(error)[:200].rstrip('.')}.\n"
            "Fetch it again, or name a file that ends in .osm.pbf, .osm or .osm.bz2."
        ) from None
    reading.count_unbuilt()
    found = reading.found
    found.day = _day(stamp) or reading.latest
    return found


def _day(stamp: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(stamp)
    except ValueError:
        return None


def _objects(path: Path, keys: Iterable[str]) -> Iterator[Any]:
    import osmium  # noqa: PLC0415

    wanted = osmium.filter.KeyFilter(*keys)
    return iter(osmium.FileProcessor(str(path)).with_locations().with_areas().with_filter(wanted))


def _keys(streets: Walkability, features: Features) -> list[str]:
    """Every key that a feature must have one of to be looked at."""
    keys = {"route", *features.counted.areas, *features.counted.points, *features.counted.lines}
    keys.update(key for one in (*streets.select, *features.green_entrances.tags) for key in one)
    keys.update(key for rule in streets.nodes for key in (*rule.tags, *rule.unless))
    for layer in (*AREAS, *POINTS, *LINES):
        keys.update(key for rule in getattr(features, layer) for key in rule.tags)
    return sorted(keys)


def _box(box: Any) -> shapely.Polygon | None:
    if not box.valid():
        return None
    low, high = box.bottom_left, box.top_right
    found = shapely.box(low.lon, low.lat, high.lon, high.lat)
    return found if found.area > 0 else None


class _OsmSorter:
    """Takes one object of the file after the other and sorts it."""

    def __init__(self, streets: Walkability, features: Features, tally: Tally) -> None:
        self.streets = streets
        self.rules = features
        self.tally = tally
        self.found = Extract()
        self.latest: dt.date | None = None
        self.unbuilt: dict[str, str] = {}
        # Most features have no key that a layer asks for: then none of its rules is tried.
        self.keys = {layer: keys_of(getattr(features, layer)) for layer in (*AREAS, *POINTS, *LINES)}
        self.closing = tuple(rule for rule in streets.nodes if not rule.passes)
        self.closing_keys = keys_of(self.closing)

    def takes(self, layer: str, tags: Tags) -> bool:
        """Whether a rule of the layer takes a feature."""
        keys = self.keys[layer]
        if keys and keys.isdisjoint(tags):
            return False
        return first(getattr(self.rules, layer), tags) is not None

    def take(self, one: Any) -> None:
        """Sort one object."""
        # Interned: the same few words stand in every feature.
        tags = {intern(tag.k): intern(tag.v) for tag in one.tags}
        if one.is_area():
            self.area(one, tags)
            return
        day = one.timestamp.date()
        if day != NO_DAY and (self.latest is None or day > self.latest):
            self.latest = day
        if one.is_node():
            self.node(one, tags)
        elif one.is_way():
            self.way(one, tags)
        else:
            self.relation(one, tags)

    def node(self, one: Any, tags: Tags) -> None:
        """A node: a stop, a facility, a tree, a gate."""
        if self._closed(tags):
            self.found.closed.add(one.id)
        if not one.location.valid():
            self.tally.add("node", "has no coordinates, left out")
            return
        feature = OsmFeature(f"n{one.id}", tags, shapely.Point(one.location.lon, one.location.lat))
        if self.rules.green_entrances.lets_in(tags):
            self.found.gates.append(feature)
        self._sort(feature, POINTS, self.rules.counted.points)

    def _closed(self, tags: Tags) -> bool:
        if self.closing_keys and self.closing_keys.isdisjoint(tags):
            return False
        step = first(self.streets.nodes, tags)
        return step is not None and not step.passes

    def way(self, one: Any, tags: Tags) -> None:
        """A way: a street, a railway, a stream; areas come by themselves, later."""
        lines = [layer for layer in LINES if self.takes(layer, tags)]
        street = self.streets.is_street(tags)
        closed = one.is_closed()
        if not street and not lines:
            if closed:
                self._expect(f"w{one.id}", tags)
            else:
                self._count_open(tags)
            return
        for part in self._parts(one, tags):
            if street:
                self.found.streets.append(part)
            for layer in lines:
                self.found.lines[layer].append(part)

    def relation(self, one: Any, tags: Tags) -> None:
        """A relation: a multipolygon to come, or a line of buses with its stops."""
        kind = tags.get("type")
        if kind in MULTIPOLYGONS:
            self._expect(f"r{one.id}", tags)
        elif kind == "route" and tags.get("route") in {
            "bus",
            "trolleybus",
            "tram",
            "subway",
            "train",
            "light_rail",
        }:
            line = tags.get("ref") or tags.get("name")
            for member in one.members if line else ():
                self.found.calls[f"{member.type}{member.ref}"].add(str(line))

    def area(self, one: Any, tags: Tags) -> None:
        """An area, made of a closed way or of a multipolygon."""
        name = f"{'w' if one.from_way() else 'r'}{one.orig_id()}"
        self.unbuilt.pop(name, None)
        layers = (*AREAS, *POINTS[:2])
        if not any(self.takes(layer, tags) for layer in layers):
            if not self.streets.is_street(tags):
                self._count_untaken(tags, (*self.rules.counted.areas, *self.rules.counted.points))
            return
        self._sort(OsmFeature(name, tags, _polygon(one)), layers, ())

    def _sort(self, feature: OsmFeature, layers: Iterable[str], counted: Iterable[str]) -> None:
        taken = False
        for layer in layers:
            if self.takes(layer, feature.tags):
                self.found.features[layer].append(feature)
                taken = True
        if not taken:
            self._count_untaken(feature.tags, counted)

    def _count_untaken(self, tags: Tags, keys: Iterable[str]) -> None:
        for key in keys:
            if key in tags:
                self.tally.add(key, f"{key} = {tags[key][:60]}: no layer takes it")
                return

    def _expect(self, name: str, tags: Tags) -> None:
        """Remember what should become an area of the plan, until it does."""
        for layer in (*AREAS, *POINTS[:2]):
            if tags.get("area") != "no" and self.takes(layer, tags):
                self.unbuilt[name] = layer
                return

    def _count_open(self, tags: Tags) -> None:
        for layer in AREAS:
            if self.takes(layer, tags):
                self.tally.add(layer, "its outline is not closed in the file, left out")
                return
        self._count_untaken(tags, self.rules.counted.lines)

    def count_unbuilt(self) -> None:
        """Count the outlines that gave no area."""
        for layer in self.unbuilt.values():
            self.tally.add(layer, "its outline is broken or not whole in the file, left out")

    def _parts(self, one: Any, tags: Tags) -> Iterator[OsmWay]:
        """The runs of nodes that have coordinates: a gap is not drawn over."""
        refs: list[int] = []
        lonlat: list[tuple[float, float]] = []
        missing = 0
        for node in one.nodes:
            if node.location.valid():
                if not refs or refs[-1] != node.ref:
                    refs.append(node.ref)
                    lonlat.append((node.location.lon, node.location.lat))
                continue
            missing += 1
            if len(refs) > 1:
                yield _way(one.id, tags, refs, lonlat)
            refs, lonlat = [], []
        if len(refs) > 1:
            yield _way(one.id, tags, refs, lonlat)
        if missing:
            self.tally.add("way", "runs past the edge of the file, cut there")


def _way(number: int, tags: Tags, refs: list[int], lonlat: list[tuple[float, float]]) -> OsmWay:
    return OsmWay(number, tags, np.array(refs, dtype=np.int64), np.array(lonlat, dtype=np.float64))


def _polygon(area: Any) -> shapely.Geometry:
    """The area's polygon (a multipolygon only where it has several parts)."""
    parts = []
    for outer in area.outer_rings():
        holes = [[(node.lon, node.lat) for node in inner] for inner in area.inner_rings(outer)]
        parts.append(shapely.Polygon([(node.lon, node.lat) for node in outer], holes))
    return parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)
