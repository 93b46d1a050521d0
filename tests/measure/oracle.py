"""
Measures once more, from `docs/measures.md` alone: row by row, without indexes, caches or arrays.

`Oracle` has a method for each measure that it knows; what cannot be known or does not exist is None.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from shapely.ops import unary_union
from tests.measure.oracle_reading import Reading, Unknown, grouped, standing

from blockplan.plan.model.codes import landuse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping


NATIONAL, OLDER = landuse("cn2023"), landuse("gb50137")


class Oracle(Reading):
    """What is measured of a plan; see `Reading` for what it is measured from."""

    def education_land_per_1000(self) -> float:
        return self.per(self.area_of(*self.p["basic_education_codes"]))

    def school_land_per_1000(self) -> float:
        return self.per(self.area_of(*self.p["school_codes"]))

    def kindergarten_land_per_1000(self) -> float:
        return self.per(self.area_of(*self.p["kindergarten_codes"]))

    def land_per_resident(self) -> float:
        return self.per(self.area_of(*self.p["land_codes"]), 1)

    def land_per_1000(self) -> float:
        return self.per(self.area_of(*self.p["land_codes"]))

    def in_facilities(self, services: Iterable[str], column: str) -> float:
        found = 0.0
        for row in self.rows["facilities"]:
            if row["service"] is None or (row["service"] in services and row[column] is None):
                raise Unknown
            found += row[column] if row["service"] in services else 0.0
        return found

    def nursing_beds_per_1000(self) -> float:
        return self.per(self.in_facilities(self.p["nursing_services"], "beds"))

    def culture_floor_per_resident(self) -> float:
        return self.per(self.in_facilities(self.p["culture_services"], "floor_area_m2"), 1)

    def service_floor_per_1000(self) -> float:
        return self.per(self.in_facilities(self.p["services"], "floor_area_m2"))

    def service_site_per_1000(self) -> float:
        return self.per(self.in_facilities(self.p["services"], "site_area_m2"))

    def service_places_per_1000(self) -> float:
        return self.per(self.in_facilities(self.p["services"], "places"))

    def service_beds_per_1000(self) -> float:
        return self.per(self.in_facilities(self.p["services"], "beds"))

    def open_greens(self) -> list[Any]:
        found = []
        for row in self.rows["greens"]:
            kind = (row["kind"] or "park").rpartition("=")[2]
            if kind in self.p["green_kinds"] and row["access"] not in self.p["private_access"]:
                found.append(row["geometry"])
        return found

    def green_shapes(self) -> list[Any]:
        return [row["geometry"] for row in self.of(*self.p["green_codes"])] + self.open_greens()

    def green_m2(self) -> float:
        parcels = [row["geometry"] for row in self.of(*self.p["green_codes"])]
        rest = unary_union(self.open_greens()).intersection(self.land).difference(unary_union(parcels))
        return sum(one.area for one in parcels) + rest.area

    def green_per_resident(self) -> float:
        return self.per(self.green_m2(), 1)

    def green_per_daytime_user(self) -> float:
        return self.green_m2() / self.daytime_users()

    def culture_floor_per_daytime_user(self) -> float:
        return self.in_facilities(self.p["culture_services"], "floor_area_m2") / self.daytime_users()

    # ---------------------------------------------------------------- reach in a straight line

    def share(self, near: Callable[[Any], bool]) -> float:
        homes = self.homes()
        return sum(lived for spot, lived in homes if near(spot)) / sum(lived for _, lived in homes)

    def within(self, shapes: Iterable[Any], limit_m: float, perhaps: Iterable[Any] = ()) -> float:
        """Share of residents near some shapes; unknown where other shapes that may count would change it."""
        shapes, perhaps = list(shapes), list(perhaps)

        def near(some: list[Any], spot: Any) -> bool:
            return any(round(spot.distance(one), 2) <= limit_m for one in some)

        certain = self.share(lambda spot: near(shapes, spot))
        if perhaps and self.share(lambda spot: near(shapes + perhaps, spot)) != certain:
            raise Unknown
        return certain

    def places(self, layer: str, row: Mapping[str, Any]) -> Any:
        if row["geometry"] is not None:
            return row["geometry"]
        (host,) = [one for one in self.parcels if one["parcel_id"] == row["parcel_id"]]
        return host["geometry"]

    def services(self, wanted: Iterable[str | None]) -> list[Any]:
        rows = self.rows["facilities"]
        return [self.places("facilities", row) for row in rows if row["service"] in wanted]

    def service_access(self) -> float:
        return self.within(self.services(self.p["services"]), self.p["access_limit_m"], self.services([None]))

    def culture_within_500m(self) -> float:
        culture = self.services(self.p["culture_services"])
        return self.within(culture, self.p["culture_limit_m"], self.services([None]))

    def food_within_500m(self) -> float:
        answers = [(row["geometry"], self.is_of(row, self.p["food_codes"])) for row in self.parcels]
        food = self.services(self.p["food_services"]) + [one for one, answer in answers if answer]
        # A shop that may be an eating place is none.
        perhaps = self.services([None]) + [row["geometry"] for row in self.parcels if row["land_use"] is None]
        return self.within(food, self.p["food_limit_m"], perhaps)

    def stops_within_500m(self) -> float:
        return self.within([row["geometry"] for row in self.rows["stops"]], self.p["stop_limit_m"])

    def stations(self) -> list[Any]:
        return [
            row["geometry"]
            for row in self.rows["stops"]
            if set(self.p["station_modes"]) & {one.strip() for one in row["modes"].split(",")}
        ]

    def stations_within_800m(self) -> float:
        return self.within(self.stations(), self.p["station_limit_m"])

    def users_near_stations(self) -> float:
        def near(spot: Any) -> bool:
            return any(round(spot.distance(one), 2) <= self.p["station_limit_m"] for one in self.stations())

        jobs = [(standing(row["geometry"]), self.jobs_of(row)) for row in self.parcels]
        return sum(number for spot, number in [*self.homes(), *jobs] if near(spot))

    def water_within_500m(self) -> float:
        answers = [(row["geometry"], self.is_of(row, self.p["water_codes"])) for row in self.parcels]
        water = [row["geometry"] for row in self.rows["water"]] + [one for one, answer in answers if answer]
        perhaps = [one for one, answer in answers if answer is None]
        return self.within(water, self.p["water_limit_m"], perhaps)

    def green_within_500m(self) -> float:
        answers = [(row["geometry"], self.is_of(row, self.p["green_codes"])) for row in self.parcels]
        greens = self.open_greens() + [one for one, answer in answers if answer]
        perhaps = [one for one, answer in answers if answer is None]
        return self.within(greens, self.p["green_limit_m"], perhaps)

    # ---------------------------------------------------------------- land

    def kept(self, layer: str, codes: Iterable[str]) -> list[Any]:
        return [row["geometry"] for row in (*self.rows[layer], *self.of(*codes))]

    def water_ha(self) -> float:
        return unary_union(self.kept("water", self.p["water_codes"])).area / 1e4

    def woodland_ha(self) -> float:
        return unary_union(self.kept("woodland", self.p["woodland_codes"])).area / 1e4

    def on_land(self, shapes: Iterable[Any]) -> float:
        return unary_union(list(shapes)).intersection(self.land).area / self.land.area

    def water_share(self) -> float:
        return self.on_land(self.kept("water", self.p["water_codes"]))

    def woodland_share(self) -> float:
        return self.on_land(self.kept("woodland", self.p["woodland_codes"]))

    def green_share(self) -> float:
        return self.on_land(self.green_shapes())

    def blue_green(self) -> list[Any]:
        water = self.kept("water", self.p["water_codes"])
        return water + self.kept("woodland", self.p["woodland_codes"]) + self.green_shapes()

    def blue_green_share(self) -> float:
        return self.on_land(self.blue_green())

    def blue_green_largest(self) -> float:
        groups = grouped(self.blue_green(), lambda one, other: one.distance(other) <= 50)
        return max((unary_union(group).area for group in groups), default=0.0) / 1e4

    def land_balance(self) -> float:
        return sum(row["geometry"].area for row in self.parcels) / 1e4

    def land_share(self) -> float:
        return self.area_of(*self.p["land_codes"]) / self.land.area

    def construction(self) -> list[dict[str, Any]]:
        other = [row["parcel_id"] for row in self.of(*self.p["non_construction_codes"])]
        return [row for row in self.parcels if row["parcel_id"] not in other]

    def construction_land(self) -> float:
        return sum(row["geometry"].area for row in self.construction()) / 1e6

    def construction_land_per_resident(self) -> float:
        return self.per(self.construction_land() * 1e6, 1)

    def reserve_land(self) -> float:
        return self.area_of(*self.p["reserve_codes"]) / 1e6

    def open_space_share(self) -> float:
        built = unary_union([row["geometry"] for row in self.construction()])
        green = unary_union(self.green_shapes()).intersection(built)
        roads = [row["geometry"] for row in self.of(*self.p["street_codes"])]
        if not roads:
            if any(row["red_line_width_m"] is None for row in self.rows["streets"]):
                raise Unknown
            roads = [
                row["geometry"].buffer(row["red_line_width_m"] / 2, quad_segs=200, cap_style="flat")
                for row in self.rows["streets"]
            ]
            roads = [unary_union(roads).intersection(self.land)]
        roads = unary_union(roads)
        return unary_union([green, roads]).area / unary_union([built, roads.difference(green)]).area

    # ---------------------------------------------------------------- density

    def floor_area_total(self) -> float:
        return sum(self.floor(row, self.p["floor_area_codes"]) for row in self.parcels) / 1e6

    def gross_floor_area_ratio(self) -> float:
        return self.floor_area_total() * 1e6 / self.land.area

    def floor_area_ratio(self) -> float:
        floors = [(row, self.floor(row, self.p["floor_area_codes"])) for row in self.parcels]
        return sum(floor for _, floor in floors) / sum(row["geometry"].area for row, floor in floors if floor)

    def heights(self) -> float:
        over = under = 0.0
        for row in self.parcels:
            floor = self.floor(row, self.p["floor_area_codes"])
            if floor:
                over, under = over + floor * self.height(row), under + floor
        return over / under

    def height(self, row: Mapping[str, Any]) -> float:
        mine = [one["height_m"] for one in self.rows["buildings"] if one["parcel_id"] == row["parcel_id"]]
        if mine and None not in mine:
            return float(max(mine))
        if row["height_m"] is None:
            raise Unknown
        return float(row["height_m"])

    def residential_height(self) -> float:
        housing = self.of("0701", "0703")
        if not housing:
            raise Unknown
        return max(map(self.height, housing))

    def coverage(self) -> float:
        built = self.of(*self.p["floor_area_codes"])
        return sum(map(self.covered, built)) / sum(row["geometry"].area for row in built)

    def covered(self, row: Mapping[str, Any]) -> float:
        if row["coverage_ratio"] is not None:
            return float(row["coverage_ratio"] * row["geometry"].area)
        mine = [one for one in self.rows["buildings"] if one["parcel_id"] == row["parcel_id"]]
        if not mine:
            raise Unknown
        return float(unary_union([one["geometry"] for one in mine]).area)

    def population_density(self) -> float:
        return self.residents() / (self.land.area / 1e4)

    def job_density(self) -> float:
        return self.jobs() / (self.land.area / 1e4)

    def land_use_mix(self) -> float:
        self.floor_area_total()
        amounts = [sum(row["floor_area_m2"] or 0.0 for row in self.of(code)) for code in self.p["mix_codes"]]
        shares = [one / sum(amounts) for one in amounts if one]
        return abs(sum(one * math.log(one) for one in shares)) / math.log(len(amounts))

    def dwellings(self) -> float:
        return sum(self.residents_of("dwellings", rate=False).values())

    def jobs_housing(self) -> float:
        return self.jobs() / self.dwellings()

    def persons_per_dwelling(self) -> float:
        self.people()
        return self.residents() / self.dwellings()

    def dwelling_size(self) -> float:
        housing = self.of("0701", "0703")
        if any(row["floor_area_m2"] is None for row in housing):
            raise Unknown
        return sum(row["floor_area_m2"] for row in housing) / self.dwellings()

    def parking_per_floor(self) -> float:
        chosen = {row["parcel_id"] for row in self.of(*self.p["parking_codes"])}
        for row in self.rows["facilities"]:
            if row["service"] in self.p["services"]:
                chosen |= {self.host(row)}
        mine = [row for row in self.parcels if row["parcel_id"] in chosen]
        if any(row["parking_spaces"] is None or row["floor_area_m2"] is None for row in mine):
            raise Unknown
        return 100 * sum(row["parking_spaces"] for row in mine) / sum(row["floor_area_m2"] for row in mine)

    def host(self, row: Mapping[str, Any]) -> str | None:
        """The parcel that a thing stands on."""
        if row["parcel_id"] is not None:
            return str(row["parcel_id"])
        spot = standing(row["geometry"])
        return min(
            (one["parcel_id"] for one in self.parcels if one["geometry"].intersects(spot)), default=None
        )

    # ---------------------------------------------------------------- circles

    def circles(self) -> list[Any]:
        return [row["geometry"] for row in self.rows["circles"] if row["tier"] == self.p["tier"]]

    def circle_size(self) -> float:
        return sum(one.area for one in self.circles()) / len(self.circles()) / 1e4

    def circle_residents(self) -> float:
        return sum(map(self.living_near, self.circles())) / len(self.circles())

    def circle_dwellings(self) -> float:
        found = 0.0
        for one in self.circles():
            for row in self.parcels:
                if one.intersects(standing(row["geometry"])):
                    if row["dwellings"] is None and self.is_of(row, ("0701", "0703")) is not False:
                        raise Unknown
                    found += row["dwellings"] or 0.0
        return found / len(self.circles())

    def circle_land_share(self) -> float:
        found = 0.0
        for one in self.circles():
            for row in self.parcels:
                shared = one.intersection(row["geometry"]).area
                answer = self.is_of(row, self.p["land_codes"])
                if shared and answer is None:
                    raise Unknown
                found += shared if answer else 0.0
        return found / sum(one.area for one in self.circles())

    def circle_facility_land_per_1000(self) -> float:
        people = sum(map(self.living_near, self.circles()))
        return self.circle_land_share() * sum(one.area for one in self.circles()) * 1000 / people

    # ---------------------------------------------------------------- structure, streets and the rest

    def street_density(self) -> float:
        if any(row["class"] is None for row in self.rows["streets"]):
            raise Unknown
        lines = [row["geometry"] for row in self.rows["streets"] if row["class"] in self.p["street_classes"]]
        inside = self.land.buffer(0.001, join_style="mitre")
        return sum(one.intersection(inside).length for one in lines) / 1e3 / (self.land.area / 1e6)

    def street_spacing(self) -> float:
        return 2000 / self.street_density()

    def belt_length(self) -> float:
        return sum(row["geometry"].length for row in self.role("belt")) / 1e3

    def role(self, name: str) -> list[dict[str, Any]]:
        return [row for row in self.rows["structure"] if row["role"] == name]

    def axis_touches_areas(self) -> float:
        axes = [row["geometry"] for row in self.role("axis")]
        return sum(any(row["geometry"].distance(axis) == 0 for axis in axes) for row in self.rows["areas"])

    def beside_belt(self, amount: Callable[[Mapping[str, Any]], float]) -> float:
        (belt,) = self.role("belt")
        numbers = [(row, amount(row)) for row in self.parcels]
        near = self.p["belt_near_m"]
        return sum(
            number
            for row, number in numbers
            if round(standing(row["geometry"]).distance(belt["geometry"]), 2) <= near
        )

    def belt_jobs(self) -> float:
        return self.beside_belt(self.jobs_of)

    def belt_floor_area(self) -> float:
        return self.beside_belt(lambda row: self.floor(row, self.p["built_codes"]))

    def areas_sum(self) -> float:
        return sum(row["geometry"].area for row in self.rows["areas"]) / 1e6

    def block_size(self) -> float:
        blocks = self.rows["blocks"]
        return sum(row["geometry"].area for row in blocks) / len(blocks) / 1e6

    def programme_floor_area(self) -> float:
        sizes = [row["floor_area_m2"] for row in self.rows["programmes"]]
        if None in sizes:
            raise Unknown
        return sum(sizes)

    def canopy_share(self) -> float:
        drawn = [row["geometry"] for row in self.rows["canopy"]]
        for row in self.rows["trees"]:
            if row["crown_m"] is None and not any(one.intersects(row["geometry"]) for one in drawn):
                raise Unknown
        crowns = [
            row["geometry"].buffer(row["crown_m"] / 2, quad_segs=200)
            for row in self.rows["trees"]
            if row["crown_m"]
        ]
        return unary_union(drawn + crowns).intersection(self.land).area / self.land.area
