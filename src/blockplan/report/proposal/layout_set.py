"""A set of layouts as one picture: service against ecology, and a small map of every layout."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import shapely

from blockplan.figures import fixed
from blockplan.plan.model.codes import landuse
from blockplan.propose.layout.problem.uses import type_name, uses
from blockplan.report.maps import svg
from blockplan.report.proposal.words import CATALOG
from blockplan.texts import pick

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from blockplan.exchange.community import Community
    from blockplan.propose.layout.search.pareto import LayoutPoint, LayoutSet

#: Fill of the types of the benchmark; a use of a plan has the colour of its land-use code.
COLOURS = {
    "residential": "#f9e36b", "business": "#e0463c", "office": "#c93a55", "school": "#f5b5cf",
    "hospital_l": "#e98a86", "hospital_s": "#f2c0bd", "recreation": "#f09a64", "green_l": "#3f9d4a",
    "green_s": "#a9d89a", "feasible": "#ffffff", "outside": "#f1f3f4", "other": "#e6e9ec",
}  # fmt: skip
MAP, GAP, HEAD, CHART, LEGEND = 300.0, 24.0, 46.0, 340.0, 140.0
INK, FAINT, POINT, PICKED = "#1c2430", "#cfd5d9", "#0f5c73", "#c2185b"


def picture(found: LayoutSet, picked: int, stays: NDArray[np.int64], lang: str = "en") -> str:
    """
    The set as an SVG.

    Parameters
    ----------
    picked
        Number, from 0, of the layout that is given back.
    stays
        Ids of features that were there and stay; they are drawn pale.
    """
    maps = [
        _head(number, one, number == picked + 1, lang) + _map(one.drawn.plan, stays)
        for number, one in enumerate(found.points, 1)
    ]
    across = max(1, min(3, len(maps)))
    rows = math.ceil(len(maps) / across)
    wide = CHART + 2 * GAP + across * (MAP + GAP)
    high = max(CHART + HEAD + 2 * GAP + LEGEND, rows * (MAP + HEAD + GAP) + GAP)
    out = [
        svg.box(0, 0, wide, high, fill="#ffffff"),
        _chart(found, picked, lang),
        _legend(found, stays, lang),
    ]
    for at, one in enumerate(maps):
        x = CHART + 2 * GAP + (at % across) * (MAP + GAP)
        y = GAP + (at // across) * (MAP + HEAD + GAP)
        out.append(svg.group(one, transform=f"translate({x:.0f} {y:.0f})"))
    view = f"0 0 {wide:.0f} {high:.0f}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{view}" width="{wide:.0f}" height="{high:.0f}" '
        f'font-family="{svg.FONT}, sans-serif">' + "".join(out) + "</svg>\n"
    )


def _chart(found: LayoutSet, picked: int, lang: str) -> str:
    """Service from left to right, ecology upwards; bounds as dashed lines."""
    service = [one.service for one in found.points] + [found.service]
    ecology = [one.ecology for one in found.points] + [found.ecology]
    low_x, high_x = _range(service)
    low_y, high_y = _range(ecology)
    left, top, side = 66.0, HEAD + GAP, CHART - 76.0

    def place(x: float, y: float) -> tuple[float, float]:
        return left + side * (x - low_x) / (high_x - low_x), top + side * (high_y - y) / (high_y - low_y)

    out = [svg.box(left, top, side, side, fill="none", stroke=FAINT)]
    for value, across in ((low_x, True), (high_x, True), (low_y, False), (high_y, False)):
        x, y = place(value, low_y) if across else place(low_x, value)
        out.append(svg.label(x if across else x - 22, y + 12 if across else y, fixed(value, 2), 11, fill=INK))
    edge_x, edge_y = place(found.service, found.ecology)
    dashes: dict[str, str | float] = {"stroke": INK, "stroke_dasharray": "4 4", "stroke_width": 1.0}
    out.append(svg.shape(f"M{edge_x:.1f} {top}V{top + side}", fill="none", **dashes))
    out.append(svg.shape(f"M{left} {edge_y:.1f}H{left + side}", fill="none", **dashes))
    steps = [place(one.service, one.ecology) for one in found.points]
    line = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in steps)
    out.append(svg.shape(line, fill="none", stroke=POINT, stroke_width=1.2))
    for number, (x, y) in enumerate(steps, 1):
        mine = number == picked + 1
        out.append(svg.circle(x, y, 8.0, fill=PICKED if mine else POINT, stroke="#ffffff", stroke_width=1.5))
        out.append(svg.text(x, y, str(number), 10, fill="#ffffff", weight="700"))
    said = (
        ("set.title", left + side / 2, GAP, 13.0),
        ("set.service", left + side / 2, top + side + 28, 12.0),
        ("set.ecology", left, top - 12, 12.0),
        ("set.bound", left + side / 2, top + side + 46, 11.0),
    )
    out += [svg.label(x, y, CATALOG(key, lang), size, fill=INK) for key, x, y, size in said]
    return "".join(out)


def _range(values: Sequence[float]) -> tuple[float, float]:
    low, high = min(values), max(values)
    room = max(0.1 * (high - low), 0.005)
    return low - room, high + room


def _head(number: int, one: LayoutPoint, picked: bool, lang: str) -> str:
    said = CATALOG("set.layout", lang, number=number)
    title = svg.label(0, 8, said, 14, fill=PICKED if picked else INK, anchor="start", weight="700")
    values = f"{fixed(one.service, 3)} / {fixed(one.ecology, 3)}"
    return title + svg.label(0, 27, values, 12, fill=INK, anchor="start")


def _map(plan: Community, stays: NDArray[np.int64]) -> str:
    """The blocks of a plan, large ones below small ones."""
    blocks = np.flatnonzero(plan.kinds == "block")
    blocks = blocks[plan.types[blocks] != "outside"]
    order = np.argsort(-shapely.area(plan.shapes[blocks]), kind="stable")
    west, south, east, north = shapely.total_bounds(plan.shapes[blocks])
    scale = MAP / max(east - west, north - south)
    frame = svg.Frame(west, south, east, north)
    out = []
    for row in blocks[order]:
        d = svg.path(svg.drawable([plan.shapes[row]], frame), frame)
        old = bool(np.isin(plan.ids[row], stays))
        stroke, width, strength = (FAINT, 0.5, 0.4) if old else (INK, 1.2, 1.0)
        look: dict[str, str | float] = {"stroke": stroke, "stroke_width": width / scale}
        out.append(svg.shape(d, fill=_colour(str(plan.types[row])), fill_opacity=strength, **look))
    return svg.group("".join(out), transform=f"translate(0 {HEAD - 6:.0f}) scale({scale:.6f})")


def _legend(found: LayoutSet, stays: NDArray[np.int64], lang: str) -> str:
    """Colours of homes and of the types that are drawn anew in any layout."""
    drawn = {"residential"}
    for plan in (one.drawn.plan for one in found.points):
        drawn |= set(map(str, plan.types[(plan.kinds == "block") & ~np.isin(plan.ids, stays)]))
    order = [name for name in (*COLOURS, *uses()) if name in drawn - {"outside", "other"}]
    out = []
    for at, name in enumerate(dict.fromkeys(order)):
        x, y = 66.0 + (at % 2) * 140, CHART + HEAD + GAP + (at // 2) * 20
        out.append(svg.box(x, y - 6, 13, 12, fill=_colour(name), stroke=FAINT))
        said = pick(type_name(name), lang)
        out.append(svg.text(x + 20, y, said, 11, fill=INK, anchor="start"))
    return "".join(out)


def _colour(name: str) -> str:
    if name in COLOURS:
        return COLOURS[name]
    use = uses().get(name)
    return landuse().colour(use.codes[0]) if use else COLOURS["other"]
