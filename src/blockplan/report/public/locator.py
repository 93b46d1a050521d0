"""
A small map of one place: where it lies, what is planned around it, where on the whole plan that is.

Drawn on demand, in milliseconds: the layers are indexed once for a plan, and only what lies in the frame is
drawn.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from blockplan.errors import UsageError
from blockplan.measure.inputs.columns import ids, shapes, values
from blockplan.plan import landuse
from blockplan.plan.model.codes import DEFAULT_LIST, LISTS
from blockplan.report.document import LegendEntry, Table
from blockplan.report.maps import drawing, svg
from blockplan.report.maps.basemap import (
    GREEN,
    OUTLINE,
    STREETS,
    WATER,
    WATER_LINE,
    WOOD,
    Ground,
    ink_on,
    second_level,
    use_colour,
)
from blockplan.report.maps.drawing import (
    Drawing,
    MapSheet,
)
from blockplan.report.maps.legends import STATION, is_station
from blockplan.report.maps.svg import Frame
from blockplan.report.public.furigana import bare
from blockplan.report.public.pictures import LEGEND_MM, Picture, line, picture, plain_picture, wrapped
from blockplan.report.public.place_index import KINDS, LAYER_OF
from blockplan.report.public.speech import Speech, use_said
from blockplan.units import M2_PER_HA

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from blockplan.plan import Plan
    from blockplan.report.words import Words

#: Size of the map, mm, without its foot: of a wide thing, and of a tall one.
WIDE_MM, TALL_MM = (104.0, 84.0), (88.0, 112.0)
#: The map for a phone: its letters are as large as those of the page.
SLIM_MM = (76.0, 72.0)
#: At least so much land (m) is shown across, and so much around a thing, in proportion to its size and in m.
LEAST_M, AROUND, MOST_AROUND_M = 420.0, 0.7, 300.0
#: The small map of the whole plan, mm.
KEY_MM = (LEGEND_MM, 46.0)
MARK = "#d2001a"
#: So many uses and signs stand in the legend; the uses with most land in the frame go first.
MOST_USES, MOST_SIGNS = 9, 8
#: On maps coarser than this (m for a mm) signs would cover the plan; stations are drawn all the same.
FINEST_M = 12.0
#: Where a sign may stand instead of its place, in its own widths.
AROUND_A_SIGN = ((0, 0), (1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (-1, -1), (1, -1), (-1, 1))


@dataclass(frozen=True, slots=True, eq=False)
class _Layer:
    """The drawn features of a layer and their index; `row` is each one's row of the layer."""

    shape: NDArray[Any]
    row: NDArray[np.intp]
    tree: shapely.STRtree

    def within(self, window: Any) -> NDArray[np.intp]:
        """Numbers of the features that meet a window."""
        return np.sort(self.tree.query(window))


class Locator:
    """
    Draws small maps of the places of a plan.

    Parameters
    ----------
    plan
        Indexed at the first map; the index stays with the plan.
    lang
        ``zh``, ``en``, ``ja`` or ``ja-easy``; UsageError for any other.
    """

    def __init__(self, plan: Plan, lang: str) -> None:
        self.plan = plan
        self.speech = Speech(lang)
        self.ground = Ground(plan, self.speech.words)

    def picture(self, kind: str, id_: str, *, plain: bool = False, slim: bool = False) -> Picture:
        """
        The map of a parcel, area, facility, street ...: itself outlined in red, and the land around it.

        `plain` leaves out heading, legend, marks and source, for a page that says these itself; `slim` is as
        wide as a phone, with the legend below.

        Raises
        ------
        UsageError
            If there is no such kind or feature, or it is not drawn.
        """
        shape = self._shape(kind, id_)
        frame = around(shape)
        name = self._name(kind, id_)
        return self._drawn(f"locator-{kind}-{id_}", name, frame, shape, plain=plain, slim=slim)

    def picture_at(self, x: float, y: float) -> Picture:
        """The map of a point of the plan's CRS; as `picture_of`."""
        return self.picture_of(shapely.Point(x, y))

    def picture_of(self, shape: Any, *, plain: bool = False) -> Picture:
        """
        The map of a point, line or area of the plan's CRS; `plain` is as above.

        Raises
        ------
        UsageError
            If its middle lies far outside of the plan.
        """
        middle, frame = shapely.point_on_surface(shape), self.ground.frame
        if frame is None or not frame.grown(max(frame.width, frame.height)).holds(middle.x, middle.y):
            raise UsageError(
                f"The point {middle.x:g}, {middle.y:g} lies far outside the plan, so there is no map of it."
            )
        name = bare(self.speech("picture.point"))
        return self._drawn("locator-point", name, around(shape), shape, plain=plain)

    def _drawn(
        self, id_: str, name: str, frame: Frame, shape: Any, *, plain: bool = False, slim: bool = False
    ) -> Picture:
        page = SLIM_MM if slim else WIDE_MM
        if frame.height > frame.width * 1.15 and not (plain or slim):
            page = TALL_MM
        unit = max(frame.width / page[0], frame.height / page[1])
        wide, high = page[0] * unit, page[1] * unit
        x, y = (frame.west + frame.east) / 2, (frame.south + frame.north) / 2
        frame = Frame(x - wide / 2, y - high / 2, x + wide / 2, y + high / 2)
        sheet = MapSheet(frame, unit)
        body, legend, table = self._body(sheet, shape)
        title = bare(self.speech("picture.locator", name=name))
        said = self.speech.join(row[0] for row in table.texts[:4])
        alt = bare(self.speech("picture.locator_alt", name=name, said=said))
        made = Drawing(id_, title, alt, sheet, (), body, legend)
        if plain:
            return plain_picture(made, self.ground, self.speech, alt, table)
        key = None if slim else self._key(frame)
        return picture(made, self.ground, self.speech, alt, table, key=key)

    def _shape(self, kind: str, id_: str) -> Any:
        layer = LAYER_OF.get(kind)
        if layer is None:
            raise UsageError(f"There is no kind of thing called {kind!r}. Kinds: {', '.join(LAYER_OF)}.")
        rows = self.plan.cached(
            f"rows:{layer}", lambda: {str(name): row for row, name in enumerate(ids(self.plan, layer))}
        )
        if id_ not in rows:
            raise UsageError(f"The plan has no {KINDS[layer]} {id_!r}, so there is no map of it.")
        shape = shapes(self.plan, layer)[rows[id_]]
        if shape is None:
            raise UsageError(f"The {KINDS[layer]} {id_!r} is not drawn, so there is no map of it.")
        return shape

    def _name(self, kind: str, id_: str) -> str:
        speech, layer = self.speech, LAYER_OF[kind]
        named = self.plan.cached(
            f"locator:names:{layer}:{speech.lang}", lambda: self.ground.names(layer).to_numpy()
        )
        own = str(named[self.plan.cached(f"rows:{layer}", dict[str, int])[id_]] or "")
        said = bare(speech("picture.kind", kind=speech(f"kind.{kind}"), name=id_))
        return speech.words("list.note", said=own, note=said) if own else said

    # What is drawn

    def _layer(self, name: str) -> _Layer:
        return self.plan.cached(f"locator:{name}", lambda: _indexed(self.plan, name))

    def _body(self, sheet: MapSheet, shape: Any) -> tuple[str, tuple[LegendEntry, ...], Table]:
        frame = sheet.frame
        window = shapely.box(frame.west, frame.south, frame.east, frame.north)
        placer = drawing.placer(self.ground, sheet)
        uses, legend, table = self._uses(sheet, window)
        body = self._fill("woodland", window, WOOD) + uses + self._fill("greens", window, GREEN)
        body += self._water(window) + self._streets(window) + self._outline(window, sheet)
        signs, named = self._signs(sheet, window, placer)
        body += self._mark(shape, sheet) + self._codes(sheet, window, placer) + signs
        return body, (*legend, *named), table

    def _path(self, found: NDArray[Any], window: Any) -> str:
        origin = self.ground.frame or Frame(*window.bounds)
        west, south, east, north = window.bounds
        reach = max(east - west, north - south) * 0.05
        if len(found):
            found = shapely.clip_by_rect(found, west - reach, south - reach, east + reach, north + reach)
        return svg.path(found[~shapely.is_empty(found)], origin)

    def _fill(self, layer: str, window: Any, colour: str) -> str:
        drawn = self._layer(layer)
        found = drawn.shape[drawn.within(window)]
        return svg.shape(
            self._path(found[shapely.get_dimensions(found) == 2], window), fill=colour, fill_rule="evenodd"
        )

    def _uses(self, sheet: MapSheet, window: Any) -> tuple[str, tuple[LegendEntry, ...], Table]:
        """Land by its planned use; the legend and the table of what the frame shows."""
        speech, words, drawn = self.speech, self.speech.words, self._layer("parcels")
        hit = drawn.within(window)
        kinds = self.plan.cached("locator:uses", lambda: _uses(self.plan))
        seen = shapely.area(shapely.clip_by_rect(drawn.shape[hit], *window.bounds))
        land: dict[tuple[str, str, str], dict[str, list[int]]] = {}
        sizes: dict[tuple[str, str, str], float] = {}
        for number, area in zip(hit.tolist(), seen.tolist(), strict=True):
            list_name, code = kinds[drawn.row[number]]
            drawn_as = (list_name, _top(list_name, code), use_colour(list_name, code))
            land.setdefault(drawn_as, {}).setdefault(code, []).append(number)
            sizes[drawn_as] = sizes.get(drawn_as, 0.0) + area
        parts, entries, rows = [], [], []
        for drawn_as in sorted((one for one in land if sizes[one] > 0), key=lambda one: -sizes[one]):
            list_name, top, colour = drawn_as
            codes = land[drawn_as]
            numbers = [number for some in codes.values() for number in some]
            parts.append(svg.shape(self._path(drawn.shape[numbers], window), fill=colour))
            code = next(iter(codes)) if len(codes) == 1 else top
            said = use_said(speech, code, list_name)
            rows.append((said, sizes[drawn_as] / M2_PER_HA))
            entries.append(LegendEntry(drawing.fill_swatch(colour), f"{code} {bare(said)}".strip()))
        body = svg.group(
            "".join(parts), stroke="#6b6b66", stroke_width=0.12 * sheet.unit, stroke_linejoin="round",
            fill_rule="evenodd",
        )  # fmt: skip
        more = len(entries) - MOST_USES
        if more > 0:
            entries = [*entries[:MOST_USES], LegendEntry("", words("list.more", n=words.number(more)))]
        mark = LegendEntry(
            drawing.line_swatch(("#ffffff", 6.5, ""), (MARK, 4.0, "")), bare(speech("picture.mark"))
        )
        heads = (speech("plain.landuse.head"), speech("picture.in_frame"))
        areas = words.column([ha for _, ha in rows], "ha")
        table = Table(heads, tuple((said, area) for (said, _), area in zip(rows, areas, strict=True)))
        return body, (mark, *entries), table

    def _water(self, window: Any) -> str:
        drawn = self._layer("water")
        found = drawn.shape[drawn.within(window)]
        flat = shapely.get_dimensions(found) == 2
        return svg.shape(
            self._path(found[flat], window), fill=WATER, stroke=WATER_LINE, stroke_width=2
        ) + svg.shape(self._path(found[~flat], window), stroke=WATER_LINE, stroke_width=8, fill="none")

    def _streets(self, window: Any) -> str:
        drawn = self._layer("streets")
        hit = drawn.within(window)
        classes = self.plan.cached("locator:classes", lambda: _classes(self.plan))[drawn.row[hit]]
        parts = []
        for name, (width, surface, casing) in STREETS.items():
            d = self._path(drawn.shape[hit[classes == name]], window)
            if d and casing:
                parts.append(svg.shape(d, stroke=casing, stroke_width=width + 2.0))
                parts.append(svg.shape(d, stroke=surface, stroke_width=width))
            elif d:
                parts.append(svg.shape(d, stroke="#7b8b6f", stroke_width=width, stroke_dasharray="9 6"))
        return svg.group("".join(parts), fill="none", stroke_linejoin="round", stroke_linecap="round")

    def _outline(self, window: Any, sheet: MapSheet) -> str:
        drawn, unit = self._layer("boundary"), sheet.unit
        found = shapely.boundary(drawn.shape[drawn.within(window)])
        dashes = f"{3 * unit:.1f} {unit:.1f} {0.6 * unit:.1f} {unit:.1f}"
        return svg.shape(
            self._path(found, window),
            fill="none",
            stroke=OUTLINE,
            stroke_width=0.4 * unit,
            stroke_dasharray=dashes,
        )

    def _codes(self, sheet: MapSheet, window: Any, placer: svg.Placer) -> str:
        """The code on each parcel that has room for it, away from signs."""
        drawn, size = self._layer("parcels"), 2.1 * sheet.unit
        kinds = self.plan.cached("locator:uses", lambda: _uses(self.plan))
        out = []
        for number in drawn.within(window).tolist():
            list_name, code = kinds[drawn.row[number]]
            shape = drawn.shape[number]
            if not code or code.startswith("1207") or shapely.area(shape) < (8 * sheet.unit) ** 2:
                continue
            spot, half = drawing.centre(shape), svg.text_width(code, size) / 2
            room = shapely.box(spot[0] - half, spot[1] - size / 2, spot[0] + half, spot[1] + size / 2)
            x, y = (self.ground.frame or sheet.frame).place(*spot)
            if shape.contains(room) and placer.place(x, y, 2 * half, size, ((0, 0),)):
                out.append(svg.label(x, y, code, size, fill=ink_on(use_colour(list_name, code)), halo="none"))
        return "".join(out)

    def _mark(self, shape: Any, sheet: MapSheet) -> str:
        """The place itself, outlined in red over white; a point as a ring."""
        frame, unit = self.ground.frame or sheet.frame, sheet.unit
        line: dict[str, str | float] = {"fill": "none", "stroke_linejoin": "round"}
        d = svg.path([shape], frame)
        drawn = svg.shape(d, stroke="#ffffff", stroke_width=1.7 * unit, **line)
        drawn += svg.shape(d, stroke=MARK, stroke_width=0.9 * unit, **line)
        # Twice: a collection may hold shapes of several parts.
        parts = shapely.get_parts(shapely.get_parts(shape))
        for point in parts[shapely.get_dimensions(parts) == 0]:
            x, y = frame.place(point.x, point.y)
            drawn += svg.circle(x, y, 3 * unit, fill="none", stroke="#ffffff", stroke_width=1.5 * unit)
            drawn += svg.circle(x, y, 3 * unit, fill="none", stroke=MARK, stroke_width=0.8 * unit)
        return drawn

    def _signs(self, sheet: MapSheet, window: Any, placer: svg.Placer) -> tuple[str, tuple[LegendEntry, ...]]:
        """Facilities and stops in the frame by their signs, and what the signs mean."""
        frame, unit, words = self.ground.frame or sheet.frame, sheet.unit, self.speech.words
        out, named = [], {}
        for layer, column in (("stops", "modes"), ("facilities", "service")):
            drawn, said = self._layer(layer), values(self.plan, layer, column)
            for number in drawn.within(window).tolist():
                spot, word = drawing.centre(drawn.shape[number]), said[drawn.row[number]]
                station = layer == "stops" and is_station(word)
                if not sheet.frame.holds(*spot) or (not station and unit > FINEST_M):
                    continue
                sign = _sign(layer, word, words, station=station)
                x, y = frame.place(*spot)
                size = 2 * sign.radius_mm * unit
                around = [(dx * size, dy * size) for dx, dy in AROUND_A_SIGN]
                x, y = placer.place(x, y, size, size, around) or (x, y)
                out.append(sign.drawn(x, y, unit))
                named[sign.said] = LegendEntry(
                    f'<g transform="translate(15 8)">{sign.drawn(0, 0, 3.6)}</g>', sign.said
                )
        return "".join(out), tuple(named.values())[:MOST_SIGNS]

    def _key(self, frame: Frame) -> str:
        """The whole plan in a few lines, and the frame of the map in it."""
        whole = self.ground.frame
        if whole is None:
            return ""
        unit = max(whole.width / KEY_MM[0], whole.height / KEY_MM[1])
        width, height = whole.width / unit, whole.height / unit
        d = self.plan.cached(f"locator:key:{unit:.3f}", lambda: _coarse(self.plan, whole, unit))
        left, top = (edge / unit for edge in whole.place(frame.west, frame.north))
        right, bottom = (edge / unit for edge in whole.place(frame.east, frame.south))
        # Never smaller than the eye finds, and never outside of the small map.
        left, right = max(left, 0.4), min(max(right, left + 1.6), width - 0.4)
        top, bottom = max(top, 0.4), min(max(bottom, top + 1.6), height - 0.4)
        label = wrapped(bare(self.speech("picture.key")), max(LEGEND_MM - width - 2, 12.0), 2.4)
        said = "".join(line(width + 2, 2 + at * 3.2, text, 2.4) for at, text in enumerate(label))
        return (
            f'<g data-height="{height:.2f}">'
            f'<rect width="{width:.2f}" height="{height:.2f}" fill="#fbfaf6" stroke="#9a9a94" '
            'stroke-width="0.2"/>'
            f'<path d="{d}" fill="#dfe5df" stroke="{OUTLINE}" stroke-width="0.25"/>'
            f'<rect x="{left:.2f}" y="{top:.2f}" width="{right - left:.2f}" height="{bottom - top:.2f}" '
            f'fill="none" stroke="{MARK}" stroke-width="0.7"/>{said if width < LEGEND_MM - 14 else ""}</g>'
        )


@dataclass(frozen=True, slots=True)
class _Sign:
    """A sign on the map: a round one with a letter, or a small square (without a letter)."""

    said: str
    radius_mm: float
    fill: str
    ink: str
    letter: str

    def drawn(self, x: float, y: float, unit: float) -> str:
        radius = self.radius_mm * unit
        if not self.letter:
            return svg.box(
                x - radius, y - radius, 2 * radius, 2 * radius, fill=self.fill, stroke=self.ink,
                stroke_width=0.35 * unit,
            )  # fmt: skip
        letter = "#ffffff" if self.fill == STATION else self.ink
        return svg.circle(
            x, y, radius, fill=self.fill, stroke=self.ink, stroke_width=0.35 * unit
        ) + svg.label(x, y, self.letter, 1.25 * radius, fill=letter, halo="none", font_weight="700")


def _sign(layer: str, word: str | None, words: Words, *, station: bool) -> _Sign:
    """The sign of a stop or a facility."""
    if station:
        return _Sign(words("map.station"), 2.0, STATION, "#ffffff", "M")
    if layer == "stops":
        return _Sign(words("map.stop"), 0.8, "#ffffff", STATION, "")
    mark, said = words.or_else(f"mark.{word}", "·"), words.or_else(f"service.{word}", word or "")
    return _Sign(said, 1.8, "#ffffff", "#8c1d40", mark)


def around(shape: Any) -> Frame:
    """The land that a map of a thing shows: itself with some land around it, and never too little."""
    west, south, east, north = shape.bounds
    size = max(east - west, north - south)
    margin = max(min(size * AROUND, MOST_AROUND_M), (LEAST_M - size) / 2)
    return Frame(west, south, east, north).grown(margin)


def _indexed(plan: Plan, layer: str) -> _Layer:
    found = shapes(plan, layer)
    row = np.flatnonzero(~shapely.is_missing(found))
    drawn = found[row]
    crooked = (shapely.get_dimensions(drawn) == 2) & ~shapely.is_valid(drawn)
    if crooked.any():
        drawn = drawn.copy()
        drawn[crooked] = shapely.make_valid(drawn[crooked])
    return _Layer(drawn, row, shapely.STRtree(drawn))


def _uses(plan: Plan) -> list[tuple[str, str]]:
    """List and class (second level) of each parcel; "" where none is stated."""
    lists, codes = values(plan, "parcels", "land_use_list"), values(plan, "parcels", "land_use")
    return [
        (of or DEFAULT_LIST, second_level(of or DEFAULT_LIST, code) if code else "")
        for of, code in zip(lists, codes, strict=True)
    ]


def _top(list_name: str, code: str) -> str:
    """The class of the first level, under which alike colours make one line of the legend."""
    return landuse(list_name).top(code) if list_name in LISTS else code


def _classes(plan: Plan) -> NDArray[Any]:
    """The class of each street that maps know; "" for any other."""
    return np.array([one if one in STREETS else "" for one in values(plan, "streets", "class")], dtype=object)


def _coarse(plan: Plan, whole: Frame, unit: float) -> str:
    """The boundary as a path in millimetres, thinned out to a tenth of one."""
    outline = shapely.simplify(shapes(plan, "boundary"), unit / 10)
    parts = []
    for polygon in shapely.get_parts(outline[~shapely.is_missing(outline)]):
        if polygon.geom_type == "Polygon":
            points = [whole.place(x, y) for x, y in shapely.get_coordinates(polygon.exterior)]
            parts.append("M" + "L".join(f"{x / unit:.2f} {y / unit:.2f}" for x, y in points) + "z")
    return "".join(parts)
