"""What the tables of a package say: the balance of land, the parcels."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

#: Sheets that rules hold against the layers.
SHEETS = ("land_balance", "parcels")


def _rows(path: Path, sheet: str) -> list[tuple[Any, ...]]:
    import openpyxl  # noqa: PLC0415

    if not path.is_file():
        return []
    try:
        with closing(openpyxl.load_workbook(path, read_only=True, data_only=True)) as book:
            return list(book[sheet].iter_rows(values_only=True)) if sheet in book.sheetnames else []
    except Exception:  # noqa: BLE001 (a workbook that any of its readers refuses says nothing)
        return []


def unread(path: Path) -> Iterator[str]:
    """Sheets that cannot be read, are not there, or have no line below their headings."""
    for sheet in SHEETS:
        if not any(any(cell not in (None, "") for cell in row) for row in _rows(path, sheet)[1:]):
            yield sheet


def balance_of(path: Path) -> dict[str, float]:
    """Code of land use -> planned hectares, as the balance prints them."""
    found: dict[str, float] = {}
    for row in _rows(path, "land_balance")[1:]:
        code, ha = str(row[0] or ""), row[4] if len(row) > 4 else None
        if code and isinstance(ha, int | float):
            found[code] = found.get(code, 0.0) + float(ha)  # a class may stand in two groups
    return found


def parcels_of(path: Path) -> dict[str, dict[str, Any]]:
    """Number of a parcel -> its line in the table of indicators, by column: code, far_max, floor_area_m2."""
    rows = _rows(path, "parcels")
    columns = {"code": 3, "far_max": 6, "floor_area_m2": 8, "height_max_m": 11}
    return {
        str(row[0]): {name: row[at] for name, at in columns.items() if at < len(row)}
        for row in rows[1:]
        if row and row[0] not in (None, "")
    }
