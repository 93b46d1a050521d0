"""How QGIS shows an amendment: parcels before and after by use, pieces of land by what changes on them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from blockplan.deliver.amendment.amend import AFTER, BEFORE, CHANGE
from blockplan.deliver.amendment.wording import SHARES, TEXTS, list_of
from blockplan.plan.model.codes import UNKNOWN_COLOUR
from blockplan.report.qgis.symbols import FILL, Category, Label, Style, Symbol
from blockplan.report.words import Words

if TYPE_CHECKING:
    import geopandas as gpd

#: Layer of the parcels beside what is amended.
AROUND = "around"
#: What changes on a piece of land -> colour of its outline, the gravest first; what lies first holds.
CHANGES = {
    "added": "#00695c", "removed": "#6a1b9a", "use": "#c62828", "denser": "#e65100", "looser": "#1565c0",
    "other": "#4a4a46",
}  # fmt: skip
#: Bounds that let more be built where they rise, and the one where they fall.
RISING, FALLING = ("far", "height_m", "coverage_ratio", "floor_area_m2"), ("green_ratio",)
BOUNDS = ("far", "height_m", *SHARES)
#: Numbers are written down to this scale (1:n).
SCALE = 6_000


def styles(layers: dict[str, gpd.GeoDataFrame], lang: str) -> dict[str, tuple[str, Style]]:
    """Layer of an amendment -> what it is called and its style, the uppermost first."""
    made = {
        CHANGE: _change(lang),
        # The pieces of land above bear the numbers.
        AFTER: replace(_use(layers[AFTER], lang), label=None),
        BEFORE: replace(_use(layers[BEFORE], lang), shown=False),
        AROUND: Style(
            [Category("", TEXTS(f"layer.{AROUND}", lang), Symbol(FILL, "#f4f4f1", "#a9a9a4", 0.12))],
            label=Label("\"parcel_id\" || '\\n' || coalesce(\"land_use\", '')", 6, SCALE, priority=1),
        ),
    }
    return {layer: (TEXTS(f"layer.{layer}", lang), style) for layer, style in made.items()}


def _change(lang: str) -> Style:
    categories = [
        Category(key, TEXTS(f"change.{key}", lang), Symbol(FILL, "", colour, 0.9))
        for key, colour in CHANGES.items()
    ]
    return Style(categories, what_changes(), Label(_said(lang), 7, SCALE))


def what_changes() -> str:
    """The expression that gives a piece of land its category."""

    def beyond(column: str, sign: str) -> str:
        # A bound that goes, or one that comes, is beyond every number.
        old, new = f'"{column}_old"', f'"{column}_new"'
        none = "1e12" if column in RISING else "-1"
        return f"coalesce({new}, {none}) {sign} coalesce({old}, {none})"

    more = [beyond(one, ">") for one in RISING] + [beyond(one, "<") for one in FALLING]
    less = [beyond(one, "<") for one in RISING] + [beyond(one, ">") for one in FALLING]
    return (
        "CASE WHEN \"parcel_id_old\" IS NULL THEN 'added' WHEN \"parcel_id_new\" IS NULL THEN 'removed' "
        "WHEN coalesce(\"land_use_old\", '') <> coalesce(\"land_use_new\", '') THEN 'use' "
        f"WHEN {' OR '.join(more)} THEN 'denser' WHEN {' OR '.join(less)} THEN 'looser' ELSE 'other' END"
    )


def _said(lang: str) -> str:
    """Number and use of a piece of land, then the bounds that change; an arrow stands between old and new."""

    def both(column: str) -> tuple[str, str]:
        share = column in SHARES
        value = "to_string(round(\"{}_{}\" * 100, 2)) || '%'" if share else 'to_string("{}_{}")'
        old, new = (f"coalesce({value.format(column, when)}, '—')" for when in ("old", "new"))
        return f"{old} <> {new}", f"CASE WHEN {old} = {new} THEN {new} ELSE {old} || ' → ' || {new} END"

    (_, number), (_, use) = both("parcel_id"), both("land_use")
    bounds = [
        f"CASE WHEN {differs} THEN '\\n{TEXTS(f'bound.{column}', lang)} ' || ({said}) ELSE '' END"
        for column, (differs, said) in ((one, both(one)) for one in BOUNDS)
    ]
    return " || ".join([f"({number}) || '\\n' || ({use})", *bounds])


def _use(frame: gpd.GeoDataFrame, lang: str) -> Style:
    words = Words(lang)
    codes = sorted({str(one) for one in frame["land_use"].dropna()})
    categories = [
        Category(
            code,
            f"{code} {of.label(code, lang) if of.known(code) else words('map.unknown_code')}",
            Symbol(FILL, of.colour(code), "#6b6b66", 0.12),
        )
        for code in codes
        for of in (list_of(code),)
    ]
    rest = Category("", words("map.no_land_use"), Symbol(FILL, UNKNOWN_COLOUR, "#6b6b66", 0.12))
    said = "\"parcel_id\" || '\\n' || coalesce(\"land_use\", '')"
    return Style([*categories, rest], "land_use", Label(said, 6, SCALE, priority=1))
