"""
Tests that are about one database alone, and databases of a test's own.

A test that does not belong to the database of the run is left out and not skipped: nothing is missing.
One that asks no database at all is marked `no_database`.
"""

from __future__ import annotations

import os
import secrets
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Test = Callable[..., Any]

POSTGRESQL = "BLOCKPLAN_DATABASE" in os.environ


def languages_here(languages: Sequence[str]) -> Sequence[str]:
    """All on SQLite, the first alone on a server: what a page says knows nothing of the database."""
    return languages[:1] if POSTGRESQL else languages


def on_sqlite(test: Test) -> Test | None:
    """A fault of SQLite's files."""
    return None if POSTGRESQL else test


def on_postgresql(test: Test) -> Test | None:
    """A fault of a server, or of how it keeps rows."""
    return test if POSTGRESQL else None


def another() -> str | None:
    """The URL of a new database in the cluster of the tests; None for SQLite."""
    url = os.environ.get("BLOCKPLAN_DATABASE")
    if url is None:
        return None
    import psycopg

    name = f"portal_{secrets.token_hex(4)}"
    host = unquote(urlsplit(url).hostname or "")
    with psycopg.connect(host=host, user="blockplan", dbname="portal", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return url.rpartition("/")[0] + f"/{name}"
