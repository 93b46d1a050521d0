"""
Single rows by statements that are made once: what is done for every opinion passes by Django's query builder.

Building a query takes it several times as long as the database needs for one row. Values go to the database
as they are, so only columns of plain kinds are written and read here (no JSON); every column is named.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from django.db import connection

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import Model


def insert(table: type[Model], **values: Any) -> None:
    """
    One row.

    Raises
    ------
    IntegrityError
        If a unique index has it already.
    """
    _run(_insert(table, tuple(values)), list(values.values()))


def insert_once(table: type[Model], **values: Any) -> bool:
    """One row; False, and nothing written, where a unique index has it already."""
    return _run(_insert(table, tuple(values)) + " ON CONFLICT DO NOTHING", list(values.values())) == 1


def update(table: type[Model], values: dict[str, Any], **where: Any) -> None:
    """Other values in the rows that have all of `where`."""
    _run(_update(table, tuple(values), tuple(where)), [*values.values(), *where.values()])


def find(
    table: type[Model], columns: Sequence[str], *, locked: bool = False, **where: Any
) -> tuple[Any, ...] | None:
    """
    Some columns of a row that has all of `where`; None where there is none.

    Parameters
    ----------
    locked
        Whether nobody else may change it until the transaction ends (SQLite's lock is on the whole file).
    """
    lock = " FOR UPDATE" if locked and connection.features.has_select_for_update else ""
    with connection.cursor() as cursor:
        cursor.execute(_select(table, tuple(columns), tuple(where)) + lock, list(where.values()))
        found: tuple[Any, ...] | None = cursor.fetchone()
    return found


def highest(table: type[Model], column: str, **where: Any) -> int:
    """The highest number in a column, of the rows that have all of `where`; 0 where there are none."""
    with connection.cursor() as cursor:
        cursor.execute(_highest(table, column, tuple(where)), list(where.values()))
        found = cursor.fetchone()
    return 0 if found is None else int(found[0])


def _run(statement: str, values: list[Any]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return int(cursor.rowcount)


@cache
def _insert(table: type[Model], names: tuple[str, ...]) -> str:
    places = ", ".join(["%s"] * len(names))
    return f"INSERT INTO {_name(table)} ({', '.join(map(_quoted, names))}) VALUES ({places})"  # noqa: S608


@cache
def _update(table: type[Model], names: tuple[str, ...], where: tuple[str, ...]) -> str:
    return f"UPDATE {_name(table)} SET {_equal(names, ', ')} WHERE {_equal(where, ' AND ')}"  # noqa: S608


@cache
def _select(table: type[Model], names: tuple[str, ...], where: tuple[str, ...]) -> str:
    columns = ", ".join(map(_quoted, names))
    return f"SELECT {columns} FROM {_name(table)} WHERE {_equal(where, ' AND ')} LIMIT 1"  # noqa: S608


@cache
def _highest(table: type[Model], column: str, where: tuple[str, ...]) -> str:
    return (
        f"SELECT {_quoted(column)} FROM {_name(table)} WHERE {_equal(where, ' AND ')} "  # noqa: S608
        f"ORDER BY {_quoted(column)} DESC LIMIT 1"
    )


def _equal(names: tuple[str, ...], between: str) -> str:
    return between.join(f"{_quoted(name)} = %s" for name in names)


def _name(table: type[Model]) -> str:
    return _quoted(table._meta.db_table)


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)
