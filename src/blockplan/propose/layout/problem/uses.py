"""What a layout can draw on a plan: uses with their land-use codes, and what the search calls them."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

from blockplan.errors import UsageError
from blockplan.measure.inputs.columns import belongs
from blockplan.propose.services import PARK, SERVICES, STATION

if TYPE_CHECKING:
    from collections.abc import Mapping

HOUSING, GREEN = "residential", "green"
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
    text = (
        resources.files("blockplan.propose.layout.problem").joinpath("uses.toml").read_text(encoding="utf-8")
    )
    own = {
        name: Use(name, tuple(said["codes"]), "", said["name"]) for name, said in tomllib.loads(text).items()
    }
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
        raise UsageError(f"{name!r} cannot be laid out. What can: {', '.join(sorted(known))}.")
    return uses()[name]
