"""
Texts as counts of short runs of characters: for comparing wording, and where no sentence model is installed.

Runs of two and three characters need no word list of any language. Full and half width, upper and lower case
are one; signs and spaces separate. Weights are TF-IDF with 1 + log of the count.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np

from blockplan.notice.intake.texts_in import with_few_marks

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from scipy.sparse import csr_array

    Matrix = np.ndarray[Any, np.dtype[np.float32]]

SHORTEST_RUN, LONGEST_RUN = 2, 3
#: A run in one text alone says nothing of what texts share; one in most, nothing of what divides them.
LEAST_TEXTS, MOST_SHARE = 2, 0.3
#: Memory: so many of the commonest runs are kept.
MOST_RUNS = 60_000


def plain(text: str) -> str:
    """
    A text for comparing: NFKC, lower case, one space for whatever is no letter and no digit.

    Examples
    --------
    >>> plain("绿地（ＧＲＥＥＮ）太少！！")
    '绿地 green 太少'
    """
    # Without the first step, a text of nothing but accents takes minutes to compose.
    folded = unicodedata.normalize("NFKC", with_few_marks(text)).lower()
    return " ".join("".join(sign if sign.isalnum() else " " for sign in folded).split())


def letters(text: str) -> str:
    """The letters and digits of a text alone: two texts with the same are copies of each other."""
    return plain(text).replace(" ", "")


def runs_of(text: str, longest: int = LONGEST_RUN) -> Counter[str]:
    """
    How often each run of 2 to `longest` characters stands in a text; none crosses a sign or a space.

    Examples
    --------
    >>> sorted(runs_of("绿地，少"))
    ['绿地']
    """
    found: Counter[str] = Counter()
    for part in plain(text).split(" "):
        for length in range(SHORTEST_RUN, longest + 1):
            found.update(part[at : at + length] for at in range(len(part) - length + 1))
    return found


def tfidf(texts: Sequence[str], *, least: int = LEAST_TEXTS, share: float = MOST_SHARE) -> csr_array:
    """
    Weights of runs: one row a text (of length 1, or 0 where it has no run), one column a run.

    Parameters
    ----------
    texts
        n texts.
    least
        A run that stands in fewer texts is left out.
    share
        One that stands in more than this share of the texts (but at least in `least` of them) is left out.
    """
    from scipy.sparse import csr_array  # noqa: PLC0415 (only who groups needs it)

    counted = [runs_of(text) for text in texts]
    columns = _columns(counted, least, max(share * len(texts), least))
    rows, at, weights = [], [], []
    for row, counts in enumerate(counted):
        known = [(columns[run], count) for run, count in counts.items() if run in columns]
        rows += [row] * len(known)
        at += [column for column, _ in known]
        weights += [1 + np.log(count) for _, count in known]
    matrix = csr_array(
        (np.asarray(weights, np.float32), (rows, at)),
        shape=(len(texts), max(len(columns), 1)),
        dtype=np.float32,
    )
    in_texts = np.bincount(at, minlength=matrix.shape[1])
    rarity = np.log((1 + len(texts)) / (1 + in_texts)) + 1
    return _of_length_one(matrix.multiply(rarity.astype(np.float32)[None, :]).tocsr())


def _columns(counted: Iterable[Counter[str]], least: float, most: float) -> dict[str, int]:
    in_texts: Counter[str] = Counter()
    for counts in counted:
        in_texts.update(counts.keys())
    kept = [(-count, run) for run, count in in_texts.items() if least <= count <= most]
    # Sorted, so that the same texts give the same columns whatever their order.
    return {run: column for column, (_, run) in enumerate(sorted(kept)[:MOST_RUNS])}


def _of_length_one(matrix: csr_array) -> csr_array:
    lengths = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel())
    scale = np.divide(1, lengths, out=np.zeros_like(lengths), where=lengths > 0)
    return matrix.multiply(scale[:, None].astype(np.float32)).tocsr()
