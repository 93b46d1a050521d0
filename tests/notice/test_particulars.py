"""What a notice says of itself: typed, in several languages, asked for by country."""

from __future__ import annotations

from typing import get_args

import pytest

from blockplan.errors import UsageError
from blockplan.notice.countries import Particular, country
from blockplan.notice.particulars import FIELDS, asked_and_missing, particulars_from


def test_every_field_can_be_asked_for_by_a_country() -> None:
    assert get_args(Particular) == FIELDS


def test_what_is_not_given_is_none_and_not_in_the_record() -> None:
    found = particulars_from({"purpose": {"zh": "  ", "en": ""}, "manner": {"phone": "+86 10 5555 0100"}})
    assert found.purpose is None
    assert found.to_dict() == {"manner": {"phone": "+86 10 5555 0100"}}
    assert particulars_from(found.to_dict()) == found


def test_a_country_names_what_is_missing_in_a_fixed_order() -> None:
    given = {"authority": {"en": "Town office"}, "map_review": {"ground": {"en": "synthetic land"}}}
    missing = asked_and_missing(particulars_from(given), country("CN"))
    assert missing == ["preparer", "legal_basis", "extent", "purpose", "change", "places", "manner", "media",
                       "privacy"]  # fmt: skip
    assert "reasons" in asked_and_missing(particulars_from({}), country("JP"))
    assert "map_review" not in asked_and_missing(particulars_from({}), country("DE"))


@pytest.mark.parametrize(
    ("said", "named"),
    [
        ({"colour": "red"}, "colour"),
        ({"purpose": {"fr": "parc"}}, "unknown languages: fr"),
        ({"places": [{"hours": {"en": "9 to 5"}}]}, "a name or an address"),
        ({"places": [{"name": {"en": "Hall"}, "first": "2026-03-02", "last": "2026-03-01"}]}, "before"),
        ({"map_review": {}}, "the number of the map review or the ground"),
        ({"map_review": {"number": "1", "ground": {"en": "none"}}}, "either the number"),
        ({"manner": {"fax": "1"}}, "manner.fax"),
    ],
)
def test_particulars_that_are_off_are_refused_by_name(said: dict[str, object], named: str) -> None:
    with pytest.raises(UsageError, match="particulars of the notice are off") as refused:
        particulars_from(said)
    assert named in str(refused.value)
