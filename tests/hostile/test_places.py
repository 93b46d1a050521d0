"""Every hostile text about a place is answered with few candidates, or refused on purpose."""

from __future__ import annotations

import json
import math

import pytest
from tests.support.builders import a_plan
from tests.support.hostile.corpus import places

from blockplan.datums import DATUMS
from blockplan.errors import IntakeError
from blockplan.notice.intake.places import PlaceIndex

PLACES = {entry.name: entry for entry in places()}
INDEX = PlaceIndex.of_plan(a_plan())


@pytest.mark.parametrize("datum", [None, *DATUMS])
@pytest.mark.parametrize("name", PLACES)
def test_a_hostile_place_is_answered_or_refused_on_purpose(name: str, datum: str | None) -> None:
    entry = PLACES[name]
    assert isinstance(entry.content, str)
    try:
        found = INDEX.find(entry.content, datum)  # type: ignore[arg-type]
    except IntakeError as error:
        found = None
        code = error.code
    if found is None:
        assert code in {"text.line", "place.nowhere"}
        return
    assert entry.code == ""
    assert len(found.candidates) <= 10
    if found.typed is not None:
        assert math.isfinite(found.typed.x + found.typed.y + found.typed.outside_m)
        json.dumps(found.typed.log(), allow_nan=False)
