"""
What the maps of a report mean: land use, lines, and the signs of stops and facilities.

An entry stands in a legend only where the plan has what it names.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import shapely

from blockplan.measure.inputs.columns import values
from blockplan.report.document import LegendEntry
from blockplan.report.maps import svg
from blockplan.report.maps.basemap import GREEN, STREETS, WATER, WATER_LINE, WOOD, ink_on, use_colour
from blockplan.report.maps.drawing import centre, fill_swatch, line_swatch, outline_entry
from blockplan.report.maps.labels import beside

if TYPE_CHECKING:
    from collections.abc import Sequence

    from blockplan.report.maps.basemap import Ground, LandUseShare
    from blockplan.report.maps.canvas import Canvas
    from blockplan.report.maps.drawing import MapCanvas

STATION, FACILITY = "#1d4f91", "#8c1d40"
#: Where a sign may stand instead of its place, in its own widths.
AROUND = (
    (0, 0), (0, -1), (0, 1), (-1, 0), (1, 0), (-1, -1), (1, 1), (1, -1), (-1, 1), (0, -2), (0, 2),
)  # fmt: skip
#: The names of one station stand at least so far apart, mm: it may be drawn as several entrances.
APART_MM = 40.0
#: Modes that call at a station.
STATIONS = ("subway", "rail")


def land_use_legend(ground: Ground) -> list[LegendEntry]:
    """
    Land-use classes with their hectares.

    Classes drawn alike under one head (the utilities) make one line; the land balance tells them apart.
    """
    lists = {share.list_name for share in ground.balance}
    lines: dict[tuple[str, str, str], list[LandUseShare]] = {}
    for share in ground.balance:
        lines.setdefault((share.list_name, share.top, share.colour), []).append(share)
    entries = []
    for (list_name, top, colour), shares in lines.items():
        code = shares[0].code if len(shares) == 1 else top
        said = ground.use_name(list_name, code) + (f" ({list_name})" if len(lists) > 1 else "")
        area = ground.words.amount(sum(share.ha for share in shares), "ha")
        entries.append(LegendEntry(fill_swatch(colour), said, area))
    return entries


def line_legend(ground: Ground) -> list[LegendEntry]:
    """Streets by class, rail, water, woods, the outline: what the plan has of them."""
    words, out = ground.words, []
    if "outline" in ground.pieces:
        out.append(outline_entry(ground))
    classes = set(ground.plan.layer("streets")["class"].dropna().astype(str))
    for name in reversed([name for name in STREETS if name in classes]):
        width, surface, casing = STREETS[name]
        size = 0.7 + width / 22
        mark = (
            line_swatch(stroke=casing, stroke_width=size + 0.7)
            + line_swatch(stroke=surface, stroke_width=size)
            if casing
            else line_swatch(stroke="#7b8b6f", stroke_width=0.45, stroke_dasharray=(1.3, 0.8))
        )
        out.append(LegendEntry(mark, words(f"street.{name}")))
    rail = line_swatch(stroke="#4a4a4a", stroke_width=1.3) + line_swatch(
        stroke="#ffffff", stroke_width=0.75, stroke_dasharray=(1.6, 1.6)
    )
    swatches = {
        "rail": rail, "greens": fill_swatch(GREEN, "#3f9a45"), "buildings": fill_swatch("#bdb9b0", "#8d8678"),
        "water": fill_swatch(WATER, WATER_LINE), "woodland": fill_swatch(WOOD, "#8fae7a"),
    }  # fmt: skip
    out += [
        LegendEntry(mark, words(f"map.{name}")) for name, mark in swatches.items() if name in ground.pieces
    ]
    return out


@dataclass(frozen=True, slots=True)
class Sign:
    """A sign: a round one with a letter, or a small square without one; its radius on paper, mm."""

    said: str
    radius: float
    fill: str
    ink: str
    letter: str = ""

    def drawn(self, x: float, y: float, mm: float) -> str:
        """The sign around a point of a picture."""
        side, edge = self.radius * mm, 0.35 * mm
        look: dict[str, svg.Style] = {"fill": self.fill, "stroke": self.ink, "stroke_width": edge}
        if not self.letter:
            return svg.box(x - side, y - side, 2 * side, 2 * side, **look)
        ink = "#ffffff" if self.fill == STATION else self.ink
        return svg.circle(x, y, side, **look) + svg.text(
            x, y, self.letter, 1.25 * side, fill=ink, weight="700"
        )

    def entry(self, amount: str = "") -> LegendEntry:
        """The line of a legend that says what it means."""
        return LegendEntry(self.drawn(4, 2, 1.6 / max(self.radius, 1.2)), self.said, amount)


def sign_of(
    ground: Ground, layer: str, word: str | None, radius: float = 1.8, stations: Sequence[str] = STATIONS
) -> Sign:
    """The sign of a stop (by its modes) or of a facility (by its service)."""
    words = ground.words
    if layer == "facilities":
        said = words.or_else(f"service.{word}", word or "")
        return Sign(said, radius, "#ffffff", FACILITY, words.or_else(f"mark.{word}", "·"))
    if is_station(word, stations):
        return Sign(words("map.station"), 2.0, STATION, "#ffffff", "M")
    return Sign(words("map.stop"), 0.8, "#ffffff", STATION)


def stops(
    canvas: Canvas,
    ground: Ground,
    *,
    every: bool = False,
    named: bool = True,
    stations: Sequence[str] = STATIONS,
) -> list[LegendEntry]:
    """Stations (where such modes call) with their names, and the other stops where asked for."""
    rows, placed = canvas.layer(ground, "stops")
    modes, names = values(ground.plan, "stops", "modes"), ground.names("stops").to_numpy()
    found: dict[str, Sign] = {}
    drawn: list[str] = []
    called: list[tuple[float, float, str]] = []
    for row, shape in zip(rows, placed, strict=True):
        if shape is None or not canvas.box.intersects(shape):
            continue
        sign = sign_of(ground, "stops", modes[row], stations=stations)
        if not (every or sign.letter):
            continue
        (x, y), side = centre(shape), sign.radius * canvas.k
        left, top, right, bottom = canvas.box.buffer(-side).bounds
        x, y = min(max(x, left), right), min(max(y, top), bottom)  # whole where it would be cut by the frame
        found[sign.said] = sign
        drawn.append(sign.drawn(x, y, canvas.k))
        canvas.labels.keep((x - side, y - side, x + side, y + side))
        if sign.letter:
            called.append((x, y, names[row]))
    canvas.add("signs", svg.piece("".join(drawn)))
    written: list[tuple[float, float, str]] = []
    for x, y, name in called if named else ():
        near = APART_MM * canvas.k
        again = any(name == other and abs(x - left) + abs(y - top) < near for left, top, other in written)
        size = 2.6 * canvas.k
        away, width = (one * canvas.k for one in (2.8, 5.4)), svg.text_width(name, size)
        spots = [spot for one in away for spot in beside(x, y, one, width, size)]
        if name and not again and canvas.say(spots, name, 2.6, fill=STATION, weight="700"):
            written.append((x, y, name))
    return [sign.entry() for sign in sorted(found.values(), key=lambda one: not one.letter)]


def facilities(canvas: MapCanvas, radius: float = 1.9) -> list[LegendEntry]:
    """A sign on each facility that keeps off what is drawn already, and what the signs mean."""
    rows, placed = canvas.layer(canvas.ground, "facilities")
    services = values(canvas.ground.plan, "facilities", "service")
    found: dict[str, list[Sign]] = {}
    for row, shape in zip(rows, placed, strict=True):
        if shape is None or not canvas.holds(*centre(shape)):
            continue
        (x, y), sign = centre(shape), sign_of(canvas.ground, "facilities", services[row], radius)
        side = 2 * sign.radius * canvas.mm
        spot = canvas.labels.place([(x + dx * side, y + dy * side) for dx, dy in AROUND], side, side) or (
            x,
            y,
        )
        canvas.add("signs", sign.drawn(*spot, canvas.mm))
        found.setdefault(services[row] or "", []).append(sign)
    number = canvas.ground.words.number
    return [same[0].entry(number(len(same))) for _, same in sorted(found.items())]


def codes(canvas: MapCanvas, level: str = "full") -> None:
    """The land-use code, as given or of the second `level`, on each parcel that has room for it."""
    table, size = canvas.ground.land_uses, 2.0 * canvas.mm
    rows, placed = canvas.layer(canvas.ground, "parcels")
    lists, given = table["list_name"].to_numpy(), table[level].to_numpy()
    for row, shape in zip(rows, placed, strict=True):
        code = given[row]
        if shape is None or not code or code.startswith("1207") or shape.area < (8 * canvas.mm) ** 2:
            continue
        (x, y), half = centre(shape), svg.text_width(code, size) / 2
        room = shapely.box(x - half, y - size / 2, x + half, y + size / 2)
        if shape.contains(room) and canvas.labels.place([(x, y)], 2 * half, size):
            canvas.text(x, y, code, size, fill=ink_on(use_colour(lists[row], code)))


def is_station(modes: object, of: Sequence[str] = STATIONS) -> bool:
    """Whether a stop is a station: the subway or a train calls there (or what else is asked for)."""
    called = {mode.strip() for mode in modes.split(",")} if isinstance(modes, str) else set()
    return not called.isdisjoint(of)
