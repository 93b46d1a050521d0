"""Measures of parks, circles, stations, trees and facilities once more, from `docs/measures.md` alone."""

from __future__ import annotations

import math
import re
from itertools import combinations
from statistics import mean, median
from typing import TYPE_CHECKING, Any

import shapely
from shapely.ops import unary_union
from tests.measure.oracle import Oracle
from tests.measure.oracle_reading import Unknown, grouped, standing
from tests.measure.walks import Walks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping


class Land(Oracle):
    """Parks, circles, stations, trees, facilities and people."""

    # ---------------------------------------------------------------- parks

    def side_by_side(self, codes: Iterable[str]) -> list[Any]:
        """Parcels of some codes, those side by side as one."""
        return _in_groups([row["geometry"] for row in self.of(*codes)])

    def perhaps(self, codes: Iterable[str]) -> list[Any]:
        """Parcels that may be of some codes."""
        return [row["geometry"] for row in self.parcels if self.is_of(row, codes) is None]

    def parks(self) -> list[Any]:
        return self.parks_with([row["geometry"] for row in self.of(*self.p["green_codes"])])

    def parks_with(self, parcels: list[Any]) -> list[Any]:
        rows = [(one, True) for one in _in_groups(parcels)]
        rows += [(one.intersection(self.land), False) for one in self.open_greens()]
        found = grouped([row for row in rows if row[0].area], _drawn_twice)
        return [unary_union([shape for shape, _ in group]) for group in found]

    def parks_of(self, least_ha: float, below_ha: float = math.inf) -> list[Any]:
        return [one for one in self.parks() if least_ha <= round(one.area / 1e4, 9) < below_ha]

    def parks_large(self) -> float:
        return len(self.parks_of(self.p["large_park_min_ha"]))

    def parks_community(self) -> float:
        return len(self.parks_of(self.p["community_park_min_ha"], self.p["large_park_min_ha"]))

    def sized_green_per_resident(self) -> float:
        shapes = [(one, True) for one in self.side_by_side(self.p["green_codes"])]
        shapes += [(one, False) for one in self.open_greens()]
        for name in self.p["also_layers"]:
            codes = {"water": "water_codes", "woodland": "woodland_codes"}[name]
            shapes += [(row["geometry"], True) for row in self.of(*self.p[codes])]
            shapes += [(row["geometry"], False) for row in self.rows[name]]
        least, below = self.p["smallest_green_ha"] * 1e4, self.p["largest_green_ha"] * 1e4 or math.inf
        kept = [(one, parcel) for one, parcel in shapes if least <= one.area < below]
        parcels = unary_union([one for one, parcel in kept if parcel])
        rest = unary_union([one for one, parcel in kept if not parcel]).intersection(self.land)
        return self.per(parcels.area + rest.difference(parcels).area, 1)

    def green_ha_per_1000(self) -> float:
        return self.sized_green_per_resident() * 1e3 / 1e4

    def green_ha_per_100000(self) -> float:
        return self.sized_green_per_resident() * 1e5 / 1e4

    def green_access(self) -> float:
        codes, least = self.p["green_codes"], self.p["smallest_green_ha"] * 1e4
        sure = [row["geometry"] for row in self.parcels if self.is_of(row, codes)]
        found = [[*_in_groups(sure), *self.open_greens()], _in_groups(self.perhaps(codes))]
        large, perhaps = ([one for one in some if one.area >= least] for some in found)
        return self.within(large, self.p["access_limit_m"], perhaps)

    def park_sport_share(self) -> float:
        parks = self.parks_of(self.p["park_smallest_ha"])
        sport = 0.0
        for row in self.rows["facilities"]:
            spot = standing(self.places("facilities", row))
            if row["service"] is not None and row["service"] not in self.p["services"]:
                continue
            if any(one.intersects(spot) for one in parks):
                drawn = row["geometry"].area if row["geometry"] is not None else 0.0
                if row["service"] is None or (row["site_area_m2"] is None and not drawn):
                    raise Unknown
                sport += drawn if row["site_area_m2"] is None else row["site_area_m2"]
        return sport / sum(one.area for one in parks)

    # ---------------------------------------------------------------- circles

    def tier_parks(self, parks: list[Any], size_ha: float = 0.0, width_m: float = 0.0) -> list[Any]:
        """Parks of at least some size and width that belong to no higher tier."""
        least, width = self.p["higher_smallest_ha"], self.p["higher_narrowest_m"]
        return [
            one
            for one in parks
            if one.area >= size_ha * 1e4
            and _width(one) >= width_m
            and not (least and one.area >= least * 1e4 and _width(one) >= width)
        ]

    def circle_green_per_resident(self) -> float:
        people = sum(map(self.living_near, self.circles()))
        least, narrowest = self.p["park_smallest_ha"], self.p["park_narrowest_m"]

        def green(parcels: list[Any]) -> tuple[float, ...]:
            parks = self.tier_parks(self.parks_with(parcels), least, narrowest)
            return tuple(
                round(sum(one.area for one in parks if circle.intersects(standing(one))), 6)
                for circle in self.circles()
            )

        return sum(self.whatever(green)) / people

    def whatever(self, worth: Callable[[list[Any]], Any]) -> Any:
        """A figure of green parcels that is the same whichever of those that may be green are."""
        codes = self.p["green_codes"]
        sure = [row["geometry"] for row in self.parcels if self.is_of(row, codes)]
        open_ = self.perhaps(codes)
        tried = {
            worth(sure + list(some))
            for number in range(len(open_) + 1)
            for some in combinations(open_, number)
        }
        if len(tried) > 1:
            raise Unknown
        return tried.pop()

    def best_parks(self, least_ha: float, worth: Callable[[Any], float]) -> float:
        """The best park of the circle whose best is the least; unknown where a parcel may change one."""

        def best(parcels: list[Any]) -> tuple[float, ...]:
            parks = self.tier_parks(self.parks_with(parcels), least_ha)
            held = [[one for one in parks if circle.intersects(standing(one))] for circle in self.circles()]
            return tuple(round(max(map(worth, some), default=0.0), 6) for some in held)

        return _least(list(self.whatever(best)))

    def circle_park_size(self) -> float:
        return self.best_parks(0.0, lambda one: float(one.area / 1e4))

    def park_width(self) -> float:
        return self.best_parks(self.p["park_smallest_ha"], _width)

    def circle_facility_floor_per_1000(self) -> float:
        floor = people = 0.0
        for one in self.circles():
            people += self.living_near(one)
            for row in self.parcels:
                shared = one.intersection(row["geometry"]).area / row["geometry"].area
                answer = self.is_of(row, self.p["land_codes"])
                if shared and answer is not False:
                    if answer is None or row["floor_area_m2"] is None:
                        raise Unknown
                    floor += row["floor_area_m2"] * shared
        return floor * 1000 / people

    def circle_walk(self) -> float:
        walks = self.walks()
        found = []
        for one in self.circles():
            self.living_near(one)
            spots = [spot for spot, _ in self.stand(self.known_people()) if one.intersects(spot)]
            found += walks.ways(spots, [one.centroid], free=True)
        if not found or math.inf in found:
            raise Unknown
        return max(found)

    def walks(self) -> Walks:
        return Walks([row["geometry"] for row in self.rows["streets"] if row["walk"] is not False])

    # ---------------------------------------------------------------- subblocks

    def chosen_subblocks(self) -> list[Any]:
        least, most = self.p["subblock_smallest_ha"] * 1e4, self.p["subblock_largest_ha"] * 1e4 or math.inf
        return [row["geometry"] for row in self.rows["subblocks"] if least <= row["geometry"].area <= most]

    def living_in(self, shape: Any) -> float:
        people = self.people()
        return sum(
            people[row["parcel_id"]] for row in self.parcels if shape.intersects(standing(row["geometry"]))
        )

    def subblock_residents(self) -> float:
        found = [number for number in map(self.living_in, self.chosen_subblocks()) if number]
        if not found:
            raise Unknown
        return mean(found)

    def block_green_per_resident(self) -> float:
        status, narrowest = self.p["parcel_statuses"], self.p["block_green_narrowest_m"]
        housing = [row for row in self.of("0701", "0703") if not status or row["status"] in status]
        wide = [row["geometry"] for row in self.rows["greens"] if _width(row["geometry"]) >= narrowest]
        green = people = 0.0
        for one in self.chosen_subblocks():
            mine = [row for row in housing if one.intersects(standing(row["geometry"]))]
            lived = sum(self.people()[row["parcel_id"]] for row in mine)
            if lived:
                people += lived
                for shape in wide:
                    spot = standing(shape)
                    green += shape.area * any(row["geometry"].intersects(spot) for row in mine)
        return green / people

    # ---------------------------------------------------------------- facilities

    def beds_and_day_places_per_1000(self) -> float:
        found = self.in_facilities(self.p["nursing_services"], "beds")
        for row in self.rows["facilities"]:
            if row["service"] in self.p["day_services"]:
                number = row["beds"] if row["places"] is None else row["places"]
                if number is None:
                    raise Unknown
                found += number
        return self.per(found)

    def facilities_in_range(self) -> float:
        low, high = self.p["facility_at_least"], self.p["facility_at_most"] or math.inf
        if any(row["service"] is None for row in self.rows["facilities"]):
            raise Unknown
        rows = [row for row in self.rows["facilities"] if row["service"] in self.p["services"]]
        sizes = [row[self.p["facility_size"]] for row in rows]
        if None in sizes:
            raise Unknown
        return sum(low <= one <= high for one in sizes) / len(sizes)

    def circle_services(self) -> float:
        walks, homes = self.walks(), self.homes()
        limit = self.p["walk_min"] * self.p["walk_speed_kmh"] * 1000 / 60
        spots = [spot for spot, _ in homes]

        def reached(perhaps: bool) -> float:
            every = [True] * len(homes)
            for said in self.p["circle_services"]:
                wanted: list[str | None] = [*said.split("|"), *([None] if perhaps else [])]
                goals = self.doors(walks, wanted)
                ways = walks.ways(spots, goals) if goals else [math.inf] * len(spots)
                every = [one and way <= limit for one, way in zip(every, ways, strict=True)]
            return sum(n for (_, n), one in zip(homes, every, strict=True) if one) / sum(n for _, n in homes)

        if reached(True) != reached(False):
            raise Unknown
        return reached(False)

    def doors(self, walks: Walks, services: Iterable[str | None]) -> list[Any]:
        """Where facilities near enough to a street are reached."""
        spots = [standing(one) for one in self.services(services)]
        return [one for one in spots if walks.away(one) <= self.p["join_limit_m"]]

    def uses_access(self) -> float:
        """Share of residents with enough kinds of use on foot, whatever else may be one."""
        walks, homes = self.walks(), self.homes()
        spots, limit = [spot for spot, _ in homes], self.p["access_limit_m"]

        def near(goals: list[Any]) -> list[bool]:
            return [way <= limit for way in walks.ways(spots, goals)] if goals else [False] * len(spots)

        def enough(perhaps: bool) -> float:
            kinds = [
                near(self.doors(walks, [name, *([None] if perhaps else [])]))
                for name in self.p["use_services"]
            ]
            for code in self.p["use_codes"]:
                answers = [(row["geometry"], self.is_of(row, (code,))) for row in self.parcels]
                kinds.append(
                    near([standing(one) for one, is_ in answers if is_ or (is_ is None and perhaps)])
                )
            number = [sum(some) for some in zip(*kinds, strict=True)]
            lived = sum(
                n for (_, n), uses in zip(homes, number, strict=True) if uses >= self.p["uses_wanted"]
            )
            return lived / sum(n for _, n in homes)

        if enough(perhaps=True) != enough(perhaps=False):
            raise Unknown
        return enough(perhaps=False)

    def facility_land(self) -> float:
        named = [row["parcel_id"] for row in self.rows["facilities"]]
        size = {row["parcel_id"]: row["geometry"].area for row in self.parcels}
        found = []
        for row in self.rows["facilities"]:
            if row["service"] not in self.p["services"]:
                continue
            alone = named.count(row["parcel_id"]) == 1
            stated, number = row["site_area_m2"], row[self.p["facility_per"]]
            site = size.get(row["parcel_id"]) if stated is None and alone else stated
            if site is None or not number:
                raise Unknown
            found.append(site / number)
        if not found:
            raise Unknown
        return median(found)

    # ---------------------------------------------------------------- land over time

    def land_consumption_ratio(self) -> float:
        codes = self.p["non_construction_codes"]
        answers = [(row, self.is_of(row, codes, "existing_land_use")) for row in self.parcels]
        if any(answer is None for _, answer in answers):
            raise Unknown
        before = sum(row["geometry"].area for row, answer in answers if not answer)
        after = self.construction_land() * 1e6
        if not self.residents():
            raise Unknown
        return (after - before) / before / math.log(self.residents() / self.p["earlier_residents"])

    # ---------------------------------------------------------------- trees

    def trees_seen(self) -> list[tuple[int, float]]:
        found = []
        shapes = [row["geometry"] for row in self.rows["buildings"]]
        for spot, lived in self.homes():
            own = [one for one in shapes if standing(one).equals(spot)]
            others = [one for one in shapes if one not in own and (own or not one.intersects(spot))]
            start = own[0] if own else spot
            near = [
                shapely.shortest_line(start, row["geometry"])
                for row in self.rows["trees"]
                if round(start.distance(row["geometry"]), 2) <= self.p["tree_view_m"]
            ]
            clear = [all(line.intersection(one).length <= 0.01 for one in others) for line in near]
            found.append((sum(clear), lived))
        return found

    def trees_in_view(self) -> float:
        seen = self.trees_seen()
        return sum(n for trees, n in seen if trees >= self.p["trees_wanted"]) / sum(n for _, n in seen)

    def fewest_trees_in_view(self) -> float:
        return _least([trees for trees, _ in self.trees_seen()])

    # ---------------------------------------------------------------- stations and stops

    def station_rows(self) -> list[dict[str, Any]]:
        return [row for row in self.rows["stops"] if _modes(row) & set(self.p["station_modes"])]

    def modes_per_station(self) -> float:
        reach = self.p["interchange_m"]
        return _least(
            [
                len(
                    set().union(
                        *(
                            _modes(other)
                            for other in self.rows["stops"]
                            if round(other["geometry"].distance(row["geometry"]), 2) <= reach
                        )
                    )
                )
                for row in self.station_rows()
            ]
        )

    def share_of(
        self, amounts: Iterable[tuple[Mapping[str, Any], float]], near: Callable[[Any], bool]
    ) -> float:
        """Share of an amount on parcels whose point is near something."""
        known = list(amounts)
        return sum(n for row, n in known if near(standing(row["geometry"]))) / sum(n for _, n in known)

    def commerce_near_stations(self) -> float:
        rows = self.of(*self.p["commerce_codes"])
        if any(row["floor_area_m2"] is None for row in rows):
            raise Unknown
        stops = [row["geometry"] for row in self.station_rows()]
        limit = self.p["station_limit_m"]
        return self.share_of(
            [(row, row["floor_area_m2"]) for row in rows],
            lambda spot: any(round(spot.distance(one), 2) <= limit for one in stops),
        )

    def in_radius(self, amount: Callable[[Mapping[str, Any]], float]) -> float:
        """Share of an amount round stations; one that names no line may be an interchange."""
        amounts = [(row, amount(row)) for row in self.parcels]
        found = set()
        for unsaid in ("1", "1,2"):
            reaches = []
            for row in self.station_rows():
                said = unsaid if row["line"] is None else row["line"]
                lines = {one.strip() for one in re.split("[,;/，；、／]", said) if one.strip()}
                many = len(lines) >= self.p["interchange_lines"]
                radius = self.p["interchange_radius_m" if many else "station_radius_m"]
                reaches.append((row["geometry"], radius))
            found.add(self.share_of(amounts, lambda spot, to=reaches: _reached(spot, to)))
        if len(found) > 1:
            raise Unknown
        return found.pop()

    def station_floor_share(self) -> float:
        return self.in_radius(lambda row: self.floor(row, self.p["built_codes"]))

    def station_jobs_share(self) -> float:
        return self.in_radius(self.jobs_of)

    def stop_access(self) -> float:
        wanted = set(self.p["stop_modes"])
        rows = [row for row in self.rows["stops"] if not wanted or _modes(row) & wanted]
        return self.within([row["geometry"] for row in rows], self.p["access_limit_m"])

    def transit_access_sdg(self) -> float:
        walks, homes = self.walks(), self.homes()
        near = [False] * len(homes)
        for size in ("low", "high"):
            modes = set(self.p[f"{size}_capacity_modes"])
            stops = [row["geometry"] for row in self.rows["stops"] if _modes(row) & modes]
            stops = [one for one in stops if walks.away(one) <= self.p["join_limit_m"]]
            if stops:
                ways = walks.ways([spot for spot, _ in homes], stops)
                limit = self.p[f"{size}_capacity_limit_m"]
                near = [was or way <= limit for was, way in zip(near, ways, strict=True)]
        return sum(n for (_, n), one in zip(homes, near, strict=True) if one) / sum(n for _, n in homes)


def _reached(spot: Any, reaches: Iterable[tuple[Any, float]]) -> bool:
    return any(round(spot.distance(one), 2) <= radius for one, radius in reaches)


def _in_groups(parcels: list[Any]) -> list[Any]:
    return [unary_union(group) for group in grouped(parcels, _beside)]


def _beside(one: Any, other: Any) -> bool:
    return bool(one.boundary.intersection(other.buffer(0.01)).length >= 1)


def _drawn_twice(a: tuple[Any, bool], b: tuple[Any, bool]) -> bool:
    (one, parcels), (other, too) = a, b
    least = min(one.area, other.area)
    return bool(not (parcels and too) and one.intersection(other).area > least / 2)


def _width(shape: Any) -> float:
    return 2 * float(shapely.maximum_inscribed_circle(shape, tolerance=0.01).length)


def _modes(row: Mapping[str, Any]) -> set[str]:
    return {one.strip() for one in row["modes"].split(",")}


def _least(found: list[float]) -> float:
    if not found:
        raise Unknown
    return min(found)
