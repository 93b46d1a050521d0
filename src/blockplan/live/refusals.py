"""Why an edit is refused: what, where, why, and what to do; nothing was changed then."""

from __future__ import annotations

from blockplan.errors import BlockplanError


class EditError(BlockplanError):
    """An edit that cannot be made. The plan is as it was."""


def no_row(layer: str, id_: str) -> EditError:
    """The edit names a feature that is not there."""
    return EditError(
        f"{layer} has no feature {id_!r}. Check the id; it may have been split, merged or removed."
    )


def twice(layer: str, id_: str) -> EditError:
    """Several features bear the id, so that nobody can say which one is meant."""
    return EditError(
        f"Several features of {layer} bear the id {id_!r}. Give each its own id in the plan's file first."
    )
