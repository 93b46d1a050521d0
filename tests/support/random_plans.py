"""
Random small plans with something in every layer, and the changes that must leave their measures as they are.

Parcels come from a jittered grid: some are joined to corners, some have a hole. Numbers and words are left
empty here and there. Nothing lies on round coordinates.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.affinity import rotate, translate
from shapely.ops import substring
from tests.support.squares import layer

from blockplan.plan import Plan
from blockplan.plan.model.layers import LAYERS
from blockplan.plan.model.manifest import manifest_from

if TYPE_CHECKING:
    from collections.abc import Callable

USES = (
    "0701", "0701", "0702", "1401", "1401", "080403", "080404", "0802", "0803", "0901", "0902", "090103",
    "1001", "1207", "16", "17", "0301", "13",
)  # fmt: skip
OLDER = ("R2", "R21", "A3", "A33", "B3", "S3", "G1", "M1")
SERVICES = ("nursing_home", "culture", "library", "market", "sport", "primary_school", "day_care", "clinic")
KINDS = ("incubator", "laboratory", "exchange_venue", "accelerator")
#: Measure -> choices without which it has nothing to measure, and limits that part the homes of a small plan.
ASKED: dict[str, dict[str, Any]] = {
    "area_size": {"area_id": "west"},
    "axis_venues": {"axis_near_m": 90},
    "belt_destinations": {"belt_near_m": 90, "belt_far_m": 180},
    "belt_floor_area": {"belt_near_m": 90, "belt_far_m": 180},
    "belt_jobs": {"belt_near_m": 90, "belt_far_m": 180},
    "circle_dwellings": {"tier": "10"},
    "circle_facility_floor_per_1000": {"tier": "10", "land_codes": ["08"]},
    "circle_facility_land_per_1000": {"tier": "15", "land_codes": ["08"]},
    "circle_green_per_resident": {"tier": "10"},
    "circle_land_share": {"tier": "15", "land_codes": ["07"]},
    "circle_park_size": {"tier": "10"},
    "circle_residents": {"tier": "15"},
    "circle_services": {"circle_services": ["market", "clinic|library"], "walk_min": 5, "walk_speed_kmh": 3},
    "circle_size": {"tier": "5"},
    "circle_walk": {"tier": "10"},
    "commerce_near_stations": {"station_limit_m": 250, "station_near_m": 150},
    "core_concentration": {"core_near_m": 150},
    "culture_within_500m": {"culture_limit_m": 120},
    "facilities_in_range": {
        "services": ["clinic", "market"],
        "facility_size": "floor_area_m2",
        "facility_at_least": 1_000,
        "facility_at_most": 3_000,
    },
    "food_within_500m": {"food_limit_m": 90},
    "green_access": {"access_limit_m": 80, "smallest_green_ha": 0.5},
    "green_within_500m": {"green_limit_m": 60},
    "industry_near_cores": {"core_sector_m": 150},
    "land_consumption_ratio": {"earlier_residents": 2_000},
    "land_per_1000": {"land_codes": ["08"]},
    "land_per_resident": {"land_codes": ["14"]},
    "land_share": {"land_codes": ["07"]},
    "park_sport_share": {"services": ["sport"]},
    "park_width": {"tier": "10"},
    "parking_per_floor": {"services": ["market"], "parking_codes": ["0902"]},
    "programmes_within_800m": {"programme_limit_m": 150},
    "service_access": {"services": ["market"], "access_limit_m": 150},
    "service_beds_per_1000": {"services": ["nursing_home"]},
    "service_floor_per_1000": {"services": ["culture", "market"]},
    "service_places_per_1000": {"services": ["primary_school"]},
    "service_site_per_1000": {"services": ["sport"]},
    "station_floor_share": {"station_radius_m": 120, "interchange_radius_m": 250},
    "station_jobs_share": {"station_radius_m": 120, "interchange_radius_m": 250},
    "stations_within_800m": {"station_limit_m": 200},
    "stop_access": {"access_limit_m": 200},
    "stops_within_500m": {"stop_limit_m": 180},
    "transit_access_sdg": {"low_capacity_limit_m": 120, "high_capacity_limit_m": 250},
    "users_near_stations": {"station_limit_m": 200},
    "uses_access": {
        "use_services": ["market", "clinic", "sport"],
        "use_codes": ["1401"],
        "uses_wanted": 2,
        "access_limit_m": 150,
    },
    "water_within_500m": {"water_limit_m": 60},
}
INDUSTRIES = ("health", "manufacturing", "digital", "services")


def random_plan(seed: int, *, columns: int = 6, rows: int = 5, empty: float = 0.03) -> Plan:
    """
    A plan of about ``columns * rows`` parcels of 120 m.

    Parameters
    ----------
    empty
        Chance that a number or word that may be empty is.
    """
    draw = _Draw(np.random.default_rng(seed), empty)
    cells, nodes = _cells(draw, columns, rows)
    parcels = draw.parcels(cells)
    half = columns // 2
    whole = shapely.union_all([row["geometry"] for row in parcels])
    ring = [*nodes[: half + 1, 0], *nodes[half, 1:], *nodes[:half, -1][::-1], *nodes[0, ::-1]]
    west = shapely.intersection(whole, shapely.Polygon(ring))
    east = shapely.difference(whole, west)
    says = {"function": "research", "townships": "A;B", "function_codes": "0802,1001,09"}
    shapes = {
        "boundary": [{"name": "all", "geometry": whole}],
        "extent": [{"geometry": shapely.buffer(shapely.convex_hull(whole), 150, quad_segs=2)}],
        "areas": [
            {"area_id": "west", "geometry": west, **says},
            {"area_id": "east", "geometry": east, **says, "townships": "B"},
        ],
        "blocks": draw.blocks(nodes),
        "parcels": parcels,
        "streets": draw.streets(nodes),
        **draw.places(parcels, whole),
    }  # fmt: skip
    source = draw.random.choice(["parcels", "dwellings", "floor_area", "given"])
    residents = {"source": str(source), "household_size": 2.5, "floor_area_per_person_m2": 40, "total": 5_000}
    said = {"id": "random", "drawn_on": "2021-09-30", "crs": "local", "residents": residents, "horizon": 2035}
    return Plan(
        manifest_from(said, "plan.toml"), {name: layer(name, *rows_) for name, rows_ in shapes.items()}
    )


class _Draw:
    """What is drawn by chance."""

    def __init__(self, random: np.random.Generator, empty: float) -> None:
        self.random, self.empty = random, empty

    def maybe(self, value: Any, chance: float | None = None) -> Any:
        """A value, or None by chance."""
        return None if self.random.random() < (self.empty if chance is None else chance) else value

    def one(self, words: tuple[str, ...]) -> str:
        return str(words[self.random.integers(len(words))])

    def number(self, low: float, high: float) -> float:
        return float(self.random.integers(int(low), int(high)))

    def point(self, shape: Any) -> Any:
        """A point in a polygon."""
        west, south, east, north = shape.bounds
        while True:
            found = shapely.Point(self.random.uniform(west, east), self.random.uniform(south, north))
            if shape.buffer(-1).contains(found):
                return found

    def parcels(self, cells: list[Any]) -> list[dict[str, Any]]:
        found = []
        for number, cell in enumerate(cells, 1):
            older = self.random.random() < 0.1
            use = self.one(OLDER if older else USES)
            home = use in {"0701", "R21", "R2"}
            work = use[:2] in {"07", "08", "09", "10", "B3", "A3", "M1"} and not home
            shares = self.random.dirichlet(np.ones(4)) if work and self.random.random() < 0.6 else [None] * 4
            row: dict[str, Any] = {
                "parcel_id": f"P-{number:02}",
                "geometry": cell,
                "land_use": self.maybe(use),
                "land_use_list": "gb50137" if older else None,
                "existing_land_use": self.maybe(self.one(USES)),
                "residents": self.maybe(self.number(50, 400)) if home else None,
                "dwellings": self.maybe(self.number(20, 150)) if home else None,
                "floor_area_m2": self.maybe(self.number(3_000, 30_000)) if home or work else None,
                "jobs": self.maybe(self.number(50, 500), 0.5) if work else None,
                "height_m": self.maybe(self.number(9, 80)) if home or work else None,
                "coverage_ratio": self.maybe(float(self.random.uniform(0.1, 0.5))),
                "parking_spaces": self.maybe(self.number(10, 90), 0.3),
                "status": self.maybe(self.one(("existing", "planned", "kept"))),
            }
            row |= {f"industry_{name}_share": one for name, one in zip(INDUSTRIES, shares, strict=True)}
            found.append(row)
        return found

    def blocks(self, nodes: Any) -> list[dict[str, Any]]:
        found = []
        for column in range(0, nodes.shape[0] - 1, 2):
            for row in range(0, nodes.shape[1] - 1, 2):
                right, up = min(column + 2, nodes.shape[0] - 1), min(row + 2, nodes.shape[1] - 1)
                ring = [
                    *nodes[column : right + 1, row], *nodes[right, row + 1 : up + 1],
                    *nodes[column:right, up][::-1], *nodes[column, row + 1 : up][::-1],
                ]  # fmt: skip
                found.append({"block_id": f"K-{column}-{row}", "geometry": shapely.Polygon(ring)})
        return found

    def streets(self, nodes: Any) -> list[dict[str, Any]]:
        lines = [nodes[:, row] for row in range(nodes.shape[1]) if self.random.random() < 0.8]
        lines += [nodes[column] for column in range(nodes.shape[0]) if self.random.random() < 0.8]
        lines += [np.array([nodes[0, 0] - (90, 70), nodes[-1, -1] + (60, 80)])]
        return [
            {
                "geometry": shapely.LineString(line),
                "class": self.maybe(self.one(("arterial", "secondary", "local", "local", "path")), 0.01),
                "walk": self.maybe(True, 0.3) if self.random.random() < 0.9 else False,
                "red_line_width_m": self.maybe(self.number(8, 40)),
            }
            for line in lines
        ]

    def places(self, parcels: list[dict[str, Any]], whole: Any) -> dict[str, list[dict[str, Any]]]:
        """What stands on the parcels or lies over them."""
        homes = [row for row in parcels if row["land_use"] in {"0701", "R21"}]
        found: dict[str, list[dict[str, Any]]] = {
            "buildings": [], "facilities": [], "programmes": [], "trees": [], "stops": [], "greens": [],
            "water": [], "woodland": [], "canopy": [], "circles": [], "subblocks": [], "green_entrances": [],
        }  # fmt: skip
        for row in homes:
            for _ in range(self.random.integers(0, 4)):
                spot = self.point(row["geometry"])
                found["buildings"].append(
                    {
                        "geometry": self.block(spot, 6, 14),
                        "parcel_id": row["parcel_id"],
                        "residents": self.maybe(self.number(10, 80), 0.4),
                        "dwellings": self.maybe(self.number(5, 40), 0.2),
                        "height_m": self.maybe(self.number(9, 60)),
                    }
                )
        self.goals(parcels, found)
        self.ground(whole, found)
        for number, tier in enumerate(("15", "10", "5", "5")):
            circle = self.block(self.point(whole), 120 + 60 * (3 - number), 200 + 60 * (3 - number))
            found["circles"].append({"geometry": circle, "tier": tier})
        for number, row in enumerate(parcels):
            if number % 2 == 0:
                found["subblocks"].append({"geometry": row["geometry"], "subblock_id": f"S-{number}"})
            if row["land_use"] == "1401":
                gate = shapely.line_interpolate_point(row["geometry"].exterior, 0.3, normalized=True)
                found["green_entrances"].append({"geometry": gate, "parcel_id": row["parcel_id"]})
        return found | self.structure(whole)

    def goals(self, parcels: list[dict[str, Any]], found: dict[str, list[dict[str, Any]]]) -> None:
        """Facilities and programmes, some by the parcel that they name alone."""
        for number in range(14):
            row = parcels[self.random.integers(len(parcels))]
            spot = self.point(row["geometry"])
            drawn = spot if self.random.random() < 0.6 else self.block(spot, 10, 25)
            named = self.random.random() < 0.6
            found["facilities"].append(
                {
                    "geometry": None if named and self.random.random() < 0.15 else drawn,
                    "parcel_id": row["parcel_id"] if named else None,
                    "service": self.maybe(self.one(SERVICES)),
                    "level": self.maybe(self.one(("district", "street", "community"))),
                    "beds": self.maybe(self.number(10, 200)),
                    "places": self.maybe(self.number(10, 200)),
                    "floor_area_m2": self.maybe(self.number(500, 5_000)),
                    "site_area_m2": self.maybe(self.number(500, 5_000)),
                }
            )
            if number % 3 == 0:
                found["programmes"].append(
                    {
                        "geometry": self.point(row["geometry"]) if self.random.random() < 0.7 else None,
                        "parcel_id": row["parcel_id"],
                        "kind": self.one(KINDS),
                        "floor_area_m2": self.maybe(self.number(500, 5_000)),
                        "firm_category": self.maybe("japanese", 0.5),
                    }
                )

    def ground(self, whole: Any, found: dict[str, list[dict[str, Any]]]) -> None:
        """Stops, greens, water, woods and trees."""
        for _ in range(4):
            spot = self.point(whole)
            modes = self.one(("subway,bus", "bus", "rail", "subway"))
            lines = self.maybe(self.one(("1", "1,2", "4;9", "2、3")))
            found["stops"].append({"geometry": spot, "modes": modes, "line": lines})
            kind = self.maybe(self.one(("park", "garden", "leisure=pitch", "nature_reserve")), 0.1)
            green = {"geometry": self.block(self.point(whole), 20, 90), "kind": kind}
            found["greens"].append(green | {"access": self.one(("yes", "private", "yes"))})
            for name in ("water", "woodland", "canopy"):
                found[name].append({"geometry": self.block(self.point(whole), 10, 60)})
            for _ in range(10):
                crown = self.number(2, 9)
                found["trees"].append({"geometry": self.point(whole), "crown_m": self.maybe(crown, 0.01)})

    def structure(self, whole: Any) -> dict[str, list[dict[str, Any]]]:
        west, south, east, north = whole.bounds
        bend = [(west + 0.3 * (east - west), north), (west + 0.4 * (east - west), (north + south) / 2)]
        belt = shapely.LineString([*bend, (west + 0.6 * (east - west), south)])
        axis = shapely.LineString([(west, south + 90), (east, north - 120)])
        cores = [(0.2, "west"), (0.8, "east")]
        rows: list[dict[str, Any]] = [
            {"role": "belt", "geometry": belt},
            {"role": "axis", "geometry": axis},
            *(
                {
                    "role": "core",
                    "area_id": area,
                    "geometry": self.block(
                        shapely.Point(west + share * (east - west), south + 0.5 * (north - south)), 20, 50
                    ),
                }
                for share, area in cores
            ),
        ]
        zone = self.block(self.point(whole), 150, 300)
        return {"structure": rows, "zones": [{"geometry": zone, "zone_id": "Z-1"}]}

    def block(self, spot: Any, low: float, high: float) -> Any:
        """A slanted rectangle round a point, with half sides between two lengths."""
        half = self.random.uniform(low, high, 2)
        drawn = shapely.box(spot.x - half[0], spot.y - half[1], spot.x + half[0], spot.y + half[1])
        return rotate(drawn, self.random.uniform(0, 90))


def _cells(draw: _Draw, columns: int, rows: int) -> tuple[list[Any], Any]:
    """Parcels of a jittered grid, and the nodes of the grid."""
    nodes = np.stack(np.meshgrid(np.arange(columns + 1), np.arange(rows + 1), indexing="ij"), axis=-1) * 120.0
    nodes = np.round(nodes + draw.random.uniform(-18, 18, nodes.shape) + (3_017.31, 7_041.77), 2)
    cells = {
        (column, row): shapely.Polygon(
            [nodes[column, row], nodes[column + 1, row], nodes[column + 1, row + 1], nodes[column, row + 1]]
        )
        for column in range(columns)
        for row in range(rows)
    }
    corner = shapely.union_all([cells.pop((1, 1)), cells.pop((2, 1)), cells.pop((1, 2))])
    ring = cells[4, 2]
    hole = shapely.affinity.scale(ring, 0.7, 0.6)
    cells[4, 2] = shapely.difference(ring, hole)
    return [*cells.values(), corner, hole], nodes


def moved(plan: Plan, change: Callable[[Any], Any]) -> Plan:
    """The plan with every geometry changed."""
    made = {}
    for name, frame in layers_of(plan).items():
        if isinstance(frame, gpd.GeoDataFrame):
            shapes = [None if one is None else change(one) for one in frame.geometry]
            made[name] = frame.set_geometry(shapes)
        else:
            made[name] = frame
    return Plan(plan.manifest, made)


def translated(plan: Plan, east: float, north: float) -> Plan:
    """The plan moved by some metres."""
    return moved(plan, lambda shape: translate(shape, east, north))


def rotated(plan: Plan, degrees: float) -> Plan:
    """The plan turned round a point near it."""
    return moved(plan, lambda shape: rotate(shape, degrees, origin=(3_400, 7_300)))


def reordered(plan: Plan, seed: int) -> Plan:
    """The plan with the rows of every layer in another order."""
    random = np.random.default_rng(seed)
    return Plan(
        plan.manifest,
        {name: frame.iloc[random.permutation(len(frame))] for name, frame in layers_of(plan).items()},
    )


#: What a parcel states of itself as a whole: pieces have their share of it by area.
AMOUNTS = ("residents", "dwellings", "floor_area_m2", "jobs", "parking_spaces", "declared_area_m2")


def split(plan: Plan, seed: int, layer: str = "parcels", cut: Callable[[Any], bool] | None = None) -> Plan:
    """The plan with the rows of a layer that are to be `cut` (every third) in two, what they hold divided."""
    random, spec = np.random.default_rng(seed), LAYERS[layer]
    own = spec.id_column if layer != "areas" else None  # an area may be drawn in several rows
    rows = []
    frame = layers_of(plan)[layer]
    for number, (_, row) in enumerate(frame.iterrows()):
        whole, chosen = row["geometry"], number % 3 == 0 if cut is None else cut(row)
        for at, piece in enumerate(_halves(whole, random) if chosen else [whole]):
            part = row.copy()
            part["geometry"] = piece
            if own in row and at:
                part[own] = f"{row[own]}{'abcdef'[at]}"
            if chosen and row.get("u") is not None:
                # Streets that name their nodes meet by them: at a cut they get one of its own.
                cut_at = type(row["u"])(-number - 1)
                part["u"], part["v"] = (cut_at, row["v"]) if at else (row["u"], cut_at)
            if layer == "parcels":
                for column in AMOUNTS:
                    part[column] = row[column] * piece.area / whole.area
            rows.append(part)
    made = gpd.GeoDataFrame(pd.DataFrame(rows), geometry="geometry").reset_index(drop=True)
    return Plan(plan.manifest, layers_of(plan) | {layer: made})


def _halves(shape: Any, random: np.random.Generator) -> list[Any]:
    """A line or a polygon cut somewhere in two (or, where it is hollow, in more)."""
    if shape.geom_type == "LineString":
        at = random.uniform(0.2, 0.8) * shape.length
        return [substring(shape, 0, at), substring(shape, at, shape.length)]
    middle, angle = np.array(shape.centroid.coords[0]), random.uniform(0, np.pi)
    away = np.array([np.cos(angle), np.sin(angle)]) * 2_000
    return list(
        shapely.get_parts(shapely.ops.split(shape, shapely.LineString([middle - away, middle + away])))
    )


def layers_of(plan: Plan) -> dict[str, Any]:
    """The layers of a plan with their ids as a column."""
    found = {}
    for name, spec in LAYERS.items():
        if plan.has_layer(name):
            frame = plan.layer(name)
            if spec.id_column and spec.id_column not in frame.columns:
                frame = frame.reset_index(names=spec.id_column)
            found[name] = frame.reset_index(drop=True)
    return found
