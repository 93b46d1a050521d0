"""
What a layout of a plan has to place: uses with numbers, sizes and distances, each with who states it.

Options go before rules, rules before nothing: what neither states is an error that names it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from blockplan.errors import UsageError
from blockplan.jsontext import JsonRecord
from blockplan.propose.layout.problem.standards import (
    COUNT,
    LAND_SHORT,
    LEAST,
    LEAST_GREEN,
    MOST,
    NEAR,
    Standard,
)
from blockplan.propose.layout.problem.uses import CATALOG, GREEN, HOUSING, short_of, use_of
from blockplan.propose.services import PARK
from blockplan.texts import listed
from blockplan.units import M2_PER_HA

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from blockplan.propose.layout.problem.standards import Standards
    from blockplan.propose.layout.problem.uses import Use
    from blockplan.propose.proposal import Unmet

#: Where no largest site is stated, one is at most so many times the smallest.
MOST_OF_LEAST = 2.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """
    What is to be laid out, as it was asked for.

    Attributes
    ----------
    need
        Use -> how many; None where the rules say it.
    size
        Use -> least and largest site in m2; the largest None where it is not stated.
    near
        Use -> distance in m; ``green`` for green.
    homes_ha
        New housing in ha.
    service, ecology
        Weights of the two parts.
    left_over_green
        Whether land that no use takes becomes green; it stays as it is otherwise.
    vacant
        Ids of parcels or codes of land use that are drawn anew; undecided land where empty.
    weigh_by
        What homes count by; residents where None, buildings with `blocks`.
    blocks
        Whether parcels are made of the blocks between the streets first: for a map that has none.
    """

    need: Mapping[str, int | None] = field(default_factory=dict)
    size: Mapping[str, tuple[float, float | None]] = field(default_factory=dict)
    near: Mapping[str, float] = field(default_factory=dict)
    homes_ha: float = 0.0
    service: float = 4.0
    ecology: float = 1.0
    left_over_green: bool = False
    vacant: tuple[str, ...] = ()
    weigh_by: str | None = None
    blocks: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted(JsonRecord):
    """One use to place: how many parcels, of which size, how near to homes it counts."""

    use: Use = field(metadata={"json": None})
    count: Standard
    least_m2: Standard
    most_m2: Standard
    near_m: Standard

    @property
    def many(self) -> int:
        """How many parcels."""
        return round(self.count.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Programme(JsonRecord):
    """
    What is to be placed on a plan.

    Attributes
    ----------
    wanted
        Uses with a number.
    housing
        Size of a parcel of new housing; None where there is none.
    green_near_m, green_least_m2
        When green is near, and the least green that counts.
    left_over_green
        Whether land that no use takes becomes green.
    short
        What the wanted sites cannot make up of what the rules lack, even at their largest.
    """

    wanted: tuple[Wanted, ...]
    housing: Wanted | None
    homes_m2: float
    green_near_m: Standard
    green_least_m2: Standard
    service: float
    ecology: float
    left_over_green: bool
    short: tuple[Unmet, ...] = ()

    KEYS = (
        "uses", "housing_m2=homes_m2", "green_near_m", "green_least_m2", "weight_service=service",
        "weight_ecology=ecology", "left_over",
    )  # fmt: skip

    @property
    def uses(self) -> dict[str, Wanted]:
        """What is wanted, by the id of the use."""
        return {one.use.id: one for one in self.wanted}

    @property
    def left_over(self) -> str:
        """What becomes of land that no use takes."""
        return "green" if self.left_over_green else "as it is"


def programme_of(standards: Standards, options: Options) -> Programme:
    """
    The programme of a plan: options, and standards where there are none.

    Without any `need` all uses are placed of which the rules find too little.

    Raises
    ------
    UsageError
        If a number is stated neither by an option nor by a rule, or there is nothing to place. All numbers
        that are missing are named.
    """
    missing: list[Mapping[str, str]] = []
    need = _needed(standards, options)
    wanted = tuple(_wanted(standards, options, name, need[name], missing) for name in need)
    green = _number(options.near.get(GREEN), "--near green", standards.of(GREEN, NEAR))
    if green is None:
        missing.append(CATALOG.text("refused.no_near_green"))
    housing = None
    if options.homes_ha:
        if HOUSING not in options.size:
            missing.append(_unstated("size_of_housing", HOUSING))
        else:
            housing = _housing(options)
    if missing:
        raise CATALOG.refused(UsageError, "refused.numbers", list=listed(missing, "\n  "))
    found = _raised(standards, [one for one in wanted if one is not None])
    assert green is not None  # noqa: S101 (missing is empty)
    return Programme(
        wanted=tuple(found),
        housing=housing,
        homes_m2=options.homes_ha * M2_PER_HA,
        green_near_m=green,
        green_least_m2=standards.of(GREEN, LEAST_GREEN) or Standard(0.0, "no rule: every green counts"),
        service=options.service,
        ecology=options.ecology,
        left_over_green=options.left_over_green,
        short=tuple(_short(standards, found)),
    )


def _needed(standards: Standards, options: Options) -> dict[str, int | None]:
    need = {use_of(name).id: count for name, count in options.need.items()}
    if need or options.homes_ha:
        return need
    # Where a rule asks for land of several uses, the first of them makes up for it; `need` names another.
    found: dict[str, int | None] = {}
    told = set()
    for name, one in standards.lacking().items():
        if name != GREEN and (one.rule, one.what) not in told:
            told.add((one.rule, one.what))
            found[name] = None
    if not found:
        raise CATALOG.refused(UsageError, "refused.no_need")
    return found


def _wanted(
    standards: Standards, options: Options, name: str, count: int | None, missing: list[Mapping[str, str]]
) -> Wanted | None:
    """One use with its numbers; None, and what is missing listed, where one is not stated."""
    low, high = options.size.get(name, (None, None))
    lacking = standards.of(name, LAND_SHORT)
    least = _number(low, f"--size {name}", standards.of(name, LEAST))
    if least is None and count and lacking is not None and lacking.value > 0:
        least = Standard(lacking.value / count, f"{lacking.source}, over {count} sites")
    many = _number(count, f"--need {name}", _count(standards, name, least))
    given = options.near.get(name, options.near.get(GREEN) if name == PARK else None)
    near = _number(given, f"--near {name}", standards.of(name, NEAR))
    if least is None:
        missing.append(_unstated("size", name))
    if many is None:
        missing.append(_unstated("count", name))
    if near is None:
        missing.append(_unstated("near", name))
    if least is None or many is None or near is None:
        return None
    most = _number(high, f"--size {name}", standards.of(name, MOST) if low is None else None)
    if most is None or most.value < least.value:
        most = Standard(MOST_OF_LEAST * least.value, f"{MOST_OF_LEAST:g} times the least")
    return Wanted(use=use_of(name), count=many, least_m2=least, most_m2=most, near_m=near)


def _unstated(what: str, name: str) -> Mapping[str, str]:
    """A number of a use that nobody states, in every language, with the parameter that gives it."""
    return CATALOG.text(f"refused.no_{what}", use=use_of(name).name, id=name)


def _raised(standards: Standards, wanted: list[Wanted]) -> list[Wanted]:
    """The uses, least sizes raised until the land that rules lack is made up, where the largest allow it."""
    for source, (lacking, of) in _lacking(standards, wanted).items():
        least = sum(one.many * one.least_m2.value for one in of)
        most = sum(one.many * one.most_m2.value for one in of)
        if least < lacking <= most:
            part = (lacking - least) / (most - least)
            raised = {
                one.use.id: one.least_m2.value + part * (one.most_m2.value - one.least_m2.value) for one in of
            }
            wanted = [
                replace(one, least_m2=Standard(raised[one.use.id], f"{source}: {lacking:,.0f} m² lacking"))
                if one.use.id in raised
                else one
                for one in wanted
            ]
    return wanted


def _lacking(standards: Standards, wanted: list[Wanted]) -> dict[str, tuple[float, list[Wanted]]]:
    """Rule -> the land that it lacks, and the uses that can make it up."""
    found: dict[str, tuple[float, list[Wanted]]] = {}
    for one in wanted:
        land = standards.of(one.use.id, LAND_SHORT)
        if land is not None and land.value > 0:
            found.setdefault(land.source, (land.value, []))[1].append(one)
    return found


def _housing(options: Options) -> Wanted:
    low, high = options.size[HOUSING]
    said = Standard(0.0, "no number")
    source = f"--size {HOUSING}"
    most = Standard(high, source) if high is not None else Standard(MOST_OF_LEAST * low, source)
    return Wanted(use=use_of(HOUSING), count=said, least_m2=Standard(low, source), most_m2=most, near_m=said)


def _number(given: float | None, option: str, standard: Standard | None) -> Standard | None:
    return Standard(float(given), f"option {option}") if given is not None else standard


def _count(standards: Standards, name: str, least: Standard | None) -> Standard | None:
    """How many sites the rules lack: parks by number, others by land."""
    parks, land = standards.of(name, COUNT), standards.of(name, LAND_SHORT)
    if parks is not None and parks.value > 0:
        return parks
    if land is not None and land.value > 0 and least is not None:
        many = math.ceil(land.value / least.value - 1e-9)
        return Standard(float(many), f"{land.source}: {land.value:,.0f} m² lacking")
    return None


def _short(standards: Standards, wanted: list[Wanted]) -> Iterator[Unmet]:
    """Land that the rules lack and the wanted sites cannot make up."""
    for source, (lacking, of) in _lacking(standards, wanted).items():
        most = sum(one.many * one.most_m2.value for one in of)
        if lacking > most:
            yield short_of("rule_land", lacking - most, "m2", source=source.removeprefix("rule "))
