"""
DXF and DWG drawings as a source of the door: areas from outlines with the texts in them as attributes,
centre lines, points, each by the names of its layers.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from blockplan.exchange.office import codes
from blockplan.exchange.office.labels import NUMBER, USE, Reader, attributes
from blockplan.exchange.office.legend import table_of
from blockplan.exchange.office.messages import worded
from blockplan.exchange.office.rings import TWICE, Defect, Ring, Rings, rings_of
from blockplan.exchange.office.source import SourceFinding, SourceLayer, SourceReading
from blockplan.exchange.office.titles import name_and_unit, name_parts, plain
from blockplan.exchange.office.vectors import unique_names

if TYPE_CHECKING:
    from pathlib import Path

    from blockplan.exchange.office.drawing_content import DrawingContent, DrawingText, DrawnLine
    from blockplan.exchange.office.profile import Profile

#: Roles of layers that draw areas; those of the first lie side by side.
TILING = ("parcels", "road_areas", "blocks", "subblocks")
AREAS = (*TILING, "boundary", "buildings", "water_areas", "existing_land", "greens")
POINTS = ("facilities", "stops", "accesses", "green_entrances")
#: What a survey writes in a building: what it is built of, and its storeys (``砖2``, ``砼18``).
BUILT = re.compile(r"[钢砼混砖木石土简]{1,2}\s*(\d{1,3})")
#: A tag that numbers what it marks.
_NUMBER_OF = re.compile(r"编号|編號|番号|编码|\bid$|_id$", re.IGNORECASE)
#: Half of the areas larger than this, and the drawing's unit is the millimetre.
MILLIMETRES_M2 = 3e7
#: So it is where a quarter of the lines of a drawing without areas are longer than this.
MILLIMETRES_M = 5e3
#: A text or block this near to a line or point is its name, m.
NAME_M = 30.0
#: Texts beside a centre line: the width between its red lines, m, and a street's name.
#: A letter needs its sign: `B41` and `W2` are uses of land, and `L=36.5` is the length of a curve.
_WIDTH = re.compile(
    r"(?:(?P<said>红线宽?度?|道路宽度?|路?宽度?)\s*[=:]?|(?P<letter>W\s*[=:]|B\s*=|W(?=[\s\d.]+(?:m|米))))?"
    r"\s*(?P<width>\d{1,3}(?:\.\d+)?)\s*(?P<unit>m|米)?",
    re.IGNORECASE,
)
_WATER = re.compile(r"水[塘池面域系体库]|[池鱼]塘|湖|河道|景观水|pond|lake|(?<![a-z])water", re.IGNORECASE)
_WIDTH_LAYER = re.compile(r"宽|红线|断面|width|row", re.IGNORECASE)
_NAME_LAYER = re.compile(r"路名|道路名|街名|(?:road|street)[ _-]?name|宽|width", re.IGNORECASE)
_WIDTHS_M = (3.0, 150.0)
_STREET = re.compile(
    r"[\u4e00-\u9fff\dA-Z]{1,12}(?:路|街|大道|巷|弄|胡同)|[\u4e00-\u9fff\dA-Z]{2,12}道|"
    r"[\w .'-]+ (?:road|street|avenue|lane|rd|st|ave)\.?",
    re.IGNORECASE,
)
#: What ends like a street's name and is none: parts of streets, other ways, and kinds of streets.
_NO_STREET = re.compile(
    r".*(?:[人车通步管航坡匝跑走辅便引廊盲栈渠绿轨隧河索巷街]道|人行道|车行道|排洪道|泄洪道|铁路|线路|管路|辅路)"
    r"|(?:规划|城市|现状|新建)?(?:道路|公路|[主次]?干路|[主次]干道|支路|快速路|主路|匝路|内街|步行街|商业街|大街|大道)"
)
#: Layer of a drawing that holds parcels when no layer is named so.
LAND = "用地"
#: Roles of layers whose outlines may be parcels where a number of one stands in each.
STRAYS = frozenset({"", "labels", "greens", "boundary"})
LAYER, TABLE = "图层", "图中表格"


def read_drawing(path: Path, label: str, profile: Profile, heal_m: float) -> SourceReading:
    """
    The layers of a DXF file, or of a DWG file where the extra ``office`` is installed.

    Parameters
    ----------
    heal_m
        Defects of lines up to this size are healed, m.

    Raises
    ------
    PlanDataError
        If the file cannot be read, with what to do.
    """
    from blockplan.exchange.office.drawing import open_drawing, read_drawn  # noqa: PLC0415 (brings in ezdxf)

    reading = SourceReading()
    if _is_dwg(path, label, reading):
        from blockplan.exchange.office.dwg import converted  # noqa: PLC0415

        with converted(path, label, reading.findings) as copy:
            drawn = read_drawn(open_drawing(copy, label, reading.findings))
    else:
        drawn = read_drawn(open_drawing(path, label, reading.findings))
    _say_unread(drawn, reading, label)
    _metres(drawn, reading, label)
    layers = _Layers(drawn, profile, label, heal_m, reading)
    layers.add_all()
    # What stands in a parcel is said of it alone.
    places = np.array([shapely.Point(one.places[0]) for one in drawn.labels], dtype=object)
    inside = set(layers.land.query(places, predicate="intersects")[0].tolist())
    reading.remarks += [one.text for at, one in enumerate(drawn.labels) if at not in inside]
    return reading


def _is_dwg(path: Path, label: str, reading: SourceReading) -> bool:
    """Whether a drawing is a DWG; one whose ending says otherwise than how it begins is told."""
    with path.open("rb") as file:
        head = file.read(200)
    named = path.suffix.lower() == ".dwg"
    # A DXF begins with the group code 0 or 999 on a line of its own, or says what it is.
    text = re.match(rb"(?:\xef\xbb\xbf)?\s*(?:0|999)\s*[\r\n]|AutoCAD Binary DXF", head)
    is_dwg = not text if named else bool(re.match(rb"AC\d{4}\0", head))
    if is_dwg != named:
        message = worded("file_under_wrong_ending", kind="DWG" if is_dwg else "DXF")
        reading.findings.add("office-file", "note", message, file=label)
    return is_dwg


def _say_unread(drawn: DrawingContent, reading: SourceReading, label: str) -> None:
    if drawn.unread:
        kinds = ", ".join(f"{n} {kind}" for kind, n in sorted(drawn.unread.items()))
        message = worded("kinds_of_entities_not_read", kinds=kinds)
        reading.findings.add("office-file", "note", message, file=label)
    for layer, n in sorted(drawn.hidden.items()):
        message = worded("cad_layer_off_or_frozen", n=n)
        reading.findings.add("office-hidden", "note", message, file=label, layer=layer)


def _metres(drawn: DrawingContent, reading: SourceReading, label: str) -> None:
    """Bring a drawing in millimetres into metres: no parcel is as large as a town."""
    areas = [
        shapely.Polygon(one.points).area for one in drawn.lines if one.closed and len(one.points) > 3
    ] + [shape.area for _, shape in drawn.fills]
    lengths = [] if areas else [float(shapely.LineString(one.points).length) for one in drawn.lines]
    large = areas and float(np.median(areas)) > MILLIMETRES_M2
    if large or (lengths and float(np.quantile(lengths, 0.75)) > MILLIMETRES_M):
        drawn.scale(0.001)
        message = worded("drawing_in_millimetres")
        reading.findings.add("office-unit", "note", message, file=label)


def role_of(layer: str, profile: Profile) -> str:
    """
    The role that a drawing layer's name says; "parcels" for a land use; "" for none.

    Examples
    --------
    >>> from blockplan.exchange.office.profile import load_profile
    >>> [role_of(name, load_profile()) for name in ("规划地块", "DLZX", "YD-R2", "0", "地块编号")]
    ['parcels', 'streets', 'parcels', '', 'labels']
    >>> [role_of(name, load_profile()) for name in ("YD-医疗设施用地", "公园绿地", "道路用地")]
    ['parcels', 'greens', 'road_areas']
    """
    name, parts = plain(layer), name_parts(layer)
    best, found = 0, ""
    for role, names in profile.layers.items():
        if any(word in name for word in names.rules_out):
            continue
        words = [one for one in names.contains if one in name]
        # Layers are often named in parts (`0-用地`).
        words += [one for one in parts if one in names.names]
        score = 1000 if name in names.names else max(map(len, words), default=0)
        if score > best:
            best, found = score, role
    return "parcels" if found in {"", "facilities", "stops"} and _use_of(layer) else found


def _use_of(layer: str) -> str:
    """The code or the name of the use that a layer is named after; "" for none."""
    return codes.use_named(layer) or codes.class_named(layer)


def _greens_among_uses(roles: dict[str, str]) -> dict[str, str]:
    """Where layers are named after several uses, one named after green land draws parcels of it too."""
    uses = {use for layer, role in roles.items() if role == "parcels" and (use := _use_of(layer))}
    return {
        layer: "parcels" if role == "greens" and len(uses) > 1 and _use_of(layer) else role
        for layer, role in roles.items()
    }


class _Layers:
    """Turns what is drawn into layers of the source, role by role."""

    def __init__(
        self, drawn: DrawingContent, profile: Profile, file: str, heal_m: float, reading: SourceReading
    ) -> None:
        self.drawn, self.file, self.heal_m, self.reading = drawn, file, heal_m, reading
        names = {one.layer for many in (drawn.lines, drawn.labels, drawn.marks) for one in many}
        names |= {layer for layer, _ in drawn.fills}
        self.roles = _greens_among_uses({name: role_of(name, profile) for name in names})
        self.reader = Reader(profile, drawn.labels)
        self.claimed: set[str] = set()
        self.land = shapely.STRtree([])

    def add_all(self) -> None:
        self._tables()
        self._parcels()
        for layer in sorted(self.roles):
            role = self.roles[layer]
            lines = [one for one in self.drawn.lines if one.layer == layer]
            if role in AREAS and role != "parcels":
                self._areas(layer, role, lines)
            elif role in POINTS:
                self._points(layer)
            elif role not in {"parcels", "labels"} and lines:
                self._lines(layer, lines)

    def _tables(self) -> None:
        """Tables drawn beside the plan; their texts are those of no parcel."""
        while found := table_of(self.drawn.labels, self.reader.column_of, self.reader.is_number):
            headings, rows, used = found
            self.drawn.labels = [one for one in self.drawn.labels if id(one) not in used]
            names = unique_names(headings)
            frame = pd.DataFrame(rows, columns=names).replace("", None)
            units = {name: unit for name in names if (unit := name_and_unit(name)[1])}
            count = sum(one.file == self.file and not one.drawn for one in self.reading.layers)
            table = SourceLayer(self.file, TABLE if not count else f"{TABLE}{count + 1}", frame, units)
            message = worded("table_drawn_beside_plan", n=len(rows))
            self.reading.findings.add("office-sheet", "note", message, **table.place)
            self.reading.layers.append(table)

    # Parcels

    def _parcels(self) -> None:
        """All layers of parcels as one: neighbours on two layers meet as well as those on one."""
        layers = [name for name, role in self.roles.items() if role == "parcels"]
        strays = [one for one in self.drawn.lines if self._stray(one)]
        own = [one for one in self.drawn.lines if one.layer in layers]
        fills = [(layer, shape) for layer, shape in self.drawn.fills if layer in layers]
        if not own and not fills:
            own = self._numbered_layer(strays)
            fills = [] if own else self._numbered_fills()
            layers = sorted({one.layer for one in own} | {layer for layer, _ in fills})
            for layer in layers:
                self.roles[layer] = "parcels"
            strays = [one for one in strays if one.layer not in layers]
        found = rings_of(own, self.heal_m)
        self._filled(found, fills)
        self._take_strays(found, strays)
        if not found.rings and not found.open:
            return
        shapes: Any = np.array([one.shape for one in found.rings], dtype=object)
        self.land = shapely.STRtree(shapes)
        taken = {one for role in POINTS for one, of in self.roles.items() if of == role}
        marks = [one for one in self.drawn.marks if one.tags and one.layer not in taken]
        labels = [one for one in self.drawn.labels if one.layer not in taken and self._of_parcels(one)]
        rows, defects = attributes(shapes, found.open, labels, marks, self.reader)
        found.defects += defects
        self._uses(shapes, rows, found)
        shapes, rows = self._without_inner(shapes, rows, found)
        self.reading.findings += self.reader.read_letters(self.file)
        name = LAND
        named = [one for one in layers if not _use_of(one)]
        if named:
            most = Counter(one.layer for one in found.rings if one.layer in named).most_common(1)
            name = most[0][0] if most else named[0]
        self._say(found, name)
        self._put(name, "parcels", shapes, rows)

    def _of_parcels(self, label: DrawingText) -> bool:
        return self.roles.get(label.layer, "") in {"parcels", "labels", ""}

    def _stray(self, line: DrawnLine) -> bool:
        return line.closed and len(line.points) > 3 and self.roles[line.layer] in STRAYS

    def _holding(self, lines: list[DrawnLine]) -> list[DrawnLine]:
        """Closed lines in which the number of a parcel stands."""
        shapes = [shapely.make_valid(shapely.Polygon(one.points)) for one in lines]
        return [lines[at] for at in self._with_a_number(shapes)]

    def _with_a_number(self, shapes: list[Any]) -> list[int]:
        """Which of some areas hold the number of just one parcel."""
        places = [one.places[0] for one in self.drawn.labels if self.reader.number_in(one)]
        places += [one.place for one in self.drawn.marks if self.reader.has_number(one)]
        if not shapes or not places:
            return []
        tree = shapely.STRtree([shapely.Point(one) for one in places])
        held = Counter(tree.query(shapes, predicate="contains")[0].tolist())
        return sorted(at for at, n in held.items() if n == 1)

    def _numbered_fills(self) -> list[tuple[str, Any]]:
        """Where no outline is one of parcels: the filled areas in which a number stands."""
        free = {"", "labels", "greens"}
        offered = [(layer, shape) for layer, shape in self.drawn.fills if self.roles[layer] in free]
        held = self._with_a_number([shape for _, shape in offered])
        layers, kept = {offered[at][0] for at in held}, set(held)
        beside = [one for at, one in enumerate(offered) if one[0] in layers and at not in kept]
        if beside:
            message = worded("filled_areas_taken_for_parcels", n=len(held), without=len(beside))
            layer, shape = beside[0]
            point, measured = shape.representative_point(), round(float(shape.length), 3)
            x, y = round(point.x, 3), round(point.y, 3)
            finding = SourceFinding(
                "cad-layer", "warning", message, file=self.file, layer=layer, measured=measured, x=x, y=y
            )
            self.reading.findings.append(finding)
        return [offered[at] for at in held]

    def _numbered_layer(self, strays: list[DrawnLine]) -> list[DrawnLine]:
        """Where no layer is named after parcels: the one whose outlines hold most numbers."""
        most = Counter(one.layer for one in self._holding(strays)).most_common(1)
        return [one for one in self.drawn.lines if most and one.layer == most[0][0]]

    def _take_strays(self, found: Rings, strays: list[DrawnLine]) -> None:
        """Outlines with a number in them on a layer that is not one of parcels, where no parcel lies."""
        held = self._holding(strays)
        if not held:
            return
        more = rings_of(held, self.heal_m)
        land = shapely.STRtree([one.shape for one in found.rings])
        for ring in more.rings:
            point = ring.shape.representative_point()
            if len(land.query(point, predicate="intersects")):
                continue
            x, y = round(point.x, 3), round(point.y, 3)
            message = worded("numbered_outline_on_other_layer", length=ring.shape.length, layer=ring.layer)
            measured = round(float(ring.shape.length), 3)
            found.say(Defect("cad-layer", "warning", message, measured, x, y, ring.layer))
            found.rings.append(ring)

    def _filled(self, found: Rings, fills: list[tuple[str, Any]]) -> None:
        """Filled areas where no outline draws the same."""
        shapes = [shapely.make_valid(one.shape) for one in found.rings]
        tree = shapely.STRtree(shapes)
        for layer, shape in fills:
            near = [shapes[int(at)] for at in tree.query(shape, predicate="intersects")]
            if all(shapely.intersection(one, shape).area < TWICE * shape.area for one in near):
                found.rings.append(Ring(shape, layer))

    def _uses(self, shapes: Any, rows: list[dict[str, str]], found: Rings) -> None:
        """Land use from the layer of the outline, or of the fill, where no text says it."""
        fills = [(use, shape) for layer, shape in self.drawn.fills if (use := _use_of(layer))]
        said: dict[int, str] = {}
        if fills and len(shapes):
            points = np.array([shape.representative_point() for _, shape in fills], dtype=object)
            for fill, at in zip(*shapely.STRtree(shapes).query(points, predicate="intersects"), strict=True):
                said.setdefault(int(at), fills[int(fill)][0])
        for at, (row, ring) in enumerate(zip(rows, found.rings, strict=True)):
            use = said.get(at) or _use_of(ring.layer)
            if use and USE not in row:
                row.setdefault(USE if use.isascii() else self.reader.field("用地性质"), use)
            row[LAYER] = ring.layer

    def _without_inner(
        self, shapes: Any, rows: list[dict[str, str]], found: Rings
    ) -> tuple[Any, list[dict[str, str]]]:
        """
        Outlines inside a numbered parcel that say neither number nor use: water by its text or layer is land
        of its own, anything else (the outline of a building) is part of the parcel, and told.
        """
        silent = np.array([NUMBER not in row and USE not in row for row in rows], dtype=bool)
        numbered = np.flatnonzero([NUMBER in row for row in rows])
        hulls = np.array([_filled_up(shapes[at]) for at in numbered], dtype=object)
        outer, inner = shapely.STRtree(shapes[silent]).query(hulls, predicate="contains")
        gone: set[int] = set()
        for parcel, at in zip(numbered[outer].tolist(), np.flatnonzero(silent)[inner].tolist(), strict=True):
            said = " ".join([*rows[at].values(), found.rings[at].layer])
            if _WATER.search(said):
                rows[at][self.reader.field("用地性质")] = "水域"
                continue
            if at in gone:
                continue
            gone.add(at)
            area, point = shapes[at].area, shapes[at].representative_point()
            shapes[parcel] = shapely.union(shapes[parcel], shapes[at])
            message = worded("outline_inside_parcel_says_nothing", area=area, parcel=rows[parcel][NUMBER])
            x, y = round(point.x, 3), round(point.y, 3)
            found.say(Defect("cad-inner", "warning", message, round(area, 3), x, y, found.rings[at].layer))
        kept = [at for at in range(len(rows)) if at not in gone]
        found.rings = [found.rings[at] for at in kept]
        return shapes[kept], [rows[at] for at in kept]

    # Other layers

    def _areas(self, layer: str, role: str, lines: list[DrawnLine]) -> None:
        found = rings_of(lines, self.heal_m, tiling=role in TILING)
        self._filled(found, [(name, shape) for name, shape in self.drawn.fills if name == layer])
        shapes: Any = np.array([one.shape for one in found.rings], dtype=object)
        labels = [one for one in self.drawn.labels if self.roles.get(one.layer) == role]
        marks = [one for one in self.drawn.marks if one.layer == layer and one.tags]
        rows, _ = attributes(shapes, found.open, [], marks, self.reader)
        tree = shapely.STRtree(shapes)
        for label in labels:
            for at in tree.query(shapely.Point(label.places[0]), predicate="intersects"):
                built = BUILT.fullmatch(label.text.strip()) if role == "buildings" else None
                field, said = ("层数", built[1]) if built else ("编号", label.text)
                rows[int(at)].setdefault(field, said)
        self._say(found, layer)
        self._put(layer, role, shapes, rows)

    def _lines(self, layer: str, lines: list[DrawnLine]) -> None:
        shapes: Any = np.array([shapely.LineString(one.points) for one in lines], dtype=object)
        rows: list[dict[str, str]] = [{} for _ in lines]
        tree = shapely.STRtree(shapes)
        for place, name, tags in self._beside(layer):
            point = shapely.Point(place)
            at = int(tree.nearest(point))
            if shapes[at].distance(point) <= NAME_M:
                for field, value in tags.items() or [self._said_of_line(layer, name)]:
                    rows[at].setdefault(field, value)
        self._put(layer, self.roles[layer], shapes, rows)

    def _beside(self, layer: str) -> list[tuple[tuple[float, float], str, dict[str, str]]]:
        marks = [
            (one.place, one.name, one.tags) for one in self.drawn.marks if one.layer == layer and one.tags
        ]
        own: list[tuple[tuple[float, float], str, dict[str, str]]] = [
            (one.places[0], one.text, {}) for one in self.drawn.labels if one.layer == layer
        ]
        return marks + own + (self._of_streets() if self.roles[layer] == "streets" else [])

    def _said_of_line(self, layer: str, text: str) -> tuple[str, str]:
        """The field that a text beside a line gives: its name, or of a street the width that it says."""
        width = _width_in(text, layer) if self.roles[layer] == "streets" else ""
        return ("红线宽度", width) if width else ("名称", text)

    def _of_streets(self) -> list[tuple[tuple[float, float], str, dict[str, str]]]:
        """Names and widths of streets on layers of texts, outside of the parcels."""
        found = []
        for one in self.drawn.labels:
            if self.roles.get(one.layer, "") not in {"", "labels", "road_edges"}:
                continue
            said = _of_street(one.text, one.layer)
            # A long name that stands in a narrow street reaches into the parcels beside.
            meant = one.places if _NAME_LAYER.search(one.layer) else one.places[:1]
            free = [place for place in meant if not len(self.land.query(shapely.Point(place), "intersects"))]
            if free and said:
                found.append((free[0], "", said))
        return found

    def _points(self, layer: str) -> None:
        marks = [one for one in self.drawn.marks if one.layer == layer]
        labels = [one for one in self.drawn.labels if one.layer == layer]
        points: list[Any] = [shapely.Point(one.place) for one in marks]
        said = [dict(one.tags) or ({"名称": one.name} if one.name else {}) for one in marks]
        for label in labels:
            point = shapely.Point(label.places[0])
            near = [at for at, mark in enumerate(points[: len(marks)]) if mark.distance(point) <= NAME_M]
            if near:
                said[min(near, key=lambda at: points[at].distance(point))].setdefault("名称", label.text)
            elif not marks:
                points.append(point)
                said.append({"名称": label.text})
        # What a block is drawn with is its sign, and no second feature.
        lines = [one for one in self.drawn.lines if one.layer == layer and not (marks and one.of_block)]
        role = self.roles[layer]
        places, outlines, rows, rest = _around(
            points, said, [shapely.LineString(one.points) for one in lines]
        )
        # A facility is what its outline encloses; a stop or an entrance is a place, whatever stands around.
        shapes = outlines if role == "facilities" else places
        self._put(layer, role, np.array([*shapes, *rest], dtype=object), [*rows, *({} for _ in rest)])

    def _put(self, name: str, role: str, shapes: Any, rows: list[dict[str, str]]) -> None:
        if not len(shapes):
            return
        fields = list(dict.fromkeys(field for row in rows for field in row))
        table = {field: [row.get(field) for row in rows] for field in fields}
        frame = gpd.GeoDataFrame(table, geometry=shapes)
        self.reading.layers.append(SourceLayer(self.file, name, frame, role=role))

    def _say(self, found: Rings, layer: str) -> None:
        for one in found.defects:
            place = one.layer or layer
            self.reading.findings.add(
                one.rule,
                one.grade,
                one.message,
                file=self.file,
                layer=place,
                measured=one.measured,
                x=one.x,
                y=one.y,
            )
            if one.healed:
                self.reading.healed.append(
                    {
                        "layer": place, "id": None, "what": one.rule, "x": one.x, "y": one.y,
                        "measured_m": one.measured,
                    }
                )  # fmt: skip


def _around(
    points: list[Any], said: list[dict[str, str]], lines: list[Any]
) -> tuple[list[Any], list[Any], list[dict[str, str]], list[Any]]:
    """
    Points; the outlines that they stand in, or the points; what is said of each; and the lines around none.

    Points of which all is the same, a number too, mark the parts of one feature.
    """
    alike: dict[Any, list[int]] = {}
    for at, row in enumerate(said):
        numbered = any(_NUMBER_OF.search(field) and value for field, value in row.items())
        alike.setdefault(tuple(sorted(row.items())) if numbered else at, []).append(at)
    features = list(alike.values())
    of = {at: feature for feature, those in enumerate(features) for at in those}
    areas: list[list[Any]] = [[] for _ in features]
    tree, rest = shapely.STRtree(points), []
    for line in lines:
        land = shapely.Polygon(line) if line.is_closed and len(line.coords) > 3 else None
        inside = [] if land is None else tree.query(land, "intersects").tolist()
        held = {of[at] for at in inside}
        if land is not None and land.is_valid and len(held) == 1:
            areas[held.pop()].append(land)
        else:
            rest.append(line)
    first = [those[0] for those in features]
    places = [points[at] for at in first]
    outlines = [shapely.union_all(land) if land else place for land, place in zip(areas, places, strict=True)]
    return places, outlines, [said[at] for at in first], rest


def _filled_up(shape: Any) -> Any:
    """A shape without its holes."""
    return shapely.union_all([shapely.Polygon(part.exterior) for part in shapely.get_parts(shape)])


def _width_in(text: str, layer: str) -> str:
    """
    The width of a street that a text says with a word or a unit, or on a layer of widths; "" for none.

    Examples
    --------
    >>> _width_in("36m", "标注"), _width_in("W=18", "标注"), _width_in("24", "标注")
    ('36', '18', '')
    >>> _width_in("24", "道路红线宽度"), _width_in("B=24", "标注"), _width_in("L=36.5", "标注")
    ('24', '24', '')
    """
    found = _WIDTH.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if not found or not (found["said"] or found["letter"] or found["unit"] or _WIDTH_LAYER.search(layer)):
        return ""
    low, high = _WIDTHS_M
    return found["width"] if low <= float(found["width"]) <= high else ""


def _of_street(text: str, layer: str) -> dict[str, str]:
    """
    Name and width of a street that a text is, alone or side by side; nothing for any other text.

    Examples
    --------
    >>> _of_street("海棠路", "标注"), _of_street("海棠路 24m", "标注"), _of_street("海棠路24班", "标注")
    ({'名称': '海棠路'}, {'名称': '海棠路', '红线宽度': '24'}, {})
    """
    if width := _width_in(text, layer):
        return {"红线宽度": width}
    if name := _street_in(text):
        return {"名称": name}
    parts = [part for part in re.split(r"[\s,，;；()（）]+", text) if part]
    if len(parts) != 2:
        return {}
    said = [_of_street(part, layer) for part in parts]
    return said[0] | said[1] if all(said) and said[0].keys() != said[1].keys() else {}


def _street_in(text: str) -> str:
    """
    The name of a street that a text is, or "" for any other text.

    Examples
    --------
    >>> _street_in(" 海棠路 "), _street_in("睦南道"), _street_in("人行道"), _street_in("消防车道")
    ('海棠路', '睦南道', '', '')
    """
    name = text.strip()
    return name if _STREET.fullmatch(name) and not _NO_STREET.fullmatch(name) else ""
