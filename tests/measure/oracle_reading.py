"""
What the oracle of the measures reads of a plan, row by row: land, people, homes, floor and jobs.
"""

from __future__ import annotations

import math
from contextlib import suppress
from itertools import chain
from typing import TYPE_CHECKING, Any

import pandas as pd
import shapely
from shapely.ops import unary_union
from tests.support.random_plans import layers_of

from blockplan.plan.model.codes import landuse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from blockplan.plan import Plan

NATIONAL, OLDER = landuse("cn2023"), landuse("gb50137")


class Unknown(Exception):  # noqa: N818 (it is an answer, and no error)
    """The value cannot be known."""


class Reading:
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
