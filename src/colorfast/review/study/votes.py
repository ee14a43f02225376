"""The votes of a study: one entry of the log each, with what was measured of both pictures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from colorfast.review.errors import Moved, Unknown
from colorfast.review.log import Log
from colorfast.review.study.questions import Arms, Question, questions


class Vote(NamedTuple):
    """One choice between two methods."""

    rater: str
    question: str
    """What raters have in common: `Question.key`."""
    won: str
    lost: str
    measures: Mapping[str, Mapping[str, float]]
    """By method, then by metric key."""


@dataclass(frozen=True, slots=True)
class Poll:
    """An open study: its methods, its log, and the seed of its order."""

    arms: Arms
    log: Log
    seed: int

    def asked(self, rater: str, number: int) -> Question:
        """Return a rater's question by its number. Raises Unknown."""
        listed = questions(self.arms, rater, self.seed)
        if not 0 <= number < len(listed):
            raise Unknown(f"there is no question number {number}")
        return listed[number]

    def progress(self, rater: str) -> tuple[int | None, int, int]:
        """Return the number of the rater's next question, None after the last; how many are done; of how many."""
        listed = questions(self.arms, rater, self.seed)
        done = {entry.item for entry in self.log.entries()}
        left = [i for i, question in enumerate(listed) if _item(rater, question) not in done]
        return (left[0] if left else None), len(listed) - len(left), len(listed)

    def vote(self, rater: str, number: int, side: str) -> None:
        """Take a choice down. Raises Unknown, or Moved when that question was answered before."""
        question = self.asked(rater, number)
        won, lost = (question.left, question.right)[:: 1 if side == "left" else -1]
        measures = {method: self.arms.measures(method, question.id) for method in (won, lost)}
        done = {"question": question.key, "side": side, "won": won, "lost": lost, "measures": measures}
        if self.log.add(rater, _item(rater, question), done, version=0) is None:
            raise Moved(
                "this question was answered before, perhaps in another window; the first answer counts"
            )


def votes(log: Log) -> Iterator[Vote]:
    """Yield all votes of a log, in order."""
    for entry in log.entries():
        done = entry.done
        yield Vote(entry.who, done["question"], done["won"], done["lost"], done["measures"])


def _item(rater: str, question: Question) -> str:
    return f"{rater}\n{question.key}"
