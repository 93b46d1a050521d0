"""
The law of notice per country, from ``countries/*.yaml``: how long, how counted, on which days offices
are closed.

A figure stands in the YAML with its source, clause and confidence, and nowhere in the code. An office whose
ordinance counts otherwise writes a file of the same shape and names it.
"""

from __future__ import annotations

import datetime as dt
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from blockplan.errors import RulePackError, UsageError
from blockplan.notice.refusals import refused
from blockplan.texts import listed

if TYPE_CHECKING:
    from collections.abc import Callable

FOLDER = Path(__file__).with_name("countries")


class _CountryModel(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class LawSource(_CountryModel):
    """
    Where a figure comes from; confidence A (read in the law), B (read elsewhere), C (not read).

    ``said`` is how people of each language cite it; without it, document and clause stand for all.
    """

    document: str
    clause: str
    said: dict[str, str] | None = None
    address: str | None = None
    confidence: Literal["A", "B", "C"]


class LengthLimit(_CountryModel):
    """The least length, from a day on (None: from which day was not traced)."""

    from_: dt.date | None = Field(alias="from")
    minimum: int = Field(gt=0)
    unit: Literal["day", "week", "month"]
    at_least_days: int | None = Field(default=None, gt=0)


class Longer(_CountryModel):
    """How much longer than the inspection opinions are taken in."""

    minimum: int = Field(gt=0)
    unit: Literal["day", "week"]


class PeriodCase(_CountryModel):
    """A first day, and the earliest lawful last day."""

    name: str
    first: dt.date
    last: dt.date
    inspection_last: dt.date | None = None
    subdivision: str | None = None


class PeriodRule(_CountryModel):
    """How long a notice runs at least, and how its days are counted."""

    id: str
    title: dict[str, str]
    limits: list[LengthLimit] = Field(min_length=1)
    submission_after_inspection: Longer | None = None
    #: Whether the day of the notice is the first of the days, or the day after it.
    first_day: Literal["counted", "next"]
    #: What happens where the last day is one on which offices are closed.
    closed_last_day: Literal["stays", "moves"]
    source: LawSource
    counting: LawSource
    note: dict[str, str]
    still_in_force_on: dt.date
    cases: list[PeriodCase] = Field(default=[], repr=False)
    zone: str = ""

    def limit(self, first: dt.date) -> LengthLimit:
        """The limit that holds on a first day: the newest that begins no later."""
        held = [limit for limit in self.limits if limit.from_ is None or limit.from_ <= first]
        if not held:
            raise refused(UsageError, "no_limit", rule=self.id, first=first, begins=self.limits[0].from_)
        return held[-1]


class Holidays(_CountryModel):
    """
    Which days offices are closed: a country of the library `holidays`, and days of each year
    besides (MM-DD).
    """

    country: str
    subdivision: Literal["wanted"] | None = None
    also: list[str] = []

    def parts(self) -> list[str]:
        """The parts of the country of which one must be named; none where holidays are the same in all."""
        import holidays  # noqa: PLC0415 (a second on a slow disk)

        return [] if self.subdivision is None else list(holidays.list_supported_countries()[self.country])

    def closed_days(self, subdivision: str | None = None) -> Callable[[dt.date], bool]:
        """
        A test whether offices are closed on a day.

        Raises
        ------
        UsageError
            If the holidays differ from part to part of the country and none is named, or there is no
            such part.
        """
        import holidays  # noqa: PLC0415 (a second on a slow disk)

        if subdivision is None and (parts := self.parts()):
            raise refused(UsageError, "part_wanted", country=self.country, parts=listed(parts))
        try:
            days = holidays.country_holidays(self.country, subdiv=subdivision)
        except NotImplementedError:
            raise refused(UsageError, "no_part", country=self.country, part=subdivision) from None
        also = frozenset(self.also)
        return lambda day: f"{day:%m-%d}" in also or not days.is_working_day(day)


class AddedStep(_CountryModel):
    """A step that a country adds: when it may be entered, and by which law."""

    id: str
    title: dict[str, str]
    in_: list[str] = Field(alias="in")
    source: LawSource


class StateTerm(_CountryModel):
    """A term after a state."""

    days: int = Field(gt=0)
    unit: Literal["day", "working_day"]
    after: str
    source: LawSource


#: Fields of `blockplan.notice.particulars`; a test holds the two together.
Particular = Literal[
    "authority", "preparer", "legal_basis", "extent", "purpose", "change", "reasons", "places", "manner",
    "media", "contact", "privacy", "map_review",
]  # fmt: skip


class RequiredParticulars(_CountryModel):
    """Particulars that a notice must give, and who asks for them."""

    names: list[Particular] = Field(min_length=1)
    source: LawSource


class Detail(_CountryModel):
    """How much of the land may be published in one piece before somebody must think about it."""

    km2: float = Field(gt=0)
    source: LawSource


class Country(_CountryModel):
    """One file: a country, or a place with an ordinance of its own."""

    country: str
    zone: str
    holidays: Holidays
    publication: Literal["none", "after_close_summary", "after_close_full", "live"]
    steps: list[AddedStep] = []
    #: What a submitter should give besides the text; what is missing is entered as a formal defect.
    wants: list[Literal["name", "address", "contact", "standing", "title", "reason"]] = []
    publish_within: StateTerm | None = None
    #: What the notice must say of itself.
    particulars: list[RequiredParticulars] = []
    detail: Detail | None = None
    rules: list[PeriodRule] = Field(min_length=1)

    def rule(self, name: str | None = None) -> PeriodRule:
        """A rule by its id; the first of the file where none is named."""
        for rule in self.rules:
            if name in {None, rule.id}:
                return rule
        known = listed(rule.id for rule in self.rules)
        raise refused(UsageError, "no_rule", rule=name, country=self.country, known=known)

    def closed_days(self, subdivision: str | None = None) -> Callable[[dt.date], bool]:
        """A test whether offices are closed on a day; `Holidays.closed_days`."""
        return self.holidays.closed_days(subdivision)


@cache
def country(name: str) -> Country:
    """
    The law of notice of a country ("CN", "JP", "DE"), or of a file of the same shape.

    Raises
    ------
    UsageError
        If there is none of that name.
    RulePackError
        If the file is refused; the message begins with file and line.
    """
    path = Path(name) if name.endswith((".yaml", ".yml")) else FOLDER / f"{name.lower()}.yaml"
    if not path.is_file():
        known = ", ".join(sorted(file.stem.upper() for file in FOLDER.glob("*.yaml")))
        raise UsageError(
            f"There is no law of notice for {name!r}. Take one of {known}, or a YAML file like theirs."
        )
    from blockplan.yamlfile import read_documents  # noqa: PLC0415 (rules load the room of plans)

    documents = read_documents(path)
    if len(documents) != 1:
        raise RulePackError(f"{path}, line 1: one document is wanted here, not {len(documents)}.")
    return _parse(documents[0].value, path, documents[0].at)


def _parse(value: Any, path: Path, at: Callable[[tuple[str | int, ...]], str]) -> Country:
    try:
        found = Country.model_validate(value)
    except ValidationError as error:
        said = [f"{at(fault['loc'])}: {fault['msg']}." for fault in error.errors()]
        raise RulePackError("\n".join(said)) from None
    _check_zone(found.zone, path)
    rules = [rule.model_copy(update={"zone": found.zone}) for rule in found.rules]
    return found.model_copy(update={"rules": rules})


def _check_zone(zone: str, path: Path) -> None:
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError):
        raise RulePackError(
            f"{path}, line 1: there is no time zone {zone!r}. Write one like Asia/Tokyo."
        ) from None
