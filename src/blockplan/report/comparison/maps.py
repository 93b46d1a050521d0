"""
Maps of the difference between two plans: land use, residents, places that fall short.

One map a pair of columns and theme, on the ground of the first column. Gains and
losses, new and vanished places differ in sign or hatching, not in colour alone.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property, reduce
from typing import TYPE_CHECKING

import shapely

from blockplan.report.comparison.lists import goal
from blockplan.report.document import LegendEntry
from blockplan.report.maps import svg
from blockplan.report.maps.basemap import Ground, frame_of, use_colour
from blockplan.report.maps.drawing import (
    Drawing,
    MapCanvas,
    centre,
    fill_swatch,
    outline_entry,
)
from blockplan.report.maps.svg import INK, Frame
from blockplan.report.maps.themes import area_names, closer_frames, with_views

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from shapely.geometry.base import BaseGeometry

    from blockplan.compare import Comparison, Pair
    from blockplan.compare.transition import TransitionUse
    from blockplan.report.words import Words

BASE = (
    ("woodland", 0.3), ("landuse", 0.2), ("water", 0.6), ("buildings", 0.3), ("streets", 0.5),
    ("rail", 0.4), ("outline", 0.9),
)  # fmt: skip
#: Tints of residents gained and lost, from few to many.
GAINS, LOSSES, UNKNOWN = ("#fbd9b0", "#f19d4c", "#bf5a0e"), ("#cfe0f1", "#8ab0d8", "#3a6ea8"), "#b9b9b4"
APPEARS, VANISHES = "#a3231f", "#12633a"


#: What draws a theme (on a canvas, for a map of an id), and its legend (empty: nothing to draw).
Theme = tuple["Callable[[MapCanvas, str], None]", list[LegendEntry]]


@dataclass
class ComparisonMaps:
    """The maps of a comparison, all on one ground."""

    found: Comparison
    words: Words

    @cached_property
    def ground(self) -> Ground:
        """The first plan as a base, in a frame that also holds what only the others draw."""
        ground = Ground(self.found.columns[0].plan, self.words)
        frames = [
            frame for pair in self.found.pairs for frame in (frame_of(pair.before), frame_of(pair.after))
        ]
        known = [frame for frame in frames if frame is not None]
        if known:
            ground.frame = reduce(Frame.joined, known)
        return ground

    def maps(self, pair: Pair, name: str, first: str) -> list[tuple[str, Drawing | None]]:
        """Theme and map of a pair; None where nothing differs."""
        at = [one.column for one in self.found.pairs].index(pair.column) + 1
        made = {
            "land": self._land(pair),
            "residents": self._residents(pair),
            "gains": self._gains(pair),
            "places": self._places(pair),
        }
        near = max(pair.gains, key=lambda one: (one.nearer + one.farther, one.to), default=None)
        to = goal(near.to, self.words) if near else ""
        out: list[tuple[str, Drawing | None]] = []
        for theme, drawn in made.items():
            title = self.words(f"map.{theme}", name=name, first=first, to=to)
            note = self.words(f"map.{theme}_note", name=name, first=first, to=to)
            out.append((theme, self._drawing(f"map-{at}-{theme}", (title, note), drawn)))
        return out

    def _drawing(self, id_: str, said: tuple[str, str], theme: Theme) -> Drawing | None:
        ground, (show, legend) = self.ground, theme
        if not legend or ground.frame is None:
            return None
        near = [(frame, f"{at} {name}") for at, (frame, name) in enumerate(closer_frames(ground), 1)]

        def named(canvas: MapCanvas, one: str) -> None:
            show(canvas, one)
            if near and not canvas.closer:
                self._numbers(canvas)
            elif not near:
                area_names(canvas, 2.6)

        drawn = with_views(ground, (id_, *said), BASE, named, near)
        return replace(drawn, legend=(*legend, outline_entry(ground)))

    def _numbers(self, canvas: MapCanvas) -> None:
        """The number of each closer view, beside what it shows."""
        size = 4.0 * canvas.mm
        for number, (near, _) in enumerate(closer_frames(self.ground), 1):
            x, y = canvas.whole.place(near.west, (near.south + near.north) / 2)
            left = max(x - size, canvas.window[0] + size)
            canvas.add("marks", svg.label(left, y, str(number), size, weight="700"))

    # Land use

    def _land(self, pair: Pair) -> Theme:
        largest = sorted(pair.land.changed.items(), key=lambda one: -pair.land.ha[one[0]])
        pieces = [(uses, shapely.union_all(shapes)) for uses, shapes in largest]
        legend = [
            LegendEntry(
                _split_swatch(use_fill(was), use_fill(now)),
                f"{self._use(was)} → {self._use(now)}",
                self.words.amount(pair.land.ha[was, now], "ha"),
            )
            for (was, now), _ in pieces
        ]

        def show(canvas: MapCanvas, id_: str) -> None:
            labels = []
            for number, ((was, now), whole) in enumerate(pieces):
                placed = canvas.on_paper([whole])
                look: dict[str, svg.Style] = {"stroke": INK, "stroke_width": 0.3, "fill_rule": "evenodd"}
                hatch = _hatch(canvas, f"{id_}-hatch-{number}", use_fill(was))
                canvas.shape("fills", placed, fill=use_fill(now), fill_rule="evenodd")
                canvas.shape("fills", placed, fill=hatch, **look)
                said = f"{self._code(was)}→{self._code(now)}"
                labels += [(part, said) for part in shapely.get_parts(placed)]
            self._labels(canvas, labels)

        return show, legend

    def _use(self, use: TransitionUse | None) -> str:
        if use is None:
            return self.words("land.not_drawn")
        return self.ground.use_name(use.list_name, use.code) if use.code else self.words("land.unstated")

    def _code(self, use: TransitionUse | None) -> str:
        return use.code or "?" if use else "–"

    # Residents, and who gains and who loses

    def _residents(self, pair: Pair) -> Theme:
        known = {one.id: one.gain for one in pair.residents if one.gain is not None}
        unknown = [one.id for one in pair.residents if one.gain is None]
        return self._two_sided(pair, known, unknown, self._people)

    def _gains(self, pair: Pair) -> Theme:
        """The change of distance that concerns most residents, by parcel; nearer is a gain."""
        most = max(pair.gains, key=lambda one: (one.nearer + one.farther, one.to), default=None)
        if most is None:
            return self._two_sided(pair, {}, [], self._homes)
        known = {
            id_: float(round(old - new))
            for layer, id_, _, old, new in most.homes
            if layer == "parcels" and old is not None and new is not None
        }
        return self._two_sided(pair, known, [], self._homes)

    def _homes(self, inside: dict[str, float | None]) -> str:
        return self.words.count("map.parcels", len(inside))

    def _two_sided(
        self,
        pair: Pair,
        known: dict[str, float],
        unknown: list[str],
        amount: Callable[[dict[str, float | None]], str],
    ) -> Theme:
        """Parcels by what they gain (a tint) or lose (a tint with stripes), in three steps each."""
        steps = _steps([abs(gain) for gain in known.values()])
        groups: list[tuple[str, bool, str, dict[str, float | None]]] = []
        for sign, tints in ((1, GAINS), (-1, LOSSES)):
            for (low, high), tint in zip(steps, tints, strict=True):
                inside: dict[str, float | None] = {
                    id_: gain for id_, gain in known.items() if low < sign * gain <= high
                }
                if inside:
                    groups.append((tint, sign < 0, self._range(sign * low, sign * high), inside))
        if unknown:
            groups.append((UNKNOWN, False, self.words("map.residents_unknown"), dict.fromkeys(unknown)))
        legend = [
            LegendEntry(_striped_swatch(tint) if lost else fill_swatch(tint), said, amount(inside))
            for tint, lost, said, inside in groups
        ]

        parcels = _parcels(pair)

        def show(canvas: MapCanvas, id_: str) -> None:
            labels, stripes = [], _hatch(canvas, f"{id_}-lost", "#ffffff")
            for tint, lost, _, inside in groups:
                shapes = [(gain, shape) for name, gain in inside.items() for shape in parcels.get(name, ())]
                placed = canvas.on_paper([shape for _, shape in shapes])
                look: dict[str, svg.Style] = {"stroke": "#3a3a36", "stroke_width": 0.2}
                canvas.shape("fills", placed, fill=tint, fill_rule="evenodd", **look)
                if lost:
                    canvas.shape("fills", placed, fill=stripes, fill_rule="evenodd")
                said = (self._signed(gain) if gain else "?" for gain, _ in shapes)
                labels += [one for one in zip(placed, said, strict=True) if one[0] is not None]
            self._labels(canvas, labels)

        return show, legend

    def _range(self, low: float, high: float) -> str:
        if not low:
            return self.words("map.up_to", high=self._signed(high))
        return self.words("row.range", low=self._signed(low), high=self._signed(high))

    def _people(self, inside: dict[str, float | None]) -> str:
        gains = list(inside.values())
        places = self.words.count("map.parcels", len(gains))
        if any(gain is None for gain in gains):
            return places
        return self.words("list.note", said=self._signed(sum(gain or 0.0 for gain in gains)), note=places)

    def _signed(self, value: float) -> str:
        return ("+" if value > 0 else "−") + self.words.number(abs(value))

    # Places

    def _places(self, pair: Pair) -> Theme:
        drawn = [place for place in pair.places if place.x is not None and place.y is not None]
        titles = {row.first.rule: self.words.pick(row.first.title) for row in self.found.verdict_rows()}
        groups = list(dict.fromkeys((place.rule, place.kind) for place in drawn))
        number = {rule: at for at, rule in enumerate(dict.fromkeys(rule for rule, _ in groups), 1)}
        many = len(number) > 1
        legend = []
        for rule, kind in groups:
            said = self.words(f"map.{kind}", rule=titles.get(rule, rule))
            amount = sum(1 for place in drawn if (place.rule, place.kind) == (rule, kind))
            mark = str(number[rule]) if many else ""
            legend.append(
                LegendEntry(_place_swatch(kind, mark), said, self.words.count("count.places", amount))
            )

        spots: dict[tuple[str, float, float], set[int]] = {}
        for place in drawn:
            spots.setdefault((place.kind, place.x or 0.0, place.y or 0.0), set()).add(number[place.rule])

        def show(canvas: MapCanvas, id_: str) -> None:
            # Rings lie around crosses, so that both are seen where one place has both.
            for kind, east, north in sorted(spots, key=lambda one: one[0] != "vanishes"):
                canvas.add("signs", _place(kind, *canvas.whole.place(east, north), 1.1 * canvas.mm))
            if many and not self._overview(canvas):
                self._marks(canvas, spots)

        return show, legend

    def _marks(self, canvas: MapCanvas, spots: dict[tuple[str, float, float], set[int]]) -> None:
        """The numbers of the rules beside a place, where there is room for them."""
        size = 1.8 * canvas.mm
        at = {one: canvas.whole.place(*one[1:]) for one in spots}
        for x, y in at.values():
            canvas.labels.keep((x - size, y - size, x + size, y + size))
        for one, rules in spots.items():
            (x, y), said = at[one], ranges(rules)
            away = svg.text_width(said, size) / 2 + 1.1 * size
            near = ((away, 0), (-away, 0), (0, 1.7 * size), (0, -1.7 * size))
            if canvas.holds(x, y):
                canvas.say([(x + dx, y + dy) for dx, dy in near], said, 1.8)

    # Shared

    def _overview(self, canvas: MapCanvas) -> bool:
        """Whether a canvas shows the whole of a plan that has closer views."""
        return bool(closer_frames(self.ground)) and not canvas.closer

    def _labels(self, canvas: MapCanvas, shapes: Iterable[tuple[BaseGeometry, str]]) -> None:
        """
        A label on each shape that is large enough to bear it, the largest first.

        Where there are closer views the labels stand there alone.
        """
        if self._overview(canvas):
            return
        size = 2.0 * canvas.mm
        for shape, said in sorted(shapes, key=lambda one: -one[0].area):
            if shape.area >= svg.text_width(said, size) * size * 1.4 and canvas.holds(*centre(shape)):
                canvas.say([centre(shape)], said, 2.0, weight="700")


def _parcels(pair: Pair) -> dict[str, list[BaseGeometry]]:
    """The parcels by id, as the plan after draws them, else as the plan before does."""
    found: dict[str, list[BaseGeometry]] = {}
    for plan in (pair.after, pair.before):
        drawn: dict[str, list[BaseGeometry]] = {}
        parcels = plan.layer("parcels")
        for id_, shape in zip(parcels.index.astype(str), parcels.geometry, strict=True):
            if shape is not None and not shape.is_empty:
                drawn.setdefault(id_, []).append(shape)
        found = {**drawn, **found}
    return found


def use_fill(use: TransitionUse | None) -> str:
    """The colour of a use of land; a cold grey for land that is not drawn."""
    if use is None:
        return "#8fa0b2"
    return use_colour(use.list_name, use.code) if use.code else "#d8d8d2"


def _steps(sizes: list[float]) -> tuple[tuple[float, float], ...]:
    """Three ranges with round ends that hold all sizes."""
    top = max(sizes, default=1.0)
    power = 10.0 ** math.floor(math.log10(max(top / 3, 1e-9)))
    step = next(power * by for by in (1, 2, 2.5, 5, 10) if 3 * power * by >= top)
    return (0.0, step), (step, 2 * step), (2 * step, 3 * step)


def ranges(numbers: set[int]) -> str:
    """Numbers in one line: ``1, 3–5``."""
    runs: list[list[int]] = []
    for number in sorted(numbers):
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]}–{run[-1]}" for run in runs)


def _hatch(canvas: MapCanvas, id_: str, colour: str) -> str:
    """Define a pattern of stripes from south-west to north-east, as wide on every sheet; the fill."""
    side = svg.number(1.8 * canvas.mm)
    canvas.add(
        "ground",
        f'<pattern id="{id_}" patternUnits="userSpaceOnUse" width="{side}" height="{side}" '
        f'patternTransform="rotate(45)"><path d="M0 0V{side}" stroke="{colour}" '
        f'stroke-width="{svg.number(1.5 * canvas.mm)}"/></pattern>',
    )
    return f"url(#{id_})"


def _split_swatch(old: str, new: str) -> str:
    """The colour before on the left, that after on the right, an arrow between."""
    arrow = "M2.9 2h2.2M4.2 1.2l.9 .8l-.9 .8"
    return (
        svg.box(0.3, 0.4, 3.7, 3.2, fill=old)
        + fill_swatch("none", INK)
        + svg.box(4, 0.4, 3.7, 3.2, fill=new)
        + svg.shape(arrow, fill="none", stroke="#ffffff", stroke_width=0.9)
        + svg.shape(arrow, fill="none", stroke=INK, stroke_width=0.4)
    )


def _striped_swatch(tint: str) -> str:
    stripes = "M.5 3.5l3 -3M2.6 3.5l3 -3M4.7 3.5l2.7 -2.7"
    return fill_swatch(tint) + svg.shape(stripes, fill="none", stroke="#ffffff", stroke_width=0.5)


def _place(kind: str, x: float, y: float, size: float) -> str:
    """A cross for a place that begins to fall short, a ring for one that ceases to."""
    n = svg.number
    if kind == "vanishes":
        # Around a cross of another rule at the same place, so that both are seen.
        halo = svg.circle(x, y, 1.45 * size, fill="none", stroke="#ffffff", stroke_width=0.9 * size)
        return halo + svg.circle(x, y, 1.45 * size, fill="none", stroke=VANISHES, stroke_width=0.4 * size)
    west, north, side = n(x - size), n(y - size), n(2 * size)
    d = f"M{west} {north}l{side} {side}M{west} {n(y + size)}l{side} -{side}"
    below = svg.shape(d, fill="none", stroke="#ffffff", stroke_width=1.1 * size)
    return below + svg.shape(d, fill="none", stroke=APPEARS, stroke_width=0.55 * size)


def _place_swatch(kind: str, mark: str) -> str:
    sign = _place(kind, 2.4 if mark else 4, 2, 1.0 if kind == "vanishes" else 1.3)
    return sign + (svg.text(6.1, 2, mark, 2.6) if mark else "")
