"""Draw docs/images/within-500m.svg, and print the table of the same page: python docs/draw_within.py."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import shapely

import blockplan as bp
from blockplan.plan import Plan
from blockplan.plan.model.manifest import manifest_from

PICTURE = Path(__file__).parent / "images" / "within-500m.svg"
#: The scene, in metres: a home beside a fenced park whose gate is on the far side.
HOME = (260.0, 180.0)
PARK = (300.0, 40.0, 600.0, 260.0)
GATE = (600.0, 150.0)
STREETS = [
    [(-20, 0), (240, 0), (620, 0), (700, 0)],
    [(240, 0), (240, 320)],
    [(620, 0), (620, 150), (620, 320)],
]
PATH = [(620, 150), (600, 150), (450, 150)]
WALK = [HOME, (240, 180), (240, 0), (620, 0), (620, 150), GATE]
FARTHEST_M = 4096


def scene() -> Plan:
    """The scene as a plan: one home, one park, a gate and a path into the park."""
    lines = [shapely.LineString(line) for line in (*STREETS, PATH)]
    layers = {
        "boundary": ({"name": ["scene"]}, [shapely.box(-20, -20, 700, 320)]),
        "parcels": (
            {"parcel_id": ["home", "park"], "land_use": ["0701", "1401"], "residents": [100.0, None]},
            [shapely.Point(HOME).buffer(12, cap_style="square"), shapely.box(*PARK)],
        ),
        "streets": ({"street_id": ["s1", "s2", "s3", "path"], "walk": [True] * 4}, lines),
        "green_entrances": ({"entrance_id": ["gate"], "parcel_id": ["park"]}, [shapely.Point(GATE)]),
    }
    manifest = manifest_from({"id": "scene", "drawn_on": "2026-01-01", "crs": "local"}, "scene")
    return Plan(
        manifest, {name: gpd.GeoDataFrame(table, geometry=shapes) for name, (table, shapes) in layers.items()}
    )


def metres() -> dict[str, int]:
    """Reading -> the least whole limit (m) under which the home is within reach."""
    plan, least = scene(), {}
    (first,) = bp.measure(plan, "green_within_500m")
    for reading in first.readings:
        low, high = 0, FARTHEST_M
        while low < high:
            limit = (low + high) // 2
            (found,) = bp.measure(plan, "green_within_500m", parameters={"green_limit_m": limit})
            inside = next(other.share for other in found.readings if other.id == reading.id) == 1
            low, high = (low, limit) if inside else (limit + 1, high)
        least[reading.id] = low
    return least


def _points(line: list[tuple[float, float]]) -> str:
    return " ".join(f"{x:g},{320 - y:g}" for x, y in line)


def picture(found: dict[str, int]) -> str:
    """The scene as SVG, with the straight line and the walk to the gate."""
    x0, y0, x1, y1 = PARK
    streets = "\n".join(f'<polyline class="street" points="{_points(line)}"/>' for line in STREETS)
    edge = [HOME, (x0, HOME[1])]
    line, walk = (f"{found[name]} m" for name in ("line_edge", "net_edge_entrance"))
    park = f'x="{x0:g}" y="{320 - y1:g}" width="{x1 - x0:g}" height="{y1 - y0:g}"'
    middle, top = f"{(x0 + x1) / 2:g}", f"{320 - y1 + 28:g}"
    return f"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="-30 -20 760 380" role="img"
 font-family="sans-serif" font-size="15">
<title>One home, one park: {line} by straight line, {walk} on foot</title>
<style>
.street {{ fill: none; stroke: #9a9a9a; stroke-width: 9; stroke-linecap: round; stroke-linejoin: round }}
.path {{ fill: none; stroke: #8a6d3b; stroke-width: 3; stroke-dasharray: 7 5 }}
.line {{ fill: none; stroke: #005ea8; stroke-width: 3 }}
.walk {{ fill: none; stroke: #b3261e; stroke-width: 3; stroke-linejoin: round }}
</style>
<rect x="-30" y="-20" width="760" height="380" fill="#ffffff"/>
<rect {park} fill="#cfe6c3" stroke="#4d7c3a" stroke-width="3"/>
{streets}
<polyline class="path" points="{_points(PATH)}"/>
<polyline class="walk" points="{_points(WALK)}"/>
<polyline class="line" points="{_points(edge)}"/>
<rect x="{HOME[0] - 12:g}" y="{320 - HOME[1] - 12:g}" width="24" height="24" fill="#f2c14e" stroke="#333333"/>
<circle cx="{GATE[0]:g}" cy="{320 - GATE[1]:g}" r="7" fill="#ffffff" stroke="#333333" stroke-width="2"/>
<text x="{HOME[0] - 20:g}" y="{320 - HOME[1] - 20:g}" text-anchor="end" fill="#333333">home</text>
<text x="{x0 + 12:g}" y="{320 - HOME[1] - 8:g}" fill="#005ea8">{line} by straight line</text>
<text x="{middle}" y="{top}" text-anchor="middle" fill="#2f5a20">park, fenced</text>
<text x="{GATE[0] - 14:g}" y="{320 - GATE[1] - 10:g}" text-anchor="end" fill="#333333">gate</text>
<text x="430" y="342" text-anchor="middle" fill="#b3261e">{walk} on foot to the gate</text>
</svg>
"""


if __name__ == "__main__":
    distances = metres()
    PICTURE.write_text(picture(distances), encoding="utf-8")
    for name, least in distances.items():
        print(f"| `{name}` | {least:,} m | {'within' if least <= 500 else 'beyond'} |")
