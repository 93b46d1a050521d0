"""The tree: equal to the known vectors, and no proof that was tampered with passes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.merkle_trees import LEAVES, VECTORS, a_tree

from blockplan.notice.proof import merkle

if TYPE_CHECKING:
    from collections.abc import Sequence


def plain_root(leaves: Sequence[bytes]) -> bytes:
    """The definition of RFC 9162, section 2.1.1, as it stands there."""
    if len(leaves) == 1:
        return merkle.leaf_hash(leaves[0])
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return merkle.node_hash(plain_root(leaves[:split]), plain_root(leaves[split:]))


@pytest.mark.parametrize("size", range(1, 9))
def test_roots_are_those_of_certificate_transparency(size: int) -> None:
    assert merkle.root(a_tree(LEAVES), size).hex() == VECTORS["roots"][size - 1]


def test_the_root_of_nothing_is_the_hash_of_nothing() -> None:
    assert merkle.root(a_tree([]), 0).hex() == VECTORS["empty_root"]


def test_every_leaf_of_every_size_up_to_70_is_proved_and_every_prefix_is_consistent() -> None:
    leaves = [str(number).encode() for number in range(70)]
    tree = a_tree(leaves)
    roots = [merkle.root(tree, size) for size in range(71)]
    for size in range(1, 71):
        assert roots[size] == plain_root(leaves[:size])
        for index in range(size):
            path = merkle.inclusion_proof(tree, index, size)
            assert merkle.included(merkle.leaf_hash(leaves[index]), index, size, path, roots[size])
        for old in range(1, size + 1):
            path = merkle.consistency_proof(tree, old, size)
            assert merkle.consistent(old, size, roots[old], roots[size], path)


def tampered(draw: st.DrawFn, path: list[bytes]) -> list[bytes]:
    """A path with one bit flipped, one step dropped, doubled, added, or two exchanged."""
    path = list(path)
    way = draw(st.sampled_from(["flip", "drop", "double", "add", "swap"]))
    if way == "add" or not path:
        return [*path, draw(st.binary(min_size=32, max_size=32))]
    at = draw(st.integers(0, len(path) - 1))
    if way == "flip":
        bit = draw(st.integers(0, 255))
        path[at] = (int.from_bytes(path[at]) ^ 1 << bit).to_bytes(32)
    elif way == "drop":
        del path[at]
    elif way == "double":
        path.insert(at, path[at])
    else:
        path[at], path[at - 1] = path[at - 1], path[at]
    return path


@given(st.data())
def test_no_bent_inclusion_proof_passes(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, 200))
    index = data.draw(st.integers(0, size - 1))
    tree = a_tree([b"%d" % number for number in range(size)])
    root, path = merkle.root(tree, size), merkle.inclusion_proof(tree, index, size)
    leaf = merkle.leaf_hash(b"%d" % index)
    assert merkle.included(leaf, index, size, path, root)
    other = data.draw(st.composite(tampered)(path))
    assert other == path or not merkle.included(leaf, index, size, other, root)
    elsewhere = data.draw(st.integers(0, size - 1))
    assert elsewhere == index or not merkle.included(leaf, elsewhere, size, path, root)
    assert not merkle.included(merkle.leaf_hash(b"another"), index, size, path, root)


@given(st.data())
def test_no_bent_consistency_proof_passes(data: st.DataObject) -> None:
    new = data.draw(st.integers(2, 200))
    old = data.draw(st.integers(1, new - 1))
    tree = a_tree([b"%d" % number for number in range(new)])
    roots, path = (merkle.root(tree, old), merkle.root(tree, new)), merkle.consistency_proof(tree, old, new)
    assert merkle.consistent(old, new, *roots, path)
    other = data.draw(st.composite(tampered)(path))
    assert other == path or not merkle.consistent(old, new, *roots, other)
    assert not merkle.consistent(old, new, merkle.leaf_hash(b"another"), roots[1], path)
    assert not merkle.consistent(old, new, roots[0], merkle.leaf_hash(b"another"), path)


def test_an_empty_path_proves_nothing_but_the_same_tree() -> None:
    tree = a_tree(LEAVES)
    assert merkle.consistent(8, 8, merkle.root(tree, 8), merkle.root(tree, 8), [])
    assert not merkle.consistent(4, 8, merkle.root(tree, 4), merkle.root(tree, 8), [])
    assert not merkle.consistent(0, 8, merkle.EMPTY_ROOT, merkle.root(tree, 8), [])


def test_a_leaf_that_is_not_there_has_no_proof() -> None:
    with pytest.raises(ValueError, match="a tree of 8 leaves has no leaf 8"):
        merkle.inclusion_proof(a_tree(LEAVES), 8, 8)
