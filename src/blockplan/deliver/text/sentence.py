"""A sentence of a text: its numbers, the words in it that a plan knows, and where its clauses begin."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from blockplan.deliver.text.lexicon import Token

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from blockplan.deliver.text.facts import Fact
    from blockplan.deliver.text.lexicon import Lexicon
    from blockplan.deliver.text.scan import ScannedNumber

#: An English sentence ends at a full stop before a capital or a number: ``No. 3`` and ``1.8`` go on.
_SENTENCE = re.compile(
    r"(?:[^。；;！？!?\n.]|\.(?!\s+[A-Z0-9])|(?<=\b[Nn]o)\.|(?<=\b[Nn]os)\.|(?<=\b[Ff]ig)\.|(?<=\b[Aa]rt)\.|(?<=\bca)\."
    r"|(?<=\b[Ss]ec)\.|(?<=\bsq)\.|(?<=\bapprox)\.)*(?:[。；;！？!?\n]|\.(?=\s))?"
)
_MEASURED = re.compile(r"\s(?:kilo|centi|milli)?met(?:re|er)s?\b|\s(?:km|m|feet|miles?)\b", re.IGNORECASE)
_FACILITY = re.compile("object:.*/(?:site_area_m2|beds|places)$")
#: What speaks on of the object of the paragraph before.
THIS = re.compile(
    r"\s*(?:[该此本同](?:地块|宗地|街坊|街区|区画|敷地)|(?:this|the same) (?:parcel|plot|site|block)\b)",
    re.IGNORECASE,
)
#: What divides clauses; the commas of thousands do not.
_CLAUSE = re.compile(r"[，、;；:：。\n]|,(?![0-9]{3}(?![0-9]))")


@dataclass(frozen=True)
class ScannedSentence:
    """
    A stretch of a paragraph up to its full stop.

    Attributes
    ----------
    numbers, words
        Those that stand in it.
    carried, carried_word
        What the sentence before spoke of, and its last word for a quantity.
    stated
        The dimensions of the numbers since that was named.
    chapter
        The heading that the text stands under, and that of its column.
    whole
        Whether its figures are those of the whole plan.
    total
        Whether it is the line of a table that sums up the whole plan.
    """

    text: str
    start: int
    end: int
    numbers: list[ScannedNumber]
    words: list[Token]
    carried: Token | None
    lexicon: Lexicon
    chapter: str
    carried_word: Token | None = None
    stated: frozenset[str] = frozenset()
    whole: bool = False
    total: bool = False

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
        ends = (one.end() for one in _CLAUSE.finditer(self.text, self.start, number.start))
        return max(ends, default=self.start)

    def comma(self, number: ScannedNumber) -> int:
        """Where what the last comma before a number divides begins."""
        return self._behind("，,；;。", number)

    def part(self, number: ScannedNumber) -> int:
        """Where what a ; divides from the rest of the sentence before a number begins."""
        return self._behind("；;。\n", number)

    def _behind(self, signs: str, number: ScannedNumber) -> int:
        return max(self.start, *(self.text.rfind(sign, self.start, number.start) + 1 for sign in signs))

    def facts(self, token: Token | None) -> list[Fact]:
        """The facts of what a word names; of the plan as a whole without one."""
        return self.lexicon.by_subject.get(token.word if token else "", [])

    def says(self, token: Token, number: ScannedNumber) -> bool:
        """Whether a word names what has a figure of the kind of a number."""
        return any(fact.dimension == number.dimension for fact in self.facts(token))

    def is_object(self, token: Token) -> bool:
        """Whether a word names an object of the plan."""
        return any(fact.bound_to.startswith("object:") for fact in self.facts(token))

    def is_facility(self, token: Token) -> bool:
        """Whether a word names a facility."""
        return any(_FACILITY.match(fact.bound_to) for fact in self.facts(token))

    def is_one(self, token: Token) -> bool:
        """Whether a word names an object, or a street by its name."""
        return self.is_object(token) or token.word in self.lexicon.names

    def is_kind(self, token: Token) -> bool:
        """Whether a word names a kind of thing that a plan has many of: parcels, blocks, areas."""
        facts = self.facts(token)
        return bool(facts) and all(fact.bound_to.startswith("layer:") for fact in facts)

    def is_described(self, token: Token) -> bool:
        """Whether a word names a parcel or a facility: figures behind it are not of the whole plan."""
        return token.subject and len(self.facts(token)) > 1 and self.is_object(token)


def sentences(
    text: str, numbers: Sequence[ScannedNumber], lexicon: Lexicon, chapter: str = "", spoken_of: str = ""
) -> Iterator[ScannedSentence]:
    """
    The sentences of a paragraph, each with its numbers and its words.

    `spoken_of` is the object of the paragraph before, which a paragraph goes on with that says "this parcel".
    """
    tokens = lexicon.tokens(text)
    on = bool(spoken_of) and THIS.match(text) is not None
    carried = Token(-1, -1, spoken_of, subject=True) if on else None
    word: Token | None = None
    stated: frozenset[str] = frozenset()
    for match in _SENTENCE.finditer(text):
        own = [one for one in numbers if match.start() <= one.start < match.end()]
        words = [one for one in tokens if match.start() <= one.start < match.end()]
        # "Square" is a class of land, and no subject in "86 square kilometres".
        words = [one for one in words if not (one.subject and _MEASURED.match(text, one.end))]
        sentence = ScannedSentence(
            text, match.start(), match.end(), own, words, carried, lexicon, chapter, word, stated
        )
        yield sentence
        stated = (frozenset() if sentence.topic else stated) | {one.dimension for one in own}
        carried = sentence.topic or carried
        word = next((one for one in reversed(words) if not one.subject), None)


def topic_of(text: str, lexicon: Lexicon) -> str:
    """The first object that a paragraph speaks of; "" where it names none."""
    found = (one.topic for one in sentences(text, (), lexicon))
    return next((one.word for one in found if one), "")
