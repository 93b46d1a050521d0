"""
The files that a caller hands in: one by one, in folders, in zips, in zips in zips.

What is unpacked is bounded in all, so that no zip of zips fills the disk; links are not followed.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from blockplan.errors import PlanDataError
from blockplan.exchange.office.source import SourceFinding
from blockplan.plan.files.archive import ZipLimits, unpack

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import ExitStack

#: Endings that belong to another file, or say nothing.
COMPANIONS = frozenset(
    [
        ".dbf", ".shx", ".prj", ".cpg", ".cst", ".sbn", ".sbx", ".qix", ".qpj", ".xml", ".qml", ".qmd",
        ".lyr", ".lyrx", ".sld", ".dat", ".map", ".id", ".ind", ".mid", ".lock", ".tmp", ".bak", ".gpkg-wal",
        ".gpkg-shm", ".gpkg-journal", ".ini", ".db", ".log", ".ctb", ".dwl", ".dwl2",
    ]
)  # fmt: skip
#: Zips lie in zips to this depth at most.
DEEPEST_ZIP = 3


@dataclass(slots=True)
class GivenFiles:
    """
    The files below what was named, with the names that findings use; a File Geodatabase is one file.

    Attributes
    ----------
    stack
        Holds what was unpacked while it is open.
    findings
        Takes a zip in a folder that cannot be unpacked; one that was named itself is an error.
    left_bytes
        So much may still be unpacked.
    """

    stack: ExitStack
    findings: list[SourceFinding]
    left_bytes: int = ZipLimits().total_bytes

    def of(self, given: Path) -> Iterator[tuple[Path, str]]:
        """
        Path and label of each file.

        Raises
        ------
        PlanDataError
            If `given` is a zip that cannot be unpacked without danger.
        """
        if given.suffix.lower() == ".zip" and given.is_file():
            folder = self._unpacked(given)
            yield from self._inside(folder, folder, 1)
        elif given.is_dir() and given.suffix.lower() != ".gdb":
            yield from self._inside(given, given, 0)
        else:
            yield given, given.name

    def _unpacked(self, path: Path) -> Path:
        folder = Path(self.stack.enter_context(tempfile.TemporaryDirectory(prefix="blockplan-")))
        unpack(path, folder, ZipLimits(total_bytes=self.left_bytes))
        self.left_bytes -= sum(one.stat().st_size for one in folder.rglob("*") if one.is_file())
        return folder

    def _inside(self, folder: Path, top: Path, depth: int) -> Iterator[tuple[Path, str]]:
        for path in sorted(folder.iterdir(), key=lambda one: one.name):
            if said := _alone(path):
                label = path.relative_to(top).as_posix()
                self.findings.append(
                    SourceFinding(rule="office-file", grade="warning", message=f"{label} {said}", file=label)
                )
            if path.name.startswith((".", "~$", "__MACOSX")) or path.is_symlink():
                continue
            if path.is_dir() and path.suffix.lower() != ".gdb":
                yield from self._inside(path, top, depth)
            elif path.suffix.lower() == ".zip":
                yield from self._in_zip(path, path.relative_to(top).as_posix(), depth + 1)
            elif path.is_dir() or path.suffix.lower() not in COMPANIONS:
                yield path, path.relative_to(top).as_posix()

    def _in_zip(self, path: Path, label: str, depth: int) -> Iterator[tuple[Path, str]]:
        try:
            if depth > DEEPEST_ZIP:
                raise PlanDataError(f"it lies in {DEEPEST_ZIP} other zips.\nUnpack it yourself.")
            folder = self._unpacked(path)
        except PlanDataError as error:
            reason = str(error).replace(str(path), "it")
            message = f"{label} was not unpacked: {reason}"
            self.findings.append(
                SourceFinding(rule="office-file", grade="error", message=message, file=label)
            )
            return
        yield from self._inside(folder, folder, depth)


def _alone(path: Path) -> str:
    """What is wrong with a file that is only a part of one; "" where nothing is."""
    if path.name.startswith("~$"):
        whole = path.with_name(path.name[2:])
        if whole.exists():
            return (
                f"says that {whole.name} is open in another program. Save and close it, so that all is read."
            )
        return f"is only the lock of a workbook that is open, {whole.name}. Close it, and copy the workbook."
    if path.suffix.lower() == ".dbf" and not any(path.with_suffix(one).exists() for one in (".shp", ".SHP")):
        return "stands without its .shp, so nothing of it is drawn. Copy all files of the Shapefile."
    return ""
