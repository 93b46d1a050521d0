"""
The clock of the service: the server's, in one place, so that nothing else is asked what time it is.

It is believed only as long as it goes on like the counter of the machine, which nobody sets, and like the
clock of a database on PostgreSQL. Where it leaps (a machine that is resumed, a wrong time server), nothing is
entered and nothing is swept away until it is right again, two clocks agree, or somebody says that it is
right (`trust`). One file in the data folder says what clock and counter read last, for all processes.
"""

from __future__ import annotations

import json
import os
import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from blockplan.atomic import put
from blockplan.notice.ledger import system_clock
from blockplan.portal.config import LOOPBACK, config_of_environment

if TYPE_CHECKING:
    import datetime as dt

#: Steps up to this are taken for the everyday work of time servers.
LEAP_S = 60.0
#: Without a counter (the machine was started anew) no more than so long may have passed.
LONGEST_STOP_S = 31 * 86400.0
#: So often the file is written anew, and the database asked what time it is.
KEEP_S, ASK_S = 60.0, 10.0
_BOOT = Path("/proc/sys/kernel/random/boot_id")


@dataclass(frozen=True, slots=True)
class ClockReading:
    """What the clock read (seconds), and the counter, which begins anew with each start of the machine."""

    wall: float
    counter: float
    boot: str


@dataclass(frozen=True, slots=True)
class Leap:
    """
    A clock that is not believed.

    Attributes
    ----------
    seconds
        How far ahead it is of what it should say; negative where it was set back.
    witness
        Against what: ``counter``, ``stop`` (the last time before the machine was started), ``database``.
    """

    seconds: float
    witness: str


#: Data folder -> the last reading that was believed, and when the database was asked (counter).
_known: dict[Path, ClockReading] = {}
_asked: dict[Path, float] = {}


def now() -> dt.datetime:
    """The server's time, in UTC."""
    return system_clock()


def ask() -> dt.datetime:
    """`now` as it is when asked: for those who keep a clock for later."""
    return now()


def counter() -> float:
    """Seconds since the machine started, sleep included where the system counts it."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


def database_clock() -> float | None:
    """Seconds by the clock of PostgreSQL; None with SQLite, which has none of its own."""
    from django.db import connection  # noqa: PLC0415 (settings ask for this module's folder first)

    if connection.vendor != "postgresql":
        return None
    with connection.cursor() as cursor:
        cursor.execute("SELECT extract(epoch FROM clock_timestamp())")
        (found,) = cursor.fetchone()
    return float(found)


def leap() -> Leap | None:
    """Whether the clock is not to be believed now; None where it is."""
    path = _file()
    read = _read()
    found = _against(_known.get(path), read)
    if found is not None or path not in _known:
        # Perhaps another process, or somebody, has seen to it.
        _known.pop(path, None)
        kept = _kept(path)
        found = _against(kept, read)
        if kept is not None and found is None:
            _known[path] = kept
    if found is not None and (abroad := _abroad()) is not None and abs(read.wall - abroad) <= LEAP_S:
        found = None  # two machines say the same
        _known.pop(path, None)
    if found is None and (skew := _skew(path, read)) is not None:
        return skew
    if found is None:
        _keep(path, read)
    return found


def steady() -> bool:
    """Whether the clock is believed: what has served its time may be swept away."""
    return leap() is None


def trust() -> None:
    """Somebody says that the clock is right as it is now."""
    path = _file()
    _known.pop(path, None)
    _keep(path, _read())


def _against(last: ClockReading | None, read: ClockReading) -> Leap | None:
    if last is None:
        return None
    went = read.wall - last.wall
    if last.boot == read.boot:
        ahead = went - (read.counter - last.counter)
        return Leap(ahead, "counter") if abs(ahead) > LEAP_S else None
    return Leap(went, "stop") if not -LEAP_S <= went <= LONGEST_STOP_S else None


def _skew(path: Path, read: ClockReading) -> Leap | None:
    """How the clock differs from that of the database; asked now and then."""
    asked = _asked.get(path)
    if asked is not None and 0 <= read.counter - asked < ASK_S:
        return None
    said = database_clock()
    if said is not None and abs(read.wall - said) > LEAP_S:
        return Leap(read.wall - said, "database")
    _asked[path] = read.counter
    return None


def _abroad() -> float | None:
    """The clock of a database on another machine; one on this machine has the same clock."""
    from django.db import connection  # noqa: PLC0415 (as above)

    host = str(connection.settings_dict.get("HOST") or "")
    return None if not host or host.startswith("/") or host in LOOPBACK else database_clock()


def _read() -> ClockReading:
    return ClockReading(now().timestamp(), counter(), _boot())


def _boot() -> str:
    try:
        return _BOOT.read_text().strip()
    except OSError:  # no Linux: the counter is believed within one process
        return f"process {os.getpid()}"


def _file() -> Path:
    return config_of_environment().data / "clock.json"


def _kept(path: Path) -> ClockReading | None:
    try:
        return ClockReading(**json.loads(path.read_text()))
    except (OSError, ValueError, TypeError):
        return None


def _keep(path: Path, read: ClockReading) -> None:
    last = _known.get(path)
    if last is not None and last.boot == read.boot and read.counter - last.counter < KEEP_S:
        return
    with suppress(OSError):  # a full disk is told where it matters
        put(path, json.dumps(asdict(read)).encode())
    _known[path] = read
