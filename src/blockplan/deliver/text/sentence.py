"""A sentence of a text: its numbers, the words in it that a plan knows, and where its clauses begin."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from blockplan.deliver.text.lexicon import Lexicon, Token
    from blockplan.deliver.text.scan import ScannedNumber

#: An English sentence ends at a full stop before a capital or a number: ``No. 3`` and ``1.8`` go on.
_SENTENCE = re.compile(
    r"(?:[^。；;！？!?\n.]|\.(?!\s+[A-Z0-9])|(?<=\b[Nn]o)\.|(?<=\b[Nn]os)\.|(?<=\b[Ff]ig)\.|(?<=\b[Aa]rt)\.|(?<=\bca)\."
    r"|(?<=\b[Ss]ec)\.|(?<=\bsq)\.|(?<=\bapprox)\.)*(?:[。；;！？!?\n]|\.(?=\s))?"
)
_MEASURED = re.compile(r"\s(?:kilo|centi|milli)?met(?:re|er)s?\b|\s(?:km|m|feet|miles?)\b", re.IGNORECASE)
_CLAUSE = ",，、;；:：。\n"


@dataclass(frozen=True)
class Sentence:
    """
    A stretch of a paragraph up to its full stop.

    Attributes
    ----------
    numbers, words
        Those that stand in it.
    carried
        What the sentence before spoke of.
    chapter
        The heading that the text stands under, and that of its column.
    """

    text: str
    start: int
    end: int
    numbers: list[ScannedNumber]
    words: list[Token]
    carried: Token | None
    lexicon: Lexicon
    chapter: str

    @property
    def topic(self) -> Token | None:
        """The first object that the sentence speaks of; None where it speaks of none."""
        return next((one for one in self.words if one.subject and self.is_object(one)), None)

    @property
    def divided(self) -> bool:
        """Whether a ; alone parts the sentence from the one before."""
        return self.text[: self.start].rstrip().endswith((";", "；"))

    def clause(self, number: ScannedNumber) -> int:
        """Where the clause of a number begins."""
        return max(self.start, *(self.text.rfind(sign, self.start, number.start) + 1 for sign in _CLAUSE))

    def says(self, token: Token, number: ScannedNumber) -> bool:
        """Whether a word names what has a figure of the kind of a number."""
        facts = self.lexicon.by_subject.get(token.word, [])
        return any(fact.dimension == number.dimension for fact in facts)

    def is_object(self, token: Token) -> bool:
        """Whether a word names an object of the plan."""
        return any(
            fact.bound_to.startswith("object:") for fact in self.lexicon.by_subject.get(token.word, [])
        )

    def is_kind(self, token: Token) -> bool:
        """Whether a word names a kind of thing that a plan has many of: parcels, blocks, areas."""
        facts = self.lexicon.by_subject.get(token.word, [])
        return bool(facts) and all(fact.bound_to.startswith("layer:") for fact in facts)

    def is_described(self, token: Token) -> bool:
        """Whether a word names a parcel or a facility: figures behind it are not of the whole plan."""
        return (
            token.subject and len(self.lexicon.by_subject.get(token.word, ())) > 1 and self.is_object(token)
        )


def sentences(
    text: str, numbers: Sequence[ScannedNumber], lexicon: Lexicon, chapter: str = ""
) -> Iterator[Sentence]:
    """The sentences of a paragraph, each with its numbers and its words."""
    tokens = lexicon.tokens(text)
    carried: Token | None = None
    for match in _SENTENCE.finditer(text):
        own = [one for one in numbers if match.start() <= one.start < match.end()]
        words = [one for one in tokens if match.start() <= one.start < match.end()]
        # "Square" is a class of land, and no subject in "86 square kilometres".
        words = [one for one in words if not (one.subject and _measures(text, one, own))]
        sentence = Sentence(text, match.start(), match.end(), own, words, carried, lexicon, chapter)
        yield sentence
        carried = sentence.topic or carried


def _measures(text: str, word: Token, numbers: Sequence[ScannedNumber]) -> bool:
    """Whether a word is of a unit: that of a number, or of one behind it."""
    return _MEASURED.match(text, word.end) is not None or any(
        one.start < word.start < one.end for one in numbers
    )
