"""``blockplan measure provision`` as other programs call it."""

from __future__ import annotations

import json

import pytest
from tests.support.call import program, run


@pytest.fixture
def town(tmp_path):
    (tmp_path / "homes.csv").write_text("id,demand\na,10\nb,10\nc,3\n", encoding="utf-8")
    (tmp_path / "schools.csv").write_text("id,capacity\ns,10\nt,8\n", encoding="utf-8")
    (tmp_path / "minutes.csv").write_text("id,s,t\na,1,5\nb,2,\nc,,11\n", encoding="utf-8")
    return tmp_path


def provision(folder, *more, call=run):
    words = ["measure", "provision"]
    for option, name in (("demand", "homes"), ("supply", "schools"), ("matrix", "minutes")):
        words += [f"--{option}", folder / f"{name}.csv"]
    return call(*words, "--within", "10", *more)


def test_the_document_says_who_is_served_and_why_others_are_not(town) -> None:
    done = provision(town, "--json")
    assert done.returncode == 0, done.stderr  # where a machine is slow, stderr tells how far it is
    found = json.loads(done.stdout)
    assert (found["demand"], found["reachable"], found["served"]) == (23, 20, 18)
    assert (found["not_served_for_places"], found["not_served_for_nearness"]) == (2, 3)
    assert (found["bound"], found["proved"]) == (18, True)
    assert [place["served"] for place in found["places"]] == [10, 8, 0]
    assert {"from": "a", "to": "t", "served": 8, "minutes": 5.0} in found["flows"]
    assert found["definition"]["within_min"] == 10


@pytest.mark.long
def test_the_table_says_the_same(town) -> None:
    done = provision(town, call=program)
    assert done.returncode == 0
    assert "for want of nearness" in done.stdout
    assert "More places serve more people only at (or near): s, t" in done.stdout


def test_no_place_per_head_is_null_and_none_within_reach_is_zero(town) -> None:
    found = json.loads(provision(town, "--json", "--bands", "2:1,10:0.5").stdout)
    assert found["places"][2]["places_per_head_2sfca"] == 0
    assert found["places"][2]["mean_minutes"] is None
    assert found["definition"]["bands"] == [
        {"within_min": 2.0, "weight": 1.0}, {"within_min": 10.0, "weight": 0.5},
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (("--demand-column", "pupils"), "has no column 'pupils'"),
        (("--supply-id", "name"), "has no column 'name'"),
        (("--within", "-1"), "at least 0"),
        (("--within", "nan"), "at least 0"),
        (("--bands", "10"), "Write it as 10:1"),
        (("--long", "a,b"), "Name three columns"),
        (("--matrix", "none.parquet"), "There is no file"),
    ],
)
def test_what_cannot_be_done_leaves_with_2(town, more, said) -> None:
    done = provision(town, *more, "--json")
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_help_stands_beside_that_of_a_plan() -> None:
    assert "blockplan measure provision [OPTIONS]" in run("measure", "provision", "--help").stdout
    plan = run("measure", "--help").stdout
    assert "blockplan measure [OPTIONS] [PLAN] [MEASURES]..." in plan
    assert "provision" in plan


@pytest.mark.shared
def test_the_reference_district_is_served_as_far_as_an_independent_model_found(shared) -> None:
    folder = shared / "spb-vasileostrovsky"
    file = folder / "spb_vasileostrovsky.gpkg"
    done = run(
        "measure", "provision", "--demand", file, "--supply", file,
        "--matrix", folder / "matrix_time.parquet", "--within", "10", "--json",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["served"] == found["bound"] == 24_469
    assert found["demand"] == 29_596
    heads = [place["places_per_head_2sfca"] or 0 for place in found["places"]]
    assert max(heads) == pytest.approx(7.2489, abs=5e-5)
