"""Clusters and silhouettes against scikit-learn, and the first cut against NumPy's eigenvectors."""

from __future__ import annotations

import numpy as np
import pytest

from colorfast.color.clusters import cluster, means, silhouette


@pytest.fixture
def cloud():
    rng = np.random.default_rng(13)
    return (rng.normal(size=(300, 3)) @ np.array([[9, 2, 0], [0, 4, 1], [1, 0, 3]]) + 40).astype(np.float32)


@pytest.fixture
def weights():
    shares = np.random.default_rng(14).random(300)
    return (shares / shares.sum()).astype(np.float32)


def test_the_first_cut_lies_across_the_longest_direction_at_the_mean(cloud, weights):
    mean = np.average(cloud, axis=0, weights=weights)
    axis = np.linalg.eigh(np.cov(cloud.T, aweights=weights))[1][:, -1]
    side = (cloud - mean) @ axis > 0
    found = cluster(cloud, weights, 2, steps=0) > 0
    assert (found == side).all() or (found != side).all()


def test_every_color_ends_with_the_nearest_center(cloud, weights):
    labels = cluster(cloud, weights, 5, steps=100)
    centers, _ = means(cloud, weights, labels)
    far = np.linalg.norm(cloud[:, None] - centers[None], axis=-1)
    np.testing.assert_array_equal(far.argmin(1), np.unique(labels, return_inverse=True)[1])


def test_clusters_lose_no_more_than_those_of_scikit_learn(cloud, weights):
    learn = pytest.importorskip("sklearn.cluster")
    labels = cluster(cloud, weights, 16)
    centers, _ = means(cloud, weights, labels)
    ours = weights @ ((cloud - centers[np.unique(labels, return_inverse=True)[1]]) ** 2).sum(1)
    best = learn.KMeans(16, n_init=5, random_state=0).fit(cloud, sample_weight=weights).inertia_
    assert ours < 1.2 * best


def test_silhouette_agrees_with_scikit_learn(cloud):
    learn = pytest.importorskip("sklearn.metrics")
    labels, equal = cluster(cloud, np.full(300, 1, np.float32), 3), np.full(300, 1, np.float32)
    assert silhouette(cloud, equal, labels) == pytest.approx(learn.silhouette_score(cloud, labels), abs=1e-4)


def test_means_keep_mass_and_mean(cloud, weights):
    centers, mass = means(cloud, weights, cluster(cloud, weights, 7))
    assert mass.sum() == pytest.approx(1, abs=1e-5)
    np.testing.assert_allclose(mass @ centers, weights @ cloud, rtol=1e-5)
