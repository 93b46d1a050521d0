"""
Points into groups: nearest neighbours, k-means, agreement of several runs, and how well a grouping separates.

Everything takes rows of length 1 or points of a few columns, and a seed; the same input and seed give the
same groups. Memory stays bounded: distances of all pairs are only ever held in blocks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    Matrix = np.ndarray[Any, np.dtype[np.float32]]
    Labels = np.ndarray[Any, np.dtype[np.int64]]

#: Rows of a block of distances: 256 x 10,000 x 4 bytes are 10 MB.
BLOCK = 256
STARTS, ROUNDS = 10, 100
#: Points that the separation is measured on; it changes little with more.
SAMPLE = 2_000


def blocks(count: int, size: int = BLOCK) -> Iterator[slice]:
    """Slices that cover `count` rows."""
    for start in range(0, count, size):
        yield slice(start, min(start + size, count))


def neighbours(rows: Matrix, count: int) -> tuple[Labels, Matrix]:
    """
    The nearest rows of each row by cosine, itself left out.

    Parameters
    ----------
    rows
        (n, d), each of length 1.
    count
        How many; fewer where there are fewer rows.

    Returns
    -------
    (indices, cosines)
        Both (n, count), nearest first; equal ones in the order of the rows.
    """
    count = min(count, len(rows) - 1)
    indices = np.zeros((len(rows), max(count, 0)), np.int64)
    cosines = np.zeros((len(rows), max(count, 0)), np.float32)
    if count < 1:
        return indices, cosines
    for part in blocks(len(rows)):
        near = rows[part] @ rows.T
        near[np.arange(part.stop - part.start), np.arange(part.start, part.stop)] = -2
        best = np.argpartition(-near, count - 1, axis=1)[:, :count]
        best.sort(axis=1)
        order = np.argsort(-np.take_along_axis(near, best, 1), axis=1, kind="stable")
        indices[part] = np.take_along_axis(best, order, 1)
        cosines[part] = np.take_along_axis(near, indices[part], 1)
    return indices, cosines


def smoothed(rows: Matrix, count: int) -> Matrix:
    """Each row with the mean of its neighbours (weighted by cosine) added: each moves to its kin."""
    from scipy.sparse import csr_array  # noqa: PLC0415 (only who groups needs it)

    indices, cosines = neighbours(rows, count)
    if not indices.size:
        return rows
    starts = np.arange(0, indices.size + 1, indices.shape[1])
    near = csr_array((cosines.clip(0).ravel(), indices.ravel(), starts), shape=(len(rows), len(rows)))
    near = near.maximum(near.T)
    weights = np.asarray(near.sum(axis=1)).ravel()
    means = (near @ rows) / np.maximum(weights, 1e-9)[:, None]
    added = rows + means
    lengths = np.linalg.norm(added, axis=1, keepdims=True)
    out = np.divide(added, lengths, out=np.zeros_like(added), where=lengths > 1e-12)
    return np.asarray(out, np.float32)


def k_means(points: Matrix, k: int, seed: int, starts: int = STARTS) -> tuple[Labels, Matrix]:
    """
    The best of several k-means runs: labels 0 to k - 1, and the centres.

    Parameters
    ----------
    points
        (n, d), n >= k.
    k
        Number of groups; all are used, unless fewer than k points differ.
    seed
        Of the starting centres (k-means++).
    starts
        Runs, of which the one with the least sum of squares is kept.
    """
    random = np.random.default_rng(seed)
    best: tuple[float, Labels, Matrix] | None = None
    for _ in range(starts):
        found = _lloyd(points, _first_centres(points, k, random))
        if best is None or found[0] < best[0]:
            best = found
    assert best is not None  # noqa: S101 (starts >= 1)
    return best[1], best[2]


def _first_centres(points: Matrix, k: int, random: np.random.Generator) -> Matrix:
    """k-means++ with a few candidates a step: the one that leaves the least distance is taken."""
    chosen = [int(random.integers(len(points)))]
    nearest = _squares(points, points[chosen])[:, 0]
    tries = 2 + int(np.log(k))
    for _ in range(1, k):
        total = float(nearest.sum())
        if total <= 0:
            chosen.append(int(random.integers(len(points))))
            continue
        at = np.searchsorted(np.cumsum(nearest, dtype=np.float64), random.random(tries) * total)
        candidates = np.minimum(at, len(points) - 1)
        left = np.minimum(nearest[:, None], _squares(points, points[candidates]))
        best = int(left.sum(axis=0).argmin())
        chosen.append(int(candidates[best]))
        nearest = left[:, best]
    return points[chosen].astype(np.float32)


def _lloyd(points: Matrix, centres: Matrix) -> tuple[float, Labels, Matrix]:
    labels = np.full(len(points), -1, np.int64)
    for _ in range(ROUNDS):
        far = _squares(points, centres)
        now = far.argmin(axis=1)
        if (now == labels).all():
            break
        labels = now
        centres = _means(points, labels, centres, far[np.arange(len(points)), labels])
    far = _squares(points, centres)
    labels = far.argmin(axis=1)
    return float(far[np.arange(len(points)), labels].sum()), labels, centres


def _means(points: Matrix, labels: Labels, centres: Matrix, far: Matrix) -> Matrix:
    member = np.equal.outer(np.arange(len(centres)), labels)
    sums = member.astype(np.float64) @ points
    counts = np.bincount(labels, minlength=len(centres))
    moved = np.divide(sums, counts[:, None], out=centres.astype(np.float64), where=counts[:, None] > 0)
    # A centre that lost all its points takes the point that lies farthest from its own.
    for empty, point in zip(np.flatnonzero(counts == 0), np.argsort(-far), strict=False):
        moved[empty] = points[point]
    return moved.astype(np.float32)


def _squares(points: Matrix, centres: Matrix) -> Matrix:
    """Squared distances, (n, k)."""
    found = (points**2).sum(axis=1)[:, None] - 2 * (points @ centres.T) + (centres**2).sum(axis=1)[None, :]
    return np.asarray(np.maximum(found, 0), np.float32)


def agreed(runs: Sequence[Labels], k: int) -> Labels:
    """
    One grouping from several: points that most runs put together are together.

    Average linkage over the share of runs in which two points were in different groups (Fred & Jain 2005,
    evidence accumulation). Memory is 4 n2 bytes or more: for a few thousand points.
    """
    from scipy.cluster.hierarchy import fcluster, linkage  # noqa: PLC0415
    from scipy.spatial.distance import squareform  # noqa: PLC0415

    if len(runs) == 1:
        return runs[0]
    apart = np.mean([labels[:, None] != labels[None, :] for labels in runs], axis=0)
    tree = linkage(squareform(apart, checks=False), "average")
    return np.asarray(fcluster(tree, k, "maxclust"), np.int64) - 1


def separation(points: Matrix, labels: Labels, seed: int) -> float:
    """
    Mean silhouette (Rousseeuw 1987), -1 to 1: how much nearer a point is to its own group than to the next.

    Measured on a sample where there are many points. 0 where there is one group only.
    """
    some = np.arange(len(points))
    if len(points) > SAMPLE:
        some = np.random.default_rng(seed).choice(len(points), SAMPLE, replace=False)
    points, labels = points[some], labels[some]
    groups, inverse, counts = np.unique(labels, return_inverse=True, return_counts=True)
    if len(groups) < 2:
        return 0.0
    member = np.zeros((len(points), len(groups)), np.float32)
    member[np.arange(len(points)), inverse] = 1
    sums = np.concatenate([np.sqrt(_squares(points[part], points)) @ member for part in blocks(len(points))])
    return _silhouette(sums, inverse, counts)


def _silhouette(sums: Matrix, own: Labels, counts: Labels) -> float:
    at = np.arange(len(own))
    others = np.maximum(counts[own] - 1, 1)
    inside = sums[at, own] / others
    means = sums / counts[None, :]
    means[at, own] = np.inf
    outside = means.min(axis=1)
    width = (outside - inside) / np.maximum(np.maximum(inside, outside), 1e-12)
    # A point that is a group by itself is neither well nor badly placed.
    return float(np.where(counts[own] > 1, width, 0).mean())
