"""A verdict that turns within the range of residents says so, whatever it measures."""

from __future__ import annotations

import random
from collections import Counter
from typing import TYPE_CHECKING

import geopandas as gpd
import pytest
import shapely
from tests.support.builders import X, Y, a_manifest, boundary_of, parcels_of, square

from blockplan.check import check
from blockplan.check.instruments import UNMOVED, House
from blockplan.check.packs import load
from blockplan.plan import Plan

if TYPE_CHECKING:
    from blockplan.check.verdict import CheckResult

PACKS = ["gb50180", "gbt51328", "gb55014", "bj", "zone", "living-circle"]
CRS = "EPSG:4548"


def a_town(seed: int, factor: float = 1.0, low: float = 0.8, high: float = 1.25) -> Plan:
    """A made-up row of parcels with circles, street blocks, a stop, jobs and greens; people by `factor`."""
    made = random.Random(seed)
    scale = [300, 1_000, 1_800, 12_000][seed % 4]
    uses = ["0701", "0701", "1401", "080404", "0902", "0701"]
    people = [round(made.uniform(0.5, 1.5) * scale) * factor if use == "0701" else None for use in uses]
    parcels = parcels_of(
        *uses,
        residents=people,
        dwellings=[round(scale / made.uniform(2, 3.6)) if use == "0701" else None for use in uses],
        jobs=[None, None, None, None, scale * made.uniform(0.2, 4), None],
        floor_area_m2=[3000.0, 4000.0, 0.0, 2000.0, 9000.0, 2000.0],
        status=["planned"] * 6,
    )
    whole = parcels.geometry.union_all()
    circles = gpd.GeoDataFrame(
        {"circle_id": ["c15", "c10", "c5"], "tier": ["15", "10", "5"]}, geometry=[whole] * 3, crs=CRS
    )
    subblocks = gpd.GeoDataFrame(
        {"subblock_id": ["s1", "s2"], "block_id": ["b", "b"]},
        geometry=[shapely.box(X, Y, X + 300, Y + 100), shapely.box(X + 300, Y, X + 600, Y + 100)],
        crs=CRS,
    )
    side = min(95.0, (scale * made.uniform(0.8, 1.2)) ** 0.5)
    garden = shapely.box(X, Y, X + side, Y + side)
    greens = gpd.GeoDataFrame({"green_id": ["g"], "kind": ["garden"]}, geometry=[garden], crs=CRS)
    stops = gpd.GeoDataFrame(
        {"stop_id": ["t"], "modes": ["bus"]}, geometry=[shapely.Point(X - made.uniform(0, 200), Y)], crs=CRS
    )
    layers = {
        "boundary": boundary_of(parcels),
        "parcels": parcels,
        "circles": circles,
        "subblocks": subblocks,
    }
    manifest = a_manifest(packs=PACKS, residents={"low": low, "high": high})
    return Plan(manifest, {**layers, "greens": greens, "stops": stops})


def said(result: CheckResult) -> dict[tuple[str, str], bool]:
    """Whether each verdict says that it is uncertain with the residents."""
    return {
        (one.rule, one.scope_id): any("residents are uncertain" in note["en"] for note in one.notes)
        for one in result.verdicts
    }


@pytest.mark.long
def test_every_verdict_that_turns_within_the_range_says_so_and_no_other_does() -> None:
    turned: Counter[str] = Counter()
    for seed in range(10):
        result = check(a_town(seed))
        central = {(one.rule, one.scope_id): one.outcome for one in result.verdicts}
        turns = set()
        for factor in (0.8, 1.25):
            for one in check(a_town(seed, factor, 1.0, 1.0)).verdicts:
                if one.outcome != central[one.rule, one.scope_id]:
                    turns.add((one.rule, one.scope_id))
        warned = {which for which, is_said in said(result).items() if is_said}
        assert turns <= warned
        assert all(central[which] == "fail" for which in warned - turns)  # passes between both ends
        turned.update(rule for rule, _ in turns)
    # Counts of people, people to a dwelling, people and jobs, green of street blocks, and supplies for each.
    assert {"gb50180-tier5-pop", "gb50180-blk-pop", "gb50180-blkgreen", "gbt51328-bus300", "bj-core-edu"} <= {
        *turned
    }


def test_a_range_whose_ends_both_miss_on_either_side_says_that_the_rule_passes_between() -> None:
    home = parcels_of("0701", residents=[4_900.0])
    circles = gpd.GeoDataFrame({"circle_id": ["c"], "tier": ["5"]}, geometry=[square(0)], crs=CRS)
    keys = {"packs": ["gb50180"], "residents": {"low": 0.9, "high": 2.6}}
    plan = Plan(a_manifest(**keys), {"boundary": boundary_of(home), "parcels": home, "circles": circles})
    (note,) = [
        one["en"] for one in check(plan).verdict("gb50180-tier5-pop").notes if "residents" in one["en"]
    ]
    assert note.endswith(
        "from 4,410 to 12,740 of them the value goes from 4,410 people to 12,740 people, and the rule "
        "passes between."
    )


@pytest.mark.parametrize(("people", "words"), [(49_000.0, "does not speak"), (51_000.0, "the rule speaks")])
def test_a_rule_for_towns_of_some_size_says_where_the_range_leaves_or_enters_it(
    people: float, words: str
) -> None:
    home = parcels_of("0701", residents=[people])
    plan = Plan(
        a_manifest(packs=["bj"], residents={"low": 0.95, "high": 1.05}),
        {"boundary": boundary_of(home), "parcels": home},
    )
    verdict = check(plan, on="2010-01-01").verdict("bj-2006-kinder")  # of 30,000 to 50,000 residents
    assert [words in note["en"] for note in verdict.notes if "uncertain" in note["en"]] == [True]


def test_what_is_left_out_because_more_people_do_not_change_it_is_a_measure_that_is_there() -> None:
    assert set(House().measures()) >= UNMOVED
    assert load(PACKS, House().measures())
