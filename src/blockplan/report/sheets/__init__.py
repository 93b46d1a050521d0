"""
The sheets that an office hands in: maps of the plan, 街区图则 and 地块图则 with their parcels.

`atlas` sets them as one PDF/A file; `KINDS` names the kinds. Their strings are those of `report.office`.
"""

from blockplan.report.sheets.atlas import KINDS, Atlas, atlas
from blockplan.report.sheets.paper import PAPERS

__all__ = ["KINDS", "PAPERS", "Atlas", "atlas"]
