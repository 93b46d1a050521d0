"""
Who gains from which reading: the same share under each way of measuring, and the places that change.

A place that changes under a reading is gained by it where the judging reading leaves it beyond the limit,
and lost where the judging reading holds it within. Residents are those that the plan gives the place.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from blockplan.figures import is_known
from blockplan.plan.model.faults import rows_said
from blockplan.report import tables

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from blockplan.check.verdict import ReadingOutcome, Verdict
    from blockplan.report.words import Words

    #: Residents of a place by its id; None where the plan does not say.
    PeopleAt = Callable[[Verdict, str], float | None]

MOST_CHANGED = 6


@dataclass(frozen=True, slots=True)
class Side:
    """Places that a reading gains or loses against the judging one, and who lives there."""

    ids: tuple[str, ...]
    residents: float | None


def sides(verdict: Verdict, reading: ReadingOutcome, people_at: PeopleAt) -> tuple[Side, Side]:
    """What a reading gains and what it loses against the reading that judges."""
    places = verdict.measurement.places if verdict.measurement is not None else verdict.where
    beyond = {place.id for place in places}
    gained = tuple(id_ for id_ in reading.changed if id_ in beyond)
    lost = tuple(id_ for id_ in reading.changed if id_ not in beyond)
    return _side(verdict, gained, people_at), _side(verdict, lost, people_at)


def required_share(verdict: Verdict) -> float | None:
    """The share that a rule asks; None for a range."""
    value = verdict.required.value
    return None if isinstance(value, tuple) else value


def spread(verdict: Verdict, words: Words) -> str:
    """How far the readings lie apart."""
    shares = [reading.share for reading in verdict.readings if is_known(reading.share)]
    if len(shares) < 2:
        return ""
    low, high = words.share(min(shares)), words.share(max(shares))
    return words("detail.same" if low == high else "detail.spread", low=low, high=high)


def hangs_on_reading(verdict: Verdict) -> bool:
    """Whether some reading would judge otherwise than the one that judges."""
    told = {verdict.outcome, *(reading.outcome for reading in verdict.readings)} & {"pass", "fail"}
    return len(told) > 1


def _side(verdict: Verdict, ids: tuple[str, ...], people_at: PeopleAt) -> Side:
    values = [people_at(verdict, id_) for id_ in ids]
    known = [value for value in values if is_known(value)]
    return Side(ids, sum(known) if len(known) == len(values) else None)


def side_said(side: Side, words: Words) -> str:
    """Who a reading gains or loses; a dash where nobody."""
    if not side.ids:
        return tables.DASH
    counted = words.count("count.places", len(side.ids))
    if side.residents is not None:
        counted = words(
            "map.reach.people", residents=words.count("count.residents", side.residents), places=counted
        )
    return words("readings.side", said=counted, ids=some(side.ids, words))


def some(ids: Sequence[str], words: Words, most: int = MOST_CHANGED) -> str:
    """The first ids of a list, and how many more there are."""
    more = [words("list.more", n=words.number(len(ids) - most))] if len(ids) > most else []
    return words.join([*(rows_said(id_, words.lang) for id_ in ids[:most]), *more])
