"""
What every map stands on: frame, land use, water, woods, streets, rail, outline.

Each layer is drawn once per report, as a piece of SVG with a name; maps
refer to it, faded or in full, at any size.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, cast

import numpy as np
import pandas as pd
import shapely
from markupsafe import escape

from blockplan.measure.inputs.columns import shapes as shapes_of
from blockplan.measure.inputs.columns import values
from blockplan.plan import landuse
from blockplan.plan.model.codes import DEFAULT_LIST, LISTS, UNKNOWN_COLOUR
from blockplan.report.maps import svg
from blockplan.report.maps.svg import Frame
from blockplan.units import M2_PER_HA

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from blockplan.plan import Plan
    from blockplan.report.words import Words

    Parts = Iterable[tuple[tuple[str, str], pd.DataFrame]]

#: Parcels up to this number are drawn one by one, each with its name; more are drawn class by class.
NAMED_PARCELS = 4000
#: What maps are drawn of, in drawing order.
PIECES = ("woodland", "landuse", "greens", "water", "buildings", "streets", "rail", "outline")
#: Width of a map that fills an A4 page.
PAGE_WIDTH_MM = 172.0
#: Edges of land, and streams of which only a line is drawn, are no wider than this on paper, mm.
EDGE_MM, STREAM_MM = 0.25, 1.2
PAPER = "#fbfaf6"
WATER, WATER_LINE = "#a9d2ec", "#6fb0d8"
WOOD = "#b5cfa2"
#: Parks, and green spaces that are none.
GREEN, PALE_GREEN = "#57bd5c", "#a9d39b"
OUTLINE = "#8c1d18"

#: Street class -> width on the ground (m), colour of the surface, of the casing; drawn in this order.
STREETS = {
    "path": (2.4, "#ffffff", ""),
    "local": (9.0, "#ffffff", "#bdbdb8"),
    "": (9.0, "#ffffff", "#bdbdb8"),
    "secondary": (16.0, "#ffffff", "#a9a9a4"),
    "arterial": (26.0, "#fff6d8", "#a39a83"),
    "expressway": (46.0, "#f6c98c", "#9c7440"),
}


@dataclass(frozen=True, slots=True)
class LandUseShare:
    """Hectares of one class of a land-use list (second level), its share of the drawn land, its colour."""

    list_name: str
    code: str
    top: str
    ha: float
    share: float
    parcels: int
    colour: str
    known: bool


@dataclass
class Ground:
    """
    The plan as a base for maps.

    Attributes
    ----------
    finest_mm
        On an A4 page nothing finer than this is drawn, mm; 0 draws everything to the metre.
    """

    plan: Plan
    words: Words
    finest_mm: float = 0.0

    @cached_property
    def frame(self) -> Frame | None:
        """The plan's outline with a margin; None for a plan without anything to draw."""
        frame = frame_of(self.plan)
        return frame.drawn_on(PAGE_WIDTH_MM, self.finest_mm) if frame else None

    @cached_property
    def unseen(self) -> int:
        """How many buildings are too small to be seen on a map of the page, so that none shows them."""
        buildings = self.plan.layer("buildings").geometry
        drawn = buildings[buildings.notna() & ~buildings.is_empty].to_numpy()
        return int((~self.frame.shows(drawn)).sum()) if self.frame and len(drawn) else 0

    @property
    def fineness(self) -> float:
        """Metres on the ground for a millimetre on a page that shows the whole plan."""
        return max(self.frame.width / 170, self.frame.height / 215) if self.frame else 1.0

    @cached_property
    def pieces(self) -> Mapping[str, str]:
        """Name -> SVG of each layer, in drawing order."""
        frame = self.frame
        if frame is None:
            return {}
        held = f"pieces of maps: {frame}"
        wordless = self.plan.cached(held, lambda: self.wordless(frame, self.fineness))
        drawn = {**wordless, "landuse": self._landuse(frame, self.fineness)}
        return {name: drawn[name] for name in PIECES if drawn[name]}

    def wordless(self, frame: Frame, unit: float, names: Sequence[str] = PIECES) -> dict[str, str]:
        """Pieces of a frame that are the same in every language, for so many metres a millimetre."""
        drawn: dict[str, Callable[[], str]] = {
            "woodland": lambda: self._fill("woodland", frame, fill=WOOD),
            "greens": lambda: self._fill(
                "greens", frame, fill=GREEN, stroke="#3f9a45", stroke_width=_edge(3.0, unit)
            ),
            "water": lambda: self._water(frame, unit),
            "buildings": lambda: self._fill("buildings", frame, fill="#8d8678", fill_opacity=0.55),
            "streets": lambda: self._streets(frame, unit),
            "rail": lambda: self._rail(frame, unit),
            "outline": lambda: self._outline(frame, unit),
        }
        return {name: drawn[name]() for name in names if name in drawn}

    def within(self, layer: str, frame: Frame) -> tuple[NDArray[np.intp], NDArray[np.object_]]:
        """The features that meet a frame: rows of their layer, shapes; the layers are indexed once a plan."""
        row, shape, tree = self.plan.cached(f"map:{layer}", lambda: _indexed(self.plan, layer))
        hit = np.sort(tree.query(shapely.box(*svg.bounds_of(frame))))
        return row[hit], shape[hit]

    def names(self, layer: str) -> pd.Series[str]:
        """Name of each feature in the report's language, or another one; "" where it has none."""
        if layer not in self._named:
            self._named[layer] = self._names(layer)
        return self._named[layer]

    @cached_property
    def _named(self) -> dict[str, pd.Series[str]]:
        return {}

    def _names(self, layer: str) -> pd.Series[str]:
        frame = self.plan.layer(layer)
        order = dict.fromkeys((f"name_{self.words.lang}", "name_en", "name_zh", "name_ja", "name"))
        columns = [column for column in order if column in frame.columns]
        names = pd.Series("", index=frame.index, dtype="object")
        for column in reversed(columns):
            given = frame[column].astype("object")
            names = given.where(given.notna() & (given != ""), names)
        return names

    @cached_property
    def land_uses(self) -> pd.DataFrame:
        """Per parcel: ``list_name``, ``code`` (second level), ``full`` (as given), ``area_m2``."""
        parcels = self.plan.layer("parcels")
        lists = (
            parcels["land_use_list"].astype("object").where(parcels["land_use_list"].notna(), DEFAULT_LIST)
        )
        given = parcels["land_use"].astype("object").where(parcels["land_use"].notna(), "")
        pairs = list(zip(lists.astype(str), given.astype(str), strict=True))
        codes = [second_level(name, code) for name, code in pairs]
        return pd.DataFrame(
            {
                "list_name": pd.Series([name for name, _ in pairs], parcels.index, dtype="object"),
                "full": pd.Series([code for _, code in pairs], parcels.index, dtype="object"),
                "code": pd.Series(codes, parcels.index, dtype="object"),
                "area_m2": shapely.area(parcels.geometry.to_numpy()),
            },
            index=parcels.index,
        )

    @cached_property
    def balance(self) -> tuple[LandUseShare, ...]:
        """The land balance: hectares of each class, in the order of the list."""
        table = self.land_uses
        total = table["area_m2"].sum()
        rows = []
        for (list_name, code), part in cast("Parts", table.groupby(["list_name", "code"], sort=True)):
            codes = landuse(list_name) if list_name in LISTS else None
            area = part["area_m2"].sum()
            known = bool(codes and codes.known(code))
            rows.append(
                LandUseShare(
                    list_name,
                    code,
                    codes.top(code) if codes and known else code,
                    area / M2_PER_HA,
                    area / total if total else 0.0,
                    len(part),
                    use_colour(list_name, code),
                    known,
                )
            )
        return tuple(rows)

    def use_name(self, list_name: str, code: str) -> str:
        """Code and name of a class, as a legend writes it."""
        if not code:
            return self.words("map.no_land_use")
        known = list_name in LISTS and landuse(list_name).known(code)
        name = landuse(list_name).label(code, self.words.lang) if known else self.words("map.unknown_code")
        return f"{code} {name}"

    # Pieces

    def _fill(self, layer: str, frame: Frame, **attributes: svg.Style) -> str:
        _, shapes = self.within(layer, frame)
        drawn = svg.drawable(shapes[frame.shows(shapes)], frame)
        return svg.shape(svg.path(only(drawn, 2), frame), fill_rule="evenodd", **attributes)

    def _landuse(self, frame: Frame, unit: float) -> str:
        table = self.land_uses
        if table.empty:
            return ""
        drawn = self.plan.cached(f"parcels of maps: {frame}", lambda: self._parcel_paths(frame))
        parts = []
        by_class = table.reset_index(drop=True).groupby(["list_name", "code"], sort=True)
        for (list_name, code), rows in cast("Parts", by_class):
            colour = use_colour(list_name, code)
            if len(table) > NAMED_PARCELS:
                inner = svg.shape("".join(drawn[at] for at in rows.index))
            else:
                said = zip(rows.index, rows["full"], rows["area_m2"], strict=True)
                inner = "".join(
                    self._parcel(table.index[at], list_name, full, area_m2, drawn[at])
                    for at, full, area_m2 in said
                    if drawn[at]
                )
            parts.append(svg.group(inner, fill=colour))
        return svg.group(
            "".join(parts), stroke="#6b6b66", stroke_width=_edge(1.6, unit), stroke_linejoin="round",
            fill_rule="evenodd",
        )  # fmt: skip

    def _parcel_paths(self, frame: Frame) -> list[str]:
        return svg.paths(svg.drawable(self.plan.layer("parcels").geometry, frame), frame)

    def _parcel(self, name: object, list_name: str, code: str, area_m2: float, d: str) -> str:
        area = self.words.amount(area_m2 / M2_PER_HA, "ha")
        said = f"{name} | {self.use_name(list_name, code)} | {area}"
        return f'<path d="{d}"><title>{escape(said)}</title></path>'

    def _water(self, frame: Frame, unit: float) -> str:
        shapes = svg.drawable(self.within("water", frame)[1], frame)
        areas = svg.shape(svg.path(only(shapes, 2), frame), fill=WATER, fill_rule="evenodd")
        lines = svg.shape(
            svg.path(only(shapes, 1), frame), stroke_width=min(8.0, STREAM_MM * unit), fill="none"
        )
        return svg.group(areas + lines, stroke=WATER_LINE, stroke_width=_edge(2.0, unit))

    def _streets(self, frame: Frame, unit: float) -> str:
        rows, shapes = self.within("streets", frame)
        shapes = svg.drawable(shapes, frame)
        classes = np.array([one or "" for one in values(self.plan, "streets", "class")], dtype=object)[rows]
        parts = []
        for name, (width, surface, casing) in STREETS.items():
            chosen = classes == name if name else ~np.isin(classes, [key for key in STREETS if key])
            d = svg.path(shapes[chosen], frame)
            if casing:
                parts.append(svg.shape(d, stroke=casing, stroke_width=width + min(4.0, 0.4 * unit)))
                parts.append(svg.shape(d, stroke=surface, stroke_width=width))
            else:
                parts.append(svg.shape(d, stroke="#7b8b6f", stroke_width=width, stroke_dasharray="9 6"))
        return svg.group("".join(parts), fill="none", stroke_linejoin="round", stroke_linecap="round")

    def _rail(self, frame: Frame, unit: float) -> str:
        d = svg.path(only(svg.drawable(self.within("rail", frame)[1], frame), 1), frame)
        width = max(7.0, 0.42 * unit)
        dark = svg.shape(d, stroke="#4a4a4a", stroke_width=width)
        dashes = (round(2.6 * width), round(2.6 * width))
        light = svg.shape(d, stroke="#ffffff", stroke_width=0.56 * width, stroke_dasharray=dashes)
        return svg.group(dark + light, fill="none")

    def _outline(self, frame: Frame, unit: float) -> str:
        d = svg.path(svg.drawable(self.within("boundary", frame)[1], frame), frame)
        dashes = tuple(round(share * unit, 1) for share in (1.8, 0.45, 0.36, 0.45))
        return svg.group(
            svg.shape(d, stroke="#ffffff", stroke_width=0.42 * unit, stroke_opacity="0.7")
            + svg.shape(d, stroke=OUTLINE, stroke_width=0.22 * unit, stroke_dasharray=dashes),
            fill="none",
        )


def _edge(metres: float, unit: float) -> float:
    """How wide an edge is drawn, m on the ground: so many, on a small plan no more than is fine on paper."""
    return min(metres, EDGE_MM * unit)


def _indexed(plan: Plan, layer: str) -> tuple[NDArray[np.intp], NDArray[np.object_], shapely.STRtree]:
    """Rows of the features that are drawn, their shapes, and the index of these."""
    found = shapes_of(plan, layer)
    row = np.flatnonzero(~shapely.is_missing(found))
    drawn = found[row]
    crooked = (shapely.get_dimensions(drawn) == 2) & ~shapely.is_valid(drawn)
    if crooked.any():
        drawn = drawn.copy()
        drawn[crooked] = shapely.make_valid(drawn[crooked])
    return row, drawn, shapely.STRtree(drawn)


def frame_of(plan: Plan) -> Frame | None:
    """
    What a map of the plan shows: the planned land with a margin of 4 %.

    Without a boundary it is the extent, else whatever is drawn.
    """
    for layers in (("boundary",), ("parcels", "areas"), ("extent",), tuple(plan.layers)):
        bounds = [
            plan.layer(name).total_bounds for name in layers if hasattr(plan.layers.get(name), "total_bounds")
        ]
        found = np.array([row for row in bounds if np.isfinite(row).all()])
        if not len(found):
            continue
        west, south = found[:, :2].min(axis=0)
        east, north = found[:, 2:].max(axis=0)
        if east > west and north > south:
            return Frame(west, south, east, north).grown(max(east - west, north - south) * 0.04)
    return None


def second_level(list_name: str, code: str) -> str:
    """The class of the second level that a code lies in; the code itself where the list does not know it."""
    codes = landuse(list_name) if list_name in LISTS else None
    if codes is None or not codes.known(code):
        return code
    while codes.classes[code].level > 2:
        code = codes.parent(code)
    return code


def use_colour(list_name: str, code: str) -> str:
    """Fill of a land-use class; grey for a list that the house does not know."""
    return landuse(list_name).colour(code) if list_name in LISTS else UNKNOWN_COLOUR


def ink_on(colour: str) -> str:
    """Dark or light ink, whichever reads on a ``#rrggbb`` ground."""
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return "#ffffff" if 0.3 * red + 0.59 * green + 0.11 * blue < 125 else "#33332e"


def only(shapes: NDArray[np.object_], dimensions: int) -> NDArray[np.object_]:
    """The shapes of so many dimensions: 1 lines, 2 polygons."""
    chosen: NDArray[np.object_] = shapes[shapely.get_dimensions(shapes) == dimensions]
    return chosen
