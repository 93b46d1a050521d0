"""Why something at the desk is refused, in the reader's language: sentences of ``refusals.toml``."""

from __future__ import annotations

from typing import Any, TypeVar

from blockplan.errors import BlockplanError
from blockplan.texts import Catalog, refusal

E = TypeVar("E", bound=BlockplanError)
TEXTS = Catalog("blockplan.respond", "refusals.toml")


def refused(kind: type[E], code: str, /, **values: Any) -> E:
    """The error to raise where something is refused; its sentence stands under `code`."""
    return refusal(kind, TEXTS, code, **values)
