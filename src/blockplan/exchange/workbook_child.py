"""
The process that reads a workbook by calamine, alone: a file that takes too much takes nothing else with it.

It is run as a script by `blockplan.exchange.workbooks` and writes one JSON document to stdout, so it imports
nothing of Blockplan.
"""

from __future__ import annotations

import datetime as dt
import json
import sys
import zipfile
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET


def limit(memory_bytes: int, cpu_s: int) -> None:
    """Let this process take so much memory and time at most, where the system can."""
    try:
        import resource  # noqa: PLC0415 (Windows has none)
    except ImportError:
        return
    for what, most in (
        (resource.RLIMIT_AS, memory_bytes), (resource.RLIMIT_CPU, cpu_s), (resource.RLIMIT_CORE, 0),
    ):  # fmt: skip
        _, hard = resource.getrlimit(what)
        resource.setrlimit(what, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


def read(path: str, most_cells: int) -> list[dict[str, Any]]:
    """
    Every worksheet: ``name``, ``visible``, ``cells`` by row from the first, ``merged`` ranges; of ODS also
    ``percent`` (places of shares) and ``formulas`` (row, column, formula).
    """
    from python_calamine import (  # noqa: PLC0415 (only after the limits)
        CalamineError,
        SheetTypeEnum,
        SheetVisibleEnum,
        load_workbook,
    )

    found = []
    told_besides = open_document(path)
    with Path(path).open("rb") as file:
        try:
            book = load_workbook(file)  # (by what it is)
        except CalamineError:
            book = load_workbook(path)  # (by its ending, for the reason)
        for told in book.sheets_metadata:
            if told.typ != SheetTypeEnum.WorkSheet:
                continue
            visible = told.visible == SheetVisibleEnum.Visible
            sheet = book.get_sheet_by_name(told.name)
            if sheet.total_height * sheet.total_width > most_cells:
                raise ValueError(f"sheet {told.name!r} has more than {most_cells:,} cells")
            rows = sheet.to_python(skip_empty_area=False)
            found.append(
                {
                    "name": told.name,
                    "visible": visible,
                    "cells": [[_plain(value) for value in row] for row in rows],
                    "merged": [[*first, *last] for first, last in sheet.merged_cell_ranges or []],
                    **told_besides.get(told.name, {}),
                }
            )
    return found


def open_document(path: str) -> dict[str, dict[str, list[Any]]]:
    """Name of a sheet of an ODS -> what calamine does not tell of it; nothing for other workbooks."""
    found: dict[str, dict[str, list[Any]]] = {}
    if not zipfile.is_zipfile(path):
        return found
    with zipfile.ZipFile(path) as archive:
        if "content.xml" not in archive.namelist():
            return found
        row = 0
        sheet: dict[str, list[Any]] = {}
        with archive.open("content.xml") as stream:
            for event, element in ET.iterparse(stream, ("start", "end")):  # noqa: S314 (expat bounds it)
                if event == "start" and element.tag.endswith("}table"):
                    row, sheet = 0, {"merged": [], "percent": [], "formulas": []}
                    found[_said(element).get("name", "")] = sheet
                elif event == "end" and element.tag.endswith("}table-row"):
                    row = _besides(element, row, sheet)
                    element.clear()
    return found


def _besides(element: ET.Element, row: int, sheet: dict[str, list[Any]]) -> int:
    """Note what the cells of a row are besides their values; gives the number of the next row."""
    below = row + int(_said(element).get("number-rows-repeated", 1))
    column = 0
    for said in map(_said, element):
        after = column + int(said.get("number-columns-repeated", 1))
        down, right = (int(said.get(f"number-{one}-spanned", 1)) for one in ("rows", "columns"))
        if (down, right) != (1, 1):
            sheet["merged"].append([row, column, row + down - 1, column + right - 1])
        if said.get("value-type") == "percentage":
            sheet["percent"] += ([at, share] for share in range(column, after) for at in range(row, below))
        if "formula" in said:
            sheet["formulas"].append([row, column, said["formula"].partition(":")[2]])
        column = after
    return below


def _said(element: ET.Element) -> dict[str, str]:
    """Attributes of an element without the names of their standards."""
    return {name.rpartition("}")[2]: value for name, value in element.items()}


def _plain(value: Any) -> Any:
    """What JSON can say of a value; a whole number is one, and an empty cell is none."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dt.datetime):
        return {"moment": value.isoformat()}
    if isinstance(value, dt.date):
        return {"moment": f"{value.isoformat()}T00:00:00"}
    if isinstance(value, dt.time):
        return {"time": value.isoformat()}
    if isinstance(value, dt.timedelta):
        return {"seconds": value.total_seconds()}
    return None if value == "" else value


def main(path: str, memory_bytes: str, cpu_s: str, most_cells: str) -> None:
    """Write the sheets of a workbook, or the reason why there are none."""
    limit(int(memory_bytes), int(cpu_s))
    try:
        found: Any = read(path, int(most_cells))
    except Exception as error:  # noqa: BLE001 (the library names its errors, and may fail in other ways)
        found = (str(error).splitlines() or [type(error).__name__])[0][:200]
    print(json.dumps(found))


if __name__ == "__main__":
    main(*sys.argv[1:])
