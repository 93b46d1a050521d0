"""The label of each parcel: an index block (指标块), or as much of it as there is room for."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import shapely

from blockplan.report.maps import svg
from blockplan.report.maps.basemap import ink_on
from blockplan.report.maps.canvas import symbol
from blockplan.report.maps.labels import Spots, around, foot
from blockplan.report.maps.svg import INK, text_width
from blockplan.report.office.columns import UNKNOWN_SIGN
from blockplan.report.sheets.parcelmap import PARCEL_TINT
from blockplan.report.sheets.scene import lighter

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from shapely.geometry.base import BaseGeometry

    from blockplan.report.maps.labels import Box
    from blockplan.report.maps.svg import Style
    from blockplan.report.sheets.facts import Bounds, Facility
    from blockplan.report.sheets.parcelmap import ParcelGround
    from blockplan.report.sheets.scene import Scene


class Block(NamedTuple):
    """A size of the index block: width, height of a row, letters (mm), whether it says the area."""

    width: float
    row: float
    size: float
    area: bool


#: Index blocks from large to small: on parcel sheets, on block sheets.
PARCEL_BLOCKS = (
    Block(27, 3.7, 2.8, True),
    Block(22, 3.1, 2.3, True),
    Block(17, 2.6, 2.0, True),
    Block(13.2, 2.4, 1.9, False),
)
BLOCK_BLOCKS = (Block(13.2, 2.4, 1.9, False),)
#: Places of a parcel from which a leader is tried.
MOST_ENDS = 6
#: Letters of a label that has no room for an index block.
SMALL = 1.9
#: A parcel that goes on in another window is numbered again where so much of it is seen, mm2.
AGAIN_MM2 = 400.0
#: No letters are smaller, mm (5 pt).
LEAST_MM = 1.77


class ParcelLabels:
    """
    The label of each parcel of a sheet: an index block, or as much of it as there is room for.

    Parameters
    ----------
    scene, ground
        Where.
    blocks
        Sizes of the index block, from large to small.
    prefixes
        Beginnings of numbers that the sheet says elsewhere, the longest first.
    """

    def __init__(
        self, scene: Scene, ground: ParcelGround, blocks: Sequence[Block], prefixes: Sequence[str] = ()
    ) -> None:
        self.scene, self.ground, self.prefixes = scene, ground, prefixes
        k = scene.canvas.k
        self.blocks = [Block(one.width * k, one.row * k, one.size * k, one.area) for one in blocks]
        self.small = SMALL * k
        #: Street land bears its number where there is room; elsewhere the street's name says enough.
        self.numbers_streets = blocks[0].area
        self.outside: list[tuple[str, str, str, Spots]] = []

    def all(self) -> None:
        """
        Write the labels: parcels with facilities first, the others from small to large, streets last.

        Where a map has several windows, a parcel's label stands in that which has room for its index block.
        """
        facts = self.scene.facts
        mine = [(row, self.scene.canvas.seen(shape)) for row, shape in self.ground.mine]
        mine = [(row, shape) for row, shape in mine if not shape.is_empty and shape.area > 0.05]
        hosts = facts.facilities
        order = sorted(
            mine,
            key=lambda item: (
                bool(facts.roads[item[0]]), str(facts.names[item[0]]) not in hosts, item[1].area,
                str(facts.names[item[0]]),
            ),
        )  # fmt: skip
        for row, shape in order:
            if self._is_labelled_here(row):
                self._parcel(row, shape)
        for row, shape in order:
            if not self._is_labelled_here(row) and not facts.roads[row] and shape.area > AGAIN_MM2:
                ink = ink_on(lighter(facts.colours[row], PARCEL_TINT))
                self._few(Spots(shape), self.short(str(facts.names[row])), facts.uses[row][1], ink)
        for name, number, code, spots in self.outside:
            said = (f"{number} {code}".strip(), number)
            if any(self._leader(one, point) for one in said for point in self._ends(spots)):
                self.scene.labelled.add(name)

    def _is_labelled_here(self, row: int) -> bool:
        """Whether no other window has room for a parcel's index block alone, or shows more of it."""
        windows = self.scene.windows
        if len(windows) < 2:
            return True
        rooms = [(self._has_room(row, part), round(part.area, 2)) for part in self.scene.parts_of(row)]
        return rooms.index(max(rooms)) == windows.index(self.scene.canvas.cell)

    def _has_room(self, row: int, part: BaseGeometry) -> bool:
        """Whether the smallest index block fits into a part of a parcel."""
        facts = self.scene.facts
        if facts.roads[row] or part.area <= 0:
            return False
        name = str(facts.names[row])
        size = block_size(self.blocks[-1], self.short(name), facts.uses[row][1], facts.bounds(name))
        return next(Spots(part).fitting(*size), None) is not None

    def _parcel(self, row: int, shape: BaseGeometry) -> None:
        facts = self.scene.facts
        name = str(facts.names[row])
        if name in self.scene.labelled:
            return
        number, code, spots = self.short(name), facts.uses[row][1] or UNKNOWN_SIGN, Spots(shape)
        signs = facts.facilities.get(name, [])
        ink = ink_on(lighter(facts.colours[row], PARCEL_TINT))
        if facts.roads[row]:
            done = self.numbers_streets and self._line(spots, number, ink)
        else:
            bounds = facts.bounds(name)
            done = bool(signs) and self._with_signs(spots, number, code, bounds, signs)
            if not done and signs:
                self._signs_alone(spots, signs)
            done = done or self._block(spots, number, code, bounds) or self._few(spots, number, code, ink)
        if done:
            self.scene.labelled.add(name)
        elif not facts.roads[row]:
            self.outside.append((name, number, code, spots))

    def short(self, name: str) -> str:
        """The number of a parcel without what the sheet's title says."""
        found = next((one for one in self.prefixes if name.startswith(one) and name != one), "")
        return name.removeprefix(found)

    def _block(self, spots: Spots, number: str, code: str, bounds: Bounds) -> bool:
        for size in self.blocks:
            width, height = block_size(size, number, code, bounds)
            spot = self.scene.canvas.labels.place(spots.fitting(width, height), width, height)
            if spot:
                self.scene.canvas.add("labels", index_block(spot, size, number, code, bounds))
                return True
        return False

    def _with_signs(
        self, spots: Spots, number: str, code: str, bounds: Bounds, signs: Sequence[Facility]
    ) -> bool:
        """The index block with the parcel's facilities above and their names and sizes below it."""
        canvas = self.scene.canvas
        for size in self.blocks:
            width, height = block_size(size, number, code, bounds)
            side = 2.35 * size.size if size.area else 1.9 * size.size
            lines = facility_lines(self.scene, signs, full=size.area)
            small = max(size.size * 0.9, LEAST_MM)
            whole_w = max(width, side * 1.1 * len(signs), *(text_width(line, small) for line in lines))
            whole_h = side + 0.6 + height + 0.4 + 1.2 * small * len(lines)
            spot = canvas.labels.place(spots.fitting(whole_w, whole_h), whole_w, whole_h)
            if not spot:
                continue
            x, top = spot[0], spot[1] - whole_h / 2
            self._row_of_signs(signs, x, top + side / 2, side)
            canvas.add("labels", index_block((x, top + side + 0.6 + height / 2), size, number, code, bounds))
            first = top + side + 0.6 + height + 0.4 + 0.6 * small
            for at, line in enumerate(lines):
                canvas.text(
                    x,
                    first + 1.2 * small * at,
                    line,
                    small,
                    weight="700" if at < len(signs) and not size.area else "",
                )
            return True
        return False

    def _row_of_signs(self, signs: Sequence[Facility], x: float, y: float, side: float) -> None:
        for at, one in enumerate(signs):
            self.scene.canvas.add(
                "signs",
                symbol(one.service, x + (at - (len(signs) - 1) / 2) * side * 1.1, y, side, fixed=one.fixed),
            )
            sign_legend(self.scene, one)

    def _signs_alone(self, spots: Spots, signs: Sequence[Facility]) -> None:
        """Signs inside the parcel, or beside it where it is small; a name where there is room."""
        canvas = self.scene.canvas
        side = 4.0 * canvas.k
        for one in signs:
            inside = list(spots.fitting(side, side))
            spot = canvas.labels.place(
                [
                    *inside[::-1],
                    *inside,
                    spots.centre,
                    *around(*spots.centre, side, side, (0.5, 3.0, 6.0, 10.0)),
                ],
                side,
                side,
            )
            if spot is None:
                continue
            canvas.add("signs", symbol(one.service, *spot, side, fixed=one.fixed))
            sign_legend(self.scene, one)

    def _few(self, spots: Spots, number: str, code: str, ink: str) -> bool:
        """Number over code, else both in a line, else the number."""
        canvas, size = self.scene.canvas, self.small
        wide = max(text_width(number, size), text_width(code, size)) + 0.6
        spot = canvas.labels.place(spots.fitting(wide, 2.3 * size), wide, 2.3 * size)
        if spot:
            canvas.text(spot[0], spot[1] - 0.56 * size, number, size, weight="700", fill=ink)
            canvas.text(spot[0], spot[1] + 0.58 * size, code, size, fill=ink)
            return True
        return self._line(spots, f"{number} {code}".strip(), ink) or self._line(spots, number, ink)

    def _line(self, spots: Spots, said: str, ink: str) -> bool:
        """A line, upright, or along a parcel that is narrow and tall."""
        return self.scene.canvas.fit(spots, said, self.small, 0.4, weight="700", fill=ink)

    def _ends(self, spots: Spots) -> list[tuple[float, float]]:
        """Where a leader may end: free places of a parcel, the deepest first, then its corners."""
        inside = [point for point in map(tuple, spots.points.tolist()) if spots.holds(*point)]
        corners = [tuple(point) for point in shapely.get_coordinates(spots.shape).tolist()]
        labels = self.scene.canvas.labels
        free = [(x, y) for x, y in (*inside, *corners) if labels.free((x - 0.1, y - 0.1, x + 0.1, y + 0.1))]
        return free[:MOST_ENDS]

    def _leader(self, said: str, point: tuple[float, float]) -> bool:
        """A label outside its parcel, with a line to it that crosses no other label."""
        canvas, size = self.scene.canvas, self.small
        width, height = text_width(said, size) + 1.0, 1.35 * size
        for x, y in around(*point, width, height):
            box: Box = (x - width / 2, y - height / 2, x + width / 2, y + height / 2)
            if not canvas.labels.free(box):
                continue
            end = foot(box, point)
            if not canvas.labels.clear_of_line(end, point):
                continue
            canvas.labels.take(box)
            canvas.add(
                "signs",
                svg.segment(*end, *point, stroke=INK, stroke_width=0.12) + svg.circle(*point, 0.35, fill=INK),
            )
            canvas.add(
                "signs", svg.box(box[0], box[1], width, height, fill="#ffffff", stroke=INK, stroke_width=0.1)
            )
            canvas.text(x, y, said, size, weight="700")
            return True
        return False


def block_size(size: Block, number: str, code: str, bounds: Bounds) -> tuple[float, float]:
    """Width and height of an index block with what it says."""
    words = [
        number,
        code,
        *((bounds.far, bounds.height, bounds.coverage, bounds.green) if bounds.any else ()),
    ]
    width = max(
        size.width if bounds.any or size.area else 0.0,
        2 * (max(text_width(word, size.size) for word in words) + 0.8),
    )
    if size.area and bounds.area:
        width = max(width, text_width(bounds.area, size.size) + 1.6)
    return width, size.row * len(list(_block_rows(size, number, code, bounds)))


def _block_rows(size: Block, number: str, code: str, bounds: Bounds) -> Iterator[tuple[str, ...]]:
    yield number, code
    if size.area and bounds.area:
        yield (bounds.area,)
    if bounds.any:
        yield bounds.far or UNKNOWN_SIGN, bounds.height or UNKNOWN_SIGN
        yield bounds.coverage or UNKNOWN_SIGN, bounds.green or UNKNOWN_SIGN


def index_block(spot: tuple[float, float], size: Block, number: str, code: str, bounds: Bounds) -> str:
    """The index block (指标块): number | code; area; FAR | height; coverage | green."""
    width, height = block_size(size, number, code, bounds)
    left, top = spot[0] - width / 2, spot[1] - height / 2
    rows = list(_block_rows(size, number, code, bounds))
    look: dict[str, Style] = {"stroke": INK, "stroke_width": 0.1}
    out = [
        svg.box(left, top, width, height, fill="#ffffff", fill_opacity=0.9, **look),
        svg.box(left, top, width, size.row, fill=INK),
    ]
    for at, row in enumerate(rows):
        y = top + (at + 0.5) * size.row
        ink, weight = ("#ffffff", "700") if at == 0 else (INK, "400")
        if at:
            out.append(svg.segment(left, top + at * size.row, left + width, top + at * size.row, **look))
        if len(row) == 1:
            out.append(svg.text(spot[0], y, row[0], size.size, fill=ink, weight=weight))
            continue
        out.append(
            svg.segment(
                spot[0],
                y - size.row / 2,
                spot[0],
                y + size.row / 2,
                stroke="#ffffff" if at == 0 else INK,
                stroke_width=0.1,
            )
        )
        out += [
            svg.text(spot[0] + side * width / 4, y, said, size.size, fill=ink, weight=weight)
            for side, said in zip((-1, 1), row, strict=True)
        ]
    return "".join(out)


def facility_lines(scene: Scene, signs: Sequence[Facility], *, full: bool) -> list[str]:
    """Names of facilities; on parcel sheets with land, floor area and capacity, two in a line."""
    lines = []
    for one in signs:
        lines.append(one.name)
        if full:
            told = facility_sizes(scene, one)
            lines += ["  ".join(told[at : at + 2]) for at in range(0, len(told), 2)]
    return lines


def facility_sizes(scene: Scene, one: Facility) -> list[str]:
    """What a plan states of the size of a facility."""
    columns = {
        "site": "facility_site_m2", "floor": "facility_floor_m2", "beds": "beds", "places": "places",
        "classes": "classes",
    }  # fmt: skip
    stated = {
        key: one.size[column] for key, column in columns.items() if one.size[column] not in {UNKNOWN_SIGN, ""}
    }
    return [scene.say(f"facility.{key}", n=n) for key, n in stated.items()]


def sign_legend(scene: Scene, one: Facility) -> None:
    """The sign of a facility in the legend."""
    words = scene.facts.view.words
    name = words.or_else(f"service.{one.service or 'other'}", one.service)
    said = name if one.fixed else scene.say("legend.open_position", name=name)
    mark = symbol(one.service, 4, 2, 3.8, fixed=one.fixed)
    scene.show(f"sign {one.service} {not one.fixed}", 30, mark, said)
