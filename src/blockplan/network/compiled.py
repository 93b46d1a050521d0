"""
How functions of this room become machine code.

Loading numba costs more than all searches on a small plan, so only the modules with kernels
import this one, and other modules import those where they are needed.
Their work goes side by side on the cores of the machine, in parts.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, TypeVar, cast

import numpy as np
from numba import njit

if TYPE_CHECKING:
    from collections.abc import Callable

Function = TypeVar("Function", bound="Callable[..., Any]")


def compiled(function: Function) -> Function:
    """
    Compile a function at its first call, and keep the code for the processes that follow.

    The kept code knows when its own file has changed, but not when another one has: a compiled function calls
    only compiled functions of its own module. Threads run it side by side.
    """
    try:
        made: Any = njit(cache=True, nogil=True)(function)
    except RuntimeError:
        # Neither beside the module nor in the user's cache folder may anything be written.
        made = njit(nogil=True)(function)
    return cast("Function", made)


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
