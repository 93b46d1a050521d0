"""Work in parts, side by side on the cores of the machine."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

Result = TypeVar("Result")

#: Parts for each thread: more than one, so that none waits long for the last.
PARTS = 8


def in_parts(
    work: Callable[[slice], Result], count: int, threads: int, largest: int | None = None
) -> list[Result]:
    """
    Results of some work on slices of ``range(count)``, in their order.

    The work must leave the interpreter free, as compiled kernels do, or threads gain nothing. `largest` is
    the size of a slice at most.
    """
    parts = 1 if threads <= 1 else threads * PARTS
    if largest is not None:
        parts = max(parts, -(-count // largest))
    cuts = np.linspace(0, count, parts + 1).astype(int).tolist()
    slices = list(map(slice, cuts[:-1], cuts[1:]))
    if threads <= 1:
        return [work(part) for part in slices]
    with ThreadPoolExecutor(threads) as executor:
        return list(executor.map(work, slices))
