"""Why an edit is refused, in the reader's language: sentences of ``refusals.toml``."""

from __future__ import annotations

from typing import Any

from blockplan.errors import BlockplanError
from blockplan.plan.model.faults import NAMES
from blockplan.texts import LANGUAGES, Catalog

TEXTS = Catalog("blockplan.live", "refusals.toml")


class EditError(BlockplanError):
    """An edit that cannot be made. The plan is as it was."""


class LockedError(EditError):
    """An edit of a scenario that is locked."""


def refused(code: str, /, *, layer: str = "", **values: Any) -> EditError:
    """The error to raise where an edit cannot be made; its sentence stands under `code`."""
    key = f"layer.{layer}"
    name = NAMES.text(key) if key in NAMES else dict.fromkeys(LANGUAGES, layer)
    return TEXTS.refused(EditError, code, layer=layer, name=name, **values)


def no_row(layer: str, id_: str) -> EditError:
    """The edit names a feature that is not there."""
    return refused("no_row", layer=layer, id=id_)


def twice(layer: str, id_: str) -> EditError:
    """Several features bear the id, so that nobody can say which one is meant."""
    return refused("twice", layer=layer, id=id_)
