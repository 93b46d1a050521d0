"""Why a delivery is refused, in the language of whoever is told: sentences of ``refusals.toml``."""

from __future__ import annotations

from typing import Any, TypeVar, overload

from blockplan.errors import BlockplanError, MappingError
from blockplan.texts import Catalog, refusal

E = TypeVar("E", bound=BlockplanError)
TEXTS = Catalog("blockplan.deliver", "refusals.toml")


@overload
def refused(code: str, /, **values: Any) -> MappingError: ...
@overload
def refused(code: str, kind: type[E], /, **values: Any) -> E: ...
def refused(code: str, kind: type[BlockplanError] = MappingError, /, **values: Any) -> BlockplanError:
    """The error to raise where a profile or a package is refused; its sentence stands under `code`."""
    return refusal(kind, TEXTS, code, **values)
