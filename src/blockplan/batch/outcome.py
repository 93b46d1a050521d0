"""What came of one item of a batch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

#: How often an item is tried if the worker that has it is lost: more than once, for a worker may be
#: lost to something else; not for ever, for the item may be what kills it.
TRIES = 2


@dataclass(frozen=True, slots=True)
class Done:
    """
    An item, and what the function gave for it.

    Attributes
    ----------
    number
        Place of the item in the order in which items came, from 0.
    value
        What the function gave; None where it failed.
    error
        Why there is no value; empty where there is one.
    tries
        How many workers had the item: 2 or more where one was lost.
    lost
        Whether every worker that had the item was lost.
    """

    number: int
    item: Any
    value: Any = None
    error: str = ""
    tries: int = 1
    lost: bool = False


def lost(number: int, item: Any, tries: int) -> Done:
    """An item that no worker survived."""
    return Done(
        number,
        item,
        error=f"{item}: the worker was lost {tries} times (killed, or out of memory), so nothing is known.\n"
        "Try it alone; where memory is short, use fewer workers.",
        tries=tries,
        lost=True,
    )


def failed(error: BaseException) -> str:
    """The words for an exception that the function did not turn into a value itself."""
    return f"{type(error).__name__}: {error}"
