"""
Files and folders that come from outside, and files and folders that are written.

A zip is unpacked into a temporary folder only after every entry has been found
harmless; sizes are counted while unpacking, since a header may lie. What is
written is first written whole beside its place and then moved there, so a full
disk or Ctrl-C leaves the old thing or nothing.
"""

from __future__ import annotations

import lzma
import os
import shutil
import stat
import tempfile
import zipfile
import zlib
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, TYPE_CHECKING

from blockplan.errors import PlanDataError
from blockplan.plan.model.refusals import TEXTS, refused

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


@dataclass(frozen=True, slots=True, kw_only=True)
class ZipLimits:
    """
    How much a zip may hold.

    Attributes
    ----------
    ratio
        Unpacked over packed size of a file larger than `ratio_from_bytes`; geodata
        shrink 3 to 20 times, a file of zeros about 1,000 times.
    ratio_from_bytes
        Files up to this size may shrink as much as they like.
    """

    entries: int = 10_000
    total_bytes: int = 2 * 1024**3
    ratio: float = 200.0
    ratio_from_bytes: int = 16 * 1024**2


_CHUNK = 1024 * 1024
_ADVICE = TEXTS("advice")
#: Characters from here on take three bytes or more in UTF-8.
THREE_BYTES = 0x800
#: What Macs and Windows put into folders; no part of a plan.
_JUNK = frozenset({"__macosx", ".ds_store", "thumbs.db", "desktop.ini"})
_UNZIP_ERRORS = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, NotImplementedError, RuntimeError)


@contextmanager
def open_package(path: str | Path, limits: ZipLimits | None = None) -> Iterator[Path]:
    """
    The folder of a plan package: a folder as it is, a zip unpacked for the time being.

    Where a zip holds a single folder and nothing else, that folder is the package.

    Raises
    ------
    PlanDataError
        If there is nothing at `path`, or it is neither a folder nor a zip that can
        be unpacked without danger: names that lead out of the folder, links,
        encrypted or duplicate entries, more entries or bytes than `limits` allow.
    """
    path = Path(path)
    try:
        kind = path.stat().st_mode
    except FileNotFoundError:
        raise PlanDataError(
            f"There is no plan at {path}.\nName the folder (or zip) that holds plan.toml and plan.gpkg."
        ) from None
    except (OSError, ValueError) as error:
        raise PlanDataError(f"{path} cannot be opened: {_reason(error)}.\nName a folder or a zip.") from None
    if stat.S_ISDIR(kind):
        yield path
        return
    if not stat.S_ISREG(kind):
        raise PlanDataError(f"{path} is neither a folder nor a file.\nName the plan's folder or a zip of it.")
    with tempfile.TemporaryDirectory(prefix="blockplan-", ignore_cleanup_errors=True) as folder:
        unpack(path, Path(folder), limits or ZipLimits())
        yield _root(Path(folder))


def unpack(path: Path, folder: Path, limits: ZipLimits) -> None:
    """
    Unpack a zip into an empty folder, all or nothing of it being harmless.

    Raises
    ------
    PlanDataError
        As for `open_package`.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            names = _harmless_names(path, archive.infolist(), limits)
            left = limits.total_bytes
            for entry, name in names:
                place = folder.joinpath(*name.parts)
                if entry.is_dir():
                    place.mkdir(parents=True, exist_ok=True)
                    continue
                place.parent.mkdir(parents=True, exist_ok=True)
                with archive.open(entry) as source, place.open("xb") as target:
                    left -= _copy(source, target, min(left, _allowed(entry, limits)), path, entry)
    except _UNZIP_ERRORS as error:
        raise _not_a_zip(path, error) from None
    except (OSError, ValueError) as error:
        raise PlanDataError(f"{path} cannot be unpacked: {_reason(error)}.\n{_ADVICE}") from None


def check_entries(path: Path, limits: ZipLimits) -> None:
    """
    See that a zip which another program unpacks (a workbook) holds no more than `limits` allow.

    Raises
    ------
    PlanDataError
        As for `open_package`; a file that is no zip is left to whoever reads it.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            _harmless_names(path, archive.infolist(), limits)
    except _UNZIP_ERRORS as error:
        raise _not_a_zip(path, error) from None


def _harmless_names(
    path: Path, entries: Sequence[zipfile.ZipInfo], limits: ZipLimits
) -> list[tuple[zipfile.ZipInfo, PurePosixPath]]:
    if len(entries) > limits.entries:
        raise refused(
            "zip_many",
            path=path,
            n=f"{len(entries):,}",
            most=f"{limits.entries:,}",
            advice=TEXTS.text("advice"),
        )
    total = sum(entry.file_size for entry in entries)
    if total > limits.total_bytes:
        size, most = (f"{number / 1024**3:,.1f}" for number in (total, limits.total_bytes))
        raise refused("zip_large", path=path, size=size, most=most)
    faults: list[str] = []
    named: list[tuple[zipfile.ZipInfo, PurePosixPath]] = []
    seen: set[str] = set()
    for entry, said in zip(entries, entry_names(entries), strict=True):
        name = PurePosixPath(said.replace("\\", "/"))
        if any(part.casefold() in _JUNK for part in name.parts):
            continue
        fault = _fault_of(entry, name, limits)
        if fault is None and str(name).casefold() in seen:
            fault = "stands there twice"
        seen.add(str(name).casefold())
        if fault is not None:
            faults.append(f"  {entry.filename[:120]!r} {fault}")
        named.append((entry, name))
    if faults:
        shown = "\n".join(faults[:10] + ([f"  and {len(faults) - 10} more"] if len(faults) > 10 else []))
        raise PlanDataError(
            f"{path} is not unpacked, because of {len(faults)} of its entries:\n{shown}\n{_ADVICE}"
        )
    if not any(not entry.is_dir() for entry, _ in named):
        raise refused("zip_bare", path=path, advice=TEXTS.text("advice"))
    return named


def _fault_of(entry: zipfile.ZipInfo, name: PurePosixPath, limits: ZipLimits) -> str | None:
    kind = stat.S_IFMT(entry.external_attr >> 16)
    too_large = entry.file_size > _allowed(entry, limits)
    found = {
        "leads out of the folder": name.is_absolute() or ".." in name.parts,
        "is no name of a file (a drive letter, a colon, or nothing)": not name.parts or ":" in str(name),
        "is a link": stat.S_ISLNK(kind),
        "is neither a file nor a folder": kind not in (0, stat.S_IFLNK, stat.S_IFREG, stat.S_IFDIR),
        "is encrypted": bool(entry.flag_bits & 0x1),
        f"is {entry.file_size:,} bytes packed into {entry.compress_size:,}; no geodata shrink as much, "
        "so it is likely meant to fill the disk": too_large,
    }
    return next((words for words, holds in found.items() if holds), None)


def _allowed(entry: zipfile.ZipInfo, limits: ZipLimits) -> int:
    return max(limits.ratio_from_bytes, int(entry.compress_size * limits.ratio))


def _copy(source: IO[bytes], target: IO[bytes], allowed: int, path: Path, entry: zipfile.ZipInfo) -> int:
    done = 0
    while chunk := source.read(_CHUNK):
        done += len(chunk)
        if done > allowed:
            raise refused(
                "zip_entry_large", path=path, entry=entry.filename[:120], most=f"{allowed:,}",
                advice=TEXTS.text("advice"),
            )  # fmt: skip
        target.write(chunk)
    return done


def entry_names(entries: Sequence[zipfile.ZipInfo]) -> list[str]:
    """
    The names of entries as their maker wrote them.

    A name that is not marked as UTF-8 is in whatever code page its maker had: macOS and many tools leave the
    mark out, Windows writes that of its country. Of what cannot but be UTF-8 each name tells it, as a zip may
    have been packed by two; of the others all together tell which one it is.
    """
    unmarked = [_unmarked(entry) for entry in entries]
    told = [None if raw is None else _surely_utf8(raw) for raw in unmarked]
    foreign = [raw for raw, name in zip(unmarked, told, strict=True) if raw is not None and name is None]
    if not foreign:
        return [entry.filename if name is None else name for entry, name in zip(entries, told, strict=True)]
    # (whoever unpacks no such name is spared what knows encodings)
    from blockplan.plan.files.encodings import decoded, encoding_of_names  # noqa: PLC0415

    codec = encoding_of_names(foreign)
    names = [
        name if name is not None or raw is None or codec is None else decoded(raw, codec)
        for raw, name in zip(unmarked, told, strict=True)
    ]
    return [entry.filename if name is None else name for entry, name in zip(entries, names, strict=True)]


def _surely_utf8(raw: bytes) -> str | None:
    """Bytes as UTF-8 where they hold characters of three bytes or more, which no other encoding writes so."""
    try:
        name = raw.decode()
    except UnicodeDecodeError:
        return None
    return name if any(ord(sign) >= THREE_BYTES for sign in name) else None


def _unmarked(entry: zipfile.ZipInfo) -> bytes | None:
    """The bytes of a name that beg to be decoded."""
    if entry.flag_bits & 0x800 or entry.filename.isascii():
        return None
    try:
        return entry.filename.encode("cp437")
    except UnicodeEncodeError:
        return None


def _not_a_zip(path: Path, error: Exception) -> PlanDataError:
    if path.stat().st_size == 0:
        return refused("empty", path=path)
    with path.open("rb") as file:
        begins_like_a_zip = file.read(2) == b"PK"
    if begins_like_a_zip:
        return refused("zip_damaged", path=path, error=error)
    return refused("no_package", path=path)


def _root(folder: Path) -> Path:
    inside = list(folder.iterdir())
    if len(inside) == 1 and inside[0].is_dir():
        return inside[0]
    return folder


def _reason(error: OSError | ValueError) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)


@contextmanager
def writing_file(path: str | Path) -> Iterator[Path]:
    """
    A path to write a file to; it takes its place when the block ends well.

    Files written beside it under other endings (``.dbf``, ``.prj``) move with
    it. When the block fails or is interrupted, what stood there before still
    stands, and nothing else is left.

    Raises
    ------
    PlanDataError
        If the file cannot be written (no such folder, read-only, disk full).

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> with writing_file(folder / "a.txt") as place:
    ...     _ = place.write_text("whole")
    >>> (folder / "a.txt").read_text()
    'whole'
    """
    target = Path(os.path.realpath(path))
    with _staging(target) as (new, old):
        if target.is_dir() or (target.exists() and not target.is_file()):
            raise PlanDataError(f"{path} is not a file that can be replaced.\nName another file.")
        yield new / target.name
        _move_in(new, old, target.parent, ())


@contextmanager
def writing_folder(path: str | Path, owned: Sequence[str] = ()) -> Iterator[Path]:
    """
    A folder to write into; its files take their place when the block ends well.

    Other files that stand in the folder stay there, except those that a pattern
    of `owned` names (``scenarios/*.gpkg``) and that were not written anew.

    Raises
    ------
    PlanDataError
        If the folder cannot be written (a file stands there, read-only, disk full).
    """
    target = Path(os.path.realpath(path))
    with _staging(target) as (new, old):
        if target.exists() and not target.is_dir():
            raise PlanDataError(f"{path} is a file, so no folder can be written there.\nName another folder.")
        yield new
        if target.exists():
            _move_in(new, old, target, owned)
        else:
            new.rename(target)


@contextmanager
def write_package(path: str | Path) -> Iterator[Path]:
    """
    A folder to write a plan package into; it becomes a zip where `path` ends in ``.zip``.

    The package takes its place when the block ends well. Scenario files that
    were there before and were not written anew go; other files stay.

    Raises
    ------
    PlanDataError
        If the place cannot be written to.
    """
    path = Path(path)
    if path.suffix.lower() != ".zip":
        with writing_folder(path, owned=("scenarios/*.gpkg",)) as folder:
            yield folder
        return
    with writing_file(path) as place, tempfile.TemporaryDirectory(prefix="blockplan-") as name:
        folder = Path(name)
        yield folder
        with zipfile.ZipFile(place, "x", zipfile.ZIP_DEFLATED) as archive:
            for file in sorted(one for one in folder.rglob("*") if one.is_file()):
                # A fixed time, so that the same plan gives the same bytes.
                entry = zipfile.ZipInfo(file.relative_to(folder).as_posix(), (1980, 1, 1, 0, 0, 0))
                entry.external_attr = (stat.S_IFREG | 0o644) << 16
                entry.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(entry, file.read_bytes())


@contextmanager
def _staging(target: Path) -> Iterator[tuple[Path, Path]]:
    made: list[Path] = []
    staging: Path | None = None
    done = False
    try:
        made = _make_parents(target.parent)
        staging = Path(tempfile.mkdtemp(prefix=f".{target.name[:40]}.", suffix=".part", dir=target.parent))
        new, old = staging / "new", staging / "old"
        new.mkdir()
        old.mkdir()
        yield new, old
        done = True
    except (OSError, ValueError) as error:
        if isinstance(error, UnicodeError):
            raise
        raise PlanDataError(
            f"{target} cannot be written: {_reason(error)}.\n"
            "Nothing was changed there. Free space or name a place that can be written to."
        ) from error
    finally:
        if staging is not None:
            shutil.rmtree(staging, ignore_errors=True)
        if not done:
            for folder in reversed(made):
                if not any(folder.iterdir()):
                    folder.rmdir()


def _make_parents(folder: Path) -> list[Path]:
    missing = []
    while not folder.exists():
        missing.append(folder)
        folder = folder.parent
    made = []
    for one in reversed(missing):
        one.mkdir(exist_ok=True)
        made.append(one)
    return made


def _keep(file: Path, place: Path, moved: bool) -> None:
    """Keep a file in another place; one that a new one replaces stays where it is until then."""
    if not moved:
        try:
            place.hardlink_to(file)
        except OSError:  # no such links here
            pass
        else:
            return
    file.rename(place)


def _move_in(new: Path, old: Path, target: Path, owned: Sequence[str]) -> None:
    """Move all files under `new` into `target`, or none: what they replace waits in `old`."""
    files = [file.relative_to(new) for file in sorted(new.rglob("*")) if file.is_file()]
    stale = {file.relative_to(target) for pattern in owned for file in target.glob(pattern)} - set(files)
    try:
        for name in files:
            (target / name.parent).mkdir(parents=True, exist_ok=True)
        for name in (*files, *sorted(stale)):
            if (target / name).exists():
                (old / name.parent).mkdir(parents=True, exist_ok=True)
                _keep(target / name, old / name, moved=name in stale)
        for name in files:
            (new / name).replace(target / name)
    except BaseException:
        # Also on Ctrl-C: what has not been replaced goes back to its place.
        for name in files:
            if not (new / name).exists():
                (target / name).unlink(missing_ok=True)
        for name in (file.relative_to(old) for file in old.rglob("*") if file.is_file()):
            (old / name).replace(target / name)
        raise
