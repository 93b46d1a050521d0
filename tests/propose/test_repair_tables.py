"""The user's own costs and limits take the place of those that are assumed; what nothing reads is refused."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from blockplan.cli import app
from blockplan.errors import UsageError
from blockplan.propose.repair.moves import read_tables
from blockplan.propose.repair.smallest_change import RepairParams

EXAMPLE = "examples/demonstration-zone"


def written(folder, text):
    (folder / "costs.toml").write_text(text)
    return folder / "costs.toml"


def test_only_what_differs_need_stand_in_the_file(tmp_path):
    text = '[costs.take_per_m2]\n"0902" = 30\n[limits]\ngrow_share = 0\n[hosts]\nclinic = ["0806"]\n'
    assumed = RepairParams(tables=read_tables(written(tmp_path, text))).assumed
    assert assumed.land_cost("0902", "1401") == 31
    assert assumed.land_cost("0901", "1401") == 9
    assert assumed.limits["grow_share"] == 0
    assert assumed.limits["near_m"] == 800
    assert assumed.hosts["clinic"] == ["0806"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[limit]\nnear_m = 1\n", r"limit: there is no such entry \(known: costs, hosts"),
        ("[limits]\nnear = 1\n", r"limits.near: there is no such entry"),
        (
            "[costs.take_per_m2]\n16 = -1\n",
            r"take_per_m2.16: a number that is not negative is wanted, not -1",
        ),
        ("[hosts]\nclinic = '0806'\n", r"hosts.clinic: a list of land-use codes is wanted"),
        ("costs = 1\n", r"costs: a table is wanted"),
        ("[costs", r"cannot be read as TOML"),
    ],
)
def test_what_nothing_reads_is_refused_by_its_name(tmp_path, text, said):
    with pytest.raises(UsageError, match=said):
        read_tables(written(tmp_path, text))


@pytest.mark.long
@pytest.mark.parametrize(
    "more",
    [
        ["--lock", "parcels:nowhere"],
        ["--lock", "parks"],
        ["--scenario", "z"],
        ["--gap", "2"],
        ["--pack", "none"],
    ],
)
def test_bad_usage_leaves_with_2_and_writes_nothing(tmp_path, more):
    from blockplan.cli import main

    out = tmp_path / "out"
    with pytest.raises(SystemExit) as left:
        main(["propose", "repair", EXAMPLE, "--out", str(out), *more])
    assert left.value.code == 2
    assert not out.exists()


def test_the_help_shows_what_is_shared_by_all_proposals():
    shown = CliRunner().invoke(app, ["propose", "repair", "--help"]).stdout
    for option in ("--lock", "--seconds", "--gap", "--seed", "--out", "--json", "--by", "--costs", "--on"):
        assert option in shown
