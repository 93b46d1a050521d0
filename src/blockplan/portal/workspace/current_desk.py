"""The desk that answers: the one of this process, or at the office the one that a request is about."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from blockplan.portal.workspace.desk import EditingDesk

#: The token reaches the service's process by this name.
TOKEN = "BLOCKPLAN_WORKBENCH_TOKEN"  # noqa: S105 (the name of a variable)
_DESKS: list[EditingDesk] = []
_ASKED: ContextVar[_AskedDesk | None] = ContextVar("asked", default=None)


@dataclass
class _AskedDesk:
    """What a request is about: its desk, who asks, and how the desk of another scenario is found."""

    desk: EditingDesk
    who: str
    find: Callable[[str], EditingDesk]


def desk() -> EditingDesk:
    """The desk that the request is about, else the one that is open in this process."""
    asked = _ASKED.get()
    return _DESKS[0] if asked is None else asked.desk


def signed_in() -> str | None:
    """Who asks, where people sign in; None on one's own machine."""
    asked = _ASKED.get()
    return None if asked is None else asked.who


def turn_to(scenario: str) -> None:
    """
    Go on with another scenario: for the rest of this request, or on one's own machine for good.

    Raises
    ------
    BlockplanError
        If it cannot be opened.
    """
    asked = _ASKED.get()
    if asked is None:
        _DESKS[0].open(scenario)
    else:
        asked.desk = asked.find(scenario)


def put(one: EditingDesk) -> None:
    """Make a desk the one that answers."""
    _DESKS[:] = [one]


@contextmanager
def at(one: EditingDesk, who: str, find: Callable[[str], EditingDesk]) -> Iterator[None]:
    """While this lasts, a desk answers to somebody who is signed in."""
    token = _ASKED.set(_AskedDesk(one, who, find))
    try:
        yield
    finally:
        _ASKED.reset(token)
