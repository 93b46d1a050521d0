"""The seal of an amendment: a key signs the digests of its files; `verify` holds a folder against it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from blockplan.deliver.amendment.wording import TEXTS
from blockplan.deliver.package import digest
from blockplan.errors import BlockplanError
from blockplan.jsontext import OR_NULL, JsonRecord
from blockplan.notice.proof import canonical
from blockplan.notice.proof.notes import verifier
from blockplan.plan import read as read_plan

if TYPE_CHECKING:
    from pathlib import Path

    from blockplan.notice.proof.notes import Verifier

FORMAT = "blockplan-amendment-1"
LAYERS, DOCUMENT, MANIFEST, SEAL, KEY = (
    "amendment.gpkg", "amendment.json", "manifest.json", "manifest.note", "key.txt",
)  # fmt: skip
#: The plan that two amendments make, beside them; the document names its content.
MERGED = "merged"


def sealed(name: str, manifest: Path) -> str:
    """The text that is signed: what it is, and the digest of the manifest."""
    return f"{name}/amendment\n{digest(manifest)}\n"


@dataclass(frozen=True, slots=True)
class SealedAmendment(JsonRecord):
    """
    What was found of the seal of an amendment.

    Attributes
    ----------
    key
        The public key that it was held against, a line.
    manifest
        What was signed; empty where the seal does not hold.
    faults
        What is not as it was signed, each in zh, en and ja.
    unsigned
        Other files that lie in the folder and are under no seal.
    """

    folder: Path
    key: str = field(metadata=OR_NULL)
    manifest: dict[str, Any]
    faults: tuple[dict[str, str], ...]
    unsigned: tuple[str, ...]

    KEYS = (
        "amendment=folder", "holds", "key", "kind=manifest.kind", "base=manifest.base",
        "new=manifest.new", "faults", "unsigned",
    )  # fmt: skip

    @property
    def holds(self) -> bool:
        """Whether everything is as it was signed."""
        return not self.faults


def is_amendment(folder: Path) -> bool:
    """Whether a folder is an amendment's, be it damaged."""
    return any((folder / name).is_file() for name in (LAYERS, DOCUMENT))


def verify(folder: Path, key: Verifier | None = None) -> SealedAmendment:
    """
    Hold an amendment against its seal: files, document, the merged plan beside them.

    Parameters
    ----------
    key
        The public key of the record, from elsewhere; None for the one in the folder, which proves that the
        folder is whole, not whose it is.
    """
    faults: list[dict[str, str]] = []
    manifest: dict[str, Any] = {}
    try:
        own = _text(folder / KEY) if (folder / KEY).is_file() else ""
        if key is None and own:
            key = verifier(own.removesuffix("\n"))
        if not (folder / SEAL).is_file():
            faults.append(_fault("unsigned", name=SEAL))
        elif own != f"{key}\n":
            faults.append(_fault("other_key" if own else "gone", name=KEY))
        if key is not None and (folder / SEAL).is_file():
            manifest = _signed(folder, key)
    except FileNotFoundError:
        faults.append(_fault("gone", name=MANIFEST))
    except ValueError as error:
        faults.append(_fault("seal", why=error))
    changed, merged = _changed(folder, manifest)
    known = {LAYERS, DOCUMENT, MANIFEST, SEAL, KEY}
    if merged:
        known |= {f"{MERGED}/plan.toml", f"{MERGED}/plan.gpkg"}
    others = (one.relative_to(folder).as_posix() for one in sorted(folder.rglob("*")) if one.is_file())
    unsigned = tuple(name for name in others if name not in known)
    said = "" if key is None else str(key)
    return SealedAmendment(folder, said, manifest, (*faults, *changed), unsigned)


def _signed(folder: Path, key: Verifier) -> dict[str, Any]:
    """The manifest that a key sealed; ValueError where it is another."""
    text = key.text(_text(folder / SEAL))
    if text != sealed(key.name, folder / MANIFEST):
        raise ValueError(f"the signature is not over this {MANIFEST}")
    return dict(canonical.loads((folder / MANIFEST).read_bytes()))


#: Files that SQLite reads with a GeoPackage, where they hold anything.
READ_WITH = ("-wal", "-journal")


def _changed(folder: Path, manifest: dict[str, Any]) -> tuple[list[dict[str, str]], bool]:
    """What is not as the manifest has it, and whether the document names the content of a merged plan."""
    faults = []
    for name, wanted in manifest.get("files", {}).items():
        if not (folder / name).is_file():
            faults.append(_fault("gone", name=name))
        elif digest(folder / name) != wanted:
            faults.append(_fault("altered", name=name))
        faults += [
            _fault("altered", name=f"{name}{end}")
            for end in READ_WITH
            if (place := folder / f"{name}{end}").is_file() and place.stat().st_size
        ]
    if faults or not manifest:
        return faults, False
    merge = json.loads((folder / DOCUMENT).read_bytes()).get("merge")
    wanted = merge and merge["content_hash"]
    if not wanted:
        return [], False
    if not (folder / MERGED).is_dir():
        return [_fault("gone", name=MERGED)], True
    try:
        same = read_plan(folder / MERGED).content_hash == wanted
    except BlockplanError:
        same = False
    return [] if same else [_fault("altered", name=MERGED)], True


def _text(path: Path) -> str:
    # Not `read_text`, to which every kind of line end is the same; what is no text is another text.
    return path.read_bytes().decode("utf-8", "replace")


def _fault(code: str, **values: Any) -> dict[str, str]:
    return TEXTS.text(f"fault.{code}", **values)
