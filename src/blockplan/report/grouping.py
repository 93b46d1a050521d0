"""
Verdicts as a reader meets them: by rule pack, and within a pack by rule.

One rule may give many verdicts (one a block, say). They stand together, the worst first, so that a plan
judged by ten packs is still read from the top: which pack, which rule, which place.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from blockplan.report.trace import anchor

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from blockplan.check.rules import Rule, RuleParameter
    from blockplan.check.verdict import Outcome, Text, Verdict
    from blockplan.report.words import Words

#: Outcomes from the one that asks most of a reader to the one that asks least.
WORST_FIRST = ("fail", "unknown", "pass", "not_applicable")
#: So many objects of a rule stand in the page. Of a rule with more, so many are told in full, have a bar in
#: the chart of its pack, and are named in the summary; the rest are counted.
MOST_OBJECTS, MOST_IN_FULL = 32, 8
#: More packs than these are named by id in the head of a report.
MOST_TITLES = 3


@dataclass(frozen=True, slots=True)
class PackWords:
    """What a pack says of itself and its rules; empty for a pack that is not installed under its id."""

    titles: Mapping[str, Text] = field(default_factory=dict)
    publishers: Mapping[str, Text] = field(default_factory=dict)
    rules: Mapping[str, Rule] = field(default_factory=dict)

    def parameters(self, rule: str) -> Mapping[str, RuleParameter]:
        """The choices that a rule makes visible."""
        return self.rules[rule].parameters if rule in self.rules else {}


@dataclass(frozen=True)
class RuleGroup:
    """The verdicts of one rule, in the order in which they were given."""

    rule: str
    verdicts: tuple[Verdict, ...]

    @property
    def first(self) -> Verdict:
        """The verdict that says what all of them share: title, limit, source."""
        return self.verdicts[0]

    @property
    def several(self) -> bool:
        """Whether the rule was judged on several objects."""
        return len(self.verdicts) > 1

    @cached_property
    def outcome(self) -> Outcome:
        """The worst outcome of the rule."""
        return min((verdict.outcome for verdict in self.verdicts), key=WORST_FIRST.index)

    @cached_property
    def worst(self) -> tuple[Verdict, ...]:
        """The verdicts, what fails first, and there what misses its limit by most."""
        return tuple(
            sorted(
                self.verdicts,
                key=lambda one: (WORST_FIRST.index(one.outcome), one.margin if one.margin is not None else 0),
            )
        )

    @property
    def number(self) -> int:
        """How many verdicts there are."""
        return len(self.verdicts)

    @property
    def shown(self) -> tuple[Verdict, ...]:
        """The worst verdicts, as many as a page shows."""
        return self.worst[:MOST_OBJECTS]

    @property
    def in_full(self) -> tuple[Verdict, ...]:
        """The verdicts that a page tells in full: all where they are few, else the worst."""
        return self.worst if self.number <= MOST_OBJECTS else self.worst[:MOST_IN_FULL]

    def count(self, outcome: str) -> int:
        """How many verdicts of the rule have an outcome."""
        return sum(verdict.outcome == outcome for verdict in self.verdicts)


@dataclass(frozen=True)
class PackGroup:
    """The verdicts of one pack: rules that apply, and those that do not."""

    id: str
    verdicts: tuple[Verdict, ...]

    @cached_property
    def rules(self) -> tuple[RuleGroup, ...]:
        """The rules of the pack that apply to the plan, in the pack's order."""
        return tuple(group for group in by_rule(self.verdicts) if group.outcome != "not_applicable")

    @property
    def judged(self) -> tuple[Verdict, ...]:
        """The verdicts of rules that apply."""
        return tuple(verdict for verdict in self.verdicts if verdict.outcome != "not_applicable")

    @property
    def document(self) -> str:
        """The document that every rule of the pack stands in; "" where they stand in several."""
        found = {str(verdict.source.get("document", "")) for verdict in self.judged}
        return found.pop() if len(found) == 1 else ""

    def of(self, outcome: str) -> tuple[Verdict, ...]:
        """The verdicts with an outcome."""
        return tuple(verdict for verdict in self.verdicts if verdict.outcome == outcome)

    @property
    def must_fail(self) -> int:
        """How many verdicts of ``must`` rules fail."""
        return sum(verdict.force == "must" for verdict in self.of("fail"))

    def of_confidence(self, grade: str) -> int:
        """How many of the judged verdicts rest on a source read so well."""
        return sum(verdict.confidence == grade for verdict in self.judged)


def by_rule(verdicts: Iterable[Verdict]) -> list[RuleGroup]:
    """Verdicts put together by rule, in the order of the first of each."""
    found: dict[str, list[Verdict]] = {}
    for verdict in verdicts:
        found.setdefault(verdict.rule, []).append(verdict)
    return [RuleGroup(rule, tuple(members)) for rule, members in found.items()]


def by_pack(packs: Sequence[str], verdicts: Iterable[Verdict]) -> list[PackGroup]:
    """Verdicts put together by pack, in the order in which the packs judged; none for a pack without any."""
    found: dict[str, list[Verdict]] = {pack: [] for pack in packs}
    for verdict in verdicts:
        found.setdefault(verdict.pack, []).append(verdict)
    return [PackGroup(pack, tuple(members)) for pack, members in found.items() if members]


def packs_said(packs: Sequence[str], titles: Mapping[str, Text], words: Words) -> str:
    """The packs that judge, in one line: by title and id where they are few, else by id."""
    if len(packs) > MOST_TITLES:
        return words.join(packs)
    said = [(words.pick(titles.get(pack)), pack) for pack in packs]
    return words("list.clauses").join(
        words("list.note", said=title, note=pack) if title else pack for title, pack in said
    )


def pack_words(packs: Iterable[str]) -> PackWords:
    """Titles, publishers and rules of the packs that are installed under these ids."""
    from blockplan.check.instruments import House  # noqa: PLC0415 (rule files are read when a report is made)
    from blockplan.check.packs import available, load  # noqa: PLC0415

    known = available()
    loaded = load([pack for pack in packs if pack in known], House().measures())
    return PackWords(
        {pack.id: dict(pack.head.title) for pack in loaded},
        {pack.id: dict(pack.head.publisher) for pack in loaded},
        {rule.id: rule for pack in loaded for rule in pack.rules},
    )


def anchors(verdicts: Iterable[Verdict]) -> dict[tuple[str, str], str]:
    """(rule, object) -> the id of its section: letters, digits and hyphens, each once."""
    taken: set[str] = set()
    found: dict[tuple[str, str], str] = {}
    for verdict in verdicts:
        base = anchor(f"{verdict.rule}-{verdict.scope_id}")
        name, number = base, 1
        while name in taken:
            number += 1
            name = f"{base}-{number}"
        taken.add(name)
        found.setdefault((verdict.rule, verdict.scope_id), name)
    return found
