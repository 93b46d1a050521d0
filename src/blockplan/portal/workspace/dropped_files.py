"""
Files dropped on the workbench: a plan package, or an office's own files, which become one.

The package is laid beside the plan that is open, under a free name; nothing that is there is touched. A
``mapping.toml`` of an earlier import and a ``profile.yaml`` with the office's own names count when they are
dropped with the files.
"""

from __future__ import annotations

import os
import re
import tempfile
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from blockplan.errors import BlockplanError, MappingError, PlanDataError
from blockplan.plan import read, write
from blockplan.plan.files.archive import entry_names
from blockplan.texts import DEFAULT_LANGUAGE, Catalog, pick

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from blockplan.exchange.office.source import SourceFinding

TEXTS = Catalog(__package__, "dropped_files.toml")
#: Most files that are taken at once, and most bytes of all of them.
MOST_FILES = 2000
MOST_BYTES = 512 * 1024 * 1024
MANIFEST = "plan.toml"
PROFILE = "profile.yaml"
#: Parameters that the import names, where a file that is dropped too takes their place.
_PARAMETER = re.compile("`(mapping|profiles)=`")


@dataclass(frozen=True, slots=True)
class Dropped:
    """Where the plan lies that came of dropped files, and what was found in them."""

    package: Path
    findings: tuple[SourceFinding, ...] = ()

    def findings_in(self, lang: str) -> list[dict[str, Any]]:
        """What was found, said in a language."""
        from blockplan.exchange.office.messages import in_language  # noqa: PLC0415

        return [
            one.to_dict() | {"message": _on_the_window(in_language(one.message, lang), lang)}
            for one in self.findings
        ]


def take_in(files: Sequence[tuple[str, Iterable[bytes]]], beside: Path, ending: str = "") -> Dropped:
    """
    Make a plan package of dropped files, beside another package.

    Parameters
    ----------
    files
        Name (with the folders that were dropped, parted by ``/``) and content of each.
    ending
        ``.zip`` makes the package a zip; otherwise it is a folder.

    Raises
    ------
    PlanDataError
        If there is nothing to read in them, they are too many or too large, a name leads elsewhere, or a
        mapping or profile among them is off.
    """
    if not files:
        raise _refused("none")
    if len(files) > MOST_FILES:
        raise _refused("many", n=len(files), most=MOST_FILES)
    with tempfile.TemporaryDirectory() as folder:
        name = _name_of([name for name, _ in files])
        place = Path(folder) / name  # a plan that nothing names is called as its folder
        _lay_down(files, place)
        try:
            return _plan_of(place, beside, name, ending)
        except (PlanDataError, MappingError) as error:
            raise _said(error, place) from error


def _refused(code: str, **values: Any) -> PlanDataError:
    return TEXTS.refused(PlanDataError, f"refused.{code}", **values)


def _said(error: BlockplanError, place: Path) -> PlanDataError:
    """The refusal in each language, as the import says it; where the files lay is nobody's concern."""
    text = {
        lang: _on_the_window(pick(error.text, lang) or str(error), lang)
        .replace(f"{place}/", "")
        .replace(str(place), name)
        for lang, name in TEXTS.text("the_files").items()
    }
    shown = PlanDataError(text[DEFAULT_LANGUAGE])
    shown.code, shown.text = error.code, text
    return shown


def _on_the_window(said: str, lang: str) -> str:
    """A message of the import, which names parameters as Python does, for someone who drops files."""
    return _PARAMETER.sub(lambda found: TEXTS(f"parameter.{found[1]}", lang), said)


def _plan_of(place: Path, beside: Path, name: str, ending: str) -> Dropped:
    # The import loads its readers of drawings and tables, which an editor who drops nothing is spared.
    from blockplan.exchange.office.importing import MAPPING, import_office  # noqa: PLC0415

    package = _package_in(place)
    if package is not None:
        plan = read(package)
        target = _free(beside.parent, plan.manifest.id if package == place else _plain(package), ending)
        write(plan, target)
        return Dropped(target)
    for path in filter(zipfile.is_zipfile, sorted(place.rglob("*.zip"))):
        _unpack(path)
    target = _free(beside.parent, name, ending)
    with tempfile.TemporaryDirectory() as folder:
        mapping, profile = (_apart(place, one, Path(folder)) for one in (MAPPING, PROFILE))
        try:
            made = import_office([place], target, mapping=mapping, profiles=[profile] if profile else ())
        except (PlanDataError, MappingError) as error:
            raise _said(error, Path(folder)) from error
    return Dropped(target, tuple(made.findings))


def _apart(place: Path, name: str, folder: Path) -> Path | None:
    """The file of a name, the outermost where there are several, moved to where it is no file of the plan."""
    found = min(place.rglob(name), key=lambda path: (len(path.parts), path), default=None)
    return None if found is None else found.replace(folder / name)


def _unpack(path: Path) -> None:
    """A zip of drawings gives way to the files in it, within the same bounds."""
    try:
        with zipfile.ZipFile(path) as packed:
            inside = [one for one in packed.infolist() if not one.is_dir()]
            if len(inside) > MOST_FILES:
                raise _refused("many_packed", name=path.name, n=len(inside), most=MOST_FILES)
            named = zip(entry_names(inside), inside, strict=True)
            _lay_down([(name, _chunks(packed, one)) for name, one in named], path.parent)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, zlib.error) as error:
        raise _refused("packed", name=path.name, why=error) from error
    path.unlink()


def _chunks(packed: zipfile.ZipFile, one: zipfile.ZipInfo) -> Iterator[bytes]:
    with packed.open(one) as file:
        yield from iter(lambda: file.read(2**20), b"")


def _lay_down(files: Sequence[tuple[str, Iterable[bytes]]], place: Path) -> None:
    size = 0
    for name, chunks in files:
        path = PurePosixPath(name.replace("\\", "/"))
        if path.is_absolute() or ".." in path.parts or not path.name or "\x00" in name:
            raise _refused("name", name=repr(name[:80]))
        target = place / path
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("wb") as out:
            for chunk in chunks:
                size += len(chunk)
                if size > MOST_BYTES:
                    raise _refused("large", most=MOST_BYTES // 2**20)
                out.write(chunk)


def _package_in(place: Path) -> Path | None:
    """The plan package among what was dropped: a folder or a zip with a manifest."""
    manifests = sorted(place.rglob(MANIFEST))
    if manifests:
        return manifests[0].parent
    return next((path for path in sorted(place.rglob("*.zip")) if _holds_manifest(path)), None)


def _holds_manifest(path: Path) -> bool:
    """Whether a zip is a package; one that is damaged is left to the import, which tells."""
    try:
        with zipfile.ZipFile(path) as archive:
            return any(PurePosixPath(name).name == MANIFEST for name in archive.namelist())
    except (zipfile.BadZipFile, OSError):
        return False


def _name_of(names: Sequence[str]) -> str:
    """The folder that files lie in; else what their names begin with, or the first and how many more."""
    paths = [PurePosixPath(name.replace("\\", "/")) for name in names]
    if len(paths[0].parts) > 1 and len({path.parts[0] for path in paths}) == 1:
        return paths[0].parts[0]
    stems = sorted({path.stem for path in paths if path.name not in {"mapping.toml", PROFILE}} or {"plan"})
    alike = os.path.commonprefix(stems).strip(" .-_")  # noqa: RUF071 (letter by letter)
    return alike if len(alike) > 1 else stems[0] if len(stems) == 1 else f"{stems[0]}+{len(stems) - 1}"


def _plain(package: Path) -> str:
    """The name of a package: that of its folder, or of its file without the ending."""
    return package.name if package.is_dir() else package.stem


def _free(folder: Path, name: str, ending: str) -> Path:
    """A name that nothing in a folder bears yet."""
    names = (f"{name}{ending}", *(f"{name}-{number}{ending}" for number in range(2, 10_000)))
    return next(folder / one for one in names if not (folder / one).exists())
