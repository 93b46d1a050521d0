"""HiGHS without a word on stdout, where a JSON document may be all that is allowed."""

from __future__ import annotations

import ctypes
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

STDOUT = 1


def quiet_highs(**options: Any) -> Any:
    """
    A HiGHS solver that prints nothing, in one thread and with a fixed seed unless `options` say otherwise.

    Returns
    -------
    highspy.Highs
    """
    import highspy  # noqa: PLC0415 (a large library, and not every use needs it)

    # Some releases greet on stdout when a solver is made, before any option can forbid it.
    with _nothing_on_stdout():
        solver = highspy.Highs()  # type: ignore[no-untyped-call]
    for name, value in {"output_flag": False, "threads": 1, "random_seed": 0, **options}.items():
        solver.setOptionValue(name, value)
    return solver


@contextmanager
def _nothing_on_stdout() -> Iterator[None]:
    """Turn the process's stdout away, below Python's own; where there is none, nothing is to be done."""
    try:
        kept = os.dup(STDOUT)
    except OSError:
        yield
        return
    away = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(away, STDOUT)
        yield
    finally:
        # What the library printed waits in C's own buffer and would come out later.
        ctypes.CDLL(None if os.name != "nt" else "msvcrt").fflush(None)
        os.dup2(kept, STDOUT)
        os.close(away)
        os.close(kept)
