"""
A small map of one place: where it lies, what is planned around it, where on the whole plan that is.

Drawn on demand, in milliseconds: the layers are indexed once for a plan, and only what lies in the frame is
drawn.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any

import shapely

from blockplan.errors import UsageError
from blockplan.measure.inputs.columns import ids, shapes
from blockplan.plan import landuse
from blockplan.plan.model.codes import LISTS
from blockplan.report.document import LegendEntry, Table
from blockplan.report.maps import legends, svg
from blockplan.report.maps.basemap import OUTLINE, PAPER, Ground, use_colour
from blockplan.report.maps.canvas import Canvas, MapWindow, path
from blockplan.report.maps.drawing import Drawing, MapCanvas, MapSheet, fill_swatch, line_swatch
from blockplan.report.maps.street_names import street_names
from blockplan.report.maps.svg import Frame
from blockplan.report.public.furigana import bare
from blockplan.report.public.pictures import LEGEND_MM, Picture, line, picture, plain_picture
from blockplan.report.public.place_index import KINDS, LAYER_OF
from blockplan.report.public.speech import Speech, use_said
from blockplan.units import M2_PER_HA

if TYPE_CHECKING:
    from blockplan.plan import Plan

#: Size of the map, mm, without its foot: of a wide thing, and of a tall one.
WIDE_MM, TALL_MM = (104.0, 84.0), (88.0, 112.0)
#: The map for a phone: its letters are as large as those of the page.
SLIM_MM = (76.0, 72.0)
#: At least so much land (m) is shown across, and so much around a thing, in proportion to its size and in m.
LEAST_M, AROUND, MOST_AROUND_M = 420.0, 0.7, 300.0
#: Around a plan that is smaller than that, in proportion to its size.
AROUND_SMALL = 0.1
#: The small map of the whole plan, mm.
KEY_MM = (LEGEND_MM, 46.0)
MARK = "#d2001a"
#: So many uses and signs stand in the legend; the uses with most land in the frame go first.
MOST_USES, MOST_SIGNS = 9, 8
#: On maps coarser than this (m for a mm) signs would cover the plan; stations are drawn all the same.
FINEST_M = 12.0
#: Radius of a facility's sign, mm.
SIGN_MM = 1.8
#: What is drawn of the plan, from the ground upwards; land by its use lies on the first.
PIECES = ("woodland", "greens", "water", "streets", "rail", "outline")


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
        frame = self._around(shape)
        name = self._name(kind, id_)
        return self._drawn(f"locator-{kind}-{id_}", name, frame, shape, plain=plain, slim=slim)

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
        return self._drawn("locator-point", name, self._around(shape), shape, plain=plain)

    def _around(self, shape: Any) -> Frame:
        """The land around a thing; all of a plan that is smaller, which would be a dot in it."""
        frame, whole = around(shape), self.ground.frame
        if whole is None:
            return frame
        whole = whole.joined(Frame(*shape.bounds))
        whole = whole.grown(max(whole.width, whole.height) * AROUND_SMALL)
        return whole if whole.width < frame.width and whole.height < frame.height else frame

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
        canvas = MapCanvas(self.ground, MapSheet(frame, unit), alone=True)
        legend, table = self._body(canvas, shape, plain=plain)
        title = bare(self.speech("picture.locator", name=name))
        said = self.speech.join(row[0] for row in table.texts[:4])
        alt = bare(self.speech("picture.locator_alt", name=name, said=said))
        made = Drawing(id_, title, alt, canvas, (), legend)
        if plain:
            return plain_picture(made, self.speech, alt, table)
        key = None if slim else self._key(frame)
        return picture(made, self.speech, alt, table, key=key)

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

    def _body(self, canvas: MapCanvas, shape: Any, *, plain: bool) -> tuple[tuple[LegendEntry, ...], Table]:
        drawn = self.ground.wordless(canvas.sheet.frame, canvas.mm, PIECES)
        canvas.add("ground", drawn[PIECES[0]])
        uses, table = self._uses(canvas)
        canvas.add("fills", "".join(drawn[name] for name in PIECES[1:]))
        self._mark(shape, canvas)
        stations = legends.stops(canvas, self.ground, every=canvas.mm <= FINEST_M, named=False)
        signs = legends.facilities(canvas, SIGN_MM) if canvas.mm <= FINEST_M else []
        if plain:  # nothing says there what a code means
            street_names(canvas)
        else:
            legends.codes(canvas, "code")
        return (*uses, *[*stations, *signs][:MOST_SIGNS]), table

    def _uses(self, canvas: MapCanvas) -> tuple[tuple[LegendEntry, ...], Table]:
        """Draw land by its planned use; the legend and the table of what the frame shows."""
        speech, words, ground = self.speech, self.speech.words, self.ground
        rows, found = ground.within("parcels", canvas.sheet.frame)
        # Of the plan's own shapes: what is drawn is thinned out, and None for one that only its box shows.
        seen = shapely.area(shapely.clip_by_rect(found, *svg.bounds_of(canvas.sheet.frame)))
        shown = seen > 0
        rows, seen, placed = rows[shown], seen[shown], canvas.layer(ground, "parcels")[1][shown]
        lists, given = (ground.land_uses[name].to_numpy()[rows] for name in ("list_name", "code"))
        land: dict[tuple[str, str, str], dict[str, list[int]]] = {}
        for at, (list_name, code) in enumerate(zip(lists, given, strict=True)):
            top = landuse(list_name).top(code) if list_name in LISTS else code
            land.setdefault((list_name, top, use_colour(list_name, code)), {}).setdefault(code, []).append(at)
        sizes = {use: seen[[*chain(*codes.values())]].sum() for use, codes in land.items()}
        entries, told = [], []
        edge: dict[str, svg.Style] = {"stroke": "#6b6b66", "stroke_width": 0.12, "stroke_linejoin": "round"}
        for use in sorted(land, key=lambda one: -sizes[one]):
            (list_name, top, colour), codes = use, land[use]
            numbers = [*chain(*codes.values())]
            canvas.shape("ground", placed[numbers], fill=colour, fill_rule="evenodd", **edge)
            code = next(iter(codes)) if len(codes) == 1 else top
            said = use_said(speech, code, list_name)
            told.append((said, sizes[use] / M2_PER_HA))
            entries.append(LegendEntry(fill_swatch(colour), f"{code} {bare(said)}".strip()))
        more = len(entries) - MOST_USES
        if more > 0:
            entries = [*entries[:MOST_USES], LegendEntry("", words("list.more", n=words.number(more)))]
        mark = line_swatch(stroke="#ffffff", stroke_width=1.7) + line_swatch(stroke=MARK, stroke_width=1.0)
        heads = (speech("plain.landuse.head"), speech("picture.in_frame"))
        areas = words.column([ha for _, ha in told], "ha")
        table = Table(heads, tuple((said, area) for (said, _), area in zip(told, areas, strict=True)))
        return (LegendEntry(mark, bare(speech("picture.mark"))), *entries), table

    def _mark(self, shape: Any, canvas: MapCanvas) -> None:
        """The place itself, outlined in red over white; a point as a ring."""
        # Twice: a collection may hold shapes of several parts.
        parts = shapely.get_parts(shapely.get_parts(canvas.on_paper([shape])))
        points = shapely.get_coordinates(parts[shapely.get_dimensions(parts) == 0])
        for colour, wide, ring in (("#ffffff", 1.7, 1.5), (MARK, 0.9, 0.8)):
            canvas.shape("access", parts, stroke=colour, stroke_width=wide, stroke_linejoin="round")
            for x, y in points.tolist():
                canvas.dot("access", x, y, 3, fill="none", stroke=colour, stroke_width=ring)

    def _key(self, frame: Frame) -> str:
        """The whole plan in a few lines, and the frame of the map in it."""
        whole = self.ground.frame
        if whole is None:
            return ""
        unit = max(whole.width / KEY_MM[0], whole.height / KEY_MM[1])
        width, height = whole.width / unit, whole.height / unit
        land = self.plan.cached(
            f"locator:key:{unit:.3f}", lambda: shapely.simplify(shapes(self.plan, "boundary"), unit / 10)
        )
        drawn = Canvas(MapWindow(whole, 0, 0, width, height)).on_paper(land)
        left, top = (edge / unit for edge in whole.place(frame.west, frame.north))
        right, bottom = (edge / unit for edge in whole.place(frame.east, frame.south))
        # Never smaller than the eye finds, and never outside of the small map.
        left, right = max(left, 0.4), min(max(right, left + 1.6), width - 0.4)
        top, bottom = max(top, 0.4), min(max(bottom, top + 1.6), height - 0.4)
        label = svg.wrapped(bare(self.speech("picture.key")), max(LEGEND_MM - width - 2, 12.0), 2.4)
        said = "".join(line(width + 2, 2 + at * 3.2, text, 2.4) for at, text in enumerate(label))
        return (
            f'<g data-height="{height:.2f}">'
            + svg.box(0, 0, width, height, fill=PAPER, stroke="#9a9a94", stroke_width=0.2)
            + path(drawn, fill="#dfe5df", stroke=OUTLINE, stroke_width=0.25)
            + svg.box(left, top, right - left, bottom - top, fill="none", stroke=MARK, stroke_width=0.7)
            + (f"{said}</g>" if width < LEGEND_MM - 14 else "</g>")
        )


def around(shape: Any) -> Frame:
    """The land that a map of a thing shows: itself with some land around it, and never too little."""
    west, south, east, north = shape.bounds
    size = max(east - west, north - south)
    margin = max(min(size * AROUND, MOST_AROUND_M), (LEAST_M - size) / 2)
    return Frame(west, south, east, north).grown(margin)
