"""``blockplan measure matrix``: ways on foot from homes to facilities."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
import shapely
from tests.support.call import program, run
from tests.support.squares import plan_of, square

from blockplan.measure.distance.matrix import walk_matrix
from blockplan.measure.distance.methods import ways_to
from blockplan.measure.distance.reach import distances_to
from blockplan.measure.inputs.homes import homes
from blockplan.plan import Plan, write


def spot(east: float, north: float) -> shapely.Point:
    return shapely.Point(east, north)


def town(*, source: str = "buildings", **layers) -> Plan:
    """A street of 1,000 m with a side street north at 400 m; homes stand 10 m beside it."""
    found = {
        "boundary": [{"geometry": square(0, -100, 1100, 500)}],
        "streets": [
            {"class": "local", "walk": True, "geometry": shapely.LineString([(0, 0), (1000, 0)])},
            {"class": "local", "walk": True, "geometry": shapely.LineString([(400, 0), (400, 300)])},
        ],
        "buildings": [
            {"building_id": "near", "residents": 30, "geometry": shapely.box(95, 5, 105, 15)},
            {"building_id": "far", "residents": 10, "geometry": shapely.box(895, 5, 905, 15)},
        ],
        "facilities": [
            {"facility_id": "K", "service": "kindergarten", "geometry": spot(405, 200)},
            {"facility_id": "C", "service": "clinic", "geometry": spot(100, -20)},
            {"facility_id": "L", "service": "library", "geometry": spot(700, 390)},
        ],
        **layers,
    }
    return plan_of(manifest={"residents": {"source": source}}, **found)


def test_ways_run_along_the_streets_and_count_the_ways_to_them() -> None:
    found = walk_matrix(town(), (), 5000, 100)
    assert (found.homes.id.tolist(), found.facilities.tolist()) == (["near", "far"], ["K", "C", "L"])
    # 10 to the street, 300 along it, 200 up the side street, 5 to the door; 10 and 20 across the street.
    assert found.metres[:, :2].tolist() == [[515, 30], [715, 830]]
    assert np.isnan(found.metres[:, 2]).all()
    assert (found.homes_not_joined, found.not_joined) == ((), ("L",))


def test_what_lies_beyond_the_limit_is_not_reached() -> None:
    found = walk_matrix(town(), ("kindergarten",), 515, 100)
    assert found.metres[0].tolist() == [515]
    assert np.isnan(found.metres[1, 0])


def test_the_nearest_of_the_matrix_is_the_distance_that_access_is_judged_by() -> None:
    draw = np.random.default_rng(16)
    lines = [shapely.LineString([(0, at), (900, at)]) for at in range(0, 901, 150)]
    lines += [shapely.LineString([(at, 0), (at, 900)]) for at in range(0, 901, 180)]
    plan = town(
        boundary=[{"geometry": square(-50, -50, 1000)}],
        streets=[{"class": "local", "walk": True, "geometry": line} for line in lines],
        buildings=[{"residents": 1, "geometry": square(*draw.uniform(0, 880, 2), 8)} for _ in range(60)],
        facilities=[{"service": "clinic", "geometry": spot(*draw.uniform(0, 900, 2))} for _ in range(12)],
    )
    found = walk_matrix(plan, (), 400, 100)
    way = ways_to("facility")["net_edge_facility"]
    (nearest,) = distances_to(plan, homes(plan), np.arange(12), [way], (400, 100))
    least = np.where(np.isnan(found.metres), np.inf, found.metres).min(axis=1)
    np.testing.assert_allclose(np.where(np.isinf(least), np.nan, least), nearest.metres, atol=0.011)


@pytest.fixture
def folder(tmp_path):
    write(town(), tmp_path / "plan")
    return tmp_path


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_the_table_has_a_row_a_pair_with_the_unit_in_the_name(folder, ending) -> None:
    out = folder / f"ways.{ending}"
    done = run("measure", "matrix", folder / "plan", "--to", "facilities", "--out", out, "--json")
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert (said["homes"], said["facilities"], said["pairs"], said["reached"]) == (2, 3, 6, 4)
    assert (said["unit"], said["weight"], said["not_joined"]) == ("m", "residents", ["L"])
    assert said["definition"]["limit_m"] == 5000
    table = pd.read_csv(out) if ending == "csv" else pd.read_parquet(out)
    assert list(table) == ["from_layer", "from_id", "residents", "to_id", "service", "distance_m"]
    pairs = {(row.from_id, row.to_id): (row.residents, row.distance_m) for row in table.itertuples()}
    assert pairs["near", "K"] == (30, 515)
    assert pairs["far", "C"] == (10, 830)
    assert table.distance_m.isna().sum() == 2


@pytest.mark.long
def test_the_program_says_what_it_wrote(folder) -> None:
    out = folder / "ways.csv"
    done = program(
        "measure", "matrix", folder / "plan", "--to", "facilities", "--service", "clinic", "--out", out
    )
    assert done.returncode == 0, done.stderr
    assert "reached within 5000 m" in done.stdout
    assert set(pd.read_csv(out).service) == {"clinic"}


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (("--service", "hospital"), "The plan holds no facility of the service hospital"),
        (("--within", "0"), "a number above 0"),
        (("--out", "ways.xlsx"), "neither .csv nor .parquet"),
    ],
)
def test_what_cannot_be_done_leaves_with_2_and_writes_nothing(folder, more, said) -> None:
    out = folder / "ways.csv"
    done = run("measure", "matrix", folder / "plan", "--to", "facilities", "--out", out, *more)
    assert done.returncode == 2
    assert said in done.stderr
    assert not out.exists()


def test_a_plan_without_streets_is_refused_by_name() -> None:
    layers = {"boundary": [{"geometry": square(0, 0)}], "facilities": [{"geometry": spot(1, 1)}]}
    with pytest.raises(Exception, match="streets: layer absent"):
        walk_matrix(plan_of(**layers), (), 500, 100)
