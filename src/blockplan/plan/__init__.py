"""
What a plan is: the package, its layers and columns, land-use codes, validity.

`read` gives a `Plan`, `write` puts it down again, `validate` finds the faults
of its data, `landuse` gives a land-use code list.
"""

from blockplan.plan.files.package import read, with_scenario, write
from blockplan.plan.model.codes import landuse
from blockplan.plan.model.faults import Fault
from blockplan.plan.model.plan import BASE, Difference, Plan
from blockplan.plan.validity.validate import validate

__all__ = ["BASE", "Difference", "Fault", "Plan", "landuse", "read", "validate", "with_scenario", "write"]
