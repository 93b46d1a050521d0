"""
An amendment as a folder: its layers, what it says, and a seal over both.

QGIS shows parcels before and after by use, and pieces of land by what changes on them.
"""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import shapely

from blockplan.deliver.amendment.amend import AFTER, BEFORE, CHANGE
from blockplan.deliver.amendment.seal import DOCUMENT, FORMAT, KEY, LAYERS, MANIFEST, SEAL, sealed
from blockplan.deliver.amendment.wording import SHARES, TEXTS, list_of
from blockplan.deliver.package import digest
from blockplan.deliver.refusals import refused
from blockplan.errors import PlanDataError
from blockplan.notice.proof import canonical
from blockplan.plan.files.archive import writing_folder
from blockplan.plan.files.formats import write_layers
from blockplan.plan.model.codes import UNKNOWN_COLOUR
from blockplan.report.qgis import put_inside
from blockplan.report.qgis.symbols import FILL, Category, Label, Style, Symbol
from blockplan.report.words import Words
from blockplan.texts import DEFAULT_LANGUAGE, LANGUAGES, pick

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd

    from blockplan.deliver.amendment.amend import PlanAmendment
    from blockplan.notice.proof.notes import Signer

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


#: Share of the longer side that the project shows around what is amended.
ROUND = 0.15


def write(
    found: PlanAmendment,
    document: dict[str, Any],
    folder: Path,
    signer: Signer | None = None,
    lang: str = DEFAULT_LANGUAGE,
) -> list[str]:
    """
    Write an amendment into a new folder; it is there whole or not at all.

    Parameters
    ----------
    document
        What ``amendment.json`` says: the amendment, with what was merged and judged.
    signer
        The key of the notice's record; without it the folder is not signed, and says so by having no seal.
    lang
        Language in which QGIS shows the layers; styles in the other languages lie beside.

    Raises
    ------
    PlanDataError
        If the folder holds a plan, or something with a manifest that is no amendment.
    """
    _spare(folder)
    # A seal of another amendment, written there before, is none of this one.
    with writing_folder(folder, owned=(SEAL, KEY)) as place:
        bounds = _bounds(found)
        around = {AROUND: _around(found, bounds)}
        write_layers(found.layers | around, place / LAYERS, crs=found.new.crs)
        _style(found, place / LAYERS, lang, bounds)
        text = json.dumps(document, ensure_ascii=False, indent=2, allow_nan=False, default=str)
        (place / DOCUMENT).write_text(text + "\n", "utf-8")
        files = {name: digest(place / name) for name in (LAYERS, DOCUMENT)}
        manifest = {
            "format": FORMAT, "kind": found.kind, "files": files,
            "base": found.base.content_hash, "new": found.new.content_hash,
        }  # fmt: skip
        (place / MANIFEST).write_bytes(canonical.dumps(manifest))
        if signer is not None:
            (place / KEY).write_text(f"{signer.verifier}\n", "utf-8")
            (place / SEAL).write_text(signer.sign(sealed(signer.name, place / MANIFEST)), "utf-8")
        return sorted(one.name for one in place.iterdir())


def _style(found: PlanAmendment, package: Path, lang: str, bounds: tuple[float, ...]) -> None:
    """Put styles and a QGIS project into the package of an amendment's layers."""
    styled = {one: styles(found.layers, one) for one in dict.fromkeys((lang, *LANGUAGES))}
    with closing(sqlite3.connect(package)) as store, store:
        title = pick(found.new.manifest.title, lang) or found.new.manifest.id
        put_inside(store, styled, lang, file=LAYERS, title=title, crs=found.new.crs, bounds=bounds)


def _bounds(found: PlanAmendment) -> tuple[float, float, float, float]:
    """What the project shows: all that is amended, and some land around it."""
    corners = [frame.total_bounds for frame in found.layers.values() if len(frame)]
    if not corners:
        return 0.0, 0.0, 1.0, 1.0
    west, south, east, north = zip(*corners, strict=True)
    free = ROUND * max(max(east) - min(west), max(north) - min(south))
    return min(west) - free, min(south) - free, max(east) + free, max(north) + free


def _around(found: PlanAmendment, bounds: tuple[float, float, float, float]) -> gpd.GeoDataFrame:
    """The parcels beside what is amended, which stay as they are."""
    frame = found.new.layer("parcels")
    amended = {*found.layers[BEFORE]["parcel_id"], *found.layers[AFTER]["parcel_id"]}
    near = shapely.intersects(frame.geometry.to_numpy(), shapely.box(*bounds))
    rows = frame[near & ~frame.index.isin(amended)]
    columns = ["parcel_id", "land_use"]
    return rows.reset_index(drop=True).assign(parcel_id=list(rows.index))[[*columns, rows.geometry.name]]


def _spare(folder: Path) -> None:
    """Refuse to write into a plan, or over the manifest of anything but an amendment."""
    manifest = folder / MANIFEST
    try:
        amended = not manifest.exists() or json.loads(manifest.read_bytes()).get("format") == FORMAT
    except (OSError, ValueError, AttributeError):
        amended = False
    if (folder / "plan.toml").exists() or not amended:
        raise refused(PlanDataError, "out_taken", path=folder)
