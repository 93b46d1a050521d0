"""
Measures once more, from `docs/measures.md` alone: row by row, without indexes, caches or arrays.

`Oracle` has a method for each measure that it knows; what cannot be known or does not exist is None.
"""

from __future__ import annotations

import math
from contextlib import suppress
from itertools import chain
from typing import TYPE_CHECKING, Any

import pandas as pd
import shapely
from shapely.ops import unary_union
from tests.random_plans import layers_of

from blockplan.plan.model.codes import landuse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from blockplan.plan import Plan

NATIONAL, OLDER = landuse("cn2023"), landuse("gb50137")


class Unknown(Exception):  # noqa: N818 (it is an answer, and no error)
    """The value cannot be known."""


class Oracle:
    """What is measured of a plan; `p` holds the choices of the measure that is asked for."""

    def __init__(self, plan: Plan) -> None:
        self.p: Mapping[str, Any] = {}
        self.manifest = plan.manifest
        self.said = plan.manifest.residents
        self.rows: dict[str, list[dict[str, Any]]] = {}
        for name, frame in layers_of(plan).items():
            self.rows[name] = [
                {key: None if key != "geometry" and pd.isna(value) else value for key, value in row.items()}
                for row in frame.to_dict("records")
            ]
        self.parcels = self.rows["parcels"]
        self.land = unary_union([row["geometry"] for row in self.rows["boundary"]])

    def value(self, name: str, choices: Mapping[str, Any]) -> float | None:
        self.p = choices
        try:
            return float(getattr(self, name)())
        except (Unknown, ZeroDivisionError):
            return None

    # ---------------------------------------------------------------- land use

    def meant(self, code: str, older: bool) -> set[str]:
        """The most detailed national classes that a code may stand for."""
        if older:
            own = OLDER.classes[code]
            if own.maps_to:
                return self.meant(own.maps_to, older=False)
            below = [one for one in OLDER.classes.values() if one.parent == code]
            if below:
                return set().union(*(self.meant(one.code, older=True) for one in below))
            while not OLDER.classes[code].maps_to:
                code = OLDER.classes[code].parent
            return self.meant(OLDER.classes[code].maps_to, older=False)
        below = [one.code for one in NATIONAL.classes.values() if one.parent == code]
        return set().union(*(self.meant(one, older=False) for one in below)) if below else {code}

    def is_of(self, row: Mapping[str, Any], codes: Iterable[str], column: str = "land_use") -> bool | None:
        """Whether a parcel is of some codes; None where it may be."""
        use, older = row[column], row["land_use_list"] == "gb50137"
        if use is None:
            return None
        if older and use not in OLDER.classes:
            older = False
        found = self.meant(use, older)
        wanted = set().union(*(self.meant(code, older=False) for code in codes)) if codes else set()
        return True if found <= wanted else False if not found & wanted else None

    def of(self, *codes: str) -> list[dict[str, Any]]:
        answers = [(row, self.is_of(row, codes)) for row in self.parcels]
        if any(answer is None for _, answer in answers):
            raise Unknown
        return [row for row, answer in answers if answer]

    # ---------------------------------------------------------------- people, floor area, jobs

    def residents_of(
        self, source: str, *, rate: bool = True, among: Iterable[Mapping[str, Any]] | None = None
    ) -> dict[str, float]:
        found = {}
        for row in self.parcels if among is None else among:
            houses = self.is_of(row, ("0701", "0703")) is not False or (row["dwellings"] or 0) > 0
            if source == "floor_area":
                houses = houses and (row["land_use"] is not None or (row["dwellings"] or 0) > 0)
                number = row["floor_area_m2"] if houses else 0.0
            else:
                number = row["residents" if source == "parcels" else "dwellings"]
            if number is None and houses:
                raise Unknown
            factor = {"parcels": 1.0, "dwellings": self.said.household_size or 0.0}.get(
                source, 1 / (self.said.floor_area_per_person_m2 or 1.0)
            )
            found[row["parcel_id"]] = (number or 0.0) * (factor if rate else 1.0)
        return found

    def people(self) -> dict[str, float]:
        if self.said.source != "given":
            return self.residents_of(self.said.source)
        for source in ("parcels", "dwellings", "floor_area"):
            try:
                shares = self.residents_of(source, rate=False)
            except Unknown:
                continue
            if sum(shares.values()) > 0:
                return {
                    key: one * (self.said.total or 0.0) / sum(shares.values()) for key, one in shares.items()
                }
        raise Unknown

    def residents(self) -> float:
        return float(self.said.total or 0) if self.said.source == "given" else sum(self.people().values())

    def homes(self) -> list[tuple[Any, float]]:
        """Points that people live at, with their number."""
        return self.stand(self.people())

    def living_near(self, circle: Any) -> float:
        """Residents in a circle; unknown only where a parcel of which it is unknown may hold some there."""
        people = dict.fromkeys((row["parcel_id"] for row in self.parcels), 0.0)
        for row in self.parcels:
            try:
                people[row["parcel_id"]] = self.people_on(row)
            except Unknown:
                if any(circle.distance(spot) <= 0.01 for spot, _ in self.stand({row["parcel_id"]: 1.0})):
                    raise
        return sum(n for spot, n in self.stand(people) if circle.distance(spot) <= 0.01)

    def known_people(self) -> dict[str, float]:
        """Residents of the parcels of which they are known."""
        found = {}
        for row in self.parcels:
            with suppress(Unknown):
                found[row["parcel_id"]] = self.people_on(row)
        return found

    def people_on(self, row: Mapping[str, Any]) -> float:
        """Residents of one parcel."""
        if self.said.source == "given":
            return self.people()[row["parcel_id"]]
        return self.residents_of(self.said.source, among=[row])[row["parcel_id"]]

    def stand(self, people: Mapping[str, float]) -> list[tuple[Any, float]]:
        """Points that the people of parcels live at."""
        found = []
        for row in self.parcels:
            lived = people.get(row["parcel_id"], 0.0)
            if not lived > 0:
                continue
            mine = [one for one in self.rows["buildings"] if one["parcel_id"] == row["parcel_id"]]
            mine = [one for one in mine if (one["residents"] or 0) > 0 or (one["dwellings"] or 0) > 0]
            for column in ("residents", "dwellings"):
                if mine and all(one[column] is not None for one in mine):
                    whole = sum(one[column] for one in mine)
                    if whole > 0:
                        found += [
                            (standing(one["geometry"]), lived * one[column] / whole)
                            for one in mine
                            if one[column]
                        ]
                        break
            else:
                found.append((standing(row["geometry"]), lived))
        return found

    def floor(self, row: Mapping[str, Any], codes: Iterable[str]) -> float:
        if row["floor_area_m2"] is None and self.is_of(row, codes) is not False:
            raise Unknown
        return float(row["floor_area_m2"] or 0.0)

    def jobs_of(self, row: Mapping[str, Any]) -> float:
        if row["jobs"] is not None:
            return float(row["jobs"])
        if row["land_use"] is None:
            raise Unknown
        ratios = self.p["floor_area_per_job_m2"]
        held = [code for code in ratios if self.is_of(row, (code,))]
        if not held:
            return 0.0
        if row["floor_area_m2"] is None:
            raise Unknown
        return float(row["floor_area_m2"] / ratios[max(held, key=len)])

    def jobs(self) -> float:
        return sum(map(self.jobs_of, self.parcels))

    def daytime_users(self) -> float:
        return self.residents() + self.jobs()

    # ---------------------------------------------------------------- supplies

    def area_of(self, *codes: str) -> float:
        return sum(row["geometry"].area for row in self.of(*codes))

    def per(self, supply: float, per: float = 1000.0) -> float:
        return supply * per / self.residents()

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


def grouped(things: Iterable[Any], joined: Callable[[Any, Any], bool]) -> list[list[Any]]:
    """Things in groups that hang together."""
    groups: list[list[Any]] = []
    for one in things:
        near = [group for group in groups if any(joined(one, other) for other in group)]
        groups = [group for group in groups if group not in near] + [[one, *chain.from_iterable(near)]]
    return groups


def standing(shape: Any) -> Any:
    """The representative point of a feature."""
    middle = shape.centroid
    if shape.intersects(middle):
        return middle
    ring = shape.boundary if shape.area else shape
    near = ring.interpolate(ring.project(middle))
    towards = (near.x - middle.x, near.y - middle.y)
    far = 1e4 / math.hypot(*towards)
    line = shapely.LineString([near, (near.x + towards[0] * far, near.y + towards[1] * far)])
    stretches = [one for one in shapely.get_parts(shape.intersection(line)) if one.length > 0.01]
    first = min(stretches, key=lambda one: one.distance(near))
    return first.interpolate(0.5, normalized=True)
