"""What the votes say: which method is preferred, how far raters agree, and which metric foretells it.

Votes in; a dictionary that goes through JSON, or its text, out. What cannot be worked out yet says why.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from itertools import combinations
from typing import Any

import numpy as np

from colorfast.records import Array
from colorfast.report.words import METRICS, Metric
from colorfast.review.errors import NotTaken
from colorfast.review.study.agreement import fleiss_kappa, krippendorff_alpha
from colorfast.review.study.correlation import spearman, spearman_interval, wilson_interval
from colorfast.review.study.preference import worths
from colorfast.review.study.votes import Vote


def analyzed(cast: Sequence[Vote]) -> dict[str, Any]:
    """Return everything that a study found."""
    methods = sorted({name for vote in cast for name in (vote.won, vote.lost)})
    return {
        "votes": len(cast),
        "raters": len({vote.rater for vote in cast}),
        "questions": len({vote.question for vote in cast}),
        "methods": _or_why(lambda: _methods(cast, methods)),
        "pairs": [_pair(cast, a, b) for a, b in combinations(methods, 2)],
        "agreement": {
            "fleiss_kappa": _or_why(lambda: round(fleiss_kappa(_counts(cast)), 4)),
            "krippendorff_alpha": _or_why(lambda: round(krippendorff_alpha(_counts(cast)), 4)),
        },
        "metrics": [_metric(cast, metric) for metric in METRICS],
    }


def text(found: dict[str, Any]) -> str:
    """Return what a study found as Markdown."""
    return "\n".join(_lines(found)) + "\n"


def _methods(cast: Sequence[Vote], methods: Sequence[str]) -> list[dict[str, Any]]:
    """Return the methods with their worth, the most preferred first."""
    tally = Counter((vote.won, vote.lost) for vote in cast)
    wins = np.array([[tally[a, b] for b in methods] for a in methods], float)
    fitted = worths(wins)
    listed = []
    for i, name in enumerate(methods):
        low, high = fitted.interval(i)
        listed.append({"method": name, "worth": round(float(fitted.worth[i]), 4), "low": round(low, 4)})
        listed[-1] |= {
            "high": round(high, 4),
            "won": int(wins[i].sum()),
            "asked": int((wins + wins.T)[i].sum()),
        }
    return sorted(listed, key=lambda one: -one["worth"])


def _pair(cast: Sequence[Vote], a: str, b: str) -> dict[str, Any]:
    """Return how often `a` was chosen over `b`."""
    won = sum((vote.won, vote.lost) == (a, b) for vote in cast)
    asked = won + sum((vote.won, vote.lost) == (b, a) for vote in cast)
    low, high = wilson_interval(won, asked)
    share = round(won / asked, 4) if asked else None
    return {
        "method": a,
        "over": b,
        "share": share,
        "low": round(low, 4),
        "high": round(high, 4),
        "asked": asked,
    }


def _metric(cast: Sequence[Vote], metric: Metric) -> dict[str, Any]:
    """Return how a metric goes with preference: by votes, and by the share of votes on each question."""
    gains = [_gain(vote, metric) for vote in cast]
    told = [gain for gain in gains if gain != 0]
    hits = sum(gain > 0 for gain in told)
    low, high = wilson_interval(hits, len(told))
    agrees = {
        "share": round(hits / len(told), 4) if told else None,
        "low": round(low, 4),
        "high": round(high, 4),
    }
    return {"metric": metric.key, "agrees": agrees, "spearman": _or_why(lambda: _correlation(cast, metric))}


def _gain(vote: Vote, metric: Metric) -> float:
    """Return by how much the chosen picture is better by a metric."""
    gained = vote.measures[vote.won][metric.key] - vote.measures[vote.lost][metric.key]
    return gained if metric.higher_is_better else -gained


def _correlation(cast: Sequence[Vote], metric: Metric) -> dict[str, float]:
    """Return the rank correlation of a metric's gain with the share of votes, over questions.

    Each question stands in both directions, so that the result does not hang on which method is named first; the
    interval counts it once.
    """
    by_question: dict[str, list[Vote]] = defaultdict(list)
    for vote in cast:
        by_question[vote.question].append(vote)
    gains, shares = [], []
    for about in by_question.values():
        first = about[0]
        share = sum(vote.won == first.won for vote in about) / len(about)
        gains += [_gain(first, metric), -_gain(first, metric)]
        shares += [share, 1 - share]
    rho, n = spearman(np.array(gains), np.array(shares)), len(by_question)
    if n < 4:
        raise NotTaken(f"a correlation needs 4 questions and there are {n}")
    low, high = spearman_interval(rho, n)
    return {"rho": round(rho, 4), "low": round(low, 4), "high": round(high, 4), "questions": n}


def _counts(cast: Sequence[Vote]) -> Array:
    """Return (questions, 2): how many raters chose the method that comes first by name, and the other."""
    tally: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for vote in cast:
        tally[vote.question][vote.won > vote.lost] += 1
    return np.array(list(tally.values())).reshape(-1, 2)


def _or_why(work: Callable[[], Any]) -> Any:
    """Return what can be worked out, else {"why": …}."""
    try:
        return work()
    except NotTaken as error:
        return {"why": str(error)}


def _lines(found: dict[str, Any]) -> Iterator[str]:
    yield f"{found['votes']} votes of {found['raters']} raters on {found['questions']} questions"
    yield from ("", "| method | worth (log odds) | 95 % | chosen |", "|---|--:|--:|--:|")
    if isinstance(found["methods"], dict):
        yield f"| {found['methods']['why']} | | | |"
    else:
        for one in found["methods"]:
            span = f"{one['low']:+.2f} to {one['high']:+.2f}"
            yield f"| {one['method']} | {one['worth']:+.2f} | {span} | {one['won']} of {one['asked']} |"
    yield from ("", "| pair | chosen first | 95 % | votes |", "|---|--:|--:|--:|")
    for one in found["pairs"]:
        share = "–" if one["share"] is None else f"{one['share']:.0%}"
        span = f"{one['low']:.0%} to {one['high']:.0%}"
        yield f"| {one['method']} over {one['over']} | {share} | {span} | {one['asked']} |"
    yield ""
    for name, value in found["agreement"].items():
        yield f"{name.replace('_', ' ')}: {value['why'] if isinstance(value, dict) else f'{value:.2f}'}"
    yield from (
        "",
        "| metric | rank correlation | 95 % | sides with the vote | 95 % |",
        "|---|--:|--:|--:|--:|",
    )
    for one in found["metrics"]:
        yield _metric_line(one)


def _metric_line(one: dict[str, Any]) -> str:
    agrees, rank = one["agrees"], one["spearman"]
    share = "–" if agrees["share"] is None else f"{agrees['share']:.0%}"
    told = "– | –" if "why" in rank else f"{rank['rho']:+.2f} | {rank['low']:+.2f} to {rank['high']:+.2f}"
    return f"| {one['metric']} | {told} | {share} | {agrees['low']:.0%} to {agrees['high']:.0%} |"
