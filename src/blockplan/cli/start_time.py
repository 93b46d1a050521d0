"""When a command began: with its process, so that what is loaded before the first line of it counts too."""

from __future__ import annotations

import os
import time
from pathlib import Path

import click

#: When this module was loaded, on the clock of `time.perf_counter`.
_LOADED = time.perf_counter()


def process_began() -> float:
    """When this process began, on the clock of `time.perf_counter`; else when it loaded this module."""
    try:
        # Of what follows the name, which may hold blanks, the twentieth: ticks since the machine started.
        said = Path("/proc/self/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        age_s = time.clock_gettime(time.CLOCK_BOOTTIME) - int(said[19]) / os.sysconf("SC_CLK_TCK")
    except (OSError, AttributeError, ValueError, IndexError):
        return _LOADED
    return time.perf_counter() - age_s


def command_began() -> float:
    """When the command under way began: with the process where that is all it does, else now."""
    context = click.get_current_context(silent=True)
    began = None if context is None else context.find_root().obj
    return began if isinstance(began, float) else time.perf_counter()
