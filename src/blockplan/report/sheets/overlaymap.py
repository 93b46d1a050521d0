"""Control lines over the land whatever its use: farmland, redlines, heritage, flood land, corridors."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely

from blockplan.report.maps.canvas import path
from blockplan.report.maps.drawing import line_swatch
from blockplan.report.maps.labels import Spots
from blockplan.report.sheets.parcelmap import CONTROL

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from shapely.geometry.base import BaseGeometry

    from blockplan.report.maps.svg import Style
    from blockplan.report.sheets.facts import Facts
    from blockplan.report.sheets.scene import Scene


class Look(NamedTuple):
    """Colour and dashes (mm) of an outline; degrees of the hatch inside it, None for none."""

    colour: str
    dashes: tuple[float, ...]
    hatch: float | None = None


#: Kinds of control line that lie over the land whatever its use, in the order of the legend.
OVERLAYS = {
    "growth_boundary": Look("#6a3d9a", (5, 1, 1, 1)),
    "farmland": Look("#8a6d1d", (2.4, 0.8), 45),
    "ecological": Look("#1b7837", (4, 0.8, 0.8, 0.8), 135),
    "heritage": Look("#a05195", (3, 0.7, 0.7, 0.7), 0),
    "flood": Look("#3182bd", (1.6, 0.8), 90),
    "airport": Look("#3b4a8c", (6, 1.4)),
    "utility": Look("#b15928", (4, 1, 1, 1, 1, 1)),
    "rail": Look("#4d4d4d", (1.2, 0.6)),
}
#: Distance of the lines of a hatch, letters of a name; mm.
HATCH_MM, LETTERS_MM = 3.2, 2.0
#: A sheet's land is reached by what lies so far inside it, m.
INSIDE_M = 0.5
SWATCH = shapely.box(0.4, 0.5, 7.6, 3.5)
#: Where along a line a name is tried, shares of its length.
ALONG = (0.5, 0.35, 0.65, 0.2, 0.8, 0.1, 0.9, 0.05, 0.95)


class OverlayShape(NamedTuple):
    """A control line on paper: kind, shape, name, and the height (m) and width (m) that it states (NaN)."""

    kind: str
    shape: BaseGeometry
    called: str
    height: float
    width: float


def overlays(scene: Scene) -> list[str]:
    """
    Draw the overlays of a window, a line that states a width as its corridor.

    Returns
    -------
    list of str
        The kinds that the window shows.
    """
    shapes: dict[str, list[BaseGeometry]] = {}
    for one in _placed(scene, OVERLAYS):
        shapes.setdefault(one.kind, []).append(one.shape)
    for kind, drawn in shapes.items():
        look = OVERLAYS[kind]
        style: dict[str, Style] = {
            "stroke": look.colour, "stroke_width": 0.4, "stroke_dasharray": look.dashes,
        }  # fmt: skip
        swatch = line_swatch(**style)
        if look.hatch is not None:
            fine: dict[str, Style] = {"stroke": look.colour, "stroke_width": 0.12}
            lands = [one for one in drawn if shapely.get_dimensions(one) == 2]
            hatched = [_hatch(scene.canvas.seen(one), look.hatch) for one in lands]
            scene.canvas.shape("control", hatched, **fine)
            swatch = path([_hatch(SWATCH, look.hatch, 1.1)], **fine) + path([SWATCH], **style)
        lines = [shapely.boundary(one) if shapely.get_dimensions(one) == 2 else one for one in drawn]
        scene.canvas.shape("control", lines, **style)
        scene.show(f"overlay {kind}", 23, swatch, said(scene, kind))
    return list(shapes)


def names(scene: Scene) -> None:
    """What the control lines of a window are called, with the height and the width that they state."""
    canvas = scene.canvas
    for one in _placed(scene, [*OVERLAYS, *(kind for kind in CONTROL if kind != "red")]):
        stated = [
            scene.say(f"overlay.{key}", n=f"{value:g}")
            for key, value in (("height", one.height), ("width", one.width))
            if not math.isnan(value)
        ]
        seen = canvas.seen(one.shape)
        if (one.called or stated) and not seen.is_empty:
            colour = CONTROL[one.kind][1] if one.kind in CONTROL else OVERLAYS[one.kind].colour
            told = " ".join([one.called or said(scene, one.kind), *stated])
            canvas.write(_spots(seen), told, LETTERS_MM * canvas.k, fill=colour, weight="700")


def on_land(facts: Facts, land: BaseGeometry) -> list[str]:
    """The kinds of overlay that reach into some land (plan metres)."""
    inner = shapely.buffer(land, -INSIDE_M)
    return [
        kind
        for kind in OVERLAYS
        if any(one.kind == kind and shapely.intersects(one.shape, inner) for one in drawn_lines(facts))
    ]


def said(scene: Scene, kind: str) -> str:
    """What a kind of control line is called."""
    return scene.facts.view.words(f"control_line.{kind}")


def _placed(scene: Scene, kinds: Iterable[str]) -> Iterator[OverlayShape]:
    """The control lines of some kinds that a window shows."""
    canvas, drawn, wanted = scene.canvas, drawn_lines(scene.facts), {*kinds}
    for one, shape in zip(drawn, canvas.on_paper([one.shape for one in drawn]), strict=True):
        if one.kind in wanted and shape is not None and shapely.intersects(shape, canvas.box):
            yield one._replace(shape=shape)


def drawn_lines(facts: Facts) -> list[OverlayShape]:
    """The control lines in plan metres; an overlay that is a line with a width is its corridor."""
    if not facts.plan.has_layer("control_lines"):
        return []
    frame = facts.plan.layer("control_lines")
    called = facts.view.ground.names("control_lines")
    columns = (
        frame["kind"].astype("object"), frame.geometry, called, frame["height_m_max"].to_numpy(dtype=float),
        frame["width_m"].to_numpy(dtype=float),
    )  # fmt: skip
    found = []
    for kind, shape, name, height, width in zip(*columns, strict=True):
        if shape is None or shape.is_empty:
            continue
        wide = kind in OVERLAYS and shapely.get_dimensions(shape) < 2 and width > 0
        land = shapely.buffer(shape, width / 2, cap_style="flat", join_style="mitre") if wide else shape
        found.append(OverlayShape(str(kind), land, str(name or ""), float(height), float(width)))
    return found


def _spots(seen: BaseGeometry) -> Iterator[tuple[float, float]]:
    """Places of a name: along a line, else from the middle of the land outwards."""
    if shapely.get_dimensions(seen) == 2:
        yield from map(tuple, Spots(seen).points.tolist())
        return
    longest = max(shapely.get_parts(shapely.line_merge(seen)), key=lambda one: one.length)
    for share in ALONG:
        at = longest.interpolate(share, normalized=True)
        yield at.x, at.y


def _hatch(land: BaseGeometry, degrees: float, every: float = HATCH_MM) -> BaseGeometry:
    """Parallel lines across a shape, in one raster for the whole paper."""
    if land.is_empty:
        return land
    west, south, east, north = land.bounds
    turn = math.radians(degrees)
    along, across = np.array([math.cos(turn), -math.sin(turn)]), np.array([math.sin(turn), math.cos(turn)])
    corners = np.array([(west, south), (west, north), (east, south), (east, north)])
    low, high = (corners @ across).min(), (corners @ across).max()
    near, far = (corners @ along).min(), (corners @ along).max()
    steps = np.arange(math.ceil(low / every), math.floor(high / every) + 1) * every
    ends = [[at * across + near * along, at * across + far * along] for at in steps]
    return shapely.intersection(shapely.MultiLineString(ends), land)
