"""A community plan as an SVG picture, for the benchmark and the docs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from pathlib import Path

    from blockplan.exchange.community import Community

#: Type -> colour and what the legend says.
COLOURS = {
    "residential": ("#f4d27a", "residential"),
    "business": ("#d24a3c", "business"),
    "office": ("#a98bd0", "office"),
    "school": ("#4c8bca", "school"),
    "hospital_l": ("#d9569a", "hospital"),
    "hospital_s": ("#efa6c6", "clinic"),
    "recreation": ("#e8892f", "recreation"),
    "green_l": ("#3d8a4d", "park"),
    "green_s": ("#abd79c", "small green"),
    "feasible": ("#ffffff", "vacant"),
    "outside": ("#eeeeee", "outside"),
}
WIDE_PX, MARGIN_PX, LEGEND_PX = 620, 16, 120


def picture(plan: Community, initial: Community, title: str) -> str:
    """The plan, with what was there before pale and new parcels in full colour."""
    left, bottom, right, top = shapely.total_bounds(plan.shapes)
    scale = WIDE_PX / (right - left)
    high = (top - bottom) * scale
    kept = set(initial.ids[(initial.kinds == "block") & (initial.types != "feasible")])

    def at(shape: shapely.Geometry) -> str:
        xy = shapely.get_coordinates(shape)
        x, y = MARGIN_PX + (xy[:, 0] - left) * scale, 3 * MARGIN_PX + (top - xy[:, 1]) * scale
        return " ".join(f"{a:.1f},{b:.1f}" for a, b in zip(x, y, strict=True))

    size = (WIDE_PX + 2 * MARGIN_PX + LEGEND_PX, high + 5 * MARGIN_PX)
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size[0]:.0f} {size[1]:.0f}" '
        f'width="{size[0]:.0f}" height="{size[1]:.0f}" font-family="sans-serif" font-size="12">',
        '<rect width="100%" height="100%" fill="#ffffff"/>',
        f'<text x="{MARGIN_PX}" y="{2 * MARGIN_PX - 8}" font-size="14">{title}</text>',
    ]
    for number, name, shape in _blocks(plan):
        pale = ' fill-opacity="0.35"' if number in kept else ""
        colour = COLOURS[name][0]
        look = f'fill="{colour}"{pale} stroke="#8a8a8a" stroke-width="0.5"'
        out.append(f'<polygon points="{at(shape.exterior)}" {look}/>')
    for kind, dash in (("road", ""), ("boundary", ' stroke-dasharray="3 3"')):
        out += [
            f'<polyline points="{at(line)}" fill="none" stroke="#333333" stroke-width="1.1"{dash}/>'
            for line in plan.lines(kind)
        ]
    used = [name for name in COLOURS if name in set(plan.types[plan.kinds == "block"])]
    for row, name in enumerate(used):
        x, y = WIDE_PX + 2 * MARGIN_PX, 4 * MARGIN_PX + 20 * row
        look = f'width="12" height="12" fill="{COLOURS[name][0]}" stroke="#8a8a8a"'
        out.append(f'<rect x="{x}" y="{y - 10}" {look}/>')
        out.append(f'<text x="{x + 18}" y="{y}">{COLOURS[name][1]}</text>')
    wide = 500 * scale
    y = high + 4 * MARGIN_PX
    out.append(f'<path d="M{MARGIN_PX},{y:.0f} h{wide:.1f}" stroke="#333333" stroke-width="2"/>')
    out.append(
        f'<text x="{MARGIN_PX + wide + 6:.0f}" y="{y + 4:.0f}">500 m; pale: was there before</text></svg>'
    )
    return "\n".join(out) + "\n"


def _blocks(plan: Community) -> list[tuple[int, str, shapely.Polygon]]:
    at = np.flatnonzero(plan.kinds == "block")
    return [(int(plan.ids[k]), str(plan.types[k]), plan.shapes[k]) for k in at]


def write_picture(plan: Community, initial: Community, title: str, path: Path) -> None:
    """Write the picture of a plan as SVG."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(picture(plan, initial, title), encoding="utf-8")
