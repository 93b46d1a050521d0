"""
Scenarios put into a package and taken out again, its packs named, without touching anything else in it.

In a folder only ``plan.toml`` and the scenario's own file are written, both or neither; the text of
``plan.toml`` keeps its remarks and its order. A zip is written anew with its other files as they are.
"""

from __future__ import annotations

import json
import re
import shutil
import tomllib
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import tomli_w

from blockplan.errors import PlanDataError, UsageError
from blockplan.plan.files import archive
from blockplan.plan.files.package import MANIFEST, SCENARIOS, write_difference
from blockplan.plan.model import tomlfile
from blockplan.plan.model.manifest import read_manifest
from blockplan.plan.model.plan import BASE
from blockplan.plan.model.refusals import TEXTS, refused
from blockplan.texts import pick

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from blockplan.plan.model.manifest import Manifest
    from blockplan.plan.model.plan import Difference

#: Table of ``plan.toml`` that tells of each scenario that came from a proposal where it came from.
PROPOSALS = "proposals"
#: What a scenario is, in other languages.
TITLES = "scenario_titles"
#: A scenario is named by at most 60 letters, digits, dots, hyphens and underscores: its file bears its name.
NAME = re.compile(r"[\w\-][\w.\-]{0,59}")
_HEADER = re.compile(r"\s*\[")
#: An empty list of packs, which may hold remarks; what follows its bracket stays.
_NO_PACKS = re.compile(
    r"""^[ \t]*(?:packs|"packs"|'packs')[ \t]*=[ \t]*\[(?=(?:\s|#.*\n)*\])""", re.MULTILINE
)


def save_scenario(
    path: str | Path,
    name: str,
    titles: Mapping[str, str],
    difference: Difference,
    record: dict[str, Any],
) -> None:
    """
    Put a scenario into a package.

    Parameters
    ----------
    name
        Its name, which must be new.
    titles
        Language -> what ``plan.toml`` says it is.
    record
        What ``[proposals.NAME]`` keeps of where it came from.

    Raises
    ------
    UsageError
        If the name cannot be one, or the plan has such a scenario already.
    PlanDataError
        If the package cannot be read or written; it is then as it was.
    """
    check_name(name)
    with archive.open_package(path) as folder:
        manifest = read_manifest(folder / MANIFEST)
        if name in manifest.scenarios:
            raise UsageError(
                f"Plan {manifest.id} has a scenario {name!r} already. Choose another name, or take it out "
                f"first: blockplan propose undo {path} {name}"
            )
        text = _text(folder / MANIFEST)
        with _changing(path, folder) as place:
            (place / MANIFEST).write_bytes(_with(text, name, titles, record).encode("utf-8"))
            (place / SCENARIOS).mkdir(exist_ok=True)
            write_difference(difference, manifest, place / SCENARIOS / f"{name}.gpkg")


def put_scenario(path: str | Path, name: str, title: str, difference: Difference) -> None:
    """
    Put a scenario's rows into a package, in the place of those it had; nothing else in it is touched.

    Raises
    ------
    UsageError
        If the name cannot be one.
    PlanDataError
        If the package cannot be read or written; it is then as it was.
    """
    check_name(name)
    with archive.open_package(path) as folder:
        manifest = read_manifest(folder / MANIFEST)
        text = _text(folder / MANIFEST)
        with _changing(path, folder) as place:
            if name not in manifest.scenarios:
                (place / MANIFEST).write_bytes(_listing(text, name, title).encode("utf-8"))
            (place / SCENARIOS).mkdir(exist_ok=True)
            write_difference(difference, manifest, place / SCENARIOS / f"{name}.gpkg")


def put_packs(path: str | Path, packs: Sequence[str]) -> None:
    """
    Name the packs of rules in a package whose ``plan.toml`` names none; nothing else in it is touched.

    An empty list is filled where it stands; where there is none, a line is put above the first table.

    Raises
    ------
    UsageError
        If it names some already.
    PlanDataError
        If the package cannot be read or written, or ``plan.toml`` is written in a way that only its author
        can add to; it is then as it was.
    """
    with archive.open_package(path) as folder:
        named, text = read_manifest(folder / MANIFEST).packs, _text(folder / MANIFEST)
        if named:
            raise TEXTS.refused(UsageError, "packs_named", named=", ".join(named))
        line = f"packs = {json.dumps(list(packs))}"
        told, wanted = _naming(text, line), tomlfile.loads(text) | {"packs": list(packs)}
        if not _says(told, wanted):
            raise refused("packs_by_hand", line=line)
        with _changing(path, folder) as place:
            (place / MANIFEST).write_bytes(told.encode("utf-8"))


def remove_scenario(path: str | Path, name: str) -> dict[str, Any]:
    """
    Take a scenario that came from a proposal out of a package; gives what was kept of where it came from.

    Raises
    ------
    UsageError
        If the plan has no such scenario, or it did not come from a proposal (a drawn one is not thrown away).
    PlanDataError
        If the package cannot be read or written; it is then as it was.
    """
    with archive.open_package(path) as folder:
        manifest, text = read_manifest(folder / MANIFEST), _text(folder / MANIFEST)
        table = tomlfile.loads(text)
        record = table.get(PROPOSALS, {}).get(name)
        if name not in manifest.scenarios or record is None:
            mine = ", ".join(table.get(PROPOSALS, {})) or "none"
            why = "did not come from a proposal" if name in manifest.scenarios else "is not there"
            raise UsageError(
                f"Scenario {name!r} of plan {manifest.id} {why}, so it cannot be undone. "
                f"Scenarios that came from one: {mine}."
            )
        on_it = _standing_on(table, name)
        if on_it:
            raise UsageError(
                f"Scenario {name!r} cannot be undone while {', '.join(map(repr, on_it))} stands on it. "
                "Undo that first."
            )
        with _changing(path, folder, gone=f"{SCENARIOS}/{name}.gpkg") as place:
            (place / MANIFEST).write_bytes(_without(text, name).encode("utf-8"))
    return dict(record)


def drop_scenario(path: str | Path, name: str) -> None:
    """
    Take a scenario out of a package, however it came there.

    Raises
    ------
    UsageError
        If the plan has no such scenario, or a proposal stands on it.
    PlanDataError
        If the package cannot be read or written; it is then as it was.
    """
    with archive.open_package(path) as folder:
        text = _text(folder / MANIFEST)
        _known(read_manifest(folder / MANIFEST), name)
        on_it = _standing_on(tomlfile.loads(text), name)
        if on_it:
            raise UsageError(
                f"Scenario {name!r} cannot be dropped while {', '.join(map(repr, on_it))} stands on it. "
                "Drop that first."
            )
        with _changing(path, folder, gone=f"{SCENARIOS}/{name}.gpkg") as place:
            (place / MANIFEST).write_bytes(_without(text, name).encode("utf-8"))


def rename_scenario(path: str | Path, old: str, new: str) -> None:
    """
    Give a scenario another name; what stands on it follows.

    Raises
    ------
    UsageError
        If the plan has no scenario `old`, or has one of the name `new`, or `new` can name none.
    PlanDataError
        If the package cannot be read or written; it is then as it was.
    """
    with archive.open_package(path) as folder:
        manifest, text = read_manifest(folder / MANIFEST), _text(folder / MANIFEST)
        _known(manifest, old)
        check_name(new)
        if new in manifest.scenarios:
            raise UsageError(f"Plan {manifest.id} has a scenario {new!r} already. Choose another name.")
        file = folder / SCENARIOS / f"{old}.gpkg"
        with _changing(path, folder, gone=f"{SCENARIOS}/{old}.gpkg") as place:
            (place / MANIFEST).write_bytes(_renamed(text, old, new).encode("utf-8"))
            if file.is_file():
                (place / SCENARIOS).mkdir(exist_ok=True)
                shutil.copyfile(file, place / SCENARIOS / f"{new}.gpkg")


def _known(manifest: Manifest, name: str) -> None:
    if name not in manifest.scenarios:
        known = ", ".join(manifest.scenarios) or "none"
        raise UsageError(f"Plan {manifest.id} has no scenario {name!r}. It has: {known}.")


def proposed_on(path: Path) -> dict[str, str]:
    """Scenario of a package that came from a proposal -> the scenario that it was made for."""
    with archive.open_package(path) as folder:
        told = tomlfile.loads(_text(folder / MANIFEST)).get(PROPOSALS, {})
    return {name: one["on_top_of"] for name, one in told.items() if one.get("on_top_of")}


def _standing_on(table: dict[str, Any], name: str) -> list[str]:
    """Scenarios of proposals that were made for another scenario."""
    return [one for one, told in table.get(PROPOSALS, {}).items() if told.get("on_top_of") == name]


def check_name(name: str) -> None:
    """
    See that a scenario can have a name: its file bears it.

    Raises
    ------
    UsageError
        If it cannot.
    """
    if not NAME.fullmatch(name) or name == BASE:
        raise TEXTS.refused(UsageError, "scenario_name", name=name)


@contextmanager
def _changing(path: str | Path, folder: Path, gone: str = "") -> Iterator[Path]:
    """Where to write the files of a package that change; all take their place together."""
    if Path(path).is_dir():
        with archive.writing_folder(path, owned=(gone,) if gone else ()) as place:
            yield place
        return
    with archive.write_package(path) as place:
        for file in sorted(one for one in folder.rglob("*") if one.is_file()):
            name = file.relative_to(folder)
            if name.as_posix() != gone:
                (place / name.parent).mkdir(parents=True, exist_ok=True)
                shutil.copyfile(file, place / name)
        yield place


# plan.toml as text: remarks and order stay


def _text(file: Path) -> str:
    return file.read_bytes().decode("utf-8")


def _with(text: str, name: str, titles: Mapping[str, str], record: dict[str, Any]) -> str:
    """The text with the scenario in it, what it is in each language, and where it came from."""
    wanted, title = tomlfile.loads(text), pick(titles)
    wanted.setdefault("scenarios", {})[name] = title
    text = _listing(text, name, title)
    for table, row in ((TITLES, dict(titles)), (PROPOSALS, record)):
        wanted.setdefault(table, {})[name] = row
        text = f"{text}\n{tomli_w.dumps({table: {name: row}})}"
    return _agreeing(text, wanted)


def _naming(text: str, line: str) -> str:
    """The text with a line that names packs: its empty list filled, or a line above its first table."""
    lines = text.splitlines(keepends=True)
    top = next((at for at, one in enumerate(lines) if _HEADER.match(one)), len(lines))
    above = "".join(lines[:top])
    if found := _NO_PACKS.search(above):
        return f"{text[: found.end()]}{line.partition('[')[2].removesuffix(']')}{text[found.end() :]}"
    while top and not lines[top - 1].strip():
        top -= 1
    if top and not lines[top - 1].endswith("\n"):
        lines[top - 1] += "\n"
    lines.insert(top, f"{line}\n")
    return "".join(lines)


def _listing(text: str, name: str, title: str) -> str:
    """The text with the scenario in its list."""
    wanted = tomlfile.loads(text)
    wanted.setdefault("scenarios", {})[name] = title
    line = tomli_w.dumps({name: title})
    lines = text.splitlines(keepends=True)
    if lines and not lines[-1].endswith("\n"):
        lines[-1] += "\n"
    header = _find(lines, "scenarios")
    if header is None:
        lines += ["[scenarios]\n", line]
    else:
        end = _end(lines, header)
        while end > header + 1 and not lines[end - 1].strip():
            end -= 1
        lines.insert(end, line)
    return _agreeing("".join(lines), wanted)


def _without(text: str, name: str) -> str:
    """The text without the scenario, its titles and the record of where it came from."""
    wanted = tomlfile.loads(text)
    for table in ("scenarios", TITLES, PROPOSALS):
        wanted.get(table, {}).pop(name, None)
        if table in wanted and not wanted[table]:
            del wanted[table]
    lines = text.splitlines(keepends=True)
    key = tomli_w.dumps({name: ""}).partition(" = ")[0]
    for table in (TITLES, PROPOSALS):
        record = _find(lines, f"{table}.{key}")
        if record is not None:
            start = record - 1 if record and not lines[record - 1].strip() else record
            del lines[start : _end(lines, record)]
    header = _find(lines, "scenarios")
    if header is not None:
        inside = range(header + 1, _end(lines, header))
        gone = [at for at in inside if lines[at].partition("=")[0].strip() == key]
        for at in reversed(gone):
            del lines[at]
        if "scenarios" not in wanted:
            del lines[header]
    return _agreeing("".join(lines), wanted)


def _renamed(text: str, old: str, new: str) -> str:
    """The text with a scenario under another name: in its list, titles, record and what stands on it."""
    wanted = tomlfile.loads(text)
    for told in wanted.get(PROPOSALS, {}).values():
        if told.get("on_top_of") == old:
            told["on_top_of"] = new
    for table in ("scenarios", TITLES, PROPOSALS):
        if old in wanted.get(table, {}):
            wanted[table] = {new if name == old else name: told for name, told in wanted[table].items()}
    before, after = (tomli_w.dumps({name: ""}).partition(" = ")[0] for name in (old, new))
    lines = text.splitlines(keepends=True)
    header = _find(lines, "scenarios")
    inside = range(0) if header is None else range(header + 1, _end(lines, header))
    for at, line in enumerate(lines):
        key, mark, rest = line.partition("=")
        if at in inside and key.strip() == before:
            lines[at] = f"{after} {mark}{rest}"
        elif line.strip() in {f"[{TITLES}.{before}]", f"[{PROPOSALS}.{before}]"}:
            lines[at] = line.replace(f".{before}]", f".{after}]")
        elif key.strip() == "on_top_of" and rest.strip() == f'"{old}"':
            lines[at] = f'{key}{mark} "{new}"\n'
    return _agreeing("".join(lines), wanted)


def _find(lines: list[str], table: str) -> int | None:
    return next((at for at, line in enumerate(lines) if line.strip() == f"[{table}]"), None)


def _end(lines: list[str], header: int) -> int:
    """Where the table that begins at a header ends."""
    later = (at for at in range(header + 1, len(lines)) if _HEADER.match(lines[at]))
    return next(later, len(lines))


def _agreeing(text: str, wanted: dict[str, Any]) -> str:
    """The text if it says what is wanted; else (an unusual way of writing tables) all of it written anew."""
    if _says(text, wanted):
        return text
    written = tomli_w.dumps(wanted)
    if tomlfile.loads(written) != wanted:
        raise PlanDataError("plan.toml cannot be written with this in it. Add it by hand.")
    return written


def _says(text: str, wanted: dict[str, Any]) -> bool:
    try:
        return tomlfile.loads(text) == wanted
    except tomllib.TOMLDecodeError:
        return False
