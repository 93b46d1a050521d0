"""
What a layout can draw on a plan: uses with their land-use codes, and what the search calls them.

Names of types, and demands that cannot be met, are said in words of ``texts.toml``.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from blockplan.errors import UsageError
from blockplan.figures import number
from blockplan.measure.inputs.columns import belongs
from blockplan.propose.proposal import Unmet
from blockplan.propose.services import PARK, SERVICES, STATION
from blockplan.texts import LANGUAGES, Catalog, listed, toml_table

if TYPE_CHECKING:
    from collections.abc import Mapping

HOUSING, GREEN = "residential", "green"
CATALOG = Catalog("blockplan.propose.layout.problem", "texts.toml")
#: Uses that the search knows by another name: parks, and the green that is left over.
SEARCHED = {PARK: "green_l", GREEN: "green_s"}


@dataclass(frozen=True, slots=True)
class Use:
    """
    One use that parcels can be drawn for.

    Attributes
    ----------
    id
        Its name on the command line.
    codes
        Land uses of the national list that hold it, the fittest first.
    facility
        Value of ``facilities.service`` of what stands there; "" where the land itself is what serves.
    """

    id: str
    codes: tuple[str, ...]
    facility: str
    name: Mapping[str, str]

    @property
    def searched(self) -> str:
        """Its name in the search."""
        return SEARCHED.get(self.id, self.id)

    def code_in(self, permitted: tuple[str, ...] | None) -> str | None:
        """
        The land use that a parcel gets; None where none of those permitted holds it.

        Parameters
        ----------
        permitted
            Codes that the parcel may have; None where it may have any.
        """
        if permitted is None:
            return self.codes[0]
        fitting = (own for code in self.codes for own in permitted if belongs(own, None, (code,)))
        return next(fitting, None)


@cache
def uses() -> dict[str, Use]:
    """Every use that can be drawn, by name."""
    table = toml_table("blockplan.propose.layout.problem", "uses.toml")
    own = {name: Use(name, tuple(said["codes"]), "", said["name"]) for name, said in table.items()}
    sited = {
        name: Use(name, service.codes, "" if name == PARK else name, service.name)
        for name, service in SERVICES.items()
        if name != STATION
    }
    return own | sited


def use_of(name: str) -> Use:
    """
    A use that can be asked for, by its name.

    Raises
    ------
    UsageError
        If there is none; the message names those there are.
    """
    known = {one for one in uses() if one != GREEN}
    if name not in known:
        named = listed(_with_name(one) for one in sorted(known))
        raise CATALOG.refused(UsageError, "refused.use", id=name, known=named)
    return uses()[name]


def _with_name(name: str) -> dict[str, str]:
    """The name to ask for a use by, and what it is called where that is another word."""
    called = type_name(name)
    return {
        lang: name if called[lang] == name.replace("_", " ") else f"{called[lang]} ({name})"
        for lang in LANGUAGES
    }


def type_name(name: str) -> Mapping[str, str]:
    """A type in every language; its own word where it has no name."""
    if f"type.{name}" in CATALOG:
        return CATALOG.text(f"type.{name}")
    use = uses().get(name)
    return use.name if use else dict.fromkeys(LANGUAGES, name)


def short_of(key: str, amount: float, unit: str, kind: str = "", **values: Any) -> Unmet:
    """
    A demand that stays unmet, in every language.

    Parameters
    ----------
    key
        Under ``demand`` in the catalog.
    kind
        Type of parcel that it is of, "" where it is of none.

    Examples
    --------
    >>> found = short_of("no_room", 2, "parcels", "school")
    >>> found.demand, found.said("zh")
    ('school: no vacant block has room', '学校：没有空地容得下')
    """
    words = CATALOG.text(f"demand.{key}", type=type_name(kind) if kind else "", **values)
    # Programs read the demand in English by the type's own word.
    demand = CATALOG(f"demand.{key}", "en", type=kind, **values)
    return Unmet(demand, float(amount), unit, words)


def cannot(one: Unmet, lang: str) -> str:
    """A demand that cannot be met as a line, with its amount."""
    unit = CATALOG(f"unit.{one.unit}", lang) if f"unit.{one.unit}" in CATALOG else one.unit
    amount = "?" if one.amount is None else number(one.amount)
    return CATALOG("said.cannot", lang, demand=one.said(lang), amount=amount, unit=unit)
