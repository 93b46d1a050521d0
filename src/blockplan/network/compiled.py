"""
How functions of this room become machine code.

Loading numba costs more than all searches on a small plan, so only the modules with kernels
import this one, and other modules import those where they are needed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, cast

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
