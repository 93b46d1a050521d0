"""A served process whose clock a test moves: ``Service(folder, more=clock.environment)``."""

from __future__ import annotations

import datetime as dt
import time
from pathlib import Path
from zoneinfo import ZoneInfo

HOOK = Path(__file__).with_name("moved")


ZONE = ZoneInfo("Asia/Shanghai")


class MovedClock:
    """
    The clock of served processes, ahead of the machine's by what was last said.

    It begins at nine in the morning of the next day in Beijing, so that no midnight comes while a test runs.
    """

    def __init__(self, folder: Path) -> None:
        now = dt.datetime.now(ZONE)
        #: The day on which the served processes begin.
        self.today = now.date() + dt.timedelta(days=1)
        self._begins = dt.datetime.combine(self.today, dt.time(9), ZONE) - now
        self._file = folder / "clock"
        self.move()

    @property
    def environment(self) -> dict[str, str]:
        return {"PYTHONPATH": str(HOOK), "BLOCKPLAN_TEST_CLOCK": str(self._file)}

    def now(self) -> float:
        """What the served processes' clock reads, seconds since 1970."""
        return time.time() + float(self._file.read_text())

    def move(self, **ahead: float) -> None:
        """So far ahead of where it began: ``move(days=31)``."""
        beside = self._file.with_suffix(".new")
        beside.write_text(str((self._begins + dt.timedelta(**ahead)).total_seconds()))
        beside.replace(self._file)
