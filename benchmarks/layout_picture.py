"""Community plans side by side as one SVG picture with one legend and scale, for the benchmark and docs."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from blockplan.exchange.community import Community

#: Type -> colour and what the legend says.
COLOURS = {
    "residential": ("#f4d27a", "homes"),
    "business": ("#d24a3c", "business"),
    "office": ("#a98bd0", "offices"),
    "school": ("#4c8bca", "school"),
    "hospital_l": ("#d9569a", "hospital"),
    "hospital_s": ("#efa6c6", "clinic"),
    "recreation": ("#e8892f", "recreation"),
    "green_l": ("#3d8a4d", "park"),
    "green_s": ("#abd79c", "small green"),
    "feasible": ("#ffffff", "vacant"),
    "outside": ("#e4e4e4", "outside"),
}
#: Line -> colour, width in px, dashes and what the legend says.
LINES = {
    "there": ("#1d1d1d", 1.8, "", "road that was there"),
    "road": ("#1d1d1d", 0.9, "", "new road"),
    "boundary": ("#1d1d1d", 0.9, "3 3", "edge without road"),
}
WIDE_PX, MARGIN_PX, LEGEND_PX, TITLE_PX, FOOT_PX = 760, 20, 190, 58, 44
#: Ids are written where they fit, in px.
ID_PX, LETTER_PX = 8.5, 5.2


@dataclass(frozen=True)
class Panel:
    """A plan in a picture: its features, a title, and a line of figures below it."""

    plan: Community
    title: str
    said: str = ""


def picture(panels: Sequence[Panel], initial: Community) -> str:
    """Plans of one community, with what was there before pale and new parcels in full colour."""
    left, bottom, right, top = shapely.total_bounds(initial.shapes)
    scale = WIDE_PX / (right - left)
    high = (top - bottom) * scale
    step = WIDE_PX + 2 * MARGIN_PX
    size = (step * len(panels) + LEGEND_PX, high + TITLE_PX + FOOT_PX)
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size[0]:.0f} {size[1]:.0f}" '
        f'width="{size[0]:.0f}" height="{size[1]:.0f}" font-family="sans-serif" font-size="13">',
        '<rect width="100%" height="100%" fill="#ffffff"/>',
    ]
    for number, panel in enumerate(panels):
        x = number * step + MARGIN_PX
        place = Place(x - left * scale, TITLE_PX + top * scale, scale)
        out.append(f'<text x="{x}" y="24" font-size="16" font-weight="bold">{escape(panel.title)}</text>')
        out.append(f'<text x="{x}" y="44" font-size="12.5" fill="#444444">{escape(panel.said)}</text>')
        out += [*_blocks(panel.plan, initial, place), *_lines(panel.plan, initial, place)]
        out += [*_ids(panel.plan, initial, place), *_bar(x, TITLE_PX + high + 22, scale)]
    return "\n".join([*out, *_legend(panels, len(panels) * step), "</svg>"]) + "\n"


@dataclass(frozen=True)
class Place:
    """Where the origin of the map lies in the picture, and px a m."""

    x: float
    y: float
    scale: float

    def of(self, shape: shapely.Geometry) -> str:
        """Points of a shape as SVG writes them."""
        xy = shapely.get_coordinates(shape)
        return " ".join(f"{self.x + a * self.scale:.1f},{self.y - b * self.scale:.1f}" for a, b in xy)


def _new(plan: Community, initial: Community) -> np.ndarray:
    """Which features of a plan lie on land that was vacant."""
    kept = initial.ids[(initial.kinds == "block") & (initial.types != "feasible")]
    return (plan.kinds == "block") & ~np.isin(plan.ids, kept) & (plan.types != "feasible")


def _blocks(plan: Community, initial: Community, place: Place) -> list[str]:
    out = []
    new = _new(plan, initial)
    for at in np.flatnonzero(plan.kinds == "block"):
        name = plan.types[at]
        pale = "" if new[at] or name in {"feasible", "outside"} else ' fill-opacity="0.3"'
        colour = COLOURS.get(name, ("#bbbbbb", name))[0]
        out.append(f'<polygon points="{place.of(plan.shapes[at].exterior)}" fill="{colour}"{pale}/>')
    return out


def _lines(plan: Community, initial: Community, place: Place) -> list[str]:
    """Roads that were there on top, so that they are seen whole where new lines meet them."""
    drawn = [(kind, line) for kind in ("boundary", "road") for line in plan.lines(kind)]
    drawn += [("there", line) for line in initial.lines("road")]
    out = []
    for kind, line in drawn:
        colour, wide, dash, _ = LINES[kind]
        look = f'fill="none" stroke="{colour}" stroke-width="{wide}" stroke-dasharray="{dash}"'
        out.append(f'<polyline points="{place.of(line)}" {look}/>')
    return out


def _ids(plan: Community, initial: Community, place: Place) -> list[str]:
    out = []
    for at in np.flatnonzero(_new(plan, initial)):
        shape, said = plan.shapes[at], str(plan.ids[at])
        spot = shape.centroid if shape.contains(shape.centroid) else shape.representative_point()
        room = spot.distance(shape.exterior) * 2 * place.scale
        if room < max(ID_PX, len(said) * LETTER_PX * 0.8):
            continue
        x, y = place.x + spot.x * place.scale, place.y - spot.y * place.scale
        look = f'font-size="{ID_PX}" text-anchor="middle" fill="#1d1d1d"'
        out.append(f'<text x="{x:.1f}" y="{y + ID_PX * 0.36:.1f}" {look}>{said}</text>')
    return out


def _bar(x: float, y: float, scale: float) -> list[str]:
    wide = 500 * scale
    return [
        f'<path d="M{x},{y - 5:.0f} v5 h{wide:.1f} v-5" fill="none" stroke="#1d1d1d" stroke-width="1.5"/>',
        f'<text x="{x + wide + 8:.0f}" y="{y + 4:.0f}">500 m</text>',
    ]


def _legend(panels: Sequence[Panel], x: float) -> list[str]:
    """All types and lines that a panel shows; the same for all panels."""
    types = {name for one in panels for name in one.plan.types[one.plan.kinds == "block"]}
    out, y = [], TITLE_PX + 10
    for name in [one for one in COLOURS if one in types]:
        look = f'width="14" height="14" fill="{COLOURS[name][0]}" stroke="#8a8a8a" stroke-width="0.7"'
        out += [
            f'<rect x="{x}" y="{y - 12}" {look}/>',
            f'<text x="{x + 22}" y="{y}">{COLOURS[name][1]}</text>',
        ]
        y += 22
    unbuilt = any(one.plan.lines("boundary").size for one in panels)
    for kind in ["there", "road", *["boundary"] * unbuilt]:
        colour, wide, dash, said = LINES[kind]
        look = f'stroke="{colour}" stroke-width="{wide}" stroke-dasharray="{dash}"'
        out += [f'<path d="M{x},{y - 5} h14" {look}/>', f'<text x="{x + 22}" y="{y}">{said}</text>']
        y += 22
    notes = ("full colour: new parcel", "pale: was there before", "numbers: id of a parcel")
    return out + [f'<text x="{x}" y="{y + 18 * k}">{said}</text>' for k, said in enumerate(notes)]


def write_picture(panels: Sequence[Panel], initial: Community, path: Path) -> None:
    """Write plans side by side as SVG."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(picture(panels, initial), encoding="utf-8")
