"""A small plan made by hand, and what a check of it might find: every outcome, every kind of place."""

from __future__ import annotations

import datetime as dt
from functools import cache
from typing import TYPE_CHECKING, Any

import geopandas as gpd
from shapely import LineString, Point, box

from blockplan.check.verdict import (
    Capacity,
    CheckResult,
    ReadingOutcome,
    Remedy,
    Required,
    Residents,
    StatementState,
    Verdict,
)
from blockplan.measure.measurement import Measurement, Part, Place
from blockplan.measure.missing import Missing
from blockplan.plan import Plan
from blockplan.plan.model.manifest import Manifest

if TYPE_CHECKING:
    import pandas as pd

CRS = "EPSG:4548"
WEST, SOUTH, STEP = 460_000.0, 4_390_000.0, 200.0
USES = ["0701", "0701", "080403", "1401", "0802", "0902", "1001", "16"]


def manifest(**changes: Any) -> Manifest:
    table: dict[str, Any] = {
        "id": "handmade",
        "status": "on_notice",
        "drawn_on": dt.date(2021, 9, 30),
        "horizon": 2035,
        "crs": CRS,
        "authority": "Example Planning Office",
        "synthetic": True,
        "packs": ["zone"],
        "title": text("手工示例规划", "A plan made by hand", "手作りの計画例"),
        "notice": {"start": dt.date(2021, 10, 24), "end": dt.date(2021, 11, 22)},
        "scenarios": {"b": "more residents"},
    }
    return Manifest.model_validate(table | changes)


def names(zh: str, en: str, ja: str) -> dict[str, str]:
    return {"name_zh": zh, "name_en": en, "name_ja": ja}


def text(zh: str, en: str, ja: str) -> dict[str, str]:
    return {"zh": zh, "en": en, "ja": ja}


def line(*points: tuple[float, float]) -> LineString:
    return LineString([(WEST + x, SOUTH + y) for x, y in points])


def frame(rows: list[dict[str, Any]]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(rows, geometry="geometry", crs=CRS)


def cell(column: int, row: int, columns: int = 1, rows: int = 1) -> Any:
    west, south = WEST + column * STEP, SOUTH + row * STEP
    return box(west, south, west + columns * STEP, south + rows * STEP)


def parcels() -> gpd.GeoDataFrame:
    rows = []
    for row in [*range(6), *range(9, 15)]:
        for column in range(4):
            use = USES[(row * 3 + column) % len(USES)]
            rows.append(
                {
                    "parcel_id": f"P-{row:02d}{column}",
                    "land_use": use,
                    "residents": 150.0 if use == "0701" else None,
                    "floor_area_m2": 40_000.0,
                    "geometry": cell(column, row),
                }
            )
    return frame(rows)


def layers() -> dict[str, pd.DataFrame]:
    streets = [
        {
            "street_id": f"S{row}",
            "class": ["arterial", "local", "secondary", "expressway"][row % 4],
            "geometry": line((0, row * STEP), (4 * STEP, row * STEP)),
        }
        for row in range(16)
    ]
    return {
        "boundary": frame([{"name": "all", "geometry": cell(0, 0, 4, 6).union(cell(0, 9, 4, 6))}]),
        "areas": frame(
            [
                {"area_id": "n", **names("北片区", "North area", "北区域"), "geometry": cell(0, 9, 4, 6)},
                {"area_id": "s", **names("南片区", "South area", "南区域"), "geometry": cell(0, 0, 4, 6)},
            ]
        ),
        "parcels": parcels(),
        "streets": frame(streets),
        "water": frame([{"id": "W1", "kind": "river", "geometry": line((-90, 0), (900, 3100))}]),
        "rail": frame([{"id": "R1", "kind": "rail", "geometry": line((300, -50), (320, 3050))}]),
        "woodland": frame([{"id": "F1", "kind": "wood", "geometry": cell(0, 6, 2, 1)}]),
        "zones": frame(
            [
                {
                    "zone_id": "Z1",
                    "dominant_codes": "0901,0902",
                    **names("商务区", "Commercial zone", "業務ゾーン"),
                    "geometry": cell(0, 9, 2, 6),
                }
            ]
        ),
        "structure": frame(
            [
                {
                    "element_id": "belt",
                    "role": "belt",
                    **names("创新带", "Innovation belt", "イノベーション帯"),
                    "geometry": line((400, 3000), (420, 0)),
                },
                {
                    "element_id": "axis",
                    "role": "axis",
                    **names("南中轴", "South axis", "南中軸"),
                    "geometry": line((100, 3050), (100, -50)),
                },
                {
                    "element_id": "core-n",
                    "role": "core",
                    **names("研发核心", "Research core", "研究核"),
                    "area_id": "n",
                    "geometry": Point(WEST + 500, SOUTH + 2400),
                },
            ]
        ),
        "stops": frame(
            [
                {
                    "stop_id": "T1",
                    "modes": "subway,bus",
                    **names("北站", "North station", "北駅"),
                    "geometry": Point(WEST + 400, SOUTH + 2600),
                },
                {"stop_id": "T2", "modes": "bus", "geometry": Point(WEST + 200, SOUTH + 400)},
            ]
        ),
        "facilities": frame(
            [
                {
                    "facility_id": "F-1",
                    "service": "nursing_home",
                    "beds": 60.0,
                    "geometry": Point(WEST + 300, SOUTH + 300),
                },
                {
                    "facility_id": "F-2",
                    "service": "nursing_home",
                    "beds": None,
                    "geometry": Point(WEST + 500, SOUTH + 2300),
                },
                {
                    "facility_id": "F-3",
                    "service": "primary_school",
                    "geometry": Point(WEST + 100, SOUTH + 900),
                },
            ]
        ),
    }


def hand_made(**changes: Any) -> Plan:
    frames = {name: frame.copy() for name, frame in _laid_out().layers.items()}
    return Plan(manifest(**changes), frames, tidied_already=frames)


@cache
def _laid_out() -> Plan:
    return Plan(manifest(), layers())


def verdict(rule: str, outcome: Any, **changes: Any) -> Verdict:
    values: dict[str, Any] = {
        "rule": rule,
        "title": {"zh": f"标题 {rule}", "en": f"Title of {rule}", "ja": f"{rule} の題"},
        "scope_kind": "plan",
        "scope_id": "handmade",
        "outcome": outcome,
        "measured": 10.0,
        "unit": "bed",
        "required": Required(">=", 9.5),
        "margin": 0.5,
        "remedy": None,
        "affected_residents": None,
        "where": (),
        "definition": {"parameters": {"nursing_services": ["nursing_home"]}},
        "readings": (),
        "force": "must",
        "confidence": "A",
        "source": {"document": "Example notice", "clause": "4.2", "page": 3, "published": "2021-10-25"},
        "pack": "zone",
    }
    return Verdict(**(values | changes))


def reach() -> Verdict:
    places = tuple(
        Place("parcels", id_, WEST + x, SOUTH + y, value)
        for id_, x, y, value in (
            ("P-000", 100, 100, None),
            ("P-001", 300, 100, 1210.0),
            ("P-010", 100, 300, 540.0),
        )
    )
    straight = {"along": "line", "from": "home", "to": "edge", "limit_m": 500}
    walk = {
        "along": "network",
        "from": "home",
        "to": "entrance",
        "join": "edge",
        "own_way": "counted",
        "limit_m": 500,
    }
    return verdict(
        "zone-green-access",
        "fail",
        unit="1",
        measured=0.93,
        required=Required(">=", 1.0),
        margin=-0.07,
        where=places,
        affected_residents=450.0,
        remedy=Remedy(
            450,
            "resident",
            text("使 450 名居民处于范围内。", "Bring 450 residents within 500 m.", "450 人を圏内に。"),
        ),
        definition={
            "limit_m": 500,
            "along": "line",
            "from": ["parcels"],
            "to": "edge",
            "parameters": {"green_codes": ["1401"], "green_limit_m": 500},
        },
        readings=(
            ReadingOutcome("line_edge", 0.93, "residents", "fail", (), straight),
            ReadingOutcome("net_edge_entrance", 0.61, "residents", "fail", ("P-000", "P-011"), walk),
        ),
        measurement=Measurement("green_within_500m", 0.93, "1", places=places),
    )


def result(**changes: Any) -> CheckResult:
    beds = Measurement(
        "nursing_beds_per_1000",
        None,
        "bed",
        missing=(Missing("facilities", "beds", ("F-2",)),),
        per=1000,
        counted={"facilities": ("F-1", "F-2")},
    )
    land = Measurement(
        "education_land_per_1000",
        3466.67,
        "m2",
        per=1000,
        supply=208_000.0,
        counted={"parcels": ("P-002", "P-010")},
    )
    belt = Measurement("belt_length", 3.0, "km", counted={"structure": ("belt",)})
    values: dict[str, Any] = {
        "plan": "handmade",
        "scenario": "base",
        "on": "2021-09-30",
        "packs": ("zone",),
        "residents": Residents(2_700.0, 3_000.0, 3_300.0, "parcels"),
        "capacity": Capacity(2_610, "zone-edu", {"zone-edu": 2_610, "zone-beds": None}),
        "verdicts": (
            verdict("zone-culture", "pass", confidence="C"),
            verdict(
                "zone-edu",
                "fail",
                unit="m2",
                measured=3466.67,
                required=Required(">=", 3984.0),
                margin=-517.33,
                measurement=land,
                affected_residents=390.0,
                remedy=Remedy(
                    31_040,
                    "m2",
                    text("还需教育用地 31,040 平方米。", "31,040 m² more land.", "あと 31,040 m²。"),
                ),
            ),
            verdict(
                "zone-beds", "unknown", measured=None, margin=None, measurement=beds, missing=beds.missing
            ),
            reach(),
            verdict(
                "zone-belt",
                "fail",
                unit="km",
                measured=3.0,
                required=Required("between", (8.5, 9.5)),
                margin=-5.5,
                measurement=belt,
            ),
            verdict("zone-notice", "not_applicable", unit="day", measured=None, margin=None),
        ),
        "reported": (
            Measurement("jobs", None, "job", missing=(Missing("parcels", "jobs", ("P-000",)),)),
            Measurement("street_density", 8.42, "km/km2", by=(Part("local", 5.0), Part("arterial", None))),
        ),
        "statements": (
            StatementState(
                "S01",
                "represented",
                "R",
                text("一轴。", "One axis.", "一つの軸。"),
                ("object:axis",),
                text("规划中有该要素。", "The plan holds it.", "計画にある。"),
            ),
            StatementState(
                "R01",
                "missed",
                "C",
                text("教育用地。", "Education land.", "教育用地。"),
                ("rule:zone-edu",),
                text("未通过。", "zone-edu fails.", "満たさない。"),
            ),
        ),
        "faults": (),
        "content_hash": "0123456789abcdef" * 4,
    }
    return CheckResult(**(values | changes))
