"""Columns of an office's own, such as OBJECTID, come through a proposal as they went in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from tests.support.builders import X, Y, a_plan, parcels_of

from blockplan.plan import read, write
from blockplan.propose import Change, apply
from blockplan.propose.changes import new_feature
from blockplan.propose.takeover import take_over

if TYPE_CHECKING:
    from pathlib import Path

    from blockplan.plan import Plan

#: A whole number that no float holds.
LONG = 2**53 + 1
PLACE = f"POINT ({X + 50} {Y + 50})"


def a_plan_of_an_office() -> Plan:
    return a_plan(
        parcels_of(
            "1401", "16", "0701", residents=[None, None, 12.0], permitted=[None, "1401", None],
            OBJECTID=np.array([LONG, LONG + 2, LONG + 4]), SURVEYED=[True, False, True],
        ),
        {"packs": ["zone"]},
        facilities=pd_facilities(),
    )  # fmt: skip


def pd_facilities() -> pd.DataFrame:
    import geopandas as gpd
    import shapely

    return gpd.GeoDataFrame(
        {
            "facility_id": ["F"],
            "service": ["nursing_home"],
            "beds": [10.0],
            "OBJECTID": np.array([7], np.int32),
        },
        geometry=[shapely.from_wkt(PLACE)],
        crs="EPSG:4548",
    )


def test_a_new_feature_leaves_whole_numbers_whole() -> None:
    plan = a_plan_of_an_office()
    changed = apply(plan, new_feature("facilities", "G", {"service": "clinic", "geometry": PLACE}))
    column = changed.layer("facilities")["OBJECTID"]
    assert column["F"] == 7
    assert column.isna().tolist() == [False, True]
    assert str(column.dtype) == "Int32"


def test_a_change_beside_a_long_id_loses_none_of_its_digits() -> None:
    plan = a_plan_of_an_office()
    new = new_feature("parcels", "D", {"land_use": "16", "geometry": plan.layer("parcels").geometry["B"].wkt})
    changed = apply(plan, [Change("parcels", "B", "land_use", "16", "1401"), *new]).layer("parcels")
    assert changed["OBJECTID"].tolist()[:3] == [LONG, LONG + 2, LONG + 4]
    assert changed["SURVEYED"].tolist()[:3] == [True, False, True]
    assert changed[["OBJECTID", "SURVEYED"]].loc["D"].isna().all()


@pytest.mark.long
@pytest.mark.parametrize("new", [False, True])
def test_an_office_column_comes_back_unchanged_from_a_whole_round_trip(tmp_path: Path, new: bool) -> None:
    import json

    plan, path = a_plan_of_an_office(), tmp_path / "plan"
    write(plan, path)
    drawn = read(path)
    changes = [Change("parcels", "B", "land_use", "16", "1401")]
    if new:
        changes += new_feature("facilities", "G", {"service": "clinic", "geometry": PLACE})
    document = {
        "kind": "repair", "plan": "small", "scenario": "base", "content_hash": drawn.content_hash,
        "changes": [one.to_dict() for one in changes],
    }  # fmt: skip
    (tmp_path / "proposal.json").write_text(json.dumps(document), encoding="utf-8")
    take_over(path, tmp_path / "proposal.json", "greener")
    for scenario in (None, "greener"):
        found = read(path, scenario)
        for layer in ("parcels", "facilities"):
            was, now = drawn.layer(layer)["OBJECTID"], found.layer(layer)["OBJECTID"]
            pd.testing.assert_series_equal(
                now.loc[was.index], was, check_dtype=not (new and layer == "facilities")
            )
            assert pd.api.types.is_integer_dtype(now.dtype)
    assert read(path, "greener").layer("facilities")["OBJECTID"].isna().sum() == int(new)
