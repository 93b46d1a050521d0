"""Rows of the layout benchmark as a table for people."""

from __future__ import annotations

from typing import Any

#: Key of a row, its heading and how it is written; a heading is as wide as its column.
COLUMNS = (
    ("total", "  total", "7.4f"),
    ("service", "service", "7.3f"),
    ("ecology", " ecol.", "6.3f"),
    ("traffic", " traf.", "6.3f"),
    ("coverage", "  cov.", "6.3f"),
    ("coverage_area", "by area", "7.3f"),
    ("coverage_streets", "on foot", "7.3f"),
    ("green_share", "green", "5.1%"),
    ("school_m2_per_ha", "school", "6.0f"),
    ("rectangles", " rect.", "6.0%"),
    ("straight", "straight", "8.0%"),
    ("least_angle_deg", "angle", "5.0f"),
    ("fronted", "front", "5.0%"),
    ("slivers", "sliver", "6d"),
    ("breaches", "breach", "6d"),
    ("bound", "bound", "5.3f"),
    ("gap", "  gap", "5.1%"),
    ("wall_s", "wall s", "6.1f"),
    ("cpu_s", " CPU s", "6.1f"),
    ("peak_mb", "  MB", "4d"),
    ("load", "load", "4.1f"),
)
#: What two plans of one seed are to each other.
TWICE = {
    True: "twice the same",
    False: "TWICE NOT THE SAME",
    None: "not compared: a search was cut short",
}
HEAD = " ".join([f"{'case':<10}{'plan':<15}", *(title for _, title, _ in COLUMNS)])


def line(row: dict[str, Any]) -> str:
    """A row of the table; what is not known is a dash."""
    if "sd" in row:
        return _together(row)
    cells = [f"{row['case']:<10}{row['plan']:<15}"]
    for key, title, how in COLUMNS:
        value = row.get(key)
        cells.append("-".rjust(len(title)) if value is None else format(value, how).rjust(len(title)))
    notes = []
    if row.get("off_reference") is not None:
        notes.append(f"off reference {row['off_reference']:+.1e}")
    if "twice_equal" in row:
        notes.append(TWICE[row["twice_equal"]])
    if row.get("ended") not in (None, "finished"):
        notes.append(f"ended: {row['ended']}")
    notes += [f"unmet: {one['demand']} {one['amount']:g} {one['unit']}" for one in row.get("unmet", [])]
    return " ".join([*cells, *notes])


def _together(row: dict[str, Any]) -> str:
    above = {True: "each above the published plan", False: "NOT EACH ABOVE THE PUBLISHED PLAN"}
    said = [
        f"{row['total']:7.4f} sd {row['sd']:.4f}, least {row['least']:.4f}, land use {row['land_use']:.4f}",
        f"by area {row['coverage_area']:.3f} (least {row['coverage_area_least']:.3f})",
        "no bound" if row["gap_most"] is None else f"gap at most {row['gap_most']:.1%}",
        "all legal" if row["legal"] else "NOT ALL LEGAL",
    ]
    if row["above_published"] is not None:
        said.append(above[row["above_published"]])
    return f"{row['case']:<10}{row['plan']:<15} " + "; ".join(said) + "\n"
