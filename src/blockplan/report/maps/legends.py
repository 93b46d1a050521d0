"""
What the signs of the maps mean: land use, lines, facilities.

An entry stands in a legend only where the plan has what it names.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from shapely import box

from blockplan.report.document import LegendEntry
from blockplan.report.maps import drawing, svg
from blockplan.report.maps.basemap import GREEN, OUTLINE, STREETS, WATER, WATER_LINE, WOOD

if TYPE_CHECKING:
    from blockplan.report.maps.basemap import Ground, LandUseShare
    from blockplan.report.maps.svg import Frame

STATION = "#1d4f91"


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
        entries.append(LegendEntry(drawing.fill_swatch(colour), said, area))
    return entries


def line_legend(ground: Ground) -> list[LegendEntry]:
    """Streets by class, rail, water, woods, the outline, stations: what the plan has of them."""
    words, out = ground.words, []
    if "outline" in ground.pieces:
        out.append(LegendEntry(drawing.line_swatch((OUTLINE, 3.0, "11 3 3 3")), words("map.boundary")))
    classes = set(ground.plan.layer("streets")["class"].dropna().astype(str))
    for name in reversed([name for name in STREETS if name in classes]):
        width, surface, casing = STREETS[name]
        size = 2.5 + width / 6
        lines = ((casing, size + 2.6, ""), (surface, size, "")) if casing else (("#7b8b6f", 1.6, "5 3"),)
        out.append(LegendEntry(drawing.line_swatch(*lines), words(f"street.{name}")))
    if "rail" in ground.pieces:
        out.append(
            LegendEntry(drawing.line_swatch(("#4a4a4a", 5.0, ""), ("#ffffff", 2.8, "6 6")), words("map.rail"))
        )
    if "greens" in ground.pieces:
        out.append(LegendEntry(drawing.fill_swatch(GREEN, "#3f9a45"), words("map.greens")))
    if "buildings" in ground.pieces:
        out.append(LegendEntry(drawing.fill_swatch("#bdb9b0", "#8d8678"), words("map.buildings")))
    if "water" in ground.pieces:
        out.append(LegendEntry(drawing.fill_swatch(WATER, WATER_LINE), words("map.water")))
    if "woodland" in ground.pieces:
        out.append(LegendEntry(drawing.fill_swatch(WOOD, "#8fae7a"), words("map.woodland")))
    if any(map(is_station, ground.plan.layer("stops")["modes"])):
        out.append(LegendEntry(drawing.dot_swatch(STATION, "#ffffff", "M"), words("map.station")))
    return out


def facility_legend(ground: Ground, frame: Frame) -> tuple[LegendEntry, ...]:
    """The signs of the services that lie in a frame, and of the stops."""
    words, facilities = ground.words, ground.plan.layer("facilities")
    inside = facilities.geometry.intersects(box(frame.west, frame.south, frame.east, frame.north))
    services = facilities["service"][inside].dropna().astype(str).value_counts().sort_index()
    entries = [
        LegendEntry(
            drawing.dot_swatch("#ffffff", "#8c1d40", words.or_else(f"mark.{service}", "·"), "#8c1d40"),
            words.or_else(f"service.{service}", service),
            words.number(number),
        )
        for service, number in services.items()
    ]
    modes = list(ground.plan.layer("stops")["modes"])
    if any(map(is_station, modes)):
        entries.append(LegendEntry(drawing.dot_swatch(STATION, "#ffffff", "M"), words("map.station")))
    if not all(map(is_station, modes)):
        square = svg.box(11, 4, 8, 8, fill="#ffffff", stroke=STATION, stroke_width=1.8)
        entries.append(LegendEntry(square, words("map.stop")))
    return tuple(entries)


def is_station(modes: object) -> bool:
    """Whether a stop is a station: the subway or a train calls there."""
    called = {mode.strip() for mode in modes.split(",")} if isinstance(modes, str) else set()
    return not called.isdisjoint({"subway", "rail"})
