"""Numbers that people read are written by `figures`, and by no format of an f-string."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

#: Rooms whose words people read, but for those that draw.
ROOMS = ("check", "compare", "deliver", "notice", "portal", "report", "respond")
DRAWING = ("report/maps/", "report/sheets/", "report/qgis/")
#: Where a formatted number is no figure of a sentence.
ALLOWED = {
    "check/loader.py": "limits of a rule, as its file writes them",
    "check/rules.py": "limits of a rule, as its file writes them",
    "compare/changes.py": "a shape in the list of changes, a column whose bytes stay",
    "deliver/quality/report.py": "coordinates of a place, to be copied",
    "deliver/text/scan.py": "two numbers told apart by their digits",
    "deliver/to_profile.py": "a field of a delivery, whose bytes stay",
    "portal/pages/opinions.py": "coordinates in an address",
    "portal/pages/place_summary.py": "coordinates in an address",
    "report/charts.py": "coordinates of a drawing",
    "report/document.py": "the size of a drawing",
    "report/plan_report.py": "coordinates of a place, to be copied",
    "report/proposal/layout_set.py": "coordinates of a drawing",
    "report/public/locator.py": "coordinates of a drawing",
    "report/public/pictures.py": "coordinates of a drawing",
    "respond/vectors.py": "a cosine of the self-test of a model",
}


def formatted(path: Path) -> Iterator[int]:
    """Lines of f-strings that format a number: ``:g``, ``:.1f``, ``:%``."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FormattedValue) and isinstance(node.format_spec, ast.JoinedStr):
            parts = node.format_spec.values
            spec = "".join(str(one.value) for one in parts if isinstance(one, ast.Constant))
            if spec.endswith(("f", "g", "%")):
                yield node.lineno


def test_what_people_read_is_written_by_figures(repo: Path) -> None:
    package = repo / "src" / "blockplan"
    paths = {
        path.relative_to(package).as_posix(): path
        for room in ROOMS
        for path in (package / room).rglob("*.py")
    }
    found = {
        name: lines
        for name, path in sorted(paths.items())
        if not name.startswith(DRAWING) and (lines := list(formatted(path)))
    }
    assert not {name: lines for name, lines in found.items() if name not in ALLOWED}
    assert set(ALLOWED) <= set(found), "an entry of ALLOWED that nothing needs"
