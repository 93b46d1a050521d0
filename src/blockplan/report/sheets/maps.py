"""A map with its windows, its coordinates and its foot as one picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from blockplan.figures import number
from blockplan.report.maps import svg
from blockplan.report.maps.canvas import (
    MUTED,
    Canvas,
    MapWindow,
    north,
    path,
    picture,
    scale_bar,
    ticks,
)
from blockplan.report.reference_system import crs_said
from blockplan.report.sheets.paper import TICKS_MM, around, box_of
from blockplan.report.sheets.scene import Scene, said

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shapely.geometry.base import BaseGeometry

    from blockplan.report.sheets.facts import Facts
    from blockplan.report.sheets.paper import Fit

SYNTHETIC = "#8c1d18"
#: Shares of a map's width that its scale bar may take, and letters that can be read below it, mm.
BAR_SHARES, LEAST_MM = (0.3, 0.2, 0.12), 1.77
#: The line around a sheet's own land on its small map, mm.
HERE_MM = 0.5


def scenes_of(facts: Facts, fit: Fit) -> list[Scene]:
    """A scene for each window; they share one legend."""
    found: list[Scene] = []
    for cell in fit.cells:
        scene = Scene(Canvas(cell, fit.layout.paper.letters), facts, fit.scale, windows=fit.cells)
        if found:
            scene.legend, scene.labelled = found[0].legend, found[0].labelled
        found.append(scene)
    return found


def drawn(scenes: list[Scene], fit: Fit) -> str:
    """The picture as SVG: windows, coordinates around them, scale bar, mark of an invented plan, north."""
    width, height = fit.layout.picture
    k = fit.layout.paper.letters
    around = "".join(ticks(scene.canvas, fit.scale) for scene in scenes)
    shift = (TICKS_MM * k, TICKS_MM * k)
    return picture([scene.canvas for scene in scenes], width, height, around + _foot(scenes[0], fit), shift)


def scale_said(lang: str, scale: int) -> str:
    """A scale as a reader writes it: 1:2 000, 1/2,500."""
    shown = number(scale)
    return said(lang, "head.scale", n=shown if lang == "ja" else shown.replace(",", " "))


def _foot(scene: Scene, fit: Fit) -> str:
    facts, view, lang = scene.facts, scene.facts.view, scene.facts.view.words.lang
    width, height = fit.layout.window
    k = fit.layout.paper.letters
    top = height + 1.6 * k
    ratio, per = scale_said(lang, fit.scale), said(lang, "head.on_paper", n=f"{fit.scale / 100:g}")
    lines = [(said(lang, "head.crs", crs=crs_said(view.plan, view.words)), MUTED, "400")]
    beside = max(svg.text_width(ratio, 3.6 * k), svg.text_width(per, 2.0 * k)) + 6 * k
    # The scale bar of a narrow map leaves the reference system its room.
    for share in BAR_SHARES:
        bar, long = scale_bar(2 * k, top, fit.scale / 1000, min(80 * k, width * share), k, facts.view.words)
        left = 2 * k + long + 12 * k
        room = width - left - beside - 9 * k
        if svg.text_width(lines[0][0], LEAST_MM * k) <= room:
            break
    else:
        lines = [
            (part, ink, weight)
            for line, ink, weight in lines
            for part in svg.wrapped(line, room, LEAST_MM * k)
        ]
    out = [bar, svg.text(left, top + 1.6 * k, ratio, 3.4 * k, anchor="start", weight="700")]
    out.append(svg.text(left, top + 5.4 * k, per, 2.0 * k, anchor="start", fill=MUTED))
    left += beside
    if facts.plan.manifest.synthetic:
        long_one = said(lang, "head.synthetic_long")
        fits = svg.text_width(long_one, 2.2 * k) <= room
        lines.append((long_one if fits else said(lang, "head.synthetic"), SYNTHETIC, "700"))
    elif view.plan.manifest.attribution:
        source = view.words.pick(view.plan.manifest.attribution)
        lines.append((view.words("head.attribution", source=source), MUTED, "400"))
    pitch = 3.8 if len(lines) < 3 else 2.8
    for at, (line, ink, weight) in enumerate(lines):
        size = min(2.2 * k, room / max(svg.text_width(line, 1.0), 1.0))
        out.append(
            svg.text(left, top + (1.4 + pitch * at) * k, line, size, anchor="start", fill=ink, weight=weight)
        )
    out.append(north(width - 4 * k, top + 3.0 * k, said(lang, "head.north"), k))
    return "".join(out)


def small_map(land: Sequence[BaseGeometry], here: BaseGeometry, size: tuple[float, float]) -> str:
    """Where a sheet's land lies among the parts: filled, without gaps as narrow as its line."""
    shapes = np.array([*land, here], dtype=object)
    box = box_of(shapely.total_bounds(shapes))
    width, height = size
    unit = max(box.width / (width - 2), box.height / (height - 2))
    cell = MapWindow(around(box, width * unit, height * unit), 0, 0, width, height)
    placed = Canvas(cell).on_paper(shapes)
    grown = shapely.buffer(placed[-1:], HERE_MM / 2, join_style="mitre")
    placed[-1:] = shapely.buffer(grown, -HERE_MM / 2, join_style="mitre")
    inside = (
        svg.box(0, 0, width, height, fill="#fbfaf6")
        + path(placed[:-1], fill="#efe7d6", stroke="#6b6b66", stroke_width=0.15)
        + path(placed[-1:], fill="#e9a59d", stroke="#8c1d18", stroke_width=HERE_MM)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" width="{width:g}mm" '
        f'height="{height:g}mm">{inside}</svg>'
    )
