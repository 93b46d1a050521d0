"""Everything of an OpenStreetMap extract but streets, as layers of a plan."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from blockplan.exchange.osmrules import first
from blockplan.exchange.osmstreets import names

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import pyproj

    from blockplan.exchange.osmfile import Extract, OsmFeature, OsmWay
    from blockplan.exchange.osmrules import Features, Tags
    from blockplan.exchange.summary import Tally

DEGREES = "EPSG:4326"
ID_COLUMNS = {
    "buildings": "building_id",
    "greens": "green_id",
    "facilities": "facility_id",
    "stops": "stop_id",
}
#: So far from its station an entrance is one of it.
ENTRANCE_M = 400.0
_METRES = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(?:m|metres|meters)?\s*")
_PLAIN = re.compile(r"\s*(\d+(?:\.\d+)?)\s*")


def feature_frames(
    extract: Extract, rules: Features, crs: pyproj.CRS, tally: Tally
) -> dict[str, gpd.GeoDataFrame]:
    """
    Layers of a plan from an extract, in the plan's CRS.

    Numbers that cannot be read are unknown and counted in `tally`. Facilities and stops that are areas
    become a point on their surface; ``site_area_m2`` is known for grounds, not for buildings.
    """
    make = _Maker(rules, crs, tally)
    frames = {
        "buildings": make.frame("buildings", extract.features["buildings"], make.building),
        "greens": make.frame("greens", extract.features["greens"], make.green),
        "facilities": make.frame("facilities", extract.features["facilities"], make.facility),
        "stops": make.frame("stops", extract.features["stops"], make.stop),
        "woodland": make.frame("woodland", extract.features["woodland"], make.kinds("landuse", "natural")),
        "water": make.frame("water", extract.features["water"], make.kinds("natural", "waterway", "landuse")),
        "trees": make.frame("trees", extract.features["trees"], make.tree),
    }
    frames["rail"] = make.lines(extract.lines["rail"], "railway")
    streams = make.lines(extract.lines["water_lines"], "waterway")
    if len(streams):
        both = [frames["water"], streams] if len(frames["water"]) else [streams]
        frames["water"] = pd.concat(both, ignore_index=True)
    _finish_buildings(frames["buildings"])
    _to_points(frames["facilities"], with_site=True)
    _to_points(frames["stops"], with_site=False)
    if len(frames["stops"]):
        frames["stops"] = _without_entrances(frames["stops"], tally)
        calls = frames["stops"]["stop_id"].map(lambda id_: ",".join(sorted(extract.calls.get(id_, ()))))
        frames["stops"]["line"] = calls.where(calls != "", None)
    frames["green_entrances"] = _entrances(extract.gates, frames["greens"], rules, crs)
    return frames


class _Maker:
    """Makes frames of features; knows the rules and counts what is lost."""

    def __init__(self, rules: Features, crs: pyproj.CRS, tally: Tally) -> None:
        self.rules = rules
        self.crs = crs
        self.tally = tally

    def frame(
        self, layer: str, features: Sequence[OsmFeature], columns: Callable[[Tags], dict[str, Any]]
    ) -> gpd.GeoDataFrame:
        """A layer: id, the columns that `columns` reads from the tags, names, kept tags, shape."""
        key = ID_COLUMNS.get(layer, "id")
        rows = [
            {
                key: one.id,
                **columns(one.tags),
                **names(one.tags),
                **{keep: one.tags.get(keep) for keep in self.rules.keep},
            }
            for one in features
        ]
        shapes = gpd.GeoSeries([one.shape for one in features], crs=DEGREES)
        return gpd.GeoDataFrame(pd.DataFrame(rows), geometry=shapes, crs=DEGREES).to_crs(self.crs)

    def lines(self, ways: Sequence[OsmWay], key: str) -> gpd.GeoDataFrame:
        """Lines with their kind; a way that comes in parts gets a number for each."""
        frame = gpd.GeoDataFrame(
            {"id": [f"w{way.id}" for way in ways], "kind": [f"{key}={way.tags[key]}" for way in ways]},
            geometry=[shapely.LineString(way.lonlat) for way in ways],
            crs=DEGREES,
        ).to_crs(self.crs)
        for column in ("name_zh", "name_en", "name_ja"):
            frame[column] = [names(way.tags)[column] for way in ways]
        frame["name"] = [way.tags.get("name") for way in ways]
        if len(frame):
            again = frame.groupby("id").cumcount()
            frame["id"] = frame["id"].where(again == 0, frame["id"] + "-" + (again + 1).astype(str))
        return frame

    def number(self, layer: str, tags: Tags, key: str, form: re.Pattern[str] = _PLAIN) -> float:
        """A number of a tag; NaN where there is none, or (counted) none that can be read."""
        if key not in tags:
            return float("nan")
        found = form.fullmatch(tags[key])
        if found is None:
            self.tally.add(layer, f"{key} = {tags[key][:60]}: is no number, left unknown")
            return float("nan")
        return float(found[1])

    def building(self, tags: Tags) -> dict[str, Any]:
        """Height, storeys and dwellings, where somebody counted them."""
        return {
            "height_m": self.number("buildings", tags, "height", _METRES),
            "dwellings": self.number("buildings", tags, "building:flats"),
            "levels": self.number("buildings", tags, "building:levels"),
            "building": tags.get("building"),
        }

    def green(self, tags: Tags) -> dict[str, Any]:
        """Kind and access."""
        return {**self.kinds("leisure", "landuse")(tags), "access": tags.get("access")}

    def kinds(self, *keys: str) -> Callable[[Tags], dict[str, Any]]:
        """Reads the kind of a feature from the first of `keys` that it has."""

        def kind(tags: Tags) -> dict[str, Any]:
            return {"kind": next((f"{key}={tags[key]}" for key in keys if key in tags), None)}

        return kind

    def tree(self, tags: Tags) -> dict[str, Any]:
        """Species and crown."""
        return {
            "kind": tags.get("species") or tags.get("leaf_type"),
            "crown_m": self.number("trees", tags, "diameter_crown", _METRES),
        }

    def stop(self, tags: Tags) -> dict[str, Any]:
        """Modes that stop there, and whether it is only an entrance."""
        rule = first(self.rules.stops, tags)
        return {
            "modes": rule.modes if rule else None,
            "status": "existing",
            "entrance": rule is not None and rule.entrance,
        }

    def facility(self, tags: Tags) -> dict[str, Any]:
        """Service, beds and places."""
        rule = first(self.rules.facilities, tags)
        service = rule.service if rule else None
        if rule is not None and service is None:
            self.tally.add("facilities", f"{rule.why or 'no service for it'}, service left unknown")
        numbers = {}
        for column, keys in (("beds", self.rules.numbers.beds), ("places", self.rules.numbers.places)):
            key = next((key for key in keys if key in tags), "")
            numbers[column] = self.number("facilities", tags, key)
        kind = next(
            (f"{key}={tags[key]}" for key in ("amenity", "healthcare", "leisure", "tourism") if key in tags),
            None,
        )
        return {
            "service": service,
            "status": "existing",
            **numbers,
            "kind": kind,
            "building": tags.get("building"),
        }


def _finish_buildings(frame: gpd.GeoDataFrame) -> None:
    """Storeys times footprint: known only where somebody counted the storeys."""
    if len(frame):
        frame["floor_area_m2"] = (frame.geometry.area * frame["levels"]).round(1)


def _to_points(frame: gpd.GeoDataFrame, *, with_site: bool) -> None:
    if not len(frame):
        return
    areal = frame.geom_type.isin(["Polygon", "MultiPolygon"])
    if with_site:
        grounds = areal & frame["building"].isna()
        frame["site_area_m2"] = frame.geometry.area.round(1).where(grounds, np.nan)
    frame.geometry = frame.geometry.where(~areal, frame.geometry.representative_point())


def _without_entrances(stops: gpd.GeoDataFrame, tally: Tally) -> gpd.GeoDataFrame:
    """
    Stops less the entrances of their stations, which are counted in `tally`.

    Of a station that the extract does not hold one entrance stands for it, so that it is there once.
    """
    entrances = np.flatnonzero(stops["entrance"])
    on_rails = ~stops["entrance"] & stops["modes"].str.contains("subway|rail", na=False)
    shapes = stops.geometry.to_numpy()
    stations = list(shapes[on_rails])
    kept = ~stops["entrance"].to_numpy()
    for at in sorted(entrances, key=lambda row: str(stops["stop_id"].iloc[row])):
        if stations and shapely.distance(shapes[at], stations).min() <= ENTRANCE_M:
            tally.add("stops", "an entrance of a station that is there itself")
        else:
            kept[at] = True
            stations.append(shapes[at])
    return stops[kept].drop(columns="entrance").reset_index(drop=True)


def _entrances(
    gates: Sequence[OsmFeature], greens: gpd.GeoDataFrame, rules: Features, crs: pyproj.CRS
) -> gpd.GeoDataFrame:
    """Gates on the edge of a green; one on the edge of two lets into both."""
    nothing = gpd.GeoDataFrame({"entrance_id": []}, geometry=[], crs=crs)
    if not gates or not len(greens):
        return nothing
    points = gpd.GeoSeries([one.shape for one in gates], crs=DEGREES).to_crs(crs)
    edges = greens.geometry.boundary.to_numpy()
    gate, green = shapely.STRtree(edges).query(
        points.to_numpy(), predicate="dwithin", distance=rules.green_entrances.edge_m
    )
    if not len(gate):
        return nothing
    ids = greens["green_id"].to_numpy()[green]
    names_ = [f"{gates[at].id}-{id_}" for at, id_ in zip(gate, ids, strict=True)]
    kinds = [_gate(gates[at].tags) for at in gate]
    return gpd.GeoDataFrame(
        {"entrance_id": names_, "green_id": ids, "kind": kinds}, geometry=points.to_numpy()[gate], crs=crs
    )


def _gate(tags: Tags) -> str:
    return next(f"{key}={tags[key]}" for key in ("barrier", "entrance") if key in tags)
