"""Symbols, renderers and labels in the XML that QGIS reads, in its styles as in its projects."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

if TYPE_CHECKING:
    from collections.abc import Sequence

FONT = "Noto Sans CJK SC"
FILL, LINE, MARKER = "fill", "line", "marker"
#: Kind of symbol -> the geometry that it draws, as OGR calls it; in the order in which QGIS counts.
GEOMETRIES = {MARKER: "Point", LINE: "LineString", FILL: "Polygon"}
#: What stands between a layer and the geometry of a part of it.
SUBLAYER = "|geometrytype="
INK, HALO = "#1c2430", "#ffffff"


@dataclass(frozen=True, slots=True)
class Symbol:
    """
    How features of a category look: kind, colours (``#rrggbb``, "" for none), width or size in mm.

    A marker may stand beside its point, so far to the right and upwards, mm.
    """

    kind: str
    colour: str
    outline: str = "#5a5a55"
    width: float = 0.15
    pattern: str = "solid"
    shape: str = "circle"
    size: float = 2.6
    beside: tuple[float, float] = (0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Category:
    """One entry of a legend: the value of its features, what it is called, how it looks, if it is drawn."""

    value: str
    label: str
    symbol: Symbol
    shown: bool = True


@dataclass(frozen=True, slots=True)
class Label:
    """
    What is written at a feature: expression, size (pt), smallest scale, if along it (clear of it where the
    line is one that a label would strike out); of priorities 10 goes before 0.
    """

    expression: str
    size: float = 7.0
    scale: int = 0
    along: bool = False
    clear: bool = False
    priority: int = 5


@dataclass(frozen=True, slots=True)
class Style:
    """
    A layer's style: one symbol for all (no `attribute`), or a category for each value of an expression.

    A layer that is not ``shown`` lies unchecked in the project.
    """

    categories: Sequence[Category]
    attribute: str = ""
    label: Label | None = None
    shown: bool = True

    @property
    def kind(self) -> str:
        """The kind of its symbols, which is one."""
        return self.categories[0].symbol.kind


def as_qml(style: Style) -> str:
    """The style as a QML document, as a GeoPackage keeps it in ``layer_styles``."""
    root = ET.Element(
        "qgis", {"version": "3.34.0", "styleCategories": "Symbology|Labeling", **labelled(style)}
    )
    for part in parts(style):
        root.append(part)
    # QGIS refuses a style for features that it would not draw.
    ET.SubElement(root, "layerGeometryType").text = str([*GEOMETRIES].index(style.kind))
    return "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n" + ET.tostring(root, "unicode")


def labelled(style: Style) -> dict[str, str]:
    """The attribute that says whether labels are drawn."""
    return {"labelsEnabled": "1" if style.label else "0"}


def parts(style: Style) -> list[ET.Element]:
    """Renderer and labels of a style."""
    return [_renderer(style), *([_labels(style.label, beside=style.kind == MARKER)] if style.label else [])]


def _renderer(style: Style) -> ET.Element:
    kind = "categorizedSymbol" if style.attribute else "singleSymbol"
    found = ET.Element("renderer-v2", type=kind, forceraster="0", symbollevels="0", enableorderby="0")
    if style.attribute:
        found.set("attr", style.attribute)
        listed = ET.SubElement(found, "categories")
        for at, one in enumerate(style.categories):
            ET.SubElement(
                listed, "category", symbol=str(at), value=one.value, label=one.label,
                render="true" if one.shown else "false",
                type="string" if one.value else "NULL",
            )  # fmt: skip
    symbols = ET.SubElement(found, "symbols")
    for at, one in enumerate(style.categories):
        symbols.append(_symbol(one.symbol, str(at)))
    return found


def _symbol(symbol: Symbol, name: str) -> ET.Element:
    found = ET.Element("symbol", type=symbol.kind, name=name, alpha="1", clip_to_extent="1", force_rhr="0")
    own, options = _options(symbol)
    layer = ET.SubElement(found, "layer", {"class": own, "enabled": "1", "locked": "0", "pass": "0"})
    listed = ET.SubElement(layer, "Option", type="Map")
    for key, value in options.items():
        ET.SubElement(listed, "Option", type="QString", name=key, value=value)
    return found


def _options(symbol: Symbol) -> tuple[str, dict[str, str]]:
    outline = {
        "outline_color": _rgba(symbol.outline), "outline_style": symbol.pattern if symbol.outline else "no",
        "outline_width": str(symbol.width), "outline_width_unit": "MM",
    }  # fmt: skip
    if symbol.kind == FILL:
        style = "solid" if symbol.colour else "no"
        return "SimpleFill", {"color": _rgba(symbol.colour), "style": style, "joinstyle": "round", **outline}
    if symbol.kind == LINE:
        return "SimpleLine", {
            "line_color": _rgba(symbol.colour), "line_style": symbol.pattern, "line_width": str(symbol.width),
            "line_width_unit": "MM", "capstyle": "flat", "joinstyle": "round",
        }  # fmt: skip
    return "SimpleMarker", {
        "color": _rgba(symbol.colour), "name": symbol.shape, "size": str(symbol.size), "size_unit": "MM",
        "offset": f"{symbol.beside[0]:g},{-symbol.beside[1]:g}", "offset_unit": "MM", **outline,
    }  # fmt: skip


def _rgba(colour: str) -> str:
    if not colour:
        return "0,0,0,0"
    return ",".join(str(int(colour[at : at + 2], 16)) for at in (1, 3, 5)) + ",255"


def _labels(label: Label, *, beside: bool) -> ET.Element:
    found = ET.Element("labeling", type="simple")
    settings = ET.SubElement(found, "settings", calloutType="simple")
    text = ET.SubElement(
        settings, "text-style", fieldName=label.expression, isExpression="1", fontFamily=FONT,
        fontSize=str(label.size), fontSizeUnit="Point", textColor=_rgba(INK), textOpacity="1",
        fontWeight="50", namedStyle="Regular", multilineHeight="1",
    )  # fmt: skip
    ET.SubElement(
        text, "text-buffer", bufferDraw="1", bufferSize="0.5", bufferSizeUnits="MM",
        bufferColor=_rgba(HALO), bufferOpacity="0.8",
    )  # fmt: skip
    # 2 lies along a line (flags 9 on it, 14 above or below it), 6 at the best place beside a point, 4 inside
    # an area clear of the points in it.
    ET.SubElement(
        settings, "placement", placement="2" if label.along else "6" if beside else "4",
        placementFlags="14" if label.clear else "9", dist="1" if beside else "0.4" if label.clear else "0",
        predefinedPositionOrder="TR,TL,BR,BL,R,L,TSR,BSR",
        distUnits="MM", centroidInside="1", centroidWhole="1", fitInPolygonOnly="0",
        priority=str(label.priority),
    )  # fmt: skip
    ET.SubElement(
        settings, "rendering", drawLabels="1",
        obstacle=str(int(label.along or beside)), displayAll="0", scaleMin="0",
        scaleVisibility="1" if label.scale else "0", scaleMax=str(label.scale),
        mergeLines=str(int(label.along)),
    )  # fmt: skip
    return found
