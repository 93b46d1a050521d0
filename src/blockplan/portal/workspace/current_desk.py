"""The one desk of this process."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from blockplan.portal.workspace.desk import EditingDesk

_DESKS: list[EditingDesk] = []


def desk() -> EditingDesk:
    """The desk that is open in this process."""
    return _DESKS[0]


def put(one: EditingDesk) -> None:
    """Make a desk the one that answers."""
    _DESKS[:] = [one]
