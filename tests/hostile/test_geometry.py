"""Every hostile drawing is refused on its ground, or entered as a shape and nothing else."""

from __future__ import annotations

import json

import pytest
import shapely
from tests.support.builders import a_plan
from tests.support.hostile.corpus import geometries

from blockplan.errors import IntakeError
from blockplan.notice.intake.geometry_in import DrawnPlace, NoticeArea, take_geometry
from blockplan.notice.proof import canonical

GEOMETRIES = {entry.name: entry for entry in geometries()}
AREA = NoticeArea.of_plan(a_plan())


@pytest.mark.parametrize("name", GEOMETRIES)
def test_a_hostile_drawing_is_refused_on_its_ground_or_entered_as_a_shape(name: str) -> None:
    entry = GEOMETRIES[name]
    found: DrawnPlace | IntakeError
    try:
        found = take_geometry(entry.content, AREA)
    except IntakeError as error:
        found = error
    if isinstance(found, IntakeError):
        assert found.code == entry.code
        return
    assert entry.code == ""
    assert set(found.geometry) == set(found.sent) == {"type", "coordinates"}
    assert shapely.is_valid(found.shape)
    assert "script" not in canonical.dumps(found.geometry).decode() + canonical.dumps(found.sent).decode()


PARSED = [
    name for name, entry in GEOMETRIES.items() if isinstance(entry.content, str) and "text-" not in name
]


@pytest.mark.parametrize("name", PARSED)
def test_what_is_parsed_already_is_judged_like_the_text(name: str) -> None:
    entry = GEOMETRIES[name]
    try:
        value = json.loads(entry.content)
    except (ValueError, RecursionError):
        return
    if isinstance(value, str):
        return  # a text is taken for GeoJSON
    found = ""
    try:
        take_geometry(value, AREA)
    except IntakeError as error:
        found = error.code
    # What the text is refused for by counting is refused here for what it is.
    assert found == entry.code or (entry.code.startswith("json.") and found == "geometry.kind")
