"""Places that fall short, worst first, put in order and made one by one only when somebody reads them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, overload

import numpy as np
import shapely

from blockplan.measure.measurement import Place
from blockplan.plan.model.derived import same
from blockplan.plan.model.recall import addresses

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class WorstFirst(Sequence[Place]):
    """
    Features as places, a row a feature in no order: after most edits nobody reads all that fall short.

    Attributes
    ----------
    spots
        Features and where they stand: layers, ids and points.
    rows
        Which of them fall short.
    value
        How far it is from what is meant, or how much it has; NaN where that is not known.
    most
        Whether those of the most come first, and before them those without a value; else those of the
        least. Of equals the order is that of the ids.
    """

    spots: tuple[NDArray[Any], NDArray[Any], NDArray[Any]]
    rows: NDArray[np.intp]
    value: NDArray[np.float64]
    most: bool = False

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[Place]:
        return self._made(slice(None))

    @overload
    def __getitem__(self, at: int) -> Place: ...
    @overload
    def __getitem__(self, at: slice) -> tuple[Place, ...]: ...
    def __getitem__(self, at: int | slice) -> Place | tuple[Place, ...]:
        if isinstance(at, slice):
            return tuple(self._made(at))
        row = range(len(self))[at]
        return next(self._made(slice(row, row + 1)))

    def __eq__(self, other: object) -> bool:
        if isinstance(other, WorstFirst):
            return len(self) == len(other) and (
                same(self, other)
                or (same(self._values, other._values) and same(self._columns, other._columns))
            )
        return isinstance(other, tuple) and len(self) == len(other) and tuple(self) == other

    def __hash__(self) -> int:
        return hash(tuple(self))

    def __reduce__(self) -> tuple[Any, ...]:
        """Another process gets the places."""
        return tuple, (list(self),)

    def is_same(self, other: WorstFirst) -> bool:
        """Whether others are the same features with the same values; those that stand are not looked at."""
        return (
            self.most == other.most
            and same(self.value, other.value)
            and all(
                np.array_equal(addresses(one)[self.rows], addresses(also)[other.rows])
                or same(one[self.rows], also[other.rows])
                for one, also in zip(self.spots, other.spots, strict=True)
            )
        )

    @cached_property
    def layers(self) -> frozenset[str]:
        """The layers that they are drawn in."""
        return frozenset(self.spots[0][self.rows].tolist())

    @cached_property
    def _values(self) -> NDArray[np.float64]:
        """Their values as they are told, each with its equals: what differs mostly differs in them."""
        return np.sort(np.round(self.value, 2))

    @cached_property
    def _columns(self) -> tuple[NDArray[Any], ...]:
        """Layer, id, x, y and value of each, in order."""
        layer, ids, point = (one[self.rows] for one in self.spots)
        names, value = ids.tolist(), self.value
        rank = np.empty(len(names), dtype=np.intp)
        rank[sorted(range(len(names)), key=names.__getitem__)] = np.arange(len(names))
        key = -np.where(np.isnan(value), np.inf, value) if self.most else value
        order = np.lexsort((rank, key))
        xy = shapely.get_x(point), shapely.get_y(point)
        return tuple(one[order] for one in (layer, ids, *xy, np.round(value, 2)))

    def _made(self, rows: slice) -> Iterator[Place]:
        layer, names, x, y, value = (one[rows] for one in self._columns)
        shown = value.astype(object)
        shown[np.isnan(value)] = None
        return map(Place, *(one.tolist() for one in (layer, names, x, y, shown)))
