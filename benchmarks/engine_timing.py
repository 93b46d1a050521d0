"""How long an engine takes for a question: CPU and wall seconds of a call, or of a sample of sources."""

from __future__ import annotations

import statistics
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

#: Longer than this (s), and a sample is taken that takes about a tenth of it.
PATIENCE_S = 60.0
#: Calls that take longer than this (s) are not repeated.
REPEATED_S = 5.0


@dataclass
class Timing:
    """Seconds of a call, what it found, and of how many sources it is a sample."""

    cpu_s: float
    wall_s: float
    found: Any = None
    setup_s: float | None = None
    chosen: Any = None


def timed(call: Callable[[], Any]) -> Timing:
    """Median of three calls after one that does not count; long calls are made once."""
    timing = once(call)
    if timing.cpu_s > REPEATED_S:
        return timing
    runs = []
    for _ in range(3):
        # One answer is kept, not all: they would count as memory of the engine.
        timing.found = None
        timing = once(call)
        runs.append((timing.cpu_s, timing.wall_s))
    cpu_s, wall_s = (statistics.median(column) for column in zip(*runs, strict=True))
    return Timing(cpu_s, wall_s, timing.found)


def once(call: Callable[[], Any]) -> Timing:
    began, wall = time.process_time(), time.perf_counter()
    found = call()
    return Timing(time.process_time() - began, time.perf_counter() - wall, found)


def each(call: Callable[[], Any], edits: int, setup_s: float) -> Timing:
    timing = timed(call)
    return Timing(timing.cpu_s / edits, timing.wall_s / edits, None, setup_s)


def by_source(engine: Any, call: Callable[[Any], Any], count: int) -> Timing:
    """All sources, or a sample of them where all would take over a minute."""
    order = np.random.default_rng(4).permutation(count)
    every = np.arange(count)
    if not engine.by_source:
        timing = timed(lambda: call(every))
        timing.chosen = every
        return timing
    probe = once(lambda: call(order[:4]))
    size = (
        count if probe.cpu_s / 4 * count <= PATIENCE_S else max(4, int(PATIENCE_S / 10 / (probe.cpu_s / 4)))
    )
    chosen = every if size >= count else np.sort(order[:size])
    timing = once(lambda: call(chosen))
    scale = count / len(chosen)
    return Timing(timing.cpu_s * scale, timing.wall_s * scale, timing.found, None, chosen)
