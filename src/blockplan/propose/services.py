"""What can be sited, as data: `SERVICES` holds each with the land that can hold it and its names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from blockplan.errors import UsageError
from blockplan.texts import toml_table

if TYPE_CHECKING:
    from collections.abc import Mapping

PARK, STATION = "park", "station"


@dataclass(frozen=True, slots=True)
class Service:
    """
    One kind of thing that is sited.

    Attributes
    ----------
    id
        Its name in ``facilities.service``; ``park`` or ``station``.
    codes
        Land uses that can hold it, the fittest first.
    size
        Column of ``facilities`` that says how large one is; "" where there is none.
    prefix
        How ids of new ones begin.
    """

    id: str
    codes: tuple[str, ...]
    size: str
    prefix: str
    name: Mapping[str, str]

    @property
    def goal(self) -> Literal["green", "facility", "stop"]:
        """What kind of thing one goes to, as `blockplan.measure.distance.methods` has it."""
        return "green" if self.id == PARK else "stop" if self.id == STATION else "facility"


def _read() -> dict[str, Service]:
    return {
        id_: Service(id_, tuple(said["codes"]), said["size"], said["prefix"], said["name"])
        for id_, said in toml_table("blockplan.propose", "services.toml").items()
    }


#: Everything that can be sited, by id.
SERVICES: dict[str, Service] = _read()


def service_of(name: str) -> Service:
    """
    A service by its id.

    Raises
    ------
    UsageError
        If there is none; the message names those there are.
    """
    if name not in SERVICES:
        raise UsageError(f"{name!r} cannot be sited. What can: {', '.join(SERVICES)}.")
    return SERVICES[name]
