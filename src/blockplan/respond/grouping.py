"""
A proposal how opinions could be grouped: for people to change, never a decision.

With the extra ``[grouping]``: vectors of a multilingual sentence model, their neighbourhoods laid out in five
dimensions (UMAP), k-means, and where it costs little the agreement of several such runs. Without it: vectors
of wording, each drawn to its neighbours, k-means, and the agreement of several runs. Every opinion gets a
place; density clustering, which leaves a tenth to a third of them out as noise, is not used. What was run
stands in the proposal: method, seed, versions, hash of the model.

What a group is about, in the words that stand out in it.

A word that is frequent in the group and rare outside it: c-TF-IDF (Grootendorst 2022) over words of Latin
script and runs of characters of Chinese and Japanese. A word must stand in two texts of the group or more, so
that none can be traced to one opinion.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from math import log
from typing import TYPE_CHECKING, Any

import numpy as np

from blockplan.errors import UsageError
from blockplan.respond import clusters, vectors
from blockplan.respond.refusals import refused
from blockplan.respond.vectors import best_embedder, of_opinions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from blockplan.respond.vectors import Embedder

    Matrix = np.ndarray[Any, np.dtype[np.float32]]
    Labels = np.ndarray[Any, np.dtype[np.int64]]
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupingParams:
    """
    Parameters of a grouping; the defaults were not fitted to any list of opinions.

    Attributes
    ----------
    neighbours
        Nearest texts that make up a text's surroundings (UMAP's own default).
    runs
        Groupings that are brought to agreement, up to `runs_up_to` texts; beyond that one run.
    runs_up_to
        Texts; the agreement needs memory that grows with their square.
    layout_from
        Texts from which on neighbourhoods are laid out; fewer have too few neighbours for it.
    directions
        Main directions that are kept where nothing is laid out.
    most_groups
        Largest number that is proposed where none is given.
    """

    neighbours: int = 15
    dimensions: int = 5
    runs: int = 7
    runs_up_to: int = 2_000
    layout_from: int = 100
    directions: int = 50
    most_groups: int = 40


DEFAULT = GroupingParams()
#: Layouts on which numbers of groups are tried.
LOOKED_AT = 3


@dataclass(frozen=True, slots=True)
class Group:
    """
    A proposed group.

    Attributes
    ----------
    number
        From 0, the largest group first.
    members
        Indices of the texts, the most typical first.
    words
        Runs of characters or words that stand out in it; each stands in two of its texts or more.
    doubtful
        Members that lie about as near to another group.
    """

    number: int
    members: tuple[int, ...]
    words: tuple[str, ...]
    doubtful: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ProposedGroups:
    """
    Proposed groups, and what they come from.

    Attributes
    ----------
    groups
        Every text is in exactly one.
    separation
        Mean silhouette of the layout, -1 to 1; under about 0.25 the groups are hardly apart.
    run
        Method, seed, parameters, versions and the hash of the model: the same run gives the same groups.
    """

    groups: tuple[Group, ...]
    separation: float
    run: dict[str, Any]

    def labels(self) -> list[int]:
        """The number of the group of each text."""
        found = [0] * sum(len(group.members) for group in self.groups)
        for group in self.groups:
            for member in group.members:
                found[member] = group.number
        return found


def propose_groups(
    texts: Sequence[str],
    titles: Sequence[str] | None = None,
    *,
    k: int | None = None,
    seed: int = 0,
    embedder: Embedder | None = None,
    params: GroupingParams = DEFAULT,
) -> ProposedGroups:
    """
    Propose groups of texts that are about the same.

    Parameters
    ----------
    texts
        n texts, of one language or several.
    k
        Number of groups; None proposes the one that separates best.
    seed
        Same seed, same groups.
    embedder
        Where vectors come from; the sentence model where it is installed, else words.

    Raises
    ------
    UsageError
        If there are fewer than two texts, or k is not between 1 and their number.
    """
    if len(texts) < 2:
        raise refused(UsageError, "group_few", count=len(texts))
    if k is not None and not 1 <= k <= len(texts):
        raise refused(UsageError, "group_number", count=len(texts), k=k)
    embedder = embedder or best_embedder()
    rows = of_opinions(embedder, texts, titles)
    many = params.runs if len(texts) <= params.runs_up_to else 1
    layouts, how = _layouts(rows, many, seed, params, lay_out=embedder.sees_meaning)
    if k is None:
        k = _best_number(layouts, rows, seed, params)
    found = _grouped(layouts, k, seed)
    run = {
        "method": how,
        "seed": seed,
        "k": k,
        "texts": len(texts),
        "parameters": _written(params),
        "versions": _versions(how),
        **embedder.about(),
    }
    spread = clusters.separation(layouts[0], found, seed)
    return ProposedGroups(_groups(found, rows, texts), round(spread, 4), run)


def _layouts(
    rows: Matrix, many: int, seed: int, params: GroupingParams, *, lay_out: bool
) -> tuple[list[Matrix], str]:
    """The points that are grouped, once for each run, and the name of what was done."""
    if lay_out and len(rows) >= params.layout_from and find_spec("umap") is not None:
        return [_laid_out(rows, seed * 1_000 + run, params) for run in range(many)], "umap+k-means"
    if lay_out:
        return [_main_directions(rows, params.directions)] * many, "pca+k-means"
    near = min(params.neighbours, max(1, len(rows) // 10))
    return [clusters.smoothed(clusters.smoothed(rows, near), near)] * many, "lsa+neighbours+k-means"


def _laid_out(rows: Matrix, seed: int, params: GroupingParams) -> Matrix:
    """Neighbourhoods of the rows in a few dimensions; the neighbours are exact and our own."""
    import warnings  # noqa: PLC0415

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it tells of one thread under a seed, which is what is wanted
        import umap  # noqa: PLC0415 (several seconds that only grouping needs)

        indices, cosines = clusters.neighbours(rows, params.neighbours - 1)
        itself = np.arange(len(rows))[:, None]
        near = np.hstack([itself, indices])
        far = np.hstack([np.zeros((len(rows), 1), np.float32), (1 - cosines).clip(0)])
        layout = umap.UMAP(
            n_components=params.dimensions,
            n_neighbors=params.neighbours,
            min_dist=0.0,
            metric="cosine",
            random_state=seed,
            n_jobs=1,
            precomputed_knn=(near, far, None),
            force_approximation_algorithm=True,
        )
        return np.asarray(layout.fit_transform(rows), np.float32)


def _main_directions(rows: Matrix, count: int) -> Matrix:
    middle = rows - rows.mean(axis=0)
    left, sizes, _ = np.linalg.svd(middle, full_matrices=False)
    return np.asarray((left * sizes)[:, :count], np.float32)


def _grouped(layouts: list[Matrix], k: int, seed: int) -> Labels:
    runs = [clusters.k_means(points, k, seed * 1_000 + run)[0] for run, points in enumerate(layouts)]
    return clusters.agreed(runs, k)


def _best_number(layouts: list[Matrix], rows: Matrix, seed: int, params: GroupingParams) -> int:
    """
    The number of groups that separates best; of those within a fiftieth of it the smallest.

    Judged on the rows drawn to their neighbours, not on a layout: a layout pulls apart what it divides,
    and then praises the division.
    """
    if len(rows) > clusters.SAMPLE:
        some = np.random.default_rng(seed).choice(len(rows), clusters.SAMPLE, replace=False)
        layouts, rows = [points[some] for points in layouts[:1]], rows[some]
    drawn = clusters.smoothed(rows, min(params.neighbours, max(1, len(rows) // 10)))
    most = min(params.most_groups, max(2, int(np.sqrt(len(rows)) * 1.5)))
    scores = {k: _score(layouts[:LOOKED_AT], drawn, k, seed) for k in range(2, min(most, len(rows)) + 1)}
    best = max(scores.values())
    return min(k for k, score in scores.items() if score >= best - abs(best) / 50)


def _score(layouts: list[Matrix], drawn: Matrix, k: int, seed: int) -> float:
    """Mean separation of k groups over some layouts."""
    found = [clusters.k_means(points, k, seed * 1_000 + run, 3)[0] for run, points in enumerate(layouts)]
    return float(np.mean([clusters.separation(drawn, groups, seed) for groups in found]))


def _groups(found: Labels, rows: Matrix, texts: Sequence[str]) -> tuple[Group, ...]:
    """Groups by size, each with its typical members first, its words and its doubtful members."""
    numbers, counts = np.unique(found, return_counts=True)
    order = numbers[np.lexsort((numbers, -counts))]
    centres = np.stack([_middle(rows[found == number]) for number in order])
    near = rows @ centres.T
    said = standing_out(texts, [np.flatnonzero(found == number).tolist() for number in order])
    made = []
    for at, number in enumerate(order):
        members = np.flatnonzero(found == number)
        typical = members[np.argsort(-near[members, at], kind="stable")]
        others = np.delete(near[typical], at, axis=1)
        close = others.max(axis=1) if others.size else np.full(len(typical), -1.0)
        doubtful = typical[close >= near[typical, at]]
        made.append(Group(at, tuple(typical.tolist()), tuple(said[at]), tuple(doubtful.tolist())))
    return tuple(made)


def _middle(rows: Matrix) -> Matrix:
    mean = rows.mean(axis=0)
    return np.asarray(mean / max(float(np.linalg.norm(mean)), 1e-12), np.float32)


def _written(params: GroupingParams) -> dict[str, int]:
    return {name: getattr(params, name) for name in params.__slots__}


def _versions(how: str) -> dict[str, str]:
    names = ["numpy", "scipy", *(["umap-learn", "scikit-learn"] if how.startswith("umap") else [])]
    return {name: version(name) for name in names}


COUNT = 6
LONGEST_RUN = 4
#: Texts of a group that are read for its words: more say the same.
MOST_READ = 500
_SPACED = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_KANA_ONLY = re.compile(r"^[\u3041-\u309f]+$")
#: Words that every text has, whatever it is about.
EMPTY = frozenset(
    ("the", "and", "for", "that", "this", "with", "are", "not", "have", "has", "was", "were", "will",
     "should",
     "would", "could", "can", "you", "your", "our", "they", "their", "there", "from", "but", "all", "more",
     "please", "which", "what", "who", "been", "its", "into", "than", "also",
     "too", "now", "then", "here", "when", "where", "why", "how", "because", "some", "any", "such", "only",
     "very", "just", "much", "many", "most", "these", "those", "them", "other", "another", "about", "along",
     "after", "before", "being", "had", "did", "does", "may", "might", "must", "shall", "want", "wants",
     "wish", "need", "needs")
)  # fmt: skip


def standing_out(
    texts: Sequence[str], groups: Sequence[Sequence[int]], sources: Sequence[str] | None = None
) -> list[list[str]]:
    """
    The words that stand out in each group, at most `COUNT`.

    Parameters
    ----------
    groups
        Indices into `texts`, a list for each group.
    sources
        Which opinion each text is of, where several are of one: a word must stand in two opinions, as one
        who writes much names his neighbour more than once.
    """
    in_texts = [Counter[str]() for _ in groups]
    for number, members in enumerate(groups):
        held: dict[Any, set[str]] = {}
        for member in members[:MOST_READ]:
            held.setdefault(sources[member] if sources else member, set()).update(_words(texts[member]))
        for said in held.values():
            in_texts[number].update(said)
    overall: Counter[str] = Counter()
    for counted in in_texts:
        overall.update(counted)
    return [
        _best(counted, overall, min(len(members), MOST_READ))
        for counted, members in zip(in_texts, groups, strict=True)
    ]


def _words(text: str) -> Iterable[str]:
    plain = vectors.plain(text)
    for part in plain.split(" "):
        if _SPACED.fullmatch(part):
            if len(part) > 2 and part not in EMPTY and not part.isdigit():
                yield part
            continue
        for run in vectors.runs_of(part, LONGEST_RUN):
            if not _KANA_ONLY.match(run) and not run.isdigit() and not run.isascii():
                yield run


def _best(counted: Counter[str], overall: Counter[str], size: int) -> list[str]:
    total = overall.total()
    scored = {
        # Of runs inside each other the longer says more.
        word: n / size * log(1 + total / overall[word]) * n / overall[word] * len(word) ** 0.5
        for word, n in counted.items()
        if n >= 2
    }
    kept: list[str] = []
    for word in sorted(scored, key=lambda one: (-scored[one], one)):
        if not any(word in other or other in word or _overlap(word, other) for other in kept):
            kept.append(word)
        if len(kept) == COUNT:
            break
    return kept


def _overlap(one: str, other: str) -> bool:
    """Whether two runs are pieces of one longer word, as 汽车站 and 车站点."""
    if one.isascii() or other.isascii():
        return False
    lengths = range(2, min(len(one), len(other)) + 1)
    return any(one.endswith(other[:n]) or other.endswith(one[:n]) for n in lengths)
