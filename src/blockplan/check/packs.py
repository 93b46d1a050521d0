"""
Rule packs: where they are found, and what is in them.

A pack is a folder with ``pack.yaml`` and rule files. It is found by its id,
among the folders beside this package and among installed packages that name
one under the entry point group ``blockplan.packs``, or by its path. All come
in by the same door, `load`.
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import metadata, resources
from pathlib import Path
from typing import TYPE_CHECKING

from blockplan.check.loader import read_head, read_rules
from blockplan.errors import RulePackError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from blockplan.check.rules import Gauge, PackHead, Rule

ENTRY_POINTS = "blockplan.packs"
HEAD = "pack.yaml"
#: Asked for in the place of a pack, it means every pack that can be asked for by id.
ALL = "all"


@dataclass(frozen=True, slots=True, eq=False)
class Pack:
    """A rule pack: its head, its rules in the order in which they are shown, and the folder it stands in."""

    head: PackHead
    rules: tuple[Rule, ...]
    folder: Path

    @property
    def id(self) -> str:
        """Name by which plans and commands ask for it."""
        return self.head.id


def available() -> dict[str, Path]:
    """
    The packs that can be asked for by id, and their folders.

    Raises
    ------
    RulePackError
        If two packs have one id, or an entry point leads to no folder.
    """
    own = Path(str(resources.files("blockplan") / "packs"))
    found = {folder.name: folder for folder in sorted(own.iterdir()) if (folder / HEAD).is_file()}
    for entry in _installed(tuple(sys.path)):
        folder = _folder_of(entry)
        if found.setdefault(entry.name, folder) != folder:
            raise RulePackError(
                f"{folder / HEAD}, line 1: the id {entry.name!r} is taken by the pack in "
                f"{found[entry.name]}. Uninstall one of them."
            )
    return found


def load(packs: Iterable[str | Path], measures: Mapping[str, Gauge]) -> tuple[Pack, ...]:
    """
    Packs by id or by folder, each once, in the order asked for; ``all`` stands for every pack with an id.

    Raises
    ------
    UsageError
        If there is no such pack; the message names those there are.
    RulePackError
        If a pack is refused, or two of them hold a rule with one id.
    """
    packs = list(packs)
    by_id = {} if all(isinstance(pack, Path) and pack.is_absolute() for pack in packs) else available()
    named = [name for pack in packs for name in (sorted(by_id) if pack == ALL else [pack])]
    folders = dict.fromkeys(_find(pack, by_id) for pack in named)
    known = frozenset(measures.items())
    loaded = tuple(_load(folder, known, _stamp(folder)) for folder in folders)
    _no_doubles([(rule.id, pack.folder) for pack in loaded for rule in pack.rules])
    return loaded


@cache
def _installed(path: tuple[str, ...]) -> tuple[metadata.EntryPoint, ...]:
    """Packs that installed packages name; to look through all packages takes longer than a small check."""
    return tuple(metadata.entry_points(group=ENTRY_POINTS))


def _find(pack: str | Path, by_id: Mapping[str, Path]) -> Path:
    if isinstance(pack, str) and pack in by_id:
        return by_id[pack].resolve()
    try:
        folder = Path(pack)
        if (folder / HEAD).is_file():
            # A session hands over folders without links after every edit.
            return folder if isinstance(pack, Path) and folder.is_absolute() else folder.resolve()
        why = "it is a folder without pack.yaml" if folder.is_dir() else "no id and no folder of that name"
    except (OSError, ValueError) as error:  # names that no file system takes
        why = getattr(error, "strerror", None) or str(error)
    known = ", ".join(sorted(by_id or available())) or "none"
    raise UsageError(
        f"There is no rule pack {str(pack)!r}: {why}. Packs there are: {known}. "
        "Name one of them, or the folder of another pack."
    )


def _folder_of(entry: metadata.EntryPoint) -> Path:
    """Folder that an entry point names: a package (by its place) or a path that it holds."""
    try:
        target = entry.load()
    except (ImportError, AttributeError) as error:
        raise RulePackError(
            f"The entry point {entry.name} = {entry.value} ({ENTRY_POINTS}) cannot be loaded: {error}. "
            "Correct or uninstall the package that names it."
        ) from error
    places = [target] if isinstance(target, str | Path) else list(getattr(target, "__path__", []))
    if not places:
        raise RulePackError(f"The entry point {entry.name} = {entry.value} ({ENTRY_POINTS}) names no folder.")
    return Path(places[0])


def _files(folder: Path) -> list[Path]:
    """Rule files of a pack, at most two folders deep, in the order of their names."""
    return sorted(
        path for pattern in ("*.yaml", "*/*.yaml") for path in folder.glob(pattern) if path.name != HEAD
    )


def _stamp(folder: Path) -> tuple[tuple[str, int, int], ...]:
    """What tells whether a pack has changed since it was read."""
    try:
        (folder / HEAD).stat()
        found = [(one.path, one.stat()) for one in _entries(folder, deep=1) if one.name.endswith(".yaml")]
    except OSError as error:
        raise RulePackError(f"{folder / HEAD}, line 1: cannot be read: {error.strerror or error}.") from error
    return tuple(sorted((path, stat.st_mtime_ns, stat.st_size) for path, stat in found))


def _entries(folder: Path | str, deep: int) -> Iterator[os.DirEntry[str]]:
    """What a folder holds, and its folders so many deep."""
    with os.scandir(folder) as held:
        for one in held:
            yield one
            if deep and one.is_dir():
                yield from _entries(one.path, deep - 1)


@lru_cache(maxsize=32)
def _load(
    folder: Path, measures: frozenset[tuple[str, Gauge]], stamp: tuple[tuple[str, int, int], ...]
) -> Pack:
    """Read a pack; `stamp` is only there so that a changed pack is read again."""
    del stamp
    known = dict(sorted(measures, key=lambda pair: pair[0]))
    head = read_head(folder / HEAD, known)
    files = _files(folder)
    if not files and not head.reported:
        raise RulePackError(
            f"{folder / HEAD}, line 1: the pack holds no rule file (*.yaml) and reports nothing."
        )
    rules = [(path, rule) for path in files for rule in read_rules(path, known)]
    _no_doubles([(rule.id, path) for path, rule in rules])
    return Pack(head, _in_order(head, [rule for _, rule in rules], folder), folder)


def _in_order(head: PackHead, rules: list[Rule], folder: Path) -> tuple[Rule, ...]:
    ids = [rule.id for rule in rules]
    if strange := [id_ for id_ in head.order if id_ not in ids]:
        raise RulePackError(
            f"{folder / HEAD}, line 1: order names {strange[0]!r}, which is no rule of the pack."
        )
    place = {id_: i for i, id_ in enumerate(head.order)}
    return tuple(sorted(rules, key=lambda rule: place.get(rule.id, len(place))))


def _no_doubles(rules: list[tuple[str, Path]]) -> None:
    first: dict[str, Path] = {}
    for id_, path in rules:
        if id_ in first:
            raise RulePackError(
                f"{path}, line 1: rule {id_} stands in {first[id_]} too. "
                "Rule ids are unique; rename or remove one."
            )
        first[id_] = path
