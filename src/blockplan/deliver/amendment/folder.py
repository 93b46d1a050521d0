"""An amendment as a folder: layers, what it says, and a signature over both."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

from blockplan.deliver.amendment.styles import styles
from blockplan.deliver.package import digest
from blockplan.deliver.refusals import refused
from blockplan.errors import PlanDataError
from blockplan.notice.proof import canonical
from blockplan.notice.proof.notes import verifier
from blockplan.plan.files.archive import writing_folder
from blockplan.plan.files.formats import write_layers
from blockplan.report.qgis import put_inside
from blockplan.texts import DEFAULT_LANGUAGE, LANGUAGES

if TYPE_CHECKING:
    from pathlib import Path

    from blockplan.deliver.amendment.amend import PlanAmendment
    from blockplan.notice.proof.notes import Signer

FORMAT = "blockplan-amendment-1"
LAYERS, DOCUMENT, MANIFEST, SEAL, KEY = (
    "amendment.gpkg", "amendment.json", "manifest.json", "manifest.note", "key.txt",
)  # fmt: skip

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
    with writing_folder(folder) as place:
        write_layers(found.layers, place / LAYERS, crs=found.new.crs)
        _style(found, place / LAYERS, lang)
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
            (place / SEAL).write_text(signer.sign(_sealed(signer.name, place / MANIFEST)), "utf-8")
        return sorted(one.name for one in place.iterdir())


def _style(found: PlanAmendment, package: Path, lang: str) -> None:
    """Put styles and a QGIS project into the package of an amendment's layers."""
    styled = {one: styles(found.layers, one) for one in dict.fromkeys((lang, *LANGUAGES))}
    frames = [frame for frame in found.layers.values() if len(frame)]
    corners = [frame.total_bounds for frame in frames]
    bounds = (0.0, 0.0, 1.0, 1.0)
    if corners:
        west, south, east, north = zip(*corners, strict=True)
        free = ROUND * max(max(east) - min(west), max(north) - min(south))
        bounds = (min(west) - free, min(south) - free, max(east) + free, max(north) + free)
    with closing(sqlite3.connect(package)) as store, store:
        title = found.new.manifest.title.get(lang) or found.new.manifest.id
        put_inside(store, styled, lang, file=LAYERS, title=title, crs=found.new.crs, bounds=bounds)


def _spare(folder: Path) -> None:
    """Refuse to write into a plan, or over the manifest of anything but an amendment."""
    manifest = folder / MANIFEST
    try:
        amended = not manifest.exists() or json.loads(manifest.read_bytes()).get("format") == FORMAT
    except (OSError, ValueError, AttributeError):
        amended = False
    if (folder / "plan.toml").exists() or not amended:
        raise refused("out_taken", PlanDataError, path=folder)


def _sealed(name: str, manifest: Path) -> str:
    """The text that is signed: what it is, and the digest of the manifest."""
    return f"{name}/amendment\n{digest(manifest)}\n"


def verify(folder: Path, key: str) -> dict[str, Any]:
    """
    What a signed amendment says, if it is as it was signed.

    Parameters
    ----------
    key
        The public key of the record, as ``key.txt`` of the record holds it: not the one in the folder, which
        proves nothing.

    Raises
    ------
    ValueError
        If a file or the signature is not what it was; the message says which.
    """
    manifest: dict[str, Any] = canonical.loads((folder / MANIFEST).read_bytes())
    text = verifier(key).text((folder / SEAL).read_text("utf-8"))
    if text != _sealed(verifier(key).name, folder / MANIFEST):
        raise ValueError("the signature is over another manifest")
    for name, wanted in manifest["files"].items():
        if digest(folder / name) != wanted:
            raise ValueError(f"{name} is not as it was signed")
    return manifest
