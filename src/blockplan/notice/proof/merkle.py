"""
The tree over the entries: hashes and proofs of RFC 9162, section 2.1.

A tree is asked through its *complete* nodes: ``node(level, index)`` is the hash of
the 2**level leaves from ``index * 2**level`` on. Only complete nodes are ever stored, so that none changes
afterwards, and every proof is read from them in logarithmic time.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Protocol, TypeVar, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

T = TypeVar("T")

#: Length of a hash.
ROOT_BYTES = 32
#: Root of a tree without leaves.
EMPTY_ROOT = hashlib.sha256(b"").digest()


class Nodes(Protocol):
    """Complete nodes of a tree."""

    def node(self, level: int, index: int) -> bytes:
        """Hash of the ``2**level`` leaves from ``index * 2**level`` on."""
        ...


@runtime_checkable
class ManyNodes(Nodes, Protocol):
    """A tree in a database, which is better asked once for all that is wanted."""

    def nodes(self, wanted: Collection[tuple[int, int]]) -> Mapping[tuple[int, int], bytes]:
        """Several complete nodes by level and index."""
        ...


class _Asked:
    """Notes which nodes are asked for: that never depends on what they hold."""

    def __init__(self) -> None:
        self.wanted: list[tuple[int, int]] = []

    def node(self, level: int, index: int) -> bytes:
        self.wanted.append((level, index))
        return EMPTY_ROOT


class _Held:
    def __init__(self, nodes: Mapping[tuple[int, int], bytes]) -> None:
        self._nodes = nodes

    def node(self, level: int, index: int) -> bytes:
        return self._nodes[level, index]


def _at_once(nodes: Nodes, work: Callable[[Nodes], T]) -> T:
    """Do `work`; a database is asked once for all nodes of it."""
    if not isinstance(nodes, ManyNodes):
        return work(nodes)
    asked = _Asked()
    work(asked)
    return work(_Held(nodes.nodes(asked.wanted)))


def leaf_hash(leaf: bytes) -> bytes:
    """SHA-256 of 0x00 and the leaf."""
    return hashlib.sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256 of 0x01 and the two hashes below."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Tree:
    """
    A tree in memory, as a verifier builds it.

    Examples
    --------
    >>> tree = Tree()
    >>> for leaf in (b"a", b"b", b"c"):
    ...     tree.add(leaf_hash(leaf))
    >>> tree.size, root(tree, 3).hex()[:8]
    (3, '36642e73')
    """

    def __init__(self) -> None:
        self._levels: list[list[bytes]] = [[]]

    @property
    def size(self) -> int:
        """Number of leaves."""
        return len(self._levels[0])

    def node(self, level: int, index: int) -> bytes:
        """A complete node."""
        return self._levels[level][index]

    def add(self, digest: bytes) -> None:
        """A further leaf, by its hash."""
        for level, node in enumerate(completed(self, self.size, digest)):
            if level == len(self._levels):
                self._levels.append([])
            self._levels[level].append(node)


def completed(nodes: Nodes, index: int, digest: bytes) -> list[bytes]:
    """The nodes that leaf number `index` completes: itself (level 0), then those above it."""
    made = [digest]
    while index % 2:
        made.append(node_hash(nodes.node(len(made) - 1, index - 1), made[-1]))
        index //= 2
    return made


def root(nodes: Nodes, size: int) -> bytes:
    """Root of the tree of the first `size` leaves."""
    return _at_once(nodes, lambda known: _range(known, 0, size)) if size else EMPTY_ROOT


def _split(count: int) -> int:
    """The largest power of two below `count`."""
    return 1 << (count - 1).bit_length() - 1


def _range(nodes: Nodes, start: int, count: int) -> bytes:
    if count & (count - 1) == 0:  # a power of two, and `start` a multiple of it
        level = count.bit_length() - 1
        return nodes.node(level, start >> level)
    left = _split(count)
    return node_hash(_range(nodes, start, left), _range(nodes, start + left, count - left))


def inclusion_proof(nodes: Nodes, index: int, size: int) -> list[bytes]:
    """
    The path from leaf `index` to the root of the first `size` leaves; ``PATH(m, D[n])``.

    Raises
    ------
    ValueError
        If there is no such leaf.
    """
    if not 0 <= index < size:
        raise ValueError(f"a tree of {size} leaves has no leaf {index}")
    return _at_once(nodes, lambda known: _inclusion(known, index, size))


def _inclusion(nodes: Nodes, index: int, size: int) -> list[bytes]:
    path: list[bytes] = []
    start = 0
    while size > 1:
        left = _split(size)
        if index < left:
            path.append(_range(nodes, start + left, size - left))
            size = left
        else:
            path.append(_range(nodes, start, left))
            start, index, size = start + left, index - left, size - left
    return path[::-1]


def consistency_proof(nodes: Nodes, old: int, new: int) -> list[bytes]:
    """
    That the first `old` leaves of the tree of `new` leaves are unchanged; ``PROOF(m, D[n])``.

    Raises
    ------
    ValueError
        If `old` is larger than `new`, or 0.
    """
    if not 0 < old <= new:
        raise ValueError(f"no proof leads from a tree of {old} leaves to one of {new}")
    return _at_once(nodes, lambda known: _consistency(known, old, new))


def _consistency(nodes: Nodes, old: int, new: int) -> list[bytes]:
    path: list[bytes] = []
    start, whole = 0, True
    while old != new:
        left = _split(new)
        if old <= left:
            path.append(_range(nodes, start + left, new - left))
            new = left
        else:
            path.append(_range(nodes, start, left))
            start, old, new, whole = start + left, old - left, new - left, False
    if not whole:
        path.append(_range(nodes, start, new))
    return path[::-1]


def included(digest: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Whether a path leads from a leaf's hash to the root; RFC 9162, section 2.1.3.2."""
    if not 0 <= index < size:
        return False
    at, last, found = index, size - 1, digest
    for step in path:
        if last == 0:
            return False
        if at % 2 or at == last:
            found = node_hash(step, found)
            while at and not at % 2:
                at, last = at >> 1, last >> 1
        else:
            found = node_hash(found, step)
        at, last = at >> 1, last >> 1
    return last == 0 and found == root


def consistent(old: int, new: int, old_root: bytes, new_root: bytes, path: Sequence[bytes]) -> bool:
    """Whether a path proves that the old tree is the beginning of the new one; RFC 9162, section 2.1.4.2."""
    if not 0 < old <= new:
        return False
    if old == new:
        return not path and old_root == new_root
    steps = [old_root, *path] if old & (old - 1) == 0 else list(path)
    if not steps:
        return False
    at, last = old - 1, new - 1
    while at % 2:
        at, last = at >> 1, last >> 1
    first = second = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if at % 2 or at == last:
            first, second = node_hash(step, first), node_hash(step, second)
            while at and not at % 2:
                at, last = at >> 1, last >> 1
        else:
            second = node_hash(second, step)
        at, last = at >> 1, last >> 1
    return last == 0 and first == old_root and second == new_root
