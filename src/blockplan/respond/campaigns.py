"""
Opinions that say the same in nearly the same words: folded for reading, counted one by one.

Copies are found by their letters, edited copies and paraphrases by how alike they are. A fold holds opinions
that are alike on average, not a chain in which each resembles only the next. It is a proposal: people
fold (`blockplan.respond.desk.Desk.fold`), and nothing is ever dropped.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from blockplan.respond import clusters, vectors
from blockplan.respond.vectors import best_embedder

if TYPE_CHECKING:
    from collections.abc import Sequence

    from blockplan.respond.vectors import Embedder

    Matrix = np.ndarray[Any, np.dtype[np.float32]]
    Labels = np.ndarray[Any, np.dtype[np.int64]]


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignParams:
    """
    How alike texts must be to be folded.

    Attributes
    ----------
    meaning
        Mean cosine of sentence vectors between two folds that are joined (1 = the same).
    wording
        Mean cosine of runs of characters, where no sentence model is installed.
    short
        Texts with fewer letters than this are only folded by wording: their vectors say too little.
    short_wording
        Cosine of runs of characters for those.
    largest
        Texts that are compared all with all; of more, each fold is gathered around one of them.
    """

    meaning: float = 0.80
    wording: float = 0.30
    short: int = 12
    short_wording: float = 0.80
    largest: int = 3_000


DEFAULT = CampaignParams()
#: Words for and against. A model of meaning finds "we support it" and "we oppose it" much alike; nobody who
#: folds opinions may.
OBJECTS = (
    "反对", "反對", "不同意", "不赞成", "不支持", "不赞同", "反対", "賛成できない", "認められない",
    "oppose", "object to", "against", "do not support", "do not agree", "disagree",
)  # fmt: skip
AGREES = ("同意", "赞成", "支持", "赞同", "贊成", "賛成", "support", "agree", "in favour")
#: Further apart than any likeness can bridge.
NEVER = 1e6
#: Rows whose pairs are held at once.
PAIRS_OF = 256


@dataclass(frozen=True, slots=True)
class Campaign:
    """
    Texts that say the same.

    Attributes
    ----------
    members
        Indices of the texts, ascending; two or more.
    copies
        How many of them are letter for letter the same as another one.
    typical
        Index of the one that is nearest to all others.
    """

    members: tuple[int, ...]
    copies: int
    typical: int


def find_campaigns(
    texts: Sequence[str], *, embedder: Embedder | None = None, params: CampaignParams = DEFAULT
) -> list[Campaign]:
    """
    Texts that say the same in nearly the same words, the largest folds first.

    Parameters
    ----------
    texts
        n texts; those without a letter are in no fold.
    embedder
        Where vectors come from; the sentence model where it is installed, else wording is compared.
    """
    first: dict[str, int] = {}
    same = [first.setdefault(vectors.letters(text), at) for at, text in enumerate(texts)]
    unique = [at for at in sorted(set(same)) if vectors.letters(texts[at])]
    folds = _folds([texts[at] for at in unique], embedder or best_embedder(), params)
    number = dict(zip(unique, folds.tolist(), strict=True))
    members: dict[int, list[int]] = {}
    for at, of in enumerate(same):
        if of in number:
            members.setdefault(number[of], []).append(at)
    found = [_campaign(fold, same, texts) for fold in members.values() if len(fold) > 1]
    return sorted(found, key=lambda campaign: (-len(campaign.members), campaign.members))


def _campaign(fold: list[int], same: list[int], texts: Sequence[str]) -> Campaign:
    of = [same[at] for at in fold]
    copies = sum(of.count(one) > 1 for one in of) if len(set(of)) > 1 else len(fold)
    # The one that most of the others repeat; of equals the one whose length is most usual, then the first.
    middle = float(np.median([len(texts[at]) for at in fold]))
    typical = min(fold, key=lambda at: (-of.count(same[at]), abs(len(texts[at]) - middle), at))
    return Campaign(tuple(fold), copies, typical)


def _folds(texts: list[str], embedder: Embedder, params: CampaignParams) -> Labels:
    """The number of the fold of each text, all of them different."""
    folds = np.arange(len(texts))
    short = np.array([len(vectors.letters(text)) < params.short for text in texts], bool)
    by_meaning = embedder.sees_meaning
    for which, meaning, least in (
        (~short, by_meaning, params.meaning if by_meaning else params.wording),
        (short, False, params.short_wording),
    ):
        some = np.flatnonzero(which)
        if len(some) > 1:
            told = [texts[at] for at in some]
            rows = embedder.vectors(told) if meaning else vectors.tfidf(told, least=1, share=1.0)
            folds[some] = some[_joined(rows, [stance(text) for text in told], least, params.largest)]
    return folds


def stance(text: str) -> int:
    """
    1 where a text says that it is for something, -1 against, 0 where it says neither or both.

    Examples
    --------
    >>> stance("我同意这个方案"), stance("不同意！"), stance("希望增加绿地"), stance("I do not agree")
    (1, -1, 0, -1)
    """
    said = vectors.plain(text)
    objects = any(word in said for word in OBJECTS)
    for word in OBJECTS:
        said = said.replace(word, "")
    return int(any(word in said for word in AGREES)) - int(objects)


def _joined(rows: Any, stances: list[int], least: float, largest: int) -> Labels:
    """
    For each row the first row of its fold: average linkage down to a mean cosine of `least`.

    Two folds whose mean cosine reaches `least` hold a pair that reaches it, so that rows which no chain of
    such pairs connects need not be compared.
    """
    from scipy.cluster.hierarchy import fcluster, linkage  # noqa: PLC0415 (only who folds needs it)
    from scipy.spatial.distance import squareform  # noqa: PLC0415

    first = np.arange(rows.shape[0])
    side = np.array(stances)
    for part in _connected(rows, least):
        if len(part) > largest:
            folds = _around_leaders(rows[part], side[part], least)
        else:
            likeness = np.asarray(_cosines(rows[part], rows[part]), np.float64)
            apart = np.clip(1 - (likeness + likeness.T) / 2, 0, 2)
            apart[side[part][:, None] * side[part][None, :] < 0] = NEVER
            np.fill_diagonal(apart, 0)
            tree = linkage(squareform(apart, checks=False), "average")
            folds = fcluster(tree, 1 - least + 1e-9, "distance")
        for fold in np.unique(folds):
            members = part[folds == fold]
            first[members] = members[0]
    return first


def _around_leaders(rows: Any, side: Labels, least: float) -> Labels:
    """
    Folds where there are too many to compare all with all: each holds what is alike to its first row.

    The first row is the one that is most like all that are left.
    """
    folds = np.full(rows.shape[0], -1)
    left = np.arange(rows.shape[0])
    while len(left):
        middle = np.asarray(rows[left].sum(axis=0)).reshape(1, -1)
        leader = left[int(_cosines(rows[left], middle).argmax())]
        alike = _cosines(rows[left], rows[[leader]])[:, 0] >= least
        # Those that say neither go with the first who comes; for and against never go together.
        alike &= side[left] * (side[leader] or 1) >= 0
        alike |= left == leader
        folds[left[alike]] = leader
        left = left[~alike]
    return folds


def _connected(rows: Any, least: float) -> list[Labels]:
    """Rows that chains of pairs of at least this cosine connect; those of one row alone are left out."""
    from scipy.sparse import coo_array  # noqa: PLC0415
    from scipy.sparse.csgraph import connected_components  # noqa: PLC0415

    count = rows.shape[0]
    component = np.arange(count)
    # Pairs are taken in block by block and forgotten: of ten thousand copies there would be fifty million.
    for block in clusters.blocks(count, PAIRS_OF):
        one, other = np.nonzero(_cosines(rows[block], rows) >= least)
        ends = (component[one + block.start], component[other])
        graph = coo_array((np.ones(len(one), bool), ends), shape=(count, count))
        component = connected_components(graph, directed=False)[1][component]
    order = np.argsort(component, kind="stable")
    parts = np.split(order, np.flatnonzero(np.diff(component[order])) + 1)
    return [part for part in parts if len(part) > 1]


def _cosines(some: Any, rows: Any) -> Matrix:
    product = some @ rows.T
    return np.asarray(product.todense() if hasattr(product, "todense") else product, np.float32)
