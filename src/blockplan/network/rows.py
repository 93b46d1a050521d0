"""Arcs that can be changed: rows with room to grow, and the streets of a graph in such rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from blockplan.errors import UsageError
from blockplan.network.contraction import FAR
from blockplan.units import CM_PER_M

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from blockplan.network.core import Arcs, Graph


class ArcRows:
    """
    Arcs by tail: those of node `i` stand at ``first[i]:first[i] + count[i]``.

    A row that is full moves to the end and gets twice the room.
    """

    def __init__(self, arcs: Arcs) -> None:
        self._first = arcs.row[:-1].copy()
        self._count = np.diff(arcs.row)
        self._room = self._count.copy()
        self._head, self._length = arcs.head.copy(), arcs.length.copy()
        self._end = len(arcs.head)

    @property
    def arrays(self) -> tuple[NDArray[np.int32], ...]:
        """What kernels read: first, count, head, length."""
        return self._first, self._count, self._head, self._length

    def length(self, tail: int, head: int) -> int:
        """Length of an arc; `FAR` where there is none."""
        at = self._find(tail, head)
        return int(FAR if at is None else self._length[at])

    def set(self, tail: int, head: int, length: int) -> None:
        """Add an arc, change its length, or take it out (`FAR`)."""
        at = self._find(tail, head)
        if length == FAR:
            if at is not None:
                last = self._first[tail] + self._count[tail] - 1
                self._head[at], self._length[at] = self._head[last], self._length[last]
                self._count[tail] -= 1
            return
        if at is None:
            if self._count[tail] == self._room[tail]:
                self._move(tail)
            at = int(self._first[tail] + self._count[tail])
            self._count[tail] += 1
        self._head[at], self._length[at] = head, length

    def _find(self, tail: int, head: int) -> int | None:
        first = int(self._first[tail])
        found = np.flatnonzero(self._head[first : first + self._count[tail]] == head)
        return first + int(found[0]) if len(found) else None

    def _move(self, tail: int) -> None:
        room = max(2 * int(self._room[tail]), 4)
        if self._end + room > len(self._head):
            size = max(len(self._head) * 5 // 4, self._end + room)
            self._head, self._length = np.resize(self._head, size), np.resize(self._length, size)
        old = slice(int(self._first[tail]), int(self._first[tail] + self._count[tail]))
        new = slice(self._end, self._end + old.stop - old.start)
        self._head[new], self._length[new] = self._head[old], self._length[old]
        self._first[tail], self._room[tail] = self._end, room
        self._end += room


class ArcStep(NamedTuple):
    """A change of the way from one node to a neighbour (inner numbers); `FAR` is "no way"."""

    tail: int
    head: int
    before_cm: int
    after_cm: int


class OpenStreets:
    """
    The streets of a graph, open to change.

    Attributes
    ----------
    away, towards
        Rows by the node that a way leaves, and by the one it leads to; the same where streets go both ways.
    """

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self.away = ArcRows(graph.every_out)
        self.towards = ArcRows(graph.every_into) if graph.one_way else self.away

    def steps(self, start: int, end: int, length_m: float | None) -> list[ArcStep]:
        """
        What another length of a street (None closes it) means for each direction.

        Raises
        ------
        UsageError
            If there is no street to close, the street is a loop, or the length is negative or not known.
        """
        tail, head = self._graph.inner([start, end], "ends of the street").tolist()
        if tail == head:
            raise UsageError(f"A street from node {start} to itself leads nowhere.")
        if length_m is not None and not 0 <= length_m * CM_PER_M < FAR:
            raise UsageError(f"The length of a street is known and not negative; {length_m} m is not.")
        after = FAR if length_m is None else round(length_m * CM_PER_M)
        pairs = [(tail, head)] if self._graph.one_way else [(tail, head), (head, tail)]
        steps = [ArcStep(*pair, self.away.length(*pair), int(after)) for pair in pairs]
        if length_m is None and steps[0].before_cm == FAR:
            raise UsageError(f"There is no street from node {start} to node {end} to close.")
        return steps

    def set(self, steps: list[ArcStep]) -> None:
        """Carry the steps out."""
        for tail, head, _, after in steps:
            self.away.set(tail, head, after)
            if self.towards is not self.away:
                self.towards.set(head, tail, after)
