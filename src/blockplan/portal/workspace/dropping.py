"""
Files dropped on the workbench: a plan package, or an office's own files, which become one.

The package is laid beside the plan that is open, under a free name; nothing that is there is touched.
"""

from __future__ import annotations

import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from blockplan.errors import PlanDataError
from blockplan.exchange.office import import_office
from blockplan.plan import read, write

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

#: Most files that are taken at once, and most bytes of all of them.
MOST_FILES = 2000
MOST_BYTES = 512 * 1024 * 1024
MANIFEST = "plan.toml"


@dataclass(frozen=True, slots=True)
class Dropped:
    """Where the plan lies that came of dropped files, and what was found in them."""

    package: Path
    findings: tuple[Mapping[str, Any], ...] = ()


def take_in(files: Sequence[tuple[str, Iterable[bytes]]], beside: Path) -> Dropped:
    """
    Make a plan package of dropped files, beside another package.

    Parameters
    ----------
    files
        Name (with the folders that were dropped, parted by ``/``) and content of each.
    beside
        The package that is open.

    Raises
    ------
    PlanDataError
        If there is nothing to read in them, they are too many or too large, or a name leads elsewhere.
    """
    if not files:
        raise PlanDataError("No file came. Drop a plan package, or the files of an office.")
    if len(files) > MOST_FILES:
        raise PlanDataError(f"{len(files)} files are more than {MOST_FILES}. Use blockplan import office.")
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        _lay_down(files, place)
        package = _package_in(place)
        target = _free(beside.parent, package.stem if package else _name_of([name for name, _ in files]))
        if package is not None:
            plan = read(package)
            write(plan, target)
            return Dropped(target)
        made = import_office([place], target)
        return Dropped(target, tuple(one.to_dict() for one in made.findings))


def _lay_down(files: Sequence[tuple[str, Iterable[bytes]]], place: Path) -> None:
    size = 0
    for name, chunks in files:
        path = PurePosixPath(name.replace("\\", "/"))
        if path.is_absolute() or ".." in path.parts or not path.name or "\x00" in name:
            raise PlanDataError(f"{name[:80]!r} is no name of a file.")
        target = place / path
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("wb") as out:
            for chunk in chunks:
                size += len(chunk)
                if size > MOST_BYTES:
                    raise PlanDataError(
                        f"The files are larger than {MOST_BYTES // 2**20} MB. Use blockplan import office."
                    )
                out.write(chunk)


def _package_in(place: Path) -> Path | None:
    """The plan package among what was dropped: a folder or a zip with a manifest."""
    manifests = sorted(place.rglob(MANIFEST))
    if manifests:
        return manifests[0].parent
    for path in sorted(place.rglob("*.zip")):
        with zipfile.ZipFile(path) as archive:
            if any(PurePosixPath(name).name == MANIFEST for name in archive.namelist()):
                return path
    return None


def _name_of(names: Sequence[str]) -> str:
    """The folder that files lie in, or the name of a single one; many loose files have none in common."""
    firsts = {PurePosixPath(name.replace("\\", "/")).parts[0] for name in names}
    return next(iter(firsts)).split(".")[0] or "plan" if len(firsts) == 1 else "plan"


def _free(folder: Path, name: str) -> Path:
    """A name that nothing in a folder bears yet."""
    names = (name, *(f"{name}-{number}" for number in range(2, 10_000)))
    return next(folder / one for one in names if not (folder / one).exists())
