"""
Themes that people named, spread from a few marked examples to the rest.

The flow that works: groups are proposed, the planner names and merges themes and marks a few examples of
each, and the rest is assigned from those. What lies between two themes is listed as unsure, for a person.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from blockplan.errors import UsageError
from blockplan.respond import clusters
from blockplan.respond.vectors import best_embedder, of_opinions

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from blockplan.respond.vectors import Embedder

    Matrix = np.ndarray[Any, np.dtype[np.float32]]

#: Nearest texts that a text is drawn to before it is compared with the examples.
NEIGHBOURS = 15
#: Strength of the examples against keeping the model plain (C of a logistic regression).
TRUST = 10.0
#: Unsure: the second theme has more than this share of the first one's probability.
CLOSE = 0.6


@dataclass(frozen=True, slots=True)
class Assignment:
    """
    Where a text is proposed to go.

    Attributes
    ----------
    theme
        The theme that its examples fit best.
    second
        The next one; None where there is one theme only.
    probability
        Of `theme`, as the model sees it (0 to 1); no more than a hint.
    unsure
        Whether the second theme is close: a person should look.
    """

    theme: str
    second: str | None
    probability: float
    unsure: bool


def assign_by_examples(
    texts: Sequence[str],
    examples: Mapping[int, str],
    titles: Sequence[str] | None = None,
    *,
    embedder: Embedder | None = None,
) -> tuple[list[Assignment], dict[str, Any]]:
    """
    Propose a theme for each text from a few examples of each theme.

    Parameters
    ----------
    texts
        n texts, the examples among them.
    examples
        Index of a text -> the theme that a person put it in; three to ten of each theme serve well.
    embedder
        Where vectors come from; the sentence model where it is installed, else words.

    Returns
    -------
    (assignments, run)
        One a text (an example keeps its theme), and the record of what was run.

    Raises
    ------
    UsageError
        If there is no example, or one names a text that is not there.
    """
    if not examples or any(not 0 <= at < len(texts) for at in examples):
        raise UsageError("Mark at least one example of each theme, among the texts that are to be assigned.")
    embedder = embedder or best_embedder()
    rows = of_opinions(embedder, texts, titles)
    drawn = clusters.smoothed(rows, min(NEIGHBOURS, max(1, len(texts) // 10)))
    themes = sorted(set(examples.values()))
    at = np.array(sorted(examples))
    marked = np.array([themes.index(examples[number]) for number in at])
    chances = _probabilities(drawn, drawn[at], marked, len(themes))
    run = {"method": "neighbours+logistic regression", "examples": len(examples), "themes": len(themes)}
    return _assignments(chances, themes, examples), run | embedder.about()


def _probabilities(rows: Matrix, seeds: Matrix, marked: Any, themes: int) -> Matrix:
    """
    Multinomial logistic regression with themes of equal weight; no random part.

    Solved in the examples' own span, so that there are as many unknowns as examples, not as columns.
    """
    from scipy.optimize import minimize  # noqa: PLC0415 (only who assigns needs it)

    if themes == 1:
        return np.ones((len(rows), 1), np.float32)
    kernel = (seeds @ seeds.T).astype(np.float64)
    wanted = np.eye(themes)[marked]
    weight = TRUST * len(marked) / (themes * np.bincount(marked, minlength=themes))[marked]

    def loss(flat: Any) -> tuple[float, Any]:
        free = flat.reshape(len(marked) + 1, themes)
        chance = _softmax(kernel @ free[:-1] + free[-1])
        missed = weight[:, None] * (chance - wanted)
        value = -(weight * np.log(np.maximum(chance[np.arange(len(marked)), marked], 1e-300))).sum()
        value += (free[:-1] * (kernel @ free[:-1])).sum() / 2
        slope = np.vstack([kernel @ (missed + free[:-1]), missed.sum(axis=0)])
        return float(value), slope.ravel()

    start = np.zeros((len(marked) + 1) * themes)
    free = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 500}).x
    free = free.reshape(len(marked) + 1, themes)
    return np.asarray(_softmax((rows @ seeds.T).astype(np.float64) @ free[:-1] + free[-1]), np.float32)


def _softmax(scores: Any) -> Any:
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    return raised / raised.sum(axis=1, keepdims=True)


def _assignments(chances: Matrix, themes: list[str], examples: Mapping[int, str]) -> list[Assignment]:
    order = np.argsort(-chances, axis=1, kind="stable")
    made = []
    for at, (row, chance) in enumerate(zip(order, chances, strict=True)):
        second = themes[row[1]] if len(themes) > 1 else None
        if at in examples:
            made.append(Assignment(examples[at], second, 1.0, unsure=False))
            continue
        close = len(themes) > 1 and bool(chance[row[1]] > CLOSE * chance[row[0]])
        made.append(Assignment(themes[row[0]], second, round(float(chance[row[0]]), 4), close))
    return made
