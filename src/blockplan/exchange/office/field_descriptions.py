"""
What a database says of its layers and fields beside their names: aliases, and words for coded values.

A File Geodatabase keeps them in its definitions, a GeoPackage in ``gpkg_data_columns``. A code that a list of
words explains (``1`` is ``new``) comes as its word; land-use codes stay codes.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

from blockplan.errors import PlanDataError
from blockplan.exchange.evaluate import as_code
from blockplan.exchange.office.codes import code_in

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pandas as pd

#: Field -> (code as text -> word).
Words = dict[str, dict[str, str]]


@dataclass(slots=True)
class LayerDescription:
    """Alias of a layer ("" for none), aliases of its fields, and words for the codes of its fields."""

    title: str = ""
    titles: dict[str, str] = field(default_factory=dict)
    words: Words = field(default_factory=dict)


def described(path: Path, layer: str, told: Callable[[Path, Any], Any]) -> LayerDescription:
    """
    What a File Geodatabase or a GeoPackage says of a layer; nothing for other files, and where it cannot be
    read.

    Parameters
    ----------
    told
        Calls GDAL, and turns its complaints into a `PlanDataError`.
    """
    try:
        if path.suffix.lower() == ".gdb":
            return _geodatabase(path, layer, told)
        if path.suffix.lower() == ".gpkg":
            return _geopackage(path, layer)
    except (PlanDataError, ET.ParseError, sqlite3.Error, LookupError):
        pass
    return LayerDescription()


def in_words(frame: pd.DataFrame, words: Words) -> None:
    """Put the words for codes in their place, field by field."""
    for name, known in words.items():
        if name in frame.columns and not _are_uses(known):
            values = [known.get(as_code(value), value) for value in frame[name]]
            frame[name] = values


def _are_uses(known: dict[str, str]) -> bool:
    """Whether the codes are land-use codes, which say more than their words."""
    return sum(code_in(code) == code for code in known) > len(known) / 2


def _geodatabase(path: Path, layer: str, told: Callable[[Path, Any], Any]) -> LayerDescription:
    import pyogrio  # noqa: PLC0415 (GDAL takes its time)

    answer = told(path, lambda: pyogrio.read_dataframe(path, sql=f"GetLayerDefinition {layer}"))
    root = _xml(str(answer.iloc[0, 0]))
    found = LayerDescription(root.findtext("AliasName") or "")
    domains: dict[str, str] = {}
    for one in root.iter("GPFieldInfoEx"):
        name, alias = one.findtext("Name") or "", one.findtext("AliasName") or ""
        if alias and alias != name:
            found.titles[name] = alias
        domain = one.findtext("DomainName") or one.findtext("Domain/DomainName")
        if domain:
            domains[name] = domain
    if domains:
        lists = _domains(path, told)
        found.words = {name: lists[domain] for name, domain in domains.items() if lists.get(domain)}
    return found


def _xml(text: str) -> ET.Element:
    """A definition; one that declares entities of its own is none."""
    if "<!" in text:
        raise LookupError(text[:80])
    return ET.fromstring(text)  # noqa: S314 (see above)


def _domains(path: Path, told: Callable[[Path, Any], Any]) -> dict[str, dict[str, str]]:
    import pyogrio  # noqa: PLC0415

    items = told(
        path,
        lambda: pyogrio.read_dataframe(path, layer="GDB_Items", read_geometry=False, LIST_ALL_TABLES="YES"),
    )
    found: dict[str, dict[str, str]] = {}
    for text in items["Definition"]:
        if not isinstance(text, str) or "CodedValue" not in text:
            continue
        root = _xml(text)
        found[root.findtext("DomainName") or ""] = {
            one.findtext("Code") or "": one.findtext("Name") or "" for one in root.iter("CodedValue")
        }
    return found


def geopackage_layers(path: Path) -> list[str]:
    """Names of the tables that a GeoPackage lists, in their order."""
    with closing(_opened(path)) as base:
        return [str(name) for (name,) in base.execute("SELECT table_name FROM gpkg_contents ORDER BY rowid")]


def _opened(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)


def _geopackage(path: Path, layer: str) -> LayerDescription:
    found = LayerDescription()
    with closing(_opened(path)) as base:
        said = base.execute("SELECT identifier FROM gpkg_contents WHERE table_name = ?", (layer,)).fetchone()
        found.title = str(said[0]) if said and said[0] and said[0] != layer else ""
        rows = base.execute(
            "SELECT column_name, name, title, constraint_name FROM gpkg_data_columns WHERE table_name = ?",
            (layer,),
        ).fetchall()
        for column, name, title, constraint in rows:
            alias = str(title or name or "")
            if alias and alias != column:
                found.titles[str(column)] = alias
            listed = base.execute(
                "SELECT value, description FROM gpkg_data_column_constraints "
                "WHERE constraint_name = ? AND constraint_type = 'enum'",
                (constraint,),
            ).fetchall()
            words = {str(value): str(word) for value, word in listed if word}
            if words:
                found.words[str(column)] = words
    return found
