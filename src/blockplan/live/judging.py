"""
Judging that follows: what rests on nothing that an edit touched is not worked out again.

A plan notes what each thing it worked out had read (`Plan.cached`); an edited plan keeps what still
stands. Measurements are kept the same way, so that `check` asks for all of them and takes few.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from blockplan.check.instruments import House

if TYPE_CHECKING:
    from blockplan.check.verdict import Residents
    from blockplan.measure.measurement import Measurement
    from blockplan.plan import Plan


class Following(House):
    """The house's instruments, with measurements kept while they stand."""

    def measure(self, plan: Plan, name: str, parameters: dict[str, Any]) -> Measurement:
        """One measure of a plan, under these parameters."""
        key = f"measured:{name}:{json.dumps(parameters, sort_keys=True, default=str)}"
        return plan.cached(key, lambda: House.measure(_HOUSE, plan, name, parameters))

    def residents(self, plan: Plan) -> Residents:
        """Residents of the plan with the range that ``plan.toml`` states."""
        return plan.cached("measured:residents and their range", lambda: House.residents(_HOUSE, plan))


_HOUSE = House()
