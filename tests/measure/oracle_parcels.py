"""Measures of single parcels, blocks and buildings once more, from `docs/measures.md` alone."""

from __future__ import annotations

import math
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING, Any

import shapely
from shapely.ops import unary_union
from tests.measure.oracle_reading import Unknown, standing
from tests.measure.oracle_structure import Structure

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

#: Side of a parcel -> the direction (east, north) that it faces.
COMPASS = {"north": (0, 1), "east": (1, 0), "south": (0, -1), "west": (-1, 0)}


class Parcels(Structure):
    """Single parcels, blocks and buildings."""

    def middle(
        self,
        worth: Callable[[Mapping[str, Any]], float | None],
        *codes: str,
        among: Sequence[Mapping[str, Any]] | None = None,
    ) -> float:
        """The middle value of the parcels, unknown where one of them has none, or may not be meant."""
        codes = codes or tuple(self.p.get("parcel_codes", ()))
        rows = self.parcels if among is None else among
        meant = [row for row in rows if not codes or self.is_of(row, codes) is not False]
        known = [one for one in map(worth, meant) if one is not None]
        if (
            not known
            or len(known) < len(meant)
            or (codes and any(self.is_of(row, codes) is None for row in meant))
        ):
            raise Unknown
        return median(known)

    def on(self, row: Mapping[str, Any]) -> list[dict[str, Any]]:
        """The buildings that name a parcel."""
        return [one for one in self.rows["buildings"] if one["parcel_id"] == row["parcel_id"]]

    def drawn_floor(self, row: Mapping[str, Any]) -> float | None:
        sizes = [one.get("floor_area_m2") for one in self.on(row)]
        return sum(sizes) if sizes and None not in sizes else None

    def far(self, row: Mapping[str, Any]) -> float | None:
        drawn = self.drawn_floor(row)
        return row.get("far") if drawn is None else drawn / row["geometry"].area

    def cover(self, row: Mapping[str, Any]) -> float | None:
        if not self.on(row):
            return row["coverage_ratio"]
        return unary_union([one["geometry"] for one in self.on(row)]).area / row["geometry"].area

    def tallest(self, row: Mapping[str, Any]) -> float | None:
        heights = [one["height_m"] for one in self.on(row)]
        return max(heights) if heights and None not in heights else row["height_m"]

    def green(self, row: Mapping[str, Any]) -> float | None:
        drawn = [one["geometry"].intersection(row["geometry"]) for one in self.rows["greens"]]
        area = unary_union(drawn).area
        return area / row["geometry"].area if area else row.get("green_ratio")

    def floor_here(self, row: Mapping[str, Any]) -> float | None:
        drawn = self.drawn_floor(row)
        return row["floor_area_m2"] if drawn is None else drawn

    def parcel_far(self) -> float:
        return self.middle(self.far)

    def parcel_coverage(self) -> float:
        return self.middle(self.cover)

    def parcel_height(self) -> float:
        return self.middle(self.tallest)

    def parcel_green_ratio(self) -> float:
        return self.middle(self.green)

    def parcel_floor_area(self) -> float:
        return self.middle(self.floor_here)

    def parcel_area(self) -> float:
        return self.middle(lambda row: row["geometry"].area)

    def parcel_parking(self) -> float:
        def worth(row: Mapping[str, Any]) -> float | None:
            floor = self.floor_here(row)
            if row["parking_spaces"] is None or not floor:
                return None
            return row["parking_spaces"] * 100 / floor

        return self.middle(worth)

    def parcel_mixed_share(self) -> float:
        def worth(row: Mapping[str, Any]) -> float | None:
            if not row.get("compatible_split"):
                return None
            parts = [float(one) for one in row["compatible_split"].split(":")]
            return parts[0] / sum(parts)

        return self.middle(worth, among=[row for row in self.parcels if row.get("compatible_split")])

    def parcel_residents_by_floor(self) -> float:
        stated = [row for row in self.parcels if row["residents"]]
        return self.middle(lambda row: row["residents"], among=stated)

    def parcel_residents_by_dwellings(self) -> float:
        stated = [row for row in self.parcels if row["residents"]]
        return self.middle(lambda row: row["residents"], among=stated)

    def block_floor_area(self) -> float:
        found = []
        for block in self.rows["blocks"]:
            if block.get("floor_area_m2_max") is None:
                continue
            mine = [row for row in self.parcels if block["geometry"].intersects(standing(row["geometry"]))]
            floors = [self.floor_here(row) for row in mine]
            built = ("07", "08", "09", "10", "11")  # other land that states no floor area has none
            if any(
                floor is None and self.is_of(row, built) is not False
                for row, floor in zip(mine, floors, strict=True)
            ):
                raise Unknown
            found.append(sum(one or 0.0 for one in floors))
        return median(found)

    def block_transfer_sum(self) -> float:
        return sum(row.get("floor_area_transfer_m2") or 0.0 for row in self.rows["blocks"])

    def street_block_far(self) -> float:
        return self.middle(self.far, "0701", "0703")

    def street_block_coverage(self) -> float:
        return self.middle(self.cover, "0701", "0703")

    def street_block_green_ratio(self) -> float:
        return self.middle(self.green, "0701", "0703")

    def street_block_height(self) -> float:
        return self.middle(self.tallest, "0701", "0703")

    def street_block_land_per_resident(self) -> float:
        people = self.people()

        def worth(row: Mapping[str, Any]) -> float | None:
            lived = people[row["parcel_id"]]
            return row["geometry"].area / lived if lived else None

        # A parcel on which nobody lives has no land per resident, and is not spoken of.
        return self.middle(
            worth, "0701", "0703", among=[row for row in self.parcels if people[row["parcel_id"]]]
        )

    # ---------------------------------------------------------------- edges and sides

    def parcel_frontage(self) -> float:
        roads = [row["geometry"] for row in self.parcels if self.is_of(row, self.p["street_codes"])]
        if not roads:
            streets = [row for row in self.rows["streets"] if row["red_line_width_m"]]
            roads = [row["geometry"].buffer(row["red_line_width_m"] / 2, cap_style="flat") for row in streets]
        near = unary_union(roads).buffer(0.05)

        def fronting(row: Mapping[str, Any]) -> float:
            ring = row["geometry"].boundary
            sides = [
                shapely.LineString(side) for line in shapely.get_parts(ring) for side in pairwise(line.coords)
            ]
            # The side that leads away from the road is near to it for 5 cm or so.
            pieces = [
                one
                for side in sides
                for one in shapely.get_parts(side.intersection(near))
                if one.length > 0.1
            ]
            joined = shapely.get_parts(shapely.line_merge(unary_union(pieces)))
            return float(sum(one.length for one in joined if one.length >= 0.5))

        return self.middle(
            fronting, among=[row for row in self.parcels if not self.is_of(row, self.p["street_codes"])]
        )

    def parcel_setback(self) -> float:
        def worst(row: Mapping[str, Any]) -> float | None:
            found = []
            for side, faced in COMPASS.items():
                wanted = row.get(f"setback_{side}_m")
                lines = _facing(row["geometry"], faced)
                if wanted is not None and lines and self.on(row):
                    away = min(one["geometry"].distance(line) for one in self.on(row) for line in lines)
                    found.append((away - wanted, away))
            return min(found)[1] if found else None

        asked = [
            row for row in self.parcels if any(row.get(f"setback_{side}_m") is not None for side in COMPASS)
        ]
        return self.middle(worst, among=asked)

    def building_light(self) -> float:
        homes = {row["parcel_id"] for row in self.parcels if self.is_of(row, ("0701", "0703"))}
        found = []
        for row in self.rows["buildings"]:
            west, south, east, _ = row["geometry"].bounds
            before = []
            for other in self.rows["buildings"] if row["parcel_id"] in homes else ():
                left, _, right, top = other["geometry"].bounds
                if other is row or top > south + 0.01 or south - top > self.p["light_farthest_m"]:
                    continue
                if min(east, right) - max(west, left) > 0.5:
                    before.append((max(south - top, 0.0), other["height_m"]))
            if before and any(not height for _, height in before):
                raise Unknown
            found += [min(gap / height for gap, height in before)] if before else []
        if not found:
            raise Unknown
        return median(found)


def _facing(shape: Any, faced: tuple[float, float]) -> list[Any]:
    """The sides of a parcel that face a wind, within 45 degrees."""
    found = []
    for one, other in pairwise(shapely.orient_polygons(shape).exterior.coords):
        east, north = other[0] - one[0], other[1] - one[1]
        if (north * faced[0] - east * faced[1]) / math.hypot(east, north) >= 0.7071:
            found.append(shapely.LineString([one, other]))
    return found
