"""Trees of a few leaves, and the vectors of RFC 6962."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from blockplan.notice.proof import merkle

if TYPE_CHECKING:
    from collections.abc import Sequence

VECTORS = json.loads(
    (Path(__file__).parents[1] / "notice" / "data" / "ct-vectors.json").read_text(encoding="utf-8")
)
LEAVES = [bytes.fromhex(leaf) for leaf in VECTORS["leaves"]]


def a_tree(leaves: Sequence[bytes]) -> merkle.Tree:
    tree = merkle.Tree()
    for leaf in leaves:
        tree.add(merkle.leaf_hash(leaf))
    return tree
