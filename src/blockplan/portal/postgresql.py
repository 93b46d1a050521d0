"""
What the service asks of a PostgreSQL server, so that what was acknowledged is kept and nobody holds up all.

Values travel apart from statements, so that the server's log of a statement that was cancelled holds none of
them. Every connection says itself how long it waits and that a commit reaches the disk, whatever was set for
the role or the database.
"""

from __future__ import annotations

import logging
import sqlite3
from typing import TYPE_CHECKING, Any

from django.db import Error, OperationalError, connection

from blockplan.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

#: So long a statement waits for a lock; whoever brought it is told to come back.
LOCK_S = 2
#: A session that does nothing in a transaction for so long is ended: our own by the server, another
#: that holds the record by us.
IDLE_S = 10
SETTINGS: Mapping[str, str] = {
    "lock_timeout": f"{LOCK_S}s",
    "idle_in_transaction_session_timeout": f"{IDLE_S}s",
    "synchronous_commit": "on",
}
OPTIONS: dict[str, Any] = {
    "server_side_binding": True,
    "application_name": "blockplan",
    "options": " ".join(f"-c {name}={value}" for name, value in SETTINGS.items()),
}
#: SQLSTATE of what passes: the connection, a lock, a server that stops or starts, others at the same rows.
PASSING = ("08", "55P03", "57P", "40", "25P03")
#: Sessions that have done nothing in their transaction for a while, and hold more of the record than
#: readers do.
_IDLE_HOLDERS = """
SELECT DISTINCT held.pid FROM pg_locks AS held
JOIN pg_class AS record ON record.oid = held.relation AND record.relname LIKE 'record\\_%%'
JOIN pg_stat_activity AS holder ON holder.pid = held.pid
WHERE holder.datname = current_database() AND held.granted AND held.mode <> 'AccessShareLock'
AND holder.state LIKE 'idle in transaction%%'
AND holder.state_change < clock_timestamp() - make_interval(secs => %s)
"""
LOG = logging.getLogger("blockplan.portal.postgresql")


def refuse_unsafe() -> None:
    """
    See that the server brings to the disk what it acknowledges; nothing to see on SQLite.

    Raises
    ------
    UsageError
        If ``fsync`` is off: a power cut could then take entries whose receipts were given out.
    """
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        cursor.execute("SHOW fsync")
        (said,) = cursor.fetchone()
    if said != "on":
        raise UsageError(
            f"PostgreSQL runs with fsync = {said}: a power cut could take opinions whose receipts were given "
            "out. Set fsync = on in postgresql.conf, reload the server, and start again."
        )


def passes(error: Exception) -> bool:
    """Whether a database said no for a while only: locked, stopped, gone; not that its disk is full."""
    if not isinstance(error, Error):
        return False
    cause = error.__cause__
    if isinstance(cause, sqlite3.Error):
        return (getattr(cause, "sqlite_errorcode", 0) & 0xFF) in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
    state = getattr(cause, "sqlstate", None)
    return isinstance(error, OperationalError) and (state is None or state.startswith(PASSING))


def end_idle_holders() -> int:
    """
    End sessions that hold the record and do nothing, for `IDLE_S` seconds and longer; gives back how many.

    The server lets us end sessions of our own role; another's stays, and is named in the log.
    """
    with connection.cursor() as cursor:
        cursor.execute(_IDLE_HOLDERS, [IDLE_S])
        found = [pid for (pid,) in cursor.fetchall()]
    return sum(_end(pid) for pid in found)


def _end(pid: int) -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s)", [pid])
    except Error as error:
        LOG.error("session %d holds up the record and cannot be ended by us: %s", pid, error)
        return False
    LOG.warning("session %d held up the record for %d s and more without doing anything; it was ended",
                pid, IDLE_S)  # fmt: skip
    return True
