"""Why a plan package cannot be read, in the reader's language: sentences of ``refusals.toml``."""

from __future__ import annotations

from typing import Any

from blockplan.errors import PlanDataError
from blockplan.texts import Catalog, refusal

TEXTS = Catalog("blockplan.plan.model", "refusals.toml")


def refused(code: str, /, **values: Any) -> PlanDataError:
    """The error to raise where a package is refused; its sentence stands under `code`."""
    return refusal(PlanDataError, TEXTS, code, **values)
