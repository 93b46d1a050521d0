"""What a plan does not say yet, and which verdicts wait for it: one line a thing, the most awaited first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from blockplan.check.words import say
from blockplan.measure.missing import TEXTS as MISSING_WORDS
from blockplan.report.tables import FIRST_MISSING, is_not_given, missing_words, together

if TYPE_CHECKING:
    from blockplan.check.verdict import Verdict
    from blockplan.measure.missing import Missing
    from blockplan.report.words import Words

#: The remark of a verdict that hangs on the climate zone, which the plan does not say.
NO_CLIMATE_ZONE = say("note.each_class")


@dataclass(frozen=True, slots=True)
class Need:
    """
    One thing that is missing.

    Attributes
    ----------
    said
        What it is, in words, without the features that lack it.
    ids, more
        The first features that lack it, and how many more do; none where all do.
    verdicts
        The verdicts that cannot be determined without it.
    alone
        How many of them lack nothing else.
    """

    said: str
    ids: tuple[str, ...]
    more: int
    verdicts: tuple[Verdict, ...]
    alone: int


def needs(verdicts: Iterable[Verdict], words: Words, *, codes: bool = True) -> list[Need]:
    """
    What unknown verdicts wait for: the thing that most wait for first.

    With `codes` layers and columns bear their names in a plan's files.
    """
    unknown = [verdict for verdict in verdicts if verdict.outcome == "unknown"]
    empty = empty_columns(unknown)
    lacking: dict[str, list[Missing]] = defaultdict(list)
    waiting: dict[str, list[Verdict]] = defaultdict(list)
    alone: dict[str, int] = defaultdict(int)
    for verdict in unknown:
        things = things_missing(verdict, words, empty, codes=codes)
        for said, missing in things.items():
            lacking[said] += missing
            waiting[said].append(verdict)
            alone[said] += len(things) == 1
    found = []
    for said, missing in lacking.items():
        found.append(Need(said, *who_lacks(missing), tuple(waiting[said]), alone[said]))
    return sorted(found, key=lambda need: -len(need.verdicts))


def who_lacks(missing: Iterable[Missing]) -> tuple[tuple[str, ...], int]:
    """The features that lack a thing, and how many more do; none where all do."""
    merged = together(missing)
    if any(not one.ids for one in merged):
        return (), 0
    ids = dict.fromkeys(id_ for one in merged for id_ in one.ids)
    return tuple(ids), max((one.more for one in merged), default=0)


def empty_columns(verdicts: Iterable[Verdict]) -> set[tuple[str, str]]:
    """Layers and columns that unknown verdicts lack a value of: a faulty value there is told with them."""
    return {
        (one.layer, one.column)
        for verdict in verdicts
        if verdict.outcome == "unknown"
        for one in _told_once(verdict.missing)
        if not one.why
    }


def things_missing(
    verdict: Verdict, words: Words, empty: Container[tuple[str, str]] = (), *, codes: bool = True
) -> dict[str, list[Missing]]:
    """
    What a verdict waits for, each thing once, by its words without the features that lack it.

    A faulty value goes with its layer and column where these are `empty` in other features.
    """
    found: dict[str, list[Missing]] = defaultdict(list)
    for one in together(verdict.missing):
        if one.why == "fault" and ((one.layer, one.column) in empty or is_not_given(one)):
            one = replace(one, why="", values=())  # noqa: PLW2901
        for said in missing_words([_of_all(one, words)], words, codes=codes):
            found[said].append(one)
    if not found and NO_CLIMATE_ZONE in [note for note in verdict.notes if isinstance(note, Mapping)]:
        found[words.pick(NO_CLIMATE_ZONE)] = []
    return found


def _told_once(missing: Sequence[Missing]) -> Sequence[Missing]:
    return together(missing) if any(one.why == "fault" for one in missing) else missing


def need_line(need: Need, words: Words) -> str:
    """The thing and the first features that lack it."""
    if not need.ids:
        return need.said
    rest = max(len(need.ids) - FIRST_MISSING, 0) + need.more
    more = [words("list.more", n=words.number(rest))] if rest else []
    return words("needs.lacking", what=need.said, ids=words.join([*need.ids[:FIRST_MISSING], *more]))


def _of_all(one: Missing, words: Words) -> Missing:
    """The same without the features that lack it, where there are words for that."""
    whole = f"{one.why}_all"
    if one.why and one.ids and not words.known(f"missing.{whole}") and whole not in MISSING_WORDS:
        return one
    return replace(one, ids=(), more=0)
