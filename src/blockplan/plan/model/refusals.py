"""Why a plan package cannot be read, in the reader's language: sentences of ``refusals.toml``."""

from functools import partial

from blockplan.errors import PlanDataError
from blockplan.texts import Catalog

TEXTS = Catalog("blockplan.plan.model", "refusals.toml")
#: Gives the error to raise where a package is refused, for the code of its sentence and what fills it.
refused = partial(TEXTS.refused, PlanDataError)
