"""An amendment as a folder: layers, what it says, and a signature over both."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from blockplan.deliver.package import digest
from blockplan.deliver.refusals import refused
from blockplan.errors import PlanDataError
from blockplan.notice.proof import canonical
from blockplan.notice.proof.notes import verifier
from blockplan.plan.files.archive import writing_folder
from blockplan.plan.files.formats import write_layers

if TYPE_CHECKING:
    from pathlib import Path

    from blockplan.deliver.amendment.amend import PlanAmendment
    from blockplan.notice.proof.notes import Signer

FORMAT = "blockplan-amendment-1"
LAYERS, DOCUMENT, MANIFEST, SEAL, KEY = (
    "amendment.gpkg", "amendment.json", "manifest.json", "manifest.note", "key.txt",
)  # fmt: skip


def write(
    found: PlanAmendment, document: dict[str, Any], folder: Path, signer: Signer | None = None
) -> list[str]:
    """
    Write an amendment into a new folder; it is there whole or not at all.

    Parameters
    ----------
    document
        What ``amendment.json`` says: the amendment, with what was merged and judged.
    signer
        The key of the notice's record; without it the folder is not signed, and says so by having no seal.

    Raises
    ------
    PlanDataError
        If the folder holds a plan, or something with a manifest that is no amendment.
    """
    _spare(folder)
    with writing_folder(folder) as place:
        write_layers(found.layers, place / LAYERS, crs=found.new.crs)
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
