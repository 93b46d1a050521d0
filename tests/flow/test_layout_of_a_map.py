"""From a map (OpenStreetMap) to a plan with parcels: import, layout between the streets, take over."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from tests.support.builders import a_plan
from tests.support.call import code_of, program, run
from tests.support.osmxml import grid, node, way, write_osm

from blockplan.errors import PlanDataError, UsageError
from blockplan.plan import read, validate
from blockplan.propose.layout.problem.blocks import with_blocks

if TYPE_CHECKING:
    from pathlib import Path

pytest.importorskip("osmium")
ASKED = (
    "--blocks", "--need", "kindergarten=1", "--size", "kindergarten=2000-6000", "--near", "kindergarten=300",
    "--near", "green=300",
)  # fmt: skip


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Nine blocks of about 85 x 111 m between streets; a house in all but the middle one."""
    streets = [
        way(100 + at, [at * 4 + step for step in (1, 2, 3, 4)], highway="residential") for at in range(4)
    ]
    streets += [
        way(200 + at, [at + 1 + 4 * step for step in range(4)], highway="residential") for at in range(4)
    ]
    houses, corners = [], []
    for number, (column, row) in enumerate((c, r) for c in range(3) for r in range(3)):
        if (column, row) == (1, 1):
            continue
        first = 1_000 + 10 * number
        shape = [(0.4, 0.4), (0.6, 0.4), (0.6, 0.6), (0.4, 0.6)]
        corners += [node(first + at, column + x, row + y) for at, (x, y) in enumerate(shape)]
        houses.append(way(first, [first, first + 1, first + 2, first + 3, first], building="apartments"))
    folder = tmp_path_factory.mktemp("town")
    source = write_osm(folder, *grid(), *corners, *streets, *houses)
    done = program("import", "osm", source, "--out", folder / "plan", "--drawn-on", "2024-06-30")
    assert done.returncode == 0, done.stderr
    return folder / "plan"


@pytest.mark.long
def test_a_map_becomes_a_plan_with_parcels_between_its_streets(town: Path, tmp_path: Path) -> None:
    done = run("propose", "layout", town, *ASKED, "--seconds", 2, "--out", tmp_path / "out", "--json")
    said = json.loads(done.stdout)
    assert done.returncode == code_of(said), done.stderr
    assert len(said["parameters"]["vacant"]) == 1
    assert said["parameters"]["weigh_by"] == "buildings"
    assert said["figures"]["near_kindergarten_300m_after"] == 1.0
    assert run("propose", "apply", town, tmp_path / "out", "--as", "drawn").returncode == 0
    drawn = read(town, "drawn")
    assert drawn.layer("facilities")["service"].tolist() == ["kindergarten"]
    parcels = drawn.layer("parcels")
    assert parcels.area.sum() == pytest.approx(drawn.layer("boundary").area.sum(), rel=1e-9)
    # What stands is not known to be anything; only what was drawn has a use.
    assert set(parcels["land_use"].dropna()) == {"080404"}
    houses = drawn.layer("buildings").geometry
    assert sum(one.intersects(houses).any() for one in parcels.geometry) == 8
    # They tile; that uses of what stands are not known is the one fault, and it is theirs to fill in.
    assert {one.rule for one in validate(drawn) if one.grade == "error"} == {"pq-code"}
    assert run("propose", "undo", town, "drawn").returncode == 0


@pytest.mark.long
def test_blocks_tile_the_boundary_and_the_empty_one_alone_is_undecided(town: Path) -> None:
    plan, changes = with_blocks(read(town))
    parcels, houses = plan.layer("parcels"), plan.layer("buildings").geometry.union_all()
    undecided = parcels[parcels["status"].isna()]
    # Outside of the outer streets the boundary leaves slivers, which are no land to build on.
    assert len(undecided) == 1
    assert undecided.geometry.iloc[0].distance(houses) > 20
    assert parcels.area.sum() == pytest.approx(parcels.geometry.union_all().area)
    assert {one.layer for one in changes} == {"parcels"}


def test_a_plan_that_has_parcels_or_no_streets_has_no_blocks_made() -> None:
    with pytest.raises(
        UsageError, match="The plan has parcels, so blocks between streets would lie over them"
    ):
        with_blocks(a_plan())
    bare = a_plan()
    with pytest.raises(PlanDataError, match="no boundary or no streets") as refused:
        with_blocks(
            bare.replace(parcels=bare.layer("parcels").iloc[:0], streets=bare.layer("streets").iloc[:0])
        )
    assert "规划没有边界或没有道路" in (refused.value.text or {})["zh"]
