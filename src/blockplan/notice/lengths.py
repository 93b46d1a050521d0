"""Whether a period in a record is as long as the law asks, found out again years later."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from blockplan.errors import UsageError
from blockplan.jsontext import JsonRecord
from blockplan.notice.countries import FOLDER, Country, Holidays, PeriodRule, country
from blockplan.notice.periods import DAY, ends_open, shortest

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from blockplan.notice.periods import NoticeSchedule

#: Countries that work on weekend days in exchange for others: there only the record knows.
EXCHANGES = frozenset({"CN"})
#: So many days after the end are entered as closed or open, more than any row of holidays has.
BEYOND = 15
_FRIDAY = 4


@dataclass(frozen=True, slots=True)
class JudgedPeriod(JsonRecord):
    """
    A recorded period, by which rule, and what is wrong with it.

    Attributes
    ----------
    rule, title, source
        The rule by its id, in words (en), and where it stands: document and clause.
    first, last, inspection_last
        The days in the record.
    earliest
        The earliest lawful last day by every rule that was asked.
    unknown
        Whether the rule is neither one of ours nor of a law that was given.
    short
        What is wrong with the days; None where they hold.
    """

    rule: str
    title: str
    source: str
    first: str
    last: str
    inspection_last: str
    earliest: str
    unknown: bool
    short: str | None


def closed_within(period: NoticeSchedule, closed: Callable[[dt.date], bool]) -> list[str]:
    """The days from the beginning of a period to some after its end on which offices are closed."""
    first = period.submission.first
    count = (period.submission.last - first).days + 1 + BEYOND
    days = (first + number * DAY for number in range(count))
    return [day.isoformat() for day in days if closed(day)]


def judge(
    said: Mapping[str, Any],
    period: Mapping[str, Any],
    *,
    listed: Sequence[str] | None = None,
    laws: Sequence[Country] = (),
) -> JudgedPeriod:
    """
    A recorded period by the recorded rule, and by each of ours, or of `laws`, with its name.

    Parameters
    ----------
    said, period
        ``rule`` and ``period`` of the entry.
    listed
        The closed days that the entry names; None where it is older than such lists.
    laws
        Ordinances that somebody gives along.

    Raises
    ------
    KeyError, TypeError, ValueError, BlockplanError
        If the rule or the days cannot be read.
    """
    submission, inspection = period["submission"], period["inspection"]
    first, last = dt.date.fromisoformat(submission["first"]), dt.date.fromisoformat(submission["last"])
    seen = dt.date.fromisoformat(inspection["last"])
    own = PeriodRule.model_validate({key: said[key] for key in PeriodRule.model_fields if key in said})
    known = [rule for law in (*_ours(said), *laws) for rule in law.rules if rule.id == own.id]
    closed = _closed(said, listed)
    rules = [own, *known]
    leasts = [shortest(rule, first, closed) for rule in rules]
    earliest = max(least.submission.last for least in leasts)
    short = None
    if last < earliest or seen < max(least.inspection.last for least in leasts):
        short = f"{first} to {last}, and at least to {earliest} by {own.id}"
    elif not all(ends_open(rule, day, closed) for rule in rules for day in (last, seen)):
        short = f"{first} to {last}, which ends on a day on which offices are closed, against {own.id}"
    source = f"{own.source.document}, {own.source.clause}"
    return JudgedPeriod(
        own.id, own.title.get("en", own.id), source, first.isoformat(), last.isoformat(), seen.isoformat(),
        earliest.isoformat(), not known, short,
    )  # fmt: skip


def _ours(said: Mapping[str, Any]) -> list[Country]:
    path = FOLDER / f"{str(said.get('country')).lower()}.yaml"
    return [country(path.stem)] if path.is_file() and path.parent == FOLDER else []


def _closed(said: Mapping[str, Any], listed: Sequence[str] | None) -> Callable[[dt.date], bool]:
    """
    Whether offices are closed on a day: as the record says, and where it leaves days out, on weekends and by
    the library of holidays.

    Where weekend days are worked in exchange, and holidays are announced year by year, a record that names
    its closed days is believed.
    """
    named = frozenset(listed or ())
    holidays = said.get("holidays") or next((law.holidays.model_dump() for law in _ours(said)), None)
    place = Holidays.model_validate(holidays) if holidays else None
    if place is not None and place.country in EXCHANGES and listed is not None:
        return lambda day: day.isoformat() in named
    library = _library(place, said.get("subdivision"))
    return lambda day: day.isoformat() in named or library(day)


def _library(place: Holidays | None, subdivision: Any) -> Callable[[dt.date], bool]:
    if place is not None:
        try:
            return place.closed_days(subdivision)
        except UsageError:  # the part of the country is not named
            pass
    return lambda day: day.weekday() > _FRIDAY
