"""Neighbours, k-means and agreement, on points small enough to see, and against scikit-learn."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from blockplan.respond import clusters
from blockplan.respond.vectors import of_length_one


def three_heaps(seed=0, each=20):
    random = np.random.default_rng(seed)
    middles = np.array([[0, 0], [8, 0], [0, 8]])
    points = np.concatenate([middle + random.normal(0, 0.5, (each, 2)) for middle in middles])
    return points.astype(np.float32), np.repeat([0, 1, 2], each)


def same_groups(one, other):
    return len(set(zip(one.tolist(), other.tolist(), strict=True))) == len(set(one.tolist()))


def test_heaps_that_lie_apart_are_found_whatever_the_seed():
    points, truth = three_heaps()
    assert all(same_groups(truth, clusters.k_means(points, 3, seed)[0]) for seed in range(5))


def test_the_same_seed_gives_the_same_groups():
    points = np.random.default_rng(1).normal(size=(200, 5)).astype(np.float32)
    assert (clusters.k_means(points, 6, 3)[0] == clusters.k_means(points, 6, 3)[0]).all()


@pytest.mark.long
def test_k_means_is_as_good_as_that_of_scikit_learn():
    cluster = pytest.importorskip("sklearn.cluster")
    points = np.random.default_rng(2).normal(size=(300, 4)).astype(np.float32)
    labels, centres = clusters.k_means(points, 8, 0, starts=20)
    ours = float(((points - centres[labels]) ** 2).sum())
    theirs = cluster.KMeans(8, n_init=20, random_state=0).fit(points).inertia_
    assert ours <= theirs * 1.02


@given(st.integers(1, 12), st.integers(0, 3))
def test_every_point_has_a_group_and_every_group_a_point(k, seed):
    points = np.random.default_rng(seed).normal(size=(12, 2)).astype(np.float32)
    labels, _ = clusters.k_means(points, k, seed)
    assert set(labels.tolist()) == set(range(k))


def test_copies_of_one_point_are_grouped_without_complaint():
    labels, _ = clusters.k_means(np.ones((5, 3), np.float32), 3, 0)
    assert len(labels) == 5


def test_neighbours_are_the_nearest_by_cosine_in_order():
    rows = of_length_one(np.array([[1, 0], [1, 0.1], [0, 1], [1, -0.3]], np.float32))
    indices, cosines = clusters.neighbours(rows, 2)
    assert indices.tolist() == [[1, 3], [0, 3], [1, 0], [0, 1]]
    assert (np.diff(cosines, axis=1) <= 0).all()


def test_neighbours_in_blocks_are_those_of_all_at_once():
    rows = of_length_one(np.random.default_rng(0).normal(size=(2_100, 8)).astype(np.float32))
    indices, _ = clusters.neighbours(rows, 5)
    cosines = rows @ rows.T
    np.fill_diagonal(cosines, -2)
    assert (np.sort(np.argsort(-cosines, axis=1)[:, :5], axis=1) == np.sort(indices, axis=1)).mean() > 0.999


def test_what_most_runs_put_together_is_together():
    runs = [np.array(run) for run in ([0, 0, 1, 1, 2], [0, 0, 1, 1, 1], [0, 0, 1, 1, 2])]
    assert same_groups(np.array([0, 0, 1, 1, 2]), clusters.agreed(runs, 3))


@pytest.mark.long
def test_separation_is_the_silhouette():
    metrics = pytest.importorskip("sklearn.metrics")
    points, truth = three_heaps()
    mixed = np.random.default_rng(0).integers(0, 3, len(points))
    for labels in (truth, mixed):
        theirs = metrics.silhouette_score(points, labels)
        assert clusters.separation(points, labels, 0) == pytest.approx(theirs, abs=1e-4)
    assert clusters.separation(points, np.zeros(len(points), np.int64), 0) == 0.0
