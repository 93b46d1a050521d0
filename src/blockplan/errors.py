"""
Every error that Blockplan raises on purpose.

::

    BlockplanError
    ├── UsageError         the call itself is off: an unknown scenario, measure, pack or date
    ├── PlanDataError      a plan or a layer cannot be read or is not what it says
    │   └── ScenarioGoneError  a scenario went while it was open
    ├── MappingError       the mapping file of ``import layers`` is off
    ├── RulePackError      a rule file is refused, with file and line
    ├── InfeasibleError    what is asked for cannot be met; names the demands that clash
    ├── NoticeStateError   a notice may not go from its state to the one asked for
    └── IntakeError        what somebody sent in with an opinion is refused

A message says what, where, why and what to do. The command line turns every
one of them into exit code 2.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


class BlockplanError(Exception):
    """
    Base of every error raised on purpose.

    Attributes
    ----------
    code
        The ground, as in a room's catalog of refusals; empty where it stands in none.
    text
        The message in zh, en and ja, where it stands in a catalog; `str` gives the English one.
    """

    code: str = ""
    text: Mapping[str, str] | None = None


class UsageError(BlockplanError):
    """The call names something that is not there, or asks for what makes no sense."""


class PlanDataError(BlockplanError):
    """A plan, a layer or a file of it cannot be read, or is not what it says it is."""


class ScenarioGoneError(PlanDataError):
    """The log of a scenario that is open was set aside or begun anew: what was open of it is no more."""


class MappingError(BlockplanError):
    """The mapping of somebody's layers to plan layers is off."""


class RulePackError(BlockplanError):
    """A rule pack is refused; the message begins with the file and the line."""


class InfeasibleError(BlockplanError):
    """What is asked for cannot be met; the message names the demands that clash and by how much."""


class NoticeStateError(BlockplanError):
    """A public notice may not go from its present state to the one asked for."""


class IntakeError(BlockplanError):
    """
    What somebody sent in is refused: a file, a text, a drawing or a place.

    Attributes
    ----------
    code
        The ground, as in the catalog (``file.too_large``): for programs.
    text
        The message in zh, en and ja: for whoever sent it. `str` gives the English one.
    """

    text: Mapping[str, str]

    def __init__(self, code: str, text: Mapping[str, str]) -> None:
        super().__init__(code, text)
        self.code = code
        self.text = dict(text)

    def __str__(self) -> str:
        return self.text["en"]
