"""A served process whose clock a test moves: ``Service(folder, more=clock.environment)``."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

HOOK = Path(__file__).with_name("moved")


class MovedClock:
    """The clock of served processes, ahead of the machine's by what was last said."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "clock"
        self.move()

    @property
    def environment(self) -> dict[str, str]:
        return {"PYTHONPATH": str(HOOK), "BLOCKPLAN_TEST_CLOCK": str(self._file)}

    def move(self, **ahead: float) -> None:
        """So far ahead of the machine's clock: ``move(days=31)``."""
        beside = self._file.with_suffix(".new")
        beside.write_text(str(dt.timedelta(**ahead).total_seconds()))
        beside.replace(self._file)
