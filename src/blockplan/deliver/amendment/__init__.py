"""
Amendments of a plan in force: kind of filing, layers, who gains and loses, transferred floor area, merging.

`amendment` tells what differs between a plan and its amended version; `merge` joins two amendments of the
same plan; `write` puts an amendment down as a folder that is signed, `verify` holds one against its seal.
"""

from blockplan.deliver.amendment.amend import PlanAmendment, amendment
from blockplan.deliver.amendment.folder import write
from blockplan.deliver.amendment.merging import MergedPlans, merge
from blockplan.deliver.amendment.seal import verify

__all__ = ["MergedPlans", "PlanAmendment", "amendment", "merge", "verify", "write"]
