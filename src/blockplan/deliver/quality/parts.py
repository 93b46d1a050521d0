"""Rules of the package: its files, their digests, the report, the filing form, one plan in it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from blockplan.deliver.geodatabase import read_geodatabase
from blockplan.deliver.package import digest, wanted_beside
from blockplan.deliver.quality.finding import PackageFault, unread
from blockplan.errors import PlanDataError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from blockplan.deliver.quality.finding import PackageFacts

#: A line of the list, as `sha256sum` writes it, also with the star of binary files.
_LINE = re.compile(r"([0-9a-fA-F]{64}) [ *](.+)")
PDF = b"%PDF-"


def files(facts: PackageFacts) -> Iterator[PackageFault]:
    """Parts of the package that are not there."""
    for part in ("tables", "form", "form_document"):
        place = facts.package.place(part)
        if not place.is_file():
            yield PackageFault(said={"file": place.name})
    for name in wanted_beside(facts.package.profile, facts.package.form or {}):
        place = facts.package.folder / f"{name}.gdb"
        if not place.is_dir():
            yield PackageFault(said={"file": place.name})
        elif not _holds(place):
            yield PackageFault(said={"file": place.name}, message="unread")


def _holds(place: Path) -> bool:
    """Whether a geodatabase can be read and has a feature."""
    try:
        return any(layer.shapes for layer in read_geodatabase(place).values())
    except PlanDataError:
        return False


def tables(facts: PackageFacts) -> Iterator[PackageFault]:
    """Sheets of the tables that say nothing: what they should say cannot be held against the layers."""
    place = facts.package.place("tables")
    if place.is_file() and facts.parcels is not None and facts.parcels.shapes:
        for sheet in unread(place):
            yield PackageFault(said={"file": place.name, "sheet": sheet})


def digest_list(facts: PackageFacts) -> Iterator[PackageFault]:
    """Files that are not what the list of digests says, or are missing in it, or only in it; or no list."""
    place = facts.package.place("digests")
    listed = _listed(place.read_bytes()) if place.is_file() else {}
    if not listed:
        yield PackageFault(said={"file": place.name}, message="no_list", remedy="remedy_list")
        return
    there = {
        path.relative_to(facts.package.folder).as_posix(): path
        for path in facts.package.folder.rglob("*")
        if path.is_file() and path != place
    }
    for name in sorted({*listed, *there}):
        if name not in there or listed.get(name) != digest(there[name]):
            why = "missing" if name not in there else "unlisted" if name not in listed else "changed"
            yield PackageFault(said={"file": name, "why": why})


def _listed(data: bytes) -> dict[str, str]:
    """File -> digest, of a list in UTF-8 or, as older systems write it, GB18030; with either slash."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("gb18030", "replace")
    lines = (_LINE.fullmatch(line) for line in text.splitlines())
    return {match[2].replace("\\", "/"): match[1].lower() for match in lines if match}


def report(facts: PackageFacts) -> Iterator[PackageFault]:
    """A quality report that is missing or is no PDF."""
    place = facts.package.place("report")
    if not place.is_file() or place.read_bytes()[: len(PDF)] != PDF:
        yield PackageFault(said={"file": place.name})


def form(facts: PackageFacts) -> Iterator[PackageFault]:
    """Fields of the filing form that must be filled and are empty, or hold what they may not."""
    filled = facts.package.form
    place = facts.package.place("form")
    if filled is None:
        if place.is_file():
            yield PackageFault(said={"file": place.name}, message="unread", remedy="remedy_unread")
        return
    for one in facts.package.profile.filing.form:
        value = filled.get(one.key)
        said = {"key": one.key, "title": one.title}
        if one.mandatory and value in (None, ""):
            plan = one.source.removeprefix("plan:") if one.source.startswith("plan:") else ""
            remedy = "remedy_plan" if plan else "remedy_empty"
            yield PackageFault(said=said | {"plan": plan}, message="empty", remedy=remedy)
        elif value and one.choices and str(value) not in one.choices:
            yield PackageFault(said=said | {"value": value, "choices": "、".join(one.choices)})


def one_plan(facts: PackageFacts) -> Iterator[PackageFault]:
    """Several databases in a package, or several plans in a database: one filing is one plan."""
    if len(facts.package.geodatabases) > 1:
        names = "、".join(one.name for one in facts.package.geodatabases)
        yield PackageFault(measured=float(len(facts.package.geodatabases)), said={"what": names})
    numbers = {
        str(value)
        for spec, layer, one in facts.cells(lambda one: one.source == "plan:id")
        for value in layer.cells[one.name]
        if value
    }
    if len(numbers) > 1:
        yield PackageFault(measured=float(len(numbers)), said={"what": "、".join(sorted(numbers))})
