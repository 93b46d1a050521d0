"""An amendment as a folder: its layers, what it says, and a seal over both."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

import shapely

from blockplan.deliver.amendment.amend import AFTER, BEFORE
from blockplan.deliver.amendment.seal import DOCUMENT, FORMAT, KEY, LAYERS, MANIFEST, SEAL, sealed
from blockplan.deliver.amendment.styles import AROUND, styles
from blockplan.deliver.package import digest
from blockplan.deliver.refusals import refused
from blockplan.errors import PlanDataError
from blockplan.notice.proof import canonical
from blockplan.plan.files.archive import writing_folder
from blockplan.plan.files.formats import write_layers
from blockplan.report.qgis import put_inside
from blockplan.texts import DEFAULT_LANGUAGE, LANGUAGES

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd

    from blockplan.deliver.amendment.amend import PlanAmendment
    from blockplan.notice.proof.notes import Signer

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
        title = found.new.manifest.title.get(lang) or found.new.manifest.id
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
        raise refused("out_taken", PlanDataError, path=folder)
