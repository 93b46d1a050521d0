"""Processes that write into one SQLite file queue at a lock of the system, which wakes the next at once."""

from __future__ import annotations

import fcntl
from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.db import connection

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def in_turn(path: Path) -> Iterator[None]:
    """
    Meanwhile nobody else who asks for the same file's turn writes; PostgreSQL has its own locks that wake.

    SQLite decides alone who may write. It only asks again after pauses that grow to a tenth of a second, so
    that of two busy processes one would often find the other in, and wait for seconds.
    """
    if connection.vendor != "sqlite":
        yield
        return
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)  # let go of with the file
        yield
