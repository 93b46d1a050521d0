"""
Run by Python at the start of a served process under test: the server's clock is read through a file.

The product has no way to set its clock; this stands outside of it, on the path of the tests' processes alone.
The machine's counter and the database's clock go along, as where time goes by.
"""

import datetime as dt
import os
import time
from pathlib import Path

if said := os.environ.get("BLOCKPLAN_TEST_CLOCK"):
    from blockplan.notice import ledger

    def moved() -> dt.datetime:
        """The machine's time, and so many seconds as stand in the file."""
        return dt.datetime.now(dt.UTC) + dt.timedelta(seconds=float(Path(said).read_text()))

    ledger.system_clock = moved

    from blockplan.portal import clock

    clock.counter = lambda: time.monotonic() + float(Path(said).read_text())
    clock.database_clock = lambda: moved().timestamp()
