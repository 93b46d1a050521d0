"""Functions that tests hand to workers: they must be importable there."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path


def double(item: int) -> int:
    return 2 * item


def process_of(item: int) -> int:
    return os.getpid()


def refuse_three(item: int) -> int:
    if item == 3:
        msg = "three is not welcome"
        raise ValueError(msg)
    return item


def wait_where_told(item: tuple[str, str]) -> str:
    """Notes the id of its process in the folder; the item `held` waits until somebody removes `hold`."""
    folder, name = item
    with (Path(folder) / f"{name}.pids").open("a", encoding="utf-8") as file:
        file.write(f"{os.getpid()}\n")
    while name == "held" and (Path(folder) / "hold").exists():
        time.sleep(0.02)
    return name


def kill_own_process(item: int) -> int:
    """Ends its worker the hard way at item 2, as the system does when memory runs out."""
    if item == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    return item
