"""Bounds as pairs: lower and upper from a plan's columns, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from blockplan.exchange.office.bounds import KINDS
from blockplan.figures import known

if TYPE_CHECKING:
    import pandas as pd

#: Bounded column -> what a number without a kind bounds.
BARE = {"far": "upper", "height_m": "upper", "coverage_ratio": "upper", "green_ratio": "lower"}
Pair = tuple[float | None, float | None]


def bounds_of(frame: pd.DataFrame, base: str) -> tuple[list[float | None], list[float | None]]:
    """Lower and upper bounds of a bounded column, row by row; None is no bound."""
    pairs = [pair_of(*row, base=base) for row in _rows(frame, base)]
    return [low for low, _ in pairs], [high for _, high in pairs]


def _rows(frame: pd.DataFrame, base: str) -> list[tuple[Any, Any, Any, Any]]:
    columns = (base, KINDS[base], f"{base}_min", f"{base}_max")
    return list(zip(*(frame[column].tolist() for column in columns), strict=True))


def pair_of(value: Any, kind: Any, low: Any, high: Any, *, base: str) -> Pair:
    """
    Lower and upper bound that a row says.

    Examples
    --------
    >>> pair_of(1.8, "upper", float("nan"), float("nan"), base="far")
    (None, 1.8)
    >>> pair_of(0.35, None, None, None, base="green_ratio")
    (0.35, None)
    """
    lower, upper, bare = known(low), known(high), known(value)
    kind = kind if isinstance(kind, str) else BARE[base]
    side = BARE[base] if kind in {"range", "guide"} else kind
    if bare is not None and side == "upper" and upper is None:
        upper = bare
    if bare is not None and side == "lower" and lower is None:
        lower = bare
    return lower, upper


def columns_of(pair: Pair, base: str) -> dict[str, Any]:
    """
    A pair as columns of a plan: a single bound by its kind, two bounds as a range.

    Examples
    --------
    >>> columns_of((None, 1.8), "far")
    {'far': 1.8, 'far_kind': 'upper'}
    >>> columns_of((1.0, 2.0), "far")
    {'far': 2.0, 'far_kind': 'range', 'far_min': 1.0, 'far_max': 2.0}
    """
    low, high = pair
    if low is None and high is None:
        return {}
    if low is not None and high is not None:
        first = low if BARE[base] == "lower" else high
        return {base: first, KINDS[base]: "range", f"{base}_min": low, f"{base}_max": high}
    return {base: high if low is None else low, KINDS[base]: "upper" if low is None else "lower"}


def canonical(frame: pd.DataFrame, base: str) -> list[tuple[Any, ...]]:
    """
    What each row says of a bounded column, the same for all ways of writing it.

    Lower bound, upper bound, whether the number is only a guide, and the number itself where it is neither.
    """
    found = []
    for value, kind, low, high in _rows(frame, base):
        pair = pair_of(value, kind, low, high, base=base)
        bare = known(value)
        found.append((*pair, kind == "guide", None if bare in pair else bare))
    return found
