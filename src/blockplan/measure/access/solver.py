"""
HiGHS: a linear program as it takes one, and a solver without a word on stdout, where JSON may be all.

Programs are handed over as whole arrays: highspy's own ``addVariable`` and ``addConstr`` take some 5 and
17 microseconds a column and a row, and the programs of a city have hundreds of thousands of both.
"""

from __future__ import annotations

import ctypes
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    import scipy.sparse as sp
    from numpy.typing import ArrayLike

STDOUT = 1


def linear_program(  # noqa: PLR0913 (the parts of a program)
    rows: sp.sparray,
    *,
    cost: ArrayLike,
    lower: ArrayLike = 0.0,
    upper: ArrayLike = 1.0,
    low: ArrayLike = -np.inf,
    high: ArrayLike = np.inf,
    whole: ArrayLike | None = None,
) -> Any:
    """
    The program that makes ``cost @ x`` small, where ``low <= rows @ x <= high`` and ``lower <= x <= upper``.

    Parameters
    ----------
    rows
        Rows x columns.
    cost, lower, upper
        Of each column, or one for all.
    low, high
        Of each row, or one for all; infinite where there is no limit.
    whole
        Whether a column is a whole number; None where none is.

    Returns
    -------
    highspy.HighsLp
    """
    import highspy  # noqa: PLC0415 (a large library, and not every use needs it)

    def each(value: ArrayLike, many: int) -> Any:
        return np.broadcast_to(np.asarray(value, dtype=float), many)

    by_row = rows.tocsr()
    model = highspy.HighsLp()
    model.num_row_, model.num_col_ = height, width = by_row.shape
    model.col_cost_ = each(cost, width)
    model.col_lower_, model.col_upper_ = each(lower, width), each(upper, width)
    model.row_lower_, model.row_upper_ = each(low, height), each(high, height)
    if whole is not None:
        kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
        model.integrality_ = [kinds[one] for one in np.broadcast_to(whole, width).tolist()]
    matrix = model.a_matrix_
    matrix.format_ = highspy.MatrixFormat.kRowwise
    matrix.start_, matrix.index_, matrix.value_ = by_row.indptr, by_row.indices, by_row.data.astype(float)
    return model


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
