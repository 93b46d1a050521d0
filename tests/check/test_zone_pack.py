"""Pack `zone`: thirteen promises, every open point of the notice in sight, and much that is reported."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from blockplan.check.instruments import House
from blockplan.check.packs import load
from blockplan.measure import MEASURES

if TYPE_CHECKING:
    from pathlib import Path

    from blockplan.check.packs import Pack

OPEN_POINTS = [f"A{number:02d}" for number in range(1, 13)]
#: Measures that give the other readings of an open point.
OTHER_READINGS = {
    "A07": ("school_land_per_1000", "kindergarten_land_per_1000"),
    "A08": ("beds_and_day_places_per_1000",),
    "A09": ("daytime_users", "green_per_daytime_user", "culture_floor_per_daytime_user"),
    "A11": ("modes_per_station", "users_near_stations"),
    "A12": ("belt_buffer",),
}


@pytest.fixture(scope="module")
def zone() -> Pack:
    (pack,) = load(["zone"], House().measures())
    return pack


def test_the_pack_has_the_thirteen_rules_of_the_notice(zone: Pack) -> None:
    assert len(zone.rules) == 13
    assert [rule.id for rule in zone.rules if rule.force != "must"] == ["zone-area-sum"]


@pytest.mark.parametrize("point", OPEN_POINTS)
def test_every_open_point_is_a_parameter_that_says_what_it_means(zone: Pack, point: str) -> None:
    tables = [zone.head.parameters, *(rule.parameters for rule in zone.rules)]
    notes = [each.note for table in tables for each in table.values() if each.open_point == point]
    assert notes
    assert all(set(note) == {"zh", "en", "ja"} and all(note.values()) for note in notes)


@pytest.mark.parametrize("point", OTHER_READINGS)
def test_the_other_readings_of_an_open_point_are_reported(zone: Pack, point: str) -> None:
    assert set(OTHER_READINGS[point]) <= set(zone.head.reported)
    assert all(
        point in MEASURES[name].source["en"]
        for name in OTHER_READINGS[point]
        if name in MEASURES and point != "A11"
    )


def test_no_reported_measure_is_law_in_this_pack_and_none_stands_twice(zone: Pack) -> None:
    reported = list(zone.head.reported)
    assert len(reported) == len(set(reported))
    assert not set(reported) & {rule.measure for rule in zone.rules}


def test_the_page_on_packs_lists_every_open_point_with_its_parameters(zone: Pack, repo: Path) -> None:
    page = (repo / "docs" / "packs.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| (A\d\d) \|(.*)$", page, re.MULTILINE))
    assert list(rows) == OPEN_POINTS
    tables = [zone.head.parameters, *(rule.parameters for rule in zone.rules)]
    for table in tables:
        for name, parameter in table.items():
            if parameter.open_point:
                assert f"`{name}`" in rows[parameter.open_point], name
    assert f"reported by {len(zone.head.reported)} measures" in page
