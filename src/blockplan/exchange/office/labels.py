"""Texts of a drawing as attributes of the areas in which they stand."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from blockplan.exchange.office import codes
from blockplan.exchange.office.legend import Legend, legend_of, lines_of
from blockplan.exchange.office.messages import joined, worded
from blockplan.exchange.office.rings import Defect
from blockplan.exchange.office.source import SourceFinding
from blockplan.exchange.office.texts import facilities_in
from blockplan.exchange.office.titles import name_and_unit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from blockplan.exchange.office.drawing_content import DrawingText, Mark
    from blockplan.exchange.office.profile import Profile

NUMBER, USE, FACILITIES, REST = "地块编号", "用地代码", "配套设施", "图中文字"
_NUMBER = re.compile(r"(?=.*\d)(?=.*[^\d.])[A-Za-z\d\u4e00-\u9fff][\w\-—–－./]{1,29}")
_SAID = re.compile(r"^\s*([^:：=]{1,20}?)\s*[:：=]\s*(.+?)\s*$")
_SPACED = re.compile(r"^\s*([^\d:：=]{1,20}?)\s+([≤≥<>＜＞]?\s*\d.*?)\s*$")
#: `容积率≤2.0`, `限高24米`: name and figure without a sign between.
_GLUED = re.compile(
    r"^\s*([^\d:：=≤≥<>＜＞\s]{1,12})\s*((?:[≤≥<>＜＞]=?|不[大小高低]于)?\s*\d[\d.]*"
    r"\s*(?:%|％|m|米|公顷|ha|亩|万?(?:㎡|m2|m²|平方米|人)|户|个|辆)?)\s*$"
)
#: The letter of building heights; others (R, D, G) mean several things.
_HEIGHT = re.compile(
    r"H\s*(?:[:：=]\s*)?((?:(?<=[:：=])|[≤<]=?)\s*\d{1,3}(?:\.\d+)?\s*(?:m|米)?)", re.IGNORECASE
)
#: Letters of other figures, where a sign and a figure of their kind stand behind (a radius is no `R=2.0`, but
#: `R=15` may be one; `L=36.5` is the length of a curve, `L=35%` is none).
_LETTERS = (
    (re.compile(r"(?:R|F|FAR)\s*((?:[≤<]=?|[:：=])\s*\d{1,2}\.\d{1,2})", re.IGNORECASE), "容积率"),
    (re.compile(r"(?:M|D|JM)\s*((?:[≤<]=?|[:：=])\s*\d{1,2}(?:\.\d+)?\s*[%％])", re.IGNORECASE), "建筑密度"),
    (re.compile(r"(?:G|L)\s*((?:[≥>]=?|[:：=])\s*\d{1,2}(?:\.\d+)?\s*[%％])", re.IGNORECASE), "绿地率"),
)
#: A figure that can only be the site's area.
_AREA = re.compile(r"\d+(?:\.\d+)?\s*(?:ha|hm2|hm²|公顷|m2|㎡|平方米|亩)", re.IGNORECASE)
#: Signs that part the uses of a mixed parcel (`B1/B2`).
_USES = re.compile(r"\s*[/+]\s*")
_FIGURE = re.compile(r"[\d.]+\s*(?:%|ha|hm2|m2|㎡|m|公顷|平方米|米|亩|人|户|个|辆)?", re.IGNORECASE)
#: A class of land by its name, beside its code.
_USE = re.compile(r"(?:用地|绿地|水域|广场)$")
#: A parcel's number, and its use in letters.
_WITH_USE = re.compile(r"(\S+?)\s*[/／|(（]\s*([A-Z]{1,2}\d{0,2}[a-z]?)\s*[)）]?")
#: Numbers that count within a block, on a layer of numbers.
_DIGITS = re.compile(r"\d{1,4}")
#: So many figures in a parcel are its indicators, not a house's number or a height of the ground.
BARE_FIGURES = 3
#: Two digits are a figure before they are a use; those that begin with 0 are none of a figure.
_BARE = re.compile(r"[1-9]\d")
#: Numbers are drawn alike: this share of areas must have one before a lack of it is told.
MOST_HAVE = 0.5


def _form(text: str) -> str:
    """How a text is built: A-01-02 and B-13-7 are built alike."""
    return re.sub(r"\d+", "9", re.sub(r"[A-Za-z]+", "A", re.sub(r"[\u4e00-\u9fff]+", "字", text)))


class Reader:
    """What a text says: pairs of field and value, by its words, its layer, its look."""

    def __init__(self, profile: Profile, labels: Sequence[DrawingText]) -> None:
        self._columns = {
            name: one.column for one in profile.of_role("parcels").values() for name in one.names
        }
        # A tag of a block at a parcel; as a field of a layer it may be the number of anything.
        self._columns.setdefault("bh", "parcel_id")
        # Texts and blocks of one drawing may call a figure by two names; the first that comes up serves both.
        #: Fields that a bare letter was read as, with the first text.
        self.letters: dict[str, str] = {}
        self._fields = {"parcel_id": NUMBER, "land_use": USE, "facilities_text": FACILITIES}
        on = [one.text for one in labels if self._named(one.layer) == NUMBER]
        lines = [line for text in on or [one.text for one in labels] for line in self._lines(text)]
        alike = Counter(_form(line) for line in lines if self.is_number(line))
        self._forms = {form for form, n in alike.items() if on or n > 1} or set(alike)

    def _named(self, layer: str) -> str:
        """The field that a layer of texts is named after, or ""."""
        name = name_and_unit(re.sub(r"(?:注记|标注|文字|text)$", "", layer, flags=re.IGNORECASE))[0]
        return self.field(name) if name in self._columns and name not in {"地块", "dk"} else ""

    def field(self, name: str) -> str:
        """The field for a name: one for all names of a column."""
        column = self._columns.get(name_and_unit(name)[0])
        return self._fields.setdefault(column, name) if column else name

    def read_letters(self, file: str) -> list[SourceFinding]:
        """That figures with a letter alone (`R=2.0`) were read, and as what."""
        said = [worded("written_as", word=text, word2=name) for name, text in self.letters.items()]
        message = worded("letters_before_figures_read", names=joined(said, ", "))
        return [SourceFinding("cad-letter", "note", message, file=file)] if said else []

    def is_number(self, text: str) -> bool:
        """Whether a text may be a parcel's number; a figure with its name before it (`限高54m`) is none."""
        text = text.strip()
        if not _NUMBER.fullmatch(text) or _FIGURE.fullmatch(text) or codes.code_in(text) == text:
            return False
        said = _GLUED.match(text)
        named = said and not said[1].isascii() and self._columns.get(name_and_unit(said[1])[0], "parcel_id")
        return not named or named == "parcel_id"

    def _lines(self, text: str) -> list[str]:
        """The lines of a text; a number with its use behind it (`A-01/R2`) makes two."""
        found: list[str] = []
        for line in filter(None, map(str.strip, text.splitlines())):
            both = _WITH_USE.fullmatch(line)
            two = both and self.is_number(both[1]) and codes.code_in(both[2]) == both[2]
            found += [both[1], both[2]] if both and two else [line]
        return found

    def number_in(self, label: DrawingText) -> str:
        """The line of a text that is a parcel's number, as those of this drawing are built; "" for none."""
        of_numbers = self._named(label.layer) == NUMBER
        lines = self._lines(label.text)
        if of_numbers:
            return next((one for one in lines if self.is_number(one) or _DIGITS.fullmatch(one)), "")
        return next((one for one in lines if self.is_number(one) and _form(one) in self._forms), "")

    def column_of(self, text: str) -> str:
        """The column that a text names and nothing else, or ""."""
        return self._columns.get(name_and_unit(text)[0], "")

    def has_number(self, mark: Mark) -> bool:
        """Whether the attributes of a block say a parcel's number."""
        return any(self.field(tag) == NUMBER and value.strip() for tag, value in mark.tags.items())

    def pairs(self, label: DrawingText) -> list[tuple[str, str]]:
        """Fields and values of a text, line by line."""
        if self.number_in(label) == label.text.strip():
            return [(NUMBER, label.text.strip())]
        named = self._named(label.layer)
        if named and named != NUMBER:
            return [(named, label.text.strip())]
        return [pair for line in self._lines(label.text) for pair in self.line(line)]

    def line(self, text: str) -> list[tuple[str, str]]:
        """One field of a line, or several side by side (`容积率≤2.0，限高24m`)."""
        parts = [part for part in re.split(r"[,，;；\s]+", text) if part]
        said = [self._figure(part) for part in parts] if len(parts) > 1 else []
        known = [one for one in said if one is not None]
        return known if known and len(known) == len(parts) else [self._pair(text)]

    def bare(self, text: str) -> bool:
        """Whether a text says nothing of what it is."""
        return self._figure(text) is None

    def _figure(self, text: str) -> tuple[str, str] | None:
        """A field that a text names, with what it says of it."""
        said = _SAID.match(text) or _SPACED.match(text) or _GLUED.match(text)
        if said and name_and_unit(said[1])[0] in self._columns:
            return self.field(said[1]), said[2]
        if height := _HEIGHT.fullmatch(text):
            return self.field("建筑限高"), height[1]
        for letter, name in _LETTERS:
            if found := letter.fullmatch(text):
                self.letters.setdefault(name, text)
                return self.field(name), found[1].lstrip(":：= ")
        return (self.field("用地面积"), text) if _AREA.fullmatch(text) else None

    def _pair(self, text: str) -> tuple[str, str]:
        said = self._figure(text)
        if said is not None:
            return said
        if all(part and codes.code_in(part) == part for part in _USES.split(text)) and not _BARE.fullmatch(
            text
        ):
            return USE, text
        if self.is_number(text) and _form(text) in self._forms:
            return NUMBER, text
        if codes.code_in(text) and _USE.search(text.replace(codes.code_in(text), "").strip(" ()（）")):
            return self.field("用地性质"), text
        return (FACILITIES, text) if facilities_in(text)[0] else (REST, text)


def attributes(
    shapes: Any, waiting: Sequence[Any], labels: Sequence[DrawingText], marks: Sequence[Mark], reader: Reader
) -> tuple[list[dict[str, str]], list[Defect]]:
    """
    What texts and blocks say of each area, and texts that are no area's.

    Parameters
    ----------
    waiting
        Areas whose outlines are open: a text in one of them is in its place.
    """
    rows: list[dict[str, str]] = [{} for _ in range(len(shapes))]
    tree, others = shapely.STRtree(shapes), shapely.STRtree(np.array(waiting, dtype=object))
    for at, mark in zip(_inside(tree, [[one.place] for one in marks]), marks, strict=True):
        if at >= 0:
            said = {reader.field(name): value.strip() for name, value in mark.tags.items() if value.strip()}
            rows[at] = said | rows[at]
    found = _inside(tree, [one.places for one in labels])
    elsewhere = _inside(others, [one.places for one in labels])
    defects = [
        _outside(tree, shapes, label, number)
        for at, other, label in zip(found, elsewhere, labels, strict=True)
        if at < 0 and other < 0 and (number := reader.number_in(label))
    ]
    outside = [label for at, label in zip(found, labels, strict=True) if at < 0]
    legend = legend_of(outside, reader.column_of)
    boxes = _boxes(found, labels, legend, reader) if legend else {}
    if legend and boxes:
        defects.append(
            _by_legend(legend, len({at for at, one in zip(found, labels, strict=True) if id(one) in boxes}))
        )
    else:
        defects += _nameless(found, labels, reader)
    numbers: dict[int, list[tuple[str, DrawingText]]] = defaultdict(list)
    for at, label in zip(found, labels, strict=True):
        for field, value in boxes.get(id(label)) or reader.pairs(label) if at >= 0 else ():
            if field == NUMBER:
                numbers[at].append((value, label))
            else:
                _add(rows[at], field, value)
    for at, many in numbers.items():
        rows[at].setdefault(NUMBER, many[0][0])
        defects += [_second(many[0], one) for one in many[1:] if one[0] != many[0][0]]
    without = [at for at, row in enumerate(rows) if NUMBER not in row]
    if len(without) < (1 - MOST_HAVE) * len(rows):
        defects += [_without(shapes[at]) for at in without]
    return rows, defects


def _boxes(
    found: list[int], labels: Sequence[DrawingText], legend: Legend, reader: Reader
) -> dict[int, list[tuple[str, str]]]:
    """Fields and values of the texts that stand at a place of the legend, by the text's id."""
    inside: dict[int, list[DrawingText]] = defaultdict(list)
    for at, label in zip(found, labels, strict=True):
        if at >= 0:
            inside[at].append(label)
    said: dict[int, list[tuple[str, str]]] = {}
    for there in inside.values():
        lines = lines_of(there)
        number = next((line for line in lines if line.text == reader.number_in(line.label)), None)
        named = legend.names(lines, number) if number else {}
        for line in lines:
            if any(one.label is line.label for one in named):
                name = named.get(line, "") if line is not number and reader.bare(line.text) else ""
                pairs = [(reader.field(name), line.text)] if name else reader.line(line.text)
                said.setdefault(id(line.label), []).extend(pairs)
    return said


def _by_legend(legend: Legend, count: int) -> Defect:
    names = ", ".join(line.text for row in legend.rows for line in row)
    message = worded("legend_names_figures", n=count, names=names)
    place = round(legend.number.x, 3), round(legend.number.y, 3)
    return Defect("cad-legend", "note", message, float(count), *place, legend.number.label.layer)


def _nameless(found: list[int], labels: Sequence[DrawingText], reader: Reader) -> list[Defect]:
    """Parcels with several bare figures in them, which no legend names."""
    figures: dict[int, list[DrawingText]] = defaultdict(list)
    for at, label in zip(found, labels, strict=True):
        if at >= 0 and _FIGURE.fullmatch(label.text.strip()) and reader.pairs(label)[0][0] == REST:
            figures[at].append(label)
    there = [many for many in figures.values() if len(many) >= BARE_FIGURES]
    if not there:
        return []
    first = there[0]
    said = ", ".join(one.text.strip() for one in first[:4])
    message = worded("figures_without_a_name", n=len(there), names=said)
    x, y = first[0].places[0]
    return [
        Defect("cad-legend", "warning", message, float(len(there)), round(x, 3), round(y, 3), first[0].layer)
    ]


def _add(row: dict[str, str], field: str, value: str) -> None:
    """A second text for one field stands behind the first."""
    if field in row and value not in row[field].split("、"):
        row[field] += f"、{value}"
    row.setdefault(field, value)


def _inside(tree: shapely.STRtree, places: list[list[tuple[float, float]]]) -> list[int]:
    """The smallest area at the first place of each that lies in one; -1 for none."""
    flat = [(at, rank, xy) for at, many in enumerate(places) for rank, xy in enumerate(many)]
    found = [(99, 0.0, -1)] * len(places)
    if not flat or not len(tree.geometries):
        return [-1] * len(places)
    areas = shapely.area(tree.geometries)
    points = shapely.points(np.array([xy for _, _, xy in flat]))
    for point, area in zip(*tree.query(points, predicate="intersects"), strict=True):
        at, rank, _ = flat[int(point)]
        found[at] = min(found[at], (rank, float(areas[area]), int(area)))
    return [area for _, _, area in found]


def _outside(tree: shapely.STRtree, shapes: Any, label: DrawingText, number: str) -> Defect:
    x, y = label.places[0]
    away = 0.0
    if len(shapes):
        point = shapely.Point(x, y)
        away = float(shapely.distance(point, shapes[int(tree.nearest(point))]))
    message = worded("number_in_no_outline", number=number, m=away)
    return Defect("cad-text", "warning", message, round(away, 3), round(x, 3), round(y, 3), label.layer)


def _second(first: tuple[str, DrawingText], other: tuple[str, DrawingText]) -> Defect:
    (x, y), (to_x, to_y) = other[1].places[0], first[1].places[0]
    apart = float(np.hypot(to_x - x, to_y - y))
    message = worded("two_numbers_in_outline", first=first[0], other=other[0])
    return Defect("cad-text", "warning", message, round(apart, 3), round(x, 3), round(y, 3), other[1].layer)


def _without(shape: Any) -> Defect:
    point = shape.representative_point()
    message = worded("outline_without_number", m=shape.length)
    return Defect(
        "cad-text", "warning", message, round(float(shape.length), 3), round(point.x, 3), round(point.y, 3)
    )
