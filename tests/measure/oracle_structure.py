"""Measures of structure, industries, programmes and streets once more, from `docs/measures.md` alone."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import shapely
from shapely.ops import unary_union
from tests.measure.oracle_land import Land
from tests.measure.oracle_reading import Unknown, grouped, standing

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

INDUSTRIES = ("health", "manufacturing", "digital", "services")


class Structure(Land):
    """Structure, industries, programmes and streets."""

    # ---------------------------------------------------------------- areas and cores

    def areas(self) -> dict[str, Any]:
        names = sorted({row["area_id"] for row in self.rows["areas"]})
        return {
            name: unary_union([row["geometry"] for row in self.rows["areas"] if row["area_id"] == name])
            for name in names
        }

    def area_at(self, spot: Any) -> str | None:
        return next((name for name, shape in self.areas().items() if shape.distance(spot) <= 0.01), None)

    def area_size(self) -> float:
        return float(self.areas()[self.p["area_id"]].area / 1e6)

    def areas_drawn(self) -> float:
        return len(self.areas())

    def areas_overlap(self) -> float:
        shapes = list(self.areas().values())
        return unary_union([a.intersection(b) for a in shapes for b in shapes if a is not b]).area / 1e4

    def area_words(self, column: str) -> dict[str, str | None]:
        return {row["area_id"]: row.get(column) for row in self.rows["areas"]}

    def area_townships(self) -> float:
        said = self.area_words("townships").values()
        if None in said:
            raise Unknown
        return len({word.strip() for one in said if one for word in one.split(";") if word.strip()})

    def area_functions(self) -> float:
        return sum(one is not None for one in self.area_words("function").values())

    def zone_area_overlay(self) -> float:
        zones = [row["geometry"] for row in self.rows["zones"]]
        return sum(a.intersection(b).area for a in zones for b in self.areas().values()) / 1e4

    def cores_drawn(self) -> float:
        return len(self.role("core"))

    def cores_named(self) -> float:
        return sum(any(row.get(f"name_{lang}") for lang in ("zh", "en", "ja")) for row in self.role("core"))

    def lies_inside(self, core: Mapping[str, Any]) -> bool:
        areas = self.areas()
        wanted = areas.values() if core["area_id"] is None else [areas[core["area_id"]]]
        return any(one.covers(core["geometry"]) for one in wanted)

    def cores_in_areas(self) -> float:
        return sum(map(self.lies_inside, self.role("core")))

    def areas_with_one_core(self) -> float:
        found = 0
        for name in self.areas():
            mine = [row for row in self.role("core") if row["area_id"] == name]
            found += len(mine) == 1 and self.lies_inside(mine[0])
        return found

    def core_concentration(self) -> float:
        found = []
        near = self.p["core_near_m"]
        for name, shape in self.areas().items():
            codes = [code.strip() for code in (self.area_words("function_codes")[name] or "").split(",")]
            cores = [row["geometry"] for row in self.role("core") if row["area_id"] == name]
            there = [row for row in self.parcels if self.area_at(standing(row["geometry"])) == name]
            floors = [(row, self.floor(row, codes)) for row in there if self.is_of(row, codes) is not False]
            if any(self.is_of(row, codes) is None for row in there):
                raise Unknown
            spots = [
                (floor, min(round(standing(row["geometry"]).distance(one), 2) for one in cores) <= near)
                for row, floor in floors
            ]
            share = sum(floor for floor, close in spots if close) / sum(floor for floor, _ in spots)
            around = unary_union([one.buffer(near, quad_segs=200) for one in cores])
            found.append(share / (shape.intersection(around).area / shape.area))
        return min(found)

    # ---------------------------------------------------------------- axis and belt

    def venues(self, services: Iterable[str | None], kinds: Iterable[str]) -> list[Any]:
        found = self.services(services)
        return found + [
            self.places("programmes", row) for row in self.rows["programmes"] if row["kind"] in kinds
        ]

    def along(self, line: Any, services: str, limit: float) -> float:
        kinds = self.p["venue_kinds"]
        sure, perhaps = self.venues(self.p[services], kinds), self.venues([None], ())
        if any(round(one.distance(line), 2) <= limit for one in perhaps):
            raise Unknown
        return sum(round(one.distance(line), 2) <= limit for one in sure)

    def axis_venues(self) -> float:
        axis = unary_union([row["geometry"] for row in self.role("axis")])
        return self.along(axis, "venue_services", self.p["axis_near_m"])

    def belt(self) -> Any:
        return unary_union([row["geometry"] for row in self.role("belt")])

    def belt_destinations(self) -> float:
        return self.along(self.belt(), "destination_services", self.p["belt_near_m"])

    def belt_links_areas(self) -> float:
        belt, limit = self.belt(), self.p["belt_link_m"]
        return sum(round(one.distance(belt), 2) <= limit for one in self.areas().values())

    def belt_buffer(self) -> float:
        around = self.belt().buffer(self.p["belt_buffer_m"], quad_segs=400)
        return float(around.intersection(self.land).area / 1e4)

    def beside(self) -> Any:
        """What of the belt has a walkable street beside it."""
        walked = [row["geometry"] for row in self.rows["streets"] if row["walk"] is not False]
        near = unary_union([one.buffer(self.p["belt_street_m"], quad_segs=400) for one in walked])
        return self.belt().intersection(near)

    def belt_southward(self) -> float:
        """Share of the steps along the belt that lead towards its southern end."""
        (course,) = shapely.get_parts(shapely.line_merge(self.belt()))
        first, last = course.coords[0], course.coords[-1]
        if first[1] < last[1]:
            first, last = last, first
        axis = (last[0] - first[0], last[1] - first[1])
        met = []
        for name, shape in self.areas().items():
            inside = course.intersection(shape)
            spots = (
                shapely.get_coordinates(inside)
                if not inside.is_empty
                else [course.interpolate(course.project(shape)).coords[0]]
            )
            along = [course.project(shapely.Point(spot)) for spot in spots]
            centre = shape.centroid
            met.append((min(along) + max(along), name, centre.x * axis[0] + centre.y * axis[1]))
        order = [far for _, _, far in sorted(met)]
        return sum(after > before for before, after in pairwise(order)) / (len(order) - 1)

    def belt_walkable_share(self) -> float:
        return float(self.beside().length / self.belt().length)

    def belt_longest_gap(self) -> float:
        left = shapely.line_merge(self.belt().difference(self.beside().buffer(1e-6)))
        return max((one.length for one in shapely.get_parts(left)), default=0.0)

    # ---------------------------------------------------------------- industries

    def shares(self, row: Mapping[str, Any]) -> dict[str, float]:
        return {one: row[f"industry_{one}_share"] or 0.0 for one in INDUSTRIES}

    def productive(self) -> list[tuple[dict[str, Any], float]]:
        rows = [
            row for row in self.parcels if any(row[f"industry_{one}_share"] is not None for one in INDUSTRIES)
        ]
        if any(row["floor_area_m2"] is None for row in rows):
            raise Unknown
        return [(row, row["floor_area_m2"]) for row in rows]

    def of_industry(self, name: str, rows: list[tuple[dict[str, Any], float]]) -> float:
        return sum(floor * self.shares(row)[name] for row, floor in rows)

    def industry_floor_area(self) -> float:
        return sum(floor for _, floor in self.productive())

    def industry_shares(self) -> float:
        return self.of_industry("health", self.productive()) / self.industry_floor_area()

    def industry_jobs(self) -> float:
        return sum(self.jobs_of(row) for row, _ in self.productive())

    def industry_focus_rank(self) -> float:
        sizes = {one: self.of_industry(one, self.productive()) for one in INDUSTRIES}
        return 1 + sum(one > sizes[self.p["focus_industry"]] for one in sizes.values())

    def industry_location_quotient(self) -> float:
        focus, found = self.p["focus_industry"], []
        everywhere = self.of_industry(focus, self.productive()) / self.industry_floor_area()
        for name in self.areas():
            mine = [one for one in self.productive() if self.area_at(standing(one[0]["geometry"])) == name]
            if mine:
                found.append(self.of_industry(focus, mine) / sum(floor for _, floor in mine) / everywhere)
        return max(found)

    def industry_near_cores(self) -> float:
        near = whole = 0.0
        for industry in INDUSTRIES:
            most, name = max(
                (
                    self.of_industry(
                        industry,
                        [
                            one
                            for one in self.productive()
                            if self.area_at(standing(one[0]["geometry"])) == name
                        ],
                    ),
                    name,
                )
                for name in self.areas()
            )
            cores = [row["geometry"] for row in self.role("core") if row["area_id"] == name]
            if not cores and most:
                raise Unknown
            for row, floor in self.productive():
                size = floor * self.shares(row)[industry]
                spot = standing(row["geometry"])
                whole += size
                if any(round(spot.distance(one), 2) <= self.p["core_sector_m"] for one in cores):
                    near += size
        return near / whole

    # ---------------------------------------------------------------- programmes

    def programmes_count(self) -> float:
        return len(self.rows["programmes"])

    def floors_of(self, rows: Iterable[Mapping[str, Any]]) -> float:
        sizes = [row["floor_area_m2"] for row in rows]
        if None in sizes:
            raise Unknown
        return sum(sizes)

    def joint_floor_area(self) -> float:
        return self.floors_of(row for row in self.rows["programmes"] if row["kind"] in self.p["joint_kinds"])

    def firm_floor_area(self) -> float:
        return self.floors_of(row for row in self.rows["programmes"] if row["firm_category"] is not None)

    def research_programme_share(self) -> float:
        research = self.of(*self.p["research_codes"])
        own = [row["parcel_id"] for row in research]
        rows = [row for row in self.rows["programmes"] if row["kind"] in self.p["ecosystem_kinds"]]
        outside = [row for row in rows if self.host(row) not in own]
        floors = [(row["parcel_id"], self.floor(row, self.p["built_codes"])) for row in self.parcels]
        inside = sum(floor for id_, floor in floors if id_ in own)
        return (inside + self.floors_of(outside)) / sum(floor for _, floor in floors)

    def programmes_within_800m(self) -> float:
        rows = self.of(*self.p["research_industry_codes"])
        if any(row["floor_area_m2"] is None for row in rows):
            raise Unknown
        goals = [
            standing(self.places("programmes", row))
            for row in self.rows["programmes"]
            if row["kind"] in self.p["ecosystem_kinds"]
        ]
        ways = self.walks().ways([standing(row["geometry"]) for row in rows], goals)
        limit = self.p["programme_limit_m"]
        near = sum(row["floor_area_m2"] for row, way in zip(rows, ways, strict=True) if way <= limit)
        return near / sum(row["floor_area_m2"] for row in rows)

    # ---------------------------------------------------------------- streets, notice

    def intersection_density(self) -> float:
        ends = Counter(
            tuple(round(one, 3) for one in piece.coords[at])
            for piece in self.walks().pieces
            for at in (0, -1)
        )
        crossings = [
            shapely.Point(node)
            for node, legs in ends.items()
            if legs >= self.p["legs"] and self.land.distance(shapely.Point(node)) <= 0.001
        ]
        clusters = grouped(crossings, lambda one, other: one.distance(other) <= 15)
        return len(clusters) / (self.land.area / 1e6)

    def notice_days(self) -> float:
        said = self.manifest.notice
        if said is None:
            raise Unknown
        return (said.end - said.start).days + 1
