"""The reference system of a plan by its name and code, in the reader's words where they are known."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from blockplan.plan import Plan
    from blockplan.report.words import Words

#: Names of reference systems as PROJ gives them, and under which key their words stand.
NAMES = (
    (r"CGCS2000 3-degree Gauss-Kruger CM (?P<m>\d+)E", "3_degree"),
    (r"CGCS2000 3-degree Gauss-Kruger zone (?P<zone>\d+)", "3_zone"),
    (r"CGCS2000 Gauss-Kruger CM (?P<m>\d+)E", "6_degree"),
    (r"CGCS2000 Gauss-Kruger zone (?P<zone>\d+)", "6_zone"),
    (r"WGS 84 UTM zone (?P<zone>\d+[NS])", "utm"),
    (r"JGD2011 Japan Plane Rectangular CS (?P<zone>[IVX]+)", "japan"),
)


def crs_said(plan: Plan, words: Words) -> str:
    """That of a plan; a grid of its own is said to be one."""
    crs = plan.crs
    return words("reference_system.local") if crs is None else crs_named(crs.name, plan.manifest.crs, words)


def crs_named(name: str, code: str, words: Words) -> str:
    """One of which PROJ knows the name."""
    name = name.replace(" / ", " ")
    for pattern, key in NAMES:
        if found := re.fullmatch(pattern, name):
            return words(f"reference_system.{key}", code=code, **found.groupdict())
    return f"{name} ({code})"
