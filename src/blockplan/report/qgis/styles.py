"""How each layer of a plan is drawn in QGIS, in the words of one language."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from blockplan.measure.inputs.columns import values
from blockplan.plan.model.codes import DEFAULT_LIST, UNKNOWN_COLOUR
from blockplan.report.maps.basemap import GREEN, OUTLINE, WATER, WATER_LINE, WOOD, use_colour
from blockplan.report.qgis.symbols import FILL, LINE, MARKER, Category, Label, Style, Symbol
from blockplan.report.sheets.facts import ROADS
from blockplan.report.sheets.limitmap import ACCESS, SETBACK
from blockplan.report.sheets.overlaymap import OVERLAYS
from blockplan.report.sheets.parcelmap import CONTROL
from blockplan.report.sheets.scene import said
from blockplan.report.tables import outcome_said

if TYPE_CHECKING:
    from collections.abc import Callable

    from blockplan.check.verdict import Outcome
    from blockplan.report.view import View

#: Street class -> colour and width, mm; the last stands for a class that is not stated.
STREETS = {
    "expressway": ("#9c7440", 1.2), "arterial": ("#c0392b", 0.8), "secondary": ("#d97b66", 0.55),
    "local": ("#8a8a85", 0.35), "path": ("#b0a58c", 0.25), "": ("#8a8a85", 0.25),
}  # fmt: skip
#: Control lines -> colour, as on the sheets; what purple and orange stand for is local.
CONTROL_LINES = {kind: colour for kind, (_, colour, _) in CONTROL.items()} | {
    kind: look.colour for kind, look in OVERLAYS.items()
}
SERVICES = {
    "kindergarten": "#f5b5cf", "primary_school": "#e86fa5", "nine_year_school": "#c94f8a",
    "secondary_school": "#a83a72", "hospital": "#d7191c", "clinic": "#e98a86", "nursing_home": "#b07a3f",
    "day_care": "#d8ab74", "culture": "#f09a64", "library": "#e67e22", "sport": "#2e9e5b",
    "market": "#c93a55", "police": "#2f5fa8", "fire": "#8c1d18",
}  # fmt: skip
OUTCOMES: dict[Outcome, tuple[str, str]] = {
    "fail": ("#c62828", "diamond"), "unknown": ("#f5b800", "triangle"), "pass": ("#2e7d32", "circle"),
    "not_applicable": ("#9e9e9e", "circle"),
}  # fmt: skip
#: Labels are drawn down to this scale (1:n) where there are many of them.
PARCEL_SCALE, NAME_SCALE, VERDICT_SCALE, ROAD_SCALE = 6_000, 25_000, 2_000, 1_500


def styles(view: View) -> dict[str, Style]:
    """Layer -> style, the uppermost layer first; the layer of verdicts is called ``verdicts``."""
    return {layer: make(view) for layer, make in STYLES.items()}


def _verdicts(view: View) -> Style:
    categories = [
        Category(
            key, outcome_said(key, view.words),
            # Beside its point, which is the middle of a parcel that bears its number there.
            Symbol(MARKER, colour, "#ffffff", 0.3, shape=shape, size=3.0, beside=(6.0, 4.0)),
            shown=key in {"fail", "unknown"},
        )
        for key, (colour, shape) in OUTCOMES.items()
    ]  # fmt: skip
    before, _, behind = view.words("count.residents", n="|").partition("|")
    people = f"coalesce(' | {before}' || to_string(round(\"residents\")) || '{behind}', '')"
    said = f'CASE WHEN "outcome" = \'fail\' THEN "title" || {people} END'
    return Style(categories, "outcome", Label(said, 7, VERDICT_SCALE, beside=True, priority=1))


def _facilities(view: View) -> Style:
    found = dict.fromkeys(one for one in values(view.plan, "facilities", "service") if one)
    order = [one for one in SERVICES if one in found] + [one for one in found if one not in SERVICES]
    categories = [
        Category(one, view.words.or_else(f"service.{one}", one), _dot(SERVICES.get(one, "#6a6a66")))
        for one in order
    ]
    rest = Category("", view.words("service.other"), _dot("#6a6a66"))
    return Style([*categories, rest], "service", Label(_named(view), 7, PARCEL_SCALE * 2, beside=True))


def _dot(colour: str) -> Symbol:
    return Symbol(MARKER, colour, "#ffffff", 0.25, size=3)


def _stops(view: View) -> Style:
    return _one(
        view, "stops", Symbol(MARKER, "#1f3fbf", "#ffffff", 0.25, shape="square", size=2.0), PARCEL_SCALE
    )


def _streets(view: View) -> Style:
    categories = [
        Category(
            one, view.words(f"street.{one}") if one else view.words.unknown, Symbol(LINE, colour, width=width)
        )
        for one, (colour, width) in STREETS.items()
    ]  # fmt: skip
    return Style(categories, "class", Label(_named(view), 7, NAME_SCALE, along=True))


def _control_lines(view: View) -> Style:
    categories = [
        Category(
            one, view.words(f"qgis.control_line.{one}"), _drawn(view, "control_lines", colour, "dash", 0.5)
        )
        for one, colour in CONTROL_LINES.items()
    ]
    return Style(categories, "kind", Label(_named(view), 7, PARCEL_SCALE * 2, along=True))


def _accesses(view: View) -> Style:
    """A vehicle access and a closed stretch, each as a point or as a line along the edge of its parcel."""
    lang = view.words.lang
    categories = [
        Category(
            kind, label, replace(_drawn(view, "accesses", ACCESS, pattern, width), shape=shape, size=2.6)
        )
        for kind, label, shape, pattern, width in (
            ("vehicle", said(lang, "legend.access"), "triangle", "solid", 1.2),
            ("closed", said(lang, "legend.closed"), "cross2", "dash", 0.5),
            ("", view.words.unknown, "circle", "dot", 0.3),
        )
    ]  # fmt: skip
    return Style(categories, "kind")


def _setbacks(view: View) -> Style:
    symbol = _drawn(view, "setbacks", SETBACK, "dash")
    metres = "round(attribute('distance_m'), 2) || ' m'"
    entry = Category("", name_of(view, "setbacks"), symbol)
    return Style([entry], label=Label(metres, 6, VERDICT_SCALE, along=True))


def _drawn(view: View, layer: str, colour: str, pattern: str = "solid", width: float = 0.3) -> Symbol:
    """A symbol of one colour, of the kind that most of a layer's features are: outline, line or point."""
    kinds = view.plan.layer(layer).geom_type.str.removeprefix("Multi").value_counts()
    first = kinds.index[0] if len(kinds) else "Polygon"
    if first == "Point":
        return Symbol(MARKER, colour, "#ffffff", 0.2, size=1.5)
    if first == "LineString":
        return Symbol(LINE, colour, width=width, pattern=pattern)
    return Symbol(FILL, "", colour, width, pattern)


def _plain(layer: str, colour: str, pattern: str = "solid", width: float = 0.3) -> Callable[[View], Style]:
    return lambda view: Style(
        [Category("", name_of(view, layer), _drawn(view, layer, colour, pattern, width))]
    )


def name_of(view: View, layer: str) -> str:
    """What a layer is called in the project."""
    return view.words.or_else(f"qgis.layer.{layer}", view.words.or_else(f"layer.{layer}", layer))


def _parcels(view: View) -> Style:
    pairs = {
        (of or DEFAULT_LIST, use)
        for use, of in zip(
            values(view.plan, "parcels", "land_use"),
            values(view.plan, "parcels", "land_use_list"),
            strict=True,
        )
        if use
    }
    # Codes of two lists may be the same letters, and mean two things.
    several = len({of for of, _ in pairs}) > 1
    categories = [
        Category(
            f"{of} {use}" if several else use, view.ground.use_name(of, use),
            Symbol(FILL, use_colour(of, use), "#6b6b66", 0.12),
        )
        for of, use in sorted(pairs)
    ]  # fmt: skip
    rest = Category("", view.words("map.no_land_use"), Symbol(FILL, UNKNOWN_COLOUR, "#6b6b66", 0.12))
    attribute = (
        f"coalesce(\"land_use_list\", '{DEFAULT_LIST}') || ' ' || \"land_use\"" if several else "land_use"
    )
    return Style(
        [*categories, rest],
        attribute,
        Label(_numbered(), 6, PARCEL_SCALE),
    )


def _numbered() -> str:
    """Number and use of a parcel; street land bears its street's name, and its number only close by."""
    roads = " OR ".join(f"\"land_use\" LIKE '{code}%'" for code in ROADS)
    said = "\"parcel_id\" || '\\n' || coalesce(\"land_use\", '')"
    return f"CASE WHEN ({roads}) AND coalesce(@map_scale, 1e9) > {ROAD_SCALE} THEN '' ELSE {said} END"


def _named(view: View) -> str:
    """A feature's name in the language, or in another one."""
    order = dict.fromkeys((f"name_{view.words.lang}", "name_en", "name_zh", "name_ja"))
    found = ", ".join(f"attribute('{one}')" for one in order)
    return f"coalesce({found}, '')"


def _one(view: View, layer: str, symbol: Symbol, scale: int = 0, said: str = "") -> Style:
    label = Label(said or _named(view), 8, scale, beside=symbol.kind == MARKER) if scale else None
    return Style([Category("", name_of(view, layer), symbol)], label=label)


#: Layers of the project, the uppermost first.
STYLES: dict[str, Callable[[View], Style]] = {
    "verdicts": _verdicts,
    "facilities": _facilities,
    "stops": _stops,
    "programmes": _plain("programmes", "#6a1b9a"),
    "green_entrances": _plain("green_entrances", "#1b5e20"),
    "trees": _plain("trees", "#4caf50"),
    "accesses": _accesses,
    "setbacks": _setbacks,
    "structure": _plain("structure", "#c2185b", "dash", 1.0),
    "boundary": lambda view: _one(view, "boundary", Symbol(FILL, "", OUTLINE, 0.9, "dash dot dot")),
    "control_lines": _control_lines,
    "blocks": lambda view: _one(
        view, "blocks", Symbol(FILL, "", "#111111", 0.45, "dash dot"), 60_000, '"block_id"'
    ),
    "subblocks": _plain("subblocks", "#111111", "dot"),
    "areas": _plain("areas", "#0a58a6", "dash", 0.6),
    "zones": _plain("zones", "#00695c", "dash dot", 0.4),
    "circles": _plain("circles", "#4b1d8f", "dash"),
    "buildings": _plain("buildings", "#4a4a46"),
    "canopy": _plain("canopy", "#2e7d32", "dot"),
    "rail": lambda view: _one(view, "rail", Symbol(LINE, "#333333", width=0.6, pattern="dash")),
    "streets": _streets,
    "greens": lambda view: _one(view, "greens", Symbol(FILL, GREEN, "#3f9a45", 0.15)),
    "parcels": _parcels,
    "water": lambda view: _one(view, "water", Symbol(FILL, WATER, WATER_LINE, 0.2)),
    "woodland": lambda view: _one(view, "woodland", Symbol(FILL, WOOD, WOOD, 0.1)),
}
