"""The formulas of a study against published tables; tests/data/SOURCES.md names them."""

import numpy as np
import pytest

from colorfast.review.errors import NotTaken
from colorfast.review.study.agreement import fleiss_kappa, krippendorff_alpha
from colorfast.review.study.correlation import spearman, spearman_interval, wilson_interval
from colorfast.review.study.preference import probability, worths


@pytest.fixture(scope="module")
def baseball(tables):
    """Wins of the row's team over the column's: American League East 1987, Agresti's table."""
    return np.loadtxt(tables / "baseball_agresti.csv", delimiter=",", skiprows=1, usecols=range(1, 8))


def test_bradley_terry_agrees_with_the_table_of_agresti(baseball):
    found = worths(baseball)
    relative = found.worth - found.worth[6]  # to Baltimore, as printed
    np.testing.assert_allclose(
        relative, [1.5814, 1.4364, 1.2945, 1.2476, 1.1077, 0.6839, 0], rtol=0, atol=5e-5
    )
    errors = [found.deviation(i, 6) for i in range(6)]
    np.testing.assert_allclose(errors, [0.3433, 0.3396, 0.3367, 0.3359, 0.3339, 0.3319], rtol=0, atol=5e-5)


def test_worths_add_up_to_nothing_and_fit_what_was_won(baseball):
    found = worths(baseball)
    assert abs(found.worth.sum()) < 1e-9
    expected = (probability(found.worth) * (baseball + baseball.T)).sum(axis=1)
    np.testing.assert_allclose(expected, baseball.sum(axis=1), rtol=1e-6)


def test_two_methods_have_the_log_odds_of_their_votes():
    found = worths(np.array([[0, 30], [10, 0]]))
    assert found.worth[0] - found.worth[1] == pytest.approx(np.log(3))
    assert found.deviation(0, 1) == pytest.approx(np.sqrt(1 / 30 + 1 / 10))  # of a log odds
    low, high = found.interval(0)
    assert low < found.worth[0] < high


@pytest.mark.parametrize("wins", [[[0, 5], [0, 0]], [[0, 3, 2], [1, 0, 4], [0, 0, 0]], [[0, 0], [0, 0]]])
def test_a_method_that_always_wins_has_no_bounded_worth(wins):
    with pytest.raises(NotTaken, match="gather more votes"):
        worths(np.array(wins, float))


def test_fleiss_kappa_agrees_with_the_worked_example(tables):
    counts = np.loadtxt(tables / "fleiss_example.csv", delimiter=",", skiprows=1)
    assert fleiss_kappa(counts) == pytest.approx(0.210, abs=5e-4)


@pytest.mark.parametrize(("file", "alpha"), [("krippendorff_b.csv", 0.692), ("krippendorff_c.csv", 0.743)])
def test_alpha_agrees_with_krippendorff_s_examples(tables, file, alpha):
    coded = np.loadtxt(tables / file, delimiter=",", skiprows=1)  # (observers, units); 0 where none
    counts = np.stack([(coded == category).sum(axis=0) for category in range(1, 6)], axis=1)
    assert krippendorff_alpha(counts) == pytest.approx(alpha, abs=5e-4)


def test_agreement_is_1_where_all_agree_and_undefined_without_a_choice():
    counts = np.array([[3, 0], [0, 3], [3, 0]])
    assert fleiss_kappa(counts) == krippendorff_alpha(counts) == 1
    for measure in (fleiss_kappa, krippendorff_alpha):
        with pytest.raises(NotTaken):
            measure(np.array([[3, 0], [3, 0]]))
        with pytest.raises(NotTaken):
            measure(np.array([[1, 0]]))


def test_spearman_agrees_with_the_worked_example():
    iq = np.array([106, 100, 86, 101, 99, 103, 97, 113, 112, 110])
    hours = np.array([7, 27, 2, 50, 28, 29, 20, 12, 6, 17])
    assert spearman(iq, hours) == pytest.approx(-29 / 165)


def test_spearman_with_ties_is_pearson_s_of_the_mean_ranks():
    assert spearman(np.array([1, 2, 2, 3]), np.array([1, 2, 3, 4])) == pytest.approx(4.5 / np.sqrt(4.5 * 5))


def test_the_interval_of_a_correlation_narrows_with_its_pairs():
    few, many = spearman_interval(0.5, 10), spearman_interval(0.5, 1000)
    assert few[0] < many[0] < 0.5 < many[1] < few[1]
    assert spearman_interval(1.0, 10) == (1.0, 1.0)


@pytest.mark.parametrize(
    ("hits", "n", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_the_interval_of_a_share_agrees_with_table_1_of_newcombe(hits, n, low, high):
    assert wilson_interval(hits, n) == pytest.approx((low, high), abs=5e-5)


@pytest.mark.parametrize("values", [np.ones(9), np.arange(3)])
def test_a_correlation_needs_enough_values_that_differ(values):
    with pytest.raises(NotTaken):
        spearman(values, np.arange(len(values)))
