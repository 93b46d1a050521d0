"""The words that name subjects and quantities of a plan, found in a text."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from blockplan.deliver.text.facts import SERVICES
from blockplan.deliver.text.misspelt import NearNames
from blockplan.deliver.text.scan import is_figure
from blockplan.deliver.text.spans import by_subject
from blockplan.deliver.text.strangers import Strangers

if TYPE_CHECKING:
    from blockplan.deliver.text.facts import Fact
    from blockplan.deliver.text.knowledge import Knowledge

#: Buildings as the subject of what they cover: ``the homes on parcel RD-01-01 may cover``.
_ON = (
    r"(?:on|in|of|at)\s(?:(?:the|this|its)\s)?(?:(?:parcel|plot|site|block)\s?)?"
    r"(?:[a-z0-9]+(?:[-_.][a-z0-9]+)+)?"
)
_BUILT = re.compile(
    rf"(?:^|[\n。.,，;；:：]\s*|\b(?:and|but|while|where|that)\s)(?:{_ON},?\s)?"
    r"(?:(?:the|its|these|those|all|new|other|residential|planned|proposed)\s){0,3}"
    rf"(?:buildings?|homes|houses)(?:\s{_ON})?"
    r"(?:\s(?:may|shall|should|must|will|would|can|cannot|not|together|now))*\s$",
    re.IGNORECASE,
)
#: A sign in capitals alone: "so far 1.8" is none. Words that are none behind another ideograph.
FAR, ALONE = "far", frozenset({"密度"})
#: ``下凹式绿地率`` is no green ratio; "green" is one right before its number.
KIND_OF, BEFORE_A_NUMBER = "式", frozenset({"green", "长"})
_THEN_A_NUMBER = re.compile(r"\s?[:=≥约]?\s?[0-9]")
_IDEOGRAPH = re.compile(r"(?![后的其且及和与])[\u4e00-\u9fff]")
#: What stands before and behind a word that is one only right before its figure, in a list of them.
_LISTED = re.compile(r"(?:^|[，,、；;：:。（(\n和与及]|其中|包括|分别为)\s?$")
_THEN_A_FIGURE = re.compile(r"(?:设施|用地)?(?:有|共|约|为)?\s?[0-9]")
COVER, COVERAGE = ("cover", "covers"), "building coverage"


@dataclass(frozen=True, slots=True)
class Token:
    """A word of a text that names a subject or a quantity."""

    start: int
    end: int
    word: str
    subject: bool


class Lexicon:
    """The words of all facts, found in a text by the longest first."""

    def __init__(self, known: Knowledge) -> None:
        self.names, self.phrases = known.names, known.phrases
        #: The text whose words were asked for last: a paragraph's are, more than once.
        self._last: tuple[str, list[Token]] = "", []
        self.subjects = {word for fact in known.facts for word in fact.subjects} | set(known.names)
        self.quantities = {word for fact in known.facts for word in fact.words}
        self.bare = {word for fact in known.facts for word in fact.bare} - self.subjects - self.quantities
        self.subjects |= self.bare
        words = sorted(self.subjects | self.quantities, key=lambda one: (one in self.subjects, one))
        self._said = {word.lower(): word for word in words}
        self.quantities = {self._said[word.lower()] for word in self.quantities}
        self.facts = tuple(
            replace(fact, words=tuple(dict.fromkeys(self._said[word.lower()] for word in fact.words)))
            for fact in known.facts
        )
        self.spans = by_subject(known.spans, self._said)

    @cached_property
    def near_names(self) -> NearNames:
        """Where a text nearly says a name of the plan."""
        kinds = {word for words in SERVICES.values() for word in words}
        return NearNames(name for name in self.names if name not in kinds)

    @cached_property
    def strangers(self) -> Strangers:
        """Where a text says a name that the plan does not have, of a kind that it has."""
        return Strangers(self.names, (word for words in SERVICES.values() for word in words))

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        # By their first letters: a text is read faster so.
        words: dict[str, list[str]] = defaultdict(list)
        for word in sorted(self._said, key=len, reverse=True):
            words[word[0]].append(re.escape(word[1:]))
        found = (f"{re.escape(first)}(?:{'|'.join(rest)})" for first, rest in words.items())
        return re.compile("|".join(found) or r"(?!)", re.IGNORECASE)

    @cached_property
    def dimensions(self) -> dict[str, set[str]]:
        """Word for a quantity -> dimensions that it may have."""
        found: dict[str, set[str]] = {word: set() for word in self.quantities}
        for fact in self.facts:
            for word in fact.words:
                found[word].add(fact.dimension)
        ends = [word for word in found if word in self._of_objects]
        for word in found.keys() - self._of_objects:
            found[word] |= {kind for end in ends if word.endswith(end) for kind in found[end]}
        return found

    def of_the_whole(self, word: str) -> str:
        """A word that only names figures of the plan as a whole; "" for any other."""
        return word if word not in self._of_objects else ""

    @cached_property
    def _of_objects(self) -> set[str]:
        return {word for fact in self.facts if fact.subjects for word in fact.words}

    @cached_property
    def by_subject(self) -> dict[str, list[Fact]]:
        """Subject -> its facts; "" for those of the plan as a whole."""
        found: dict[str, list[Fact]] = {}
        for fact in self.facts:
            names = dict.fromkeys(self._said[one.lower()] for one in fact.subjects)
            bare = dict.fromkeys(word for word in fact.bare if word in self.bare)
            for word in (*names, *bare) or ("",):
                found.setdefault(word, []).append(fact)
        return found

    def facts_of(self, word: str) -> list[Fact]:
        """The facts of what a word names, in capitals or not."""
        return self.by_subject.get(self._said.get(word.lower(), word), [])

    def tokens(self, text: str) -> list[Token]:
        """The words of a text, from left to right; an id counts only where no id goes on around it."""
        if self._last[0] == text:
            return self._last[1]
        found = []
        for match in self._pattern.finditer(text):
            word = self._said.get(match[0].lower(), match[0])
            if word.isdecimal() and is_figure(text, match.end()):
                continue
            if word.isascii() and (
                _goes_on(text, match.start() - 1) or _goes_on(text, _singular(text, match))
            ):
                continue
            if word in self.bare and not (
                _LISTED.search(text, 0, match.start()) and _THEN_A_FIGURE.match(text, match.end())
            ):
                continue
            if (word == FAR and match[0] != FAR.upper()) or _part_of_a_word(text, match):
                continue
            if word in COVER and _BUILT.search(text, 0, match.start()):
                word = COVERAGE
            found.append(Token(match.start(), _singular(text, match), word, word in self.subjects))
        self._last = text, found
        return found


def _part_of_a_word(text: str, match: re.Match[str]) -> bool:
    """Whether a word ends another one, ``密度`` of ``路网密度``, or states nothing where it stands."""
    lead = text[max(match.start() - 1, 0) : match.start()]
    return (
        (match[0] in ALONE and _IDEOGRAPH.match(lead) is not None)
        or lead == KIND_OF
        or (match[0].lower() in BEFORE_A_NUMBER and _THEN_A_NUMBER.match(text, match.end()) is None)
    )


def _singular(text: str, match: re.Match[str]) -> int:
    """Where a word ends; the s of an English plural belongs to it."""
    at = match.end()
    return at + 1 if match[0][-1].isalpha() and text[at : at + 1] == "s" else at


def _goes_on(text: str, at: int) -> bool:
    return 0 <= at < len(text) and re.match(r"[A-Za-z0-9_-]", text[at]) is not None
