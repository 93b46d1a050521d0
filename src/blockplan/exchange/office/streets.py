"""
Streets of an office: centre lines with names, classes and widths, said, listed or measured.

A street drawn in pieces bears its name on one of them: pieces that go straight on bear it too. Centre lines
may lie in a layer of other lines, told by a field (`DLZX-CG`, 支路中心线).
"""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from blockplan.exchange.office.features import Chosen, collect, framed, name_of, unique, value, word
from blockplan.exchange.office.joining import key
from blockplan.exchange.office.messages import worded
from blockplan.exchange.office.recognise import geometry_kind
from blockplan.exchange.office.rows import PLACE
from blockplan.exchange.office.source import Findings, SourceFinding, SourceLayer
from blockplan.exchange.office.values import Amount, text_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd

    from blockplan.exchange.office.profile import Profile
    from blockplan.exchange.office.roads import Roads
    from blockplan.exchange.office.rows import Row
    from blockplan.exchange.office.source import SourceReading

#: Ends nearer than this meet, m; a line goes on where it turns by less than this, degrees.
TOUCH_M, STRAIGHT_DEG = 0.01, 20.0

_NAME_AND_WIDTH = re.compile(
    r"(?P<name>.*?)[（(]\s*(?:红线宽?度?|路?宽|W\s*=)?\s*(?P<width>\d{1,3}(?:\.\d+)?)\s*(?:m|米)\s*[)）]",
    re.IGNORECASE,
)

End = tuple[int, int]


def followed(names: Sequence[str | None], lines: Sequence[Any]) -> dict[int, str]:
    """
    Names of lines that bear none and go on from one that does, end to end and straight.

    Along a chain of lines with one name all bear it; where it has several, only lines between two that bear
    the same one.

    Examples
    --------
    >>> line = shapely.LineString
    >>> pieces = [line([(0, 0), (9, 0)]), line([(9, 0), (20, 1)]), line([(9, 0), (9, 9)])]
    >>> followed(["海棠路", None, None], pieces)
    {1: '海棠路'}
    """
    if not any(names) or all(names):
        return {}
    found: dict[int, str] = {}
    for chain in _chains(lines):
        said = [names[at] for at in chain]
        known = list(dict.fromkeys(name for name in said if name))
        for place, at in enumerate(chain):
            if said[place]:
                continue
            before = next((name for name in reversed(said[:place]) if name), None)
            after = next((name for name in said[place:] if name), None)
            name = known[0] if len(known) == 1 else before if before == after else None
            if name:
                found[at] = name
    return found


def _chains(lines: Sequence[Any]) -> list[list[int]]:
    """Lines that go on from each other, in their order along the street."""
    goes_on = _goes_on(lines)
    chains: list[list[int]] = []
    seen: set[int] = set()
    for closed in (False, True):
        for at in range(len(lines)):
            # (a chain begins at a free end; a ring begins anywhere)
            start = next((end for end in (0, 1) if (at, end) not in goes_on), 0 if closed else None)
            if at in seen or start is None:
                continue
            chain, end = [at], (at, 1 - start)
            seen.add(at)
            while (following := goes_on.get(end)) is not None and following[0] not in seen:
                seen.add(following[0])
                chain.append(following[0])
                end = (following[0], 1 - following[1])
            chains.append(chain)
    return chains


def _goes_on(lines: Sequence[Any]) -> dict[End, End]:
    """For each end of a line the end of another that goes straightest on from it, each the other's best."""
    meeting: dict[tuple[int, int], list[tuple[End, float]]] = defaultdict(list)
    for at, line in enumerate(lines):
        points = shapely.get_coordinates(line)
        if len(points) < 2:
            continue
        for end, (place, inner) in enumerate(((points[0], points[1]), (points[-1], points[-2]))):
            step = place - inner
            node = (round(float(place[0]) / TOUCH_M), round(float(place[1]) / TOUCH_M))
            meeting[node].append(((at, end), float(np.degrees(np.arctan2(step[1], step[0])))))
    best: dict[End, End] = {}
    for ends in meeting.values():
        for one, outward in ends:
            turns = [
                (abs((outward - angle) % 360 - 180), other) for other, angle in ends if other[0] != one[0]
            ]
            turn, other = min(turns, default=(180.0, one))
            if turn < STRAIGHT_DEG:
                best[one] = other
    return {one: other for one, other in best.items() if best.get(other) == one}


CLASSES = (
    (r"快速路|高速|DLZX-KS|KS\b|自動車専用|expressway|motorway", "expressway"),
    (
        r"主干|DLZX-ZG|DLZX-GL|公路|主要道路|(?<!補助)幹線|대로|hauptverkehr|arterial|primary|trunk",
        "arterial",
    ),
    (r"次干|DLZX-CG|次要|補助幹線|중로|sammelstra|secondary", "secondary"),
    (
        r"支路|街坊路|DLZX-ZL|巷|小区路|区画道路|生活道路|소로|anliegerstra|wohnstra|local|tertiary|residential",
        "local",
    ),
    (r"步行|慢行|人行|绿道|緑道|歩行者|自行车|自転車|보행|fußweg|radweg|path|foot", "path"),
)
#: Class of a street whose class nobody says, from the width between its red lines, m.
BY_WIDTH = ((40.0, "arterial"), (24.0, "secondary"), (0.0, "local"))


def streets(
    layers: list[Chosen], tables: list[Row], profile: Profile, findings: Findings
) -> gpd.GeoDataFrame:
    """Centre lines with class and width; a table of streets fills what they lack, by name."""
    rows, shapes = collect(layers, profile, findings)
    parts, of = shapely.get_parts(np.array(shapes, dtype=object), return_index=True)
    rows, shapes = [rows[at] for at in of.tolist()], list(shapely.line_merge(parts))
    _widths_in_names(rows, findings)
    _go_on(rows, shapes, findings)
    by_name = {key(str(name_of(row))): row for row in tables if name_of(row)}
    ids = unique(rows, "street_id", "S")
    made: list[dict[str, Any]] = []
    by_width = 0
    for row, id_ in zip(rows, ids, strict=True):
        other = by_name.get(key(name_of(row) or ""), {})
        width = _first(_width(row), _width(other))
        found = word(
            CLASSES,
            row.get("class"),
            other.get("class"),
            row.get("cross_section"),
            name_of(row),
            row[PLACE][1],
            row[PLACE][0],
        )
        if found is None and width is not None:
            found = class_by_width(width)
            by_width += 1
        made.append(
            {
                "street_id": id_,
                "name_zh": name_of(row),
                "class": found,
                "red_line_width_m": width,
                "walk": found != "expressway",
                "drive": found != "path",
            }
        )
    if by_width:
        said = worded("class_of_streets_from_width")
        findings.append(_told("office-street-class", by_width, rows, said))
    return framed(rows, shapes, made)


def _widths_in_names(rows: list[Row], findings: Findings) -> None:
    """A street that says no width, and one in brackets behind its name (`海棠路（36m）`), is as wide."""
    count = 0
    for row in rows:
        said = _NAME_AND_WIDTH.fullmatch(name_of(row) or "")
        if said and value(row, "red_line_width_m") is None:
            row["name_zh"], row["red_line_width_m"] = said["name"].strip(), Amount(float(said["width"]))
            count += 1
    if count:
        findings.append(_told("office-street-width", count, rows, worded("width_behind_name_of_street")))


def _go_on(rows: list[Row], lines: list[Any], findings: Findings) -> None:
    """Pieces of a street without a name take that of the piece that they go on from."""
    more = followed([name_of(row) for row in rows], lines)
    for at, name in more.items():
        rows[at]["name_zh"] = name
    if more:
        said = worded("pieces_of_streets_named")
        findings.append(_told("office-street-name", len(more), rows, said))


def _told(rule: str, count: int, rows: list[Row], said: str) -> SourceFinding:
    """So many of the streets were filled in, and how."""
    file, layer, _ = rows[0][PLACE]
    message = worded("n_of_total_streets_said", n=count, total=len(rows), said=said)
    return SourceFinding(rule, "note", message, file=file, layer=layer, measured=float(count))


def class_by_width(width: float) -> str:
    """The class of a street that says none, by the width between its red lines in m."""
    return next(kind for least, kind in BY_WIDTH if width >= least)


def _first(*values: float | None) -> float | None:
    return next((one for one in values if one is not None and one > 0), None)


def _width(row: Row) -> float | None:
    """Width between the red lines: said, or the sum of a cross section such as ``4.5-3-15-3-4.5``."""
    said = value(row, "red_line_width_m")
    if said is not None and said > 0:
        return said
    parts = re.findall(r"\d+(?:\.\d+)?", text_of(row.get("cross_section")))
    section = text_of(row.get("cross_section"))
    if len(parts) >= 3 and re.fullmatch(r"[\d.]+(?:\s*[-+—–~]\s*[\d.()]+)+\s*(?:m|米)?", section):
        return sum(map(float, parts))
    return None


def with_widths(lines: gpd.GeoDataFrame, made: Roads, findings: Findings) -> None:
    """Put widths that were measured between the parcels into the streets, and classes by them; it is told."""
    count = int(made.measured.sum())
    lines.loc[made.measured, "red_line_width_m"] = made.widths[made.measured]
    without = made.measured & lines["class"].isna().to_numpy()
    if without.any():
        lines["class"] = lines["class"].astype("object")
        lines.loc[without, "class"] = [class_by_width(one) for one in made.widths[without]]
    message = worded("width_of_streets_measured", n=count, total=len(lines))
    findings.add("office-street-width", "warning", message, layer="streets", measured=float(count))


#: What a field says of a centre line of a street; of rails, rivers and pipes there are others.
CENTRE = re.compile(r"DLZX(?:[-_].*)?|.*(?:道路|干路|支路|街坊路|快速路|公路|街巷)(?:规划)?中(?:心)?线")


def centre_lines_apart(reading: SourceReading) -> None:
    """Make the centre lines of streets in a layer a layer of their own; one of nothing else has that role."""
    reading.layers = [part for layer in reading.layers for part in _parts(layer)]


def _parts(layer: SourceLayer) -> list[SourceLayer]:
    if layer.role is not None or geometry_kind(layer) != "line":
        return [layer]
    said: list[Any] = [
        [bool(CENTRE.fullmatch(text_of(value))) for value in layer.frame[name]] for name in layer.fields
    ]
    centre: list[bool] = max(said, key=sum, default=[])
    if not any(centre):
        return [layer]
    if all(centre):
        layer.role = "streets"
        return [layer]
    rest, streets = (
        SourceLayer(
            layer.file,
            name,
            layer.frame[[one is own for one in centre]].reset_index(drop=True),
            units=layer.units,
            titles=layer.titles,
            title=layer.title,
        )
        for name, own in ((layer.name, False), (f"{layer.name} 道路中心线", True))
    )
    streets.role = "streets"
    return [rest, streets]
