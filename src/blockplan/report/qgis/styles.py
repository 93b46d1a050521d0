"""How each layer of a plan is drawn in QGIS, in the words of one language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blockplan.measure.inputs.columns import values
from blockplan.plan.model.codes import DEFAULT_LIST, UNKNOWN_COLOUR
from blockplan.plan.model.layers import LAYERS
from blockplan.report.maps.basemap import GREEN, OUTLINE, WATER, WATER_LINE, WOOD, use_colour
from blockplan.report.maps.legends import STATIONS
from blockplan.report.qgis.symbols import (
    FILL,
    GEOMETRIES,
    LINE,
    MARKER,
    SUBLAYER,
    Category,
    Label,
    Style,
    Symbol,
)
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
#: Colour of a facility of another service; of stops.
OTHER, STOP = "#6a6a66", "#1f3fbf"
OUTCOMES: dict[Outcome, tuple[str, str]] = {
    "fail": ("#c62828", "diamond"), "unknown": ("#f5b800", "triangle"), "pass": ("#2e7d32", "circle"),
    "not_applicable": ("#9e9e9e", "circle"),
}  # fmt: skip
#: Labels are drawn down to this scale (1:n) where there are many of them.
PARCEL_SCALE, NAME_SCALE, VERDICT_SCALE, ROAD_SCALE = 6_000, 25_000, 2_000, 1_500


def styles(view: View) -> dict[str, tuple[str, Style]]:
    """
    What is drawn of the package -> what it is called and its style, the uppermost first.

    It is a layer (that of verdicts is called ``verdicts``), or, where points, lines and polygons are mixed in
    it, each of them by itself, as QGIS names it: ``accesses|geometrytype=Point``.
    """
    found = {}
    for layer, make in STYLES.items():
        kinds, called = _kinds(view, layer), view.words(f"qgis.layer.{layer}")
        for kind in kinds:
            if len(kinds) == 1:
                found[layer] = (called, make(view, kind))
            else:
                name = view.words(f"qgis.of.{kind}", layer=called)
                found[f"{layer}{SUBLAYER}{GEOMETRIES[kind]}"] = (name, make(view, kind))
    return found


def _kinds(view: View, layer: str) -> list[str]:
    """The kinds of symbol that a layer's features take, the uppermost first."""
    of = LAYERS[layer].geometry if layer in LAYERS else "point"
    if of != "any":
        return [{"point": MARKER, "line": LINE}.get(of, FILL)]
    drawn = {str(one).removeprefix("Multi") for one in view.plan.layer(layer).geom_type}
    return [kind for kind, geometry in GEOMETRIES.items() if geometry in drawn] or [FILL]


def _verdicts(view: View, _kind: str) -> Style:
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
    return Style(categories, "outcome", Label(said, 7, VERDICT_SCALE, priority=1))


def _facilities(view: View, kind: str) -> Style:
    found = dict.fromkeys(one for one in values(view.plan, "facilities", "service") if one)
    order = [one for one in SERVICES if one in found] + [one for one in found if one not in SERVICES]
    categories = [
        Category(one, view.words.or_else(f"service.{one}", one), _sign(kind, SERVICES.get(one, OTHER)))
        for one in order
    ]
    rest = Category("", view.words("service.other"), _sign(kind, OTHER))
    return Style([*categories, rest], "service", Label(_named(view), 7, PARCEL_SCALE * 2))


def _sign(kind: str, colour: str) -> Symbol:
    """The sign of a facility, or the land or the line that it is drawn as."""
    if kind == MARKER:
        return Symbol(MARKER, colour, "#ffffff", 0.25, size=3)
    return _symbol(kind, colour, width=0.5)


def _stops(view: View, _kind: str) -> Style:
    """Stations, where the subway or a train calls, apart from the stops of buses and trams."""
    calls = f"regexp_match(attribute('modes'), '(^|,) *({'|'.join(STATIONS)}) *(,|$)') > 0"
    categories = [
        Category("station", view.words("map.station"), Symbol(MARKER, STOP, "#ffffff", 0.3, size=3.4)),
        Category(
            "stop", view.words("map.stop"), Symbol(MARKER, "#ffffff", STOP, 0.3, shape="square", size=1.6)
        ),
    ]
    attribute = f"CASE WHEN {calls} THEN 'station' ELSE 'stop' END"
    return Style(categories, attribute, Label(_named(view), 8, PARCEL_SCALE))


def _streets(view: View, _kind: str) -> Style:
    categories = [
        Category(
            one, view.words(f"street.{one}") if one else view.words.unknown, Symbol(LINE, colour, width=width)
        )
        for one, (colour, width) in STREETS.items()
    ]  # fmt: skip
    return Style(categories, "class", Label(_named(view), 7, NAME_SCALE, along=True))


def _control_lines(view: View, kind: str) -> Style:
    categories = [
        Category(one, view.words(f"control_line.{one}"), _symbol(kind, colour, "dash", 0.5))
        for one, colour in CONTROL_LINES.items()
    ]
    return Style(categories, "kind", Label(_named(view), 7, PARCEL_SCALE * 2, along=kind != MARKER))


def _accesses(view: View, kind: str) -> Style:
    """A vehicle access and a closed stretch, each as a point or as a line along the edge of its parcel."""
    lang = view.words.lang
    categories = [
        Category(
            value, label,
            Symbol(MARKER, ACCESS, "#ffffff", 0.2, shape=shape) if kind == MARKER
            else _symbol(kind, ACCESS, pattern, width),
        )
        for value, label, shape, pattern, width in (
            ("vehicle", said(lang, "legend.access"), "triangle", "solid", 1.2),
            ("closed", said(lang, "legend.closed"), "cross2", "dash", 0.5),
            ("", view.words.unknown, "circle", "dot", 0.3),
        )
    ]  # fmt: skip
    return Style(categories, "kind")


def _setbacks(view: View, kind: str) -> Style:
    """Setback lines with their distance, of high and of low buildings apart where the plan tells them."""
    looks = {"high": "dash dot", "low": "dash", "": "dash"}
    words = {value: view.words(f"qgis.setback.{value or 'any'}") for value in looks}
    categories = [Category(one, words[one], _symbol(kind, SETBACK, look)) for one, look in looks.items()]
    of = "".join(f" WHEN attribute('kind') = '{one}' THEN '{words[one]} '" for one in looks if one)
    said = f"CASE{of} ELSE '' END || round(attribute('distance_m'), 2) || ' m'"
    return Style(categories, "kind", Label(said, 6, VERDICT_SCALE, along=True, clear=True))


def _symbol(kind: str, colour: str, pattern: str = "solid", width: float = 0.3, fill: str = "") -> Symbol:
    """A symbol of one colour: an outline (with land of another colour in it), a line or a dot."""
    if kind == MARKER:
        return Symbol(MARKER, colour, "#ffffff", 0.2, size=1.5)
    if kind == LINE:
        return Symbol(LINE, colour, width=width, pattern=pattern)
    return Symbol(FILL, fill, colour, width, pattern)


def _parcels(view: View, _kind: str) -> Style:
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


def _plain(
    colour: str, pattern: str = "solid", width: float = 0.3, *, fill: str = "", scale: int = 0, said: str = ""
) -> Callable[[View, str], Style]:
    """One symbol for all, and down to `scale` what each is called, or what is `said` of it."""

    def style(view: View, kind: str) -> Style:
        label = Label(said or _named(view), 8, scale) if scale else None
        return Style([Category("", "", _symbol(kind, colour, pattern, width, fill))], label=label)

    return style


#: Layers of the project, the uppermost first.
STYLES: dict[str, Callable[[View, str], Style]] = {
    "verdicts": _verdicts,
    "facilities": _facilities,
    "stops": _stops,
    "programmes": _plain("#00838f"),
    "green_entrances": _plain("#1b5e20"),
    "trees": _plain("#4caf50"),
    "accesses": _accesses,
    "setbacks": _setbacks,
    "structure": _plain("#c2185b", "dash", 1.0),
    "boundary": _plain(OUTLINE, "dash dot dot", 0.9),
    "control_lines": _control_lines,
    "blocks": _plain("#111111", "dash dot", 0.45, scale=60_000, said='"block_id"'),
    "subblocks": _plain("#111111", "dot"),
    "areas": _plain("#0a58a6", "dash", 0.6),
    "zones": _plain("#00695c", "dash dot", 0.4),
    "circles": _plain("#5d4037", "dash"),
    "buildings": _plain("#4a4a46"),
    "canopy": _plain("#2e7d32", "dot"),
    "rail": _plain("#333333", "dash", 0.6),
    "streets": _streets,
    "greens": _plain("#3f9a45", width=0.15, fill=GREEN),
    "parcels": _parcels,
    "water": _plain(WATER_LINE, width=0.5, fill=WATER),
    "woodland": _plain(WOOD, fill=WOOD),
}
